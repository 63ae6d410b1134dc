/**
 * The way of every statement: drawn delays before and after, faults, and the real PostgreSQL in between, one statement at a time. One that waits
 * for a lock stays where it is while others go on; so what PostgreSQL does depends on the order alone, and the order on the seed.
 */

import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Role } from '../../src/store/database.ts'
import { type Answer, type Backend, openBackends, type Running } from './backends.ts'
import { createLooks } from './looks.ts'
import type { Owner, Scheduler } from './scheduler.ts'

/** What may befall one statement; null: nothing. */
export type StatementFault =
  /** PostgreSQL answers with this SQLSTATE; the transaction is over. */
  | { readonly kind: 'error'; readonly code: string }
  /** The connection breaks before the statement reaches PostgreSQL, or after it was carried out and before the answer. */
  | { readonly kind: 'cut_before' | 'cut_after' }

/** What the world says of statements. */
export type StatementRules = {
  readonly faultFor: (text: string, inTransaction: boolean) => StatementFault | null
  /** Microseconds on the way to PostgreSQL, and back. */
  readonly delay: () => number
  /** Whether PostgreSQL takes connections. */
  readonly up: () => boolean
  /** A transaction was committed: its id, unless it wrote nothing. */
  readonly committed: (xid: string) => void
}

/** PostgreSQL as the world's hosts reach it. */
export type Statements = {
  readonly poolFor: (owner: Owner, role: Role, size: number) => PostgresPool
  /** Breaks all connections of a host, as its end does; open transactions are taken back. */
  readonly cut: (owner: Owner | null) => Promise<void>
  /** Ends what has been idle inside a transaction: a host that slept too long. */
  readonly endIdleTransactions: (owner: Owner) => Promise<void>
  readonly count: () => number
  /** How many statements and connections a host waits for. */
  readonly pending: (owner: Owner) => number
  /** Asks beside the world, as a superuser: takes no virtual time and draws no chance. */
  readonly look: <T>(text: string, values?: readonly unknown[]) => Promise<T[]>
  /** Whether the database holds the text of this carrier's id. */
  readonly keeps: (sid: string) => Promise<boolean>
  /** When the database next has something to do, in microseconds since 1970; null: nothing. */
  readonly nextDue: () => Promise<number | null>
  /** Idle looks that were known to find nothing and were not carried out. */
  readonly spared: () => number
  readonly close: () => Promise<void>
}

type Connection = {
  readonly owner: Owner
  readonly backend: Backend
  inTransaction: boolean
  /** What only prepares a transaction and goes along with its first statement that asks something. */
  readonly opening: string[]
  /** What its transaction wrote. */
  readonly written: string[]
  broken: { readonly code: string; readonly message: string } | null
  running: Running | null
}

const STATEMENT_TIMEOUT = 60_000_000
const CONNECT_TIMEOUT = 10_000_000
const CLOCK = /\b(?:clock_timestamp|now)\(\)/g
const NOTHING: Answer = { command: '', rowCount: 0, rows: [] }
const WRITES = /^\s*(?:insert|update|delete|with)\b/i

/** PostgreSQL's error as the driver gives it. */
function databaseError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

