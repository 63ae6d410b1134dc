/** The servers of a run: real processes of the real program, killed, stopped and started again. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, existsSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'

/** A place for a server; the process in it changes. */
export type Slot = {
  readonly index: number
  readonly port: number
  /** What this host's clock shows: null where it is right. */
  readonly clock: string | null
  /** null: none, or one that has not said yet that it is ready. */
  pid: number | null
  stopped: boolean
  /** Servers that ended without being told to, by exit status. */
  readonly ownEnds: number[]
}

/** The servers. */
export type Servers = {
  readonly slots: readonly Slot[]
  /** Those that a load balancer sends requests to. */
  readonly up: () => Slot[]
  /** Kills the process that is in the slot now; the next one starts by itself. */
  readonly kill: (slot: Slot) => void
  /** Lets the processes in all slots be replaced no more, and ends them. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>
}

const CLI = path.resolve('src/cli.ts')
const READY = 'Homeline is ready at'
const FAKETIME = ['/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1']

/** Debian's libfaketime, where it is installed. */
export const faketime = (): string | null => FAKETIME.find((file) => existsSync(file)) ?? null

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Starts a server on each port and again whenever one ends. `variables` gives the environment of a slot; `changed` hears of every start and end. */
export function startServers(
  ports: readonly number[],
  folder: string,
  variables: (slot: Slot) => Readonly<Record<string, string>>,
  changed: (slot: Slot) => void,
): Servers {
  const library = faketime()
  const slots = ports.map(
    (port, index): Slot => ({
      index,
      port,
      clock: index === 0 && library !== null ? '+1d' : null,
      pid: null,
      stopped: false,
      ownEnds: [],
    }),
  )
  const children = new Map<Slot, ChildProcess>()
  const told = new Set<ChildProcess>()
  let over = false

  const start = (slot: Slot) => {
    if (over) return
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      // Node keeps what it has compiled: a server that starts a thousand times starts twice as fast.
      NODE_COMPILE_CACHE: path.join(folder, 'compiled'),
      ...(slot.clock === null ? {} : { LD_PRELOAD: library as string, FAKETIME: slot.clock, FAKETIME_DONT_FAKE_MONOTONIC: '1' }),
      ...variables(slot),
    }
    const child = spawn(process.execPath, [CLI, 'serve'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    children.set(slot, child)
    const log = createWriteStream(path.join(folder, `server-${slot.index}.log`), { flags: 'a' })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => {
      log.write(chunk)
      if (slot.pid !== null || out.length > 100_000) return
      out += chunk
      if (!out.includes(READY)) return
      slot.pid = child.pid ?? null
      changed(slot)
    })
    child.stderr.on('data', (chunk: Buffer) => log.write(chunk))
    child.once('exit', (status, signal) => {
      if (!told.has(child) && signal !== 'SIGKILL') slot.ownEnds.push(status ?? -1)
      slot.pid = null
      slot.stopped = false
      changed(slot)
      setTimeout(() => start(slot), Math.random() * 300)
    })
    child.once('close', () => log.end())
  }
  for (const slot of slots) start(slot)
  return {
    slots,
    up: () => slots.filter((slot) => slot.pid !== null && !slot.stopped),
    kill: (slot) => {
      const child = children.get(slot)
      slot.pid = null
      changed(slot)
      child?.kill('SIGKILL')
    },
    end: async (signal) => {
      over = true
      await Promise.all(
        [...children.values()].map(
          (child) =>
            new Promise<void>((resolve) => {
              if (child.exitCode !== null || child.signalCode !== null) return resolve()
              told.add(child)
              child.once('exit', () => resolve())
              child.kill('SIGCONT')
              child.kill(signal)
            }),
        ),
      )
    },
  }
}
