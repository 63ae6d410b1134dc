import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Simulator } from '../../src/simulator/carrier.ts'
import { checkAnswer, checkRequest } from '../support/twilio-contract.ts'
import {
  account,
  basic,
  onService,
  openReceiver,
  openRest,
  openSdk,
  openSimulator,
  phone,
  proxy,
  type Receiver,
  request,
  secondProxy,
  service,
  token,
} from './bench.ts'

let simulator: Simulator
let app: FastifyInstance
let receiver: Receiver
const root = `/2010-04-01/Accounts/${account}`

beforeEach(async () => {
  receiver = await openReceiver()
  simulator = openSimulator(onService(true))
  app = openRest(simulator)
})
afterEach(async () => {
  await app.close()
  simulator.close()
  await receiver.close()
})

/** One call; what it asks and what it gets must both be as in Twilio's own OpenAPI. */
async function call(method: 'GET' | 'POST' | 'DELETE', url: string, form?: Record<string, string>) {
  expect(checkRequest(method, url, form)).toEqual([])
  const answer = await app.inject({
    method,
    url,
    headers: { authorization: basic, ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) },
    ...(form ? { payload: new URLSearchParams(form).toString() } : {}),
  })
  const body = answer.body === '' ? null : answer.json()
  if (answer.statusCode < 400) expect(checkAnswer(method, url, answer.statusCode, body)).toEqual([])
  return { status: answer.statusCode, body, headers: answer.headers }
}

const message = { From: proxy, To: phone, Body: 'Bring boots tomorrow' }

describe('the documents of Twilio’s REST', () => {
  test('a message is created, fetched, listed, emptied and deleted', async () => {
    const created = await call('POST', `${root}/Messages.json`, {
      ...message,
      ValidityPeriod: '600',
      StatusCallback: `${receiver.url}/s`,
    })
    expect(created).toMatchObject({
      status: 201,
      body: { status: 'queued', direction: 'outbound-api', num_segments: '1', date_sent: null },
    })
    await simulator.settled()
    const { uri } = created.body
    expect((await call('GET', uri)).body).toMatchObject({ status: 'delivered', body: message.Body })
    expect((await call('GET', `${root}/Messages.json`)).body.messages).toHaveLength(1)
    expect((await call('POST', uri, { Body: '' })).body.body).toBe('')
    expect((await call('DELETE', uri)).status).toBe(204)
    expect(await call('GET', uri)).toMatchObject({ status: 404, body: { code: 20404 } })
  })

  test('the account, its numbers and what is for sale', async () => {
    expect((await call('GET', `${root}.json`)).body.sid).toBe(account)
    const { body } = await call('GET', `${root}/IncomingPhoneNumbers.json?PhoneNumber=${encodeURIComponent(proxy)}`)
    expect(body.incoming_phone_numbers).toMatchObject([{ phone_number: proxy }])
    const { uri } = body.incoming_phone_numbers[0]
    const changed = await call('POST', uri, {
      SmsUrl: 'https://school.example/sms#rc=5',
      VoiceUrl: 'https://school.example/voice',
    })
    expect(changed.body).toMatchObject({ sms_url: 'https://school.example/sms#rc=5', voice_url: 'https://school.example/voice' })
    expect((await call('GET', uri)).body.sms_url).toBe('https://school.example/sms#rc=5')
    const sale = await call('GET', `${root}/AvailablePhoneNumbers/US/Local.json?AreaCode=503&PageSize=3`)
    expect(sale.body.available_phone_numbers.map((offer: { phone_number: string }) => offer.phone_number)).toEqual([
      '+15035550100',
      '+15035550101',
      '+15035550102',
    ])
    const bought = await call('POST', `${root}/IncomingPhoneNumbers.json`, { PhoneNumber: '+15035550100' })
    expect(bought).toMatchObject({ status: 201, body: { phone_number: '+15035550100' } })
    expect(await call('POST', `${root}/IncomingPhoneNumbers.json`, { PhoneNumber: '+15035550100' })).toMatchObject({
      status: 400,
      body: { code: 21422 },
    })
  })

  test('a messaging service, its numbers, and the switch for the numbers’ own webhooks', async () => {
    const listed = await call('GET', '/v1/Services?PageSize=20')
    expect(listed.body.services).toMatchObject([{ sid: service, use_inbound_webhook_on_number: true }])
    const form = { UseInboundWebhookOnNumber: 'false', InboundRequestUrl: 'https://school.example/sms' }
    expect((await call('POST', `/v1/Services/${service}`, form)).body).toMatchObject({ use_inbound_webhook_on_number: false })
    expect((await call('GET', `/v1/Services/${service}`)).body.inbound_request_url).toBe('https://school.example/sms')
    const numbers = (await call('GET', `/v1/Services/${service}/PhoneNumbers`)).body.phone_numbers
    expect(numbers.map((number: { phone_number: string }) => number.phone_number)).toEqual([proxy, secondProxy])
  })

  test('the kind of line is looked up', async () => {
    simulator.setLine(phone, 'landline')
    const looked = await call('GET', `/v2/PhoneNumbers/${encodeURIComponent(phone)}?Fields=line_type_intelligence`)
    expect(looked.body).toMatchObject({ valid: true, country_code: 'US', line_type_intelligence: { type: 'landline' } })
  })

  test('a call without an address and unknown resources are refused in Twilio’s form', async () => {
    expect(await call('POST', `${root}/Calls.json`, { From: proxy, To: phone })).toMatchObject({
      status: 400,
      body: { code: 21205, status: 400, more_info: 'https://www.twilio.com/docs/errors/21205' },
    })
    const unknown = await app.inject({ url: `${root}/Nothing.json`, headers: { authorization: basic } })
    expect(unknown.json()).toMatchObject({ status: 404, code: 20404 })
  })
})

