/** Where there is work, over all districts: where and when, never what or whom. */

import { sql } from 'kysely'
import { WORD_BLOCK } from '../core/search-words.ts'
import type { Step } from '../relay/ports.ts'
import { abandonedAttempts } from './abandoned.ts'
import type { Db } from './database.ts'
import { laneIsFree } from './due.ts'

/** Districts that have work for a step. `db` works as `homeline_scheduler`; `now`, asked where something can be due, counts for that. */
export async function findWork(db: Db, step: Step, now: () => Promise<Temporal.Instant>): Promise<string[]> {
  const at = step === 'deliver' || step === 'ring' ? await now() : null
  // What waits behind another in its lane is no work: it would be looked at every second for as long as that takes.
  const due = (channel: 'text' | 'call') =>
    at === null
      ? sql``
      : sql`from exchange e where e.district_id = d.id and e.channel = ${sql.lit(channel)} and e.status in ('held', 'queued') and e.prepare_after is null
        and e.send_after <= ${at.toString()}::timestamptz and ${laneIsFree(sql`d.id`, at)}`
  const work = {
    prepare: sql`from exchange e where e.district_id = d.id and e.prepare_after <= clock_timestamp() and (e.prepare_lease is null or e.prepare_lease <= clock_timestamp())`,
    deliver: due('text'),
    ring: sql`from (values (
        exists (select ${due('call')})
        or exists (select from call c where c.district_id = d.id and c.ring_after <= clock_timestamp())
        or exists (select from exchange e where e.district_id = d.id and e.rescue_after <= clock_timestamp()))) as w (due) where w.due`,
    reconcile: sql`from (values (
        exists (select from attempt a where a.district_id = d.id and a.look_after <= clock_timestamp())
        or exists (select ${abandonedAttempts(sql`d.id`)})
        or exists (select from call c where c.district_id = d.id and c.look_after <= clock_timestamp()))) as w (due) where w.due`,
    interpret: sql`from talk_line t where t.district_id = d.id and t.look_after <= clock_timestamp()`,
    fetch: sql`from (values (
        exists (select from recording r where r.district_id = d.id and r.fetch_after <= clock_timestamp())
        or exists (select from picture p where p.district_id = d.id and p.fetch_after <= clock_timestamp()))) as w (due) where w.due`,
    seal: sql`from unsealed u where u.district_id = d.id`,
    words: sql`from (select sum(w.texts) as texts from word_waiting w where w.district_id = d.id) as w where w.texts >= ${WORD_BLOCK}`,
    export: sql`from export x where x.district_id = d.id and x.ended_at is null and (x.lease is null or x.lease <= clock_timestamp())`,
  }[step]
  const { rows } = await sql<{ id: string }>`select d.id from district d where exists (select ${work}) order by d.id`.execute(db)
  return rows.map((row) => row.id)
}

/** What `/metrics` and `/health` show of the queues: counts and ages in seconds, by the database's clock. */
export type QueueState = {
  readonly inboxWaiting: number
  readonly inboxAge: number
  readonly toPrepare: number
  readonly held: number
  readonly due: number
  readonly dueAge: number
  readonly sending: number
  readonly unknown: number
  readonly unsealed: number
}

/** Texts to a number that nobody adopted wait for `numbers sync`, however long: they are no fault of the server. */
const NOT_ADOPTED = 'number not adopted'

/** Reads the state of every queue as `homeline_scheduler`; `now` counts for what is due. */
export async function queueState(db: Db, now: Temporal.Instant): Promise<QueueState> {
  const { rows } = await sql<QueueState>`select
    (select count(*)::int from inbox where taken_at is null) as "inboxWaiting",
    (select coalesce(extract(epoch from clock_timestamp() - min(received_at)), 0)::float8 from inbox
      where taken_at is null and problem is distinct from ${NOT_ADOPTED}) as "inboxAge",
    (select count(*)::int from exchange where prepare_after is not null) as "toPrepare",
    (select count(*)::int from exchange where status in ('held', 'queued') and prepare_after is null and (send_after is null or send_after > ${now.toString()}::timestamptz)) as held,
    (select count(*)::int from exchange where status in ('held', 'queued') and prepare_after is null and send_after <= ${now.toString()}::timestamptz) as due,
    (select coalesce(extract(epoch from ${now.toString()}::timestamptz - min(send_after)), 0)::float8 from exchange
      where status in ('held', 'queued') and prepare_after is null and send_after <= ${now.toString()}::timestamptz) as "dueAge",
    (select count(*)::int from exchange where status = 'sending') as sending,
    (select count(*)::int from attempt where look_after is not null and outcome = 'unknown') as unknown,
    (select count(*)::int from unsealed) as unsealed`.execute(db)
  return rows[0] as QueueState
}
