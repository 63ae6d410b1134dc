/** `deliver`'s side of the store: due heads of lanes, attempts, and how fast a number may send. */

import { sql } from 'kysely'
import type { DeliveryDecision, Due } from '../core/delivery.ts'
import { splitBody } from '../core/segments.ts'
import { withIntroduction } from '../core/texts.ts'
import { NO_WORDINGS } from '../core/wordings.ts'
import type { DeliverStore, Moment, PictureLink, ReadyAttempt } from '../relay/ports.ts'
import { type Db, inDistrict, type Trx } from './database.ts'
import { type DueRow, dueHeads } from './due.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { cancelWaiting, timeOrderedId } from './exchanges.ts'
import { wordingsOf } from './fixed-texts.ts'
import { tellWriters } from './held-notices.ts'
import { sideHours } from './hours.ts'
import { endWaiting } from './households.ts'
import type { Keys } from './keys.ts'
import { readNumber } from './phones.ts'
import { signPicture } from './picture-view.ts'
import { momentOf } from './settings.ts'
import { recordOutcomes } from './settling.ts'

/** How a number is paced: `segments` tells what a text costs; null for a carrier without a limit (benchmarks). */
export type Pacing = { readonly segments: (body: string) => number } | null

/** A long code sends one segment a second (Twilio, "Rate limits and queues"); so many seconds may stand in the carrier's queue. */
const BURST_SECONDS = 30

const LINK_SPARE_SECONDS = 600

/** The deliver port. */
export function deliverStore(db: Db, keys: Keys, pacing: Pacing): DeliverStore {
  return {
    claim: (districtId, limit, decide) =>
      inDistrict(db, districtId, (trx) => claim(trx, keys, districtId, pacing, limit, decide), 'row by row'),
    record: (districtId, outcomes) =>
      inDistrict(db, districtId, async (trx) => recordOutcomes(trx, districtId, await momentOf(trx), outcomes), 'row by row'),
  }
}

async function claim(
  trx: Trx,
  keys: Keys,
  districtId: string,
  pacing: Pacing,
  limit: number,
  decide: (now: Temporal.Instant, due: Due) => DeliveryDecision,
): Promise<{ attempts: ReadyAttempt[]; decided: number }> {
  // One claim of a district at a time: of two, one would not see what the other is about to hand over in the same lane.
  const lock = await sql<{
    mine: boolean
  }>`select pg_try_advisory_xact_lock(hashtextextended(${`deliver ${districtId}`}, 0)) as mine`.execute(trx)
  if (!lock.rows[0]?.mine) return { attempts: [], decided: 0 }
  const moment = await momentOf(trx)
  const numbersFreeBefore = pacing === null ? null : moment.database.add({ seconds: BURST_SECONDS })
  const rows = await dueHeads(trx, districtId, moment, 'text', numbersFreeBefore, limit)
  if (rows.length === 0) return { attempts: [], decided: 0 }

  const attempts: (ReadyAttempt & { row: DueRow })[] = []
  const holds: { row: DueRow; until: Temporal.Instant | null; hold: string }[] = []
  const ends = new Map<string, string[]>()
  const unbound: string[] = []
  const kept: DueRow[] = []
  const budget = new Map<string, number>()
  const strangers = await lockStrangers(trx, districtId, rows)
  const wordings = strangers.size === 0 ? NO_WORDINGS : await wordingsOf(trx, districtId)
  const files = await filesOf(trx, districtId, rows)
  for (const row of rows) {
    const decision = decide(moment.now, dueOf(row))
    const end = (why: string) => ends.set(why, [...(ends.get(why) ?? []), row.id])
    if (decision.kind === 'keep') kept.push(row)
    else if (decision.kind === 'hold') holds.push({ row, ...decision })
    else if (decision.kind === 'end') end(decision.why)
    // The rest of a long text says nothing on a phone that has not got its beginning.
    else if (row.moved) end('phone_moved')
    else if (row.phone_id === null || row.proxy_number_id === null || row.number_encrypted === null || row.proxy === null) {
      if (row.author === 'person') unbound.push(row.id)
      else end('no_number')
    } else {
      const introduces = row.introduces && strangers.has(row.phone_id)
      const whole = introduces ? withIntroduction(row.body, row.language, row.school?.name ?? '', wordings) : row.body
      const body = splitBody(whole)[row.part] ?? whole
      if (pacing !== null && !fits(budget, row, moment, () => pacing.segments(body))) continue
      if (introduces) strangers.delete(row.phone_id)
      attempts.push({
        row: { ...row, body: whole, introduces },
        attemptId: timeOrderedId(),
        exchangeId: row.id,
        districtId,
        from: row.proxy,
        to: readNumber(keys, districtId, row.number_encrypted),
        body,
        pictures: (files.get(row.id) ?? []).map((fileId) => link(keys, districtId, moment, fileId, decision.validitySeconds)),
        validitySeconds: decision.validitySeconds,
      })
    }
  }
  // A side that lost its number since (the carrier blocks it, the account gave it up, the phone changed) gets another when it is prepared anew.
  if (unbound.length > 0)
    await sql`update exchange set prepare_after = clock_timestamp() where district_id = ${districtId} and id = any(${unbound}::uuid[])`.execute(
      trx,
    )
  for (const why of ['opted_out', 'phone_off'] as const) {
    const ids = kept.flatMap((row) => (row.opted_out === (why === 'opted_out') ? [row.id] : []))
    await keepInBrowser(trx, districtId, moment, ids, why)
  }
  await writeHolds(trx, keys, districtId, moment, holds)
  for (const [why, ids] of ends) {
    if (why === 'conversation_ended' || why === 'phone_moved') await endWaiting(trx, districtId, moment, ids, why)
    else await cancelWaiting(trx, districtId, moment.database, ids, why, null)
  }
  await writeAttempts(trx, districtId, moment, attempts)
  if (pacing !== null) await spend(trx, budget)
  return { attempts: attempts.map(({ row: _row, ...attempt }) => attempt), decided: rows.length }
}

