/** Absences of a day: who was missing, which messages told the family, and what the family answered. */

import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { shortName } from '../core/people.ts'
import { pageKey } from './composing.ts'
import type { Trx } from './database.ts'
import { enrolledNow } from './reach.ts'

/** The desk by which somebody takes attendance: the attendance desk, else the office. */
export type AttendanceDesk = { readonly desk: string; readonly schoolId: string; readonly schoolName: string }

/** The desks that this person staffs and that take attendance, one a school. */
export async function attendanceDesks(trx: Trx, staff: Staff): Promise<AttendanceDesk[]> {
  const { rows } = await sql<AttendanceDesk>`
    select distinct on (s.name, s.id) d.id as desk, s.id as "schoolId", s.name as "schoolName"
    from desk_staff ds join desk d on d.district_id = ds.district_id and d.id = ds.desk_id and d.kind in ('attendance', 'office')
    join school s on s.district_id = d.district_id and s.id = d.school_id and s.active
    where ds.district_id = ${staff.districtId} and ds.person_id = ${staff.id} order by s.name, s.id, d.kind`.execute(trx)
  return rows
}

/** A student of the school. `name`: in full, for the office's own eyes. */
export type Pupil = { readonly id: string; readonly name: string; readonly shortName: string }

/** The students of a school, by name. */
export async function pupilsOf(trx: Trx, districtId: string, schoolId: string): Promise<Pupil[]> {
  const { rows } = await sql<{ id: string; given_name: string; family_name: string }>`
    select p.id, p.given_name, p.family_name from person p join person_org po on po.district_id = p.district_id and po.person_id = p.id and po.org_id = ${schoolId}
    where p.district_id = ${districtId} and p.kind = 'student' and p.active order by p.family_name, p.given_name, p.id`.execute(
    trx,
  )
  return rows.map((row) => ({
    id: row.id,
    name: `${row.given_name} ${row.family_name}`.trim(),
    shortName: shortName({ givenName: row.given_name, familyName: row.family_name }),
  }))
}

