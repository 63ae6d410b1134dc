import { createEmulator } from 'emulate'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  ACCOUNT,
  type Family,
  homeline,
  makeTown,
  proxyNumber,
  type Server,
  startServer,
  type Town,
  until,
} from '../support/process.ts'

/** Somebody else's idea of Twilio (npm `emulate`) in the place of our own simulator: what only we believe would show here. */
const NUMBERS = 4

let town: Town
let family: Family
let server: Server
let emulate: string

async function at(path: string, form?: Record<string, string>): Promise<Record<string, never>> {
  const authorization = `Basic ${Buffer.from(`${ACCOUNT.sid}:${ACCOUNT.token}`).toString('base64')}`
  const answer = await fetch(`${emulate}${path}`, {
    method: form === undefined ? 'GET' : 'POST',
    headers: { authorization },
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  })
  return (await answer.json()) as Record<string, never>
}

type Sent = {
  readonly sid: string
  readonly to: string
  readonly from: string
  readonly body: string
  readonly direction: string
}
const sent = async () =>
  ((await at(`/2010-04-01/Accounts/${ACCOUNT.sid}/Messages.json`))['messages'] as unknown as Sent[]).filter((m) =>
    m.direction.startsWith('outbound'),
  )

beforeAll(async () => {
  town = await makeTown({ families: 1, teachers: 1, numbers: NUMBERS })
  family = town.families[0] as Family
  const emulator = await createEmulator({
    service: 'twilio',
    port: 0,
    seed: {
      twilio: {
        account: { sid: ACCOUNT.sid, auth_token: ACCOUNT.token, friendly_name: 'Town' },
        phone_numbers: Array.from({ length: NUMBERS }, (_, n) => ({ phone_number: proxyNumber(n), friendly_name: `${n}` })),
      },
    },
  })
  afterAll(() => emulator.close())
  emulate = emulator.url
})

it('`numbers sync` finds its numbers and points them here', async () => {
  const end = await homeline(['numbers', 'sync'], { ...town.variables, TWILIO_API_URL: emulate })
  expect(end).toMatchObject({ status: 0, err: expect.stringMatching(/^4 numbers: 0 new, 4 known\.\n$/) })
  const numbers = (await at(`/2010-04-01/Accounts/${ACCOUNT.sid}/IncomingPhoneNumbers.json`))[
    'incoming_phone_numbers'
  ] as unknown as { sms_url: string }[]
  for (const number of numbers) expect(number.sms_url).toMatch(/\/webhooks\/twilio\/sms#rc=5&rp=all$/)
})

it('a text that it signs is taken in, and what we hand over is in its list, from the staff’s number to the staff’s phone', async () => {
  // It signs over the retry rule after the # as well, which the real one neither sends nor signs: here the number goes without.
  const { incoming_phone_numbers: numbers } = await at(`/2010-04-01/Accounts/${ACCOUNT.sid}/IncomingPhoneNumbers.json`)
  for (const { sid, sms_url: url } of numbers as unknown as { sid: string; sms_url: string }[])
    await at(`/2010-04-01/Accounts/${ACCOUNT.sid}/IncomingPhoneNumbers/${sid}.json`, { SmsUrl: url.replace(/#.*/, '') })
  server = await startServer({ ...town.variables, TWILIO_API_URL: emulate })
  await at('/_twilio/simulate/inbound-message', { To: family.familyNumber, From: family.phone, Body: 'Hello from outside' })
  const relayed = await until('it is handed over', async () => (await sent()).find((m) => m.body.includes('Hello from outside')))
  expect(relayed).toMatchObject({ to: family.teacherPhone, from: family.staffNumber, body: 'Sage0 Q.: Hello from outside' })
})

it('its status callback settles the hand-over', async () => {
  const [message] = await sent()
  await at('/_twilio/simulate/message-status', { MessageSid: message?.sid ?? '', Status: 'delivered' })
  await until(
    'it is delivered',
    async () =>
      (await town.owner(`select from exchange where status = 'delivered' and original_text = 'Hello from outside'`)).length === 1,
  )
  expect(await server.end('SIGTERM')).toBe(0)
  expect(server.err()).toBe('')
})
