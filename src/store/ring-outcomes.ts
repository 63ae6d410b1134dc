/** What became of calls that we asked the carrier for: taken, refused, or nobody knows. */

import { sql } from 'kysely'
import type { E164 } from '../core/phone-number.ts'
import { sendFailure } from '../core/send-failure.ts'
import type { PlayTurn } from '../relay/answer-ports.ts'
import type { Moment } from '../relay/ports.ts'
import type { CallOutcome, OpenCall } from '../relay/ring-ports.ts'
import { endCall } from './call-ending.ts'
import { lockCall } from './call-rows.ts'
import type { Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import type { Keys } from './keys.ts'
import { readNumber } from './phones.ts'
import { momentOf } from './settings.ts'
import { openTask } from './tasks.ts'

/** Seconds after which the carrier is asked for the end of a call of which it has told nothing. */
const SILENT_SECONDS = 180

/** Records what asking the carrier for a call came to. */
export async function recordCall(
  trx: Trx,
  districtId: string,
  moment: Moment,
  { callId, outcome }: CallOutcome,
  play: PlayTurn,
): Promise<void> {
  const call = await lockCall(trx, districtId, callId)
  if (call === null || call.ended) return
  // A turn or a callback that names the call proves that it was taken, whatever the answer said.
  const taken = outcome.kind === 'accepted' || call.sid !== null
  if (taken) {
    await sql`update call set sid = coalesce(sid, ${outcome.kind === 'accepted' ? outcome.sid : null}), outcome = 'accepted',
        look_after = clock_timestamp() + case when hang_up then 0 else ${SILENT_SECONDS} end * interval '1 second'
      where district_id = ${districtId} and id = ${callId}`.execute(trx)
    return
  }
  if (outcome.kind === 'refused') {
    await sql`update call set outcome = 'refused' where district_id = ${districtId} and id = ${callId}`.execute(trx)
    const { reason } = sendFailure(outcome.code)
    const { rows } = await sql<{ id: string }>`
      update exchange set status = 'failed' where district_id = ${districtId} and call_id = ${callId} and status = 'sending' returning id`.execute(
      trx,
    )
    await appendEvents(
      trx,
      districtId,
      rows.map(
        ({ id }): NewEvent => ({
          exchangeId: id,
          at: moment.database,
          what: 'failed',
          detail: { status: 'failed', code: outcome.code, reason },
        }),
      ),
    )
    for (const { id } of rows) await openTask(trx, districtId, 'unreached', id, { exchangeId: id })
    await endCall(trx, districtId, moment, call, { word: 'failed', seconds: 0, errorCode: outcome.code }, play)
    return
  }
  if (outcome.kind === 'unknown') {
    await sql`update call set outcome = 'unknown', look_after = started_at + interval '5 seconds' where district_id = ${districtId} and id = ${callId}`.execute(
      trx,
    )
    return
  }
  // One phone less and a common call is none: the others are not left waiting, and whoever asked for it may ask again.
  if (call.side !== null) {
    await sql`update call set outcome = 'retry' where district_id = ${districtId} and id = ${callId}`.execute(trx)
    await endCall(trx, districtId, moment, call, { word: 'failed', seconds: 0, errorCode: null }, play)
    return
  }
  const seconds = outcome.kind === 'retry' ? (outcome.afterSeconds ?? 30) : 0
  await sql`update call set outcome = 'retry', ended_at = clock_timestamp(), look_after = null where district_id = ${districtId} and id = ${callId}`.execute(
    trx,
  )
  const { rows } = await sql<{ id: string }>`
    update exchange set status = 'queued', send_after = ${moment.now.toString()}::timestamptz + ${seconds} * interval '1 second'
    where district_id = ${districtId} and call_id = ${callId} and status = 'sending' returning id`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    rows.map(
      ({ id }): NewEvent => ({
        exchangeId: id,
        at: moment.database,
        what: 'not_taken',
        detail: { status: 'queued', call: callId },
      }),
    ),
  )
}

/** Calls about which the carrier is to be asked; leased by moving the look on, so that no other process asks at the same time. */
export async function dueCallLooks(
  trx: Trx,
  keys: Keys,
  districtId: string,
  limit: number,
): Promise<{ moment: Moment; calls: OpenCall[] }> {
  const moment = await momentOf(trx)
  const { rows } = await sql<{
    id: string
    sid: string | null
    hang_up: boolean
    number_encrypted: Buffer | null
    proxy: E164
    started_at: Temporal.Instant
  }>`
    update call c set look_after = clock_timestamp() + interval '60 seconds', looks = c.looks + 1, outcome = coalesce(c.outcome, 'unknown')
    from proxy_number n
    where c.district_id = ${districtId} and n.id = c.proxy_number_id and c.id in (
      select id from call where district_id = ${districtId} and look_after <= clock_timestamp() order by look_after limit ${limit} for update skip locked)
    returning c.id, c.sid, c.started_at, c.hang_up, n.number as proxy,
      (select p.number_encrypted from phone p where p.district_id = ${districtId} and p.id = c.phone_id) as number_encrypted`.execute(
    trx,
  )
  return {
    moment,
    calls: rows.map((row) => ({
      callId: row.id,
      sid: row.sid,
      hangUp: row.hang_up,
      from: row.proxy,
      to: row.number_encrypted === null ? null : readNumber(keys, districtId, row.number_encrypted),
      startedAt: row.started_at,
    })),
  }
}

/** The carrier never knew the call, as far as it says: what it was to say has failed, and the sender decides. A leg of a common call was not reached. */
export async function giveUpCall(trx: Trx, districtId: string, callId: string, play: PlayTurn): Promise<void> {
  const moment = await momentOf(trx)
  const call = await lockCall(trx, districtId, callId)
  if (call === null || call.ended || call.sid !== null) return
  if (call.side !== null) {
    await sql`update call set outcome = 'unknown' where district_id = ${districtId} and id = ${callId}`.execute(trx)
    await endCall(trx, districtId, moment, call, { word: 'failed', seconds: 0, errorCode: null }, play)
    return
  }
  await sql`update call set ended_at = clock_timestamp(), look_after = null, outcome = 'unknown'
    where district_id = ${districtId} and id = ${callId}`.execute(trx)
  const { rows } = await sql<{ id: string }>`
    update exchange set status = 'failed' where district_id = ${districtId} and call_id = ${callId} and status = 'sending' returning id`.execute(
    trx,
  )
  await appendEvents(
    trx,
    districtId,
    rows.map(({ id }): NewEvent => ({ exchangeId: id, at: moment.database, what: 'unknown', detail: { status: 'failed' } })),
  )
  for (const { id } of rows) await openTask(trx, districtId, 'unknown', id, { exchangeId: id })
}
