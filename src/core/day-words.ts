/** Tables: words that name a day or an hour without a number, and hours that are written with "half" and "quarter", in the nine languages of the fixed texts. */

import type { FactLanguage } from './calendar-words.ts'

/** Words that name a day by today, or an hour by itself. */
export const DAY_WORDS = ['today', 'tomorrow', 'yesterday', 'noon', 'midnight'] as const
/** One of them. */
export type DayWord = (typeof DAY_WORDS)[number]

/** Regular expressions over folded text (see `foldText`). What is missing in a language has another meaning there as well, and says nothing. */
const WORDS: Readonly<Record<FactLanguage, Partial<Readonly<Record<DayWord, string>>>>> = {
  en: { today: 'today', tomorrow: 'tomorrow', yesterday: 'yesterday', noon: 'noon|midday', midnight: 'midnight' },
  es: {
    today: 'hoy',
    tomorrow: '(?<!\\b(?:la|una|esta|cada|misma|toda la) )manana',
    yesterday: 'ayer',
    noon: 'mediodia',
    midnight: 'medianoche',
  },
  pt: { today: 'hoje', tomorrow: 'amanha', yesterday: 'ontem', noon: 'meio[- ]dia', midnight: 'meia[- ]noite' },
  fr: { today: "aujourd['’]hui", tomorrow: 'demain', yesterday: 'hier', noon: '(?<!apres[- ])midi', midnight: 'minuit' },
  ht: { today: 'jodi a|jodia', tomorrow: 'demen', noon: '(?<!apre[- ])midi', midnight: 'minwi' },
  ru: {
    today: 'сегодня',
    tomorrow: 'завтра',
    yesterday: 'вчера',
    noon: 'полд(?:ень|ня|ню|нем)',
    midnight: 'пол(?:ночь|уночи|ночи)',
  },
  vi: { today: 'hôm nay', tomorrow: 'ngày mai', yesterday: 'hôm qua', midnight: 'nửa đêm' },
  ar: { tomorrow: 'غدا|غد|الغد', yesterday: 'امس|البارحة', midnight: 'منتصف الليل' },
  zh: { today: '今天|今日', tomorrow: '明天|明日', yesterday: '昨天|昨日', noon: '正午|中午', midnight: '午夜|半夜' },
}

const compiled = new Map<FactLanguage, readonly { readonly word: DayWord; readonly pattern: RegExp }[]>()

/** The words of a folded text that name a day or an hour, as far as the other language has a word for them too. */
export function dayWords(folded: string, language: FactLanguage, other: FactLanguage): DayWord[] {
  let patterns = compiled.get(language)
  if (patterns === undefined) {
    patterns = DAY_WORDS.flatMap((word) => {
      const source = WORDS[language][word]
      const bounded = language === 'zh' ? source : `(?<![\\p{L}\\p{N}])(?:${source})(?![\\p{L}\\p{N}])`
      return source === undefined ? [] : [{ word, pattern: new RegExp(bounded ?? '', 'giu') }]
    })
    compiled.set(language, patterns)
  }
  return patterns.flatMap(({ word, pattern }) =>
    WORDS[other][word] === undefined ? [] : [...folded.matchAll(pattern)].map(() => word),
  )
}

/** An hour with "half" or "quarter": what is matched, the hour being its first group, and the minutes from it. */
const PARTS: Readonly<Record<FactLanguage, readonly (readonly [source: string, minutes: number])[]>> = {
  en: [
    ['(?:half past|half after) (\\d{1,2})', 30],
    ['(?:a )?quarter (?:past|after) (\\d{1,2})', 15],
    ['(?:a )?quarter (?:to|of|before) (\\d{1,2})', -15],
  ],
  es: [
    ['(\\d{1,2}) y media', 30],
    ['(\\d{1,2}) y cuarto', 15],
    ['(\\d{1,2}) menos (?:un )?cuarto', -15],
  ],
  pt: [['(\\d{1,2})(?: ?h| horas?)? e meia', 30]],
  fr: [
    ['(\\d{1,2}) ?(?:h|heures?) et demie?', 30],
    ['(\\d{1,2}) ?(?:h|heures?) et quart', 15],
    ['(\\d{1,2}) ?(?:h|heures?) moins le quart', -15],
  ],
  ht: [['(\\d{1,2})(?: e|e|z?e)? ?(?:edmi|e demi)', 30]],
  ru: [],
  vi: [['(\\d{1,2}) ?giờ rưỡi', 30]],
  ar: [
    ['(\\d{1,2}) و ?(?:ال)?نصف', 30],
    ['(\\d{1,2}) و ?(?:ال)?ربع', 15],
    ['(\\d{1,2}) (?:الا|إلا) (?:ال)?ربعا?', -15],
  ],
  zh: [
    ['(\\d{1,2}) ?[点點时時]半', 30],
    ['(\\d{1,2}) ?[点點时時]一刻', 15],
  ],
}

const hours = new Map<FactLanguage, readonly { readonly pattern: RegExp; readonly minutes: number }[]>()

/** A folded text with such hours in digits: "3 y media" is 3:30. */
export function withMinutes(folded: string, language: FactLanguage): string {
  let patterns = hours.get(language)
  if (patterns === undefined) {
    patterns = PARTS[language].map(([source, minutes]) => ({
      pattern: new RegExp(language === 'zh' ? `(?<!\\d)${source}` : `(?<![\\p{L}\\p{N}:.,])${source}(?!\\p{L})`, 'giu'),
      minutes,
    }))
    hours.set(language, patterns)
  }
  return patterns.reduce(
    (text, { pattern, minutes }) =>
      text.replace(pattern, (_, hour: string) =>
        minutes < 0 ? `${Number(hour) - 1 || 12}:${60 + minutes}` : `${hour}:${minutes}`,
      ),
    folded,
  )
}
