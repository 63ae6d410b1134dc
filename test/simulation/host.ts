/** A gateway on a simulated host: the real parts, put together as the server does, on the world's platform. It may die at any await and sleep at will. */

import type { FastifyInstance } from 'fastify'
import { Kysely, PostgresDialect } from 'kysely'
import { assemble } from '../../src/assemble.ts'
import { createTwilioCalls } from '../../src/carriers/twilio/calls.ts'
import { createTwilioCarrier } from '../../src/carriers/twilio/client.ts'
import { problems } from '../../src/health.ts'
import { createWayIn } from '../../src/jobs/way-in.ts'
import { createLogger } from '../../src/logger.ts'
import type { Detector, Translator } from '../../src/relay/ports.ts'
import type { Db, Role } from '../../src/store/database.ts'
import { createKeys } from '../../src/store/keys.ts'
import type { DB } from '../../src/store/schema.ts'
import { sweepStore } from '../../src/store/sweeping.ts'
import { ACCOUNT, type CarrierWorld, PUBLIC_URL } from './carrier.ts'
import { onHost, type Platform } from './platform.ts'
import type { Random } from './random.ts'
import type { Owner, Scheduler } from './scheduler.ts'
import type { Statements } from './statements.ts'

/** A request from outside. */
export type HostRequest = {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What came of it; null: no answer. */
export type HostAnswer = { readonly status: number; readonly body: string } | null

/** A host at work. */
export type Host = {
  readonly owner: Owner
  readonly ask: (request: HostRequest, answered: (answer: HostAnswer) => void) => void
  readonly sleep: (micros: number) => void
  /** Ends at once, wherever it is. */
  readonly kill: () => Promise<void>
}

/** What a host stands in. */
export type Surroundings = {
  readonly scheduler: Scheduler
  readonly statements: Statements
  readonly carrier: CarrierWorld
  readonly random: Random
  readonly detect: Detector
  readonly translatorFor: (owner: Owner) => Translator
  /** Every log line. */
  readonly logged: (line: string) => void
  readonly stepFailed: (step: string) => void
  /** Whether the numbers name a fallback receiver. */
  readonly fallback: boolean
}

/** The key of every simulated installation. */
export const KEY = Buffer.alloc(32, 7)

const NETWORK = { low: 1_000, high: 60_000 }
/** PostgreSQL ends a transaction in which nothing happens for so long. */
const IDLE_TRANSACTION = 60_000_000

/** Starts a host; `name` is that of this life of it. */
export function startHost(name: string, world: Surroundings): Host {
  const { scheduler, statements } = world
  const random = world.random.fork(name)
  const owner: Owner = { name, alive: true, sleepsUntil: 0 }
  const platform: Platform = {
    after: (milliseconds, label, run) => scheduler.after(milliseconds * 1000, label, owner, run),
    now: () => scheduler.now() / 1000,
    random: random.fork('platform'),
  }
  const database = (role: Role, size: number): Db =>
    new Kysely<DB>({ dialect: new PostgresDialect({ pool: statements.poolFor(owner, role, size) }) })
  const keys = createKeys(KEY)
  const db = database('homeline_app', 10)
  const scheduling = database('homeline_scheduler', 3)
  let app: FastifyInstance | undefined
  const account = { ...ACCOUNT, apiUrl: null, messagingServiceSid: null, publicUrl: PUBLIC_URL }
  const carrier = createTwilioCarrier(account, world.carrier.httpFor(owner))
  const calls = createTwilioCalls(account, world.carrier.httpFor(owner))
  const begun = onHost(platform, async () => {
    const wayIn = createWayIn(world.fallback)
    const made = await assemble({
      db,
      scheduler: scheduling,
      keys,
      account,
      carrier,
      calls,
      lookUp: calls.lookUp,
      // What was said into a call never comes as a file: nothing is kept on disk, and nobody writes it down.
      dataDir: '',
      recordings: { fetchRecording: async () => ({ kind: 'gone' }), deleteRecording: async () => 'done' },
      media: {
        mediaOf: async () => null,
        fetchMedium: async () => ({ kind: 'unavailable' }),
        deleteMedium: async () => 'unavailable',
      },
      transcriber: null,
      translator: world.translatorFor(owner),
      detect: world.detect,
      logger: createLogger('info', { write: world.logged }),
      metrics: {
        page: async () => '',
        contentType: 'text/plain',
        webhooks: { inc: () => {} },
        stepFailures: { inc: ({ step }: { step: string }) => world.stepFailed(step) },
      } as unknown as Parameters<typeof assemble>[0]['metrics'],
      caughtUp: wayIn.caughtUp,
      keeping: wayIn.keeping,
      problems: (jobs) => problems(db, scheduling, jobs, wayIn.sweeper()),
      changed: () => {},
      pages: null,
      others: [],
      home: null,
    })
    app = made.app
    wayIn.open({
      store: sweepStore(db, keys),
      carrier,
      found: () => made.jobs.wake('receive'),
      report: () => world.stepFailed('sweep'),
    })
  })
  // A host that cannot be put together is a bug of the simulation.
  begun.catch((error) => {
    throw error
  })

  const asking = askInProcess(scheduler, owner, platform, random, () => app)
  return {
    owner,
    ask: asking.ask,
    sleep: (micros) => {
      owner.sleepsUntil = scheduler.now() + micros
      if (micros > IDLE_TRANSACTION)
        scheduler.after(IDLE_TRANSACTION, 'idle transaction', null, () => statements.endIdleTransactions(owner))
    },
    kill: async () => {
      owner.alive = false
      await statements.cut(owner)
      asking.cut()
    },
  }
}

/** The way of requests to a server in this process; `cut` leaves all that are open without an answer. */
export function askInProcess(
  scheduler: Scheduler,
  owner: Owner,
  platform: Platform,
  random: Random,
  server: () => FastifyInstance | undefined,
): { readonly ask: Host['ask']; readonly cut: () => void } {
  const open = new Set<(answer: HostAnswer) => void>()
  const way = () => random.between(NETWORK.low, NETWORK.high)
  return {
    ask: (request, answered) => {
      const answer = (given: HostAnswer) => {
        if (open.delete(answer)) answered(given)
      }
      open.add(answer)
      scheduler.after(way(), 'request', owner, () => {
        const app = server()
        if (app === undefined) return answer(null)
        // What `inject` gives begins when it is awaited: outside the host it would have real time and real chance.
        void onHost(platform, async () => {
          const { method, url, headers, body } = request
          return await app.inject({ method, url, headers: { ...headers }, payload: body })
        }).then((response) =>
          scheduler.after(way(), 'response', owner, () => answer({ status: response.statusCode, body: response.body })),
        )
      })
    },
    cut: () => {
      for (const answer of [...open]) answer(null)
    },
  }
}
