/** What waits for a person, as one list: for whoever staffs an office or is an aide the own schools', for administrators theirs, for the district all. */

import { type RawBuilder, sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { type DueHours, dueAt, TASK_DUE, type TaskKind } from '../core/task-due.ts'
import { isUuid } from '../core/uuid.ts'
import { type Claim, type ClaimColumns, claimOf } from './claims.ts'
import { cursorParts, cursorWord } from './cursor-words.ts'
import { databaseNow, type Trx } from './database.ts'
import { deskName } from './desks.ts'
import { appendEvents } from './events.ts'
import { CURRENT_GUARDIAN } from './exchange-record.ts'
import { readTime, seesConversation, sidesOf } from './exchange-view.ts'
import { fromUnknown, isUnknown, schoolOfTask, tasksWithPlace } from './tasks.ts'

/** A task with what somebody needs to decide it. */
export type TaskRow = {
  readonly id: string
  readonly kind: string
  readonly at: Temporal.Instant
  /** By when it should be done; null: its school has no hours to count it by. */
  readonly due: Temporal.Instant | null
  /** The zone in which its school tells times; null: not known. */
  readonly zone: string | null
  /** Null: nobody has taken it. */
  readonly claim: Claim | null
  /** Null: there is none, or this person does not see it. */
  readonly conversation: string | null
  /** Whether this person writes in it. */
  readonly own: boolean
  readonly exchangeId: string | null
  /** The id of the phone that it came from, where nobody knows whose that is. */
  readonly unknownPhone: string | null
  readonly original: { readonly language: string | null; readonly text: string } | null
  readonly translation: { readonly language: string | null; readonly text: string } | null
  readonly staffName: string | null
  /** Guardians or, of a task about a person, that person. */
  readonly people: readonly string[]
  readonly detail: Readonly<Record<string, unknown>>
  /** The guardian whom a talk that has ended was with and the desk in whose name the viewer may write there now, null: in the own; null: nobody is left to write to. */
  readonly writeTo: { readonly guardian: string; readonly desk: string | null } | null
}

/** The schools whose tasks somebody sees: null for all of the district, empty for none. The nurse and attendance have their own inboxes, and no tasks. */
export async function taskSchools(trx: Trx, staff: Staff): Promise<readonly string[] | null> {
  if (staff.scope.kind === 'district') return null
  if (staff.scope.kind === 'schools') return staff.scope.schools
  const { rows } = await sql<{ id: string }>`
    select distinct d.school_id as id from desk_staff ds join desk d on d.district_id = ds.district_id and d.id = ds.desk_id
    where ds.district_id = ${staff.districtId} and ds.person_id = ${staff.id} and d.kind in ('office', 'aides')`.execute(trx)
  return rows.map((row) => row.id)
}

/** How many open tasks `openTasks` would find for this person, as far as `most`; 0 for who sees none. */
export async function countTasks(trx: Trx, staff: Staff, most: number): Promise<number> {
  const schools = await taskSchools(trx, staff)
  if (schools?.length === 0) return 0
  const { districtId } = staff
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from (
      select from ${schools === null ? sql`task t` : tasksWithPlace()} where t.district_id = ${districtId} and t.closed_at is null
        ${schools === null ? sql`` : sql`and ${schoolOfTask(districtId)} = any(${[...schools]}::text[])`} limit ${most}) counted`.execute(
    trx,
  )
  return rows[0]?.n ?? 0
}

/** Where the next page of tasks begins: the last one that was shown, by what sorts it. Times ISO 8601. */
export type TaskCursor = { readonly due: string | null; readonly at: string; readonly id: string }

/** The cursor as a word for an address, and back; null when the word is none. */
export const taskCursor = {
  write: ({ due, at, id }: TaskCursor): string => cursorWord([due, at, id]),
  read: (word: string): TaskCursor | null => {
    const [due, at, id] = cursorParts(word)
    const isTime = (time: unknown): time is string => typeof time === 'string' && readTime(time) !== null
    return (due === null || isTime(due)) && isTime(at) && typeof id === 'string' && isUuid(id) ? { due, at, id } : null
  },
}

/** Which tasks: with `id`, that one alone; `after`: those that follow another, null: from the first one on. `asSeen`: an event's time by the clock that hours go by. */
export type TaskQuestion = {
  readonly id: string | null
  readonly after: TaskCursor | null
  readonly limit: number
  readonly asSeen: (at: Temporal.Instant) => Temporal.Instant
}

/** The open tasks of these schools, the first due first; those without a due time come last. Due times move with the school's hours. */
export async function openTasks(
  trx: Trx,
  staff: Staff,
  schools: readonly string[] | null,
  given: TaskQuestion,
): Promise<TaskRow[]> {
  if (schools !== null && schools.length === 0) return []
  const { districtId } = staff
  // What came first of a kind in a school is due first: no more of each can be among the first.
  const { rows } = await sql<{ id: string; kind: string; at: Temporal.Instant; hours: DueHours | null }>`
    select k.id, k.kind, k.at, s.hours from (
      select w.*, row_number() over (partition by w.kind, w.school_id order by w.at, w.id) as n from (
        select t.id, t.kind, t.created_at as at, ${schoolOfTask(districtId)} as school_id from ${tasksWithPlace()}
        where t.district_id = ${districtId} and t.closed_at is null ${given.id === null ? sql`` : sql`and t.id = ${given.id}::uuid`}) w
      where ${schools === null} or w.school_id = any(${schools === null ? [] : [...schools]}::text[])) k
    left join school s on s.district_id = ${districtId} and s.id = k.school_id where ${given.after !== null} or k.n <= ${given.limit}`.execute(
    trx,
  )
  const timed = rows.map((row) => {
    const at = given.asSeen(row.at)
    return { id: row.id, at, due: isKnown(row.kind) ? dueAt(row.kind, at, row.hours) : null, zone: row.hours?.timezone ?? null }
  })
  const from = given.after === null ? null : timedOf(given.after)
  const first = timed
    .filter((one) => from === null || dueFirst(from, one) < 0)
    .sort(dueFirst)
    .slice(0, given.limit)
  const details = await detailsOf(
    trx,
    staff,
    first.map(({ id }) => id),
  )
  return first.flatMap(({ id, at, due, zone }) => {
    const row = details.get(id)
    return row === undefined ? [] : [{ ...row, at, due, zone }]
  })
}

function timedOf({ due, at, id }: TaskCursor): Timed {
  return { id, at: Temporal.Instant.from(at), due: due === null ? null : Temporal.Instant.from(due) }
}

type Timed = { readonly id: string; readonly at: Temporal.Instant; readonly due: Temporal.Instant | null }

function dueFirst(a: Timed, b: Timed): number {
  const byDue =
    a.due === null || b.due === null ? Number(a.due === null) - Number(b.due === null) : Temporal.Instant.compare(a.due, b.due)
  return byDue || Temporal.Instant.compare(a.at, b.at) || (a.id < b.id ? -1 : Number(a.id > b.id))
}

function isKnown(kind: string): kind is TaskKind {
  return Object.hasOwn(TASK_DUE, kind)
}

async function detailsOf(
  trx: Trx,
  staff: Staff,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Omit<TaskRow, 'at' | 'due' | 'zone'>>> {
  if (ids.length === 0) return new Map()
  const { districtId } = staff
  const sides = await sidesOf(trx, districtId, staff)
  const { rows } = await sql<
    ClaimColumns & {
      id: string
      kind: string
      conversation: string | null
      own: boolean
      unknown_phone: string | null
      exchange_id: string | null
      original_language: string | null
      original_text: string | null
      translation_language: string | null
      translation_text: string | null
      staff_name: string | null
      people: string[]
      detail: Record<string, unknown>
      guardian: string | null
      desk: string | null
    }
  >`
    select t.id, t.kind, t.claimed_by, t.claimed_at, coalesce(cl.display_name, concat_ws(' ', cl.given_name, cl.family_name)) as claimer,
      case when ${fromUnknown(districtId)} and ${isUnknown(districtId, sql`x.phone_id`)} and t.kind in ('stranger', 'voicemail', 'call_back')
        then x.phone_id end as unknown_phone,
      case when ${seesConversation(staff, sides)} then c.id end as conversation,
      coalesce(c.ended_at is null and (c.staff_side = ${staff.id} or exists (select from desk_staff ds where ds.district_id = ${districtId} and ds.person_id = ${staff.id} and ds.desk_id = c.staff_side)), false) as own, t.exchange_id, x.original_language, case when ${tellsText(staff, sides, districtId)} then x.original_text end as original_text, x.translation_language,
      case when ${tellsText(staff, sides, districtId)} then x.translation_text end as translation_text,
      coalesce(s.display_name, nullif(concat_ws(' ', s.given_name, s.family_name), ''), ${deskName(districtId, sql`c.staff_side`)}, c.staff_side) as staff_name,
      coalesce((select jsonb_agg(concat_ws(' ', p.given_name, p.family_name) order by p.id) from person p where t.kind <> 'not_announced' and p.district_id = t.district_id and p.id = any(array(
          select t.person_id union select x.guardian_id where ${MEANS_ONE}
          union select hg.guardian_id from household_guardian hg join household h on h.district_id = hg.district_id and h.id = hg.household_id
            where hg.district_id = t.district_id and ${CURRENT_GUARDIAN} and hg.household_id = any(array(select c.household_id where not ${MEANS_ONE}
              union all select o.id from household o where o.district_id = t.district_id and o.phone_id = t.phone_id and o.until is null))))), '[]') as people,
      t.detail, ${ofEndedTalk(districtId)} as guardian, (select d.id from desk_staff ds join desk d on d.district_id = ds.district_id and d.id = ds.desk_id
        where ds.district_id = ${districtId} and ds.person_id = ${staff.id} and d.school_id = ${schoolOfTask(districtId)} and d.kind in ('office', 'aides')
        order by d.kind = 'office' desc limit 1) as desk
    from ${tasksWithPlace()}
    left join person s on s.district_id = c.district_id and s.id = c.staff_side
    left join person cl on cl.district_id = t.district_id and cl.id = t.claimed_by
    where t.district_id = ${districtId} and t.id = any(${[...ids]}::uuid[])`.execute(trx)
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        kind: row.kind,
        claim: claimOf(row),
        conversation: row.conversation,
        own: row.own,
        unknownPhone: row.unknown_phone,
        exchangeId: row.exchange_id,
        original: row.original_text === null ? null : { language: row.original_language, text: row.original_text },
        translation: row.translation_text === null ? null : { language: row.translation_language, text: row.translation_text },
        staffName: row.staff_name,
        people: row.people,
        detail: row.detail,
        writeTo:
          row.guardian === null || (row.desk === null && staff.scope.kind === 'own')
            ? null
            : { guardian: row.guardian, desk: row.desk },
      },
    ]),
  )
}

/** True where the task `t` is about the one guardian for whom, or from whom, its exchange `x` is: of a household that has ended, or that this one has left. */
const MEANS_ONE = sql<boolean>`(t.kind in ('not_sent', 'unread') and x.guardian_id is not null)`

/** The guardian of now to whom a talk that has ended was: the one addressed, else the first of the household; null where none has a student at the task's school. */
function ofEndedTalk(districtId: string): RawBuilder<string | null> {
  return sql<
    string | null
  >`case when t.kind in ('not_sent', 'unread') then (select g.id from person g where g.district_id = ${districtId} and g.active and g.id = coalesce(x.guardian_id,
    (select min(hg.guardian_id) from household_guardian hg where hg.district_id = ${districtId} and hg.household_id = c.household_id))
    and exists (select from guardianship gs join person_org po on po.district_id = gs.district_id and po.person_id = gs.student_id
      where gs.district_id = ${districtId} and gs.guardian_id = g.id and po.org_id = ${schoolOfTask(districtId)})) end`
}

/** Tasks about a number or an account: whose words passed over it is nobody's business. */
const WORDLESS: readonly TaskKind[] = ['carrier_block', 'phone_unusable', 'carrier_setup', 'calls_refused']

/** Whether somebody who does not see the conversation `c` reads its words in a task: what is for the nurse or about absences is that desk's alone. */
function tellsText(staff: Staff, sides: readonly string[], districtId: string): RawBuilder<boolean> {
  return sql<boolean>`t.kind <> all(${[...WORDLESS]}::text[]) and (c.id is null or ${seesConversation(staff, sides)} or not exists (select from desk dk where dk.district_id = ${districtId}
    and dk.id = c.staff_side and dk.kind in ('nurse', 'attendance')))`
}

/** Closes a task; in the log with who did it. The task must be one that this person was shown. */
export async function finishTask(trx: Trx, staff: Staff, taskId: string): Promise<void> {
  const { districtId } = staff
  const { rows } = await sql<{ kind: string; exchange_id: string | null }>`
    update task set closed_at = clock_timestamp(), closed_by = ${staff.id}
    where district_id = ${districtId} and id = ${taskId}::uuid and closed_at is null returning kind, exchange_id`.execute(trx)
  if (rows[0] !== undefined)
    await appendEvents(trx, districtId, [
      {
        exchangeId: rows[0].exchange_id,
        at: await databaseNow(trx),
        what: 'task_done',
        who: staff.id,
        detail: { task: taskId, kind: rows[0].kind },
      },
    ])
}
