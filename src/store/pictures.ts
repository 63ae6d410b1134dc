/**
 * Pictures that come and go with exchanges. The bytes lie encrypted in the data directory; the row says what became of each, and the log keeps a keyed
 * digest of what was kept, so that the picture is part of the record.
 */

import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import type { Direction } from '../core/exchange.ts'
import { fixedText } from '../core/texts.ts'
import type { KeptPicture, PictureKey, PictureStore, StoredPicture, Unseen } from '../relay/picture-ports.ts'
import type { InboundMedium } from '../relay/ports.ts'
import { type Db, inDistrict, type Trx } from './database.ts'
import { appendEvents, TEXT_ERASED } from './events.ts'
import { insertNotices, timeOrderedId } from './exchanges.ts'
import { wordingsOf } from './fixed-texts.ts'
import type { Keys } from './keys.ts'
import { FETCH_AGAIN_SECONDS, MOST_FETCHES } from './recordings.ts'
import { removeSealed, sealedBefore, writeSealed } from './sealed-files.ts'
import { momentOf } from './settings.ts'
import { openTask } from './tasks.ts'

/** What the log keeps of a picture's bytes. */
export function pictureDigest(keys: Keys, districtId: string, bytes: Uint8Array): Buffer {
  return createHmac('sha256', keys.derive('picture-digest', districtId)).update(bytes).digest()
}

/** Puts a picture into its file. One that no exchange takes is removed within two days. */
export async function storePicture(
  keys: Keys,
  dataDir: string,
  districtId: string,
  picture: KeptPicture,
): Promise<StoredPicture> {
  const { bytes, type, width, height } = picture
  const fileId = timeOrderedId()
  await writeSealed(keys, dataDir, 'picture', districtId, fileId, Buffer.from(bytes))
  return { fileId, type, width, height, size: bytes.length, digest: pictureDigest(keys, districtId, bytes) }
}

/** Notes what came with texts: it is fetched next. */
export async function insertMedia(
  trx: Trx,
  districtId: string,
  texts: readonly { readonly exchangeId: string; readonly media: readonly InboundMedium[] }[],
): Promise<void> {
  const rows = texts.flatMap(({ exchangeId, media }) => media.map((medium, i) => ({ exchangeId, n: i + 1, ...medium })))
  if (rows.length === 0) return
  await sql`
    insert into picture (district_id, exchange_id, n, media_sid, said_type, fetch_after)
    select ${districtId}, w.*, clock_timestamp() from unnest(${rows.map((r) => r.exchangeId)}::uuid[], ${rows.map((r) => r.n)}::int[],
      ${rows.map((r) => r.sid)}::text[], ${rows.map((r) => r.type)}::text[]) as w`.execute(trx)
}

/** The picture of a message that staff wrote in a conversation; null: it has none (any more). */
export async function pictureOfMessage(
  trx: Trx,
  districtId: string,
  conversationId: string,
  exchangeId: string,
): Promise<StoredPicture | null> {
  const { rows } = await sql<StoredPicture>`
    select p.file_id as "fileId", p.type, p.size, p.width, p.height, p.digest from exchange e
    join picture p on p.district_id = e.district_id and p.exchange_id = e.id and p.n = 1 and p.fate = 'kept'
    where e.district_id = ${districtId} and e.id = ${exchangeId}::uuid and e.conversation_id = ${conversationId}::uuid and e.direction = 'to_family'
      and not exists (select from event x where x.district_id = e.district_id and x.exchange_id = e.id and x.what = ${TEXT_ERASED})`.execute(
    trx,
  )
  return rows[0] ?? null
}

/** Gives messages that staff wrote their picture, the same file to all. */
export async function attachPicture(
  trx: Trx,
  districtId: string,
  at: Temporal.Instant,
  who: string,
  exchangeIds: readonly string[],
  picture: StoredPicture,
): Promise<void> {
  const { fileId, type, size, width, height, digest } = picture
  await sql`
    insert into picture (district_id, exchange_id, n, fate, file_id, type, size, width, height, digest)
    select ${districtId}, w.id, 1, 'kept', ${fileId}::uuid, ${type}, ${size}, ${width}, ${height}, ${digest}
    from unnest(${[...exchangeIds]}::uuid[]) as w (id)`.execute(trx)
  await appendEvents(
    trx,
    districtId,
    exchangeIds.map((exchangeId) => ({ exchangeId, at, what: 'picture_kept', who, detail: keptDetail(1, picture) })),
  )
}

function keptDetail(n: number, { type, size, digest }: Pick<StoredPicture, 'type' | 'size' | 'digest'>) {
  return { picture: n, type, size, digest: digest.toString('hex') }
}

