/**
 * Connections to the real PostgreSQL, each with at most one statement under way. PostgreSQL itself says when a statement waits for a lock and is in no
 * deadlock (`log_lock_waits`), so nothing is guessed from the time that something takes, and a busy machine runs a seed as a quiet one does.
 */

import pg from 'pg'
import { connectionOf, type Role } from '../../src/store/database.ts'
import { createNames } from '../../src/store/prepared.ts'

/** What PostgreSQL answers. */
export type Answer = { command: string; rowCount: number | null; rows: unknown[] }

/** One connection; `pid` is its process. */
export type Backend = {
  readonly client: pg.Client
  readonly role: Role
  readonly pid: number
  waits: () => void
  stopped: boolean
}

/** A statement at work, or what came of it. */
export type Running = {
  readonly backend: Backend
  settled: { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'failed'; readonly error: unknown } | null
  answers: readonly Answer[]
  /** Resolves when it has ended or waits for a lock. */
  readonly still: Promise<void>
  readonly ended: Promise<void>
  /** Tells whoever asked. */
  answer: () => void
}

/** The connections of one database. */
export type Backends = {
  readonly take: (role: Role) => Promise<Backend>
  readonly give: (backend: Backend) => void
  /** Sends a statement; `before` are statements without values that go ahead of it. */
  readonly start: (backend: Backend, before: string, text: string, values: readonly unknown[]) => Running
  /** Keeps a statement that waits from going on by itself: of two that wait for one lock PostgreSQL would let either be first. */
  readonly stop: (running: Running) => void
  /** Lets it go on if it may; resolves when it has ended or waits again. */
  readonly settle: (running: Running) => Promise<void>
  /** Ends a statement with the error 57014. */
  readonly cancel: (running: Running) => Promise<void>
  /** Asks beside all others, as a superuser. */
  readonly look: <T>(text: string, values?: readonly unknown[]) => Promise<T[]>
  readonly close: () => Promise<void>
}

/** PostgreSQL's words (lc_messages C) when a lock is not to be had and the deadlock check is over. */
const WAITS = /^process \d+ still waiting for /

/** Opens a database; `adminUrl` is a superuser's. */
export async function openBackends(ownerUrl: string, adminUrl: string): Promise<Backends> {
  const admin = new pg.Client({ connectionString: adminUrl })
  admin.on('error', () => {})
  await admin.connect()
  const names = createNames()
  const free: Backend[] = []
  const every: Backend[] = []

  const signal = (backend: Backend, stopped: boolean) => {
    if (backend.stopped === stopped) return
    backend.stopped = stopped
    process.kill(backend.pid, stopped ? 'SIGSTOP' : 'SIGCONT')
  }

  const open = async (role: Role): Promise<Backend> => {
    const config = connectionOf(ownerUrl, role)
    const client = new pg.Client({
      ...config,
      options: `${config.options} -c client_min_messages=log`,
      pipeline: true,
      statement_timeout: 0,
      idle_in_transaction_session_timeout: 0,
    } as pg.ClientConfig)
    client.on('error', () => {})
    await client.connect()
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const backend: Backend = { client, role, pid: rows[0]?.pid as number, waits: () => {}, stopped: false }
    client.on('notice', ({ message }) => {
      if (WAITS.test(message ?? '')) backend.waits()
    })
    every.push(backend)
    return backend
  }

  return {
    take: async (role) => {
      // The one that worked last has its plans and catalogs at hand.
      const index = free.findLastIndex((b) => b.role === role)
      return index >= 0 ? (free.splice(index, 1)[0] as Backend) : open(role)
    },
    give: (backend) => void free.push(backend),
    start: (backend, before, text, values) => {
      const { client } = backend
      const begun = before === '' || values.length === 0 ? null : client.query(before)
      const whole = before !== '' && values.length === 0 ? `${before}; ${text}` : text
      const work = values.length === 0 ? client.query(whole) : client.query({ name: names(text), text, values: [...values] })
      const waits = new Promise<void>((resolve) => {
        backend.waits = resolve
      })
      const ended = Promise.all([work as Promise<Answer | Answer[]>, begun]).then(
        ([answer]) => {
          running.answers = [answer].flat()
          running.settled = { kind: 'answer', answer: running.answers.at(-1) as Answer }
        },
        (error: unknown) => {
          running.settled = { kind: 'failed', error }
        },
      )
      const running: Running = {
        backend,
        settled: null,
        answers: [],
        ended,
        still: Promise.race([ended, waits]),
        answer: () => {},
      }
      return running
    },
    stop: ({ backend }) => signal(backend, true),
    settle: async ({ backend, ended }) => {
      const waits = new Promise<void>((resolve) => {
        backend.waits = resolve
      })
      signal(backend, false)
      // Locks are handed on before the transaction that had them says that it has ended.
      const { rows } = await admin.query('select from pg_locks where pid = $1 and not granted', [backend.pid])
      if (rows.length === 0) await Promise.race([ended, waits])
    },
    cancel: async ({ backend, ended }) => {
      await admin.query('select pg_cancel_backend($1)', [backend.pid])
      signal(backend, false)
      await ended
    },
    // Prepared: planning one of these takes longer than carrying it out.
    look: async (text, values = []) => (await admin.query({ name: names(text), text, values: [...values] })).rows,
    close: async () => {
      for (const backend of every) signal(backend, false)
      await admin.end()
      for (const { client } of every) await client.end()
    },
  }
}
