/** What goes wrong at a terminal, and what may be said of it. Loaded before anything else, so it imports nothing. */

/** What goes wrong by circumstance and not by a bug: its message is one plain sentence for the person at the terminal. */
export class Problem extends Error {}

/** The command was used wrongly (exit status 2). */
export class UsageProblem extends Error {}

/** Whether a file cannot be written for a reason that the person at the terminal can mend: the path, rights, space. */
export function cannotWrite(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code !== undefined && UNWRITABLE.has(code)
}

const UNWRITABLE = new Set('EACCES EDQUOT EISDIR ELOOP ENAMETOOLONG ENOENT ENOSPC ENOTDIR EPERM EROFS'.split(' '))

/** What may be said of an error: its name, its code and where it was thrown, never its message. */
export function describeError(error: unknown): { readonly error: string; readonly code?: string; readonly at?: string } {
  if (!(error instanceof Error)) return { error: 'unknown' }
  const code = (error as { code?: unknown }).code
  const at = error.stack
    ?.split('\n')
    .find((line) => line.includes('/src/'))
    ?.trim()
  return {
    error: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...(at === undefined ? {} : { at: at.replace(/^at /, '') }),
  }
}
