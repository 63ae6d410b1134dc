import { type Kysely, sql } from 'kysely'

/**
 * Pictures: one row for each that came or goes with an exchange, whatever became of it; the bytes lie encrypted in the data directory. The same rules as
 * in the first schema: district_id in every key, forced row level security, no triggers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    create table picture (
      district_id uuid not null references district (id),
      exchange_id uuid not null,
      n int not null check (n between 1 and 10),
      media_sid text,
      said_type text,
      fate text check (fate in ('kept', 'video', 'sound', 'contact_card', 'other', 'damaged', 'too_large', 'lost', 'erased')),
      file_id uuid,
      type text,
      size int,
      width int,
      height int,
      digest bytea,
      fetch_after timestamptz,
      tries int not null default 0,
      deleted_at timestamptz,
      created_at timestamptz not null default clock_timestamp(),
      primary key (district_id, exchange_id, n),
      foreign key (district_id, exchange_id) references exchange (district_id, id),
      check ((fate is not distinct from 'kept') = (file_id is not null))
    );
    create index picture_fetch on picture (district_id, fetch_after) where fetch_after is not null;
    create index picture_file on picture (district_id, file_id) where file_id is not null;
    alter table picture enable row level security;
    alter table picture force row level security;
    create policy tenant on picture
      using (district_id = nullif(current_setting('app.district_id', true), '')::uuid)
      with check (district_id = nullif(current_setting('app.district_id', true), '')::uuid);
    grant select, insert, update on picture to homeline_app;
    create policy scheduler on picture for select to homeline_scheduler using (true);
    grant select (district_id, fetch_after) on picture to homeline_scheduler;

    alter table exchange
      add column with_pictures boolean not null default false,
      add column pictures_failed boolean not null default false;
    alter table phone add column pictures_refused_at timestamptz;
    alter table proxy_number add column mms boolean not null default true;
  `)
}
