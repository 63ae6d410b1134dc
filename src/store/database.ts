/**
 * Connections, roles and transactions. Everything works as `homeline_app`, which row level security binds to one district a
 * transaction; only `migrate` works as the schema's owner, and only the job that looks for work as `homeline_scheduler`.
 */

import { promises as fs } from 'node:fs'
import type { Socket } from 'node:net'
import path from 'node:path'
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import { FileMigrationProvider, Migrator } from 'kysely/migration'
import pg from 'pg'
import { isUuid } from '../core/uuid.ts'
import { createNames, preparingDialect } from './prepared.ts'
import type { DB } from './schema.ts'

/** The app's database without a district: only tables of the short list (district, setting, inbox, proxy_number) show rows. */
export type Db = Kysely<DB>

/** A transaction; inside `inDistrict` it sees the rows of one district. */
export type Trx = Transaction<DB>

/** The roles that Homeline works as; none can log in by itself (see login.ts). */
export type Role = 'homeline_app' | 'homeline_scheduler' | 'homeline_eraser'

const TIMESTAMPTZ = 1184
const DATE = 1082
const INT8 = 20

const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary') {
      if (oid === TIMESTAMPTZ) return (text: string) => toInstant(text)
      if (oid === DATE) return (text: string) => text
      if (oid === INT8) return Number
    }
    return pg.types.getTypeParser(oid, format as 'text')
  },
}

/** PostgreSQL prints `2026-11-23 17:00:00.5+00` with the connection's zone set to UTC. */
function toInstant(text: string): Temporal.Instant {
  return Temporal.Instant.from(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))
}

/**
 * A connection that breaks (a restart of the database) is replaced at its next use. Without listeners its error would end the process: an idle
 * one tells the pool, one between two statements of a transaction only itself; the next statement fails and its caller hears of it.
 */
function outliveRestarts(pool: pg.Pool): void {
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))
}

/** What a connection is ended with that waits in vain for its answer. */
export const DATABASE_IS_LATE = 'The database has not answered in time.'

/** A peer that is gone without a word (a host that lost power, a forgotten NAT entry) is asked for after so many milliseconds of silence. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const

/**
 * The server itself ends a statement in time; one that says nothing well beyond that is gone, and with it the connection. The `query_timeout`
 * of pg would give up the statement only, and the pool would hand the dead connection out again. Between two statements silence means nothing: a
 * transaction may wait for its reader.
 */
function leaveTheDead(pool: pg.Pool, milliseconds: number): void {
  pool.on('connect', (client) => {
    const inside = client as unknown as { readonly connection: { readonly stream: Socket }; readonly readyForQuery: boolean }
    const { stream } = inside.connection
    // A listener given to setTimeout would hear of the first silence only.
    stream.setTimeout(milliseconds).on('timeout', () => {
      if (!inside.readyForQuery) stream.destroy(new Error(DATABASE_IS_LATE))
    })
  })
}

/** How long a statement may take, in seconds, where nobody asks for more. */
const STATEMENT_SECONDS = 60

/** What a connection says of its process: a server's jobs are at work, or a command runs. */
export type Program = 'homeline-server' | 'homeline'

/** What every connection of a role begins with; the server ends statements, and transactions in which nothing happens, in time. */
export function connectionOf(
  url: string,
  role: Role,
  statementSeconds = STATEMENT_SECONDS,
  program: Program = 'homeline',
): pg.ClientConfig {
  return {
    connectionString: url,
    // Lookups by key on solid disks: the defaults read whole tables for a few hundred rows, or compile what runs for a millisecond.
    options: `-c role=${role} -c timezone=UTC -c jit=off -c random_page_cost=1.1`,
    connectionTimeoutMillis: 10_000,
    statement_timeout: statementSeconds * 1000,
    ...KEEP_ALIVE,
    idle_in_transaction_session_timeout: 60_000,
    application_name: program,
    types,
  }
}

const names = createNames()

/** A pool that works as one role. `size` connections at most; the server ends statements after `statementSeconds`. */
export function connect(
  url: string,
  role: Role,
  size = 10,
  statementSeconds = STATEMENT_SECONDS,
  program: Program = 'homeline',
): Db {
  const pool = new pg.Pool({ ...connectionOf(url, role, statementSeconds, program), max: size })
  outliveRestarts(pool)
  leaveTheDead(pool, statementSeconds * 1200)
  return new Kysely<DB>({ dialect: preparingDialect(pool, names) })
}

