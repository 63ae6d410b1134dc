/** What is done to the servers and the database, when and how often. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Faults } from '../../src/simulator/world.ts'
import type { CarrierProcess } from './carrier.ts'
import { CARRIER_POINTS, type CarrierPoint } from './carrier-protocol.ts'
import type { Database } from './postgres.ts'
import type { Servers, Slot } from './processes.ts'

/** Transactions in which a server is killed, each told by its last statement; a server's connections carry the name of its slot. */
const TRANSACTION_POINTS = {
  'keeping webhooks': '%insert into inbox%',
  'receiving texts': '%insert into exchange%',
  'leased by prepare': '%set prepare_lease = clock_timestamp()%',
  'writing what is prepared': '%set prepare_after = null, prepare_lease = null, original_language%',
  'claiming hand-overs': '%insert into attempt%',
  'recording outcomes': '%update attempt%',
  'writing events': '%insert into event%',
  sealing: '%insert into seal%',
} as const

/** States of rows after whose commit a server is killed. */
const STATE_POINTS = {
  'a lease committed': 'select 1 from exchange where prepare_lease > clock_timestamp() limit 1',
  'an attempt committed': `select 1 from attempt where sid is null and outcome is null and started_at > clock_timestamp() - interval '5 seconds' limit 1`,
} as const

type Point = CarrierPoint | keyof typeof TRANSACTION_POINTS | keyof typeof STATE_POINTS | 'at random'

const POINTS: readonly Point[] = [
  ...(Object.keys(CARRIER_POINTS) as CarrierPoint[]),
  ...(Object.keys(TRANSACTION_POINTS) as (keyof typeof TRANSACTION_POINTS)[]),
  ...(Object.keys(STATE_POINTS) as (keyof typeof STATE_POINTS)[]),
  'at random',
]

/** How long one moment is waited for, in milliseconds. */
const PATIENCE = 4_000
const LOOK_EVERY = 5

/** What was done. */
export type Done = { readonly kills: Record<string, number>; readonly others: Record<string, number> }

/** The troubles of a run. */
export type Torturer = {
  readonly done: Done
  readonly kills: () => number
  /** Since when (milliseconds since 1970) a server sleeps, or slept until less than 40 s ago: it may still hold a hand-over of that time in its hands. */
  readonly asleepSince: () => number | null
  /** Ends all of it and waits until nothing is being done any more. */
  readonly end: () => Promise<void>
}

