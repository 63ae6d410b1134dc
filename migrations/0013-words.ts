import { type Kysely, sql } from 'kysely'

/**
 * The words of what was written, to search by. `@@` is not leakproof, so that under row level security no index over tsvector is ever used; comparisons of texts
 * are. Exchanges are taken in blocks, in the order of the log: a word has one row a block, with the places at which it stands. The same rules as in the first
 * schema: district_id in every key, forced row level security, no triggers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    create table word_block (
      district_id uuid not null references district (id),
      block int not null,
      until_seq bigint not null,
      first_at timestamptz not null,
      reach_at timestamptz not null,
      exchanges bytea not null,
      words text[] not null,
      primary key (district_id, block)
    );
    alter table word_block alter column exchanges set storage external;
    create table word_place (
      district_id uuid not null,
      word text collate "C" not null,
      block int not null,
      places bytea not null,
      primary key (district_id, word, block)
    );
  `)
  // PostgreSQL keeps samples of a column for its planner, and erasure would not reach those.
  await run(`
    alter table word_place alter column word set statistics 0;
    alter table word_block alter column words set statistics 0;
  `)
  for (const table of ['word_block', 'word_place'])
    await run(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy tenant on ${table}
        using (district_id = nullif(current_setting('app.district_id', true), '')::uuid)
        with check (district_id = nullif(current_setting('app.district_id', true), '')::uuid);
      grant select, insert on ${table} to homeline_app;
    `)
  // Where so much has been sealed that a block may be full is all that the scheduler sees.
  await run(`
    create policy scheduler on word_block for select to homeline_scheduler using (true);
    create policy scheduler on seal_head for select to homeline_scheduler using (true);
    grant select (district_id, block, until_seq) on word_block to homeline_scheduler;
    grant select (district_id, seq) on seal_head to homeline_scheduler;
    grant select, update (exchanges, words) on word_block to homeline_eraser;
    grant select, update (places), delete on word_place to homeline_eraser;
    grant select (district_id, id, exchange_id, text_digest) on event to homeline_eraser;
    grant select (district_id, seq, event_id) on seal to homeline_eraser;
    create index exchange_ended on exchange (district_id, status, created_at, id) where status in ('undelivered', 'failed', 'canceled');
  `)
}
