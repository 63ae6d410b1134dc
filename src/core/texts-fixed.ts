/**
 * The gateway's own texts, one template per language, written by people and never by a machine translator. A word in braces is a slot.
 * A speaker who has checked a text replaces `draft('...')` by `reviewed('...', 'Name, date')`; whoever changes a text makes it a draft again.
 * STOP, START, AGAIN and DISMISS stay English everywhere: carriers act on STOP and START themselves, staff commands exist in English only.
 */

import { arabic, chinese, russian, traditionalChinese, vietnamese } from './texts-east.ts'
import { english } from './texts-english.ts'
import { french, haitian, portuguese, spanish } from './texts-romance.ts'
import type { TextLanguage, Texts } from './texts-slots.ts'

/** The templates by language. */
export const fixedTexts: Readonly<Record<TextLanguage, Texts>> = {
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
