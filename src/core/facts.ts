/**
 * The guard on facts: what a family acts on (times, dates, amounts, numbers, links, names) stands in a translation as it stood in the
 * original, or the translation is not to be trusted.
 */

import type { FactLanguage } from './calendar-words.ts'
import { ambiguousDates } from './date-order.ts'
import { dayWords, withMinutes } from './day-words.ts'
import {
  dayParts,
  factLanguage,
  foldText,
  LINK,
  namePositions,
  nameStands,
  takeCalendarNames,
  visible,
  weekdaysInOrder,
} from './slots.ts'

/** Fractions of one character, which folding would write like a date: ½ as 1⁄2. */
const FRACTION = /[¼-¾⅐-⅞↉]/gu

/** The languages of an original and its translation, BCP 47, and the country where both are read, ISO 3166-1. */
export type LanguagePair = { readonly from: string; readonly to: string; readonly country: string }

/**
 * The facts that differ between an original and its translation, empty when all stand. Compared as multisets, both ways: nothing may be
 * lost, changed or added; and in their order where two could have changed places: times of day among themselves, and, where several
 * weekdays stand, weekdays and numbers. Strict on purpose: 3:30 PM as 15:30 differs, a lost PM differs, 11/12 as 12/11 differs; but digits may be of
 * any script, "1,000.50" may be "1.000,50", and a phone number may be spaced anew. Weekdays and months written as words are compared
 * when both languages are among the nine; today, tomorrow, yesterday, noon and midnight as far as one stands where another stood. Names (`names`) that stand in the original must
 * stand letter for letter; one that is written there without its accents may lack them. Numbers in words ("three") are not seen.
 * A numeric date that the two languages read as different days differs although it stands: 3/12 between English in the United States and Spanish.
 * The pieces hold parts of the text: never log them.
 */
export function missingFacts(original: string, translation: string, names: readonly string[], languages: LanguagePair): string[] {
  const shown = { original: visible(original), translation: visible(translation) }
  const standing = names.filter((name) => nameStands(shown.original, name))
  const bare = { original: withoutAccents(shown.original), translation: withoutAccents(shown.translation) }
  const plain = names.filter(
    (name) => name.length >= PLAIN_NAME && !standing.includes(name) && nameStands(bare.original, withoutAccents(name)),
  )
  const from = factLanguage(languages.from)
  const to = factLanguage(languages.to)
  const byName = from !== null && to !== null
  const before = factsOf(shown.original, from, standing, byName ? to : null)
  const after = factsOf(shown.translation, to, standing, byName ? from : null)
  const [lost, added] = [without(before.pieces, after.pieces), without(after.pieces, before.pieces)]
  return [
    ...standing.filter((name) => !nameStands(shown.translation, name)),
    ...plain.filter((name) => !nameStands(bare.translation, withoutAccents(name))),
    ...lost,
    ...added,
    ...otherWords(before, after),
    ...(lost.length + added.length === 0 ? changedPlaces(before, after) : []),
    ...ambiguousDates(
      foldText(shown.original.replace(LINK, ' ').replace(FRACTION, ' '), null),
      languages.from,
      languages.to,
      languages.country,
    ),
  ]
}

/** A shorter name without its accents is a word as often as not: Mỹ and "My", Thế and "The". */
const PLAIN_NAME = 4

const withoutAccents = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC')

/** The facts of a text: all of them, and those whose order says which belongs to which. */
type Facts = {
  readonly pieces: readonly string[]
  readonly numbers: readonly string[]
  readonly days: readonly string[]
  readonly words: readonly string[]
}

/** "Tomorrow" where "today" stood. One that is only lost or added may be another language's way: "this afternoon" is "today's afternoon" in Chinese. */
function otherWords(before: Facts, after: Facts): string[] {
  const [lost, added] = [without(before.words, after.words), without(after.words, before.words)]
  return lost.length > 0 && added.length > 0 ? [...lost, ...added] : []
}

const isTime = (piece: string): boolean => /:| [ap]m$/u.test(piece)

/** What stands in another order than in the original, where all of it stands. */
function changedPlaces(before: Facts, after: Facts): string[] {
  const moved = (a: readonly string[], b: readonly string[]) =>
    a.length === b.length && a.some((piece, i) => piece !== b[i]) ? [...b] : []
  const times = moved(before.numbers.filter(isTime), after.numbers.filter(isTime))
  if (before.days.length < 2) return times
  // A year stands before or behind its day by the language.
  const plain = (numbers: readonly string[]) => numbers.filter((piece) => !/^(?:19|20)\d\d$/u.test(piece))
  return [...times, ...moved(before.days, after.days), ...moved(plain(before.numbers), plain(after.numbers))]
}

function without(pieces: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const piece of others) left.set(piece, (left.get(piece) ?? 0) + 1)
  return pieces.filter((piece) => {
    const count = left.get(piece) ?? 0
    if (count > 0) left.set(piece, count - 1)
    return count === 0
  })
}

