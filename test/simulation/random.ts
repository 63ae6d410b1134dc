/** Seeded chance: the same name and seed always give the same numbers, whatever else is drawn. */

import { createHash } from 'node:crypto'

/** A stream of numbers. */
export type Random = {
  /** 0 up to but not 1. */
  readonly next: () => number
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number
  readonly chance: (probability: number) => boolean
  /** One of a list that is not empty. */
  readonly pick: <T>(list: readonly T[]) => T
  readonly bytes: (count: number) => Buffer
  /** A stream of its own: what is drawn from it moves no other stream. */
  readonly fork: (name: string) => Random
}

/** The stream of a seed (sfc32 over the first words of a SHA-256). */
export function createRandom(seed: string): Random {
  const digest = createHash('sha256').update(seed).digest()
  let [a, b, c, d] = [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8), digest.readInt32LE(12)]
  const next = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 4_294_967_296
  }
  for (let i = 0; i < 12; i++) next()
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)] as (typeof list)[number],
    bytes: (count) => Buffer.from(Uint8Array.from({ length: count }, () => Math.floor(next() * 256))),
    fork: (name) => createRandom(`${seed}/${name}`),
  }
}
