/** Tasks for staff: how they are opened and closed by what happens. What a person does with them is in task-list.ts. */

import { type RawBuilder, sql } from 'kysely'
import type { TaskKind } from '../core/task-due.ts'
import type { Trx } from './database.ts'
import { schoolOfHousehold } from './reach.ts'

/** Opens a task for staff; one of the same kind and key that is open already stays as it is. */
export async function openTask(
  trx: Trx,
  districtId: string,
  kind: TaskKind,
  key: string,
  what: { readonly exchangeId?: string; readonly phoneId?: string; readonly schoolId?: string; readonly personId?: string },
): Promise<void> {
  await sql`insert into task (district_id, kind, key, exchange_id, phone_id, school_id, person_id)
    values (${districtId}, ${kind}, ${key}, ${what.exchangeId ?? null}::uuid, ${what.phoneId ?? null}::uuid, ${what.schoolId ?? null}, ${what.personId ?? null})
    on conflict (district_id, kind, key) where closed_at is null do nothing`.execute(trx)
}

/** Closes the open tasks of a kind with these keys: what they asked for has been done. */
export async function closeTasks(trx: Trx, districtId: string, kind: TaskKind, keys: readonly string[]): Promise<void> {
  await sql`update task set closed_at = clock_timestamp()
    where district_id = ${districtId} and kind = ${kind} and key = any(${[...keys]}::text[]) and closed_at is null`.execute(trx)
}

/** Closes what asked for a voice or a number for messages that wait no more; where others of their conversations still want the number, the next of them is another task. */
export async function endWaitingTasks(
  trx: Trx,
  districtId: string,
  messages: readonly string[],
  conversations: readonly string[],
): Promise<void> {
  await closeTasks(trx, districtId, 'to_record', messages)
  const { rows } = await sql<{ key: string; next: string | null }>`
    update task t set closed_at = clock_timestamp()
    from unnest(${[...new Set(conversations)]}::uuid[]) as c (id)
    where t.district_id = ${districtId} and t.kind = 'no_number' and t.key = c.id::text and t.closed_at is null and t.exchange_id = any(${[...messages]}::uuid[])
    returning t.key, (select x.id from exchange x where x.district_id = ${districtId} and x.conversation_id = c.id and x.status = 'held' and x.hold = 'no_number'
      order by x.seq limit 1) as next`.execute(trx)
  // A task of its own, so that whoever presses again on an old page settles nothing that was not seen there.
  for (const { key, next } of rows) if (next !== null) await openTask(trx, districtId, 'no_number', key, { exchangeId: next })
}

/**
 * Tasks as `t` beside their exchange `x` and its conversation `c`, either of which may be missing: what `schoolOfTask` needs.
 */
export function tasksWithPlace(): RawBuilder<unknown> {
  return sql`task t left join exchange x on x.district_id = t.district_id and x.id = t.exchange_id
    left join conversation c on c.district_id = x.district_id and c.id = x.conversation_id`
}

/** The school whose staff a task of `tasksWithPlace` is for; null: only the district's administrators see it. */
export function schoolOfTask(districtId: string): RawBuilder<string | null> {
  return sql<
    string | null
  >`coalesce(t.school_id, c.school_id, (select d.school_id from desk d where d.district_id = x.district_id and d.id = x.desk_id),
    (select ${schoolOfHousehold(districtId, sql`h.id`)} from household h where h.district_id = t.district_id and h.phone_id = t.phone_id and h.until is null limit 1))`
}

/**
 * True where the exchange `x` came from a phone that nobody knew and that showed no PIN: what an office may say the owner of. What was left on a borrowed
 * phone is its household's, whoever's the phone is.
 */
export function fromUnknown(districtId: string): RawBuilder<boolean> {
  return sql<boolean>`(x.conversation_id is null and x.author = 'person' and x.direction = 'to_staff' and x.phone_id is not null and x.guardian_id is null
    and x.author_id is null and not exists (select from call k left join recording r on r.district_id = k.district_id and r.call_id = k.id
      where k.district_id = ${districtId} and k.household_id is not null and (r.exchange_id = x.id or k.exchange_id = x.id) and k.phone_id = x.phone_id))`
}

/** True where the phone (an SQL uuid) has neither guardians nor staff now. */
export function isUnknown(districtId: string, phone: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`not exists (select from household h join household_guardian hg on hg.district_id = h.district_id and hg.household_id = h.id and hg.until is null
      where h.district_id = ${districtId} and h.phone_id = ${phone} and h.until is null)
    and not exists (select from person_phone pp join person su on su.district_id = pp.district_id and su.id = pp.person_id and su.kind = 'staff' and su.active
      where pp.district_id = ${districtId} and pp.phone_id = ${phone})`
}
