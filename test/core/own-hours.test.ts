import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Day, days, isOpenAt, type Week } from '../../src/core/hours.ts'
import { narrowed, readOwnWeek } from '../../src/core/own-hours.ts'

const nameOf = (day: Day) => day

describe('narrowed', () => {
  it.each<[string, Week, Week | null, Week]>([
    ['without own hours the school’s hold', { mon: ['08:00-20:00'] }, null, { mon: ['08:00-20:00'] }],
    ['own hours within', { mon: ['08:00-20:00'] }, { mon: ['09:00-16:00'] }, { mon: ['09:00-16:00'] }],
    ['own hours beyond end where the school’s end', { mon: ['08:00-17:00'] }, { mon: ['07:00-22:00'] }, { mon: ['08:00-17:00'] }],
    ['a day that either closes is closed', { mon: ['08:00-17:00'] }, { tue: ['08:00-17:00'] }, {}],
    [
      'a pause at noon',
      { mon: ['08:00-17:00'] },
      { mon: ['07:00-12:00', '13:00-18:00'] },
      { mon: ['08:00-12:00', '13:00-17:00'] },
    ],
    ['through the night', { mon: ['20:00-06:00'] }, { mon: ['22:00-04:00'] }, { mon: ['22:00-24:00'], tue: ['00:00-04:00'] }],
    ['from Sunday into Monday', { sun: ['20:00-06:00'] }, { mon: ['00:00-03:00'] }, { mon: ['00:00-03:00'] }],
    ['all day', { wed: ['00:00-24:00'] }, { wed: ['00:00-24:00'] }, { wed: ['00:00-24:00'] }],
  ])('%s', (_, school, own, expected) => {
    expect(narrowed(school, own)).toEqual(expected)
  })

  const clock = fc.integer({ min: 0, max: 95 }).map((quarter) => {
    const minutes = quarter * 15
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  })
  const window = fc
    .tuple(clock, clock)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => `${a}-${b}`)
  const week = fc.dictionary(fc.constantFrom(...days), fc.array(window, { maxLength: 2 })) as fc.Arbitrary<Week>

  it('whatever both weeks are, an instant is open if and only if both are', () => {
    const instant = fc
      .integer({ min: 0, max: 14 * 96 })
      .map((quarter) => Temporal.Instant.from('2026-10-26T00:00Z').add({ minutes: quarter * 15 + 7 }))
    fc.assert(
      fc.property(week, week, instant, (school, own, at) => {
        const open = (one: Week) => isOpenAt(at, { week: one, closures: ['2026-10-28'], zone: 'America/Chicago' })
        expect(open(narrowed(school, own))).toBe(open(school) && open(own))
      }),
      { numRuns: 300 },
    )
  })
})

describe('readOwnWeek', () => {
  const schools: readonly Week[] = [{ mon: ['07:00-18:00'] }, { mon: ['06:00-07:00'], tue: ['08:00-12:00', '13:00-17:00'] }]
  it.each<[string, Week, string | null]>([
    ['within the school’s hours', { mon: ['08:00-16:00'] }, null],
    ['the school’s hours themselves', { mon: ['07:00-18:00'], tue: ['08:00-12:00', '13:00-17:00'] }, null],
    ['within those of another own school', { mon: ['06:15-06:45'] }, null],
    ['nothing at all', {}, null],
    ['later than the school’s', { mon: ['17:00-19:00'] }, 'mon: 17:00-19:00 goes beyond'],
    ['over the school’s pause', { tue: ['11:00-14:00'] }, 'tue: 11:00-14:00 goes beyond'],
    ['on a day that the school closes', { sun: ['09:00-10:00'] }, 'sun: 09:00-10:00 goes beyond'],
    ['no window', { mon: ['nine to five'] }, 'mon: “nine to five” is no span'],
  ])('%s', (_, typed, problem) => {
    const read = readOwnWeek(typed, schools, nameOf)
    if (problem === null) expect(read).toEqual({ kind: 'ok', week: typed })
    else expect(read).toMatchObject({ kind: 'wrong', problem: expect.stringContaining(problem) })
  })
})
