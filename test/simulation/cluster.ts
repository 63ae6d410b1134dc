/** PostgreSQL for the simulation: a real one whose clock and ids are the world's, and a prepared database that each seed gets a copy of. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { migrate } from '../../src/store/database.ts'
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts'

/** A cluster of the simulation's own. */
export type Cluster = {
  /** A copy of the template under a new name. */
  readonly copy: (
    name: string,
  ) => Promise<{ readonly ownerUrl: string; readonly adminUrl: string; readonly drop: () => Promise<void> }>
  readonly templateUrl: string
  /** Lets the planner know the template, as it knows a database that has been at work; the tables are small enough that it reads every row. */
  readonly analyze: () => Promise<void>
  /** Seconds of processor time that PostgreSQL has taken; 0 where the system does not tell (it is no Linux). */
  readonly processorSeconds: () => Promise<number>
  readonly close: () => Promise<void>
}

/**
 * The world's clock and ids in place of PostgreSQL's. The path puts `public` first, so the schema's defaults, which name these functions without
 * their schema, are bound to them by the migration. The time itself is a setting that every statement brings along.
 */
const WORLD_FUNCTIONS = `
  create sequence sim_uuid;
  create function gen_random_uuid() returns uuid language sql volatile as $$ select md5('id ' || nextval('public.sim_uuid')::text)::uuid $$;
  create function clock_timestamp() returns timestamptz language sql stable as $$ select current_setting('sim.now')::timestamptz $$;
  create function now() returns timestamptz language sql stable as $$ select current_setting('sim.now')::timestamptz $$;`

/** Nothing of a simulated world outlives the process; a deadlock is found at once, and nothing runs beside the world's own statements. */
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  autovacuum: 'off',
  // The client hears when a statement waits for a lock and no deadlock was found.
  deadlock_timeout: '1ms',
  log_lock_waits: 'on',
  lc_messages: 'C',
}

/** Of a second, in /proc (Linux: USER_HZ). */
const TICKS = 100

/** Starts the cluster and makes its template; the world begins at `start` (ISO 8601). */
export async function startCluster(start: string): Promise<Cluster> {
  const dir = await mkdtemp(path.join(tmpdir(), 'homeline-simulation-'))
  const postgres = await startEmbeddedPostgres(dir)
  const admin = (url: string, name: string) => url.replace('//homeline:', '//postgres:').replace(/homeline$/, name)
  const maintenance = new pg.Client({ connectionString: admin(postgres.url, 'postgres') })
  await maintenance.connect()
  for (const [name, value] of Object.entries(SETTINGS)) await maintenance.query(`alter system set ${name} = '${value}'`)
  await maintenance.query('select pg_reload_conf()')
  await maintenance.query('alter database homeline set search_path = public, pg_catalog')
  await maintenance.query(`alter database homeline set sim.now = '${start}'`)
  const owner = new pg.Client({ connectionString: postgres.url })
  await owner.connect()
  await owner.query(WORLD_FUNCTIONS)
  await owner.end()
  await migrate(postgres.url)
  const grant = new pg.Client({ connectionString: postgres.url })
  await grant.connect()
  await grant.query('grant usage on sequence sim_uuid to homeline_app, homeline_scheduler, homeline_eraser')
  await grant.end()
  return {
    templateUrl: postgres.url,
    processorSeconds: () => processorSeconds(dir),
    analyze: async () => {
      const client = new pg.Client({ connectionString: admin(postgres.url, 'homeline') })
      await client.connect()
      await client.query('vacuum analyze')
      await client.end()
    },
    copy: async (name) => {
      await maintenance.query(`create database ${name} template homeline strategy file_copy`)
      await maintenance.query(`alter database ${name} set search_path = public, pg_catalog`)
      await maintenance.query(`alter database ${name} set sim.now = '${start}'`)
      return {
        ownerUrl: postgres.url.replace(/homeline$/, name),
        adminUrl: admin(postgres.url, name),
        drop: async () => void (await maintenance.query(`drop database ${name} with (force)`)),
      }
    },
    close: async () => {
      await maintenance.end()
      await postgres.release()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The postmaster under this folder and its processes, those that have ended too. */
async function processorSeconds(dir: string): Promise<number> {
  const file = (await readdir(dir, { recursive: true })).find((name) => path.basename(name) === 'postmaster.pid')
  const postmaster = file === undefined ? '' : (await readFile(path.join(dir, file), 'utf8')).split('\n')[0]
  let ticks = 0
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const own = Number(fields[11]) + Number(fields[12])
    if (pid === postmaster) ticks += own + Number(fields[13]) + Number(fields[14])
    else if (fields[1] === postmaster) ticks += own
  }
  return ticks / TICKS
}
