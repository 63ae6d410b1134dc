/**
 * Webhooks on disk while the server is away: one encrypted file each, whole and fsynced before its name stands. A name is the time of arrival
 * (milliseconds, the order of the hand-over) and a keyed digest of the inbox key: a folder's list tells no number, and that a webhook is here.
 */

import { createHmac } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Keys } from '../store/keys.ts'
import type { KeptWebhook } from '../webhooks/twilio.ts'

/** A webhook as it waits. */
export type Spooled = { readonly key: string; readonly raw: Buffer; readonly at: Temporal.Instant }

/** How the spool stands. `since`: arrival of the oldest that waits. */
export type SpoolState = {
  readonly waiting: number
  readonly since: Temporal.Instant | null
  readonly full: boolean
  /** Files that are kept and not handed over: unreadable with this key, or refused for good. */
  readonly setAside: number
}

/** The spool of one folder. */
export type Spool = {
  /** Resolves when all are durable, throws when not all are; one that waits already is not written again. */
  readonly append: (webhooks: readonly KeptWebhook[]) => Promise<void>
  /** The oldest, read anew; what cannot be read is set aside. Null: nothing waits. */
  readonly oldest: () => Promise<(Spooled & { readonly name: string }) | null>
  /** Its server has it. */
  readonly remove: (name: string) => Promise<void>
  /** Keeps the file for a person to look at and goes on without it. */
  readonly setAside: (name: string) => Promise<void>
  readonly state: () => SpoolState
  /** Throws when the folder takes no file now. */
  readonly probe: () => Promise<void>
}

const NAME = /^(\d{15})-([0-9a-f]{32})$/
const ASIDE = '.aside'
const PART = '.part'

/**
 * Opens the folder, making it (readable by its owner only) when it is not there; halves that a crash left, which nobody was told of, go. `most`
 * webhooks may wait.
 */
export async function openSpool(dir: string, keys: Keys, most: number): Promise<Spool> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const names = await readdir(dir)
  for (const name of names.filter((n) => n.endsWith(PART))) await rm(path.join(dir, name), { force: true })
  const waiting = new Set(names.filter((n) => NAME.test(n)).sort())
  const digests = new Set([...waiting].map(digestIn))
  let aside = names.filter((n) => n.endsWith(ASIDE)).length
  let last = Math.max(0, ...[...waiting].map(timeIn))

  const digest = (key: string) => createHmac('sha256', keys.derive('spool')).update(key).digest('hex').slice(0, 32)
  const freshName = (key: string) => {
    // Ever growing, whatever the clock does: names are the order.
    last = Math.max(last + 1, Temporal.Now.instant().epochMilliseconds)
    return `${String(last).padStart(15, '0')}-${digest(key)}`
  }
  const forget = (name: string) => {
    waiting.delete(name)
    digests.delete(digestIn(name))
  }
  const setAside = async (name: string) => {
    await rename(path.join(dir, name), path.join(dir, `${name}${ASIDE}`))
    forget(name)
    aside++
  }
  const write = async (name: string, { key, raw }: KeptWebhook) => {
    const plain = Buffer.from(JSON.stringify({ key, raw: raw.toString('base64') }))
    await writeWhole(path.join(dir, name), keys.encrypt('spool', '', name, plain))
  }

  return {
    append: async (webhooks) => {
      const fresh = webhooks.filter((w) => !digests.has(digest(w.key))).map((w) => [freshName(w.key), w] as const)
      if (fresh.length === 0) return
      if (waiting.size + fresh.length > most) throw new Error('The spool is full.')
      const written = await Promise.allSettled(fresh.map(([name, webhook]) => write(name, webhook)))
      const failed = written.find((w) => w.status === 'rejected')
      try {
        if (failed !== undefined) throw failed.reason
        await syncFolder(dir)
      } catch (cause) {
        for (const [name] of fresh) await rm(path.join(dir, name), { force: true }).catch(() => {})
        throw new Error('The spool cannot be written.', { cause })
      }
      for (const [name] of fresh) {
        waiting.add(name)
        digests.add(digestIn(name))
      }
    },
    oldest: async () => {
      for (const name of waiting) {
        const sealed = await readFile(path.join(dir, name)).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error
          return null
        })
        const read = sealed === null ? null : unseal(keys, name, sealed)
        if (read !== null) return { ...read, name }
        if (sealed === null) forget(name)
        else await setAside(name)
      }
      return null
    },
    remove: async (name) => {
      await rm(path.join(dir, name), { force: true })
      forget(name)
    },
    setAside,
    state: () => {
      const [first] = waiting
      return {
        waiting: waiting.size,
        since: first === undefined ? null : Temporal.Instant.fromEpochMilliseconds(timeIn(first)),
        full: waiting.size >= most,
        setAside: aside,
      }
    },
    probe: async () => {
      const file = path.join(dir, `probe${PART}`)
      await writeWhole(file, Buffer.alloc(1))
      await rm(file, { force: true })
    },
  }
}

function timeIn(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? 0)
}

function digestIn(name: string): string {
  return NAME.exec(name)?.[2] ?? ''
}

/** Null when it was written with another key or is damaged. */
function unseal(keys: Keys, name: string, sealed: Buffer): Spooled | null {
  try {
    const { key, raw } = JSON.parse(keys.decrypt('spool', '', name, sealed).toString()) as { key: string; raw: string }
    return { key, raw: Buffer.from(raw, 'base64'), at: Temporal.Instant.fromEpochMilliseconds(timeIn(name)) }
  } catch {
    return null
  }
}

/** Under its name it is whole, or it is not there. */
async function writeWhole(file: string, bytes: Buffer): Promise<void> {
  const part = `${file}${PART}`
  try {
    const handle = await open(part, 'w', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true }).catch(() => {})
    throw error
  }
}

/** A new name outlives a power cut only once its folder is written too. */
async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
