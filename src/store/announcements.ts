/** Announcements: messages that were written as one, and what became of each. */

import { sql } from 'kysely'
import type { Evidence } from '../core/evidence.ts'
import type { Status } from '../core/exchange.ts'
import { isUuid } from '../core/uuid.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { type ExchangeRecord, readExchanges } from './exchange-view.ts'

/** An announcement as a list shows it. */
export type AnnouncementRow = {
  readonly id: string
  /** The class or the school by name. */
  readonly target: string
  readonly targetKind: 'class' | 'school'
  /** The school's (IANA). */
  readonly zone: string
  readonly text: string
  readonly at: Temporal.Instant
  /** How many messages are in which state. */
  readonly states: readonly { readonly state: AnnouncedState; readonly count: number }[]
}

/** What became of one message of it, as roughly as a bar shows it. */
export type AnnouncedState = 'arrived' | 'heard' | 'sent' | 'waiting' | 'not_reached'

/** Writes down that these messages are one announcement. */
export async function writeAnnouncement(
  trx: Trx,
  districtId: string,
  given: {
    readonly id: string
    readonly staffId: string
    readonly target: { readonly kind: 'class' | 'school'; readonly id: string }
    readonly at: Temporal.Instant
    readonly exchanges: readonly string[]
  },
): Promise<void> {
  const { id, staffId, target, exchanges } = given
  const at = given.at.toString()
  await sql`insert into announcement (district_id, id, author_id, target_kind, target_id, created_at)
    values (${districtId}, ${id}::uuid, ${staffId}, ${target.kind}, ${target.id}, ${at}::timestamptz)`.execute(trx)
  await sql`insert into announced (district_id, announcement_id, exchange_id)
    select ${districtId}, ${id}::uuid, x from unnest(${[...exchanges]}::uuid[]) as x`.execute(trx)
  await appendEvents(trx, districtId, [
    {
      exchangeId: null,
      at: given.at,
      what: 'announced',
      who: staffId,
      detail: { announcement: id, [target.kind]: target.id, messages: exchanges.length },
    },
  ])
}

/** The announcement that a message belongs to; null: to none. */
export async function announcementOf(trx: Trx, districtId: string, exchangeId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select announcement_id as id from announced where district_id = ${districtId} and exchange_id = ${exchangeId}::uuid`.execute(
    trx,
  )
  return rows[0]?.id ?? null
}

/** The messages of a staff member's announcement that still wait for their chosen time; null: there is no such announcement of this person. */
export async function scheduledOf(
  trx: Trx,
  districtId: string,
  staffId: string,
  id: string,
  now: Temporal.Instant,
): Promise<readonly string[] | null> {
  if (!isUuid(id)) return null
  const { rows } = await sql<{ exchange_id: string | null }>`
    select x.id as exchange_id from announcement a
    left join (announced d join exchange x on x.district_id = d.district_id and x.id = d.exchange_id
        and x.status in ('held', 'queued') and x.not_before > ${now.toString()}::timestamptz)
      on d.district_id = a.district_id and d.announcement_id = a.id
    where a.district_id = ${districtId} and a.id = ${id}::uuid and a.author_id = ${staffId} order by x.id`.execute(trx)
  return rows.length === 0 ? null : rows.flatMap((row) => row.exchange_id ?? [])
}

/** The newest announcements of a staff member; with `id`, that one alone. */
export async function announcementsOf(
  trx: Trx,
  districtId: string,
  staffId: string,
  given: { readonly id: string | null; readonly limit: number },
): Promise<AnnouncementRow[]> {
  if (given.id !== null && !isUuid(given.id)) return []
  const { rows } = await sql<Omit<AnnouncementRow, 'states'> & { states: Record<AnnouncedState, number> }>`
    select a.id, coalesce(k.title, case when a.target_kind = 'school' then s.name end, a.target_id) as target, a.target_kind as "targetKind", coalesce(s.hours ->> 'timezone', s.time_zone, 'UTC') as zone, coalesce(t.text, '') as text, a.created_at as at, coalesce(t.states, '{}') as states
    from announcement a
    left join class k on a.target_kind = 'class' and k.district_id = a.district_id and k.id = a.target_id
    left join school s on s.district_id = a.district_id and s.id = case a.target_kind when 'school' then a.target_id else k.school_id end
    left join lateral (
      select min(text) as text, jsonb_object_agg(state, n) as states from (
        select min(x.original_text) as text, count(*)::int as n, case
          when x.heard_at is not null then 'heard'
          when x.status = 'delivered' then 'arrived'
          when x.status in ('failed', 'undelivered', 'canceled') then 'not_reached'
          when x.status = 'sent' then 'sent' else 'waiting' end as state
        from announced d join exchange x on x.district_id = d.district_id and x.id = d.exchange_id
        where d.district_id = a.district_id and d.announcement_id = a.id group by state) one) t on true
    where a.district_id = ${districtId} and a.author_id = ${staffId} ${given.id === null ? sql`` : sql`and a.id = ${given.id}::uuid`}
    order by a.created_at desc, a.id limit ${given.limit}`.execute(trx)
  return rows.map((row) => ({
    ...row,
    states: STATES.flatMap((state) => (row.states[state] ? [{ state, count: row.states[state] }] : [])),
  }))
}

const STATES: readonly AnnouncedState[] = ['arrived', 'heard', 'sent', 'waiting', 'not_reached']

/** The state in which a message of an announcement is, as the bar counts it. */
export function announcedState(view: { readonly status: Status; readonly evidence: Evidence | null }): AnnouncedState {
  if (view.evidence === 'heard' || view.evidence === 'answered') return 'heard'
  if (view.status === 'delivered') return 'arrived'
  if (view.status === 'failed' || view.status === 'undelivered' || view.status === 'canceled') return 'not_reached'
  return view.status === 'sent' ? 'sent' : 'waiting'
}

/** Messages of an announcement that its page shows one by one; its bar counts all. */
export const MOST_MESSAGES = 500

/** The messages of an announcement, those that need a look first; at most `MOST_MESSAGES`. */
export async function announcedMessages(
  trx: Trx,
  districtId: string,
  announcementId: string,
  now: Temporal.Instant,
): Promise<readonly ExchangeRecord[]> {
  return readExchanges(
    trx,
    districtId,
    sql`select x.id from announced a join exchange x on x.district_id = a.district_id and x.id = a.exchange_id
      where a.district_id = ${districtId} and a.announcement_id = ${announcementId}::uuid
      order by case when x.status in ('failed', 'undelivered', 'canceled') then 0 when x.status = 'delivered' or x.heard_at is not null then 2 else 1 end, x.id limit ${MOST_MESSAGES}`,
    now,
  )
}
