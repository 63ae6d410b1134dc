/**
 * After an outage texts are kept at once and taken in a moment later: what the carrier's list and the fallback receiver still have is older and goes
 * first, for it takes its place in the inbox by the time at which it reached the carrier.
 */

import { setTimeout as wait } from 'node:timers/promises'

/** Holds the receiving step back for a moment. */
export type CatchUp = {
  /** An outage ends now, or one may begin: hold until `until` settles and no older text has come for a moment. */
  readonly hold: (until: Promise<unknown>) => void
  /** An older text came. */
  readonly stir: () => void
  /** Resolves when nothing is held. */
  readonly done: () => Promise<void>
  /** Holds nothing any more. */
  readonly stop: () => void
}

/** Nobody's text waits longer than this for the others, in milliseconds. */
const MOST_MS = 10_000
const LOOK_MS = 50

/** `quietMs`: for how long no older text may have come; 0 where there is no fallback receiver to wait for. */
export function createCatchUp(quietMs: number): CatchUp {
  let [quietAt, limit, waitedFor, stopped] = [0, 0, 0, false]
  const holds = () => {
    const now = performance.now()
    return !stopped && now < limit && (waitedFor > 0 || now < quietAt)
  }
  return {
    hold: (until) => {
      const now = performance.now()
      if (!holds()) limit = now + MOST_MS
      quietAt = now + quietMs
      waitedFor++
      const settled = () => {
        waitedFor--
      }
      until.then(settled, settled)
    },
    stir: () => {
      if (holds()) quietAt = performance.now() + quietMs
    },
    done: async () => {
      while (holds()) await wait(LOOK_MS)
    },
    stop: () => {
      stopped = true
    },
  }
}
