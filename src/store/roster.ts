/**
 * A roster on its way in: its rows are put into temporary tables, checked against one another there, and only then merged
 * (roster-merge.ts, roster-households.ts). All of it runs in one transaction.
 */

import { sql } from 'kysely'
import type { Db, Trx } from './database.ts'

/** Something to say about a line of a roster file; `line` 0 is the file as a whole. No reason ever holds a phone number. */
export type Finding = { readonly file: string; readonly line: number; readonly reason: string }

/** The office's tasks that an import opens and closes. */
export type RosterTask = 'roster_phone' | 'roster_language' | 'roster_agent' | 'roster_office_phone'

/** A finding as it is written down: one that refuses the roster, or a warning, perhaps with a task for the office. */
export type NewFinding = Finding & {
  readonly refuses: boolean
  readonly task: { readonly kind: RosterTask; readonly personId: string } | null
}

/** A row of orgs.csv. */
export type OrgRow = {
  readonly line: number
  readonly id: string
  readonly name: string
  readonly type: string
  readonly parent: string
  readonly timeZone: string | null
}

/** A row of users.csv with its phones looked up; `kind` null: the role is not known. */
export type PersonRow = {
  readonly line: number
  readonly id: string
  readonly enabled: boolean
  readonly kind: string | null
  readonly role: string
  readonly givenName: string
  readonly familyName: string
  readonly displayName: string | null
  readonly email: string | null
  readonly language: string | null
  readonly keepLanguage: boolean
  readonly contactBy: string | null
  readonly timeZone: string | null
  readonly sms: string | null
  readonly phone: string | null
}

/** One of a user's organisations or agents. */
export type PersonLink = { readonly line: number; readonly personId: string; readonly other: string }

/** A row of classes.csv. */
export type ClassRow = { readonly line: number; readonly id: string; readonly title: string; readonly schoolId: string }

/** A row of enrollments.csv; `schoolId` may be empty. */
export type EnrollmentRow = {
  readonly line: number
  readonly id: string
  readonly classId: string
  readonly schoolId: string
  readonly personId: string
  readonly role: string
  readonly begins: string | null
  readonly ends: string | null
}

/** The temporary tables by name, with the columns in the order in which `stage` takes them. */
const STAGED = {
  roster_org: { line: 'int', id: 'text', name: 'text', type: 'text', parent: 'text', time_zone: 'text' },
  roster_person: {
    line: 'int',
    id: 'text',
    enabled: 'bool',
    kind: 'text',
    role: 'text',
    given_name: 'text',
    family_name: 'text',
    display_name: 'text',
    email: 'text',
    language: 'text',
    keep_language: 'bool',
    contact_by: 'text',
    time_zone: 'text',
    sms: 'uuid',
    phone: 'uuid',
  },
  roster_person_org: { line: 'int', person_id: 'text', org_id: 'text' },
  roster_agent: { line: 'int', person_id: 'text', agent_id: 'text' },
  roster_class: { line: 'int', id: 'text', title: 'text', school_id: 'text' },
  roster_enrollment: {
    line: 'int',
    id: 'text',
    class_id: 'text',
    school_id: 'text',
    person_id: 'text',
    role: 'text',
    begins: 'date',
    ends: 'date',
  },
  roster_finding: { file: 'text', line: 'int', reason: 'text', refuses: 'bool', task_kind: 'text', person_id: 'text' },
} as const

type Staged = keyof typeof STAGED
type Value = string | number | boolean | null

/** Rows of one statement: enough to make the round trip cheap, few enough to keep memory flat. */
const BATCH = 5000

/** Makes the temporary tables; they go with the transaction. The app's role needs TEMP on the database, which PUBLIC has by default. */
export async function makeStaging(trx: Trx): Promise<void> {
  // Of a table that was empty yesterday the planner believes that it still is, and loops over it a hundred thousand times. Everything here
  // compares whole tables, for which hashing is right at any size.
  await sql.raw('set local enable_nestloop = off').execute(trx)
  for (const [table, columns] of Object.entries(STAGED)) {
    const list = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
    await sql.raw(`create temp table ${table} (${list.join(', ')}) on commit drop`).execute(trx)
  }
  await sql
    .raw('create temp table roster_change (kind text, id text, what text, primary key (kind, id)) on commit drop')
    .execute(trx)
}

/** Gives the planner the true sizes of what was staged. */
export async function analyzeStaged(trx: Trx): Promise<void> {
  for (const table of Object.keys(STAGED)) await sql.raw(`analyze ${table}`).execute(trx)
}

async function stage(trx: Trx, table: Staged, rows: readonly (readonly Value[])[]): Promise<void> {
  const columns = Object.entries(STAGED[table])
  for (let from = 0; from < rows.length; from += BATCH) {
    const batch = rows.slice(from, from + BATCH)
    const arrays = columns.map(([, type], i) => sql`${batch.map((row) => row[i])}::${sql.raw(type)}[]`)
    await sql`insert into ${sql.raw(table)} select * from unnest(${sql.join(arrays)})`.execute(trx)
  }
}

/** Writes findings down; they come back sorted with `readFindings`. */
export async function stageFindings(trx: Trx, findings: readonly NewFinding[]): Promise<void> {
  const rows = findings.map((f) => [f.file, f.line, f.reason, f.refuses, f.task?.kind ?? null, f.task?.personId ?? null])
  await stage(trx, 'roster_finding', rows)
}

