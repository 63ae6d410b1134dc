/**
 * What the letters and words of a text say about its language, and how several opinions become one. Pure: the detectors themselves are
 * in `detection/`.
 */
import { sameLanguage } from './language.ts'
import { CHINESE_PAIRS, LATIN_LETTERS, NEUTRAL_WORDS, OTHER_LETTERS, WORDS } from './language-words.ts'

/** An answer: BCP 47, or `und` when it cannot tell; confidence 0 to 1. */
export type Guess = { readonly language: string; readonly confidence: number }

/** One opinion: the logarithm of a likelihood for each of `LANGUAGES`, in their order, up to a common constant. */
export type Evidence = { readonly weight: number; readonly scores: ArrayLike<number> }

/** The answer when there is nothing to tell by. */
export const UNDETERMINED: Guess = { language: 'und', confidence: 0 }

/** Letters and marks beyond which more text adds nothing: keeps the work on a 64 KiB text small. */
const ENOUGH = 1000

/**
 * Tags, links, e-mail addresses, bare hosts. The last two are looked for where a stretch begins only (after a space or a tag; after what is no
 * part of a host): from every letter of it would take the square of its length.
 */
const NO_LANGUAGE =
  /\[[^\]\s]{1,8}\]|(?:https?:\/\/|www\.)\S+|(?<=^|\s|\[[^\]\s]{1,8}\])\S+@\S+|\b(?<!\w-*)[\w-]+\.(?:com|org|net|edu|gov)\b\S*/gu

/**
 * The text without what speaks for no language: links, addresses, numbers, emoji, control characters, lone surrogates, tags such as `[L4]`.
 * Composed (NFC), lower case, words apart by one space; at most 1,000 UTF-16 code units.
 */
