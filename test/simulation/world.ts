/** One simulated world: hosts, carrier, database, people; runs a plan to its end and gives what is left behind to the checker. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { keepHouse } from '../../src/housekeeping.ts'
import type { Detector } from '../../src/relay/ports.ts'
import { createKeys } from '../../src/store/keys.ts'
import { perform } from './actors.ts'
import { beside } from './beside.ts'
import { type CarrierWorld, createCarrier } from './carrier.ts'
import type { Cluster } from './cluster.ts'
import { createFaults, type Faults } from './faults.ts'
import { type Host, type HostAnswer, type HostRequest, KEY, startHost } from './host.ts'
import { type District, LARGE, makeDistricts, usualHours } from './people.ts'
import type { Plan } from './plan.ts'
import { createRandom, type Random } from './random.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import { openStatements, type Statements } from './statements.ts'
import { translatorFor } from './translation.ts'

/** What every world of a process shares. */
export type Prepared = {
  readonly cluster: Cluster
  readonly detect: Detector
  /** API tokens by staff member. */
  readonly tokens: ReadonlyMap<string, string>
  /** District ids by sourcedId. */
  readonly districtIds: ReadonlyMap<string, string>
}

/** Something that happened, as somebody outside the gateway saw it. Times in microseconds. */
export type Seen =
  | { readonly kind: 'imported'; readonly at: number; readonly district: string; readonly result: string }
  | { readonly kind: 'health'; readonly at: number; readonly what: string; readonly status: number | null }
  | {
      readonly kind: 'asked'
      readonly at: number
      readonly staff: string
      readonly ref: string
      readonly status: number | null
      readonly ids: readonly string[]
    }
  | {
      readonly kind: 'hours'
      readonly district: number
      readonly school: string
      readonly begun: number
      readonly ended: number | null
      readonly status: number | null
      readonly hours: unknown
    }
  | {
      readonly kind: 'wrote'
      readonly at: number
      readonly ref: string
      readonly by: 'family' | 'staff' | 'api' | 'stranger'
      readonly district: number
      readonly person: string
      readonly phone: string | null
      readonly number: string | null
      readonly to: Readonly<Record<string, string>> | null
    }

/** The world while it runs. */
export type World = {
  readonly plan: Plan
  /** The database's address, as the schema's owner. */
  readonly ownerUrl: string
  readonly scheduler: Scheduler
  readonly statements: Statements
  readonly carrier: CarrierWorld
  readonly faults: Faults
  readonly districts: readonly District[]
  readonly prepared: Prepared
  readonly random: Random
  readonly hosts: (Host | null)[]
  readonly seen: Seen[]
  readonly logLines: string[]
  readonly stepFailures: Record<string, number>
  /** When each transaction that wrote was committed, in microseconds, by its id. */
  readonly commits: ReadonlyMap<string, number>
  /** A request through the load balancer to a host that is up. */
  readonly ask: (request: HostRequest, answered: (answer: HostAnswer) => void) => void
  readonly restartDatabase: (micros: number) => Promise<void>
  readonly kill: (slot: number, micros: number) => Promise<void>
  /** When a host last started, in microseconds. */
  readonly startedAt: () => number
  readonly killReceiver: (micros: number) => void
  readonly keepHouse: () => void
  /** The numbers that the account has. */
  readonly account: Set<string>
  /** Where housekeeping writes the log's checkpoints; null: it writes none. */
  readonly checkpoints: string | null
}

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** After the faults have stopped the world goes on for so long, and must then be at rest. */
const REST_DAYS = 4
/** How often somebody looks at the queues. */
const INSPECTION = 3 * HOUR

/** A world begins with empty tables, and every class writes on its first day at 15:00. */
const GROWN = [2, 10, 60, 600].map((seconds) => 15 * HOUR + seconds * SECOND)
/** What autovacuum, which is off, would tell the planner of within seconds; plans for empty tables read all of a district for each row. */
const GROWING = 'conversation, binding, exchange, attempt, event, inbox, call, phone'

