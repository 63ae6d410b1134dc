/**
 * The platform under a simulated host. Code that runs on a host (in its asynchronous context) gets its timers, its monotonic clock and its
 * randomness from the world, whoever wrote it: ours, the SDK's or the framework's. All other code has the real ones. So nothing can forget to be
 * simulated, and nothing in `src` knows of it.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'
import type { Random } from './random.ts'

/** What a host has in place of the platform's own. */
export type Platform = {
  readonly after: (milliseconds: number, label: string, run: () => void) => () => void
  /** Milliseconds since 1970 by the world's clock. */
  readonly now: () => number
  readonly random: Random
  /** Its way to other hosts; undefined: it has none. */
  readonly fetch?: typeof fetch
}

const current = new AsyncLocalStorage<Platform>()

const plain = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  performanceNow: performance.now.bind(performance),
  dateNow: Date.now.bind(Date),
  mathRandom: Math.random.bind(Math),
  randomBytes: crypto.randomBytes.bind(crypto),
  randomUUID: crypto.randomUUID.bind(crypto),
  randomUUIDv7: crypto.randomUUIDv7.bind(crypto),
  wait: timersPromises.setTimeout,
  instant: Temporal.Now.instant.bind(Temporal.Now),
  fetch: globalThis.fetch,
}

/** The real clock, for the simulation's own use. */
export const real = {
  /** One turn of the event loop: everything that can run has run. */
  turn: () => new Promise<void>((resolve) => void plain.setImmediate(resolve)),
  wait: (milliseconds: number) => new Promise<void>((resolve) => void plain.setTimeout(resolve, milliseconds)),
  after: (milliseconds: number, run: () => void) => {
    const started = plain.setTimeout(run, milliseconds)
    return () => plain.clearTimeout(started)
  },
  now: plain.performanceNow,
}

/** Runs something on a host; so runs all that it starts. */
export function onHost<T>(platform: Platform, work: () => T): T {
  return current.run(platform, work)
}

/** Runs something beside every host. */
export function offHost<T>(work: () => T): T {
  return current.exit(work)
}

type Callback = (...args: unknown[]) => void

/** What `setTimeout` gives on a host. */
type SimulatedTimer = { readonly cancel: () => void; readonly ref: () => SimulatedTimer; readonly unref: () => SimulatedTimer }

function timer(cancel: () => void): SimulatedTimer {
  const self: SimulatedTimer = { cancel, ref: () => self, unref: () => self }
  return self
}

const isSimulated = (given: unknown): given is SimulatedTimer =>
  typeof given === 'object' && given !== null && 'cancel' in given && typeof given.cancel === 'function'

function startTimer(label: string, otherwise: (...args: never[]) => unknown) {
  return (callback: Callback, milliseconds?: unknown, ...args: unknown[]) => {
    const host = current.getStore()
    if (host === undefined) return (otherwise as (...all: unknown[]) => unknown)(callback, milliseconds, ...args)
    return timer(host.after(Number(milliseconds ?? 0), label, () => current.run(host, callback, ...args)))
  }
}

function startInterval(callback: Callback, milliseconds?: unknown, ...args: unknown[]) {
  const host = current.getStore()
  if (host === undefined) return plain.setInterval(callback, milliseconds as number, ...args)
  let cancel = () => {}
  const next = () => {
    cancel = host.after(Number(milliseconds ?? 0), 'interval', () => {
      next()
      current.run(host, callback, ...args)
    })
  }
  next()
  return timer(() => cancel())
}

function startImmediate(callback: Callback, ...args: unknown[]) {
  const host = current.getStore()
  if (host === undefined) return plain.setImmediate(callback, ...args)
  return timer(host.after(0, 'immediate', () => current.run(host, callback, ...args)))
}

const ending = (otherwise: (given: never) => void) => (given: unknown) => {
  if (isSimulated(given)) given.cancel()
  else otherwise(given as never)
}

/** A UUID of version 7 or 4 from the world's clock and chance. */
function uuid(random: Random, milliseconds: number | null): `${string}-${string}-${string}-${string}-${string}` {
  const bytes = random.bytes(16)
  if (milliseconds !== null) bytes.writeUIntBE(Math.floor(milliseconds), 0, 6)
  bytes[6] = ((bytes[6] as number) & 0x0f) | (milliseconds === null ? 0x40 : 0x70)
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Puts the switches in, once a process: on a host they lead to the world, elsewhere to what was there. */
export function installPlatform(): void {
  const replacements = {
    setTimeout: startTimer('timer', plain.setTimeout),
    clearTimeout: ending(plain.clearTimeout),
    setInterval: startInterval,
    clearInterval: ending(plain.clearInterval),
    setImmediate: startImmediate,
    clearImmediate: ending(plain.clearImmediate),
  }
  Object.assign(globalThis, replacements)
  Object.assign(timers, replacements)
  Object.assign(timersPromises, {
    setTimeout: (milliseconds: number, value: unknown, options: unknown) => {
      const host = current.getStore()
      if (host === undefined) return plain.wait(milliseconds, value, options as never)
      return new Promise((resolve) => host.after(milliseconds, 'wait', () => resolve(value)))
    },
  })
  performance.now = () => current.getStore()?.now() ?? plain.performanceNow()
  Date.now = () => Math.floor(current.getStore()?.now() ?? plain.dateNow())
  Temporal.Now.instant = () => {
    const host = current.getStore()
    return host === undefined
      ? plain.instant()
      : Temporal.Instant.fromEpochNanoseconds(BigInt(Math.round(host.now() * 1000)) * 1000n)
  }
  globalThis.fetch = (...given) => (current.getStore()?.fetch ?? plain.fetch)(...given)
  Math.random = () => current.getStore()?.random.next() ?? plain.mathRandom()
  Object.assign(crypto, {
    randomBytes: (count: number) => current.getStore()?.random.bytes(count) ?? plain.randomBytes(count),
    randomUUID: () => {
      const host = current.getStore()
      return host === undefined ? plain.randomUUID() : uuid(host.random, null)
    },
    randomUUIDv7: () => {
      const host = current.getStore()
      return host === undefined ? plain.randomUUIDv7() : uuid(host.random, host.now())
    },
  })
  syncBuiltinESMExports()
}
