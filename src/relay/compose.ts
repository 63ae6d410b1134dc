/** What staff may begin from a browser or a program: to write to families, and to call them. */

import { canInterpret } from '../core/call-interpreted.ts'
import type { Staff } from '../core/people.ts'
import type { CallUp, Composed, ComposeRequest, ComposeStore, ComposingDistrict, Idempotency, Written } from './compose-ports.ts'
import { sendTime } from './prepared.ts'

/** What is wrong with a request, in a sentence that says what to do. */
export const PROBLEMS = {
  no_phone: 'This guardian has no phone on file: send paper, or ask the family for a number.',
  no_calls: 'This family asked for no calls: write instead, or wait until they call you.',
  closed: 'It is outside the hours in which this family may be called: write, and the message waits.',
  calling: 'This call is being made already: your phone rings in a moment.',
  no_third:
    'Whom you want in the call has no phone on file, or takes no calls now: an administrator can set the interpreter line.',
  not_interpreted:
    'A machine cannot interpret this call: the school has not switched it on, or one of the languages has no voice.',
  own_phone: 'There is no phone of yours on file that could ring: ask the office to add one to the roster.',
  phone_off: 'Your own phone is switched off here, so it cannot ring: switch it on in your account first.',
  opted_out: 'This family asked to stop messages: use another way, or wait until they text START.',
  not_found: 'There is nobody with that id whom you may write to.',
  forbidden: 'Only an administrator, or a teacher whom the school allows, may send an urgent message.',
  reason: 'An urgent message needs a reason.',
  urgent_later: 'This cannot be both urgent and for later: choose one of the two.',
  past: 'That time has passed: choose a later one, or leave it empty to send at once.',
  far: 'That is more than a year away: choose an earlier time.',
  gone: 'It waits for nobody any more: it has gone out, or was canceled. What you wrote was not sent.',
  no_household: 'There is nobody with that id and a phone whom you may reach.',
  key_reused: 'This Idempotency-Key came before with another request: use a new key.',
} as const

/** Nobody means a time further away; hours are worked out little further. */
const LONGEST_HOURS = 366 * 24

const noNumber = (buy: number) =>
  `Every school number is taken for this family’s phone: buy ${buy} more ${buy === 1 ? 'number' : 'numbers'} and run \`homeline numbers sync\`; then send again.`

/** Takes a message of a staff member: one exchange a phone, each with the time at which it may go. */
export function compose(store: ComposeStore, request: ComposeRequest): Promise<Composed> {
  return store.inDistrict(request.districtId, async (district) => {
    const { staffId, idempotency } = request
    const staff = await district.staff(staffId)
    if (staff === null) return { kind: 'not_found', problem: PROBLEMS.not_found }
    return once(district, staffId, idempotency, () => composeOnce(district, staff, request))
  })
}

/** Does what is asked for once: a repeat under the same key gets the first answer. What was refused may be asked for again. */
async function once(
  district: ComposingDistrict,
  staffId: string,
  idempotency: Idempotency | null,
  work: () => Promise<Composed>,
): Promise<Composed> {
  if (idempotency === null) return work()
  const before = await district.remember(staffId, idempotency.key, idempotency.digest)
  if (before.kind === 'reused') return { kind: 'key_reused', problem: PROBLEMS.key_reused }
  if (before.kind === 'known') return { kind: 'accepted', exchanges: before.exchanges }
  const composed = await work()
  await district.answer(staffId, idempotency.key, composed.kind === 'accepted' ? composed.exchanges : null)
  return composed
}

