import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { connect, type Db } from '../../src/store/database.ts'
import { createKeys, type Keys } from '../../src/store/keys.ts'

/** A database of its own for one test file: a clone of the migrated template, dropped afterwards. */
export type TestDatabase = {
  /** As the schema's owner, no superuser. */
  readonly ownerUrl: string
  /** As homeline_app, which row level security binds. */
  readonly db: Db
  /** As homeline_scheduler. */
  readonly scheduler: Db
  readonly keys: Keys
}

/** Call once at the top of a test file (inside beforeAll). */
export async function freshDatabase(): Promise<TestDatabase> {
  const template = inject('templateUrl')
  const name = `test_${randomBytes(8).toString('hex')}`
  const maintenance = template.replace(/homeline$/, 'postgres')
  const run = async (text: string) => {
    const client = new pg.Client({ connectionString: maintenance })
    await client.connect()
    try {
      await client.query(text)
    } finally {
      await client.end()
    }
  }
  await run(`create database ${name} template homeline`)
  const ownerUrl = template.replace(/homeline$/, name)
  const db = connect(ownerUrl, 'homeline_app')
  const scheduler = connect(ownerUrl, 'homeline_scheduler', 2)
  afterAll(async () => {
    await db.destroy()
    await scheduler.destroy()
    await run(`drop database ${name} with (force)`)
  })
  return { ownerUrl, db, scheduler, keys: createKeys(Buffer.alloc(32, 7)) }
}
