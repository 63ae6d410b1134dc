import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { detourFields } from '../../src/carriers/twilio/forms.ts'
import type { Faults } from '../../src/simulator/world.ts'
import { SMS_PATH } from '../../src/webhooks/twilio.ts'
import { daily, openWorld, type World } from '../support/world.ts'

let world: World
let schoolNumber = ''
beforeAll(async () => {
  world = await openWorld({ numbers: 3 })
  await world.itIs('2036-03-03T10:00')
  await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
  await world.phoneOf('rosa').reads()
  schoolNumber = (await world.line('rivera', 'rosa')).family ?? ''
})
afterEach(async () => {
  world.simulator.setFaults({ callbacks: 'normal', inbound: 'normal' })
  await world.paceIsOver()
  await world.isIntact()
})

/** How far a status is; it may stay or grow. */
const RANK = ['received', 'held', 'queued', 'sending', 'sent', 'undelivered', 'delivered']

async function statuses(exchangeId: string): Promise<string[]> {
  const rows = await world.rows(sql<{ status: string }>`
    select detail ->> 'status' as status from event where exchange_id = ${exchangeId}::uuid and detail ? 'status' order by id`)
  return rows.map((row) => row.status)
}

const theText = (sid: string, body: string) => ({
  MessageSid: sid,
  From: world.phoneOf('rosa').number,
  To: schoolNumber,
  Body: body,
  NumMedia: '0',
})
const newSid = () => `SM${randomUUID().replaceAll('-', '')}`

describe('a text that the carrier brings', () => {
  test('ten times at once and again later is one exchange, one hand-over, one text on the other phone', async () => {
    const sid = newSid()
    const before = (await world.exchanges()).length
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.webhook(SMS_PATH, theText(sid, 'Gracias.'))))
    expect(new Set(answers)).toEqual(new Set([200]))
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: Thank you.'])
    expect(await world.webhook(SMS_PATH, theText(sid, 'Gracias.'))).toBe(200)
    expect(await world.phoneOf('rivera').reads()).toEqual([])
    // The raw webhooks go after a week: a replay from then on is known by the log.
    await world.database.db.deleteFrom('inbox').execute()
    expect(await world.webhook(SMS_PATH, theText(sid, 'Gracias.'))).toBe(200)
    expect(await world.phoneOf('rivera').reads()).toEqual([])
    expect((await world.exchanges()).length).toBe(before + 1)
  })

  test('doubled by the carrier itself is read once', async () => {
    world.simulator.setFaults({ inbound: 'doubled' })
    world.phoneOf('rosa').texts(schoolNumber, 'Gracias.')
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: Thank you.'])
  })

  test.each([
    ['sweep', 'reached_carrier'],
    ['fallback', 'reached_fallback'],
  ] as const)('late through the %s tells the teacher when it was written, and the log how it came', async (via, event) => {
    const at = Temporal.Now.instant().subtract({ minutes: 40 }).round('millisecond')
    await world.webhook(SMS_PATH, { ...theText(newSid(), 'Gracias.'), ...detourFields({ via, at }) })
    const [read = '', ...more] = await world.phoneOf('rivera').reads()
    expect(more).toEqual([])
    expect(read).toMatch(/^Maya L\.: This message was delayed\. It was written today at 9:\d\d AM:\nThank you\.$/)
    const events = (await world.exchanges()).at(-1)?.events ?? []
    expect(events[0]).toEqual({ at: at.toString(), what: event })
    expect(events[1]?.what).toBe('received')
    expect(
      Temporal.Instant.from(events[1]?.at ?? '')
        .since(at)
        .total('minutes'),
    ).toBeGreaterThan(39)
  })

  test('a few minutes late reads as any other', async () => {
    const at = Temporal.Now.instant().subtract({ minutes: 4 })
    await world.webhook(SMS_PATH, { ...theText(newSid(), 'Gracias.'), ...detourFields({ via: 'fallback', at }) })
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: Thank you.'])
  })

  test('late, outside hours, has no notice sent into the night', async () => {
    await world.hours('lincoln', { families: daily('07:00-09:00'), staff: daily('07:00-09:00') })
    const late = { via: 'sweep', at: Temporal.Now.instant().subtract({ minutes: 40 }) } as const
    await world.webhook(SMS_PATH, { ...theText(newSid(), 'Gracias.'), ...detourFields(late) })
    expect(await world.phoneOf('rosa').reads()).toEqual([])
    await world.webhook(SMS_PATH, theText(newSid(), 'Gracias.'))
    await world.hours('lincoln', {})
    expect(await world.phoneOf('rivera').reads()).toHaveLength(2)
  })

  test('is not kept when somebody else signed it', async () => {
    const before = await world.database.db.selectFrom('inbox').selectAll().execute()
    const answer = await fetch(`${world.gateway.url}${SMS_PATH}`, {
      method: 'POST',
      headers: { 'x-twilio-signature': 'c29tZWJvZHkgZWxzZQ==' },
      body: new URLSearchParams(theText(newSid(), 'Gracias.')),
    })
    expect(answer.status).toBe(403)
    expect(await world.database.db.selectFrom('inbox').selectAll().execute()).toHaveLength(before.length)
  })
})

