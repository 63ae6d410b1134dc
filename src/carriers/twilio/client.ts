/** Twilio through its own SDK; TWILIO_API_URL replaces the origin of every host and keeps the path. */

import http from 'node:http'
import https from 'node:https'
import twilio from 'twilio'
import type { Carrier, CarrierList, CarrierRecord, HandOver, ListedText, PictureLink } from '../../relay/ports.ts'
import { isErrorCode, isSid, listedForm } from './forms.ts'

/** The account to speak for. */
export type TwilioAccount = {
  readonly accountSid: string
  readonly authToken: string
  readonly apiUrl: string | null
  readonly messagingServiceSid: string | null
  /** Where Twilio reaches this server; without a slash at the end. */
  readonly publicUrl: string
}

/** Twilio's SDK client of an account. */
export type TwilioClient = ReturnType<typeof twilio>

/** How the SDK's requests travel: given an address, a form and headers, the answer; throws with a `code` when there is none. */
export type TwilioHttp = Pick<InstanceType<typeof twilio.RequestClient>, 'request'>

/** For how long a request may last. */
export const TIME_LIMIT_MS = 30_000

/** More connections than are ever wanted at once: of the SDK's twenty a hanging carrier takes all, and a text that waits for one reaches it long after it was decided on. */
const MOST_SOCKETS = 1_000

/** How long a connection may take to be there. */
const CONNECT_WITHIN_MS = 10_000

/** The SDK's own way over the network. No automatic retries: sending again is decided by the relay alone. */
function overNetwork(): TwilioHttp {
  const client = new twilio.RequestClient({
    timeout: TIME_LIMIT_MS,
    autoRetry: false,
    maxSockets: MOST_SOCKETS,
    maxTotalSockets: MOST_SOCKETS,
  })
  const { defaults } = client.axios
  defaults.httpAgent = inTime(new http.Agent({ maxSockets: MOST_SOCKETS, maxTotalSockets: MOST_SOCKETS }))
  if (defaults.httpsAgent instanceof https.Agent) defaults.httpsAgent = inTime(defaults.httpsAgent)
  return client
}

/**
 * Lets no request go out over a connection that took too long. A process that was stopped meanwhile finds the connection ready before any of its timers,
 * and would hand over what was decided long ago.
 */
function inTime<A extends http.Agent>(agent: A): A {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const begun = performance.now()
    const stream = connect(options, callback)
    for (const event of ['connect', 'secureConnect'])
      stream?.prependOnceListener(event, () => {
        if (performance.now() - begun > CONNECT_WITHIN_MS) stream.destroy(new Error('The connection was there too late.'))
      })
    return stream
  }
  return agent
}

/** Twilio names one only in a header, which the SDK's exceptions drop; it holds for the whole account. */
export type RetryAfter = { seconds: number | null }

/** Builds the SDK client over `network`. */
export function createClient(
  account: TwilioAccount,
  retryAfter: RetryAfter = { seconds: null },
  network: TwilioHttp = overNetwork(),
): TwilioClient {
  const origin = account.apiUrl === null ? null : new URL(account.apiUrl)
  const request: TwilioHttp['request'] = async (options) => {
    const uri = new URL(options.uri)
    if (origin !== null) {
      uri.protocol = origin.protocol
      uri.host = origin.host
      uri.port = origin.port
    }
    const response = await network.request({ ...options, uri: uri.toString() })
    const header = Number((response.headers as Record<string, string> | undefined)?.['retry-after'])
    retryAfter.seconds = response.statusCode === 429 && header > 0 ? Math.min(header, 600) : null
    return response as never
  }
  return twilio(account.accountSid, account.authToken, { httpClient: { request } as InstanceType<typeof twilio.RequestClient> })
}

/** The path to which the carrier sends the fate of one attempt. */
export function statusPath(districtId: string, attemptId: string): string {
  return `/webhooks/twilio/status/${districtId}/${attemptId}`
}

/** Where the carrier fetches a picture that goes along with a text: it asks without its signature, so the address is the key. */
export function picturePath(districtId: string, { fileId, until, signature }: PictureLink): string {
  return `/webhooks/twilio/picture/${districtId}/${fileId}/${until}/${signature}`
}