test.each([
  ['nothing', undefined],
  ['another token', `Basic ${Buffer.from(`${account}:wrong`).toString('base64')}`],
  ['another account', `Basic ${Buffer.from(`AC00000000000000000000000000000002:${token}`).toString('base64')}`],
])('with %s for a password, every door answers 401', async (_, authorization) => {
  for (const url of [`${root}/Messages.json`, `${root}.json`, '/v1/Services', `/v2/PhoneNumbers/${phone}`]) {
    const answer = await app.inject({ url, headers: authorization ? { authorization } : {} })
    expect(answer.json()).toMatchObject({ status: 401, code: 20003 })
  }
})

describe('lists', () => {
  test('are paged, and rows that arrive meanwhile shift nothing', async () => {
    for (let count = 1; count <= 5; count++) simulator.send(account, request({ body: `number ${count}` }))
    const seen: string[] = []
    let url: string | null = `${root}/Messages.json?PageSize=2`
    while (url !== null) {
      const page: { body: { messages: { body: string }[]; next_page_uri: string | null } } = await call('GET', url)
      seen.push(...page.body.messages.map((row) => row.body))
      simulator.send(account, request({ body: 'late' }))
      url = page.body.next_page_uri
    }
    expect(seen).toEqual(['number 5', 'number 4', 'number 3', 'number 2', 'number 1'])
    const refused = await app.inject({ url: `${root}/Messages.json?PageSize=0`, headers: { authorization: basic } })
    expect(refused.json()).toMatchObject({ status: 400, code: 20001 })
  })

  test('are filtered by pair and date', async () => {
    await app.close()
    simulator = openSimulator({ now: () => Temporal.Instant.from('2026-11-23T17:00:00Z') })
    app = openRest(simulator)
    simulator.send(account, request())
    simulator.send(account, request({ from: secondProxy, to: '+19715550143' }))
    const counts = await Promise.all(
      [
        `From=${encodeURIComponent(proxy)}&To=${encodeURIComponent(phone)}`,
        `To=${encodeURIComponent('+19715550149')}`,
        'DateSent=2026-11-23',
        'DateSent=2026-11-22',
        'DateSent%3E=2026-11-23T16:59:59Z',
        'DateSent%3E=2026-11-23T17:00:01Z',
        'DateSent%3C=2026-11-23',
        'DateSent%3C=2026-11-22',
      ].map(async (query) => (await call('GET', `${root}/Messages.json?${query}`)).body.messages.length),
    )
    expect(counts).toEqual([1, 0, 2, 0, 2, 0, 2, 0])
  })
})

