/** Who shares a phone, when somebody moves to another one, and when a talk with a household is over. */

import { sql } from 'kysely'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { cancelWaiting } from './exchanges.ts'
import { endPins } from './pins.ts'
import { enrolledNow, teaches } from './reach.ts'

/** Waiting, not yet handed over: an attempt in flight is left to settle. */
export const WAITING = sql`((status = 'received' and prepare_after is not null) or status in ('held', 'queued'))`

/** How many conversations came to an end, and how many messages waited in them, or for a phone of before, and go to nobody. */
export type Ended = { readonly conversations: number; readonly messages: number }

/** Neither. */
export const NOTHING_ENDED: Ended = { conversations: 0, messages: 0 }

/** Both together. */
export function endedTogether(a: Ended, b: Ended): Ended {
  return { conversations: a.conversations + b.conversations, messages: a.messages + b.messages }
}

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
): Promise<Ended> {
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
      where hg.district_id = ${districtId} and hg.household_id = c.household_id and hg.until is null and (
        exists (select from person_org so where so.district_id = hg.district_id and so.person_id = gs.student_id and so.org_id = c.school_id)
        or exists (select from enrollment se join class k on k.district_id = se.district_id and k.id = se.class_id and k.active and k.school_id = c.school_id
          where se.district_id = hg.district_id and se.person_id = gs.student_id and se.role = 'student' and ${enrolledNow('se')})))))))`
  const { rows } = await sql<{ id: string }>`
    select c.id from conversation c join person p on p.district_id = c.district_id and p.id = c.staff_side
    where c.district_id = ${districtId} and c.ended_at is null ${households === null ? sql`` : sql`and c.household_id = any(${[...households]}::uuid[])`}
      and (not p.active or not (${taught} or ${administers}))`.execute(trx)
  return endConversations(
    trx,
    districtId,
    moment,
    rows.map((row) => row.id),
    'right_ended',
  )
}

/**
 * Ends conversations, their bindings and what waits in them; what waited and what nobody has read is somebody's task. Numbers rest from the `now` of hours on, by which they are given out again. Ids go by value and not by join: few conversations end, and there
 * may be millions of exchanges.
 */
export async function endConversations(
  trx: Trx,
  districtId: string,
  moment: Moment,
  ids: readonly string[],
  why: string,
): Promise<Ended> {
  const now = moment.now.toString()
  const ended = await sql`update conversation set ended_at = ${now}
    where district_id = ${districtId} and id = any(${[...ids]}::uuid[]) and ended_at is null`.execute(trx)
  await sql`update binding set until = ${now}
    where district_id = ${districtId} and conversation_id = any(${[...ids]}::uuid[]) and until is null`.execute(trx)
  const { rows } = await sql<{ id: string }>`
    select id from exchange
    where district_id = ${districtId} and conversation_id = any(${[...ids]}::uuid[]) and ${WAITING}`.execute(trx)
  const waiting = rows.map((row) => row.id)
  await tellOfUnread(trx, districtId, moment, ids)
  let messages = 0
  for (let from = 0; from < waiting.length; from += BATCH)
    messages += await endWaiting(trx, districtId, moment, waiting.slice(from, from + BATCH), why)
  return { conversations: Number(ended.numAffectedRows ?? 0n), messages }
}

/**
 * Cancels what waits among these exchanges because its family is no longer reached there. What one person was to get of a person is somebody's task; of an announcement it is one task
 * together. Gives how many of those messages there are.
 */
export async function endWaiting(
  trx: Trx,
  districtId: string,
  moment: Moment,
  ids: readonly string[],
  why: string,
): Promise<number> {
  const { canceled } = await cancelWaiting(trx, districtId, moment.database, ids, why, null)
  const { rows } = await sql<{ messages: number }>`
    with lost as (
      select x.id, a.announcement_id from exchange x left join announced a on a.district_id = x.district_id and a.exchange_id = x.id
      where x.district_id = ${districtId} and x.id = any(${canceled}::uuid[]) and x.direction = 'to_family' and x.author = 'person' and x.kind <> 'call'),
    one as (insert into task (district_id, kind, key, exchange_id, detail)
      select ${districtId}, 'not_sent', id::text, id, jsonb_build_object('why', ${why}::text) from lost where announcement_id is null
      on conflict (district_id, kind, key) where closed_at is null do nothing),
    many as (insert into task (district_id, kind, key, exchange_id, detail)
      select ${districtId}, 'not_announced', announcement_id::text, min(id::text)::uuid, jsonb_build_object('families', count(*)) from lost where announcement_id is not null group by announcement_id
      on conflict (district_id, kind, key) where closed_at is null do update
        set detail = jsonb_build_object('families', (task.detail ->> 'families')::int + (excluded.detail ->> 'families')::int))
    select count(*)::int as messages from lost`.execute(trx)
  return rows[0]?.messages ?? 0
}

/** What a family wrote longer ago than this is answered by no task. */
const UNREAD_DAYS = 30

/** The last of what a family wrote in conversations that end, and that nobody of the staff has on a phone or has looked at, is somebody's task. */
async function tellOfUnread(trx: Trx, districtId: string, moment: Moment, conversations: readonly string[]): Promise<void> {
  await sql`insert into task (district_id, kind, key, exchange_id)
    select c.district_id, 'unread', c.id::text, x.id from unnest(${[...conversations]}::uuid[]) as w (id)
    join conversation c on c.district_id = ${districtId} and c.id = w.id
    cross join lateral (select x.id from exchange x where x.district_id = c.district_id and x.conversation_id = c.id
      and x.created_at > ${moment.database.subtract({ hours: 24 * UNREAD_DAYS }).toString()}::timestamptz
      and x.direction = 'to_staff' and x.author = 'person' and x.kind <> 'call' and x.keyword is null and x.status not in ('sending', 'sent', 'delivered')
      and x.seq > coalesce((select max(s.seq) from seen s where s.district_id = c.district_id and s.conversation_id = c.id), 0)
      order by x.created_at desc limit 1) x
    on conflict (district_id, kind, key) where closed_at is null do nothing`.execute(trx)
}

/**
 * Ends open households, their conversations and what waits in them: the phone may be a stranger's now. Whoever has it next is told anew who writes.
 * An opt-out stays with the phone.
 */
export async function endHouseholds(trx: Trx, districtId: string, moment: Moment, ids: readonly string[]): Promise<Ended> {
  if (ids.length === 0) return NOTHING_ENDED
  const { rows } = await sql<{ id: string }>`
    select id from conversation where district_id = ${districtId} and household_id = any(${[...ids]}::uuid[]) and ended_at is null`.execute(
    trx,
  )
  const ended = await endConversations(
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
  return ended
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
  await endPins(trx, districtId, shared)
  const { rows: waiting } = await sql<{ id: string }>`
    select x.id from exchange x join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
    where x.district_id = ${districtId} and c.household_id = any(${shared}::uuid[]) and x.guardian_id = any(${[...guardians]}::text[])
      and x.direction = 'to_family' and x.author = 'person' and ${WAITING}`.execute(trx)
  await endWaiting(
    trx,
    districtId,
    moment,
    waiting.map(({ id }) => id),
    'household_ended',
  )
  if (shared.length > 0) await endLostRights(trx, districtId, moment, shared)
  if (phoneId === null) return
  const household = await householdOf(trx, districtId, moment, phoneId)
  await sql`insert into household_guardian (district_id, household_id, guardian_id, since)
    select ${districtId}, ${household}::uuid, id, ${at}::timestamptz from unnest(${[...guardians]}::text[]) as id
    where not exists (select from household_guardian g where g.district_id = ${districtId} and g.household_id = ${household}::uuid
      and g.guardian_id = id and g.until is null)`.execute(trx)
}
