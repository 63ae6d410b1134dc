import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Day, days, handOver, openInterval, type Week } from '../../src/core/hours.ts'
import { everyDay, week, zones } from '../support/hours.ts'
import { processorTime } from '../support/processor-time.ts'

const instant = (text: string) => Temporal.Instant.from(text)

/**
 * The meaning of the hours, said a second time and slowly: read the wall clock of a minute and compare texts.
 * Shares nothing with the code under test.
 */
type WallMinute = { readonly date: string; readonly day: Day; readonly dayBefore: Day; readonly clock: string }
function wallMinute(at: number, zone: string): WallMinute {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
  const day = days[local.dayOfWeek - 1] as Day
  const dayBefore = days[(local.dayOfWeek + 5) % 7] as Day
  return { date: local.toPlainDate().toString(), day, dayBefore, clock: local.toPlainTime().toString().slice(0, 5) }
}
function allowed(wall: WallMinute, week: Week, closures: readonly string[]): boolean {
  if (closures.includes(wall.date)) return false
  const startedToday = (week[wall.day] ?? []).some((window) => {
    const [start = '', end = ''] = window.split('-')
    return wall.clock >= start && (wall.clock < end || end < start)
  })
  const startedYesterday = (week[wall.dayBefore] ?? []).some((window) => {
    const [start = '', end = ''] = window.split('-')
    return end < start && wall.clock < end
  })
  return startedToday || startedYesterday
}

const MINUTE = 60_000
const DAY = 86_400_000

/** Walks from interval to interval and compares every minute on the way with the wall clock. */
function expectSameAsWallClock(
  walls: readonly WallMinute[],
  from: number,
  week: Week,
  closures: readonly string[],
  zone: string,
) {
  const open = walls.map((wall) => allowed(wall, week, closures))
  const minuteOf = (at: Temporal.Instant) => (at.epochMilliseconds - from) / MINUTE
  let minute = 0
  while (minute < open.length) {
    const now = Temporal.Instant.fromEpochMilliseconds(from + minute * MINUTE)
    const interval = openInterval(now, week, closures, zone)
    const opens = interval === null ? open.length : Math.max(minute, minuteOf(interval.opens))
    const closes = interval === null ? open.length : minuteOf(interval.closes)
    expect(opens % 1).toBe(0)
    expect(closes % 1).toBe(0)
    expect(open.slice(minute, opens), `closed from minute ${minute} to ${opens}`).not.toContain(true)
    expect(open.slice(opens, closes), `open from minute ${opens} to ${closes}`).not.toContain(false)
    expect(closes).toBeGreaterThan(minute)
    minute = closes
    if (minute < open.length && (interval === null || closes - opens < (8 * DAY) / MINUTE))
      expect(open[minute], 'ends where the clock says so').toBe(false)
  }
}

/** The instants of the changes of 2026 and 2027; where there are none, those of Chicago. */
function changes(zone: string): number[] {
  const found: number[] = []
  let at = instant('2026-01-01T00:00Z').toZonedDateTimeISO(zone)
  for (;;) {
    const next = at.getTimeZoneTransition('next')
    if (next === null || next.year > 2027) break
    found.push(next.epochMilliseconds)
    at = next
  }
  return found.length > 0 ? found : changes('America/Chicago')
}

const weeks: Record<string, Week> = {
  'an ordinary school day': {
    mon: ['08:00-20:00'],
    tue: ['08:00-20:00'],
    sat: ['10:00-12:00', '13:00-15:30'],
    sun: ['09:00-18:00'],
  },
  'all day': everyDay('00:00-24:00'),
  'all day but Sunday': { ...everyDay('00:00-24:00'), sun: [] },
  'over midnight': everyDay('18:00-07:30'),
  'over midnight on Saturday only': { sat: ['22:00-02:30'] },
  'inside the skipped hour': everyDay('02:10-02:40', '00:10-00:40', '23:20-23:50'),
  'into the skipped hour': everyDay('01:00-02:15', '23:30-00:20'),
  'out of the skipped hour': everyDay('02:45-04:00', '00:45-01:20'),
  'inside the repeated hour': everyDay('01:15-01:45', '23:10-23:40'),
  'across the repeated hour': everyDay('00:30-01:30', '22:30-23:30'),
  'to midnight': everyDay('20:00-00:00'),
  'nothing but a minute': everyDay('02:30-02:31', '01:59-02:00'),
}

