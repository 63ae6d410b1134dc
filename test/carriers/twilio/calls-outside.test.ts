import { createEmulator, type Emulator } from 'emulate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTwilioCalls } from '../../../src/carriers/twilio/calls.ts'
import { callStatusKey } from '../../../src/carriers/twilio/voice-forms.ts'
import type { E164 } from '../../../src/core/phone-number.ts'
import { type RecordedCarrier, recordedCarrier } from '../../support/recorded-carrier.ts'

/** Somebody else's idea of Twilio's calls (npm `emulate`). */
const ACCOUNT = { accountSid: `AC${'5'.repeat(32)}`, authToken: 'a-token', messagingServiceSid: null }
const OURS = '+15035550100' as E164
const FAMILY = '+19715550142' as E164
const CALL = {
  districtId: '6f0e0f0a-0000-4000-8000-000000000001',
  callId: '6f0e0f0a-0000-4000-8000-000000000002',
  to: FAMILY,
  ringSeconds: 25,
  mostSeconds: 600,
  detectMachine: true,
}

let emulator: Emulator
let ours: RecordedCarrier
let calls: ReturnType<typeof createTwilioCalls>
beforeAll(async () => {
  ours = await recordedCarrier()
  ours.reply((response) => response.writeHead(200).end())
  emulator = await createEmulator({
    service: 'twilio',
    port: 0,
    seed: {
      twilio: {
        account: { sid: ACCOUNT.accountSid, auth_token: ACCOUNT.authToken, friendly_name: 'Town' },
        phone_numbers: [{ phone_number: OURS, friendly_name: 'ours' }],
      },
    },
  })
  calls = createTwilioCalls({ ...ACCOUNT, publicUrl: ours.url, apiUrl: emulator.url })
})
afterAll(async () => {
  await emulator.close()
  ours.server.close()
})

test('a call is taken, listed, told of, led on and ended', async () => {
  const since = Temporal.Now.instant().subtract({ seconds: 30 })
  const outcome = await calls.call({ ...CALL, from: OURS })
  expect(outcome).toEqual({ kind: 'accepted', sid: expect.stringMatching(/^CA[0-9a-f]{32}$/) })
  const sid = outcome.kind === 'accepted' ? outcome.sid : ''
  expect(await calls.callsSince(OURS, FAMILY, since)).toEqual([{ sid, status: 'ringing' }])
  expect(await calls.callNow(sid)).toEqual({ end: null })
  expect(await calls.redirect(sid, `${ours.url}/webhooks/twilio/call/d/c/1`)).toBe('done')
  expect(await calls.end(sid)).toBe('done')
  expect(await calls.callNow(sid)).toMatchObject({ end: { word: 'completed' } })
  // It told of itself before its answer was there, and of its end; neither with a sequence.
  const keys = ours.asked.map(({ url, form }) => {
    const [callId = '', districtId = ''] = url.split('/').reverse()
    return callStatusKey(form as Record<string, string>, { districtId, callId })
  })
  const at = `${CALL.districtId}:${CALL.callId}`
  expect(keys).toEqual([`call:${sid}:ringing:0:${at}`, `call:${sid}:completed:0:${at}`])
})

test('a call from a number that is not ours is refused', async () => {
  expect(await calls.call({ ...CALL, from: FAMILY })).toEqual({ kind: 'refused', code: 21210 })
})

test('a call that it never had is gone', async () => {
  const sid = `CA${'0'.repeat(32)}`
  expect(await calls.end(sid)).toBe('gone')
  expect(await calls.callNow(sid)).toMatchObject({ end: { word: 'failed' } })
})