describe('faults', () => {
  const post = (signal?: AbortSignal) =>
    fetch(`${address}${root}/Messages.json`, {
      method: 'POST',
      headers: { authorization: basic },
      body: new URLSearchParams(message),
      ...(signal ? { signal } : {}),
    })
  let address: string
  beforeEach(async () => {
    address = await app.listen({ port: 0, host: '127.0.0.1' })
  })

  test.each([
    ['down', 503, 0],
    ['storm', 429, 0],
    ['accept-then-500', 500, 1],
  ] as const)('%s answers %i and leaves %i messages', async (rest, status, count) => {
    simulator.setFaults({ rest })
    expect((await post()).status).toBe(status)
    await simulator.settled()
    expect(simulator.handsets.get(phone) ?? []).toHaveLength(count)
  })

  test.each([
    ['reset', 0],
    ['accept-then-reset', 1],
  ] as const)('%s cuts the connection and leaves %i messages', async (rest, count) => {
    simulator.setFaults({ rest })
    await expect(post()).rejects.toThrow('fetch failed')
    await simulator.settled()
    expect(simulator.handsets.get(phone) ?? []).toHaveLength(count)
  })

  test('accept-then-hang never answers, and the server still closes', async () => {
    simulator.setFaults({ rest: 'accept-then-hang' })
    const arrived = new Promise((resolve) => simulator.subscribe(resolve))
    const hung = post()
    await arrived
    await Promise.all([app.close(), expect(hung).rejects.toThrow('fetch failed')])
  })

  test('accept-then-garbage answers half a document', async () => {
    simulator.setFaults({ rest: 'accept-then-garbage' })
    await expect((await post()).json()).rejects.toThrow(SyntaxError)
  })

  test('a storm says when to come back, and strikes as often as asked', async () => {
    await fetch(`${address}/simulator/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rest: 'storm', strikes: 2, retryAfterSeconds: 7 }),
    })
    const answers = [await post(), await post(), await post()]
    expect(answers.map((answer) => [answer.status, answer.headers.get('retry-after')])).toEqual([
      [429, '7'],
      [429, '7'],
      [201, null],
    ])
  })

  test('callbacks can come before the answer', async () => {
    simulator.setFaults({ callbacks: 'early' })
    const answer = await app.inject({
      method: 'POST',
      url: `${root}/Messages.json`,
      headers: { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ ...message, StatusCallback: `${receiver.url}/status` }).toString(),
    })
    expect(answer.statusCode).toBe(201)
    expect(receiver.got.at(-1)?.fields.MessageStatus).toBe('delivered')
  })
})

test('Twilio’s own SDK works against it', async () => {
  const client = await openSdk(app)
  const sent = await client.messages.create({ from: proxy, to: phone, body: 'hi', validityPeriod: 60 })
  await simulator.settled()
  expect(
    (await client.messages.list({ from: proxy, dateSentAfter: new Date(Date.now() - 60_000) })).map((row) => row.sid),
  ).toEqual([sent.sid])
  expect((await client.incomingPhoneNumbers.list()).map((row) => row.phoneNumber)).toEqual([proxy, secondProxy])
  expect((await client.messaging.v1.services.list()).map((row) => row.sid)).toEqual([service])
  const looked = await client.lookups.v2.phoneNumbers(phone).fetch({ fields: 'line_type_intelligence' })
  expect(looked.valid).toBe(true)
  await expect(client.messages.create({ from: '+19715550199', to: phone, body: 'hi' })).rejects.toMatchObject({
    code: 21659,
    status: 400,
  })
})
