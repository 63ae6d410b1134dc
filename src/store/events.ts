/** The log's side of every step: events are written in the step's own transaction and sealed into the chain within a second. */

import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from './database.ts'

/** What happened to an exchange, or, with `exchangeId` null, to something else that the school must be able to see. */
export type NewEvent = {
  readonly exchangeId: string | null
  /** By the database's clock; of `reached_carrier` and `reached_fallback`, by theirs. */
  readonly at: Temporal.Instant
  readonly what: string
  /** Who did it: a staff or guardian sourcedId; null for the gateway itself. */
  readonly who?: string | null
  /**
   * Facts without a word of what people wrote and without numbers. An event that changes an exchange's status says so here as
   * `status`: the log is checked against it.
   */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>
  /** What people wrote, kept apart with a salt, so that it can be erased and the chain still stands. */
  readonly text?: Readonly<Record<string, string | null>>
}

/** The event that must come with the erasing of an exchange's texts and pictures; without it, texts that are gone are a broken log. */
export const TEXT_ERASED = 'text_erased'

/** What came as a recording was put into words. */
export const TRANSCRIBED = 'transcribed'

/** What the chain covers in place of a text: SHA-256 over salt and canonical JSON. */
export function textDigest(salt: Buffer, text: Readonly<Record<string, unknown>>): Buffer {
  return createHash('sha256').update(salt).update(canonical(text)).digest()
}

/** JSON with keys in order: the same facts always give the same bytes. */
export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`).join(',')}}`
}

/** Appends events in the given order, in one statement, each with its row in `unsealed`. */
export async function appendEvents(trx: Trx, districtId: string, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const salts = events.map((e) => (e.text === undefined ? null : randomBytes(16)))
  const digests = events.map((e, i) => (e.text === undefined ? null : textDigest(salts[i] as Buffer, e.text)))
  await sql`
    with given as (
      select * from unnest(
        ${events.map((e) => e.exchangeId)}::uuid[], ${events.map((e) => e.at.toString())}::timestamptz[], ${events.map((e) => e.what)}::text[],
        ${events.map((e) => e.who ?? null)}::text[], ${events.map((e) => (e.detail === undefined ? null : JSON.stringify(e.detail)))}::jsonb[],
        ${digests}::bytea[], ${salts}::bytea[], ${events.map((e) => (e.text === undefined ? null : JSON.stringify(e.text)))}::jsonb[])
      with ordinality as g (exchange_id, at, what, who, detail, digest, salt, text, n)
    ), numbered as (
      select nextval('event_id_seq') as id, given.* from (select * from given order by n) as given
    ), made as (
      insert into event (district_id, id, exchange_id, at, what, who, detail, text_digest) overriding system value
      select ${districtId}, id, exchange_id, at, what, who, detail, digest from numbered
    ), texts as (
      insert into event_text (district_id, event_id, salt, text)
      select ${districtId}, id, salt, text from numbered where text is not null
    )
    insert into unsealed (district_id, event_id) select ${districtId}, id from numbered`.execute(trx)
}
