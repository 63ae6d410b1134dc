import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { connect, type Db, inDistrict } from '../../src/store/database.ts'
import { momentOf } from '../../src/store/settings.ts'
import { hasUsedMinutes } from '../../src/store/talk-time.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, FAMILY_PROXY, type LogSchool, logSchool } from '../support/log-school.ts'

let t: TestDatabase
let owner: Db
let proxy = ''
let school: LogSchool
let districts = 0
beforeAll(async () => {
  t = await freshDatabase()
  owner = connect(t.ownerUrl, 'homeline' as 'homeline_app')
  const { rows } = await sql<{ id: string }>`
    insert into proxy_number (number, carrier_sid) values (${FAMILY_PROXY}, 'PN1') returning id`.execute(owner)
  proxy = rows[0]?.id ?? ''
  return () => owner.destroy()
})
beforeEach(async () => {
  school = await logSchool(t.db, t.keys, `talk-${++districts}`)
})

/** A zone in which it is noon now, more or less: calls of an hour ago are today's there at any time of the real day. */
const noonZone = () => {
  const ahead = 12 - Temporal.Now.instant().toZonedDateTimeISO('UTC').hour
  return ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`
}
const used = () =>
  inDistrict(t.db, school.district, async (trx) =>
    hasUsedMinutes(trx, school.district, await momentOf(trx), school.household, {
      timezone: noonZone(),
      families: {},
      staff: {},
      closures: [],
    }),
  )

type Leg = {
  readonly minutes: number
  readonly hoursAgo?: number
  readonly exchange?: string | null
  readonly ended?: boolean
  readonly answered?: boolean
  readonly household?: string
}
const leg = ({ minutes, hoursAgo = 1, exchange = null, ended = true, answered = true, household = school.household }: Leg) =>
  inDistrict(t.db, school.district, (trx) =>
    sql`insert into call (district_id, id, direction, script, proxy_number_id, household_id, exchange_id, started_at, answered_at, ended_at)
      select ${school.district}, ${randomUUID()}, 'outbound', 'message', ${proxy}, ${household}, ${exchange}::uuid, at,
        case when ${answered} then at end, case when ${ended} then at + ${minutes} * interval '1 minute' end
      from (select clock_timestamp() - ${hoursAgo} * interval '1 hour' as at) as started`.execute(trx),
  )
const talk = async (minutes: number, status = 'delivered') => {
  const id = await addExchange(t.db, school, { status })
  await inDistrict(t.db, school.district, (trx) =>
    sql`update exchange set kind = 'call', seconds = ${minutes * 60} where district_id = ${school.district} and id = ${id}`.execute(
      trx,
    ),
  )
  return id
}

test('calls that say messages count for as long as they lasted', async () => {
  for (let i = 0; i < 3; i++) await leg({ minutes: 15 })
  expect(await used()).toBe(false)
  await leg({ minutes: 15 })
  expect(await used()).toBe(true)
})

test('a call between two people counts once, for as long as they talked, whatever its legs are', async () => {
  const exchange = await talk(59)
  for (let i = 0; i < 3; i++) await leg({ minutes: 70, exchange })
  expect(await used()).toBe(false)
  await leg({ minutes: 1, exchange: await talk(1) })
  expect(await used()).toBe(true)
})

test.each<[string, () => Promise<unknown>]>([
  ['of yesterday', () => leg({ minutes: 15, hoursAgo: 24 })],
  ['that nobody answered', () => leg({ minutes: 15, answered: false })],
  ['of another family', () => leg({ minutes: 15, household: randomUUID() })],
  ['that goes on', () => leg({ minutes: 15, ended: false })],
  ['in which the two did not meet', async () => leg({ minutes: 15, exchange: await talk(15, 'undelivered') })],
])('a call %s does not count', async (_, call) => {
  for (let i = 0; i < 5; i++) await call()
  expect(await used()).toBe(false)
})

test('a call of whose end we heard late counts for no more than a call may last', async () => {
  await leg({ minutes: 50 })
  await leg({ minutes: 50 })
  expect(await used()).toBe(false)
})
