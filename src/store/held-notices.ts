/** Tells those who wrote on a phone of a wait that began, or became another, after they had written: when it is handed over, or when hours change. A notice to somebody who may not be texted any more just now is dropped. */

import { sql } from 'kysely'
import { HELD_NOTICES, heldNotice } from '../core/held-notice.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { describeExchanges } from './describing.ts'
import { insertNotices } from './exchanges.ts'
import type { Keys } from './keys.ts'

/** A message that waits until then; null: nobody knows. */
export type Held = { readonly id: string; readonly sendAfter: Temporal.Instant | null }

/**
 * Tells their writers, once per conversation and moment; a moment that was told before another one may be told again. What was written in a browser is
 * seen there, a keyword waits for nobody, of a text whose beginning has gone nobody is told that it is kept, and of an opt-out the writer knows already.
 */
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
      and author = 'person' and carrier_sid is not null and keyword is null and conversation_id is not null and part = 0
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
  const notices = messages
    .filter(({ optedOut }) => !optedOut)
    .map((message) => ({
      ...heldNotice(message, moment.now, until.get(message.id) ?? null),
      conversationId: message.conversationId,
      direction: message.direction === 'to_family' ? ('to_staff' as const) : ('to_family' as const),
      answers: message.id,
      phoneId: null,
      proxyNumberId: null,
    }))
  // The newest text of a lane is answered: an answer to an older one may come too late to go out at night.
  const latest = new Map(notices.map((notice) => [notice.key, notice]))
  // Two that write the same keys take them in one order.
  const told = [...latest.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  await sql`update exchange e set notice_key = null
    from unnest(${told.map(({ key }) => key)}::text[], ${told.map(({ conversationId }) => conversationId)}::uuid[], ${told.map(({ direction }) => direction)}::text[])
      as t (key, conversation_id, direction)
    where e.district_id = ${districtId} and e.conversation_id = t.conversation_id and e.direction = t.direction
      and e.notice = any(${[...HELD_NOTICES]}::text[]) and e.notice_key <> t.key`.execute(trx)
  await insertNotices(trx, districtId, moment.database, moment.now, told)
}
