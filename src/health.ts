/** What `/health` says: which queue or step is not well. */

import type { Jobs } from './jobs/path.ts'
import type { Sweeper } from './jobs/sweeper.ts'
import type { Db } from './store/database.ts'
import { queueState } from './store/scheduler.ts'
import { now } from './store/settings.ts'

/** A step that has not ended a turn for so long counts as stuck, in milliseconds; a translator may take 10 s and a carrier 30 s. */
const STUCK_MS = 90_000
/** Queues older than this, in seconds, are not well. */
const TOO_OLD_SECONDS = 15 * 60
/** An unknown hand-over blocks its lane for 20 minutes, and a paced number can have more to send than that: late is what waits while nothing goes. */
const LATE_SECONDS = 25 * 60
const IDLE_MS = 10 * 60_000
/** A step that fails for so long at every turn, or a carrier that takes nothing for so long, does not pass by itself. */
const FAILING_MS = 10 * 60_000
/** The carrier's list is read every five minutes; what never reached us is found there and nowhere else. */
const UNSWEPT_MS = 60 * 60_000

/** What is not well, each in a few words, for `/health`; `sweeper` null: none is at work yet. */
export async function problems(
  db: Db,
  scheduler: Db,
  jobs: Pick<Jobs, 'stuck' | 'sinceDelivery' | 'refusedFor' | 'failing'>,
  sweeper: Pick<Sweeper, 'sinceSweep'> | null,
): Promise<string[]> {
  const steps = [
    ...jobs.stuck(STUCK_MS).map((step) => `${step} is stuck`),
    ...jobs.failing(FAILING_MS).map((step) => `${step} fails`),
    ...(jobs.refusedFor() > FAILING_MS ? ['the carrier takes no texts'] : []),
    ...(sweeper !== null && sweeper.sinceSweep() > UNSWEPT_MS ? ['the carrier’s list of texts cannot be read'] : []),
  ]
  try {
    const state = await queueState(scheduler, await now(db))
    return [
      ...steps,
      ...(state.inboxAge > TOO_OLD_SECONDS ? ['texts wait in the inbox'] : []),
      ...(state.dueAge > LATE_SECONDS && jobs.sinceDelivery() > IDLE_MS ? ['messages that are due do not go out'] : []),
    ]
  } catch {
    return [...steps, 'the database does not answer']
  }
}
