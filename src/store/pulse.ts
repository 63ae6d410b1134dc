/** Whether something that a page shows has changed: a word that is another one then. Cheap enough to be asked every few seconds for every open page. */

import { sql } from 'kysely'
import type { Trx } from './database.ts'

/** As many of a conversation's newest exchanges as a page shows. */
const SHOWN = 30

/** The pulse of a staff member's inbox, with the conversations of staffed desks. */
export async function inboxPulse(trx: Trx, districtId: string, staffId: string): Promise<string> {
  const { rows } = await sql<{ pulse: string | null }>`
    select md5(string_agg(concat_ws(' ', c.id, c.last_seq_to_staff, c.last_seq_to_family, s.seq, c.claimed_by, x.id, x.status, w.waiting), ',' order by c.id)) as pulse
    from conversation c left join seen s on s.district_id = c.district_id and s.conversation_id = c.id and s.staff_id = ${staffId}
    left join lateral (select x.id, x.status from exchange x where x.district_id = c.district_id and x.conversation_id = c.id and x.author = 'person'
      order by x.created_at desc, x.id desc limit 1) x on true
    cross join lateral (select count(*) as waiting from exchange h where h.district_id = c.district_id and h.conversation_id = c.id
      and h.direction = 'to_family' and h.status in ('held', 'queued', 'sending')) w
    where c.district_id = ${districtId} and c.ended_at is null and c.staff_side = any(
      array(select ${staffId}::text union all select desk_id from desk_staff where district_id = ${districtId} and person_id = ${staffId}))`.execute(
    trx,
  )
  return rows[0]?.pulse ?? ''
}

/** The pulse of a conversation that its page was shown. */
export async function threadPulse(trx: Trx, districtId: string, conversationId: string): Promise<string> {
  const { rows } = await sql<{ pulse: string | null }>`
    select md5(concat((select claimed_by from conversation where district_id = ${districtId} and id = ${conversationId}::uuid),
      string_agg(concat_ws(' ', x.id, x.status, x.prepare_after, x.send_after, e.id), ',' order by x.id))) as pulse from (
      select * from exchange where district_id = ${districtId} and conversation_id = ${conversationId}::uuid
      order by created_at desc, id desc limit ${SHOWN}) x
    left join lateral (select id from event where district_id = ${districtId} and exchange_id = x.id order by id desc limit 1) e on true`.execute(
    trx,
  )
  return rows[0]?.pulse ?? ''
}

/** The pulse of a district's open tasks. */
export async function tasksPulse(trx: Trx, districtId: string): Promise<string> {
  const { rows } = await sql<{ pulse: string | null }>`
    select md5(string_agg(concat_ws(' ', id, claimed_by), ',' order by id)) as pulse from task
    where district_id = ${districtId} and closed_at is null`.execute(trx)
  return rows[0]?.pulse ?? ''
}
