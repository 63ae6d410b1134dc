/** Whether a wording that somebody proposes may stand in the place of a fixed text. */

import { keysTold } from './call-words-keys.ts'
import { missingFacts } from './facts.ts'
import type { FixedEntry } from './fixed-book.ts'
import { keywordWords } from './keyword-words.ts'
import { plainPunctuation } from './segments.ts'
import type { TextLanguage } from './texts-slots.ts'
import { slotsOf } from './wordings.ts'

/** UTF-16 units that nobody listens to in one go. */
const LONGEST_PROMPT = 320

/** GSM 03.38, basic table and extension: what a text may hold for 160 characters a segment. */
const GSM = /[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[\]~|€]/u

/** The signs that push a text out of the SMS alphabet, each once; empty: 160 characters a segment. */
export function outsideGsm(text: string): readonly string[] {
  return [...new Set([...plainPunctuation(text)].filter((sign) => !GSM.test(sign)))]
}

/** What is wrong with a wording of an entry, each in one sentence for whoever wrote it; empty: nothing. `segments`: what a text takes on the air. */
export function wrongWording(
  entry: FixedEntry,
  language: TextLanguage,
  wording: string,
  segments: (text: string) => number,
): readonly string[] {
  if (wording.trim() === '') return ['There is nothing written yet.']
  const checks = [
    slotsFit,
    oneLine,
    factsStand,
    ...(entry.kind === 'prompt' ? [keysStand, notTooLongToHear] : [ordersStand, notDearer]),
  ]
  return checks.flatMap((check) => check({ entry, language, wording, segments }) ?? [])
}

type Proposed = {
  readonly entry: FixedEntry
  readonly language: TextLanguage
  readonly wording: string
  readonly segments: (text: string) => number
}

/** One rule: null where it holds. */
type Check = (proposed: Proposed) => string | null

const slotsFit: Check = ({ entry, wording }) => {
  const loose = wording.replace(/\{\w+\}/g, '')
  if (slotsOf(wording).join() === entry.slots.join() && !/[{}]/.test(loose)) return null
  return entry.slots.length === 0
    ? 'This text has nothing in braces: write it without { and }.'
    : `Each of ${entry.slots.map((slot) => `{${slot}}`).join(' ')} must stand in it exactly once, and nothing else in braces.`
}

const oneLine: Check = ({ wording }) =>
  /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(wording.trim())
    ? 'Write it on one line, without signs that do not show.'
    : null

const factsStand: Check = ({ entry, language, wording }) => {
  const plain = (text: string) => text.replace(/\{\w+\}/g, ' ')
  const missing = missingFacts(plain(entry.english), plain(wording), [], { from: 'en', to: language, country: 'US' })
  return missing.length === 0 ? null : 'A number, time or link of the English text is missing or differs.'
}

/** Carriers act on STOP and START themselves, and a family must learn its word for help. */
const ordersStand: Check = ({ entry, language, wording }) => {
  const lacking = ['STOP', 'START'].filter((order) => hasWord(entry.english, order) && !hasWord(wording, order))
  if (lacking.length > 0) return `${lacking.join(' and ')} must stand in it as it is, in capitals: phones act on that word.`
  if (!hasWord(entry.english, 'HELP')) return null
  const words = ['help', ...(keywordWords.find((one) => one.language === language)?.help ?? [])]
  return words.some((word) => wording.toLowerCase().includes(word))
    ? null
    : `A word for help must stand in it: ${words.join(', ')}.`
}

const hasWord = (text: string, word: string) =>
  new RegExp(`(?<![\\p{Script=Latin}])${word}(?![\\p{Script=Latin}])`, 'u').test(text)

const notDearer: Check = ({ entry, wording, segments }) => {
  const [is, was] = [segments(plainPunctuation(wording)), segments(plainPunctuation(entry.text))]
  return is <= was + 1 ? null : `It takes ${is} texts on the phone, the text that comes with Homeline ${was}: shorten it.`
}

const keysStand: Check = ({ entry, language, wording }) => {
  if (/\p{Nd}/u.test(wording)) return 'Write keys and numbers as words, so that the voice says them right.'
  return keysTold(language, wording).join() === keysTold(language, entry.text).join()
    ? null
    : 'It must tell the same keys in the same order, each in the words of the text that comes with Homeline.'
}

const notTooLongToHear: Check = ({ wording }) =>
  wording.length <= LONGEST_PROMPT ? null : `Nobody listens that long: at most ${LONGEST_PROMPT} characters.`