/** The port of `fetchPictures`: what is still at the carrier, and what was made of it. */
export function pictureStore(db: Db, keys: Keys, dataDir: string): PictureStore {
  const change = (districtId: string, { exchangeId, n }: PictureKey, set: ReturnType<typeof sql>) =>
    inDistrict(db, districtId, (trx) =>
      sql`update picture set ${set} where district_id = ${districtId} and exchange_id = ${exchangeId} and n = ${n}`.execute(trx),
    )
  return {
    due: (districtId, limit) =>
      inDistrict(db, districtId, async (trx) => {
        // Leased by moving the next try on.
        const { rows } = await sql<{
          exchangeId: string
          n: number
          messageSid: string
          mediumSid: string | null
          saidType: string | null
          settled: boolean
        }>`
          update picture r set tries = r.tries + 1,
            fetch_after = clock_timestamp() + (${FETCH_AGAIN_SECONDS}::int[])[least(r.tries + 1, ${FETCH_AGAIN_SECONDS.length})] * interval '1 second' + interval '60 seconds'
          from exchange e
          where r.district_id = ${districtId} and e.district_id = r.district_id and e.id = r.exchange_id and (r.exchange_id, r.n) in (
            select exchange_id, n from picture where district_id = ${districtId} and fetch_after <= clock_timestamp()
            order by fetch_after limit ${limit} for update skip locked)
          returning r.exchange_id as "exchangeId", r.n, e.carrier_sid as "messageSid", r.media_sid as "mediumSid", r.said_type as "saidType",
            r.fate is not null as settled`.execute(trx)
        return rows
      }),
    name: (districtId, { exchangeId, n }, media) =>
      inDistrict(db, districtId, async (trx) => {
        const { rows } = await sql<{ n: number; media_sid: string | null }>`
          select n, media_sid from picture where district_id = ${districtId} and exchange_id = ${exchangeId} order by n for update`.execute(
          trx,
        )
        const left = media.filter(({ sid }) => !rows.some((row) => row.media_sid === sid))
        const named = rows.filter((row) => row.media_sid === null).slice(0, left.length)
        for (const [i, row] of named.entries())
          await sql`update picture set media_sid = ${left[i]?.sid}, said_type = ${left[i]?.type?.slice(0, 100) ?? null}, fetch_after = clock_timestamp()
            where district_id = ${districtId} and exchange_id = ${exchangeId} and n = ${row.n}`.execute(trx)
        return named.some((row) => row.n === n)
      }),
    keep: async (districtId, key, picture) => {
      const stored = await storePicture(keys, dataDir, districtId, picture)
      const { fileId, type, size, width, height, digest } = stored
      await inDistrict(db, districtId, (trx) =>
        settle(
          trx,
          districtId,
          key,
          sql`fate = 'kept', file_id = ${fileId}::uuid, type = ${type}, size = ${size}, width = ${width}, height = ${height}, digest = ${digest},
            fetch_after = clock_timestamp(), tries = 0`,
          { what: 'picture_kept', detail: keptDetail(key.n, stored) },
        ),
      )
    },
    refuse: (districtId, key, why) => inDistrict(db, districtId, (trx) => refuse(trx, districtId, key, why)),
    done: async (districtId, key) => {
      await change(districtId, key, sql`deleted_at = clock_timestamp(), fetch_after = null`)
    },
    later: (districtId, { exchangeId, n }) =>
      inDistrict(db, districtId, async (trx) => {
        const { rows } = await sql<{ tries: number; settled: boolean }>`
          update picture set fetch_after = case when tries <= ${MOST_FETCHES}
            then clock_timestamp() + (${FETCH_AGAIN_SECONDS}::int[])[least(greatest(tries, 1), ${FETCH_AGAIN_SECONDS.length})] * interval '1 second' end
          where district_id = ${districtId} and exchange_id = ${exchangeId} and n = ${n} returning tries, fate is not null as settled`.execute(
          trx,
        )
        const row = rows[0]
        if (row === undefined || row.tries <= MOST_FETCHES) return
        if (!row.settled) return refuse(trx, districtId, { exchangeId, n }, 'lost')
        const { database } = await momentOf(trx)
        await appendEvents(trx, districtId, [{ exchangeId, at: database, what: 'left_at_carrier', detail: { picture: n } }])
      }),
  }
}

async function refuse(trx: Trx, districtId: string, key: PictureKey, why: Unseen): Promise<void> {
  const next = why === 'lost' ? sql`null` : sql`clock_timestamp()`
  await settle(trx, districtId, key, sql`fate = ${why}, fetch_after = ${next}, tries = 0`, {
    what: 'picture_refused',
    detail: { picture: key.n, why },
  })
  if (why === 'lost')
    await openTask(trx, districtId, 'picture_lost', `${key.exchangeId}:${key.n}`, { exchangeId: key.exchangeId })
}

