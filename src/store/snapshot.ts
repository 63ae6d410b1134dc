/** One unchanging view of a district for reading all of it, page by page. */

import { sql } from 'kysely'
import { type Db, inDistrict, type Trx } from './database.ts'

/**
 * Makes a transaction read tables in the order of their keys. Tables that fill and empty as fast as these mislead the planner into reading
 * and sorting all that is left for every page (measured: ten times slower, and worse the longer the log).
 */
export async function walkKeys(trx: Trx): Promise<void> {
  await sql.raw('set local enable_bitmapscan = off; set local enable_seqscan = off').execute(trx)
}

/**
 * Makes a transaction look up what belongs to a batch row by row. For a few hundred rows the planner else merges or hashes whole tables of a
 * district (measured: 100 ms for a batch of 500 texts, of which 30 remain), and for longer the more people the district has.
 */
export async function joinByKeys(trx: Trx): Promise<void> {
  await walkKeys(trx)
  await sql.raw('set local enable_mergejoin = off; set local enable_hashjoin = off').execute(trx)
}

/**
 * A transaction that sees the district as it is at its first query and may write nothing. It may wait between two queries as long as the
 * reader of what it reads does.
 */
export async function inSnapshot<T>(db: Db, districtId: string, work: (trx: Trx) => Promise<T>): Promise<T> {
  return inDistrict(db, districtId, async (trx) => {
    await sql
      .raw('set transaction isolation level repeatable read, read only; set local idle_in_transaction_session_timeout = 0')
      .execute(trx)
    await walkKeys(trx)
    return work(trx)
  })
}
