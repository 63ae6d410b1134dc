import type { FastifyInstance } from 'fastify'
import twilio from 'twilio'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkAnswer, checkRequest } from '../support/twilio-contract.ts'
import { account, basic, openRest, phone, proxy, secondProxy, token } from './bench.ts'
import { type CallBench, openCallBench, until } from './call-bench.ts'

const other = 'AC00000000000000000000000000000002'
const callee = '+19715550143'
const root = `/2010-04-01/Accounts/${account}`
const long = 'This is a sentence of about three seconds.'

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

describe('recordings', () => {
  async function record(transcribe = true): Promise<string> {
    bench.answerWith(`<Record action="/next" transcribe="${transcribe}"/>`)
    calls().dial(phone, proxy)
    await bench.ready(phone)
    calls().speak(phone, long)
    calls().press(phone, '#')
    return until('it is kept', () => calls().recordings(account)[0]?.sid)
  }

  test('are shown, fetched as a file, and deleted', async () => {
    const url = `${root}/Recordings/${await record()}.json`
    expect((await call('GET', url)).body).toMatchObject({ duration: '3', status: 'completed', source: 'RecordVerb' })
    const file = await app.inject({ url: url.replace('.json', '.wav'), headers: { authorization: basic } })
    expect(file.headers['content-type']).toBe('audio/x-wav')
    expect(file.rawPayload.subarray(0, 4).toString()).toBe('RIFF')
    expect(file.rawPayload.readUInt32LE(4)).toBe(file.rawPayload.length - 8)
    expect((file.rawPayload.length - 44) / file.rawPayload.readUInt32LE(28)).toBe(3)
    expect((await call('DELETE', url)).status).toBe(204)
    for (const gone of [url, url.replace('.json', '.wav')]) expect((await ask('GET', gone)).status).toBe(404)
    expect((await ask('DELETE', url)).status).toBe(404)
  })

  test('of somebody else are none', async () => {
    const sid = await record()
    const authorization = `Basic ${Buffer.from(`${other}:other-token`).toString('base64')}`
    for (const end of ['.json', '.wav', '/Transcriptions.json']) {
      const url = `${root.replace(account, other)}/Recordings/${sid}${end}`
      expect((await app.inject({ url, headers: { authorization } })).statusCode).toBe(404)
      expect((await app.inject({ url: url.replace(other, account), headers: { authorization } })).statusCode).toBe(401)
      expect((await app.inject({ url: url.replace(other, account) })).statusCode).toBe(401)
    }
  })

  test('are not written down unless that was asked for', async () => {
    const url = `${root}/Recordings/${await record(false)}/Transcriptions.json`
    expect((await ask('GET', url)).body.transcriptions).toEqual([])
    expect((await ask('DELETE', `${root}/Transcriptions/TR${'0'.repeat(32)}.json`)).status).toBe(404)
  })

  test('are listed, written down and deleted by Twilio’s own SDK', async () => {
    const sid = await record()
    const client = await sdk()
    expect((await client.recordings.list({ callSid: calls().phoneCall(phone)?.sid ?? '' })).map((one) => one.sid)).toEqual([sid])
    expect(await client.recordings.list({ callSid: `CA${'0'.repeat(32)}` })).toEqual([])
    expect((await client.calls(calls().phoneCall(phone)?.sid ?? '').recordings.list()).map((one) => one.sid)).toEqual([sid])
    const [written] = await client.recordings(sid).transcriptions.list({ limit: 1 })
    expect(written).toMatchObject({ transcriptionText: long, status: 'completed', duration: '3' })
    expect(await client.transcriptions(written?.sid ?? '').remove()).toBe(true)
    expect(await client.recordings(sid).transcriptions.list()).toEqual([])
    expect(await client.recordings(sid).remove()).toBe(true)
    await expect(client.recordings(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 })
  })
})

async function sdk() {
  const base = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  const httpClient = new twilio.RequestClient()
  const plain = httpClient.request.bind(httpClient)
  httpClient.request = ((asked: Parameters<typeof plain>[0]) => {
    const uri = new URL(asked.uri)
    return plain({ ...asked, uri: new URL(uri.pathname + uri.search, base).toString() })
  }) as typeof plain
  return twilio(account, token, { httpClient })
}

test('Twilio’s own SDK makes, watches and ends a call', async () => {
  const client = await sdk()
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
