import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCalendar } from '../../src/dashboard/calendar-file.ts'
import { processorTime } from '../support/processor-time.ts'

const FROM = Temporal.PlainDate.from('2026-11-24')
const calendar = (...events: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events.map((e) => `BEGIN:VEVENT\r\nUID:1\r\n${e}\r\nEND:VEVENT`), 'END:VCALENDAR'].join(
    '\r\n',
  )
const read = (...events: string[]) => readCalendar(calendar(...events), FROM)

describe('days of a school’s calendar', () => {
  test.each<[string, string, readonly string[]]>([
    ['one day', 'DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261226', ['2026-12-25']],
    ['a day without an end', 'DTSTART;VALUE=DATE:20261225', ['2026-12-25']],
    ['the end is not part of it', 'DTSTART;VALUE=DATE:20261126\r\nDTEND;VALUE=DATE:20261128', ['2026-11-26', '2026-11-27']],
    [
      'what has begun counts from today',
      'DTSTART;VALUE=DATE:20261122\r\nDTEND;VALUE=DATE:20261126',
      ['2026-11-24', '2026-11-25'],
    ],
    [
      'a repeat without the days that are left out',
      'DTSTART;VALUE=DATE:20261207\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE;VALUE=DATE:20261214',
      ['2026-12-07', '2026-12-21'],
    ],
    ['every year', 'DTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=YEARLY', ['2027-01-01', '2028-01-01']],
  ])('%s', (_, event, dates) => {
    expect(read(`${event}\r\nSUMMARY:No school`)).toEqual({ entries: [{ name: 'No school', dates, closed: true }], notRead: [] })
  })

  test.each([
    ['a clock time', 'DTSTART:20261225T090000Z\r\nDTEND:20261225T100000Z'],
    ['over', 'DTSTART;VALUE=DATE:20261101'],
    ['a season', 'DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20270301'],
    ['years away', 'DTSTART;VALUE=DATE:20311225'],
  ])('%s is left out', (_, event) => {
    expect(read(`${event}\r\nSUMMARY:Holiday`)).toEqual({ entries: [], notRead: [] })
  })

  test.each([
    'DTSTART;VALUE=DATE:20261207\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31',
    'DTSTART;VALUE=DATE:20261207\r\nRRULE:FREQ=SECONDLY',
    'DTSTART;VALUE=DATE:18000101\r\nRRULE:FREQ=DAILY',
  ])('%s is named, and read no further', (event) => {
    expect(read(`${event}\r\nSUMMARY:Odd`)).toEqual({ entries: [], notRead: ['Odd'] })
  })

  test.each([
    ['Winter Break', true],
    ['NO SCHOOL - Professional Development', true],
    ['Picture day', false],
    ['Breakfast with the principal', false],
  ])('%s: closed is %s', (name, closed) => {
    expect(read(`DTSTART;VALUE=DATE:20261225\r\nSUMMARY:${name}`)?.entries).toEqual([{ name, dates: ['2026-12-25'], closed }])
  })

  test('many odd entries and endless repeats keep nobody waiting', async () => {
    const entries = Array.from({ length: 3_000 }, () => 'DTSTART;VALUE=DATE:19000101\r\nRRULE:FREQ=DAILY\r\nSUMMARY:x')
    expect(await processorTime(() => read(...entries))).toBeLessThan(5_000)
  })

  test('anything else is no calendar, or one with nothing in it', () => {
    expect(readCalendar('', FROM)).toBeNull()
    expect(readCalendar('hello', FROM)).toBeNull()
    expect(readCalendar('BEGIN:VCARD\r\nEND:VCARD', FROM)).toBeNull()
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => void read(`DTSTART;VALUE=DATE:${text}`)),
      { numRuns: 200 },
    )
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => void readCalendar(text, FROM)),
      { numRuns: 200 },
    )
  })
})
