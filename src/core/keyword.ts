/** Messages that are an order to the gateway instead of a text for a person: STOP, START, HELP, ORIGINAL, "wrong number", AGAIN, DISMISS. */
import { keywordWords } from './keyword-words.ts'

/**
 * What a family's whole message asks of the gateway, with the language of the word (BCP 47). `byCarrier`: Twilio itself acts on this very text
 * (it blocks or lifts, and answers), so the gateway sends nothing. `onlyWhenOptedOut`: START for a phone that has opted out, at any other
 * time an ordinary answer ("yes"). `wrong-number` stops messages to the phone like `stop`, and staff look at it. `maybe-stop` is a text that a person should read as a possible wish to stop.
 */
export type Keyword =
  | { readonly kind: 'stop' | 'help' | 'original'; readonly language: string; readonly byCarrier: boolean }
  | { readonly kind: 'start'; readonly language: string; readonly byCarrier: boolean; readonly onlyWhenOptedOut: boolean }
  | { readonly kind: 'wrong-number'; readonly language: string }
  | { readonly kind: 'maybe-stop' }

/** Twilio's default filter on long codes: one English word, nothing else in the message. Source: Twilio, "Advanced Opt-Out", 2026. */
const carrierWords: ReadonlySet<string> = new Set(
  'STOP STOPALL UNSUBSCRIBE END QUIT CANCEL REVOKE OPTOUT START UNSTOP YES HELP INFO'.split(' '),
)

/** Cyrillic and Greek letters that look like a Latin one in capitals or small, by the small letter. */
const latinLookalikes: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['авсԁеһніјкморԛѕтухԝѵ', 'abcdehhijkmopqstyxwv'],
    ['αβεηικμνορτυχζ', 'abehikmnoptuxz'],
  ].flatMap(([foreign = '', latin = '']) => [...foreign].map((letter, index) => [letter, latin.charAt(index)])),
)

/** A "maybe" is looked for in short messages only: in long ones such words are about something else. */
const MAYBE_WORDS = 12
const MAYBE_CHARACTERS = 90

/** UTF-16 units beyond which a text is no order; the carrier's own limit is 1,600. A sign can become 18 when it is made plain. */
const LONGEST = 4000

/** Small letters and single spaces, nothing of a text too long to be an order: no punctuation, emoji, apostrophes, invisible or direction characters; full-width and styled letters plain. */
function normalise(text: string): string {
  const said = text.trim()
  if (said.length > LONGEST) return ''
  return said
    .replace(/['’‘ʼ`´′]/g, '')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/\p{Default_Ignorable_Code_Point}|\p{Cf}|\p{Me}|\u0640/gu, '')
    .replace(/[\p{P}\p{S}\p{Z}\p{C}]+/gu, ' ')
    .replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '')
    .trim()
}

/** Without diacritics; Arabic letters that writers exchange freely become one. */
function fold(normalised: string): string {
  return normalised
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .normalize('NFC')
    .replaceAll('ة', 'ه')
    .replaceAll('ى', 'ي')
}

/** Vietnamese is compared with its marks, everything else without. */
const keyOf = (language: string, normalised: string) => (language === 'vi' ? normalised : fold(normalised))

const marked = new Map<string, Keyword>()
const folded = new Map<string, Keyword>()

for (const { language, stop, start, yes, help, original, wrongNumber } of keywordWords) {
  const index = language === 'vi' ? marked : folded
  const add = (words: readonly string[], entry: Keyword) => {
    for (const word of words) {
      const key = keyOf(language, normalise(word))
      if (!index.has(key)) index.set(key, entry)
    }
  }
  add(stop, { kind: 'stop', language, byCarrier: false })
  add(start, { kind: 'start', language, byCarrier: false, onlyWhenOptedOut: false })
  add(yes, { kind: 'start', language, byCarrier: false, onlyWhenOptedOut: true })
  add(help, { kind: 'help', language, byCarrier: false })
  add(original, { kind: 'original', language, byCarrier: false })
  add(wrongNumber, { kind: 'wrong-number', language })
}

const maybePatterns = keywordWords.map(({ language, maybeStop }) => ({
  language,
  patterns: maybeStop.map((pattern) => new RegExp(keyOf(language, pattern.source.normalize('NFC')), 'u')),
}))

const politeWords = keywordWords
  .flatMap(({ language, polite }) => polite.map((word) => keyOf(language, normalise(word))))
  .sort((a, b) => b.length - a.length)
const politeStart = new RegExp(`^(?:(?:${politeWords.join('|')})(?: |(?<=\\p{Script=Han})))+`, 'u')
const politeEnd = new RegExp(`(?:(?: |(?=\\p{Script=Han}))(?:${politeWords.join('|')}))+$`, 'u')

function find(normalised: string): Keyword | undefined {
  return marked.get(normalised) ?? folded.get(fold(normalised))
}

/** Single words that keep their meaning beside a "please"; "cancel, please" may well be an answer. */
const plainOrders: ReadonlySet<string> = new Set(['stop', 'stopall', 'unsubscribe', 'optout'])

/** A phrase, or a plain order, without the courtesy around it. */
function findPolite(normalised: string): Keyword | undefined {
  for (const [text, index] of [[normalised, marked] as const, [fold(normalised), folded] as const]) {
    const bare = text.replace(politeStart, '').replace(politeEnd, '').trim()
    const isPhrase = plainOrders.has(bare) || bare.includes(' ') || /^\p{Script=Han}{3,}$/u.test(bare)
    const found = bare !== text && isPhrase ? index.get(bare) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** An English stop word in letters of another script, or spelt out: ЅТОР, S.T.O.P. */
function findDisguised(normalised: string): Keyword | undefined {
  const spelt = /^\p{L}(?: \p{L})+$/u.test(normalised) ? normalised.replaceAll(' ', '') : normalised
  const latin = Array.from(fold(spelt), (letter) => latinLookalikes[letter] ?? letter).join('')
  const found = latin === normalised ? undefined : folded.get(latin)
  return found?.kind === 'stop' && found.language === 'en' ? found : undefined
}

function isMaybeStop(normalised: string): boolean {
  if (normalised.length > MAYBE_CHARACTERS || normalised.split(' ').length > MAYBE_WORDS) return false
  const foldedText = fold(normalised)
  return maybePatterns.some(({ language, patterns }) =>
    patterns.some((pattern) => pattern.test(language === 'vi' ? normalised : foldedText)),
  )
}

/**
 * Reads a family's message as an order to the gateway; null when it is a text for a person. Only the whole message counts, as one word or phrase
 * of the list in any of its languages whatever the household's: "alto" is a stop, "alto!" inside a sentence is not. Honouring other
 * wordings and languages than the carrier's is the law: 47 CFR 64.1200(a)(10).
 */
export function keyword(text: string): Keyword | null {
  const normalised = normalise(text)
  if (normalised === '') return null
  const found = find(normalised) ?? findPolite(normalised) ?? findDisguised(normalised)
  if (found === undefined) return isMaybeStop(normalised) ? { kind: 'maybe-stop' } : null
  return 'byCarrier' in found ? { ...found, byCarrier: carrierWords.has(text.trim().toUpperCase()) } : found
}

/** What a staff member's whole text orders about a message of unknown outcome: send it again, or leave it. English only, as the notice says. */
export function staffCommand(text: string): 'again' | 'dismiss' | null {
  const normalised = normalise(text)
  return normalised === 'again' || normalised === 'dismiss' ? normalised : null
}
