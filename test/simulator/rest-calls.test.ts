import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkAnswer, checkRequest } from '../support/twilio-contract.ts'
import { account, basic, openRest, openSdk, phone, proxy, secondProxy, token } from './bench.ts'
import { type CallBench, openCallBench, until } from './call-bench.ts'

const other = 'AC00000000000000000000000000000002'
const callee = '+19715550143'
const root = `/2010-04-01/Accounts/${account}`

let now: Temporal.Instant
let bench: CallBench
let app: FastifyInstance
beforeEach(async () => {
  now = Temporal.Instant.from('2026-11-23T17:00:00Z')
  bench = await openCallBench({
    now: () => now,
    accounts: [
      { sid: account, authToken: token, numbers: [proxy, secondProxy] },
      { sid: other, authToken: 'other-token', numbers: ['+19715550109'] },
    ],
  })
  bench.documents.set('/made', '<Say>Hello</Say><Gather action="/next"/>').set('/next', '<Hangup/>')
  app = openRest(bench.simulator)
})
afterEach(async () => {
  await app.close()
  await bench.close()
})

const calls = () => bench.simulator.calls
const request = () => ({
  From: proxy,
  To: phone,
  Url: `${bench.receiver.url}/made`,
  StatusCallback: `${bench.receiver.url}/status`,
})
const rings = () => until('it rings', () => calls().phoneCall(phone)?.state === 'rings')

async function ask(method: 'GET' | 'POST' | 'DELETE', url: string, form?: readonly (readonly [string, string])[]) {
  const payload = form === undefined ? {} : { payload: new URLSearchParams(form.map(([...pair]) => pair)).toString() }
  const headers = { authorization: basic, ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) }
  const answer = await app.inject({ method, url, headers, ...payload })
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json(), raw: answer.rawPayload }
}

/** What is asked and answered must both be as in Twilio's own OpenAPI. */
async function call(method: 'GET' | 'POST' | 'DELETE', url: string, form?: Record<string, string>) {
  expect(checkRequest(method, url, form)).toEqual([])
  const answer = await ask(method, url, form && Object.entries(form))
  if (answer.status < 400) expect(checkAnswer(method, url, answer.status, answer.body)).toEqual([])
  return answer
}

describe('the documents of a call', () => {
  test('from its making to its end, and off the list', async () => {
    const made = await call('POST', `${root}/Calls.json`, request())
    expect(made).toMatchObject({
      status: 201,
      body: { status: 'queued', direction: 'outbound-api', start_time: null, duration: null, from: proxy, to: phone },
    })
    const { uri, sid } = made.body
    await rings()
    expect((await call('GET', uri)).body).toMatchObject({ status: 'ringing' })
    expect(await call('DELETE', uri)).toMatchObject({ status: 400 })
    calls().answer(phone)
    expect((await call('GET', uri)).body).toMatchObject({ status: 'in-progress', start_time: 'Mon, 23 Nov 2026 17:00:00 +0000' })
    now = now.add({ seconds: 75 })
    calls().hangUp(phone)
    expect((await call('GET', uri)).body).toMatchObject({ status: 'completed', duration: '75', answered_by: null })
    expect((await call('GET', `${root}/Calls.json`)).body.calls).toMatchObject([{ sid }])
    expect((await call('DELETE', uri)).status).toBe(204)
    expect(await call('GET', uri)).toMatchObject({ status: 404, body: { code: 20404 } })
  })

  test.each([
    ['no address', { Url: '' }, 21205],
    ['an address that is none', { Url: 'there' }, 21205],
    ['a phone that is none', { To: 'mother' }, 21211],
    ['a phone abroad', { To: '+525512345678' }, 21215],
    ['a number that we have not', { From: '+19715550109' }, 21210],
    ['itself', { To: proxy }, 21266],
    ['nobody to tell', { StatusCallback: 'there' }, 21609],
    ['no time to ring', { Timeout: '0' }, 20001],
    ['a time that is none', { Timeout: 'long' }, 20001],
    ['no method', { Method: 'DELETE' }, 20001],
  ])('with %s there is no call', async (_, change, code) => {
    const answer = await ask('POST', `${root}/Calls.json`, Object.entries({ ...request(), ...change }))
    expect(answer).toMatchObject({ status: 400, body: { code, status: 400 } })
    expect(calls().calls(account)).toEqual([])
  })

  test.each([
    ['Enable', true, 'machine_start'],
    ['Enable', false, 'human'],
    ['DetectMessageEnd', true, 'machine_end_beep'],
    ['', true, null],
  ] as const)('with detection %j a machine (%s) is %s', async (MachineDetection, machine, word) => {
    const { body } = await call('POST', `${root}/Calls.json`, { ...request(), ...(MachineDetection ? { MachineDetection } : {}) })
    await rings()
    calls().answer(phone, machine)
    const made = await until('the document was asked for', () => bench.forms('/made')[0])
    expect(made['AnsweredBy'] ?? null).toBe(word)
    expect((await call('GET', body.uri)).body.answered_by).toBe(word)
  })

  test('what comes in says who passed it on', async () => {
    bench.answerWith('<Gather/>')
    const sid = calls().dial(phone, proxy, false, { forwardedFrom: callee })
    expect((await call('GET', `${root}/Calls/${sid}.json`)).body).toMatchObject({ direction: 'inbound', forwarded_from: callee })
  })
})

