/** What became of attempts: the create call's answer, status callbacks and the carrier's own list all end here. */

import { sql } from 'kysely'
import type { sendFailure } from '../core/send-failure.ts'
import type { AttemptOutcome, CarrierRecord, Moment, StatusCallback } from '../relay/ports.ts'
import { apply, lockAttempts, type Row, write } from './attempt-work.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { openTask } from './tasks.ts'

/** Seconds after an attempt at which the carrier's list is first asked about an unknown one. */
const FIRST_LOOK_SECONDS = 5

/** Applies status callbacks, in any order and however often they came; one for an attempt that is not there is dropped. */
export async function settleCallbacks(
  trx: Trx,
  districtId: string,
  moment: Moment,
  callbacks: readonly StatusCallback[],
): Promise<void> {
  const work = await lockAttempts(
    trx,
    districtId,
    callbacks.map((c) => c.attemptId),
  )
  const codes = new Map<string, number | null>()
  for (const callback of callbacks) {
    const row = work.rows.get(callback.attemptId)
    // A callback names attempt and sid together; another sid is not of this attempt.
    if (row === undefined || (row.sid !== null && row.sid !== callback.sid)) continue
    if (row.sid === null) {
      row.sid = callback.sid
      work.changed.add(row.attempt_id)
    }
    if (callback.errorCode !== null) codes.set(row.attempt_id, callback.errorCode)
    const { failed } = apply(work, moment, row, callback.status, callback.errorCode)
    if (failed !== null) await follow(trx, districtId, moment, row, failed.reason)
  }
  await write(trx, districtId, moment, work, codes)
}

/** Records what the create calls answered. Back-off grows with the tries of the exchange. */
export async function recordOutcomes(
  trx: Trx,
  districtId: string,
  moment: Moment,
  outcomes: readonly AttemptOutcome[],
): Promise<void> {
  const work = await lockAttempts(
    trx,
    districtId,
    outcomes.map((o) => o.attemptId),
  )
  const codes = new Map<string, number | null>()
  const again: { id: string; seconds: number | null }[] = []
  const unknown: string[] = []
  for (const { attemptId, outcome } of outcomes) {
    const row = work.rows.get(attemptId)
    if (row === undefined) continue
    const whole = work.wholes.get(row.exchange_id)
    work.changed.add(attemptId)
    switch (outcome.kind) {
      case 'accepted':
        row.sid ??= outcome.sid
        apply(work, moment, row, 'accepted', null)
        // A failure that is certain may have come before this answer.
        row.outcome = row.outcome === 'refused' ? 'refused' : 'accepted'
        break
      case 'refused': {
        row.outcome = 'refused'
        codes.set(attemptId, outcome.code)
        const { failed } = apply(work, moment, row, 'failed', outcome.code)
        if (failed !== null) await follow(trx, districtId, moment, row, failed.reason)
        break
      }
      case 'unknown':
        row.outcome = 'unknown'
        if (row.sid !== null) break
        unknown.push(attemptId)
        work.events.push({ exchangeId: row.exchange_id, at: moment.database, what: 'no_answer' })
        break
      case 'retry':
      case 'not_called':
        work.changed.delete(attemptId)
        // With a sid a callback came although the answer said no: it was taken after all.
        if (row.sid !== null || whole?.current !== attemptId || whole.status !== 'sending') break
        again.push({ id: row.exchange_id, seconds: outcome.kind === 'retry' ? outcome.afterSeconds : 0 })
        work.events.push({
          exchangeId: row.exchange_id,
          at: moment.database,
          what: 'not_taken',
          detail: { status: 'queued', ...(outcome.kind === 'retry' && outcome.code !== null ? { code: outcome.code } : {}) },
        })
        break
    }
  }
  await write(trx, districtId, moment, work, codes)
  if (unknown.length > 0)
    await sql`update attempt set look_after = started_at + ${FIRST_LOOK_SECONDS} * interval '1 second'
      where district_id = ${districtId} and id = any(${unknown}::uuid[]) and sid is null and looks = 0`.execute(trx)
  if (again.length > 0) {
    const rows = again.map((a) => a.id)
    await sql`
      with marked as (
        update attempt a set outcome = 'retry', look_after = null from exchange e
        where a.district_id = ${districtId} and e.district_id = ${districtId} and e.id = any(${rows}::uuid[]) and a.id = e.attempt_id
      )
      update exchange e set status = 'queued', tries = e.tries + 1,
        send_after = ${moment.now.toString()}::timestamptz + coalesce(w.seconds, least(power(2, e.tries + 1), 300)) * interval '1 second'
      from unnest(${rows}::uuid[], ${again.map((a) => a.seconds)}::float8[]) as w (id, seconds)
      where e.district_id = ${districtId} and e.id = w.id and e.status = 'sending'`.execute(trx)
  }
}

