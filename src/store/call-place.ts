/** Where a call to one of our numbers belongs. */

import { sql } from 'kysely'
import { routeText } from '../core/conversation.ts'
import type { ScriptName } from '../relay/answer-ports.ts'
import type { Moment } from '../relay/ports.ts'
import { bindPhones, openConversations, pairKey } from './conversations.ts'
import type { Trx } from './database.ts'
import { knownPairs } from './known.ts'

/** The script that a call begins with, and whose it is; null: nobody's, or not known. */
export type Place = {
  readonly script: ScriptName
  readonly conversationId: string | null
  readonly householdId: string | null
  readonly schoolId: string | null
  readonly staffId: string | null
  readonly guardianId: string | null
}

/** Where a call belongs: the dialled number decides, as for a text. */
export async function placeOf(
  trx: Trx,
  districtId: string,
  moment: Moment,
  phoneId: string | null,
  proxyNumberId: string,
): Promise<Place> {
  const nobody = { script: 'stranger', conversationId: null, householdId: null, staffId: null, guardianId: null } as const
  if (phoneId === null) return { ...nobody, schoolId: await schoolOfNumber(trx, districtId, proxyNumberId) }
  const [pair] = await knownPairs(trx, districtId, [{ phoneId, proxyNumberId }])
  const route = routeText(pair?.known ?? { bound: null, household: null, staffId: null })
  switch (route.kind) {
    case 'relay': {
      await bindPhones(trx, districtId, moment.now, [route.conversationId])
      const { rows } = await sql<{ household_id: string; school_id: string }>`
        select household_id, school_id from conversation where district_id = ${districtId} and id = ${route.conversationId}`.execute(
        trx,
      )
      const toStaff = route.direction === 'to_staff'
      return {
        script: toStaff ? 'family' : 'staff',
        conversationId: route.conversationId,
        householdId: rows[0]?.household_id ?? null,
        schoolId: rows[0]?.school_id ?? null,
        staffId: toStaff ? null : route.authorId,
        guardianId: route.guardianId,
      }
    }
    case 'office': {
      const staffSide = `${route.schoolId}/office`
      const opened = await openConversations(trx, districtId, moment.now, [
        { staffSide, householdId: route.householdId, schoolId: route.schoolId, dialled: proxyNumberId },
      ])
      const conversation = opened.get(pairKey(staffSide, route.householdId))
      return {
        script: 'family',
        conversationId: conversation === undefined || conversation.kind === 'no_number' ? null : conversation.id,
        householdId: route.householdId,
        schoolId: route.schoolId,
        staffId: null,
        guardianId: route.guardianId,
      }
    }
    case 'lost_staff':
      return {
        ...nobody,
        script: 'studio',
        staffId: route.staffId,
        schoolId: await schoolOfNumber(trx, districtId, proxyNumberId),
      }
    case 'stranger':
      return { ...nobody, schoolId: await schoolOfNumber(trx, districtId, proxyNumberId) }
  }
}

/** The school that answers at a number where nobody is known: the one whose conversations use it, else the district's first with an office. */
async function schoolOfNumber(trx: Trx, districtId: string, proxyNumberId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string | null }>`
    select coalesce(
      (select min(c.school_id) from binding b join conversation c on c.district_id = b.district_id and c.id = b.conversation_id
        where b.district_id = ${districtId} and b.proxy_number_id = ${proxyNumberId} and b.until is null having count(distinct c.school_id) = 1),
      (select k.school_id from desk k join school s on s.district_id = k.district_id and s.id = k.school_id
        where k.district_id = ${districtId} and k.kind = 'office' order by s.active desc, k.school_id limit 1)) as id`.execute(
    trx,
  )
  return rows[0]?.id ?? null
}
