/** What waits for a person, as one list: for whoever staffs a desk the own schools', for administrators theirs, for the district all. */

import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { databaseNow, type Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { schoolOfHousehold } from './reach.ts'

/** A task with what somebody needs to decide it. */
export type TaskRow = {
  readonly id: string
  readonly kind: string
  readonly at: Temporal.Instant
  /** By name; null: nobody has taken it. */
  readonly claimedBy: string | null
  readonly mine: boolean
  readonly conversation: string | null
  readonly exchangeId: string | null
  readonly original: { readonly language: string | null; readonly text: string } | null
  readonly translation: { readonly language: string | null; readonly text: string } | null
  readonly staffName: string | null
  /** Guardians or, of a task about a person, that person. */
  readonly people: readonly string[]
  readonly detail: Readonly<Record<string, unknown>>
}

/** The schools whose tasks somebody sees: null for all of the district, empty for none. */
export async function taskSchools(trx: Trx, staff: Staff): Promise<readonly string[] | null> {
  if (staff.scope.kind === 'district') return null
  if (staff.scope.kind === 'schools') return staff.scope.schools
  const { rows } = await sql<{ id: string }>`
    select distinct d.school_id as id from desk_staff ds join desk d on d.district_id = ds.district_id and d.id = ds.desk_id
    where ds.district_id = ${staff.districtId} and ds.person_id = ${staff.id}`.execute(trx)
  return rows.map((row) => row.id)
}

const SCHOOL = (
  districtId: string,
) => sql`coalesce(t.school_id, c.school_id, (select d.school_id from desk d where d.district_id = x.district_id and d.id = x.desk_id),
  (select ${schoolOfHousehold(districtId, sql`h.id`)} from household h where h.district_id = t.district_id and h.phone_id = t.phone_id and h.until is null limit 1))`

/** The open tasks of these schools, the oldest first; with `id`, that one alone. */
export async function openTasks(
  trx: Trx,
  staff: Staff,
  schools: readonly string[] | null,
  given: { readonly id: string | null; readonly limit: number },
): Promise<TaskRow[]> {
  const { districtId } = staff
  if (schools !== null && schools.length === 0) return []
  const { rows } = await sql<{
    id: string
    kind: string
    at: Temporal.Instant
    claimed_by: string | null
    claimer: string | null
    conversation: string | null
    exchange_id: string | null
    original_language: string | null
    original_text: string | null
    translation_language: string | null
    translation_text: string | null
    staff_name: string | null
    people: string[]
    detail: Record<string, unknown>
  }>`
    select t.id, t.kind, t.created_at as at, t.claimed_by, coalesce(cl.display_name, concat_ws(' ', cl.given_name, cl.family_name)) as claimer,
      x.conversation_id as conversation, t.exchange_id, x.original_language, x.original_text, x.translation_language, x.translation_text,
      coalesce(s.display_name, nullif(concat_ws(' ', s.given_name, s.family_name), ''), c.staff_side) as staff_name,
      coalesce((select jsonb_agg(concat_ws(' ', p.given_name, p.family_name) order by p.id) from person p where p.district_id = t.district_id and (p.id = t.person_id
        or p.id in (select hg.guardian_id from household_guardian hg where hg.district_id = t.district_id and hg.until is null and (hg.household_id = c.household_id
          or hg.household_id in (select h.id from household h where h.district_id = t.district_id and h.phone_id = t.phone_id and h.until is null))))), '[]') as people,
      t.detail
    from task t left join exchange x on x.district_id = t.district_id and x.id = t.exchange_id
    left join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
    left join person s on s.district_id = c.district_id and s.id = c.staff_side
    left join person cl on cl.district_id = t.district_id and cl.id = t.claimed_by
    where t.district_id = ${districtId} and t.closed_at is null ${given.id === null ? sql`` : sql`and t.id = ${given.id}::uuid`}
      and (${schools === null} or ${SCHOOL(districtId)} = any(${schools === null ? [] : [...schools]}::text[]))
    order by t.created_at, t.id limit ${given.limit}`.execute(trx)
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    at: row.at,
    claimedBy: row.claimed_by === null ? null : (row.claimer ?? row.claimed_by),
    mine: row.claimed_by === staff.id,
    conversation: row.conversation,
    exchangeId: row.exchange_id,
    original: row.original_text === null ? null : { language: row.original_language, text: row.original_text },
    translation: row.translation_text === null ? null : { language: row.translation_language, text: row.translation_text },
    staffName: row.staff_name,
    people: row.people,
    detail: row.detail,
  }))
}

/** Takes a task, gives it back, or closes it; in the log with who did it. The task must be one that this person was shown. */
export async function settleTask(trx: Trx, staff: Staff, taskId: string, what: 'claim' | 'leave' | 'done'): Promise<void> {
  const { districtId } = staff
  const change = {
    claim: sql`claimed_by = ${staff.id}`,
    leave: sql`claimed_by = null`,
    done: sql`closed_at = clock_timestamp(), closed_by = ${staff.id}`,
  }[what]
  const { rows } = await sql<{ kind: string; exchange_id: string | null }>`
    update task set ${change} where district_id = ${districtId} and id = ${taskId}::uuid and closed_at is null returning kind, exchange_id`.execute(
    trx,
  )
  if (rows[0] !== undefined && what === 'done')
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
