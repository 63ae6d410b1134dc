/** Open conversations as the API and the dashboard list them. */

import { sql } from 'kysely'
import type { Trx } from './database.ts'
import { guardiansOf } from './exchange-record.ts'
import { seesConversation, sidesOf, type Viewer } from './exchange-view.ts'
import { namedGuardian } from './reach.ts'

/** A conversation with the proxy number that each side sees, in E.164; null: that side has none (a desk, a teacher without a phone). */
export type ConversationView = {
  readonly id: string
  readonly staff: string
  /** The lowest sourcedId whom that staff may reach, else the lowest; null: the household has nobody left. */
  readonly guardian: string | null
  readonly guardians: readonly string[]
  readonly familyNumber: string | null
  readonly staffNumber: string | null
}

/** The open conversations that the viewer may see, by staff side; `staff` and `guardian` (any of the household) narrow them. */
export async function openConversationViews(
  trx: Trx,
  districtId: string,
  viewer: Viewer,
  filter: { readonly staff: string | null; readonly guardian: string | null },
): Promise<readonly ConversationView[]> {
  const sides = await sidesOf(trx, districtId, viewer)
  const { rows } = await sql<Omit<ConversationView, 'guardians'> & { readonly household_id: string }>`
    select c.id, c.staff_side as staff, c.household_id, ${namedGuardian(districtId, sql`c.household_id`, sql`c.staff_side`)} as guardian,
      fn.number as "familyNumber", sn.number as "staffNumber"
    from conversation c
    left join binding fb on fb.district_id = c.district_id and fb.conversation_id = c.id and fb.side = 'family' and fb.until is null
    left join proxy_number fn on fn.id = fb.proxy_number_id
    left join binding sb on sb.district_id = c.district_id and sb.conversation_id = c.id and sb.side = 'staff' and sb.until is null
    left join proxy_number sn on sn.id = sb.proxy_number_id
    where c.district_id = ${districtId} and c.ended_at is null and ${seesConversation(viewer, sides)}
      ${filter.staff === null ? sql`` : sql`and c.staff_side = ${filter.staff}`}
      ${
        filter.guardian === null
          ? sql``
          : sql`and c.household_id in (
              select household_id from household_guardian
              where district_id = ${districtId} and guardian_id = ${filter.guardian} and until is null)`
      }
    order by c.staff_side, c.id`.execute(trx)
  const guardians = await guardiansOf(
    trx,
    districtId,
    rows.map((row) => row.household_id),
  )
  return rows.map(({ household_id, ...row }) => ({ ...row, guardians: guardians.get(household_id) ?? [] }))
}