/** The pictures that go along, by exchange, in their order: with the first part of each. */
async function filesOf(trx: Trx, districtId: string, rows: readonly DueRow[]): Promise<Map<string, string[]>> {
  const ids = rows.flatMap((row) => (row.with_pictures && row.part === 0 ? [row.id] : []))
  if (ids.length === 0) return new Map()
  const { rows: found } = await sql<{ exchange_id: string; files: string[] }>`
    select exchange_id, array_agg(file_id order by n) as files from picture
    where district_id = ${districtId} and exchange_id = any(${ids}::uuid[]) and fate = 'kept' group by exchange_id`.execute(trx)
  return new Map(found.map((row) => [row.exchange_id, row.files]))
}

/** For as long as the carrier may try, and a little longer: its clock is another. */
function link(keys: Keys, districtId: string, moment: Moment, fileId: string, validitySeconds: number): PictureLink {
  const until = Math.ceil(moment.database.epochMilliseconds / 1000) + validitySeconds + LINK_SPARE_SECONDS
  return { fileId, until, signature: signPicture(keys, districtId, fileId, until) }
}

/** The phones that nobody introduced us to, locked, so that of two processes one does. */
async function lockStrangers(trx: Trx, districtId: string, rows: readonly DueRow[]): Promise<Set<string>> {
  const ids = rows.flatMap((row) => (row.introduces && row.phone_id !== null ? [row.phone_id] : []))
  if (ids.length === 0) return new Set()
  const found = await sql<{ id: string }>`select id from phone where district_id = ${districtId} and id = any(${ids}::uuid[])
    and introduced_at is null order by id for update`.execute(trx)
  return new Set(found.rows.map((row) => row.id))
}

/** What `decideDelivery` asks about a due row. */
export function dueOf(row: DueRow): Due {
  return {
    direction: row.direction,
    author: row.author,
    notice: row.notice,
    urgent: row.urgent,
    optedOut: row.opted_out,
    phoneOff: row.phone_off,
    conversationEnded: row.ended,
    hours: sideHours(row.school?.hours, row.direction, row.family_zone, row.own_hours),
    answerAge: row.answer_age,
  }
}

/**
 * Whether the number's budget has room now; what it takes is added up in `budget` (epoch milliseconds until which it is busy). Segments are counted only
 * where there is room: counting takes longer than all else here, and hundreds may wait for one number.
 */
function fits(budget: Map<string, number>, row: DueRow, moment: Moment, segments: () => number): boolean {
  const nowMs = moment.database.epochMilliseconds
  const busy = budget.get(row.proxy_number_id as string) ?? Math.max(nowMs, row.busy_until?.epochMilliseconds ?? 0)
  if (busy > nowMs + BURST_SECONDS * 1000) return false
  budget.set(row.proxy_number_id as string, busy + segments() * 1000)
  return true
}

