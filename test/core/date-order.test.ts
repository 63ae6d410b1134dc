import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ambiguousDates, dateOrder } from '../../src/core/date-order.ts'

test.each([
  ['en', 'US', 'mdy'],
  ['en-US', 'GB', 'mdy'],
  ['en', 'GB', 'dmy'],
  ['en', 'CA', 'ymd'],
  ['es', 'US', 'dmy'],
  ['es', 'PR', 'mdy'],
  ['es-MX', 'PR', 'dmy'],
  ['fil', 'US', 'mdy'],
  ['tl', 'US', 'mdy'],
  ['zh-Hans', 'US', 'ymd'],
  ['zh-Hant-HK', 'US', 'dmy'],
  ['ko', 'US', 'ymd'],
  ['ht', 'US', 'dmy'],
  ['qqq', 'US', 'dmy'],
])('%s in %s is read %s', (tag, country, order) => {
  expect(dateOrder(tag, country)).toBe(order)
})

/** The platform's own tables, where it has the language: they are CLDR's. */
test.each(
  'en-US en-GB en-CA en-ZA en-PR en-PH es-US es-MX es-PR es-PA fil ceb zh ja ko hu lt mn fa ps ne vi ar pt-BR fr fr-CA ru uk de it tr hi bn ur sw am my'.split(
    ' ',
  ),
)('%s is read without a year as CLDR writes it', (tag) => {
  const parts = new Intl.DateTimeFormat(tag, {
    month: 'numeric',
    day: 'numeric',
    calendar: 'gregory',
    timeZone: 'UTC',
  }).formatToParts(0)
  const monthFirst = parts.findIndex((part) => part.type === 'month') < parts.findIndex((part) => part.type === 'day')
  expect(dateOrder(tag, 'US') !== 'dmy').toBe(monthFirst)
})

describe('dates that two readers take for different days', () => {
  test.each<[string, string, string, string[]]>([
    ['3/12', 'en', 'es', ['3/12']],
    ['Come on 3/12-4/12.', 'en', 'es', ['3/12', '4/12.']],
    ['03-12-26', 'en', 'es', ['03-12-26']],
    ['3/12/2026 at 3:30', 'es', 'en', ['3/12/2026']],
    ['3.12.', 'de', 'en', ['3.12.']],
    ['03.12 в 18:00', 'ru', 'en', ['03.12']],
    ['25/12/26', 'es', 'zh', ['25/12/26']],
    ['25/12/2026', 'es', 'zh', []],
    ['05/12/26', 'es', 'zh', ['05/12/26']],
    ['3/12', 'en', 'zh', []],
    ['3/12/26', 'en', 'zh', ['3/12/26']],
    ['3/12', 'zh', 'es', ['3/12']],
    ['于3/12开会', 'zh', 'es', ['3/12']],
    ['会议3/12/26举行', 'zh', 'es', ['3/12/26']],
    ['ใน3/12', 'th', 'en', ['3/12']],
    ['on 3 / 12', 'en', 'es', ['3 / 12']],
    ['on 3 / 12 / 26', 'en', 'es', ['3 / 12 / 26']],
    ['on 3\u204412', 'en', 'es', ['3\u204412']],
    ['on 3\u221512', 'en', 'es', ['3\u221512']],
    ['3. 12. v 18:00', 'cs', 'en', ['3. 12.']],
    ['3. 12. 2026', 'cs', 'en', ['3. 12. 2026']],
    ['3.12. 18 Uhr', 'de', 'en', ['3.12.']],
    ['11/30 12/3', 'en', 'es', ['12/3']],
  ])('%s from %s to %s', (text, from, to, expected) => {
    expect(ambiguousDates(text, from, to, 'US')).toEqual(expected)
  })

  test.each([
    ['11/20'],
    ['3/3'],
    ['24/7'],
    ['0/5'],
    ['2026-03-12'],
    ['2026/3/12'],
    ['3-12'],
    ['grades 3-5'],
    ['2.5 hours'],
    ['$3.12 each'],
    ['Score was 2.5.'],
    ['He has 3. 4 came late.'],
    ['12 3/4 cups'],
    ['2 1\u20442 cups'],
    ['(971) 555-0100'],
    ['3:12'],
    ['room B3/12'],
    ['комната Б3/12'],
  ])('are none in %s', (text) => {
    expect(ambiguousDates(text, 'en', 'es', 'US')).toEqual([])
  })

  test.each([
    ['en', 'tl', 'es'],
    ['es', 'ht', 'en'],
    ['zh', 'ko', 'es'],
  ])('are none from %s to %s, who read alike, where there are some to %s', (from, alike, other) => {
    expect(ambiguousDates('3/12 05/12/26', from, alike, 'US')).toEqual([])
    expect(ambiguousDates('3/12 05/12/26', from, other, 'US')).toEqual(['3/12', '05/12/26'])
  })

  test('are the same ones both ways, with slashes', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (a, b) => {
        const found = ambiguousDates(`${a}/${b}`, 'en', 'es', 'US')
        expect(found.length).toBe(a !== b && a >= 1 && b >= 1 && a <= 12 && b <= 12 ? 1 : 0)
        expect(ambiguousDates(`${a}/${b}`, 'es', 'en', 'US')).toEqual(found)
      }),
    )
  })
})
