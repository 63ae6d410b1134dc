import { type Kysely, sql } from 'kysely'

/**
 * What a teacher decides: when an own message may go at the earliest, and that a voice says it (neither is a queue of its own: `not_before` only moves
 * `send_after`); whether and when the own phone may be reached; which sentences are saved. A roster import leaves all of it alone.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    alter table exchange add column not_before timestamptz;
    alter table exchange add column by_voice boolean not null default false;
    create table own_phone (
      district_id uuid not null,
      person_id text not null,
      is_off boolean not null default false,
      hours jsonb,
      primary key (district_id, person_id),
      foreign key (district_id, person_id) references person (district_id, id)
    );
    create table sentence (
      district_id uuid not null references district (id),
      id uuid not null default gen_random_uuid(),
      staff_id text,
      school_id text,
      name text not null,
      words text not null,
      primary key (district_id, id),
      check (num_nonnulls(staff_id, school_id) = 1),
      foreign key (district_id, staff_id) references person (district_id, id),
      foreign key (district_id, school_id) references school (district_id, id)
    );
    create index sentence_staff on sentence (district_id, staff_id) where staff_id is not null;
    create index sentence_school on sentence (district_id, school_id) where school_id is not null;
  `)
  const rights: Record<string, string> = { own_phone: 'select, insert, update', sentence: 'select, insert, update, delete' }
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
