import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decideDelivery } from '../../src/core/delivery.ts'
import { scripts } from '../../src/relay/answer.ts'
import type { CallOutcome } from '../../src/relay/ring-ports.ts'
import { hearOfCall } from '../../src/store/calls.ts'
import { inDistrict } from '../../src/store/database.ts'
import { ringStore } from '../../src/store/ringing.ts'
import { momentOf } from '../../src/store/settings.ts'
import { type CallSchool, callSchool } from '../support/call-school.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { addExchange } from '../support/log-school.ts'

let t: TestDatabase
let school: CallSchool
beforeAll(async () => {
  t = await freshDatabase()
})
beforeEach(async () => {
  school = await callSchool(t)
})

const store = (mayCall = () => true) => ringStore(t.db, t.keys, mayCall, scripts.play)
const rows = <T>(query: ReturnType<typeof sql<T>>) =>
  inDistrict(t.db, school.district, async (trx) => (await query.execute(trx)).rows)
const sid = () => `CA${randomUUID().replaceAll('-', '')}`

/** A message that is due by phone. */
async function message(): Promise<string> {
  const id = await addExchange(t.db, school, { direction: 'to_family', status: 'queued', sendAfter: '2026-11-01T00:00:00Z' })
  await rows(sql`update exchange set channel = 'call', prepare_after = null, body = original_text, seq = 1
    where district_id = ${school.district} and id = ${id} returning id`)
  return id
}
/** A call between two that was asked for; in `room` mode the interpreter line, another phone of ours, is the third. */
async function between(mode: 'room' | 'interpreted' | null): Promise<string> {
  const id = await addExchange(t.db, school, { direction: 'to_family', status: 'queued', sendAfter: '2026-11-01T00:00:00Z' })
  await rows(sql`update exchange set kind = 'call', channel = 'call', prepare_after = null, body = '', author_id = 'rivera', call_mode = ${mode},
      third_phone_id = ${mode === 'room' ? school.phones.okafor : null}::uuid, third_side = ${mode === 'room' ? 'interpreter' : null}
    where district_id = ${school.district} and id = ${id} returning id`)
  return id
}
const claim = async () => (await store().claim(school.district, 20, decideDelivery)).calls.map((call) => call.callId)
const record = (callId: string, outcome: CallOutcome['outcome']) => store().record(school.district, [{ callId, outcome }])
const state = async (exchangeId: string) => {
  const [exchange] = await rows(
    sql<{ status: string; tries: number }>`select status, tries from exchange where id = ${exchangeId}`,
  )
  const calls = await rows(
    sql<{ id: string; side: string | null; ended: boolean; hang_up: boolean; outcome: string | null }>`
      select id, side, ended_at is not null as ended, hang_up, outcome from call
      where exchange_id = ${exchangeId} or id = (select call_id from exchange where id = ${exchangeId}) order by id`,
  )
  const events = await rows(sql<{ what: string }>`select what from event where exchange_id = ${exchangeId} order by id`)
  return { ...exchange, calls, events: events.map((event) => event.what).slice(2) }
}
const told = (callId: string, word: string, of: string) =>
  inDistrict(t.db, school.district, async (trx) => {
    const about = { sequence: 1, seconds: 0, answeredBy: null, errorCode: null }
    const status = { kind: 'call', sid: of, word, districtId: school.district, callId, ...about } as const
    await hearOfCall(trx, t.keys, school.district, await momentOf(trx), status, scripts)
  })

describe('what asking the carrier came to, for a call that says a message', () => {
  test.each<[string, CallOutcome['outcome'], { status: string; ended: boolean; last: string; tasks: string[] }]>([
    ['taken', { kind: 'accepted', sid: sid() }, { status: 'sending', ended: false, last: 'ringing', tasks: [] }],
    [
      'refused',
      { kind: 'refused', code: 21211 },
      { status: 'failed', ended: true, last: 'failed', tasks: ['phone_unusable', 'unreached'] },
    ],
    [
      'too many',
      { kind: 'retry', code: 20429, afterSeconds: 7 },
      { status: 'queued', ended: true, last: 'not_taken', tasks: [] },
    ],
    ['not asked in time', { kind: 'not_called' }, { status: 'queued', ended: true, last: 'not_taken', tasks: [] }],
    ['unknown', { kind: 'unknown' }, { status: 'sending', ended: false, last: 'ringing', tasks: [] }],
  ])('%s', async (_, outcome, expected) => {
    const id = await message()
    const [callId = ''] = await claim()
    await record(callId, outcome)
    // A second answer to the same call changes nothing.
    await record(callId, outcome)
    const { status, calls, events } = await state(id)
    const tasks = await rows(sql<{ kind: string }>`select kind from task where district_id = ${school.district} order by kind`)
    expect({ status, ended: calls[0]?.ended, last: events.at(-1), tasks: tasks.map((task) => task.kind) }).toEqual(expected)
  })

  test('unknown is given up in the end, and never dialled again by itself', async () => {
    const id = await message()
    const [callId = ''] = await claim()
    await record(callId, { kind: 'unknown' })
    await store().giveUp(school.district, callId)
    await store().giveUp(school.district, callId)
    expect(await state(id)).toMatchObject({ status: 'failed', events: ['ringing', 'unknown'] })
    expect(await claim()).toEqual([])
  })

  test('a callback that came first proves that it was taken, whatever the answer says', async () => {
    const id = await message()
    const [callId = ''] = await claim()
    await told(callId, 'ringing', sid())
    await record(callId, { kind: 'retry', code: 20429, afterSeconds: 1 })
    expect(await state(id)).toMatchObject({ status: 'sending', calls: [{ ended: false, outcome: 'accepted' }] })
    expect(await claim()).toEqual([])
  })
})

