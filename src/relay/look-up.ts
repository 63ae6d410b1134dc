/** What line a phone is, asked before the first text to it: each question costs money, and no text waits long for an answer. */

import type { E164 } from '../core/phone-number.ts'
import type { LineLookUp, LineType } from './call-ports.ts'

/** Asks the carrier about lines, for one process. */
export type LineAsker = {
  /** Whether it is worth asking now: false for a while after the carrier did not answer, or does not answer this account. */
  readonly open: () => boolean
  /** Never throws and ends within 15 s; numbers that nobody could be asked about are left out. */
  readonly ask: (numbers: readonly E164[]) => Promise<ReadonlyMap<E164, LineType>>
}

const AT_ONCE = 20
/** No question begins later: with its own limit of 5 s that is the longest that a text waits. */
const BEGIN_WITHIN_MS = 10_000
/** For how long nobody is asked after a question that had no answer. */
const PAUSE_MS = 600_000

/** An asker over a carrier's look-up. `monotonic` gives milliseconds that no change of a clock touches. */
export function createLineAsker(lookUp: LineLookUp, monotonic: () => number): LineAsker {
  let pausedUntil = Number.NEGATIVE_INFINITY
  const open = () => monotonic() >= pausedUntil
  return {
    open,
    ask: async (numbers) => {
      const lines = new Map<E164, LineType>()
      const latest = monotonic() + BEGIN_WITHIN_MS
      let next = 0
      const asker = async () => {
        for (let number = numbers[next++]; number !== undefined && open() && monotonic() < latest; number = numbers[next++]) {
          const line = await lookUp(number)
          if (line === null) pausedUntil = monotonic() + PAUSE_MS
          else lines.set(number, line)
        }
      }
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, numbers.length) }, asker))
      return lines
    },
  }
}
