/** One conversation as its page shows it: who it is with, and its exchanges in pages from the newest back. */

import { type RawBuilder, sql } from 'kysely'
import type { Due } from '../core/delivery.ts'
import { isUuid } from '../core/uuid.ts'
import { type Claim, type ClaimColumns, claimOf } from './claims.ts'
import type { Trx } from './database.ts'
import { describedFamilies } from './described-families.ts'
import { deskName } from './desks.ts'
import { type ExchangeRecord, readExchanges } from './exchange-record.ts'
import { type Cursor, seesConversation, sidesOf, type Viewer } from './exchange-view.ts'
import { type Family, familiesOf } from './family-names.ts'
import { sideHours } from './hours.ts'
import { takesTexts } from './phones.ts'
import { namedGuardian } from './reach.ts'

/** What stands at the head of a conversation. */
export type ThreadHead = Family & {
  readonly id: string
  /** A person's sourcedId or a desk's. */
  readonly staffSide: string
  /** The staff side by name: `Ms Rivera`, or the desk. */
  readonly staffName: string
  readonly isDesk: boolean
  /** Whether the viewer is the staff side, or staffs the desk. */
  readonly own: boolean
  /** Who of the desk has taken it; null: nobody, or it is no desk's. */
  readonly claim: Claim | null
  readonly schoolId: string
  readonly schoolName: string
  /** Whom a message is addressed to; null: the household has nobody left. */
  readonly guardianId: string | null
  /** The phone's id where nobody knows whose it is; null: somebody does. */
  readonly unknownPhone: string | null
  readonly ended: boolean
  /** The same staff side's conversation with one of these guardians on another phone: of an ended one the open one, of an open one the last that ended; null: there is none. */
  readonly otherPhone: string | null
  readonly optedOut: boolean
  /** Whether the family asked for no more calls (key 9). */
  readonly refusesCalls: boolean
  /** Whether a text has told the family's phone who writes; the first one does. */
  readonly introduced: boolean
  /** Whether messages go by phone: the family asked for it, or its phone takes no texts. */
  readonly byCall: boolean
  /** The staff side's own phone, to which what the family writes goes as well; `none`: nobody has one on file, or it is a desk. */
  readonly ownPhone: 'on' | 'off' | 'none'
  /** The school's IANA zone, in which times are told. */
  readonly zone: string
  /** In which the family may be reached; null: the school has set no hours. */
  readonly hours: Due['hours']
}

/** The head of a conversation; null when there is none that this viewer may see. */
export async function threadHead(trx: Trx, districtId: string, viewer: Viewer, id: string): Promise<ThreadHead | null> {
  if (!isUuid(id)) return null
  const sides = await sidesOf(trx, districtId, viewer)
  const { rows } = await sql<
    ClaimColumns & {
      household_id: string
      staff_side: string
      staff_name: string
      is_desk: boolean
      own: boolean
      school_id: string
      school_name: string
      hours: unknown
      phone_id: string
      family_zone: string | null
      guardian: string | null
      ended: boolean
      other_phone: string | null
      opted_out: boolean
      refuses_calls: boolean
      introduced: boolean
      by_call: boolean
      zone: string
      own_phone: ThreadHead['ownPhone']
    }
  >`
    select c.household_id, c.staff_side, coalesce(t.display_name, nullif(trim(concat_ws(' ', t.given_name, t.family_name)), ''), ${deskName(districtId, sql`c.staff_side`)}, c.staff_side) as staff_name,
      d.id is not null as is_desk, c.claimed_by, c.claimed_at, coalesce(cl.display_name, concat_ws(' ', cl.given_name, cl.family_name)) as claimer,
      c.staff_side = ${viewer.id} or exists (select from desk_staff ds where ds.district_id = c.district_id and ds.desk_id = c.staff_side and ds.person_id = ${viewer.id}) as own,
      s.id as school_id, s.name as school_name, s.hours, h.phone_id, g.time_zone as family_zone, ng.id as guardian, c.ended_at is not null as ended, ${otherPhone(districtId)} as other_phone, p.opted_out_at is not null as opted_out,
      p.calls_refused_at is not null as refuses_calls, p.introduced_at is not null as introduced,
      p.calls_refused_at is null and (coalesce(g.contact_by = 'voice', false) or (g.id is not null and not ${takesTexts(districtId, sql`p`)})) as by_call, coalesce(s.hours ->> 'timezone', s.time_zone, 'UTC') as zone,
      case when sp.phone_id is null then 'none' when op.is_off then 'off' else 'on' end as own_phone
    from conversation c join school s on s.district_id = c.district_id and s.id = c.school_id
    join household h on h.district_id = c.district_id and h.id = c.household_id
    join phone p on p.district_id = c.district_id and p.id = h.phone_id
    left join desk d on d.district_id = c.district_id and d.id = c.staff_side
    left join person t on t.district_id = c.district_id and t.id = c.staff_side
    left join person_phone sp on sp.district_id = c.district_id and sp.person_id = c.staff_side and sp.use = 'sms'
    left join own_phone op on op.district_id = c.district_id and op.person_id = c.staff_side
    left join person cl on cl.district_id = c.district_id and cl.id = c.claimed_by
    cross join lateral (select ${namedGuardian(districtId, sql`c.household_id`, sql`c.staff_side`)} as id) ng
    -- With a limit, or PostgreSQL reads every person of the district to find this one.
    left join lateral (select * from person g where g.district_id = ${districtId} and g.id = ng.id limit 1) g on true
    where c.district_id = ${districtId} and c.id = ${id}::uuid and (${seesConversation(viewer, sides)}
      or exists (select from desk_staff ds where ds.district_id = c.district_id and ds.desk_id = c.staff_side and ds.person_id = ${viewer.id}))`.execute(
    trx,
  )
  const row = rows[0]
  if (row === undefined) return null
  const family = (await familiesOf(trx, districtId, [row.household_id])).get(row.household_id)
  return {
    id,
    guardians: family?.guardians ?? [],
    students: family?.students ?? [],
    languages: family?.languages ?? [],
    staffSide: row.staff_side,
    staffName: row.staff_name,
    isDesk: row.is_desk,
    own: row.own,
    claim: claimOf(row),
    schoolId: row.school_id,
    schoolName: row.school_name,
    guardianId: row.guardian,
    unknownPhone: row.guardian === null && row.is_desk && !row.ended ? row.phone_id : null,
    ended: row.ended,
    otherPhone: row.other_phone,
    optedOut: row.opted_out,
    refusesCalls: row.refuses_calls,
    introduced: row.introduced,
    byCall: row.by_call,
    zone: row.zone,
    ownPhone: row.own_phone,
    hours: sideHours(row.hours, 'to_family', row.family_zone),
  }
}

