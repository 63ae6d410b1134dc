/** Holds every kept picture against the log: the file, the row and the event must say the same. */

import { sql } from 'kysely'
import { type Db, inDistrict } from './database.ts'
import { TEXT_ERASED } from './events.ts'
import type { Keys } from './keys.ts'
import { pictureDigest } from './pictures.ts'
import { readSealed } from './sealed-files.ts'
import type { Broken } from './verify-exchanges.ts'

const PAGE = 500

type Row = {
  readonly exchange_id: string
  readonly n: number
  readonly event_id: number | null
  readonly told: string | null
  readonly fate: string | null
  readonly file_id: string | null
  readonly erased: boolean
}

/**
 * The first picture that is not what was kept, by exchange; null when all are. `dataDir` is where the server keeps them. What was erased with its exchange may
 * be gone; what is just gone may not.
 */
export async function findBadPicture(db: Db, keys: Keys, dataDir: string, districtId: string): Promise<Broken | null> {
  let after: Pick<Row, 'exchange_id' | 'n'> | null = null
  for (;;) {
    const rows = await page(db, districtId, after)
    for (const row of rows) {
      const wrong = await whatIsWrong(keys, dataDir, districtId, row)
      if (wrong !== null) return broken(row, wrong)
    }
    const last = rows.at(-1)
    if (last === undefined) break
    after = last
  }
  const missing = await inDistrict(db, districtId, (trx) =>
    sql<Pick<Row, 'exchange_id' | 'n' | 'event_id'>>`
      select e.exchange_id, (e.detail ->> 'picture')::int as n, e.id as event_id from event e
      where e.district_id = ${districtId} and e.what = 'picture_kept' and not exists (
        select from picture p where p.district_id = ${districtId} and p.exchange_id = e.exchange_id and p.n = (e.detail ->> 'picture')::int)
      limit 1`.execute(trx),
  )
  return missing.rows[0] === undefined ? null : broken(missing.rows[0], 'is missing')
}

function broken({ exchange_id, n, event_id }: Pick<Row, 'exchange_id' | 'n' | 'event_id'>, wrong: string): Broken {
  return { kind: 'broken', seq: null, eventId: event_id, what: `Picture ${n} of the exchange ${exchange_id} ${wrong}.` }
}

async function page(db: Db, districtId: string, after: Pick<Row, 'exchange_id' | 'n'> | null): Promise<readonly Row[]> {
  return inDistrict(db, districtId, async (trx) => {
    const { rows } = await sql<Row>`
      select p.exchange_id, p.n, p.fate, p.file_id, t.id as event_id, t.told, exists (select from event x
        where x.district_id = ${districtId} and x.exchange_id = p.exchange_id and x.what = ${TEXT_ERASED}) as erased
      from picture p left join lateral (
        select e.id, e.detail ->> 'digest' as told from event e where e.district_id = ${districtId} and e.exchange_id = p.exchange_id
          and e.what = 'picture_kept' and (e.detail ->> 'picture')::int = p.n order by e.id limit 1) t on true
      where p.district_id = ${districtId}
        ${after === null ? sql`` : sql`and (p.exchange_id, p.n) > (${after.exchange_id}::uuid, ${after.n}::int)`}
      order by p.exchange_id, p.n limit ${PAGE}`.execute(trx)
    return rows
  })
}

async function whatIsWrong(keys: Keys, dataDir: string, districtId: string, row: Row): Promise<string | null> {
  // One that was never kept has no such event, and needs none.
  if (row.event_id === null) return row.fate === 'kept' || row.fate === 'erased' ? 'has no event' : null
  if (row.erased) return null
  if (row.fate !== 'kept' || row.file_id === null) return 'was kept, and no event says that it was erased'
  const bytes = await readSealed(keys, dataDir, 'picture', districtId, row.file_id).catch(() => 'changed' as const)
  if (bytes === null) return 'is not in the data directory any more'
  if (bytes === 'changed' || pictureDigest(keys, districtId, bytes).toString('hex') !== row.told)
    return 'is not the one that was kept'
  return null
}
