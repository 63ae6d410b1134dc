/** `prepare`'s side of the store: leases of what is to be prepared, everything that is known about it, and the result. */

import { sql } from 'kysely'
import { familyLabel } from '../core/body.ts'
import { channelOf } from '../core/channel.ts'
import type { Direction } from '../core/exchange.ts'
import { fullName, shortName } from '../core/people.ts'
import type { Moment, Postponed, Prepared, PrepareStore, ToPrepare } from '../relay/ports.ts'
import { bindPhones } from './conversations.ts'
import { type Db, databaseNow, inDistrict, type Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { insertNotices } from './exchanges.ts'
import { sideHours } from './hours.ts'
import { teaches } from './reach.ts'
import { momentOf } from './settings.ts'
import { openTask } from './tasks.ts'

/**
 * Seconds after which work that a dead process had begun is taken up again. The lease has a column of its own, which no index holds: a lease
 * rewrites the row in its place and nothing else. Set while somebody prepares, with `prepare_tries` telling whose lease it is.
 */
const LEASE_SECONDS = 60

/** The prepare port. */
export function prepareStore(db: Db): PrepareStore {
  return {
    lease: (districtId, limit) => inDistrict(db, districtId, (trx) => lease(trx, districtId, limit), 'row by row'),
    finish: (districtId, moment, done) =>
      inDistrict(db, districtId, (trx) => finish(trx, districtId, moment, done), 'row by row'),
    postpone: (districtId, later) => inDistrict(db, districtId, (trx) => postpone(trx, districtId, later), 'row by row'),
  }
}

async function postpone(trx: Trx, districtId: string, given: readonly Postponed[]): Promise<void> {
  const later = [...given].sort((a, b) => compare(a.id, b.id))
  const at = await databaseNow(trx)
  const { rows } = await sql<{ id: string }>`
    update exchange e set prepare_after = clock_timestamp() + w.seconds * interval '1 second', prepare_lease = null
    from unnest(${later.map((l) => l.id)}::uuid[], ${later.map((l) => l.seconds)}::float8[], ${later.map((l) => l.tries)}::int[]) as w (id, seconds, tries)
    where e.district_id = ${districtId} and e.id = w.id and e.prepare_lease is not null and e.prepare_tries = w.tries
    returning e.id`.execute(trx)
  const postponed = new Set(rows.map((row) => row.id))
  await appendEvents(
    trx,
    districtId,
    later.flatMap(({ id, seconds, reason }): NewEvent[] =>
      reason !== null && postponed.has(id) ? [{ exchangeId: id, at, what: 'translator_away', detail: { reason, seconds } }] : [],
    ),
  )
}

async function lease(trx: Trx, districtId: string, limit: number): Promise<{ moment: Moment; items: readonly ToPrepare[] }> {
  const moment = await momentOf(trx)
  const { rows } = await sql<{ id: string }>`
    update exchange set prepare_lease = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second', prepare_tries = prepare_tries + 1
    where district_id = ${districtId} and id in (
      select id from exchange where district_id = ${districtId} and prepare_after <= clock_timestamp()
        and (prepare_lease is null or prepare_lease <= clock_timestamp())
      order by prepare_after, created_at limit ${limit} for update skip locked)
    returning id`.execute(trx)
  if (rows.length === 0) return { moment, items: [] }
  const items = await describe(
    trx,
    districtId,
    rows.map((r) => r.id),
  )
  return { moment, items: await withNumbers(trx, districtId, moment, items) }
}

type Person = {
  id: string
  given_name: string
  family_name: string
  display_name: string | null
  language: string | null
  time_zone: string | null
}
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
  reached_at: Temporal.Instant | null
  prepare_tries: number
  guardian_id: string | null
  staff_side: string
  household_id: string
  school_id: string
  school_name: string
  country: string
  hours: unknown
  hours_version: number
  staff_given_name: string | null
  staff_family_name: string
  staff_display_name: string | null
  staff_language: string | null
  has_phone: boolean
  other_bound: boolean
  opted_out: boolean
  contact_by: 'sms' | 'voice' | null
  textable: boolean
  line_type: 'mobile' | 'landline' | 'voip' | 'unknown' | null
  refuses_calls: boolean
  recorded: boolean
  voice_seconds: number | null
  rescue: boolean
}
/** `otherBound`: whether the writer's own side has a number too, over which its notices come and it can be answered. */
type Described = ToPrepare & { readonly otherBound: boolean }