describe('a common call of which one phone cannot be had', () => {
  const gone: readonly [string, CallOutcome['outcome']][] = [
    ['too many', { kind: 'retry', code: 20429, afterSeconds: 1 }],
    ['not asked in time', { kind: 'not_called' }],
    ['refused', { kind: 'refused', code: 21211 }],
  ]
  test.each(
    gone.flatMap(([what, outcome]) => [0, 1].map((leg) => [what, leg === 0 ? 'teacher' : 'family', outcome, leg] as const)),
  )('%s, of the %s: the others are hung up, it ends, and may be asked for again', async (_what, _who, outcome, leg) => {
    const id = await between('room')
    const legs = await claim()
    expect(legs).toHaveLength(3)
    const others = legs.filter((_, i) => i !== leg)
    const sids = new Map(others.map((other) => [other, sid()]))
    for (const [other, its] of sids) await record(other, { kind: 'accepted', sid: its })
    await record(legs[leg] ?? '', outcome)
    const during = await state(id)
    expect(
      during.calls
        .filter((call) => call.hang_up)
        .map((call) => call.id)
        .toSorted(),
    ).toEqual(others.toSorted())
    for (const [other, its] of sids) await told(other, 'canceled', its)
    const after = await state(id)
    expect(after.calls.every((call) => call.ended)).toBe(true)
    expect(['undelivered', 'failed']).toContain(after.status)
    expect(await claim()).toEqual([])
  })

  test('unknown to the end: it does not stay under way for ever', async () => {
    const id = await between('room')
    const legs = await claim()
    const its = sid()
    await record(legs[0] ?? '', { kind: 'accepted', sid: its })
    await told(legs[0] ?? '', 'completed', its)
    for (const leg of legs.slice(1)) await record(leg, { kind: 'unknown' })
    for (const leg of legs.slice(1)) await store().giveUp(school.district, leg)
    const { status, calls } = await state(id)
    expect(calls.every((call) => call.ended)).toBe(true)
    expect(status).toBe('undelivered')
  })

  test('a leg that the carrier takes after the end is looked at at once', async () => {
    await between('room')
    const [teacher = '', family = '', third = ''] = await claim()
    const [a, b] = [sid(), sid()]
    await record(teacher, { kind: 'accepted', sid: a })
    await told(teacher, 'busy', a)
    await record(family, { kind: 'accepted', sid: b })
    const looks = await store().dueLooks(school.district, 10)
    expect(looks.calls.filter((call) => call.hangUp).map((call) => call.callId)).toEqual(expect.arrayContaining([family, third]))
  })
})

describe('at the same moment', () => {
  test('two claims ring a phone once', async () => {
    await message()
    const both = await Promise.all([claim(), claim(), claim()])
    expect(both.flat()).toHaveLength(1)
  })

  test.each(['room', 'interpreted'] as const)('all legs of a common call end (%s), and it is ended once', async (mode) => {
    const id = await between(mode)
    const legs = await claim()
    const sids = legs.map(sid)
    await Promise.all(legs.map((leg, i) => record(leg, { kind: 'accepted', sid: sids[i] ?? '' })))
    await Promise.all(legs.flatMap((leg, i) => [told(leg, 'completed', sids[i] ?? ''), told(leg, 'completed', sids[i] ?? '')]))
    const { calls, events, status } = await state(id)
    expect(calls.every((call) => call.ended)).toBe(true)
    expect(events.filter((what) => what === 'call_ended')).toHaveLength(1)
    expect(status).toBe('undelivered')
  })

  test('a callback and a look end a call once', async () => {
    const id = await message()
    const [callId = ''] = await claim()
    const its = sid()
    await record(callId, { kind: 'accepted', sid: its })
    const end = { word: 'no-answer', seconds: 0, errorCode: null }
    await Promise.all([told(callId, 'no-answer', its), store().end(school.district, callId, end), told(callId, 'no-answer', its)])
    expect(await state(id)).toMatchObject({ status: 'queued', tries: 1 })
  })

  test('a process that dies between commit and dial has rung nobody, and nobody is rung for it again', async () => {
    const id = await message()
    const [callId = ''] = await claim()
    // Nothing is recorded: after 45 s the carrier is asked.
    await rows(sql`update call set look_after = clock_timestamp() where id = ${callId} returning id`)
    const { calls } = await store().dueLooks(school.district, 10)
    expect(calls).toMatchObject([{ callId, sid: null }])
    expect(await claim()).toEqual([])
    expect(await state(id)).toMatchObject({ status: 'sending', calls: [{ outcome: 'unknown' }] })
  })
})

describe('who may be rung at once', () => {
  test('an interpreter line that is in another call is rung all the same', async () => {
    await rows(sql`insert into call (district_id, id, direction, script, phone_id, proxy_number_id, started_at)
      select ${school.district}, gen_random_uuid(), 'outbound', 'room', ${school.phones.okafor}, ${school.proxies.spare.id}, clock_timestamp()
      from generate_series(1, 15) returning id`)
    await between('room')
    expect(await claim()).toHaveLength(3)
  })

  test('a family’s phone that is in a call waits', async () => {
    await rows(sql`insert into call (district_id, id, direction, script, phone_id, proxy_number_id, started_at)
      values (${school.district}, gen_random_uuid(), 'inbound', 'family', ${school.phones.rosa}, ${school.proxies.family.id}, clock_timestamp()) returning id`)
    await message()
    expect(await claim()).toEqual([])
  })
})