async function composeOnce(district: ComposingDistrict, staff: Staff, request: ComposeRequest): Promise<Composed> {
  const { desk = null, notBefore = null, byVoice = false, instead = null, replaces = null } = request
  const wrong = wrongWish(district.moment.now, request)
  if (wrong !== null) return { kind: 'wrong', problem: wrong }
  const writer = await writerOf(district, staff, desk)
  if (writer === null) return { kind: 'not_found', problem: PROBLEMS.not_found }
  const all = await district.recipients(writer, request.to)
  if (all === null) return { kind: 'not_found', problem: PROBLEMS.not_found }
  if (request.urgent && staff.scope.kind === 'own' && all.some((r) => !r.teachersMayUrgent))
    return { kind: 'forbidden', problem: PROBLEMS.forbidden }
  const settled = instead === null ? null : await district.takeBack(staff.id, instead)
  if (settled === 'not_found') return { kind: 'not_found', problem: PROBLEMS.not_found }
  if (settled === 'gone') return { kind: 'wrong', problem: PROBLEMS.gone }
  const recipients = all.filter(({ household }) => household === null || !settled?.has(household.id))
  const reachable = recipients.filter((r) => r.household !== null && !r.household.optedOut)
  const conversations = await district.open(desk ?? staff.id, reachable, !('guardian' in request.to))
  const messages = recipients.map((recipient): Written & { readonly problem: string | null } => {
    const base = {
      id: district.newId(),
      staffId: staff.id,
      guardianId: recipient.guardianId,
      body: request.body,
      urgent: request.urgent,
      reason: request.urgent ? request.reason : null,
      notBefore,
      byVoice,
    }
    const failed = (failure: NonNullable<Written['failure']>, problem: string) =>
      ({ ...base, conversationId: null, status: 'failed', sendAfter: null, hold: null, failure, problem }) as const
    if (recipient.household === null) return failed('no_phone', PROBLEMS.no_phone)
    if (recipient.household.optedOut) return failed('opted_out', PROBLEMS.opted_out)
    if (byVoice && recipient.household.refusesCalls) return failed('opted_out', PROBLEMS.no_calls)
    const conversation = conversations.get(recipient.household.id)
    if (conversation === undefined || conversation.kind === 'no_number')
      return failed('no_number', noNumber(conversation?.buy ?? 1))
    if (conversation.kind === 'waits')
      return {
        ...base,
        conversationId: conversation.id,
        status: 'held',
        sendAfter: null,
        hold: 'no_number',
        failure: null,
        problem: null,
      }
    const { status, sendAfter, hold } = sendTime(district.moment.now, {
      urgent: request.urgent,
      optedOut: false,
      hours: recipient.hours,
      notBefore,
    })
    return { ...base, conversationId: conversation.id, status, sendAfter, hold, failure: null, problem: null }
  })
  const [only] = messages
  if (('guardian' in request.to || 'unknown' in request.to) && only?.problem != null)
    return { kind: 'unreachable', problem: only.problem }
  // Last of all: what is refused leaves the message that waits as it is.
  if (replaces !== null && !(await district.takeBackOne(staff, replaces))) return { kind: 'gone', problem: PROBLEMS.gone }
  await district.write(messages, request.picture ?? null)
  const ids = messages.map(({ id }) => id)
  if ('class' in request.to) await district.announce(staff.id, { kind: 'class', id: request.to.class }, ids, instead)
  if ('school' in request.to) await district.announce(staff.id, { kind: 'school', id: request.to.school }, ids, instead)
  return { kind: 'accepted', exchanges: messages.map(({ id, status, sendAfter }) => ({ id, status, sendAfter })) }
}

/** With whose rights somebody writes: who staffs a desk reaches all of its school, in its name, whatever classes are taught beside it. Null: it is no desk of theirs. */
async function writerOf(district: ComposingDistrict, staff: Staff, desk: string | null): Promise<Staff | null> {
  if (desk === null) return staff
  const school = await district.deskSchool(staff.id, desk)
  return school === null ? null : { ...staff, id: desk, scope: { kind: 'schools', schools: [school] } }
}

/** What is wrong with the way and the time that somebody asks for; null: nothing. */
function wrongWish(now: Temporal.Instant, { urgent, reason, notBefore = null }: ComposeRequest): string | null {
  if (urgent && (reason ?? '').trim() === '') return PROBLEMS.reason
  if (notBefore === null) return null
  if (urgent) return PROBLEMS.urgent_later
  if (Temporal.Instant.compare(notBefore, now) <= 0) return PROBLEMS.past
  return now.until(notBefore).total('hours') > LONGEST_HOURS ? PROBLEMS.far : null
}

