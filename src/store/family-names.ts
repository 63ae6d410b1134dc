/** Families as staff know them: guardians, their children, and the languages that are on file. */

import { sql } from 'kysely'
import { fullName, shortName } from '../core/people.ts'
import type { Trx } from './database.ts'

/** A household by its people. Names only: numbers are nobody's to see. */
export type Family = {
  readonly guardians: readonly string[]
  /** `Maya L.` */
  readonly students: readonly string[]
  /** BCP 47, the first guardian's first. */
  readonly languages: readonly string[]
}

/** The families of these households; of an ended household the last guardians, and of guardians who have no student left the last ones. */
export async function familiesOf(trx: Trx, districtId: string, households: readonly string[]): Promise<Map<string, Family>> {
  const ids = [...new Set(households)]
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{
    household_id: string
    given_name: string
    family_name: string
    display_name: string | null
    language: string | null
    children: { given_name: string; family_name: string; id: string }[]
  }>`
    select hg.household_id, g.given_name, g.family_name, g.display_name, g.language, coalesce((
        select jsonb_agg(jsonb_build_object('id', st.id, 'given_name', st.given_name, 'family_name', st.family_name) order by st.given_name, st.id)
        from guardianship gs join person st on st.district_id = gs.district_id and st.id = gs.student_id and st.active
        where gs.district_id = ${districtId} and gs.guardian_id = g.id), (
        select jsonb_agg(distinct jsonb_build_object('id', st.id, 'given_name', st.given_name, 'family_name', st.family_name))
        from past_guardianship gs join person st on st.district_id = gs.district_id and st.id = gs.student_id
        where gs.district_id = ${districtId} and gs.guardian_id = g.id
          and gs.until = (select max(l.until) from past_guardianship l where l.district_id = ${districtId} and l.guardian_id = g.id)), '[]'::jsonb) as children
    from household_guardian hg join household h on h.district_id = hg.district_id and h.id = hg.household_id
    join person g on g.district_id = hg.district_id and g.id = hg.guardian_id
    where hg.district_id = ${districtId} and hg.household_id = any(${ids}::uuid[]) and (hg.until is null or hg.until >= h.until)
    order by g.id`.execute(trx)
  const families = new Map<string, { guardians: Set<string>; students: Map<string, string>; languages: Set<string> }>()
  for (const row of rows) {
    const family = families.get(row.household_id) ?? { guardians: new Set(), students: new Map(), languages: new Set() }
    family.guardians.add(fullName({ givenName: row.given_name, familyName: row.family_name, displayName: row.display_name }))
    for (const child of row.children)
      family.students.set(child.id, shortName({ givenName: child.given_name, familyName: child.family_name }))
    if (row.language !== null) family.languages.add(row.language)
    families.set(row.household_id, family)
  }
  return new Map(
    [...families].map(([id, f]) => [
      id,
      { guardians: [...f.guardians], students: [...f.students.values()], languages: [...f.languages] },
    ]),
  )
}

/** Guardians by sourcedId: what they are called, and the language on file (BCP 47), null where there is none. */
export async function guardiansById(
  trx: Trx,
  districtId: string,
  guardians: readonly string[],
): Promise<ReadonlyMap<string, { readonly name: string; readonly language: string | null }>> {
  const { rows } = await sql<{
    id: string
    given_name: string
    family_name: string
    display_name: string | null
    language: string | null
  }>`
    select id, given_name, family_name, display_name, language from person where district_id = ${districtId} and id = any(${[...guardians]}::text[])`.execute(
    trx,
  )
  return new Map(
    rows.map(({ id, language, ...row }) => [
      id,
      { language, name: fullName({ givenName: row.given_name, familyName: row.family_name, displayName: row.display_name }) },
    ]),
  )
}
