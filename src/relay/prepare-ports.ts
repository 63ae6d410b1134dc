/** What `prepare` reads of an exchange, what it makes of it, and the store as it sees it: types only. */

import type { Due } from '../core/delivery.ts'
import type { Direction, Status } from '../core/exchange.ts'
import type { E164 } from '../core/phone-number.ts'
import type { Wordings } from '../core/wordings.ts'
import type { LineType } from './call-ports.ts'
import type { Unseen } from './picture-ports.ts'
import type { Moment } from './ports.ts'

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
