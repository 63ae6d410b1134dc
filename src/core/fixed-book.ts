/** Every fixed text that a family may get, beside its English, as a speaker reads it to review it. */

import { prompts } from './call-words-fixed.ts'
import { type PromptId, promptSlots } from './call-words-slots.ts'
import { type KeywordWords, keywordWords } from './keyword-words.ts'
import { fixedTexts } from './texts-fixed.ts'
import { type TextId, type TextLanguage, textSlots } from './texts-slots.ts'
import { slotsOf, type WordedKind } from './wordings.ts'

/** Where a text stands; `keyword`: the words by which a family stops, starts or asks, which can be reviewed but are nobody's to change here. */
export type FixedKind = WordedKind | 'keyword'

/** One fixed text. `reviewedBy`: the speaker who read it before it came with the house. */
export type FixedEntry = {
  readonly kind: FixedKind
  readonly id: string
  readonly english: string
  readonly text: string
  readonly slots: readonly string[]
  readonly reviewedBy: string | null
}

/** Those that only staff ever get. */
const STAFF_TEXTS: ReadonlySet<TextId> = new Set([
  'held_for_family',
  'unknown_to_staff',
  'opted_out_to_staff',
  'login_code',
  'factor_reset',
  'not_reached',
  'voice_message_staff',
])
const STAFF_PROMPTS = /^(?:screen_staff|staff_|family_|studio_|room_screen|room_interpreter)/

const KEYWORD_LISTS = ['stop', 'start', 'yes', 'help', 'original', 'wrongNumber'] as const satisfies (keyof KeywordWords)[]

/** The texts, prompts and words of a language; the phrasebook's are its own to tell. */
export function fixedEntries(language: TextLanguage): FixedEntry[] {
  const texts = (Object.keys(textSlots) as TextId[])
    .filter((id) => !STAFF_TEXTS.has(id))
    .map((id) => entry('text', id, fixedTexts.en[id].text, fixedTexts[language][id]))
  const spoken = (Object.keys(promptSlots) as PromptId[])
    .filter((id) => !STAFF_PROMPTS.test(id))
    .map((id) => entry('prompt', id, prompts.en[id].text, prompts[language][id]))
  const [english, own] = ['en', language].map((tag) => keywordWords.find((words) => words.language === tag))
  const words = KEYWORD_LISTS.flatMap((id) =>
    english === undefined || own === undefined
      ? []
      : [entry('keyword', id, english[id].join(' · '), { text: own[id].join(' · '), reviewedBy: null })],
  )
  return [...texts, ...spoken, ...words]
}

/** One entry of the book. */
export function entry(
  kind: FixedKind,
  id: string,
  english: string,
  own: { readonly text: string; readonly reviewedBy: string | null },
): FixedEntry {
  return { kind, id, english, text: own.text, slots: slotsOf(english), reviewedBy: own.reviewedBy }
}
