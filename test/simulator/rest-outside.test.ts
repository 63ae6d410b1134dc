import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Simulator } from '../../src/simulator/carrier.ts'
import { readMessagingTwiml } from '../../src/simulator/twiml.ts'
import { anyText, expectQuick, longOf, SEEDS } from '../support/outside.ts'
import { account, basic, onService, openRest, openSimulator, phone, proxy, secondProxy } from './bench.ts'

let simulator: Simulator
let app: FastifyInstance
beforeAll(() => {
  simulator = openSimulator(onService(true))
  app = openRest(simulator)
})
afterAll(async () => {
  await app.close()
  simulator.close()
})

const root = `/2010-04-01/Accounts/${account}`
const FORM = 'application/x-www-form-urlencoded'

async function call(method: 'GET' | 'POST' | 'DELETE', url: string, payload?: string, type = FORM, authorization = basic) {
  const headers = { authorization, ...(payload === undefined ? {} : { 'content-type': type }) }
  const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
  return answer.statusCode
}

test.each([
  ['GET', `${root}/Messages.json?DateSent%3E=never`],
  ['GET', `${root}/Messages.json?DateSent=2026-02-30`],
  ['GET', `${root}/Messages.json?PageSize=1&PageSize=2&DateSent%3E=1&DateSent%3E=2`],
] as const)('%s %s names a time that is none, and is refused', async (method, url) => {
  expect(await call(method, url)).toBeOneOf([200, 400])
})

test('whatever is asked, nothing is a 500', async () => {
  const field = fc.constantFrom(
    'From',
    'To',
    'Body',
    'StatusCallback',
    'ValidityPeriod',
    'MessagingServiceSid',
    'PhoneNumber',
    'AreaCode',
    'Url',
    'Status',
    'Method',
    'Timeout',
    'TimeLimit',
    'FallbackUrl',
    'StatusCallbackEvent',
    'MachineDetection',
    '__proto__',
  )
  const name = fc.constantFrom(
    'To',
    'DateSent',
    'DateSent>',
    'DateSent<',
    'StartTime',
    'StartTime>',
    'EndTime<',
    'DateCreated',
    'PageSize',
    'Page',
    'PageToken',
    'Fields',
    'Contains',
    'AreaCode',
  )
  const pairs = (names: fc.Arbitrary<string>) =>
    fc.array(fc.tuple(names, anyText(phone, proxy)), { maxLength: 5 }).map((list) => new URLSearchParams(list).toString())
  const where = fc.oneof(
    fc.constantFrom(
      `${root}/Messages.json`,
      `${root}/IncomingPhoneNumbers.json`,
      `${root}/Calls.json`,
      `${root}/Recordings.json`,
      '/v1/Services',
      root,
    ),
    fc.constant(null).map(() => `${root}/Calls/${live}.json`),
    anyText().map((text) => `${root}/Recordings/${encodeURIComponent(text.toWellFormed())}.wav`),
    anyText().map((text) => `/v2/PhoneNumbers/${encodeURIComponent(text.toWellFormed())}`),
    anyText().map((text) => `${root}/Messages/${encodeURIComponent(text.toWellFormed())}`),
  )
  const live = simulator.calls.dial(phone, secondProxy)
  const type = fc.constantFrom(FORM, FORM, FORM, 'application/json', 'text/plain', 'x')
  await fc.assert(
    fc.asyncProperty(fc.boolean(), where, pairs(name), pairs(field), type, async (posts, url, query, form, contentType) => {
      const status = posts ? await call('POST', `${url}?${query}`, form, contentType) : await call('GET', `${url}?${query}`)
      expect(status).toBeLessThanOrEqual(501)
      expect(status).not.toBe(500)
    }),
  )
})

test('nobody comes in by a garbled token', async () => {
  await fc.assert(
    fc.asyncProperty(anyText('Basic ', account, ':'), async (text) => {
      const header = text.replaceAll(/[^\x20-\x7e]/g, '')
      expect(await call('GET', root, undefined, FORM, header)).toBe(401)
    }),
  )
})

test('64 KiB of the worst, as a form or as an answer, are read in a moment', async () => {
  for (const seed of SEEDS) {
    await expectQuick(`form of ${JSON.stringify(seed)}`, () => call('POST', `${root}/Messages.json`, longOf(seed, 'Body=')))
    await expectQuick(`fields of ${JSON.stringify(seed)}`, () => call('POST', `${root}/Messages.json`, longOf(`${seed}&`)))
    for (const [before, after] of [
      ['', ''],
      ['<Response>', ''],
      ['<Response><Message>', '</Message></Response>'],
    ] as const)
      await expectQuick(`TwiML of ${JSON.stringify(seed)}`, () => readMessagingTwiml('text/xml', longOf(seed, before, after)))
  }
})

test('an answer is read as XML says and no further', () => {
  const said = (text: string) => readMessagingTwiml('text/xml', `<Response><Message>${text}</Message></Response>`)
  expect(said('&constructor; &lt; &#x41; &#x110000;')).toEqual({ kind: 'replies', bodies: ['&constructor; < A &#x110000;'] })
  fc.assert(fc.property(anyText('<Response>', '<Message>', '</Message>', '</Response>', '&'), (text) => void said(text)))
})
