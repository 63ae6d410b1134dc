/** The sweep's side of the store: how far it came, what it has to ask about, and what is not here yet. */

import { sql } from 'kysely'
import type { E164 } from '../core/phone-number.ts'
import type { ListedText, SweepStore, SweptNumber } from '../relay/ports.ts'
import { type Db, databaseNow, inDistrict } from './database.ts'
import { keepWebhooks } from './inbox.ts'
import type { Keys } from './keys.ts'
import { readSetting, writeSetting } from './settings.ts'

/** The sweep port. */
export function sweepStore(db: Db, keys: Keys): SweepStore {
  return {
    begin: async () => {
      const kept = await readSetting<{ until: string; deep: string }>(db, 'swept')
      return {
        now: await databaseNow(db),
        swept: kept === null ? null : { until: Temporal.Instant.from(kept.until), deep: Temporal.Instant.from(kept.deep) },
      }
    },
    numbersSince: async (since) => {
      const { rows } = await sql<{ number: E164; district_id: string | null; adopted_at: Temporal.Instant }>`
        select number, district_id, adopted_at from proxy_number
        where gone_at is null or gone_at > ${since.toString()}::timestamptz order by number`.execute(db)
      return rows.map((r): SweptNumber => ({ number: r.number, districtId: r.district_id, adoptedAt: r.adopted_at }))
    },
    missing: async ({ districtId }, texts) => {
      if (texts.length === 0) return []
      const { rows } = await sql<{ key: string }>`
        select key from inbox where key = any(${texts.map((t) => t.key)}::text[])`.execute(db)
      const inInbox = new Set(rows.map((r) => r.key))
      const others = texts.filter((t) => !inInbox.has(t.key))
      // Raw webhooks go after a week; the log knows what it took.
      return districtId === null || others.length === 0 ? others : notInLog(db, districtId, others)
    },
    keep: (texts) =>
      keepWebhooks(
        db,
        keys,
        texts.map((t) => ({ ...t, kind: 'text' })),
      ),
    end: ({ until, deep }) => writeSetting(db, 'swept', { until: until.toString(), deep: deep.toString() }),
  }
}

async function notInLog(db: Db, districtId: string, texts: readonly ListedText[]): Promise<ListedText[]> {
  const sidOf = (text: ListedText) => text.key.replace(/^text:/, '')
  const { rows } = await inDistrict(db, districtId, (trx) =>
    sql<{ carrier_sid: string }>`
      select carrier_sid from exchange where district_id = ${districtId} and carrier_sid = any(${texts.map(sidOf)}::text[])`.execute(
      trx,
    ),
  )
  const taken = new Set(rows.map((r) => r.carrier_sid))
  return texts.filter((t) => !taken.has(sidOf(t)))
}
