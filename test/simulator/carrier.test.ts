import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Simulator } from '../../src/simulator/carrier.ts'
import type { Line } from '../../src/simulator/world.ts'
import { expectQuick } from '../support/outside.ts'
import {
  account,
  onService,
  openReceiver,
  openSimulator,
  phone,
  proxy,
  type Receiver,
  request,
  secondProxy,
  service,
} from './bench.ts'

let receiver: Receiver
const opened: Simulator[] = []

beforeEach(async () => {
  receiver = await openReceiver()
})
afterEach(async () => {
  for (const simulator of opened.splice(0)) simulator.close()
  await receiver.close()
})

function open(options: Parameters<typeof openSimulator>[0] = {}): Simulator {
  const simulator = openSimulator(options)
  for (const number of simulator.numbers(account))
    simulator.changeNumber(number.sid, { smsUrl: `${receiver.url}/sms#rc=5&rp=all` })
  opened.push(simulator)
  return simulator
}

const screen = (simulator: Simulator, number = phone) =>
  (simulator.handsets.get(number) ?? []).map(({ kind, other, body }) => ({ kind, other, body }))

describe('a message to a phone', () => {
  test('is refused for the reason Twilio gives', () => {
    const simulator = open()
    simulator.setLine('+19715550170', 'no-mobile')
    const refusals: [Record<string, string>, number][] = [
      [{ to: '' }, 21604],
      [{ from: '' }, 21603],
      [{ to: '971' }, 21211],
      [{ to: '+15551234567' }, 21211],
      [{ body: '' }, 21602],
      [{ body: 'x'.repeat(1601) }, 21617],
      [{ validityPeriod: '0' }, 21624],
      [{ validityPeriod: '36001' }, 21624],
      [{ validityPeriod: '1.5' }, 21624],
      [{ statusCallback: 'nowhere' }, 21609],
      [{ to: proxy }, 21266],
      [{ from: '+19715550199' }, 21659],
      [{ serviceSid: service }, 21701],
      [{ to: '+19715550170' }, 21614],
    ]
    expect(refusals.map(([change]) => simulator.send(account, request(change)))).toMatchObject(
      refusals.map(([, code]) => ({ kind: 'refused', code })),
    )
    expect(simulator.messages(account)).toEqual([])
  })

  test('is taken at 1600 characters and with the longest validity', () => {
    const simulator = open()
    const taken = simulator.send(account, request({ body: 'x'.repeat(1600), validityPeriod: '36000' }))
    expect(taken).toMatchObject({ kind: 'accepted', message: { status: 'queued' } })
  })

  test('goes through its life with a signed callback after each step but the first', async () => {
    const simulator = open()
    const taken = simulator.send(account, request({ statusCallback: `${receiver.url}/status/one#rc=2` }))
    await simulator.settled()
    expect(receiver.got.map(({ path, fields, signed }) => [path, fields.MessageStatus, signed])).toEqual([
      ['/status/one', 'sending', true],
      ['/status/one', 'sent', true],
      ['/status/one', 'delivered', true],
    ])
    const sid = taken.kind === 'accepted' ? taken.message.sid : ''
    expect(sid).toMatch(/^SM[0-9a-f]{32}$/)
    expect(receiver.got[2]?.fields).toEqual({
      SmsSid: sid,
      SmsStatus: 'delivered',
      MessageStatus: 'delivered',
      To: phone,
      MessageSid: sid,
      AccountSid: account,
      From: proxy,
      ApiVersion: '2010-04-01',
      RawDlrDoneDate: expect.stringMatching(/^\d{10}$/),
    })
    expect(screen(simulator)).toEqual([{ kind: 'received', other: proxy, body: 'Bring boots tomorrow' }])
  })

  test.each<[Line, number]>([
    ['landline', 30006],
    ['off', 30003],
    ['disconnected', 30005],
    ['filtered', 30007],
  ])('to a line that is %s is accepted and fails later with %i', async (line, code) => {
    const simulator = open()
    simulator.setLine(phone, line)
    simulator.send(account, request({ statusCallback: `${receiver.url}/status` }))
    await simulator.settled()
    expect(receiver.got.at(-1)?.fields).toMatchObject({ MessageStatus: 'undelivered', ErrorCode: String(code) })
    expect(screen(simulator)).toEqual([])
  })

  test('that outstays its validity in the queue is not sent', async () => {
    const waits: number[] = []
    const simulator = open({
      later: (milliseconds, fn) => {
        waits.push(milliseconds)
        if (milliseconds === 15_000) return () => {}
        const timer = setImmediate(fn)
        return () => clearImmediate(timer)
      },
    })
    simulator.setFaults({ queueSeconds: 601 })
    simulator.send(account, request({ validityPeriod: '600' }))
    await simulator.settled()
    expect(waits[0]).toBe(600_000)
    expect(simulator.messages(account)[0]).toMatchObject({ status: 'undelivered', errorCode: 30036 })
    expect(screen(simulator)).toEqual([])
  })

  test('canceled in the queue does not arrive', async () => {
    const simulator = open()
    const taken = simulator.send(account, request())
    if (taken.kind === 'accepted') simulator.changeMessage(taken.message.sid, { status: 'canceled' })
    await simulator.settled()
    expect(screen(simulator)).toEqual([])
  })

  test('through a messaging service is accepted first and carries its sid', async () => {
    const simulator = open(onService(true))
    const taken = simulator.send(account, request({ from: '', serviceSid: service, statusCallback: `${receiver.url}/status` }))
    expect(taken).toMatchObject({ message: { status: 'accepted', from: proxy } })
    await simulator.settled()
    expect(receiver.got.map(({ fields }) => fields.MessageStatus)).toEqual(['queued', 'sending', 'sent', 'delivered'])
    expect(receiver.got[0]?.fields.MessagingServiceSid).toBe(service)
  })
})

