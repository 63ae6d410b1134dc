/**
 * Phones that nobody knows, and how an office settles them: whose it is, an answer without knowing that, or not one of the school's families.
 *
 * What an unknown phone wrote stands at an office desk without a conversation. Once the office answers it, or says whose it is, the phone has a household
 * (of nobody, or of those guardians) and a conversation with the office, and what it wrote is placed into that: an event says so and by whom, the time, the words and
 * the events before stay as they are. It is moved to nobody else's conversation: no teacher sees what was written to the office.
 */

import { type RawBuilder, sql } from 'kysely'
import { officeDesk, type Staff } from '../core/people.ts'
import { isUuid } from '../core/uuid.ts'
import type { Moment } from '../relay/ports.ts'
import { openConversations, pairKey } from './conversations.ts'
import { contains, type Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { type ExchangeRecord, readExchanges } from './exchange-view.ts'
import { endHouseholds, householdOf } from './households.ts'
import { sayPhone } from './office-phones.ts'
import { namedGuardian } from './reach.ts'
import { taskSchools } from './task-list.ts'
import { fromUnknown, isUnknown } from './tasks.ts'
import { PLACED } from './verify-exchanges.ts'

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

/** As many of the newest as are shown. */
const SHOWN = 30

/** The exchanges `x` by which an unknown phone reached a school's office; no other office sees them. */
function reached(districtId: string, phoneId: string, schoolId: string) {
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

/** What an unknown phone wrote and said, what it was answered and what the gateway said to it by itself, oldest first. That somebody looked who is not of that office is an event of the log. */
export async function heardFrom(
  trx: Trx,
  { id, districtId }: Staff,
  stranger: Stranger,
  { now, database }: Moment,
): Promise<readonly ExchangeRecord[]> {
  if (!stranger.mayAnswer)
    await appendEvents(trx, districtId, [
      { exchangeId: null, at: database, what: 'stranger_seen', who: id, detail: { phone: stranger.phoneId } },
    ])
  const ids = sql`
    (select x.id, x.created_at from exchange x where ${reached(districtId, stranger.phoneId, stranger.schoolId)}
      order by created_at desc, id desc limit ${SHOWN})
    union all
    (select id, created_at from exchange where district_id = ${districtId} and conversation_id = ${stranger.conversation}::uuid and (author = 'person' or direction = 'to_family')
      order by created_at desc, id desc limit ${SHOWN})
    union all
    (select n.id, n.created_at from exchange n where ${noticed(districtId, stranger)} order by n.created_at desc, n.id desc limit ${SHOWN})
    order by created_at desc, id desc limit ${SHOWN}`
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

/** Guardians of a school's students (of any school's, for the district's administrators). */
export async function candidates(trx: Trx, staff: Staff, stranger: Stranger, asked: CandidateQuestion): Promise<Candidate[]> {
  const { districtId, scope } = staff
  const pattern = 'name' in asked ? contains(asked.name.trim()) : ''
  if (pattern === '%%') return []
  const fits =
    'name' in asked
      ? sql`(concat_ws(' ', g.given_name, g.family_name, g.display_name) ilike ${pattern} or concat_ws(' ', st.given_name, st.family_name) ilike ${pattern})`
      : sql`g.id = any(${[...asked.ids]}::text[])`
  const { rows } = await sql<Candidate>`
    select g.id, coalesce(g.display_name, concat_ws(' ', g.given_name, g.family_name)) as name,
      (select jsonb_agg(concat_ws(' ', k.given_name, k.family_name) order by k.given_name, k.id) from guardianship w
        join person k on k.district_id = w.district_id and k.id = w.student_id and k.active where w.district_id = ${districtId} and w.guardian_id = g.id) as students,
      exists (select from household_guardian hg where hg.district_id = ${districtId} and hg.guardian_id = g.id and hg.until is null) as "otherPhone"
    from person g where g.district_id = ${districtId} and g.active and g.id in (
      select gs.guardian_id from person_org po join person st on st.district_id = po.district_id and st.id = po.person_id and st.kind = 'student' and st.active
      join guardianship gs on gs.district_id = st.district_id and gs.student_id = st.id
      join person g on g.district_id = gs.district_id and g.id = gs.guardian_id and g.active
      where po.district_id = ${districtId} and (${scope.kind === 'district'} or po.org_id = ${stranger.schoolId}) and ${fits})
    order by g.family_name, g.given_name, g.id limit 20`.execute(trx)
  return rows
}

/** Nobody else settles this phone, and nothing comes from it as from a stranger, before this transaction has ended. */
async function lockPhone(trx: Trx, districtId: string, phoneId: string): Promise<void> {
  await sql`select from phone where district_id = ${districtId} and id = ${phoneId}::uuid for update`.execute(trx)
}

/**
 * Says whose phone it is: from now on these guardians are reached by it, and what it wrote stands in their conversation with the office, whose id is
 * given. Null, and nothing is changed: the phone is known meanwhile, or one of the guardians is none of the school's.
 */
export async function identify(
  trx: Trx,
  moment: Moment,
  staff: Staff,
  phoneId: string,
  guardians: readonly string[],
): Promise<string | null> {
  await lockPhone(trx, staff.districtId, phoneId)
  const stranger = await strangerOf(trx, staff, phoneId)
  const wanted = [...new Set(guardians)]
  if (stranger === null || wanted.length === 0) return null
  if ((await candidates(trx, staff, stranger, { ids: wanted })).length !== wanted.length) return null
  await sayPhone(trx, moment, staff, wanted, phoneId)
  const conversation = await withOffice(trx, moment, staff, stranger)
  await closeTask(trx, staff, stranger, ['stranger'])
  return conversation
}

/**
 * The conversation in which the office answers a phone without knowing whose it is, which settles it; null: the phone is known meanwhile or wants no
 * messages, or this person staffs no such office.
 */
export async function openUnknown(trx: Trx, moment: Moment, staff: Staff, phoneId: string): Promise<string | null> {
  await lockPhone(trx, staff.districtId, phoneId)
  const stranger = await strangerOf(trx, staff, phoneId)
  if (stranger === null || !stranger.mayAnswer || stranger.optedOut) return null
  const conversation = await withOffice(trx, moment, staff, stranger)
  await closeTask(trx, staff, stranger, ['stranger'])
  return conversation
}

/** Says that the phone is nobody's whom the school knows. Nothing is sent; should it write again, somebody is asked again. False: it is known meanwhile. */
export async function dismissStranger(trx: Trx, moment: Moment, staff: Staff, phoneId: string): Promise<boolean> {
  const { districtId } = staff
  await lockPhone(trx, districtId, phoneId)
  const stranger = await strangerOf(trx, staff, phoneId)
  if (stranger === null) return false
  const { rows } = await sql<{ id: string }>`
    select h.id from household h where h.district_id = ${districtId} and h.phone_id = ${phoneId}::uuid and h.until is null
      and not exists (select from conversation c where c.district_id = h.district_id and c.household_id = h.id and c.ended_at is null
        and c.school_id <> ${stranger.schoolId})`.execute(trx)
  await endHouseholds(
    trx,
    districtId,
    moment,
    rows.map(({ id }) => id),
  )
  await closeTask(trx, staff, stranger, ['stranger', 'voicemail', 'call_back'])
  await appendEvents(trx, districtId, [
    { exchangeId: null, at: moment.database, what: 'stranger_dismissed', who: staff.id, detail: { phone: phoneId } },
  ])
  return true
}

/** The conversation of a phone with the office that it reached, with all that it wrote placed in it. */
async function withOffice(trx: Trx, moment: Moment, staff: Staff, stranger: Stranger): Promise<string | null> {
  const { districtId } = staff
  const { phoneId, schoolId } = stranger
  const household = await householdOf(trx, districtId, moment, phoneId)
  const desk = officeDesk(schoolId)
  const { rows } = await sql<{ proxy: string }>`
    select x.proxy_number_id as proxy from exchange x where ${reached(districtId, phoneId, schoolId)}
      and x.proxy_number_id is not null order by x.created_at desc, x.id desc limit 1`.execute(trx)
  const dialled = rows[0]?.proxy
  const wanted = {
    staffSide: desk,
    householdId: household,
    schoolId,
    mayWait: true,
    ...(dialled === undefined ? {} : { dialled }),
  }
  const opened = (await openConversations(trx, districtId, moment.now, [wanted])).get(pairKey(desk, household))
  if (opened === undefined || opened.kind === 'no_number') return null
  await place(trx, moment, staff, stranger, household, opened.id)
  return opened.id
}

/** Places what a phone wrote to this office into its conversation, in the order in which it came, to be translated there. */
async function place(
  trx: Trx,
  moment: Moment,
  staff: Staff,
  { phoneId, schoolId }: Stranger,
  household: string,
  conversation: string,
): Promise<void> {
  const { districtId } = staff
  const at = moment.database
  const { rows: locked } = await sql<{ seq: string; guardian: string | null }>`
    select c.last_seq_to_staff as seq, ${namedGuardian(districtId, sql`${household}::uuid`, sql`c.staff_side`)} as guardian
    from conversation c where c.district_id = ${districtId} and c.id = ${conversation}::uuid for update of c`.execute(trx)
  const { seq, guardian } = locked[0] as { seq: string; guardian: string | null }
  // A call has no place in the lane: nothing of it is handed over.
  const { rows } = await sql<{ id: string; kind: string }>`
    update exchange x set conversation_id = ${conversation}::uuid, guardian_id = ${guardian}, prepare_lease = null,
      seq = case when x.kind <> 'call' then ${Number(seq)}::bigint + w.n end,
      prepare_after = case when x.kind <> 'call' and x.keyword is null and (x.original_text <> '' or x.pictures) then ${at.toString()}::timestamptz end
    from (select x.id, count(*) filter (where x.kind <> 'call') over (order by x.created_at, x.id) as n from exchange x
      where ${reached(districtId, phoneId, schoolId)}) w
    where x.district_id = ${districtId} and x.id = w.id returning x.id, x.kind`.execute(trx)
  await sql`update conversation set last_seq_to_staff = last_seq_to_staff + ${rows.filter(({ kind }) => kind !== 'call').length}
    where district_id = ${districtId} and id = ${conversation}::uuid`.execute(trx)
  // The others of the household's exchanges, written before anybody knew whose phone it is, get their name too.
  const { rows: named } = await sql<{ id: string }>`
    update exchange set guardian_id = ${guardian} where district_id = ${districtId} and conversation_id = ${conversation}::uuid and author = 'person'
      and guardian_id is null and ${guardian}::text is not null returning id`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    [...rows, ...named].map(({ id }) => ({
      exchangeId: id,
      at,
      what: PLACED,
      who: staff.id,
      detail: { conversation, guardian },
    })),
  )
}

/** Closes what this office was asked about the phone; another office that it reached is still asked. */
async function closeTask(
  trx: Trx,
  { districtId, id }: Staff,
  { phoneId, schoolId }: Stranger,
  kinds: readonly string[],
): Promise<void> {
  await sql`update task t set closed_at = clock_timestamp(), closed_by = ${id}
    where t.district_id = ${districtId} and t.closed_at is null and t.kind = any(${[...kinds]}::text[]) and ((t.exchange_id is null and t.phone_id = ${phoneId}::uuid
      and coalesce(t.school_id, ${schoolId}) = ${schoolId}) or exists (select from exchange x left join desk d on d.district_id = x.district_id and d.id = x.desk_id
      left join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
      where x.district_id = ${districtId} and x.id = t.exchange_id and x.phone_id = ${phoneId}::uuid and coalesce(c.school_id, d.school_id) = ${schoolId}
        and (t.phone_id is not null or ${fromUnknown(districtId)})))`.execute(trx)
}
