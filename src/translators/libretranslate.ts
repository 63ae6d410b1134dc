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
  return { name: 'libretranslate', translate: (request) => translate(url, apiKey, request) }
}
