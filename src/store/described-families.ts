/** Who is in a family to which something is written, in the order in which a text names them. */

import { sql } from 'kysely'
import type { Trx } from './database.ts'
import { teaches } from './reach.ts'

/** Somebody by names and languages (BCP 47). */
export type Person = {
  id: string
  given_name: string
  family_name: string
  display_name: string | null
  language: string | null
  spoken_language: string | null
  time_zone: string | null
}

/** What an exchange says of whom it is for: the household, the staff side, and the guardian addressed, null where none is. */
export type Addressed = { readonly household_id: string; readonly staff_side: string; readonly guardian_id: string | null }

/** Whom a message's household consists of; `own` are the students whom the staff side teaches, or all where it teaches none. */
export type Family = {
  readonly guardians: readonly Person[]
  readonly students: readonly Person[]
  readonly own: readonly Person[]
}

/** The families of some exchanges, in the order in which their people are named. */
export async function describedFamilies<Row extends Addressed>(
  trx: Trx,
  districtId: string,
  rows: readonly Row[],
): Promise<(row: Row) => Family> {
  const households = [...new Set(rows.map((r) => r.household_id))]
  const { rows: found } = await sql<Person & { household_id: string; student: boolean }>`
    with guardian as (
      select hg.household_id, hg.guardian_id from unnest(${households}::uuid[]) as w (id)
      join household_guardian hg on hg.district_id = ${districtId} and hg.household_id = w.id and hg.until is null
    ), member as (
      select household_id, guardian_id as id, false as student from guardian
      union
      select g.household_id, gs.student_id, true from guardian g
      join guardianship gs on gs.district_id = ${districtId} and gs.guardian_id = g.guardian_id
    )
    select m.household_id, m.student, p.id, p.given_name, p.family_name, p.display_name, p.language, p.spoken_language, p.time_zone from member m
    join person p on p.district_id = ${districtId} and p.id = m.id and (p.active or not m.student)`.execute(trx)
  const members = Map.groupBy(found, (p) => p.household_id)
  const of = (row: Row, student: boolean) => (members.get(row.household_id) ?? []).filter((p) => p.student === student)
  // Which of several children is meant is asked only where there are several.
  const doubtful = rows.flatMap((row) => {
    const students = of(row, true)
    return students.length < 2 ? [] : students.map((student) => ({ staff: row.staff_side, student: student.id }))
  })
  const taught = new Set<string>()
  if (doubtful.length > 0) {
    const { rows: pairs } = await sql<{ staff: string; student: string }>`
      select distinct w.staff, w.student from unnest(${doubtful.map((d) => d.staff)}::text[], ${doubtful.map((d) => d.student)}::text[]) as w (staff, student)
      where ${teaches(districtId, sql`w.staff`, sql`w.student`)}`.execute(trx)
    for (const { staff, student } of pairs) taught.add(JSON.stringify([staff, student]))
  }
  return (row) => {
    const addressedFirst = (a: Person, b: Person) =>
      Number(b.id === row.guardian_id) - Number(a.id === row.guardian_id) || (a.id < b.id ? -1 : 1)
    const students = of(row, true).sort((a, b) => compare(a.given_name, b.given_name) || compare(a.id, b.id))
    const own = students.filter((s) => taught.has(JSON.stringify([row.staff_side, s.id])))
    return { guardians: of(row, false).sort(addressedFirst), students, own: own.length > 0 ? own : students }
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