/** Runs a plan; the caller looks at the world and then ends it. */
export async function runPlan(
  plan: Plan,
  prepared: Prepared,
  name: string,
  trace?: (line: string) => void,
): Promise<{ readonly world: World; readonly end: () => Promise<void> }> {
  const copy = await prepared.cluster.copy(name)
  const random = createRandom(`world ${plan.seed} ${plan.salt}`)
  const holder: { statements: Statements | null } = { statements: null }
  const lost = () => carrier.sent.filter((text) => text.over && text.acknowledged === null && !swept.has(text.sid))
  const swept = new Set<string>()
  const scheduler = createScheduler(
    plan.start,
    async () => (await holder.statements?.nextDue()) ?? null,
    trace,
    async () => {
      for (const { sid } of lost()) if (await holder.statements?.keeps(sid)) swept.add(sid)
      return lost().length > 0
    },
  )
  const faults = createFaults(scheduler, random.fork('faults'), plan)
  const commits = new Map<string, number>()
  let databaseUpAt = 0
  const statements = await openStatements(copy.ownerUrl, copy.adminUrl, scheduler, {
    faultFor: faults.statement,
    delay: faults.statementDelay,
    up: () => scheduler.now() >= databaseUpAt,
    committed: (xid) => void commits.set(xid, scheduler.now()),
  })
  holder.statements = statements
  const districts = makeDistricts(LARGE)
  const account = new Set(districts.flatMap((d) => d.numbers))
  const dataDir = await mkdtemp(path.join(tmpdir(), 'homeline-simulated-'))
  const keys = createKeys(KEY)
  const hosts: (Host | null)[] = []
  const choice = random.fork('balance')
  const ask: World['ask'] = (request, answered) => {
    const up = hosts.filter((host): host is Host => host !== null)
    if (up.length === 0) {
      scheduler.after(20_000, 'nobody there', null, () => answered(null))
      return
    }
    choice.pick(up).ask(request, answered)
  }
  const carrier = createCarrier(
    scheduler,
    random.fork('carrier'),
    faults.carrier,
    () => account,
    (url, headers, body, answered) =>
      ask({ method: 'POST', url, headers, body }, (answer) => answered(answer?.status ?? null, answer?.body ?? '')),
    plan.fallback
      ? (url, headers, body, answered) => {
          const given = (answer: HostAnswer) => answered(answer?.status ?? null, answer?.body ?? '')
          if (receiver === null) scheduler.after(20_000, 'nobody there', null, () => given(null))
          else receiver.ask({ method: 'POST', url, headers, body }, given)
        }
      : null,
    new Set(districts.flatMap((d) => d.guardians.filter((g) => g.landline).map((g) => g.phone))),
  )
  const logLines: string[] = []
  const stepFailures: Record<string, number> = {}
  const translations = random.fork('translations')
  let [lives, startedAt] = [0, 0]
  const start = (slot: number) => {
    startedAt = scheduler.now()
    hosts[slot] = startHost(`host${slot}.${lives++}`, {
      scheduler,
      statements,
      carrier,
      random: random.fork('hosts'),
      detect: prepared.detect,
      translatorFor: (owner) => translatorFor(owner, scheduler, translations, faults),
      fallback: plan.fallback,
      logged: (line) => void logLines.push(line),
      stepFailed: (step) => {
        stepFailures[step] = (stepFailures[step] ?? 0) + 1
      },
    })
  }
  let receiver: Receiver | null = null
  const startReceiving = () => {
    receiver = startReceiver(`receiver${lives++}`, {
      scheduler,
      random: random.fork('receivers'),
      folder: path.join(dataDir, 'spool'),
      ask,
      logged: (line) => void logLines.push(line),
    })
  }
  const world: World = {
    account,
    checkpoints: path.join(dataDir, 'checkpoints'),
    startedAt: () => startedAt,
    killReceiver: (micros) => {
      if (receiver === null) return
      faults.count('receiver_dies')
      receiver.kill()
      receiver = null
      scheduler.after(micros, 'receiver starts', null, startReceiving)
    },
    keepHouse: () => {
      faults.count('housekeeping')
      beside(world, 'housekeeping', (db) => keepHouse(db, keys, dataDir))
    },
    plan,
    ownerUrl: copy.ownerUrl,
    scheduler,
    statements,
    carrier,
    faults,
    districts,
    prepared,
    random: random.fork('people'),
    hosts,
    seen: [],
    logLines,
    stepFailures,
    commits,
    ask,
    restartDatabase: async (micros) => {
      faults.count('database_restart')
      databaseUpAt = scheduler.now() + micros
      await statements.cut(null)
      // So that no leap goes beyond it.
      scheduler.after(Math.max(micros, 2_000_000), 'database is back', null, scheduler.stir)
    },
    kill: async (slot, micros) => {
      const host = hosts[slot]
      if (host === null || host === undefined) return
      faults.count('kill')
      hosts[slot] = null
      await host.kill()
      scheduler.after(micros, 'host starts', null, () => start(slot))
    },
  }
  if (plan.fallback) startReceiving()
  for (let slot = 0; slot < plan.hosts; slot++) start(slot)
  for (const action of plan.actions)
    scheduler.after(action.at - plan.start, `action ${action.kind}`, null, () => {
      scheduler.stir()
      return perform(world, action)
    })
  const lastDay = plan.start + plan.days * 24 * HOUR
  scheduler.after(lastDay - plan.start, 'faults end', null, () => {
    faults.endAll()
    databaseUpAt = 0
    carrier.off.clear()
    for (const host of hosts) if (host !== null) host.owner.sleepsUntil = 0
    for (const [d, district] of districts.entries())
      for (const school of district.schools)
        void perform(world, { at: lastDay, kind: 'hours', district: d, school: school.id, hours: usualHours(school.zone) })
  })
  const inspect = () => {
    scheduler.after(INSPECTION, 'inspection', null, inspect)
    return inspectQueues(world)
  }
  scheduler.after(INSPECTION, 'inspection', null, inspect)
  for (const at of GROWN) scheduler.after(at, 'analyze', null, () => statements.look(`analyze ${GROWING}`))
  await scheduler.runUntil(lastDay + REST_DAYS * 24 * HOUR)
  return {
    world,
    end: async () => {
      for (const host of hosts) if (host !== null) host.owner.alive = false
      receiver?.kill()
      await statements.close()
      await rm(dataDir, { recursive: true, force: true })
      await copy.drop()
    },
  }
}

