/** The processes that share the embedded cluster: which of them still run, and one at a time where it is started or stopped. */

import { readFileSync } from 'node:fs'
import { open, readdir, readFile, rm, unlink } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** Longer than a cluster takes to start (`START_SECONDS` in embedded-postgres.ts). */
const HELD_SECONDS = 90

/** Does something while no other process does under the same `root`. Throws when another one holds the lock for longer than a start takes. */
export async function underLock<T>(root: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(root, 'lock')
  const deadline = performance.now() + HELD_SECONDS * 1000
  for (;;) {
    try {
      const lock = await open(file, 'wx', 0o600)
      await lock.writeFile(String(process.pid))
      await lock.close()
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = Number(await readFile(file, 'utf8').catch(() => ''))
      if (holder && !isAlive(holder)) await unlink(file).catch(() => {})
      else if (performance.now() > deadline) throw new Error(`${file} has been held for long: remove it if no Homeline runs.`)
      else await wait(50)
    }
  }
  try {
    return await work()
  } finally {
    await unlink(file).catch(() => {})
  }
}

/** The registrations of processes that still run; those of others are removed. */
export async function livingClients(root: string): Promise<string[]> {
  const names = await readdir(path.join(root, 'clients'))
  const living: string[] = []
  for (const name of names) {
    if (isAlive(Number(name.split('-')[0]))) living.push(name)
    else await rm(path.join(root, 'clients', name), { force: true })
  }
  return living
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  try {
    // A zombie has ended and only waits for its parent to ask after it; a signal does not tell (Linux, proc(5)).
    return !/^\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*(?=\))/s, ''))
  } catch {
    return true
  }
}
