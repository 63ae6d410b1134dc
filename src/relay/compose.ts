/** What staff may do from a browser or a program: write to families, and settle what waits or is unknown. */

import type { Due } from '../core/delivery.ts'
import type { Status } from '../core/exchange.ts'
import type { SchoolHours } from '../core/hours.ts'
import type { Staff } from '../core/people.ts'
import type { Moment } from './ports.ts'
import { sendTime } from './prepare.ts'

/** Whom a message is for; sourcedIds. */
export type Target =
  | { readonly guardian: string }
  | { readonly student: string }
  | { readonly class: string }
  | { readonly school: string }

/** One message as a staff member wrote it. */
export type ComposeRequest = {
  readonly districtId: string
  readonly staffId: string
  readonly to: Target
  readonly body: string
  readonly urgent: boolean
  readonly reason: string | null
  /** With a key a repeat gives the first answer again; `digest` tells another body under the same key. */
  readonly idempotency: { readonly key: string; readonly digest: Buffer } | null
}

/** An exchange as the API answers it at once; `sendAfter` null: no time is known. */
export type Accepted = { readonly id: string; readonly status: string; readonly sendAfter: Temporal.Instant | null }

/**
 * `not_found`: no such target, or not one that this staff member may reach (the two look alike). `unreachable`: a single guardian without
 * a phone or opted out, or no proxy number is free. `forbidden`: urgent without the right. `wrong`: the text cannot be taken. `key_reused`: the
 * idempotency key came before with another body. `problem` is one plain sentence for the sender.
 */
export type Composed =
  | { readonly kind: 'accepted'; readonly exchanges: readonly Accepted[] }
  | { readonly kind: 'not_found' | 'unreachable' | 'forbidden' | 'wrong' | 'key_reused'; readonly problem: string }

/** What a person decides about an exchange that is held or whose hand-over is unknown. */
export type Action = 'again' | 'dismiss' | 'release' | 'cancel'

/** `not_found`: no such exchange, or not one that this person may settle; `conflict`: the exchange is not in a state for it. */
export type Acted = { readonly kind: 'done'; readonly status: string; readonly sendAfter: Temporal.Instant | null } | { readonly kind: 'not_found' | 'conflict' | 'forbidden'; readonly problem: string }

/** A phone that a message would go to, or why it cannot. */
export type Recipient = {
  readonly guardianId: string
  readonly schoolId: string
  /** Null: no phone that takes texts. */
  readonly household: { readonly id: string; readonly optedOut: boolean } | null
  readonly hours: Due['hours']
  /** Whether this school lets teachers send urgent messages. */
  readonly teachersMayUrgent: boolean
}

/** One district inside the transaction of one request. */
export type ComposingDistrict = {
  readonly moment: Moment
  readonly newId: () => string
  readonly staff: (staffId: string) => Promise<Staff | null>
  /** What a key was answered before; `fresh` when it is new (and now taken). */
  readonly remember: (staffId: string, key: string, digest: Buffer) => Promise<{ kind: 'fresh' } | { kind: 'reused' } | { kind: 'known'; exchanges: readonly Accepted[] }>
  readonly answer: (staffId: string, key: string, exchanges: readonly Accepted[] | null) => Promise<void>
  /** One a phone (and one a guardian without a phone); null when the target is not there for this staff member. */
  readonly recipients: (staff: Staff, to: Target) => Promise<readonly Recipient[] | null>
  readonly open: (staffId: string, recipients: readonly Recipient[]) => Promise<ReadonlyMap<string, { kind: 'open'; id: string } | { kind: 'no_number'; buy: number }>>
  readonly write: (messages: readonly Written[]) => Promise<void>
  /** What a person may act on: null when it is not there for this staff member. */
  readonly exchange: (staff: Staff, exchangeId: string) => Promise<{ readonly hold: string | null; readonly teachersMayUrgent: boolean } | null>
  readonly act: (exchangeId: string, action: Action, staffId: string) => Promise<Acted>
  readonly setHours: (schoolId: string, hours: SchoolHours, staffId: string, timeOf: typeof sendTime) => Promise<number>
}

/** A message as it is written down: with a conversation, or failed at once with the reason. */
export type Written = {
  readonly id: string
  readonly staffId: string
  readonly guardianId: string
  readonly conversationId: string | null
  readonly body: string
  readonly urgent: boolean
  readonly reason: string | null
  readonly status: Status
  readonly sendAfter: Temporal.Instant | null
  readonly hold: 'hours' | 'no_hours' | null
  readonly failure: 'no_phone' | 'opted_out' | 'no_number' | null
}

/** The store as staff's messages see it; the work is one transaction, taken back whole when it throws. */
export type ComposeStore = { readonly inDistrict: <T>(districtId: string, work: (district: ComposingDistrict) => Promise<T>) => Promise<T> }