describe.each(zones)('in %s, two days around every change of the clock in 2026 and 2027', (zone) => {
  const ranges = changes(zone).map((change) => {
    const from = change - 2 * DAY
    const minutes = Array.from({ length: (4 * DAY) / MINUTE }, (_, minute) => wallMinute(from + minute * MINUTE, zone))
    return { from, minutes }
  })
  test.each(Object.entries(weeks))('every minute is as the wall clock reads: %s', (_, week) => {
    for (const { from, minutes } of ranges) {
      expectSameAsWallClock(minutes, from, week, [], zone)
      for (const closure of new Set(minutes.map((wall) => wall.date))) expectSameAsWallClock(minutes, from, week, [closure], zone)
    }
  })
})

const second = fc.integer({
  min: instant('2026-01-01T00:00Z').epochMilliseconds / 1000,
  max: instant('2028-01-01T00:00Z').epochMilliseconds / 1000,
})
const zone = fc.constantFrom(...zones)

test('any week, even with windows that overlap, is open in the minutes that the wall clock reads', () => {
  fc.assert(
    fc.property(week, second, zone, fc.array(fc.nat(9), { maxLength: 3 }), (someWeek, someSecond, someZone, closedDays) => {
      const from = Math.floor(someSecond / 60) * MINUTE
      const minutes = Array.from({ length: (2 * DAY) / MINUTE }, (_, minute) => wallMinute(from + minute * MINUTE, someZone))
      const closures = closedDays.map((day) =>
        Temporal.PlainDate.from(minutes[0]?.date ?? '')
          .add({ days: day - 1 })
          .toString(),
      )
      expectSameAsWallClock(minutes, from, someWeek, closures, someZone)
    }),
    { numRuns: 60 },
  )
})

test('a hand-over lies in the open, its validity ends before the close, and nothing earlier would have done', () => {
  fc.assert(
    fc.property(week, second, zone, (someWeek, someSecond, someZone) => {
      const now = Temporal.Instant.fromEpochMilliseconds(someSecond * 1000)
      const answer = handOver(now, someWeek, [], someZone)
      if (answer === null) {
        expect(openInterval(now, someWeek, [], someZone)).toBeNull()
        return
      }
      const { at, validitySeconds } = answer
      const first = openInterval(now, someWeek, [], someZone)
      const used = openInterval(at, someWeek, [], someZone)
      if (first === null || used === null) throw new Error('no interval')
      expect(Temporal.Instant.compare(used.opens, at)).toBeLessThanOrEqual(0)
      expect(validitySeconds).toBeGreaterThanOrEqual(25)
      expect(validitySeconds).toBeLessThanOrEqual(36_000)
      const left = used.closes.since(at).total('seconds')
      expect(validitySeconds).toBe(Math.min(36_000, Math.floor(left) - 5))
      const firstTime = Temporal.Instant.compare(now, first.opens) < 0 ? first.opens : now
      if (!at.equals(firstTime)) expect(first.closes.since(firstTime).total('seconds')).toBeLessThan(30)
    }),
    { numRuns: 300 },
  )
})

