/**
 * What the letters and words of a text say about its language, and how several opinions become one. Pure: the detectors themselves are
 * in `detection/`.
 */
import { sameLanguage } from './language.ts'
import { CHINESE_PAIRS, LATIN_LETTERS, NEUTRAL_WORDS, OTHER_LETTERS, WORDS } from './language-words.ts'

/** An answer: BCP 47, or `und` when it cannot tell; confidence 0 to 1. */
export type Guess = { readonly language: string; readonly confidence: number }

/** One opinion on a list of candidates: the logarithm of a likelihood for each, in their order, up to a common constant. */
export type Evidence = { readonly weight: number; readonly scores: ArrayLike<number> }

/** The answer when there is nothing to tell by. */
export const UNDETERMINED: Guess = { language: 'und', confidence: 0 }

/** Letters and marks beyond which more text adds nothing: keeps the work on a 64 KiB text small. */
const ENOUGH = 1000

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
    .replace(/\[[^\]\s]{1,8}\]|(?:https?:\/\/|www\.)\S+|\S+@\S+|\b[\w-]+\.(?:com|org|net|edu|gov)\b\S*/gu, ' ')
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

const scripts = Object.keys(LANGUAGES_OF_SCRIPT).map((name) => ({ name, letters: new RegExp(`\\p{Script=${name}}`, 'gu') }))

/** A Chinese character or a Korean syllable says as much as several letters, so names in Latin letters do not outvote it. */
const LETTERS_PER_SIGN: Readonly<Record<string, number>> = { Han: 3, Hangul: 3, Hiragana: 3, Katakana: 3 }

/** The script that most of a legible text is in (its Unicode name), or null without a letter of a script that we know. */
export function mainScript(text: string): string | null {
  if (!/[^\p{Script=Latin}\p{M} '-]/u.test(text)) return text === '' ? null : 'Latin'
  let best: string | null = null
  let most = 0
  let kana = 0
  for (const { name, letters } of scripts) {
    const count = (text.match(letters)?.length ?? 0) * (LETTERS_PER_SIGN[name] ?? 1)
    if (name === 'Hiragana' || name === 'Katakana') kana += count
    if (count > most) [best, most] = [name, count]
  }
  // Japanese mixes its kana with Han; Chinese borrows a single kana at most.
  return best === 'Han' && kana > most / 10 ? 'Hiragana' : best
}

/** The languages that write in the script (a name from `mainScript`), the most likely in a school of the United States first. */
export function languagesOfScript(script: string): readonly string[] {
  return LANGUAGES_OF_SCRIPT[script] ?? []
}

/** All languages that an answer can be. */
export const DETECTABLE: readonly string[] = [...new Set(Object.values(LANGUAGES_OF_SCRIPT).flat())]

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

/** word -> languages that list it; Latin words also in their spelling without accents. */
const listing = new Map<string, Set<string>>()
for (const [language, words] of Object.entries(WORDS)) {
  for (const word of words.split(/\s+/u)) {
    for (const spelling of LATIN_LETTERS[language] === undefined ? [word] : [word, unaccented(word)]) {
      const languages = listing.get(spelling) ?? new Set()
      listing.set(spelling, languages.add(language))
    }
  }
}

/**
 * Evidence of the words: for each candidate the words of the text that its list has, long ones counting more (a two-letter word stands in many
 * lists). A candidate without a list gets `unknown` for each word that any list has.
 */
export function wordScores(text: string, candidates: readonly string[], unknown: number): readonly number[] {
  const sums = new Map<string, number>()
  let listed = 0
  for (const word of text.split(' ')) {
    const languages = listing.get(word)
    if (languages === undefined) continue
    const weight = Math.min(word.length, 4) / 4
    listed += weight
    for (const language of languages) sums.set(language, (sums.get(language) ?? 0) + weight)
  }
  return candidates.map((language) => (WORDS[language] === undefined ? unknown * listed : (sums.get(language) ?? 0)))
}

/**
 * Whether an English-looking text is rather one of the household's own, mixed with English ("Ok miss, voy a pick up a mi hijo"): two words
 * of three letters or more that the household's list has and the English one has not. Mixed texts are the household's language.
 */
export function mixedWith(text: string, language: string): boolean {
  const own = text.split(' ').filter((word) => {
    const languages = listing.get(word)
    return word.length > 2 && languages?.has(language) === true && !languages.has('en')
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

/** letter -> the languages to which it is foreign, with its weight; filled as letters are met, some hundreds at most of a script. */
const foreigners = new Map<string, readonly (readonly [language: string, weight: number])[]>()

function foreignersOf(letter: string): readonly (readonly [language: string, weight: number])[] {
  const known = foreigners.get(letter)
  if (known !== undefined) return known
  const found = [...alphabets].flatMap(([language, { foreign }]) => {
    const weight = foreign(letter)
    return weight === 0 ? [] : [[language, weight] as const]
  })
  foreigners.set(letter, found)
  return found
}

/**
 * Glides after consonants, written w and y: Haitian Creole and many African and Philippine spellings have them everywhere ("gwoup",
 * "nasyon"), these four hardly ever.
 */
const GLIDES = /[bfgkmpv]w|sy[oa]n|ly[aoò]|vy[aeè]/gu
const WITHOUT_GLIDES = new Set(['en', 'es', 'pt', 'fr'])

/**
 * Evidence of the letters: for each candidate minus the number of different letters in the text that it does not write, and of glides
 * where it has none.
 */
export function letterScores(text: string, candidates: readonly string[], script: string): readonly number[] {
  const ofScript = scripts.find(({ name }) => name === script)?.letters
  const letters = ofScript === undefined ? [] : [...new Set(text.match(ofScript))]
  const glides = text.match(GLIDES)?.length ?? 0
  const sums = new Map<string, number>()
  for (const letter of letters)
    for (const [language, weight] of foreignersOf(letter)) sums.set(language, (sums.get(language) ?? 0) - weight)
  return candidates.map((language) => (sums.get(language) ?? 0) - (WITHOUT_GLIDES.has(language) ? glides : 0))
}

/**
 * The log-linear pool: the candidate for which prior × likelihood^weight × likelihood^weight … is highest, and its share of the whole.
 * `prior` is positive and need not add up to 1. No candidates: `und`.
 */
export function pool(candidates: readonly string[], evidence: readonly Evidence[], prior: (language: string) => number): Guess {
  const totals = candidates.map((language) => Math.log(prior(language)))
  for (const { weight, scores } of evidence)
    for (let at = 0; at < totals.length; at++) totals[at] = (totals[at] ?? 0) + weight * (scores[at] ?? 0)
  let best = 0
  totals.forEach((total, at) => {
    if (total > (totals[best] ?? Number.NEGATIVE_INFINITY)) best = at
  })
  const language = candidates[best]
  const top = totals[best]
  if (language === undefined || top === undefined) return UNDETERMINED
  return { language, confidence: 1 / totals.reduce((sum, total) => sum + Math.exp(total - top), 0) }
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

const base = (language: string) => MET.find(([, languages]) => languages.has(language))?.[0] ?? SELDOM
const OTHERS = DETECTABLE.filter((language) => language !== 'en').reduce((sum, language) => sum + base(language), 0)

/** How likely a language is before the text is read. `home` holds the household's languages as `languageTag` writes them. */
export function languagePrior(home: readonly string[]): (language: string) => number {
  if (home.length === 0) return base
  return (language) =>
    (language === 'en' ? SHARE.english : (SHARE.other * base(language)) / OTHERS) +
    (home.includes(language) ? SHARE.home / home.length : 0)
}
