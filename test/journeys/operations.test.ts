import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { noFaults } from '../../src/simulator/world.ts'
import {
  type CarrierCall,
  type Family,
  homeline,
  makeTown,
  proxyNumber,
  type Server,
  startCarrier,
  startServer,
  type Town,
  until,
} from '../support/process.ts'
import { checkAnswer, checkRequest } from '../support/twilio-contract.ts'

const NUMBERS = [0, 1, 2, 3, 4, 5].map(proxyNumber)
const SERVICE = `MG${'2'.repeat(32)}`

let town: Town
let family: Family
let server: Server
beforeAll(async () => {
  town = await makeTown({ families: 4, teachers: 2, numbers: 6 })
  family = town.families[0] as Family
  // The sweep has nothing to ask about a number that was not ours before.
  await town.owner(`update proxy_number set adopted_at = now() - interval '1 hour'`)
  server = await startServer(town.variables)
})
afterEach(() => town.carrier.simulator.setFaults(noFaults))

async function metric(name: string): Promise<number> {
  const page = await (await fetch(`${server.url}/metrics`)).text()
  return Number(page.match(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm'))?.[1] ?? 0)
}

const reads = (phone: string, text: string) =>
  until(`${text} is read`, () =>
    town.carrier.simulator.handsets.get(phone)?.find((t) => t.kind === 'received' && t.body.includes(text)),
  )

/** What is wrong with a call by Twilio's own description; calls that the door turned away unread were not looked at. */
function wrongWith(call: CarrierCall): string[] {
  const wrong = checkRequest(call.method, call.url, call.method === 'POST' ? call.form : {})
  const answer = call.answer === null || call.status >= 400 ? [] : checkAnswer(call.method, call.url, call.status, call.answer)
  return [...wrong, ...answer].map((problem) => `${call.method} ${call.url.replace(/\?.*/, '')}: ${problem}`)
}

describe('what we ask of Twilio', () => {
  it('is what its own OpenAPI describes: numbers, messages, lists, services', async () => {
    town.carrier.simulator.text(family.phone, family.familyNumber, 'first words')
    await reads(family.teacherPhone, 'first words')
    town.carrier.simulator.setFaults({ ...noFaults, rest: 'accept-then-500', strikes: 1, callbacks: 'lost' })
    town.carrier.simulator.text(family.teacherPhone, family.staffNumber, 'nobody says so')
    const asked = (call: CarrierCall) => call.method === 'GET' && call.url.includes('/Messages.json')
    const sweeps = (call: CarrierCall) => call.url.includes('DateSent')
    await until('the list is asked', () => town.carrier.calls.some((call) => asked(call) && !sweeps(call)))
    expect(town.carrier.calls.some((call) => asked(call) && sweeps(call))).toBe(true)
    const onService = await startCarrier(NUMBERS, SERVICE)
    expect(
      (
        await homeline(['numbers', 'sync', '--fallback', 'https://fallback.example.org'], {
          ...town.variables,
          TWILIO_API_URL: onService.url,
          TWILIO_MESSAGING_SERVICE_SID: SERVICE,
        })
      ).status,
    ).toBe(0)
    const calls = [...town.carrier.calls, ...onService.calls]
    expect(new Set(calls.map((call) => `${call.method} ${call.url.replace(/\?.*|(PN|MG|AC)[0-9a-f]{32}|\.json/g, '')}`))).toEqual(
      new Set([
        'GET /2010-04-01/Accounts//IncomingPhoneNumbers',
        'POST /2010-04-01/Accounts//IncomingPhoneNumbers/',
        'POST /2010-04-01/Accounts//Messages',
        'GET /2010-04-01/Accounts//Messages',
        'POST /v1/Services/',
      ]),
    )
    expect(calls.flatMap(wrongWith)).toEqual([])
  })

  it('every hand-over has a validity within the window and a status callback without a number', () => {
    const handed = town.carrier.calls.filter((call) => call.method === 'POST' && call.url.endsWith('/Messages.json'))
    expect(handed.length).toBeGreaterThan(1)
    for (const { form } of handed) {
      expect(Number(form.ValidityPeriod)).toBeGreaterThanOrEqual(1)
      expect(Number(form.ValidityPeriod)).toBeLessThanOrEqual(36_000)
      expect(form.StatusCallback).toMatch(new RegExp(`^${server.url}/webhooks/twilio/status/${town.district}/[0-9a-f-]{36}$`))
    }
  })

  it('through a messaging service the number is named too, so that a conversation keeps it', async () => {
    expect(await server.end('SIGTERM')).toBe(0)
    const carrier = await startCarrier(NUMBERS, SERVICE)
    const variables = { ...town.variables, TWILIO_API_URL: carrier.url, TWILIO_MESSAGING_SERVICE_SID: SERVICE }
    expect((await homeline(['numbers', 'sync'], variables)).status).toBe(0)
    server = await startServer(variables)
    const third = town.families[2] as Family
    carrier.simulator.text(third.phone, third.familyNumber, 'by the service')
    const shown = await until('the teacher reads it', () =>
      carrier.simulator.handsets.get(third.teacherPhone)?.find((t) => t.body.includes('by the service')),
    )
    expect(shown.other).toBe(third.staffNumber)
    const handed = carrier.calls.find((call) => call.method === 'POST' && call.url.endsWith('/Messages.json'))
    expect(handed?.form).toMatchObject({ MessagingServiceSid: SERVICE, From: third.staffNumber })
    expect(carrier.calls.flatMap(wrongWith)).toEqual([])
    expect(await server.end('SIGTERM')).toBe(0)
  })
})

describe('what an operator sees', () => {
  it('health is well, metrics count hand-overs by outcome, webhooks by answer and what waits', async () => {
    await town.owner(`delete from setting where key = 'swept'`)
    server = await startServer(town.variables)
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: 'well' })
    // The one call that the storm strikes is to be the hand-over.
    await until('the list was read', async () => (await town.owner(`select from setting where key = 'swept'`)).length === 1)
    const second = town.families[1] as Family
    town.carrier.simulator.setFaults({ ...noFaults, rest: 'storm', strikes: 1, retryAfterSeconds: 1 })
    town.carrier.simulator.text(second.phone, second.familyNumber, 'counted')
    await reads(second.teacherPhone, 'counted')
    await until('it is settled', async () => (await metric('homeline_hand_overs_total{outcome="accepted"}')) === 1)
    expect(await metric('homeline_hand_overs_total{outcome="retry"}')).toBe(1)
    expect(await metric('homeline_webhooks_total{kind="sms",answer="200"}')).toBe(1)
    await fetch(`${server.url}/webhooks/twilio/sms`, { method: 'POST' })
    expect(await metric('homeline_webhooks_total{kind="sms",answer="403"}')).toBe(1)
    await until(
      'nothing waits',
      async () =>
        (await metric('homeline_inbox_waiting')) + (await metric('homeline_due')) + (await metric('homeline_unsealed_events')) ===
        0,
    )
  })

  it('health names what waits too long, and is well again when it is gone', async () => {
    await town.owner(
      `insert into inbox (key, kind, raw, received_at, try_after) values ('text:old', 'text', '\\x00', now() - interval '1 hour', now() + interval '1 hour')`,
    )
    const answer = await fetch(`${server.url}/health`)
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 503,
      body: { status: 'not well', problems: ['texts wait in the inbox'] },
    })
    await town.owner(`delete from inbox where key = 'text:old'`)
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
  })

  it('a webhook that cannot be read back is put off with its reason and holds up nobody', async () => {
    await town.owner(`insert into inbox (key, kind, raw) values ('text:broken', 'text', '\\x0102')`)
    town.carrier.simulator.text(family.phone, family.familyNumber, 'after the broken one')
    await until(
      'it is in the log',
      async () => (await town.owner(`select from exchange where original_text = 'after the broken one'`)).length === 1,
    )
    const [row] = await town.owner<{ problem: string; tries: number }>(
      `select problem, tries from inbox where key = 'text:broken'`,
    )
    expect(row?.problem).toMatch(/^[A-Za-z_ ]+$/)
    expect(row?.tries).toBeGreaterThan(0)
    await town.owner(`delete from inbox where key = 'text:broken'`)
    expect(await server.end('SIGTERM')).toBe(0)
  })
})
