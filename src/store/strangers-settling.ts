/** How an office settles a phone that nobody knows: whose it is, an answer without knowing that, or not one of the school’s families. */

import { sql } from 'kysely'
import { officeDesk, type Staff } from '../core/people.ts'
import type { Moment } from '../relay/ports.ts'
import { claim } from './claims.ts'
import { openConversations, pairKey } from './conversations.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { endHouseholds, householdOf } from './households.ts'
import { sayPhone } from './office-phones.ts'
import { namedGuardian } from './reach.ts'
import { candidates, reached, type Stranger, strangerOf } from './strangers.ts'
import { fromUnknown } from './tasks.ts'
import { PLACED } from './verify-exchanges.ts'

/** Nobody else settles this phone, and nothing comes from it as from a stranger, before this transaction has ended. */
async function lockPhone(trx: Trx, districtId: string, phoneId: string): Promise<void> {
  await sql`select from phone where district_id = ${districtId} and id = ${phoneId}::uuid for update`.execute(trx)
}

/**
 * Says whose phone it is: from now on these guardians are reached by it, and what it wrote stands in their conversation with the office, whose id is
 * given. Null, and nothing is changed: the phone is known meanwhile, or one of the guardians is none of the school's.
 */
export async function identify(
  trx: Trx,
  moment: Moment,
  staff: Staff,
  phoneId: string,
  guardians: readonly string[],
): Promise<string | null> {
  await lockPhone(trx, staff.districtId, phoneId)
  const stranger = await strangerOf(trx, staff, phoneId)
  const wanted = [...new Set(guardians)]
  if (stranger === null || wanted.length === 0) return null
  if ((await candidates(trx, staff, stranger, { ids: wanted }, wanted.length)).length !== wanted.length) return null
  await sayPhone(trx, moment, staff, wanted, phoneId)
  const conversation = await withOffice(trx, moment, staff, stranger)
  await closeTask(trx, staff, stranger, ['stranger'])
  return conversation
}

/**
 * The conversation in which the office answers a phone without knowing whose it is, which settles it; null: the phone is known meanwhile or wants no
 * messages, or this person staffs no such office.
 */
export async function openUnknown(trx: Trx, moment: Moment, staff: Staff, phoneId: string): Promise<string | null> {
  await lockPhone(trx, staff.districtId, phoneId)
  const stranger = await strangerOf(trx, staff, phoneId)
  if (stranger === null || !stranger.mayAnswer || stranger.optedOut) return null
  const conversation = await withOffice(trx, moment, staff, stranger)
  await closeTask(trx, staff, stranger, ['stranger'])
  return conversation
}

/** Says that the phone is nobody's whom the school knows. Nothing is sent; should it write again, somebody is asked again. False: it is known meanwhile. */
export async function dismissStranger(trx: Trx, moment: Moment, staff: Staff, phoneId: string): Promise<boolean> {
  const { districtId } = staff
  await lockPhone(trx, districtId, phoneId)
  const stranger = await strangerOf(trx, staff, phoneId)
  if (stranger === null) return false
  const { rows } = await sql<{ id: string }>`
    select h.id from household h where h.district_id = ${districtId} and h.phone_id = ${phoneId}::uuid and h.until is null
      and not exists (select from conversation c where c.district_id = h.district_id and c.household_id = h.id and c.ended_at is null
        and c.school_id <> ${stranger.schoolId})`.execute(trx)
  await endHouseholds(
    trx,
    districtId,
    moment,
    rows.map(({ id }) => id),
  )
  await closeTask(trx, staff, stranger, ['stranger', 'voicemail', 'call_back'])
  await appendEvents(trx, districtId, [
    { exchangeId: null, at: moment.database, what: 'stranger_dismissed', who: staff.id, detail: { phone: phoneId } },
  ])
  return true
}

