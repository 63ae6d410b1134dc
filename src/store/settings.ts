/** What holds for the whole installation, and the one `now`. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import type { Moment } from '../relay/ports.ts'
import type { Db, Trx } from './database.ts'
import type { Keys } from './keys.ts'

type SettingKey = 'key_check' | 'real_account' | 'clock_offset_seconds' | 'clock_shifts' | 'sample_school' | 'swept' | 'fallback'

/** A setting's value, or null. */
export async function readSetting<T>(db: Db | Trx, key: SettingKey): Promise<T | null> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst()
  return row === undefined ? null : (row.value as T)
}

/** Writes a setting. */
export async function writeSetting(db: Db | Trx, key: SettingKey, value: unknown): Promise<void> {
  const json = JSON.stringify(value)
  await sql`insert into setting (key, value) values (${key}, ${json}::jsonb) on conflict (key) do update set value = excluded.value`.execute(
    db,
  )
}

/**
 * Hours, `sendAfter` and quarantine go by this: the database's clock plus the demo's offset, which only ever grows. Leases, time limits and the
 * log use the database's clock as it is (`databaseNow`).
 */
export async function now(db: Db | Trx): Promise<Temporal.Instant> {
  const { rows } = await sql<{ now: Temporal.Instant }>`
    select clock_timestamp() + coalesce((select value::text::float8 from setting where key = 'clock_offset_seconds'), 0) * interval '1 second' as now`.execute(
    db,
  )
  return rows[0]?.now as Temporal.Instant
}

/** Both clocks at one moment. */
export async function momentOf(trx: Trx): Promise<Moment> {
  const { rows } = await sql<Moment>`
    select c.database, c.database + coalesce((select value::text::float8 from setting where key = 'clock_offset_seconds'), 0) * interval '1 second' as now
    from (select clock_timestamp() as database) as c`.execute(trx)
  return rows[0] as Moment
}

/** Moves the demo's clock forward; a smaller offset than the stored one changes nothing. */
export async function advanceClock(db: Db, offsetSeconds: number): Promise<void> {
  const json = JSON.stringify(Math.floor(offsetSeconds))
  await sql`insert into setting (key, value) values ('clock_offset_seconds', ${json}::jsonb)
    on conflict (key) do update set value = excluded.value
    where (setting.value::text)::float8 < (excluded.value::text)::float8`.execute(db)
}

/** Whether this is the key that the database was first used with; the first key to come is kept as a check value. */
export async function isRightKey(db: Db, keys: Keys): Promise<boolean> {
  const check = createHmac('sha256', keys.derive('check')).update('homeline').digest('base64')
  await sql`insert into setting (key, value) values ('key_check', ${JSON.stringify(check)}::jsonb) on conflict (key) do nothing`.execute(
    db,
  )
  const stored = Buffer.from((await readSetting<string>(db, 'key_check')) ?? '')
  const given = Buffer.from(check)
  return stored.length === given.length && timingSafeEqual(stored, given)
}
