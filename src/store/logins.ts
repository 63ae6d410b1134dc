/**
 * Logins of staff at a browser. The cookie's token is kept as a digest only, so that who reads the table can sign in as nobody. A login ends when
 * it is idle or old, when its person leaves the roster or gets other rights, and when somebody ends it.
 */

import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { isUuid } from '../core/uuid.ts'
import { type Db, databaseNow, inDistrict, type Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { staffById } from './people.ts'

/**
 * A login ends after two hours without a request and twelve hours in all: a school day without a second sign-in, and none that lasts overnight on a
 * shared computer (OWASP ASVS 5.0, 7.3, leaves the figures to the risk).
 */
const IDLE = '2 hours'
const AT_MOST = '12 hours'

/** How somebody signed in: at the district's identity provider, by a code texted to the own phone, or by a press in the demo. */
export type SignInWay = 'provider' | 'code' | 'demo'

/** A login with its person. */
export type Login = {
  readonly id: string
  readonly staff: Staff
  readonly how: SignInWay
  /** Whether a second factor was shown since. */
  readonly secondFactor: boolean
}

/** A login as its owner sees it in a list. `browser`: what the browser called itself, shortened. */
export type LoginRow = {
  readonly id: string
  readonly how: SignInWay
  readonly browser: string
  readonly madeAt: Temporal.Instant
  readonly seenAt: Temporal.Instant
}

const SHAPE = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/

/** The token's 256 random bits need no slow hash: there is nothing to guess. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** What somebody may; a login ends when it is no longer what it was. */
function rightsOf(staff: Staff): string {
  return JSON.stringify(staff.scope)
}

/** Signs a staff member in; gives the token for the cookie: the district and 32 random bytes in base64url. */
export async function openLogin(
  trx: Trx,
  staff: Staff,
  given: { readonly how: SignInWay; readonly browser: string; readonly secondFactor: boolean },
): Promise<string> {
  const { districtId } = staff
  const token = `${districtId.replaceAll('-', '')}_${randomBytes(32).toString('base64url')}`
  await sql`insert into login (district_id, staff_id, hash, how, rights, browser, second_factor_at)
    values (${districtId}, ${staff.id}, ${digest(token)}, ${given.how}, ${rightsOf(staff)}, ${given.browser.slice(0, 200)},
      case when ${given.secondFactor}::boolean then clock_timestamp() end)`.execute(trx)
  await appendEvents(trx, districtId, [
    { exchangeId: null, at: await databaseNow(trx), what: 'signed_in', who: staff.id, detail: { how: given.how } },
  ])
  return token
}

/**
 * Whose login a token is; null when it is malformed (then no query is made), unknown, ended, idle, too old, or its owner has gone or has other rights
 * now. A look moves its idle end on, once a minute; one that no person made (`byItself`: an open page that looks again) does not.
 */
export async function loginOf(db: Db, token: string, byItself = false): Promise<Login | null> {
  const match = SHAPE.exec(token)
  if (match === null) return null
  const districtId = match.slice(1, 6).join('-')
  return inDistrict(db, districtId, async (trx) => {
    const { rows } = await sql<{ id: string; staff_id: string; how: SignInWay; rights: string; second: boolean; stale: boolean }>`
      select id, staff_id, how, rights, second_factor_at is not null as second, seen_at < clock_timestamp() - interval '1 minute' as stale from login
      where district_id = ${districtId} and hash = ${digest(token)} and ended_at is null
        and seen_at > clock_timestamp() - ${IDLE}::interval and made_at > clock_timestamp() - ${AT_MOST}::interval`.execute(trx)
    const row = rows[0]
    if (row === undefined) return null
    const staff = await staffById(trx, districtId, row.staff_id)
    if (staff === null || rightsOf(staff) !== row.rights) {
      await sql`update login set ended_at = clock_timestamp() where district_id = ${districtId} and id = ${row.id}::uuid`.execute(
        trx,
      )
      return null
    }
    if (row.stale && !byItself)
      await sql`update login set seen_at = clock_timestamp() where district_id = ${districtId} and id = ${row.id}::uuid`.execute(
        trx,
      )
    return { id: row.id, staff, how: row.how, secondFactor: row.second }
  })
}

/** The open logins of a staff member, the newest use first. */
export async function openLogins(trx: Trx, districtId: string, staffId: string): Promise<LoginRow[]> {
  const { rows } = await sql<{
    id: string
    how: SignInWay
    browser: string
    made_at: Temporal.Instant
    seen_at: Temporal.Instant
  }>`
    select id, how, browser, made_at, seen_at from login where district_id = ${districtId} and staff_id = ${staffId} and ended_at is null
      and seen_at > clock_timestamp() - ${IDLE}::interval and made_at > clock_timestamp() - ${AT_MOST}::interval
    order by seen_at desc, id`.execute(trx)
  return rows.map((r) => ({ id: r.id, how: r.how, browser: r.browser, madeAt: r.made_at, seenAt: r.seen_at }))
}

/** Ends one login of a staff member; whether there was one. */
export async function endLogin(trx: Trx, districtId: string, staffId: string, loginId: string): Promise<boolean> {
  if (!isUuid(loginId)) return false
  const { rows } = await sql`update login set ended_at = clock_timestamp()
    where district_id = ${districtId} and staff_id = ${staffId} and id = ${loginId}::uuid and ended_at is null returning id`.execute(
    trx,
  )
  if (rows.length === 0) return false
  await appendEvents(trx, districtId, [{ exchangeId: null, at: await databaseNow(trx), what: 'signed_out', who: staffId }])
  return true
}

/** Ends every login of a staff member. `by`: the administrator who does it. Gives how many there were. */
export async function endAllLogins(trx: Trx, by: Staff, staffId: string): Promise<number> {
  const { districtId } = by
  const { rows } = await sql`update login set ended_at = clock_timestamp()
    where district_id = ${districtId} and staff_id = ${staffId} and ended_at is null returning id`.execute(trx)
  if (rows.length > 0)
    await appendEvents(trx, districtId, [
      {
        exchangeId: null,
        at: await databaseNow(trx),
        what: 'logins_ended',
        who: by.id,
        detail: { staff: staffId, logins: rows.length },
      },
    ])
  return rows.length
}

/** Drops what ended, or was never used, long ago. */
export async function forgetLogins(trx: Trx, districtId: string): Promise<void> {
  await sql`delete from login where district_id = ${districtId} and made_at < clock_timestamp() - interval '30 days'`.execute(trx)
  await sql`delete from login_code where district_id = ${districtId} and made_at < clock_timestamp() - interval '1 day'`.execute(
    trx,
  )
}
