/** The conversations that an import ends, by name, for who looks before it is made. */

import { sql } from 'kysely'
import type { Trx } from './database.ts'
import { deskName } from './desks.ts'
import { type Family, familiesOf } from './family-names.ts'

/** One of them: the staff side, the family, and how many messages that waited in it go to nobody. */
export type EndedTalk = { readonly staff: string; readonly family: Family; readonly messages: number }

/** The first `most` that this transaction has ended at a moment (by the clock of hours), those with messages that wait before others. */
export async function talksEndedAt(trx: Trx, districtId: string, at: Temporal.Instant, most: number): Promise<EndedTalk[]> {
  const { rows } = await sql<{ household: string; staff: string; messages: number }>`
    with waiting as (
      select x.conversation_id as id, count(*)::int as n from task t join exchange x on x.district_id = t.district_id and x.id = t.exchange_id
      where t.district_id = ${districtId} and t.kind = 'not_sent' and t.closed_at is null and t.created_at >= now() group by 1)
    select c.household_id as household, coalesce(p.display_name, nullif(trim(concat_ws(' ', p.given_name, p.family_name)), ''), ${deskName(districtId, sql`c.staff_side`)}, c.staff_side) as staff,
      coalesce(w.n, 0) as messages
    from conversation c left join waiting w on w.id = c.id left join person p on p.district_id = c.district_id and p.id = c.staff_side
    where c.district_id = ${districtId} and c.ended_at = ${at.toString()}::timestamptz order by messages desc, c.id limit ${most}`.execute(
    trx,
  )
  const families = await familiesOf(
    trx,
    districtId,
    rows.map(({ household }) => household),
  )
  const nobody: Family = { guardians: [], students: [], languages: [] }
  return rows.map(({ household, staff, messages }) => ({ staff, messages, family: families.get(household) ?? nobody }))
}
