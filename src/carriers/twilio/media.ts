/** What came with texts, at Twilio: listed, fetched with the account's credentials, then deleted there. */

import type { MediaCarrier, Medium, MediumFile } from '../../relay/picture-ports.ts'
import { createClient, type TwilioAccount, type TwilioHttp, within } from './client.ts'
import { fetchFile, type TwilioFile } from './files.ts'
import { isMediumSid } from './forms.ts'

/** Twice what a picture message may hold. */
const MOST_BYTES = 10 * 1024 * 1024

/** The media port. `get` is the platform's `fetch`: the SDK reads answers as text. */
export function createTwilioMedia(account: TwilioAccount, http?: TwilioHttp, get: typeof fetch = fetch): MediaCarrier {
  const client = createClient(account, undefined, http)
  return {
    mediaOf: (messageSid) =>
      within<readonly Medium[] | null>(
        client
          .messages(messageSid)
          .media.list({ limit: 50 })
          .then(
            (media) =>
              media
                .filter(({ sid }) => isMediumSid(sid))
                .map(({ sid, contentType }) => ({ sid, type: typeof contentType === 'string' ? contentType : null }))
                // All of a message have one date: their sids are an order that does not change while some of them go.
                .sort((a, b) => (a.sid < b.sid ? -1 : 1)),
            () => null,
          ),
        null,
      ),
    fetchMedium: async (messageSid, mediumSid) => {
      const message = encodeURIComponent(messageSid)
      const path = `/2010-04-01/Accounts/${account.accountSid}/Messages/${message}/Media/${encodeURIComponent(mediumSid)}`
      return asMedium(await fetchFile(account, get, path, MOST_BYTES))
    },
    deleteMedium: (messageSid, mediumSid) =>
      within<'done' | 'unavailable'>(
        client
          .messages(messageSid)
          .media(mediumSid)
          .remove()
          .then(
            (removed) => (removed ? 'done' : 'unavailable'),
            (error: unknown) => ((error as { status?: number }).status === 404 ? 'done' : 'unavailable'),
          ),
        'unavailable',
      ),
  }
}

/** A 404 lags behind its webhook at times (Twilio, "Intermittent 404 Errors When Accessing Media URLs"). */
function asMedium(file: TwilioFile): MediumFile {
  if (file === 'too_large') return { kind: 'too_large' }
  if (file === null) return { kind: 'unavailable' }
  if ('status' in file) return { kind: file.status === 404 ? 'not_yet' : file.status === 410 ? 'gone' : 'unavailable' }
  return file.bytes.length === 0 ? { kind: 'not_yet' } : { kind: 'file', bytes: file.bytes }
}
