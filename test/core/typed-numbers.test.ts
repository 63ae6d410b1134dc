import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskNumbers } from '../../src/core/typed-numbers.ts'
import { anyText, CORPUS, expectQuick, longOf, SEEDS } from '../support/outside.ts'

describe('a phone number in a text is covered but for its last four digits', () => {
  test.each([
    ['My new number is 971-555-0142.', 'My new number is •••• 0142.'],
    ['Call (971) 555-0142 or 9715550143', 'Call •••• 0142 or •••• 0143'],
    ['+1 971 555 0142', '•••• 0142'],
    ['+19715550142', '•••• 0142'],
    ['1-971-555-0142, thanks', '•••• 0142, thanks'],
    ['971.555.0142', '•••• 0142'],
    ['It is 555-0142', 'It is •••• 0142'],
    ['It is 555 0142', 'It is •••• 0142'],
    ['Room 12 971-555-0142', 'Room 12 •••• 0142'],
    ['Apt 4 (971) 555-0142', 'Apt 4 •••• 0142'],
    ['Monday 30 971 555 0142 at 3:30 PM', 'Monday 30 •••• 0142 at 3:30 PM'],
    ['Tel:9715550142', 'Tel:•••• 0142'],
    ['Tel9715550142', 'Tel•••• 0142'],
    ['number, 9715550142', 'number, •••• 0142'],
    ['Llame al 55 1234 5678 o al 5512345678', 'Llame al •••• 5678 o al •••• 5678'],
    ['+52 1 55 1234 5678', '•••• 5678'],
    ['5215512345678', '•••• 5678'],
    ['0052 55 1234 5678', '•••• 5678'],
    ['011 52 55 1234 5678', '•••• 5678'],
    ['Mi celular: 5123-4567 (Guatemala)', 'Mi celular: •••• 4567 (Guatemala)'],
    ['Nimewo m se 3712 3456', 'Nimewo m se •••• 3456'],
    ['Số của tôi: 0912 345 678', 'Số của tôi: •••• 5678'],
    ['我的电话13912345678', '我的电话•••• 5678'],
    ['电话：139-1234-5678', '电话：•••• 5678'],
    ['（９７１）５５５－０１４２', '•••• ０１４２'],
    ['رقمي ٩٧١-٥٥٥-٠١٤٢', 'رقمي •••• ٠١٤٢'],
    ['رقمي ٠١٠١٢٣٤٥٦٧٨', 'رقمي •••• ٥٦٧٨'],
    ['मेरा नंबर ९८७६५ ४३२१०', 'मेरा नंबर •••• ३२१०'],
    ['Meu celular é (11) 91234-5678', 'Meu celular é •••• 5678'],
    ['8 912 345-67-89', '•••• 6789'],
    ['06 12 34 56 78', '•••• 5678'],
    ['612 345 678', '•••• 5678'],
    ['0917 123 4567', '•••• 4567'],
    ['https://wa.me/19715550142', 'https://wa.me/•••• 0142'],
    ['One a line:\n971 555 0142\n971 555 0143', 'One a line:\n•••• 0142\n•••• 0143'],
  ])('%j', (text, masked) => {
    expect(maskNumbers(text).text).toBe(masked)
  })

  test('and they are counted', () => {
    expect(maskNumbers('Call 971-555-0142 or 971-555-0143').count).toBe(2)
  })
})

describe('what is no phone number stands as it is', () => {
  test.each([
    'On 2026-11-30 at 3:30 PM',
    '2026-11-30 15:30',
    '11/30/2026, 11-30-2026 and 30.11.2026',
    '11-30-2026 8.30 - 9.15',
    'The years 2025-2026',
    'From 0800-1500, or 1030 1130',
    '$1,000,000.50',
    '$ 9715550142',
    '1 000 000 000',
    '12.345.678',
    '9715550142 €',
    'Student ID 9715550142',
    'id: 9715550142',
    '#9715550142',
    'AB9715550142',
    'IMG_9715550142',
    'Room 204, rooms 204 205 206 207',
    '4111 1111 1111 1111',
    '1767225600',
    '00000000-0000-4000-8000-000000000000',
    'a1b2c3d4-1234-4567-8901-446655440000',
    'https://example.org/news/9715550142',
    'Bus 12, 14 and 16; 20 22 24 26 28',
    'Zip 97201-1234',
    'Maya got 95 of 100',
    '555',
    '٣٠/١١/٢٠٢٦ ٣:٣٠',
    '',
  ])('%j', (text) => {
    expect(maskNumbers(text)).toEqual({ text, count: 0 })
  })
})

test('a number of the United States is covered however it is written, among whatever', () => {
  const digits = fc
    .tuple(fc.integer({ min: 200, max: 999 }), fc.integer({ min: 200, max: 999 }), fc.integer({ min: 1000, max: 9999 }))
    .map(([area, office, line]) => [area, office, line].map(String) as [string, string, string])
  const written = fc
    .tuple(
      digits,
      fc.constantFrom('-', ' ', '.', ' - ', '\u00a0', '–', ''),
      fc.constantFrom('', '1', '+1'),
      fc.constantFrom('٠', '0', '०'),
    )
    .map(([[area, office, line], mark, code, zero]) => {
      const plain = [code, area, office, line].filter((part) => part !== '').join(mark)
      return plain.replace(/\d/g, (digit) => String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit)))
    })
  const beside = fc.constantFrom('', 'Call ', 'my number is ', 'No. ', 'Monday, ', '(', '“', 'al ', '电话')
  fc.assert(
    fc.property(beside, written, fc.constantFrom('', '.', ' please', ')', ', thanks', '?'), (before, number, after) => {
      const { text, count } = maskNumbers(before + number + after)
      expect([count, text.match(/\p{Nd}/gu)?.length]).toEqual([1, 4])
      expect([text.startsWith(before), text.endsWith(after)]).toEqual([true, true])
    }),
  )
})

test('whatever somebody writes is taken, and only covered digits are gone from it', () => {
  const others = (text: string) => text.replace(/[•+＋\p{Nd}\s.\-‐-―－()（）]/gu, '')
  fc.assert(
    fc.property(anyText('971-555-0142', '+', '(', '12', '٩', '-', 'id'), (text) => {
      expect(others(maskNumbers(text).text)).toBe(others(text))
    }),
  )
  for (const text of CORPUS) maskNumbers(text)
})

test.each(SEEDS)('64 KiB of %j take no more than a moment', async (seed) => {
  await expectQuick('maskNumbers', () => maskNumbers(longOf(seed)))
})
