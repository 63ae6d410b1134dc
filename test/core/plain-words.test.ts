import { describe, expect, it } from 'vitest'
import { plainWords } from '../../src/core/plain-words.ts'

const found = (draft: string) => plainWords(draft).map((hint) => hint.found)

describe('hints for a draft', () => {
  it.each([
    ['Maya was a bit under the weather.', ['under the weather']],
    ['Please send it back ASAP.', ['ASAP']],
    ['Her IEP meeting is on Monday.', ['IEP']],
    ['Her plan for special education (IEP) is ready.', []],
    ['Come to school at 3.', ['at 3']],
    ['Come at 3:15, please.', ['at 3:15']],
    ['Come at 3:15 PM.', []],
    ['Come at 3 p.m.', []],
    ['Come at 15:30.', []],
    ['Read until page 12.', []],
    ['Bring it by 12/3.', []],
    ['She read for 3 minutes after 2 days.', []],
    ['The bus comes at {time}.', ['{time}']],
    ['Gracias.', []],
  ])('%s → %j', (draft, expected) => {
    expect(found(draft)).toEqual(expected)
  })

  it('are few, in the order of the text', () => {
    expect(found('FYI: heads up, the PTA and the PTO touch base at 3 about ELL and PE.')).toEqual([
      'FYI',
      'heads up',
      'PTA',
      'PTO',
    ])
  })

  it('are found in a long draft at once', () => {
    const began = process.cpuUsage().user
    plainWords('at 1'.repeat(5_000))
    expect(process.cpuUsage().user - began).toBeLessThan(500_000)
  })
})
