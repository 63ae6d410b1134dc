/** A household that goes on at another phone: the same guardians, and all that was said. */

import { type RawBuilder, sql } from 'kysely'
import type { TaskKind } from '../core/task-due.ts'
import type { Moment } from '../relay/ports.ts'
import { bindPhones } from './conversations.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { type Ended, endWaiting, NOTHING_ENDED, WAITING } from './households.ts'
import { endPins } from './pins.ts'

/** The open conversations that were taken along, whose family side has no number yet (`bindPhones`), and what ended. */
export type TakenAlong = { readonly conversations: readonly string[]; readonly ended: Ended }

/**
 * Lets households go on at other phones, with all that was said: the guardians are the same. What waits for them is written anew for the phone that they have now; a long text of which
 * a part has gone out, a call and a notice are about the phone of before and are canceled. Whoever has that one next is told anew who writes.
 */
export async function takeAlong(
  trx: Trx,
  districtId: string,
  moment: Moment,
  moved: readonly { readonly id: string; readonly phoneId: string }[],
): Promise<TakenAlong> {
  if (moved.length === 0) return { conversations: [], ended: NOTHING_ENDED }
  const ids = moved.map(({ id }) => id)
  const { rows: left } = await sql<{ household: string; phone: string }>`
    update phone p set introduced_at = null from household h
    where h.district_id = ${districtId} and h.id = any(${ids}::uuid[]) and p.district_id = h.district_id and p.id = h.phone_id
    returning h.id as household, p.id as phone`.execute(trx)
  const before = new Map(left.map(({ household, phone }) => [household, phone]))
  await endPins(trx, districtId, ids)
  await sql`update household h set phone_id = w.phone_id from unnest(${ids}::uuid[], ${moved.map((m) => m.phoneId)}::uuid[]) as w (id, phone_id)
    where h.district_id = ${districtId} and h.id = w.id`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    moved.map(({ id, phoneId }) => ({
      exchangeId: null,
      at: moment.database,
      what: 'phone_moved',
      detail: { household: id, phone: phoneId, from: before.get(id) ?? null },
    })),
  )
  await tasksOfPhones(
    trx,
    districtId,
    moved.map(({ id, phoneId }) => ({ from: before.get(id) ?? phoneId, to: phoneId })),
  )
  const { rows: talks } = await sql<{ id: string }>`
    select id from conversation where district_id = ${districtId} and household_id = any(${ids}::uuid[]) and ended_at is null`.execute(
    trx,
  )
  const conversations = talks.map(({ id }) => id)
  await sql`update binding set until = ${moment.now.toString()}::timestamptz
    where district_id = ${districtId} and conversation_id = any(${conversations}::uuid[]) and side = 'family' and until is null`.execute(
    trx,
  )
  const { rows: waiting } = await sql<{ id: string; anew: boolean }>`
    select id, author = 'person' and kind <> 'call' and part = 0 as anew from exchange
    where district_id = ${districtId} and conversation_id = any(${conversations}::uuid[]) and direction = 'to_family' and ${WAITING}`.execute(
    trx,
  )
  const anew = waiting.flatMap((row) => (row.anew ? [row.id] : []))
  // Asked once more: what a hand-over has claimed meanwhile goes where it goes.
  await sql`update exchange set phone_id = null, proxy_number_id = null, tries = 0, prepare_after = ${moment.database.toString()}, prepare_lease = null
    where district_id = ${districtId} and id = any(${anew}::uuid[]) and ${WAITING}`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    anew.map((exchangeId) => ({ exchangeId, at: moment.database, what: 'phone_moved' })),
  )
  const messages = await endWaiting(
    trx,
    districtId,
    moment,
    waiting.flatMap((row) => (row.anew ? [] : [row.id])),
    'phone_moved',
  )
  return { conversations, ended: { conversations: 0, messages } }
}

/** What is wrong with a number, not with a family. */
const OF_A_NUMBER: readonly TaskKind[] = [
  'phone_unusable',
  'wrong_number',
  'carrier_block',
  'opted_out',
  'maybe_stop',
  'calls_refused',
]

/** What is wrong with a phone that a family no longer has is over; whoever is to be called back is called at the phone of now. */
async function tasksOfPhones(
  trx: Trx,
  districtId: string,
  moved: readonly { readonly from: string; readonly to: string }[],
): Promise<void> {
  const [from, to] = [moved.map((one) => one.from), moved.map((one) => one.to)]
  await sql`update task set closed_at = clock_timestamp() where district_id = ${districtId} and closed_at is null and phone_id = any(${from}::uuid[])
    and kind = any(${[...OF_A_NUMBER]}::text[])`.execute(trx)
  await sql`update task t set phone_id = w.now from unnest(${from}::uuid[], ${to}::uuid[]) as w (before, now)
    where t.district_id = ${districtId} and t.closed_at is null and t.phone_id = w.before`.execute(trx)
}

/**
 * Households whose guardians all have the same other phone by `homes` (a query of guardian_id and phone_id), which is nobody else's there and on which nobody
 * is written to yet.
 */
export async function movedHouseholds(
  trx: Trx,
  districtId: string,
  homes: RawBuilder<unknown>,
): Promise<{ readonly id: string; readonly phoneId: string }[]> {
  const { rows } = await sql<{ id: string; phoneId: string }>`
    with home as materialized (${homes}), moved as (
      select h.id, min(w.phone_id::text)::uuid as phone_id from household h
      join household_guardian g on g.district_id = h.district_id and g.household_id = h.id and g.until is null
      join home w on w.guardian_id = g.guardian_id
      where h.district_id = ${districtId} and h.until is null
      group by h.id, h.phone_id having min(w.phone_id::text) = max(w.phone_id::text) and min(w.phone_id::text)::uuid <> h.phone_id)
    select m.id, m.phone_id as "phoneId" from moved m
    where not exists (select from household o where o.district_id = ${districtId} and o.phone_id = m.phone_id and o.until is null)
      and not exists (select from home w where w.phone_id = m.phone_id and not exists (select from household_guardian g
        where g.district_id = ${districtId} and g.household_id = m.id and g.guardian_id = w.guardian_id and g.until is null))`.execute(
    trx,
  )
  return rows
}

/** Lets the household of a guardian go on at another phone where it is this one's alone. Otherwise nothing is done: `moveHome` says what becomes of it. */
export async function moveAlone(
  trx: Trx,
  districtId: string,
  moment: Moment,
  guardianId: string,
  phoneId: string,
): Promise<void> {
  const homes = sql`select g.guardian_id, case when g.guardian_id = ${guardianId} then ${phoneId}::uuid else h.phone_id end as phone_id
    from household_guardian mine join household h on h.district_id = mine.district_id and h.id = mine.household_id and h.until is null
    join household_guardian g on g.district_id = h.district_id and g.household_id = h.id and g.until is null
    where mine.district_id = ${districtId} and mine.guardian_id = ${guardianId} and mine.until is null`
  const { conversations } = await takeAlong(trx, districtId, moment, await movedHouseholds(trx, districtId, homes))
  await bindPhones(trx, districtId, moment.now, conversations)
}
