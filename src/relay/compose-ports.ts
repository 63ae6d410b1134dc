/** What staff's messages ask of the store, and what they are answered: types only, as in `ports.ts`. */

import type { Due } from '../core/delivery.ts'
import type { Status } from '../core/exchange.ts'
import type { SchoolHours, Week } from '../core/hours.ts'
import type { Staff } from '../core/people.ts'
import type { StoredPicture } from './picture-ports.ts'
import type { Moment } from './ports.ts'

/** Whom a message is for; sourcedIds. */
export type Target =
  | { readonly guardian: string }
  | { readonly student: string }
  | { readonly class: string }
  | { readonly school: string }
  /** The phone of a desk's conversation of which nobody knows whose it is. */
  | { readonly unknown: string }

/** With a key a repeat gives the first answer again; `digest` tells another body under the same key. */
export type Idempotency = { readonly key: string; readonly digest: Buffer }

/** One message as a staff member wrote it. */
export type ComposeRequest = {
  readonly districtId: string
  readonly staffId: string
  /** The desk in whose name it is written; absent or null: in the staff member's own. */
  readonly desk?: string | null
  readonly to: Target
  readonly body: string
  /** Goes along where the phone takes pictures; absent or null: none. */
  readonly picture?: StoredPicture | null
  readonly urgent: boolean
  readonly reason: string | null
  /** When it may go at the earliest; absent or null: as soon as the hours allow. */
  readonly notBefore?: Temporal.Instant | null
  /** Whether a voice is to say it, whatever the family's phone could take; absent: no. */
  readonly byVoice?: boolean
  /** The announcement to these of which this takes the place where it waits for its chosen time; absent or null: it is a new one. */
  readonly instead?: string | null
  /** The one message that waits of which this takes the place; absent or null: none. */
  readonly replaces?: string | null
  readonly idempotency: Idempotency | null
}

/** An exchange as the API answers it at once; `sendAfter` null: no time is known. */
export type Accepted = { readonly id: string; readonly status: string; readonly sendAfter: Temporal.Instant | null }

/**
 * `not_found`: no such target, or not one that this staff member may reach (the two look alike). `unreachable`: a single guardian without
 * a phone or opted out, or no proxy number is free. `forbidden`: urgent without the right. `wrong`: the text cannot be taken. `gone`: the message whose
 * place it takes waits no more. `key_reused`: the idempotency key came before with another body. `problem` is one plain sentence for the sender.
 */
export type Composed =
  | { readonly kind: 'accepted'; readonly exchanges: readonly Accepted[] }
  | { readonly kind: 'not_found' | 'unreachable' | 'forbidden' | 'wrong' | 'gone' | 'key_reused'; readonly problem: string }

/** What a person decides about an exchange that is held or whose hand-over is unknown. */
export type Action = 'again' | 'dismiss' | 'release' | 'cancel'

/** Who settles which exchange, and how. */
export type ActRequest = {
  readonly districtId: string
  readonly staff: Staff
  readonly exchangeId: string
  readonly action: Action
  /** Why what the hours hold goes at once; empty: whoever was asked gave none, and it is refused. Absent: a program, which is not asked. */
  readonly reason?: string
  /** Whether this person is shown it in a task, as whoever calls has checked: then it need not be one of their own conversations. Absent: no. */
  readonly inTask?: boolean
}

/** Whose announcement goes now, or not at all, where it still waits for its time. */
export type ActOnAllRequest = {
  readonly districtId: string
  readonly staff: Staff
  readonly announcementId: string
  readonly action: 'release' | 'cancel'
}

/** `not_found`: no such exchange, or not one that this person may settle; `conflict`: the exchange is not in a state for it. */
export type Acted =
  | { readonly kind: 'done'; readonly status: string; readonly sendAfter: Temporal.Instant | null }
  | { readonly kind: 'not_found' | 'conflict' | 'forbidden'; readonly problem: string }

