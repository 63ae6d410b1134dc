/**
 * Phones that nobody knows, as an office sees them before it settles them (strangers-settling.ts).
 *
 * What an unknown phone wrote stands at an office desk without a conversation. Once the office answers it, or says whose it is, the phone has a household
 * (of nobody, or of those guardians) and a conversation with the office, and what it wrote is placed into that: an event says so and by whom, the time, the words and
 * the events before stay as they are. It is moved to nobody else's conversation: no teacher sees what was written to the office.
 */

import { type RawBuilder, sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { isUuid } from '../core/uuid.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { type ExchangeRecord, readExchanges } from './exchange-record.ts'
import { exchangeById } from './exchange-view.ts'
import { guardiansOfSchools, isNamed, isOfSchools } from './families-view.ts'
import { taskSchools } from './task-list.ts'
import { fromUnknown, isUnknown } from './tasks.ts'

/** An unknown phone as an office sees it: no number, only what came from it. */
export type Stranger = {
  readonly phoneId: string
  /** The school whose office it reached last, of those whose tasks the viewer sees. */
  readonly schoolId: string
  readonly schoolName: string
  readonly optedOut: boolean
  /** The open conversation with the office; null: nobody has answered yet. */
  readonly conversation: string | null
  /** Whether the viewer staffs that office, and may answer in its name. */
  readonly mayAnswer: boolean
  /** When somebody settled this phone before, and who; null: nobody has. */
  readonly before: { readonly at: Temporal.Instant; readonly by: string | null } | null
}

/** The exchanges `x` by which an unknown phone reached a school's office; no other office sees them. */
export function reached(districtId: string, phoneId: string, schoolId: string) {
  return sql`x.district_id = ${districtId} and x.phone_id = ${phoneId}::uuid and ${fromUnknown(districtId)}
    and x.desk_id in (select d.id from desk d where d.district_id = ${districtId} and d.school_id = ${schoolId})`
}

/** The notices `n` to an unknown phone that answer what it wrote to this office: what it was told for another office is that office's. */
function noticed(districtId: string, { phoneId, schoolId, conversation }: Stranger) {
  return sql`n.district_id = ${districtId} and n.phone_id = ${phoneId}::uuid and n.conversation_id is null and n.author = 'gateway' and n.direction = 'to_family'
    and exists (select from exchange x where x.district_id = ${districtId} and x.id = n.answers
      and (x.conversation_id = ${conversation}::uuid or (${reached(districtId, phoneId, schoolId)})))`
}

/** An unknown phone that reached a school whose tasks this person sees; null for every other phone. */
export async function strangerOf(trx: Trx, staff: Staff, phoneId: string): Promise<Stranger | null> {
  const schools = await taskSchools(trx, staff)
  if (!isUuid(phoneId) || schools?.length === 0) return null
  const { districtId } = staff
  const seen = (school: RawBuilder<unknown>) => (schools === null ? sql`true` : sql`${school} = any(${[...schools]}::text[])`)
  const { rows } = await sql<
    Omit<Stranger, 'phoneId' | 'before'> & { settledAt: Temporal.Instant | null; settledBy: string | null }
  >`
    select s.id as "schoolId", s.name as "schoolName", p.opted_out_at is not null as "optedOut", open.conversation,
      exists (select from desk_staff ds where ds.district_id = ${districtId} and ds.desk_id = s.id || '/office' and ds.person_id = ${staff.id}) as "mayAnswer",
      t.closed_at as "settledAt", coalesce(b.display_name, nullif(concat_ws(' ', b.given_name, b.family_name), '')) as "settledBy"
    from phone p
    left join lateral (
      select c.id as conversation, c.school_id from household h join conversation c on c.district_id = h.district_id and c.household_id = h.id and c.ended_at is null
      where h.district_id = ${districtId} and h.phone_id = p.id and h.until is null and ${seen(sql`c.school_id`)} order by c.started_at, c.id limit 1) open on true
    join school s on s.district_id = ${districtId} and s.id = coalesce(open.school_id, (
      select d.school_id from exchange x join desk d on d.district_id = x.district_id and d.id = x.desk_id
      where x.district_id = ${districtId} and x.phone_id = p.id and ${fromUnknown(districtId)} and ${seen(sql`d.school_id`)}
      order by x.created_at desc, x.id desc limit 1))
    left join lateral (select k.closed_at, k.closed_by from task k join exchange x on x.district_id = k.district_id and x.id = k.exchange_id
      left join desk d on d.district_id = x.district_id and d.id = x.desk_id
      left join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
      where k.district_id = ${districtId} and k.kind = 'stranger' and k.phone_id = p.id and k.closed_at is not null and coalesce(c.school_id, d.school_id) = s.id
      order by k.closed_at desc limit 1) t on true
    left join person b on b.district_id = ${districtId} and b.id = t.closed_by
    where p.district_id = ${districtId} and p.id = ${phoneId}::uuid and ${isUnknown(districtId, sql`p.id`)}`.execute(trx)
  const row = rows[0]
  if (row === undefined) return null
  const { settledAt, settledBy, ...stranger } = row
  return { ...stranger, phoneId, before: settledAt === null ? null : { at: settledAt, by: settledBy } }
}

/** Whether an exchange is this person's to see: by its conversation, or because an unknown phone made it whose page this person sees. */
export async function maySee(trx: Trx, staff: Staff, exchangeId: string, now: Temporal.Instant): Promise<boolean> {
  const { districtId } = staff
  if ((await exchangeById(trx, districtId, staff, exchangeId, now)) !== null) return true
  if (!isUuid(exchangeId)) return false
  const { rows } = await sql<{ phone: string }>`
    select coalesce(x.phone_id, h.phone_id) as phone from exchange x
    left join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
    left join household h on h.district_id = c.district_id and h.id = c.household_id
    where x.district_id = ${districtId} and x.id = ${exchangeId}::uuid and coalesce(x.phone_id, h.phone_id) is not null`.execute(
    trx,
  )
  const stranger = rows[0] === undefined ? null : await strangerOf(trx, staff, rows[0].phone)
  if (stranger === null) return false
  const { rows: shown } = await sql`select from exchange x where x.district_id = ${districtId} and x.id = ${exchangeId}::uuid
    and ((${reached(districtId, stranger.phoneId, stranger.schoolId)}) or x.conversation_id = ${stranger.conversation}::uuid)`.execute(
    trx,
  )
  return shown.length > 0
}

/** What an unknown phone wrote and said, what it was answered and what the gateway said to it by itself: the newest `most`, oldest first. That somebody looked who is not of that office is an event of the log. */
export async function heardFrom(
  trx: Trx,
  { id, districtId }: Staff,
  stranger: Stranger,
  { now, database }: Moment,
  most: number,
): Promise<readonly ExchangeRecord[]> {
  if (!stranger.mayAnswer)
    await appendEvents(trx, districtId, [
      { exchangeId: null, at: database, what: 'stranger_seen', who: id, detail: { phone: stranger.phoneId } },
    ])
  const ids = sql`
    (select x.id, x.created_at from exchange x where ${reached(districtId, stranger.phoneId, stranger.schoolId)}
      order by created_at desc, id desc limit ${most})
    union all
    (select id, created_at from exchange where district_id = ${districtId} and conversation_id = ${stranger.conversation}::uuid and (author = 'person' or direction = 'to_family')
      order by created_at desc, id desc limit ${most})
    union all
    (select n.id, n.created_at from exchange n where ${noticed(districtId, stranger)} order by n.created_at desc, n.id desc limit ${most})
    order by created_at desc, id desc limit ${most}`
  return afterWhatTheyAnswer(trx, districtId, await readExchanges(trx, districtId, ids, now))
}

/** In order, a notice behind what it answers: both came into being in one transaction, the notice some microseconds earlier. */
async function afterWhatTheyAnswer(
  trx: Trx,
  districtId: string,
  records: readonly ExchangeRecord[],
): Promise<readonly ExchangeRecord[]> {
  const notices = records.flatMap(({ author, view }) => (author === 'gateway' ? [view.id] : []))
  const { rows } = await sql<{ id: string; answers: string }>`
    select id, answers from exchange where district_id = ${districtId} and id = any(${notices}::uuid[]) and answers is not null`.execute(
    trx,
  )
  const answers = new Map(rows.map((row) => [row.id, row.answers]))
  const at = new Map(records.map(({ view }) => [view.id, Temporal.Instant.from(view.at)]))
  const place = ({ view, author }: ExchangeRecord) => {
    const [own, answered] = [Temporal.Instant.from(view.at), at.get(answers.get(view.id) ?? '')]
    return {
      at: answered !== undefined && Temporal.Instant.compare(answered, own) > 0 ? answered : own,
      last: author === 'gateway',
    }
  }
  return records
    .map((record) => ({ record, ...place(record) }))
    .sort((a, b) => Temporal.Instant.compare(a.at, b.at) || Number(a.last) - Number(b.last))
    .map(({ record }) => record)
}

/** A guardian whom an unknown phone may be of. `otherPhone`: the guardian is reached by another one so far. */
export type Candidate = {
  readonly id: string
  readonly name: string
  readonly students: readonly string[]
  readonly otherPhone: boolean
}

/** Whom to look for: a part of a name of a guardian or a student, or these guardians themselves. */
export type CandidateQuestion = { readonly name: string } | { readonly ids: readonly string[] }

/** Guardians of a school's students (of any school's, for the district's administrators), `most` of them. */
export async function candidates(
  trx: Trx,
  staff: Staff,
  stranger: Stranger,
  asked: CandidateQuestion,
  most: number,
): Promise<Candidate[]> {
  const { districtId, scope } = staff
  if ('name' in asked && asked.name.trim() === '') return []
  const schools = scope.kind === 'district' ? null : [stranger.schoolId]
  const fits = 'name' in asked ? isNamed(asked.name) : sql<boolean>`g.id = any(${[...asked.ids]}::text[])`
  const { rows } = await sql<Candidate>`
    select g.id, coalesce(g.display_name, concat_ws(' ', g.given_name, g.family_name)) as name,
      (select jsonb_agg(concat_ws(' ', k.given_name, k.family_name) order by k.given_name, k.id) from guardianship w
        join person k on k.district_id = w.district_id and k.id = w.student_id and k.active where w.district_id = ${districtId} and w.guardian_id = g.id and ${isOfSchools(districtId, sql`k.id`, schools)}) as students,
      exists (select from household_guardian hg where hg.district_id = ${districtId} and hg.guardian_id = g.id and hg.until is null) as "otherPhone"
    from person g where g.district_id = ${districtId}
      and g.id in ${guardiansOfSchools(districtId, schools, fits)}
    order by g.family_name, g.given_name, g.id limit ${most}`.execute(trx)
  return rows
}
