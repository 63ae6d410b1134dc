/** Step 4 for hand-overs without an answer: ask the carrier's list, which may lag, and in the end the sender. Never send again. */

import type { Carrier, ReconcileStore } from './ports.ts'

/** What reconciliation works with. */
export type ReconcileDeps = { readonly store: ReconcileStore; readonly carrier: Carrier }

/** Seconds after the attempt at which the carrier's list is asked; callbacks may settle it sooner. */
const LOOKS = [5, 30, 120, 300, 900]
/** Minutes for which an unknown hand-over blocks its lane. */
const GIVE_UP_MINUTES = 20

/** Asks about the attempts of a district that are due for a look; gives how many there were. */
export async function reconcile(deps: ReconcileDeps, districtId: string, limit: number): Promise<number> {
  const { moment, attempts } = await deps.store.dueLooks(districtId, limit)
  for (const attempt of attempts) {
    const age = moment.database.since(attempt.startedAt).total('seconds')
    // The carrier's clock and ours may differ a little.
    const records = await deps.carrier.sentSince(attempt.from, attempt.to, attempt.startedAt.subtract({ seconds: 30 }))
    let found = false
    // Oldest first: of two equal texts the first is the one that was tried first.
    for (const record of [...(records ?? [])].reverse()) {
      if (record.body !== attempt.body) continue
      found = await deps.store.adopt(districtId, attempt, record)
      if (found) break
    }
    if (found) continue
    if (age >= GIVE_UP_MINUTES * 60) await deps.store.giveUp(districtId, attempt)
    else {
      const next = LOOKS.find((seconds) => seconds > age) ?? GIVE_UP_MINUTES * 60
      await deps.store.lookAgain(districtId, attempt.attemptId, Math.max(1, next - age))
    }
  }
  return attempts.length
}
