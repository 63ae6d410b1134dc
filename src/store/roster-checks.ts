/** What only a roster's rows together show: ids that are there twice or not at all, agents, numbers that too many have. */

import { type RawBuilder, sql } from 'kysely'
import type { Trx } from './database.ts'
import { analyzeStaged } from './roster.ts'

/** A number on more guardians than this is no family's: a school's, a shelter's, a placeholder. */
export const MOST_GUARDIANS_OF_A_PHONE = 8

/**
 * Writes down what only the rows together show. `whole` names the files of which every row could be read: against any other, nothing is
 * called missing. `districtId` null: the district is not known, nothing is compared with the database.
 */
export async function checkStaged(trx: Trx, districtId: string | null, whole: ReadonlySet<string>): Promise<void> {
  await analyzeStaged(trx)
  for (const [file, table] of TABLES_OF_FILES) await refuse(trx, file, duplicates(table))
  if (whole.has('orgs.csv')) {
    await checkDistrict(trx)
    await refuse(
      trx,
      'orgs.csv',
      sql`select line, 'parentSourcedId of ' || id || ' names no row of orgs.csv.' from roster_org o
      where parent <> '' and not exists (select from roster_org p where p.id = o.parent)`,
    )
    await refuse(
      trx,
      'classes.csv',
      sql`select line, 'schoolSourcedId of ' || id || ' names no school of orgs.csv.' from roster_class c
      where school_id <> '' and not exists (select from roster_org o where o.id = c.school_id and o.type = 'school')`,
    )
    await refuse(
      trx,
      'enrollments.csv',
      sql`select line, 'schoolSourcedId of ' || id || ' names no row of orgs.csv.'
      from roster_enrollment e where school_id <> '' and not exists (select from roster_org o where o.id = e.school_id)`,
    )
    await warn(
      trx,
      sql`select line, 'orgSourcedIds of ' || person_id || ' names no row of orgs.csv.', null, null from roster_person_org p
      where not exists (select from roster_org o where o.id = p.org_id) group by line, person_id`,
    )
  }
  if (whole.has('classes.csv'))
    await refuse(
      trx,
      'enrollments.csv',
      sql`select line, 'classSourcedId of ' || id || ' names no row of classes.csv.'
      from roster_enrollment e where class_id <> '' and not exists (select from roster_class c where c.id = e.class_id)`,
    )
  if (whole.has('users.csv')) {
    await refuse(
      trx,
      'enrollments.csv',
      sql`select line, 'userSourcedId of ' || id || ' names no row of users.csv.'
      from roster_enrollment e where person_id <> '' and not exists (select from roster_person p where p.id = e.person_id)`,
    )
    await checkAgents(trx)
  }
  await refuse(
    trx,
    'users.csv',
    sql`select line, 'sourcedId ' || id || ' is the name of a desk.' from roster_person p
    where kind = 'staff' and (exists (select from desk d where d.district_id = ${districtId} and d.id = p.id) or exists (
      select from roster_org o where o.type = 'school' and p.id in (o.id || '/office', o.id || '/attendance', o.id || '/nurse', o.id || '/aides')))`,
  )
  await dropDisabled(trx)
  await dropCrowdedPhones(trx)
}

const TABLES_OF_FILES = [
  ['orgs.csv', 'roster_org'],
  ['users.csv', 'roster_person'],
  ['classes.csv', 'roster_class'],
  ['enrollments.csv', 'roster_enrollment'],
] as const

/** `rows` selects line, reason. */
async function refuse(trx: Trx, file: string, rows: RawBuilder<unknown>): Promise<void> {
  await sql`insert into roster_finding (file, line, reason, refuses) select ${file}, x.*, true from (${rows}) x`.execute(trx)
}

/** `rows` selects line, reason, task kind or null, person or null, of users.csv. */
async function warn(trx: Trx, rows: RawBuilder<unknown>): Promise<void> {
  await sql`insert into roster_finding (file, line, reason, task_kind, person_id, refuses)
    select 'users.csv', x.*, false from (${rows}) x`.execute(trx)
}

