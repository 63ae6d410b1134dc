/** Where a text belongs. */

import type { Direction } from './exchange.ts'

/** What is known of the pair (phone, proxy number) that a text came over. */
export type Known = {
  /** The open conversation that the pair means. */
  readonly bound: {
    readonly conversationId: string
    readonly side: 'family' | 'staff'
    readonly staffSide: string
    readonly guardianId: string | null
  } | null
  /** The open household of the phone, with a school of its students. */
  readonly household: { readonly id: string; readonly schoolId: string; readonly guardianId: string | null } | null
  /** The staff member whose phone it is. */
  readonly staffId: string | null
}

/**
 * `relay`: to the other side of a conversation. `office`: a known family outside any conversation (a stale number too) reaches the school's
 * office, never another person. `lost_staff`: a staff phone at a number that means nothing to it. `stranger`: nobody we know.
 */
export type Route =
  | {
      readonly kind: 'relay'
      readonly conversationId: string
      readonly direction: Direction
      readonly authorId: string | null
      readonly guardianId: string | null
    }
  | { readonly kind: 'office'; readonly householdId: string; readonly schoolId: string; readonly guardianId: string | null }
  | { readonly kind: 'lost_staff'; readonly staffId: string }
  | { readonly kind: 'stranger' }

/** The dialled number names the conversation for that phone; nothing else does. */
export function routeText(known: Known): Route {
  const { bound, household } = known
  if (bound !== null) {
    return bound.side === 'family'
      ? {
          kind: 'relay',
          conversationId: bound.conversationId,
          direction: 'to_staff',
          authorId: bound.guardianId,
          guardianId: bound.guardianId,
        }
      : {
          kind: 'relay',
          conversationId: bound.conversationId,
          direction: 'to_family',
          authorId: known.staffId ?? bound.staffSide,
          guardianId: bound.guardianId,
        }
  }
  if (household !== null)
    return { kind: 'office', householdId: household.id, schoolId: household.schoolId, guardianId: household.guardianId }
  if (known.staffId !== null) return { kind: 'lost_staff', staffId: known.staffId }
  return { kind: 'stranger' }
}
