import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/store/database.ts'
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The owner's address of the migrated template database; `freshDatabase` clones it. */
    templateUrl: string
    /** Where the processes of a run keep what Node has compiled: each would do it anew. */
    compileCache: string
  }
}

let stop: () => Promise<void> = async () => {}

/** One cluster for all tests, with one migrated template. The owner is no superuser, or row level security would prove nothing. */
export async function setup(project: TestProject): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'homeline-test-'))
  const postgres = await startEmbeddedPostgres(dir)
  const admin = new pg.Client({
    connectionString: postgres.url.replace('//homeline:', '//postgres:').replace(/homeline$/, 'postgres'),
  })
  await admin.connect()
  await admin.query('alter role homeline createdb')
  await admin.end()
  await migrate(postgres.url)
  project.provide('templateUrl', postgres.url)
  project.provide('compileCache', path.join(dir, 'compiled'))
  stop = async () => {
    await postgres.release()
    await rm(dir, { recursive: true, force: true })
  }
}

export async function teardown(): Promise<void> {
  await stop()
}
