import { type Kysely, sql } from 'kysely'

/** Legs that a call under way asks for: a phone that is to ring for a call that other phones are in already. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    alter table call add column ring_after timestamptz;
    create index call_ring on call (district_id, ring_after) where ring_after is not null;
    grant select (ring_after) on call to homeline_scheduler;
  `)
}