/** Gives a number to the sides that have none yet; what is prepared for a side that gets none waits until one is bought. */
async function withNumbers(
  trx: Trx,
  districtId: string,
  moment: Moment,
  items: readonly Described[],
): Promise<readonly ToPrepare[]> {
  const halves = items.filter((item) => item.phone === 'none' || !item.otherBound)
  if (halves.length === 0) return items
  const lacking = await bindPhones(trx, districtId, moment.now, [...new Set(halves.map((item) => item.conversationId))])
  const unbound = halves.filter((item) => item.phone === 'none')
  if (unbound.length === 0) return items
  const anew = await describe(
    trx,
    districtId,
    unbound.map((item) => item.id),
  )
  const bound = new Map(
    anew.map((item): [string, ToPrepare] => {
      const lacks = (item.direction === 'to_staff' ? lacking.staff : lacking.family).has(item.conversationId)
      return [item.id, lacks ? { ...item, phone: 'no_number' } : item]
    }),
  )
  return items.map((item) => bound.get(item.id) ?? item)
}

async function describe(trx: Trx, districtId: string, ids: readonly string[]): Promise<Described[]> {
  const { rows } = await sql<Row>`
    select w.id, w.conversation_id, w.direction, w.original_text, w.keyword, w.pictures, w.urgent, w.carrier_sid is not null as from_phone,
      w.created_at, w.reached_at, w.prepare_tries, w.guardian_id, c.staff_side, c.household_id, c.school_id, s.name as school_name, d.country, s.hours, s.hours_version,
      t.given_name as staff_given_name, t.family_name as staff_family_name, t.display_name as staff_display_name, t.language as staff_language,
      n.id is not null as has_phone, other.id is not null as other_bound, coalesce(p.opted_out_at is not null, false) as opted_out,
      p.line_type, coalesce(p.calls_refused_at is not null, false) as refuses_calls, w.rescue, w.recording_id is not null as recorded,
      case when w.kind = 'voicemail' then w.seconds end as voice_seconds,
      case when w.direction = 'to_family' then (select g.contact_by from person g where g.district_id = ${districtId} and g.id = w.guardian_id) end as contact_by,
      w.direction = 'to_staff' or exists (select from person_phone pp where pp.district_id = ${districtId} and pp.phone_id = b.phone_id and pp.use = 'sms') as textable,
      not exists (select from exchange o where o.district_id = ${districtId} and o.conversation_id = w.conversation_id and o.direction = w.direction
        and o.seq < w.seq and o.status not in ('canceled', 'failed', 'undelivered') and (o.urgent or not w.urgent or o.status not in ('received', 'held', 'queued'))) as first
    from unnest(${[...ids]}::uuid[]) as g (id)
    join exchange w on w.district_id = ${districtId} and w.id = g.id
    join conversation c on c.district_id = ${districtId} and c.id = w.conversation_id
    join school s on s.district_id = ${districtId} and s.id = c.school_id
    join district d on d.id = ${districtId}
    left join person t on t.district_id = ${districtId} and t.id = c.staff_side
    left join binding b on b.district_id = ${districtId} and b.conversation_id = w.conversation_id and b.until is null
      and b.side = case w.direction when 'to_family' then 'family' else 'staff' end
    left join proxy_number n on n.id = b.proxy_number_id and n.gone_at is null
    left join binding ob on ob.district_id = ${districtId} and ob.conversation_id = w.conversation_id and ob.until is null
      and ob.side = case w.direction when 'to_family' then 'staff' else 'family' end
    left join proxy_number other on other.id = ob.proxy_number_id and other.gone_at is null
    left join phone p on p.district_id = ${districtId} and p.id = b.phone_id
    order by w.created_at, w.seq`.execute(trx)
  const families = await familiesOf(trx, districtId, rows)
  return rows.map((row): Described => {
    const { guardians, students, own } = families(row)
    const staffNames = row.staff_given_name === null ? [] : [row.staff_given_name, row.staff_family_name]
    const toStaff = row.direction === 'to_staff'
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
      reachedAt: row.reached_at,
      tries: row.prepare_tries,
      guardianId: row.guardian_id,
      staffSide: row.staff_side,
      staffName:
        row.staff_given_name === null
          ? row.school_name
          : fullName({ givenName: row.staff_given_name, familyName: row.staff_family_name, displayName: row.staff_display_name }),
      staffLanguage: row.staff_language ?? 'en',
      familyLanguages: [...new Set(guardians.flatMap((g) => (g.language === null ? [] : [g.language])))],
      schoolId: row.school_id,
      schoolName: row.school_name,
      country: row.country,
      familyName: familyLabel(own.map((s) => shortName({ givenName: s.given_name, familyName: s.family_name }))),
      names: [...new Set([...[...students, ...guardians].flatMap((p) => [p.given_name, p.family_name]), ...staffNames])].filter(
        (n) => n.length > 1,
      ),
      // A staff phone that said STOP gets nothing: the message stays where the staff member reads it.
      phone: row.has_phone && !(toStaff && row.opted_out) ? 'ready' : 'none',
      channel: toStaff
        ? 'text'
        : channelOf({
            contactBy: row.rescue ? 'voice' : (row.contact_by ?? 'sms'),
            textable: row.textable,
            lineType: row.line_type,
            refusesCalls: row.refuses_calls,
          }),
      recorded: row.recorded,
      voiceSeconds: row.voice_seconds,
      otherBound: row.other_bound,
      optedOut: row.opted_out,
      hours: sideHours(row.hours, row.direction, guardians[0]?.time_zone ?? null),
      writerZone: sideHours(row.hours, toStaff ? 'to_family' : 'to_staff', guardians[0]?.time_zone ?? null)?.zone ?? null,
      hoursVersion: row.hours_version,
    }
  })
}