/** Puts rows of orgs.csv aside. */
export async function stageOrgs(trx: Trx, rows: readonly OrgRow[]): Promise<void> {
  const values = rows.map((r) => [r.line, r.id, r.name, r.type, r.parent, r.timeZone])
  await stage(trx, 'roster_org', values)
}

/** Puts rows of users.csv aside, with their organisations and agents. */
export async function stagePeople(
  trx: Trx,
  rows: readonly PersonRow[],
  orgs: readonly PersonLink[],
  agents: readonly PersonLink[],
): Promise<void> {
  const values = rows.map((r) => [
    ...[r.line, r.id, r.enabled, r.kind, r.role, r.givenName, r.familyName, r.displayName, r.email],
    ...[r.language, r.keepLanguage, r.contactBy, r.timeZone, r.sms, r.phone],
  ])
  await stage(trx, 'roster_person', values)
  const links = (all: readonly PersonLink[]) => all.map((link) => [link.line, link.personId, link.other])
  await stage(trx, 'roster_person_org', links(orgs))
  await stage(trx, 'roster_agent', links(agents))
}

/** Puts rows of classes.csv aside. */
export async function stageClasses(trx: Trx, rows: readonly ClassRow[]): Promise<void> {
  const values = rows.map((r) => [r.line, r.id, r.title, r.schoolId])
  await stage(trx, 'roster_class', values)
}

/** Puts rows of enrollments.csv aside. */
export async function stageEnrollments(trx: Trx, rows: readonly EnrollmentRow[]): Promise<void> {
  const values = rows.map((r) => [r.line, r.id, r.classId, r.schoolId, r.personId, r.role, r.begins, r.ends])
  await stage(trx, 'roster_enrollment', values)
}

/** A district as the import knows it; `country` is ISO 3166-1. */
export type RosterDistrict = { readonly id: string; readonly sourcedId: string; readonly country: string }

/**
 * The district that orgs.csv names, made when it is new, locked against a second import at the same time; from here on the transaction
 * sees its rows. Null when orgs.csv does not hold exactly one.
 */
export async function openDistrict(trx: Trx): Promise<RosterDistrict | null> {
  const { rows: named } = await sql<{ id: string; name: string }>`
    select id, name from roster_org where type = 'district' and id <> ''`.execute(trx)
  const [district, ...others] = named
  if (district === undefined || others.length > 0) return null
  await sql`insert into district (sourced_id, name) values (${district.id}, ${district.name})
    on conflict (sourced_id) do nothing`.execute(trx)
  // Not `for update`: that would hold up everybody whose new rows refer to the district.
  const { rows } = await sql<{ id: string; country: string }>`
    select id, country from district where sourced_id = ${district.id} for no key update`.execute(trx)
  const found = rows[0]
  if (found === undefined) throw new Error('The district that was just made is not there.')
  await sql`update district set name = ${district.name} where id = ${found.id} and name <> ${district.name}`.execute(trx)
  await sql.raw(`set local app.district_id = '${found.id}'`).execute(trx)
  return { id: found.id, sourcedId: district.id, country: found.country }
}

/** Every number that is or was one of ours, of any district: no family's phone. */
export async function ownNumbers(db: Db | Trx): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ number: string }>`select number from proxy_number`.execute(db)
  return new Set(rows.map((row) => row.number))
}

/** The first `most` findings by file and line, and how many there are. */
export async function readFindings(trx: Trx, refuses: boolean, most: number): Promise<{ findings: Finding[]; total: number }> {
  const { rows } = await sql<Finding & { total: number }>`
    select file, line, reason, count(*) over () as total from roster_finding where refuses = ${refuses}
    order by file collate "C", line, reason collate "C" limit ${most}`.execute(trx)
  return { findings: rows.map(({ file, line, reason }) => ({ file, line, reason })), total: rows[0]?.total ?? 0 }
}

/** Opens, renews and closes the office's tasks so that they say what this roster's warnings say. */
export async function syncTasks(trx: Trx, districtId: string): Promise<void> {
  await sql
    .raw(`create temp table roster_task on commit drop as
    select task_kind as kind, 'users.csv/' || person_id as key, person_id,
      jsonb_build_object('reasons', jsonb_agg(distinct reason order by reason)) as detail,
      (select min(w.org_id) from roster_person_org w join roster_org o on o.id = w.org_id and o.type = 'school'
        where w.person_id = f.person_id) as school_id
    from roster_finding f where task_kind is not null and not refuses group by task_kind, person_id`)
    .execute(trx)
  await sql`update task t set closed_at = now() where t.district_id = ${districtId} and t.closed_at is null
    and t.kind in ('roster_phone', 'roster_language', 'roster_agent', 'roster_office_phone')
    and not exists (select from roster_task r where r.kind = t.kind and r.key = t.key)`.execute(trx)
  await sql`insert into task as t (district_id, school_id, kind, key, person_id, detail)
    select ${districtId}, school_id, kind, key, person_id, detail from roster_task
    on conflict (district_id, kind, key) where closed_at is null
    do update set detail = excluded.detail, school_id = excluded.school_id
    where (t.detail, t.school_id) is distinct from (excluded.detail, excluded.school_id)`.execute(trx)
}
