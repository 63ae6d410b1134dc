import { type Kysely, sql } from 'kysely'

/**
 * Running a school: who, as a speaker, has read which of the fixed texts, the district's own wordings of them, and who decided that unread ones go out; and an
 * index by which the translator's health is read from the log. The same rules as in the first schema: district_id in every key, forced row level
 * security, no triggers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    create table fixed_review (
      district_id uuid not null references district (id),
      language text not null,
      kind text not null check (kind in ('text', 'prompt', 'phrase', 'keyword')),
      id text not null,
      digest text not null,
      reviewed_by text not null,
      reviewed_at timestamptz not null default clock_timestamp(),
      primary key (district_id, language, kind, id),
      foreign key (district_id, reviewed_by) references person (district_id, id)
    );
    create table fixed_wording (
      district_id uuid not null references district (id),
      language text not null,
      kind text not null check (kind in ('text', 'prompt', 'phrase')),
      id text not null,
      text text not null,
      written_by text not null,
      written_at timestamptz not null default clock_timestamp(),
      primary key (district_id, language, kind, id),
      foreign key (district_id, written_by) references person (district_id, id)
    );
    create table unreviewed_choice (
      district_id uuid not null references district (id),
      language text not null,
      decided_by text not null,
      decided_at timestamptz not null default clock_timestamp(),
      primary key (district_id, language),
      foreign key (district_id, decided_by) references person (district_id, id)
    );
    create index event_translation on event (district_id, at) include (what, detail, exchange_id)
      where what in ('translated', 'not_translated', 'differs', 'translator_away');
  `)
  const rights: Record<string, string> = {
    fixed_review: 'select, insert, update',
    fixed_wording: 'select, insert, update, delete',
    unreviewed_choice: 'select, insert, delete',
  }
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
