/** The inbox: raw webhooks, encrypted, each kept once under its key, taken in order by one taker at a time. */

import { sql } from 'kysely'
import type { E164 } from '../core/phone-number.ts'
import type { Scripts } from '../relay/answer-ports.ts'
import type { InboxBatch, InboxItem, InboxStore } from '../relay/receive-ports.ts'
import { DATABASE_IS_LATE, type Db, enterDistrict, type Trx } from './database.ts'
import type { Keys } from './keys.ts'
import { receivingDistrict } from './receiving.ts'
import { momentOf } from './settings.ts'

/** One webhook as it came: `raw` are its body's bytes. `reachedAt` null: it came directly, now. */
export type Webhook = {
  readonly key: string
  readonly kind: 'text' | 'status' | 'call' | 'recording'
  readonly raw: Buffer
  readonly reachedAt: Temporal.Instant | null
}

/**
 * Keeps webhooks in one statement and one commit, in the order given; one whose key is there already is left as it is. What came by a detour
 * takes its place among what waits by the time at which it reached the carrier; no clock of another host moves it into the future.
 */
export async function keepWebhooks(db: Db, keys: Keys, webhooks: readonly Webhook[]): Promise<void> {
  const sealed = webhooks.map((w) => keys.encrypt('inbox', '', w.key, w.raw))
  // One value of bytes: as elements of an array each would be written out in hexadecimal digits here and read again there.
  await sql`insert into inbox (key, kind, raw, reached_at)
    select key, kind, substring(${Buffer.concat(sealed)}::bytea from (ends - length + 1)::int for length), least(reached_at, clock_timestamp())
      from (select *, sum(length) over (order by n) as ends
        from unnest(${webhooks.map((w) => w.key)}::text[], ${webhooks.map((w) => w.kind)}::text[], ${sealed.map((s) => s.length)}::int[],
          ${webhooks.map((w) => w.reachedAt?.toString() ?? null)}::timestamptz[])
        with ordinality as w (key, kind, length, reached_at, n)) as w order by n
    on conflict (key) do nothing`.execute(db)
}

/** Days for which raw webhooks are kept after they were taken in. */
const RAW_DAYS = 7

/** Drops raw webhooks that were taken in a week ago; the log has what they said. */
export async function dropOldWebhooks(db: Db): Promise<number> {
  const done = await sql`delete from inbox where taken_at < clock_timestamp() - ${RAW_DAYS} * interval '1 day'`.execute(db)
  return Number(done.numAffectedRows ?? 0)
}

type Row = { id: number; key: string; kind: string; raw: Buffer }
type Read = (key: string, raw: Buffer) => InboxItem['form']

/** The inbox port; `read` turns a row's bytes into what the carrier's form says. */
export function inboxStore(db: Db, keys: Keys, read: Read, scripts: Scripts): InboxStore {
  return {
    take: async (limit, handle) => {
      const work = async (trx: Trx, rows: readonly Row[]) => {
        const later = new Map<number, string>()
        await handle(batchOf(trx, keys, rows, read, scripts, later))
        await sql`update inbox set taken_at = clock_timestamp() where id = any(${rows.map((r) => r.id).filter((id) => !later.has(id))}::bigint[])`.execute(
          trx,
        )
        for (const [id, problem] of later) await putOff(trx, id, problem)
      }
      let failed: number[] = []
      let count = 0
      try {
        await db.transaction().execute(async (trx) => {
          const rows = await waiting(trx, limit)
          count = rows.length
          failed = rows.map((r) => r.id)
          if (rows.length > 0) await work(trx, rows)
        })
        return count
      } catch (error) {
        if (failed.length === 0) throw error
      }
      for (const id of failed) {
        const passing = await db
          .transaction()
          .execute(async (trx) => {
            const rows = await waiting(trx, 1, id)
            if (rows.length > 0) await work(trx, rows)
          })
          .then(
            () => null,
            async (error: Error & { code?: string }) => {
              if (isPassing(error)) return error
              await putOff(db, id, error.code ?? error.name)
              return null
            },
          )
        // Put off for what is not its own fault it would be overtaken by what came after it: all wait for the next look.
        if (passing !== null) throw passing
      }
      return count
    },
  }
}

/** Of the database and not of the text: no connection, no room, an end from outside, a conflict, a lock or an answer that did not come in time (PostgreSQL, appendix A). */
function isPassing({ code, message }: Error & { code?: string }): boolean {
  return (
    /^(?:08[0-9A-Z]{3}|25P03|40001|40P01|53[123]00|55P03|57014|57P0[123])$|^E[A-Z]+$/.test(code ?? '') ||
    [DATABASE_IS_LATE, 'Connection terminated', 'timeout exceeded when trying to connect'].some((words) =>
      message.startsWith(words),
    )
  )
}

/** Rows in the order in which they reached the carrier or us. A transaction lock lets one taker at a time work: two would reorder a family's texts. */
async function waiting(trx: Trx, limit: number, only: number | null = null): Promise<Row[]> {
  const lock = await sql<{
    mine: boolean
  }>`select pg_try_advisory_xact_lock(hashtextextended('homeline inbox', 0)) as mine`.execute(trx)
  if (!lock.rows[0]?.mine) return []
  const { rows } = await sql<Row>`
    select id, key, kind, raw from inbox
    where taken_at is null and try_after <= clock_timestamp() and (${only}::bigint is null or id = ${only}::bigint)
    order by reached_at, id limit ${limit} for update`.execute(trx)
  return rows
}

async function putOff(db: Db | Trx, id: number, problem: string): Promise<void> {
  await sql`update inbox set tries = tries + 1, problem = ${problem}, try_after = clock_timestamp() + least(power(2, tries), 600) * interval '1 second'
    where id = ${id}`.execute(db)
}

function batchOf(
  trx: Trx,
  keys: Keys,
  rows: readonly Row[],
  read: Read,
  scripts: Scripts,
  later: Map<number, string>,
): InboxBatch {
  return {
    putOff: (id, problem) => later.set(id, problem),
    items: rows.map((row) => ({ id: row.id, form: read(row.key, keys.decrypt('inbox', '', row.key, row.raw)) })),
    dialled: async (numbers) => {
      const found = await sql<{ number: E164; district_id: string; id: string }>`
        select number, district_id, id from proxy_number where number = any(${[...numbers]}::text[]) and district_id is not null`.execute(
        trx,
      )
      return new Map(found.rows.map((r) => [r.number, { districtId: r.district_id, proxyNumberId: r.id }]))
    },
    inDistrict: async (districtId, work) => {
      const { rows: known } = await sql<{ id: string }>`select id from district where id = ${districtId}::uuid`.execute(trx)
      if (known.length === 0) return
      await enterDistrict(trx, districtId, 'row by row')
      const moment = await momentOf(trx)
      await work(receivingDistrict(trx, keys, districtId, moment, scripts))
    },
  }
}
