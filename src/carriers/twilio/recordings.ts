/** Recordings at Twilio: fetched with the account's credentials, then deleted there. */

import type { RecordingCarrier, RecordingFile } from '../../relay/call-ports.ts'
import { createClient, TIME_LIMIT_MS, type TwilioAccount, type TwilioHttp, within } from './client.ts'

/** Twenty minutes of Twilio's WAV (16 bits, 8,000 a second). */
const MOST_BYTES = 20 * 1024 * 1024

const MOST_REDIRECTS = 3

/** A recording's states in which no file will come (Twilio, Recordings). */
const NEVER: ReadonlySet<unknown> = new Set(['absent', 'deleted'])

/** The recording port. `get` is the platform's `fetch`: the SDK reads answers as text. */
export function createTwilioRecordings(account: TwilioAccount, http?: TwilioHttp, get: typeof fetch = fetch): RecordingCarrier {
  const client = createClient(account, undefined, http)
  const origin = new URL(account.apiUrl ?? 'https://api.twilio.com').origin
  const path = (sid: string) => `/2010-04-01/Accounts/${account.accountSid}/Recordings/${encodeURIComponent(sid)}.wav`
  return {
    fetchRecording: async (sid) => {
      const file = await fetchFile(account, get, origin, `${origin}${path(sid)}`)
      if (file.kind !== 'not_yet') return file
      // The file lags behind its recording, and looks the same then as one that will never be there.
      const status = await within<unknown>(
        client
          .recordings(sid)
          .fetch()
          .then(
            (recording) => recording.status,
            () => null,
          ),
        null,
      )
      return NEVER.has(status) ? { kind: 'gone' } : file
    },
    deleteRecording: (sid) =>
      within<'done' | 'unavailable'>(
        client
          .recordings(sid)
          .remove()
          .then(
            (removed) => (removed ? 'done' : 'unavailable'),
            (error: unknown) => ((error as { status?: number }).status === 404 ? 'done' : 'unavailable'),
          ),
        'unavailable',
      ),
  }
}

async function fetchFile(account: TwilioAccount, get: typeof fetch, origin: string, first: string): Promise<RecordingFile> {
  const credentials = `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`
  const signal = AbortSignal.timeout(TIME_LIMIT_MS)
  try {
    let url = first
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const answer = await get(url, {
        redirect: 'manual',
        signal,
        // Another host is asked with what the address itself allows: the credentials are for the API alone.
        headers: new URL(url).origin === origin ? { authorization: credentials } : {},
      })
      const next = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null
      if (next === null) return await readFile(answer)
      await answer.body?.cancel()
      if (!URL.canParse(next, url) || !isCarriers(new URL(next, url), origin)) return { kind: 'unavailable' }
      url = new URL(next, url).href
    }
  } catch {
    // The network, or the time limit.
  }
  return { kind: 'unavailable' }
}

/** Twilio's own hosts: an address from elsewhere would make this server ask anybody for anything. */
function isCarriers(url: URL, origin: string): boolean {
  if (url.origin === origin) return true
  return url.protocol === 'https:' && url.port === '' && /(?:^|\.)(?:twilio\.com|twiliocdn\.com)$/.test(url.hostname)
}

async function readFile(answer: Response): Promise<RecordingFile> {
  const type = (answer.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const usable = answer.status === 200 && /^audio\/[a-z0-9.+-]{1,60}$/.test(type)
  if (!usable || answer.body === null) {
    await answer.body?.cancel()
    if (answer.status === 404) return { kind: 'not_yet' }
    return { kind: answer.status === 410 ? 'gone' : 'unavailable' }
  }
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of answer.body) {
    size += part.length
    // Leaving the loop cancels what is still to come.
    if (size > MOST_BYTES) return { kind: 'gone' }
    parts.push(part)
  }
  return size === 0 ? { kind: 'not_yet' } : { kind: 'file', bytes: Buffer.concat(parts), type }
}
