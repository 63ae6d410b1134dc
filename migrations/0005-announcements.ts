import { type Kysely, sql } from 'kysely'

/**
 * Announcements: which messages were written as one, to a class or a school. The same rules as in the first schema: district_id in every key, forced
 * row level security, no triggers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)

  await run(`
    create table announcement (
      district_id uuid not null references district (id),
      id uuid not null,
      author_id text not null,
      target_kind text not null check (target_kind in ('class', 'school')),
      target_id text not null,
      created_at timestamptz not null,
      primary key (district_id, id),
      foreign key (district_id, author_id) references person (district_id, id)
    );
    create index announcement_author on announcement (district_id, author_id, created_at, id);
    create table announced (
      district_id uuid not null,
      announcement_id uuid not null,
      exchange_id uuid not null,
      primary key (district_id, announcement_id, exchange_id),
      foreign key (district_id, announcement_id) references announcement (district_id, id),
      foreign key (district_id, exchange_id) references exchange (district_id, id)
    );
    create index announced_exchange on announced (district_id, exchange_id);
  `)
  for (const table of ['announcement', 'announced'])
    await run(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy tenant on ${table}
        using (district_id = nullif(current_setting('app.district_id', true), '')::uuid)
        with check (district_id = nullif(current_setting('app.district_id', true), '')::uuid);
      grant select, insert on ${table} to homeline_app;
    `)
}
