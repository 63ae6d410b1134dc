/** A school's hours as the store keeps them, for one side of a conversation. */

import type { Due } from '../core/delivery.ts'
import type { Direction } from '../core/exchange.ts'
import type { SchoolHours } from '../core/hours.ts'

/**
 * The hours in which that side may be reached. A family's own zone counts before the school's; staff phones go by the school's.
 * Null: the school has set none.
 */
export function sideHours(hours: unknown, direction: Direction, familyZone: string | null): Due['hours'] {
  if (hours === null || hours === undefined) return null
  const { timezone, families, staff, closures } = hours as SchoolHours
  return direction === 'to_family'
    ? { week: families, closures, zone: familyZone ?? timezone }
    : { week: staff, closures, zone: timezone }
}
