/** Twilio's webhook forms: raw bytes to what they say. */

import { asE164, isWithheld } from '../../core/phone-number.ts'
import { MOST_MEDIA } from '../../core/picture.ts'
import { cleanText } from '../../core/segments.ts'
import { isUuid } from '../../core/uuid.ts'
import type { Detour, InboundMedium, InboundText, ListedText, StatusCallback } from '../../relay/ports.ts'

const SID = /^[A-Z]{2}[0-9a-zA-Z_-]{1,64}$/
const MEDIUM_SID = /^ME[0-9a-fA-F]{32}$/

/** Whether this can be a message's sid. Twilio's are SM or MM and 32 digits; only what must not break a key is refused. */
export function isSid(value: unknown): value is string {
  return typeof value === 'string' && SID.test(value)
}

/** Whether this can be the sid of something that came with a text. */
export function isMediumSid(text: string): boolean {
  return MEDIUM_SID.test(text)
}

/** Whether this can be an error code. Twilio's have five digits; a number that no column holds would keep its message from being settled. */
export function isErrorCode(text: string): boolean {
  return /^[1-9]\d{0,8}$/.test(text)
}

/** Twilio's forms have about 60 parameters; Node takes half a second for 13,000 whose names are not ASCII. */
const MOST_PARAMETERS = 500
const AMPERSAND = 0x26

/**
 * Decodes a form body. Null when a parameter is repeated, since with one the signature covers other bytes than would be read, and when there are
 * more than any form of Twilio has.
 */
export function parseForm(raw: Buffer): Readonly<Record<string, string>> | null {
  let parameters = 1
  for (const byte of raw) if (byte === AMPERSAND) parameters++
  if (parameters > MOST_PARAMETERS) return null
  const params: Record<string, string> = Object.create(null)
  for (const [name, value] of new URLSearchParams(raw.toString('utf8'))) {
    if (name in params) return null
    params[name] = value
  }
  return params
}

/** Our own fields of a form that did not come to the server directly; the carrier has none of these names, and the signature covers them. */
const VIA = 'HomelineVia'
const REACHED_AT = 'HomelineReachedAt'

/** The fields that say how a form came to the server. */
export function detourFields(detour: Detour): Readonly<Record<string, string>> {
  return { [VIA]: detour.via, [REACHED_AT]: detour.at.toString() }
}

/** How a form came to the server; null: directly. */
export function readDetour(params: Readonly<Record<string, string>>): Detour | null {
  const [via, at] = [params[VIA], params[REACHED_AT] ?? '']
  if (via !== 'fallback' && via !== 'sweep') return null
  try {
    return { via, at: Temporal.Instant.from(at) }
  } catch {
    return null
  }
}

/** Where a status callback came to: the ids are in its path. */
export type AttemptPath = { readonly districtId: string; readonly attemptId: string }

/** The inbox key under which a form is kept once, however often it is delivered; null when it is not a form that we know. */
export function inboxKey(params: Readonly<Record<string, string>>, path: AttemptPath | null): string | null {
  const sid = params['MessageSid'] ?? ''
  if (!isSid(sid)) return null
  if (path === null) return asE164((params['To'] ?? '').trim()) === null ? null : `text:${sid}`
  const status = params['MessageStatus'] ?? ''
  if (!isUuid(path.districtId) || !isUuid(path.attemptId) || !/^[a-z_]{1,30}$/.test(status)) return null
  return `status:${sid}:${status}:${path.districtId}:${path.attemptId}`
}

/** An inbound message as the carrier's list shows it, as far as its webhook said the same. */
type ListedMessage = {
  readonly sid: string
  readonly accountSid: string
  readonly from: string
  readonly to: string
  readonly body: string
  readonly numMedia: string
  readonly numSegments: string
  readonly messagingServiceSid: string | null
  readonly dateCreated: Date
}

/** The form that the message's webhook had, marked as found by the sweep; none when it is not one that we would have kept. */
export function listedForm(m: ListedMessage): ListedText[] {
  const reachedAt = Temporal.Instant.fromEpochMilliseconds(m.dateCreated.getTime())
  const params = {
    MessageSid: m.sid,
    SmsSid: m.sid,
    SmsMessageSid: m.sid,
    AccountSid: m.accountSid,
    ...(m.messagingServiceSid === null ? {} : { MessagingServiceSid: m.messagingServiceSid }),
    From: m.from,
    To: m.to,
    Body: m.body,
    NumMedia: m.numMedia,
    NumSegments: m.numSegments,
    SmsStatus: 'received',
    ApiVersion: '2010-04-01',
    ...detourFields({ via: 'sweep', at: reachedAt }),
  }
  const key = inboxKey(params, null)
  return key === null ? [] : [{ key, raw: Buffer.from(new URLSearchParams(params).toString()), reachedAt }]
}

/** Reads an inbox row back; null when it does not hold what its key promised. */
export function readInbox(key: string, raw: Buffer): InboundText | StatusCallback | null {
  const params = parseForm(raw)
  if (params === null) return null
  const [kind, sid = '', status = '', districtId = '', attemptId = ''] = key.split(':')
  if (kind === 'status') {
    const code = params['ErrorCode'] ?? ''
    const errorCode = isErrorCode(code) ? Number(code) : null
    return { kind: 'status', sid, status, errorCode, districtId, attemptId }
  }
  const [from, to] = [(params['From'] ?? '').trim(), asE164((params['To'] ?? '').trim())]
  if (kind !== 'text' || to === null) return null
  return {
    kind: 'text',
    sid,
    from: isWithheld(from) ? null : asE164(from),
    to,
    body: cleanText(params['Body'] ?? ''),
    media: mediaIn(params),
    detour: readDetour(params),
  }
}

/** What came with a text. The list's form says how many and not which. Of an address nothing but the sid at its end is used. */
function mediaIn(params: Readonly<Record<string, string>>): InboundMedium[] {
  const count = Math.max(0, Number.parseInt(params['NumMedia'] ?? '0', 10) || 0)
  return Array.from({ length: Math.min(count, MOST_MEDIA) }, (_, i) => {
    const type = (params[`MediaContentType${i}`] ?? '').slice(0, 100)
    const sid = (params[`MediaUrl${i}`] ?? '').split('/').at(-1) ?? ''
    return { sid: isMediumSid(sid) ? sid : null, type: type === '' ? null : type }
  })
}
