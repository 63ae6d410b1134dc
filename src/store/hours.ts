/** A school's hours as the store keeps them, for one side of a conversation. */

import { sql } from 'kysely'
import type { Due } from '../core/delivery.ts'
import type { Direction } from '../core/exchange.ts'
import { handOver, type SchoolHours, type Week } from '../core/hours.ts'
import { narrowed } from '../core/own-hours.ts'
import type { Moment } from '../relay/ports.ts'
import type { Trx } from './database.ts'

/** The hours of a school as they were set; null: none, or no such school. */
export async function schoolHours(trx: Trx, districtId: string, schoolId: string): Promise<SchoolHours | null> {
  const { rows } = await sql<{ hours: SchoolHours | null }>`
    select hours from school where district_id = ${districtId} and id = ${schoolId}`.execute(trx)
  return rows[0]?.hours ?? null
}

/** The hours of a school to be changed: `version` grows by each change; `zone` (IANA): that of the roster where no hours are set yet, null: none is known. */
export async function hoursToChange(
  trx: Trx,
  districtId: string,
  schoolId: string,
): Promise<{ readonly hours: SchoolHours | null; readonly version: number; readonly zone: string | null }> {
  return trx
    .selectFrom('school')
    .select(['hours_version as version', 'time_zone as zone'])
    .select(sql<SchoolHours | null>`hours`.as('hours'))
    .where('district_id', '=', districtId)
    .where('id', '=', schoolId)
    .executeTakeFirstOrThrow()
}

/**
 * The hours in which that side may be reached. A family's own zone counts before the school's; staff phones go by the school's, narrowed by the staff
 * member's own (`own_phone.hours`; null: none). Null: the school has set none.
 */
export function sideHours(
  hours: unknown,
  direction: Direction,
  familyZone: string | null,
  ownWeek: Week | null = null,
): Due['hours'] {
  if (hours === null || hours === undefined) return null
  const { timezone, families, staff, closures } = hours as SchoolHours
  return direction === 'to_family'
    ? { week: families, closures, zone: familyZone ?? timezone }
    : { week: narrowed(staff, ownWeek), closures, zone: timezone }
}

/** When that side may next be reached, now included; null: at no time that is known. */
export function opening(
  moment: Moment,
  hours: unknown,
  direction: Direction,
  familyZone: string | null,
  ownWeek: Week | null = null,
): Temporal.Instant | null {
  const side = sideHours(hours, direction, familyZone, ownWeek)
  return side === null ? null : (handOver(moment.now, side.week, side.closures, side.zone)?.at ?? null)
}

/** Whether that side may be reached now. */
export function isOpen(
  moment: Moment,
  hours: unknown,
  direction: Direction,
  familyZone: string | null,
  ownWeek: Week | null = null,
): boolean {
  const at = opening(moment, hours, direction, familyZone, ownWeek)
  return at !== null && Temporal.Instant.compare(at, moment.now) <= 0
}
