/** What staff decide from a browser or a program: what becomes of what waits or is unknown, hours, own phones, PINs, and what a guardian or a school allows. */

import type { SchoolHours } from '../core/hours.ts'
import type { Staff } from '../core/people.ts'
import { PROBLEMS } from './compose.ts'
import type {
  Acted,
  ActOnAllRequest,
  ActRequest,
  CallSettings,
  ComposeStore,
  ComposingDistrict,
  OwnPhoneSetting,
  PinGiven,
  PinRequest,
} from './compose-ports.ts'
import { sendTime } from './prepared.ts'

/** Settles an exchange that is held or unknown. Sending now what hours hold is urgent and needs that right. */
export function act(store: ComposeStore, request: ActRequest): Promise<Acted> {
  return store.inDistrict(request.districtId, async (district) => {
    const { staff, exchangeId, action, reason, inTask = false } = request
    const exchange = await district.exchange(inTask ? null : staff, exchangeId)
    if (exchange === null) return { kind: 'not_found', problem: 'There is no such message.' }
    // A task asks for a number, and not for another time than its writer chose.
    if (action === 'release' && exchange.scheduled && !inTask) return district.sendWithoutWaiting(exchangeId, staff.id, sendTime)
    const beatsHours = action === 'release' && (exchange.hold === 'hours' || exchange.hold === 'no_hours')
    if (beatsHours && staff.scope.kind === 'own' && !exchange.teachersMayUrgent)
      return { kind: 'forbidden', problem: PROBLEMS.forbidden }
    if (beatsHours && reason === '') return { kind: 'conflict', problem: PROBLEMS.reason }
    return district.act(exchangeId, action, staff.id, beatsHours ? reason : undefined)
  })
}

/** Sends what waits of an announcement for its chosen time now, or cancels it; gives for how many messages, null when there is no such announcement. */
export function actOnAll(store: ComposeStore, request: ActOnAllRequest): Promise<number | null> {
  return store.inDistrict(request.districtId, async (district) => {
    const { staff, announcementId, action } = request
    const ids = await district.scheduledOf(staff.id, announcementId)
    if (ids === null) return null
    let done = 0
    for (const id of ids) {
      const acted =
        action === 'release'
          ? await district.sendWithoutWaiting(id, staff.id, sendTime)
          : await district.act(id, action, staff.id)
      if (acted.kind === 'done') done++
    }
    return done
  })
}

/** Sets a school's hours; what they hold is timed anew. `version`: of those that they replace; absent: whatever they are. Whether they are set. Whoever calls has checked that this person may. */
export async function setHours(
  store: ComposeStore,
  request: {
    readonly districtId: string
    readonly staff: Staff
    readonly schoolId: string
    readonly hours: SchoolHours
    readonly version?: number
  },
): Promise<boolean> {
  return store.inDistrict(request.districtId, (district) =>
    district.setHours(request.schoolId, request.hours, request.staff.id, sendTime, request.version ?? null),
  )
}

/** Sets whether and when the staff member's own phone is reached; what waits for it is timed anew, or stays in the browser. */
export async function setOwnPhone(
  store: ComposeStore,
  request: { readonly districtId: string; readonly staff: Staff; readonly setting: OwnPhoneSetting },
): Promise<void> {
  await store.inDistrict(request.districtId, (district) => district.setOwnPhone(request.staff.id, request.setting, sendTime))
}

/**
 * The PIN of a guardian's household or of the staff member. A repeat under the same key makes and texts nothing anew: it gets the PIN that holds now,
 * which is kept nowhere else.
 */
export function givePin(store: ComposeStore, request: PinRequest): Promise<PinGiven> {
  return store.inDistrict(request.districtId, async (district) => {
    const { staff, idempotency } = request
    const before = idempotency === null ? null : await district.remember(staff.id, idempotency.key, idempotency.digest)
    if (before?.kind === 'reused') return { kind: 'key_reused', problem: PROBLEMS.key_reused }
    const repeated = before?.kind === 'known'
    const given = await pinFor(district, repeated ? { ...request, anew: false, text: false } : request)
    if (idempotency !== null && !repeated) await district.answer(staff.id, idempotency.key, given.kind === 'given' ? [] : null)
    return given
  })
}

async function pinFor(district: ComposingDistrict, { staff, guardianId, anew, text }: PinRequest): Promise<PinGiven> {
  if (guardianId === null) return { kind: 'given', pin: await district.pin({ owner: 'staff', id: staff.id }, anew) }
  const [recipient] = (await district.recipients(staff, { guardian: guardianId })) ?? []
  const household = recipient?.household ?? null
  if (recipient === undefined || household === null) return { kind: 'not_found', problem: PROBLEMS.no_household }
  const pin = await district.pin({ owner: 'household', id: household.id }, anew)
  await district.notePin(staff.id, guardianId)
  const conversation = text ? (await district.open(staff.id, [recipient], false)).get(household.id) : undefined
  if (conversation?.kind === 'open') await district.textPin(conversation.id, pin)
  return { kind: 'given', pin }
}

/** Sets what a school decides about calls. Whoever calls has checked that this person may. */
export async function setCalls(
  store: ComposeStore,
  request: { readonly districtId: string; readonly staff: Staff; readonly schoolId: string; readonly settings: CallSettings },
): Promise<void> {
  await store.inDistrict(request.districtId, (district) =>
    district.setCalls(request.schoolId, request.settings, request.staff.id),
  )
}

/** Lets a school's teachers send urgent messages, or no longer. Whoever calls has checked that this person may. */
export async function letTeachersSendUrgent(
  store: ComposeStore,
  request: { readonly districtId: string; readonly staff: Staff; readonly schoolId: string; readonly teachers: boolean },
): Promise<void> {
  await store.inDistrict(request.districtId, (district) =>
    district.letTeachersSendUrgent(request.schoolId, request.teachers, request.staff.id),
  )
}
