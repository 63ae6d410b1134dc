/** What a family of a language gets today, by means that do not depend on a school: voices, recognisers, STOP words, fixed texts. */

import { RECORDED_PROMPTS } from './call-studio.ts'
import { hasSpeech, hasVoice } from './call-voices.ts'
import { keywordWords } from './keyword-words.ts'
import { sameLanguage } from './language.ts'
import { textLanguage } from './texts.ts'

/**
 * How much the configured engine puts into a language and back: `all` texts, the sentences of the `phrases` book, `none`; `unknown`: the engine could
 * not be asked just now.
 */
export type TranslationCover = 'all' | 'phrases' | 'none' | 'unknown'

/** What a language has. */
export type LanguageCoverage = {
  /** The language that texts are written in at the school: nothing is translated. */
  readonly own: boolean
  readonly translation: TranslationCover
  /** Whether the gateway's own texts and prompts exist in it. */
  readonly fixedTexts: boolean
  readonly voice: boolean
  /** Spoken answers are put into words at once. */
  readonly speech: boolean
  /** STOP, HELP and the like are understood in it, beside the carrier's English words. */
  readonly stopWords: boolean
  /** Prompts that people have recorded, of so many that are worth it; of no use where a voice speaks. */
  readonly recorded: number
  readonly recordable: number
  /** Somebody at an aides' desk of the school speaks it. */
  readonly aide: boolean
}

/** The coverage of a language (BCP 47). `schoolLanguage`: in which staff write. */
export function coverageOf(
  language: string,
  given: Pick<LanguageCoverage, 'translation' | 'recorded' | 'aide'>,
  schoolLanguage = 'en',
): LanguageCoverage {
  return {
    ...given,
    own: sameLanguage(language, schoolLanguage),
    fixedTexts: hasFixedTexts(language),
    voice: hasVoice(language),
    speech: hasSpeech(language),
    stopWords: keywordWords.some((words) => sameLanguage(words.language, language)),
    recordable: RECORDED_PROMPTS.length,
  }
}

/** Whether the gateway's own texts exist in a language (BCP 47, any region). */
export function hasFixedTexts(language: string): boolean {
  return sameLanguage(textLanguage(language), language)
}

/**
 * What comes of it. Texts: as they are written, translated, where the book has the sentence, in English with a note, or nobody knows. Calls: a
 * voice speaks; it reads messages but the menu is English; recordings of people play; an aide records each message; or nobody can say it yet.
 */
export type WhatFamiliesGet = {
  readonly texts: 'written' | 'translated' | 'phrases' | 'english' | 'unknown'
  readonly notices: 'own' | 'english'
  readonly calls: 'voice' | 'voice_english_menu' | 'recorded' | 'recorded_english_menu' | 'nobody'
  readonly answers: 'words' | 'audio'
}

const TEXTS: Readonly<Record<TranslationCover, WhatFamiliesGet['texts']>> = {
  all: 'translated',
  phrases: 'phrases',
  none: 'english',
  unknown: 'unknown',
}

/** What a family of a language with this coverage gets today. */
export function whatFamiliesGet(coverage: LanguageCoverage): WhatFamiliesGet {
  const { own, translation, fixedTexts, voice, recorded, recordable, aide, speech } = coverage
  const led = recorded >= recordable
  return {
    texts: own ? 'written' : TEXTS[translation],
    notices: fixedTexts ? 'own' : 'english',
    calls: voice ? (fixedTexts ? 'voice' : 'voice_english_menu') : aide ? (led ? 'recorded' : 'recorded_english_menu') : 'nobody',
    answers: speech ? 'words' : 'audio',
  }
}
