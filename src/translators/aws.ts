/** Amazon Translate. What it does and does not do: the developer guide of Amazon Translate, "TranslateText". */

import { TranslateClient as Translate, type TranslateClient, TranslateTextCommand } from '@aws-sdk/client-translate'
import { factSpans } from '../core/facts.ts'
import type { TranslationAnswer, TranslationRequest, Translator } from '../relay/ports.ts'

/** Codes that Amazon Translate shares with BCP 47 (developer guide, "Supported languages"). */
const SAME_CODES = new Set(
  (
    'af am ar az bg bn bs ca cs cy da de el en es es-MX et fa fa-AF fi fr fr-CA ga gu ha he hi hr ht hu hy id is it ja ka kk kn ko lt lv ' +
    'mk ml mn mr ms mt nl no pa pl ps pt pt-PT ro ru si sk sl so sq sr sv sw ta te th tl tr uk ur uz vi'
  ).split(' '),
)

/** Codes that differ. Portuguese without a country is Brazil's there, Chinese is told apart by country. */
const OTHER_CODES: Readonly<Record<string, string>> = {
  zh: 'zh',
  'zh-Hans': 'zh',
  'zh-Hant': 'zh-TW',
  'zh-TW': 'zh-TW',
  'zh-HK': 'zh-TW',
  'zh-MO': 'zh-TW',
  fil: 'tl',
  nb: 'no',
  nn: 'no',
}

/** The service's code for a BCP 47 tag, tried ever shorter (`es-CO` to `es`); null when it does not have the language. */
export function awsLanguageCode(tag: string): string | null {
  for (let part = Intl.getCanonicalLocales(tag)[0] ?? ''; part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('-')))) {
    const code = OTHER_CODES[part] ?? (SAME_CODES.has(part) ? part : null)
    if (code) return code
  }
  return null
}

/** The script that readers of a tag expect (CLDR, likely subtags). */
function scriptOf(tag: string): string | undefined {
  return new Intl.Locale(tag).maximize().script
}

const SERBIAN_CYRILLIC = [...'абвгдђежзијклљмнњопрстћуфхцчџш']
const SERBIAN_LATIN = 'a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š'.split(' ')

/** Serbian in Latin letters, which stand one for one for the Cyrillic ones; the service has no code for it. What is Latin stays. */
function inLatin(serbian: string): string {
  return serbian.replace(/\p{Script=Cyrillic}/gu, (letter) => {
    const small = letter.toLowerCase()
    const latin = SERBIAN_LATIN[SERBIAN_CYRILLIC.indexOf(small)] ?? letter
    return letter === small ? latin : latin.charAt(0).toUpperCase() + latin.slice(1)
  })
}

function isSerbianInLatin(tag: string): boolean {
  return awsLanguageCode(tag) === 'sr' && scriptOf(tag) === 'Latn'
}

/** The service's code for a tag, where what it writes is in the script that readers of the tag expect; null otherwise. */
function codeInScript(tag: string): string | null {
  const code = awsLanguageCode(tag)
  return code !== null && (isSerbianInLatin(tag) || scriptOf(tag) === scriptOf(code)) ? code : null
}

/** Targets whose formality can be chosen (developer guide, "Setting formality"); elsewhere the setting is ignored. */
const FORMAL_TARGETS = new Set(['nl', 'fr', 'fr-CA', 'de', 'hi', 'it', 'ja', 'ko', 'pt-PT', 'es', 'es-MX'])

/** Most bytes of UTF-8 that one request may hold (quota "Input text size" of TranslateText). */
const MOST_BYTES = 10_000

const TIME_LIMIT_MS = 10_000

/** Failures that another try cannot mend. */
const FOR_GOOD = new Set(['UnsupportedLanguagePairException', 'TextSizeLimitExceededException', 'InvalidRequestException'])

const OPEN = '<span translate="no">'
const CLOSE = '</span>'

function escapeHtml(text: string): string {
  return text.replace(/&/gu, '&amp;').replace(/</gu, '&lt;').replace(/>/gu, '&gt;')
}

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }

