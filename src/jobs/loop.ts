/** Time's way in: one loop a step, so that a slow translator or carrier keeps no other step waiting. */

/** A running loop. */
export type Loop = {
  /** Runs a turn soon, without waiting for the poll. A hint: the poll alone suffices. */
  readonly wake: () => void
  /** Whether it waits for the next poll or `wake`. */
  readonly idle: () => boolean
  /** Ends after the turn under way. */
  readonly stop: () => Promise<void>
  /** When the last turn ended well, in monotonic milliseconds. */
  readonly lastTurn: () => number
}

/** The poll beneath all hints, in milliseconds. */
const POLL_MS = 1_000
/** What comes in so many milliseconds after a turn goes together into the next one. */
const GATHER_MS = 10

/** What a turn found: nothing, some work, or as much as it may take, so that more waits. */
export type Found = 'nothing' | 'some' | 'more'

/**
 * Runs `turn` again and again: at once while more waits, soon when it was woken meanwhile, else at the next poll or `wake`. What found some work took
 * all that there was: it does not look again by itself. A turn that throws is reported and tried again a poll later; it never ends the loop.
 */
export function startLoop(turn: () => Promise<Found>, report: (error: unknown) => void, pollMs: number = POLL_MS): Loop {
  let stopping = false
  let woken = false
  let idle = false
  let interrupt: () => void = () => {}
  let lastTurn = performance.now()
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs)
      interrupt = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const gather = () => new Promise<void>((resolve) => setTimeout(resolve, GATHER_MS))
  const run = async () => {
    while (!stopping) {
      woken = false
      let found: Found = 'nothing'
      try {
        found = await turn()
        lastTurn = performance.now()
      } catch (error) {
        report(error)
        // A hint must not turn a failing step into a busy loop.
        woken = false
      }
      if (found !== 'more' && !woken && !stopping) {
        idle = true
        await pause()
        idle = false
      }
      if (found !== 'more' && !stopping) await gather()
    }
  }
  const running = run()
  return {
    wake: () => {
      woken = true
      idle = false
      interrupt()
    },
    stop: async () => {
      stopping = true
      interrupt()
      await running
    },
    idle: () => idle,
    lastTurn: () => lastTurn,
  }
}
