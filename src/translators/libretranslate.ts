/** LibreTranslate: the translation server that a district can run itself (https://docs.libretranslate.com, POST /translate). */

import { z } from 'zod'
import type { TranslationAnswer, TranslationRequest, Translator } from '../relay/ports.ts'

const TIME_LIMIT_MS = 10_000

const Answer = z.object({ translatedText: z.string() })
const Refusal = z.object({ error: z.string() })

/** What it says with 400 when another try cannot help; a missing key is 400 too, and can be mended. */
const FOR_GOOD = /is not (?:supported|available)|exceeds text limit/u

/**
 * Its codes are languages without a country, but for Chinese: `zh` is Simplified, `zt` Traditional (newer servers know both as aliases). Its models
 * (argospm-index) know Norwegian as `nb` and Filipino as `tl`.
 */
function libreLanguageCode(tag: string): string {
  const base = tag.split('-', 1)[0]?.toLowerCase() ?? tag
  if (base === 'fil') return 'tl'
  if (base === 'no' || base === 'nn') return 'nb'
  return base === 'zh' && /-(?:hant|tw|hk|mo)\b/iu.test(tag) ? 'zt' : base
}

async function translate(url: URL, apiKey: string | null, request: TranslationRequest): Promise<TranslationAnswer> {
  const source = libreLanguageCode(request.from)
  const target = libreLanguageCode(request.to)
  if (source === target) return { kind: 'translated', text: request.text, by: 'libretranslate' }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ q: request.text, source, target, format: 'text', ...(apiKey === null ? {} : { api_key: apiKey }) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    })
    const body: unknown = await response.json().catch(() => null)
    if (response.status === 400 && FOR_GOOD.test(Refusal.safeParse(body).data?.error ?? '')) {
      return { kind: 'unsupported', reason: 'language or length refused by LibreTranslate' }
    }
    if (!response.ok) return { kind: 'unavailable', reason: `HTTP ${response.status}` }
    const answer = Answer.safeParse(body)
    if (!answer.success) return { kind: 'unavailable', reason: 'unexpected answer' }
    return { kind: 'translated', text: answer.data.translatedText, by: 'libretranslate' }
  } catch (error) {
    return { kind: 'unavailable', reason: error instanceof Error ? error.name : 'unknown error' }
  }
}

/**
 * A LibreTranslate server as a translator.
 * @param baseUrl where the server is, without `/translate`
 * @param apiKey its key, null when it asks for none
 */
export function createLibreTranslator(baseUrl: string, apiKey: string | null): Translator {
  const url = new URL('translate', baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`)
  const languages = createLanguageList(new URL('languages', url))
  return {
    name: 'libretranslate',
    translate: (request) => translate(url, apiKey, request),
    covers: async (language) => {
      const known = await languages()
      if (known === null) return 'unknown'
      const code = libreLanguageCode(language)
      return known.has(code) || known.has(SCRIPT_ALIASES[code] ?? code) ? 'all' : 'none'
    },
  }
}

/** Newer servers name Chinese by its scripts. */
const SCRIPT_ALIASES: Readonly<Record<string, string>> = { zh: 'zh-Hans', zt: 'zh-Hant' }

const Languages = z.array(z.object({ code: z.string(), targets: z.array(z.string()).optional() }))
const LIST_TIME_LIMIT_MS = 3_000
const LIST_FRESH_MS = 10 * 60_000

/** The codes that the server puts into English and back (GET /languages), asked for once in ten minutes; null: it did not say. */
function createLanguageList(url: URL): () => Promise<ReadonlySet<string> | null> {
  let known: { readonly codes: ReadonlySet<string>; readonly at: number } | null = null
  const ask = async () => {
    try {
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(LIST_TIME_LIMIT_MS) })
      const list = Languages.safeParse(response.ok ? await response.json() : null)
      if (!list.success) return null
      const intoEnglish = list.data.filter(({ code, targets }) => code === 'en' || (targets ?? ['en']).includes('en'))
      const fromEnglish = list.data.find(({ code }) => code === 'en')?.targets
      return new Set(intoEnglish.flatMap(({ code }) => (fromEnglish === undefined || fromEnglish.includes(code) ? [code] : [])))
    } catch {
      return null
    }
  }
  return async () => {
    if (known !== null && performance.now() - known.at < LIST_FRESH_MS) return known.codes
    const codes = await ask()
    if (codes !== null) known = { codes, at: performance.now() }
    return codes
  }
}