/** A phone that a message would go to, or why it cannot. */
export type Recipient = {
  /** Null: nobody knows whose phone it is. */
  readonly guardianId: string | null
  readonly schoolId: string
  /** Null: no phone. `optedOut`: nothing may be sent to it; `refusesCalls`: it may not be called. */
  readonly household: { readonly id: string; readonly optedOut: boolean; readonly refusesCalls: boolean } | null
  readonly hours: Due['hours']
  /** Whether this school lets teachers send urgent messages. */
  readonly teachersMayUrgent: boolean
}

/** One district inside the transaction of one request. */
export type ComposingDistrict = {
  readonly moment: Moment
  readonly newId: () => string
  readonly staff: (staffId: string) => Promise<Staff | null>
  /** The school of a desk that this person staffs; null: there is no such desk, or not for this person. */
  readonly deskSchool: (staffId: string, desk: string) => Promise<string | null>
  /** What a key was answered before; `fresh` when it is new (and now taken). */
  readonly remember: (
    staffId: string,
    key: string,
    digest: Buffer,
  ) => Promise<{ kind: 'fresh' } | { kind: 'reused' } | { kind: 'known'; exchanges: readonly Accepted[] }>
  readonly answer: (staffId: string, key: string, exchanges: readonly Accepted[] | null) => Promise<void>
  /** One a phone (and one a guardian without a phone); null when the target is not there for this staff member. */
  readonly recipients: (staff: Staff, to: Target) => Promise<readonly Recipient[] | null>
  readonly open: (
    /** A person or a desk. */
    staffSide: string,
    recipients: readonly Recipient[],
    /** Whether messages may wait for a number that is still to be bought. */
    mayWait: boolean,
  ) => Promise<ReadonlyMap<string, { kind: 'open' | 'waits'; id: string } | { kind: 'no_number'; buy: number }>>
  /** `picture`: of all of them. */
  readonly write: (messages: readonly Written[], picture: StoredPicture | null) => Promise<void>
  /** Writes down that these messages are one, to a class or a school; `id`: of the announcement of which they take the place, null: a new one. */
  readonly announce: (
    staffId: string,
    target: { readonly kind: 'class' | 'school'; readonly id: string },
    exchanges: readonly string[],
    id: string | null,
  ) => Promise<void>
  /** Takes back what waits of a person's announcement for its chosen time; gives the households for which nothing did any more. `gone`: it waits for nobody. */
  readonly takeBack: (staffId: string, announcementId: string) => Promise<ReadonlySet<string> | 'not_found' | 'gone'>
  /** Takes back one message that waits. False: it waits no more (somebody else took it back, or it has gone out), or is not there for this person. */
  readonly takeBackOne: (staff: Staff, exchangeId: string) => Promise<boolean>
  /** Gives the staff side of a conversation a number where its phone has none yet; `none`: there is no phone, or no number is free; `off`: it is switched off. */
  readonly ownPhone: (conversationId: string) => Promise<'ready' | 'off' | 'none'>
  /** Writes down a call to be made at once. */
  readonly writeCall: (call: {
    readonly id: string
    readonly conversationId: string
    readonly staffId: string
    readonly guardianId: string | null
    readonly mode: 'room' | 'interpreted' | null
    readonly third: Third | null
  }) => Promise<void>
  /** Whether such a call is about to be made, rings or is on: it is not made twice. */
  readonly isCalling: (conversationId: string) => Promise<boolean>
  /** The phone of whoever is asked into a call; null: none on file. */
  readonly third: (schoolId: string, who: NonNullable<CallUp['with']>) => Promise<Third | null>
  /** What a machine would interpret between; null: the school has not switched that on. */
  readonly interpreted: (conversationId: string) => Promise<{ readonly staff: string; readonly family: string } | null>
  /** What a person may act on: null when it is not there for this staff member. `staff` null: whoever it is, that was asked before. */
  readonly exchange: (
    staff: Staff | null,
    exchangeId: string,
  ) => Promise<{
    readonly hold: string | null
    /** Whether it waits for a time that its writer chose. */
    readonly scheduled: boolean
    readonly teachersMayUrgent: boolean
  } | null>
  readonly act: (exchangeId: string, action: Action, staffId: string, reason?: string) => Promise<Acted>
  /** Takes the chosen time off: it goes as soon as the hours allow. */
  readonly sendWithoutWaiting: (exchangeId: string, staffId: string, timeOf: TimeOf) => Promise<Acted>
  /** What still waits for its chosen time of an announcement that this person wrote; null: there is no such announcement of this person. */
  readonly scheduledOf: (staffId: string, announcementId: string) => Promise<readonly string[] | null>
  readonly pin: (owner: { readonly owner: 'household' | 'staff'; readonly id: string }, anew: boolean) => Promise<string>
  /** Writes down who was given the PIN of a guardian's household: it opens what others wrote, too. */
  readonly notePin: (staffId: string, guardianId: string) => Promise<void>
  /** Texts a household its PIN, over the number of its conversation with the staff member. */
  readonly textPin: (conversationId: string, pin: string) => Promise<void>
  readonly setCalls: (schoolId: string, settings: CallSettings, staffId: string) => Promise<void>
  readonly letTeachersSendUrgent: (schoolId: string, teachers: boolean, staffId: string) => Promise<void>
  /** Whether they are set: not where they are no longer of that version; null: whatever they are. */
  readonly setHours: (
    schoolId: string,
    hours: SchoolHours,
    staffId: string,
    timeOf: TimeOf,
    version: number | null,
  ) => Promise<boolean>
  readonly setOwnPhone: (staffId: string, setting: OwnPhoneSetting, timeOf: TimeOf) => Promise<void>
}

