import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { openConversations, pairKey } from '../../src/store/conversations.ts'
import { inDistrict } from '../../src/store/database.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { FAMILY_PROXY, logSchool } from '../support/log-school.ts'

let t: TestDatabase
beforeAll(async () => {
  t = await freshDatabase()
})

test('an ended pair of phone and number rests for 180 days: a stale reply must not reach the next person', async () => {
  const { district, household } = await logSchool(t.db, t.keys)
  await sql`insert into proxy_number (number, carrier_sid, district_id) values (${FAMILY_PROXY}, 'PN1', ${district})`.execute(
    t.db,
  )
  const start = Temporal.Instant.from('2026-11-23T12:00Z')
  const open = (staffSide: string, days: number) =>
    inDistrict(t.db, district, async (trx) => {
      const wanted = { staffSide, householdId: household, schoolId: 'lincoln' }
      const opened = await openConversations(trx, district, start.add({ hours: days * 24 }), [wanted])
      return opened.get(pairKey(staffSide, household))?.kind
    })
  expect(await open('principal', 0)).toBe('open')
  expect(await open('okafor', 0)).toBe('no_number')
  await inDistrict(t.db, district, (trx) =>
    sql`update binding set until = ${start.toString()}::timestamptz where district_id = ${district}`.execute(trx),
  )
  expect(await open('okafor', 1)).toBe('no_number')
  expect(await open('okafor', 179)).toBe('no_number')
  expect(await open('okafor', 181)).toBe('open')
})
