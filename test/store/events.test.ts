import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import type { E164 } from '../../src/core/phone-number.ts'
import { databaseNow, inDistrict } from '../../src/store/database.ts'
import { appendEvents } from '../../src/store/events.ts'
import { ensurePhones } from '../../src/store/phones.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'

let t: TestDatabase
let district: string
beforeAll(async () => {
  t = await freshDatabase()
  const row = await t.db.insertInto('district').values({ sourced_id: 'd', name: 'D' }).returning('id').executeTakeFirstOrThrow()
  district = row.id
})

test('events keep their order and each waits to be sealed', async () => {
  const at = await databaseNow(t.db)
  await inDistrict(t.db, district, (trx) =>
    appendEvents(trx, district, [
      { exchangeId: null, at, what: 'first', text: { original: 'hola' } },
      { exchangeId: null, at, what: 'second', detail: { status: 'held' } },
      { exchangeId: null, at, what: 'third' },
    ]),
  )
  const rows = await inDistrict(
    t.db,
    district,
    async (trx) =>
      (
        await sql<{ what: string }>`
    select what from event join unsealed on event_id = event.id order by event.id`.execute(trx)
      ).rows,
  )
  expect(rows.map((r) => r.what)).toEqual(['first', 'second', 'third'])
})

test('the app may neither change nor remove an event', async () => {
  for (const statement of [
    `update event set what = 'x'`,
    'delete from event',
    `update event_text set text = '{}'`,
    'delete from event_text',
    'delete from seal',
  ])
    await expect(inDistrict(t.db, district, (trx) => sql.raw(statement).execute(trx))).rejects.toThrow(/permission denied/)
})

test('a phone is one row whatever how often its number is met', async () => {
  const number = '+19715550142' as E164
  const [a, b] = [
    await inDistrict(t.db, district, (trx) => ensurePhones(trx, t.keys, district, [number, number])),
    await inDistrict(t.db, district, (trx) => ensurePhones(trx, t.keys, district, [number])),
  ]
  expect(a.get(number)).toBe(b.get(number))
})
