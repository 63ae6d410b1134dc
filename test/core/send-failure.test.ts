import { describe, expect, it } from 'vitest'
import { KNOWN_CODES, sendFailure } from '../../src/core/send-failure.ts'

describe('sendFailure', () => {
  it.each([
    [21610, 'opted_out', false],
    [21211, 'bad_number', false],
    [30005, 'bad_number', false],
    [21614, 'not_mobile', false],
    [30006, 'not_mobile', false],
    [30003, 'unreachable', false],
    [30007, 'filtered', true],
    [30036, 'expired', false],
    [21606, 'our_setup', true],
    [30001, 'too_many', true],
    [21617, 'too_long', true],
  ])('%i is %s', (code, reason, ours) => {
    expect(sendFailure(code)).toMatchObject({ reason, ours })
  })

  it.each([null, 0, 99999, -1, Number.NaN])('a code without a row (%s) is other', (code) => {
    expect(sendFailure(code)).toMatchObject({ reason: 'other', ours: true })
  })

  it('every code has plain words for staff, without a number or a code in them', () => {
    for (const code of KNOWN_CODES) expect(sendFailure(code).words).toMatch(/^[A-Z][^0-9]+\.$/)
  })
})
