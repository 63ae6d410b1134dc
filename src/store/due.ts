/** What may be handed over next: the due heads of lanes, locked. */

import { type RawBuilder, sql } from 'kysely'
import type { Direction } from '../core/exchange.ts'
import type { SchoolHours, Week } from '../core/hours.ts'
import type { E164 } from '../core/phone-number.ts'
import type { Moment } from '../relay/ports.ts'
import { counts } from './conversations.ts'
import type { Trx } from './database.ts'

type School = { readonly name: string; readonly hours: SchoolHours | null }

/** A due exchange with what its hand-over asks about, read after the exchange is locked. */
export type DueRow = {
  id: string
  kind: 'message' | 'call' | 'voicemail'
  conversation_id: string | null
  guardian_id: string | null
  author_id: string | null
  call_mode: 'room' | 'interpreted' | null
  third_phone_id: string | null
  third_side: 'aide' | 'interpreter' | null
  household_id: string | null
  lane: string | null
  direction: Direction
  author: 'person' | 'gateway'
  notice: string | null
  urgent: boolean
  body: string
  part: number
  with_pictures: boolean
  answer_age: number | null
  ended: boolean
  /** The rest of a long text whose beginning went to another phone. */
  moved: boolean
  school: School | null
  family_zone: string | null
  phone_off: boolean
  own_hours: Week | null
  phone_id: string | null
  proxy_number_id: string | null
  opted_out: boolean
  /** A person's text to a family's phone that nobody introduced us to. */
  introduces: boolean
  language: string
  number_encrypted: Buffer | null
  proxy: E164 | null
  busy_until: Temporal.Instant | null
  status: string
  send_after: Temporal.Instant
  hold: string | null
}

/** Seconds until a call that no line is free for is looked at again. */
export const BUSY_SECONDS = 5

/** Whether nothing in the lane of the due exchange `e` stands before it; `districtId` as text of the query. */
export function laneIsFree(districtId: RawBuilder<unknown>, now: Temporal.Instant): RawBuilder<boolean> {
  return sql<boolean>`(e.seq is null or e.rescue or not exists (select from exchange o where ${standsBefore(districtId, now)}))`
}

/** Whether `o` stands before the due exchange `e` in its lane. */
function standsBefore(districtId: RawBuilder<unknown>, now: Temporal.Instant): RawBuilder<boolean> {
  return sql<boolean>`o.district_id = ${districtId} and o.conversation_id = e.conversation_id and o.direction = e.direction
      and (o.status in ('held', 'queued', 'sending') or o.prepare_after is not null)
      and o.seq is not null and not o.rescue and o.id <> e.id and (o.status = 'sending'
        or (o.seq < e.seq and (o.urgent or not e.urgent) and (o.not_before is null or (o.not_before <= ${now.toString()}::timestamptz and e.part = 0)))
        or (o.seq > e.seq and o.part > 0 and e.not_before is not null))`
}

/** What an exchange that is due waits behind: a call under way, or another message of its lane. */
export type Behind = 'call' | 'message'

/** What the exchange `e` to a family waits behind at `now`; null: nothing, or it is not due. */
export function waitsBehind(districtId: string, now: Temporal.Instant): RawBuilder<Behind | null> {
  return sql<Behind | null>`case
    when e.direction <> 'to_family' or e.status not in ('held', 'queued') or e.prepare_after is not null
      or e.send_after > ${now.add({ seconds: BUSY_SECONDS }).toString()}::timestamptz then null
    when e.channel = 'call' and exists (select from call l where l.district_id = ${districtId} and l.ended_at is null
      and l.started_at > clock_timestamp() - interval '1 day' and l.phone_id = case when e.phone_id is null then (
        select b.phone_id from binding b where b.district_id = ${districtId} and b.conversation_id = e.conversation_id
          and b.until is null and b.side = 'family') else e.phone_id end) then 'call'
    when e.seq is null or e.rescue or e.send_after > ${now.toString()}::timestamptz then null
    else (select case when o.status = 'sending' and o.channel = 'call' then 'call' else 'message' end
      from exchange o where ${standsBefore(sql`${districtId}`, now)} order by o.status = 'sending' desc limit 1) end`
}

/**
 * Due exchanges of a channel that nothing older in their lane (conversation and direction) waits before, or nothing older and urgent where this one
 * is, and in whose lane nothing is being handed over; one a lane. What its writer put off to later stands before nobody until then,
 * and comes between the parts of no message. Notices and calls between people have no lane, and a rescue call stands before
 * nobody. Urgent ones come first. `numbersFreeBefore`: numbers that are busy beyond it are left out; null: none is.
 */