/** A message as it is written down: with a conversation, or failed at once with the reason. */
export type Written = {
  readonly id: string
  readonly staffId: string
  readonly guardianId: string | null
  readonly conversationId: string | null
  readonly body: string
  readonly urgent: boolean
  readonly reason: string | null
  readonly status: Status
  readonly sendAfter: Temporal.Instant | null
  readonly hold: 'hours' | 'no_hours' | 'no_number' | null
  readonly notBefore: Temporal.Instant | null
  readonly byVoice: boolean
  readonly failure: 'no_phone' | 'opted_out' | 'no_number' | null
}

/** A phone that is asked into a call. */
export type Third = { readonly phoneId: string; readonly side: 'aide' | 'interpreter' }

/** A call as a staff member asks for it: alone, with an aide or the school's interpreter line, or interpreted by a machine. */
export type CallUp = {
  readonly districtId: string
  readonly staff: Staff
  readonly guardianId: string
  readonly with: 'interpreter' | { readonly staff: string } | null
  readonly interpreted: boolean
  readonly idempotency: Idempotency | null
}

/** Whose PIN is asked for: a guardian's household's, or (null) the staff member's own. `text`: it is texted to the family too. */
export type PinRequest = {
  readonly districtId: string
  readonly staff: Staff
  readonly guardianId: string | null
  readonly anew: boolean
  readonly text: boolean
  readonly idempotency: Idempotency | null
}

/** `not_found`: nobody with a phone whom this staff member may reach. */
export type PinGiven =
  | { readonly kind: 'given'; readonly pin: string }
  | { readonly kind: 'not_found' | 'key_reused'; readonly problem: string }

/** What a school decides about calls. `interpreterLine`: a number in E.164, or null for none. */
export type CallSettings = {
  readonly interpreterLine?: string | null
  readonly interpretedCalls?: boolean
  readonly rescueOtherGuardian?: boolean
}

/** Whether a staff member's own phone is reached at all, and when. */
export type OwnPhoneSetting = {
  readonly isOff: boolean
  /** Narrower than the school's staff hours; null: as they are. */
  readonly hours: Week | null
}

/** The store as staff's messages see it; the work is one transaction, taken back whole when it throws. */
export type ComposeStore = {
  readonly inDistrict: <T>(districtId: string, work: (district: ComposingDistrict) => Promise<T>) => Promise<T>
}

/** When a message may be handed over: `sendTime` of `prepare`. */
export type TimeOf = (
  now: Temporal.Instant,
  message: {
    readonly urgent: boolean
    readonly optedOut: boolean
    readonly hours: Due['hours']
    readonly notBefore: Temporal.Instant | null
  },
) => {
  readonly status: Extract<Status, 'held' | 'queued'>
  readonly sendAfter: Temporal.Instant | null
  readonly hold: 'hours' | 'no_hours' | null
}
