/**
 * What the relay asks of the outside: types only. Carriers and translators implement these; main puts them together.
 */

import type { E164 } from '../core/phone-number.ts'

/** A text handed to the carrier. Numbers appear here and nowhere above the carrier and the store. */
export type OutboundText = {
  readonly from: E164
  readonly to: E164
  readonly body: string
  /** Named in the status callback's path, so that a callback settles the attempt whatever became of the answer. */
  readonly districtId: string
  readonly attemptId: string
  /** Seconds the carrier may try, 1 to 36000; the message expires there so that it cannot arrive after hours. */
  readonly validitySeconds: number
}

/**
 * What became of a hand-over. `unknown` means that the carrier may or may not have taken it: never send again by itself.
 * `retry` means that it was certainly not taken.
 */
export type HandOver =
  | { readonly kind: 'accepted'; readonly sid: string }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'retry'; readonly code: number | null; readonly afterSeconds: number | null }
  | { readonly kind: 'unknown' }

/** One row of the carrier's own list of what it sent, as far as reconciliation needs it. */
export type CarrierRecord = {
  readonly sid: string
  readonly body: string
  readonly status: string
  readonly errorCode: number | null
  readonly createdAt: Temporal.Instant
}

/** The telephone company. Every call ends within 30 s. */
export type Carrier = {
  /** Hands one text over, once; never retries. */
  readonly send: (text: OutboundText) => Promise<HandOver>
  /** Outbound texts of one pair since an instant, newest first; null when the carrier cannot be asked now. */
  readonly sentSince: (from: E164, to: E164, since: Temporal.Instant) => Promise<readonly CarrierRecord[] | null>
}

/** A text to be put into another language. */
export type TranslationRequest = {
  readonly text: string
  /** BCP 47 */
  readonly from: string
  /** BCP 47 */
  readonly to: string
  /** Names that must come back letter for letter: students, guardians, staff. */
  readonly names: readonly string[]
}

/**
 * `unsupported` is an answer for good (no such pair, not in the phrasebook); `unavailable` may pass and is tried again with back-off.
 * `reason` is for the log: it holds no part of the text.
 */
export type TranslationAnswer =
  | { readonly kind: 'translated'; readonly text: string; readonly by: string }
  | { readonly kind: 'unsupported'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string }

/** A translation engine. Ends within 10 s; never throws for an expected failure. */
export type Translator = {
  readonly name: string
  readonly translate: (request: TranslationRequest) => Promise<TranslationAnswer>
}

/** Which language a text is in: BCP 47, or `und`; confidence 0 to 1. `home` holds the household's languages. */
export type Detector = (text: string, home?: readonly string[]) => { readonly language: string; readonly confidence: number }
