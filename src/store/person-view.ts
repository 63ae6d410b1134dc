/** People as an administrator sees them: found by name, class and role, and one person with all that decides how the school reaches them. No number. */

import { type RawBuilder, sql } from 'kysely'
import { channelOf } from '../core/channel.ts'
import { type Scope, type Staff, scopeOf } from '../core/people.ts'
import { contains, type Trx } from './database.ts'
import { everAt } from './past-families.ts'
import { takesTexts } from './phones.ts'
import { enrolledNow } from './reach.ts'

/** The roles that a search can be narrowed to; `left`: who is on the list no more. */
export const PERSON_ROLES = ['guardian', 'student', 'teacher', 'administrator', 'aide', 'left'] as const
/** One of them. */
export type PersonRole = (typeof PERSON_ROLES)[number]

/** Which people of a school. `classId`: its students, their guardians and its teachers. */
export type PeopleQuestion = {
  readonly schoolId: string
  readonly name: string
  readonly role: PersonRole | null
  readonly classId: string | null
  /** sourcedId of the last one of the page before; null: from the first one on. */
  readonly after: string | null
  readonly limit: number
}

/** Somebody in a list; `role`: the roster's word. `with`: the students of a guardian, the guardians of a student. */
export type PersonRow = {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly with: readonly string[]
}

const NAME = sql`coalesce(p.display_name, concat_ws(' ', p.given_name, p.family_name))`

/** The guardians `o` of the student `p`, or the students of the guardian `p`; `past_guardianship`: those of before. */
const relatives = (districtId: string, table: 'guardianship' | 'past_guardianship') => sql`(
    select gs.guardian_id as id from ${sql.table(table)} gs where gs.district_id = ${districtId} and gs.student_id = p.id
    union select gs.student_id from ${sql.table(table)} gs where gs.district_id = ${districtId} and gs.guardian_id = p.id) r
  join person o on o.district_id = ${districtId} and o.id = r.id`

/** The person `p`, and the students of whom `p` is a guardian. */
const self = (districtId: string) =>
  sql`array(select p.id union all select gs.student_id from guardianship gs where gs.district_id = ${districtId} and gs.guardian_id = p.id)`

/** True for the people `p` who come after somebody (null: everybody) by family name, given name and id. */
export function isAfter(districtId: string, id: string | null, p = sql.ref('p')): RawBuilder<boolean> {
  return id === null
    ? sql<boolean>`true`
    : sql<boolean>`(${p}.family_name, ${p}.given_name, ${p}.id) > (select l.family_name, l.given_name, l.id from person l where l.district_id = ${districtId} and l.id = ${id})`
}

/**
 * The active people of a school who fit, by name; those of the district's own office are in every school's list for the district's administrators. `left`: who is in no
 * list of the district any more, and was in a class of the school, a guardian of one who was, or wrote in its name.
 */
export async function findPeople(trx: Trx, admin: Staff, asked: PeopleQuestion): Promise<PersonRow[]> {
  const { districtId, scope } = admin
  const pattern = contains(asked.name.trim())
  const org = sql`po.district_id = ${districtId} and (po.org_id = ${asked.schoolId}
    or (${scope.kind === 'district'} and po.org_id = (select sourced_id from district where id = ${districtId})))`
  const left = asked.role === 'left'
  const pool = left
    ? everAt(districtId, [asked.schoolId], asked.classId)
    : asked.classId === null
      ? sql`select po.person_id as id from person_org po where ${org}
          union select gs.guardian_id from person_org po join guardianship gs on gs.district_id = po.district_id and gs.student_id = po.person_id where ${org}`
      : sql`select e.person_id as id from enrollment e join class k on k.district_id = e.district_id and k.id = e.class_id and k.school_id = ${asked.schoolId}
            where e.district_id = ${districtId} and e.class_id = ${asked.classId} and ${enrolledNow('e')}
          union select gs.guardian_id from enrollment e join class k on k.district_id = e.district_id and k.id = e.class_id and k.school_id = ${asked.schoolId}
            join guardianship gs on gs.district_id = e.district_id and gs.student_id = e.person_id
            where e.district_id = ${districtId} and e.class_id = ${asked.classId} and e.role = 'student' and ${enrolledNow('e')}`
  const { rows } = await sql<PersonRow>`
    select p.id, ${NAME} as name, p.role, coalesce((
        select jsonb_agg(concat_ws(' ', o.given_name, o.family_name) order by o.given_name, o.id) from ${relatives(districtId, left ? 'past_guardianship' : 'guardianship')}
        where ${left && scope.kind !== 'district' ? sql`o.id in ${everAt(districtId, [asked.schoolId])}` : sql`true`}), '[]') as "with"
    -- Names are compared of the pool alone: asked of the join, PostgreSQL compares those of the whole district.
    from (select p.* from (${pool}) w join person p on p.district_id = ${districtId} and p.id = w.id
      and p.active = ${!left} offset 0) p
    where ${asked.name.trim() === '' ? sql`true` : sql`concat_ws(' ', p.given_name, p.family_name, p.display_name) ilike ${pattern}`}
      and ${isAfter(districtId, asked.after)}
      and (${asked.role === null || left} or ${asked.role}::text = case p.kind when 'guardian' then 'guardian' when 'student' then 'student' else p.role end)
    order by p.family_name, p.given_name, p.id limit ${asked.limit}`.execute(trx)
  return rows
}

