/** `ring`'s side of the store: what is to be said by phone, and the calls that we make for it. */

import { sql } from 'kysely'
import { MOST_CALL_SECONDS, MOST_CALLS_A_DAY, MOST_CALLS_AT_ONCE } from '../core/call-limits.ts'
import type { DeliveryDecision, Due } from '../core/delivery.ts'
import type { E164 } from '../core/phone-number.ts'
import type { PlayTurn } from '../relay/answer-ports.ts'
import type { Moment } from '../relay/ports.ts'
import type { ReadyCall, RingStore } from '../relay/ring-ports.ts'
import { endCall } from './call-ending.ts'
import { lockCall } from './call-rows.ts'
import { type Db, inDistrict, type Trx } from './database.ts'
import { dueOf, writeHolds } from './delivering.ts'
import { BUSY_SECONDS, type DueRow, dueHeads } from './due.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { cancelWaiting, timeOrderedId } from './exchanges.ts'
import { endWaiting } from './households.ts'
import type { Keys } from './keys.ts'
import { readNumber } from './phones.ts'
import { rescueSilent } from './rescue.ts'
import { type Leg, legsOf } from './ring-legs.ts'
import { dueCallLooks, giveUpCall, recordCall } from './ring-outcomes.ts'
import { momentOf } from './settings.ts'
import { hasUsedMinutes, waitForTomorrow } from './talk-time.ts'
import { openTask } from './tasks.ts'

const RING_SECONDS = 30
/** No call begins with less of the window left. */
const LEAST_SECONDS = 120
/** Seconds after which a call without an outcome is one whose process died. */
const ABANDONED_SECONDS = 45

/** The ring port. `mayCall` refuses countries and numbers that cost a stranger's price. */
export function ringStore(db: Db, keys: Keys, mayCall: (number: E164, country: string) => boolean, play: PlayTurn): RingStore {
  return {
    claim: (districtId, limit, decide) =>
      inDistrict(db, districtId, (trx) => claim(trx, keys, districtId, mayCall, limit, decide, play), 'row by row'),
    record: (districtId, outcomes) =>
      inDistrict(db, districtId, async (trx) => {
        const moment = await momentOf(trx)
        for (const outcome of outcomes) await recordCall(trx, districtId, moment, outcome, play)
      }),
    dueLooks: (districtId, limit) => inDistrict(db, districtId, (trx) => dueCallLooks(trx, keys, districtId, limit)),
    adopt: (districtId, callId, sid) =>
      inDistrict(db, districtId, async (trx) => {
        const { rows } = await sql`update call set sid = ${sid}, outcome = 'accepted'
          where district_id = ${districtId} and id = ${callId} and sid is null
            and not exists (select from call o where o.district_id = ${districtId} and o.sid = ${sid}) returning id`.execute(trx)
        return rows.length > 0
      }),
    lookAgain: (districtId, callId, seconds) =>
      inDistrict(db, districtId, async (trx) => {
        await sql`update call set look_after = clock_timestamp() + ${seconds} * interval '1 second'
          where district_id = ${districtId} and id = ${callId} and ended_at is null`.execute(trx)
      }),
    end: (districtId, callId, end) =>
      inDistrict(db, districtId, async (trx) => {
        const call = await lockCall(trx, districtId, callId)
        if (call !== null) await endCall(trx, districtId, await momentOf(trx), call, end, play)
      }),
    giveUp: (districtId, callId) => inDistrict(db, districtId, (trx) => giveUpCall(trx, districtId, callId, play)),
  }
}

