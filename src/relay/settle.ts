/** Step 4 for hand-overs without an answer: ask the carrier's list, which may lag, and in the end the sender. Never send again. */

import type { Carrier, Moment, ReconcileStore, UnknownAttempt } from './ports.ts'

/** What reconciliation works with. */
export type ReconcileDeps = { readonly store: ReconcileStore; readonly carrier: Carrier }

/** Seconds after the attempt at which the carrier's list is asked; callbacks may settle it sooner. */
const LOOKS = [5, 30, 120, 300, 900]
/** Minutes for which an unknown hand-over blocks its lane. */
const GIVE_UP_MINUTES = 20

/** Asks about the attempts of a district that are due for a look; gives how many there were. */
export async function reconcile(deps: ReconcileDeps, districtId: string, limit: number): Promise<number> {
  const { moment, attempts } = await deps.store.dueLooks(districtId, limit)
  // At the same time: a carrier that hangs must not outlast the lease of the looks.
  await Promise.all(attempts.map((attempt) => look(deps, districtId, moment, attempt)))
  return attempts.length
}

async function look(deps: ReconcileDeps, districtId: string, moment: Moment, attempt: UnknownAttempt): Promise<void> {
  const age = moment.database.since(attempt.startedAt).total('seconds')
  // The carrier's clock and ours may differ a little.
  const records = await deps.carrier.sentSince(attempt.from, attempt.to, attempt.startedAt.subtract({ seconds: 30 }))
  // Oldest first: of two equal texts the first is the one that was tried first.
  for (const record of [...(records ?? [])].reverse())
    if (record.body === attempt.body && (await deps.store.adopt(districtId, attempt, record))) return
  if (age >= GIVE_UP_MINUTES * 60) return deps.store.giveUp(districtId, attempt)
  const next = LOOKS.find((seconds) => seconds > age) ?? GIVE_UP_MINUTES * 60
  return deps.store.lookAgain(districtId, attempt.attemptId, Math.max(1, next - age))
}
