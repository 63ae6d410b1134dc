/** Which lines a school can watch for: words or phrases of which not every message has one. */

import { isLongEnough } from './search-words.ts'

/** Most words that a school watches for. */
export const MOST_WATCHED = 50
/** Characters (UTF-16) of the longest line that is watched for. */
const LONGEST_WORD = 200

/** A line that is not watched for, and why. */
export type NotWatched = { readonly line: string; readonly why: 'no_word' | 'short' | 'long' | 'too_many' }

/** The lines as they are looked for, without case and each once, and those that are left out. Empty lines are none. */
export function watchable(lines: readonly string[]): {
  readonly wanted: readonly string[]
  readonly left: readonly NotWatched[]
} {
  const wanted: string[] = []
  const left: NotWatched[] = []
  for (const line of new Set(lines.map((one) => one.trim().toLowerCase()).filter((one) => one !== ''))) {
    const longEnough = isLongEnough(line)
    if (longEnough === null) left.push({ line, why: 'no_word' })
    else if (!longEnough) left.push({ line, why: 'short' })
    else if (line.length > LONGEST_WORD) left.push({ line, why: 'long' })
    else if (wanted.length === MOST_WATCHED) left.push({ line, why: 'too_many' })
    else wanted.push(line)
  }
  return { wanted, left }
}