describe('a text from a phone', () => {
  test('is no longer than a phone can send, whatever was typed, and taken in a moment', async () => {
    const simulator = open()
    await expectQuick('64 KiB', () => simulator.text(phone, proxy, '😀'.repeat(16_384)))
    await simulator.settled()
    expect(receiver.got[0]?.fields.Body).toBe('😀'.repeat(800))
  })

  test('reaches the webhook signed, with the fields of a real one', async () => {
    const simulator = open()
    simulator.text(phone, proxy, 'Mi hijo está enfermo')
    await simulator.settled()
    const sid = simulator.messages(account)[0]?.sid
    expect(receiver.got).toMatchObject([{ path: '/sms', signed: true }])
    expect(receiver.got[0]?.fields).toEqual({
      ToCountry: 'US',
      ToState: 'OR',
      SmsMessageSid: sid,
      NumMedia: '0',
      ToCity: 'PORTLAND',
      FromZip: '97201',
      SmsSid: sid,
      FromState: 'OR',
      SmsStatus: 'received',
      FromCity: 'PORTLAND',
      Body: 'Mi hijo está enfermo',
      FromCountry: 'US',
      To: proxy,
      ToZip: '97201',
      NumSegments: '1',
      MessageSid: sid,
      AccountSid: account,
      From: phone,
      ApiVersion: '2010-04-01',
    })
    expect(screen(simulator)).toEqual([{ kind: 'sent', other: proxy, body: 'Mi hijo está enfermo' }])
  })

  test('between two phones never meets an account', async () => {
    const simulator = open()
    simulator.text(phone, '+19715550150', 'hola')
    await simulator.settled()
    expect(screen(simulator, '+19715550150')).toEqual([{ kind: 'received', other: phone, body: 'hola' }])
    expect(simulator.messages(account)).toEqual([])
  })

  test.each([
    [false, []],
    [true, ['/sms']],
  ])('to a number on a messaging service calls the number only when the service says so (%s)', async (deferring, paths) => {
    const simulator = open(onService(deferring))
    simulator.text(phone, proxy, 'hola')
    await simulator.settled()
    expect(receiver.got.map(({ path }) => path)).toEqual(paths)
  })

  test('plays a message in the TwiML answer as a reply', async () => {
    receiver.answer = () => ({
      body: '<?xml version="1.0"?><Response><Message><Body>Hello &amp; thanks</Body></Message></Response>',
    })
    const simulator = open()
    simulator.text(phone, proxy, 'hola')
    await simulator.settled()
    expect(screen(simulator).at(-1)).toEqual({ kind: 'received', other: proxy, body: 'Hello & thanks' })
    expect(simulator.messages(account)[0]?.direction).toBe('outbound-reply')
  })

  test('is lost when nobody answers, but stays in the list and in the debugger', async () => {
    receiver.answer = () => ({ status: 500 })
    const simulator = open()
    simulator.text(phone, proxy, 'hola')
    await simulator.settled()
    expect(receiver.got).toHaveLength(6)
    expect(simulator.messages(account)).toHaveLength(1)
    expect(simulator.alerts).toMatchObject([{ code: 11200, why: '5xx' }])
  })

  test('goes to the fallback with the error added, signed again', async () => {
    receiver.answer = ({ path }) => ({ status: path === '/fallback' ? 200 : 503 })
    const simulator = open()
    const [number] = simulator.numbers(account)
    const smsUrl = `${receiver.url}/sms#rc=0`
    simulator.changeNumber(number?.sid ?? '', { smsUrl, smsFallbackUrl: `${receiver.url}/fallback` })
    simulator.text(phone, proxy, 'hola')
    await simulator.settled()
    expect(receiver.got.map(({ path, signed }) => [path, signed])).toEqual([
      ['/sms', true],
      ['/fallback', true],
    ])
    expect(receiver.got[1]?.fields).toMatchObject({ ErrorCode: '11200', ErrorUrl: smsUrl })
  })

  const primaries: readonly (readonly [what: string, why: string, answer: Receiver['answer']])[] = [
    ['refuses the connection', 'ct', () => 'cut'],
    ['says nothing for 15 s', 'rt', () => 'silence'],
    ['answers with no TwiML', 'no TwiML', () => ({ type: 'text/html', body: '<p>Welcome</p>' })],
  ]
  test.each(primaries)('goes to the fallback when the server %s', async (_what, why, primary) => {
    const main = await openReceiver()
    main.answer = primary
    // The first limit of 15 s is over at once, the fallback's own is not.
    let limits = 0
    const later = (milliseconds: number, fn: () => void) => {
      if (milliseconds >= 15_000 && (why !== 'rt' || limits++ > 0)) return () => {}
      const timer = setTimeout(fn, milliseconds >= 15_000 ? 200 : 0)
      return () => clearTimeout(timer)
    }
    const simulator = open({ later })
    const [number] = simulator.numbers(account)
    simulator.changeNumber(number?.sid ?? '', {
      smsUrl: `${main.url}/sms#rc=2&rp=all`,
      smsFallbackUrl: `${receiver.url}/fallback`,
    })
    simulator.text(phone, proxy, 'hola')
    await simulator.settled()
    await main.close()
    expect(receiver.got.map(({ path, signed, fields }) => [path, signed, fields.Body])).toEqual([['/fallback', true, 'hola']])
    expect(simulator.alerts.map((alert) => alert.why)).toEqual([why])
  })

  test('has its answer refused when it is no TwiML', async () => {
    receiver.answer = () => ({ type: 'text/html', body: '<p>Welcome</p>' })
    const simulator = open()
    simulator.text(phone, proxy, 'hola')
    await simulator.settled()
    expect(simulator.alerts).toMatchObject([{ code: 12100 }])
  })
})