/** Opens the statements' way into one database. `adminUrl` is a superuser's, for looking at locks. */
export async function openStatements(
  ownerUrl: string,
  adminUrl: string,
  scheduler: Scheduler,
  rules: StatementRules,
): Promise<Statements> {
  const backends = await openBackends(ownerUrl, adminUrl)
  const looks = createLooks(backends.look, scheduler.now)
  const connections = new Set<Connection>()
  const blocked = new Set<Running>()
  const pending = new Map<Owner, number>()
  let count = 0
  /** A promise of this world, counted while it waits. */
  const waitingFor = <T>(
    owner: Owner,
    make: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  ): Promise<T> => {
    pending.set(owner, (pending.get(owner) ?? 0) + 1)
    const over = () => void pending.set(owner, (pending.get(owner) ?? 1) - 1)
    return new Promise<T>((resolve, reject) =>
      make(
        (value) => {
          over()
          resolve(value)
        },
        (error) => {
          over()
          reject(error)
        },
      ),
    )
  }

  const settingNow = (scope: 'local ' | '') => `set ${scope}sim.now = '${scheduler.instant().toString()}'`
  const literalNow = () => `timestamptz '${scheduler.instant().toString()}'`

  /** Ends the transaction; tells of its id when it wrote something. */
  const commit = async (connection: Connection): Promise<Running> => {
    const running = backends.start(connection.backend, '', 'select pg_current_xact_id_if_assigned()::text as xid; commit', [])
    await running.ended
    const [asked, done] = running.answers
    // In a transaction that has failed nothing can be asked; its commit takes it back.
    if (done === undefined) return backends.start(connection.backend, '', 'commit', [])
    const xid = (asked?.rows[0] as { xid: string | null } | undefined)?.xid
    if (done.command === 'COMMIT' && xid != null) {
      looks.changed(connection.written)
      rules.committed(xid)
    }
    return running
  }

  /** Sends a statement on; null: it prepares a transaction and goes along with the next. */
  const execute = async (connection: Connection, text: string, values: readonly unknown[]): Promise<Running | null> => {
    const { opening, backend } = connection
    const verb = text.trim().toLowerCase()
    if (verb === 'begin' || verb.startsWith('start transaction')) {
      connection.inTransaction = true
      connection.written.length = 0
      opening.push(text, settingNow('local '))
      return null
    }
    if (connection.inTransaction && verb.startsWith('set ')) {
      opening.push(text)
      return null
    }
    if (verb === 'commit' || verb === 'rollback') {
      connection.inTransaction = false
      if (opening.splice(0).length > 0) return null
      count++
      return verb === 'commit' ? commit(connection) : backends.start(backend, '', text, [])
    }
    count++
    const writesAlone = !connection.inTransaction && WRITES.test(text)
    if (writesAlone) opening.push(settingNow(''))
    const before = opening.splice(0).join('; ')
    // As a parameter the time leaves the text as it was, so that it is prepared; several statements in one text take none.
    const timed = CLOCK.test(text) && !text.includes(';')
    CLOCK.lastIndex = 0
    const running = timed
      ? backends.start(backend, before, text.replace(CLOCK, `$${values.length + 1}::timestamptz`), [
          ...values,
          scheduler.instant().toString(),
        ])
      : backends.start(backend, before, text.replace(CLOCK, literalNow), values)
    if (writesAlone) void running.ended.then(() => looks.changed([text]))
    else if (WRITES.test(text)) connection.written.push(text)
    return running
  }

  /** Answers one that waited. Never when PostgreSQL happens to be ready, but at its place in the order. */
  const unblock = (running: Running) => {
    if (blocked.delete(running)) running.answer()
  }

  /** What waited for a lock and has it now, or was told that it never will: one after the other, in the order in which they came. */
  const settleBlocked = async (): Promise<void> => {
    for (const running of [...blocked]) {
      await backends.settle(running)
      if (running.settled !== null) unblock(running)
      else backends.stop(running)
    }
  }

  const takeBack = async (connection: Connection): Promise<void> => {
    connections.delete(connection)
    if (connection.running !== null && connection.running.settled === null) {
      await backends.cancel(connection.running)
      unblock(connection.running)
    }
    await connection.backend.client.query('rollback')
    connection.opening.length = 0
    connection.inTransaction = false
    backends.give(connection.backend)
  }

  const breakOff = async (connection: Connection, code: string, message: string): Promise<void> => {
    if (connection.broken !== null) return
    connection.broken = { code, message }
    await takeBack(connection)
    if (blocked.size > 0) await settleBlocked()
  }

  const poolFor = (owner: Owner, role: Role, size: number): PostgresPool => {
    const idle: Connection[] = []
    const waiting: {
      readonly give: (connection: Connection) => void
      readonly fail: (error: unknown) => void
      cancel: () => void
    }[] = []
    let open = 0

    const clientOf = (connection: Connection): PostgresPoolClient => {
      const query = (text: string, values: readonly unknown[] = []): Promise<Answer> =>
        waitingFor<Answer>(owner, (resolve, reject) => {
          const back = (label: string, act: () => void) => scheduler.after(rules.delay(), label, owner, act)
          scheduler.after(rules.delay(), `sql ${text.slice(0, 24).replaceAll('\n', ' ')}`, null, async () => {
            if (!owner.alive) return
            const lost = () => {
              const { code, message } = connection.broken ?? { code: '57P01', message: 'terminating connection' }
              back('sql lost', () => reject(databaseError(code, message)))
            }
            if (connection.broken !== null) return lost()
            const fault = rules.faultFor(text, connection.inTransaction)
            if (fault?.kind === 'cut_before') {
              await breakOff(connection, '57P01', 'terminating connection due to administrator command')
              return lost()
            }
            const idle = fault === null && !connection.inTransaction && (await looks.wouldFindNothing(text))
            if (idle) return back('sql done', () => resolve(NOTHING))
            const running =
              fault?.kind === 'error'
                ? await execute(
                    connection,
                    `do $$ begin raise exception using errcode = '${fault.code}', message = 'a fault'; end $$`,
                    [],
                  )
                : await execute(connection, text, values)
            connection.running = running
            await running?.still
            if (fault?.kind === 'cut_after' && running?.settled !== null) {
              await breakOff(connection, '57P01', 'terminating connection due to administrator command')
              return lost()
            }
            if (running === null) return back('sql done', () => resolve(NOTHING))
            const answerIt = () => {
              connection.running = null
              const settled = running.settled
              if (connection.broken !== null || settled === null) return lost()
              if (settled.kind === 'failed') {
                if (WRITES.test(text)) scheduler.stir()
                return back('sql failed', () => reject(settled.error))
              }
              const { command, rowCount } = settled.answer
              if (!connection.inTransaction) looks.found(text, rowCount ?? 0)
              if ((rowCount ?? 0) > 0 && (command === 'INSERT' || command === 'UPDATE' || command === 'DELETE')) scheduler.stir()
              back('sql done', () => resolve(settled.answer))
            }
            if (running.settled !== null) answerIt()
            else {
              blocked.add(running)
              backends.stop(running)
              const forget = scheduler.after(STATEMENT_TIMEOUT, 'statement timeout', null, async () => {
                await backends.cancel(running)
                unblock(running)
                await settleBlocked()
              })
              running.answer = () => {
                forget()
                answerIt()
              }
            }
            if (blocked.size > 0 && (!connection.inTransaction || running.settled?.kind === 'failed')) await settleBlocked()
          })
        })
      return {
        query: query as PostgresPoolClient['query'],
        release: (destroy?: unknown) => {
          // The driver gives back for good what it could not take back to where it began.
          if (destroy !== undefined && destroy !== false && connection.broken === null) {
            open--
            scheduler.after(0, 'connection ends', null, () => breakOff(connection, '57P01', 'connection ended'))
            serve()
            return
          }
          if (connection.broken !== null) open--
          else {
            const next = waiting.shift()
            if (next === undefined) idle.push(connection)
            else {
              next.cancel()
              next.give(connection)
            }
            return
          }
          serve()
        },
      }
    }

    const clients = new WeakMap<Connection, PostgresPoolClient>()
    const asClient = (connection: Connection): PostgresPoolClient => {
      const client = clients.get(connection) ?? clientOf(connection)
      clients.set(connection, client)
      return client
    }

    const serve = () => {
      if (waiting.length === 0 || open >= size) return
      const next = waiting.shift()
      if (next === undefined) return
      next.cancel()
      open++
      scheduler.after(rules.delay(), 'connect', null, async () => {
        if (!owner.alive) return
        if (!rules.up()) {
          open--
          scheduler.after(rules.delay(), 'connect refused', owner, () => {
            next.fail(databaseError('ECONNREFUSED', 'connect ECONNREFUSED'))
            serve()
          })
          return
        }
        const connection: Connection = {
          owner,
          backend: await backends.take(role),
          inTransaction: false,
          opening: [],
          written: [],
          broken: null,
          running: null,
        }
        connections.add(connection)
        scheduler.after(rules.delay(), 'connected', owner, () => next.give(connection))
      })
    }

    return {
      connect: () =>
        waitingFor<PostgresPoolClient>(owner, (resolve, reject) => {
          for (let had = idle.pop(); had !== undefined; had = idle.pop()) {
            if (had.broken === null) return resolve(asClient(had))
            open--
          }
          const cancel = scheduler.after(CONNECT_TIMEOUT, 'connect timeout', owner, () => {
            const index = waiting.indexOf(entry)
            if (index >= 0) waiting.splice(index, 1)
            reject(new Error('timeout exceeded when trying to connect'))
          })
          const entry = { give: (c: Connection) => resolve(asClient(c)), fail: reject, cancel }
          waiting.push(entry)
          serve()
        }),
      end: async () => {},
    } as PostgresPool
  }

  return {
    poolFor,
    cut: async (owner) => {
      for (const connection of [...connections])
        if (owner === null || connection.owner === owner)
          await breakOff(connection, '57P01', 'terminating connection due to administrator command')
    },
    endIdleTransactions: async (owner) => {
      for (const connection of [...connections])
        if (connection.owner === owner && connection.inTransaction && connection.running?.settled !== null)
          await breakOff(connection, '25P03', 'terminating connection due to idle-in-transaction timeout')
    },
    count: () => count,
    pending: (owner) => pending.get(owner) ?? 0,
    look: backends.look,
    keeps: async (sid) => {
      const rows = await backends.look(
        `select from inbox where key = 'text:' || $1 union all select from exchange where carrier_sid = $1`,
        [sid],
      )
      return rows.length > 0
    },
    nextDue: looks.nextDue,
    spared: looks.spared,
    close: async () => {
      for (const connection of [...connections]) await takeBack(connection)
      await backends.close()
    },
  }
}
