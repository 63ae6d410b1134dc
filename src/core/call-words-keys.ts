/** How prompts tell a key, in each language: what is heard must be what is pressed. */

import type { TextLanguage } from './texts-slots.ts'

/** What stands before a key's word, and the words for zero, one, two, three and nine. */
export const KEY_WORDS: Readonly<Record<TextLanguage, readonly [before: string, ...words: string[]]>> = {
  en: ['press ', 'zero', 'one', 'two', 'three', 'nine'],
  es: ['oprima ', 'cero', 'uno', 'dos', 'tres', 'nueve'],
  ar: ['اضغط ', 'صفر', 'واحد', 'اثنين', 'ثلاثة', 'تسعة'],
  zh: ['按', '零', '一', '二', '三', '九'],
  'zh-TW': ['按', '零', '一', '二', '三', '九'],
  vi: ['bấm phím số ', 'không', 'một', 'hai', 'ba', 'chín'],
  pt: ['pressione ', 'zero', 'um', 'dois', 'três', 'nove'],
  ru: ['нажмите ', 'ноль', 'один', 'два', 'три', 'девять'],
  ht: ['peze ', 'zewo', 'en', 'de', 'twa', 'nèf'],
  fr: ['appuyez sur ', 'zéro', 'un', 'deux', 'trois', 'neuf'],
}

/** The keys that a prompt tells, in its order, as places in the table: 0 zero, 1 one, 2 two, 3 three, 4 nine. */
export function keysTold(language: TextLanguage, text: string): readonly number[] {
  const [before, ...words] = KEY_WORDS[language]
  const found = text.matchAll(new RegExp(`${before}(${words.join('|')})(?!\\p{L})`, 'gu'))
  return [...found].map((match) => words.indexOf(match[1] ?? ''))
}