describe('Twilio’s own keywords', () => {
  test('STOP blocks the pair, is answered once and still reaches the webhook; START lifts it', async () => {
    const simulator = open()
    for (const word of ['STOP', ' stop ', 'Start']) {
      simulator.text(phone, proxy, word)
      await simulator.settled()
      const sends = [proxy, secondProxy].map((from) => simulator.send(account, request({ from })))
      expect(sends.map((sent) => (sent.kind === 'refused' ? sent.code : sent.kind))).toEqual(
        word === 'Start' ? ['accepted', 'accepted'] : [21610, 'accepted'],
      )
    }
    const answers = (simulator.handsets.get(phone) ?? []).filter((text) => text.kind === 'received' && text.sid === null)
    expect(answers.map((text) => text.body.slice(0, 40))).toEqual([
      'You have successfully been unsubscribed.',
      'You have successfully been re-subscribed',
    ])
    expect(receiver.got.map(({ fields }) => fields.Body)).toEqual(['STOP', ' stop ', 'Start'])
  })

  test('STOP to one number of a messaging service blocks the whole service', () => {
    const simulator = open(onService(true))
    simulator.text(phone, proxy, 'Cancel')
    expect(simulator.send(account, request({ from: secondProxy }))).toMatchObject({ code: 21610 })
    expect(simulator.send(account, request({ to: '+19715550143' }))).toMatchObject({ kind: 'accepted' })
    expect(simulator.blocked(phone, service)).toBe(true)
  })

  test('HELP is answered and blocks nothing', async () => {
    const simulator = open()
    simulator.text(phone, proxy, 'info')
    await simulator.settled()
    expect(screen(simulator).at(-1)?.body).toBe('Reply STOP to unsubscribe. Msg&Data Rates May Apply.')
    expect(simulator.send(account, request())).toMatchObject({ kind: 'accepted' })
  })

  test.each(['stop please', 'ALTO', 'don’t stop'])('%s is no keyword to Twilio', (body) => {
    const simulator = open()
    simulator.text(phone, proxy, body)
    expect(simulator.send(account, request())).toMatchObject({ kind: 'accepted' })
  })
})

