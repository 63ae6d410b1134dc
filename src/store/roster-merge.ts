/**
 * The second half of an import: what the staged rows (roster.ts) change. First everything is compared, so that the import can still be
 * called off; then it is written, only where something differs, so that a nightly import of the same files touches no row.
 */

import { type RawBuilder, sql } from 'kysely'
import type { Trx } from './database.ts'

/** What a roster is counted in. */
export const ROSTER_KINDS = ['schools', 'staff', 'guardians', 'students', 'classes', 'enrollments'] as const
/** One of them. */
export type RosterKind = (typeof ROSTER_KINDS)[number]

/** How many rows of one kind an import touched; `added` includes those that came back. */
export type Counts = { readonly added: number; readonly changed: number; readonly removed: number; readonly unchanged: number }

/** How many of the active rows of one kind would go. */
export type Removal = { readonly kind: RosterKind; readonly existing: number; readonly gone: number }

/** What a person's row `r` is counted as. */
const KIND_OF_PERSON = sql`case r.kind when 'staff' then 'staff' when 'guardian' then 'guardians' else 'students' end`

/** Each table of the roster beside the staged rows that it should equal. `kind` is SQL over a row `r` of either. */
const TABLES = [
  {
    table: 'school',
    staged: sql`(select id, name, time_zone from roster_org where type = 'school')`,
    kind: sql`'schools'`,
    columns: ['name', 'time_zone'],
  },
  {
    table: 'person',
    staged: sql`roster_person`,
    kind: KIND_OF_PERSON,
    columns: ['kind', 'role', 'given_name', 'family_name', 'display_name', 'email', 'language', 'contact_by', 'time_zone'],
  },
  { table: 'class', staged: sql`roster_class`, kind: sql`'classes'`, columns: ['school_id', 'title'] },
  {
    table: 'enrollment',
    staged: sql`roster_enrollment`,
    kind: sql`'enrollments'`,
    columns: ['class_id', 'person_id', 'role', 'begins', 'ends'],
  },
] as const

const columnsOf = (alias: string, columns: readonly string[]) => sql.join(columns.map((column) => sql.ref(`${alias}.${column}`)))

/** Notes what is new, different or gone in `roster_change`, and says how much would go. Changes nothing yet. */
export async function compareRoster(trx: Trx, districtId: string): Promise<Removal[]> {
  await keepWhatTheFileLeavesOpen(trx, districtId)
  for (const { table, staged, kind, columns } of TABLES) {
    const t = sql.table(table)
    await sql`insert into roster_change
      select ${kind}, r.id, case when t.active then 'changed' else 'added' end
      from ${staged} r left join ${t} t on t.district_id = ${districtId} and t.id = r.id
      where t.active is not true or (${columnsOf('t', columns)}) is distinct from (${columnsOf('r', columns)})`.execute(trx)
    // A person of another kind than before is changed, not gone.
    await sql`insert into roster_change
      select ${kind}, r.id, 'removed' from ${t} r
      where r.district_id = ${districtId} and r.active and not exists (select from ${staged} s where s.id = r.id)`.execute(trx)
  }
  const existing = sql.join(
    TABLES.map(
      ({ table, kind }) =>
        sql`select ${kind} as kind from ${sql.table(table)} r where r.district_id = ${districtId} and r.active`,
    ),
    sql` union all `,
  )
  const { rows } = await sql<Removal>`
    select e.kind, e.n as existing, coalesce(g.n, 0) as gone
    from (select kind, count(*) as n from (${existing}) x group by kind) e
    left join (select kind, count(*) as n from roster_change where what = 'removed' group by kind) g on g.kind = e.kind`.execute(
    trx,
  )
  return rows
}

/**
 * An empty cell does not unsay what is known: a language, a zone or a way of contact that was set here stays. A school whose hours were
 * set here keeps the zone that was given with them. What the school has decided of a person stays, whatever the file says.
 */
async function keepWhatTheFileLeavesOpen(trx: Trx, districtId: string): Promise<void> {
  await sql`update roster_org r set time_zone = case when t.hours is null then coalesce(r.time_zone, t.time_zone) else coalesce(t.time_zone, r.time_zone) end
    from school t where t.district_id = ${districtId} and t.id = r.id`.execute(trx)
  await sql`update roster_person r set contact_by = case when t.contact_decided then t.contact_by else coalesce(r.contact_by, t.contact_by) end,
      time_zone = coalesce(r.time_zone, t.time_zone),
      language = case when r.keep_language or t.language_decided then t.language else r.language end
    from person t where t.district_id = ${districtId} and t.id = r.id
      and (r.contact_by is null or r.time_zone is null or r.keep_language or t.contact_decided or t.language_decided)`.execute(
    trx,
  )
  await sql`update roster_person set contact_by = 'sms' where contact_by is null`.execute(trx)
}

