import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openInterval } from '../../src/core/hours.ts'
import { parseHours } from '../../src/core/parse-hours.ts'
import { everyDay, week, zones } from '../support/hours.ts'

describe('reading hours', () => {
  const good = { timezone: 'America/Chicago', families: { mon: ['08:00-20:00'] }, staff: {}, closures: ['2026-11-26'] }

  test('keeps what is right', () => {
    expect(parseHours(good, false)).toEqual({ kind: 'ok', hours: good })
  })
  test('writes the zone as the zone database does, and takes left-out closures as none', () => {
    const { closures: _, ...rest } = good
    expect(parseHours({ ...rest, timezone: 'america/chicago' }, false)).toEqual({ kind: 'ok', hours: { ...good, closures: [] } })
  })

  const accepted: [string, unknown][] = [
    ['all day', { mon: ['00:00-24:00'] }],
    ['several windows that touch', { mon: ['08:00-12:00', '12:00-13:00', '15:00-24:00'] }],
    ['a window over midnight up to the next one', { mon: ['20:00-08:00'], tue: ['08:00-09:00'] }],
    ['a window over midnight on Sunday', { sun: ['20:00-08:00'], mon: ['08:00-09:00'] }],
    ['a day without windows', { mon: [] }],
  ]
  test.each(accepted)('takes %s', (_, families) => {
    expect(parseHours({ ...good, families }, true).kind).toBe('ok')
  })

  test.each([
    ['20:00-08:00', true],
    ['22:00-02:01', true],
    ['15:00-07:00', true],
    ['18:00-02:00', false],
    ['08:00-00:00', false],
    ['00:00-24:00', false],
    ['01:00-00:30', true],
    ['00:00-08:00', true],
    ['02:00-08:00', false],
  ])('asks whether %s, once a week, is meant for families: %s', (window, asks) => {
    const hours = { ...good, families: { mon: ['08:00-20:00'], sat: [window] } }
    const answer = parseHours(hours, false)
    expect(answer.kind).toBe(asks ? 'wrong' : 'ok')
    if (answer.kind === 'wrong') expect(answer.problem).toMatch(new RegExp(`${window}.*\\?night=true\\.$`))
    expect(parseHours(hours, true).kind).toBe('ok')
    expect(parseHours({ ...good, staff: { sat: [window] } }, false).kind).toBe('ok')
  })

  test.each([
    ['an evening and the morning after', { mon: ['20:00-24:00'], tue: ['00:00-08:00'] }, '"20:00-24:00" and "00:00-08:00"'],
    ['Sunday evening and Monday morning', { sun: ['20:00-24:00'], mon: ['00:00-03:00'] }, '"20:00-24:00" and "00:00-03:00"'],
    ['the same windows every day', everyDay('00:00-08:00', '20:00-24:00'), '"20:00-24:00" and "00:00-08:00"'],
    ['all day, every day', everyDay('00:00-24:00'), null],
    ['an evening before an open day', { mon: ['20:00-24:00'], tue: ['00:00-24:00'] }, null],
    ['an evening and a morning two days later', { mon: ['20:00-24:00'], wed: ['00:00-04:00'] }, null],
  ])('asks about the windows of one night together: %s', (_, families, windows) => {
    const answer = parseHours({ ...good, families }, false)
    expect(answer.kind === 'wrong' ? answer.problem : null).toEqual(windows === null ? null : expect.stringContaining(windows))
    expect(parseHours({ ...good, families }, true).kind).toBe('ok')
  })

  const refused: [string, unknown, RegExp][] = [
    ['no object', 'all day', /object/],
    ['a list', [], /object/],
    ['null', null, /object/],
    ['an unknown key', { ...good, holidays: [] }, /"holidays"/],
    ['no zone', { ...good, timezone: undefined }, /timezone/],
    ['a zone that is none', { ...good, timezone: 'America/Springfield' }, /timezone/],
    ['an offset for a zone', { ...good, timezone: '-06:00' }, /timezone/],
    ['a date for a zone', { ...good, timezone: '2026-01-01T00:00[America/Chicago]' }, /timezone/],
    ['no families', { ...good, families: undefined }, /families/],
    ['no staff', { ...good, staff: undefined }, /staff/],
    ['an unknown day', { ...good, staff: { monday: [] } }, /staff.*"monday"/],
    ['a text for a list', { ...good, families: { mon: '08:00-20:00' } }, /families\.mon/],
    ['a number for a window', { ...good, families: { mon: [8] } }, /families\.mon.*8/],
    ['hours without minutes', { ...good, families: { mon: ['8-20'] } }, /"8-20".*HH:MM/],
    ['an hour that is none', { ...good, families: { mon: ['08:00-25:00'] } }, /HH:MM/],
    ['24:00 with minutes', { ...good, families: { mon: ['08:00-24:01'] } }, /HH:MM/],
    ['24:00 as a start', { ...good, families: { mon: ['24:00-08:00'] } }, /HH:MM/],
    ['a window of no length', { ...good, families: { mon: ['08:00-08:00'] } }, /differ/],
    ['midnight to midnight', { ...good, families: { mon: ['00:00-00:00'] } }, /00:00-24:00/],
    ['overlap in a day', { ...good, families: { mon: ['08:00-12:00', '11:59-13:00'] } }, /overlap/],
    ['the same window twice', { ...good, families: { mon: ['08:00-12:00', '08:00-12:00'] } }, /overlap/],
    ['overlap with the next morning', { ...good, families: { mon: ['20:00-08:00'], tue: ['07:59-09:00'] } }, /overlap/],
    ['overlap from Sunday to Monday', { ...good, families: { sun: ['20:00-08:00'], mon: ['07:00-09:00'] } }, /overlap/],
    ['closures that are no list', { ...good, closures: '2026-11-26' }, /closures/],
    ['a date that is none', { ...good, closures: ['2026-02-30'] }, /2026-02-30/],
    ['a date in another form', { ...good, closures: ['11/26/2026'] }, /YYYY-MM-DD/],
  ]
  test.each(refused)('refuses %s and says so in one sentence', (_, body, sentence) => {
    const answer = parseHours(body, true)
    expect(answer.kind).toBe('wrong')
    if (answer.kind === 'wrong') {
      expect(answer.problem).toMatch(sentence)
      expect(answer.problem).toMatch(/\.$/)
      expect(answer.problem).not.toContain('\n')
    }
  })

  test('never throws, whatever comes, and what it takes can be used', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.record({ timezone: fc.constantFrom(...zones), families: week, staff: week, closures: fc.array(fc.string()) }),
        ),
        (body) => {
          const answer = parseHours(body, true)
          if (answer.kind === 'ok')
            openInterval(
              Temporal.Instant.from('2026-11-24T15:00Z'),
              answer.hours.families,
              answer.hours.closures,
              answer.hours.timezone,
            )
        },
      ),
    )
  })
})
