/** Holds every kept recording of an exchange against the log: the audio, the rows and the event must say the same. */

import { sql } from 'kysely'
import { type Db, inDistrict } from './database.ts'
import { TEXT_ERASED } from './events.ts'
import type { Keys } from './keys.ts'
import { RECORDING_KEPT, recordingDigest } from './recordings.ts'
import { readSealed } from './sealed-files.ts'
import type { Broken } from './verify-exchanges.ts'

const PAGE = 500

type Row = {
  readonly event_id: number
  readonly exchange_id: string
  readonly recording: string
  readonly digest: string
  /** The exchange that the row says the recording is of; null: there is no such row. */
  readonly of: string | null
  /** Whether what the exchange plays was kept for this exchange. */
  readonly plays_own: boolean
  readonly erased: boolean
}

/** The first recording that is not what was kept, by event; null when all are. `dataDir` is where the server keeps them. */
export async function findBadRecording(db: Db, keys: Keys, dataDir: string, districtId: string): Promise<Broken | null> {
  let after = 0
  for (;;) {
    const rows = await page(db, districtId, after)
    for (const row of rows) {
      const wrong = row.erased ? null : await whatIsWrong(keys, dataDir, districtId, row)
      if (wrong !== null)
        return {
          kind: 'broken',
          seq: null,
          eventId: row.event_id,
          what: `A recording of the exchange ${row.exchange_id} ${wrong}.`,
        }
    }
    const last = rows.at(-1)
    if (last === undefined) return null
    after = last.event_id
  }
}

async function page(db: Db, districtId: string, after: number): Promise<readonly Row[]> {
  return inDistrict(db, districtId, async (trx) => {
    const { rows } = await sql<Row>`
      select e.id as event_id, e.exchange_id, e.detail ->> 'recording' as recording, e.detail ->> 'digest' as digest, r.exchange_id as of,
        x.recording_id is null or exists (select from event o where o.district_id = ${districtId} and o.exchange_id = x.id and o.what = ${RECORDING_KEPT}
          and o.detail ->> 'recording' = x.recording_id::text) as plays_own,
        exists (select from event t where t.district_id = ${districtId} and t.exchange_id = e.exchange_id and t.what = ${TEXT_ERASED}) as erased
      from event e left join recording r on r.district_id = ${districtId} and r.id = (e.detail ->> 'recording')::uuid
      left join exchange x on x.district_id = ${districtId} and x.id = e.exchange_id
      where e.district_id = ${districtId} and e.what = ${RECORDING_KEPT} and e.exchange_id is not null and e.id > ${after} order by e.id limit ${PAGE}`.execute(
      trx,
    )
    return rows
  })
}

async function whatIsWrong(keys: Keys, dataDir: string, districtId: string, row: Row): Promise<string | null> {
  if (row.of !== row.exchange_id) return 'is missing, or said to be of another exchange'
  if (!row.plays_own) return 'is not the one that is played'
  const bytes = await readSealed(keys, dataDir, 'recording', districtId, row.recording).catch(() => 'changed' as const)
  if (bytes === null) return 'is not in the data directory any more'
  if (bytes === 'changed' || recordingDigest(keys, districtId, bytes) !== row.digest) return 'is not the one that was kept'
  return null
}
