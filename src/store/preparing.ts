/** `prepare`'s side of the store: leases of what is to be prepared, everything that is known about it, and the result. */

import { sql } from 'kysely'
import { familyLabel } from '../core/body.ts'
import type { Direction } from '../core/exchange.ts'
import { fullName, shortName } from '../core/people.ts'
import type { Moment, Prepared, PrepareStore, ToPrepare } from '../relay/ports.ts'
import { bindPhones } from './conversations.ts'
import { type Db, databaseNow, inDistrict, type Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { insertNotices } from './exchanges.ts'
import { sideHours } from './hours.ts'
import { teaches } from './reach.ts'
import { momentOf } from './settings.ts'
import { joinByKeys } from './snapshot.ts'
import { openTask } from './tasks.ts'

/**
 * Seconds after which work that a dead process had begun is taken up again. The lease has a column of its own, which no index holds: a lease
 * rewrites the row in its place and nothing else.
 */
const LEASE_SECONDS = 60

/** The prepare port. */
export function prepareStore(db: Db): PrepareStore {
  return {
    lease: (districtId, limit) =>
      inDistrict(db, districtId, async (trx) => {
        await joinByKeys(trx)
        const moment = await momentOf(trx)
        const { rows } = await sql<{ id: string; conversation_id: string }>`
          update exchange set prepare_lease = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second', prepare_tries = prepare_tries + 1
          where district_id = ${districtId} and id in (
            select id from exchange where district_id = ${districtId} and prepare_after <= clock_timestamp()
              and (prepare_lease is null or prepare_lease <= clock_timestamp())
            order by prepare_after, created_at limit ${limit} for update skip locked)
          returning id, conversation_id`.execute(trx)
        if (rows.length === 0) return { moment, items: [] }
        const lacking = await bindPhones(trx, districtId, moment.now, [...new Set(rows.map((r) => r.conversation_id))])
        return {
          moment,
          items: await describe(
            trx,
            districtId,
            rows.map((r) => r.id),
            lacking,
          ),
        }
      }),
    finish: (districtId, moment, done) => inDistrict(db, districtId, (trx) => finish(trx, districtId, moment, done)),
    postpone: (districtId, later) =>
      inDistrict(db, districtId, async (trx) => {
        const at = await databaseNow(trx)
        await sql`update exchange e set prepare_after = clock_timestamp() + w.seconds * interval '1 second', prepare_lease = null
          from unnest(${later.map((l) => l.id)}::uuid[], ${later.map((l) => l.seconds)}::float8[]) as w (id, seconds)
          where e.district_id = ${districtId} and e.id = w.id and e.prepare_after is not null`.execute(trx)
        await appendEvents(
          trx,
          districtId,
          later.map(
            (l): NewEvent => ({
              exchangeId: l.id,
              at,
              what: 'translator_away',
              detail: { reason: l.reason, seconds: l.seconds },
            }),
          ),
        )
      }),
  }
}

type Person = {
  id: string
  given_name: string
  family_name: string
  display_name: string | null
  language: string | null
  time_zone: string | null
}
type Student = { given_name: string; family_name: string; taught: boolean }
type Row = {
  id: string
  conversation_id: string
  direction: Direction
  first: boolean
  original_text: string
  keyword: string | null
  pictures: boolean
  urgent: boolean
  from_phone: boolean
  created_at: Temporal.Instant
  prepare_tries: number
  guardian_id: string | null
  staff_side: string
  school_name: string
  hours: unknown
  hours_version: number
  staff: Person | null
  guardians: Person[] | null
  students: Student[] | null
  has_phone: boolean
  opted_out: boolean
}

async function describe(
  trx: Trx,
  districtId: string,
  ids: readonly string[],
  lacking: { readonly family: ReadonlySet<string>; readonly staff: ReadonlySet<string> },
): Promise<ToPrepare[]> {
  const { rows } = await sql<Row>`
    select w.id, w.conversation_id, w.direction, w.seq, w.original_text, w.keyword, w.pictures, w.urgent, w.carrier_sid is not null as from_phone,
      w.created_at, w.prepare_tries, w.guardian_id, c.staff_side, s.name as school_name, s.hours, s.hours_version,
      (select to_jsonb(p) from person p where p.district_id = ${districtId} and p.id = c.staff_side) as staff,
      (select jsonb_agg(to_jsonb(p) order by p.id) from household_guardian hg
        join person p on p.district_id = hg.district_id and p.id = hg.guardian_id
        where hg.district_id = ${districtId} and hg.household_id = c.household_id and hg.until is null) as guardians,
      (select jsonb_agg(jsonb_build_object('given_name', q.given_name, 'family_name', q.family_name,
          'taught', ${teaches(districtId, sql`c.staff_side`, sql`q.id`)}) order by q.given_name, q.id)
        from (select distinct gs.student_id from household_guardian hg
          join guardianship gs on gs.district_id = hg.district_id and gs.guardian_id = hg.guardian_id
          where hg.district_id = ${districtId} and hg.household_id = c.household_id and hg.until is null) as child
        join person q on q.district_id = ${districtId} and q.id = child.student_id and q.active) as students,
      b.id is not null as has_phone, coalesce(p.opted_out_at is not null, false) as opted_out,
      not exists (select from exchange o where o.district_id = ${districtId} and o.conversation_id = w.conversation_id and o.direction = w.direction
        and o.seq < w.seq and o.status not in ('canceled', 'failed', 'undelivered') and (o.urgent or not w.urgent or o.status not in ('received', 'held', 'queued'))) as first
    from unnest(${[...ids]}::uuid[]) as g (id)
    join exchange w on w.district_id = ${districtId} and w.id = g.id
    join conversation c on c.district_id = ${districtId} and c.id = w.conversation_id
    join school s on s.district_id = ${districtId} and s.id = c.school_id
    left join binding b on b.district_id = ${districtId} and b.conversation_id = w.conversation_id and b.until is null
      and b.side = case w.direction when 'to_family' then 'family' else 'staff' end
    left join phone p on p.district_id = ${districtId} and p.id = b.phone_id
    order by w.created_at, w.seq`.execute(trx)
  return rows.map((row): ToPrepare => {
    const guardians = [...(row.guardians ?? [])].sort(
      (a, b) => Number(b.id === row.guardian_id) - Number(a.id === row.guardian_id),
    )
    const students = row.students ?? []
    const own = students.some((s) => s.taught) ? students.filter((s) => s.taught) : students
    const nameOf = (p: Person | Student) => ({
      givenName: p.given_name,
      familyName: p.family_name,
      displayName: 'display_name' in p ? p.display_name : null,
    })
    const staffName = row.staff === null ? row.school_name : fullName(nameOf(row.staff))
    const toStaff = row.direction === 'to_staff'
    const lacks = (toStaff ? lacking.staff : lacking.family).has(row.conversation_id)
    return {
      id: row.id,
      conversationId: row.conversation_id,
      direction: row.direction,
      first: row.first,
      text: row.original_text,
      keyword: row.keyword,
      pictures: row.pictures,
      urgent: row.urgent,
      fromPhone: row.from_phone,
      createdAt: row.created_at,
      tries: row.prepare_tries,
      guardianId: row.guardian_id,
      staffSide: row.staff_side,
      staffName,
      staffLanguage: row.staff?.language ?? 'en',
      familyLanguages: [...new Set(guardians.flatMap((g) => (g.language === null ? [] : [g.language])))],
      schoolName: row.school_name,
      familyName: familyLabel(own.map((s) => shortName(nameOf(s)))),
      names: [
        ...new Set(
          [...students, ...guardians, ...(row.staff === null ? [] : [row.staff])].flatMap((p) => [p.given_name, p.family_name]),
        ),
      ].filter((n) => n.length > 1),
      // A staff phone that said STOP gets nothing: the message stays where the staff member reads it.
      phone: lacks ? 'no_number' : row.has_phone && !(toStaff && row.opted_out) ? 'ready' : 'none',
      optedOut: row.opted_out,
      hours: sideHours(row.hours, row.direction, guardians[0]?.time_zone ?? null),
      writerZone: sideHours(row.hours, toStaff ? 'to_family' : 'to_staff', guardians[0]?.time_zone ?? null)?.zone ?? null,
      hoursVersion: row.hours_version,
    }
  })
}

/**
 * The results that nothing overtook: the text still waits for them, the school still has the hours that they were timed by, nobody made them urgent; the school's row stays locked against new hours until the commit. The
 * others are prepared again.
 */
async function stillTimed(trx: Trx, districtId: string, done: readonly Prepared[]): Promise<Prepared[]> {
  const { rows } = await sql<{ id: string; waits: boolean; urgent: boolean; hours_version: number }>`
    select e.id, e.prepare_after is not null as waits, e.urgent, s.hours_version from exchange e
    join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    join school s on s.district_id = c.district_id and s.id = c.school_id
    where e.district_id = ${districtId} and e.id = any(${done.map((d) => d.id)}::uuid[]) order by e.id for update of e for share of s`.execute(
    trx,
  )
  const now = new Map(rows.map((r) => [r.id, r]))
  const outdated = done
    .filter((d) => now.get(d.id)?.hours_version !== d.hoursVersion || now.get(d.id)?.urgent !== d.urgent)
    .map((d) => d.id)
  if (outdated.length > 0)
    await sql`update exchange set prepare_after = clock_timestamp(), prepare_lease = null
      where district_id = ${districtId} and id = any(${outdated}::uuid[]) and prepare_after is not null`.execute(trx)
  return done.filter((d) => now.get(d.id)?.waits === true && !outdated.includes(d.id))
}

async function finish(trx: Trx, districtId: string, moment: Moment, given: readonly Prepared[]): Promise<void> {
  await joinByKeys(trx)
  const done = await stillTimed(trx, districtId, given)
  if (done.length === 0) return
  const { rows } = await sql<{ id: string; conversation_id: string; direction: Direction }>`
    update exchange e set prepare_after = null, prepare_lease = null, original_language = w.original_language, translation_language = w.translation_language,
      translation_text = w.translation_text, translation_by = w.translation_by, body = w.body,
      status = w.status, send_after = w.send_after, hold = w.hold
    from unnest(${done.map((d) => d.id)}::uuid[], ${done.map((d) => d.originalLanguage)}::text[], ${done.map((d) => d.translation?.language ?? null)}::text[],
      ${done.map((d) => d.translation?.text ?? null)}::text[], ${done.map((d) => d.translation?.by ?? null)}::text[], ${done.map((d) => d.body)}::text[],
      ${done.map((d) => d.status)}::text[],
      ${done.map((d) => d.sendAfter?.toString() ?? null)}::timestamptz[], ${done.map((d) => d.hold)}::text[])
      as w (id, original_language, translation_language, translation_text, translation_by, body, status, send_after, hold)
    where e.district_id = ${districtId} and e.id = w.id
    returning e.id, e.conversation_id, e.direction`.execute(trx)
  const written = new Map(rows.map((r) => [r.id, r]))
  const events: NewEvent[] = []
  for (const d of done) {
    const row = written.get(d.id)
    if (row === undefined) continue
    const at = moment.database
    // What goes on at once is one event: translated, and thereby queued.
    const goesOn = d.translation !== null && d.status === 'queued'
    if (d.translation !== null)
      events.push({
        exchangeId: d.id,
        at,
        what: 'translated',
        detail: {
          by: d.translation.by,
          from: d.originalLanguage,
          to: d.translation.language,
          ...(goesOn ? { status: d.status } : {}),
        },
        text: { translation: d.translation.text },
      })
    if (d.translationNote !== null)
      events.push({
        exchangeId: d.id,
        at,
        what: d.translationNote,
        detail: d.noteDetail === null ? {} : { why: d.noteDetail },
        // Prepared anew, a text can lose the translation that it had.
        ...(d.translation === null ? { text: { translation: null } } : {}),
      })
    if (!goesOn)
      events.push({
        exchangeId: d.id,
        at,
        what: d.status === 'received' ? 'ready' : d.status,
        detail: {
          status: d.status,
          ...(d.hold === null ? {} : { hold: d.hold }),
          ...(d.status === 'held' ? { sendAfter: d.sendAfter?.toString() ?? null } : {}),
        },
      })
    if (d.hold === 'no_number') await openTask(trx, districtId, 'no_number', row.conversation_id, { exchangeId: d.id })
  }
  await appendEvents(trx, districtId, events)
  await insertNotices(
    trx,
    districtId,
    moment.database,
    moment.now,
    done.flatMap((d) => {
      const row = written.get(d.id)
      if (d.answer === null || row === undefined) return []
      const back = row.direction === 'to_family' ? 'to_staff' : 'to_family'
      return [
        {
          ...d.answer,
          conversationId: row.conversation_id,
          direction: back as Direction,
          answers: d.id,
          phoneId: null,
          proxyNumberId: null,
        },
      ]
    }),
  )
}