export async function dueHeads(
  trx: Trx,
  districtId: string,
  moment: Moment,
  channel: 'text' | 'call',
  numbersFreeBefore: Temporal.Instant | null,
  limit: number,
): Promise<DueRow[]> {
  const latest = numbersFreeBefore?.toString() ?? null
  const { rows: heads } = await sql<{ id: string }>`
    select e.id from exchange e
    where e.district_id = ${districtId} and e.channel = ${channel} and e.status in ('held', 'queued') and e.prepare_after is null and e.send_after <= ${moment.now.toString()}::timestamptz
      and ${laneIsFree(sql`${districtId}`, moment.now)}
      and (${latest}::timestamptz is null or not exists (
        select from proxy_number n
        where n.id = coalesce(e.proxy_number_id, (select b.proxy_number_id from binding b where b.district_id = ${districtId}
            and b.conversation_id = e.conversation_id and b.until is null and b.side = case e.direction when 'to_family' then 'family' else 'staff' end))
          and n.busy_until > ${latest}::timestamptz))
    order by e.urgent desc, e.send_after, e.seq
    limit ${limit}
    for update of e skip locked`.execute(trx)
  if (heads.length === 0) return []
  // No coalesce on phone ids: under row level security PostgreSQL takes it for leaky and reads every phone instead of one.
  // Asked after the rows are locked, by a statement of its own: a STOP or new hours that came in between are seen.
  const { rows } = await sql<Omit<DueRow, 'school'> & { school_id: string | null }>`
    select e.id, e.kind, e.conversation_id, c.household_id, e.guardian_id, e.author_id, e.call_mode, e.third_phone_id, e.third_side,
      case when e.seq is not null and not e.rescue then e.conversation_id::text || e.direction end as lane, e.direction, e.author, e.notice, e.urgent, e.body, e.part, e.with_pictures, e.status, e.send_after, e.hold,
      (select extract(epoch from clock_timestamp() - least(a.reached_at, a.created_at))::float8 from exchange a
        where a.district_id = e.district_id and a.id = e.answers) as answer_age,
      coalesce(c.ended_at is not null or h.until is not null, false) or (e.direction = 'to_family' and e.author = 'person' and e.carrier_sid is null and e.guardian_id is not null
        and not exists (select from household_guardian hg where hg.district_id = ${districtId} and hg.household_id = c.household_id
          and hg.guardian_id = e.guardian_id and hg.until is null)) as ended,
      e.part > 0 and exists (select from attempt a where a.district_id = ${districtId} and a.exchange_id = e.id and a.phone_id <> p.id) as moved, c.school_id, g.time_zone as family_zone,
      coalesce(op.is_off and e.direction = 'to_staff', false) as phone_off, op.hours as own_hours,
      p.id as phone_id, p.opted_out_at is not null or (e.channel = 'call' and p.calls_refused_at is not null) as opted_out,
      p.introduced_at is null and e.author = 'person' and e.direction = 'to_family' and e.part = 0 as introduces,
      coalesce(e.translation_language, g.language, 'en') as language, p.number_encrypted, n.id as proxy_number_id, n.number as proxy, n.busy_until
    from exchange e
    left join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    left join household h on h.district_id = c.district_id and h.id = c.household_id
    left join own_phone op on op.district_id = c.district_id and op.person_id = c.staff_side
    left join binding b on b.district_id = e.district_id and b.conversation_id = e.conversation_id and b.until is null
      and b.side = case e.direction when 'to_family' then 'family' else 'staff' end and ${counts('b', sql`h.phone_id`)}
    left join person g on g.district_id = e.district_id and g.id = e.guardian_id
    left join phone p on p.district_id = ${districtId} and p.id = case when e.phone_id is null then b.phone_id else e.phone_id end
    left join proxy_number n on n.id = coalesce(e.proxy_number_id, b.proxy_number_id) and n.gone_at is null
    where e.district_id = ${districtId} and e.id = any(${heads.map((h) => h.id)}::uuid[])
    order by e.urgent desc, e.send_after, e.seq`.execute(trx)
  const schools = await schoolsOf(trx, districtId, new Set(rows.flatMap((row) => row.school_id ?? [])))
  return firstOfLanes(rows.map((row) => ({ ...row, school: schools.get(row.school_id ?? '') ?? null })))
}

/** Read once and not with each row: hours are longer than all the rest of it. */
async function schoolsOf(trx: Trx, districtId: string, ids: ReadonlySet<string>): Promise<Map<string, School>> {
  if (ids.size === 0) return new Map()
  const { rows } = await sql<School & { id: string }>`
    select id, name, hours from school where district_id = ${districtId} and id = any(${[...ids]}::text[])`.execute(trx)
  return new Map(rows.map((school) => [school.id, school]))
}

/** One a lane: an urgent text and the older one that it overtakes can be due at the same moment. */
function firstOfLanes(rows: readonly DueRow[]): DueRow[] {
  const lanes = new Set<string>()
  return rows.filter(({ lane }) => lane === null || (!lanes.has(lane) && lanes.add(lane)))
}
