/**
 * Phone numbers that people type into what they write: found by their shape in any script of digits, and masked where a text leaves the school.
 * Between a family and its teacher they stay as they are: a message is never changed on its way.
 */

import { digitValue, LINK } from './slots.ts'

/** Groups of digits of any script with what people put between them. Not across lines. */
const CANDIDATE = /[+＋]?[(（]?\p{Nd}(?:[ \t\u00a0\u2009\u202f.\-‐-―－()（）]{0,3}\p{Nd})*/gu
/** The id of a record. */
const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/giu
/** A link whose digits are somebody's phone. */
const PHONE_LINK = /wa\.me\/|tel:|phone=/iu

/** After these a number is something else's: an amount, a decimal, a time, a path, an id that begins with a letter or two. */
const NOT_AFTER = /(?:\p{Sc}\s?|[#@_]|\p{Nd}[:/,.]|\p{Lu}|(?<!\p{L})\p{Ll})$/u
/** Before these it is one too. */
const NOT_BEFORE = /^(?:\s?[%٪\p{Sc}]|[:/]\p{Nd}|,\p{Nd})/u
/** What says that digits in one run are no phone. */
const NAMED_OTHERWISE = /\b(?:id|code|case|order|ticket|invoice)[.:]? ?$/iu

const YEAR = /^(?:19|20)\d\d$/
const CLOCK = /^(?:[01]\d|2[0-4])[0-5][05]$/
const DATE = /^(?:(?:19|20)\d\d \d\d? \d\d?|\d\d? \d\d? (?:19|20)\d\d)(?: |$)/
/** Thousands apart: 1 000 000, 12.345.678. */
const THOUSANDS = /^\d{1,3}(?: \d{3})+$/

/** Groups of digits that may be one number, run together and with one space between them; and what stands beside them. */
type Digits = {
  readonly run: string
  readonly spaced: string
  readonly groups: readonly string[]
  readonly plus: boolean
  /** Whether the group before or after is as long as the one next to it, as in a list or the number of a card. */
  readonly inList: boolean
}

/** The ways of writing a number. */
const SHAPES: readonly ((digits: Digits) => boolean)[] = [
  // With a country's code: E.164, 00 and 011 before it.
  ({ plus, run }) => (plus || /^(?:00|011)[1-9]/.test(run)) && run.length <= 17,
  // Ten or eleven digits with an area code: United States, Mexico, Colombia, Viet Nam, France, China, Brazil, Russia, the Philippines.
  ({ run, spaced, groups }) =>
    /^(?:[02-9]\d{9}|[0178]\d{10}|\d\d9\d{8})$/.test(run) &&
    /^\d+(?: \d{2,}){0,4}$/.test(spaced) &&
    (run.startsWith('0') || groups.some((one) => one.length > 2)),
  // Without the area code: 555-0142.
  ({ run, spaced, groups, inList }) => !inList && /^[2-9]\d{6}$/.test(run) && /^\d{3} /.test(spaced) && !isYear(groups[1]),
  // Central America, Haiti; no two years, no two times of day.
  ({ run, spaced, groups, inList }) =>
    !inList &&
    /^[2-9]\d{7}$/.test(run) &&
    /^\d{4} \d{4}$/.test(spaced) &&
    !isYear(groups[0]) &&
    !groups.every((one) => CLOCK.test(one)),
  // Spain, Peru.
  ({ run, spaced, inList }) => !inList && /^[679]\d{8}$/.test(run) && /^\d{3} \d{3} \d{3}$/.test(spaced),
  // A country's code without the plus: Mexico, Central America, Haiti, Brazil, Viet Nam, China, India and neighbors.
  ({ run, groups }) => /^(?:5[1-8]|50\d|8[1-46]|9[0-58]|96\d|25\d|63)\d{9,11}$/.test(run) && groups.length <= 5,
]

/** Digits of the shortest number, and groups of the longest. */
const FEWEST = 7
const MOST_GROUPS = 6

function isYear(group: string | undefined): boolean {
  return group !== undefined && YEAR.test(group)
}

/** The text with all but the last four digits of each phone number in it covered, and how many there were: `Call me at •••• 0142`. */
export function maskNumbers(text: string): { readonly text: string; readonly count: number } {
  const others = [...text.matchAll(LINK), ...text.matchAll(UUID)].map((match) => ({ at: match.index, text: match[0] }))
  const spans = [
    ...[...text.matchAll(CANDIDATE)]
      .filter(
        ({ index, 0: found }) =>
          found.length >= FEWEST && !others.some((one) => index < one.at + one.text.length && one.at < index + found.length),
      )
      .flatMap(({ index, 0: found }) => numbersIn(text, index, found)),
    ...others
      .filter((one) => PHONE_LINK.test(one.text))
      .flatMap((one) => [...one.text.matchAll(/\p{Nd}{7,15}/gu)].map((match) => span(one.at + match.index, match[0].length))),
  ].sort((a, b) => a.start - b.start)
  let masked = ''
  let last = 0
  for (const { start, end } of spans) {
    const shown = [...text.slice(start, end).matchAll(/\p{Nd}/gu)].slice(-4).join('')
    masked += `${text.slice(last, start)}•••• ${shown}`
    last = end
  }
  return { text: masked + text.slice(last), count: spans.length }
}

const span = (start: number, length: number) => ({ start, end: start + length })

/** Where the phone numbers of one candidate stand: the longest first, from the left, so that `Room 12 971-555-0142` holds one. */
function numbersIn(text: string, at: number, found: string): { readonly start: number; readonly end: number }[] {
  const groups = [...found.matchAll(/\p{Nd}+/gu)].map((match) => ({
    start: at + match.index,
    end: at + match.index + match[0].length,
    digits: /^\d+$/.test(match[0]) ? match[0] : match[0].replace(/\p{Nd}/gu, digitValue),
  }))
  if (isAmount(found, groups.map(({ digits }) => digits).join(' '))) return []
  const numbers: { start: number; end: number }[] = []
  for (let i = 0; i < groups.length; i++)
    for (let j = Math.min(i + MOST_GROUPS, groups.length); j > i; j--) {
      const some = groups.slice(i, j)
      const [first, last] = [some[0], some.at(-1)]
      if (first === undefined || last === undefined) break
      if (some.reduce((sum, one) => sum + one.digits.length, 0) < FEWEST) break
      const start = i === 0 ? at : first.start
      const digits: Digits = {
        run: some.map((one) => one.digits).join(''),
        spaced: some.map((one) => one.digits).join(' '),
        groups: some.map((one) => one.digits),
        plus: i === 0 && /^[+＋]/u.test(found),
        inList: groups[i - 1]?.digits.length === first.digits.length || groups[j]?.digits.length === last.digits.length,
      }
      if (!isPhone(digits, text.slice(Math.max(0, start - 12), start), text.slice(last.end, last.end + 3))) continue
      // A bracket goes with the number that it opens, not one around the whole of it.
      const opened = i === 0 ? /^[(（]/u.test(found) : /[(（]$/u.test(text.slice(0, start))
      const closed = /[)）]/u.test(text.slice(start, last.end))
      numbers.push({ start: !opened ? start : closed ? (i === 0 ? start : start - 1) : first.start, end: last.end })
      i = j - 1
      break
    }
  return numbers
}

/** Thousands apart; of three groups with spaces the number of a phone in Spain or Peru. */
function isAmount(found: string, spaced: string): boolean {
  return (
    THOUSANDS.test(spaced) && !/[-‐-―()（）+＋]/u.test(found) && (found.includes('.') || !/^[679]\d\d \d{3} \d{3}$/.test(spaced))
  )
}

function isPhone(digits: Digits, before: string, after: string): boolean {
  if (!digits.plus && (NOT_AFTER.test(before) || NOT_BEFORE.test(after) || DATE.test(digits.spaced))) return false
  if (digits.groups.length === 1 && NAMED_OTHERWISE.test(before)) return false
  return SHAPES.some((shape) => shape(digits))
}