/** Begins to torture; ends by itself after so many kills. */
export function startTorturer(parts: {
  readonly servers: Servers
  readonly database: Database
  readonly carrier: CarrierProcess
  readonly kills: number
}): Torturer {
  const { servers, database, carrier } = parts
  const done: Done = { kills: {}, others: {} }
  const count = (table: Record<string, number>, what: string) => {
    table[what] = (table[what] ?? 0) + 1
  }
  let over = false
  let asleep: { readonly since: number; readonly until: number } | null = null
  const total = () => Object.values(done.kills).reduce((sum, n) => sum + n, 0)
  const rest = async (low: number, high: number) => {
    const until = performance.now() + low + Math.random() * (high - low)
    while (!over && performance.now() < until) await wait(50)
  }

  const atCarrier = (slot: Slot, point: CarrierPoint) =>
    new Promise<boolean>((resolve) => {
      let waiting = true
      const end = (struck: boolean) => {
        if (!waiting) return
        waiting = false
        resolve(struck)
      }
      carrier.hear((message) => {
        if (message.kind === 'killed' && message.slot === slot.index) end(true)
      })
      carrier.say({ kind: 'arm', slot: slot.index, pid: slot.pid ?? 0, point })
      setTimeout(() => {
        carrier.say({ kind: 'disarm' })
        end(false)
      }, PATIENCE)
    })

  const when = async (slot: Slot, statement: string, values: readonly unknown[]): Promise<boolean> => {
    const until = performance.now() + PATIENCE
    const { pid } = slot
    while (performance.now() < until && !over) {
      const found = await database.look(statement, values)
      if (slot.pid !== pid) return false
      if (found.length > 0) {
        servers.kill(slot)
        return true
      }
      await wait(LOOK_EVERY)
    }
    return false
  }

  const strike = (slot: Slot, point: Point): Promise<boolean> => {
    if (point in CARRIER_POINTS) return atCarrier(slot, point as CarrierPoint)
    if (point in STATE_POINTS) return when(slot, STATE_POINTS[point as keyof typeof STATE_POINTS], [])
    if (point in TRANSACTION_POINTS)
      return when(
        slot,
        `select 1 from pg_stat_activity where application_name = $1 and state in ('active', 'idle in transaction') and query ilike $2 limit 1`,
        [`slot-${slot.index}`, TRANSACTION_POINTS[point as keyof typeof TRANSACTION_POINTS]],
      )
    servers.kill(slot)
    return Promise.resolve(true)
  }

  const killing = async () => {
    for (let n = Math.floor(Math.random() * POINTS.length); !over && total() < parts.kills; n++) {
      const up = servers.up()
      // One is left, but for now and then.
      if (up.length < 2 && !(up.length === 1 && Math.random() < 0.02)) {
        await rest(50, 100)
        continue
      }
      const point = POINTS[n % POINTS.length] as Point
      const slot = up[Math.floor(Math.random() * up.length)] as Slot
      if (await strike(slot, point).catch(() => false)) count(done.kills, point)
      await rest(50, 500)
    }
  }

  const sleeping = async () => {
    while (!over) {
      await rest(20_000, 40_000)
      const slot = servers.up()[0]
      if (over || slot === undefined || slot.pid === null) continue
      const { pid } = slot
      // Past the time limit of a call, past the lease and the end of idle transactions.
      const seconds = [4, 20, 40, 75][Math.floor(Math.random() * 4)] as number
      const since = Date.now()
      asleep = { since, until: Number.POSITIVE_INFINITY }
      try {
        process.kill(pid, 'SIGSTOP')
        await rest(1_000, 1_000)
        // The load balancer's own look finds it silent.
        slot.stopped = true
        carrier.say({ kind: 'servers', up: servers.up().map((s) => s.index) })
        count(done.others, `stopped for ${seconds} s`)
        await rest(seconds * 1000, seconds * 1000)
        process.kill(pid, 'SIGCONT')
      } catch {
        // Killed meanwhile.
      }
      slot.stopped = false
      carrier.say({ kind: 'servers', up: servers.up().map((s) => s.index) })
      asleep = { since, until: performance.now() + 40_000 }
    }
  }

  const breakingDatabase = async () => {
    while (!over) {
      await rest(25_000, 50_000)
      if (over) return
      const share = Math.random()
      if (share < 0.3 && database.fillDisk !== null) {
        await database.fillDisk(3_000 + Math.random() * 5_000)
        count(done.others, 'disk full')
      } else {
        const how = share < 0.65 ? 'crash' : 'orderly'
        await database.restart(how, Math.random() * 2_000)
        count(done.others, `database restart (${how})`)
      }
    }
  }

  const CARRIER_FAULTS: readonly Partial<Faults>[] = [
    { rest: 'accept-then-500', strikes: 2 },
    { rest: 'accept-then-reset', strikes: 2 },
    { rest: 'accept-then-hang', strikes: 1 },
    { rest: 'storm', strikes: 5 },
    { callbacks: 'doubled' },
    { callbacks: 'reordered' },
    { callbacks: 'early' },
    { inbound: 'doubled' },
  ]
  const carrierFaults = async () => {
    while (!over) {
      await rest(5_000, 15_000)
      if (over) return
      const faults = CARRIER_FAULTS[Math.floor(Math.random() * CARRIER_FAULTS.length)] as Partial<Faults>
      carrier.say({ kind: 'faults', faults })
      count(done.others, `carrier: ${faults.rest ?? faults.callbacks ?? faults.inbound}`)
      await rest(5_000, 5_000)
      carrier.say({ kind: 'faults', faults: {} })
    }
  }

  const troubles = Promise.all([killing(), sleeping(), breakingDatabase(), carrierFaults()])
  return {
    done,
    kills: total,
    asleepSince: () => (asleep !== null && performance.now() < asleep.until ? asleep.since : null),
    end: async () => {
      over = true
      await troubles
      carrier.say({ kind: 'disarm' })
      carrier.say({ kind: 'faults', faults: {} })
    },
  }
}
