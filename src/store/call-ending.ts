/** How calls end, and what becomes of what they were to say. */

import { sql } from 'kysely'
import { sendFailure } from '../core/send-failure.ts'
import type { PlayTurn } from '../relay/answer-ports.ts'
import type { Moment } from '../relay/ports.ts'
import type { CallEnd } from '../relay/ring-ports.ts'
import { applyEffects } from './call-effects.ts'
import { callFacts } from './call-facts.ts'
import { passOnAsking } from './call-person.ts'
import { endRoom } from './call-rooms.ts'
import { type CallRow, whoOf } from './call-rows.ts'
import type { Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { nextRung } from './rescue.ts'
import { openTask } from './tasks.ts'

/** Minutes after which an unanswered message is tried again, by the tries before; after the last it is not reached. */
const AGAIN_MINUTES = [10, 60]

/** Ends a call once: its script's last turn, what it was to say, its exchange. Whoever calls has locked it. */
export async function endCall(
  trx: Trx,
  districtId: string,
  moment: Moment,
  call: CallRow,
  end: CallEnd,
  play: PlayTurn,
): Promise<void> {
  if (call.ended) return
  if (call.state !== null) {
    const facts = await callFacts(trx, districtId, moment, call)
    const { effects } = play(call.script, call.state, { kind: 'ended' }, facts)
    await applyEffects(trx, districtId, moment, call, await whoOf(trx, districtId, call), facts, effects)
  }
  await sql`update call set ended_at = clock_timestamp(), carrier_status = ${end.word}, error_code = coalesce(${end.errorCode}::int, error_code),
      look_after = null, ring_after = null
    where district_id = ${districtId} and id = ${call.id}`.execute(trx)
  const failure = end.word === 'failed' ? sendFailure(end.errorCode) : null
  if (failure !== null && (failure.reason === 'bad_number' || failure.reason === 'not_mobile') && call.phoneId !== null)
    await openTask(trx, districtId, 'phone_unusable', call.phoneId, { phoneId: call.phoneId })
  await settleMessages(trx, districtId, moment, call, end.word)
  await endRoom(trx, districtId, call)
  await passOnAsking(trx, districtId, moment, call)
  await settleOwn(trx, districtId, moment, call, end)
}

/** What was said is in the exchanges: an hour after its end, when nothing more is told of it, a call keeps no words. */
export async function forgetCalls(trx: Trx, districtId: string): Promise<void> {
  await sql`update call set state = null, verbs = null
    where district_id = ${districtId} and ended_at < clock_timestamp() - interval '1 hour' and verbs is not null`.execute(trx)
}

/** What the call did not get to say is said by another one, inside the hours; after three tries the sender is told. */
export async function settleMessages(
  trx: Trx,
  districtId: string,
  moment: Moment,
  call: Pick<CallRow, 'id'>,
  word: string,
): Promise<void> {
  const { rows } = await sql<{ id: string; tries: number }>`
    update exchange set tries = tries + 1,
      status = case when tries >= ${AGAIN_MINUTES.length} then 'undelivered' else 'queued' end,
      send_after = case when tries >= ${AGAIN_MINUTES.length} then send_after
        else ${moment.now.toString()}::timestamptz + (${AGAIN_MINUTES}::int[])[tries + 1] * interval '1 minute' end,
      -- Who asked for no more calls in this one gets the rest as texts.
      prepare_after = case when exists (
        select from conversation c join household h on h.district_id = c.district_id and h.id = c.household_id
        join phone p on p.district_id = h.district_id and p.id = h.phone_id and p.calls_refused_at is not null
        where c.district_id = exchange.district_id and c.id = exchange.conversation_id) then ${moment.database.toString()}::timestamptz else prepare_after end
    where district_id = ${districtId} and call_id = ${call.id} and kind <> 'call' and status = 'sending'
    returning id, tries`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    rows.map((row): NewEvent => {
      const over = row.tries > AGAIN_MINUTES.length
      return {
        exchangeId: row.id,
        at: moment.database,
        what: over ? 'not_reached' : 'not_answered',
        detail: {
          status: over ? 'undelivered' : 'queued',
          call: call.id,
          word,
          tries: row.tries,
          ...(over ? {} : { againMinutes: AGAIN_MINUTES[row.tries - 1] }),
        },
      }
    }),
  )
  const lost = rows.filter((row) => row.tries > AGAIN_MINUTES.length).map((row) => row.id)
  await nextRung(trx, districtId, moment, lost)
}

/** The exchange that the call itself is: for how long it lasted, and, for one that we made, whether the two talked. */
async function settleOwn(trx: Trx, districtId: string, moment: Moment, call: CallRow, end: CallEnd): Promise<void> {
  if (call.exchangeId === null) return
  const { rows } = await sql<{ status: string; seconds: number | null }>`
    select status, seconds from exchange where district_id = ${districtId} and id = ${call.exchangeId} and kind = 'call' for update`.execute(
    trx,
  )
  const own = rows[0]
  if (own === undefined) return
  const { rows: legs } = await sql<{ open: boolean; both: boolean }>`
    select bool_or(ended_at is null) as open, count(distinct side) filter (where joined_at is not null and side in ('staff', 'family')) = 2 as both
    from call where district_id = ${districtId} and exchange_id = ${call.exchangeId}`.execute(trx)
  // The common call goes on while any leg does.
  if (legs[0]?.open) return
  const talked = own.seconds !== null || call.through || legs[0]?.both === true
  const status = own.status === 'sending' ? (talked ? 'delivered' : 'undelivered') : own.status
  await sql`update exchange set status = ${status}, seconds = coalesce(seconds, ${end.seconds}) where district_id = ${districtId} and id = ${call.exchangeId}`.execute(
    trx,
  )
  await appendEvents(trx, districtId, [
    {
      exchangeId: call.exchangeId,
      at: moment.database,
      what: 'call_ended',
      detail: { seconds: end.seconds, word: end.word, ...(status === own.status ? {} : { status }) },
    },
  ])
}
