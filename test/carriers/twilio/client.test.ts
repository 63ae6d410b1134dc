import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTwilioCarrier } from '../../../src/carriers/twilio/client.ts'
import type { E164 } from '../../../src/core/phone-number.ts'
import type { Carrier, HandOver } from '../../../src/relay/ports.ts'
import { anyText } from '../../support/outside.ts'
import { type RecordedCarrier, recordedCarrier } from '../../support/recorded-carrier.ts'

let there: RecordedCarrier
let carrier: Carrier
const account = {
  accountSid: `AC${'5'.repeat(32)}`,
  authToken: 'a-token',
  messagingServiceSid: null,
  publicUrl: 'https://x.example',
}
beforeAll(async () => {
  there = await recordedCarrier()
  carrier = createTwilioCarrier({ ...account, apiUrl: there.url })
})
afterAll(() => there.server.close())
beforeEach(() => {
  there.asked.length = 0
})

const TEXT = {
  districtId: 'd',
  exchangeId: 'e',
  attemptId: 'a',
  from: '+15035550100' as E164,
  to: '+19715550142' as E164,
  body: 'Hello',
  pictures: [],
  validitySeconds: 600,
}
const SID = `SM${'a'.repeat(32)}`

test('a hand-over says who, to whom, what, for how long and where its fate is to be told', async () => {
  there.json(201, { sid: SID })
  expect(await carrier.send(TEXT)).toEqual({ kind: 'accepted', sid: SID })
  expect(there.asked.map(({ url, form }) => ({ url, form }))).toEqual([
    {
      url: `/2010-04-01/Accounts/${account.accountSid}/Messages.json`,
      form: {
        From: TEXT.from,
        To: TEXT.to,
        Body: 'Hello',
        ValidityPeriod: '600',
        StatusCallback: 'https://x.example/webhooks/twilio/status/d/a',
      },
    },
  ])
})

test.each<[string, number, unknown, Record<string, string>, HandOver]>([
  ['500 is unknown', 500, { code: 20500 }, {}, { kind: 'unknown' }],
  ['503 is unknown', 503, {}, {}, { kind: 'unknown' }],
  ['429 was not taken', 429, { code: 20429 }, {}, { kind: 'retry', code: 20429, afterSeconds: null }],
  ['429 says when', 429, { code: 20429 }, { 'retry-after': '7' }, { kind: 'retry', code: 20429, afterSeconds: 7 }],
  ['401 is our set-up', 401, { code: 20003 }, {}, { kind: 'retry', code: 20003, afterSeconds: 60 }],
  ['400 is refused', 400, { code: 21610 }, {}, { kind: 'refused', code: 21610 }],
  ['404 without a code is refused', 404, {}, {}, { kind: 'refused', code: 404 }],
  ['201 without a sid is unknown', 201, {}, {}, { kind: 'unknown' }],
])('%s', async (_, status, body, headers, expected) => {
  there.json(status, body, headers)
  expect(await carrier.send(TEXT)).toEqual(expected)
  expect(there.asked).toHaveLength(1)
})

test('a process that slept while it was connecting hands nothing over', async () => {
  there.json(201, { sid: SID })
  const real = performance.now.bind(performance)
  let slept = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => real() + slept)
  const sent = carrier.send(TEXT)
  // By the time the connection is there 44 s have passed.
  await new Promise((resolve) => process.nextTick(resolve))
  slept = 44_000
  expect(await sent).toEqual({ kind: 'unknown' })
  clock.mockRestore()
  expect(there.asked).toEqual([])
})

test('a connection that breaks is unknown, one that was refused was not taken', async () => {
  there.reply((response) => response.destroy())
  expect(await carrier.send(TEXT)).toEqual({ kind: 'unknown' })
  const nobody = createServer()
  await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve))
  const { port } = nobody.address() as AddressInfo
  await new Promise((resolve) => nobody.close(resolve))
  const away = createTwilioCarrier({ ...account, apiUrl: `http://127.0.0.1:${port}` })
  expect(await away.send(TEXT)).toEqual({ kind: 'retry', code: null, afterSeconds: null })
})

test('no hand-over waits for the connection of another, however many hang', async () => {
  // It takes connections and says nothing, not even who it is.
  const open: Socket[] = []
  const hangs = createTcpServer((socket) => void open.push(socket.on('error', () => {})))
  await new Promise<void>((resolve) => hangs.listen(0, '127.0.0.1', resolve))
  const { port } = hangs.address() as AddressInfo
  const away = createTwilioCarrier({ ...account, apiUrl: `https://127.0.0.1:${port}` })
  const sent = Array.from({ length: 100 }, () => away.send(TEXT))
  await expect.poll(() => open.length).toBe(100)
  for (const socket of open) socket.destroy()
  await Promise.all(sent)
  await new Promise((resolve) => hangs.close(resolve))
})

test('of the carrier’s list, what says nothing of itself is left out and hides nothing else', async () => {
  const good = { sid: SID, body: 'Hello', status: 'sent', error_code: null, date_created: 'Mon, 23 Nov 2026 08:00:00 +0000' }
  const odd = [{}, { ...good, sid: 'SM\0' }, { ...good, date_created: 'never' }, { ...good, body: 7 }, { ...good, status: null }]
  there.json(200, { messages: [...odd, { ...good, error_code: 99_999_999_999 }] })
  expect(await carrier.sentSince(TEXT.from, TEXT.to, Temporal.Instant.from('2026-11-23T00:00Z'))).toEqual([
    { sid: SID, body: 'Hello', status: 'sent', errorCode: null, createdAt: Temporal.Instant.from('2026-11-23T08:00Z') },
  ])
})

describe('whatever the carrier answers', () => {
  const value = fc.oneof(anyText(), fc.jsonValue(), fc.constantFrom(SID, 21610, -1, 1e30))
  const body = fc.oneof(
    fc.record({ sid: value, code: value, status: value, messages: value }, { requiredKeys: [] }).map((v) => JSON.stringify(v)),
    anyText('{', '"sid":', SID),
  )
  test('it is an outcome, and only a sid is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(200, 201, 204, 301, 400, 429, 500), body, async (status, text) => {
        there.reply((response) =>
          response.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? '' : text),
        )
        const outcome = await carrier.send(TEXT)
        expect(outcome.kind).toBeOneOf(status >= 400 ? ['retry', 'refused', 'unknown'] : ['accepted', 'refused', 'unknown'])
        if (status === 500) expect(outcome.kind).toBe('unknown')
        if (outcome.kind === 'accepted') expect(outcome.sid).toBe(SID)
        const list = await carrier.sentSince(TEXT.from, TEXT.to, Temporal.Instant.from('2026-11-23T00:00Z'))
        expect(list === null || Array.isArray(list)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})
