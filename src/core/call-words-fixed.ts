/**
 * The prompts by language: written by people for the ear, with keys as words. A prompt
 * that is changed loses its review.
 */

import { chinese, traditionalChinese } from './call-words-chinese.ts'
import { arabic, russian, vietnamese } from './call-words-east.ts'
import { english } from './call-words-english.ts'
import { french, haitian, portuguese, spanish } from './call-words-romance.ts'
import type { Prompts } from './call-words-slots.ts'
import type { TextLanguage } from './texts-slots.ts'

/** By the language that they are in. */
export const prompts: Readonly<Record<TextLanguage, Prompts>> = {
  en: english,
  es: spanish,
  ar: arabic,
  zh: chinese,
  'zh-TW': traditionalChinese,
  vi: vietnamese,
  pt: portuguese,
  ru: russian,
  ht: haitian,
  fr: french,
}