/** By which way somebody is reached; null: by none, for want of a phone. */
export type Reached = {
  readonly channel: 'text' | 'call' | 'none'
  readonly optedOut: boolean
  readonly refusesCalls: boolean
  readonly landline: boolean
  /** Others who read the same phone, by name. */
  readonly shared: readonly string[]
}

/** One person. Languages are BCP 47; null: none is on file. */
export type PersonView = {
  readonly id: string
  readonly name: string
  readonly kind: 'staff' | 'guardian' | 'student'
  readonly role: string
  /** Of staff: how far they see. */
  readonly scope: Scope
  readonly schools: readonly { readonly id: string; readonly name: string }[]
  readonly classes: readonly string[]
  /** On the list; else somebody who has left, of whom nothing may be changed. */
  readonly active: boolean
  /** The students of a guardian, the guardians of a student. */
  readonly relatives: readonly { readonly id: string; readonly name: string }[]
  /** Those of before, and when the list last had them, ISO 8601. */
  readonly formerly: readonly { readonly id: string; readonly name: string; readonly until: string }[]
  readonly language: string | null
  /** Where it is another one than the written. */
  readonly spokenLanguage: string | null
  readonly contactBy: 'sms' | 'voice'
  /** Whether the school has said so, whatever the list says. */
  readonly decided: { readonly language: boolean; readonly contact: boolean }
  readonly reached: Reached | null
  /** The office was told that another phone than the list's is theirs. */
  readonly officePhone: { readonly by: string; readonly at: Temporal.Instant } | null
  /** Of staff: `Lincoln School office`. */
  readonly desks: readonly string[]
  readonly secondFactor: boolean
}

/**
 * A person of this administrator's schools, or of the district for its own, and who was one and is in no list of the district any more; null for everybody else. Of
 * who has left, relatives and schools are those that the administrator sees.
 */
