import { type Kysely, sql } from 'kysely'

/** Since when somebody has a task, and who has a desk's conversation. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    alter table task add column claimed_at timestamptz;
    alter table conversation add column claimed_by text, add column claimed_at timestamptz;
    create index conversation_claimed on conversation (district_id, claimed_by) where claimed_by is not null;
    create index task_claimed on task (district_id, claimed_by) where claimed_by is not null and closed_at is null;
  `)
}
