import { type Kysely, sql } from 'kysely'

/**
 * Exports that somebody asked for at a browser, while they are made and for a day afterwards; the file lies encrypted in the data directory. The same
 * rules as in the first schema. That one was fetched is a look too. And what says where there is work sees what stands before another in a lane.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    create table export (
      district_id uuid not null references district (id),
      id uuid not null,
      staff_id text not null,
      scope jsonb not null,
      asked jsonb not null,
      asked_at timestamptz not null default clock_timestamp(),
      lease timestamptz,
      tries int not null default 0,
      done int not null default 0,
      total int not null default 0,
      ended_at timestamptz,
      size bigint,
      primary key (district_id, id),
      foreign key (district_id, staff_id) references person (district_id, id),
      check (size is null or ended_at is not null)
    );
    create index export_work on export (district_id, asked_at) where ended_at is null;
    create index export_staff on export (district_id, staff_id, asked_at);
    create index export_old on export (district_id, ended_at) where ended_at is not null;
    alter table export enable row level security;
    alter table export force row level security;
    create policy tenant on export
      using (district_id = nullif(current_setting('app.district_id', true), '')::uuid)
      with check (district_id = nullif(current_setting('app.district_id', true), '')::uuid);
    grant select, insert, update, delete on export to homeline_app;
    create policy scheduler on export for select to homeline_scheduler using (true);
    grant select (district_id, lease, ended_at) on export to homeline_scheduler;

    grant select (id, conversation_id, direction, seq, rescue, not_before, urgent, part) on exchange to homeline_scheduler;

    drop index event_looks;
    create index event_looks on event (district_id, id) where what in
      ('conversation_seen', 'exchanges_seen', 'export_begun', 'export_fetched', 'log_exported', 'picture_seen', 'pin_given', 'recording_played', 'stranger_seen');
  `)
}