/** The conversation of a phone with the office that it reached, with all that it wrote placed in it. */
async function withOffice(trx: Trx, moment: Moment, staff: Staff, stranger: Stranger): Promise<string | null> {
  const { districtId } = staff
  const { phoneId, schoolId } = stranger
  const household = await householdOf(trx, districtId, moment, phoneId)
  const desk = officeDesk(schoolId)
  const { rows } = await sql<{ proxy: string }>`
    select x.proxy_number_id as proxy from exchange x where ${reached(districtId, phoneId, schoolId)}
      and x.proxy_number_id is not null order by x.created_at desc, x.id desc limit 1`.execute(trx)
  const dialled = rows[0]?.proxy
  const wanted = {
    staffSide: desk,
    householdId: household,
    schoolId,
    mayWait: true,
    ...(dialled === undefined ? {} : { dialled }),
  }
  const opened = (await openConversations(trx, districtId, moment.now, [wanted])).get(pairKey(desk, household))
  if (opened === undefined || opened.kind === 'no_number') return null
  await place(trx, moment, staff, stranger, household, opened.id)
  // Who has taken the task has the conversation too: the others see it there.
  const { rows: taken } =
    await sql`select from task t join desk_staff ds on ds.district_id = t.district_id and ds.desk_id = ${desk} and ds.person_id = ${staff.id}
    where t.district_id = ${districtId} and t.kind = 'stranger' and t.phone_id = ${phoneId}::uuid and t.closed_at is null and t.claimed_by = ${staff.id}`.execute(
      trx,
    )
  if (taken.length > 0) await claim(trx, staff, 'conversation', opened.id, null)
  return opened.id
}

/** Places what a phone wrote to this office into its conversation, in the order in which it came, to be translated there. */
async function place(
  trx: Trx,
  moment: Moment,
  staff: Staff,
  { phoneId, schoolId }: Stranger,
  household: string,
  conversation: string,
): Promise<void> {
  const { districtId } = staff
  const at = moment.database
  const { rows: locked } = await sql<{ seq: string; guardian: string | null }>`
    select c.last_seq_to_staff as seq, ${namedGuardian(districtId, sql`${household}::uuid`, sql`c.staff_side`)} as guardian
    from conversation c where c.district_id = ${districtId} and c.id = ${conversation}::uuid for update of c`.execute(trx)
  const { seq, guardian } = locked[0] as { seq: string; guardian: string | null }
  // A call has no place in the lane: nothing of it is handed over.
  const { rows } = await sql<{ id: string; kind: string }>`
    update exchange x set conversation_id = ${conversation}::uuid, guardian_id = ${guardian}, prepare_lease = null,
      seq = case when x.kind <> 'call' then ${Number(seq)}::bigint + w.n end,
      prepare_after = case when x.kind <> 'call' and x.keyword is null and (x.original_text <> '' or x.pictures) then ${at.toString()}::timestamptz end
    from (select x.id, count(*) filter (where x.kind <> 'call') over (order by x.created_at, x.id) as n from exchange x
      where ${reached(districtId, phoneId, schoolId)}) w
    where x.district_id = ${districtId} and x.id = w.id returning x.id, x.kind`.execute(trx)
  await sql`update conversation set last_seq_to_staff = last_seq_to_staff + ${rows.filter(({ kind }) => kind !== 'call').length}
    where district_id = ${districtId} and id = ${conversation}::uuid`.execute(trx)
  // The others of the household's exchanges, written before anybody knew whose phone it is, get their name too.
  const { rows: named } = await sql<{ id: string }>`
    update exchange set guardian_id = ${guardian} where district_id = ${districtId} and conversation_id = ${conversation}::uuid and author = 'person'
      and guardian_id is null and ${guardian}::text is not null returning id`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    [...rows, ...named].map(({ id }) => ({
      exchangeId: id,
      at,
      what: PLACED,
      who: staff.id,
      detail: { conversation, guardian },
    })),
  )
}

/** Closes what this office was asked about the phone; another office that it reached is still asked. */
async function closeTask(
  trx: Trx,
  { districtId, id }: Staff,
  { phoneId, schoolId }: Stranger,
  kinds: readonly string[],
): Promise<void> {
  await sql`update task t set closed_at = clock_timestamp(), closed_by = ${id}
    where t.district_id = ${districtId} and t.closed_at is null and t.kind = any(${[...kinds]}::text[]) and ((t.exchange_id is null and t.phone_id = ${phoneId}::uuid
      and coalesce(t.school_id, ${schoolId}) = ${schoolId}) or exists (select from exchange x left join desk d on d.district_id = x.district_id and d.id = x.desk_id
      left join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
      where x.district_id = ${districtId} and x.id = t.exchange_id and x.phone_id = ${phoneId}::uuid and coalesce(c.school_id, d.school_id) = ${schoolId}
        and (t.phone_id is not null or ${fromUnknown(districtId)})))`.execute(trx)
}
