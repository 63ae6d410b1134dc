/** The letters of a text: what of it can be read, its script, and the languages that a script leaves. */

import { sameLanguage } from './language.ts'
import { CHINESE_PAIRS } from './language-letters.ts'

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

/** The scripts that we know. */
export const scripts = Object.keys(LANGUAGES_OF_SCRIPT).map((name) => ({ name, letter: new RegExp(`\\p{Script=${name}}`, 'u') }))

/** The script of one letter; undefined for one that we do not know. */
export const scriptOf = (sign: string) => scripts.find(({ letter }) => letter.test(sign))?.name

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
export const LANGUAGES: readonly string[] = [...new Set(Object.values(LANGUAGES_OF_SCRIPT).flat()), 'und']

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