/** Throws unless the connection is bound by row level security: a superuser would pass every tenant wall. */
export async function assertBound(db: Db, role: Role): Promise<void> {
  const { rows } = await sql<{ name: string; free: boolean }>`
    select current_user as name, rolsuper or rolbypassrls as free from pg_roles where rolname = current_user`.execute(db)
  if (rows[0]?.name !== role || rows[0].free)
    throw new Error(`The database connection must work as ${role}, which row level security binds.`)
}

/** The path of the migrations, frozen and forward only. */
export const MIGRATIONS = path.resolve(import.meta.dirname, '..', '..', 'migrations')

/** Brings the schema up to date as its owner; safe from several hosts at once (an advisory lock). Gives the names of what it ran. */
export async function migrate(url: string): Promise<string[]> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: 10_000,
    application_name: 'homeline-migrate',
    ...KEEP_ALIVE,
  })
  outliveRestarts(pool)
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const { rows } = await sql<{ version: number }>`select current_setting('server_version_num')::int as version`.execute(db)
    if ((rows[0]?.version ?? 0) < 150000) throw new Error('DATABASE_URL should name a PostgreSQL 15 or newer.')
    const migrator = new Migrator({ db, provider: new FileMigrationProvider({ fs, path, migrationFolder: MIGRATIONS }) })
    const { error, results } = await migrator.migrateToLatest()
    if (error) throw new Error('The database could not be brought up to date.', { cause: error })
    return (results ?? []).map((r) => r.migrationName)
  } finally {
    await db.destroy()
  }
}

/**
 * How a transaction's statements find their rows. `planned` as PostgreSQL thinks best. `by key`: tables are read in the order of their keys; those that
 * fill and empty as fast as ours mislead the planner into reading and sorting all that is left for every page (measured: ten times slower, and worse the
 * longer the log). `row by row`: what belongs to a batch is looked up one by one; for a few hundred rows the planner else merges or hashes whole
 * tables of a district (measured: 100 ms for a batch of 500 texts, of which 30 remain).
 */
export type Reading = 'planned' | 'by key' | 'row by row'

const BY_KEY = ['enable_bitmapscan = off', 'enable_seqscan = off']
const SETTINGS: Readonly<Record<Reading, readonly string[]>> = {
  planned: [],
  'by key': BY_KEY,
  // What is left to choose does not depend on the values: one plan serves all of them.
  'row by row': [...BY_KEY, 'enable_mergejoin = off', 'enable_hashjoin = off', 'plan_cache_mode = force_generic_plan'],
}

/**
 * Lets a transaction see one district. `SET LOCAL` and not `set_config`: the setting ends with the transaction, and distributed
 * PostgreSQL passes it on.
 */
export async function enterDistrict(trx: Trx, districtId: string, reading: Reading): Promise<void> {
  if (!isUuid(districtId)) throw new Error('A district id is a UUID.')
  const settings = [`app.district_id = '${districtId}'`, ...SETTINGS[reading]]
  await sql.raw(settings.map((setting) => `set local ${setting}`).join('; ')).execute(trx)
}

/** One transaction that sees one district. */
export async function inDistrict<T>(
  db: Db,
  districtId: string,
  work: (trx: Trx) => Promise<T>,
  reading: Reading = 'planned',
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await enterDistrict(trx, districtId, reading)
    return work(trx)
  })
}

/** Whether a server is connected to the database; its jobs never leave it for longer than a second. */
export async function serverRuns(db: Db): Promise<boolean> {
  const program: Program = 'homeline-server'
  const { rows } = await sql`select from pg_stat_activity
    where datname = current_database() and application_name = ${program} limit 1`.execute(db)
  return rows.length > 0
}

/** The database's own clock, for leases, time limits and the log's times. */
export async function databaseNow(db: Db | Trx): Promise<Temporal.Instant> {
  const { rows } = await sql<{ now: Temporal.Instant }>`select clock_timestamp() as now`.execute(db)
  return rows[0]?.now as Temporal.Instant
}

/** The pattern (LIKE) of what contains these words as they stand. */
export function contains(words: string): string {
  return `%${words.replaceAll(/[\\%_]/g, '\\$&')}%`
}
