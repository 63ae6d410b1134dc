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

/** Numbers that one registered campaign may hold: T-Mobile lets 49 through on an ordinary one (Twilio, "A2P 10DLC: number pooling"). */
export const CAMPAIGN_NUMBERS = 49

/** What one phone asks of the pool: a proxy number of its own for each of these. */
export type PhoneNeed = {
  /** Conversations in which it is the family's phone. */
  readonly asFamily: number
  /** Conversations in which it is a staff member's own phone; beyond `STAFF_PHONE_NUMBERS` they need none. */
  readonly asStaff: number
  /** Ended pairs with a proxy number that are still in quarantine. */
  readonly quarantined: number
}

/** How many proxy numbers these phones need: as many as the one that needs most, since the same numbers serve all phones. */
export function numbersNeeded(phones: readonly PhoneNeed[]): number {
  return phones.reduce(
    (most, { asFamily, asStaff, quarantined }) => Math.max(most, asFamily + Math.min(asStaff, STAFF_PHONE_NUMBERS) + quarantined),
    0,
  )
}

/**
 * What to do about the numbers next: `buy` so many, since none is there, messages wait, or what families and staff already do needs more; `ahead`: so many
 * more before every teacher writes to every family; `full`: what is needed is more than a campaign may hold. `buy` and `ahead` never lead beyond that.
 */
export type NumberAdvice =
  | { readonly kind: 'buy' | 'ahead'; readonly numbers: number }
  | { readonly kind: 'full' }
  | { readonly kind: 'enough' }

/** Advice from how many numbers there are, are needed now, would be needed if all wrote to all, and how many conversations wait for one. */
export function adviseNumbers(pool: {
  readonly have: number
  readonly neededNow: number
  readonly neededForAll: number
  readonly waiting: number
}): NumberAdvice {
  const { have, waiting } = pool
  const room = CAMPAIGN_NUMBERS - have
  const now = Math.max(pool.neededNow - have, waiting > 0 || have === 0 ? 1 : 0)
  if (now > 0) return room > 0 ? { kind: 'buy', numbers: Math.min(now, room) } : { kind: 'full' }
  const ahead = pool.neededForAll - have
  if (ahead > 0) return room > 0 ? { kind: 'ahead', numbers: Math.min(ahead, room) } : { kind: 'full' }
  return { kind: 'enough' }
}
