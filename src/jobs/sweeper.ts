/** The sweep's job: at the start, every five minutes, and when the way in worked again after it had not. */

import { setTimeout as wait } from 'node:timers/promises'
import { type SweepDeps, sweep } from '../relay/sweep.ts'
import { startLoop } from './loop.ts'

/** What the sweeper works with. */
export type SweeperDeps = Omit<SweepDeps, 'goOn'> & {
  /** So many texts had not reached us. */
  readonly found: (count: number) => void
  readonly report: (error: unknown) => void
}

/** A sweeper at work. */
export type Sweeper = {
  /** Sweeps soon. */
  readonly wake: () => void
  readonly stop: () => Promise<void>
  /** Resolves when the first sweep has ended, one way or the other. */
  readonly first: Promise<void>
  /** Milliseconds since a sweep read the whole list, or since the start. */
  readonly sinceSweep: () => number
}

const EVERY_MS = 5 * 60_000
/** One call at a time, and never without a pause, however fast the carrier answers. */
const BETWEEN_CALLS_MS = 20

/** Starts to sweep. */
export function startSweeper(deps: SweeperDeps): Sweeper {
  const first = Promise.withResolvers<void>()
  let [stopping, lastSweep] = [false, performance.now()]
  const goOn = async () => {
    if (!stopping) await wait(BETWEEN_CALLS_MS)
    return !stopping
  }
  const loop = startLoop(
    async () => {
      try {
        const { kind, found } = await sweep({ ...deps, goOn })
        if (kind === 'swept') lastSweep = performance.now()
        if (found > 0) deps.found(found)
        return 'nothing'
      } finally {
        first.resolve()
      }
    },
    deps.report,
    EVERY_MS,
  )
  return {
    wake: loop.wake,
    stop: async () => {
      stopping = true
      await loop.stop()
    },
    first: first.promise,
    sinceSweep: () => performance.now() - lastSweep,
  }
}
