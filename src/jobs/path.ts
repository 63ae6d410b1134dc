/** The steps of the path as jobs: each looks for work over all districts and takes a share of every district in turn. */

import { WORD_BLOCK } from '../core/search-words.ts'
import { type DeliverDeps, deliver } from '../relay/deliver.ts'
import type { Step } from '../relay/ports.ts'
import { type PrepareDeps, prepare } from '../relay/prepare.ts'
import { type ReceiveDeps, receive } from '../relay/receive.ts'
import { lookAtCalls, type RingDeps, ring } from '../relay/ring.ts'
import { type ReconcileDeps, reconcile } from '../relay/settle.ts'
import { type Found, type Loop, startLoop } from './loop.ts'

/** Steps that others bring work to. */
export type WokenStep = 'receive' | 'prepare' | 'deliver' | 'ring' | 'fetch' | 'interpret' | 'export'

/** What the jobs work with. */
export type JobDeps = {
  readonly receive: ReceiveDeps
  readonly prepare: PrepareDeps
  readonly deliver: DeliverDeps
  readonly ring: RingDeps
  readonly reconcile: ReconcileDeps
  /** Fetches up to so many recordings and pictures of a district; gives how many were due. */
  readonly fetch: (districtId: string, limit: number) => Promise<number>
  /** Interprets up to so many lines of calls of a district; gives how many were due. */
  readonly interpret: (districtId: string, limit: number) => Promise<number>
  /** Seals up to so many events of a district; gives how many. */
  readonly seal: (districtId: string, limit: number) => Promise<number>
  /** Takes the words of so many texts of a district into the index; gives how many, 0 while there are fewer. */
  readonly words: (districtId: string, limit: number) => Promise<number>
  /** Makes an export that somebody asked for; gives how many. It breaks off, to be begun anew, when `stopping` is aborted. */
  readonly makeExport: (districtId: string, stopping: AbortSignal) => Promise<number>
  /** Districts that have work for a step now. */
  readonly findWork: (step: Step) => Promise<readonly string[]>
  /** A step failed; `error` may hold what must not be logged. */
  readonly report: (step: string, error: unknown) => void
  /** Waited for before texts are taken in: after an outage the older ones come first. */
  readonly caughtUp: () => Promise<void>
  /** A step did something: pages and other steps may want to look. */
  readonly changed: () => void
}

/** The jobs at work. */
export type Jobs = {
  /** There is new work for these steps. */
  readonly wake: (...steps: readonly WokenStep[]) => void
  /** Ends every loop and waits for hand-overs under way. */
  readonly stop: () => Promise<void>
  /** The steps whose loop has not ended a turn for so many milliseconds. */
  readonly stuck: (ms: number) => string[]
  /** Milliseconds since `deliver` last had something to decide. */
  readonly sinceDelivery: () => number
  /** Milliseconds for which the carrier has taken none of the texts that were handed to it; 0 while it takes some. */
  readonly refusedFor: () => number
  /** The steps that have failed for a district, at every turn, for so many milliseconds. */
  readonly failing: (ms: number) => string[]
}

/** How much of one district is taken before the next has its turn. */
const SHARE = {
  receive: 500,
  prepare: 500,
  deliver: 500,
  ring: 20,
  reconcile: 20,
  fetch: 5,
  interpret: 20,
  seal: 5_000,
  words: WORD_BLOCK,
  export: 1,
} as const
/** Turns of a step under way at once: while one waits for its translations, another reads on. The other steps take turns. */
const AT_ONCE: Readonly<Record<string, number>> = { prepare: 2 }
/** Events are sealed within a second: two looks a second take them together. Words are searched without the index until they fill a block of it. Who asks for an export wakes its step. */
const POLLS_MS: Readonly<Record<string, number>> = { seal: 500, words: 25_000, export: 25_000 }
/** Hand-overs under way at once over all districts. */
const MOST_IN_FLIGHT = 1_000

/** What goes wrong again and again. By `performance.now()`. */
type Trouble = { readonly since: number; readonly last: number }

/** What has not gone wrong for so long is over, or there was nothing more to do: retries come every five minutes at least. */
const OVER_MS = 10 * 60_000

function lasting(trouble: Trouble | null): Trouble {
  const now = performance.now()
  return { since: trouble === null || now - trouble.last > OVER_MS ? now : trouble.since, last: now }
}

function lastingFor(trouble: Trouble | null): number {
  return trouble === null || performance.now() - trouble.last > OVER_MS ? 0 : performance.now() - trouble.since
}

