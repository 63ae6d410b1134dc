import { type Kysely, sql } from 'kysely'

/** Who has taken a task, and who closed it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table task add column claimed_by text, add column closed_by text`.execute(db)
  await sql`create index task_list on task (district_id, created_at, id) where closed_at is null`.execute(db)
}