type Settled = {
  readonly conversation_id: string | null
  readonly direction: Direction
  readonly language: string | null
  readonly open: boolean
  readonly refused: boolean
}

/** Writes what became of a picture, once. With the last one of its exchange known, that goes on, and who sent what nobody sees is told. */
async function settle(
  trx: Trx,
  districtId: string,
  { exchangeId, n }: PictureKey,
  set: ReturnType<typeof sql>,
  event: { readonly what: string; readonly detail: Readonly<Record<string, string | number>> },
): Promise<void> {
  // Two pictures of one exchange: whoever comes second sees the first.
  await sql`select 1 from exchange where district_id = ${districtId} and id = ${exchangeId} for update`.execute(trx)
  const changed = await sql`update picture set ${set}
    where district_id = ${districtId} and exchange_id = ${exchangeId} and n = ${n} and fate is null`.execute(trx)
  if (changed.numAffectedRows !== 1n) return
  const moment = await momentOf(trx)
  await appendEvents(trx, districtId, [{ exchangeId, at: moment.database, ...event }])
  const { rows } = await sql<Settled>`
    select e.conversation_id, e.direction,
      (select g.language from household_guardian hg join person g on g.district_id = hg.district_id and g.id = hg.guardian_id
        where hg.district_id = ${districtId} and hg.household_id = c.household_id and hg.until is null and g.language is not null
        order by g.id <> e.guardian_id, g.id limit 1) as language,
      exists (select from picture p where p.district_id = ${districtId} and p.exchange_id = e.id and p.fate is null) as open,
      exists (select from picture p where p.district_id = ${districtId} and p.exchange_id = e.id and p.fate <> 'kept') as refused
    from exchange e left join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    where e.district_id = ${districtId} and e.id = ${exchangeId}`.execute(trx)
  const row = rows[0]
  if (row === undefined || row.open) return
  await sql`update exchange set prepare_after = clock_timestamp()
    where district_id = ${districtId} and id = ${exchangeId} and prepare_after > clock_timestamp() and prepare_lease is null`.execute(
    trx,
  )
  if (!row.refused || row.conversation_id === null) return
  const toStaff = row.direction === 'to_staff'
  await insertNotices(trx, districtId, moment.database, moment.now, [
    {
      conversationId: row.conversation_id,
      direction: toStaff ? 'to_family' : 'to_staff',
      notice: 'media_not_passed',
      key: `media:${exchangeId}`,
      answers: exchangeId,
      phoneId: null,
      proxyNumberId: null,
      ...fixedText('media_not_passed', toStaff ? (row.language ?? 'en') : 'en', {}, await wordingsOf(trx, districtId)),
    },
  ])
}

/** Days after which a file that no exchange has is one that somebody never sent. */
const STRAY_DAYS = 2

/** Removes the files of erased exchanges, and those that no exchange ever took. */
export async function forgetPictures(db: Db, dataDir: string, districtId: string): Promise<void> {
  const { at, erased } = await inDistrict(db, districtId, async (trx) => {
    const { database } = await momentOf(trx)
    const { rows } = await sql<{ file_id: string }>`
      with gone as (
        select p.exchange_id, p.n, p.file_id from picture p where p.district_id = ${districtId} and p.fate = 'kept' and exists (
          select from event x where x.district_id = ${districtId} and x.exchange_id = p.exchange_id and x.what = ${TEXT_ERASED})
      ), marked as (
        update picture p set fate = 'erased', file_id = null, digest = null from gone
        where p.district_id = ${districtId} and p.exchange_id = gone.exchange_id and p.n = gone.n
      )
      select distinct file_id from gone`.execute(trx)
    return { at: database, erased: rows.map((row) => row.file_id) }
  })
  const old = await sealedBefore(dataDir, 'picture', districtId, at.subtract({ hours: 24 * STRAY_DAYS }))
  const names = new Map([...erased, ...old].map((name) => [name, name.replace(/\.part$/, '')]))
  if (names.size === 0) return
  const { rows: used } = await inDistrict(db, districtId, (trx) =>
    sql<{
      file_id: string
    }>`select file_id from picture where district_id = ${districtId} and file_id = any(${[...names.values()]}::uuid[])`.execute(
      trx,
    ),
  )
  const kept = new Set(used.map((row) => row.file_id))
  for (const [name, id] of names) if (!kept.has(id) || name !== id) await removeSealed(dataDir, 'picture', districtId, name)
}
