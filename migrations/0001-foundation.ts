import { type Kysely, sql } from 'kysely'

/**
 * The whole first schema. Every tenant table has district_id in its keys and forced row level security; no triggers, no unique
 * key without district_id, so that the same schema can be distributed by district. Tables without it: district, setting,
 * inbox (a webhook arrives before its district is known), proxy_number (which tells the district).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)

  // Roles belong to the cluster: another database of the same cluster may have made them already.
  for (const role of ['homeline_app', 'homeline_scheduler', 'homeline_eraser']) {
    await run(`do $$ begin
      if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
    exception when duplicate_object or unique_violation then null; end $$`)
    // From version 16 on, making a role gives the right to grant it but not to become it.
    await run(`do $$ begin
      if current_setting('server_version_num')::int >= 160000 then
        execute format('grant ${role} to %I with inherit false, set true', current_user);
      else
        execute format('grant ${role} to %I', current_user);
      end if;
    exception when others then
      if not pg_has_role(current_user, '${role}', 'MEMBER') then raise; end if;
    end $$`)
  }
  await run('grant usage on schema public to homeline_app, homeline_scheduler, homeline_eraser')

  await run(`
    create table district (
      id uuid primary key default gen_random_uuid(),
      sourced_id text not null unique,
      name text not null,
      country text not null default 'US' check (country ~ '^[A-Z]{2}$'),
      created_at timestamptz not null default now()
    );
    create table setting (key text primary key, value jsonb not null);
    create table inbox (
      id bigint generated always as identity primary key,
      key text not null unique,
      kind text not null check (kind in ('text', 'status')),
      raw bytea not null,
      reached_at timestamptz not null default clock_timestamp(),
      received_at timestamptz not null default clock_timestamp(),
      taken_at timestamptz,
      tries int not null default 0,
      try_after timestamptz not null default clock_timestamp(),
      problem text
    );
    create index inbox_waiting on inbox (reached_at, id) where taken_at is null;
    create index inbox_taken on inbox (taken_at) where taken_at is not null;
    create table proxy_number (
      id uuid primary key default gen_random_uuid(),
      number text not null unique,
      carrier_sid text not null,
      district_id uuid references district (id),
      busy_until timestamptz not null default now(),
      adopted_at timestamptz not null default now(),
      gone_at timestamptz
    );
    create index proxy_number_district on proxy_number (district_id);
    grant select, insert, update on district, setting, proxy_number to homeline_app;
    grant select, insert, update, delete on inbox to homeline_app;
    grant select on district to homeline_scheduler, homeline_eraser;
  `)

  await run(`
    create table school (
      district_id uuid not null references district (id),
      id text not null,
      name text not null,
      time_zone text,
      hours jsonb,
      hours_version int not null default 0,
      teachers_may_send_urgent boolean not null default false,
      active boolean not null default true,
      primary key (district_id, id)
    );
    create table desk (
      district_id uuid not null,
      id text not null,
      school_id text not null,
      kind text not null check (kind in ('office', 'attendance', 'nurse', 'aides')),
      primary key (district_id, id),
      foreign key (district_id, school_id) references school (district_id, id)
    );
    create table person (
      district_id uuid not null references district (id),
      id text not null,
      kind text not null check (kind in ('staff', 'guardian', 'student')),
      role text not null,
      given_name text not null,
      family_name text not null,
      display_name text,
      language text,
      contact_by text not null default 'sms' check (contact_by in ('sms', 'voice')),
      time_zone text,
      active boolean not null default true,
      primary key (district_id, id)
    );
    create table person_org (
      district_id uuid not null,
      person_id text not null,
      org_id text not null,
      primary key (district_id, person_id, org_id),
      foreign key (district_id, person_id) references person (district_id, id)
    );
    create index person_org_org on person_org (district_id, org_id);
    create table desk_staff (
      district_id uuid not null,
      desk_id text not null,
      person_id text not null,
      primary key (district_id, desk_id, person_id),
      foreign key (district_id, desk_id) references desk (district_id, id),
      foreign key (district_id, person_id) references person (district_id, id)
    );
    create table guardianship (
      district_id uuid not null,
      guardian_id text not null,
      student_id text not null,
      primary key (district_id, guardian_id, student_id),
      foreign key (district_id, guardian_id) references person (district_id, id),
      foreign key (district_id, student_id) references person (district_id, id)
    );
    create index guardianship_student on guardianship (district_id, student_id);
    create table class (
      district_id uuid not null,
      id text not null,
      school_id text not null,
      title text not null,
      active boolean not null default true,
      primary key (district_id, id),
      foreign key (district_id, school_id) references school (district_id, id)
    );
    create table enrollment (
      district_id uuid not null,
      id text not null,
      class_id text not null,
      person_id text not null,
      role text not null,
      begins date,
      ends date,
      active boolean not null default true,
      primary key (district_id, id),
      foreign key (district_id, class_id) references class (district_id, id),
      foreign key (district_id, person_id) references person (district_id, id)
    );
    create index enrollment_class on enrollment (district_id, class_id);
    create index enrollment_person on enrollment (district_id, person_id);
    create table phone (
      district_id uuid not null references district (id),
      id uuid not null default gen_random_uuid(),
      number_encrypted bytea not null,
      number_index bytea not null,
      opted_out_at timestamptz,
      opted_out_how text,
      introduced_at timestamptz,
      created_at timestamptz not null default now(),
      primary key (district_id, id),
      unique (district_id, number_index)
    );
    create table person_phone (
      district_id uuid not null,
      person_id text not null,
      use text not null check (use in ('sms', 'phone')),
      phone_id uuid not null,
      primary key (district_id, person_id, use),
      foreign key (district_id, person_id) references person (district_id, id),
      foreign key (district_id, phone_id) references phone (district_id, id)
    );
    create index person_phone_phone on person_phone (district_id, phone_id);
    create table household (
      district_id uuid not null,
      id uuid not null default gen_random_uuid(),
      phone_id uuid not null,
      since timestamptz not null default now(),
      until timestamptz,
      primary key (district_id, id),
      foreign key (district_id, phone_id) references phone (district_id, id)
    );
    create unique index household_open on household (district_id, phone_id) where until is null;
    create table household_guardian (
      district_id uuid not null,
      household_id uuid not null,
      guardian_id text not null,
      since timestamptz not null default now(),
      until timestamptz,
      primary key (district_id, household_id, guardian_id, since),
      foreign key (district_id, household_id) references household (district_id, id),
      foreign key (district_id, guardian_id) references person (district_id, id)
    );
    create unique index household_guardian_open on household_guardian (district_id, household_id, guardian_id) where until is null;
    create index household_guardian_guardian on household_guardian (district_id, guardian_id);
    create table conversation (
      district_id uuid not null,
      id uuid not null default gen_random_uuid(),
      staff_side text not null,
      household_id uuid not null,
      school_id text not null,
      last_seq_to_family bigint not null default 0,
      last_seq_to_staff bigint not null default 0,
      started_at timestamptz not null default now(),
      ended_at timestamptz,
      primary key (district_id, id),
      foreign key (district_id, household_id) references household (district_id, id),
      foreign key (district_id, school_id) references school (district_id, id)
    ) with (fillfactor = 80);
    create unique index conversation_open on conversation (district_id, staff_side, household_id) where ended_at is null;
    create index conversation_household on conversation (district_id, household_id);
    create table binding (
      district_id uuid not null,
      id uuid not null default gen_random_uuid(),
      side text not null check (side in ('family', 'staff')),
      phone_id uuid not null,
      proxy_number_id uuid not null references proxy_number (id),
      conversation_id uuid not null,
      since timestamptz not null default now(),
      until timestamptz,
      primary key (district_id, id),
      foreign key (district_id, phone_id) references phone (district_id, id),
      foreign key (district_id, conversation_id) references conversation (district_id, id)
    );
    create unique index binding_pair_open on binding (district_id, phone_id, proxy_number_id) where until is null;
    create unique index binding_side_open on binding (district_id, conversation_id, side) where until is null;
    create index binding_phone on binding (district_id, phone_id, until);
    create index binding_conversation on binding (district_id, conversation_id);
  `)

  await run(`
    create table exchange (
      district_id uuid not null,
      id uuid not null default gen_random_uuid(),
      conversation_id uuid,
      desk_id text,
      kind text not null default 'message' check (kind in ('message', 'call', 'voicemail')),
      direction text not null check (direction in ('to_family', 'to_staff')),
      author text not null check (author in ('person', 'gateway')),
      author_id text,
      guardian_id text,
      notice text,
      notice_key text,
      answers uuid,
      keyword text,
      pictures boolean not null default false,
      seq bigint,
      status text not null check (status in
        ('received', 'held', 'queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'canceled')),
      send_after timestamptz,
      hold text check (hold in ('hours', 'no_hours', 'person', 'no_number')),
      urgent boolean not null default false,
      urgent_reason text,
      prepare_after timestamptz,
      prepare_lease timestamptz,
      prepare_tries int not null default 0,
      original_language text,
      original_text text not null,
      translation_language text,
      translation_text text,
      translation_by text,
      body text,
      introduces boolean not null default false,
      phone_id uuid,
      proxy_number_id uuid,
      attempt_id uuid,
      part int not null default 0,
      tries int not null default 0,
      carrier_sid text,
      reached_at timestamptz,
      created_at timestamptz not null default clock_timestamp(),
      primary key (district_id, id),
      foreign key (district_id, conversation_id) references conversation (district_id, id)
    ) with (fillfactor = 60);
    create unique index exchange_inbound on exchange (district_id, carrier_sid) where carrier_sid is not null;
    create unique index exchange_notice on exchange (district_id, notice_key) where notice_key is not null;
    create unique index exchange_lane on exchange (district_id, conversation_id, direction, seq) where seq is not null;
    create index exchange_lane_open on exchange (district_id, conversation_id, direction, seq)
      where status in ('held', 'queued', 'sending') or prepare_after is not null;
    create index exchange_due on exchange (district_id, urgent desc, send_after, seq)
      where status in ('held', 'queued') and prepare_after is null and send_after is not null;
    create index exchange_to_prepare on exchange (district_id, prepare_after, created_at) where prepare_after is not null;
    create index exchange_page on exchange (district_id, created_at, id);
    create index exchange_conversation on exchange (district_id, conversation_id, created_at, id);
    create table attempt (
      district_id uuid not null,
      id uuid not null,
      exchange_id uuid not null,
      part int not null,
      phone_id uuid not null,
      proxy_number_id uuid not null,
      body text not null,
      started_at timestamptz not null default clock_timestamp(),
      outcome text check (outcome in ('accepted', 'refused', 'retry', 'unknown', 'settled')),
      sid text,
      carrier_status text,
      error_code int,
      look_after timestamptz,
      looks int not null default 0,
      primary key (district_id, id)
    );
    create index attempt_exchange on attempt (district_id, exchange_id, part);
    create unique index attempt_sid on attempt (district_id, sid) where sid is not null;
    create index attempt_look on attempt (district_id, look_after) where look_after is not null;
    create table event (
      district_id uuid not null,
      id bigint generated always as identity,
      exchange_id uuid,
      at timestamptz not null,
      what text not null,
      who text,
      detail jsonb,
      text_digest bytea,
      primary key (district_id, id)
    );
    create index event_exchange on event (district_id, exchange_id, id);
    create table event_text (
      district_id uuid not null,
      event_id bigint not null,
      salt bytea not null,
      text jsonb not null,
      primary key (district_id, event_id)
    );
    create table unsealed (
      district_id uuid not null,
      event_id bigint not null,
      primary key (district_id, event_id)
    );
    create table seal (
      district_id uuid not null,
      seq bigint not null,
      event_id bigint not null,
      mac bytea not null,
      primary key (district_id, seq)
    );
    create unique index seal_event on seal (district_id, event_id);
    create table seal_head (
      district_id uuid primary key references district (id),
      seq bigint not null,
      mac bytea not null
    );
    create table task (
      district_id uuid not null,
      id uuid not null default gen_random_uuid(),
      school_id text,
      kind text not null,
      key text not null,
      person_id text,
      phone_id uuid,
      exchange_id uuid,
      detail jsonb not null default '{}',
      created_at timestamptz not null default now(),
      closed_at timestamptz,
      primary key (district_id, id)
    );
    create unique index task_open on task (district_id, kind, key) where closed_at is null;
    create table api_token (
      district_id uuid not null,
      id uuid not null default gen_random_uuid(),
      staff_id text not null,
      hash bytea not null,
      created_at timestamptz not null default now(),
      revoked_at timestamptz,
      primary key (district_id, id),
      foreign key (district_id, staff_id) references person (district_id, id)
    );
    create unique index api_token_hash on api_token (district_id, hash);
    create table idempotency (
      district_id uuid not null,
      staff_id text not null,
      key text not null,
      request_digest bytea not null,
      answer jsonb not null,
      created_at timestamptz not null default now(),
      primary key (district_id, staff_id, key)
    );
  `)

  const appMay: Record<string, string> = {
    school: 'select, insert, update',
    desk: 'select, insert, update',
    person: 'select, insert, update',
    person_org: 'select, insert, delete',
    desk_staff: 'select, insert, delete',
    guardianship: 'select, insert, delete',
    class: 'select, insert, update',
    enrollment: 'select, insert, update',
    phone: 'select, insert, update',
    person_phone: 'select, insert, update, delete',
    household: 'select, insert, update',
    household_guardian: 'select, insert, update',
    conversation: 'select, insert, update',
    binding: 'select, insert, update',
    exchange: 'select, insert, update',
    attempt: 'select, insert, update',
    event: 'select, insert',
    event_text: 'select, insert',
    unsealed: 'select, insert, delete',
    seal: 'select, insert',
    seal_head: 'select, insert, update',
    task: 'select, insert, update',
    api_token: 'select, insert, update',
    idempotency: 'select, insert, update, delete',
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

  await run('grant usage on sequence event_id_seq to homeline_app')

  // Jobs find work over all districts with this role: where and when, never what or whom.
  const schedulerSees: Record<string, string> = {
    exchange: 'district_id, status, send_after, prepare_after, prepare_lease',
    attempt: 'district_id, look_after, outcome, started_at',
    unsealed: 'district_id, event_id',
  }
  for (const [table, columns] of Object.entries(schedulerSees)) {
    await run(`
      create policy scheduler on ${table} for select to homeline_scheduler using (true);
      grant select (${columns}) on ${table} to homeline_scheduler;
    `)
  }
  await run(`
    grant select (id, kind, received_at, taken_at, try_after, tries, problem) on inbox to homeline_scheduler;
    grant select, delete on event_text to homeline_eraser;
    grant select (district_id, id, conversation_id),
      update (original_text, translation_text, urgent_reason, body) on exchange to homeline_eraser;
    grant select (district_id, id, exchange_id), update (body) on attempt to homeline_eraser;
  `)
}
