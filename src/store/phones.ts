/** Real numbers live here and nowhere else: encrypted, found by a keyed blind index, spoken of by id everywhere above. */

import { type RawBuilder, sql } from 'kysely'
import type { E164 } from '../core/phone-number.ts'
import type { Trx } from './database.ts'
import type { Keys } from './keys.ts'

/** Finds the phones of these numbers, making those that are new. Gives phone ids by number. */
export async function ensurePhones(
  trx: Trx,
  keys: Keys,
  districtId: string,
  numbers: Iterable<E164>,
): Promise<Map<E164, string>> {
  const wanted = [...new Set(numbers)]
  const found = new Map<E164, string>()
  if (wanted.length === 0) return found
  const byIndex = new Map(wanted.map((number) => [keys.numberIndex(districtId, number).toString('hex'), number]))
  const indexes = [...byIndex.keys()].map((hex) => Buffer.from(hex, 'hex'))
  const collect = async () => {
    const { rows } = await sql<{ id: string; number_index: Buffer }>`
      select id, number_index from phone where district_id = ${districtId} and number_index = any(${indexes}::bytea[])`.execute(
      trx,
    )
    for (const row of rows) found.set(byIndex.get(row.number_index.toString('hex')) as E164, row.id)
  }
  await collect()
  const fresh = wanted.filter((number) => !found.has(number))
  if (fresh.length > 0) {
    const encrypted = fresh.map((number) => keys.encrypt('number', districtId, 'phone', Buffer.from(number)))
    const freshIndexes = fresh.map((number) => keys.numberIndex(districtId, number))
    await sql`insert into phone (district_id, number_encrypted, number_index)
      select ${districtId}, * from unnest(${encrypted}::bytea[], ${freshIndexes}::bytea[])
      on conflict (district_id, number_index) do nothing`.execute(trx)
    await collect()
  }
  return found
}

/** Whether a phone of families whom the school knows (`phone` its alias) takes texts: no landline, and on file for them or said by an office. */
export function takesTexts(districtId: string, phone: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(${phone}.line_type is distinct from 'landline' and (
    exists (select from person_phone tx where tx.district_id = ${districtId} and tx.phone_id = ${phone}.id and tx.use = 'sms')
    or exists (select from office_phone tx where tx.district_id = ${districtId} and tx.phone_id = ${phone}.id)))`
}

/** The real number of a stored phone: for the carrier only. */
export function readNumber(keys: Keys, districtId: string, encrypted: Buffer): E164 {
  return keys.decrypt('number', districtId, 'phone', encrypted).toString() as E164
}
