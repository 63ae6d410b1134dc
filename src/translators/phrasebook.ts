/**
 * The translator that needs no one outside: it knows the messages that schools and families send most, word for word, in English,
 * Spanish, Arabic and Chinese, and says so honestly of everything else.
 */

import { type FixedEntry, entry as fixedEntry } from '../core/fixed-book.ts'
import { LINK, visible } from '../core/slots.ts'
import { NO_WORDINGS, type Wordings, worded } from '../core/wordings.ts'
import type { Translator } from '../relay/ports.ts'
import { ARABIC } from './phrasebook/arabic.ts'
import { CHINESE_SIMPLIFIED } from './phrasebook/chinese-simplified.ts'
import { CHINESE_TRADITIONAL } from './phrasebook/chinese-traditional.ts'
import { carryTime, leadToDate, type PhraseDate, type PhraseLanguage, readDate, writeDate } from './phrasebook/dates.ts'
import { ENGLISH } from './phrasebook/english.ts'
import { type EntryId, LANES, type Lane, type PhraseTable } from './phrasebook/entries.ts'
import { captured, phrasePattern, skeletonOf } from './phrasebook/pattern.ts'
import { SPANISH } from './phrasebook/spanish.ts'

const TABLES: Record<PhraseLanguage, PhraseTable> = {
  en: ENGLISH,
  es: SPANISH,
  ar: ARABIC,
  'zh-Hans': CHINESE_SIMPLIFIED,
  'zh-Hant': CHINESE_TRADITIONAL,
}

const ENTRY_IDS = Object.keys(LANES) as EntryId[]

/** Regions and scripts that read Traditional Chinese. */
const TRADITIONAL = /^zh-(?:hant|tw|hk|mo)/iu

/** The table a BCP 47 tag falls to by its prefix; null when there is none. Cantonese and other tongues are not taken for Mandarin. */
function phraseLanguage(tag: string): PhraseLanguage | null {
  if (TRADITIONAL.test(tag)) return 'zh-Hant'
  const base = tag.split('-', 1)[0]?.toLowerCase()
  return base === 'zh' ? 'zh-Hans' : base === 'en' || base === 'es' || base === 'ar' ? base : null
}

/** One phrase to suggest to a writer: `text` holds slots such as `{time}`; `reviewedBy` null means not yet reviewed by a speaker. */
export type Phrase = { readonly id: EntryId; readonly text: string; readonly lane: Lane; readonly reviewedBy: string | null }

/** All phrases in a language (BCP 47, by prefix), in the order of the book; empty when the phrasebook does not have the language. */
export function phrases(language: string): readonly Phrase[] {
  const known = phraseLanguage(language)
  if (!known) return []
  const { phrases: texts, reviewedBy } = TABLES[known]
  return ENTRY_IDS.map((id) => ({ id, text: texts[id][0], lane: LANES[id], reviewedBy: reviewedBy[id] ?? null }))
}

/** The book in a language (BCP 47, by prefix) beside its English, as a speaker reads it to review it; empty where there is none. */
export function phraseEntries(language: string): readonly FixedEntry[] {
  const own = new Map(phrases(language).map((phrase) => [phrase.id, phrase]))
  return phrases('en').flatMap(({ id, text }) => {
    const phrase = own.get(id)
    return phrase === undefined ? [] : [fixedEntry('phrase', id, text, phrase)]
  })
}

/** What a slot holds: text that passes letter for letter, or a date to be written anew. */
type SlotValue = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'date'; readonly date: PhraseDate }

type Found = { readonly id: EntryId; readonly slots: ReadonlyMap<string, SlotValue>; readonly slotLength: number }

const compiled = new Map<PhraseLanguage, readonly { readonly id: EntryId; readonly pattern: RegExp }[]>()

function patternsOf(language: PhraseLanguage): readonly { readonly id: EntryId; readonly pattern: RegExp }[] {
  const known = compiled.get(language)
  if (known) return known
  const table = TABLES[language]
  const made = ENTRY_IDS.flatMap((id) => table.phrases[id].map((text) => ({ id, pattern: phrasePattern(text, table, language) })))
  compiled.set(language, made)
  return made
}

