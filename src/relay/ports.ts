/**
 * What the relay asks of the outside: types only. Carriers and translators implement these; main puts them together.
 */

import type { DeliveryDecision, Due } from '../core/delivery.ts'
import type { TranslationCover } from '../core/language-coverage.ts'
import type { E164 } from '../core/phone-number.ts'
import type { Wordings } from '../core/wordings.ts'

/**
 * That a text did not come to us directly: through the fallback receiver, or found by the sweep in the carrier's list. `at` is when the receiver
 * got it, or when the carrier did (whole seconds), each by its own clock.
 */
export type Detour = { readonly via: 'fallback' | 'sweep'; readonly at: Temporal.Instant }

/** A step of the path that works district by district. */
export type Step = 'prepare' | 'deliver' | 'ring' | 'reconcile' | 'fetch' | 'interpret' | 'seal' | 'words' | 'export'

/** A text from a phone to one of our numbers. `from` null: withheld, or not a phone number (a short code, an alphanumeric sender). */
export type InboundText = {
  readonly kind: 'text'
  readonly sid: string
  readonly from: E164 | null
  readonly to: E164
  readonly body: string
  /** What came with it, pictures or not; at most `MOST_MEDIA` of `core/picture.ts`. */
  readonly media: readonly InboundMedium[]
  readonly detour: Detour | null
}

/** Something that came with a text. `sid` null: the carrier named none, as in its list; `type` is its MIME type by the carrier's word. */
export type InboundMedium = { readonly sid: string | null; readonly type: string | null }

/** What the carrier tells of a text that we handed over. The ids come from the callback's own path. */
export type StatusCallback = {
  readonly kind: 'status'
  readonly sid: string
  readonly status: string
  readonly errorCode: number | null
  readonly districtId: string
  readonly attemptId: string
}

/** What lets whoever holds it fetch one picture, `until` so many seconds of the Unix epoch. */
export type PictureLink = { readonly fileId: string; readonly until: number; readonly signature: string }

/** A text handed to the carrier. Numbers appear here and nowhere above the carrier and the store. */
export type OutboundText = {
  readonly from: E164
  readonly to: E164
  readonly body: string
  /** Pictures that go along; the carrier fetches them from us. */
  readonly pictures: readonly PictureLink[]
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

/** A text to one of our numbers as the carrier's own list has it: what its webhook would have brought, under the same key. */
export type ListedText = { readonly key: string; readonly raw: Buffer; readonly reachedAt: Temporal.Instant }

/** Which of them: to a number, from an instant to another. */
export type ListRange = { readonly to: E164; readonly from: Temporal.Instant; readonly until: Temporal.Instant }

/** The carrier's list of what came to our numbers. It may lag by hours. Every call ends within 30 s. */
export type CarrierList = {
  /** A page of at most 200, newest first, and where the next one is; null when the carrier cannot be asked now. `page` null: the first. */
  readonly received: (
    range: ListRange,
    page: string | null,
  ) => Promise<{ readonly texts: readonly ListedText[]; readonly next: string | null } | null>
}

/** How far the carrier's list has been read: to `until`; a day back at `deep`. */
export type Swept = { readonly until: Temporal.Instant; readonly deep: Temporal.Instant }

/** One of our numbers, as the sweep looks at it. */
export type SweptNumber = { readonly number: E164; readonly districtId: string | null; readonly adoptedAt: Temporal.Instant }

/** The store as the sweep sees it. */
export type SweepStore = {
  /** The database's clock, and how far the last sweep came; null: none yet. */
  readonly begin: () => Promise<{ readonly now: Temporal.Instant; readonly swept: Swept | null }>
  /** Every number that may have had a text since an instant. */
  readonly numbersSince: (since: Temporal.Instant) => Promise<readonly SweptNumber[]>
  /** Those that neither the inbox nor the log of the number's district has. */
  readonly missing: (number: SweptNumber, texts: readonly ListedText[]) => Promise<readonly ListedText[]>
  /** Puts them into the inbox in the order given, each once under its key. */
  readonly keep: (texts: readonly ListedText[]) => Promise<void>
  readonly end: (swept: Swept) => Promise<void>
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
  /** The district's own wordings, where the engine writes known sentences; absent: none. */
  readonly wordings?: Wordings | undefined
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
  /** How much of a language (BCP 47) it puts into English and back. Ends within 3 s. */
  readonly covers: (language: string) => Promise<TranslationCover>
}

/** Which language a text is in: BCP 47, or `und`; confidence 0 to 1. `home` holds the household's languages. */
export type Detector = (text: string, home?: readonly string[]) => { readonly language: string; readonly confidence: number }

/** The two clocks: `now` for hours and `sendAfter` (it carries the demo's offset), `database` for leases, limits and the log. */
export type Moment = { readonly now: Temporal.Instant; readonly database: Temporal.Instant }

/** A committed attempt that the carrier may be called for. */
export type ReadyAttempt = {
  readonly attemptId: string
  readonly exchangeId: string
  readonly districtId: string
  readonly from: E164
  readonly to: E164
  readonly body: string
  readonly pictures: readonly PictureLink[]
  readonly validitySeconds: number
}

/** What came of an attempt. */
export type AttemptOutcome = {
  readonly attemptId: string
  readonly exchangeId: string
  readonly outcome: HandOver | { readonly kind: 'not_called' }
}

/** The store as `deliver` sees it. */
export type DeliverStore = {
  /** In one transaction: locks due heads of lanes, decides each, writes holds, ends and attempts. */
  readonly claim: (
    districtId: string,
    limit: number,
    decide: (now: Temporal.Instant, due: Due) => DeliveryDecision,
  ) => Promise<{ readonly attempts: readonly ReadyAttempt[]; readonly decided: number }>
  readonly record: (districtId: string, outcomes: readonly AttemptOutcome[]) => Promise<void>
}

/** An attempt whose outcome is unknown and about which the carrier is to be asked. */
export type UnknownAttempt = {
  readonly attemptId: string
  readonly exchangeId: string
  readonly from: E164
  readonly to: E164
  readonly body: string
  readonly startedAt: Temporal.Instant
  readonly looks: number
}

/** The store as reconciliation sees it. */
export type ReconcileStore = {
  readonly dueLooks: (
    districtId: string,
    limit: number,
  ) => Promise<{ readonly moment: Moment; readonly attempts: readonly UnknownAttempt[] }>
  /** Takes the carrier's record for the attempt's own, unless another attempt has it; gives whether it did. */
  readonly adopt: (districtId: string, attempt: UnknownAttempt, record: CarrierRecord) => Promise<boolean>
  readonly lookAgain: (districtId: string, attemptId: string, seconds: number) => Promise<void>
  /** The carrier does not know it after all: failed, event `unknown`, and the sender is asked. */
  readonly giveUp: (districtId: string, attempt: UnknownAttempt) => Promise<void>
}
