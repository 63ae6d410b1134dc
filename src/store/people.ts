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
 * The one active staff member whom the roster gives this address (in whatever case); null when there is none, or several, so that no sign-in is a
 * guess.
 */
export async function staffByEmail(trx: Trx, districtId: string, email: string): Promise<Staff | null> {
  const { rows } = await sql<{ id: string }>`
    select id from person where district_id = ${districtId} and email = ${email.toLowerCase()} and kind = 'staff' and active limit 2`.execute(
    trx,
  )
  return rows.length === 1 ? staffById(trx, districtId, rows[0]?.id as string) : null
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

/** A desk that somebody staffs; `school`: its name. */
export type StaffedDesk = { readonly id: string; readonly kind: string; readonly school: string; readonly schoolId: string }

/** The desks that a staff member staffs, by id. */
export async function staffedDesks(trx: Trx, staff: Staff): Promise<StaffedDesk[]> {
  const { rows } = await sql<StaffedDesk>`
    select d.id, d.kind, s.name as school, s.id as "schoolId" from desk_staff ds join desk d on d.district_id = ds.district_id and d.id = ds.desk_id
    join school s on s.district_id = d.district_id and s.id = d.school_id and s.active
    where ds.district_id = ${staff.districtId} and ds.person_id = ${staff.id} order by d.id`.execute(trx)
  return rows
}

/** The IANA zone in which a staff member's times are told: of the first of the own schools that has hours or a zone, else of any school, else UTC. */
export async function zoneOf(trx: Trx, staff: Staff): Promise<string> {
  const { rows } = await sql<{ zone: string }>`
    select coalesce(s.hours ->> 'timezone', s.time_zone) as zone from school s
    where s.district_id = ${staff.districtId} and s.active and coalesce(s.hours ->> 'timezone', s.time_zone) is not null
    order by not exists (select from person_org po where po.district_id = s.district_id and po.person_id = ${staff.id} and po.org_id = s.id), s.id limit 1`.execute(
    trx,
  )
  return rows[0]?.zone ?? 'UTC'
}

/** Whether a staff member may send urgent messages to a school's families: administrators, and teachers where the school allows it. */
export async function mayBeUrgent(trx: Trx, staff: Staff, schoolId: string): Promise<boolean> {
  if (staff.scope.kind !== 'own') return true
  const { rows } = await sql`
    select from school where district_id = ${staff.districtId} and id = ${schoolId} and teachers_may_send_urgent`.execute(trx)
  return rows.length > 0
}