describe('faults', () => {
  test.each([
    ['lost', []],
    ['doubled', ['sending', 'sending', 'sent', 'sent', 'delivered', 'delivered']],
    ['reordered', ['delivered', 'sent', 'sending']],
  ] as const)('callbacks can be %s', async (callbacks, statuses) => {
    const simulator = open()
    simulator.setFaults({ callbacks })
    simulator.send(account, request({ statusCallback: `${receiver.url}/status` }))
    await simulator.settled()
    expect(receiver.got.map(({ fields }) => fields.MessageStatus)).toEqual(statuses)
    expect(screen(simulator)).toHaveLength(1)
  })

  test.each([
    ['lost', 0],
    ['doubled', 2],
  ] as const)('webhooks of texts can be %s', async (inbound, count) => {
    const simulator = open()
    simulator.setFaults({ inbound })
    simulator.text(phone, proxy, 'hola')
    await simulator.settled()
    expect(receiver.got).toHaveLength(count)
    expect(new Set(receiver.got.map(({ fields }) => fields.MessageSid)).size).toBe(Math.min(count, 1))
    expect(simulator.messages(account)).toHaveLength(1)
  })

  test('the list can lag', () => {
    let now = Temporal.Instant.from('2026-11-23T17:00:00Z')
    const simulator = open({ now: () => now })
    simulator.setFaults({ listLagSeconds: 300 })
    simulator.send(account, request())
    expect(simulator.messages(account)).toEqual([])
    now = now.add({ seconds: 300 })
    expect(simulator.messages(account)).toHaveLength(1)
  })
})

describe('the journal', () => {
  test('keeps phones, blocks and numbers over a restart, and messages under way arrive', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'simulator-'))
    const journalPath = join(folder, 'journal')
    const first = open({ journalPath })
    first.text(phone, proxy, 'hola')
    first.text('+19715550143', proxy, 'STOP')
    first.send(account, request())
    first.close()
    const second = openSimulator({ journalPath })
    opened.push(second)
    await second.settled()
    expect(screen(second).map(({ body }) => body)).toEqual(['hola', 'Bring boots tomorrow'])
    expect(second.send(account, request({ to: '+19715550143' }))).toMatchObject({ code: 21610 })
    expect(second.numbers(account)[0]?.smsUrl).toContain('/sms')
    rmSync(folder, { recursive: true })
  })
})
