/** Twilio's names for the voices and recognisers of each language: its published types of `<Say>` and `<Gather>`, a working voice and one in its place a row. */

type Voice = { readonly language: string; readonly voice: string }
/** A row of the table. `second` speaks where the carrier refuses the first: of another maker, or of another kind, where there is one. */
export type Row = { readonly say: Voice | null; readonly second: Voice | null; readonly speech: string | null }

/** By BCP 47. Neural voices where there are any; of one language several only where regions differ in hearing. */
export const ROWS: Readonly<Record<string, Row>> = {
  en: {
    say: { language: 'en-US', voice: 'Polly.Joanna-Neural' },
    second: { language: 'en-US', voice: 'Google.en-US-Neural2-A' },
    speech: 'en-US',
  },
  es: {
    say: { language: 'es-US', voice: 'Polly.Lupe-Neural' },
    second: { language: 'es-US', voice: 'Google.es-US-Neural2-A' },
    speech: 'es-US',
  },
  'es-MX': {
    say: { language: 'es-MX', voice: 'Polly.Mia-Neural' },
    second: { language: 'es-MX', voice: 'Polly.Mia' },
    speech: 'es-MX',
  },
  ar: {
    say: { language: 'ar-XA', voice: 'Google.ar-XA-Wavenet-A' },
    second: { language: 'arb', voice: 'Polly.Zeina' },
    speech: 'ar-SA',
  },
  zh: {
    say: { language: 'cmn-CN', voice: 'Polly.Zhiyu-Neural' },
    second: { language: 'cmn-CN', voice: 'Google.cmn-CN-Wavenet-A' },
    speech: 'cmn-Hans-CN',
  },
  'zh-TW': {
    say: { language: 'cmn-TW', voice: 'Google.cmn-TW-Wavenet-A' },
    second: { language: 'cmn-TW', voice: 'Google.cmn-TW-Standard-A' },
    speech: 'cmn-Hant-TW',
  },
  yue: {
    say: { language: 'yue-HK', voice: 'Google.yue-HK-Standard-A' },
    second: { language: 'yue-HK', voice: 'Polly.Hiujin-Neural' },
    speech: 'yue-Hant-HK',
  },
  vi: {
    say: { language: 'vi-VN', voice: 'Google.vi-VN-Neural2-A' },
    second: { language: 'vi-VN', voice: 'Google.vi-VN-Wavenet-A' },
    speech: 'vi-VN',
  },
  'pt-BR': {
    say: { language: 'pt-BR', voice: 'Polly.Camila-Neural' },
    second: { language: 'pt-BR', voice: 'Google.pt-BR-Neural2-A' },
    speech: 'pt-BR',
  },
  'pt-PT': {
    say: { language: 'pt-PT', voice: 'Polly.Ines-Neural' },
    second: { language: 'pt-PT', voice: 'Google.pt-PT-Wavenet-A' },
    speech: 'pt-PT',
  },
  ru: {
    say: { language: 'ru-RU', voice: 'Google.ru-RU-Wavenet-A' },
    second: { language: 'ru-RU', voice: 'Polly.Tatyana' },
    speech: 'ru-RU',
  },
  ur: { say: null, second: null, speech: 'ur-PK' },
  uk: {
    say: { language: 'uk-UA', voice: 'Google.uk-UA-Wavenet-A' },
    second: { language: 'uk-UA', voice: 'Google.uk-UA-Standard-A' },
    speech: 'uk-UA',
  },
  fr: {
    say: { language: 'fr-FR', voice: 'Polly.Lea-Neural' },
    second: { language: 'fr-FR', voice: 'Google.fr-FR-Neural2-A' },
    speech: 'fr-FR',
  },
  'fr-CA': {
    say: { language: 'fr-CA', voice: 'Polly.Gabrielle-Neural' },
    second: { language: 'fr-CA', voice: 'Google.fr-CA-Neural2-A' },
    speech: 'fr-CA',
  },
  ko: {
    say: { language: 'ko-KR', voice: 'Polly.Seoyeon-Neural' },
    second: { language: 'ko-KR', voice: 'Google.ko-KR-Neural2-A' },
    speech: 'ko-KR',
  },
  tl: {
    say: { language: 'fil-PH', voice: 'Google.fil-ph-Neural2-A' },
    second: { language: 'fil-PH', voice: 'Google.fil-PH-Wavenet-A' },
    speech: 'fil-PH',
  },
  sw: { say: null, second: null, speech: 'sw-KE' },
  ne: { say: null, second: null, speech: 'ne-NP' },
  my: { say: null, second: null, speech: 'my-MM' },
  pa: {
    say: { language: 'pa-IN', voice: 'Google.pa-IN-Wavenet-A' },
    second: { language: 'pa-IN', voice: 'Google.pa-IN-Standard-A' },
    speech: 'pa-guru-IN',
  },
  bn: {
    say: { language: 'bn-IN', voice: 'Google.bn-IN-Wavenet-A' },
    second: { language: 'bn-IN', voice: 'Google.bn-IN-Standard-A' },
    speech: 'bn-BD',
  },
  fa: { say: null, second: null, speech: 'fa-IR' },
  am: {
    say: { language: 'am-ET', voice: 'Google.am-ET-Wavenet-A' },
    second: { language: 'am-ET', voice: 'Google.am-ET-Standard-A' },
    speech: 'am-ET',
  },
  ja: {
    say: { language: 'ja-JP', voice: 'Polly.Kazuha-Neural' },
    second: { language: 'ja-JP', voice: 'Google.ja-JP-Neural2-B' },
    speech: 'ja-JP',
  },
  pl: {
    say: { language: 'pl-PL', voice: 'Polly.Ola-Neural' },
    second: { language: 'pl-PL', voice: 'Google.pl-PL-Wavenet-A' },
    speech: 'pl-PL',
  },
  gu: {
    say: { language: 'gu-IN', voice: 'Google.gu-IN-Wavenet-A' },
    second: { language: 'gu-IN', voice: 'Google.gu-IN-Standard-A' },
    speech: 'gu-IN',
  },
  hi: {
    say: { language: 'hi-IN', voice: 'Polly.Kajal-Neural' },
    second: { language: 'hi-IN', voice: 'Google.hi-IN-Neural2-A' },
    speech: 'hi-IN',
  },
  te: {
    say: { language: 'te-IN', voice: 'Google.te-IN-Standard-A' },
    second: { language: 'te-IN', voice: 'Google.te-IN-Standard-B' },
    speech: 'te-IN',
  },
  ta: {
    say: { language: 'ta-IN', voice: 'Google.ta-IN-Wavenet-A' },
    second: { language: 'ta-IN', voice: 'Google.ta-IN-Standard-A' },
    speech: 'ta-IN',
  },
  lo: { say: null, second: null, speech: 'lo-LA' },
  km: { say: null, second: null, speech: 'km-KH' },
  th: {
    say: { language: 'th-TH', voice: 'Google.th-TH-Neural2-C' },
    second: { language: 'th-TH', voice: 'Google.th-TH-Standard-A' },
    speech: 'th-TH',
  },
  sq: { say: null, second: null, speech: 'sq-AL' },
  ro: {
    say: { language: 'ro-RO', voice: 'Google.ro-RO-Wavenet-A' },
    second: { language: 'ro-RO', voice: 'Polly.Carmen' },
    speech: 'ro-RO',
  },
  sr: { say: { language: 'sr-RS', voice: 'Google.sr-RS-Standard-A' }, second: null, speech: 'sr-RS' },
  hr: { say: null, second: null, speech: 'hr-HR' },
  de: {
    say: { language: 'de-DE', voice: 'Polly.Vicki-Neural' },
    second: { language: 'de-DE', voice: 'Google.de-DE-Neural2-A' },
    speech: 'de-DE',
  },
  it: {
    say: { language: 'it-IT', voice: 'Polly.Bianca-Neural' },
    second: { language: 'it-IT', voice: 'Google.it-IT-Neural2-A' },
    speech: 'it-IT',
  },
  tr: {
    say: { language: 'tr-TR', voice: 'Polly.Burcu-Neural' },
    second: { language: 'tr-TR', voice: 'Google.tr-TR-Wavenet-A' },
    speech: 'tr-TR',
  },
  uz: { say: null, second: null, speech: 'uz-UZ' },
  mn: { say: null, second: null, speech: 'mn-MN' },
  he: {
    say: { language: 'he-IL', voice: 'Google.he-IL-Wavenet-A' },
    second: { language: 'he-IL', voice: 'Google.he-IL-Standard-A' },
    speech: 'he-IL',
  },
  el: {
    say: { language: 'el-GR', voice: 'Google.el-GR-Wavenet-A' },
    second: { language: 'el-GR', voice: 'Google.el-GR-Standard-A' },
    speech: 'el-GR',
  },
  zu: { say: null, second: null, speech: 'zu-ZA' },
  hy: { say: null, second: null, speech: 'hy-AM' },
  ka: { say: null, second: null, speech: 'ka-GE' },
  id: {
    say: { language: 'id-ID', voice: 'Google.id-ID-Wavenet-A' },
    second: { language: 'id-ID', voice: 'Google.id-ID-Standard-A' },
    speech: 'id-ID',
  },
  ms: {
    say: { language: 'ms-MY', voice: 'Google.ms-MY-Wavenet-A' },
    second: { language: 'ms-MY', voice: 'Google.ms-MY-Standard-A' },
    speech: 'ms-MY',
  },
  ml: {
    say: { language: 'ml-IN', voice: 'Google.ml-IN-Wavenet-A' },
    second: { language: 'ml-IN', voice: 'Google.ml-IN-Standard-A' },
    speech: 'ml-IN',
  },
  kn: {
    say: { language: 'kn-IN', voice: 'Google.kn-IN-Wavenet-A' },
    second: { language: 'kn-IN', voice: 'Google.kn-IN-Standard-A' },
    speech: 'kn-IN',
  },
  mr: {
    say: { language: 'mr-IN', voice: 'Google.mr-IN-Wavenet-A' },
    second: { language: 'mr-IN', voice: 'Google.mr-IN-Standard-A' },
    speech: 'mr-IN',
  },
  si: { say: null, second: null, speech: 'si-LK' },
  az: { say: null, second: null, speech: 'az-AZ' },
  bg: {
    say: { language: 'bg-BG', voice: 'Google.bg-BG-Standard-A' },
    second: { language: 'bg-BG', voice: 'Google.bg-BG-Standard-B' },
    speech: 'bg-BG',
  },
  mk: { say: null, second: null, speech: 'mk-MK' },
  sl: { say: null, second: null, speech: 'sl-SI' },
  sk: {
    say: { language: 'sk-SK', voice: 'Google.sk-SK-Wavenet-A' },
    second: { language: 'sk-SK', voice: 'Google.sk-SK-Standard-A' },
    speech: 'sk-SK',
  },
  cs: {
    say: { language: 'cs-CZ', voice: 'Google.cs-CZ-Wavenet-A' },
    second: { language: 'cs-CZ', voice: 'Google.cs-CZ-Standard-A' },
    speech: 'cs-CZ',
  },
  hu: {
    say: { language: 'hu-HU', voice: 'Google.hu-HU-Wavenet-A' },
    second: { language: 'hu-HU', voice: 'Google.hu-HU-Standard-A' },
    speech: 'hu-HU',
  },
  lt: { say: null, second: null, speech: 'lt-LT' },
  lv: {
    say: { language: 'lv-LV', voice: 'Google.lv-LV-Standard-A' },
    second: { language: 'lv-LV', voice: 'Google.lv-LV-Standard-B' },
    speech: 'lv-LV',
  },
  et: { say: null, second: null, speech: 'et-EE' },
  fi: {
    say: { language: 'fi-FI', voice: 'Polly.Suvi-Neural' },
    second: { language: 'fi-FI', voice: 'Google.fi-FI-Wavenet-A' },
    speech: 'fi-FI',
  },
  sv: {
    say: { language: 'sv-SE', voice: 'Polly.Elin-Neural' },
    second: { language: 'sv-SE', voice: 'Google.sv-SE-Wavenet-A' },
    speech: 'sv-SE',
  },
  no: {
    say: { language: 'nb-NO', voice: 'Polly.Ida-Neural' },
    second: { language: 'nb-NO', voice: 'Google.nb-NO-Wavenet-A' },
    speech: 'nb-NO',
  },
  da: {
    say: { language: 'da-DK', voice: 'Polly.Sofie-Neural' },
    second: { language: 'da-DK', voice: 'Google.da-DK-Neural2-D' },
    speech: 'da-DK',
  },
  is: {
    say: { language: 'is-IS', voice: 'Google.is-IS-Standard-A' },
    second: { language: 'is-IS', voice: 'Polly.Dora' },
    speech: 'is-IS',
  },
  nl: {
    say: { language: 'nl-NL', voice: 'Polly.Laura-Neural' },
    second: { language: 'nl-NL', voice: 'Google.nl-NL-Wavenet-A' },
    speech: 'nl-NL',
  },
  af: { say: { language: 'af-ZA', voice: 'Google.af-ZA-Standard-A' }, second: null, speech: 'af-ZA' },
  ca: {
    say: { language: 'ca-ES', voice: 'Polly.Arlet-Neural' },
    second: { language: 'ca-ES', voice: 'Google.ca-ES-Standard-A' },
    speech: 'ca-ES',
  },
  cy: { say: { language: 'cy-GB', voice: 'Polly.Gwyneth' }, second: null, speech: null },
}