function unescapeHtml(html: string): string {
  return html.replace(/&(?:amp|lt|gt|quot|#39);/gu, (entity) => ENTITIES[entity] ?? entity)
}

/** A text as HTML in which names, links, times and numbers are marked not to be translated. */
function markUp(text: string, names: readonly string[]): { readonly html: string; readonly kept: readonly string[] } {
  const kept: string[] = []
  let html = ''
  let done = 0
  for (const { start, end } of factSpans(text, names)) {
    const piece = escapeHtml(text.slice(start, end))
    kept.push(piece)
    html += escapeHtml(text.slice(done, start)) + OPEN + piece + CLOSE
    done = end
  }
  return { html: html + escapeHtml(text.slice(done)), kept }
}

/** The text of translated HTML; null when a mark is not back exactly once. */
function markDown(html: string, kept: readonly string[]): string | null {
  const back = [...html.matchAll(/<span translate="no">([^<]*)<\/span>/gu)].map((match) => match[1] ?? '')
  const bare = html.replaceAll(OPEN, '').replaceAll(CLOSE, '')
  const same = JSON.stringify([...back].sort()) === JSON.stringify([...kept].sort())
  // A stray mark makes the service answer with its inner token in place of the text (aws/aws-sdk-ruby issue 3191).
  return same && !/[<>]|DNT_/u.test(bare) ? unescapeHtml(bare) : null
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Cuts a text into stretches that fit a request: between sentences, in a sentence too long between words. */
function stretches(text: string, granularity: 'sentence' | 'word' = 'sentence'): readonly string[] {
  if (bytes(text) <= MOST_BYTES) return [text]
  const made: string[] = []
  for (const { segment } of new Intl.Segmenter('und', { granularity }).segment(text)) {
    const last = made.at(-1)
    if (last !== undefined && bytes(last + segment) <= MOST_BYTES) made[made.length - 1] = last + segment
    else made.push(...(granularity === 'sentence' ? stretches(segment, 'word') : [segment]))
  }
  return made
}

type Codes = { readonly from: string; readonly to: string }

async function ask(client: TranslateClient, text: string, { from, to }: Codes, signal: AbortSignal): Promise<string> {
  const command = new TranslateTextCommand({
    Text: text,
    SourceLanguageCode: from,
    TargetLanguageCode: to,
    ...(FORMAL_TARGETS.has(to) ? { Settings: { Formality: 'FORMAL' } } : {}),
  })
  const answer = await client.send(command, { abortSignal: signal })
  return answer.TranslatedText ?? ''
}

async function translateStretch(
  client: TranslateClient,
  text: string,
  names: readonly string[],
  codes: Codes,
  signal: AbortSignal,
): Promise<string> {
  const words = text.trim()
  if (words === '') return text
  const trail = text.slice(text.trimEnd().length)
  const { html, kept } = markUp(words, names)
  if (bytes(html) <= MOST_BYTES) {
    const translated = markDown(await ask(client, html, codes, signal), kept)
    if (translated !== null) return translated + trail
  }
  // Without marks; the guard on facts decides whether the outcome may go out.
  return (await ask(client, words, codes, signal)) + trail
}

async function translate(client: TranslateClient, request: TranslationRequest): Promise<TranslationAnswer> {
  const from = awsLanguageCode(request.from)
  const to = awsLanguageCode(request.to)
  if (!from || !to) return { kind: 'unsupported', reason: 'language not in Amazon Translate' }
  const serbianInLatin = isSerbianInLatin(request.to)
  if (codeInScript(request.to) === null) return { kind: 'unsupported', reason: 'script not in Amazon Translate' }
  if (from === to) return { kind: 'translated', text: serbianInLatin ? inLatin(request.text) : request.text, by: 'aws' }
  const signal = AbortSignal.timeout(TIME_LIMIT_MS)
  // The signal does not end the search for credentials, which may wait on the network.
  const expired = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
  const work = async () => {
    const translated: string[] = []
    for (const stretch of stretches(request.text)) {
      translated.push(await translateStretch(client, stretch, request.names, { from, to }, signal))
    }
    return translated.join('')
  }
  try {
    const text = await Promise.race([work(), expired])
    return { kind: 'translated', text: serbianInLatin ? inLatin(text) : text, by: 'aws' }
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown error'
    return { kind: FOR_GOOD.has(reason) ? 'unsupported' : 'unavailable', reason }
  }
}

/**
 * Amazon Translate as a translator. Credentials come from where the SDK finds them. The source language is always named (`auto` would
 * call and bill a second service), formal address is asked for where it exists, nothing is retried here: the caller does, with back-off.
 */
export function createAwsTranslator(region: string): Translator {
  const client = new Translate({ region, maxAttempts: 1 })
  return {
    name: 'aws',
    translate: (request) => translate(client, request),
    covers: async (language) => (codeInScript(language) === null ? 'none' : 'all'),
  }
}