const PROBLEMS = {
  no_phone: 'This guardian has no phone that takes texts: call, or send paper.',
  opted_out: 'This family asked to stop messages: use another way, or wait until they text START.',
  not_found: 'There is nobody with that id whom you may write to.',
  forbidden: 'Only an administrator, or a teacher whom the school allows, may send an urgent message.',
  reason: 'An urgent message needs a reason.',
  key_reused: 'This Idempotency-Key came before with another message: use a new key.',
} as const

const noNumber = (buy: number) =>
  `Every school number is taken for this family’s phone: buy ${buy} more ${buy === 1 ? 'number' : 'numbers'} and run \`homeline numbers sync\`; then send again.`

/** Takes a message of a staff member: one exchange a phone, each with the time at which it may go. */
export function compose(store: ComposeStore, request: ComposeRequest): Promise<Composed> {
  return store.inDistrict(request.districtId, async (district) => {
    const { staffId, idempotency } = request
    const staff = await district.staff(staffId)
    if (staff === null) return { kind: 'not_found', problem: PROBLEMS.not_found }
    if (idempotency === null) return composeOnce(district, staff, request)
    const before = await district.remember(staffId, idempotency.key, idempotency.digest)
    if (before.kind === 'reused') return { kind: 'key_reused', problem: PROBLEMS.key_reused }
    if (before.kind === 'known') return { kind: 'accepted', exchanges: before.exchanges }
    const composed = await composeOnce(district, staff, request)
    await district.answer(staffId, idempotency.key, composed.kind === 'accepted' ? composed.exchanges : null)
    return composed
  })
}

async function composeOnce(district: ComposingDistrict, staff: Staff, request: ComposeRequest): Promise<Composed> {
  if (request.urgent && (request.reason ?? '').trim() === '') return { kind: 'wrong', problem: PROBLEMS.reason }
  const recipients = await district.recipients(staff, request.to)
  if (recipients === null) return { kind: 'not_found', problem: PROBLEMS.not_found }
  if (request.urgent && staff.scope.kind === 'own' && recipients.some((r) => !r.teachersMayUrgent)) return { kind: 'forbidden', problem: PROBLEMS.forbidden }
  const reachable = recipients.filter((r) => r.household !== null && !r.household.optedOut)
  const conversations = await district.open(staff.id, reachable)
  const messages = recipients.map((recipient): Written & { readonly problem: string | null } => {
    const base = { id: district.newId(), staffId: staff.id, guardianId: recipient.guardianId, body: request.body, urgent: request.urgent, reason: request.urgent ? request.reason : null }
    const failed = (failure: NonNullable<Written['failure']>, problem: string) =>
      ({ ...base, conversationId: null, status: 'failed', sendAfter: null, hold: null, failure, problem }) as const
    if (recipient.household === null) return failed('no_phone', PROBLEMS.no_phone)
    if (recipient.household.optedOut) return failed('opted_out', PROBLEMS.opted_out)
    const conversation = conversations.get(recipient.household.id)
    if (conversation?.kind !== 'open') return failed('no_number', noNumber(conversation?.buy ?? 1))
    const { status, sendAfter, hold } = sendTime(district.moment.now, { urgent: request.urgent, optedOut: false, hours: recipient.hours })
    return { ...base, conversationId: conversation.id, status, sendAfter, hold, failure: null, problem: null }
  })
  const [only] = messages
  if ('guardian' in request.to && only?.problem != null) return { kind: 'unreachable', problem: only.problem }
  await district.write(messages)
  return { kind: 'accepted', exchanges: messages.map(({ id, status, sendAfter }) => ({ id, status, sendAfter })) }
}

/** Settles an exchange that is held or unknown. Sending now what hours hold is urgent and needs that right. */
export function act(store: ComposeStore, request: { readonly districtId: string; readonly staff: Staff; readonly exchangeId: string; readonly action: Action }): Promise<Acted> {
  return store.inDistrict(request.districtId, async (district) => {
    const { staff, exchangeId, action } = request
    const exchange = await district.exchange(staff, exchangeId)
    if (exchange === null) return { kind: 'not_found', problem: 'There is no such message.' }
    const beatsHours = action === 'release' && (exchange.hold === 'hours' || exchange.hold === 'no_hours')
    if (beatsHours && staff.scope.kind === 'own' && !exchange.teachersMayUrgent) return { kind: 'forbidden', problem: PROBLEMS.forbidden }
    return district.act(exchangeId, action, staff.id)
  })
}

/** Sets a school's hours; what they hold is timed anew. Whoever calls has checked that this person may. */
export async function setHours(store: ComposeStore, request: { readonly districtId: string; readonly staff: Staff; readonly schoolId: string; readonly hours: SchoolHours }): Promise<void> {
  await store.inDistrict(request.districtId, (district) => district.setHours(request.schoolId, request.hours, request.staff.id, sendTime))
}
