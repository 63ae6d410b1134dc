/** A teacher's classes: their families, how each is reached, and when somebody last wrote. */

import { sql } from 'kysely'
import type { Due } from '../core/delivery.ts'
import { fullName, shortName } from '../core/people.ts'
import type { Trx } from './database.ts'
import { type FamilyRow, HOW_REACHED, hasNobody } from './families-view.ts'
import { sideHours } from './hours.ts'
import { enrolledNow } from './reach.ts'

/** A class as a list shows it, with its school's zone (IANA) and the hours in which families without a zone of their own may be reached. */
export type ClassRow = {
  readonly id: string
  readonly title: string
  readonly students: number
  readonly families: number
  readonly zone: string
  readonly hours: Due['hours']
}

/** The classes that a staff member teaches today. */
export async function classesOf(trx: Trx, districtId: string, staffId: string): Promise<ClassRow[]> {
  const { rows } = await sql<Omit<ClassRow, 'hours'> & { hours: unknown }>`
    select k.id, k.title, s.hours, coalesce(s.hours ->> 'timezone', s.time_zone, 'UTC') as zone, count(distinct es.person_id)::int as students, count(distinct hg.household_id)::int as families
    from enrollment et join class k on k.district_id = et.district_id and k.id = et.class_id and k.active
    join school s on s.district_id = k.district_id and s.id = k.school_id
    left join enrollment es on es.district_id = k.district_id and es.class_id = k.id and es.role = 'student' and ${enrolledNow('es')}
    left join guardianship gs on gs.district_id = es.district_id and gs.student_id = es.person_id
    left join household_guardian hg on hg.district_id = gs.district_id and hg.guardian_id = gs.guardian_id and hg.until is null
    where et.district_id = ${districtId} and et.person_id = ${staffId} and et.role = 'teacher' and ${enrolledNow('et')}
    group by k.id, k.title, s.hours, s.time_zone order by k.title, k.id`.execute(trx)
  return rows.map((row) => ({ ...row, hours: sideHours(row.hours, 'to_family', null) }))
}

/** The titles of the classes in which somebody of the staff stands today without teaching there: an aide's, a counselor's. */
export async function classesWithoutTeaching(trx: Trx, districtId: string, staffId: string): Promise<string[]> {
  const { rows } = await sql<{ title: string }>`
    select distinct k.title from enrollment e join class k on k.district_id = e.district_id and k.id = e.class_id and k.active
    where e.district_id = ${districtId} and e.person_id = ${staffId} and e.role <> 'teacher' and ${enrolledNow('e')} order by k.title`.execute(
    trx,
  )
  return rows.map(({ title }) => title)
}

/** One guardian of a student of a class, who is the only one of `students`. */
export type ClassGuardian = FamilyRow & {
  /** The last word of either side that was not taken back and did arrive, on whatever phone; null: none yet. */
  readonly lastAt: Temporal.Instant | null
}

/** The guardians of one class (or, with null, of all classes of the teacher), by student. */
export async function classGuardians(
  trx: Trx,
  districtId: string,
  staffId: string,
  classId: string | null,
): Promise<ClassGuardian[]> {
  const { rows } = await sql<{
    student_given: string
    student_family: string
    guardian_id: string
    given_name: string
    family_name: string
    display_name: string | null
    language: string | null
    reached: ClassGuardian['reached']
    conversation: string | null
    last_at: Temporal.Instant | null
  }>`
    select distinct on (st.family_name, st.given_name, st.id, g.id) st.given_name as student_given, st.family_name as student_family, g.id as guardian_id,
      g.given_name, g.family_name, g.display_name, g.language, c.id as conversation, x.created_at as last_at,
      ${HOW_REACHED} as reached
    from enrollment et join class k on k.district_id = et.district_id and k.id = et.class_id and k.active
    join enrollment es on es.district_id = k.district_id and es.class_id = k.id and es.role = 'student' and ${enrolledNow('es')}
    join person st on st.district_id = es.district_id and st.id = es.person_id and st.active
    join guardianship gs on gs.district_id = st.district_id and gs.student_id = st.id
    join person g on g.district_id = gs.district_id and g.id = gs.guardian_id and g.active
    left join household_guardian hg on hg.district_id = g.district_id and hg.guardian_id = g.id and hg.until is null
    left join household h on h.district_id = hg.district_id and h.id = hg.household_id and h.until is null
    left join phone p on p.district_id = h.district_id and p.id = h.phone_id
    left join conversation c on c.district_id = h.district_id and c.household_id = h.id and c.staff_side = ${staffId} and c.ended_at is null
    left join lateral (select max(y.created_at) as created_at from household_guardian oh
      join conversation oc on oc.district_id = oh.district_id and oc.household_id = oh.household_id and oc.staff_side = ${staffId}
      cross join lateral (select created_at from exchange where district_id = ${districtId} and conversation_id = oc.id and author = 'person'
        and status not in ('canceled', 'failed', 'undelivered') order by created_at desc limit 1) y
      where oh.district_id = ${districtId} and oh.guardian_id = g.id) x on true
    where et.district_id = ${districtId} and et.person_id = ${staffId} and et.role = 'teacher' and ${enrolledNow('et')}
      ${classId === null ? sql`` : sql`and k.id = ${classId}`}
    order by st.family_name, st.given_name, st.id, g.id, x.created_at desc nulls last`.execute(trx)
  return rows.map((row) => ({
    students: [shortName({ givenName: row.student_given, familyName: row.student_family })],
    guardianId: row.guardian_id,
    guardian: fullName({ givenName: row.given_name, familyName: row.family_name, displayName: row.display_name }),
    language: row.language,
    reached: row.reached,
    conversation: row.conversation,
    lastAt: row.last_at,
  }))
}

/** The students of a class by name for whom nobody can be written to: the list has no guardian of theirs. */
export async function studentsWithoutGuardian(trx: Trx, districtId: string, classId: string): Promise<string[]> {
  const { rows } = await sql<{ given_name: string; family_name: string }>`
    select st.given_name, st.family_name from enrollment es
    join person st on st.district_id = es.district_id and st.id = es.person_id and st.active
    where es.district_id = ${districtId} and es.class_id = ${classId} and es.role = 'student' and ${enrolledNow('es')}
      and ${hasNobody(districtId)}
    order by st.family_name, st.given_name, st.id`.execute(trx)
  return rows.map((row) => shortName({ givenName: row.given_name, familyName: row.family_name }))
}