/** Writes what `compareRoster` found: schools with their office desks, people, classes, enrollments, and who belongs to whom. `at`: the database's clock. */
export async function mergeRoster(trx: Trx, districtId: string, at: Temporal.Instant): Promise<void> {
  for (const { table, staged, kind, columns } of TABLES) {
    const t = sql.table(table)
    await sql`update ${t} t set active = true, ${sql.join(columns.map((column) => sql`${sql.ref(column)} = ${sql.ref(`r.${column}`)}`))}
      from ${staged} r join roster_change c on c.id = r.id and c.kind = ${kind}
      where t.district_id = ${districtId} and t.id = r.id`.execute(trx)
    await sql`insert into ${t} (district_id, id, ${sql.join(columns.map((column) => sql.ref(column)))})
      select ${districtId}, r.id, ${columnsOf('r', columns)} from ${staged} r
      where not exists (select from ${t} t where t.district_id = ${districtId} and t.id = r.id)`.execute(trx)
    await sql`update ${t} r set active = false from roster_change c
      where r.district_id = ${districtId} and r.id = c.id and r.active and c.kind = ${kind} and c.what = 'removed'`.execute(trx)
  }
  await sql`insert into desk (district_id, id, school_id, kind)
    select ${districtId}, id || '/office', id, 'office' from roster_org where type = 'school'
    on conflict (district_id, id) do nothing`.execute(trx)
  for (const link of LINKS) await mergeLink(trx, districtId, at.toString(), link)
}

type Link = {
  readonly table: string
  readonly columns: readonly string[]
  readonly people: readonly string[]
  readonly wanted: RawBuilder<unknown>
  readonly past?: string
}

/** Who belongs to what. `people`: the columns whose person counts as changed; `past`: the table that remembers what was. */
const LINKS: readonly Link[] = [
  {
    table: 'person_org',
    columns: ['person_id', 'org_id'],
    people: ['person_id'],
    wanted: sql`select distinct w.person_id, w.org_id from roster_person_org w
      join roster_org o on o.id = w.org_id and o.type in ('district', 'school')`,
  },
  {
    table: 'guardianship',
    columns: ['guardian_id', 'student_id'],
    people: ['guardian_id', 'student_id'],
    past: 'past_guardianship',
    // Some rosters name the guardians in the student's row, some the students in the guardian's.
    wanted: sql`select g.id as guardian_id, s.id as student_id from roster_agent a
        join roster_person s on s.id = a.person_id and s.kind = 'student' join roster_person g on g.id = a.agent_id and g.kind = 'guardian'
      union select g.id, s.id from roster_agent a
        join roster_person g on g.id = a.person_id and g.kind = 'guardian' join roster_person s on s.id = a.agent_id and s.kind = 'student'`,
  },
  {
    table: 'person_phone',
    columns: ['person_id', 'use', 'phone_id'],
    people: ['person_id'],
    wanted: sql`select id as person_id, 'sms' as use, sms as phone_id from roster_person where sms is not null
      union all select id, 'phone', phone from roster_person where phone is not null`,
  },
]

/** Removes before it adds: a person's new number takes the place of the old one. */
async function mergeLink(trx: Trx, districtId: string, at: string, link: Link): Promise<void> {
  const wanted = sql.table(`wanted_${link.table}`)
  const [t, columns] = [sql.table(link.table), sql.join(link.columns.map((column) => sql.ref(column)))]
  const same = sql.join(
    link.columns.map((column) => sql`${sql.ref(`t.${column}`)} = ${sql.ref(`w.${column}`)}`),
    sql` and `,
  )
  await sql`create temp table ${wanted} on commit drop as ${link.wanted}`.execute(trx)
  await sql`analyze ${wanted}`.execute(trx)
  const note = sql`insert into roster_change
    select ${KIND_OF_PERSON}, r.id, 'changed' from roster_person r where r.id in (${sql.join(
      link.people.map((column) => sql`select ${sql.ref(column)} from touched`),
      sql` union `,
    )}) on conflict do nothing`
  await sql`with touched as (
      delete from ${t} t where t.district_id = ${districtId} and not exists (select from ${wanted} w where ${same}) returning t.*)
      ${link.past === undefined ? sql`` : sql`, past as (insert into ${sql.table(link.past)} (district_id, ${columns}, since, until) select ${districtId}, ${columns}, since, ${at}::timestamptz from touched)`}
    ${note}`.execute(trx)
  await sql`with touched as (
      insert into ${t} (district_id, ${columns}) select ${districtId}, ${columns} from ${wanted} w
      where not exists (select from ${t} t where t.district_id = ${districtId} and ${same}) returning ${columns})
    ${note}`.execute(trx)
}

/** What was done, by kind. */
export async function countChanges(trx: Trx): Promise<Record<RosterKind, Counts>> {
  const { rows } = await sql<{ kind: RosterKind; what: 'added' | 'changed' | 'removed'; n: number }>`
    select kind, what, count(*) as n from roster_change group by kind, what`.execute(trx)
  const { rows: staged } = await sql<{ kind: RosterKind; n: number }>`${sql.join(
    TABLES.map(({ staged, kind }) => sql`select ${kind} as kind, count(*) as n from ${staged} r group by 1`),
    sql` union all `,
  )}`.execute(trx)
  const of = (kind: RosterKind): Counts => {
    const count = (what: string) => rows.find((row) => row.kind === kind && row.what === what)?.n ?? 0
    const [added, changed, removed] = [count('added'), count('changed'), count('removed')]
    return { added, changed, removed, unchanged: (staged.find((row) => row.kind === kind)?.n ?? 0) - added - changed }
  }
  return Object.fromEntries(ROSTER_KINDS.map((kind) => [kind, of(kind)])) as Record<RosterKind, Counts>
}

/** Gives the only district of an installation the proxy numbers that no district has. */
export async function claimNumbers(trx: Trx, districtId: string): Promise<void> {
  await sql`update proxy_number set district_id = ${districtId}
    where district_id is null and (select count(*) from district) = 1`.execute(trx)
}
