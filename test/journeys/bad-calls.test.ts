import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { INBOUND_STATUS_PATH } from '../../src/carriers/twilio/call-paths.ts'
import { VOICE_PATH } from '../../src/webhooks/voice.ts'
import { type Telephone, telephone } from '../support/telephone.ts'
import { openWorld, type World } from '../support/world.ts'

const KITCHEN = '+17735550188'
const FORWARDER = '+17735550166'

let world: World
let kitchen: Telephone
beforeAll(async () => {
  world = await openWorld({ numbers: 4, hours: 'always' })
  const paula = 'paula,,,true,lincoln,parent,paula,,Paula,Gomez,,,,,'
  await world.rosterChanges('users.csv', [`${paula},diego`, `${paula}${KITCHEN},diego`])
  kitchen = telephone(world, KITCHEN)
})
afterEach(() => world.isIntact())

const sid = (kind: 'CA' | 'RE') => `${kind}${randomUUID().replaceAll('-', '')}`
const last = async () => (await world.exchanges({ guardian: 'paula' })).at(-1)
const said = (phone: Telephone) => phone.call()?.heard.flatMap((one) => (one.kind === 'said' ? [one.text] : [])) ?? []
const record = async () => JSON.stringify(await world.rows(sql`select * from exchange order by id`))
/** The call of the message that waits, and its turn. */
const open = async () => {
  const [call] = await world.rows(
    sql<{
      id: string
      turn: number
      sid: string
    }>`select id, turn, sid from call where ended_at is null order by id desc limit 1`,
  )
  if (call === undefined) throw new Error('no call is open')
  return call
}
/** What still waits for another call is withdrawn by its writer. */
const withdrawn = async () => {
  for (const one of await world.exchanges({ guardian: 'paula' }))
    if (one.direction === 'to_family' && ['held', 'queued'].includes(one.status)) await world.decides('rivera', one.id, 'cancel')
}
const rings = async () => {
  await world.sends('rivera', { guardian: 'paula' }, 'Thank you.')
  await kitchen.rings()
  kitchen.answers()
  await kitchen.hears()
}

describe('callbacks of calls that nobody made', () => {
  test.each([
    ['a turn', (id: string) => `/webhooks/twilio/call/${world.district}/${id}/0`, 200],
    ['a turn of another district', (id: string) => `/webhooks/twilio/call/${randomUUID()}/${id}/3`, 200],
    ['a screen', (id: string) => `/webhooks/twilio/screen/${world.district}/${id}`, 200],
    ['a key at a screen', (id: string) => `/webhooks/twilio/screen/${world.district}/${id}/key`, 200],
    ['an end', (id: string) => `/webhooks/twilio/call-status/${world.district}/${id}`, 200],
    ['a recording', (id: string) => `/webhooks/twilio/recording/${world.district}/${id}/2`, 200],
    ['no id at all', () => `/webhooks/twilio/call/${world.district}/x/0`, 400],
    ['a document that is not ours to play again', () => '/webhooks/twilio/again', 400],
  ])('%s is answered, and leaves nothing', async (_, path, status) => {
    const before = await record()
    const form = { CallSid: sid('CA'), CallStatus: 'completed', Digits: '1', From: KITCHEN, To: world.numbers[0] ?? '' }
    const recording = { RecordingSid: sid('RE'), RecordingStatus: 'completed', RecordingDuration: '9' }
    const again = { ErrorUrl: 'https://elsewhere.example/webhooks/twilio/voice', ErrorCode: '13511' }
    expect(await world.webhook(path(randomUUID()), { ...form, ...recording, ...again })).toBe(status)
    await world.settled()
    expect(await record()).toBe(before)
  })

  test('one that the account did not sign is refused, and leaves nothing', async () => {
    const before = await record()
    for (const path of [VOICE_PATH, `/webhooks/twilio/recording/${world.district}/${randomUUID()}/1`, '/webhooks/twilio/again']) {
      const body = new URLSearchParams({ CallSid: sid('CA'), From: KITCHEN, To: world.numbers[0] ?? '', RecordingSid: sid('RE') })
      const answer = await fetch(`${world.gateway.url}${path}`, {
        method: 'POST',
        headers: { 'x-twilio-signature': 'x'.repeat(28) },
        body,
      })
      expect(answer.status).toBe(403)
    }
    expect(await record()).toBe(before)
  })
})

