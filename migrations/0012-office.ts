import { type Kysely, sql } from 'kysely'

/**
 * What the office does: claims of tasks and of a desk's conversations; phones that it was told are a guardian's; what
 * the school decides of how somebody is reached. The same rules as in the first schema:
 * district_id in every key, forced row level security, no triggers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    alter table task add column claimed_at timestamptz;
    alter table conversation add column claimed_by text, add column claimed_at timestamptz;
    create index conversation_claimed on conversation (district_id, claimed_by) where claimed_by is not null;
    create index task_claimed on task (district_id, claimed_by) where claimed_by is not null and closed_at is null;
    alter table person
      add column spoken_language text,
      add column language_decided boolean not null default false,
      add column contact_decided boolean not null default false;
    create index task_key on task (district_id, kind, key);
    create table office_phone (
      district_id uuid not null references district (id),
      guardian_id text not null,
      phone_id uuid not null,
      roster_phone_id uuid,
      said_by text not null,
      said_at timestamptz not null default clock_timestamp(),
      primary key (district_id, guardian_id),
      foreign key (district_id, guardian_id) references person (district_id, id),
      foreign key (district_id, phone_id) references phone (district_id, id)
    );
    create index office_phone_phone on office_phone (district_id, phone_id);
    create index exchange_unknown_phone on exchange (district_id, phone_id)
      where conversation_id is null and phone_id is not null and author = 'person';
    alter table office_phone enable row level security;
    alter table office_phone force row level security;
    create policy tenant on office_phone
      using (district_id = nullif(current_setting('app.district_id', true), '')::uuid)
      with check (district_id = nullif(current_setting('app.district_id', true), '')::uuid);
    grant select, insert, delete on office_phone to homeline_app;
  `)
}
