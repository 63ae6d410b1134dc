/** Staff as the API and the dashboard know them. */

import { sql } from 'kysely'
import { fullName, type Staff, scopeOf } from '../core/people.ts'
import type { Trx } from './database.ts'

/** An active staff member with what the role allows; null for everybody else, inactive staff included. */
export async function staffById(trx: Trx, districtId: string, id: string): Promise<Staff | null> {
  const { rows } = await sql<{
    id: string
    role: string
    given_name: string
    family_name: string
    display_name: string | null
    district: string
    orgs: string[]
  }>`
    select p.id, p.role, p.given_name, p.family_name, p.display_name, d.sourced_id as district,
      array(select po.org_id from person_org po where po.district_id = p.district_id and po.person_id = p.id) as orgs
    from person p join district d on d.id = p.district_id
    where p.district_id = ${districtId} and p.id = ${id} and p.kind = 'staff' and p.active`.execute(trx)
  const person = rows[0]
  if (person === undefined) return null
  const names = { givenName: person.given_name, familyName: person.family_name, displayName: person.display_name }
  return { districtId, id: person.id, displayName: fullName(names), scope: scopeOf(person.role, person.orgs, person.district) }
}

/**
 * What a staff member is to a school: may steer it, belongs to it without that right (own organisations and classes), or neither, which is the
 * answer for a school that is not there too.
 */
export async function schoolRight(trx: Trx, staff: Staff, schoolId: string): Promise<'may' | 'member' | 'none'> {
  const { rows } = await sql<{ member: boolean }>`
    select exists (select from person_org po where po.district_id = s.district_id and po.person_id = ${staff.id} and po.org_id = s.id)
      or exists (select from enrollment e join class k on k.district_id = e.district_id and k.id = e.class_id and k.active
        where e.district_id = s.district_id and e.person_id = ${staff.id} and e.active and k.school_id = s.id) as member
    from school s where s.district_id = ${staff.districtId} and s.id = ${schoolId} and s.active`.execute(trx)
  const school = rows[0]
  const { scope } = staff
  if (school === undefined) return 'none'
  if (scope.kind === 'district' || (scope.kind === 'schools' && scope.schools.includes(schoolId))) return 'may'
  return school.member ? 'member' : 'none'
}
