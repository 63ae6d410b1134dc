/** Which phones ring for what is to be said or for a call between people, and which of our numbers each of them sees. */

import { sql } from 'kysely'
import type { E164 } from '../core/phone-number.ts'
import type { ScriptName } from '../relay/answer-ports.ts'
import type { CallRow } from './call-rows.ts'
import type { Trx } from './database.ts'
import type { DueRow } from './due.ts'

/** A phone that we ring, which of our numbers it sees, and the script that it hears. */
export type Leg = {
  readonly phoneId: string
  readonly number: Buffer
  readonly proxyNumberId: string
  readonly proxy: E164
  readonly script: ScriptName
  readonly side: CallRow['side']
  readonly staffId: string | null
}

/** The legs of what is due; none: somebody's phone or number is missing. */
export async function legsOf(trx: Trx, districtId: string, row: DueRow): Promise<Leg[]> {
  const { phone_id, number_encrypted, proxy_number_id, proxy } = row
  if (phone_id === null || number_encrypted === null || proxy_number_id === null || proxy === null) return []
  const family = { phoneId: phone_id, number: number_encrypted, proxyNumberId: proxy_number_id, proxy, staffId: null }
  if (row.kind !== 'call') return [{ ...family, script: 'message', side: null }]
  const staff = await staffPhone(trx, districtId, row)
  if (staff === null) return []
  if (row.call_mode === null) return [{ ...staff, script: 'staff_first', side: null }]
  const both: Leg[] = [
    { ...staff, script: row.call_mode, side: 'staff' },
    { ...family, script: row.call_mode, side: 'family' },
  ]
  if (row.third_phone_id === null) return both
  const { rows } = await sql<{ number_encrypted: Buffer; staff_id: string | null }>`
    select number_encrypted, (select p.id from person_phone pp join person p on p.district_id = pp.district_id and p.id = pp.person_id
        and p.kind = 'staff' and p.active where pp.district_id = ${districtId} and pp.phone_id = phone.id order by p.id limit 1) as staff_id
    from phone where district_id = ${districtId} and id = ${row.third_phone_id}`.execute(trx)
  const third = rows[0]
  if (third === undefined) return []
  const staffId = row.third_side === 'aide' ? third.staff_id : null
  // Any number of ours will do for a phone that is asked in.
  const leg = { ...family, phoneId: row.third_phone_id, number: third.number_encrypted, staffId }
  return [...both, { ...leg, script: 'room', side: row.third_side }]
}

/** The teacher's own phone; null: there is none, or it is switched off. */
async function staffPhone(trx: Trx, districtId: string, row: DueRow): Promise<Omit<Leg, 'script' | 'side'> | null> {
  const { rows } = await sql<{ phone_id: string; number_encrypted: Buffer; proxy_number_id: string; proxy: E164 }>`
    select b.phone_id, p.number_encrypted, n.id as proxy_number_id, n.number as proxy
    from binding b join phone p on p.district_id = b.district_id and p.id = b.phone_id
    join proxy_number n on n.id = b.proxy_number_id and n.gone_at is null
    where b.district_id = ${districtId} and b.conversation_id = ${row.conversation_id}::uuid and b.side = 'staff' and b.until is null
      and not exists (select from own_phone op join conversation c on c.district_id = op.district_id and c.staff_side = op.person_id
        where op.district_id = ${districtId} and c.id = b.conversation_id and op.is_off)`.execute(trx)
  const leg = rows[0]
  if (leg === undefined) return null
  const { phone_id: phoneId, number_encrypted: number, proxy_number_id: proxyNumberId, proxy } = leg
  return { phoneId, number, proxyNumberId, proxy, staffId: row.author_id }
}
