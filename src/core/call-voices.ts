/**
 * Which languages a voice speaks and which are understood when spoken, with the carrier's means (Twilio's published types of `<Say>` and `<Gather>`). A
 * language without a row has neither: it is heard from recordings of people, never in another language's voice.
 */

import { languageTag, sameLanguage } from './language.ts'

/** Languages (BCP 47) that a voice speaks. */
export const SPOKEN: readonly string[] = [
  'en',
  'es',
  'es-MX',
  'ar',
  'zh',
  'zh-TW',
  'yue',
  'vi',
  'pt-BR',
  'pt-PT',
  'ru',
  'uk',
  'fr',
  'fr-CA',
  'ko',
  'tl',
  'pa',
  'bn',
  'am',
  'ja',
  'pl',
  'gu',
  'hi',
  'te',
  'ta',
  'th',
  'ro',
  'sr',
  'de',
  'it',
  'tr',
  'he',
  'el',
  'id',
  'ms',
  'ml',
  'kn',
  'mr',
  'bg',
  'sk',
  'cs',
  'hu',
  'lv',
  'fi',
  'sv',
  'no',
  'da',
  'is',
  'nl',
  'af',
  'ca',
  'cy',
]

/** Languages (BCP 47) in which a spoken answer is put into words at once. */
export const UNDERSTOOD: readonly string[] = [
  'en',
  'es',
  'es-MX',
  'ar',
  'zh',
  'zh-TW',
  'yue',
  'vi',
  'pt-BR',
  'pt-PT',
  'ru',
  'ur',
  'uk',
  'fr',
  'fr-CA',
  'ko',
  'tl',
  'sw',
  'ne',
  'my',
  'pa',
  'bn',
  'fa',
  'am',
  'ja',
  'pl',
  'gu',
  'hi',
  'te',
  'ta',
  'lo',
  'km',
  'th',
  'sq',
  'ro',
  'sr',
  'hr',
  'de',
  'it',
  'tr',
  'uz',
  'mn',
  'he',
  'el',
  'zu',
  'hy',
  'ka',
  'id',
  'ms',
  'ml',
  'kn',
  'mr',
  'si',
  'az',
  'bg',
  'mk',
  'sl',
  'sk',
  'cs',
  'hu',
  'lt',
  'lv',
  'et',
  'fi',
  'sv',
  'no',
  'da',
  'is',
  'nl',
  'af',
  'ca',
]

/** Dari has texts in common with the Persian of Iran, which is all that the recognisers know (Twilio, `<Gather>`: `fa-IR`). */
const APART = new Set(['fa-AF'])

/** Whether who speaks `a` is heard and understood by what is made for `b` (BCP 47): unlike in writing, Cantonese or Min is not Mandarin. */
export function sameSpoken(a: string, b: string): boolean {
  const [left, right] = [languageTag(a), languageTag(b)]
  if (left === null || right === null || !sameLanguage(left, right)) return false
  if (left !== right && (APART.has(left) || APART.has(right))) return false
  return left.split('-', 1)[0] === right.split('-', 1)[0]
}

/** Whether a voice speaks this language (BCP 47, any region). */
export function hasVoice(language: string): boolean {
  return SPOKEN.some((own) => sameSpoken(own, language))
}

/** Whether spoken answers in this language (BCP 47, any region) are understood. */
export function hasSpeech(language: string): boolean {
  return UNDERSTOOD.some((own) => sameSpoken(own, language))
}
