/** What a server does about texts that reach it by a detour: what is older goes first, and after the door was shut the carrier's list is read soon. */

import { createCatchUp } from './catch-up.ts'
import { type Sweeper, type SweeperDeps, startSweeper } from './sweeper.ts'

/** A server's way in. */
export type WayIn = {
  /** Resolves when nothing older is still to come and texts may be taken in. */
  readonly caughtUp: () => Promise<void>
  /** Around the keeping of each webhook. */
  readonly keeping: (webhook: { readonly reachedAt: Temporal.Instant | null }, keep: () => Promise<void>) => Promise<void>
  /** The door is open: sweeps now, and from now on. */
  readonly open: (deps: SweeperDeps) => void
  /** Null until the door is open. */
  readonly sweeper: () => Sweeper | null
  readonly stop: () => Promise<void>
}

/** The fallback receiver tries once a second to hand over: an outage is over when it has brought nothing for a little longer. */
const FALLBACK_QUIET_MS = 1_500

/** The way in of a server that starts: nothing is taken in before the first sweep has ended. */
export function createWayIn(hasFallback: boolean): WayIn {
  const catchUp = createCatchUp(hasFallback ? FALLBACK_QUIET_MS : 0)
  const opened = Promise.withResolvers<void>()
  catchUp.hold(opened.promise)
  let sweeper: Sweeper | null = null
  let shut = false
  return {
    caughtUp: catchUp.done,
    keeping: async (webhook, keep) => {
      if (webhook.reachedAt !== null) catchUp.stir()
      try {
        await keep()
      } catch (error) {
        shut = true
        catchUp.hold(Promise.resolve())
        throw error
      }
      // Others may have been turned away as well, and some of them for good.
      if (shut) sweeper?.wake()
      shut = false
    },
    open: (deps) => {
      sweeper = startSweeper(deps)
      catchUp.hold(sweeper.first)
      opened.resolve()
    },
    sweeper: () => sweeper,
    stop: async () => {
      catchUp.stop()
      await sweeper?.stop()
    },
  }
}
