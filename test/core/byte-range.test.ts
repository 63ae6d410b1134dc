import { expect, test } from 'vitest'
import { byteRange } from '../../src/core/byte-range.ts'

test.each([
  [undefined, 10, 'whole'],
  ['bytes=0-1', 10, { first: 0, last: 1 }],
  ['bytes=0-', 10, { first: 0, last: 9 }],
  ['bytes=4-99', 10, { first: 4, last: 9 }],
  ['bytes=9-9', 10, { first: 9, last: 9 }],
  ['bytes=-3', 10, { first: 7, last: 9 }],
  ['bytes=-30', 10, { first: 0, last: 9 }],
  ['bytes=10-', 10, 'outside'],
  ['bytes=-0', 10, 'outside'],
  ['bytes=0-0', 0, 'outside'],
  ['bytes=5-4', 10, 'whole'],
  ['bytes=0-1,4-5', 10, 'whole'],
  ['bytes=-', 10, 'whole'],
  ['bytes=a-b', 10, 'whole'],
  ['lines=0-1', 10, 'whole'],
  ['bytes=99999999999999999999-', 10, 'whole'],
])('%s of %i bytes', (header, size, expected) => {
  expect(byteRange(header, size)).toEqual(expected)
})
