import twilio from 'twilio'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { callWebhook } from '../../src/simulator/webhook.ts'
import { openReceiver, type Receiver, seeded, token } from './bench.ts'

let receiver: Receiver
beforeEach(async () => {
  receiver = await openReceiver()
})
afterEach(() => receiver.close())

const patient = { fetch, random: seeded(1), later: () => () => {} }

describe('a webhook', () => {
  test.each([
    ['', 'cut', 2],
    ['#rc=0', 'cut', 1],
    ['#rc=5', 'cut', 6],
    ['#rc=9', 'cut', 2],
    ['', { status: 500 }, 1],
    ['#rc=3&rp=5xx', { status: 500 }, 4],
    ['#rc=3&rp=5xx', { status: 404 }, 1],
    ['#rc=3&rp=4xx,5xx', { status: 404 }, 4],
    ['#rc=2&rp=all', { status: 503 }, 3],
    ['#rc=5&rp=all', { status: 204, body: '' }, 1],
  ] as const)('with the fragment "%s" and an answer of %o is tried %i times', async (fragment, answer, tries) => {
    receiver.answer = () => answer
    await callWebhook(`${receiver.url}/sms?a=1${fragment}`, 'POST', { Body: 'é & =' }, token, patient)
    expect(receiver.got).toHaveLength(tries)
    expect(receiver.got.every((got) => got.signed && got.path === '/sms?a=1')).toBe(true)
    expect(new Set(receiver.got.map((got) => got.headers['i-twilio-idempotency-token'])).size).toBe(1)
  })

  test('ends when the time is up, also between retries', async () => {
    receiver.answer = () => 'silence'
    let timeUp = () => {}
    const later = (milliseconds: number, fn: () => void) => {
      expect(milliseconds).toBe(15_000)
      timeUp = fn
      return () => {}
    }
    const waiting = callWebhook(`${receiver.url}/sms#rc=5&rp=all`, 'POST', {}, token, { ...patient, later })
    while (receiver.got.length === 0) await new Promise((resolve) => setImmediate(resolve))
    timeUp()
    expect(await waiting).toEqual({ kind: 'failed', why: 'rt' })
    expect(receiver.got).toHaveLength(1)
  })

  test('by GET carries its fields in the query and signs them there', async () => {
    await callWebhook(`${receiver.url}/sms`, 'GET', { Body: 'hola' }, token, patient)
    const [got] = receiver.got
    expect(got?.path).toBe('/sms?Body=hola')
    expect(twilio.validateRequest(token, String(got?.headers['x-twilio-signature']), `${receiver.url}/sms?Body=hola`, {})).toBe(
      true,
    )
  })
})
