import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asE164, isE164, isWithheld } from '../../src/core/phone-number.ts'

test.each(['+19715550100', '+4915510000000', '+123456789012345', '+6421000000'])('%s is a number', (text) => {
  expect(isE164(text)).toBe(true)
  expect(asE164(text)).toBe(text)
})

test.each([
  '9715550100',
  '19715550100',
  '+09715550100',
  '+1971555010a',
  '+1 971 555 0100',
  ' +19715550100',
  '+19715550100\n',
  '+',
  '+123456',
])('%j is not in E.164 form', (text) => {
  expect(isE164(text)).toBe(false)
  expect(asE164(text)).toBeNull()
})

const withheld = ['+266696687', '+86282452253', '+8656696', '+2562533', '+7378742833', '266696687', '']
const words = ['anonymous', 'Anonymous', 'RESTRICTED', 'unavailable', 'private', ' unknown ']
test.each([...withheld, ...words])('the caller id %j is withheld and never a phone', (callerId) => {
  expect(isWithheld(callerId)).toBe(true)
  expect(asE164(callerId)).toBeNull()
})

test('an ordinary number is not withheld', () => {
  expect(isWithheld('+19715550100')).toBe(false)
})

test('whatever text comes in, only a plus and 7 to 15 digits come out', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\+?[0-9]{0,18}$/)), (text) => {
      const number = asE164(text)
      if (number !== null) {
        expect(number).toMatch(/^\+[1-9]\d{6,14}$/)
        expect(isWithheld(number)).toBe(false)
      }
    }),
  )
})
