/** What a rule of the checker is. */

import type { Evidence } from './evidence.ts'

/** A rule with the plain sentence that it stands for; `broken` gives a sentence for each case that breaks it. */
export type Rule = {
  readonly name: string
  readonly says: string
  readonly broken: (evidence: Evidence) => string[] | Promise<string[]>
}

/** A moment in microseconds, for a sentence. */
export function when(micros: number): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(micros / 1000)).toString()
}

/** Enough of an id to find it by. */
export function short(id: string): string {
  return id.slice(-12)
}
