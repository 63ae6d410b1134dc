/** API tokens: shown once, kept as a digest. A token names its district, so that finding it needs no look across districts. */

import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { isUuid } from '../core/uuid.ts'
import { type Db, databaseNow, inDistrict, type Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { staffById } from './people.ts'

const SHAPE = /^hl_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/

/** The token's 256 random bits need no slow hash: there is nothing to guess. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Makes a token for an active staff member: `hl_`, the district, and 32 random bytes in base64url. Null when there is no such person. */
export async function createToken(db: Db, districtId: string, staffId: string): Promise<string | null> {
  return inDistrict(db, districtId, async (trx) => {
    const staff = await staffById(trx, districtId, staffId)
    if (staff === null) return null
    const token = `hl_${districtId.replaceAll('-', '')}_${randomBytes(32).toString('base64url')}`
    await trx
      .insertInto('api_token')
      .values({ district_id: districtId, staff_id: staff.id, hash: digest(token) })
      .execute()
    await appendEvents(trx, districtId, [
      { exchangeId: null, at: await databaseNow(trx), what: 'token_created', detail: { staff: staff.id } },
    ])
    return token
  })
}

/**
 * Whose token it is. Null when it is malformed (then no query is made), unknown, revoked, or its owner is no longer active. The look-up is by
 * digest, so that its time tells nothing of the token.
 */
export async function staffOfToken(db: Db, token: string): Promise<Staff | null> {
  const match = SHAPE.exec(token)
  if (match === null) return null
  const districtId = match.slice(1, 6).join('-')
  return inDistrict(db, districtId, async (trx) => {
    const { rows } = await sql<{ staff_id: string }>`
      select staff_id from api_token where district_id = ${districtId} and hash = ${digest(token)} and revoked_at is null`.execute(
      trx,
    )
    const owner = rows[0]
    return owner === undefined ? null : staffById(trx, districtId, owner.staff_id)
  })
}

/** A token as an administrator sees it: never itself. */
export type TokenRow = { readonly id: string; readonly madeAt: Temporal.Instant }

/** The tokens of a staff member that work, the newest first. */
export async function openTokens(trx: Trx, districtId: string, staffId: string): Promise<TokenRow[]> {
  const { rows } = await sql<TokenRow>`
    select id, created_at as "madeAt" from api_token where district_id = ${districtId} and staff_id = ${staffId} and revoked_at is null
    order by created_at desc, id`.execute(trx)
  return rows
}

/** Makes a token of a staff member work no longer; false: there is none such that does. */
export async function revokeToken(trx: Trx, by: Staff, staffId: string, tokenId: string): Promise<boolean> {
  if (!isUuid(tokenId)) return false
  const { rows } = await sql`
    update api_token set revoked_at = clock_timestamp()
    where district_id = ${by.districtId} and staff_id = ${staffId} and id = ${tokenId}::uuid and revoked_at is null returning id`.execute(
    trx,
  )
  if (rows.length === 0) return false
  await appendEvents(trx, by.districtId, [
    {
      exchangeId: null,
      at: await databaseNow(trx),
      what: 'token_revoked',
      who: by.id,
      detail: { staff: staffId, token: tokenId },
    },
  ])
  return true
}
