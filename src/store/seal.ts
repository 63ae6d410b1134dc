/** The sealer: takes events that wait and appends them to their district's chain. */

import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { CHAIN_START, type ChainEntry, entryText } from '../core/log-chain.ts'
import { type Db, inDistrict, type Trx } from './database.ts'
import type { Keys } from './keys.ts'

/** An event as the chain covers it, without its place. */
export type ChainEvent = Omit<ChainEntry, 'seq'>

/** The columns of `ChainEvent`, from the table `event` under the name `e`. */
export const CHAIN_COLUMNS: RawBuilder<ChainEvent> = sql`e.id as "eventId", e.exchange_id as "exchangeId",
  extract(epoch from e.at)::text as at, e.what, e.who, e.detail::text as detail, encode(e.text_digest, 'hex') as "textDigest"`

/** The key of a district's chain. */
export function chainKey(keys: Keys, districtId: string): KeyObject {
  return createSecretKey(keys.derive('log', districtId))
}

/** The code of one entry: HMAC-SHA-256. `previous` and the answer are in hex. */
export function chainMac(key: KeyObject, previous: string, entry: ChainEntry): string {
  return createHmac('sha256', key).update(entryText(previous, entry)).digest('hex')
}

/**
 * Seals up to `limit` events that wait, in the order of their ids, in one transaction under the lock of the district's head; gives how many,
 * and 0 only when none waits.
 * An event may be committed after one with a greater id: the chain's order is the order of sealing, and within one exchange, whose
 * steps follow each other, the order of events. A row of `unsealed` that names no event, or one that is sealed, stays for `verifyLog` to report.
 */
export async function sealDistrict(db: Db, keys: Keys, districtId: string, limit = 1000): Promise<number> {
  const key = chainKey(keys, districtId)
  return inDistrict(db, districtId, (trx) => seal(trx, districtId, key, limit), 'by key')
}

async function seal(trx: Trx, districtId: string, key: KeyObject, limit: number): Promise<number> {
  const start = (await lockHead(trx, districtId)) ?? (await makeHead(trx, districtId))
  const events = await waitingEvents(trx, districtId, limit)
  if (events.length === 0) return 0

  const macs: string[] = []
  let previous = start.mac
  for (const [index, event] of events.entries()) {
    previous = chainMac(key, previous, { seq: start.seq + index + 1, ...event })
    macs.push(previous)
  }
  const texts = [...new Set(events.flatMap((e) => (e.textDigest === null || e.what === 'notice' ? [] : (e.exchangeId ?? []))))]
  await sql`
    with entry as (
      select n + ${start.seq}::bigint as seq, event_id, decode(mac, 'hex') as mac
      from unnest(${events.map((e) => e.eventId)}::bigint[], ${macs}::text[]) with ordinality as g (event_id, mac, n)
    ), taken as (
      delete from unsealed where district_id = ${districtId} and event_id = any(${events.map((e) => e.eventId)}::bigint[])
    ), appended as (
      insert into seal (district_id, seq, event_id, mac) select ${districtId}, seq, event_id, mac from entry
    ), searched_later as (
      insert into word_waiting (district_id, seq, texts, exchanges)
      select ${districtId}, ${start.seq + events.length}::bigint, ${texts.length}::int, ${texts}::uuid[] where ${texts.length}::int > 0
    )
    update seal_head set seq = seq + ${events.length}::bigint, mac = decode(${previous}, 'hex')
    where district_id = ${districtId}`.execute(trx)
  return events.length
}

type Head = { readonly seq: number; readonly mac: string }

async function lockHead(trx: Trx, districtId: string): Promise<Head | undefined> {
  const { rows } = await sql<Head>`
    select seq, encode(mac, 'hex') as mac from seal_head where district_id = ${districtId} for update`.execute(trx)
  return rows[0]
}

async function makeHead(trx: Trx, districtId: string): Promise<Head> {
  await sql`insert into seal_head (district_id, seq, mac) values (${districtId}, 0, decode(${CHAIN_START}, 'hex'))
    on conflict (district_id) do nothing`.execute(trx)
  const head = await lockHead(trx, districtId)
  if (head === undefined) throw new Error('The head of the chain could not be made.')
  return head
}

/** The events that wait, by their ids: first the ids, then what they name, so that a row which names nothing costs little. */
async function waitingEvents(trx: Trx, districtId: string, limit: number): Promise<ChainEvent[]> {
  let after = 0
  for (;;) {
    const waiting = await sql<{ ids: number[] | null; last: number | null }>`
      select array_agg(event_id::float8 order by event_id) as ids, max(event_id) as last from (
        select event_id from unsealed where district_id = ${districtId} and event_id > ${after} order by event_id limit ${limit}) as u`.execute(
      trx,
    )
    const { ids, last } = waiting.rows[0] ?? { ids: null, last: null }
    if (ids === null || last === null) return []
    const { rows } = await sql<ChainEvent>`
      select ${CHAIN_COLUMNS} from unnest(${ids}::bigint[]) as u (id)
      cross join lateral (select * from event where district_id = ${districtId} and id = u.id limit 1) e
      where not exists (select from seal where district_id = ${districtId} and event_id between ${ids[0]}::bigint and ${last}::bigint)
        or not exists (select from seal where district_id = ${districtId} and event_id = u.id)
      order by e.id`.execute(trx)
    if (rows.length > 0) return rows
    after = last
  }
}
