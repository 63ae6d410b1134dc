/** What calls that we make ask of the store: types only, as in `ports.ts`. */

import type { DeliveryDecision, Due } from '../core/delivery.ts'
import type { E164 } from '../core/phone-number.ts'
import type { HandOver, Moment } from './ports.ts'

/** A committed call that the carrier may be asked to make. */
export type ReadyCall = {
  readonly callId: string
  readonly districtId: string
  readonly from: E164
  readonly to: E164
  /** For how long it rings, and for how long it may last: the window's end is an end of the call. */
  readonly ringSeconds: number
  readonly mostSeconds: number
  /** Whether the carrier is to tell a machine from a person. */
  readonly detectMachine: boolean
}

/** What came of asking the carrier. */
export type CallOutcome = { readonly callId: string; readonly outcome: HandOver | { readonly kind: 'not_called' } }

/** A call of which nobody has told how it ended, or whether the carrier took it at all (`sid` null). */
export type OpenCall = {
  readonly callId: string
  readonly sid: string | null
  /** The call is to end: the room that it belongs to is over. */
  readonly hangUp: boolean
  readonly from: E164
  /** Null: a caller who withholds the number. */
  readonly to: E164 | null
  readonly startedAt: Temporal.Instant
}

/** How a call ended, in the carrier's word (`completed`, `busy`, `no-answer`, `failed`, `canceled`), and for how long it lasted. */
export type CallEnd = { readonly word: string; readonly seconds: number; readonly errorCode: number | null }

/** The store as `ring` sees it. */
export type RingStore = {
  /** In one transaction: due heads of lanes with what waits behind them, each decided, and a call for each that may be made now. */
  readonly claim: (
    districtId: string,
    limit: number,
    decide: (now: Temporal.Instant, due: Due) => DeliveryDecision,
  ) => Promise<{ readonly calls: readonly ReadyCall[]; readonly decided: number }>
  readonly record: (districtId: string, outcomes: readonly CallOutcome[]) => Promise<void>
  /** Calls about which the carrier is to be asked, leased for a minute. */
  readonly dueLooks: (
    districtId: string,
    limit: number,
  ) => Promise<{ readonly moment: Moment; readonly calls: readonly OpenCall[] }>
  /** Takes the carrier's call for ours, unless it is another's; gives whether it did. */
  readonly adopt: (districtId: string, callId: string, sid: string) => Promise<boolean>
  readonly lookAgain: (districtId: string, callId: string, seconds: number) => Promise<void>
  /** The carrier says that it is over. */
  readonly end: (districtId: string, callId: string, end: CallEnd) => Promise<void>
  /** The carrier does not know it after all: what it was to say has failed, event `unknown`, and the sender is asked. */
  readonly giveUp: (districtId: string, callId: string) => Promise<void>
}

/** A call of the carrier's own list. */
export type CallRecord = { readonly sid: string; readonly status: string }

/** The telephone company, as calls need it. Every request ends within 30 s and is not repeated. */
export type CallCarrier = {
  readonly call: (call: ReadyCall) => Promise<HandOver>
  /** Calls of ours from one number to another since an instant, newest first; null when the carrier cannot be asked now. */
  readonly callsSince: (from: E164, to: E164, since: Temporal.Instant) => Promise<readonly CallRecord[] | null>
  /** What the carrier says of a call now; `end` null: it still lasts; one that it knows no more has failed. Null: the carrier cannot be asked. */
  readonly callNow: (sid: string) => Promise<{ readonly end: CallEnd | null } | null>
}
