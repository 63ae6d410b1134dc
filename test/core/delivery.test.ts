import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Due, decideDelivery } from '../../src/core/delivery.ts'

const NOW = Temporal.Instant.from('2026-11-23T17:00:00Z')
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const every = (window: string) => Object.fromEntries(DAYS.map((day) => [day, [window]])) as NonNullable<Due['hours']>['week']
const hours = (window: string): Due['hours'] => ({ week: every(window), closures: [], zone: 'UTC' })
const OPEN = hours('08:00-20:00')
const CLOSED = hours('08:00-09:00')

const due = (change: Partial<Due> = {}): Due => ({
  direction: 'to_family',
  author: 'person',
  notice: null,
  urgent: false,
  optedOut: false,
  phoneOff: false,
  conversationEnded: false,
  hours: OPEN,
  answerAge: null,
  ...change,
})

describe('decideDelivery', () => {
  it.each<[string, Partial<Due>, ReturnType<typeof decideDelivery>]>([
    ['within hours it goes, valid until they end', {}, { kind: 'hand_over', validitySeconds: 3 * 3600 - 5 }],
    [
      'round the clock: no longer than Twilio allows',
      { hours: hours('00:00-24:00') },
      { kind: 'hand_over', validitySeconds: 36_000 },
    ],
    [
      'outside it waits for the opening',
      { hours: CLOSED },
      { kind: 'hold', until: Temporal.Instant.from('2026-11-24T08:00:00Z'), hold: 'hours' },
    ],
    ['a school without hours holds it', { hours: null }, { kind: 'hold', until: null, hold: 'no_hours' }],
    [
      'a school that is never open holds it',
      { hours: { week: {}, closures: [], zone: 'UTC' } as unknown as Due['hours'] },
      { kind: 'hold', until: null, hold: 'no_hours' },
    ],
    ['urgent goes whatever the hours', { urgent: true, hours: null }, { kind: 'hand_over', validitySeconds: 36_000 }],
    [
      'nothing goes to whom has opted out',
      { optedOut: true, urgent: true },
      { kind: 'end', status: 'canceled', why: 'opted_out' },
    ],
    [
      'but the one confirmation of a STOP',
      { optedOut: true, author: 'gateway', notice: 'stop_done', answerAge: 2, hours: CLOSED },
      { kind: 'hand_over', validitySeconds: 298 },
    ],
    [
      'a phone that is switched off gets nothing: it is read in the browser',
      { phoneOff: true, direction: 'to_staff' },
      { kind: 'keep' },
    ],
    [
      'nor any notice, not even an answer',
      { phoneOff: true, direction: 'to_staff', author: 'gateway', notice: 'held_for_family', answerAge: 2 },
      { kind: 'end', status: 'canceled', why: 'phone_off' },
    ],
    [
      'an ended conversation ends it',
      { conversationEnded: true },
      { kind: 'end', status: 'canceled', why: 'conversation_ended' },
    ],
    [
      'an answer of the gateway may go outside hours',
      { author: 'gateway', notice: 'held_for_family', answerAge: 0, hours: null },
      { kind: 'hand_over', validitySeconds: 300 },
    ],
    [
      'for five minutes, then it is too late',
      { author: 'gateway', notice: 'held_for_family', answerAge: 271, hours: CLOSED },
      { kind: 'end', status: 'canceled', why: 'too_late' },
    ],
    [
      'but within hours it may still come',
      { author: 'gateway', notice: 'help', answerAge: 271 },
      { kind: 'hand_over', validitySeconds: 3 * 3600 - 5 },
    ],
    [
      'a notice that answers nobody waits for hours',
      { author: 'gateway', notice: 'unknown_to_staff', hours: CLOSED },
      { kind: 'hold', until: Temporal.Instant.from('2026-11-24T08:00:00Z'), hold: 'hours' },
    ],
  ])('%s', (_what, change, decision) => {
    expect(decideDelivery(NOW, due(change))).toEqual(decision)
  })

  it('with less than half a minute left it waits', () => {
    expect(decideDelivery(Temporal.Instant.from('2026-11-23T19:59:31Z'), due()).kind).toBe('hold')
    expect(decideDelivery(Temporal.Instant.from('2026-11-23T19:59:29Z'), due())).toMatchObject({ kind: 'hand_over' })
  })

  it('whatever else holds: nobody who opted out or whose phone is off gets a person’s message, and a validity is one that Twilio takes', () => {
    const any = fc.record({
      author: fc.constantFrom('person' as const, 'gateway' as const),
      direction: fc.constantFrom('to_family', 'to_staff'),
      notice: fc.constantFrom(null, 'stop_done', 'help'),
      urgent: fc.boolean(),
      optedOut: fc.boolean(),
      phoneOff: fc.boolean(),
      conversationEnded: fc.boolean(),
      hours: fc.constantFrom(OPEN, CLOSED, null),
      answerAge: fc.option(fc.double({ min: 0, max: 1_000, noNaN: true })),
    })
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: 10 * 86_400 }), (given, seconds) => {
        const decision = decideDelivery(NOW.add({ seconds }), given)
        if (given.optedOut && given.notice !== 'stop_done') expect(['end', 'keep']).toContain(decision.kind)
        if (given.phoneOff) expect(['end', 'keep']).toContain(decision.kind)
        if (decision.kind === 'keep') {
          expect(given).toMatchObject({ direction: 'to_staff', author: 'person' })
          expect(given.optedOut || given.phoneOff).toBe(true)
        }
        if (decision.kind === 'hand_over') {
          expect(Number.isInteger(decision.validitySeconds)).toBe(true)
          expect(decision.validitySeconds).toBeGreaterThanOrEqual(1)
          expect(decision.validitySeconds).toBeLessThanOrEqual(36_000)
        }
      }),
    )
  })
})
