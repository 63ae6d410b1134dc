import { expect, test } from 'vitest'
import { afterToday, dayIn, MOST_MINUTES_A_DAY, minutesAreUsed } from '../../src/core/call-limits.ts'

const at = (text: string) => Temporal.Instant.from(text)
const CHICAGO = 'America/Chicago'
const week = { mon: ['08:00-20:00'], tue: ['08:00-20:00'], wed: ['08:00-20:00'] }

test.each([
  ['in the evening, which is the next day in Greenwich', '2026-11-24T01:30:00Z', '2026-11-23T06:00:00Z', '2026-11-24T06:00:00Z'],
  ['at midnight the day has begun', '2026-11-24T06:00:00Z', '2026-11-24T06:00:00Z', '2026-11-25T06:00:00Z'],
  ['a moment before it', '2026-11-24T05:59:59Z', '2026-11-23T06:00:00Z', '2026-11-24T06:00:00Z'],
  ['on the day on which clocks go forward, of 23 hours', '2026-03-08T18:00:00Z', '2026-03-08T06:00:00Z', '2026-03-09T05:00:00Z'],
  ['on the day on which clocks go back, of 25 hours', '2026-11-01T18:00:00Z', '2026-11-01T05:00:00Z', '2026-11-02T06:00:00Z'],
])('the day in the school’s zone: %s', (_, now, starts, ends) => {
  expect(dayIn(CHICAGO, at(now))).toEqual({ starts: at(starts), ends: at(ends) })
})

test.each([
  [0, false],
  [MOST_MINUTES_A_DAY * 60 - 1, false],
  [MOST_MINUTES_A_DAY * 60, true],
  [MOST_MINUTES_A_DAY * 90, true],
])('after %i seconds the minutes of the day are used up: %s', (seconds, used) => {
  expect(minutesAreUsed(seconds)).toBe(used)
})

test.each([
  ['waits for the next day’s opening', week, [], '2026-11-24T14:00:00Z'],
  ['not for a closed day', week, ['2026-11-24'], '2026-11-25T14:00:00Z'],
  ['until midnight where all day is open', { mon: ['00:00-24:00'], tue: ['00:00-24:00'] }, [], '2026-11-24T06:00:00Z'],
  ['for no known time where no day is open', {}, [], null],
])('what is to be said after that %s', (_, days, closures, expected) => {
  const hours = { week: days, closures, zone: CHICAGO }
  expect(afterToday(at('2026-11-23T16:00:00Z'), hours, CHICAGO)?.toString() ?? null).toBe(expected)
})

test('the day is the school’s and the hours are the family’s', () => {
  const hours = { week, closures: [], zone: 'America/Los_Angeles' }
  expect(afterToday(at('2026-11-23T16:00:00Z'), hours, CHICAGO)).toEqual(at('2026-11-24T16:00:00Z'))
})