describe('a call under way', () => {
  test('is not moved by callbacks of another call, twice, late or early; each message is heard once', async () => {
    await rings()
    const call = await open()
    const path = `/webhooks/twilio/call/${world.district}/${call.id}`
    const form = { CallStatus: 'in-progress', From: world.numbers[0] ?? '', To: KITCHEN }
    // Another call's name, a turn that is over, one that is still to come.
    expect(await world.webhook(`${path}/${call.turn}`, { ...form, CallSid: sid('CA'), Digits: '1' })).toBe(200)
    expect(await world.webhook(`${path}/0`, { ...form, CallSid: call.sid })).toBe(200)
    expect(await world.webhook(`${path}/${call.turn + 4}`, { ...form, CallSid: call.sid, Digits: '1' })).toBe(200)
    expect(await open()).toMatchObject({ id: call.id, turn: call.turn })
    await kitchen.presses('1')
    // The same turn again is answered as before and changes nothing.
    const now = await open()
    expect(await world.webhook(`${path}/${now.turn - 1}`, { ...form, CallSid: call.sid, Digits: '9' })).toBe(200)
    expect(await open()).toMatchObject({ turn: now.turn })
    await kitchen.isSilent()
    await world.until('it is heard', async () => (await last())?.status === 'delivered')
    const heard = (await last())?.events.filter((event) => event.what === 'heard')
    expect(heard).toHaveLength(1)
    // Its end is told late, twice and out of order.
    const status = `/webhooks/twilio/call-status/${world.district}/${call.id}`
    for (const [word, sequence] of [
      ['completed', '3'],
      ['ringing', '1'],
      ['completed', '3'],
      ['no-answer', '9'],
    ] as const)
      await world.webhook(status, { CallSid: call.sid, CallStatus: word, SequenceNumber: sequence, CallDuration: '20' })
    await world.settled()
    expect(await last()).toMatchObject({ status: 'delivered' })
  })

  test('takes no recording that another call made, nor one of a turn that is over', async () => {
    await rings()
    await kitchen.presses('1')
    await kitchen.presses('2')
    const call = await open()
    const before = await world.rows(sql`select id from recording`)
    const forged = { CallSid: sid('CA'), RecordingSid: sid('RE'), RecordingStatus: 'completed', RecordingDuration: '9' }
    await world.webhook(`/webhooks/twilio/recording/${world.district}/${call.id}/${call.turn - 1}`, forged)
    await world.webhook(`/webhooks/twilio/recording/${world.district}/${randomUUID()}/${call.turn}`, forged)
    await world.settled()
    expect(await world.rows(sql`select id from recording`)).toEqual(before)
    kitchen.hangsUp()
    await world.settled()
  })
})

describe('at the telephone', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['silence', () => kitchen.isSilent()],
    ['wrong keys', () => kitchen.presses('7')],
  ])('%s at the gate, three times: a kind word, nothing private, and another try later', async (_, does) => {
    await withdrawn()
    await rings()
    for (let i = 0; i < 3; i++) await does()
    expect(kitchen.call()?.state).toBe('over')
    expect(said(kitchen).join()).not.toMatch(/Gracias\.|Diego/)
    expect(said(kitchen).at(-1)).toMatch(/devuelva la llamada/)
    await world.until('it waits', async () => (await last())?.events.at(-1)?.what === 'not_answered')
  })

  test.each([
    ['at the gate', 0],
    ['after the message', 1],
    ['when asked for an answer', 2],
    ['before the answer is sent', 3],
  ])('a hang-up %s loses nothing and sends nothing', async (_, steps) => {
    await withdrawn()
    const answers = async () =>
      (await world.exchanges({ guardian: 'paula' })).filter((one) => one.direction === 'to_staff').length
    const before = await answers()
    await rings()
    const walk = [() => kitchen.presses('1'), () => kitchen.presses('2'), () => kitchen.says('Gracias, maestra.')]
    for (const step of walk.slice(0, steps)) await step()
    kitchen.hangsUp()
    // What was said to its end was heard; what was not is said another time.
    await world.until('the call has ended', async () => {
      const message = (await world.exchanges({ guardian: 'paula' })).findLast((one) => one.direction === 'to_family')
      return steps >= 1 ? message?.status === 'delivered' : message?.events.at(-1)?.what === 'not_answered'
    })
    expect(await answers()).toBe(before)
  })

  test('an answer that was hardly understood is recorded instead of guessed at', async () => {
    await withdrawn()
    await rings()
    await kitchen.presses('1')
    await kitchen.presses('2')
    expect((await kitchen.says('algo', 0.2)).join()).toMatch(/No le entendí.*tono/)
    await kitchen.leaves('Diego tiene cita con el doctor mañana por la mañana.')
    kitchen.hangsUp()
    await world.until('it is there', async () => (await last())?.kind === 'voicemail')
    expect(await last()).toMatchObject({ original: { text: '' } })
  })
})

describe('who calls in', () => {
  test('with a withheld number is a stranger, whatever the other strangers have said', async () => {
    const { family } = await world.line('rivera', 'paula')
    for (const number of ['+17735550151', '+17735550152']) {
      const caller = telephone(world, number)
      caller.dials(family ?? '', true)
      const heard = (await caller.hears()).join()
      expect(heard).not.toMatch(/Diego|Paula|message/)
      caller.hangsUp()
    }
    await world.settled()
    const calls = await world.rows(sql<{ phone_id: string | null; household_id: string | null }>`
      select phone_id, household_id from call where direction = 'inbound'`)
    expect(calls.slice(-2)).toEqual(Array(2).fill({ phone_id: null, household_id: null }))
  })

  test('through a forwarding phone and SIP headers shows neither to anybody, nor keeps them beside the call', async () => {
    const { family } = await world.line('rivera', 'paula')
    const form = {
      CallSid: sid('CA'),
      CallStatus: 'ringing',
      From: KITCHEN,
      To: family ?? '',
      ForwardedFrom: FORWARDER,
      'SipHeader_P-Asserted-Identity': `<sip:${FORWARDER}@example.com>`,
      SipHeader_Diversion: FORWARDER,
      CallToken: `{"parentCallInfoToken":"${FORWARDER}"}`,
    }
    expect(await world.webhook(VOICE_PATH, form)).toBe(200)
    const kept = await world.rows(sql<{ row: string }>`
      select c::text as row from call c union all select e::text from exchange e union all select v::text from event v union all select p::text from phone p`)
    for (const { row } of kept) expect(row).not.toContain(FORWARDER.slice(2))
    await world.webhook(INBOUND_STATUS_PATH, { ...form, CallStatus: 'completed', CallDuration: '1' })
    await world.settled()
  })
})
