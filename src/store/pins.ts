/** PINs: with a household's a borrowed phone hears what waits for the family; with a staff member's own an aide records by phone. */

import { createHmac, randomInt } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from './database.ts'
import type { Keys } from './keys.ts'

/** Digits of a PIN: with the limits below, guessing takes years. */
const DIGITS = 8
/** Wrong PINs from one phone (or from withheld numbers at one of ours) and in a district, each within a day, after which none is looked at. */
const MOST_BY_CALLER = 6
const MOST_IN_DISTRICT = 200

/** Whose a PIN is. */
export type PinOwner = { readonly owner: 'household' | 'staff'; readonly id: string }

function digest(keys: Keys, districtId: string, pin: string): Buffer {
  return createHmac('sha256', keys.derive('pin', districtId)).update(pin).digest()
}

/** The PIN of a household or a staff member, made at the first asking; `anew`: the old one ends. */
export async function pinOf(trx: Trx, keys: Keys, districtId: string, { owner, id }: PinOwner, anew: boolean): Promise<string> {
  if (anew) await sql`delete from pin where district_id = ${districtId} and owner = ${owner} and owner_id = ${id}`.execute(trx)
  for (;;) {
    const { rows } = await sql<{ sealed: Buffer }>`
      select sealed from pin where district_id = ${districtId} and owner = ${owner} and owner_id = ${id}`.execute(trx)
    if (rows[0] !== undefined) return keys.decrypt('pin', districtId, `${owner} ${id}`, rows[0].sealed).toString()
    const fresh = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0')
    // One that somebody has already is drawn again.
    await sql`insert into pin (district_id, owner, owner_id, digest, sealed)
      values (${districtId}, ${owner}, ${id}, ${digest(keys, districtId, fresh)}, ${keys.encrypt('pin', districtId, `${owner} ${id}`, Buffer.from(fresh))})
      on conflict do nothing`.execute(trx)
  }
}

/** Whose PIN was keyed in at a phone. Wrong ones are counted by caller and district; beyond the limits none is looked at. */
export async function checkPin(
  trx: Trx,
  keys: Keys,
  districtId: string,
  caller: string,
  pin: string,
): Promise<{ readonly kind: 'right'; readonly owner: PinOwner } | { readonly kind: 'wrong' | 'locked' }> {
  const limits = [
    { key: `caller ${caller}`, most: MOST_BY_CALLER },
    { key: 'district', most: MOST_IN_DISTRICT },
  ]
  const { rows: failures } = await sql<{ key: string; failures: number }>`
    select key, failures from pin_failure where district_id = ${districtId} and key = any(${limits.map((l) => l.key)}::text[])
      and since > clock_timestamp() - interval '1 day' order by key for update`.execute(trx)
  if (limits.some(({ key, most }) => failures.some((f) => f.key === key && f.failures >= most))) return { kind: 'locked' }
  const { rows } = await sql<{ owner: PinOwner['owner']; owner_id: string }>`
    select owner, owner_id from pin where district_id = ${districtId} and digest = ${digest(keys, districtId, pin)}`.execute(trx)
  const found = rows[0]
  if (found !== undefined) return { kind: 'right', owner: { owner: found.owner, id: found.owner_id } }
  await sql`insert into pin_failure (district_id, key, failures, since)
    select ${districtId}, key, 1, clock_timestamp() from unnest(${limits.map((l) => l.key).sort()}::text[]) as w (key)
    on conflict (district_id, key) do update set
      failures = case when pin_failure.since > clock_timestamp() - interval '1 day' then pin_failure.failures + 1 else 1 end,
      since = case when pin_failure.since > clock_timestamp() - interval '1 day' then pin_failure.since else clock_timestamp() end`.execute(
    trx,
  )
  return { kind: 'wrong' }
}

/** Ends the PINs of households: somebody who knew them has left, or has the phone on which they stand. */
export async function endPins(trx: Trx, districtId: string, households: readonly string[]): Promise<void> {
  if (households.length === 0) return
  await sql`delete from pin where district_id = ${districtId} and owner = 'household' and owner_id = any(${[...households]}::text[])`.execute(
    trx,
  )
}