async function spend(trx: Trx, budget: ReadonlyMap<string, number>): Promise<void> {
  const entries = [...budget.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
  if (entries.length === 0) return
  await sql`update proxy_number n set busy_until = greatest(n.busy_until, w.busy) from unnest(
      ${entries.map(([id]) => id)}::uuid[], ${entries.map(([, ms]) => Temporal.Instant.fromEpochMilliseconds(ms).toString())}::timestamptz[]) as w (id, busy)
    where n.id = w.id`.execute(trx)
}

/** Takes back what a staff phone no longer wants; the staff member reads it in the browser. */
export async function keepInBrowser(
  trx: Trx,
  districtId: string,
  moment: Moment,
  ids: readonly string[],
  why: 'opted_out' | 'phone_off',
): Promise<void> {
  if (ids.length === 0) return
  await sql`update exchange set status = 'received', send_after = null, hold = null
    where district_id = ${districtId} and id = any(${[...ids]}::uuid[])`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    ids.map(
      (id): NewEvent => ({
        exchangeId: id,
        at: moment.database,
        what: 'ready',
        detail: { status: 'received', why },
      }),
    ),
  )
}

/** Holds the heads of lanes, and what is due behind them with them: it cannot go before, and is not late. Whoever wrote any of it on a phone is told, where that may still go out. `why`: what holds it within the hours. */
export async function writeHolds(
  trx: Trx,
  keys: Keys,
  districtId: string,
  moment: Moment,
  holds: readonly { row: DueRow; until: Temporal.Instant | null; hold: string; why?: 'minutes' }[],
): Promise<void> {
  if (holds.length === 0) return
  const { rows } = await sql<{ id: string; hold: string; send_after: Temporal.Instant | null; why: string | null }>`
    with head as (
      select * from unnest(${holds.map((h) => h.row.id)}::uuid[], ${holds.map((h) => h.until?.toString() ?? null)}::timestamptz[], ${holds.map((h) => h.hold)}::text[],
        ${holds.map((h) => h.why ?? null)}::text[])
        as w (id, send_after, hold, why)
    ), behind as materialized (
      select o.id, head.send_after, head.hold, head.why from head join exchange e on e.district_id = ${districtId} and e.id = head.id
      join exchange o on o.district_id = ${districtId} and o.conversation_id = e.conversation_id and o.direction = e.direction and o.seq > e.seq
        and not o.urgent and o.status in ('held', 'queued') and o.prepare_after is null and o.send_after <= ${moment.now.toString()}::timestamptz
      for update of o skip locked
    ), lane as (select * from head union all select * from behind)
    update exchange e set status = 'held', send_after = lane.send_after, hold = lane.hold from lane
    where e.district_id = ${districtId} and e.id = lane.id returning e.id, e.hold, e.send_after, lane.why`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    rows.map(
      (row): NewEvent => ({
        exchangeId: row.id,
        at: moment.database,
        what: 'held',
        detail: {
          status: 'held',
          hold: row.hold,
          sendAfter: row.send_after?.toString() ?? null,
          ...(row.why === null ? {} : { why: row.why }),
        },
      }),
    ),
  )
  await tellWriters(
    trx,
    keys,
    districtId,
    moment,
    rows.map((row) => ({ id: row.id, sendAfter: row.send_after })),
  )
}

async function writeAttempts(
  trx: Trx,
  districtId: string,
  moment: Moment,
  attempts: readonly (ReadyAttempt & { row: DueRow })[],
): Promise<void> {
  if (attempts.length === 0) return
  await sql`
    with given as (
      select * from unnest(${attempts.map((a) => a.attemptId)}::uuid[], ${attempts.map((a) => a.exchangeId)}::uuid[], ${attempts.map((a) => a.row.part)}::int[],
        ${attempts.map((a) => a.row.phone_id)}::uuid[], ${attempts.map((a) => a.row.proxy_number_id)}::uuid[], ${attempts.map((a) => a.body)}::text[],
        ${attempts.map((a) => (a.row.introduces ? a.row.body : null))}::text[], ${attempts.map((a) => a.row.introduces)}::boolean[])
        as w (id, exchange_id, part, phone_id, proxy_number_id, body, whole, introduces)
    ), introduced as (
      update phone p set introduced_at = ${moment.database.toString()}::timestamptz from given
      where p.district_id = ${districtId} and p.id = given.phone_id and given.introduces
    ), made as (
      insert into attempt (district_id, id, exchange_id, part, phone_id, proxy_number_id, body, started_at)
      select ${districtId}, id, exchange_id, part, phone_id, proxy_number_id, body, ${moment.database.toString()}::timestamptz from given
    )
    update exchange e set status = 'sending', attempt_id = given.id, hold = null, body = coalesce(given.whole, e.body), introduces = e.introduces or given.introduces from given
    where e.district_id = ${districtId} and e.id = given.exchange_id`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    attempts.map(
      (a): NewEvent => ({
        exchangeId: a.exchangeId,
        at: moment.database,
        what: 'sending',
        detail: { status: 'sending', validitySeconds: a.validitySeconds, ...(a.row.part > 0 ? { part: a.row.part + 1 } : {}) },
      }),
    ),
  )
}