/** Words that stand where a name stands and are none: passed on untranslated they would change the sentence. */
const NO_NAME =
  /^(?:he|she|it|they|i|we|you|my|your|his|her|our|their|the|a|an|this|that|who|él|ella|ellos|ellas|yo|usted|ustedes|mi|mis|su|sus|el|la|los|las|un|una|este|esta|quien)\b|^(?:我|你|您|他|她|孩子|学生|學生)|^(?:هو|هي|هم|أنا|ابن|إبن|بنت|طفل|ولد|ال)/iu

/** Words that deny or date a sentence: where they were taken for a part of a name, "Nobody will come" would say that somebody comes. */
const DENIES_OR_DATES = new RegExp(
  `(?<!\\p{L})(?:${[
    'no|nobody|none|not|never|neither|nor|someone|somebody|anyone|anybody|everyone|everybody|today|tomorrow|tonight',
    'nadie|ning[uú]n|ningun[oa]|nunca|jamás|tampoco|ni|alguien|todos|todas|hoy|mañana',
    'لا|لن|لم|ليس|[أا]حد|اليوم|غدا|غدًا|بكرة',
  ].join('|')})(?!\\p{L})|[没沒不无無]|[今明后後]天|有人`,
  'iu',
)

const NAME_PARTICLE = /^(?:de|del|da|das|do|dos|di|la|las|los|van|von|der|bin|bint|ibn|al|el|y|and|e|i|&)$/iu

/** Whether what was captured as a person is one: known by name, or written as a name is. */
function isPerson(text: string, names: readonly string[]): boolean {
  if (names.includes(text)) return true
  const words = text.split(/\s+/u)
  return (
    words.length <= 6 &&
    !NO_NAME.test(text) &&
    !DENIES_OR_DATES.test(text) &&
    words.every((word) => /^[\p{Lu}\p{Lt}\p{Lo}]/u.test(word) || NAME_PARTICLE.test(word))
  )
}

const WHOLE_LINK = new RegExp(`^(?:${LINK.source})$`, 'iu')

function readSlot(slot: string, text: string, language: PhraseLanguage, names: readonly string[]): SlotValue | null {
  const pass = { kind: 'text', text } as const
  switch (slot) {
    case 'date':
    case 'date2': {
      const date = readDate(text, language)
      return date && { kind: 'date', date }
    }
    case 'time':
    case 'time2': {
      const time = carryTime(text, language)
      return time === null ? null : { kind: 'text', text: time }
    }
    case 'student':
    case 'teacher':
    case 'name':
      return isPerson(text, names) ? pass : null
    case 'link':
      return WHOLE_LINK.test(text) ? pass : null
    default:
      return pass
  }
}

function readSlots(
  texts: ReadonlyMap<string, string>,
  language: PhraseLanguage,
  names: readonly string[],
): ReadonlyMap<string, SlotValue> | null {
  const values = new Map<string, SlotValue>()
  for (const [slot, text] of texts) {
    const value = readSlot(slot, text, language, names)
    if (value) values.set(slot, value)
  }
  return values.size === texts.size ? values : null
}

/** The entry that a text is as a whole; where several fit, the one that leaves least to its slots. */
function findEntry(text: string, language: PhraseLanguage, names: readonly string[]): Found | null {
  const skeleton = skeletonOf(text)
  let best: Found | null = null
  for (const { id, pattern } of patternsOf(language)) {
    const texts = captured(skeleton, pattern)
    const slots = texts && readSlots(texts, language, names)
    if (!slots) continue
    const slotLength = [...texts.values()].join('').length
    if (!best || slotLength < best.slotLength) best = { id, slots, slotLength }
  }
  return best
}

