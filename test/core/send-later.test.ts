import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSendLater } from '../../src/core/send-later.ts'

const ZONE = 'America/Chicago'

describe('readSendLater', () => {
  it.each<[string, string, string, ReturnType<typeof readSendLater>['kind'] | string]>([
    ['nothing is no wish', '', '', 'now'],
    ['spaces are nothing', ' ', '  ', 'now'],
    ['a day and a time of the school’s clock', '2026-11-30', '07:00', '2026-11-30T13:00:00Z'],
    ['a time without its zero', '2026-11-30', '7:05', '2026-11-30T13:05:00Z'],
    ['with seconds, as some browsers say it', '2026-11-30', '07:00:00', '2026-11-30T13:00:00Z'],
    ['an hour that comes twice is the first one', '2026-11-01', '01:30', '2026-11-01T06:30:00Z'],
    ['an hour that is skipped is as long after midnight', '2026-03-08', '02:30', '2026-03-08T08:30:00Z'],
    ['a day alone', '2026-11-30', '', 'wrong'],
    ['a time alone', '', '07:00', 'wrong'],
    ['no day of the calendar', '2026-02-30', '07:00', 'wrong'],
    ['no time of day', '2026-11-30', '24:00', 'wrong'],
    ['words', 'Monday', 'noon', 'wrong'],
    ['a date in another order', '30/11/2026', '07:00', 'wrong'],
  ])('%s', (_, date, time, expected) => {
    const read = readSendLater(date, time, ZONE)
    expect(read.kind === 'at' ? read.at.toString() : read.kind).toBe(expected)
  })

  it('whatever is typed, it answers, and what it takes reads so on the school’s clock unless the hour is skipped', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (date, time) => {
        expect(['now', 'at', 'wrong']).toContain(readSendLater(date, time, ZONE).kind)
      }),
    )
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        fc.integer({ min: 0, max: 23 }).filter((hour) => hour !== 2),
        fc.integer({ min: 0, max: 59 }),
        (date, hour, minute) => {
          const day = date.toISOString().slice(0, 10)
          const clock = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
          const read = readSendLater(day, clock, ZONE)
          const back = read.kind === 'at' ? read.at.toZonedDateTimeISO(ZONE).toPlainDateTime().toString() : read.kind
          expect(back).toBe(`${day}T${clock}:00`)
        },
      ),
    )
  })
})
