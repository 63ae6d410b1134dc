/**
 * What the simulated telephone world is made of: types only. Numbers are E.164, instants UTC.
 */

import type { CallRecord, Recording } from './call-world.ts'
import type { Tables } from './journal.ts'
import type { Later } from './webhook.ts'

/** An account at the simulated Twilio. */
export type Account = { readonly sid: string; readonly authToken: string; readonly friendlyName: string }

/** A number that an account owns, with its webhooks; an empty URL means that nothing is called. */
export type OwnedNumber = {
  readonly sid: string
  readonly accountSid: string
  readonly phoneNumber: string
  readonly friendlyName: string
  readonly smsUrl: string
  readonly smsMethod: string
  readonly smsFallbackUrl: string
  readonly smsFallbackMethod: string
  readonly voiceUrl: string
  readonly voiceMethod: string
  readonly voiceFallbackUrl: string
  readonly voiceFallbackMethod: string
  readonly statusCallback: string
  readonly statusCallbackMethod: string
  readonly created: string
  readonly updated: string
}

/** A messaging service with its numbers (their sids). A number belongs to at most one. */
export type Service = {
  readonly sid: string
  readonly accountSid: string
  readonly friendlyName: string
  readonly inboundRequestUrl: string | null
  readonly inboundMethod: string
  readonly fallbackUrl: string | null
  readonly fallbackMethod: string
  readonly statusCallback: string | null
  readonly useInboundWebhookOnNumber: boolean
  readonly numberSids: readonly string[]
  readonly created: string
  readonly updated: string
}

/** Where a message stands at Twilio. Source: Twilio Message resource, `status`. */
export type MessageStatus =
  | 'accepted'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'received'
  | 'canceled'

/** One message in Twilio's list. Instants are ISO 8601. */
export type Message = {
  readonly sid: string
  readonly accountSid: string
  readonly serviceSid: string | null
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-reply'
  readonly from: string
  readonly to: string
  readonly body: string
  /** Sids of what came or went along and is still kept. */
  readonly media?: readonly string[]
  /** Where what goes along is still to be fetched. */
  readonly mediaUrls?: readonly string[]
  readonly status: MessageStatus
  readonly errorCode: number | null
  readonly statusCallback: string | null
  /** Seconds in Twilio's queue after which it is not sent any more. */
  readonly validity: number
  readonly created: string
  readonly sent: string | null
  readonly updated: string
}

/** A picture or another file, in a phone or on its way. `type`: MIME. */
export type File = { readonly type: string; readonly base64: string }

/** What Twilio keeps of a message besides its words. */
export type Medium = File & {
  readonly sid: string
  readonly accountSid: string
  readonly messageSid: string
  readonly created: string
}

/**
 * What sort of line a number is; `no-pictures`: a mobile that takes texts alone. All but `mobile` and `no-mobile` are accepted by REST and fail later by status callback;
 * `no-mobile` is refused at once (21614).
 */
export type Line = 'mobile' | 'landline' | 'off' | 'disconnected' | 'filtered' | 'no-mobile' | 'no-pictures'

/** One text on a phone's screen: the ground truth. `other` is the number that this phone sees; `at` is by the phones' clock, ISO 8601 UTC. */
export type HandsetText = {
  readonly id: string
  readonly phone: string
  readonly kind: 'received' | 'sent'
  readonly other: string
  readonly body: string
  /** Keys of what came or went along, in the phone's own memory. */
  readonly pictures?: readonly string[]
  readonly at: string
  /** The message in Twilio's list; null for Twilio's own answers to keywords, which that list does not have. */
  readonly sid: string | null
}

/**
 * Faults on request. `rest` strikes REST calls: `down` 503 and `storm` 429 every call before anything is accepted, `reset` cuts a new message's
 * connection before, the `accept-then-` kinds after the message was taken (and it goes on to its phone). `rest` strikes `strikes` calls, null: until changed.
 */
export type Faults = {
  readonly rest:
    | 'none'
    | 'down'
    | 'storm'
    | 'reset'
    | 'accept-then-500'
    | 'accept-then-hang'
    | 'accept-then-reset'
    | 'accept-then-garbage'
  readonly strikes: number | null
  readonly retryAfterSeconds: number
  readonly callbacks: 'normal' | 'lost' | 'doubled' | 'reordered' | 'early'
  readonly inbound: 'normal' | 'lost' | 'doubled'
  /** How long a message is missing from the list. */
  readonly listLagSeconds: number
  /** How long Twilio keeps a message in its queue before it sends it. */
  readonly queueSeconds: number
}

/** No fault at all. */
export const noFaults: Faults = {
  rest: 'none',
  strikes: null,
  retryAfterSeconds: 2,
  callbacks: 'normal',
  inbound: 'normal',
  listLagSeconds: 0,
  queueSeconds: 0,
}

/** An entry of Twilio's debugger: a webhook that could not be delivered or whose answer was no TwiML. No numbers, no bodies. */
export type Alert = { readonly at: string; readonly code: number; readonly url: string; readonly why: string }

/** What the journal keeps: sids, phone numbers and pairs are the keys. */
export type Rows = {
  numbers: OwnedNumber
  services: Service
  messages: Message
  blocks: true
  lines: Line
  texts: HandsetText
  calls: CallRecord
  recordings: Recording
  media: Medium
  /** In the phones' own memories. */
  pictures: File
}

/** What the parts of the simulator share: state, clocks, and the doors to the outside. */
export type World = Tables<Rows> & {
  readonly accounts: ReadonlyMap<string, Account>
  readonly now: () => Temporal.Instant
  readonly later: Later
  readonly random: () => number
  readonly fetch: typeof fetch
  readonly stepMilliseconds: number
  readonly faults: () => Faults
  readonly alert: (code: number, url: string, why: string) => void
  readonly showOnPhone: (text: Omit<HandsetText, 'id' | 'at'>) => void
  readonly sid: (prefix: string) => string
  readonly numberOf: (phoneNumber: string) => OwnedNumber | undefined
  readonly serviceOf: (number: OwnedNumber) => Service | undefined
  /** Keeps `settled` waiting until the work is over. */
  readonly track: <T>(work: Promise<T>) => Promise<T>
  readonly pause: (milliseconds: number) => Promise<void>
}
