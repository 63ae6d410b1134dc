/** Pictures as they are looked at: by staff who may see their exchange, each look in the log, and by the carrier, under a signed address. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import type { Unseen } from '../relay/picture-ports.ts'
import { type Db, inDistrict, type Trx } from './database.ts'
import { appendEvents, TEXT_ERASED } from './events.ts'
import type { Keys } from './keys.ts'
import { readSealed } from './sealed-files.ts'
import { momentOf } from './settings.ts'
import { maySee } from './strangers.ts'

/** A picture that somebody may see. */
export type Picture = { readonly bytes: Buffer; readonly type: string }

/**
 * One picture of an exchange for a staff member who may see the exchange; each look is in the log. Null: no such exchange for this viewer, or no
 * such picture (any more); `not_yet`: it is still on its way from the carrier.
 */
export async function seePicture(
  db: Db,
  keys: Keys,
  dataDir: string,
  districtId: string,
  viewer: Staff,
  exchangeId: string,
  n: number,
): Promise<Picture | 'not_yet' | null> {
  if (!Number.isInteger(n) || n < 1 || n > 10) return null
  const found = await inDistrict(db, districtId, async (trx) => {
    const moment = await momentOf(trx)
    if (!(await maySee(trx, viewer, exchangeId, moment.now))) return null
    const { rows } = await sql<{ fate: 'kept' | Unseen | 'erased' | null; file_id: string | null; type: string | null }>`
      select fate, file_id, type from picture where district_id = ${districtId} and exchange_id = ${exchangeId} and n = ${n}
        and not ${erased(districtId, exchangeId)}`.execute(trx)
    return rows[0] ?? null
  })
  if (found === null) return null
  if (found.fate === null) return 'not_yet'
  if (found.file_id === null || found.type === null) return null
  const bytes = await readSealed(keys, dataDir, 'picture', districtId, found.file_id)
  if (bytes === null) return null
  await inDistrict(db, districtId, async (trx) => {
    const { database } = await momentOf(trx)
    await appendEvents(trx, districtId, [
      { exchangeId, at: database, what: 'picture_seen', who: viewer.id, detail: { picture: n } },
    ])
  })
  return { bytes, type: found.type }
}

/** True where the texts of an exchange were erased: its pictures are not shown from that moment on. */
function erased(districtId: string, exchangeId: string) {
  return sql<boolean>`exists (select from event x where x.district_id = ${districtId} and x.exchange_id = ${exchangeId} and x.what = ${TEXT_ERASED})`
}

/** The word that lets whoever holds it fetch one picture until an instant (seconds of the Unix epoch). */
export function signPicture(keys: Keys, districtId: string, fileId: string, until: number): string {
  return createHmac('sha256', keys.derive('picture-link', districtId))
    .update(`${fileId} ${until}`)
    .digest('base64url')
    .slice(0, 32)
}

/** The picture behind a signed word whose time is not over; null: not signed, over, erased, or not here. */
export async function pictureForCarrier(
  db: Db,
  keys: Keys,
  dataDir: string,
  now: Temporal.Instant,
  link: { readonly districtId: string; readonly fileId: string; readonly until: string; readonly signature: string },
): Promise<Picture | null> {
  const { districtId, fileId } = link
  const until = Number(link.until)
  if (!/^\d{1,12}$/.test(link.until) || until * 1000 < now.epochMilliseconds) return null
  const [given, right] = [Buffer.from(link.signature), Buffer.from(signPicture(keys, districtId, fileId, until))]
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null
  const type = await inDistrict(db, districtId, (trx) => typeOf(trx, districtId, fileId))
  const bytes = type === null ? null : await readSealed(keys, dataDir, 'picture', districtId, fileId)
  return bytes === null || type === null ? null : { bytes, type }
}

async function typeOf(trx: Trx, districtId: string, fileId: string): Promise<string | null> {
  const { rows } = await sql<{ type: string }>`
    select p.type from picture p where p.district_id = ${districtId} and p.file_id = ${fileId}::uuid and not exists (
      select from event x where x.district_id = ${districtId} and x.exchange_id = p.exchange_id and x.what = ${TEXT_ERASED}) limit 1`.execute(
    trx,
  )
  return rows[0]?.type ?? null
}