/** Opens the conversation of a staff member, or of a desk that this one staffs, with a guardian's household, so that there is a page to write on. */
export function openConversation(
  store: ComposeStore,
  request: { readonly districtId: string; readonly staff: Staff; readonly guardianId: string; readonly desk: string | null },
): Promise<
  { readonly kind: 'open'; readonly id: string } | { readonly kind: 'not_found' | 'unreachable'; readonly problem: string }
> {
  return store.inDistrict(request.districtId, async (district) => {
    const { staff, guardianId, desk } = request
    const writer = await writerOf(district, staff, desk)
    const [recipient] = (writer === null ? null : await district.recipients(writer, { guardian: guardianId })) ?? []
    if (recipient === undefined) return { kind: 'not_found', problem: PROBLEMS.not_found }
    if (recipient.household === null) return { kind: 'unreachable', problem: PROBLEMS.no_phone }
    const conversation = (await district.open(desk ?? staff.id, [recipient], true)).get(recipient.household.id)
    return conversation === undefined || conversation.kind === 'no_number'
      ? { kind: 'unreachable', problem: noNumber(conversation?.buy ?? 1) }
      : { kind: 'open', id: conversation.id }
  })
}

/** Makes a call between a staff member's own phone, which rings first, and a family's. Only within the family's hours: nothing waits. */
export function callFamily(store: ComposeStore, request: CallUp): Promise<Composed> {
  return store.inDistrict(request.districtId, (district) =>
    once(district, request.staff.id, request.idempotency, () => callOnce(district, request)),
  )
}

async function callOnce(district: ComposingDistrict, request: CallUp): Promise<Composed> {
  const { staff, guardianId } = request
  const [recipient] = (await district.recipients(staff, { guardian: guardianId })) ?? []
  if (recipient === undefined) return { kind: 'not_found', problem: PROBLEMS.not_found }
  const { household } = recipient
  if (household === null) return { kind: 'unreachable', problem: PROBLEMS.no_phone }
  if (household.optedOut || household.refusesCalls) return { kind: 'unreachable', problem: PROBLEMS.no_calls }
  const time = sendTime(district.moment.now, { urgent: false, optedOut: false, hours: recipient.hours, notBefore: null })
  if (time.status !== 'queued') return { kind: 'unreachable', problem: PROBLEMS.closed }
  const conversation = (await district.open(staff.id, [recipient], false)).get(household.id)
  if (conversation === undefined || conversation.kind !== 'open')
    return { kind: 'unreachable', problem: noNumber(conversation?.kind === 'no_number' ? conversation.buy : 1) }
  const own = await district.ownPhone(conversation.id)
  if (own !== 'ready') return { kind: 'unreachable', problem: own === 'off' ? PROBLEMS.phone_off : PROBLEMS.own_phone }
  if (await district.isCalling(conversation.id)) return { kind: 'unreachable', problem: PROBLEMS.calling }
  const third = request.with === null ? null : await district.third(recipient.schoolId, request.with)
  if (request.with !== null && third === null) return { kind: 'unreachable', problem: PROBLEMS.no_third }
  const languages = request.interpreted ? await district.interpreted(conversation.id) : null
  if (request.interpreted && (languages === null || !canInterpret(languages)))
    return { kind: 'unreachable', problem: PROBLEMS.not_interpreted }
  const id = district.newId()
  const mode = request.interpreted ? 'interpreted' : third === null ? null : 'room'
  const { guardianId: named } = recipient
  await district.writeCall({ id, conversationId: conversation.id, staffId: staff.id, guardianId: named, mode, third })
  return { kind: 'accepted', exchanges: [{ id, status: 'queued', sendAfter: district.moment.now }] }
}
