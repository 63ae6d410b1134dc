/** Files that Twilio keeps: fetched with the account's credentials from its own hosts alone, within a time and a size. */

import { TIME_LIMIT_MS, type TwilioAccount } from './client.ts'

/** What an address gave: the file and what it says of its type, or the status that came instead; null: no answer within the time. */
export type TwilioFile = { readonly bytes: Buffer; readonly type: string } | { readonly status: number } | 'too_large' | null

const MOST_REDIRECTS = 3

/** Fetches a path below the account's API. `get` is the platform's `fetch`: the SDK reads answers as text. */
export async function fetchFile(account: TwilioAccount, get: typeof fetch, path: string, mostBytes: number): Promise<TwilioFile> {
  const origin = new URL(account.apiUrl ?? 'https://api.twilio.com').origin
  const credentials = `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`
  const signal = AbortSignal.timeout(TIME_LIMIT_MS)
  try {
    let url = `${origin}${path}`
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const answer = await get(url, {
        redirect: 'manual',
        signal,
        // Another host is asked with what the address itself allows: the credentials are for the API alone.
        headers: new URL(url).origin === origin ? { authorization: credentials } : {},
      })
      const next = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null
      if (next === null) return await readFile(answer, mostBytes)
      await answer.body?.cancel()
      if (!URL.canParse(next, url) || !isCarriers(new URL(next, url), origin)) return null
      url = new URL(next, url).href
    }
  } catch {
    // The network, or the time limit.
  }
  return null
}

/**
 * Twilio's own hosts, and the one of Amazon on which it keeps the media of accounts that do not protect them: an address from elsewhere would make this
 * server ask anybody for anything.
 */
function isCarriers(url: URL, origin: string): boolean {
  if (url.origin === origin) return true
  const known = /(?:(?:^|\.)(?:twilio\.com|twiliocdn\.com)|^s3-external-1\.amazonaws\.com)$/
  return url.protocol === 'https:' && url.port === '' && known.test(url.hostname)
}

async function readFile(answer: Response, mostBytes: number): Promise<TwilioFile> {
  if (answer.status !== 200 || answer.body === null) {
    await answer.body?.cancel()
    return { status: answer.status }
  }
  const type = (answer.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of answer.body) {
    size += part.length
    // Leaving the loop cancels what is still to come.
    if (size > mostBytes) return 'too_large'
    parts.push(part)
  }
  return { bytes: Buffer.concat(parts), type }
}
