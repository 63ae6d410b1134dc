/**
 * What the relay asks of the outside: types only. Carriers and translators implement these; main puts them together.
 */

import type { DeliveryDecision, Due } from '../core/delivery.ts'
import type { Direction, Status } from '../core/exchange.ts'
import type { TranslationCover } from '../core/language-coverage.ts'
import type { E164 } from '../core/phone-number.ts'
import type { Wordings } from '../core/wordings.ts'
import type { LineType } from './call-ports.ts'
import type { Unseen } from './picture-ports.ts'

/**
 * That a text did not come to us directly: through the fallback receiver, or found by the sweep in the carrier's list. `at` is when the receiver
 * got it, or when the carrier did (whole seconds), each by its own clock.
 */
export type Detour = { readonly via: 'fallback' | 'sweep'; readonly at: Temporal.Instant }

/** A step of the path that works district by district. */
export type Step = 'prepare' | 'deliver' | 'ring' | 'reconcile' | 'fetch' | 'interpret' | 'seal' | 'words'

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

/**
 * What came or goes with an exchange: pictures that are `kept` and whether all of them go along to the phone, how many are `waiting` at the carrier, and
 * why each of the others is not seen.
 */
export type Attached = {
  readonly kept: number
  readonly goes: boolean
  readonly waiting: number
  readonly unseen: readonly Unseen[]
}

/** Everything that `prepare` needs of one exchange. */
export type ToPrepare = {
  readonly id: string
  readonly conversationId: string
  readonly direction: Direction
  /** Whether nothing before it in its lane went out or still may. */
  readonly first: boolean
  readonly text: string
  readonly keyword: string | null
  /** What came or goes with it; null: nothing. */
  readonly attached: Attached | null
  readonly urgent: boolean
  /** When it may go at the earliest, as its writer asked; null: as soon as the hours allow. */
  readonly notBefore: Temporal.Instant | null
  /** Whether a person wrote it on a phone (and can be told there when it will arrive). */
  readonly fromPhone: boolean
  readonly createdAt: Temporal.Instant
  /** When it reached the carrier or the fallback receiver, where that is not when it reached us. */
  readonly reachedAt: Temporal.Instant | null
  readonly tries: number
  readonly guardianId: string | null
  readonly staffSide: string
  readonly staffName: string
  readonly staffLanguage: string
  /** The family's recorded languages by the way that it goes (spoken ones for a call), the addressed guardian's first; empty when nobody recorded one. */
  readonly familyLanguages: readonly string[]
  /** What a phone that nobody knows wrote last: its language is the answer's. Null: the family is known, or wrote nothing. */
  readonly unknownWords: string | null
  readonly schoolId: string
  readonly schoolName: string
  /** Of the district, ISO 3166-1. */
  readonly country: string
  /** How the family is named to staff: `Maya L.` */
  readonly familyName: string
  /** Names that a translation must leave alone. */
  readonly names: readonly string[]
  /** Whether there is a phone to hand it to. */
  readonly phone: 'ready' | 'none' | 'no_number'
  /** By which way it goes; `none`: the family's phone takes neither texts nor calls any more. */
  readonly channel: 'text' | 'call' | 'none'
  /**
   * The family's phone where this would be the first text to it, it never texted either, and nobody was asked what line it is; `landline`: how the
   * message goes if it is one, and `spoken` in which languages.
   */
  readonly unasked: {
    readonly phoneId: string
    readonly number: E164
    readonly landline: 'call' | 'none'
    readonly spoken: readonly string[]
  } | null
  /** Whether a person has said it, in the family's language, for a call. */
  readonly recorded: boolean
  /** Of a voicemail: for how many seconds it speaks; null: it is written. */
  readonly voiceSeconds: number | null
  readonly optedOut: boolean
  readonly hours: Due['hours']
  /** The IANA zone of whoever wrote it, in which times are told; null with `hours`. */
  readonly writerZone: string | null
  /** The district's own wordings of the fixed texts; absent: none. */
  readonly wordings?: Wordings | undefined
  /** Which setting of the school's hours these are; the store takes no result that was timed by older ones. */
  readonly hoursVersion: number
}

/** What `prepare` made of one exchange. */
export type Prepared = {
  readonly id: string
  /** As it was leased: a message that was made urgent meanwhile is prepared anew. */
  readonly urgent: boolean
  /** Likewise as it was leased. */
  readonly notBefore: Temporal.Instant | null
  /** Which lease this is the result of. */
  readonly tries: number
  readonly schoolId: string
  readonly hoursVersion: number
  readonly originalLanguage: string
  readonly translation: { readonly language: string; readonly text: string; readonly by: string } | null
  /** Why the text goes as it is, where it should have been translated; or that both texts go. */
  readonly translationNote: 'not_translated' | 'differs' | null
  readonly noteDetail: string | null
  /** What the engine was asked for, and in how many milliseconds it answered; absent: it was not asked. */
  readonly asked?: Asked | undefined
  /** What is handed over; null where there is no phone to hand it to. */
  readonly body: string | null
  /** Whether its pictures go along. */
  readonly withPictures: boolean
  readonly channel: 'text' | 'call'
  readonly status: Extract<Status, 'received' | 'held' | 'queued' | 'failed'>
  readonly sendAfter: Temporal.Instant | null
  /** `person`: somebody has to say it first, in a language that no voice speaks. */
  readonly hold: 'hours' | 'no_hours' | 'no_number' | 'person' | null
  readonly answer: { readonly notice: string; readonly key: string; readonly text: string; readonly language: string } | null
}

/** Between which languages (BCP 47) an engine was asked, and how long its answer took. */
export type Asked = { readonly from: string; readonly to: string; readonly milliseconds: number }

/** What is not prepared now: tried again after `seconds`, since the translator was away for that `reason`; null when it was not asked yet. */
export type Postponed = {
  readonly id: string
  readonly tries: number
  readonly seconds: number
  readonly reason: string | null
  readonly asked?: Asked | undefined
}

/** The store as `prepare` sees it. What is not under the lease any more (see `tries`) is left as it is by `finish` and `postpone`. */
export type PrepareStore = {
  /** Leases what is to be prepared now, for 60 s by the database's clock. */
  readonly lease: (
    districtId: string,
    limit: number,
  ) => Promise<{ readonly moment: Moment; readonly items: readonly ToPrepare[] }>
  readonly finish: (districtId: string, moment: Moment, done: readonly Prepared[]) => Promise<void>
  readonly postpone: (districtId: string, later: readonly Postponed[]) => Promise<void>
  /** Notes that the carrier is about to be asked what line these phones are; gives those that nobody was asked about before. */
  readonly claimLines: (districtId: string, phoneIds: readonly string[]) => Promise<readonly string[]>
  /** Keeps what the carrier said, by phone id. */
  readonly keepLines: (districtId: string, lines: ReadonlyMap<string, LineType>) => Promise<void>
}

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
