import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { lockCall, lockCallBySid } from '../../src/store/call-rows.ts'
import { connect, type Db, inDistrict, type Trx } from '../../src/store/database.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange, FAMILY_PROXY, type LogSchool, logSchool } from '../support/log-school.ts'

let t: TestDatabase
let owner: Db
let proxy = ''
let school: LogSchool
beforeAll(async () => {
  t = await freshDatabase()
  owner = connect(t.ownerUrl, 'homeline' as 'homeline_app')
  const { rows } = await sql<{ id: string }>`
    insert into proxy_number (number, carrier_sid) values (${FAMILY_PROXY}, 'PN1') returning id`.execute(owner)
  proxy = rows[0]?.id ?? ''
  school = await logSchool(t.db, t.keys, 'legs')
  return () => owner.destroy()
})

const within = <T>(work: (trx: Trx) => Promise<T>) => inDistrict(t.db, school.district, work)
const leg = (exchange: string | null) => {
  const id = randomUUID()
  return within(async (trx) => {
    await sql`insert into call (district_id, id, direction, script, proxy_number_id, exchange_id, sid, started_at)
      values (${school.district}, ${id}, 'outbound', 'room', ${proxy}, ${exchange}::uuid, ${`CA${id}`}, clock_timestamp())`.execute(
      trx,
    )
    return id
  })
}
/** Whether another connection could lock the call now. */
const isFree = (id: string) =>
  within(async (trx) => {
    const { rows } =
      await sql`select from call where district_id = ${school.district} and id = ${id} for update skip locked`.execute(trx)
    return rows.length === 1
  })

describe.each([
  ['by its id', (trx: Trx, id: string) => lockCall(trx, school.district, id)],
  ['by the carrier’s id', (trx: Trx, id: string) => lockCallBySid(trx, school.district, `CA${id}`)],
] as const)('a call that is locked %s', (_by, lock) => {
  test('is locked with all legs of its common call, so that two that end at the same moment never wait for each other', async () => {
    const exchange = await addExchange(t.db, school, { status: 'sending' })
    const legs = [await leg(exchange), await leg(exchange), await leg(exchange)]
    const other = await leg(await addExchange(t.db, school, { status: 'sending' }))
    for (const one of legs)
      await within(async (trx) => {
        expect(await lock(trx, one)).toMatchObject({ id: one, exchangeId: exchange })
        expect(await Promise.all(legs.map(isFree))).toEqual([false, false, false])
        expect(await isFree(other)).toBe(true)
      })
  })

  test('alone is locked alone', async () => {
    const [alone, another] = [await leg(null), await leg(null)]
    await within(async (trx) => {
      expect(await lock(trx, alone)).toMatchObject({ id: alone })
      expect([await isFree(alone), await isFree(another)]).toEqual([false, true])
    })
  })

  test('is null when there is none', async () => {
    expect(await within((trx) => lock(trx, randomUUID()))).toBeNull()
  })
})
