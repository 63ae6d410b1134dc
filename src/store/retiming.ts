/** What waits gets another time, when hours or an own phone's setting change. */

import { sql } from 'kysely'
import type { TimeOf } from '../relay/compose-ports.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { tellWriters } from './held-notices.ts'
import type { Keys } from './keys.ts'

/** A message that waits, and its time by what holds from now on. */
export type Timed = {
  readonly row: { readonly id: string; readonly status: string; readonly send_after: Temporal.Instant | null }
  readonly time: ReturnType<TimeOf>
}

/** Sets the times that are others than before. Whoever calls holds the rows' locks. Who wrote such a message on a phone is told, where that may still go out. */
export async function retime(
  trx: Trx,
  keys: Keys,
  districtId: string,
  moment: Moment,
  timed: readonly Timed[],
  why: 'hours_set' | 'own_phone_set',
): Promise<void> {
  const changed = timed.flatMap(({ row, time }) =>
    row.status === time.status && (time.status === 'queued' || row.send_after?.toString() === time.sendAfter?.toString())
      ? []
      : [{ id: row.id, ...time }],
  )
  if (changed.length === 0) return
  await sql`update exchange e set status = w.status, send_after = w.send_after, hold = w.hold
    from unnest(${changed.map((c) => c.id)}::uuid[], ${changed.map((c) => c.status)}::text[],
      ${changed.map((c) => c.sendAfter?.toString() ?? null)}::timestamptz[], ${changed.map((c) => c.hold)}::text[]) as w (id, status, send_after, hold)
    where e.district_id = ${districtId} and e.id = w.id`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    changed.map(
      ({ id, status, hold, sendAfter }): NewEvent => ({
        exchangeId: id,
        at: moment.database,
        what: status,
        detail: { status, hold, sendAfter: sendAfter?.toString() ?? null, why },
      }),
    ),
  )
  await tellWriters(
    trx,
    keys,
    districtId,
    moment,
    changed.filter(({ status }) => status === 'held'),
  )
}
