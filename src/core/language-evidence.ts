/**
 * What the letters and words of a text say about its language, and how several opinions become one. Pure: the detectors themselves are
 * in `detection/`.
 */

import { LATIN_LETTERS, OTHER_LETTERS } from './language-letters.ts'
import { LANGUAGES, placeOf, scriptOf, scripts } from './language-scripts.ts'
import { NEUTRAL_WORDS, WORDS } from './language-words.ts'

/** An answer: BCP 47, or `und` when it cannot tell; confidence 0 to 1. */
export type Guess = { readonly language: string; readonly confidence: number }

/** One opinion: the logarithm of a likelihood for each of `LANGUAGES`, in their order, up to a common constant. */
export type Evidence = { readonly weight: number; readonly scores: ArrayLike<number> }

/** The answer when there is nothing to tell by. */
export const UNDETERMINED: Guess = { language: 'und', confidence: 0 }

/** A text of neutral words only: the languages that all of them speak for (perhaps none). Null when another word is there. */
export function neutralLanguages(text: string): readonly string[] | null {
  let languages: readonly string[] | null = null
  for (const word of text.split(' ')) {
    const meant: readonly string[] | undefined = Object.hasOwn(NEUTRAL_WORDS, word) ? NEUTRAL_WORDS[word] : undefined
    if (meant === undefined) return null
    if (meant.length > 0) languages = languages === null ? meant : languages.filter((language) => meant.includes(language))
  }
  return languages ?? []
}

const unaccented = (word: string) => word.normalize('NFD').replace(/\p{M}/gu, '')

/** What a listed word says: long ones count more (a two-letter word stands in many lists). */
type Listed = { readonly weight: number; readonly places: number[] }

/** Latin words also in their spelling without accents. */
const listing = new Map<string, Listed>()
const unlisted = LANGUAGES.flatMap((language, place) => (WORDS[language] === undefined ? [place] : []))
for (const [language, words] of Object.entries(WORDS)) {
  const place = placeOf(language)
  if (place === undefined) continue
  for (const word of words.split(/\s+/u)) {
    for (const spelling of LATIN_LETTERS[language] === undefined ? [word] : [word, unaccented(word)]) {
      const listed = listing.get(spelling) ?? { weight: Math.min(spelling.length, 4) / 4, places: [] }
      if (!listed.places.includes(place)) listed.places.push(place)
      listing.set(spelling, listed)
    }
  }
}

/**
 * Evidence of the words: for each language the words of the text that its list has. One without a list gets `unknown` for each word
 * that any list has.
 */
export function wordScores(text: string, unknown: number): Float64Array {
  const sums = new Float64Array(LANGUAGES.length)
  let weights = 0
  for (const word of text.split(' ')) {
    const listed = listing.get(word)
    if (listed === undefined) continue
    weights += listed.weight
    for (const place of listed.places) sums[place] = (sums[place] ?? 0) + listed.weight
  }
  for (const place of unlisted) sums[place] = unknown * weights
  return sums
}

/**
 * Whether an English-looking text is rather one of the household's own, mixed with English ("Ok miss, voy a pick up a mi hijo"): two words
 * of three letters or more that the household's list has and the English one has not. Mixed texts are the household's language.
 */
export function mixedWith(text: string, language: string): boolean {
  const [here, english] = [placeOf(language), placeOf('en')]
  if (here === undefined || english === undefined) return false
  const own = text.split(' ').filter((word) => {
    const listed = listing.get(word)?.places
    return word.length > 2 && listed?.includes(here) === true && !listed.includes(english)
  })
  return own.length > 1
}

const PLAIN = new Set('abcdefghijklmnopqrstuvwxyz')
/** language -> what meeting a letter weighs: 0 for one that it writes, 1 for an own letter of others, half for an unused one of a-z (names, loans). */
const alphabets = new Map<string, { foreign: (letter: string) => number }>()
for (const [language, entry] of Object.entries(LATIN_LETTERS)) {
  const [own = '', unused = ''] = entry.split('|')
  const letters = new Set(own)
  const absent = new Set(unused)
  alphabets.set(language, {
    foreign: (letter) => (PLAIN.has(letter) ? (absent.has(letter) ? 0.5 : 0) : letters.has(letter) ? 0 : 1),
  })
}
for (const [language, own] of Object.entries(OTHER_LETTERS)) {
  const letters = new Set(own)
  alphabets.set(language, { foreign: (letter) => (letters.has(letter) ? 0 : 1) })
}
// Amharic has no series of qh and hardly the letter `ኣ`, which Tigrinya writes in the place of `አ`.
alphabets.set('am', { foreign: (letter) => (/[ቐ-ቝኣ]/u.test(letter) ? 1 : 0) })
alphabets.set('ti', { foreign: (letter) => (letter === 'አ' ? 0.5 : 0) })

