/** Who may be reached by whom, and on which phone. */

import { type RawBuilder, sql } from 'kysely'

/**
 * True where the enrollment of this alias holds today: active and within its dates. A day ends at 8:00 UTC, when it is night in all of North
 * America: by UTC's own days the last afternoon of a class would be over before it ends.
 */
export function enrolledNow(alias: string): RawBuilder<boolean> {
  const e = sql.raw(alias)
  return sql<boolean>`(${e}.active and (${e}.begins is null or ${e}.begins <= (now() - interval '8 hours')::date) and (${e}.ends is null or ${e}.ends >= (now() - interval '8 hours')::date))`
}

/**
 * True where `staff` teaches `student` now: both enrolled in one active class, within the enrollments' dates. The one place
 * that says what "own classes" means.
 */
export function teaches(districtId: string, staff: RawBuilder<unknown>, student: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select from enrollment et
    join class k on k.district_id = et.district_id and k.id = et.class_id and k.active
    join enrollment es on es.district_id = et.district_id and es.class_id = et.class_id and es.role = 'student' and ${enrolledNow('es')}
    where et.district_id = ${districtId} and et.person_id = ${staff} and et.role = 'teacher' and ${enrolledNow('et')} and es.person_id = ${student})`
}

/**
 * The guardian by whom a text from a household is named to a staff side: the lowest sourcedId whom that staff may reach, else the lowest.
 */
export function namedGuardian(
  districtId: string,
  household: RawBuilder<unknown>,
  staffSide: RawBuilder<unknown>,
): RawBuilder<string | null> {
  const open = sql`from household_guardian hg where hg.district_id = ${districtId} and hg.household_id = ${household} and hg.until is null`
  // Most households have one guardian: who teaches whose children is asked for the others only.
  return sql<string | null>`(select case when count(*) < 2 then min(hg.guardian_id) else (
    select hg.guardian_id ${open}
    order by not exists (
      select from guardianship gs where gs.district_id = ${districtId} and gs.guardian_id = hg.guardian_id
        and ${teaches(districtId, staffSide, sql`gs.student_id`)}), hg.guardian_id
    limit 1) end ${open})`
}

/** A school of a household's students: the lowest id of an active one; of nobody's household, that of the office that answers it; null when there is neither. */
export function schoolOfHousehold(districtId: string, household: RawBuilder<unknown>): RawBuilder<string | null> {
  return sql<string | null>`coalesce((
    select min(s.id) from household_guardian hg
    join guardianship gs on gs.district_id = hg.district_id and gs.guardian_id = hg.guardian_id
    join person_org po on po.district_id = hg.district_id and po.person_id = gs.student_id
    join school s on s.district_id = hg.district_id and s.id = po.org_id and s.active
    where hg.district_id = ${districtId} and hg.household_id = ${household} and hg.until is null),
    (select min(oc.school_id) from conversation oc where oc.district_id = ${districtId} and oc.household_id = ${household} and oc.ended_at is null
      and not exists (select from household_guardian og where og.district_id = ${districtId} and og.household_id = ${household} and og.until is null)))`
}
