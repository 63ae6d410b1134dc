import { type Kysely, sql } from 'kysely'

/**
 * Proactive oversight: the words that a school watches for, and the messages that somebody looked at for it, with what came of it. The same rules as in the
 * first schema: district_id in every key, forced row level security, no triggers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    create table watched_word (
      district_id uuid not null references district (id),
      school_id text not null,
      word text not null,
      primary key (district_id, school_id, word),
      foreign key (district_id, school_id) references school (district_id, id)
    );
    create table review (
      district_id uuid not null references district (id),
      school_id text not null,
      exchange_id uuid not null,
      week date not null,
      why text not null check (why in ('sample', 'word')),
      outcome text check (outcome in ('fine', 'talk', 'report')),
      note text,
      reviewed_by text,
      reviewed_at timestamptz,
      primary key (district_id, school_id, exchange_id),
      foreign key (district_id, school_id) references school (district_id, id),
      foreign key (district_id, exchange_id) references exchange (district_id, id)
    );
    create index review_week on review (district_id, school_id, week);
    create index review_exchange on review (district_id, exchange_id);
  `)
  const rights: Record<string, string> = { watched_word: 'select, insert, delete', review: 'select, insert, update' }
  for (const [table, may] of Object.entries(rights))
    await run(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy tenant on ${table}
        using (district_id = nullif(current_setting('app.district_id', true), '')::uuid)
        with check (district_id = nullif(current_setting('app.district_id', true), '')::uuid);
      grant ${may} on ${table} to homeline_app;
    `)
}