/** script -> letter -> places, each followed by the weight, of the languages to which it is foreign; filled as letters are met. */
const foreigners = new Map(scripts.map(({ name }) => [name, new Map<string, readonly number[]>()]))

function foreignersOf(letter: string): readonly number[] {
  return [...alphabets].flatMap(([language, { foreign }]) => {
    const [place, weight] = [placeOf(language), foreign(letter)]
    return place === undefined || weight === 0 ? [] : [place, weight]
  })
}

/**
 * Glides after consonants, written w and y: Haitian Creole and many African and Philippine spellings have them everywhere ("gwoup",
 * "nasyon"), these four hardly ever.
 */
const GLIDES = /[bfgkmpv]w|sy[oa]n|ly[aoò]|vy[aeè]/gu
const WITHOUT_GLIDES = ['en', 'es', 'pt', 'fr'].flatMap((language) => placeOf(language) ?? [])

/**
 * Evidence of the letters of a script: for each language minus the number of different letters in the text that it does not write, and
 * of glides where it has none.
 */
export function letterScores(text: string, script: string): Float64Array {
  const sums = new Float64Array(LANGUAGES.length)
  const known = foreigners.get(script)
  for (const letter of new Set(text)) {
    let foreign = known?.get(letter)
    if (foreign === undefined) {
      if (scriptOf(letter) !== script) continue
      foreign = foreignersOf(letter)
      known?.set(letter, foreign)
    }
    for (let at = 0; at < foreign.length; at += 2) {
      const place = foreign[at] ?? 0
      sums[place] = (sums[place] ?? 0) - (foreign[at + 1] ?? 0)
    }
  }
  const glides = text.match(GLIDES)?.length ?? 0
  for (const place of WITHOUT_GLIDES) sums[place] = (sums[place] ?? 0) - glides
  return sums
}

/**
 * The log-linear pool: the candidate for which prior × likelihood^weight × likelihood^weight … is highest, and its share of the whole.
 * `candidates` are places; what is likely before the text is read is evidence too. No candidates: `und`.
 */
export function pool(candidates: readonly number[], evidence: readonly Evidence[]): Guess {
  const totals = new Float64Array(candidates.length)
  for (const { weight, scores } of evidence)
    for (let at = 0; at < totals.length; at++) totals[at] = (totals[at] ?? 0) + weight * (scores[candidates[at] ?? 0] ?? 0)
  let best = 0
  for (let at = 1; at < totals.length; at++) if ((totals[at] ?? 0) > (totals[best] ?? Number.NEGATIVE_INFINITY)) best = at
  const language = LANGUAGES[candidates[best] ?? -1]
  const top = totals[best]
  if (language === undefined || top === undefined) return UNDETERMINED
  let sum = 0
  for (const total of totals) sum += Math.exp(total - top)
  return { language, confidence: 1 / sum }
}

/**
 * How often a language is met at schools of the United States, before a word is read, in grades: English (which also takes the ties), the nine
 * other languages most frequent among English learners (NCES, fall 2021), those of larger communities, all others.
 */
const MET: readonly (readonly [weight: number, languages: ReadonlySet<string>])[] = [
  [6, new Set(['en'])],
  [3, new Set('es ar zh vi pt ru ht mww ur'.split(' '))],
  [1, new Set('so uk fr ko tl sw ne my pa bn fa ps am ti ja pl gu hi te ta'.split(' '))],
]
const SELDOM = 0.05

/** Shares of a family's texts: in its own languages, in English, in any other. Chosen near the 50:40:10 of school lines, kinder to others. */
const SHARE = { home: 0.44, english: 0.3, other: 0.26 }

const base = LANGUAGES.map((language) => MET.find(([, languages]) => languages.has(language))?.[0] ?? SELDOM)
const OTHERS = base.reduce((sum, weight, place) => (['en', 'und'].includes(LANGUAGES[place] ?? '') ? sum : sum + weight), 0)

/**
 * Of texts of a household whose language has no Latin candidate (another script, or no statistics), the share that is its own, typed in Latin
 * letters by sound: `und`, as no opinion reads them.
 */
const BY_SOUND = 0.05

const share = (language: string, weight: number) =>
  language === 'und' ? BY_SOUND : language === 'en' ? SHARE.english : (SHARE.other * weight) / OTHERS
const shares = LANGUAGES.map((language, place) => share(language, base[place] ?? SELDOM))
const anyHome: Evidence = { weight: 1, scores: base.map(Math.log) }
const otherThanHome = shares.map(Math.log)

/** How likely each language is before the text is read. `home` holds the household's languages as `languageTag` writes them. */
export function languagePrior(home: readonly string[]): Evidence {
  if (home.length === 0) return anyHome
  const scores = new Float64Array(otherThanHome)
  for (const language of home) {
    const place = placeOf(language)
    if (place !== undefined) scores[place] = Math.log((shares[place] ?? 0) + SHARE.home / home.length)
  }
  return { weight: 1, scores }
}
