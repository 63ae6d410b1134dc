import fc from 'fast-check'
import { expect, test } from 'vitest'
import { weekIn, windowInWords } from '../../src/dashboard/week.ts'

const read = (typed: string) => weekIn((name) => (name === 'families-mon' ? typed : ''), 'families').mon

test.each([
  ['7-20', '07:00-20:00'],
  ['7:00 - 20:00', '07:00-20:00'],
  ['07:00–20:00', '07:00-20:00'],
  ['7 am - 8 pm', '07:00-20:00'],
  ['7:00 AM – 8:00 PM', '07:00-20:00'],
  ['7a.m.-8p.m.', '07:00-20:00'],
  ['8 am to 4 pm', '08:00-16:00'],
  ['20-6', '20:00-06:00'],
  ['12 pm - 1:30 pm', '12:00-13:30'],
  ['12:00 AM – 12:00 AM', '00:00-24:00'],
  ['8 pm - 12:30 am', '20:00-00:30'],
])('%s is the window %s', (typed, window) => {
  expect(read(typed)).toEqual([window])
})

test.each(['8 - 5 pm', '8 am - 17', '8-4', '8 - 8', '9:00-1:00', '7:30-4:00', '13 pm - 2 pm', '0 am - 2 pm', 'noon'])(
  '%s stays as it is, to be refused by name',
  (typed) => {
    expect(read(typed)).toEqual([typed])
  },
)

test('every window is read back from its words', () => {
  const two = (n: number) => String(n).padStart(2, '0')
  fc.assert(
    fc.property(fc.nat(1439), fc.integer({ min: 1, max: 1440 }), (from, to) => {
      const clock = (m: number) => `${two(Math.floor(m / 60))}:${two(m % 60)}`
      const window = `${clock(from)}-${clock(to)}`
      expect(read(windowInWords(window))).toEqual([window])
    }),
  )
})
