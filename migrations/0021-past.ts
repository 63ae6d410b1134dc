import { type Kysely, sql } from 'kysely'

/**
 * Since when somebody is a student's guardian (null: from before that was kept), and of whom somebody was one before, so that who has left the roster is still found by what
 * was said. A conversation finds when its household went on at another phone. The same rules as in the first schema.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    alter table guardianship add column since timestamptz;
    alter table guardianship alter column since set default now();
    create table past_guardianship (
      district_id uuid not null,
      guardian_id text not null,
      student_id text not null,
      since timestamptz,
      until timestamptz not null,
      primary key (district_id, guardian_id, student_id, until),
      foreign key (district_id, guardian_id) references person (district_id, id),
      foreign key (district_id, student_id) references person (district_id, id)
    );
    create index past_guardianship_student on past_guardianship (district_id, student_id);
    create index event_phone_moved on event (district_id, (detail ->> 'household')) where what = 'phone_moved' and exchange_id is null;
    create index conversation_school on conversation (district_id, school_id);
    alter table past_guardianship enable row level security;
    alter table past_guardianship force row level security;
    create policy tenant on past_guardianship
      using (district_id = nullif(current_setting('app.district_id', true), '')::uuid)
      with check (district_id = nullif(current_setting('app.district_id', true), '')::uuid);
    grant select, insert on past_guardianship to homeline_app;
  `)
}