/** Failures before a byte of the request was written: certainly not taken. Everything else that breaks is unknown. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Rows of a page of the carrier's list. */
const PAGE = 200

/** The carrier ports over Twilio's Messages. */
export function createTwilioCarrier(account: TwilioAccount, network?: TwilioHttp): Carrier & CarrierList {
  const retryAfter: RetryAfter = { seconds: null }
  const client = createClient(account, retryAfter, network)
  return {
    send: (text) =>
      within(
        client.messages
          .create({
            from: text.from,
            to: text.to,
            body: text.body,
            ...(text.pictures.length === 0
              ? {}
              : { mediaUrl: text.pictures.map((link) => `${account.publicUrl}${picturePath(text.districtId, link)}`) }),
            statusCallback: `${account.publicUrl}${statusPath(text.districtId, text.attemptId)}`,
            validityPeriod: text.validitySeconds,
            ...(account.messagingServiceSid === null ? {} : { messagingServiceSid: account.messagingServiceSid }),
          })
          .then(
            (message): HandOver => (isSid(message.sid) ? { kind: 'accepted', sid: message.sid } : { kind: 'unknown' }),
            (error: unknown): HandOver => failure(error, retryAfter),
          ),
        { kind: 'unknown' },
      ),
    sentSince: (from, to, since) =>
      within(
        client.messages.list({ from, to, limit: 50, pageSize: 50 }).then(
          (messages) => messages.flatMap(readRecord).filter((record) => Temporal.Instant.compare(record.createdAt, since) >= 0),
          () => null,
        ),
        null,
      ),
    received: ({ to, from, until }, page) =>
      within(
        (page === null
          ? client.messages.page({
              to,
              dateSentAfter: new Date(from.epochMilliseconds),
              dateSentBefore: new Date(until.epochMilliseconds),
              pageSize: PAGE,
            })
          : client.messages.getPage(page)
        ).then(
          ({ instances, nextPageUrl }) => ({
            texts: instances.flatMap((m): ListedText[] => (m.direction === 'inbound' ? listedForm(m) : [])),
            next: nextPageUrl ?? null,
          }),
          () => null,
        ),
        null,
      ),
  }
}

/** A record of the carrier's list; none where it does not say what and when it is. */
function readRecord(m: {
  readonly sid: unknown
  readonly body: unknown
  readonly status: unknown
  readonly errorCode: unknown
  readonly dateCreated: unknown
}): CarrierRecord[] {
  const { sid, body, status, errorCode, dateCreated } = m
  const created = dateCreated instanceof Date ? dateCreated.getTime() : Number.NaN
  if (!isSid(sid) || typeof body !== 'string' || typeof status !== 'string' || Number.isNaN(created)) return []
  const createdAt = Temporal.Instant.fromEpochMilliseconds(created)
  return [
    {
      sid,
      body,
      status,
      errorCode: typeof errorCode === 'number' && isErrorCode(String(errorCode)) ? errorCode : null,
      createdAt,
    },
  ]
}

/**
 * What an error of creating a text or a call means (Twilio, error 20500: POSTs are not idempotent, so a 5xx is unknown; 20429: a 429 was
 * not processed; 401 and 403 are our set-up and nothing was sent).
 */
export function failure(error: unknown, retryAfter: RetryAfter): HandOver {
  const { status, code } = error as { status?: number; code?: number | string }
  if (typeof status === 'number') {
    const carrierCode = typeof code === 'number' && isErrorCode(String(code)) ? code : null
    if (status === 429) return { kind: 'retry', code: carrierCode, afterSeconds: retryAfter.seconds }
    if (status === 401 || status === 403) return { kind: 'retry', code: carrierCode ?? status, afterSeconds: 60 }
    if (status >= 400 && status < 500) return { kind: 'refused', code: carrierCode ?? status }
    return { kind: 'unknown' }
  }
  return typeof code === 'string' && NOT_SENT.has(code) ? { kind: 'retry', code: null, afterSeconds: null } : { kind: 'unknown' }
}

/** The SDK's own limit counts silence on the socket; this one counts the whole request. */
export async function within<T>(work: Promise<T>, otherwise: T, milliseconds: number = TIME_LIMIT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
