/**
 * Recognises phrases however a person types them: a text is reduced to its skeleton (case, accents, punctuation and vowel signs off), a
 * phrase becomes a pattern over skeletons, and what stood in its slots is read back from the text letter for letter.
 */

import { dayParts, factLanguage, foldText, LINK } from '../../core/slots.ts'
import type { PhraseLanguage } from './dates.ts'
import type { PhraseTable } from './entries.ts'

/** A text reduced to what counts for recognition. `at[i]` is where in the text the skeleton's character `i` came from (UTF-16). */
type Skeleton = { readonly text: string; readonly skeleton: string; readonly at: readonly number[] }

/** Gaps in a skeleton, weak to strong: a space, a comma, a sentence's end. No name or thing in a slot reaches over the last. */
const GAPS = [' ', ',', '\n'] as const
const COMMA = /[,،，、—–]/u
const STOP = /[.!?…。！？؟;；؛:：\n]/u
const GAP_CHARACTER = /[\s"“”«»„!?¡¿…،؛؟。！？；;、—–()（）·.,:，：]/u
const APOSTROPHE = /['’‘ʼ´`]/u
/** Words after which a full stop ends no sentence; so does a single letter (p. m., J. Lee). */
const TITLE = /(?<![a-z])(?:[a-z]|mrs?|ms|dra?|st|sra?|srta|prof)$/u

/** A letter without accent, hamza or vowel sign, in lower case; Arabic endings that people write alike become one. */
function plainLetter(letter: string): string {
  return foldText(letter, null).toLowerCase().replace(/ة/u, 'ه').replace(/ى/u, 'ي').replace(/ـ/u, '')
}

/** Whether a punctuation mark belongs to a number: 3:30, 1.50, (971) 555-0100. */
function inNumber(text: string, at: number): boolean {
  const rest = text.slice(at)
  if (text[at] === '(') return /^\(\p{Nd}{3}\)/u.test(rest)
  if (text[at] === ')') return /\(\p{Nd}{3}$/u.test(text.slice(0, at))
  return /[.,:，：]/u.test(text[at] ?? '') && /\p{Nd}$/u.test(text.slice(0, at)) && /^.\p{Nd}/u.test(rest)
}

/** The skeleton of a text: a gap as one of GAPS; links stay as they are. */
export function skeletonOf(text: string): Skeleton {
  const links = [...text.matchAll(LINK)].map((match) => [match.index, match.index + match[0].length] as const)
  const at: number[] = []
  let skeleton = ''
  let index = 0
  /** Index in GAPS of the gap that is open, -1 when none is. */
  let gap = -1
  for (const character of text) {
    const here = index
    index += character.length
    const inLink = links.some(([start, end]) => start <= here && here < end)
    if (!inLink && APOSTROPHE.test(character)) continue
    if (!inLink && GAP_CHARACTER.test(character) && !inNumber(text, here)) {
      const strength = STOP.test(character) && !(character === '.' && TITLE.test(skeleton)) ? 2 : Number(COMMA.test(character))
      if (gap === -1) at.push(here)
      gap = Math.max(gap, strength)
      continue
    }
    if (gap !== -1) skeleton += GAPS[gap]
    gap = -1
    const plain = inLink ? character : plainLetter(character)
    for (let unit = 0; unit < plain.length; unit++) at.push(here)
    skeleton += plain
  }
  return /^[ ,\n]/u.test(skeleton) ? { text, skeleton: skeleton.slice(1), at: at.slice(1) } : { text, skeleton, at }
}

/** Free text of up to 40 characters within one sentence. */
const FREE = '[^ ,\\n](?:[^\\n]{0,38}?[^ ,\\n])?'

function slotSource(slot: string, language: PhraseLanguage): string {
  switch (slot.replace(/\d$/u, '')) {
    case 'time': {
      const { am, pm } = dayParts(factLanguage(language))
      const spaced = !language.startsWith('zh')
      const before = spaced ? '' : `(?:(?:${am}|${pm}) ?)?`
      return `${before}\\d{1,2}(?:[:.]\\d{2}|[点點时時]\\d{2}分?|[点點时時][钟鐘]?)?(?!\\d)(?: ?(?:${am}|${pm})(?!${spaced ? '\\p{L}' : '[a-z]'}))?`
    }
    case 'date':
      // In "Friday, November 20, 3:30 PM" the date does not end before the 20: no bare number follows it.
      return '[^ ,\\n](?:[^]{0,38}?[^ ,\\n])?(?![ ,]?\\d{1,2}(?![:.\\d点點时時]| ?[ap] ?m))'
    case 'count':
      return '\\d{1,3}'
    case 'amount':
      return '(?:\\p{Sc} ?)?\\d(?:[\\d.,]*\\d)?(?: ?\\p{Sc})?'
    case 'phone':
      return '\\+?\\(?\\d[\\d() .-]{1,18}\\d'
    case 'link':
      return '\\S+'
    case 'bus':
      return '(?:\\d{1,4}[a-z]?|[a-z]{1,2} ?\\d{0,4})(?<! )'
    case 'grade':
      return '(?:[a-f][+-]?|\\d{1,3}(?:[.,]\\d{1,2})? ?%?)(?<! )'
    default:
      return FREE
  }
}

/**
 * Parts of a phrase: what is between two slots, a slot, a character. Between two slots the mark itself must stand, for only it can tell
 * where one ends: "Friday, November 20: Math, page 12".
 */
const TOKEN = /(?<between>(?<=\})[^\p{L}\p{N}{}()[\]|]+(?=\{))|\{(?<slot>\w+)\}|[^{}]/gu

/** Makes one text of a table into a pattern over skeletons; slots are captured by name. */
export function phrasePattern(text: string, table: PhraseTable, language: PhraseLanguage): RegExp {
  const spaced = !language.startsWith('zh')
  // Two gaps that meet around a part left out are one in the skeleton.
  const gap = spaced ? '(?:[ ,\\n]|(?<=[ ,\\n]))' : '[ ,\\n]?'
  const around = spaced ? '' : gap
  let source = ''
  for (const { 0: token, groups } of widened(text, table, spaced).matchAll(TOKEN)) {
    if (groups?.between) source += STOP.test(token) ? '\\n' : COMMA.test(token) ? '[,\\n]' : gap
    else if (groups?.slot) source += `${around}(?<${groups.slot}>${slotSource(groups.slot, language)})${around}`
    else if (token === '(' || token === '[') source += '(?:'
    else if (token === ']') source += ')?'
    else if (token === ')' || token === '|') source += token
    else if (GAP_CHARACTER.test(token)) source += source.endsWith(gap) ? '' : gap
    else if (!APOSTROPHE.test(token)) source += plainLetter(token)
  }
  if (source.startsWith(gap)) source = source.slice(gap.length)
  if (source.endsWith(gap)) source = source.slice(0, -gap.length)
  const please = `(?:${table.please.replaceAll(' ', gap)})`
  return new RegExp(`^(?:${please}${gap})?${source}(?:${gap}${please})?$`, 'du')
}

/** Puts the table's equivalents in, each place once, the longest first. */
function widened(text: string, table: PhraseTable, spaced: boolean): string {
  const longestFirst = [...table.alike].sort(([a], [b]) => b.length - a.length)
  const bound = spaced ? ['(?<!\\p{L})', '(?!(?<=\\p{L})\\p{L})'] : ['', '']
  const any = new RegExp(
    `${bound[0]}(?:${longestFirst.map(([same]) => same.replace(/[{}]/gu, '\\$&')).join('|')})${bound[1]}`,
    'giu',
  )
  return text.replace(any, (found) => longestFirst.find(([same]) => same.toLowerCase() === found.toLowerCase())?.[1] ?? found)
}

/** What stands in the slots when a skeleton fits a pattern, letter for letter as in the text; null when it does not fit. */
export function captured({ text, skeleton, at }: Skeleton, pattern: RegExp): ReadonlyMap<string, string> | null {
  const match = pattern.exec(skeleton)
  if (!match) return null
  const slots = new Map<string, string>()
  for (const [slot, range] of Object.entries(match.indices?.groups ?? {})) {
    if (range) slots.set(slot, text.slice(at[range[0]], at[range[1]] ?? text.length))
  }
  return slots
}