/** The one conversation of the staff side with guardians of `c` on another phone, where one of the two has ended with its household and the other goes on; null: none, or several. */
function otherPhone(districtId: string): RawBuilder<string | null> {
  return sql<string | null>`(select case when count(distinct o.id) = 1 then min(o.id::text) end from household_guardian here
    join household_guardian there on there.district_id = here.district_id and there.guardian_id = here.guardian_id and there.household_id <> here.household_id
    join household th on th.district_id = there.district_id and th.id = there.household_id
    join conversation o on o.district_id = there.district_id and o.household_id = there.household_id and o.staff_side = c.staff_side
    where here.district_id = ${districtId} and here.household_id = c.household_id and (here.until is null or here.until >= h.until) and (there.until is null or there.until >= th.until)
      and (h.until is null) <> (th.until is null) and (c.ended_at is null) <> (o.ended_at is null))`
}

/** The children of a conversation's family by first name: those whom the staff side teaches, or all where it teaches none. */
export async function childrenOf(trx: Trx, districtId: string, head: Pick<ThreadHead, 'id' | 'staffSide'>): Promise<string[]> {
  const { rows } = await sql<{ household_id: string }>`
    select household_id from conversation where district_id = ${districtId} and id = ${head.id}::uuid`.execute(trx)
  const addressed = rows.map(({ household_id }) => ({ household_id, staff_side: head.staffSide, guardian_id: null }))
  const families = await describedFamilies(trx, districtId, addressed)
  return addressed.flatMap((one) => families(one).own.map(({ given_name }) => given_name))
}

/** Whether an exchange stands in this conversation. */
export async function standsIn(trx: Trx, districtId: string, conversationId: string, exchangeId: string): Promise<boolean> {
  if (!isUuid(exchangeId)) return false
  const { rows } =
    await sql`select from exchange where district_id = ${districtId} and id = ${exchangeId} and conversation_id = ${conversationId}::uuid`.execute(
      trx,
    )
  return rows.length > 0
}

/** The conversation in which an exchange stands; null: in none, or in none that this viewer may see. */
export async function conversationOf(trx: Trx, districtId: string, viewer: Viewer, exchangeId: string): Promise<string | null> {
  if (!isUuid(exchangeId)) return null
  const sides = await sidesOf(trx, districtId, viewer)
  const { rows } = await sql<{ id: string }>`
    select c.id from exchange x join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
    where x.district_id = ${districtId} and x.id = ${exchangeId} and ${seesConversation(viewer, sides)}`.execute(trx)
  return rows[0]?.id ?? null
}

/**
 * A page of a conversation whose head the viewer was given, the gateway’s own notices too: oldest of the page first; `older`: where the page before it begins, null when
 * there is none; `moves`: when, from the first of the page on, the family went on at another phone.
 */
export async function threadPage(
  trx: Trx,
  districtId: string,
  conversationId: string,
  given: { readonly before: Cursor | null; readonly limit: number; readonly now: Temporal.Instant },
): Promise<{
  readonly records: readonly ExchangeRecord[]
  readonly older: Cursor | null
  readonly moves: readonly Temporal.Instant[]
}> {
  const { before, limit, now } = given
  const ids = sql`select x.id from exchange x where x.district_id = ${districtId} and x.conversation_id = ${conversationId}::uuid
    ${before === null ? sql`` : sql`and (x.created_at, x.id) < (${before.at.toString()}::timestamptz, ${before.id}::uuid)`}
    order by x.created_at desc, x.id desc limit ${limit + 1}`
  const all = await readExchanges(trx, districtId, ids, now)
  const records = all.slice(-limit)
  const first = records[0]
  const { rows: moves } = await sql<{ at: Temporal.Instant }>`select e.at from conversation c
    join event e on e.district_id = c.district_id and e.what = 'phone_moved' and e.exchange_id is null and e.detail ->> 'household' = c.household_id::text
    where c.district_id = ${districtId} and c.id = ${conversationId}::uuid
      -- An ended talk does not go along any more.
      and (c.ended_at is null or e.at <= (select max(x.created_at) from exchange x where x.district_id = c.district_id and x.conversation_id = c.id))
      and e.at > ${first?.view.at ?? null}::timestamptz
      ${before === null ? sql`` : sql`and e.at < ${before.at.toString()}::timestamptz`} order by e.at`.execute(trx)
  return {
    records,
    moves: moves.map(({ at }) => at),
    older: all.length > limit && first !== undefined ? { at: Temporal.Instant.from(first.view.at), id: first.view.id } : null,
  }
}
