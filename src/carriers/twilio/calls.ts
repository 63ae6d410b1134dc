/** Calls through Twilio's SDK: asked for once, looked up, led on, ended; and what a number is on. */

import type { CallControl, Done, LineLookUp, LineType } from '../../relay/call-ports.ts'
import type { HandOver } from '../../relay/ports.ts'
import type { CallCarrier, CallEnd, CallRecord } from '../../relay/ring-ports.ts'
import { AGAIN_PATH, callStatusPath, turnPath } from './call-paths.ts'
import { createClient, failure, type RetryAfter, type TwilioAccount, type TwilioHttp, within } from './client.ts'
import { isSid } from './forms.ts'
import { RETRIES } from './numbers.ts'
import { OVER } from './voice-forms.ts'

/** Twilio, `<Calls>`: what a call tells of, in its order. */
const EVENTS = ['initiated', 'ringing', 'answered', 'completed']

const LOOK_UP_LIMIT_MS = 5_000

/** Twilio, Lookup v2, line type intelligence; every other type tells nothing of texts or calls. */
const LINE_TYPES: ReadonlyMap<unknown, LineType> = new Map([
  ['mobile', 'mobile'],
  ['landline', 'landline'],
  ['fixedVoip', 'voip'],
  ['nonFixedVoip', 'voip'],
])

/** The call ports over Twilio's Calls and Lookup. */
export function createTwilioCalls(
  account: TwilioAccount,
  http?: TwilioHttp,
): CallCarrier & CallControl & { readonly lookUp: LineLookUp } {
  const retryAfter: RetryAfter = { seconds: null }
  const client = createClient(account, retryAfter, http)
  const update = (sid: string, change: { url: string; method: string } | { status: 'completed' }): Promise<Done> =>
    within<Done>(
      client
        .calls(sid)
        .update(change)
        .then(() => 'done' as const, undone),
      'unavailable',
    )
  return {
    call: ({ from, to, districtId, callId, ringSeconds, mostSeconds, detectMachine }) =>
      within<HandOver>(
        client.calls
          .create({
            from,
            to,
            // A turn that is asked for again is answered as before, so it may be.
            url: `${account.publicUrl}${turnPath(districtId, callId, 0)}${RETRIES}`,
            method: 'POST',
            fallbackUrl: `${account.publicUrl}${AGAIN_PATH}${RETRIES}`,
            fallbackMethod: 'POST',
            statusCallback: `${account.publicUrl}${callStatusPath(districtId, callId)}`,
            statusCallbackMethod: 'POST',
            statusCallbackEvent: EVENTS,
            timeout: ringSeconds,
            timeLimit: mostSeconds,
            // It waits for a machine's beep: what is said before would not be recorded.
            ...(detectMachine ? { machineDetection: 'DetectMessageEnd' } : {}),
          })
          .then(
            ({ sid }): HandOver => (isSid(sid) ? { kind: 'accepted', sid } : { kind: 'unknown' }),
            (error: unknown) => failure(error, retryAfter),
          ),
        { kind: 'unknown' },
      ),
    callsSince: (from, to, since) =>
      within<readonly CallRecord[] | null>(
        client.calls.list({ from, to, limit: 50, pageSize: 50 }).then(
          (calls) => calls.flatMap((call) => readRecord(call, since)),
          () => null,
        ),
        null,
      ),
    callNow: (sid) =>
      within<{ readonly end: CallEnd | null } | null>(
        client
          .calls(sid)
          .fetch()
          .then(readNow, (error: unknown) => ((error as { status?: number }).status === 404 ? FORGOTTEN : null)),
        null,
      ),
    redirect: (sid, turnUrl) => update(sid, { url: turnUrl, method: 'POST' }),
    end: (sid) => update(sid, { status: 'completed' }),
    lookUp: (number) =>
      within<LineType | null>(
        client.lookups.v2
          .phoneNumbers(number)
          .fetch({ fields: 'line_type_intelligence' })
          .then(
            ({ lineTypeIntelligence }) => LINE_TYPES.get(lineTypeIntelligence?.type) ?? 'unknown',
            // Twilio, error 20404: it knows no such number.
            (error: unknown) => ((error as { status?: number }).status === 404 ? ('unknown' as const) : null),
          ),
        null,
        LOOK_UP_LIMIT_MS,
      ),
  }
}

type Listed = { readonly sid: unknown; readonly status: unknown; readonly direction: unknown; readonly dateCreated: unknown }

/** A call that we asked for. What a `<Dial>` made (`outbound-dial`) has the same two numbers and is none of these. */
function readRecord({ sid, status, direction, dateCreated }: Listed, since: Temporal.Instant): CallRecord[] {
  const created = dateCreated instanceof Date ? dateCreated.getTime() : Number.NaN
  if (direction !== 'outbound-api' || !isSid(sid) || typeof status !== 'string' || Number.isNaN(created)) return []
  return created >= since.epochMilliseconds ? [{ sid, status }] : []
}

/** A call that the carrier knows no more: whatever it was, it is over. */
const FORGOTTEN = { end: { word: 'failed', seconds: 0, errorCode: null } } as const

function readNow({ status, duration }: { readonly status: unknown; readonly duration: unknown }): {
  readonly end: CallEnd | null
} | null {
  if (typeof status !== 'string') return null
  const seconds = typeof duration === 'string' && /^\d{1,6}$/.test(duration) ? Number(duration) : 0
  return { end: OVER.has(status) ? { word: status, seconds, errorCode: null } : null }
}

/** Twilio, error 21220: the call is not in progress. */
const NOT_IN_PROGRESS = 21220

function undone(error: unknown): Done {
  const { status, code } = error as { status?: number; code?: number | string }
  return status === 404 || code === NOT_IN_PROGRESS ? 'gone' : 'unavailable'
}