export function legible(text: string): string {
  return text
    .slice(0, 4 * ENOUGH)
    .toWellFormed()
    .normalize('NFC')
    .toLowerCase()
    .replace(NO_LANGUAGE, ' ')
    .replace(/[’‘ʼ`´]/gu, "'")
    .replace(/[^\p{L}\p{M}\u200c'-]+/gu, ' ')
    .replace(/(?<!\p{L}|\p{M})['-]+|['-]+(?!\p{L})/gu, ' ')
    .replace(/ +/gu, ' ')
    .trim()
    .slice(0, ENOUGH)
}

/** Candidates per script; where there is one, the script is the answer. In the order of `language-names.ts`. */
const LANGUAGES_OF_SCRIPT: Readonly<Record<string, readonly string[]>> = {
  Latin: (
    'en es vi pt ht mww so fr tl sw pl sm rw qu ilo ceb sq ro hr bs sr de it tr kmr uz ig yo ha tw om wo ln ff bm ee lg rn sn ny zu xh mg ' +
    'id ms az sl sk cs hu lt lv et fi sv no da is nl af ca cy ga mt haw'
  ).split(' '),
  Cyrillic: ['ru', 'uk', 'sr', 'mn', 'tg', 'ky', 'kk', 'be', 'bg', 'mk'],
  Arabic: ['ar', 'fa', 'ur', 'ps', 'ckb', 'ug'],
  Devanagari: ['ne', 'hi', 'mr'],
  Ethiopic: ['am', 'ti'],
  Myanmar: ['my', 'ksw', 'shn'],
  Hebrew: ['he', 'yi'],
  Syriac: ['aii', 'cld'],
  Han: ['zh'],
  Hangul: ['ko'],
  Hiragana: ['ja'],
  Katakana: ['ja'],
  Thai: ['th'],
  Lao: ['lo'],
  Khmer: ['km'],
  Bengali: ['bn'],
  Gurmukhi: ['pa'],
  Gujarati: ['gu'],
  Tamil: ['ta'],
  Telugu: ['te'],
  Kannada: ['kn'],
  Malayalam: ['ml'],
  Sinhala: ['si'],
  Oriya: ['or'],
  Greek: ['el'],
  Armenian: ['hy'],
  Georgian: ['ka'],
  Tibetan: ['bo'],
  Kayah_Li: ['kyu'],
}

const scripts = Object.keys(LANGUAGES_OF_SCRIPT).map((name) => ({ name, letter: new RegExp(`\\p{Script=${name}}`, 'u') }))

const scriptOf = (sign: string) => scripts.find(({ letter }) => letter.test(sign))?.name

/** A Chinese character or a Korean syllable says as much as several letters, so names in Latin letters do not outvote it. */
const LETTERS_PER_SIGN: Readonly<Record<string, number>> = { Han: 3, Hangul: 3, Hiragana: 3, Katakana: 3 }

/** The script that most of a legible text is in (its Unicode name), or null without a letter of a script that we know. */
export function mainScript(text: string): string | null {
  if (!/[^\p{Script=Latin}\p{M} '-]/u.test(text)) return text === '' ? null : 'Latin'
  const signs = new Map<string, number>()
  for (const sign of text) signs.set(sign, (signs.get(sign) ?? 0) + 1)
  const counts = new Map<string, number>()
  for (const [sign, count] of signs) {
    const name = scriptOf(sign)
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + count * (LETTERS_PER_SIGN[name] ?? 1))
  }
  const kana = (counts.get('Hiragana') ?? 0) + (counts.get('Katakana') ?? 0)
  let best: string | null = null
  let most = 0
  for (const { name } of scripts) {
    const count = counts.get(name) ?? 0
    if (count > most) [best, most] = [name, count]
  }
  // Japanese mixes its kana with Han; Chinese borrows a single kana at most.
  return best === 'Han' && kana > most / 10 ? 'Hiragana' : best
}

/** The languages that write in the script (a name from `mainScript`), the most likely in a school of the United States first. */
export function languagesOfScript(script: string): readonly string[] {
  return LANGUAGES_OF_SCRIPT[script] ?? []
}

/** All languages that an answer can be, and `und`, which stands for a language that no opinion reads. A place is an index in this list. */
export const LANGUAGES: readonly string[] = [...new Set(Object.values(LANGUAGES_OF_SCRIPT).flat()), UNDETERMINED.language]

const places = new Map(LANGUAGES.map((language, place) => [language, place]))

/** The place of a language; undefined for one that no answer can be. */
export function placeOf(language: string): number | undefined {
  return places.get(language)
}

const placesByScript = new Map(
  Object.entries(LANGUAGES_OF_SCRIPT).map(([script, languages]) => [script, languages.flatMap((name) => places.get(name) ?? [])]),
)

/** The places of `languagesOfScript`, in its order. */
export function placesOfScript(script: string): readonly number[] {
  return placesByScript.get(script) ?? []
}

/** Letters that settle a language within its script: S'gaw Karen and Shan among Burmese, Yiddish among Hebrew letters. */
const DECISIVE_LETTERS: readonly (readonly [RegExp, string])[] = [
  [/[\u1061-\u1064]/u, 'ksw'],
  [/[\u1075-\u108d]/u, 'shn'],
  [/[\u05f0-\u05f2]|\u05d0[\u05b7\u05b8]/u, 'yi'],
]

/**
 * The language that a legible text's letters alone decide, or null. Of languages that share one script without a detector of their
 * own (Burmese, Hebrew, Syriac), the plain one answers unless a letter or the household's record says otherwise.
 */
export function decidedByLetters(text: string, script: string, home: readonly string[]): string | null {
  for (const [letters, language] of DECISIVE_LETTERS) if (letters.test(text)) return language
  const languages = languagesOfScript(script)
  if (languages.length > 1 && !['Myanmar', 'Hebrew', 'Syriac'].includes(script)) return null
  return home.find((tag) => languages.includes(tag)) ?? languages[0] ?? null
}

const simplified = new Set([...CHINESE_PAIRS].filter((_, at) => at % 2 === 0))
const traditional = new Set([...CHINESE_PAIRS].filter((_, at) => at % 2 === 1))

/**
 * `zh` or `zh-TW` for a Chinese text: by the characters that stand in one of the two only. With fewer than three of them, the
 * household's form stays; without a household, the majority, and Simplified in a tie.
 */
export function chineseForm(text: string, home: readonly string[]): string {
  let balance = 0
  let told = 0
  for (const sign of text) {
    const [s, t] = [simplified.has(sign), traditional.has(sign)]
    if (s === t) continue
    told++
    balance += s ? 1 : -1
  }
  const form = balance < 0 ? 'zh-TW' : 'zh'
  const recorded = home.find((tag) => sameLanguage(tag, 'zh') || sameLanguage(tag, 'zh-TW'))
  if (recorded === undefined || sameLanguage(recorded, form)) return recorded ?? form
  return told < 3 ? recorded : form
}

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
  const place = places.get(language)
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
  const [here, english] = [places.get(language), places.get('en')]
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
    const [place, weight] = [places.get(language), foreign(letter)]
    return place === undefined || weight === 0 ? [] : [place, weight]
  })
}

/**
 * Glides after consonants, written w and y: Haitian Creole and many African and Philippine spellings have them everywhere ("gwoup",
 * "nasyon"), these four hardly ever.
 */
const GLIDES = /[bfgkmpv]w|sy[oa]n|ly[aoò]|vy[aeè]/gu
const WITHOUT_GLIDES = ['en', 'es', 'pt', 'fr'].flatMap((language) => places.get(language) ?? [])

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
    const place = places.get(language)
    if (place !== undefined) scores[place] = Math.log((shares[place] ?? 0) + SHARE.home / home.length)
  }
  return { weight: 1, scores }
}
