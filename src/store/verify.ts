/** Checks a district's whole log: nothing changed, missing, moved, added or cut off since it was sealed. */

import type { KeyObject } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { CHAIN_START } from '../core/log-chain.ts'
import { type Checkpoint, readCheckpoints } from './checkpoint.ts'
import { type Db, inDistrict, serverRuns, type Trx } from './database.ts'
import { TEXT_ERASED, textDigest } from './events.ts'
import type { Keys } from './keys.ts'
import { CHAIN_COLUMNS, type ChainEvent, chainKey, chainMac } from './seal.ts'
import { inSnapshot } from './snapshot.ts'
import { type Broken, findBadExchange } from './verify-exchanges.ts'

/** `entries`: the sealed ones; `unsealed`: events that wait for the sealer, checked but for the chain. */
export type LogVerdict = { readonly kind: 'intact'; readonly entries: number; readonly unsealed: number } | Broken

/** Called after each page of the chain with the entries that are checked and those there are. */
export type VerifyProgress = (done: number, total: number) => void

const PAGE = 5000
/** The sealer seals within a second; events of which it seals none for longer than this are kept from it. */
const PATIENCE_SECONDS = 10
const LOOK_MS = 100

function broken(what: string, seq: number | null = null, eventId: number | null = null): Broken {
  return { kind: 'broken', seq, eventId, what }
}

/**
 * Reads the whole log of a district in one snapshot, in pages, and stops at the first thing that is wrong. `checkpointDir` is the folder that
 * `writeCheckpoint` writes to; null: without checkpoints, a chain whose end was cut off may go unnoticed. Erased texts (an event `text_erased`
 * of the same exchange comes later) leave the log intact; texts that are just gone do not. Writes nothing: what waits for the sealer is given
 * to a running server to seal, and counted. `patienceSeconds` is how long that server may seal none of it.
 */
export async function verifyLog(
  db: Db,
  keys: Keys,
  districtId: string,
  checkpointDir: string | null,
  progress: VerifyProgress = () => {},
  patienceSeconds: number = PATIENCE_SECONDS,
): Promise<LogVerdict> {
  const left = await leftBySealer(db, districtId, patienceSeconds)
  // Read before the snapshot: a checkpoint that is written meanwhile may be ahead of it.
  const stored = checkpointDir === null ? [] : await readCheckpoints(keys, districtId, checkpointDir)
  const forged = stored.find(({ checkpoint }) => checkpoint === null)
  if (forged !== undefined) return broken(`The checkpoint ${forged.file} does not bear this installation's signature.`)
  const checkpoints = new Map(stored.flatMap(({ checkpoint }) => (checkpoint === null ? [] : [[checkpoint.seq, checkpoint.mac]])))
  return inSnapshot(db, districtId, async (trx) => {
    const head = await readHead(trx, districtId)
    const chain = await checkChain(trx, chainKey(keys, districtId), districtId, checkpoints, (done) => progress(done, head.seq))
    if (chain.kind === 'broken') return chain
    if (chain.last.seq !== head.seq || chain.last.mac !== head.mac)
      return broken(
        `The chain ends at entry ${chain.last.seq}, but its head says ${head.seq}: its end was removed or its head changed.`,
      )
    const ahead = [...checkpoints.keys()].find((seq) => seq > chain.last.seq)
    if (ahead !== undefined)
      return broken(
        `The chain ends at entry ${chain.last.seq}, but a checkpoint names entry ${ahead}: its end was cut off.`,
        ahead,
      )
    const outside = await findOutside(trx, districtId)
    if (outside.kind === 'broken') return outside
    if (left !== null && outside.waiting.includes(left))
      return broken('This event is unsealed, although a server is connected and seals within a second.', null, left)
    return (
      (await findIdleWaiting(trx, districtId)) ??
      (await findBadExchange(trx, districtId)) ?? { kind: 'intact', entries: chain.last.seq, unsealed: outside.waiting.length }
    )
  })
}

/**
 * Waits while a running server seals the events that wait now, however long ago they happened: a transaction may have held them back. Gives the
 * first of those of which it sealed none for so many seconds; null when all are sealed or no server runs.
 */
async function leftBySealer(db: Db, districtId: string, patienceSeconds: number): Promise<number | null> {
  const { rows: waiting } = await inDistrict(db, districtId, (trx) =>
    sql<{ id: number }>`select event_id as id from unsealed where district_id = ${districtId} order by event_id`.execute(trx),
  )
  let rest = waiting.map((row) => row.id)
  let since = performance.now()
  while (rest.length > 0 && (await serverRuns(db))) {
    if (performance.now() - since > patienceSeconds * 1000) return rest[0] ?? null
    await pause(LOOK_MS)
    const { rows } = await inDistrict(db, districtId, (trx) =>
      sql<{ id: number }>`select event_id as id from unsealed where district_id = ${districtId}
        and event_id = any(${rest}::bigint[]) order by event_id`.execute(trx),
    )
    if (rows.length < rest.length) since = performance.now()
    rest = rows.map((row) => row.id)
  }
  return null
}

async function readHead(trx: Trx, districtId: string): Promise<Checkpoint> {
  const { rows } = await sql<Checkpoint>`
    select seq, encode(mac, 'hex') as mac from seal_head where district_id = ${districtId}`.execute(trx)
  return rows[0] ?? { seq: 0, mac: CHAIN_START }
}

type SealRow = { readonly seq: number; readonly sealedEvent: number; readonly mac: string }
type EventRow = ChainEvent & {
  readonly salt: Buffer | null
  readonly text: Record<string, unknown> | null
  readonly erased: boolean
}

