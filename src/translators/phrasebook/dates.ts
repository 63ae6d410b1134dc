/** Dates and times in phrases: understood in one language and written in another, the numbers kept. */

import { MONTHS, type Month, WEEKDAYS, type Weekday } from '../../core/calendar-words.ts'
import { dayParts, foldText, takeCalendarNames } from '../../core/slots.ts'

/** The languages whose dates can be written; Chinese is the same in both scripts but for the names. */
export type PhraseLanguage = 'en' | 'es' | 'ar' | 'zh-Hans' | 'zh-Hant'

/** A date as people write it in a message: a near day, a calendar day without time zone, or digits that pass in their order. */
export type PhraseDate =
  | { readonly kind: 'today' | 'tomorrow' }
  | {
      readonly kind: 'named'
      readonly weekday: Weekday | null
      readonly month: Month | null
      readonly day: string | null
      readonly year: string | null
    }
  | { readonly kind: 'as-written'; readonly text: string }

type DateWords = {
  readonly today: readonly string[]
  readonly tomorrow: readonly string[]
  /** What may stand between the parts of a date, as a regular expression over folded text. */
  readonly between: string
  readonly weekdays: readonly string[]
  readonly months: readonly string[]
}

const CHINESE_DATES: DateWords = {
  today: ['今天'],
  tomorrow: ['明天'],
  between: '日|号|號|年|的',
  weekdays: ['星期一', '星期二', '星期三', '星期四', '星期五', '星期六', '星期日'],
  months: MONTHS.map((_, index) => `${index + 1}月`),
}

