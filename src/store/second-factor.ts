/** The second factor of administrators who sign in by a texted code: one-time codes of an authenticator app (TOTP, RFC 6238). */

import { sql } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import type { Staff } from '../core/people.ts'
import { fixedText } from '../core/texts.ts'
import { databaseNow, type Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { insertNotices } from './exchanges.ts'
import { wordingsOf } from './fixed-texts.ts'
import type { Keys } from './keys.ts'
import { endAllLogins } from './logins.ts'
import { numberTowards } from './own-lines.ts'
import { momentOf } from './settings.ts'

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

/**
 * Takes a second factor away, so that its owner sets up another at the next sign-in; ends all logins and codes of that person, and tells the own phone,
 * where there is one. `reason`: in the resetter's words, kept with the event. False: there was none. Whoever calls has checked the right.
 */
export async function resetSecondFactor(trx: Trx, by: Staff, person: Staff, reason: string): Promise<boolean> {
  const { districtId, id } = person
  const gone = await sql`delete from second_factor where district_id = ${districtId} and staff_id = ${id}`.execute(trx)
  if (gone.numAffectedRows === 0n) return false
  await endAllLogins(trx, by, id)
  await sql`delete from login_code where district_id = ${districtId} and staff_id = ${id} and used_at is null`.execute(trx)
  const { database, now } = await momentOf(trx)
  await appendEvents(trx, districtId, [
    { exchangeId: null, at: database, what: 'second_factor_reset', who: by.id, detail: { staff: id }, text: { reason } },
  ])
  const { rows } = await sql<{ phone: string; language: string | null }>`
    select pp.phone_id as phone, p.language from person p join person_phone pp on pp.district_id = p.district_id and pp.person_id = p.id and pp.use = 'sms'
    where p.district_id = ${districtId} and p.id = ${id}`.execute(trx)
  const phone = rows[0]
  const from = phone === undefined ? null : await numberTowards(trx, districtId, phone.phone)
  if (phone !== undefined && from !== null)
    await insertNotices(trx, districtId, database, now, [
      {
        conversationId: null,
        direction: 'to_staff',
        notice: 'factor_reset',
        key: null,
        ...fixedText('factor_reset', phone.language ?? 'en', { name: by.displayName }, await wordingsOf(trx, districtId)),
        answers: null,
        phoneId: phone.phone,
        proxyNumberId: from,
      },
    ])
  return true
}
