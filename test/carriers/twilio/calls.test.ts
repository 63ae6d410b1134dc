import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTwilioCalls } from '../../../src/carriers/twilio/calls.ts'
import type { E164 } from '../../../src/core/phone-number.ts'
import type { LineType } from '../../../src/relay/call-ports.ts'
import type { HandOver } from '../../../src/relay/ports.ts'
import type { ReadyCall } from '../../../src/relay/ring-ports.ts'
import { anyText } from '../../support/outside.ts'
import { type RecordedCarrier, recordedCarrier } from '../../support/recorded-carrier.ts'
import { checkRequest } from '../../support/twilio-contract.ts'

const account = {
  accountSid: `AC${'5'.repeat(32)}`,
  authToken: 'a-token',
  messagingServiceSid: null,
  publicUrl: 'https://x.example',
}
const SID = `CA${'a'.repeat(32)}`
const OURS = '+15035550100' as E164
const FAMILY = '+19715550142' as E164
const CALL: ReadyCall = {
  districtId: 'd',
  callId: 'c',
  from: OURS,
  to: FAMILY,
  ringSeconds: 25,
  mostSeconds: 600,
  detectMachine: true,
}
const SINCE = Temporal.Instant.from('2026-11-23T08:00:00Z')

let there: RecordedCarrier
let calls: ReturnType<typeof createTwilioCalls>
beforeAll(async () => {
  there = await recordedCarrier()
  calls = createTwilioCalls({ ...account, apiUrl: there.url })
})
afterAll(() => there.server.close())
beforeEach(() => {
  there.asked.length = 0
})
const calm = (form: Record<string, string | string[]>) =>
  Object.fromEntries(Object.entries(form).map(([name, value]) => [name, String(value)]))

test('a call says who, to whom, what it does first, for how long and where its fate is to be told', async () => {
  there.json(201, { sid: SID })
  expect(await calls.call(CALL)).toEqual({ kind: 'accepted', sid: SID })
  expect(there.asked).toMatchObject([
    {
      method: 'POST',
      url: `/2010-04-01/Accounts/${account.accountSid}/Calls.json`,
      form: {
        From: OURS,
        To: FAMILY,
        Url: 'https://x.example/webhooks/twilio/call/d/c/0#rc=5&rp=all',
        Method: 'POST',
        StatusCallback: 'https://x.example/webhooks/twilio/call-status/d/c',
        StatusCallbackMethod: 'POST',
        StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
        Timeout: '25',
        TimeLimit: '600',
        MachineDetection: 'DetectMessageEnd',
      },
    },
  ])
  const { StatusCallbackEvent: _, ...form } = calm(there.asked[0]?.form ?? {})
  expect(checkRequest('POST', there.asked[0]?.url ?? '', form)).toEqual([])
})

test('a call to a person asks for no look at machines', async () => {
  there.json(201, { sid: SID })
  await calls.call({ ...CALL, detectMachine: false })
  expect(there.asked[0]?.form).not.toHaveProperty('MachineDetection')
})

test.each<[string, number, unknown, Record<string, string>, HandOver]>([
  ['500 is unknown', 500, { code: 20500 }, {}, { kind: 'unknown' }],
  ['429 says when', 429, { code: 20429 }, { 'retry-after': '7' }, { kind: 'retry', code: 20429, afterSeconds: 7 }],
  ['401 is our set-up', 401, { code: 20003 }, {}, { kind: 'retry', code: 20003, afterSeconds: 60 }],
  ['400 is refused', 400, { code: 21216 }, {}, { kind: 'refused', code: 21216 }],
  ['201 without a sid is unknown', 201, {}, {}, { kind: 'unknown' }],
])('%s, and not asked again', async (_, status, body, headers, expected) => {
  there.json(status, body, headers)
  expect(await calls.call(CALL)).toEqual(expected)
  expect(there.asked).toHaveLength(1)
})

test('of the carrier’s list, only what we asked for since then counts', async () => {
  const good = { sid: SID, status: 'ringing', direction: 'outbound-api', date_created: 'Mon, 23 Nov 2026 08:00:00 +0000' }
  const others = [
    {},
    { ...good, direction: 'outbound-dial' },
    { ...good, direction: 'inbound' },
    { ...good, sid: 'CA\0' },
    { ...good, status: null },
    { ...good, date_created: 'never' },
    { ...good, date_created: 'Mon, 23 Nov 2026 07:59:59 +0000' },
  ]
  there.json(200, { calls: [...others, good] })
  expect(await calls.callsSince(OURS, FAMILY, SINCE)).toEqual([{ sid: SID, status: 'ringing' }])
  expect(checkRequest('GET', there.asked[0]?.url ?? '')).toEqual([])
  there.json(500, {})
  expect(await calls.callsSince(OURS, FAMILY, SINCE)).toBeNull()
})

