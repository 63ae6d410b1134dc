/** What was said is of the family that it was said to, whoever has left the roster since. */

import { type RawBuilder, sql } from 'kysely'

/** Every guardian of a student, `since` (null: nobody knows) and `until` when (null: they still are). Rows of these names, to be put after `from` or `join`. */
export function guardianshipsEver(districtId: string): RawBuilder<unknown> {
  return sql`(select guardian_id, student_id, since, null::timestamptz as until from guardianship where district_id = ${districtId}
    union all select guardian_id, student_id, since, until from past_guardianship where district_id = ${districtId})`
}

/**
 * Those by whom something is of the family of `person`, a guardian or a student: the person and the guardians that there ever were. Rows as
 * `guardianshipsEver` has them.
 */
function guardiansOf(districtId: string, person: string): RawBuilder<unknown> {
  return sql`(select ${person}::text as guardian_id, null::timestamptz as since, null::timestamptz as until
    union all select e.guardian_id, e.since, e.until from ${guardianshipsEver(districtId)} e where e.student_id = ${person})`
}

/** The households of the family of `person` (sourcedId), now or before, to be put after `in`. */
export function householdsOfFamily(districtId: string, person: string): RawBuilder<unknown> {
  return sql`(select hg.household_id from household_guardian hg
    where hg.district_id = ${districtId} and hg.guardian_id = any(array(select f.guardian_id from ${guardiansOf(districtId, person)} f)))`
}

/** True for exchanges `x` of the time in which `f` was a guardian. */
const MEANWHILE = sql`(f.since is null or x.created_at >= f.since) and (f.until is null or x.created_at <= f.until)`

/**
 * True for the exchanges `x` of conversations `c` that were said while their household was of the family of `person`: not what a guardian wrote of other children before or later, nor what
 * was said on a phone that a guardian had given up.
 */
export function saidToFamily(districtId: string, person: string): RawBuilder<boolean> {
  return sql<boolean>`exists (select from ${guardiansOf(districtId, person)} f
    join household_guardian hg on hg.district_id = ${districtId} and hg.guardian_id = f.guardian_id
    where hg.household_id = c.household_id and ${MEANWHILE} and (hg.until is null or x.created_at <= hg.until))`
}

/** True for the exchanges `x` that name a guardian of the family of `person`, of the time when they were. */
export function saidByFamily(districtId: string, person: string): RawBuilder<boolean> {
  return sql<boolean>`exists (select from ${guardiansOf(districtId, person)} f where f.guardian_id = x.guardian_id and ${MEANWHILE})`
}

/** The households with a guardian, now or before, of a student who is or was in a class, to be put after `in`. */
export function householdsOfClass(districtId: string, classId: string): RawBuilder<unknown> {
  return sql`(select hg.household_id from enrollment e join ${guardianshipsEver(districtId)} gs on gs.student_id = e.person_id
    join household_guardian hg on hg.district_id = ${districtId} and hg.guardian_id = gs.guardian_id
    where e.district_id = ${districtId} and e.class_id = ${classId} and e.role = 'student')`
}

/** Who has spoken at a school, and the students about whom it was: sourcedIds, desks among them. */
export function spokenAt(districtId: string, schoolId: string): RawBuilder<unknown> {
  const talks = sql`conversation c where c.district_id = ${districtId} and c.school_id = ${schoolId}`
  const guardians = sql`select hg.guardian_id from household_guardian hg where hg.district_id = ${districtId} and hg.household_id in (select c.household_id from ${talks})`
  return sql`select c.staff_side as id from ${talks} union ${guardians}
    union select gs.student_id from ${guardianshipsEver(districtId)} gs where gs.guardian_id in (${guardians})`
}

/** True for people `p` who are among those of one of these schools. */
export function hasSpokenAt(districtId: string, schools: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`exists (select from conversation c where c.district_id = ${districtId} and c.school_id = any(${[...schools]}::text[]) and (c.staff_side = p.id
    or c.household_id in (select hg.household_id from household_guardian hg where hg.district_id = ${districtId}
      and (hg.guardian_id = p.id or hg.guardian_id in (select gs.guardian_id from ${guardianshipsEver(districtId)} gs where gs.student_id = p.id)))))`
}