async function claim(
  trx: Trx,
  keys: Keys,
  districtId: string,
  mayCall: (number: E164, country: string) => boolean,
  limit: number,
  decide: (now: Temporal.Instant, due: Due) => DeliveryDecision,
  play: PlayTurn,
): Promise<{ calls: ReadyCall[]; decided: number }> {
  // The same lock as for texts: of two claims in one lane, one would not see what the other is about to hand over.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`deliver ${districtId}`}, 0))`.execute(trx)
  const moment = await momentOf(trx)
  await rescueSilent(trx, districtId, moment)
  const asked = await askedIn(trx, keys, districtId, moment, mayCall, limit, play)
  const rows = await dueHeads(trx, districtId, moment, 'call', null, limit)
  if (rows.length === 0) return { calls: asked.calls, decided: asked.decided }
  const { rows: counts } = await sql<{ country: string; open: number }>`
    select d.country, (select count(*)::int from call c where c.district_id = d.id and c.ended_at is null and c.direction = 'outbound') as open
    from district d where d.id = ${districtId}`.execute(trx)
  const { country, open } = counts[0] as { country: string; open: number }
  const busy = await phonesAtWork(trx, districtId)
  const usedMinutes = async ({ household_id, school }: DueRow) =>
    household_id !== null && (await hasUsedMinutes(trx, districtId, moment, household_id, school?.hours))
  const calls: ReadyCall[] = [...asked.calls]
  const later: string[] = []
  for (const row of rows) {
    const decision = decide(moment.now, dueOf(row))
    const between = row.kind === 'call'
    if (decision.kind === 'end' && decision.why === 'conversation_ended')
      await endWaiting(trx, districtId, moment, [row.id], decision.why)
    else if (decision.kind === 'end' || decision.kind === 'keep')
      await cancelWaiting(trx, districtId, moment.database, [row.id], decision.kind === 'end' ? decision.why : 'opted_out', null)
    else if (decision.kind === 'hold' && between)
      // A call that somebody asked for now is nothing to make tomorrow.
      await cancelWaiting(trx, districtId, moment.database, [row.id], 'hours', null)
    else if (decision.kind === 'hold') await writeHolds(trx, keys, districtId, moment, [{ row, ...decision }])
    else if (!row.urgent && decision.validitySeconds < LEAST_SECONDS) later.push(row.id)
    else if (!between && !row.urgent && (await usedMinutes(row))) await waitForTomorrow(trx, keys, districtId, moment, row)
    else if (open + calls.length >= MOST_CALLS_AT_ONCE) later.push(row.id)
    else {
      const legs = await legsOf(trx, districtId, row)
      const numbers = legs.map((leg) => readNumber(keys, districtId, leg.number))
      // Interpreters take many calls at once, and a teacher may call as many families as she likes.
      const days = legs.flatMap((leg) => (leg.side === 'interpreter' ? [] : (busy.get(leg.phoneId) ?? [])))
      const familyToday = row.phone_id === null ? 0 : (busy.get(row.phone_id)?.today ?? 0)
      if (legs.length === 0) await withoutPhone(trx, districtId, moment, row)
      else if (days.some((day) => day.open)) later.push(row.id)
      else if (!numbers.every((number) => mayCall(number, country))) await fail(trx, districtId, moment, row, 'not_allowed')
      else if (!row.urgent && familyToday >= MOST_CALLS_A_DAY) await fail(trx, districtId, moment, row, 'too_many_calls')
      else {
        const callIds = await writeCalls(trx, districtId, moment, row, legs)
        legs.forEach((leg, i) => {
          busy.set(leg.phoneId, { open: true, today: 0 })
          calls.push({
            callId: callIds[i] as string,
            districtId,
            from: leg.proxy,
            to: numbers[i] as E164,
            ringSeconds: RING_SECONDS,
            mostSeconds: Math.min(MOST_CALL_SECONDS, decision.validitySeconds),
            detectMachine: leg.script === 'message',
          })
        })
      }
    }
  }
  // Others have their turn meanwhile, however many wait for a line.
  if (later.length > 0)
    await sql`update exchange set send_after = ${moment.now.add({ seconds: BUSY_SECONDS }).toString()}::timestamptz
      where district_id = ${districtId} and id = any(${later}::uuid[])`.execute(trx)
  return { calls, decided: asked.decided + rows.length }
}

/** Phones that a call under way asks in: they ring at once, beside whatever is due. One that may not be called counts as not reached. */
async function askedIn(
  trx: Trx,
  keys: Keys,
  districtId: string,
  moment: Moment,
  mayCall: (number: E164, country: string) => boolean,
  limit: number,
  play: PlayTurn,
): Promise<{ readonly calls: ReadyCall[]; readonly decided: number }> {
  const { rows } = await sql<{ id: string; number_encrypted: Buffer; proxy: E164; country: string }>`
    update call c set ring_after = null, started_at = clock_timestamp(), look_after = clock_timestamp() + ${ABANDONED_SECONDS} * interval '1 second'
    from phone p, proxy_number n, district d
    where c.district_id = ${districtId} and d.id = c.district_id and p.district_id = c.district_id and p.id = c.phone_id and n.id = c.proxy_number_id
      and c.id in (select id from call where district_id = ${districtId} and ring_after <= clock_timestamp() order by ring_after limit ${limit}
        for update skip locked)
    returning c.id, p.number_encrypted, n.number as proxy, d.country`.execute(trx)
  const calls: ReadyCall[] = []
  for (const { id, number_encrypted, proxy, country } of rows) {
    const to = readNumber(keys, districtId, number_encrypted)
    if (mayCall(to, country))
      calls.push({
        callId: id,
        districtId,
        from: proxy,
        to,
        ringSeconds: RING_SECONDS,
        mostSeconds: MOST_CALL_SECONDS,
        detectMachine: false,
      })
    else {
      const leg = await lockCall(trx, districtId, id)
      if (leg !== null) await endCall(trx, districtId, moment, leg, { word: 'failed', seconds: 0, errorCode: null }, play)
    }
  }
  return { calls, decided: rows.length }
}