describe('a call is changed', () => {
  test.each([
    ['queued', 'canceled', 'canceled'],
    ['ringing', 'canceled', 'canceled'],
    ['ringing', 'completed', 'canceled'],
    ['in-progress', 'canceled', 'in-progress'],
    ['in-progress', 'completed', 'completed'],
    ['busy', 'completed', 'busy'],
  ] as const)('%s by %s to %s', async (before, Status, status) => {
    const { body } = await call('POST', `${root}/Calls.json`, request())
    if (before !== 'queued') await rings()
    if (before === 'in-progress') calls().answer(phone)
    if (before === 'busy') calls().hangUp(phone)
    expect(await call('POST', body.uri, { Status })).toMatchObject({ status: 200, body: { status } })
  })

  test('to another document, which plays instead', async () => {
    bench.documents.set('/instead', '<Say>Instead</Say><Gather/>')
    const { body } = await call('POST', `${root}/Calls.json`, request())
    await rings()
    const Url = `${bench.receiver.url}/instead`
    expect(await call('POST', body.uri, { Url })).toMatchObject({ status: 400, body: { code: 21220 } })
    calls().answer(phone)
    await bench.ready(phone)
    expect((await call('POST', body.uri, { Url, Method: 'GET' })).status).toBe(200)
    await until('it plays', () => bench.forms('/instead').length === 1 && calls().phoneCall(phone)?.waits === 'keys')
    expect((await bench.ready(phone)).heard.map((one) => (one.kind === 'said' ? one.text : ''))).toEqual(['Hello', 'Instead'])
    expect(await call('POST', body.uri, { Url: 'there' })).toMatchObject({ status: 400, body: { code: 21205 } })
  })

  test.each(['GET', 'POST', 'DELETE'] as const)('%s of somebody else’s is none', async (method) => {
    const made = calls().make(other, {
      from: '+19715550109',
      to: phone,
      url: `${bench.receiver.url}/made`,
      method: 'POST',
      fallbackUrl: '',
      fallbackMethod: 'POST',
      told: { url: '', method: 'POST', events: [] },
      timeout: 30,
      timeLimit: 600,
      machineDetection: '',
    })
    const sid = 'kind' in made ? '' : made.sid
    const form = method === 'POST' ? { Status: 'completed' } : undefined
    await rings()
    expect(await call(method, `${root}/Calls/${sid}.json`, form)).toMatchObject({ status: 404, body: { code: 20404 } })
    expect(calls().call(sid)?.status).toBe('ringing')
    expect((await call('GET', `${root}/Calls.json`)).body.calls).toEqual([])
  })
})

