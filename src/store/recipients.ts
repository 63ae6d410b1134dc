/** Whom a message of staff goes to: the guardians behind a class, a school, a student or a name, one a phone, and what holds for each. */

import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import type { Recipient, Target } from '../relay/compose-ports.ts'
import type { Trx } from './database.ts'
import { sideHours } from './hours.ts'
import { takesTexts } from './phones.ts'
import { enrolledNow, teaches } from './reach.ts'

type Row = {
  guardian_id: string
  school_id: string
  household_id: string | null
  opted_out: boolean
  refuses_calls: boolean
  hours: unknown
  time_zone: string | null
  may: boolean
}

/** The guardians of the target's students whom this staff member may reach, one a household; null when there is no such target. */
export async function recipients(
  trx: Trx,
  districtId: string,
  staff: Staff,
  to: Exclude<Target, { readonly unknown: string }>,
): Promise<Recipient[] | null> {
  const [kind, id] = Object.entries(to)[0] as ['guardian' | 'student' | 'class' | 'school', string]
  if (kind === 'school' && staff.scope.kind === 'own') return null
  const schools = staff.scope.kind === 'schools' ? staff.scope.schools : null
  const inTarget = {
    guardian: sql`exists (select from guardianship w where w.district_id = ${districtId} and w.student_id = st.id and w.guardian_id = ${id})`,
    student: sql`st.id = ${id}`,
    class: sql`exists (select from enrollment w where w.district_id = ${districtId} and w.person_id = st.id and w.class_id = ${id} and w.role = 'student' and ${enrolledNow('w')})`,
    school: sql`exists (select from person_org w where w.district_id = ${districtId} and w.person_id = st.id and w.org_id = ${id})`,
  }[kind]
  const mayReach = staff.scope.kind === 'own' ? teaches(districtId, sql`${staff.id}`, sql`st.id`) : sql<boolean>`true`
  // The school that speaks: that of a class in common, else one of the student's (an administrator's own first).
  const classSchool = sql`(
    select min(k.school_id) from enrollment es join class k on k.district_id = es.district_id and k.id = es.class_id and k.active
    join enrollment et on et.district_id = es.district_id and et.class_id = es.class_id and et.role = 'teacher' and ${enrolledNow('et')} and et.person_id = ${staff.id}
    where es.district_id = ${districtId} and es.person_id = st.id and es.role = 'student' and ${enrolledNow('es')})`
  const studentSchool = sql`(
    select min(s.id) from person_org po join school s on s.district_id = po.district_id and s.id = po.org_id and s.active
    where po.district_id = ${districtId} and po.person_id = st.id and (${schools === null} or s.id = any(${schools === null ? [] : [...schools]}::text[])))`
  // A class is written to from its own school, whichever its students' is.
  const ofClass =
    kind === 'class'
      ? sql`(select k.school_id from class k where k.district_id = ${districtId} and k.id = ${id})`
      : sql`null::text`
  const { rows: known } = await sql<{ known: boolean }>`select case ${kind}
      when 'guardian' then exists (select from person where district_id = ${districtId} and id = ${id} and kind = 'guardian' and active)
      when 'student' then exists (select from person where district_id = ${districtId} and id = ${id} and kind = 'student' and active)
      when 'class' then exists (select from class k where k.district_id = ${districtId} and k.id = ${id} and k.active
        and (${staff.scope.kind === 'district'} or k.school_id = any(${schools === null ? [] : [...schools]}::text[])
          or exists (select from enrollment t where t.district_id = ${districtId} and t.class_id = k.id and t.person_id = ${staff.id} and t.role = 'teacher' and ${enrolledNow('t')})))
      else exists (select from school where district_id = ${districtId} and id = ${id} and active and (${schools === null} or id = any(${schools === null ? [] : [...schools]}::text[]))) end as known`.execute(
    trx,
  )
  if (!known[0]?.known) return null
  const { rows } = await sql<Row>`
    with pupil as materialized (
      select st.id, coalesce(${classSchool}, ${ofClass}, ${studentSchool}) as school_id from person st
      where st.district_id = ${districtId} and st.kind = 'student' and st.active and ${inTarget} and ${mayReach}
    )
    select distinct on (g.id) g.id as guardian_id, pupil.school_id, h.id as household_id,
      coalesce(p.opted_out_at is not null or (p.calls_refused_at is not null and not ${takesTexts(districtId, sql`p`)}), false) as opted_out,
      coalesce(p.calls_refused_at is not null, false) as refuses_calls,
      s.hours, g.time_zone, s.teachers_may_send_urgent as may
    from pupil
    join school s on s.district_id = ${districtId} and s.id = pupil.school_id
    join guardianship gs on gs.district_id = ${districtId} and gs.student_id = pupil.id
    join person g on g.district_id = ${districtId} and g.id = gs.guardian_id and g.active
    left join household_guardian hg on hg.district_id = ${districtId} and hg.guardian_id = g.id and hg.until is null
    left join household h on h.district_id = ${districtId} and h.id = hg.household_id and h.until is null
    left join phone p on p.district_id = ${districtId} and p.id = h.phone_id
    where ${kind !== 'guardian'} or g.id = ${id}
    order by g.id, pupil.school_id`.execute(trx)
  if (rows.length === 0 && (kind === 'guardian' || kind === 'student')) return null
  const perPhone = new Map<string, Row>()
  for (const row of rows) {
    const key = row.household_id ?? `none ${row.guardian_id}`
    if (!perPhone.has(key)) perPhone.set(key, row)
  }
  return [...perPhone.values()].map((row) => ({
    guardianId: row.guardian_id,
    schoolId: row.school_id,
    household:
      row.household_id === null ? null : { id: row.household_id, optedOut: row.opted_out, refusesCalls: row.refuses_calls },
    hours: sideHours(row.hours, 'to_family', row.time_zone),
    teachersMayUrgent: row.may,
  }))
}

/** The phone of an office's conversation while nobody knows whose it is; null: it is known meanwhile, or the conversation is none of these schools. */
export async function unknownPhone(trx: Trx, staff: Staff, conversationId: string): Promise<Recipient[] | null> {
  const { districtId, scope } = staff
  const { rows } = await sql<{
    household_id: string
    school_id: string
    opted_out: boolean
    refuses: boolean
    hours: unknown
    may: boolean
  }>`
    select c.household_id, c.school_id, p.opted_out_at is not null as opted_out, p.calls_refused_at is not null as refuses, s.hours,
      s.teachers_may_send_urgent as may
    from conversation c join household h on h.district_id = c.district_id and h.id = c.household_id and h.until is null
    join phone p on p.district_id = h.district_id and p.id = h.phone_id
    join school s on s.district_id = c.district_id and s.id = c.school_id
    where c.district_id = ${districtId} and c.id = ${conversationId}::uuid and c.ended_at is null
      and c.school_id = any(${scope.kind === 'schools' ? [...scope.schools] : []}::text[])
      and not exists (select from household_guardian hg where hg.district_id = c.district_id and hg.household_id = c.household_id and hg.until is null)`.execute(
    trx,
  )
  return rows.length === 0
    ? null
    : rows.map((row) => ({
        guardianId: null,
        schoolId: row.school_id,
        household: { id: row.household_id, optedOut: row.opted_out, refusesCalls: row.refuses },
        hours: sideHours(row.hours, 'to_family', null),
        teachersMayUrgent: row.may,
      }))
}
