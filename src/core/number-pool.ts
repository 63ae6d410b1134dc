/** Which proxy number a side of a new conversation gets. */

/** A phone has at most this many numbers as a staff phone: one per conversation, in order of first use. */
export const STAFF_PHONE_NUMBERS = 30

/** Days in which an ended pair of phone and proxy number is not used again: a stale reply must not reach the next person. */
export const QUARANTINE_DAYS = 180

/**
 * Chooses a number that the phone does not have: the preferred one if it is free, else the one with the fewest conversations (ties by id, so
 * that a repeat gives the same). Null: every number is taken for this phone; one more is needed.
 */
export function chooseNumber(
  pool: readonly string[],
  taken: ReadonlySet<string>,
  preferred: string | null,
  load: ReadonlyMap<string, number>,
): string | null {
  if (preferred !== null && pool.includes(preferred) && !taken.has(preferred)) return preferred
  let best: string | null = null
  for (const id of pool) {
    if (taken.has(id)) continue
    const [a, b] = [load.get(id) ?? 0, best === null ? Number.POSITIVE_INFINITY : (load.get(best) ?? 0)]
    if (a < b || (a === b && best !== null && id < best)) best = id
  }
  return best
}