async function checkChain(
  trx: Trx,
  key: KeyObject,
  districtId: string,
  checkpoints: ReadonlyMap<number, string>,
  progress: (done: number) => void,
): Promise<Broken | { readonly kind: 'ok'; readonly last: Checkpoint }> {
  let last: Checkpoint = { seq: 0, mac: CHAIN_START }
  for (;;) {
    const { rows: seals } = await sql<SealRow>`
      select seq, event_id as "sealedEvent", encode(mac, 'hex') as mac from seal
      where district_id = ${districtId} and seq > ${last.seq} order by seq limit ${PAGE}`.execute(trx)
    if (seals.length === 0) return { kind: 'ok', last }
    const events = await readEvents(
      trx,
      districtId,
      seals.map((row) => row.sealedEvent),
    )
    for (const seal of seals) {
      const event = events.get(seal.sealedEvent)
      const what = wrongEntry(key, last, seal, event, checkpoints.get(seal.seq))
      if (what !== null) return broken(what, seal.seq, seal.sealedEvent)
      last = seal
    }
    progress(last.seq)
  }
}

/** What is wrong with one entry of the chain, or null. */
function wrongEntry(
  key: KeyObject,
  last: Checkpoint,
  seal: SealRow,
  event: EventRow | undefined,
  checkpoint: string | undefined,
): string | null {
  if (seal.seq !== last.seq + 1) return `Entry ${last.seq + 1} of the chain is missing.`
  if (event === undefined) return `The event of entry ${seal.seq} is missing.`
  const { salt, text, erased, ...entry } = event
  if (chainMac(key, last.mac, { seq: seal.seq, ...entry }) !== seal.mac)
    return `Entry ${seal.seq} is not what was sealed: it, its event or the one before was changed, or the key is another.`
  if (checkpoint !== undefined && checkpoint !== seal.mac) return `Entry ${seal.seq} is not the one that its checkpoint names.`
  if (text !== null && salt !== null) {
    const digest = event.textDigest === null ? null : Buffer.from(event.textDigest, 'hex')
    if (digest === null || !textDigest(salt, text).equals(digest)) return `The text of entry ${seal.seq} is not what was sealed.`
  } else if (event.textDigest !== null && !erased)
    return `The text of entry ${seal.seq} is gone, and no later event says that it was erased.`
  return null
}

async function readEvents(trx: Trx, districtId: string, ids: readonly number[]): Promise<Map<number, EventRow>> {
  const { rows } = await sql<EventRow>`
    select ${CHAIN_COLUMNS}, t.salt, t.text,
      case when t.event_id is null and e.text_digest is not null then exists (
        select from event x where x.district_id = ${districtId} and x.exchange_id is not distinct from e.exchange_id
          and x.what = ${TEXT_ERASED} and x.id > e.id) else false end as erased
    from unnest(${[...ids]}::bigint[]) as u (id)
    cross join lateral (select * from event where district_id = ${districtId} and id = u.id limit 1) e
    left join lateral (select * from event_text where district_id = ${districtId} and event_id = u.id limit 1) t on true`.execute(
    trx,
  )
  return new Map(rows.map((row) => [row.eventId, row]))
}

/** The first event that stands outside the chain, or those that wait for the sealer. */
async function findOutside(
  trx: Trx,
  districtId: string,
): Promise<Broken | { readonly kind: 'ok'; readonly waiting: readonly number[] }> {
  const waiting: number[] = []
  let after = Number.MIN_SAFE_INTEGER
  for (;;) {
    const { rows } = await sql<{ id: number; sealed: boolean; waiting: boolean; lost: boolean }>`
      with page as materialized (
        select id, exchange_id from event where district_id = ${districtId} and id > ${after} order by id limit ${PAGE}
      ), judged as (
        select p.id, s.one is not null as sealed, u.one is not null as waiting, p.exchange_id is not null and x.one is null as lost
        from page p
        left join lateral (select 1 as one from seal where district_id = ${districtId} and event_id = p.id limit 1) s on true
        left join lateral (select 1 as one from unsealed where district_id = ${districtId} and event_id = p.id limit 1) u on true
        left join lateral (select 1 as one from exchange where district_id = ${districtId} and id = p.exchange_id limit 1) x on true
      )
      select * from judged where not sealed or lost or id = (select max(id) from page) order by id`.execute(trx)
    for (const row of rows) {
      if (row.lost) return broken('The exchange of this event is missing.', null, row.id)
      if (row.sealed) continue
      if (!row.waiting) return broken('This event stands outside the chain: it was added, or its seal removed.', null, row.id)
      waiting.push(row.id)
    }
    const last = rows.at(-1)
    if (last === undefined) return { kind: 'ok', waiting }
    after = last.id
  }
}

/** The first row that makes the sealer wait for an event which is gone or sealed already. */
async function findIdleWaiting(trx: Trx, districtId: string): Promise<Broken | null> {
  const { rows } = await sql<{ id: number; sealed: boolean }>`
    select u.event_id as id, s.one is not null as sealed from unsealed u
    left join lateral (select 1 as one from event where district_id = ${districtId} and id = u.event_id limit 1) e on true
    left join lateral (select 1 as one from seal where district_id = ${districtId} and event_id = u.event_id limit 1) s on true
    where u.district_id = ${districtId} and (e.one is null or s.one is not null) order by u.event_id limit 1`.execute(trx)
  const row = rows[0]
  if (row === undefined) return null
  return row.sealed
    ? broken('This event is sealed and yet marked as waiting for its seal.', null, row.id)
    : broken('This event was removed before it was sealed.', null, row.id)
}