/** The ids of those who are students of a class now. */
export async function pupilsInClass(trx: Trx, districtId: string, classId: string): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select e.person_id as id from enrollment e
    where e.district_id = ${districtId} and e.class_id = ${classId} and e.role = 'student' and ${enrolledNow('e')}`.execute(trx)
  return new Set(rows.map(({ id }) => id))
}

/**
 * Whether somebody may ask a student's family now. `taken`: under this key, which differs from that of an attempt that went to nobody. `asked`: somebody
 * has. `being_asked`: a colleague began a moment ago, and how that ends is not known yet.
 */
export type Taken =
  | { readonly kind: 'taken'; readonly key: string }
  | { readonly kind: 'asked' }
  | { readonly kind: 'being_asked'; readonly by: string }

/** Minutes after which an attempt is over, whatever became of the server that made it. */
const OVER_MINUTES = 5

/** Takes a student's absence of a day (ISO 8601, the school's). Who began may go on, after a crash; anybody of the desk once that attempt is over. */
export async function takeAbsence(
  trx: Trx,
  districtId: string,
  absence: { readonly studentId: string; readonly schoolId: string; readonly day: string; readonly by: string },
): Promise<Taken> {
  const { studentId, day, by } = absence
  const keyAfter = (tried: number) => `absence:${studentId}:${day}${tried === 0 ? '' : `:${tried}`}`
  const isThis = sql`student_id = ${studentId} and day = ${day}::date`
  const begun = await sql`insert into absence (district_id, student_id, day, school_id, told_by)
    values (${districtId}, ${studentId}, ${day}::date, ${absence.schoolId}, ${by}) on conflict do nothing`.execute(trx)
  if (begun.numAffectedRows === 1n) return { kind: 'taken', key: keyAfter(0) }
  const { rows } = await sql<{ told_by: string; name: string; tried: number; over: boolean }>`
    select told_by, cardinality(exchanges) as tried, created_at < clock_timestamp() - ${OVER_MINUTES} * interval '1 minute' as over,
      coalesce((select coalesce(p.display_name, concat_ws(' ', p.given_name, p.family_name)) from person p where p.district_id = absence.district_id and p.id = told_by), '') as name
    from absence where district_id = ${districtId} and ${isThis} for update`.execute(trx)
  const [row] = rows
  if (row === undefined) throw new Error(`No absence of ${studentId} on ${day}`)
  // What went out before a server ended that had not written it down here.
  const { rows: left } = await sql<{ id: string }>`select a ->> 'id' as id from idempotency, jsonb_array_elements(answer) a
    where district_id = ${districtId} and staff_id = ${row.told_by} and key = ${pageKey(keyAfter(row.tried))}`.execute(trx)
  await absenceTold(
    trx,
    districtId,
    studentId,
    day,
    left.map(({ id }) => id),
  )
  const { rows: sent } = await sql<{ sent: boolean }>`select exists (select from exchange x where x.district_id = ${districtId}
    and x.id = any((select exchanges from absence where district_id = ${districtId} and ${isThis})::uuid[]) and x.conversation_id is not null) as sent`.execute(
    trx,
  )
  if (sent[0]?.sent) return { kind: 'asked' }
  if (row.told_by !== by && !row.over) return { kind: 'being_asked', by: row.name }
  await sql`update absence set told_by = ${by}, created_at = clock_timestamp() where district_id = ${districtId} and ${isThis}`.execute(
    trx,
  )
  return { kind: 'taken', key: keyAfter(row.tried + left.length) }
}

/** Writes down which messages told the family, or could not. */
export async function absenceTold(
  trx: Trx,
  districtId: string,
  studentId: string,
  day: string,
  exchanges: readonly string[],
): Promise<void> {
  await sql`update absence set exchanges = exchanges || ${[...exchanges]}::uuid[]
    where district_id = ${districtId} and student_id = ${studentId} and day = ${day}::date and not exchanges && ${[...exchanges]}::uuid[]`.execute(
    trx,
  )
}

/** Why these messages went nowhere, by the log's words. */
export async function whyNotSent(trx: Trx, districtId: string, exchanges: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ what: string }>`select distinct what from event
    where district_id = ${districtId} and exchange_id = any(${[...exchanges]}::uuid[]) and detail ->> 'status' = 'failed' order by what`.execute(
    trx,
  )
  return rows.map(({ what }) => what)
}

/** Texts of a family that are taken for its reason. */
const MOST_ANSWERS = 5

/** An absence with what is known of it. */
export type AbsenceRow = {
  readonly studentId: string
  readonly student: string
  /** Whether a message to one of the guardians arrived, is on its way, or none could be sent. */
  readonly told: 'arrived' | 'waiting' | 'not_reached'
  /** What the family wrote since, within 36 hours and before they were asked about another day, a line each; null: nothing yet. As it was written, and in English where it was translated. */
  readonly reason: string | null
  readonly reasonTranslated: string | null
  readonly conversation: string | null
  /** When the family was first asked. */
  readonly askedAt: Temporal.Instant | null
}

/** The absences of a day, by name. */
export async function absencesOf(trx: Trx, districtId: string, schoolId: string, day: string): Promise<AbsenceRow[]> {
  const { rows } = await sql<AbsenceRow>`
    select a.student_id as "studentId", concat_ws(' ', p.given_name, p.family_name) as student,
      case when t.arrived then 'arrived' when t.waiting then 'waiting' else 'not_reached' end as told,
      r.original_text as reason, r.translation_text as "reasonTranslated", coalesce(r.conversation_id, t.conversation) as conversation, t.asked_at as "askedAt"
    from absence a join person p on p.district_id = a.district_id and p.id = a.student_id
    cross join lateral (
      select coalesce(bool_or(x.status = 'delivered' or x.heard_at is not null), false) as arrived,
        coalesce(bool_or(x.status in ('received', 'held', 'queued', 'sending', 'sent')), false) as waiting, (array_agg(x.conversation_id) filter (where x.conversation_id is not null))[1] as conversation,
        min(x.created_at) filter (where x.conversation_id is not null) as asked_at
      from exchange x where x.district_id = a.district_id and x.id = any(a.exchanges)) t
    left join lateral (
      select string_agg(original_text, E'\n' order by created_at, id) as original_text, (array_agg(conversation_id))[1] as conversation_id,
        case when bool_or(translation_text is not null) then string_agg(coalesce(translation_text, original_text), E'\n' order by created_at, id) end as translation_text
      from (
        select distinct w.id, w.created_at, w.original_text, w.translation_text, w.conversation_id from exchange x
        join exchange w on w.district_id = x.district_id and w.conversation_id = x.conversation_id and w.direction = 'to_staff' and w.author = 'person'
          and w.kind <> 'call' and w.keyword is null and w.original_text <> '' and w.created_at > x.created_at and w.created_at < x.created_at + interval '36 hours'
          and not exists (select from absence n join exchange y on y.district_id = n.district_id and y.id = any(n.exchanges)
            where n.district_id = a.district_id and n.student_id = a.student_id and n.day > a.day and y.created_at <= w.created_at)
        where x.district_id = a.district_id and x.id = any(a.exchanges)
        order by w.created_at, w.id limit ${MOST_ANSWERS}) said) r on true
    where a.district_id = ${districtId} and a.school_id = ${schoolId} and a.day = ${day}::date
    order by p.family_name, p.given_name, a.student_id`.execute(trx)
  return rows
}
