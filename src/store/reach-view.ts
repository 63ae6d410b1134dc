/** Whom the school reaches, and whom it does not: counts of students by language, class and way. No row names anybody. */

import { sql } from 'kysely'
import type { Trx } from './database.ts'
import { enrolledNow } from './reach.ts'

/** How many students' families are in a group, got something in the time looked at, and answered or wrote themselves. */
export type ReachCount = { readonly students: number; readonly reached: number; readonly twoWay: number }

/** One group. `key`: a language (BCP 47), a class's title, or a way; null: the groups that are too small to be shown, as one, and of classes the students in none. */
export type ReachGroup = ReachCount & { readonly key: string | null }

/** The ways in which families are reached, the first that one of a student's guardians has. */
export const WAYS = ['text', 'call', 'stopped', 'no_phone'] as const
export type Way = (typeof WAYS)[number]

/** Groups of fewer students than this are not told apart: the figures would be somebody's. */
export const SMALLEST = 5

/** The whole, and the groups; a student's family is reached when a message to one of its guardians was delivered or heard. */
export type Reach = {
  readonly all: ReachCount
  readonly languages: readonly ReachGroup[]
  readonly classes: readonly ReachGroup[]
  readonly ways: readonly ReachGroup[]
}

type Row = { by: 'all' | 'language' | 'class' | 'way'; key: string | null; students: number; reached: number; two_way: number }

/** The reach of a school since `since`. */
export async function reachOf(trx: Trx, districtId: string, schoolId: string, since: Temporal.Instant): Promise<Reach> {
  const { rows } = await sql<Row>`
    with kin as materialized (
      select st.id, g.id as guardian_id, g.language, g.contact_by, h.id as household_id, p.id is not null as has_phone, p.opted_out_at is not null as stopped, p.line_type
      from person_org po
      join lateral (select id from person where district_id = ${districtId} and id = po.person_id and kind = 'student' and active offset 0) st on true
      left join guardianship gs on gs.district_id = ${districtId} and gs.student_id = st.id
      left join person g on g.district_id = ${districtId} and g.id = gs.guardian_id and g.active
      left join household_guardian hg on hg.district_id = ${districtId} and hg.guardian_id = g.id and hg.until is null
      left join household h on h.district_id = ${districtId} and h.id = hg.household_id and h.until is null
      left join phone p on p.district_id = ${districtId} and p.id = h.phone_id
      where po.district_id = ${districtId} and po.org_id = ${schoolId}
    ), spoken as materialized (
      select home.household_id, bool_or(x.reached) as reached, bool_or(x.wrote) as wrote
      from (select distinct household_id from kin) home
      join lateral (select id from conversation where district_id = ${districtId} and household_id = home.household_id offset 0) c on true
      cross join lateral (
        select bool_or(x.direction = 'to_family' and (x.status = 'delivered' or x.heard_at is not null)) as reached, bool_or(x.direction = 'to_staff') as wrote
        from exchange x where x.district_id = ${districtId} and x.conversation_id = c.id and x.author = 'person' and x.created_at >= ${since.toString()}::timestamptz) x
      group by home.household_id
    ), student as materialized (
      select k.id, (array_agg(k.language order by k.guardian_id) filter (where k.language is not null))[1] as language,
        coalesce(bool_or(s.reached), false) as reached, coalesce(bool_or(s.reached), false) and coalesce(bool_or(s.wrote), false) as two_way,
        case when bool_or(k.has_phone and not k.stopped and k.contact_by = 'sms' and k.line_type is distinct from 'landline') then 'text'
          when bool_or(k.has_phone and not k.stopped) then 'call'
          when bool_or(k.has_phone) then 'stopped' else 'no_phone' end as way
      from kin k left join spoken s on s.household_id = k.household_id
      group by k.id
    ), grouped as (
      select 'all' as by, null as key, reached, two_way from student
      union all select 'language', coalesce(language, 'und'), reached, two_way from student
      union all select 'way', way, reached, two_way from student
      union all select 'class', k.title, s.reached, s.two_way from student s
        join enrollment e on e.district_id = ${districtId} and e.person_id = s.id and e.role = 'student' and ${enrolledNow('e')}
        join class k on k.district_id = e.district_id and k.id = e.class_id and k.active and k.school_id = ${schoolId}
      -- Who is in no class: left out, the difference to the whole would be theirs.
      union all select 'class', null, s.reached, s.two_way from student s where not exists (
        select from enrollment e join class k on k.district_id = e.district_id and k.id = e.class_id and k.active and k.school_id = ${schoolId}
        where e.district_id = ${districtId} and e.person_id = s.id and e.role = 'student' and ${enrolledNow('e')})
    ), counted as (
      select by, key, count(*)::int as students, count(*) filter (where reached)::int as reached, count(*) filter (where two_way)::int as two_way
      from grouped group by by, key
    )
    select by, case when by = 'all' or students >= ${SMALLEST} then key end as key, sum(students)::int as students, sum(reached)::int as reached, sum(two_way)::int as two_way
    from counted group by 1, 2 order by 1, 3 desc, 2 nulls last`.execute(trx)
  const groups = (by: Row['by']) =>
    untold(
      rows
        .filter((row) => row.by === by)
        .map(({ key, students, reached, two_way }) => ({ key, students, reached, twoWay: two_way })),
    )
  const all = rows.find((row) => row.by === 'all')
  return {
    all: { students: all?.students ?? 0, reached: all?.reached ?? 0, twoWay: all?.two_way ?? 0 },
    languages: groups('language'),
    classes: groups('class'),
    ways: groups('way'),
  }
}

/** Where the small groups together are too small themselves, the smallest other joins them: else they would be what is missing from the whole. */
function untold(groups: readonly ReachGroup[]): readonly ReachGroup[] {
  const rest = groups.find(({ key }) => key === null)
  const others = groups.filter(({ key }) => key !== null)
  const joins = others.at(-1)
  if (rest === undefined || rest.students >= SMALLEST) return groups
  if (joins === undefined) return []
  return [
    ...others.slice(0, -1),
    {
      key: null,
      students: rest.students + joins.students,
      reached: rest.reached + joins.reached,
      twoWay: rest.twoWay + joins.twoWay,
    },
  ]
}
