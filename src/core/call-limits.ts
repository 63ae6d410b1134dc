/** How much is called: limits that keep a fault, or somebody’s habit, from ringing families without end. */

import type { Due } from './delivery.ts'
import { handOver } from './hours.ts'

/** Calls of one district under way at once. */
export const MOST_CALLS_AT_ONCE = 20
/** Calls to a family’s phone in a day; what is left then waits for a person. */
export const MOST_CALLS_A_DAY = 12
/** Seconds: no call of ours lasts longer. */
export const MOST_CALL_SECONDS = 900
/**
 * Minutes on the phone with one household in a day of the school's zone, whoever called. Beyond them messages wait for the next day, unless they are
 * urgent, and who calls in is put through to nobody. No call that has begun is cut short for them, and a staff member who calls is not refused.
 */
export const MOST_MINUTES_A_DAY = 60

/** Whether so many seconds on the phone are all that a day has. */
export function minutesAreUsed(seconds: number): boolean {
  return seconds >= MOST_MINUTES_A_DAY * 60
}

/** The day of a zone (IANA) that holds an instant: from `starts` up to, but without, `ends`. */
export function dayIn(
  zone: string,
  now: Temporal.Instant,
): { readonly starts: Temporal.Instant; readonly ends: Temporal.Instant } {
  const day = now.toZonedDateTimeISO(zone).startOfDay()
  return { starts: day.toInstant(), ends: day.add({ days: 1 }).startOfDay().toInstant() }
}

/** When a family may be called again once today, in the school's zone, is over; null: at no time that is known. */
export function afterToday(now: Temporal.Instant, hours: Due['hours'], zone: string): Temporal.Instant | null {
  return hours === null ? null : (handOver(dayIn(zone, now).ends, hours.week, hours.closures, hours.zone)?.at ?? null)
}
