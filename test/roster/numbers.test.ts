import { expect, test } from 'vitest'
import type { E164 } from '../../src/core/phone-number.ts'
import { mayCall, rosterNumber } from '../../src/roster/numbers.ts'

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

test.each([
  ['a phone of the country', '+19715550100', 'US'],
  ['Puerto Rico', '+17875550100', 'US'],
  ['the Virgin Islands, from Puerto Rico', '+13405550100', 'PR'],
  ['the states, from Puerto Rico', '+19715550100', 'PR'],
  ['a landline', '+442079460018', 'GB'],
  ['internet telephony', '+445600123456', 'GB'],
  ['a mobile', '+4915510000000', 'DE'],
])('%s may be called', (_, number, country) => {
  expect(mayCall(number as E164, country)).toBe(true)
})

test.each([
  ['Jamaica', '+18765550123', 'US'],
  ['the Dominican Republic', '+18095550100', 'US'],
  ['Canada', '+14165550123', 'US'],
  ['Mexico', '+525512345678', 'US'],
  ['the states', '+19715550100', 'CA'],
  ['premium rate behind +1', '+19005550100', 'US'],
  ['premium rate', '+449098790123', 'GB'],
  ['toll-free', '+18005550100', 'US'],
  ['a personal number', '+15335550100', 'US'],
  ['shared cost', '+34902123456', 'ES'],
  ['a UAN', '+443001234567', 'GB'],
  ['a pager', '+447600123456', 'GB'],
  ['a satellite', '+881612345678', 'US'],
  ['a ship', '+870773111632', 'US'],
  ['an international network', '+88213300655', 'US'],
  ['international premium rate', '+979123456789', 'US'],
  ['no number of a plan', '+19765550100', 'US'],
  ['no country', '+99912345678', 'US'],
])('%s may not be called', (_, number, country) => {
  expect(mayCall(number as E164, country)).toBe(false)
})
