import { sql } from 'kysely'
import type { Trx } from './database.ts'

/** Opens a task for staff; one of the same kind and key that is open already stays as it is. */
export async function openTask(
  trx: Trx,
  districtId: string,
  kind: string,
  key: string,
  what: { readonly exchangeId?: string; readonly phoneId?: string; readonly schoolId?: string; readonly personId?: string },
): Promise<void> {
  await sql`insert into task (district_id, kind, key, exchange_id, phone_id, school_id, person_id)
    values (${districtId}, ${kind}, ${key}, ${what.exchangeId ?? null}::uuid, ${what.phoneId ?? null}::uuid, ${what.schoolId ?? null}, ${what.personId ?? null})
    on conflict (district_id, kind, key) where closed_at is null do nothing`.execute(trx)
}

/** Closes the open tasks of a kind with these keys: what they asked for has been done. */
export async function closeTasks(trx: Trx, districtId: string, kind: string, keys: readonly string[]): Promise<void> {
  await sql`update task set closed_at = clock_timestamp()
    where district_id = ${districtId} and kind = ${kind} and key = any(${[...keys]}::text[]) and closed_at is null`.execute(trx)
}
