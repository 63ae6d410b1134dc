/** The school numbers that a staff member's own phone shows, one a family, and the one by which we write to it ourselves. */

import { sql } from 'kysely'
import type { Trx } from './database.ts'
import { familiesOf } from './family-names.ts'

/** A school number and the family behind it. `number`: E.164, a proxy number. */
export type OwnLine = { readonly number: string; readonly guardians: readonly string[]; readonly students: readonly string[] }

/** The lines of a staff member's own phone, by number. */
export async function ownLines(trx: Trx, districtId: string, staffId: string): Promise<OwnLine[]> {
  const { rows } = await sql<{ number: string; household_id: string }>`
    select n.number, c.household_id from conversation c
    join binding b on b.district_id = c.district_id and b.conversation_id = c.id and b.side = 'staff' and b.until is null
    join proxy_number n on n.id = b.proxy_number_id
    where c.district_id = ${districtId} and c.staff_side = ${staffId} and c.ended_at is null order by n.number`.execute(trx)
  const families = await familiesOf(
    trx,
    districtId,
    rows.map((row) => row.household_id),
  )
  return rows.flatMap((row) => {
    const family = families.get(row.household_id)
    return family === undefined ? [] : [{ number: row.number, guardians: family.guardians, students: family.students }]
  })
}

/** A number of ours from which a notice that is of no conversation goes to a phone: one that it knows, where there is one. Null: there is none at all. */
export async function numberTowards(trx: Trx, districtId: string, phoneId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select n.id from proxy_number n left join binding b on b.district_id = ${districtId} and b.proxy_number_id = n.id and b.phone_id = ${phoneId}::uuid
    where n.district_id = ${districtId} and n.gone_at is null
    order by b.until is null and b.id is not null desc, n.adopted_at, n.id limit 1`.execute(trx)
  return rows[0]?.id ?? null
}
