/** A gateway on a simulated host: the real parts, put together as the server does, on the world's platform. It may die at any await and sleep at will. */

import type { FastifyInstance } from 'fastify'
import { Kysely, PostgresDialect } from 'kysely'
import { createTwilioCarrier } from '../../src/carriers/twilio/client.ts'
import { problems } from '../../src/health.ts'
import { createLogger } from '../../src/logger.ts'
import { assemble } from '../../src/main.ts'
import type { Detector, Translator } from '../../src/relay/ports.ts'
import type { Db, Role } from '../../src/store/database.ts'
import { createKeys, type Keys } from '../../src/store/keys.ts'
import type { DB } from '../../src/store/schema.ts'
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
  /** Runs a command of the host's own (an import, housekeeping) against the database. */
  readonly run: (work: (db: Db, keys: Keys) => Promise<void>) => Promise<void>
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
  const open = new Set<(answer: HostAnswer) => void>()
  let app: FastifyInstance | undefined
  const begun = onHost(platform, () =>
    assemble({
      db,
      scheduler: scheduling,
      keys,
      account: { ...ACCOUNT, apiUrl: null, messagingServiceSid: null, publicUrl: PUBLIC_URL },
      carrier: createTwilioCarrier(
        { ...ACCOUNT, apiUrl: null, messagingServiceSid: null, publicUrl: PUBLIC_URL },
        world.carrier.httpFor(owner),
      ),
      // Nobody calls in this world yet: its carrier refuses every call (Twilio, 21215), and nothing is recorded.
      dataDir: '',
      calls: {
        call: async () => ({ kind: 'refused', code: 21215 }),
        callsSince: async () => null,
        callNow: async () => null,
        redirect: async () => 'gone',
        end: async () => 'gone',
      },
      lookUp: null,
      recordings: { fetchRecording: async () => ({ kind: 'unavailable' }), deleteRecording: async () => 'unavailable' },
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
      caughtUp: async () => {},
      keeping: (_webhook, keep) => keep(),
      problems: (jobs) => problems(db, scheduling, jobs, null),
      changed: () => {},
      pages: null,
      others: [],
      home: null,
    }).then((made) => {
      app = made.app
    }),
  )
  // A host that cannot be put together is a bug of the simulation.
  begun.catch((error) => {
    throw error
  })

  return {
    owner,
    ask: (request, answered) => {
      let over = false
      const answer = (given: HostAnswer) => {
        if (over) return
        over = true
        open.delete(answer)
        answered(given)
      }
      open.add(answer)
      scheduler.after(random.between(NETWORK.low, NETWORK.high), 'request', owner, () => {
        if (app === undefined) return answer(null)
        const server = app
        void onHost(platform, () =>
          server.inject({ method: request.method, url: request.url, headers: { ...request.headers }, payload: request.body }),
        ).then((response) =>
          scheduler.after(random.between(NETWORK.low, NETWORK.high), 'response', owner, () =>
            answer({ status: response.statusCode, body: response.body }),
          ),
        )
      })
    },
    run: (work) => onHost(platform, () => work(db, keys)),
    sleep: (micros) => {
      owner.sleepsUntil = scheduler.now() + micros
      if (micros > IDLE_TRANSACTION)
        scheduler.after(IDLE_TRANSACTION, 'idle transaction', null, () => statements.endIdleTransactions(owner))
    },
    kill: async () => {
      owner.alive = false
      await statements.cut(owner)
      for (const answer of [...open]) answer(null)
    },
  }
}
