/** The families of a school to which a desk or an administrator may write first, found by name. */

import { type RawBuilder, sql } from 'kysely'
import { fullName, shortName } from '../core/people.ts'
import { contains, type Trx } from './database.ts'
import { isAfter } from './person-view.ts'

/** How a guardian is reached, if at all. */
export type HowReached = 'text' | 'call' | 'stopped' | 'no_phone'

/** How the guardian `g` is reached at the phone `p`; no phone is a row of nulls. */
export const HOW_REACHED = sql<HowReached>`case when p.id is null then 'no_phone' when p.opted_out_at is not null then 'stopped'
  when g.contact_by = 'voice' or p.line_type = 'landline' then 'call' else 'text' end`

/** The active guardians of students of these schools (null: of any) for whom `fits` holds: SQL over the guardian `g` and the student `st`. To be put after `in`. */
export function guardiansOfSchools(
  districtId: string,
  schools: readonly string[] | null,
  fits: RawBuilder<boolean>,
): RawBuilder<unknown> {
  return sql`(select gs.guardian_id from person_org po
    join person st on st.district_id = po.district_id and st.id = po.person_id and st.kind = 'student' and st.active
    join guardianship gs on gs.district_id = st.district_id and gs.student_id = st.id
    join person g on g.district_id = gs.district_id and g.id = gs.guardian_id and g.active
    where po.district_id = ${districtId} and (${schools === null} or po.org_id = any(${schools === null ? [] : [...schools]}::text[])) and ${fits})`
}

/** True where somebody is of one of these schools; null: of any. */
export function isOfSchools(districtId: string, id: RawBuilder<unknown>, schools: readonly string[] | null): RawBuilder<boolean> {
  return schools === null
    ? sql<boolean>`true`
    : sql<boolean>`exists (select from person_org o where o.district_id = ${districtId} and o.person_id = ${id} and o.org_id = any(${[...schools]}::text[]))`
}

/** True where the guardian `g` or the student `st` has this in a name. */
export function isNamed(name: string): RawBuilder<boolean> {
  const pattern = contains(name.trim())
  return sql<boolean>`(concat_ws(' ', g.given_name, g.family_name, g.display_name) ilike ${pattern} or concat_ws(' ', st.given_name, st.family_name) ilike ${pattern})`
}

/** A guardian with the students of the asked schools, as `Maya L.`. `conversation`: of the writer with this household; null: none yet. */
export type FamilyRow = {
  readonly students: readonly string[]
  readonly guardianId: string
  readonly guardian: string
  readonly language: string | null
  readonly reached: HowReached
  readonly conversation: string | null
}

/** Finds them by a part of a name of a guardian or a student. `writer`: a staff member or a desk; `schools`: null for all of the district. */
export async function findFamilies(
  trx: Trx,
  districtId: string,
  asked: {
    readonly writer: string
    readonly schools: readonly string[] | null
    readonly name: string
    /** sourcedId of the last guardian of the page before; null: from the first one on. */
    readonly after: string | null
    readonly limit: number
  },
): Promise<FamilyRow[]> {
  const { rows } = await sql<{
    guardian_id: string
    given_name: string
    family_name: string
    display_name: string | null
    language: string | null
    reached: HowReached
    conversation: string | null
    students: { given_name: string; family_name: string }[]
  }>`
    select g.id as guardian_id, g.given_name, g.family_name, g.display_name, g.language, ${HOW_REACHED} as reached, c.id as conversation,
      coalesce((select jsonb_agg(jsonb_build_object('given_name', k.given_name, 'family_name', k.family_name) order by k.given_name, k.id) from guardianship w
        join person k on k.district_id = w.district_id and k.id = w.student_id and k.active where w.district_id = ${districtId} and w.guardian_id = g.id and ${isOfSchools(districtId, sql`k.id`, asked.schools)}), '[]') as students
    from (select g.* from person g where g.district_id = ${districtId} and g.id in ${guardiansOfSchools(districtId, asked.schools, isNamed(asked.name))}
      and ${isAfter(districtId, asked.after, sql.ref('g'))} order by g.family_name, g.given_name, g.id limit ${asked.limit}) g
    left join household_guardian hg on hg.district_id = g.district_id and hg.guardian_id = g.id and hg.until is null
    left join household h on h.district_id = hg.district_id and h.id = hg.household_id and h.until is null
    left join phone p on p.district_id = h.district_id and p.id = h.phone_id
    left join conversation c on c.district_id = h.district_id and c.household_id = h.id and c.staff_side = ${asked.writer} and c.ended_at is null
    order by g.family_name, g.given_name, g.id`.execute(trx)
  return rows.map((row) => ({
    students: row.students.map((one) => shortName({ givenName: one.given_name, familyName: one.family_name })),
    guardianId: row.guardian_id,
    guardian: fullName({ givenName: row.given_name, familyName: row.family_name, displayName: row.display_name }),
    language: row.language,
    reached: row.reached,
    conversation: row.conversation,
  }))
}

/** True for the students `st` for whom the list has no guardian. */
export function hasNobody(districtId: string): RawBuilder<boolean> {
  return sql<boolean>`not exists (select from guardianship gs join person g on g.district_id = gs.district_id and g.id = gs.guardian_id and g.active
    where gs.district_id = ${districtId} and gs.student_id = st.id)`
}

/** The students of these schools (null: of any) with this in their name for whom the list has no guardian, as `Maya L.`. */
export async function studentsAlone(
  trx: Trx,
  districtId: string,
  schools: readonly string[] | null,
  name: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ given_name: string; family_name: string }>`
    select st.given_name, st.family_name from person st
    where st.district_id = ${districtId} and st.kind = 'student' and st.active and concat_ws(' ', st.given_name, st.family_name) ilike ${contains(name.trim())}
      and ${isOfSchools(districtId, sql`st.id`, schools)} and ${hasNobody(districtId)}
    order by st.family_name, st.given_name, st.id limit ${limit}`.execute(trx)
  return rows.map((row) => shortName({ givenName: row.given_name, familyName: row.family_name }))
}
