/** In which order a reader takes the numbers of a date such as 3/12, and which dates two readers take for two different days. */

/** Day, month and year in the order of a short date; in a date without a year, `ymd` has the month first as `mdy` has. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd'

/**
 * Orders that are not day, month, year, by BCP 47 language and, where a country differs from its language, with it: the `dateFormats` (short)
 * and `availableFormats` (Md) of CLDR 48. A language whose two patterns disagree stands with the one for dates without a year.
 */
const ORDERS: Readonly<Record<string, DateOrder>> = {
  ...Object.fromEntries(['ceb', 'ee', 'fil', 'om', 'or', 'tl', 'xh', 'zu'].map((tag) => [tag, 'mdy' as const])),
  ...Object.fromEntries(
    ['as', 'gu', 'mh', 'mp', 'ph', 'pr', 'um', 'us', 'vi'].map((country) => [`en-${country}`, 'mdy' as const]),
  ),
  'es-pa': 'mdy',
  'es-pr': 'mdy',
  ...Object.fromEntries(
    ['bo', 'ckb', 'fa', 'hu', 'ja', 'ko', 'lt', 'mn', 'ne', 'ps', 'shn', 'si', 'sn', 'yue', 'zh'].map((tag) => [
      tag,
      'ymd' as const,
    ]),
  ),
  'en-ca': 'ymd',
  'en-za': 'ymd',
  'fr-ca': 'ymd',
  'zh-hk': 'dmy',
  'zh-mo': 'dmy',
}

/** Languages that write 3.12 for a day and a comma for decimals (CLDR 48); elsewhere 2.5 is a number, also at the end of a sentence. */
const POINT_DATES = new Set(
  'az be bg bs cs da de et fi he hr hu hy is ka kk kmr ko lv mk mn nb nn no pl ro ru sk sl sq sr tr uk'.split(' '),
)

/** The order of a language (BCP 47); `country` (ISO 3166-1) is where its readers live, for a tag that names none. */
export function dateOrder(tag: string, country: string): DateOrder {
  const [language = '', ...more] = tag.toLowerCase().split('-')
  const region = more.find((part) => part.length === 2) ?? country.toLowerCase()
  return ORDERS[`${language}-${region}`] ?? ORDERS[language] ?? 'dmy'
}

/**
 * Two or three numbers with the same mark between them, spaced alike; without a year only a slash or a point can make a date: 3-12 is mostly a
 * range. A letter before it makes a room or a model of it, except in scripts that put no space between words.
 */
const NUMERIC_DATE =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}])(\d{1,4})( ?[./⁄∕-] ?)(\d{1,2})(?:\2(\d{2}|\d{4}))?(?!\p{N})(?<end>\.?)/gu

/** A whole number with a fraction of the kitchen or the yardstick: 12 3/4. The number is no part of a date or a time. */
const MIXED_NUMBER = /(?<![\d./⁄∕:-])\d{1,3} (?:1[/⁄∕][234568]|2[/⁄∕][35]|3[/⁄∕][458]|[57][/⁄∕]8)(?!\p{N}|[/⁄∕]\p{N})/gu

type Day = { readonly year: string; readonly month: number; readonly day: number }

/** What a reader of that order takes the numbers for; null when they are no date to that reader. */
function read(order: DateOrder, numbers: readonly string[]): Day | null {
  const [a = '', b = '', c] = numbers
  const yearFirst = c !== undefined && (a.length === 4 || (order === 'ymd' && c.length === 2))
  const [year, first, second] = yearFirst ? [a, b, c] : [c ?? '', a, b]
  const [month, day] = order === 'dmy' && !yearFirst ? [Number(second), Number(first)] : [Number(first), Number(second)]
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && first.length <= 2 ? { year, month, day } : null
}

/**
 * The numeric dates in a text (digits 0 to 9, links taken out) that whoever wrote it and whoever reads it take for different days: 3/12 from
 * the United States is 12 March, in Spanish 3 December. A date that only one of the two orders can read is none of them: 11/20.
 */
export function ambiguousDates(text: string, from: string, to: string, country: string): string[] {
  const orders = [dateOrder(from, country), dateOrder(to, country)] as const
  if (orders[0] === orders[1]) return []
  const pointsMakeDates = POINT_DATES.has(from.toLowerCase().split('-', 1)[0] ?? '')
  return [...text.replace(MIXED_NUMBER, ' ').matchAll(NUMERIC_DATE)].flatMap(([whole, a = '', between = '', b = '', c, end]) => {
    const numbers = c === undefined ? [a, b] : [a, b, c]
    const mark = between.trim()
    if (c === undefined && mark === '-') return []
    // "3. 4" may be the end of one sentence and the start of another; a date has its second point.
    if (c === undefined && mark === '.' && !(pointsMakeDates && (between === '.' || end === '.'))) return []
    const [written, taken] = orders.map((order) => read(order, numbers))
    if (written == null || taken == null) return []
    return JSON.stringify(written) === JSON.stringify(taken) ? [] : [whole]
  })
}
