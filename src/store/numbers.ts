/** Proxy numbers: ours, known to the outside, and the one thing that tells which district a text is for. */

import { sql } from 'kysely'
import type { Db } from './database.ts'
import { inDistrict } from './database.ts'
import { retryWithoutNumber } from './waiting.ts'

/** What adopting an account's numbers came to. */
export type Adopted = { readonly added: number; readonly kept: number; readonly gone: number }

/**
 * Takes over the account's numbers: new ones for the district given (null while there is none yet: the first roster claims them), known ones as
 * they are, with whether they send pictures (absent: yes); those that the account no longer has are not given out any more. What waited for a number is tried again.
 */
export async function adoptNumbers(
  db: Db,
  districtId: string | null,
  numbers: readonly { readonly sid: string; readonly number: string; readonly mms?: boolean }[],
): Promise<Adopted> {
  const { rows } = await sql<{ fresh: boolean }>`
    insert into proxy_number (number, carrier_sid, district_id, mms)
    select n.number, n.sid, ${districtId}::uuid, n.mms from unnest(${numbers.map((n) => n.number)}::text[], ${numbers.map((n) => n.sid)}::text[],
      ${numbers.map((n) => n.mms ?? true)}::boolean[]) as n (number, sid, mms)
    on conflict (number) do update set carrier_sid = excluded.carrier_sid, mms = excluded.mms, gone_at = null, district_id = coalesce(proxy_number.district_id, excluded.district_id)
    returning xmax = 0 as fresh`.execute(db)
  const gone =
    await sql`update proxy_number set gone_at = now() where gone_at is null and number <> all(${numbers.map((n) => n.number)}::text[])`.execute(
      db,
    )
  // Texts that came before their number was adopted have waited in the inbox.
  await sql`update inbox set try_after = clock_timestamp() where taken_at is null and problem = 'number not adopted'`.execute(db)
  const districts = await db.selectFrom('district').select('id').execute()
  for (const { id } of districts) await inDistrict(db, id, (trx) => retryWithoutNumber(trx, id))
  const added = rows.filter((r) => r.fresh).length
  return { added, kept: rows.length - added, gone: Number(gone.numAffectedRows ?? 0) }
}
