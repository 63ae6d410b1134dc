/** The questions that are asked again at the very moment of a hand-over. */

import type { Direction, Status } from './exchange.ts'
import { type Openings, openingsAt, type SideHours } from './hours.ts'

/** What is known of a due exchange when it is about to be handed over. */
export type Due = {
  readonly direction: Direction
  readonly author: 'person' | 'gateway'
  readonly notice: string | null
  readonly urgent: boolean
  readonly optedOut: boolean
  /** Whether the staff member whom it goes to has switched the own phone off. */
  readonly phoneOff: boolean
  readonly conversationEnded: boolean
  /** The side's allowed hours in its own zone; null: the school has none. */
  readonly hours: SideHours | null
  /** How long ago the text that a notice answers came in, in seconds by the database's clock; null for everything else. */
  readonly answerAge: number | null
}

/** Hand over now with this validity in seconds, wait, end, or leave it to be read in the browser. */
export type DeliveryDecision =
  | { readonly kind: 'keep' }
  | { readonly kind: 'hand_over'; readonly validitySeconds: number }
  | { readonly kind: 'hold'; readonly until: Temporal.Instant | null; readonly hold: 'hours' | 'no_hours' }
  | {
      readonly kind: 'end'
      readonly status: Extract<Status, 'canceled'>
      readonly why: 'opted_out' | 'phone_off' | 'conversation_ended' | 'too_late'
    }

/** Twilio's greatest ValidityPeriod, in seconds. */
const MOST_VALIDITY = 36_000
/** A notice that answers a person's own text may go outside hours for this long. */
const ANSWER_SECONDS = 300
/** The one confirmation that may follow a STOP (47 CFR 64.1200(a)(12)). */
const AFTER_STOP = new Set(['stop_done'])

/** Notices of a sign-in go at once, at any hour: their reader waits for them, or must know. For so many seconds they are of use. */
const OF_SIGN_IN: Readonly<Record<string, number>> = { login_code: 600, factor_reset: MOST_VALIDITY }

/** Decides one hand-over. A hold can have lasted a weekend: everything is asked anew. `openings` is `openingsAt` of the same instant. */
export function decideDelivery(now: Temporal.Instant, due: Due, openings: Openings = openingsAt(now)): DeliveryDecision {
  // A staff phone that said STOP, or is switched off, gets nothing: what families write stays where the staff member reads it.
  if ((due.optedOut || due.phoneOff) && due.direction === 'to_staff' && due.author === 'person') return { kind: 'keep' }
  if (due.optedOut && !AFTER_STOP.has(due.notice ?? '')) return { kind: 'end', status: 'canceled', why: 'opted_out' }
  if (due.phoneOff) return { kind: 'end', status: 'canceled', why: 'phone_off' }
  if (due.conversationEnded) return { kind: 'end', status: 'canceled', why: 'conversation_ended' }
  if (due.urgent) return { kind: 'hand_over', validitySeconds: MOST_VALIDITY }
  const asked = due.author === 'gateway' ? OF_SIGN_IN[due.notice ?? ''] : undefined
  if (asked !== undefined) return { kind: 'hand_over', validitySeconds: asked }
  const answers = due.author === 'gateway' && due.answerAge !== null
  const left = answers ? ANSWER_SECONDS - Math.ceil(due.answerAge ?? 0) : 0
  if (left >= 30) return { kind: 'hand_over', validitySeconds: left }
  const allowed = inHours(now, due, openings)
  return answers && allowed.kind === 'hold' ? { kind: 'end', status: 'canceled', why: 'too_late' } : allowed
}

function inHours(now: Temporal.Instant, due: Due, openings: Openings): Exclude<DeliveryDecision, { kind: 'end' }> {
  if (due.hours === null) return { kind: 'hold', until: null, hold: 'no_hours' }
  const time = openings(due.hours)
  if (time === null) return { kind: 'hold', until: null, hold: 'no_hours' }
  if (Temporal.Instant.compare(time.at, now) > 0) return { kind: 'hold', until: time.at, hold: 'hours' }
  return { kind: 'hand_over', validitySeconds: time.validitySeconds }
}
