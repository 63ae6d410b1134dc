/** One unchanging view of a district for reading all of it, page by page. */

import { sql } from 'kysely'
import { type Db, inDistrict, type Trx } from './database.ts'

/**
 * A transaction that sees the district as it is at its first query and may write nothing. It may wait between two queries as long as the
 * reader of what it reads does.
 */
export async function inSnapshot<T>(db: Db, districtId: string, work: (trx: Trx) => Promise<T>): Promise<T> {
  return inDistrict(
    db,
    districtId,
    async (trx) => {
      await sql
        .raw('set transaction isolation level repeatable read, read only; set local idle_in_transaction_session_timeout = 0')
        .execute(trx)
      return work(trx)
    },
    'by key',
  )
}
