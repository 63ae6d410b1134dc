/**
 * Who has taken what: a task, or a conversation of a desk. A claim ends when its holder gives it back, when somebody takes it over, and when the holder
 * leaves the desk or the roster.
 */

import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { databaseNow, type Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { schoolOfTask, tasksWithPlace } from './tasks.ts'

/** Somebody's claim. `staffId`: a sourcedId; `since` by the database's clock. */
export type Claim = { readonly staffId: string; readonly name: string; readonly since: Temporal.Instant }

/** What can be taken: the table that holds it, and what is over and can be taken no more. */
const OPEN = { task: sql`closed_at is null`, conversation: sql`ended_at is null` } as const

/** What can be taken. */
export type Claimable = keyof typeof OPEN

/** A row's claim as SQL gives it: `claimedBy` names the person `cl` that a query joins by it. */
export type ClaimColumns = { claimed_by: string | null; claimed_at: Temporal.Instant | null; claimer: string | null }

/** The claim that a row tells of; null: nobody has taken it. */
export function claimOf(row: ClaimColumns): Claim | null {
  return row.claimed_by === null || row.claimed_at === null
    ? null
    : { staffId: row.claimed_by, name: row.claimer ?? row.claimed_by, since: row.claimed_at }
}

/**
 * Takes something. `from`: who had it as far as the taker knows, null for nobody; false, and nothing is changed, when that is no longer so: two who press
 * at once do not both have it. Whoever calls has checked that this person may.
 */
export async function claim(trx: Trx, staff: Staff, what: Claimable, id: string, from: string | null): Promise<boolean> {
  const { rows } = await sql`
    update ${sql.table(what)} set claimed_by = ${staff.id}, claimed_at = clock_timestamp()
    where district_id = ${staff.districtId} and id = ${id}::uuid and ${OPEN[what]} and claimed_by is not distinct from ${from}
    returning id`.execute(trx)
  if (rows.length === 0) return false
  await note(trx, staff, what, id, 'claimed', from === null ? {} : { from })
  return true
}

/** Gives something back; false when this person does not have it. */
export async function giveBack(trx: Trx, staff: Staff, what: Claimable, id: string): Promise<boolean> {
  const { rows } = await sql`
    update ${sql.table(what)} set claimed_by = null, claimed_at = null
    where district_id = ${staff.districtId} and id = ${id}::uuid and ${OPEN[what]} and claimed_by = ${staff.id} returning id`.execute(
    trx,
  )
  if (rows.length > 0) await note(trx, staff, what, id, 'given_back', {})
  return rows.length > 0
}

/** Ends the claims of those who have left the desk, the school or the roster, or no longer administer it; what they had is everybody's again. */
export async function endLostClaims(trx: Trx, districtId: string): Promise<void> {
  const conversations = await sql<{ id: string; holder: string }>`
    with lost as (
      select c.id, c.claimed_by as holder from conversation c
      where c.district_id = ${districtId} and c.claimed_by is not null and not exists (
        select from desk_staff ds join person p on p.district_id = ds.district_id and p.id = ds.person_id and p.active
        where ds.district_id = ${districtId} and ds.desk_id = c.staff_side and ds.person_id = c.claimed_by) for update of c)
    update conversation c set claimed_by = null, claimed_at = null from lost
    where c.district_id = ${districtId} and c.id = lost.id returning lost.id, lost.holder`.execute(trx)
  const tasks = await sql<{ id: string; holder: string }>`
    with lost as (
      select t.id, t.claimed_by as holder, ${schoolOfTask(districtId)} as school_id from ${tasksWithPlace()}
      where t.district_id = ${districtId} and t.claimed_by is not null and t.closed_at is null)
    update task t set claimed_by = null, claimed_at = null from lost
    where t.district_id = ${districtId} and t.id = lost.id and not exists (
      select from person p where p.district_id = ${districtId} and p.id = lost.holder and p.active and (
        exists (select from desk_staff ds join desk d on d.district_id = ds.district_id and d.id = ds.desk_id
          where ds.district_id = ${districtId} and ds.person_id = p.id and d.school_id = lost.school_id
            and d.kind in ('office', 'aides'))
        or (p.role = 'administrator' and exists (select from person_org po join district d on d.id = po.district_id
          where po.district_id = ${districtId} and po.person_id = p.id and po.org_id in (lost.school_id, d.sourced_id)))))
    returning lost.id, lost.holder`.execute(trx)
  const at = await databaseNow(trx)
  const ended =
    (what: Claimable) =>
    (row: { id: string; holder: string }): NewEvent => ({
      exchangeId: null,
      at,
      what: `${what}_claim_ended`,
      detail: { [what]: row.id, holder: row.holder },
    })
  await appendEvents(trx, districtId, [...conversations.rows.map(ended('conversation')), ...tasks.rows.map(ended('task'))])
}

async function note(
  trx: Trx,
  staff: Staff,
  what: Claimable,
  id: string,
  did: 'claimed' | 'given_back',
  more: Readonly<Record<string, string>>,
): Promise<void> {
  await appendEvents(trx, staff.districtId, [
    { exchangeId: null, at: await databaseNow(trx), what: `${what}_${did}`, who: staff.id, detail: { [what]: id, ...more } },
  ])
}
