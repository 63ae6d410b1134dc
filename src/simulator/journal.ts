import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Tables by name, rows by key, in the order of first writing. */
export type Tables<T extends Record<string, unknown>> = {
  readonly rows: { readonly [K in keyof T]: ReadonlyMap<string, T[K]> }
  /** Writes one row; null deletes it. */
  readonly put: <K extends keyof T & string>(table: K, key: string, row: T[K] | null) => void
}

/**
 * Maps that survive a restart: every write is also one JSON line of the journal at `path`, replayed and shortened on start; null keeps nothing.
 * A last line torn by a crash is dropped. The file holds texts and numbers in the clear (mode 0600): it is for made-up people only.
 * Throws when the file cannot be read or written.
 */
export function openTables<T extends Record<string, unknown>>(
  names: readonly (keyof T & string)[],
  path: string | null,
): Tables<T> {
  const rows = Object.fromEntries(names.map((name) => [name, new Map<string, unknown>()]))

  function apply(table: string, key: string, row: unknown): void {
    const map = rows[table]
    if (row === null) map?.delete(key)
    else map?.set(key, row)
  }

  if (path !== null) {
    for (const line of existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []) {
      const entry = parse(line)
      if (entry !== null) apply(...entry)
    }
    const short = names.flatMap((name) => [...(rows[name] ?? [])].map(([key, row]) => `${JSON.stringify([name, key, row])}\n`))
    writeFileSync(`${path}.new`, short.join(''), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }

  return {
    // TypeScript cannot see that each name has rows of its own type: they were written by `put` under that name.
    rows: rows as unknown as Tables<T>['rows'],
    put(table, key, row) {
      apply(table, key, row)
      if (path !== null) appendFileSync(path, `${JSON.stringify([table, key, row])}\n`)
    },
  }
}

function parse(line: string): [string, string, unknown] | null {
  if (line === '') return null
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