describe('the open interval', () => {
  const chicago = 'America/Chicago'
  const table = [
    ['holds now', '2026-11-24T15:00Z', { tue: ['08:00-20:00'] }, [], '2026-11-24T14:00Z', '2026-11-25T02:00Z'],
    ['is the next one', '2026-11-24T04:00Z', { tue: ['08:00-20:00'] }, [], '2026-11-24T14:00Z', '2026-11-25T02:00Z'],
    ['no longer holds its end', '2026-11-25T02:00Z', { tue: ['08:00-20:00'] }, [], '2026-12-01T14:00Z', '2026-12-02T02:00Z'],
    [
      'passes over a closure',
      '2026-11-24T04:00Z',
      { tue: ['08:00-20:00'] },
      ['2026-11-24'],
      '2026-12-01T14:00Z',
      '2026-12-02T02:00Z',
    ],
    ['crosses midnight', '2026-11-25T05:00Z', { tue: ['20:00-02:00'] }, [], '2026-11-25T02:00Z', '2026-11-25T08:00Z'],
    [
      'is cut at midnight by a closure',
      '2026-11-25T05:00Z',
      { tue: ['20:00-02:00'] },
      ['2026-11-25'],
      '2026-11-25T02:00Z',
      '2026-11-25T06:00Z',
    ],
    [
      'joins days',
      '2026-11-24T15:00Z',
      { tue: ['00:00-24:00'], wed: ['00:00-24:00'] },
      [],
      '2026-11-24T06:00Z',
      '2026-11-26T06:00Z',
    ],
    ['closes at the jump', '2026-03-08T07:30Z', { sun: ['01:00-02:30'] }, [], '2026-03-08T07:00Z', '2026-03-08T08:00Z'],
    ['does not exist in the jump', '2026-03-08T07:30Z', { sun: ['02:00-03:00'] }, [], '2026-03-15T07:00Z', '2026-03-15T08:00Z'],
    [
      'comes twice when the hour does',
      '2026-11-01T06:40Z',
      { sun: ['01:00-01:30'] },
      [],
      '2026-11-01T07:00Z',
      '2026-11-01T07:30Z',
    ],
  ] as const
  test.each(table)('%s', (_, now, someWeek, closures, opens, closes) => {
    const interval = openInterval(instant(now), someWeek, closures, chicago)
    expect(interval?.opens.toString()).toBe(instant(opens).toString())
    expect(interval?.closes.toString()).toBe(instant(closes).toString())
  })

  test('goes on for 8 days to each side of now when all days are open', () => {
    const now = instant('2026-11-24T15:00Z')
    const interval = openInterval(now, everyDay('00:00-24:00'), [], chicago)
    expect(interval?.opens.toString()).toBe(now.subtract({ hours: 192 }).toString())
    expect(interval?.closes.toString()).toBe(now.add({ hours: 192 }).toString())
  })

  test('is none without windows, or when all days of the coming 400 are closed', () => {
    const now = instant('2026-11-24T15:00Z')
    expect(openInterval(now, {}, [], chicago)).toBeNull()
    const first = Temporal.PlainDate.from('2026-11-23')
    const closures = Array.from({ length: 420 }, (_, day) => first.add({ days: day }).toString())
    expect(openInterval(now, everyDay('00:00-24:00'), closures, chicago)).toBeNull()
    expect(handOver(now, everyDay('00:00-24:00'), closures, chicago)).toBeNull()
  })

  test('is quick enough for thousands of messages: under a millisecond each', async () => {
    const hours = everyDay('08:00-20:00')
    const messages = Array.from({ length: 500 }, (_, index) => instant('2026-11-24T15:00Z').add({ minutes: 10 * index }))
    const took = await processorTime(() => {
      for (const now of messages) handOver(now, hours, ['2026-11-26'], chicago)
    })
    expect(took).toBeLessThan(messages.length)
  })
})

describe('a hand-over', () => {
  const zoneName = 'America/Chicago'
  const table = [
    ['is now, for what is left less 5 s', '2026-11-25T01:00:00Z', '2026-11-25T01:00:00Z', 3595],
    ['is never longer than the carrier allows', '2026-11-24T14:00:00Z', '2026-11-24T14:00:00Z', 36_000],
    ['is still now with 30 s left', '2026-11-25T01:59:30Z', '2026-11-25T01:59:30Z', 25],
    ['counts whole seconds only', '2026-11-25T01:59:29.5Z', '2026-11-25T01:59:29.5Z', 25],
    ['waits with less', '2026-11-25T01:59:30.001Z', '2026-12-01T14:00:00Z', 36_000],
    ['waits for the opening', '2026-11-24T13:59:59.999Z', '2026-11-24T14:00:00Z', 36_000],
  ] as const
  test.each(table)('%s', (_, now, at, validitySeconds) => {
    const answer = handOver(instant(now), { tue: ['08:00-20:00'] }, [], zoneName)
    expect(answer?.at.toString()).toBe(instant(at).toString())
    expect(answer?.validitySeconds).toBe(validitySeconds)
  })

  test('has no time when the school has no hours', () => {
    expect(handOver(instant('2026-11-24T15:00Z'), {}, [], zoneName)).toBeNull()
  })
})
