/** Attempts and the exchanges that they belong to, locked, changed by what the carrier says of them, and written in one go. */

import { sql } from 'kysely'
import { carrierNews, type Status, statusOfWord, wholeOf } from '../core/exchange.ts'
import { splitBody } from '../core/segments.ts'
import { mayGoWithoutPictures, sendFailure } from '../core/send-failure.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { forgetIntroductions } from './exchanges.ts'
import { awaitSign, rescueByCall } from './rescue.ts'
import { closeTasks } from './tasks.ts'

/** An attempt with what its exchange says. */
export type Row = {
  attempt_id: string
  exchange_id: string
  part: number
  outcome: string | null
  sid: string | null
  carrier_status: string | null
  phone_id: string
  proxy_number_id: string
  urgent: boolean
  with_pictures: boolean
  channel: 'text' | 'call'
}

/** An exchange as its attempts change it: the latest attempt of every part, with the carrier's last word of it. */
type Whole = {
  status: Status
  part: number
  readonly current: string
  readonly parts: { attempt: string | null; word: string | null }[]
}

/** How far a shown status has come; a smaller one never replaces a greater. */
const RANK: Readonly<Record<Status, number>> = {
  received: 0,
  held: 0,
  queued: 0,
  sending: 1,
  sent: 2,
  failed: 3,
  undelivered: 3,
  canceled: 3,
  delivered: 4,
}

/** What is locked, and what is to be written of it. */
export type Work = {
  readonly rows: Map<string, Row>
  readonly wholes: Map<string, Whole>
  readonly events: NewEvent[]
  readonly changed: Set<string>
  /** Attempts that failed for a reason that a call can cure. */
  readonly curable: Set<string>
  /** Attempts that failed for their pictures alone. */
  readonly pictureless: Set<string>
}

const isWaiting = (status: Status): boolean => status === 'queued' || status === 'held'

/** Bodies of fewer characters are one part (`splitBody` counts UTF-16 units, PostgreSQL code points). */
const SURELY_ONE_PART = 800

/** Locks these attempts and their exchanges, and reads how far they are. */
export async function lockAttempts(trx: Trx, districtId: string, ids: readonly string[]): Promise<Work> {
  const { rows } = await sql<
    Row & {
      status: Status
      body: string
      exchange_part: number
      current: string
      siblings: { id: string; part: number; word: string | null }[] | null
    }
  >`
    select a.id as attempt_id, a.exchange_id, a.part, a.outcome, a.sid, a.carrier_status, a.phone_id, a.proxy_number_id,
      e.attempt_id as current, e.urgent, e.with_pictures, e.status, e.channel, e.body, e.part as exchange_part,
      case when length(e.body) >= ${SURELY_ONE_PART} then (
        select jsonb_agg(jsonb_build_object('id', o.id, 'part', o.part, 'word', o.carrier_status) order by o.started_at)
        from attempt o where o.district_id = ${districtId} and o.exchange_id = e.id) end as siblings
    from unnest(${[...new Set(ids)]}::uuid[]) as w (id)
    join attempt a on a.district_id = ${districtId} and a.id = w.id
    join exchange e on e.district_id = ${districtId} and e.id = a.exchange_id
    order by a.id for update of a, e`.execute(trx)
  const wholes = new Map<string, Whole>()
  for (const row of rows) {
    if (wholes.has(row.exchange_id)) continue
    const count = row.siblings === null ? 1 : Math.max(1, splitBody(row.body).length)
    const parts: Whole['parts'] = Array.from({ length: count }, () => ({ attempt: null, word: null }))
    // A part that waits to be handed over once more has no word yet, whatever became of it before.
    const wordOf = (part: number, word: string | null) => (isWaiting(row.status) && part === row.exchange_part ? null : word)
    for (const s of row.siblings ?? []) parts[s.part] = { attempt: s.id, word: wordOf(s.part, s.word) }
    if (row.siblings === null)
      parts[0] = { attempt: row.current, word: row.attempt_id === row.current ? wordOf(0, row.carrier_status) : null }
    wholes.set(row.exchange_id, { status: row.status, part: row.exchange_part, current: row.current, parts })
  }
  return {
    rows: new Map(rows.map((r) => [r.attempt_id, r])),
    wholes,
    events: [],
    changed: new Set(),
    curable: new Set(),
    pictureless: new Set(),
  }
}

