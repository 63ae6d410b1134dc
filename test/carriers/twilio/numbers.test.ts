import { expect, test } from 'vitest'
import type { TwilioClient } from '../../../src/carriers/twilio/client.ts'
import { pointNumber, RETRIES } from '../../../src/carriers/twilio/numbers.ts'

const SERVER = 'https://school.example.org/webhooks/twilio'
const main = {
  smsUrl: `${SERVER}/sms`,
  voiceUrl: `${SERVER}/voice`,
  callStatusUrl: `${SERVER}/called`,
  againUrl: `${SERVER}/again`,
}
const fallback = { smsUrl: 'https://spare.example.org/sms', voiceUrl: 'https://spare.example.org/voice', callStatusUrl: '' }

/** What the carrier is asked to set on a number that has this fallback for its calls. */
async function asked(voiceFallback: string, spare: typeof fallback | null): Promise<unknown> {
  const updates: Record<string, unknown>[] = []
  // Of the SDK’s client only one call is made.
  const client = {
    incomingPhoneNumbers: () => ({ update: async (fields: Record<string, unknown>) => void updates.push(fields) }),
  } as unknown as TwilioClient
  await pointNumber(client, { sid: 'PN1', number: '+15035550100', mms: true, voiceFallback }, { main, fallback: spare })
  return updates[0]?.['voiceFallbackUrl']
}

test.each<[string, string, typeof fallback | null, string | undefined]>([
  ['a number without one gets ours', '', null, `${SERVER}/again${RETRIES}`],
  [
    'ours of an address that the server no longer has is replaced',
    'https://old.example.org/webhooks/twilio/again#rc=5',
    null,
    `${SERVER}/again${RETRIES}`,
  ],
  ['somebody else’s stays', 'https://other.example.net/play', null, undefined],
  ['what is no address stays', 'none', null, undefined],
  ['the receiver that is named goes before any', 'https://other.example.net/play', fallback, `${fallback.voiceUrl}${RETRIES}`],
])('where calls go when their document fails: %s', async (_, voiceFallback, spare, expected) => {
  expect(await asked(voiceFallback, spare)).toBe(expected)
})
