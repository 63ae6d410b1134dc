/** Tells those who wrote on a phone of a wait that began, or became another, after they had written: when it is handed over, or when hours change. */

import { sql } from 'kysely'
import { heldNotice } from '../core/held-notice.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { describeExchanges } from './describing.ts'
import { insertNotices } from './exchanges.ts'
import type { Keys } from './keys.ts'

/** A message that waits until then; null: nobody knows. */
export type Held = { readonly id: string; readonly sendAfter: Temporal.Instant | null }

/** Tells their writers, once per conversation and moment. What was written in a browser is seen there, and a keyword waits for nobody. */
export async function tellWriters(
  trx: Trx,
  keys: Keys,
  districtId: string,
  moment: Moment,
  held: readonly Held[],
): Promise<void> {
  if (held.length === 0) return
  const { rows } = await sql<{ id: string }>`
    select id from exchange where district_id = ${districtId} and id = any(${held.map(({ id }) => id)}::uuid[])
      and author = 'person' and carrier_sid is not null and keyword is null and conversation_id is not null
    order by id`.execute(trx)
  if (rows.length === 0) return
  const until = new Map(held.map(({ id, sendAfter }) => [id, sendAfter]))
  const messages = await describeExchanges(
    trx,
    keys,
    districtId,
    moment.now,
    rows.map(({ id }) => id),
  )
  await insertNotices(
    trx,
    districtId,
    moment.database,
    moment.now,
    messages
      .map((message) => ({
        ...heldNotice(message, moment.now, until.get(message.id) ?? null),
        conversationId: message.conversationId,
        direction: message.direction === 'to_family' ? ('to_staff' as const) : ('to_family' as const),
        answers: message.id,
        phoneId: null,
        proxyNumberId: null,
      }))
      // Two that write the same keys take them in one order.
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
  )
}