/** Whom a message's household consists of; `own` are the students whom the staff side teaches, or all where it teaches none. */
type Family = { readonly guardians: readonly Person[]; readonly students: readonly Person[]; readonly own: readonly Person[] }

async function familiesOf(trx: Trx, districtId: string, rows: readonly Row[]): Promise<(row: Row) => Family> {
  const households = [...new Set(rows.map((r) => r.household_id))]
  const { rows: found } = await sql<Person & { household_id: string; student: boolean }>`
    with guardian as (
      select hg.household_id, hg.guardian_id from unnest(${households}::uuid[]) as w (id)
      join household_guardian hg on hg.district_id = ${districtId} and hg.household_id = w.id and hg.until is null
    ), member as (
      select household_id, guardian_id as id, false as student from guardian
      union
      select g.household_id, gs.student_id, true from guardian g
      join guardianship gs on gs.district_id = ${districtId} and gs.guardian_id = g.guardian_id
    )
    select m.household_id, m.student, p.id, p.given_name, p.family_name, p.display_name, p.language, p.time_zone from member m
    join person p on p.district_id = ${districtId} and p.id = m.id and (p.active or not m.student)`.execute(trx)
  const members = Map.groupBy(found, (p) => p.household_id)
  const of = (row: Row, student: boolean) => (members.get(row.household_id) ?? []).filter((p) => p.student === student)
  // Which of several children is meant is asked only where there are several.
  const doubtful = rows.flatMap((row) => {
    const students = of(row, true)
    return students.length < 2 ? [] : students.map((student) => ({ staff: row.staff_side, student: student.id }))
  })
  const taught = new Set<string>()
  if (doubtful.length > 0) {
    const { rows: pairs } = await sql<{ staff: string; student: string }>`
      select distinct w.staff, w.student from unnest(${doubtful.map((d) => d.staff)}::text[], ${doubtful.map((d) => d.student)}::text[]) as w (staff, student)
      where ${teaches(districtId, sql`w.staff`, sql`w.student`)}`.execute(trx)
    for (const { staff, student } of pairs) taught.add(JSON.stringify([staff, student]))
  }
  return (row) => {
    const addressedFirst = (a: Person, b: Person) =>
      Number(b.id === row.guardian_id) - Number(a.id === row.guardian_id) || (a.id < b.id ? -1 : 1)
    const students = of(row, true).sort((a, b) => compare(a.given_name, b.given_name) || compare(a.id, b.id))
    const own = students.filter((s) => taught.has(JSON.stringify([row.staff_side, s.id])))
    return { guardians: of(row, false).sort(addressedFirst), students, own: own.length > 0 ? own : students }
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * The results whose school still has the hours that they were timed by. The schools' rows stay locked against new hours until the commit.
 */
async function stillTimed(trx: Trx, districtId: string, done: readonly Prepared[]): Promise<Prepared[]> {
  const schools = [...new Set(done.map((d) => d.schoolId))]
  const { rows } = await sql<{ id: string; hours_version: number }>`
    select id, hours_version from school where district_id = ${districtId} and id = any(${schools}::text[]) order by id for share`.execute(
    trx,
  )
  const versions = new Map(rows.map((r) => [r.id, r.hours_version]))
  return done.filter((d) => versions.get(d.schoolId) === d.hoursVersion)
}

/**
 * Writes the results that nothing overtook: the lease is still ours, nobody made the text urgent, the school has the same hours. What is still ours
 * is prepared again.
 */
async function finish(trx: Trx, districtId: string, moment: Moment, given: readonly Prepared[]): Promise<void> {
  // Two that write at once lock rows, tasks and notices in one order: by ids, conversations and keys.
  const inOrder = [...given].sort((a, b) => compare(a.id, b.id))
  const done = await stillTimed(trx, districtId, inOrder)
  const { rows } = await sql<{ id: string; conversation_id: string; direction: Direction }>`
    update exchange e set prepare_after = null, prepare_lease = null, original_language = w.original_language, translation_language = w.translation_language,
      translation_text = w.translation_text, translation_by = w.translation_by, body = w.body,
      status = w.status, send_after = w.send_after, hold = w.hold, channel = w.channel
    from unnest(${done.map((d) => d.id)}::uuid[], ${done.map((d) => d.originalLanguage)}::text[], ${done.map((d) => d.translation?.language ?? null)}::text[],
      ${done.map((d) => d.translation?.text ?? null)}::text[], ${done.map((d) => d.translation?.by ?? null)}::text[], ${done.map((d) => d.body)}::text[],
      ${done.map((d) => d.status)}::text[],
      ${done.map((d) => d.sendAfter?.toString() ?? null)}::timestamptz[], ${done.map((d) => d.hold)}::text[], ${done.map((d) => d.urgent)}::boolean[], ${done.map((d) => d.tries)}::int[],
      ${done.map((d) => d.channel)}::text[])
      as w (id, original_language, translation_language, translation_text, translation_by, body, status, send_after, hold, urgent, tries, channel)
    where e.district_id = ${districtId} and e.id = w.id and e.prepare_lease is not null and e.prepare_tries = w.tries and e.urgent = w.urgent
    returning e.id, e.conversation_id, e.direction`.execute(trx)
  const written = new Map(rows.map((r) => [r.id, r]))
  const overtaken = inOrder.filter((d) => !written.has(d.id))
  if (overtaken.length > 0)
    await sql`update exchange e set prepare_after = clock_timestamp(), prepare_lease = null
      from unnest(${overtaken.map((d) => d.id)}::uuid[], ${overtaken.map((d) => d.tries)}::int[]) as w (id, tries)
      where e.district_id = ${districtId} and e.id = w.id and e.prepare_lease is not null and e.prepare_tries = w.tries`.execute(
      trx,
    )
  const events: NewEvent[] = []
  const lacking = new Map<string, string>()
  const toSay: string[] = []
  const unreached: string[] = []
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
    if (d.hold === 'no_number') lacking.set(row.conversation_id, d.id)
    if (d.hold === 'person') toSay.push(d.id)
    if (d.status === 'failed') unreached.push(d.id)
  }
  for (const [conversationId, id] of [...lacking].sort(([a], [b]) => compare(a, b)))
    await openTask(trx, districtId, 'no_number', conversationId, { exchangeId: id })
  for (const id of toSay) await openTask(trx, districtId, 'to_record', id, { exchangeId: id })
  for (const id of unreached) await openTask(trx, districtId, 'unreached', id, { exchangeId: id })
  await appendEvents(trx, districtId, events)
  await insertNotices(
    trx,
    districtId,
    moment.database,
    moment.now,
    done
      .flatMap((d) => {
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
      })
      .sort((a, b) => compare(a.key ?? '', b.key ?? '')),
  )
}
