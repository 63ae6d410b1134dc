/**
 * The words and shapes by which facts stand in a text: weekdays, months, parts of the day, links, numbers. Weekdays,
 * months and parts of the day are known in nine languages (`calendar-words.ts`); elsewhere only digits and links are.
 */

import { CALENDAR, DAY_PARTS, type FactLanguage, MONTHS, type Month, WEEKDAYS, type Weekday } from './calendar-words.ts'

/** The table a BCP 47 tag falls to by its prefix (`es-MX` to `es`); null where weekdays and months are not known. */
export function factLanguage(tag: string): FactLanguage | null {
  const base = tag.split('-', 1)[0]?.toLowerCase() ?? ''
  return base in CALENDAR ? (base as FactLanguage) : null
}

/** Characters that do not show: bidirectional controls, zero-width spaces and joiners, soft hyphen. */
const INVISIBLE = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu

/** ASCII stands as it is in every form of Unicode. */
const PLAIN = /^[\n\r\t -~]*$/

/** Takes off the characters that do not show, and composes what is left (NFC). */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replace(INVISIBLE, '').normalize('NFC')
}

/** The value of a decimal digit of any script. Unicode keeps every script's ten digits (category Nd) in one ascending run. */
function digitValue(digit: string): string {
  let steps = 0
  const code = digit.codePointAt(0) ?? 0
  while (/\p{Nd}/u.test(String.fromCodePoint(code - steps - 1))) steps++
  return String(steps % 10)
}

/**
 * A text made comparable: invisible characters off, compatibility forms, digits of all scripts as 0 to 9, Arabic and full-width
 * separators as ours, accents and vowel signs off (but in Vietnamese, where they make other words). Case is kept.
 */
export function foldText(text: string, language: FactLanguage | null): string {
  if (PLAIN.test(text)) return text
  const folded = visible(text)
    .replace(/[，،](?!\p{Nd}{3})/gu, ', ')
    .normalize('NFKC')
    .replace(/(?![0-9])\p{Nd}/gu, digitValue)
    .replace(/٫/gu, '.')
    .replace(/[٬،]/gu, ',')
    .replace(/٪/gu, '%')
    .replace(/[–—−]/gu, '-')
  return language === 'vi' ? folded : folded.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC')
}

type NamedPattern = { readonly name: Weekday | Month; readonly sure: RegExp | null; readonly loose: RegExp | null }
type Calendar = { readonly any: RegExp; readonly named: readonly NamedPattern[] }

const calendars = new Map<FactLanguage, Calendar>()

/** Months stand before weekdays: in "Mon, Nov 30" the number vouches for the month and the month for the day. `any` finds whether one stands at all. */
function calendarOf(language: FactLanguage): Calendar {
  const known = calendars.get(language)
  if (known) return known
  const pattern = (source: string, flags: string) =>
    new RegExp(language === 'zh' ? source : `(?<![\\p{L}\\p{N}])(?:${source})(?![\\p{L}\\p{N}])`, flags)
  const compile = (source: string | undefined) => (source ? pattern(source, 'giu') : null)
  const made = [...MONTHS, ...WEEKDAYS].map((name, index) => {
    const { days, months } = CALENDAR[language]
    const [sure, loose] = (index < 12 ? months[index] : days[index - 12])?.split('~') ?? []
    return { name, sure: compile(sure), loose: compile(loose) }
  })
  const { days, months } = CALENDAR[language]
  const any = pattern(
    [...months, ...days]
      .flatMap((entry) => entry.split('~'))
      .filter(Boolean)
      .join('|'),
    'iu',
  )
  const calendar = { any, named: made }
  calendars.set(language, calendar)
  return calendar
}

/** UTF-16 units before and after a short name of a month or weekday in which a number or another name vouches for it. */
const NEARBY = 40

/** Stands in `rest` where a weekday or month was. */
const TAKEN = '\ue000'

/**
 * Takes the weekdays and months out of a folded text: their names, and the text without them. Chinese and Vietnamese numerals that are
 * part of a name (11月, thứ 2) go with the name.
 */
