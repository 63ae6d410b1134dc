/** Statements that run often are parsed, and often planned, once a connection instead of every time: a third to a half of the database's work for a small one. */

import { PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import type pg from 'pg'

/** So often a statement has run before it is prepared: what runs now and then would only take memory in each of the connections. */
const OFTEN = 10
/** Texts that are counted at most; statements written for one occasion (a list of so many rows) would fill memory. */
const MOST_TEXTS = 1_000

/** The name under which a statement is prepared, or undefined for one that has not run often. */
export type Names = (text: string) => string | undefined

/** Names for what runs often; one for all connections of a process is enough. */
export function createNames(often = OFTEN): Names {
  const runs = new Map<string, number>()
  const names = new Map<string, string>()
  return (text) => {
    const name = names.get(text)
    if (name !== undefined) return name
    const count = (runs.get(text) ?? 0) + 1
    if (count > often && names.size < MOST_TEXTS) {
      runs.delete(text)
      names.set(text, `s${names.size + 1}`)
      return names.get(text)
    }
    if (runs.size >= MOST_TEXTS) runs.clear()
    runs.set(text, count)
    return undefined
  }
}

/**
 * The dialect over a pool whose connections prepare what runs often. PostgreSQL plans anew for each set of values until a plan for all of them is found to
 * cost no more, and again whenever a table was analysed or altered. What has no parameters goes as before: several statements in one text among them.
 */
export function preparingDialect(pool: pg.Pool, names: Names): PostgresDialect {
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  const wrapped = (client: pg.PoolClient): PostgresPoolClient => {
    const known = clients.get(client)
    if (known !== undefined) return known
    const query = (text: string, values: readonly unknown[]) => {
      const name = values.length === 0 ? undefined : names(text)
      return name === undefined
        ? client.query(text, values as unknown[])
        : client.query({ name, text, values: values as unknown[] })
    }
    const made = {
      // Kysely's second form of `query` takes a cursor; the dialect is given none.
      query: query as unknown as PostgresPoolClient['query'],
      release: (destroy?: boolean) => client.release(destroy),
    }
    clients.set(client, made)
    return made
  }
  const preparing: PostgresPool = {
    options: pool.options,
    connect: async () => wrapped(await pool.connect()),
    end: () => pool.end(),
  }
  return new PostgresDialect({ pool: preparing })
}