function duplicates(table: string): RawBuilder<unknown> {
  return sql`select line, 'sourcedId ' || id || ' is already on line ' || first || '.'
    from (select line, id, min(line) over (partition by id) as first from ${sql.raw(table)}) t where line > first`
}

async function checkDistrict(trx: Trx): Promise<void> {
  await refuse(
    trx,
    'orgs.csv',
    sql`select 0, 'There is no org of type district; exactly one is needed.'
    where not exists (select from roster_org where type = 'district')`,
  )
  await refuse(
    trx,
    'orgs.csv',
    sql`select line, id || ' is one of several orgs of type district; exactly one is needed.'
    from (select line, id, count(*) over () as n from roster_org where type = 'district') t where n > 1`,
  )
}

async function checkAgents(trx: Trx): Promise<void> {
  await warn(
    trx,
    sql`select a.line, 'agentSourcedIds of ' || a.person_id || ' names somebody who is not in users.csv.', 'roster_agent', a.person_id
    from roster_agent a where not exists (select from roster_person p where p.id = a.agent_id) group by a.line, a.person_id`,
  )
  await warn(
    trx,
    sql`select a.line, 'agentSourcedIds of ' || a.person_id || ' names somebody who is not a guardian.', 'roster_agent', a.person_id
    from roster_agent a join roster_person p on p.id = a.agent_id join roster_person s on s.id = a.person_id
    where s.kind = 'student' and p.kind <> 'guardian' group by a.line, a.person_id`,
  )
}

/**
 * Disabled staff are as good as absent, with all that hangs on the row: they lose the gateway with their other systems. Guardians and students
 * stay: `enabledUser` false says that a record "is active but system access is curtailed" (OneRoster 1.1), and most of them sign in nowhere.
 * Only now: a class may still name them, and that is no dangling id.
 */
async function dropDisabled(trx: Trx): Promise<void> {
  await warn(
    trx,
    sql`select 0, 'enabledUser is false for ' || count(*) filter (where kind = 'staff') || ' of the staff, who count as gone, and for '
      || count(*) filter (where kind <> 'staff') || ' guardians and students, who stay.', null, null
      from roster_person where not enabled having count(*) > 0`,
  )
  const disabled = sql`(select id from roster_person where not enabled and kind = 'staff')`
  await sql`delete from roster_enrollment where person_id in ${disabled}`.execute(trx)
  await sql`delete from roster_person_org where person_id in ${disabled}`.execute(trx)
  await sql`delete from roster_finding where not refuses and person_id in ${disabled}`.execute(trx)
  await sql`delete from roster_person where not enabled and kind = 'staff'`.execute(trx)
}

/** Takes a number away from everybody when too many guardians have it. */
async function dropCrowdedPhones(trx: Trx): Promise<void> {
  await sql.raw('create temp table roster_crowded (phone_id uuid primary key) on commit drop').execute(trx)
  await sql`insert into roster_crowded select phone_id from (
      select sms as phone_id, id from roster_person where kind = 'guardian' union select phone, id from roster_person where kind = 'guardian') u
    where phone_id is not null group by phone_id having count(*) > ${MOST_GUARDIANS_OF_A_PHONE}`.execute(trx)
  for (const column of ['sms', 'phone']) {
    await warn(
      trx,
      sql`select line, 'The number in ' || ${column}::text || ' of ' || id || ' is on more than ${sql.raw(String(MOST_GUARDIANS_OF_A_PHONE))} guardians and is not used.',
      'roster_phone', id from roster_person p where exists (select from roster_crowded c where c.phone_id = p.${sql.ref(column)})`,
    )
    await sql`update roster_person p set ${sql.ref(column)} = null
      where exists (select from roster_crowded c where c.phone_id = p.${sql.ref(column)})`.execute(trx)
  }
}
