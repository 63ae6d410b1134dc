import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { scripts } from '../../src/relay/answer.ts'
import type { RingStore } from '../../src/relay/ring-ports.ts'
import { endCall } from '../../src/store/call-ending.ts'
import { lockCall } from '../../src/store/call-rows.ts'
import { inDistrict } from '../../src/store/database.ts'
import { readExchanges } from '../../src/store/exchange-record.ts'
import { ringStore } from '../../src/store/ringing.ts'
import { advanceClock, momentOf } from '../../src/store/settings.ts'
import { type CallSchool, callSchool } from '../support/call-school.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange } from '../support/log-school.ts'

let t: TestDatabase
let school: CallSchool
let store: RingStore
beforeAll(async () => {
  t = await freshDatabase()
  store = ringStore(t.db, t.keys, () => true, scripts.play)
})
beforeEach(async () => {
  school = await callSchool(t)
})

const rows = <T>(query: ReturnType<typeof sql<T>>) =>
  inDistrict(t.db, school.district, async (trx) => (await query.execute(trx)).rows)
const claim = () => store.claim(school.district, 20, () => ({ kind: 'hand_over', validitySeconds: 600 }))

/** A message that is due to be called through. */
async function due(): Promise<string> {
  const id = await addExchange(t.db, school, { direction: 'to_family', status: 'queued' })
  await rows(
    sql`update exchange set channel = 'call', body = 'x', prepare_after = null, send_after = clock_timestamp() where id = ${id} returning id`,
  )
  return id
}
const set = (id: string, values: string) => rows(sql`update exchange set ${sql.raw(values)} where id = ${id} returning id`)
const lane = async (...ids: string[]) => {
  for (const [seq, id] of ids.entries()) await set(id, `seq = ${seq + 1}`)
}
const statusOf = async (id: string) =>
  (await rows(sql<{ status: string }>`select status from exchange where id = ${id}`))[0]?.status

/** Rosa’s phone is in a call of ours. */
async function talks(): Promise<string> {
  const id = randomUUID()
  await rows(sql`insert into call (district_id, id, direction, script, phone_id, proxy_number_id, started_at, answered_at)
    values (${school.district}, ${id}, 'inbound', 'family', ${school.phones.rosa}, ${school.proxies.family.id}, clock_timestamp(), clock_timestamp()) returning id`)
  return id
}

const behind = async (id: string) =>
  inDistrict(t.db, school.district, async (trx) => {
    const [record] = await readExchanges(trx, school.district, sql`select ${id}::uuid as id`, (await momentOf(trx)).now)
    return record?.behind
  })

test('what is due says what it waits behind: the call that its phone is in, the one that carries an earlier message, or an earlier message', async () => {
  const [first, second] = [await due(), await due()]
  await lane(first, second)
  expect([await behind(first), await behind(second)]).toEqual([null, 'message'])
  const call = await talks()
  expect([await behind(first), await behind(second)]).toEqual(['call', 'call'])
  await claim()
  expect(await behind(first)).toBe('call')
  await rows(sql`update call set ended_at = clock_timestamp() where id = ${call} returning id`)
  expect([await behind(first), await behind(second)]).toEqual([null, 'message'])
  await set(second, `channel = 'text'`)
  await set(first, 'send_after = clock_timestamp()')
  await claim()
  expect([await statusOf(first), await behind(first), await behind(second)]).toEqual(['sending', null, 'call'])
  await set(second, `send_after = clock_timestamp() + interval '1 hour'`)
  expect(await behind(second)).toBe(null)
})

test('a line that is busy is not rung; it is looked at again some seconds later, not at once, and then rings', async () => {
  const message = await due()
  const call = await talks()
  expect(await claim()).toMatchObject({ calls: [] })
  expect(await claim()).toEqual({ calls: [], decided: 0 })
  await rows(sql`update call set ended_at = clock_timestamp() where id = ${call} returning id`)
  await advanceClock(t.db, 10)
  expect((await claim()).calls).toHaveLength(1)
  expect(await rows(sql`select status from exchange where id = ${message}`)).toEqual([{ status: 'sending' }])
})

test('what waits behind an urgent message rings along only where it is urgent too: the call may be outside the hours', async () => {
  const [urgent, other, next] = [await due(), await due(), await due()]
  await lane(urgent, other, next)
  await set(urgent, 'urgent = true')
  await set(next, 'urgent = true')
  expect((await claim()).calls).toHaveLength(1)
  expect([await statusOf(urgent), await statusOf(other)]).toEqual(['sending', 'queued'])
})

test('what is for somebody who has left this phone is not said by it', async () => {
  const [hers, his] = [await due(), await due()]
  await lane(hers, his)
  await set(his, `guardian_id = 'gone'`)
  expect((await claim()).calls).toHaveLength(1)
  expect([await statusOf(hers), await statusOf(his)]).toEqual(['sending', 'queued'])
})

test('who asks for no more calls in one that had more to say gets the rest as texts', async () => {
  const [first, second] = [await due(), await due()]
  await lane(first, second)
  const [call] = (await claim()).calls
  expect(await statusOf(second)).toBe('sending')
  await rows(sql`update phone set calls_refused_at = clock_timestamp() where id = ${school.phones.rosa} returning id`)
  await inDistrict(t.db, school.district, async (trx) => {
    const row = await lockCall(trx, school.district, call?.callId ?? '')
    if (row === null) throw new Error('no call')
    await endCall(
      trx,
      school.district,
      await momentOf(trx),
      row,
      { word: 'completed', seconds: 9, errorCode: null },
      scripts.play,
    )
  })
  expect(await rows(sql`select status, prepare_after is not null as anew from exchange where id = ${second}`)).toEqual([
    { status: 'queued', anew: true },
  ])
})
