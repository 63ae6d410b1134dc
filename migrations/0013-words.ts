import { type Kysely, sql } from 'kysely'

/**
 * The words of what was written, to search by. `@@` is not leakproof, so that under row level security no index over tsvector is ever used; comparisons of texts
 * are. Exchanges are taken in blocks, in the order of the log: a word has one row a block, with the places at which it stands. What the sealer has seen and no block
 * holds yet waits. The same rules as in the first schema: district_id in every key, forced row level security, no triggers.
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
    create table word_waiting (
      district_id uuid not null references district (id),
      seq bigint not null,
      texts int not null,
      exchanges uuid[] not null,
      primary key (district_id, seq)
    );
  `)
  // PostgreSQL keeps samples of a column for its planner, and erasure would not reach those.
  await run(`
    alter table word_place alter column word set statistics 0;
    alter table word_block alter column words set statistics 0;
  `)
  for (const table of ['word_block', 'word_place', 'word_waiting'])
    await run(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy tenant on ${table}
        using (district_id = nullif(current_setting('app.district_id', true), '')::uuid)
        with check (district_id = nullif(current_setting('app.district_id', true), '')::uuid);
      grant select, insert on ${table} to homeline_app;
    `)
  await run('grant delete on word_waiting to homeline_app')
  // How many texts wait is all that the scheduler sees.
  await run(`
    create policy scheduler on word_waiting for select to homeline_scheduler using (true);
    grant select (district_id, texts) on word_waiting to homeline_scheduler;
    grant select, update (exchanges, words) on word_block to homeline_eraser;
    grant select, update (places), delete on word_place to homeline_eraser;
    grant select (district_id, id, exchange_id, text_digest) on event to homeline_eraser;
    grant select (district_id, seq, event_id) on seal to homeline_eraser;
    create index exchange_ended on exchange (district_id, status, created_at, id) where status in ('undelivered', 'failed', 'canceled');
  `)

  // What was written before. The owner too sees a district's rows only from inside it.
  const { rows } = await sql<{ id: string }>`select id from district`.execute(db)
  for (const { id } of rows) {
    await sql`select set_config('app.district_id', ${id}, false)`.execute(db)
    await sql`insert into word_waiting (district_id, seq, texts, exchanges)
      select ${id}::uuid, max(seq), count(distinct exchange_id), array_agg(distinct exchange_id) from (
        select s.seq, e.exchange_id, (row_number() over (order by s.seq) - 1) / 1024 as part
        from seal s join event e on e.district_id = s.district_id and e.id = s.event_id
        where s.district_id = ${id}::uuid and e.text_digest is not null and e.exchange_id is not null and e.what <> 'notice') t
      group by part`.execute(db)
  }
  await run('reset app.district_id')
}