test('a carrier that says “too many” is asked again later: in order, each once', async () => {
  world.simulator.setFaults({ rest: 'storm', strikes: 2, retryAfterSeconds: 1 })
  for (const text of ['Thank you.', 'See you tomorrow.']) await world.sends('rivera', { guardian: 'rosa' }, text)
  expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Gracias.', 'Ms Rivera: Hasta mañana.'])
})

describe('status callbacks', () => {
  const cases: readonly { callbacks: Faults['callbacks']; ends: string }[] = [
    { callbacks: 'normal', ends: 'delivered' },
    { callbacks: 'doubled', ends: 'delivered' },
    { callbacks: 'reordered', ends: 'delivered' },
    { callbacks: 'early', ends: 'delivered' },
    { callbacks: 'lost', ends: 'sent' },
  ]
  test.each(cases)('$callbacks: the status never goes back and the family reads it once', async ({ callbacks, ends }) => {
    world.simulator.setFaults({ callbacks })
    const [sent] = await world.sends('rivera', { guardian: 'rosa' }, 'See you tomorrow.')
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Hasta mañana.'])
    const shown = await statuses(sent?.id ?? '')
    expect(shown.at(-1)).toBe(ends)
    const ranks = shown.map((status) => RANK.indexOf(status))
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b))
    expect((await world.exchanges()).at(-1)?.status).toBe(ends)
  })

  test('that come a day late, in disorder, change nothing', async () => {
    const [sent] = await world.sends('rivera', { guardian: 'rosa' }, 'See you tomorrow.')
    await world.phoneOf('rosa').reads()
    const [attempt] = await world.rows(
      sql<{ id: string; sid: string }>`select id, sid from attempt where exchange_id = ${sent?.id}::uuid`,
    )
    await world.database.db.deleteFrom('inbox').execute()
    const before = await statuses(sent?.id ?? '')
    for (const [MessageStatus, more] of [
      ['undelivered', { ErrorCode: '30003' }],
      ['queued', {}],
      ['sent', {}],
      ['failed', { ErrorCode: '30007' }],
    ] as const)
      expect(
        await world.webhook(`/webhooks/twilio/status/${world.district}/${attempt?.id}`, {
          MessageSid: attempt?.sid ?? '',
          MessageStatus,
          ...more,
        }),
      ).toBe(200)
    await world.settled()
    expect(await statuses(sent?.id ?? '')).toEqual(before)
    expect((await world.exchanges()).at(-1)?.status).toBe('delivered')
  })

  test('of another message do not settle this one', async () => {
    world.simulator.setFaults({ callbacks: 'lost' })
    const [sent] = await world.sends('rivera', { guardian: 'rosa' }, 'See you tomorrow.')
    await world.phoneOf('rosa').reads()
    const [attempt] = await world.rows(sql<{ id: string }>`select id from attempt where exchange_id = ${sent?.id}::uuid`)
    const path = `/webhooks/twilio/status/${world.district}/${attempt?.id}`
    await world.webhook(path, { MessageSid: newSid(), MessageStatus: 'failed', ErrorCode: '30007' })
    await world.settled()
    expect((await world.exchanges()).at(-1)?.status).toBe('sent')
  })
})
