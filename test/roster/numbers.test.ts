import { expect, test } from 'vitest'
import { rosterNumber } from '../../src/roster/numbers.ts'

test.each([
  ['+13125550101', '+13125550101'],
  ['(312) 555-0101', '+13125550101'],
  ['312.555.0101', '+13125550101'],
  ['1 312 555 0101', '+13125550101'],
  ['+52 1 55 1234 5678', '+525512345678'],
  ['+44 20 7946 0018', '+442079460018'],
])('%s is %s', (cell, number) => {
  expect(rosterNumber(cell, 'US')).toEqual({ kind: 'usable', number })
})

test.each([
  ['555-0101', 'is not a valid number'],
  ['911', 'is not a valid number'],
  ['call 312 555 0101', 'is not a valid number'],
  ['312 555 0101 or 312 555 0102', 'is not a valid number'],
  ['+19005550123', 'is a premium-rate number'],
  ['+266696687', 'stands for a withheld caller'],
  ['anonymous', 'stands for a withheld caller'],
  ['312 555 0101 x12', 'has an extension, which neither texts nor calls can reach'],
])('%s %s', (cell, reason) => {
  expect(rosterNumber(cell, 'US')).toEqual({ kind: 'unusable', reason })
})

test('a number without + is one of the district’s country', () => {
  expect(rosterNumber('020 7946 0018', 'GB')).toEqual({ kind: 'usable', number: '+442079460018' })
})
