import { type Kysely, sql } from 'kysely'

/** Who looked and who exported is listed for administrators: without this index the whole log would be read for it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index event_looks on event (district_id, id)
    where what in ('conversation_seen', 'exchanges_seen', 'log_exported', 'recording_played')`.execute(db)
}
