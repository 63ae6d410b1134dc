import { type Kysely, sql } from 'kysely'

/**
 * Sign-in of staff at a browser: the address by which an identity provider knows them, logins (only a digest of the cookie's token), codes by
 * text, second factors; and how far somebody has looked into a conversation. The same rules as in the first schema: district_id in every key, forced row level security, no triggers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)

  await run(`
    alter table person add column email text;
    create index person_email on person (district_id, email) where email is not null;
    create table login (
      district_id uuid not null references district (id),
      id uuid not null default gen_random_uuid(),
      staff_id text not null,
      hash bytea not null,
      how text not null check (how in ('provider', 'code', 'demo')),
      rights text not null,
      second_factor_at timestamptz,
      browser text not null,
      made_at timestamptz not null default clock_timestamp(),
      seen_at timestamptz not null default clock_timestamp(),
      ended_at timestamptz,
      primary key (district_id, id),
      foreign key (district_id, staff_id) references person (district_id, id)
    );
    create unique index login_hash on login (district_id, hash);
    create index login_open on login (district_id, staff_id, seen_at) where ended_at is null;
    create table login_code (
      district_id uuid not null references district (id),
      id uuid not null,
      staff_id text not null,
      digest bytea not null,
      made_at timestamptz not null default clock_timestamp(),
      tries int not null default 0,
      used_at timestamptz,
      primary key (district_id, id),
      foreign key (district_id, staff_id) references person (district_id, id)
    );
    create index login_code_staff on login_code (district_id, staff_id, made_at);
    create table second_factor (
      district_id uuid not null references district (id),
      staff_id text not null,
      sealed bytea not null,
      made_at timestamptz not null default clock_timestamp(),
      confirmed_at timestamptz,
      last_step bigint not null default 0,
      failures int not null default 0,
      failing_since timestamptz,
      primary key (district_id, staff_id),
      foreign key (district_id, staff_id) references person (district_id, id)
    );
    create table seen (
      district_id uuid not null references district (id),
      staff_id text not null,
      conversation_id uuid not null,
      seq int not null,
      primary key (district_id, staff_id, conversation_id),
      foreign key (district_id, staff_id) references person (district_id, id),
      foreign key (district_id, conversation_id) references conversation (district_id, id)
    );
  `)

  const appMay: Record<string, string> = {
    login: 'select, insert, update, delete',
    login_code: 'select, insert, update, delete',
    second_factor: 'select, insert, update, delete',
    seen: 'select, insert, update',
  }
  for (const [table, rights] of Object.entries(appMay)) {
    await run(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy tenant on ${table}
        using (district_id = nullif(current_setting('app.district_id', true), '')::uuid)
        with check (district_id = nullif(current_setting('app.district_id', true), '')::uuid);
      grant ${rights} on ${table} to homeline_app;
    `)
  }
}
