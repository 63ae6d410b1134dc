/** What was said is of the family that it was said to, whoever has left the roster since. */

import { type RawBuilder, sql } from 'kysely'

/** Every guardian of a student, `since` (null: nobody knows) and `until` when (null: they still are). Rows of these names, to be put after `from` or `join`. */
export function guardianshipsEver(districtId: string): RawBuilder<unknown> {
  return sql`(select guardian_id, student_id, since, null::timestamptz as until from guardianship where district_id = ${districtId}
    union all select guardian_id, student_id, since, until from past_guardianship where district_id = ${districtId})`
}

/** Whose record is wanted: a guardian or a student (sourcedId), or the students who are or were in a class. */
export type Whose = { readonly person: string } | { readonly class: string }

/**
 * Those by whom something is of these families: a guardian by name (`student_id` null), and every guardian that a student ever had. Rows as `guardianshipsEver` has
 * them.
 */
function guardiansOf(districtId: string, whose: Whose): RawBuilder<unknown> {
  return 'person' in whose
    ? sql`(select ${whose.person}::text as guardian_id, null::text as student_id, null::timestamptz as since, null::timestamptz as until
    union all select e.guardian_id, e.student_id, e.since, e.until from ${guardianshipsEver(districtId)} e where e.student_id = ${whose.person})`
    : sql`(select gs.guardian_id, gs.student_id, gs.since, gs.until from enrollment e join ${guardianshipsEver(districtId)} gs on gs.student_id = e.person_id
    where e.district_id = ${districtId} and e.class_id = ${whose.class} and e.role = 'student')`
}

/** The ids of these guardians, an array that is made once. */
const idsOf = (districtId: string, whose: Whose) => sql`array(select f.guardian_id from ${guardiansOf(districtId, whose)} f)`

/** The households of these families, now or before, to be put after `in`. */
export function householdsOf(districtId: string, whose: Whose): RawBuilder<unknown> {
  return sql`(select hg.household_id from household_guardian hg where hg.district_id = ${districtId} and hg.guardian_id = any(${idsOf(districtId, whose)}))`
}

/**
 * True for the exchanges `x` of the time in which `f` was a guardian of the student; also of another time in which the guardian had no other student: a phone may write before the
 * roster knows whose it is, and while an import is under way.
 */
export function whileGuardian(districtId: string): RawBuilder<boolean> {
  const then = (alias: 'f' | 'o') =>
    sql`(${sql.ref(alias)}.since is null or x.created_at >= ${sql.ref(alias)}.since) and (${sql.ref(alias)}.until is null or x.created_at <= ${sql.ref(alias)}.until)`
  return sql<boolean>`((${then('f')}) or not exists (select from ${guardianshipsEver(districtId)} o where o.guardian_id = f.guardian_id and o.student_id <> f.student_id and ${then('o')}))`
}

/**
 * True for the exchanges `x` of conversations `c` that were said while their household was one of these families: not what a guardian wrote of other children before or later, nor what
 * was said on a phone before a guardian had it or after it was given up, but with one of whom nobody knew then whose it was.
 */
export function saidTo(districtId: string, whose: Whose): RawBuilder<boolean> {
  return sql<boolean>`exists (select from ${guardiansOf(districtId, whose)} f
    join household_guardian hg on hg.district_id = ${districtId} and hg.guardian_id = f.guardian_id
    join household h on h.district_id = ${districtId} and h.id = hg.household_id
    where hg.household_id = c.household_id and ${whileGuardian(districtId)}
      and (hg.until is null or hg.until >= h.until or x.created_at <= hg.until)
      and (x.created_at >= hg.since or x.guardian_id = f.guardian_id or not exists (select from household_guardian o where o.district_id = ${districtId}
        and o.household_id = hg.household_id and o.since <= x.created_at and (o.until is null or x.created_at <= o.until))))`
}

/** True for the exchanges `x` that name a guardian of these families, of the time when they were. */
export function saidBy(districtId: string, whose: Whose): RawBuilder<boolean> {
  // The array first: it is made once, and few exchanges are asked the rest.
  return sql<boolean>`(x.guardian_id = any(${idsOf(districtId, whose)}) and exists (select from ${guardiansOf(districtId, whose)} f
    where f.guardian_id = x.guardian_id and ${whileGuardian(districtId)}))`
}

/** The students who are or were in a class of these schools (null: of any), with everybody who is or was a guardian of theirs, and the staff who have taught there or written in its name. `classId`: of this class alone. To be put after `in`. */
export function everAt(
  districtId: string,
  schools: readonly string[] | null,
  classId: string | null = null,
): RawBuilder<unknown> {
  const ofSchools = (column: RawBuilder<unknown>) =>
    schools === null ? sql`true` : sql`${column} = any(${[...schools]}::text[])`
  const enrolled = sql`enrollment e join class k on k.district_id = e.district_id and k.id = e.class_id
    where e.district_id = ${districtId} and ${ofSchools(sql`k.school_id`)} ${classId === null ? sql`` : sql`and k.id = ${classId}`}`
  return sql`(select e.person_id as id from ${enrolled}
    union select gs.guardian_id from ${guardianshipsEver(districtId)} gs where gs.student_id in (select e.person_id from ${enrolled} and e.role = 'student')
    ${classId === null ? sql`union select c.staff_side from conversation c where c.district_id = ${districtId} and ${ofSchools(sql`c.school_id`)}` : sql``})`
}
