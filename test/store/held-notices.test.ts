import { type RawBuilder, sql } from 'kysely'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { inDistrict } from '../../src/store/database.ts'
import { tellWriters } from '../../src/store/held-notices.ts'
import { momentOf } from '../../src/store/settings.ts'
import { type CallSchool, callSchool } from '../support/call-school.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange } from '../support/log-school.ts'

const MONDAY = Temporal.Instant.from('2036-03-10T13:00:00Z')
const TUESDAY = MONDAY.add({ hours: 24 })

let t: TestDatabase
let school: CallSchool
beforeAll(async () => {
  t = await freshDatabase()
})
beforeEach(async () => {
  school = await callSchool(t)
})

const becomes = (id: string, what: RawBuilder<unknown>) =>
  inDistrict(t.db, school.district, (trx) =>
    sql`update exchange set ${what} where district_id = ${school.district} and id = ${id}`.execute(trx),
  )
/** A text of Ms Rivera's from her own phone. */
async function text(): Promise<string> {
  const id = await addExchange(t.db, school, { status: 'held', direction: 'to_family' })
  await becomes(id, sql`carrier_sid = ${`SM${id}`}`)
  return id
}
const tell = (ids: readonly string[], sendAfter: Temporal.Instant | null) =>
  inDistrict(t.db, school.district, async (trx) =>
    tellWriters(
      trx,
      t.keys,
      school.district,
      await momentOf(trx),
      ids.map((id) => ({ id, sendAfter })),
    ),
  )
const told = () =>
  inDistrict(t.db, school.district, async (trx) => {
    const { rows } = await sql<{ notice: string; answers: string }>`
      select notice, answers from exchange where district_id = ${school.district} and author = 'gateway' order by created_at, id`.execute(
      trx,
    )
    return rows
  })

test('of several texts of a lane the newest is answered, once', async () => {
  const [older, newer] = [await text(), await text()]
  await tell([older, newer], MONDAY)
  await tell([older, newer], MONDAY)
  expect(await told()).toEqual([{ notice: 'held_for_family', answers: newer }])
})

test('another moment is told, and the first one again when it changes back', async () => {
  const id = await text()
  for (const at of [MONDAY, TUESDAY, TUESDAY, MONDAY]) await tell([id], at)
  await tell([id], null)
  expect((await told()).map(({ notice }) => notice)).toEqual([...Array(3).fill('held_for_family'), 'held_no_time'])
})

test.each([
  ['was written in a browser', sql`carrier_sid = null`],
  ['is a keyword', sql`keyword = 'stop'`],
  ['has gone in part', sql`part = 1`],
  ['is the gateway’s own', sql`author = 'gateway', notice = 'told'`],
])('nobody is told of what %s', async (_, more) => {
  const id = await text()
  await becomes(id, more)
  const before = await told()
  await tell([id], MONDAY)
  expect(await told()).toEqual(before)
})

test('nobody is told when a family gets a text that has asked for none', async () => {
  const id = await text()
  await inDistrict(t.db, school.district, (trx) =>
    sql`update phone set opted_out_at = clock_timestamp() where district_id = ${school.district}`.execute(trx),
  )
  await tell([id], MONDAY)
  expect(await told()).toEqual([])
})
