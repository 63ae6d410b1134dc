/** Recordings at Twilio: fetched with the account's credentials, then deleted there. */

import type { RecordingCarrier, RecordingFile } from '../../relay/call-ports.ts'
import { createClient, type TwilioAccount, type TwilioHttp, within } from './client.ts'
import { fetchFile, type TwilioFile } from './files.ts'

/** Twenty minutes of Twilio's WAV (16 bits, 8,000 a second). */
const MOST_BYTES = 20 * 1024 * 1024

/** A recording's states in which no file will come (Twilio, Recordings). */
const NEVER: ReadonlySet<unknown> = new Set(['absent', 'deleted'])

/** The recording port. `get` is the platform's `fetch`: the SDK reads answers as text. */
export function createTwilioRecordings(account: TwilioAccount, http?: TwilioHttp, get: typeof fetch = fetch): RecordingCarrier {
  const client = createClient(account, undefined, http)
  const path = (sid: string) => `/2010-04-01/Accounts/${account.accountSid}/Recordings/${encodeURIComponent(sid)}.wav`
  return {
    fetchRecording: async (sid) => {
      const file = asRecording(await fetchFile(account, get, path(sid), MOST_BYTES))
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

function asRecording(file: TwilioFile): RecordingFile {
  if (file === 'too_large') return { kind: 'gone' }
  if (file === null) return { kind: 'unavailable' }
  if ('status' in file) return { kind: file.status === 404 ? 'not_yet' : file.status === 410 ? 'gone' : 'unavailable' }
  if (!/^audio\/[a-z0-9.+-]{1,60}$/.test(file.type)) return { kind: 'unavailable' }
  return file.bytes.length === 0 ? { kind: 'not_yet' } : { kind: 'file', ...file }
}
