import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DueHours, dueAt, TASK_DUE, type TaskKind } from '../../src/core/task-due.ts'

const WEEKDAY = ['08:00-12:00', '13:00-16:00']
const SCHOOL: DueHours = {
  timezone: 'America/Chicago',
  staff: { mon: WEEKDAY, tue: WEEKDAY, wed: WEEKDAY, thu: WEEKDAY, fri: WEEKDAY },
  closures: ['2026-11-26', '2026-11-27'],
}
const at = (local: string) => Temporal.PlainDateTime.from(local).toZonedDateTime(SCHOOL.timezone).toInstant()

// 2026-11-23 is a Monday; the 26th and 27th are closed. Clocks went back on the 1st.
test.each([
  ['an hour, in the morning', 'unknown', '2026-11-23T09:10', '2026-11-23T10:10'],
  ['two hours over lunch', 'call_back', '2026-11-23T11:30', '2026-11-23T14:30'],
  ['what comes at night counts from the opening', 'call_back', '2026-11-23T22:40', '2026-11-24T10:00'],
  ['the rest of a day is taken up on the next', 'unreached', '2026-11-23T15:00', '2026-11-24T11:00'],
  ['closed days and a weekend count for nothing', 'unreached', '2026-11-25T15:00', '2026-11-30T11:00'],
  ['what is due as the school closes is due then', 'unknown', '2026-11-23T15:00', '2026-11-23T16:00'],
  ['a day is the end of the next school day', 'maybe_stop', '2026-11-23T09:10', '2026-11-24T16:00'],
  ['a day from the evening counts from the next school day', 'maybe_stop', '2026-11-23T17:00', '2026-11-25T16:00'],
  ['a day before the holidays is the Monday after', 'maybe_stop', '2026-11-25T08:00', '2026-11-30T16:00'],
  ['five days are a week', 'roster_phone', '2026-11-16T12:00', '2026-11-23T16:00'],
] as const)('%s', (_, kind, came, due) => {
  expect(dueAt(kind, at(came), SCHOOL)?.toString()).toBe(at(due).toString())
})

describe('a school', () => {
  test('without hours has no due times', () => {
    expect(dueAt('unknown', at('2026-11-23T09:00'), null)).toBe(null)
    expect(dueAt('maybe_stop', at('2026-11-23T09:00'), { ...SCHOOL, staff: {} })).toBe(null)
  })

  test('that is open all day has its days end at midnight', () => {
    const all = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, ['00:00-24:00']]))
    expect(dueAt('maybe_stop', at('2026-11-23T09:00'), { ...SCHOOL, staff: all, closures: [] })).toEqual(at('2026-11-25T00:00'))
    expect(dueAt('unreached', at('2026-11-23T22:00'), { ...SCHOOL, staff: all, closures: [] })).toEqual(at('2026-11-24T02:00'))
  })
})

test('no task is due before it came, and of one kind what came first is due first', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(TASK_DUE) as TaskKind[])),
      fc.integer({ min: 0, max: 500_000 }),
      fc.integer({ min: 0, max: 50_000 }),
      (kind, minute, later) => {
        const first = at('2026-01-05T00:00').add({ minutes: minute })
        const second = first.add({ minutes: later })
        const [a, b] = [dueAt(kind, first, SCHOOL), dueAt(kind, second, SCHOOL)]
        if (a === null || b === null) throw new Error('This school is open every week.')
        expect(Temporal.Instant.compare(a, first)).toBe(1)
        expect(Temporal.Instant.compare(b, a)).toBeGreaterThanOrEqual(0)
      },
    ),
    { numRuns: 300 },
  )
})
