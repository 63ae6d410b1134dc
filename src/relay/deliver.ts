/** Step 3: hand over what is due, at most once. The attempt is committed first; then the carrier is called, once. */

import { decideDelivery } from '../core/delivery.ts'
import { type Openings, openingsAt } from '../core/hours.ts'
import type { AttemptOutcome, Carrier, DeliverStore, ReadyAttempt } from './ports.ts'

/** What `deliver` works with. `monotonic` gives milliseconds that no change of a clock touches. */
export type DeliverDeps = { readonly store: DeliverStore; readonly carrier: Carrier; readonly monotonic: () => number }

/** The carrier is called only so long after the attempt's commit: a process that slept longer must not call at all. */
const CALL_WITHIN_MS = 5_000
const CALLS_AT_ONCE = 100
/** Outcomes that come within so many milliseconds are written together. */
const GATHER_MS = 10
/** A database that restarts is back by then; later the carrier's own list tells what was taken. */
const RECORD_TRIES = 10
const RECORD_PAUSE_MS = 1_000

/**
 * Claims up to `limit` due exchanges of a district. `claimed` is how many it found; `done` ends when every call has an outcome and that
 * is recorded, so that slow calls do not keep the next claim waiting; it gives whether the carrier took or refused any of them for good, null when none was
 * handed over.
 */
export async function deliver(
  deps: DeliverDeps,
  districtId: string,
  limit: number,
): Promise<{ claimed: number; done: Promise<boolean | null> }> {
  // Read before the commit: a process that sleeps through the commit's answer must not call either.
  const begun = deps.monotonic()
  let openings: Openings | null = null
  const { attempts, decided } = await deps.store.claim(districtId, limit, (now, due) => {
    openings ??= openingsAt(now)
    return decideDelivery(now, due, openings)
  })
  return { claimed: decided, done: handOverAll(deps, districtId, attempts, begun) }
}

async function handOverAll(
  deps: DeliverDeps,
  districtId: string,
  attempts: readonly ReadyAttempt[],
  begun: number,
): Promise<boolean | null> {
  let answered = false
  const outcomes: AttemptOutcome[] = []
  let next = 0
  let recording: Promise<void> = Promise.resolve()
  let waiting = false
  const write = async () => {
    for (let tried = 1; ; tried++) {
      waiting = false
      const batch = outcomes.slice()
      try {
        if (batch.length > 0) await deps.store.record(districtId, batch)
        outcomes.splice(0, batch.length)
        return
      } catch (error) {
        if (tried === RECORD_TRIES) throw error
        await new Promise((resolve) => setTimeout(resolve, RECORD_PAUSE_MS))
      }
    }
  }
  // Outcomes that come while one batch is being written are written together with the next: a hanging call delays nobody's.
  const record = () => {
    waiting = true
    recording = recording
      .catch(() => {})
      .then(() => new Promise((resolve) => setTimeout(resolve, GATHER_MS)))
      .then(write)
    return recording
  }
  const caller = async () => {
    for (let attempt = attempts[next++]; attempt !== undefined; attempt = attempts[next++]) {
      const { attemptId, exchangeId } = attempt
      const waited = deps.monotonic() - begun
      // The carrier counts from when it is called: the window's end does not move with that.
      const validitySeconds = Math.max(1, attempt.validitySeconds - Math.floor(waited / 1000))
      const outcome =
        waited < CALL_WITHIN_MS ? await deps.carrier.send({ ...attempt, validitySeconds }) : ({ kind: 'not_called' } as const)
      answered ||= outcome.kind === 'accepted' || outcome.kind === 'refused'
      outcomes.push({ attemptId, exchangeId, outcome })
      if (!waiting) void record().catch(() => {})
    }
  }
  await Promise.all(Array.from({ length: Math.min(CALLS_AT_ONCE, attempts.length) }, caller))
  await record()
  return attempts.length === 0 ? null : answered
}
