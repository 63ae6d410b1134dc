import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeExport } from '../../src/dashboard/export-file.ts'
import { maskNumbers } from '../../src/roster/typed-numbers.ts'
import { inDistrict } from '../../src/store/database.ts'
import { askExport, type ExportAsked, endExport, exportsOf, keepExport, takeExport } from '../../src/store/exports.ts'
import { staffById } from '../../src/store/people.ts'
import { readSealedParts } from '../../src/store/sealed-files.ts'
import { now } from '../../src/store/settings.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, type LogSchool, logSchool } from '../support/log-school.ts'

let t: TestDatabase
let school: LogSchool
let dataDir: string
beforeAll(async () => {
  t = await freshDatabase()
  school = await logSchool(t.db, t.keys)
  dataDir = await mkdtemp(path.join(tmpdir(), 'homeline-exports-'))
  for (let day = 1; day <= 3; day++) await addExchange(t.db, school, { at: `2026-11-0${day}T12:00:00Z`, original: `text ${day}` })
})
afterAll(() => rm(dataDir, { recursive: true }))

const ASKED: ExportAsked = {
  first: '2026-11-01',
  last: '2026-11-02',
  zone: 'UTC',
  format: 'jsonl',
  reason: 'Request 7',
  only: { staff: null, guardian: null, classId: null },
  chosen: [],
}
const GOING_ON = new AbortController().signal

const principal = () =>
  inDistrict(t.db, school.district, async (trx) => {
    const staff = await staffById(trx, school.district, 'principal')
    if (staff === null) throw new Error('No principal')
    return staff
  })

/** Asks as the principal; gives the id. */
async function asks(asked: Partial<ExportAsked> = {}): Promise<string> {
  const staff = await principal()
  const id = randomUUID()
  await inDistrict(t.db, school.district, (trx) => askExport(trx, staff, id, { ...ASKED, ...asked }))
  return id
}

const make = (stopping: AbortSignal = GOING_ON, dir = dataDir) => {
  const { db, keys } = t
  return makeExport({ db, keys, dataDir: dir, now: () => now(db), asSeen: (at) => at, maskNumbers }, school.district, stopping)
}

async function row(id: string) {
  const staff = await principal()
  return inDistrict(t.db, school.district, async (trx) => (await exportsOf(trx, staff, id))[0])
}

const change = (query: ReturnType<typeof sql>) => inDistrict(t.db, school.district, (trx) => query.execute(trx))

async function words(id: string): Promise<string[]> {
  const parts = await readSealedParts(t.keys, dataDir, 'export', school.district, id)
  const lines = parts === null ? [] : (await text(parts)).trim().split('\n')
  return lines.map((line) => JSON.parse(line).original.text)
}

test('an export that was asked for is made once, of its days, and is ready then', async () => {
  const id = await asks()
  expect((await row(id))?.state).toBe('waits')
  expect([await make(), await make()]).toEqual([1, 0])
  expect(await row(id)).toMatchObject({ state: 'ready', done: 2, total: 2 })
  expect(await words(id)).toEqual(['text 1', 'text 2'])
})

test('two of them are made one after the other, the older first', async () => {
  const ids = [await asks(), await asks()]
  await make()
  expect([(await row(ids[0] ?? ''))?.state, (await row(ids[1] ?? ''))?.state]).toEqual(['ready', 'waits'])
  await make()
  expect((await row(ids[1] ?? ''))?.state).toBe('ready')
})

test('is in the log as begun when it was asked for and as made when it is, once each, however often the making breaks off', async () => {
  const id = await asks()
  const inLog = async () => {
    const { rows } = await change(
      sql`select what, who, detail from event where what in ('export_begun', 'log_exported') and detail ->> 'export' = ${id} order by id`,
    )
    return rows
  }
  const asked = { export: id, from: '2026-11-01T00:00:00Z', to: '2026-11-03T00:00:00Z', format: 'jsonl', reason: 'Request 7' }
  const begun = { what: 'export_begun', who: 'principal', detail: asked }
  expect(await inLog()).toEqual([begun])
  await expect(make(GOING_ON, '/dev/null')).rejects.toThrow()
  await change(sql`update export set lease = null where id = ${id}::uuid`)
  await takeExport(t.db, school.district)
  await change(sql`update export set lease = null, tries = 1 where id = ${id}::uuid`)
  expect(await inLog()).toEqual([begun])
  await make()
  expect(await inLog()).toEqual([begun, { what: 'log_exported', who: 'principal', detail: { ...asked, count: 2 } }])
})

test('a server that stops lets it be begun anew at once, as often as it stops', async () => {
  const id = await asks()
  for (let i = 0; i < 5; i++) expect(await make(AbortSignal.abort())).toBe(0)
  expect((await row(id))?.state).toBe('waits')
  expect(await readdir(path.join(dataDir, 'exports', school.district))).not.toContain(`${id}.part`)
  await make()
  expect((await row(id))?.state).toBe('ready')
})

test('a server that died in between is followed by another after a minute, and not before', async () => {
  const id = await asks()
  await takeExport(t.db, school.district)
  expect([await make(), (await row(id))?.state]).toEqual([0, 'being_made'])
  await change(sql`update export set lease = lease - interval '61 seconds' where id = ${id}::uuid`)
  expect([await make(), (await row(id))?.state]).toEqual([1, 'ready'])
})

test('what fails is tried three times, a minute apart, and has failed then', async () => {
  const id = await asks()
  for (let i = 0; i < 3; i++) {
    // A file where the folder should be.
    await expect(make(GOING_ON, '/dev/null')).rejects.toThrow()
    expect(await make()).toBe(0)
    await change(sql`update export set lease = lease - interval '61 seconds' where id = ${id}::uuid`)
  }
  expect([await make(), (await row(id))?.state]).toEqual([0, 'failed'])
})

test('what was taken back meanwhile is not gone on with', async () => {
  const id = await asks()
  const making = { id, tries: 1 }
  expect(await takeExport(t.db, school.district)).toMatchObject(making)
  // Whoever had it before goes on with nothing.
  expect(await keepExport(t.db, school.district, { id, tries: 0 }, 1, 2)).toBe(false)
  expect(await keepExport(t.db, school.district, making, 1, 2)).toBe(true)
  expect(await row(id)).toMatchObject({ state: 'being_made', done: 1, total: 2 })
  await change(sql`delete from export where id = ${id}::uuid`)
  expect(await keepExport(t.db, school.district, making, 2, 2)).toBe(false)
  expect(await endExport(t.db, school.district, making, { count: 2, size: 10 })).toBe('gone')
  expect(await row(id)).toBe(undefined)
})

test('who asked and has other rights by now gets nothing made', async () => {
  const id = await asks()
  await change(sql`update export set scope = '{"kind": "district"}' where id = ${id}::uuid`)
  expect(await make()).toBe(1)
  const { rows } = await change(sql`select from export where id = ${id}::uuid and ended_at is not null and size is null`)
  expect(rows.length).toBe(1)
})