/** What is old in each queue, as a sentence tells it, and how long servers must have been up to know: of a queue's age the database tells, of failures their own memory. */
const QUEUES = [
  ['inbox', 'a text had waited in the inbox for 20 minutes', 0],
  ['due', 'a message had been due for 40 minutes, and nothing was handed over', 12 * MINUTE],
  ['unsealed', 'an event had not been sealed for 20 minutes', 12 * MINUTE],
] as const

/** Where a queue has grown old, the servers must say so. */
async function inspectQueues(world: World): Promise<void> {
  const at = world.scheduler.instant().toString()
  const [old] = await world.statements.look<Record<'inbox' | 'due' | 'unsealed', boolean>>(
    `select exists (select from inbox where taken_at is null and received_at < $1::timestamptz - interval '20 minutes') as inbox,
      exists (select from exchange where status = 'queued' and prepare_after is null and channel = 'text' and send_after < $1::timestamptz - interval '40 minutes')
        and not exists (select from attempt where started_at > $1::timestamptz - interval '12 minutes')
        and not exists (select from event where what in ('sending', 'held', 'ready', 'canceled') and at > $1::timestamptz - interval '12 minutes') as due,
      exists (select from unsealed u join event e on e.district_id = u.district_id and e.id = u.event_id where e.what not in ('reached_carrier', 'reached_fallback')
        and e.at < $1::timestamptz - interval '20 minutes') as unsealed`,
    [at],
  )
  const asked = world.scheduler.now()
  const troubled = QUEUES.find(([queue, , settled]) => old?.[queue] && asked - world.startedAt() >= settled)
  if (troubled === undefined) return
  world.ask({ method: 'GET', url: '/health', headers: {}, body: '' }, (answer) =>
    world.seen.push({
      kind: 'health',
      at: asked,
      what: troubled[1],
      status: answer?.status ?? null,
    }),
  )
}
