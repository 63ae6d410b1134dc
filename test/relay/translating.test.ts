import { expect, test } from 'vitest'
import { forStaff } from '../../src/relay/translating.ts'

const staff = (english: string) =>
  forStaff({ translate: async () => ({ kind: 'translated', text: english, by: 'test' }) }, () => ({
    language: 'es',
    confidence: 1,
  }))

test.each([
  ['as it is', 'The appointment is at 3:00 PM on 12/15.', false],
  ['with another time', 'The appointment is at 4:00 PM on 12/15.', true],
  ['without the day', 'The appointment is at 3:00 PM.', true],
])('what somebody unknown wrote is translated for staff %s, and said to differ: %s, %s', async (_, english, differs) => {
  expect(await staff(english).translateUnknown('La cita es a las 3:00 PM el 12/15.', 'MX')).toEqual({
    text: english,
    from: 'es',
    differs,
  })
})
