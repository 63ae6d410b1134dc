/**
 * The world's one clock and the order in which things happen. Everything that anything waits for is a task here; between two tasks all
 * code has run as far as it can. So the seed, which draws how long each thing takes, decides every interleaving.
 */

import { createHash } from 'node:crypto'
import { real } from './platform.ts'

/** Who runs a task: one that died runs nothing any more, one that sleeps runs it when it wakes. */
export type Owner = { readonly name: string; alive: boolean; sleepsUntil: number }

/** One thing to come. */
type Task = {
  at: number
  length: number
  readonly n: number
  readonly label: string
  readonly owner: Owner | null
  run: (() => unknown) | null
}

/** The clock in microseconds since 1970, and what is to come. */
export type Scheduler = {
  readonly now: () => number
  readonly instant: () => Temporal.Instant
  /** Runs something after so many microseconds; the answer takes it back. */
  readonly after: (micros: number, label: string, owner: Owner | null, run: () => unknown) => () => void
  /** Lets all code run until it waits for something of this world. */
  readonly drain: () => Promise<void>
  /** Runs what comes until nothing is left or the clock would pass this moment. */
  readonly runUntil: (end: number) => Promise<void>
  /** While something works with files, which take real time, the world stands still until that waits for the world too, or is over. */
  readonly holdFor: (asked: () => 'works' | 'waits' | 'over') => void
  /** Something other than looking happened: the world is not quiet. */
  readonly stir: () => void
  /** How the run went so far, as one digest: equal seeds give equal ones. */
  readonly digest: () => string
  readonly steps: () => number
}

/** What the scheduler asks before it leaps over a quiet time: when the database next has something to do. */
export type NextDue = () => Promise<number | null>

/** After so long without anything but idle looks (a round of them), nothing happens by itself before the next thing that is due. */
const QUIET = 1_200_000
/** After a leap every poll looks at once: so soon it is known whether there was something. */
const LOOKED = 300_000
/** Polls are shorter than this, and a poll that comes late loses nothing; whoever waits longer waits for something. */
const SHORT = 1_100_000
/** Every so long a server looks whether a block of words is full and whether an export was left half made; `nextDue` knows. */
const WORDS = 25_000_000
/** Every so long a server reads the carrier's list; where it is known to find nothing new, that is leapt over. */
const SWEEP = 300_000_000
/** A request inside a process goes on in three later turns of the event loop (its body, what is kept together, its end); what is left over would go on in real time. */
const TURNS = 6
/** How far the first leap goes while something is overdue; each further one twice as far, for nothing but time changes anything. */
const OVERDUE = 10_000_000
const MOST_OVERDUE = 3_600_000_000

/** A scheduler that begins at `start`; `trace` is told each step, `sweeps` tells whether reading the carrier's list could bring something. */
export function createScheduler(
  start: number,
  nextDue: NextDue,
  trace: (line: string) => void = () => {},
  sweeps: () => Promise<boolean> = async () => true,
): Scheduler {
  let now = start
  let n = 0
  let steps = 0
  let stirred = start
  let overdue = OVERDUE
  const heap: Task[] = []
  const hash = createHash('sha256')
  const before = (a: Task, b: Task) => a.at < b.at || (a.at === b.at && a.n < b.n)
  const push = (task: Task) => {
    let i = heap.push(task) - 1
    while (i > 0) {
      const up = (i - 1) >> 1
      if (!before(task, heap[up] as Task)) break
      heap[i] = heap[up] as Task
      i = up
    }
    heap[i] = task
  }
  const pop = (): Task | undefined => {
    const top = heap[0]
    const last = heap.pop()
    if (top === undefined || last === undefined || heap.length === 0) return top
    let i = 0
    for (;;) {
      let down = 2 * i + 1
      if (down >= heap.length) break
      if (down + 1 < heap.length && before(heap[down + 1] as Task, heap[down] as Task)) down++
      if (!before(heap[down] as Task, last)) break
      heap[i] = heap[down] as Task
      i = down
    }
    heap[i] = last
    return top
  }
  const held = new Set<() => 'works' | 'waits' | 'over'>()
  const drain = async () => {
    for (let worked = true; worked; ) {
      for (let turn = 0; turn < TURNS; turn++) await real.turn()
      worked = false
      for (const asked of held) {
        for (; asked() === 'works'; worked = true) await real.turn()
        if (asked() === 'over') held.delete(asked)
      }
    }
  }
  const isPoll = (task: Task) => task.length <= SHORT || (task.length === WORDS && task.owner !== null)
  /** Nothing but polls is to come soon: on to what is due, polls and all. */
  const leap = async (end: number) => {
    let next = end
    const skips = (task: Task) => task.length === SWEEP && task.owner !== null && !sweepsFind
    const sweepsFind = await sweeps()
    for (const task of heap)
      if (task.run !== null && task.owner?.alive !== false) {
        if (!isPoll(task) && !skips(task)) next = Math.min(next, task.at)
      }
    const due = await nextDue()
    // What is due already and does not go waits for something else: a lane, a pace, a host.
    if (due !== null) next = Math.min(next, due > now ? due : now + overdue)
    overdue = due === null || due > now ? OVERDUE : Math.min(2 * overdue, MOST_OVERDUE)
    stirred = now
    if (next - now < 2 * SHORT) return
    const polls = heap.splice(0).filter((task) => task.run !== null)
    for (const task of polls) {
      if (isPoll(task) && task.at < next) task.at = next
      if (skips(task) && task.at < next) task.at += Math.ceil((next - task.at) / SWEEP) * SWEEP
      push(task)
    }
    stirred = next - QUIET + LOOKED
  }
  return {
    now: () => now,
    instant: () => Temporal.Instant.fromEpochNanoseconds(BigInt(now) * 1000n),
    after: (micros, label, owner, run) => {
      const length = Math.max(0, Math.round(micros))
      const task: Task = { at: now + length, length, n: n++, label, owner, run }
      push(task)
      return () => {
        task.run = null
      }
    },
    drain,
    holdFor: (asked) => void held.add(asked),
    runUntil: async (end) => {
      await drain()
      for (;;) {
        if (now - stirred > QUIET) await leap(end)
        const task = pop()
        if (task === undefined) break
        if (task.at > end) {
          push(task)
          break
        }
        if (task.run === null) continue
        if (task.owner !== null) {
          if (!task.owner.alive) continue
          if (task.owner.sleepsUntil > Math.max(task.at, now)) {
            task.at = task.owner.sleepsUntil
            task.length = Number.POSITIVE_INFINITY
            push(task)
            continue
          }
        }
        now = Math.max(now, task.at)
        steps++
        const line = `${now} ${task.owner?.name ?? '-'} ${task.label}\n`
        hash.update(line)
        trace(line)
        await task.run()
        await drain()
      }
      now = Math.max(now, end)
    },
    stir: () => {
      stirred = now
      overdue = OVERDUE
    },
    digest: () => hash.copy().digest('hex').slice(0, 16),
    steps: () => steps,
  }
}