/** Starts a loop for each step. */
export function startJobs(deps: JobDeps): Jobs {
  const loops: { readonly name: string; readonly loop: Loop }[] = []
  const loopsOf = (...names: string[]) => loops.filter(({ name }) => names.includes(name)).map(({ loop }) => loop)
  const underWay = new Set<Promise<void>>()
  const stopping = new AbortController()
  let inFlight = 0
  let lastDelivery = performance.now()
  let refused: Trouble | null = null
  /** By step and district. */
  const failures = new Map<string, Trouble>()
  const wake = (...names: readonly string[]) => {
    for (const name of names) {
      const turns = loopsOf(name)
      // One that waits is enough; only when all are at work each has to look once more.
      const idle = turns.find((loop) => loop.idle())
      for (const loop of idle === undefined ? turns : [idle]) loop.wake()
    }
  }

  const found = (most: number, share: number, then: readonly string[]): Found => {
    if (most === 0) return 'nothing'
    wake(...then)
    deps.changed()
    return most < share ? 'some' : 'more'
  }

  const forDistricts = (step: Step, work: (districtId: string) => Promise<number>, then: readonly string[]) => async () => {
    const taken: number[] = []
    let failed = false
    for (const districtId of await deps.findWork(step)) {
      try {
        taken.push(await work(districtId))
        failures.delete(`${step} ${districtId}`)
      } catch (error) {
        deps.report(step, error)
        failures.set(`${step} ${districtId}`, lasting(failures.get(`${step} ${districtId}`) ?? null))
        failed = true
      }
    }
    const most = found(Math.max(0, ...taken), SHARE[step], then)
    // A district that fails is not tried again without a pause.
    return failed && most === 'more' ? 'some' : most
  }

  /** Begins hand-overs and lets them go on beside the next turn; gives how many were claimed. */
  const handOver = async (
    step: 'deliver' | 'ring',
    begin: () => Promise<{ readonly claimed: number; readonly done: Promise<boolean | null> }>,
  ): Promise<number> => {
    if (inFlight >= MOST_IN_FLIGHT) return 0
    const { claimed, done } = await begin()
    // What is due and cannot go yet is looked at by the next poll: a wake for nothing would look again at once, and again.
    if (claimed === 0) return 0
    inFlight += claimed
    lastDelivery = performance.now()
    const settled: Promise<void> = done
      .then((answered) => {
        if (answered !== null) refused = answered ? null : lasting(refused)
      })
      .catch((error) => deps.report(step, error))
      .finally(() => {
        inFlight -= claimed
        underWay.delete(settled)
        wake(step)
        deps.changed()
      })
    underWay.add(settled)
    return claimed
  }

  const turns: Readonly<Record<string, () => Promise<Found>>> = {
    receive: async () => {
      await deps.caughtUp()
      return found(await receive(deps.receive, SHARE.receive), SHARE.receive, ['prepare', 'deliver', 'ring', 'fetch'])
    },
    prepare: forDistricts('prepare', (id) => prepare(deps.prepare, id, SHARE.prepare), ['deliver', 'ring']),
    deliver: forDistricts(
      'deliver',
      (districtId) =>
        handOver('deliver', () => deliver(deps.deliver, districtId, Math.min(SHARE.deliver, MOST_IN_FLIGHT - inFlight))),
      [],
    ),
    ring: forDistricts('ring', (districtId) => handOver('ring', () => ring(deps.ring, districtId, SHARE.ring)), []),
    reconcile: forDistricts(
      'reconcile',
      async (id) => (await reconcile(deps.reconcile, id, SHARE.reconcile)) + (await lookAtCalls(deps.ring, id, SHARE.reconcile)),
      ['deliver', 'ring'],
    ),
    fetch: forDistricts('fetch', (id) => deps.fetch(id, SHARE.fetch), ['prepare', 'deliver']),
    interpret: forDistricts('interpret', (id) => deps.interpret(id, SHARE.interpret), []),
    seal: forDistricts('seal', (id) => deps.seal(id, SHARE.seal), []),
    words: forDistricts('words', (id) => deps.words(id, SHARE.words), []),
    export: forDistricts('export', (id) => deps.makeExport(id, stopping.signal), []),
  }
  for (const [name, turn] of Object.entries(turns))
    for (let i = 0; i < (AT_ONCE[name] ?? 1); i++)
      loops.push({ name, loop: startLoop(turn, (error) => deps.report(name, error), POLLS_MS[name]) })

  return {
    wake,
    stop: async () => {
      stopping.abort()
      // What feeds the path ends first; what it has begun is finished and sealed.
      for (const loop of loopsOf('receive', 'prepare', 'deliver', 'ring')) await loop.stop()
      await Promise.all(underWay)
      for (const loop of loopsOf('reconcile', 'fetch', 'interpret', 'seal', 'words', 'export')) await loop.stop()
    },
    sinceDelivery: () => performance.now() - lastDelivery,
    refusedFor: () => lastingFor(refused),
    failing: (ms) => [
      ...new Set([...failures].flatMap(([of, trouble]) => (lastingFor(trouble) > ms ? [of.split(' ', 1)[0] ?? ''] : []))),
    ],
    // One export may take an hour.
    stuck: (ms) => [
      ...new Set(
        loops.filter(({ name, loop }) => name !== 'export' && performance.now() - loop.lastTurn() > ms).map(({ name }) => name),
      ),
    ],
  }
}
