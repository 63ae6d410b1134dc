/** Who shares a phone, when somebody moves to another one, and when a talk with a household is over. */

import { sql } from 'kysely'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { cancelWaiting } from './exchanges.ts'
import { teaches } from './reach.ts'

/** Waiting, not yet handed over: an attempt in flight is left to settle. */
export const WAITING = sql`((status = 'received' and prepare_after is not null) or status in ('held', 'queued'))`

/** Canceled this many at a time. */
const BATCH = 5000

/**
 * Ends the conversations of staff who have left, of teachers who no longer teach any student of the family, and of administrators who no
 * longer administer the school that speaks, or whose school the family has left: they may not write to it, and what it still texts to that
 * number reaches the office. `households`: only those with these; null: all of the district.
 */
export async function endLostRights(
  trx: Trx,
  districtId: string,
  moment: Moment,
  households: readonly string[] | null = null,
): Promise<void> {
  const taught = sql`exists (
    select from household_guardian hg
    join guardianship gs on gs.district_id = hg.district_id and gs.guardian_id = hg.guardian_id
    where hg.district_id = ${districtId} and hg.household_id = c.household_id and hg.until is null
      and ${teaches(districtId, sql`c.staff_side`, sql`gs.student_id`)})`
  const administers = sql`(p.role = 'administrator' and exists (
    select from person_org po join district d on d.id = po.district_id
    where po.district_id = ${districtId} and po.person_id = p.id and (po.org_id = d.sourced_id or (po.org_id = c.school_id and exists (
      select from household_guardian hg
      join guardianship gs on gs.district_id = hg.district_id and gs.guardian_id = hg.guardian_id
      join person_org so on so.district_id = hg.district_id and so.person_id = gs.student_id and so.org_id = c.school_id
      where hg.district_id = ${districtId} and hg.household_id = c.household_id and hg.until is null)))))`
  const { rows } = await sql<{ id: string }>`
    select c.id from conversation c join person p on p.district_id = c.district_id and p.id = c.staff_side
    where c.district_id = ${districtId} and c.ended_at is null ${households === null ? sql`` : sql`and c.household_id = any(${[...households]}::uuid[])`}
      and (not p.active or not (${taught} or ${administers}))`.execute(trx)
  await endConversations(
    trx,
    districtId,
    moment,
    rows.map((row) => row.id),
    'right_ended',
  )
}

/**
 * Ends conversations, their bindings and what waits in them. Numbers rest from the `now` of hours on, by which they are given out again. Ids go by value and not by join: few conversations end, and there
 * may be millions of exchanges.
 */
export async function endConversations(
  trx: Trx,
  districtId: string,
  moment: Moment,
  ids: readonly string[],
  why: string,
): Promise<void> {
  const now = moment.now.toString()
  await sql`update conversation set ended_at = ${now}
    where district_id = ${districtId} and id = any(${[...ids]}::uuid[]) and ended_at is null`.execute(trx)
  await sql`update binding set until = ${now}
    where district_id = ${districtId} and conversation_id = any(${[...ids]}::uuid[]) and until is null`.execute(trx)
  const { rows } = await sql<{ id: string }>`
    select id from exchange
    where district_id = ${districtId} and conversation_id = any(${[...ids]}::uuid[]) and ${WAITING}`.execute(trx)
  const waiting = rows.map((row) => row.id)
  for (let from = 0; from < waiting.length; from += BATCH)
    await cancelWaiting(trx, districtId, moment.database, waiting.slice(from, from + BATCH), why, null)
}

/**
 * Ends open households, their conversations and what waits in them: the phone may be a stranger's now. Whoever has it next is told anew who writes.
 * An opt-out stays with the phone.
 */
export async function endHouseholds(trx: Trx, districtId: string, moment: Moment, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const { rows } = await sql<{ id: string }>`
    select id from conversation where district_id = ${districtId} and household_id = any(${[...ids]}::uuid[]) and ended_at is null`.execute(
    trx,
  )
  await endConversations(
    trx,
    districtId,
    moment,
    rows.map((row) => row.id),
    'household_ended',
  )
  await sql`
    with ended as (
      update household set until = ${moment.database.toString()} where district_id = ${districtId} and id = any(${[...ids]}::uuid[]) and until is null
      returning phone_id
    )
    update phone p set introduced_at = null from ended where p.district_id = ${districtId} and p.id = ended.phone_id`.execute(trx)
}

/** The phone's open household; made when there is none. */
export async function householdOf(trx: Trx, districtId: string, moment: Moment, phoneId: string): Promise<string> {
  await sql`insert into household (district_id, phone_id, since) values (${districtId}, ${phoneId}::uuid, ${moment.database.toString()}::timestamptz)
    on conflict (district_id, phone_id) where until is null do nothing`.execute(trx)
  const { rows } = await sql<{ id: string }>`
    select id from household where district_id = ${districtId} and phone_id = ${phoneId}::uuid and until is null`.execute(trx)
  return rows[0]?.id as string
}

/**
 * Makes guardians be reached by this phone and no other (null: by none). What waits for them on the phone before is canceled and not sent to the new one:
 * nobody has said that it may be read there. A household that is left without guardians ends.
 */
export async function moveHome(
  trx: Trx,
  districtId: string,
  moment: Moment,
  guardians: readonly string[],
  phoneId: string | null,
): Promise<void> {
  const at = moment.database.toString()
  const { rows: left } = await sql<{ id: string; empty: boolean }>`
    with gone as (
      update household_guardian g set until = ${at} from household h
      where g.district_id = ${districtId} and g.guardian_id = any(${[...guardians]}::text[]) and g.until is null
        and h.district_id = g.district_id and h.id = g.household_id and h.until is null and h.phone_id is distinct from ${phoneId}::uuid
      returning g.household_id, g.guardian_id)
    select distinct gone.household_id as id, not exists (
      select from household_guardian o where o.district_id = ${districtId} and o.household_id = gone.household_id and o.until is null
        and o.guardian_id not in (select guardian_id from gone)) as empty from gone`.execute(trx)
  await endHouseholds(
    trx,
    districtId,
    moment,
    left.filter(({ empty }) => empty).map(({ id }) => id),
  )
  const shared = left.filter(({ empty }) => !empty).map(({ id }) => id)
  const { rows: waiting } = await sql<{ id: string }>`
    select x.id from exchange x join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
    where x.district_id = ${districtId} and c.household_id = any(${shared}::uuid[]) and x.guardian_id = any(${[...guardians]}::text[])
      and x.direction = 'to_family' and x.author = 'person' and ${WAITING}`.execute(trx)
  await cancelWaiting(
    trx,
    districtId,
    moment.database,
    waiting.map(({ id }) => id),
    'household_ended',
    null,
  )
  if (shared.length > 0) await endLostRights(trx, districtId, moment, shared)
  if (phoneId === null) return
  const household = await householdOf(trx, districtId, moment, phoneId)
  await sql`insert into household_guardian (district_id, household_id, guardian_id, since)
    select ${districtId}, ${household}::uuid, id, ${at}::timestamptz from unnest(${[...guardians]}::text[]) as id
    where not exists (select from household_guardian g where g.district_id = ${districtId} and g.household_id = ${household}::uuid
      and g.guardian_id = id and g.until is null)`.execute(trx)
}
