import { type Kysely, sql } from 'kysely'

/** What the gateway said by itself to a phone that has no conversation is found by the phone, the newest first. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index exchange_phone_notices on exchange (district_id, phone_id, created_at, id)
    where conversation_id is null and phone_id is not null and author = 'gateway'`.execute(db)
}
