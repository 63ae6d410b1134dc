/** Sign-in by a six-digit code, texted to the phone that the roster gives a staff member. Who asks never learns whether there is such a person. */

import { createHmac, randomInt, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import type { E164 } from '../core/phone-number.ts'
import { fixedText } from '../core/texts.ts'
import { type Db, databaseNow, inDistrict } from './database.ts'
import { insertNotices } from './exchanges.ts'
import type { Keys } from './keys.ts'
import { numberTowards } from './own-lines.ts'
import { staffById } from './people.ts'
import { now } from './settings.ts'

/** A code may be typed for ten minutes and so many times; a person is texted at most so many an hour. Guessing then takes centuries. */
const VALID = '10 minutes'
const MOST_TRIES = 5
const MOST_AN_HOUR = 5

function digest(keys: Keys, districtId: string, ticket: string, code: string): Buffer {
  return createHmac('sha256', keys.derive('login-code', districtId)).update(`${ticket} ${code}`).digest()
}

/**
 * Texts a code to the one active staff member who has this phone; does nothing for a number that is nobody's, several people's (no code could say who
 * came), opted out, or asked for too often. `ticket` is a fresh UUID that the asking browser keeps: the code works with it alone. The log keeps the
 * text without the code.
 */
export async function sendLoginCode(db: Db, keys: Keys, number: E164, ticket: string): Promise<'sent' | 'not_sent'> {
  const owners = []
  for (const { id: districtId } of await db.selectFrom('district').select('id').execute())
    owners.push(
      ...(await inDistrict(db, districtId, async (trx) => {
        const { rows } = await sql<{ staff_id: string; language: string | null; phone_id: string; opted_out: boolean }>`
          select distinct p.id as staff_id, p.language, f.id as phone_id, f.opted_out_at is not null as opted_out
          from phone f join person_phone pp on pp.district_id = f.district_id and pp.phone_id = f.id and pp.use = 'sms'
          join person p on p.district_id = pp.district_id and p.id = pp.person_id and p.kind = 'staff' and p.active
          where f.district_id = ${districtId} and f.number_index = ${keys.numberIndex(districtId, number)}`.execute(trx)
        return rows.map((row) => ({ districtId, ...row }))
      })),
    )
  const [owner] = owners
  if (owner === undefined || owners.length > 1 || owner.opted_out) return 'not_sent'
  const { districtId } = owner
  return inDistrict(db, districtId, async (trx) => {
    // Two requests at once count each other.
    await sql`select from person where district_id = ${districtId} and id = ${owner.staff_id} for update`.execute(trx)
    const { rows: asked } = await sql`
      select from login_code where district_id = ${districtId} and staff_id = ${owner.staff_id} and made_at > clock_timestamp() - interval '1 hour'`.execute(
      trx,
    )
    if (asked.length >= MOST_AN_HOUR) return 'not_sent'
    const from = await numberTowards(trx, districtId, owner.phone_id)
    if (from === null) return 'not_sent'
    const code = String(randomInt(1_000_000)).padStart(6, '0')
    await sql`insert into login_code (district_id, id, staff_id, digest)
      values (${districtId}, ${ticket}::uuid, ${owner.staff_id}, ${digest(keys, districtId, ticket, code)})`.execute(trx)
    const textWith = (shown: string) => fixedText('login_code', owner.language ?? 'en', { code: shown })
    await insertNotices(trx, districtId, await databaseNow(trx), await now(trx), [
      {
        conversationId: null,
        direction: 'to_staff',
        notice: 'login_code',
        key: `login_code:${ticket}`,
        ...textWith('······'),
        handedOver: textWith(code).text,
        answers: null,
        phoneId: owner.phone_id,
        proxyNumberId: from,
      },
    ])
    return 'sent'
  })
}

/** Whose code was typed; null when it is wrong, used, too old, tried too often, or its owner has gone: whoever types learns no more. */
export async function checkLoginCode(db: Db, keys: Keys, ticket: string, code: string): Promise<Staff | null> {
  for (const { id: districtId } of await db.selectFrom('district').select('id').execute()) {
    const found = await inDistrict(db, districtId, async (trx) => {
      // Counted before it is compared, so that tries at the same moment do not share one count.
      const { rows } = await sql<{ staff_id: string; digest: Buffer }>`
        update login_code set tries = tries + 1
        where district_id = ${districtId} and id = ${ticket}::uuid and used_at is null and tries < ${MOST_TRIES} and made_at > clock_timestamp() - ${VALID}::interval
        returning staff_id, digest`.execute(trx)
      const row = rows[0]
      if (row === undefined || !timingSafeEqual(row.digest, digest(keys, districtId, ticket, code))) return null
      await sql`update login_code set used_at = clock_timestamp() where district_id = ${districtId} and id = ${ticket}::uuid`.execute(
        trx,
      )
      return staffById(trx, districtId, row.staff_id)
    })
    if (found !== null) return found
  }
  return null
}