test('the list of calls is filtered, and shows what is late late', async () => {
  bench.answerWith('<Gather/>')
  calls().dial(phone, proxy)
  calls().dial(callee, proxy)
  await bench.ready(callee)
  now = now.add({ hours: 24 })
  calls().hangUp(callee)
  const day = '2026-11-23'
  const table = [
    [`From=${encodeURIComponent(phone)}`, 1],
    [`To=${encodeURIComponent(proxy)}`, 2],
    [`To=${encodeURIComponent(secondProxy)}`, 0],
    [`To=${encodeURIComponent(proxy)}&From=${encodeURIComponent(callee)}`, 1],
    ['Status=completed', 1],
    ['Status=busy', 0],
    [`ParentCallSid=CA${'0'.repeat(32)}`, 0],
    [`StartTime=${day}`, 2],
    ['StartTime=2026-11-22', 0],
    [`StartTime%3E=${day}`, 2],
    ['StartTime%3E=2026-11-24', 0],
    ['StartTime%3E=2026-11-23T16:59:59Z', 2],
    ['StartTime%3E=2026-11-23T17:00:01Z', 0],
    ['StartTime%3C=2026-11-22', 0],
    ['StartTime%3C=2026-11-23T17:00:00Z', 2],
    ['EndTime=2026-11-24', 1],
    [`EndTime%3C=${day}`, 0],
    ['PageSize=1', 1],
  ] as const
  for (const [query, count] of table) {
    const { body } = await call('GET', `${root}/Calls.json?${query}`)
    expect([query, body.calls.length]).toEqual([query, count])
  }
  expect(await ask('GET', `${root}/Calls.json?StartTime=noon`)).toMatchObject({ status: 400, body: { code: 20001 } })
  bench.simulator.setFaults({ listLagSeconds: 2 * 86_400 })
  expect((await call('GET', `${root}/Calls.json`)).body.calls).toEqual([])
})

test('Twilio’s own SDK makes, watches and ends a call', async () => {
  const client = await openSdk(app)
  const made = await client.calls.create({
    from: proxy,
    to: phone,
    url: `${bench.receiver.url}/made`,
    statusCallback: `${bench.receiver.url}/status`,
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    machineDetection: 'DetectMessageEnd',
  })
  await rings()
  calls().answer(phone)
  expect((await client.calls(made.sid).fetch()).status).toBe('in-progress')
  expect((await client.calls(made.sid).update({ status: 'completed' })).status).toBe('completed')
  const since = new Date(now.epochMilliseconds - 1000)
  expect((await client.calls.list({ from: proxy, to: phone, startTimeAfter: since })).map((row) => row.sid)).toEqual([made.sid])
  await bench.simulator.settled()
  expect(bench.forms('/status').map((told) => told['CallStatus'])).toEqual(['initiated', 'ringing', 'in-progress', 'completed'])
  await expect(client.calls(made.sid).update({ url: `${bench.receiver.url}/made` })).rejects.toMatchObject({ code: 21220 })
})

describe('faults', () => {
  let address: string
  beforeEach(async () => {
    address = await app.listen({ port: 0, host: '127.0.0.1' })
  })
  const post = () =>
    fetch(`${address}${root}/Calls.json`, {
      method: 'POST',
      headers: { authorization: basic },
      body: new URLSearchParams(request()),
    })

  test.each([
    ['down', 503, 0],
    ['storm', 429, 0],
    ['accept-then-500', 500, 1],
    ['accept-then-garbage', 201, 1],
    ['reset', null, 0],
    ['accept-then-reset', null, 1],
  ] as const)('%s answers %s, and %i phones ring', async (rest, status, count) => {
    bench.simulator.setFaults({ rest, strikes: 1 })
    if (status === null) await expect(post()).rejects.toThrow('fetch failed')
    else expect((await post()).status).toBe(status)
    await bench.simulator.settled()
    expect(calls().phoneCalls(phone)).toHaveLength(count)
    expect(
      calls()
        .phoneCalls(phone)
        .every(({ state }) => state === 'rings'),
    ).toBe(true)
    expect((await post()).status).toBe(201)
  })

  test('accept-then-hang never answers, the phone rings, and the server still closes', async () => {
    bench.simulator.setFaults({ rest: 'accept-then-hang' })
    const hung = post()
    await rings()
    await Promise.all([app.close(), expect(hung).rejects.toThrow('fetch failed')])
  })
})
