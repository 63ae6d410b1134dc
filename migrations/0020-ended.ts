import { type Kysely, sql } from 'kysely'

/** A search looks through the conversations of a staff side that have ended, too. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index conversation_side on conversation (district_id, staff_side)`.execute(db)
}
