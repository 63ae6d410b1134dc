/** Whom a roster on its way in would change, by name, for who looks before it is imported. Names, languages and classes, never a number. */

import { type RawBuilder, sql } from 'kysely'
import type { Trx } from './database.ts'
import type { RosterKind } from './roster-merge.ts'

/** In what ways somebody can change, as they are told. */
export const CHANGES = ['new', 'gone', 'name', 'phone', 'language', 'class'] as const
/** One of them. */
export type Change = (typeof CHANGES)[number]

/** Somebody, and what stands in the list now and would after: names, languages (BCP 47), titles of classes; of a phone only for what it is used. */
export type ChangedPerson = {
  readonly name: string
  readonly kind: Extract<RosterKind, 'staff' | 'guardians' | 'students'>
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** The first who change in one way, by family name, and how many do. */
export type ChangedPeople = { readonly change: Change; readonly people: readonly ChangedPerson[]; readonly total: number }

const nameOf = (alias: string) => {
  const column = (name: string) => sql.ref(`${alias}.${name}`)
  return sql<string>`coalesce(${column('display_name')}, nullif(trim(concat_ws(' ', ${column('given_name')}, ${column('family_name')})), ''), ${column('id')})`
}

const NOTHING = sql`array[]::text[]`
const one = (value: RawBuilder<unknown>) => sql`array_remove(array[${value}::text], null)`

/** Who is in the list and in the file, as `t` and `r`. */
const inBoth = (districtId: string) =>
  sql`roster_person r join person t on t.district_id = ${districtId} and t.id = r.id and t.active`

/** Rows of (id, kind, family_name, given_name, name, before, after), a query a change. */
const QUERIES: Readonly<Record<Change, (districtId: string) => RawBuilder<unknown>>> = {
  new: () => sql`select r.id, r.kind, r.family_name, r.given_name, ${nameOf('r')} as name, ${NOTHING} as before, ${NOTHING} as after
    from roster_change c join roster_person r on r.id = c.id where c.what = 'added' and c.kind in ('staff', 'guardians', 'students')`,
  gone: (
    districtId,
  ) => sql`select t.id, t.kind, t.family_name, t.given_name, ${nameOf('t')} as name, ${NOTHING} as before, ${NOTHING} as after
    from roster_change c join person t on t.district_id = ${districtId} and t.id = c.id where c.what = 'removed' and c.kind in ('staff', 'guardians', 'students')`,
  name: (
    districtId,
  ) => sql`select r.id, r.kind, r.family_name, r.given_name, ${nameOf('r')} as name, array[${nameOf('t')}] as before, array[${nameOf('r')}] as after
    from ${inBoth(districtId)} where ${nameOf('t')} <> ${nameOf('r')}`,
  phone: (
    districtId,
  ) => sql`select r.id, r.kind, r.family_name, r.given_name, ${nameOf('r')} as name, coalesce(p.uses, ${NOTHING}) as before,
      array_remove(array[case when r.phone is not null then 'phone' end, case when r.sms is not null then 'sms' end], null) as after
    from ${inBoth(districtId)} left join (
      select person_id, array_agg(use order by use) as uses, max(phone_id::text) filter (where use = 'sms') as sms, max(phone_id::text) filter (where use = 'phone') as phone
      from person_phone where district_id = ${districtId} group by person_id) p on p.person_id = r.id
    where (p.sms, p.phone) is distinct from (r.sms::text, r.phone::text)`,
  language: (
    districtId,
  ) => sql`select r.id, r.kind, r.family_name, r.given_name, ${nameOf('r')} as name, ${one(sql`t.language`)} as before, ${one(sql`r.language`)} as after
    from ${inBoth(districtId)} where t.language is distinct from r.language`,
  class: (
    districtId,
  ) => sql`select r.id, r.kind, r.family_name, r.given_name, ${nameOf('r')} as name, coalesce(o.titles, ${NOTHING}) as before, coalesce(n.titles, ${NOTHING}) as after
    from ${inBoth(districtId)}
    left join (select e.person_id, array_agg(distinct k.id order by k.id) as ids, array_agg(distinct k.title order by k.title) as titles
      from enrollment e join class k on k.district_id = e.district_id and k.id = e.class_id and k.active
      where e.district_id = ${districtId} and e.active group by e.person_id) o on o.person_id = r.id
    left join (select e.person_id, array_agg(distinct k.id order by k.id) as ids, array_agg(distinct k.title order by k.title) as titles
      from roster_enrollment e join roster_class k on k.id = e.class_id group by e.person_id) n on n.person_id = r.id
    where o.ids is distinct from n.ids`,
}

/** The first `most` of each change after `compareRoster` and before anything is written; only those that there are. */
export async function readChanges(trx: Trx, districtId: string, most: number): Promise<ChangedPeople[]> {
  const all: ChangedPeople[] = []
  for (const change of CHANGES) {
    const { rows } = await sql<ChangedPerson & { total: number }>`
      select name, case kind when 'staff' then 'staff' when 'guardian' then 'guardians' else 'students' end as kind, before, after, count(*) over () as total
      from (${QUERIES[change](districtId)}) x order by family_name, given_name, id limit ${most}`.execute(trx)
    const people = rows.map(({ name, kind, before, after }) => ({ name, kind, before, after }))
    if (people.length > 0) all.push({ change, people, total: rows[0]?.total ?? 0 })
  }
  return all
}
