import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskNumbers } from '../../src/roster/typed-numbers.ts'
import { anyText, CORPUS } from '../support/outside.ts'

const masked = (text: string, country = 'US') => maskNumbers(text, country)

describe('a phone number in a text is covered but for its last four digits', () => {
  test.each([
    ['My new number is 971-555-0142.', 'My new number is •••• 0142.'],
    ['Call (971) 555-0142 or 9715550143', 'Call •••• 0142 or •••• 0143'],
    ['971-555-0142 971-555-0143', '•••• 0142 •••• 0143'],
    ['971-555-0142,971-555-0143; 9715550144', '•••• 0142,•••• 0143; •••• 0144'],
    ['+19715550142 at 4', '•••• 0142 at 4'],
    ['1-971-555-0142, thanks', '•••• 0142, thanks'],
    ['971.555.0142', '•••• 0142'],
    ['971−555−0142', '•••• 0142'],
    ['9 7 1 5 5 5 0 1 4 2', '•••• 0142'],
    ['Sept 2026 971-555-0142', 'Sept 2026 •••• 0142'],
    ['971-555-0142 $5 fee', '•••• 0142 $5 fee'],
    ['Mi mamá: +52 55 1234 5678', 'Mi mamá: •••• 5678'],
    ['011 52 55 1234 5678', '•••• 5678'],
    ['（９７１）５５５－０１４２', '•••• ０１４２'],
    ['رقمي ٩٧١-٥٥٥-٠١٤٢', 'رقمي •••• ٠١٤٢'],
    ['97155\u200b50142', '•••• 0142'],
    ['https://wa.me/19715550142', 'https://wa.me/•••• 0142'],
    ['One a line:\n971 555 0142\n971 555 0143', 'One a line:\n•••• 0142\n•••• 0143'],
  ])('%j', (text, shown) => {
    expect(masked(text).text).toBe(shown)
  })

  test('and they are counted', () => {
    expect(masked('Call 971-555-0142 or 971-555-0143').count).toBe(2)
  })

  test('those of the district’s country need not say it', () => {
    expect(masked('Llame al 55 1234 5678', 'MX').text).toBe('Llame al •••• 5678')
  })
})

describe('what may be something else stands as it is', () => {
  test.each([
    'On 2026-11-30 at 3:30 PM',
    '2026-11-30 - 2026-12-04',
    '11-30-2026 – 12-04-2026 and 30.11.2026',
    'Camp 06-15-26 - 06-19-26',
    'Nov 30 2026 1030',
    '11-30-2026 (1030)',
    'From 0800-1500, or 1030 1130',
    'Bus 204 1530, Room 301-1400, pages 210-2250',
    'SAT 620 1240',
    '06 07 08 09 10',
    '$1,000,000.50',
    '1 000 000 000',
    '612 345 678 pesos',
    'Room 204, rooms 204 205 206 207',
    '4111 1111 1111 1111',
    '00000000-0000-4000-8000-000000000000',
    'https://example.org/news/9715550142',
    'Zip 97201-1234',
    'Maya got 95 of 100',
    '555-0142',
    '٣٠/١١/٢٠٢٦ ٣:٣٠',
    '',
  ])('%j', (text) => {
    expect(masked(text)).toEqual({ text, count: 0 })
  })
})

const figures = (low: number, high: number) => fc.integer({ min: low, max: high }).map(String)
const number = fc
  .tuple(fc.constantFrom('971', '503', '212', '415'), figures(201, 999), figures(1000, 9999), fc.constantFrom('-', ' ', '.'))
  .filter(([, office]) => !office.endsWith('11'))
  .map(([area, office, line, mark]) => [area, office, line].join(mark))

test('two numbers beside each other, however they are written, leave four digits each', () => {
  const joint = fc.constantFrom(', ', ' or ', '\n', '; ', ' y ', ',')
  fc.assert(
    fc.property(number, joint, number, (one, between, other) => {
      const { text, count } = masked(`Call ${one}${between}${other} today`)
      expect([count, text.match(/\d/g)?.length]).toEqual([2, 8])
    }),
  )
})

test('no day, span of days or time of day is taken for a number', () => {
  const date = fc.integer({ min: 0, max: 5_000 }).map((days) => Temporal.PlainDate.from('2020-01-01').add({ days }).toString())
  const day = fc
    .tuple(date, fc.constantFrom('iso', '-', '/', '.'))
    .map(([iso, form]) => (form === 'iso' ? iso : [iso.slice(5, 7), iso.slice(8, 10), iso.slice(0, 4)].join(form)))
  const time = fc.tuple(figures(10, 19), fc.constantFrom(':00', ':15', ':30', '00', '30')).map((parts) => parts.join(''))
  fc.assert(
    fc.property(day, fc.constantFrom(' - ', ' to ', '–', ', '), day, time, (from, joint, to, at) => {
      const text = `Camp ${from}${joint}${to} at ${at}`
      expect(masked(text)).toEqual({ text, count: 0 })
    }),
  )
})

test('whatever somebody writes is taken, and nothing but digits and what stands between them is gone from it', () => {
  const others = (text: string) => text.replace(/ext\w*|[•\p{Nd}\p{P}\p{S}\s\p{Cf}x]/giu, '')
  fc.assert(
    fc.property(anyText('971-555-0142', '+', '(', '12', '٩', '-', 'id'), (text) => {
      expect(others(masked(text).text)).toBe(others(text))
    }),
  )
  for (const text of CORPUS) masked(text)
})
