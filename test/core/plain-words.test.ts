import { describe, expect, it } from 'vitest'
import { plainWords } from '../../src/core/plain-words.ts'
import { phrases } from '../../src/translators/phrasebook.ts'

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
    ['Can we touch base tomorrow?', ['touch base']],
    ['I want us to be on the same page.', ['on the same page']],
    ['Just a heads up about the trip.', ['heads up']],
    ['Please give me a ring.', ['give me a ring']],
    ['Time to hit the books!', ['hit the books']],
    ['We dropped the ball on this.', ['dropped the ball']],
    ['The test was a piece of cake.', ['was a piece of cake']],
    ['Let us call it a day.', ['call it a day']],
    ['He passed by the skin of his teeth.', ['by the skin of']],
    ['The trip is up in the air.', ['up in the air']],
    ['She is falling behind.', ['falling behind']],
    ['Shoot me an email.', ['Shoot me an email']],
    ['He will play it by ear.', ['play it by ear']],
    ['I have my hands full.', ['my hands full']],
    ['FYI, no homework.', ['FYI']],
    ['The 504 plan is ready.', ['504 plan']],
    ['The PTA meets.', ['PTA']],
    ['The PTSA meets.', ['PTSA']],
    ['She gets ELL help.', ['ELL']],
    ['We do SEL every day.', ['SEL']],
    ['The MAP test is on Monday.', ['MAP test']],
    ['His GPA went up.', ['GPA']],
    ['Come before 8.', ['before 8']],
  ])('%s → %j', (draft, expected) => {
    expect(found(draft)).toEqual(expected)
  })

  it.each([
    'Maya had a very good day today.',
    'Room 504 is on the second floor. Call 555-504-1212.',
    'Each child may bring a piece of cake.',
    'Please write your name on the ball.',
    'Look at the map before the test.',
    'He ran an extra mile. A pencil costs two cents.',
    'She came home with hands full of paint.',
    'Tomorrow morning at 8 we leave.',
    'Be here at 8 in the morning, or at 3 this afternoon.',
    'Reading night is for children from 5th grade on.',
    'She read from 3 books, and had help from 2 students.',
    'Bring 5 dollars by December 3.',
    'The school is in a safety drill. All students are safe.',
    'We are at 12 School Street.',
    'Please sign the paper and return it by Friday.',
    'He needs a coat, a hat and gloves.',
    'The bell rings at 2:45 PM and the bus leaves at 14:55.',
    'Your daughter reached the top of the list.',
    'I would like to talk with you about his work in mathematics.',
    'Please pick her up at the side door.',
  ])('an ordinary sentence gets none: %s', (draft) => {
    expect(found(draft)).toEqual([])
  })

  it.each(phrases('en').map(({ text }) => text.replaceAll(/\{time2?\}/gu, '3:15 PM').replaceAll(/\{\w+\}/gu, 'Maya')))(
    'a phrase of the phrasebook gets none: %s',
    (draft) => {
      expect(found(draft)).toEqual([])
    },
  )

  it('tell what to write instead', () => {
    expect(plainWords('Touch base about the IEP.')).toEqual([
      { found: 'Touch base', advice: 'Say it plainly: “talk”.' },
      { found: 'IEP', advice: 'Families may not know it: “plan for special education (IEP)”.' },
    ])
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