/** Moves an exchange on by what the carrier says of one of its attempts. */
export function apply(
  work: Work,
  moment: Moment,
  row: Row,
  word: string,
  errorCode: number | null,
): { failed: ReturnType<typeof sendFailure> | null } {
  const news = carrierNews(word, row.carrier_status)
  if (news === null) return { failed: null }
  row.carrier_status = word
  work.changed.add(row.attempt_id)
  const whole = work.wholes.get(row.exchange_id) as Whole
  const part = whole.parts[row.part]
  const latest = part?.attempt === row.attempt_id
  const failed = news.status === 'failed' || news.status === 'undelivered' ? sendFailure(errorCode) : null
  if (failed?.byCall === true && latest) work.curable.add(row.attempt_id)
  if (failed !== null && latest && row.with_pictures && mayGoWithoutPictures(failed)) {
    work.pictureless.add(row.attempt_id)
    // It is certain that the carrier handed nothing on.
    row.outcome = 'refused'
  }
  // Only a person's "again" lets a part whose outcome is unknown wait once more: that the first one failed is what they took it for.
  const askedAgain = row.outcome === 'unknown' && isWaiting(whole.status) && whole.part === row.part
  if (latest && !(askedAgain && failed !== null)) part.word = word
  const { status: together, next } = wholeOf(whole.parts.map((p) => statusOfWord(p.word)))
  const before = whole.status
  const status = together ?? (before === 'sending' && whole.current === row.attempt_id ? 'queued' : before)
  // A failed that was only unknown counts as nothing yet.
  const beforeRank = before === 'failed' && row.outcome === 'unknown' ? 1 : RANK[before]
  const moves =
    latest &&
    !(askedAgain && failed !== null) &&
    // What has become a call goes on as one, unless the text arrived after all.
    (row.channel === 'call'
      ? status === 'delivered' && before !== 'delivered'
      : status === 'queued'
        ? before === 'sending'
        : RANK[status] > beforeRank)
  if (moves) {
    whole.status = status
    if (status === 'queued') whole.part = next ?? whole.part
  }
  // queued, sending and sent are one and the same to us.
  if (!moves && !news.fresh) return { failed }
  work.events.push({
    exchangeId: row.exchange_id,
    at: moment.database,
    what: latest ? news.status : `late_${news.status}`,
    detail: {
      ...(moves ? { status } : {}),
      ...(whole.parts.length > 1 ? { part: row.part + 1 } : {}),
      ...(errorCode === null ? {} : { code: errorCode }),
      ...(failed === null ? {} : { reason: failed.reason }),
    },
  })
  return { failed }
}

export async function write(
  trx: Trx,
  districtId: string,
  moment: Moment,
  work: Work,
  codes: ReadonlyMap<string, number | null>,
): Promise<void> {
  const rows = [...work.changed].map((id) => work.rows.get(id) as Row)
  if (rows.length > 0) {
    const ids = [...new Set(rows.map((r) => r.exchange_id))]
    const wholes = ids.map((id) => work.wholes.get(id) as Whole)
    await sql`
      with done as (
        update attempt a set sid = w.sid, carrier_status = w.carrier_status, outcome = w.outcome, error_code = coalesce(w.error_code, a.error_code),
          look_after = case when w.sid is null and w.outcome = 'unknown' then a.look_after end
        from unnest(${rows.map((r) => r.attempt_id)}::uuid[], ${rows.map((r) => r.sid)}::text[], ${rows.map((r) => r.carrier_status)}::text[],
          ${rows.map((r) => r.outcome)}::text[], ${rows.map((r) => codes.get(r.attempt_id) ?? null)}::int[]) as w (id, sid, carrier_status, outcome, error_code)
        where a.district_id = ${districtId} and a.id = w.id
      )
      update exchange e set status = w.status, part = w.part,
        send_after = case when w.status = 'queued' then ${moment.now.toString()}::timestamptz else e.send_after end, hold = null
      from unnest(${ids}::uuid[], ${wholes.map((w) => w.status)}::text[], ${wholes.map((w) => w.part)}::int[]) as w (id, status, part)
      where e.district_id = ${districtId} and e.id = w.id and e.status <> w.status`.execute(trx)
    const lost = ids.filter((_, i) => wholes[i]?.status === 'failed' || wholes[i]?.status === 'undelivered')
    await forgetIntroductions(trx, districtId, lost)
    const found = rows.filter((r) => r.outcome === 'unknown' && r.sid !== null)
    if (found.length > 0)
      await closeTasks(
        trx,
        districtId,
        'unknown',
        found.map((r) => r.exchange_id),
      )
  }
  await appendEvents(trx, districtId, work.events)
  await sendWithoutPictures(
    trx,
    districtId,
    moment,
    rows.filter((r) => work.pictureless.has(r.attempt_id)).map((r) => r.exchange_id),
  )
  const curable = rows.filter((r) => work.curable.has(r.attempt_id)).map((r) => r.exchange_id)
  await rescueByCall(trx, districtId, moment, curable)
  await awaitSign(
    trx,
    districtId,
    moment,
    rows.filter((r) => r.urgent).map((r) => r.exchange_id),
  )
}

/**
 * Words whose pictures no carrier takes are written anew and go without them, unless something later of their lane, or their own later part, is on its way or has arrived: then
 * they would come out of their order, or twice, and the sender decides.
 */
async function sendWithoutPictures(trx: Trx, districtId: string, moment: Moment, exchangeIds: readonly string[]): Promise<void> {
  if (exchangeIds.length === 0) return
  const { rows } = await sql<{ id: string }>`
    update exchange e set status = 'queued', part = 0, send_after = ${moment.now.toString()}::timestamptz, with_pictures = false, pictures_failed = true,
      prepare_after = clock_timestamp(), prepare_lease = null
    where e.district_id = ${districtId} and e.id = any(${[...exchangeIds]}::uuid[]) and e.status in ('failed', 'undelivered') and not exists (
        select from attempt a where a.district_id = ${districtId} and a.exchange_id = e.id and a.part > 0 and a.outcome is distinct from 'refused')
      and not exists (
      select from exchange o where o.district_id = ${districtId} and o.conversation_id = e.conversation_id and o.direction = e.direction
        and o.seq > e.seq and o.status in ('sending', 'sent', 'delivered'))
    returning e.id`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    rows.map(
      ({ id }): NewEvent => ({ exchangeId: id, at: moment.database, what: 'without_pictures', detail: { status: 'queued' } }),
    ),
  )
}