/** Takes a record of the carrier's list for an attempt's own, unless another attempt has that sid; gives whether it did. */
export async function adoptRecord(
  trx: Trx,
  districtId: string,
  moment: Moment,
  attemptId: string,
  record: CarrierRecord,
): Promise<boolean> {
  // Two attempts that look for the same record take turns: the second one finds it taken.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`adopt ${record.sid}`}, 0))`.execute(trx)
  const work = await lockAttempts(trx, districtId, [attemptId])
  const row = work.rows.get(attemptId)
  if (row === undefined || row.sid !== null) return true
  const { rows: owners } = await sql`select from attempt where district_id = ${districtId} and phone_id = ${row.phone_id}
    and started_at > (select started_at - interval '1 day' from attempt where district_id = ${districtId} and id = ${attemptId})
    and sid = ${record.sid}`.execute(trx)
  if (owners.length > 0) return false
  row.sid = record.sid
  work.changed.add(attemptId)
  work.events.push({ exchangeId: row.exchange_id, at: moment.database, what: 'found_at_carrier' })
  apply(work, moment, row, record.status, record.errorCode)
  await write(trx, districtId, moment, work, new Map([[attemptId, record.errorCode]]))
  return true
}

/** What a failure means beyond the exchange: a block of the carrier ends that binding only; a bad number is the office's to mend. */
async function follow(
  trx: Trx,
  districtId: string,
  moment: Moment,
  row: Row,
  reason: ReturnType<typeof sendFailure>['reason'],
): Promise<void> {
  if (reason === 'opted_out') {
    await sql`update binding set until = ${moment.now.toString()}::timestamptz
      where district_id = ${districtId} and phone_id = ${row.phone_id} and proxy_number_id = ${row.proxy_number_id} and until is null`.execute(
      trx,
    )
    // After a START the carrier may still block other numbers; without one its block is a STOP that never reached us.
    const stopped =
      await sql`update phone set opted_out_at = ${moment.database.toString()}::timestamptz, opted_out_how = 'carrier'
      where district_id = ${districtId} and id = ${row.phone_id} and opted_out_at is null and opted_out_how is distinct from 'started'`.execute(
        trx,
      )
    if (stopped.numAffectedRows === 1n)
      await appendEvents(trx, districtId, [
        { exchangeId: row.exchange_id, at: moment.database, what: 'opted_out', detail: { how: 'carrier' } },
      ])
    await openTask(trx, districtId, 'carrier_block', `${row.phone_id}:${row.proxy_number_id}`, {
      exchangeId: row.exchange_id,
      phoneId: row.phone_id,
    })
  }
  if (reason === 'not_mobile')
    await sql`update phone set line_type = 'landline', line_checked_at = ${moment.database.toString()}::timestamptz
      where district_id = ${districtId} and id = ${row.phone_id}`.execute(trx)
  if (reason === 'no_pictures')
    await sql`update phone set pictures_refused_at = ${moment.database.toString()}::timestamptz
      where district_id = ${districtId} and id = ${row.phone_id} and pictures_refused_at is null`.execute(trx)
  if (reason === 'bad_number')
    await openTask(trx, districtId, 'phone_unusable', row.phone_id, { exchangeId: row.exchange_id, phoneId: row.phone_id })
  if (reason === 'our_setup' || reason === 'filtered' || reason === 'too_many' || reason === 'picture_unfetched')
    await openTask(trx, districtId, 'carrier_setup', reason, { exchangeId: row.exchange_id })
}