/** Phones that had a call of ours within a day, or have one now. */
async function phonesAtWork(trx: Trx, districtId: string): Promise<Map<string, { open: boolean; today: number }>> {
  const { rows } = await sql<{ phone_id: string; open: boolean; today: number }>`
    select phone_id, bool_or(ended_at is null) as open, (count(*) filter (where direction = 'outbound'))::int as today from call
    where district_id = ${districtId} and started_at > clock_timestamp() - interval '1 day' and phone_id is not null
    group by phone_id`.execute(trx)
  return new Map(rows.map((row) => [row.phone_id, { open: row.open, today: row.today }]))
}

/** Writes the calls, one a leg, with everything of the lane that a message call is to say. */
async function writeCalls(
  trx: Trx,
  districtId: string,
  moment: Moment,
  row: DueRow,
  legs: readonly Leg[],
): Promise<readonly string[]> {
  const ids = legs.map(timeOrderedId)
  const callId = ids[0] as string
  const between = row.kind === 'call'
  const { rows: places } = await sql<{ school_id: string }>`
    select school_id from conversation where district_id = ${districtId} and id = ${row.conversation_id}::uuid`.execute(trx)
  await sql`
    insert into call (district_id, id, direction, script, side, staff_id, phone_id, proxy_number_id, conversation_id, household_id, school_id,
      exchange_id, started_at, look_after)
    select ${districtId}, w.*, ${row.conversation_id}::uuid, ${row.household_id}::uuid, ${places[0]?.school_id ?? null}, ${between ? row.id : null}::uuid,
      ${moment.database.toString()}::timestamptz, ${moment.database.add({ seconds: ABANDONED_SECONDS }).toString()}::timestamptz
    from unnest(${ids}::uuid[], ${legs.map(() => 'outbound')}::text[], ${legs.map((l) => l.script)}::text[], ${legs.map((l) => l.side)}::text[],
      ${legs.map((l) => l.staffId)}::text[], ${legs.map((l) => l.phoneId)}::uuid[], ${legs.map((l) => l.proxyNumberId)}::uuid[]) as w`.execute(
    trx,
  )
  // Several waiting messages are one call: all that are due behind the head, up to the first that is not.
  const { rows } = await sql<{ id: string }>`
    with head as (select id, conversation_id, direction, seq, rescue, urgent from exchange where district_id = ${districtId} and id = ${row.id}),
    behind as (
      select o.id from head join exchange o on o.district_id = ${districtId} and o.conversation_id = head.conversation_id and o.direction = head.direction
        and o.seq > head.seq and o.channel = 'call' and o.kind <> 'call' and not o.rescue and not head.rescue and o.prepare_after is null
        and o.status in ('held', 'queued') and o.send_after <= ${moment.now.toString()}::timestamptz
        -- An urgent call may ring outside the hours, and takes only what may as well; who has left this phone is not spoken to by it.
        and (o.urgent or not head.urgent) and (o.guardian_id is null or exists (
          select from conversation oc join household_guardian og on og.district_id = oc.district_id and og.household_id = oc.household_id and og.until is null
          where oc.district_id = ${districtId} and oc.id = o.conversation_id and og.guardian_id = o.guardian_id))
      where ${!between} and not exists (
        select from exchange b where b.district_id = ${districtId} and b.conversation_id = head.conversation_id and b.direction = head.direction
          and b.seq > head.seq and b.seq < o.seq and not b.rescue and (b.not_before is null or b.not_before <= ${moment.now.toString()}::timestamptz)
          and (b.prepare_after is not null or (b.status in ('held', 'queued', 'sending')
            and (b.channel <> 'call' or b.send_after is null or b.send_after > ${moment.now.toString()}::timestamptz))))
      for update of o skip locked)
    update exchange e set status = 'sending', call_id = ${callId}, hold = null, rescue_after = null
    where e.district_id = ${districtId} and (e.id = ${row.id} or e.id in (select id from behind)) returning e.id`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    rows.map(
      ({ id }): NewEvent => ({
        exchangeId: id,
        at: moment.database,
        what: 'ringing',
        detail: { status: 'sending', call: callId },
      }),
    ),
  )
  return ids
}

/** A side that lost its number gets another when it is prepared anew; a teacher without a phone cannot be rung. */
async function withoutPhone(trx: Trx, districtId: string, moment: Moment, row: DueRow): Promise<void> {
  if (row.kind === 'call') return fail(trx, districtId, moment, row, 'no_phone')
  await sql`update exchange set prepare_after = clock_timestamp() where district_id = ${districtId} and id = ${row.id}`.execute(
    trx,
  )
}

async function fail(trx: Trx, districtId: string, moment: Moment, row: DueRow, reason: string): Promise<void> {
  await sql`update exchange set status = 'failed', hold = null where district_id = ${districtId} and id = ${row.id}`.execute(trx)
  await appendEvents(trx, districtId, [
    { exchangeId: row.id, at: moment.database, what: 'failed', detail: { status: 'failed', reason } },
  ])
  await openTask(trx, districtId, 'unreached', row.id, { exchangeId: row.id })
}
