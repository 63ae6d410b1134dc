/** The schools that an administrator runs, and their staff. */

import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import type { Trx } from './database.ts'

/** A school as its administrator sees it; `zone` (IANA) is that of its clocks. */
export type SchoolRow = {
  readonly id: string
  readonly name: string
  readonly zone: string
  readonly teachersMayUrgent: boolean
}

/** The active schools that this person administers; none for others. */
export async function schoolsOf(trx: Trx, staff: Staff): Promise<SchoolRow[]> {
  const { scope, districtId } = staff
  if (scope.kind === 'own') return []
  const { rows } = await sql<SchoolRow>`
    select id, name, coalesce(hours ->> 'timezone', time_zone, 'UTC') as zone, teachers_may_send_urgent as "teachersMayUrgent" from school
    where district_id = ${districtId} and active and (${scope.kind === 'district'} or id = any(${scope.kind === 'schools' ? [...scope.schools] : []}::text[]))
    order by name, id`.execute(trx)
  return rows
}

/** The active staff of a school, by name. */
export async function staffOfSchool(
  trx: Trx,
  districtId: string,
  schoolId: string,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select p.id, coalesce(p.display_name, concat_ws(' ', p.given_name, p.family_name)) as name
    from person p join person_org po on po.district_id = p.district_id and po.person_id = p.id and po.org_id = ${schoolId}
    where p.district_id = ${districtId} and p.kind = 'staff' and p.active order by p.family_name, p.given_name, p.id limit 500`.execute(
    trx,
  )
  return rows
}

/** The country of a district, ISO 3166-1. */
export async function countryOf(trx: Trx, districtId: string): Promise<string> {
  const { country } = await trx.selectFrom('district').select('country').where('id', '=', districtId).executeTakeFirstOrThrow()
  return country
}
