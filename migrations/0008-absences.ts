import { type Kysely, sql } from 'kysely'

/**
 * Absences: which student was missing on which day, and which messages told the family, so that nobody is told twice and the answers are found. The same
 * rules as in the first schema: district_id in every key, forced row level security, no triggers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    create table absence (
      district_id uuid not null references district (id),
      student_id text not null,
      day date not null,
      school_id text not null,
      told_by text not null,
      exchanges uuid[] not null default '{}',
      created_at timestamptz not null default clock_timestamp(),
      primary key (district_id, student_id, day),
      foreign key (district_id, student_id) references person (district_id, id),
      foreign key (district_id, school_id) references school (district_id, id)
    );
    create index absence_day on absence (district_id, school_id, day);
    alter table absence enable row level security;
    alter table absence force row level security;
    create policy tenant on absence
      using (district_id = nullif(current_setting('app.district_id', true), '')::uuid)
      with check (district_id = nullif(current_setting('app.district_id', true), '')::uuid);
    grant select, insert, update on absence to homeline_app;
  `)
}
