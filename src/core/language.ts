/**
 * Language tags as the house writes them: BCP 47 in canonical case, one tag per language of `language-names.ts`.
 */
import { LANGUAGE_NAMES } from './language-names.ts'

/** Primary subtags that we keep although CLDR would replace them (`tl` by `fil`, `kmr` by `ku`, `tw` by `ak`, `cld` by `syr`). */
const KEPT = new Set(['tl', 'kmr', 'tw', 'cld'])

/** Codes that rosters use and CLDR has no alias for, or another one than ours. ISO 639-3 in general is CLDR's work. */
const ALIASES: Readonly<Record<string, string>> = {
  fil: 'tl',
  tgl: 'tl',
  kur: 'kmr',
  ku: 'kmr',
  twi: 'tw',
  aka: 'tw',
  ak: 'tw',
  hmn: 'mww',
  nb: 'no',
  nob: 'no',
  fuv: 'ff',
  fuf: 'ff',
  zlm: 'ms',
}

/** Languages whose speakers read and write standard Chinese in Traditional characters: another language only when spoken. */
const WRITTEN_AS_TRADITIONAL_CHINESE = new Set(['yue', 'cdo', 'nan'])

const names = new Map(LANGUAGE_NAMES.map(([tag, english, own]) => [tag, { english, own: own === '' ? english : own }]))
const primaries = new Set(LANGUAGE_NAMES.map(([tag]) => primary(tag)))

function primary(tag: string): string {
  return tag.split('-', 1)[0] ?? tag
}

/**
 * The house's form of a language tag, or null when it is not a tag. Underscores, any case and ISO 639-2/3 codes are taken
 * (`es_mx` is `es-MX`, `spa` is `es`, `prs` is `fa-AF`, `fil` is `tl`). Chinese becomes `zh` (Simplified) or `zh-TW` (Traditional, also
 * for `zh-Hant` and `zh-HK`), so that cutting a tag at its last hyphen never changes the script. A well-formed tag need not be a
 * language that we know: ask `knownLanguage`. Sources: BCP 47 (RFC 5646), aliases of CLDR.
 */
export function languageTag(input: string): string | null {
  return remembered(tags, input, canonicalTag)
}

/** Tags are few and asked for with every text; ICU takes 5 µs for each. The maps are emptied when somebody's list has filled them. */
const tags = new Map<string, string | null>()
const forms = new Map<string, string | null>()
const MOST_REMEMBERED = 1000

function remembered(known: Map<string, string | null>, input: string, find: (input: string) => string | null): string | null {
  const found = known.get(input)
  if (found !== undefined) return found
  if (known.size >= MOST_REMEMBERED) known.clear()
  const answer = find(input)
  known.set(input, answer)
  return answer
}

function canonicalTag(input: string): string | null {
  const subtags = input.trim().replaceAll('_', '-').toLowerCase().split('-')
  // An extended language stands for itself: zh-yue is yue (RFC 5646, 4.5).
  if (subtags[0] === 'zh' && /^(yue|cmn|nan|cdo)$/.test(subtags[1] ?? '')) subtags.shift()
  const first = subtags[0] ?? ''
  const language = ALIASES[first] ?? first
  if (!/^[a-z]{2,3}$/.test(language)) return null
  try {
    const rest = subtags.slice(1)
    const [canonical] = Intl.getCanonicalLocales([KEPT.has(language) ? 'und' : language, ...rest].join('-'))
    if (canonical === undefined) return null
    if (KEPT.has(language)) return canonical.replace(/^und/, language)
    if (primary(canonical) === 'zh') return scriptOf(canonical) === 'Hant' ? 'zh-TW' : 'zh'
    return canonical
  } catch {
    return null
  }
}

function scriptOf(tag: string): string | undefined {
  return new Intl.Locale(tag).maximize().script
}

/**
 * Whether a text in `a` needs no translation for a reader of `b`: same language, whatever the region, in the same script.
 * `es-MX` and `es`, `fa-AF` and `fa` are the same; `zh` and `zh-TW`, `sr` and `sr-Latn` are not; Cantonese and Min are, in writing, `zh-TW`.
 * A tag that is malformed or `und` is the same as nothing, itself included.
 */
export function sameLanguage(a: string, b: string): boolean {
  const left = remembered(forms, a, writtenForm)
  return left !== null && left === remembered(forms, b, writtenForm)
}

function writtenForm(input: string): string | null {
  const tag = languageTag(input)
  if (tag === null) return null
  const language = primary(tag)
  if (language === 'und') return null
  if (WRITTEN_AS_TRADITIONAL_CHINESE.has(language)) return 'zh-Hant'
  return `${language}-${scriptOf(tag) ?? ''}`
}

/** Whether the tag's language is one of those in the table, in any region (`pt` and `es-SV` are known, `tlh` is not). */
export function knownLanguage(tag: string): boolean {
  const known = languageTag(tag)
  return known !== null && primaries.has(primary(known))
}

/**
 * What the language is called, for people: in itself when `inTag` is the same language, else in English, else (other `inTag`) as CLDR
 * names it there, and in English where CLDR does not. A tag that has no name anywhere comes back as it is.
 */
export function languageName(tag: string, inTag: string): string {
  const known = languageTag(tag)
  if (known === null || known === 'und') return tag
  const reader = languageTag(inTag) ?? 'en'
  const entry = names.get(known) ?? names.get(primary(known))
  if (entry !== undefined && sameLanguage(known, reader)) return entry.own
  const cldr = Intl.DisplayNames.supportedLocalesOf(reader).length > 0 ? reader : 'en'
  if (entry !== undefined && primary(cldr) === 'en') return entry.english
  return new Intl.DisplayNames(cldr, { type: 'language', fallback: 'none' }).of(known) ?? entry?.english ?? tag
}