export function takeCalendarNames(
  folded: string,
  language: FactLanguage,
): { readonly names: (Weekday | Month)[]; readonly rest: string } {
  const { any, named } = calendarOf(language)
  if (!any.test(folded)) return { names: [], rest: folded }
  const names: (Weekday | Month)[] = []
  let rest = folded
  for (const { name, sure } of named) {
    if (!sure) continue
    rest = rest.replace(sure, () => {
      names.push(name)
      return TAKEN
    })
  }
  for (const { name, loose } of named) {
    if (!loose) continue
    rest = rest.replace(loose, (word: string, at: number, whole: string) => {
      const before = whole.slice(Math.max(0, at - NEARBY), at)
      const after = whole.slice(at + word.length, at + word.length + NEARBY)
      const vouched =
        /(?:\d(?:st|nd|rd|th|er|o|a)?|\ue000)[\s.,]*(?:de |of )?$/iu.test(before) || /^[\s.,]*[\d\ue000]/u.test(after)
      const capitalised = /^\p{Lu}\p{Ll}/u.test(word) && /[\p{L}\d,;]\s+$/u.test(before)
      if (!vouched && !capitalised) return word
      names.push(name)
      return TAKEN
    })
  }
  return { names, rest }
}

/** The weekdays of a folded text in the order in which they stand there, those in short aside. */
export function weekdaysInOrder(folded: string, language: FactLanguage): Weekday[] {
  const found = calendarOf(language).named.flatMap(({ name, sure }) =>
    sure === null || !isWeekday(name) ? [] : [...folded.matchAll(sure)].map(({ index }) => ({ name, index })),
  )
  return found.sort((a, b) => a.index - b.index).map(({ name }) => name)
}

const isWeekday = (name: Weekday | Month): name is Weekday => (WEEKDAYS as readonly string[]).includes(name)

/** Regular expression sources of the marks of morning and afternoon of a language, over folded text; "a.m." and "PM" stand for all. */
export function dayParts(language: FactLanguage | null): { readonly am: string; readonly pm: string } {
  const own = language ? DAY_PARTS[language] : null
  const join = (latin: string, words: string | undefined) => (words ? `${latin}|${words}` : latin)
  return { am: join('a\\.?\\s?m\\.?', own?.am), pm: join('p\\.?\\s?m\\.?', own?.pm) }
}

const LINK_CHARACTER = "[\\p{Script=Latin}0-9\\-._~:/?#\\[\\]@!$&'()*+,;=%]"

/**
 * Links and e-mail addresses: with a scheme or `www.`, or a bare host under a domain that schools write (a closed list, so that a
 * missing space after a full stop makes no link).
 */
export const LINK = new RegExp(
  `(?:https?://|www\\.)${LINK_CHARACTER}*[\\p{Script=Latin}0-9/=&#_-]` +
    '|(?<![\\w.+-])[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+' +
    `|(?<![\\w.@-])(?:[\\w-]+\\.)+(?:com|org|net|edu|gov|us|gle|ly|co|be|io|info|app)(?![\\w@-])(?:/(?:${LINK_CHARACTER}*[\\p{Script=Latin}0-9/=&#_-])?)?`,
  'giu',
)

/** Whether a name stands in a text letter for letter, as a word of its own where its script parts words by spaces. */
export function nameStands(text: string, name: string): boolean {
  return namePositions(visible(text), visible(name)).length > 0
}

const SPACED_SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Hebrew}/u,
]

function oneWord(left: string, right: string): boolean {
  return SPACED_SCRIPTS.some((script) => script.test(left) && script.test(right))
}

/** Where a name stands in a text as {@link nameStands} sees it: UTF-16 offsets. */
export function namePositions(text: string, name: string): readonly number[] {
  const found: number[] = []
  if (name === '') return found
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? ''
    const after = [...text.slice(at + name.length, at + name.length + 2)][0] ?? ''
    if (!oneWord(before, name.slice(0, 1)) && !oneWord(name.slice(-1), after)) found.push(at)
  }
  return found
}
