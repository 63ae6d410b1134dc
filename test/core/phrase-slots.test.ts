import { describe, expect, it } from 'vitest'
import { fillSlots, namesStudent, SLOT } from '../../src/core/phrase-slots.ts'
import { createPhrasebook, phrases, staysAsWritten } from '../../src/translators/phrasebook.ts'

const certain = {
  student: 'Maya',
  teacher: 'Ms Rivera',
  today: 'Monday, November 30',
  tomorrow: 'Tuesday, December 1',
}
const NOTHING = { ...certain, student: null, teacher: null }

describe('the slots of a sentence', () => {
  it.each([
    ['{student} had a very good day today.', 'Maya had a very good day today.'],
    ['I am {teacher}, teacher of: {student}.', 'I am Ms Rivera, teacher of: Maya.'],
    ['{student} was absent today, {date}.', 'Maya was absent today, Monday, November 30.'],
    ['School is closed today, {date}. The reason: weather.', 'School is closed today, Monday, November 30. The reason: weather.'],
    ['Our meeting is tomorrow, {date}, at {time}.', 'Our meeting is tomorrow, Tuesday, December 1, at {time}.'],
    ['No school on {date}.', 'No school on {date}.'],
    ['Please send it by {date}.', 'Please send it by {date}.'],
    ['Bring {item} for {Student}.', 'Bring {item} for {Student}.'],
    ['Nothing to fill in.', 'Nothing to fill in.'],
  ])('%s → %s', (words, filled) => {
    expect(fillSlots(words, certain)).toBe(filled)
  })

  it('stay open where nothing is certain', () => {
    expect(fillSlots('I am {teacher}, teacher of: {student}.', NOTHING)).toBe('I am {teacher}, teacher of: {student}.')
  })

  it('put a name in letter for letter', () => {
    expect(fillSlots('{student} is here.', { ...certain, student: '$& $1 {teacher}' })).toContain('$& $1')
  })

  it.each(['{student}', '{time2}', '{date2}', '{first name}'])('%s is one that is open', (open) => {
    expect(SLOT.exec(`Bring it by ${open}.`)?.[0]).toBe(open)
  })

  it.each(['{}', '{ a }', '{A}', 'no slot'])('%s is none', (words) => {
    expect(SLOT.test(words)).toBe(false)
  })

  it('tell what speaks of one student', () => {
    expect([namesStudent('{student} is late.'), namesStudent('The bus is late.')]).toEqual([true, false])
  })

  it.each<[string, string[]]>([
    ['Please send: art shirt, by December 4.', ['art shirt']],
    ['Homework for December 4: reading, pages 3 to 5.', ['reading', 'pages 3 to 5']],
    ['Please sign the paper "trip form" and return it by December 4.', ['trip form']],
    ['Maya was absent today, December 4. Please tell us the reason.', []],
    ['Bring what you like.', []],
  ])('of “%s” stays in English: %j', (words, kept) => {
    expect(staysAsWritten(words, 'en', ['Maya'])).toEqual(kept)
  })

  it('leave every phrase that is whole then one that the phrasebook translates', async () => {
    const { translate } = createPhrasebook()
    const whole = phrases('en')
      .map(({ text }) => fillSlots(text, certain))
      .filter((text) => !SLOT.test(text))
    expect(whole.length).toBeGreaterThan(40)
    for (const text of whole)
      expect([text, (await translate({ text, from: 'en', to: 'es', names: ['Maya', 'Elena', 'Rivera'] })).kind]).toEqual([
        text,
        'translated',
      ])
  })
})