/** `text` as {@link visible} leaves it. Every digit of the text ends in exactly one piece, so that a changed digit always shows. `other`: the other text's language, null where words are not compared. */
function factsOf(text: string, language: FactLanguage | null, names: readonly string[], other: FactLanguage | null): Facts {
  const pieces: string[] = []
  const take = (piece: string) => {
    pieces.push(piece)
    return ' \ue001 '
  }
  // A child called April is not a month; a name with a digit in it keeps the digit under guard.
  const nameless = names
    .filter((name) => !/\p{N}/u.test(name))
    .reduce((rest, name) => rest.replaceAll(visible(name), '\ue001'), text)
  let rest = foldText(nameless.replace(LINK, take), language)
  if (language) rest = withMinutes(rest, language)
  const days = language && other ? weekdaysInOrder(rest, language) : []
  const words = language && other ? dayWords(rest, language, other) : []
  if (other && language) {
    const calendar = takeCalendarNames(rest, language)
    pieces.push(...calendar.names)
    rest = calendar.rest
  }
  rest = rest.replace(CLOCK, '$1:$2').replace(PHONE, (phone) => take(phone.replace(/[^\d+]/gu, '')))
  const numbers = [...rest.matchAll(numberPattern(language))].map((match) => numberPiece(match.groups ?? {}))
  return { pieces: [...pieces, ...numbers], numbers, days, words }
}

/** Hours and minutes as other languages write them: 3h30, 3点30分, 3 giờ 30 phút. */
const CLOCK = /(?<![\d:])(\d{1,2})\s?(?:h|点|點|時|时|giờ)\s?(\d{2})(?!\d)(?:\s?(?:分|phút))?/giu

/** Seven digits or more in groups: a phone number (or an ISO date), whatever stands between the groups. */
const PHONE = /(?<![\d:/.,-])\+?\(?\d(?:(?:[ .-]|\) ?| ?\()?\d){6,}(?![\d:/]|[.,]\d)/gu

const HOUR_WORD = "o'clock|h|heures?|horas?|час(?:а|ов)?|giờ|点钟?|點鐘?|时|時|分|ze"

const numberPatterns = new Map<FactLanguage | null, RegExp>()

function numberPattern(language: FactLanguage | null): RegExp {
  const known = numberPatterns.get(language)
  if (known) return known
  const { am, pm } = dayParts(language)
  const made = new RegExp(
    '(?<minus>(?<![\\p{L}\\p{N})])-(?=\\p{Sc}?\\d))?' +
      `(?:(?<signBefore>\\p{Sc})\\s?)?(?:(?:(?<amBefore>${language === 'zh' ? am : '(?!)'})|(?<pmBefore>${language === 'zh' ? pm : '(?!)'}))\\s?)?` +
      '(?<digits>\\d+(?:(?:[.,:/]|\\s?-\\s?)\\d+)*)' +
      '(?:\\s?(?<percent>%)|\\s?(?<signAfter>\\p{Sc})(?!\\s?\\d))?' +
      `(?:\\s?(?:${HOUR_WORD})(?!\\p{L}))?` +
      `(?:[\\s,]*(?:(?<amAfter>${am})|(?<pmAfter>${pm}))(?!${language === 'zh' ? '\\p{Script=Latin}' : '\\p{L}'}))?`,
    'giu',
  )
  numberPatterns.set(language, made)
  return made
}

function numberPiece(found: { readonly [group: string]: string | undefined }): string {
  const digits = (found.digits ?? '').replace(/\s/gu, '').replace(/\d[\d.,]*/gu, (number) => plainNumber(number))
  const sign = found.signBefore ?? found.signAfter ?? ''
  const part = (found.amBefore ?? found.amAfter) ? ' am' : (found.pmBefore ?? found.pmAfter) ? ' pm' : ''
  return `${found.minus ?? ''}${sign}${digits}${found.percent ?? ''}${part}`
}

/** Thousands run together, a point for the decimals, whichever of the two marks was which. */
function plainNumber(number: string): string {
  const grouped = /^(\d{1,3}([.,])\d{3}(?:\2\d{3})*)(?:(?!\2)[.,](\d+))?$/u.exec(number)
  if (grouped?.[1]) return grouped[1].replace(/[.,]/gu, '') + (grouped[3] ? `.${grouped[3]}` : '')
  return /^\d+,\d+$/u.test(number) ? number.replace(',', '.') : number
}

const PROTECTED_NUMBER =
  /\p{Sc}?\s?\+?\(?\p{Nd}(?:[\p{Nd}.,:/()٫٬-]| (?=\p{Nd}))*(?<![.,:/(-])(?:\s?[%٪\p{Sc}])?(?:\s?[ap]\.?\s?m\b\.?)?/giu

/**
 * The stretches of a text that a translation engine must not touch: names, links, times, numbers, in order and without overlap, as
 * UTF-16 offsets. It only helps the engine; {@link missingFacts} decides.
 */
export function factSpans(text: string, names: readonly string[]): readonly { readonly start: number; readonly end: number }[] {
  const spans: { start: number; end: number }[] = []
  const taken = new Uint8Array(text.length)
  const add = (start: number, length: number) => {
    const end = start + length
    if (length === 0 || taken.subarray(start, end).includes(1)) return
    taken.fill(1, start, end)
    spans.push({ start, end })
  }
  for (const match of text.matchAll(LINK)) add(match.index, match[0].length)
  for (const name of [...names].sort((a, b) => b.length - a.length))
    for (const at of namePositions(text, name)) add(at, name.length)
  for (const match of text.matchAll(PROTECTED_NUMBER)) {
    const lead = match[0].length - match[0].trimStart().length
    add(match.index + lead, match[0].length - lead)
  }
  return spans.sort((a, b) => a.start - b.start)
}
