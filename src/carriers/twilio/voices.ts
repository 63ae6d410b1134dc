/** Twilio's names for the voices and recognisers of each language: its published types of `<Say>` and `<Gather>`, one working voice a row. */

import { sameSpoken } from '../../core/call-voices.ts'
import type { Voices } from './twiml.ts'

type Row = { readonly say: { readonly language: string; readonly voice: string } | null; readonly speech: string | null }

/** By BCP 47. Neural voices where there are any; of one language several only where regions differ in hearing. */
export const ROWS: Readonly<Record<string, Row>> = {
  en: { say: { language: 'en-US', voice: 'Polly.Joanna-Neural' }, speech: 'en-US' },
  es: { say: { language: 'es-US', voice: 'Polly.Lupe-Neural' }, speech: 'es-US' },
  'es-MX': { say: { language: 'es-MX', voice: 'Polly.Mia-Neural' }, speech: 'es-MX' },
  ar: { say: { language: 'ar-XA', voice: 'Google.ar-XA-Wavenet-A' }, speech: 'ar-SA' },
  zh: { say: { language: 'cmn-CN', voice: 'Polly.Zhiyu-Neural' }, speech: 'cmn-Hans-CN' },
  'zh-TW': { say: { language: 'cmn-TW', voice: 'Google.cmn-TW-Wavenet-A' }, speech: 'cmn-Hant-TW' },
  yue: { say: { language: 'yue-HK', voice: 'Google.yue-HK-Standard-A' }, speech: 'yue-Hant-HK' },
  vi: { say: { language: 'vi-VN', voice: 'Google.vi-VN-Neural2-A' }, speech: 'vi-VN' },
  'pt-BR': { say: { language: 'pt-BR', voice: 'Polly.Camila-Neural' }, speech: 'pt-BR' },
  'pt-PT': { say: { language: 'pt-PT', voice: 'Polly.Ines-Neural' }, speech: 'pt-PT' },
  ru: { say: { language: 'ru-RU', voice: 'Google.ru-RU-Wavenet-A' }, speech: 'ru-RU' },
  ur: { say: null, speech: 'ur-PK' },
  uk: { say: { language: 'uk-UA', voice: 'Google.uk-UA-Wavenet-A' }, speech: 'uk-UA' },
  fr: { say: { language: 'fr-FR', voice: 'Polly.Lea-Neural' }, speech: 'fr-FR' },
  'fr-CA': { say: { language: 'fr-CA', voice: 'Polly.Gabrielle-Neural' }, speech: 'fr-CA' },
  ko: { say: { language: 'ko-KR', voice: 'Polly.Seoyeon-Neural' }, speech: 'ko-KR' },
  tl: { say: { language: 'fil-PH', voice: 'Google.fil-ph-Neural2-A' }, speech: 'fil-PH' },
  sw: { say: null, speech: 'sw-KE' },
  ne: { say: null, speech: 'ne-NP' },
  my: { say: null, speech: 'my-MM' },
  pa: { say: { language: 'pa-IN', voice: 'Google.pa-IN-Wavenet-A' }, speech: 'pa-guru-IN' },
  bn: { say: { language: 'bn-IN', voice: 'Google.bn-IN-Wavenet-A' }, speech: 'bn-BD' },
  fa: { say: null, speech: 'fa-IR' },
  am: { say: { language: 'am-ET', voice: 'Google.am-ET-Wavenet-A' }, speech: 'am-ET' },
  ja: { say: { language: 'ja-JP', voice: 'Polly.Kazuha-Neural' }, speech: 'ja-JP' },
  pl: { say: { language: 'pl-PL', voice: 'Polly.Ola-Neural' }, speech: 'pl-PL' },
  gu: { say: { language: 'gu-IN', voice: 'Google.gu-IN-Wavenet-A' }, speech: 'gu-IN' },
  hi: { say: { language: 'hi-IN', voice: 'Polly.Kajal-Neural' }, speech: 'hi-IN' },
  te: { say: { language: 'te-IN', voice: 'Google.te-IN-Standard-A' }, speech: 'te-IN' },
  ta: { say: { language: 'ta-IN', voice: 'Google.ta-IN-Wavenet-A' }, speech: 'ta-IN' },
  lo: { say: null, speech: 'lo-LA' },
  km: { say: null, speech: 'km-KH' },
  th: { say: { language: 'th-TH', voice: 'Google.th-TH-Neural2-C' }, speech: 'th-TH' },
  sq: { say: null, speech: 'sq-AL' },
  ro: { say: { language: 'ro-RO', voice: 'Google.ro-RO-Wavenet-A' }, speech: 'ro-RO' },
  sr: { say: { language: 'sr-RS', voice: 'Google.sr-RS-Standard-A' }, speech: 'sr-RS' },
  hr: { say: null, speech: 'hr-HR' },
  de: { say: { language: 'de-DE', voice: 'Polly.Vicki-Neural' }, speech: 'de-DE' },
  it: { say: { language: 'it-IT', voice: 'Polly.Bianca-Neural' }, speech: 'it-IT' },
  tr: { say: { language: 'tr-TR', voice: 'Polly.Burcu-Neural' }, speech: 'tr-TR' },
  uz: { say: null, speech: 'uz-UZ' },
  mn: { say: null, speech: 'mn-MN' },
  he: { say: { language: 'he-IL', voice: 'Google.he-IL-Wavenet-A' }, speech: 'he-IL' },
  el: { say: { language: 'el-GR', voice: 'Google.el-GR-Wavenet-A' }, speech: 'el-GR' },
  zu: { say: null, speech: 'zu-ZA' },
  hy: { say: null, speech: 'hy-AM' },
  ka: { say: null, speech: 'ka-GE' },
  id: { say: { language: 'id-ID', voice: 'Google.id-ID-Wavenet-A' }, speech: 'id-ID' },
  ms: { say: { language: 'ms-MY', voice: 'Google.ms-MY-Wavenet-A' }, speech: 'ms-MY' },
  ml: { say: { language: 'ml-IN', voice: 'Google.ml-IN-Wavenet-A' }, speech: 'ml-IN' },
  kn: { say: { language: 'kn-IN', voice: 'Google.kn-IN-Wavenet-A' }, speech: 'kn-IN' },
  mr: { say: { language: 'mr-IN', voice: 'Google.mr-IN-Wavenet-A' }, speech: 'mr-IN' },
  si: { say: null, speech: 'si-LK' },
  az: { say: null, speech: 'az-AZ' },
  bg: { say: { language: 'bg-BG', voice: 'Google.bg-BG-Standard-A' }, speech: 'bg-BG' },
  mk: { say: null, speech: 'mk-MK' },
  sl: { say: null, speech: 'sl-SI' },
  sk: { say: { language: 'sk-SK', voice: 'Google.sk-SK-Wavenet-A' }, speech: 'sk-SK' },
  cs: { say: { language: 'cs-CZ', voice: 'Google.cs-CZ-Wavenet-A' }, speech: 'cs-CZ' },
  hu: { say: { language: 'hu-HU', voice: 'Google.hu-HU-Wavenet-A' }, speech: 'hu-HU' },
  lt: { say: null, speech: 'lt-LT' },
  lv: { say: { language: 'lv-LV', voice: 'Google.lv-LV-Standard-A' }, speech: 'lv-LV' },
  et: { say: null, speech: 'et-EE' },
  fi: { say: { language: 'fi-FI', voice: 'Polly.Suvi-Neural' }, speech: 'fi-FI' },
  sv: { say: { language: 'sv-SE', voice: 'Polly.Elin-Neural' }, speech: 'sv-SE' },
  no: { say: { language: 'nb-NO', voice: 'Polly.Ida-Neural' }, speech: 'nb-NO' },
  da: { say: { language: 'da-DK', voice: 'Polly.Sofie-Neural' }, speech: 'da-DK' },
  is: { say: { language: 'is-IS', voice: 'Google.is-IS-Standard-A' }, speech: 'is-IS' },
  nl: { say: { language: 'nl-NL', voice: 'Polly.Laura-Neural' }, speech: 'nl-NL' },
  af: { say: { language: 'af-ZA', voice: 'Google.af-ZA-Standard-A' }, speech: 'af-ZA' },
  ca: { say: { language: 'ca-ES', voice: 'Polly.Arlet-Neural' }, speech: 'ca-ES' },
  cy: { say: { language: 'cy-GB', voice: 'Polly.Gwyneth' }, speech: null },
}

function rowOf(language: string): Row | null {
  const own = ROWS[language] ?? Object.entries(ROWS).find(([row]) => sameSpoken(row, language))?.[1]
  return own ?? null
}

/** What speaks and what listens, by BCP 47. */
export const voices: Voices = {
  say: (language) => rowOf(language)?.say ?? null,
  speech: (language) => rowOf(language)?.speech ?? null,
}