test.each<[string, number, unknown, unknown]>([
  ['rings', 200, { sid: SID, status: 'ringing', duration: null }, { end: null }],
  [
    'is over',
    200,
    { sid: SID, status: 'completed', duration: '42' },
    { end: { word: 'completed', seconds: 42, errorCode: null } },
  ],
  ['was busy', 200, { sid: SID, status: 'busy', duration: '0' }, { end: { word: 'busy', seconds: 0, errorCode: null } }],
  ['says nothing', 200, { sid: SID }, null],
  ['is not known', 404, { code: 20404 }, { end: { word: 'failed', seconds: 0, errorCode: null } }],
  ['cannot be asked for', 503, {}, null],
])('a call that %s', async (_, status, body, expected) => {
  there.json(status, body)
  expect(await calls.callNow(SID)).toEqual(expected)
  expect(checkRequest('GET', there.asked[0]?.url ?? '')).toEqual([])
})

describe('a call under way', () => {
  test('goes on with another turn', async () => {
    there.json(200, { sid: SID })
    expect(await calls.redirect(SID, 'https://x.example/webhooks/twilio/call/d/c/3')).toBe('done')
    const [asked] = there.asked
    expect(asked?.form).toEqual({ Url: 'https://x.example/webhooks/twilio/call/d/c/3', Method: 'POST' })
    expect(checkRequest('POST', asked?.url ?? '', calm(asked?.form ?? {}))).toEqual([])
  })

  test.each<[string, number, unknown, string]>([
    ['ends', 200, { sid: SID }, 'done'],
    ['is gone', 404, { code: 20404 }, 'gone'],
    ['is over already', 400, { code: 21220 }, 'gone'],
    ['cannot be reached', 503, {}, 'unavailable'],
  ])('%s', async (_, status, body, expected) => {
    there.json(status, body)
    expect(await calls.end(SID)).toBe(expected)
    expect(there.asked[0]?.form).toEqual({ Status: 'completed' })
  })
})

test.each<[number, unknown, LineType | null]>([
  [200, { line_type_intelligence: { type: 'mobile' } }, 'mobile'],
  [200, { line_type_intelligence: { type: 'landline' } }, 'landline'],
  [200, { line_type_intelligence: { type: 'fixedVoip' } }, 'voip'],
  [200, { line_type_intelligence: { type: 'nonFixedVoip' } }, 'voip'],
  [200, { line_type_intelligence: { type: 'tollFree' } }, 'unknown'],
  [200, { line_type_intelligence: null }, 'unknown'],
  [404, { code: 20404 }, 'unknown'],
  // Canada without its own approval (Twilio, error 60601).
  [200, { line_type_intelligence: { type: null, error_code: 60601 } }, 'unknown'],
  [401, { code: 20003 }, null],
  [403, { code: 20003 }, null],
  [429, { code: 20429 }, null],
  [503, {}, null],
])('a look-up that answers %i %j says %s', async (status, body, expected) => {
  there.json(status, body)
  expect(await calls.lookUp(FAMILY)).toBe(expected)
  expect(checkRequest('GET', there.asked[0]?.url ?? '')).toEqual([])
})

describe('whatever the carrier answers', () => {
  const value = fc.oneof(anyText(), fc.jsonValue(), fc.constantFrom(SID, 'completed', 'outbound-api', 21220, 1e30))
  const body = fc.oneof(
    fc
      .record(
        { sid: value, code: value, status: value, duration: value, calls: value, line_type_intelligence: value },
        { requiredKeys: [] },
      )
      .map((v) => JSON.stringify(v)),
    anyText('{', '"sid":', SID),
  )
  test('it is an outcome', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(200, 201, 204, 301, 400, 404, 429, 500), body, async (status, text) => {
        there.reply((response) =>
          response.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? '' : text),
        )
        const outcome = await calls.call(CALL)
        expect(outcome.kind).toBeOneOf(status >= 400 ? ['retry', 'refused', 'unknown'] : ['accepted', 'refused', 'unknown'])
        if (outcome.kind === 'accepted') expect(outcome.sid).toMatch(/^[A-Z]{2}[\w-]+$/)
        const list = await calls.callsSince(OURS, FAMILY, SINCE)
        expect(list === null || Array.isArray(list)).toBe(true)
        expect((await calls.callNow(SID))?.end?.seconds ?? 0).toBeLessThan(1_000_000)
        expect(await calls.end(SID)).toBeOneOf(['done', 'gone', 'unavailable'])
        expect(await calls.lookUp(FAMILY)).toBeOneOf(['mobile', 'landline', 'voip', 'unknown', null])
      }),
      { numRuns: 60 },
    )
  })
})
