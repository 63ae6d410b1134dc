/** What a form began with, so that a save undoes nothing that somebody else has saved since. */

import { createHash } from 'node:crypto'

/** A short word for a list, the same in whichever order it stands. */
export function stampOf(list: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([...list].sort()))
    .digest('base64url')
    .slice(0, 16)
}

/** Whether a form that began with `began` shows another list than this; a form that says nothing does not. */
export function isStale(began: string, list: readonly string[]): boolean {
  return began !== '' && began !== stampOf(list)
}
