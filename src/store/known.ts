/** What is known of a phone at one of our numbers: the same for texts and calls. */

import { sql } from 'kysely'
import { type Known, routeText } from '../core/conversation.ts'
import { counts, phoneOfFamily } from './conversations.ts'
import type { Trx } from './database.ts'
import { namedGuardian, schoolOfHousehold } from './reach.ts'

/** A phone and the number of ours that it reached. */
export type Pair = { readonly phoneId: string; readonly proxyNumberId: string }

/** What routing asks of a pair. `optedOut`: whose block it is, the carrier's, which answers a START itself, or only ours. */
export type KnownPair = { readonly optedOut: 'carrier' | 'ours' | null; readonly known: Known }

/** Looks pairs up, answering in their order. A phone that nobody knows is looked at twice: an office may be settling it at this very moment. */
export async function knownPairs(trx: Trx, districtId: string, pairs: readonly Pair[]): Promise<KnownPair[]> {
  const found = await lookUp(trx, districtId, pairs)
  const unknown = pairs.filter((_, i) => routeText((found[i] as KnownPair).known).kind === 'stranger')
  if (unknown.length === 0) return found
  await sql`select from phone where district_id = ${districtId} and id = any(${unknown.map((p) => p.phoneId)}::uuid[]) order by id for key share`.execute(
    trx,
  )
  const anew = await lookUp(trx, districtId, unknown)
  return found.map((one, i) => anew[unknown.indexOf(pairs[i] as Pair)] ?? one)
}

async function lookUp(trx: Trx, districtId: string, pairs: readonly Pair[]): Promise<KnownPair[]> {
  const { rows } = await sql<{
    opted_out: KnownPair['optedOut']
    conversation_id: string | null
    side: 'family' | 'staff' | null
    staff_side: string | null
    bound_guardian: string | null
    household_id: string | null
    school_id: string | null
    home_guardian: string | null
    staff_id: string | null
  }>`
    select case when p.opted_out_at is not null then case when p.opted_out_how like 'carrier%' then 'carrier' else 'ours' end end as opted_out, b.conversation_id, b.side, c.staff_side,
      case when c.id is not null then ${namedGuardian(districtId, sql`c.household_id`, sql`c.staff_side`)} end as bound_guardian,
      h.id as household_id,
      case when c.id is null and h.id is not null then ${schoolOfHousehold(districtId, sql`h.id`)} end as school_id,
      case when c.id is null and h.id is not null then ${namedGuardian(districtId, sql`h.id`, sql`''`)} end as home_guardian,
      case when b.side is distinct from 'family' then (select pp.person_id from person_phone pp
        join person q on q.district_id = pp.district_id and q.id = pp.person_id and q.kind = 'staff' and q.active
        where pp.district_id = ${districtId} and pp.phone_id = g.phone_id
          and (c.staff_side is null or not exists (select from person s where s.district_id = ${districtId} and s.id = c.staff_side) or pp.person_id = c.staff_side)
        order by pp.person_id limit 1) end as staff_id
    from unnest(${pairs.map((p) => p.phoneId)}::uuid[], ${pairs.map((p) => p.proxyNumberId)}::uuid[]) with ordinality as g (phone_id, proxy_number_id, n)
    join phone p on p.district_id = ${districtId} and p.id = g.phone_id
    left join binding b on b.district_id = ${districtId} and b.phone_id = g.phone_id and b.proxy_number_id = g.proxy_number_id and b.until is null
      and ${counts('b', phoneOfFamily(sql`${districtId}`, sql`b.conversation_id`))}
    left join conversation c on c.district_id = ${districtId} and c.id = b.conversation_id and c.ended_at is null
    left join household h on h.district_id = ${districtId} and h.phone_id = g.phone_id and h.until is null
    order by g.n`.execute(trx)
  return rows.map((row) => ({
    optedOut: row.opted_out,
    known: {
      bound:
        row.conversation_id === null || row.side === null || row.staff_side === null
          ? null
          : { conversationId: row.conversation_id, side: row.side, staffSide: row.staff_side, guardianId: row.bound_guardian },
      household:
        row.household_id === null || row.school_id === null
          ? null
          : { id: row.household_id, schoolId: row.school_id, guardianId: row.home_guardian },
      staffId: row.staff_id,
    },
  }))
}
