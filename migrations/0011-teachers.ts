import { type Kysely, sql } from 'kysely'

/**
 * What a teacher decides about an own message: when it may go at the earliest, and that a voice says it. Neither is a queue of its own: `not_before` only
 * moves `send_after`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    alter table exchange add column not_before timestamptz;
    alter table exchange add column by_voice boolean not null default false;
  `)
}
