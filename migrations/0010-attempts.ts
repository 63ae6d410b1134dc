import { type Kysely, sql } from 'kysely'

/**
 * A hand-over writes its attempt a second time when the carrier has answered. Where nothing that it changes is in an index, PostgreSQL writes the
 * new row beside the old one and leaves every index as it is (a heap-only update): so an attempt is due for a look only when its outcome is unknown, those of
 * a process that died are found by their exchange, and the owner of a carrier's id is looked for among the phone's attempts. For that the new row must find
 * room on its page, which is what the fill factors are for: an exchange's last row is about twice as long as its first.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)
  await run(`
    drop index attempt_sid;
    create index attempt_phone on attempt (district_id, phone_id, started_at);
    alter table attempt set (fillfactor = 40);
    alter table exchange set (fillfactor = 45);
    create index exchange_sending on exchange (district_id, attempt_id) where status = 'sending' and attempt_id is not null;
    grant select (attempt_id) on exchange to homeline_scheduler;
    grant select (id) on attempt to homeline_scheduler;
  `)
}
