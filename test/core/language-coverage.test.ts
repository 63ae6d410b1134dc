import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coverageOf, type LanguageCoverage, whatFamiliesGet } from '../../src/core/language-coverage.ts'

const nothing = { translation: 'none', recorded: 0, aide: false } as const

test.each([
  ['en', { own: true, fixedTexts: true, voice: true, speech: true, stopWords: true }],
  ['es-MX', { own: false, fixedTexts: true, voice: true, speech: true, stopWords: true }],
  ['ht', { own: false, fixedTexts: true, voice: false, speech: false, stopWords: true }],
  ['so', { own: false, fixedTexts: false, voice: false, speech: false, stopWords: false }],
  ['ur', { own: false, fixedTexts: false, voice: false, speech: true, stopWords: false }],
  ['uk', { own: false, fixedTexts: false, voice: true, speech: true, stopWords: false }],
  ['yue', { own: false, fixedTexts: true, voice: true, speech: true, stopWords: true }],
  ['cy', { own: false, fixedTexts: false, voice: true, speech: false, stopWords: false }],
])('%s has what its carrier and its tables have', (language, expected) => {
  expect(coverageOf(language, nothing)).toMatchObject(expected)
})

const base: LanguageCoverage = {
  own: false,
  translation: 'all',
  fixedTexts: true,
  voice: true,
  speech: true,
  stopWords: true,
  recorded: 0,
  recordable: 10,
  aide: false,
}

test.each<[string, Partial<LanguageCoverage>, Partial<ReturnType<typeof whatFamiliesGet>>]>([
  ['everything', {}, { texts: 'translated', notices: 'own', calls: 'voice', answers: 'words' }],
  ['the school’s own language, whatever the engine', { own: true, translation: 'unknown' }, { texts: 'written' }],
  ['the phrasebook alone', { translation: 'phrases' }, { texts: 'phrases' }],
  ['no engine', { translation: 'none' }, { texts: 'english' }],
  ['an engine that does not answer', { translation: 'unknown' }, { texts: 'unknown' }],
  ['a voice without prompts', { fixedTexts: false }, { notices: 'english', calls: 'voice_english_menu' }],
  ['no voice and nobody', { voice: false }, { calls: 'nobody' }],
  ['recorded prompts and nobody to say the message', { voice: false, recorded: 10 }, { calls: 'nobody' }],
  ['an aide who has recorded some', { voice: false, aide: true, recorded: 9 }, { calls: 'recorded_english_menu' }],
  ['an aide who has recorded all', { voice: false, aide: true, recorded: 10 }, { calls: 'recorded' }],
  ['no recogniser', { speech: false }, { answers: 'audio' }],
])('%s', (_what, given, gets) => {
  expect(whatFamiliesGet({ ...base, ...given })).toMatchObject(gets)
})

test('more never makes it worse: an aide, a voice or a recording takes nothing away', () => {
  const rank = ['nobody', 'recorded_english_menu', 'recorded', 'voice_english_menu', 'voice']
  const coverage = fc.record({
    fixedTexts: fc.boolean(),
    voice: fc.boolean(),
    aide: fc.boolean(),
    recorded: fc.integer({ min: 0, max: 10 }),
  })
  fc.assert(
    fc.property(coverage, (given) => {
      const of = (more: Partial<LanguageCoverage>) => rank.indexOf(whatFamiliesGet({ ...base, ...given, ...more }).calls)
      expect(of({ aide: true })).toBeGreaterThanOrEqual(of({}))
      expect(of({ recorded: 10 })).toBeGreaterThanOrEqual(of({}))
      expect(of({ voice: true })).toBeGreaterThanOrEqual(of({}))
    }),
  )
})
