import { sql } from 'kysely'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/store/database.ts'
import { createNames } from '../../src/store/prepared.ts'
import { freshDatabase } from '../support/database.ts'

const t = await freshDatabase()

/** One connection, so that what it has prepared can be asked for. */
function oneConnection() {
  const db = connect(t.ownerUrl, 'homeline_app', 1)
  onTestFinished(() => db.destroy())
  const add = async (n: number) => (await sql<{ sum: number }>`select ${n}::int + 1 as sum`.execute(db)).rows[0]?.sum
  const prepared = async () =>
    (await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db)).rows.map((r) => r.statement)
  return { db, add, prepared }
}

test('a statement that runs often is prepared, and goes on to take new values', async () => {
  const { add, prepared } = oneConnection()
  for (let n = 0; n < 40; n++) expect(await add(n)).toBe(n + 1)
  expect(await prepared()).toEqual(['select $1::int + 1 as sum'])
})

test('what has no values goes as it came, several statements in one text among them', async () => {
  const { db, prepared } = oneConnection()
  for (let n = 0; n < 40; n++)
    await db.transaction().execute(async (trx) => {
      await sql.raw('set local enable_seqscan = off; set local enable_hashjoin = off').execute(trx)
      expect((await sql<{ enable_hashjoin: string }>`show enable_hashjoin`.execute(trx)).rows[0]?.enable_hashjoin).toBe('off')
    })
  expect(await prepared()).toEqual([])
})

test('a statement that was refused for its values is taken again with others', async () => {
  const { db } = oneConnection()
  const divide = async (n: number) => (await sql<{ part: number }>`select 100 / ${n}::int as part`.execute(db)).rows[0]?.part
  for (let n = 1; n <= 20; n++) expect(await divide(n)).toBe(Math.floor(100 / n))
  await expect(divide(0)).rejects.toThrow(/division by zero/)
  expect(await divide(4)).toBe(25)
})

test('a new connection in the place of a broken one prepares again what it needs', async () => {
  const { db, add, prepared } = oneConnection()
  for (let n = 0; n < 20; n++) await add(n)
  const pid = async () => (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0]?.pid
  const before = await pid()
  const owner = new pg.Client({ connectionString: t.ownerUrl })
  await owner.connect()
  await owner.query('select pg_terminate_backend($1, 5000)', [before])
  await owner.end()
  await expect.poll(() => pid().catch(() => before)).not.toBe(before)
  expect(await prepared()).toEqual([])
  expect(await add(1)).toBe(2)
  expect(await prepared()).toHaveLength(1)
})

test('a statement gets a name only after it has run often, and keeps it', () => {
  const nameOf = createNames(3)
  expect([1, 2, 3, 4, 5].map(() => nameOf('select $1'))).toEqual([undefined, undefined, undefined, 's1', 's1'])
  expect([1, 2, 3, 4].map(() => nameOf('select $2'))).toEqual([undefined, undefined, undefined, 's2'])
})

test('statements that are each written for one occasion neither get names nor pile up', () => {
  const nameOf = createNames(3)
  for (let n = 0; n < 10_000; n++) expect(nameOf(`select ${n}`)).toBeUndefined()
  for (let n = 0; n < 3; n++) nameOf('select often')
  expect(nameOf('select often')).toBeDefined()
})