const DATE_WORDS: Record<PhraseLanguage, DateWords> = {
  en: {
    today: ['today'],
    tomorrow: ['tomorrow'],
    between: 'the|of|on|st|nd|rd|th',
    weekdays: WEEKDAYS.map(capital),
    months: MONTHS.map(capital),
  },
  es: {
    today: ['hoy'],
    tomorrow: ['mañana'],
    between: 'el|de|del|dia',
    weekdays: ['lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado', 'domingo'],
    months: [
      'enero',
      'febrero',
      'marzo',
      'abril',
      'mayo',
      'junio',
      'julio',
      'agosto',
      'septiembre',
      'octubre',
      'noviembre',
      'diciembre',
    ],
  },
  ar: {
    today: ['اليوم'],
    tomorrow: ['غدا', 'غدًا', 'بكرة'],
    between: 'يوم|في|من|شهر',
    weekdays: ['الاثنين', 'الثلاثاء', 'الأربعاء', 'الخميس', 'الجمعة', 'السبت', 'الأحد'],
    months: ['يناير', 'فبراير', 'مارس', 'أبريل', 'مايو', 'يونيو', 'يوليو', 'أغسطس', 'سبتمبر', 'أكتوبر', 'نوفمبر', 'ديسمبر'],
  },
  'zh-Hans': CHINESE_DATES,
  'zh-Hant': CHINESE_DATES,
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** The table of words for facts that a phrasebook language falls to. */
function factTable(language: PhraseLanguage): 'en' | 'es' | 'ar' | 'zh' {
  return language === 'zh-Hans' || language === 'zh-Hant' ? 'zh' : language
}

/** Two small numbers whose order may be either way and whose mark does not say that they are a date: the guard on facts takes 3-12 for a range. */
const OPEN_DATE = /^0?(?:[1-9]|1[0-2])\s?[.-]\s?0?(?:[1-9]|1[0-2])$/

/** What a stretch of a message means as a date; null when that is not sure, as with "next Friday" or "soon". */
export function readDate(text: string, language: PhraseLanguage): PhraseDate | null {
  const words = DATE_WORDS[language]
  const plain = text.trim().toLowerCase()
  if (words.today.includes(plain)) return { kind: 'today' }
  if (words.tomorrow.includes(plain)) return { kind: 'tomorrow' }
  if (!/\p{L}/u.test(text)) {
    const written = foldText(text, null).trim()
    return /\d/.test(written) && !OPEN_DATE.test(written) ? { kind: 'as-written', text: written } : null
  }
  const { names, rest } = takeCalendarNames(foldText(text, factTable(language)), factTable(language))
  const weekdays = WEEKDAYS.filter((day) => names.includes(day))
  const months = MONTHS.filter((month) => names.includes(month))
  if (names.length === 0 || names.length !== weekdays.length + months.length || weekdays.length > 1 || months.length > 1)
    return null
  const numbers = rest.match(/\d+/gu) ?? []
  const day = numbers.find((number) => number.length <= 2) ?? null
  const year = numbers.find((number) => number.length === 4) ?? null
  const left = rest.replace(new RegExp(`(?<!\\p{L})(?:${words.between})(?!\\p{L})`, 'giu'), '').replace(/\d+/gu, '')
  if (/[\p{L}\p{N}:/$%+-]/u.test(left)) return null
  if (numbers.length !== Number(day !== null) + Number(year !== null) || (day === null) !== (months.length === 0)) return null
  return { kind: 'named', weekday: weekdays[0] ?? null, month: months[0] ?? null, day, year }
}

/** Writes a date with the weekday and month names of a language, Gregorian, in Latin digits. */
export function writeDate(date: PhraseDate, language: PhraseLanguage): string {
  const words = DATE_WORDS[language]
  if (date.kind === 'as-written') return date.text
  if (date.kind !== 'named') return words[date.kind][0] ?? ''
  const weekday = date.weekday ? (words.weekdays[WEEKDAYS.indexOf(date.weekday)] ?? '') : ''
  const month = date.month ? (words.months[MONTHS.indexOf(date.month)] ?? '') : ''
  const { day, year } = date
  const filled = (parts: readonly (string | null)[], by: string) => parts.filter((part) => part).join(by)
  switch (language) {
    case 'en':
      return filled([weekday, filled([month, day], ' '), year], ', ')
    case 'es':
      return filled([weekday, filled([day, month, year], ' de ')], ' ')
    case 'ar':
      return filled([weekday, filled([day, month, year], ' ')], '، ')
    case 'zh-Hans':
    case 'zh-Hant':
      return `${year ? `${year}年` : ''}${month ? `${month}${day}日` : ''}${weekday}`
  }
}

/** Words around a date that go when it is a near day: "on tomorrow" is no English. Word before the date, and what it becomes. */
const BEFORE_NEAR_DAY: Record<PhraseLanguage, readonly (readonly [before: string, becomes: string])[]> = {
  en: [['on ', '']],
  es: [
    ['del ', 'de '],
    ['el ', ''],
  ],
  ar: [['يوم ', '']],
  'zh-Hans': [],
  'zh-Hant': [],
}

/** The text that leads up to a date, mended for a near day. */
export function leadToDate(lead: string, date: PhraseDate, language: PhraseLanguage): string {
  if (date.kind !== 'today' && date.kind !== 'tomorrow') return lead
  const mend = BEFORE_NEAR_DAY[language].find(
    ([before]) => lead.endsWith(before) && !/\p{L}$/u.test(lead.slice(0, -before.length)),
  )
  return mend ? lead.slice(0, -mend[0].length) + mend[1] : lead
}

/** At 12 these mornings are noon to one and midnight to another; nights reach over midnight, so that 1 at night is a morning. */
const MORNING = /morning|manana|[上早清凌]/iu
const NIGHT = /night|noche|晚上|ليلا/iu

/**
 * A time as it goes into another language: as it stands where it is digits with or without AM or PM, in Latin digits; with words for a part
 * of the day (下午3:30, 3:30 de la tarde) as digits with AM or PM, the hour never recounted. Null when it is no time, or the words leave
 * open which half of the day is meant (12 de la noche, 晚上1点).
 */
export function carryTime(text: string, language: PhraseLanguage): string | null {
  if (/^\p{Nd}{1,2}(?:[:.]\p{Nd}{2})?(?:\s?[ap]\.?\s?m\.?)?$/iu.test(text)) return foldText(text, null)
  const { am, pm } = dayParts(factTable(language))
  const folded = foldText(text, factTable(language)).replace(/(\d)\s?[点點时時]\s?(\d{2})分?/u, '$1:$2')
  const hour = '(?<time>\\d{1,2}(?::\\d{2})?)\\s?(?:点|點|时|時)?(?:钟|鐘)?'
  const match =
    new RegExp(`^(?:(?<am>${am})|(?<pm>${pm}))?\\s?${hour}$`, 'iu').exec(folded) ??
    new RegExp(`^${hour}\\s?(?:(?<am>${am})|(?<pm>${pm}))$`, 'iu').exec(folded)
  const { time, am: morning = '', pm: later = '' } = match?.groups ?? {}
  if (time === undefined) return null
  const hours = Number.parseInt(time, 10)
  if ((hours === 12 && MORNING.test(morning)) || ((hours === 12 || hours < 5) && NIGHT.test(later))) return null
  return time + (morning ? ' AM' : later ? ' PM' : '')
}
