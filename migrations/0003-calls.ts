import { type Kysely, sql } from 'kysely'

/**
 * Calls: one row a leg that the carrier plays a script to; messages that go by voice; recordings; PINs for a borrowed phone. The same rules
 * as in the first schema: district_id in every key, forced row level security, no triggers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)

  await run(`
    alter table inbox drop constraint inbox_kind_check;
    alter table inbox add constraint inbox_kind_check check (kind in ('text', 'status', 'call', 'recording'));
    alter table phone
      add column line_type text check (line_type in ('mobile', 'landline', 'voip', 'unknown')),
      add column line_checked_at timestamptz,
      add column calls_refused_at timestamptz;
    alter table school
      add column rescue_other_guardian boolean not null default false,
      add column interpreted_calls boolean not null default false,
      add column interpreter_phone_id uuid;
    alter table exchange
      add column channel text not null default 'text' check (channel in ('text', 'call')),
      add column rescue boolean not null default false,
      add column rescue_after timestamptz,
      add column call_id uuid,
      add column recording_id uuid,
      add column call_mode text check (call_mode in ('room', 'interpreted')),
      add column third_phone_id uuid,
      add column third_side text check (third_side in ('aide', 'interpreter')),
      add column heard_at timestamptz,
      add column seconds int;
    create index exchange_calls_due on exchange (district_id, send_after)
      where channel = 'call' and status in ('held', 'queued') and prepare_after is null;
    create index exchange_rescue on exchange (district_id, rescue_after) where rescue_after is not null;
    create index exchange_call on exchange (district_id, call_id) where call_id is not null;
    create table call (
      district_id uuid not null references district (id),
      id uuid not null,
      direction text not null check (direction in ('inbound', 'outbound')),
      script text not null,
      conversation_id uuid,
      phone_id uuid,
      proxy_number_id uuid not null references proxy_number (id),
      exchange_id uuid,
      state jsonb,
      turn int not null default 0,
      verbs jsonb,
      household_id uuid,
      school_id text,
      staff_id text,
      about_id uuid,
      through boolean not null default false,
      side text check (side in ('staff', 'family', 'aide', 'interpreter')),
      joined_at timestamptz,
      hang_up boolean not null default false,
      outcome text check (outcome in ('accepted', 'refused', 'retry', 'unknown', 'settled')),
      sid text,
      carrier_status text,
      error_code int,
      look_after timestamptz,
      looks int not null default 0,
      started_at timestamptz not null default clock_timestamp(),
      answered_at timestamptz,
      ended_at timestamptz,
      primary key (district_id, id),
      foreign key (district_id, conversation_id) references conversation (district_id, id),
      foreign key (district_id, phone_id) references phone (district_id, id)
    );
    create unique index call_sid on call (district_id, sid) where sid is not null;
    create index call_phone on call (district_id, phone_id, started_at);
    create index call_started on call (district_id, started_at);
    create index call_look on call (district_id, look_after) where look_after is not null;
    create index call_exchange on call (district_id, exchange_id) where exchange_id is not null;
    create table talk_line (
      district_id uuid not null references district (id),
      exchange_id uuid not null,
      seq int not null,
      by text not null check (by in ('staff', 'family')),
      language text not null,
      text text not null,
      into_language text not null,
      made text,
      failed boolean not null default false,
      look_after timestamptz,
      primary key (district_id, exchange_id, seq),
      foreign key (district_id, exchange_id) references exchange (district_id, id)
    );
    create index talk_line_open on talk_line (district_id, look_after) where look_after is not null;
    create table recording (
      district_id uuid not null references district (id),
      id uuid not null,
      call_id uuid not null,
      exchange_id uuid,
      sid text not null,
      seconds int not null,
      language text not null,
      type text,
      fetch_after timestamptz,
      tries int not null default 0,
      kept_at timestamptz,
      transcribed_at timestamptz,
      deleted_at timestamptz,
      created_at timestamptz not null default clock_timestamp(),
      primary key (district_id, id),
      foreign key (district_id, call_id) references call (district_id, id)
    );
    create unique index recording_sid on recording (district_id, sid);
    create index recording_fetch on recording (district_id, fetch_after) where fetch_after is not null;
    create table prompt (
      district_id uuid not null references district (id),
      language text not null,
      id text not null,
      recording_id uuid not null,
      recorded_by text not null,
      recorded_at timestamptz not null default clock_timestamp(),
      primary key (district_id, language, id),
      foreign key (district_id, recording_id) references recording (district_id, id)
    );
    create table pin (
      district_id uuid not null references district (id),
      owner text not null check (owner in ('household', 'staff')),
      owner_id text not null,
      digest bytea not null,
      sealed bytea not null,
      made_at timestamptz not null default clock_timestamp(),
      primary key (district_id, owner, owner_id)
    );
    create unique index pin_digest on pin (district_id, digest);
    create table pin_failure (
      district_id uuid not null references district (id),
      key text not null,
      failures int not null,
      since timestamptz not null,
      primary key (district_id, key)
    );
  `)

  const appMay: Record<string, string> = {
    call: 'select, insert, update',
    talk_line: 'select, insert, update',
    recording: 'select, insert, update',
    prompt: 'select, insert, update',
    pin: 'select, insert, update, delete',
    pin_failure: 'select, insert, update, delete',
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

  const schedulerSees: Record<string, string> = {
    call: 'district_id, look_after, outcome, started_at, ended_at',
    recording: 'district_id, fetch_after',
    talk_line: 'district_id, look_after',
  }
  for (const [table, columns] of Object.entries(schedulerSees)) {
    await run(`
      create policy scheduler on ${table} for select to homeline_scheduler using (true);
      grant select (${columns}) on ${table} to homeline_scheduler;
    `)
  }
  await run(`
    grant select (channel, rescue_after) on exchange to homeline_scheduler;
    grant select (district_id, exchange_id, seq), update (text, made) on talk_line to homeline_eraser;
    grant select (district_id, id), update (state, verbs) on call to homeline_eraser;
  `)
}
