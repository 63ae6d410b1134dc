/** What a text could not do and a call may: each rung is an event, and a rescue call blocks nothing. */

import { sql } from 'kysely'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'

/** Minutes after which an urgent text without a sign of life becomes a call. */
const SIGN_MINUTES = 10

/** Texts to families that came back for a reason that a call can cure go by call, once each; within the hours, as `ring` asks about them. */
export async function rescueByCall(trx: Trx, districtId: string, moment: Moment, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const { rows } = await sql<{ id: string }>`
    update exchange e set status = 'queued', channel = 'call', rescue = true, rescue_after = null, tries = 0, hold = null,
      send_after = ${moment.now.toString()}::timestamptz
    from conversation c, household h, phone p
    where e.district_id = ${districtId} and e.id = any(${[...ids]}::uuid[]) and e.status in ('failed', 'undelivered') and not e.rescue
      and e.direction = 'to_family' and e.author = 'person' and e.kind = 'message' and e.channel = 'text'
      and c.district_id = e.district_id and c.id = e.conversation_id and c.ended_at is null
      and h.district_id = c.district_id and h.id = c.household_id
      and p.district_id = h.district_id and p.id = h.phone_id and p.opted_out_at is null and p.calls_refused_at is null
    returning e.id`.execute(trx)
  await appendRescues(trx, districtId, moment, rows, 'undelivered')
}

/** Urgent texts that the carrier has taken wait so long for a sign that they arrived. */
export async function awaitSign(trx: Trx, districtId: string, moment: Moment, ids: readonly string[]): Promise<void> {
  await sql`update exchange set rescue_after = case when status = 'sent' then ${moment.database.toString()}::timestamptz + ${SIGN_MINUTES} * interval '1 minute' end
    where district_id = ${districtId} and id = any(${[...ids]}::uuid[]) and urgent and channel = 'text' and direction = 'to_family' and author = 'person'
      and kind = 'message' and not rescue and (status = 'sent') is distinct from (rescue_after is not null)`.execute(trx)
}

/** An urgent text without a sign of life by its deadline becomes a call. */
export async function rescueSilent(trx: Trx, districtId: string, moment: Moment): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    update exchange e set status = 'queued', channel = 'call', rescue = true, rescue_after = null, tries = 0,
      send_after = ${moment.now.toString()}::timestamptz
    where e.district_id = ${districtId} and e.rescue_after <= ${moment.database.toString()}::timestamptz and e.status = 'sent' returning e.id`.execute(
    trx,
  )
  await appendRescues(trx, districtId, moment, rows, 'no_sign')
}

async function appendRescues(
  trx: Trx,
  districtId: string,
  moment: Moment,
  rows: readonly { readonly id: string }[],
  why: string,
): Promise<void> {
  await appendEvents(
    trx,
    districtId,
    rows.map(
      ({ id }): NewEvent => ({
        exchangeId: id,
        at: moment.database,
        what: 'rescue',
        detail: { status: 'queued', rung: 'call', why },
      }),
    ),
  )
}
