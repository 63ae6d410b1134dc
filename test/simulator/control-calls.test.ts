import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { account, openRest, phone, proxy } from './bench.ts'
import { type CallBench, openCallBench, until } from './call-bench.ts'

const callee = '+19715550143'

let bench: CallBench
let app: FastifyInstance
beforeEach(async () => {
  bench = await openCallBench()
  app = openRest(bench.simulator)
})
afterEach(async () => {
  await app.close()
  await bench.close()
})

async function post(path: string, payload: object = {}) {
  const answer = await app.inject({ method: 'POST', url: `/simulator/${path}`, payload })
  return { status: answer.statusCode, body: answer.json() }
}
const get = async (path: string) => (await app.inject({ url: `/simulator/${path}` })).json()

describe('another process, by the doors alone,', () => {
  test('dials, presses, speaks, hangs up, and reads what every phone heard', async () => {
    bench.documents.set('/next', '<Record action="/end"/>')
    bench.answerWith('<Say>Hello</Say><Gather action="/next" numDigits="1"/>')
    const { status, body } = await post('calls', { from: phone, to: proxy })
    expect([status, body]).toEqual([202, { sid: expect.stringMatching(/^CA/) }])
    await post('settled')
    expect(await get('calls')).toMatchObject({ [phone]: [{ sid: body.sid, state: 'talks', waits: 'keys', other: proxy }] })
    expect(await post('calls/press', { phone, keys: '1' })).toMatchObject({ status: 200, body: { sid: body.sid } })
    await post('settled')
    await post('calls/speak', { phone, words: 'This is a sentence of about three seconds.' })
    expect(await post('calls/hang-up', { phone })).toMatchObject({ status: 200, body: { state: 'over' } })
    await post('settled')
    expect((await get('calls'))[phone][0].heard.map(({ kind }: { kind: string }) => kind)).toEqual([
      'said',
      'pressed',
      'tone',
      'spoke',
    ])
    expect(await get('recordings')).toMatchObject([
      { accountSid: account, callSid: body.sid, seconds: 3, words: 'This is a sentence of about three seconds.' },
    ])
  })

  test.each([
    [false, 'human'],
    [true, 'machine_start'],
  ])('answers a phone that rings, as a machine: %s', async (machine, word) => {
    bench.documents.set('/made', '<Gather/>')
    const sid = bench.call(callee, { machineDetection: 'Enable' })
    await until('it rings', () => bench.simulator.calls.phoneCall(callee))
    expect(await post('calls/answer', { phone: callee, machine })).toMatchObject({ status: 200, body: { state: 'talks' } })
    expect(bench.simulator.calls.call(sid)?.answeredBy).toBe(word)
  })

  test('says nothing for as long as the call waits', async () => {
    bench.answerWith('<Gather/><Say>Nobody there?</Say>')
    await post('calls', { from: phone, to: proxy })
    await post('settled')
    expect((await post('calls/wait', { phone })).status).toBe(200)
    await until('it is over', () => bench.simulator.calls.phoneCall(phone)?.state === 'over')
    expect((await get('calls'))[phone][0].heard).toMatchObject([{ text: 'Nobody there?' }])
  })

  test('dials with a number that is withheld, passed on or not vouched for', async () => {
    bench.answerWith('<Hangup/>')
    await post('calls', { from: phone, to: proxy, withheld: true, forwardedFrom: callee, verified: 'TN-Validation-Failed' })
    await post('settled')
    expect(bench.forms('/voice')).toMatchObject([
      { From: '+266696687', ForwardedFrom: callee, StirVerstat: 'TN-Validation-Failed' },
    ])
  })

  test('breaks a phone and mends it', async () => {
    expect(await post('voice-faults', { phone: callee, fault: 'busy' })).toEqual({ status: 200, body: {} })
    expect(await get('voice-faults')).toEqual({ [callee]: 'busy' })
    bench.call(callee)
    await post('settled')
    expect(await get('calls')).toMatchObject({ [callee]: [{ state: 'over', heard: [] }] })
    await post('voice-faults', { phone: callee, fault: 'none' })
    expect(await get('voice-faults')).toEqual({})
  })
})

test.each([
  ['calls', {}, 400],
  ['calls', { from: phone }, 400],
  ['calls/press', { phone, keys: 'A' }, 400],
  ['calls/press', { phone }, 400],
  ['calls/speak', { phone, words: '' }, 400],
  ['calls/speak', { phone, words: 'hi', confidence: 2 }, 400],
  ['voice-faults', { phone, fault: 'loud' }, 400],
  ['calls/answer', { phone }, 409],
  ['calls/press', { phone, keys: '1' }, 409],
  ['calls/speak', { phone, words: 'hi' }, 409],
  ['calls/wait', { phone }, 409],
  ['calls/hang-up', { phone }, 409],
])('%s %j is refused with %i', async (path, body, status) => {
  expect((await post(path, body)).status).toBe(status)
})

test('a page of another site dials nobody', async () => {
  const answer = await app.inject({
    method: 'POST',
    url: '/simulator/calls',
    payload: { from: phone, to: proxy },
    headers: { origin: 'https://elsewhere.example' },
  })
  expect(answer.statusCode).toBe(403)
  expect(bench.simulator.calls.phoneCalls(phone)).toEqual([])
})
