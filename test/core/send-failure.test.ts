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
    [13224, 'bad_number', false],
    [13227, 'our_setup', true],
    [21215, 'our_setup', true],
    [21216, 'our_setup', true],
    [21212, 'our_setup', true],
    [10004, 'too_many', true],
  ])('%i is %s', (code, reason, ours) => {
    expect(sendFailure(code)).toMatchObject({ reason, ours })
  })

  it.each<[string, number, boolean]>([
    ['a landline', 30006, true],
    ['a phone that takes no texts', 21614, true],
    ['a phone that was off', 30003, true],
    ['a blocked text', 30004, true],
    ['a filtered text', 30007, true],
    ['no reason known', 30008, true],
    ['STOP', 21610, false],
    ['no such number', 21211, false],
    ['a number out of service', 30005, false],
    ['a number that the carrier does not call', 13224, false],
    ['the window’s end', 30036, false],
    ['our account', 30034, false],
    ['too much at once', 30001, false],
  ])('%s (%i): a call may cure it: %s', (_, code, byCall) => {
    expect(sendFailure(code)).toMatchObject({ byCall })
  })

  it.each([null, 0, 99999, -1, Number.NaN])('a code without a row (%s) is other', (code) => {
    expect(sendFailure(code)).toMatchObject({ reason: 'other', ours: true })
  })

  it('every code has plain words for staff, without a number or a code in them', () => {
    for (const code of KNOWN_CODES) expect(sendFailure(code).words).toMatch(/^[A-Z][^0-9]+\.$/)
  })
})
