import { type Kysely, sql } from 'kysely'

/** Pictures, unknown phones and exports that have only begun are looks too: with them listed the index of 0006 was used no more. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    drop index event_looks;
    create index event_looks on event (district_id, id) where what in
      ('conversation_seen', 'exchanges_seen', 'export_begun', 'log_exported', 'picture_seen', 'pin_given', 'recording_played', 'stranger_seen');
  `)
}
