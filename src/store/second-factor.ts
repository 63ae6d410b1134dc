/** The second factor of administrators who sign in by a texted code: one-time codes of an authenticator app (TOTP, RFC 6238). */

import { sql } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import type { Staff } from '../core/people.ts'
import { databaseNow, type Trx } from './database.ts'
import { appendEvents } from './events.ts'
import type { Keys } from './keys.ts'

/** After so many wrong codes none is looked at until the first of them is this old. */
const MOST_FAILURES = 10
const LOCKED_FOR = '15 minutes'
const STEP_SECONDS = 30

function totp(staff: Pick<Staff, 'displayName'>, secret: Buffer): TOTP {
  const bytes = new Uint8Array(secret).buffer
  return new TOTP({ issuer: 'Homeline', label: staff.displayName, secret: new Secret({ buffer: bytes }), period: STEP_SECONDS })
}

/** Whether a staff member has confirmed a second factor. */
export async function hasSecondFactor(trx: Trx, staff: Staff): Promise<boolean> {
  const { rows } = await sql`
    select from second_factor where district_id = ${staff.districtId} and staff_id = ${staff.id} and confirmed_at is not null`.execute(
    trx,
  )
  return rows.length > 0
}

/** What the app is given to read (as a picture) and the same to type; the same again until it is confirmed. Null: there is a confirmed one already. */
export async function newSecondFactor(
  trx: Trx,
  keys: Keys,
  staff: Staff,
): Promise<{ readonly uri: string; readonly secret: string } | null> {
  const { districtId, id } = staff
  const fresh = keys.encrypt('second-factor', districtId, id, Buffer.from(new Secret({ size: 20 }).buffer))
  await sql`insert into second_factor (district_id, staff_id, sealed) values (${districtId}, ${id}, ${fresh}) on conflict do nothing`.execute(
    trx,
  )
  const { rows } = await sql<{ sealed: Buffer }>`
    select sealed from second_factor where district_id = ${districtId} and staff_id = ${id} and confirmed_at is null`.execute(trx)
  const row = rows[0]
  if (row === undefined) return null
  const code = totp(staff, keys.decrypt('second-factor', districtId, id, row.sealed))
  return { uri: code.toString(), secret: code.secret.base32 }
}

/**
 * Checks a code of the app, one step early or late allowed; each works once. The first right one confirms. `none`: nothing was set up; `locked`: too many
 * wrong ones.
 */
export async function checkSecondFactor(
  trx: Trx,
  keys: Keys,
  staff: Staff,
  code: string,
): Promise<'right' | 'wrong' | 'locked' | 'none'> {
  const { districtId, id } = staff
  const { rows } = await sql<{ sealed: Buffer; confirmed: boolean; last_step: number; locked: boolean }>`
    select sealed, confirmed_at is not null as confirmed, last_step,
      failures >= ${MOST_FAILURES} and failing_since > clock_timestamp() - ${LOCKED_FOR}::interval as locked
    from second_factor where district_id = ${districtId} and staff_id = ${id} for update`.execute(trx)
  const row = rows[0]
  if (row === undefined) return 'none'
  if (row.locked) return 'locked'
  const at = await databaseNow(trx)
  const delta = totp(staff, keys.decrypt('second-factor', districtId, id, row.sealed)).validate({
    token: code,
    window: 1,
    timestamp: at.epochMilliseconds,
  })
  const step = Math.floor(at.epochMilliseconds / 1000 / STEP_SECONDS) + (delta ?? 0)
  if (delta === null || step <= row.last_step) {
    await sql`update second_factor set
        failures = case when failing_since > clock_timestamp() - ${LOCKED_FOR}::interval then failures + 1 else 1 end,
        failing_since = case when failing_since > clock_timestamp() - ${LOCKED_FOR}::interval then failing_since else clock_timestamp() end
      where district_id = ${districtId} and staff_id = ${id}`.execute(trx)
    return 'wrong'
  }
  await sql`update second_factor set last_step = ${step}, failures = 0, failing_since = null, confirmed_at = coalesce(confirmed_at, clock_timestamp())
    where district_id = ${districtId} and staff_id = ${id}`.execute(trx)
  if (!row.confirmed) await appendEvents(trx, districtId, [{ exchangeId: null, at, what: 'second_factor_set', who: id }])
  return 'right'
}