export async function personView(trx: Trx, admin: Staff, id: string): Promise<PersonView | null> {
  const { districtId, scope } = admin
  if (scope.kind === 'own') return null
  const schools = scope.kind === 'schools' ? [...scope.schools] : []
  const inSchools = scope.kind === 'district' ? null : schools
  const seen = (id: RawBuilder<unknown>) =>
    inSchools === null ? sql`true` : sql`(p.active or ${id} in ${everAt(districtId, inSchools)})`
  const { rows } = await sql<{
    id: string
    name: string
    kind: PersonView['kind']
    role: string
    orgs: string[]
    district: string
    schools: PersonView['schools']
    classes: string[]
    active: boolean
    relatives: PersonView['relatives']
    formerly: PersonView['formerly']
    language: string | null
    spoken_language: string | null
    contact_by: 'sms' | 'voice'
    language_decided: boolean
    contact_decided: boolean
    desks: string[]
    second_factor: boolean
    said_by: string | null
    said_at: Temporal.Instant | null
  }>`
    select p.id, ${NAME} as name, p.kind, p.role, p.active, p.language, p.spoken_language, p.contact_by, p.language_decided, p.contact_decided, d.sourced_id as district,
      array(select po.org_id from person_org po where po.district_id = p.district_id and po.person_id = p.id) as orgs,
      coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name) order by s.name, s.id) from school s where s.district_id = p.district_id and s.active
        and s.id in (select po.org_id from person_org po where po.district_id = ${districtId} and po.person_id = any(${self(districtId)}))), '[]') as schools,
      array(select k.title from enrollment e join class k on k.district_id = e.district_id and k.id = e.class_id and k.active
        where e.district_id = p.district_id and e.person_id = p.id and ${enrolledNow('e')} order by k.title, k.id limit 30) as classes,
      coalesce((select jsonb_agg(jsonb_build_object('id', o.id, 'name', concat_ws(' ', o.given_name, o.family_name)) order by o.given_name, o.id)
        from ${relatives(districtId, 'guardianship')} where ${seen(sql`o.id`)}), '[]') as relatives,
      coalesce((select jsonb_agg(jsonb_build_object('id', o.id, 'name', concat_ws(' ', o.given_name, o.family_name), 'until', (
          select to_char(max(l.until) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from past_guardianship l where l.district_id = ${districtId}
            and ((l.guardian_id = p.id and l.student_id = o.id) or (l.student_id = p.id and l.guardian_id = o.id)))) order by o.given_name, o.id)
        from ${relatives(districtId, 'past_guardianship')} where r.id not in (select r.id from ${relatives(districtId, 'guardianship')}) and ${seen(sql`o.id`)}), '[]') as formerly,
      array(select concat_ws(' ', s.name, k.kind) from desk_staff ds join desk k on k.district_id = ds.district_id and k.id = ds.desk_id
        join school s on s.district_id = k.district_id and s.id = k.school_id where ds.district_id = p.district_id and ds.person_id = p.id order by 1) as desks,
      exists (select from second_factor f where f.district_id = p.district_id and f.staff_id = p.id) as second_factor,
      coalesce(b.display_name, nullif(concat_ws(' ', b.given_name, b.family_name), ''), w.said_by) as said_by, w.said_at
    from person p join district d on d.id = p.district_id
    left join office_phone w on w.district_id = p.district_id and w.guardian_id = p.id
    left join person b on b.district_id = p.district_id and b.id = w.said_by
    where p.district_id = ${districtId} and p.id = ${id} and (${inSchools === null} or (p.active and exists (
      select from person_org po where po.district_id = ${districtId} and po.org_id = any(${schools}::text[]) and po.person_id = any(${self(districtId)})))
      or (not p.active and p.id in ${everAt(districtId, schools)}))`.execute(trx)
  const row = rows[0]
  if (row === undefined) return null
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    role: row.role,
    scope: scopeOf(row.role, row.orgs, row.district),
    schools: row.schools,
    classes: row.classes,
    active: row.active,
    relatives: row.relatives,
    formerly: row.formerly,
    language: row.language,
    spokenLanguage: row.spoken_language,
    contactBy: row.contact_by,
    decided: { language: row.language_decided, contact: row.contact_decided },
    reached: row.kind === 'student' || !row.active ? null : await reachedBy(trx, districtId, row),
    officePhone: !row.active || row.said_by === null || row.said_at === null ? null : { by: row.said_by, at: row.said_at },
    desks: row.desks,
    secondFactor: row.second_factor,
  }
}

/** Guardians by their household's phone, staff by the own one for texts. */
async function reachedBy(
  trx: Trx,
  districtId: string,
  person: { readonly id: string; readonly kind: string; readonly contact_by: 'sms' | 'voice' },
): Promise<Reached | null> {
  const { rows } = await sql<{
    opted_out: boolean
    refuses: boolean
    line_type: 'mobile' | 'landline' | 'voip' | 'unknown' | null
    textable: boolean
    shared: string[]
  }>`
    select f.opted_out_at is not null as opted_out, f.calls_refused_at is not null as refuses, f.line_type,
      ${takesTexts(districtId, sql`f`)} as textable,
      array(select concat_ws(' ', o.given_name, o.family_name) from household h
        join household_guardian g on g.district_id = h.district_id and g.household_id = h.id and g.until is null
        join person o on o.district_id = g.district_id and o.id = g.guardian_id
        where h.district_id = ${districtId} and h.phone_id = f.id and h.until is null and o.id <> ${person.id} order by o.given_name, o.id) as shared
    from phone f where f.district_id = ${districtId} and f.id = case ${person.kind}
      when 'staff' then (select pp.phone_id from person_phone pp where pp.district_id = ${districtId} and pp.person_id = ${person.id} and pp.use = 'sms')
      else (select h.phone_id from household_guardian g join household h on h.district_id = g.district_id and h.id = g.household_id and h.until is null
        where g.district_id = ${districtId} and g.guardian_id = ${person.id} and g.until is null limit 1) end`.execute(trx)
  const row = rows[0]
  if (row === undefined) return null
  const reachable = {
    contactBy: person.contact_by,
    textable: row.textable,
    lineType: row.line_type,
    refusesCalls: row.refuses,
  }
  return {
    channel: person.kind === 'staff' ? 'text' : channelOf(reachable),
    optedOut: row.opted_out,
    refusesCalls: row.refuses,
    landline: !row.textable,
    shared: row.shared,
  }
}
