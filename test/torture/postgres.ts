/** A real PostgreSQL that can be restarted, crashed and run out of disk, always at the same address. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmod, mkdir, open, rm, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts'
import { freePort } from './processes.ts'

/** How a restart begins: `orderly` rolls back what is open and writes a checkpoint; `crash` drops everything and recovers from the log. */
export type Restart = 'orderly' | 'crash'

/** The database of a run. */
export type Database = {
  /** As the schema's owner, no superuser. */
  readonly ownerUrl: string
  /** As a superuser. */
  readonly adminUrl: string
  /** Rows that a superuser sees; waits while the database is away, at most a minute. */
  readonly look: <T>(text: string, values?: readonly unknown[]) => Promise<T[]>
  readonly restart: (how: Restart, awayMs: number) => Promise<void>
  /** Leaves no byte on the disk for so long; null where the disk could not be made small. */
  readonly fillDisk: ((milliseconds: number) => Promise<void>) | null
  /** Stops it; its files stay. */
  readonly stop: () => Promise<void>
  /** Takes the small disk away with all that is on it. */
  readonly unmount: () => void
}

const READY_MS = 60_000

/** Makes and starts a database under `dir`, on a disk of `diskMb` megabytes where this machine allows to make one. */
export async function startDatabase(dir: string, diskMb: number | null): Promise<Database> {
  await mkdir(dir, { recursive: true })
  const mounted = diskMb !== null && mountSmallDisk(dir, diskMb)
  const unmount = () => {
    if (mounted) execFileSync('umount', ['--lazy', dir])
  }
  // PostgreSQL runs as nobody where we are root.
  await chmod(dir, 0o755)
  const made = await startEmbeddedPostgres(dir)
  await made.release()
  const port = await freePort()
  const ownerUrl = Object.assign(new URL(made.url), { port: String(port) }).toString()
  const adminUrl = ownerUrl.replace('//homeline:', '//postgres:')
  const { postgres } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as { readonly postgres: string }
  const data = path.join(dir, 'data')
  const log = await open(path.join(dir, 'torture-postgres.log'), 'a')
  let running: { readonly child: ChildProcess; readonly ended: Promise<void> } | null = null

  const start = async () => {
    const until = performance.now() + READY_MS
    while (performance.now() < until) {
      running = await spawnPostmaster(postgres, data, port, log.fd)
      let over = false
      void running.ended.then(() => {
        over = true
      })
      while (!over && performance.now() < until) {
        if (await answers(adminUrl)) return
        await wait(50)
      }
      await wait(200)
    }
    throw new Error('PostgreSQL did not come back within a minute.')
  }
  const end = async (signal: NodeJS.Signals) => {
    const { child, ended } = running ?? { child: null, ended: null }
    child?.kill(signal)
    await ended
    running = null
  }
  await start()
  // A database that gave up for want of space is started again as a host's service manager does.
  let wanted = true
  let busy = false
  const keeper = setInterval(() => {
    if (!wanted || busy || running === null) return
    const { child } = running
    if (child.exitCode === null && child.signalCode === null) return
    busy = true
    void start().finally(() => {
      busy = false
    })
  }, 500)

  const pool = new pg.Pool({ connectionString: adminUrl, max: 4, connectionTimeoutMillis: 5_000, application_name: 'torture' })
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))
  const look = async <T>(text: string, values: readonly unknown[] = []): Promise<T[]> => {
    const until = performance.now() + READY_MS
    for (;;) {
      try {
        return (await pool.query(text, [...values])).rows as T[]
      } catch (cause) {
        if (performance.now() > until) throw new Error('The database does not answer the runner.', { cause })
        await wait(200)
      }
    }
  }
  return {
    ownerUrl,
    adminUrl,
    look,
    restart: async (how, awayMs) => {
      busy = true
      await end(how === 'orderly' ? 'SIGINT' : 'SIGQUIT')
      await wait(awayMs)
      await start()
      busy = false
    },
    fillDisk: mounted ? (milliseconds) => fillDisk(dir, milliseconds) : null,
    stop: async () => {
      wanted = false
      clearInterval(keeper)
      await pool.end().catch(() => {})
      await end('SIGINT')
      await log.close()
    },
    unmount,
  }
}

function mountSmallDisk(dir: string, megabytes: number): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=150',
  'shared_buffers=128MB',
  'max_wal_size=128MB',
  'min_wal_size=32MB',
  'autovacuum_naptime=5s',
  // The checker asks when each row was committed.
  'track_commit_timestamp=on',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
]

async function spawnPostmaster(postgres: string, data: string, port: number, log: number) {
  const owner = (await stat(data)).uid
  const root = process.getuid?.() === 0
  const args = [postgres, '-D', data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])]
  const [command, ...rest] = root && owner === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000', ...args] : args
  const child = spawn(command as string, rest, {
    cwd: data,
    stdio: ['ignore', log, log],
    // Ctrl-C is for the runner, who ends the database in his order.
    detached: true,
    ...(root && owner !== 0 ? { uid: owner, gid: owner } : {}),
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  return { child, ended }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

async function fillDisk(dir: string, milliseconds: number): Promise<void> {
  const ballast = path.join(dir, 'ballast')
  const file = await open(ballast, 'w')
  const chunk = Buffer.alloc(1 << 20)
  try {
    const until = performance.now() + milliseconds
    // What the database gives back meanwhile is taken again.
    while (performance.now() < until) {
      const { bavail, bsize } = await statfs(dir)
      const free = bavail * bsize
      if (free === 0) await wait(20)
      else await file.write(chunk, 0, Math.min(free, chunk.length)).catch(() => {})
    }
  } finally {
    await file.close()
    await rm(ballast, { force: true })
  }
}
