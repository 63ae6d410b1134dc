/** The languages of a school's families, and who and what there is for each. No row names anybody. */

import { sql } from 'kysely'
import type { Trx } from './database.ts'
import { SMALLEST } from './reach-view.ts'

/** A language (BCP 47; `und`: none is on file) with how many of the school's families have it; null: some, fewer than `SMALLEST`. */
export type FamilyLanguage = { readonly language: string; readonly families: number | null }

/** The languages of a school's families, the most frequent first and the small ones by name. A family that speaks two counts in both. */
export async function familyLanguages(trx: Trx, districtId: string, schoolId: string): Promise<FamilyLanguage[]> {
  const { rows } = await sql<FamilyLanguage>`
    with spoken as (
      select hg.household_id, g.language from person_org po
      join person st on st.district_id = po.district_id and st.id = po.person_id and st.kind = 'student' and st.active
      join guardianship gs on gs.district_id = po.district_id and gs.student_id = st.id
      join person g on g.district_id = po.district_id and g.id = gs.guardian_id and g.active
      left join household_guardian hg on hg.district_id = po.district_id and hg.guardian_id = g.id and hg.until is null
      where po.district_id = ${districtId} and po.org_id = ${schoolId}
      group by hg.household_id, g.language, case when hg.household_id is null then g.id end
    ), counted as (
      select coalesce(language, 'und') as language, count(*)::int as families from spoken
      where language is not null or not exists (select from spoken o where o.household_id = spoken.household_id and o.language is not null)
      group by 1
    )
    select language, case when families >= ${SMALLEST} then families end as families from counted
    order by case when families >= ${SMALLEST} then families else 0 end desc, 1`.execute(trx)
  return rows
}

/** The languages (BCP 47) that the people at a school's aides' desk have in the roster, English included. */
export async function aideLanguages(trx: Trx, districtId: string, schoolId: string): Promise<string[]> {
  const { rows } = await sql<{ language: string }>`
    select distinct p.language from desk d
    join desk_staff ds on ds.district_id = d.district_id and ds.desk_id = d.id
    join person p on p.district_id = ds.district_id and p.id = ds.person_id and p.active and p.language is not null
    where d.district_id = ${districtId} and d.school_id = ${schoolId} and d.kind = 'aides'`.execute(trx)
  return rows.map((row) => row.language)
}

/** How many fixed prompts people have recorded, by language (BCP 47). */
export async function recordedPromptCounts(trx: Trx, districtId: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ language: string; n: number }>`
    select p.language, count(*)::int as n from prompt p
    join recording r on r.district_id = p.district_id and r.id = p.recording_id and r.kept_at is not null
    where p.district_id = ${districtId} group by p.language`.execute(trx)
  return new Map(rows.map((row) => [row.language, row.n]))
}

/** The languages (BCP 47) that families of the district have on file. */
export async function districtLanguages(trx: Trx, districtId: string): Promise<string[]> {
  const { rows } = await sql<{ language: string }>`
    select language from person where district_id = ${districtId} and kind = 'guardian' and active and language is not null group by language order by 1`.execute(
    trx,
  )
  return rows.map((row) => row.language)
}