/** Where a text may be parted: after a sentence, a comma ("Good morning, my child is sick today") or a line. */
const PART = /[^.!?…。！？؟،,，\n]*(?:[.!?…。！？؟،,，\n]+["”»']?\s*|$)/gu

const MOST_PARTS = 24
/** UTF-16 units beyond which a text is not read: parts of that length are no sentences of the phrasebook. */
const LONGEST = 4000
const MOST_PARTS_IN_ENTRY = 8

/** Reads a whole text as entries one after the other; null when any stretch is none. The longest entries are tried first. */
function readText(text: string, language: PhraseLanguage, names: readonly string[]): readonly Found[] | null {
  const parts = [...text.matchAll(PART)].map(([part]) => part).filter((part) => part.trim() !== '')
  if (parts.length === 0 || parts.length > MOST_PARTS) return null
  const readFrom: (readonly Found[] | null)[] = Array(parts.length + 1).fill(null)
  readFrom[parts.length] = []
  for (let start = parts.length - 1; start >= 0; start--) {
    for (let end = Math.min(parts.length, start + MOST_PARTS_IN_ENTRY); end > start; end--) {
      const rest = readFrom[end]
      const found = rest ? findEntry(parts.slice(start, end).join('').trim(), language, names) : null
      if (!rest || !found) continue
      readFrom[start] = [found, ...rest]
      break
    }
  }
  return readFrom[0] ?? null
}

/** Slots whose words nobody looks up: they stand in the translation as they were written. */
const KEPT: ReadonlySet<string> = new Set(['item', 'subject', 'place'])

/** The words of a text (`from`: BCP 47) that stay in its language where the phrasebook translates it; names, numbers and links not counted. */
export function staysAsWritten(text: string, from: string, names: readonly string[]): readonly string[] {
  const language = phraseLanguage(from)
  if (language === null || text.length > LONGEST) return []
  const found = readText(visible(text).replace(/[^\S\n]+/gu, ' '), language, names) ?? []
  return found.flatMap(({ slots }) =>
    [...slots].flatMap(([slot, value]) =>
      KEPT.has(slot) && value.kind === 'text' && /\p{L}/u.test(value.text) ? [value.text] : [],
    ),
  )
}

/** As the house's own texts name the language. */
const textLanguageOf = (language: PhraseLanguage) => ({ 'zh-Hans': 'zh', 'zh-Hant': 'zh-TW' })[language as string] ?? language

function write(found: Found, language: PhraseLanguage, wordings: Wordings): string {
  let written = ''
  const template = worded(wordings, 'phrase', textLanguageOf(language), found.id, TABLES[language].phrases[found.id][0])
  for (const piece of template.split(/(\{\w+\})/u)) {
    const value = found.slots.get(piece.slice(1, -1))
    if (!value || !piece.startsWith('{')) written += piece
    else if (value.kind === 'text') written += value.text
    else written = leadToDate(written, value.date, language) + writeDate(value.date, language)
  }
  return written
}

/** In which tables to look: a reader of either Chinese script may be sent the other. */
function sourceTables(language: PhraseLanguage): readonly PhraseLanguage[] {
  if (language === 'zh-Hans') return ['zh-Hans', 'zh-Hant']
  if (language === 'zh-Hant') return ['zh-Hant', 'zh-Hans']
  return [language]
}

/**
 * A translator over the phrasebook. A text is translated when it is, as a whole or sentence by sentence, made of known messages;
 * times, numbers, links and names pass as written, dates are written in the other language. All else is `unsupported`. Never `unavailable`.
 */
export function createPhrasebook(): Translator {
  return {
    name: 'phrasebook',
    covers: async (language) => (phraseLanguage(language) === null ? 'none' : 'phrases'),
    translate: async ({ text, from, to, names, wordings = NO_WORDINGS }) => {
      const source = phraseLanguage(from)
      const target = phraseLanguage(to)
      if (!source || !target) return { kind: 'unsupported', reason: 'language not in the phrasebook' }
      if (source === target) return { kind: 'translated', text, by: 'phrasebook' }
      if (text.length > LONGEST) return { kind: 'unsupported', reason: 'not in the phrasebook' }
      const plain = visible(text).replace(/[^\S\n]+/gu, ' ')
      for (const table of sourceTables(source)) {
        const found = readText(plain, table, names)
        if (!found) continue
        const joint = target === 'zh-Hans' || target === 'zh-Hant' ? '' : ' '
        return { kind: 'translated', text: found.map((entry) => write(entry, target, wordings)).join(joint), by: 'phrasebook' }
      }
      return { kind: 'unsupported', reason: 'not in the phrasebook' }
    },
  }
}
