import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTypedDate } from '../../src/core/typed-date.ts'

test.each(['2026-12-25', '12/25/2026', 'December 25, 2026', 'dec 25 2026', 'Dec. 25, 2026', ' 2026-12-25 '])(
  '%j is a date',
  (text) => {
    expect(readTypedDate(text)?.toString()).toBe('2026-12-25')
  },
)

test.each([
  '',
  'December',
  '2026-02-30',
  '13/1/2026',
  '25 December 2026',
  'Smarch 3, 2026',
  'Decade 3, 2026',
  '12/25/26',
  'tomorrow',
  '0000-01-01',
  '1899-12-31',
  '1/1/2200',
])('%j is none', (text) => {
  expect(readTypedDate(text)).toBe(null)
})

test('every date is read back from each of its forms, and nothing that is typed throws', () => {
  const date = fc.integer({ min: 0, max: 60_000 }).map((days) => Temporal.PlainDate.from('1950-01-01').add({ days }))
  fc.assert(
    fc.property(date, fc.string(), (one, any) => {
      const words = one.toLocaleString('en-US', { year: 'numeric', month: 'long', day: 'numeric' })
      for (const typed of [one.toString(), `${one.month}/${one.day}/${one.year}`, words])
        expect(readTypedDate(typed)?.toString()).toBe(one.toString())
      readTypedDate(any)
    }),
  )
})
