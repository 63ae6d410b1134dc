/** Announcements: messages that were written as one, and what became of each. */

import { type RawBuilder, sql } from 'kysely'
import type { Evidence } from '../core/evidence.ts'
import type { Status } from '../core/exchange.ts'
import { isUuid } from '../core/uuid.ts'
import type { StoredPicture } from '../relay/picture-ports.ts'
import type { Moment } from '../relay/ports.ts'
import { cursorParts, cursorWord } from './cursor-words.ts'
import type { Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { type ExchangeRecord, readExchanges } from './exchange-record.ts'
import { cancelWaiting } from './exchanges.ts'
import { pictureOfMessage } from './pictures.ts'

/** An announcement as a list shows it. */
export type AnnouncementRow = {
  readonly id: string
  /** The class or the school by name. */
  readonly target: string
  readonly targetKind: 'class' | 'school'
  /** sourcedId. */
  readonly targetId: string
  /** The school's (IANA). */
  readonly zone: string
  /** As it was written last. */
  readonly text: string
  readonly at: Temporal.Instant
  /** How many messages are in which state. */
  readonly states: readonly { readonly state: AnnouncedState; readonly count: number }[]
}

/** To whom it is addressed. */
export function targetOf({ targetKind, targetId }: AnnouncementRow): { readonly class: string } | { readonly school: string } {
  return targetKind === 'class' ? { class: targetId } : { school: targetId }
}

/** What became of one message of it, as roughly as a bar shows it. */
export type AnnouncedState = 'arrived' | 'heard' | 'sent' | 'waiting' | 'canceled' | 'not_reached'

/** Writes down that these messages are one announcement, or take the place of some of one that is there. */
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
    values (${districtId}, ${id}::uuid, ${staffId}, ${target.kind}, ${target.id}, ${at}::timestamptz) on conflict do nothing`.execute(
    trx,
  )
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

/** Whether some of an announcement is on its way this moment: neither waiting for its time or for allowed hours, nor for a receipt alone. */
export async function isGoingOut(trx: Trx, districtId: string, id: string, now: Temporal.Instant): Promise<boolean> {
  const { rows } = await sql`
    select from announced d join exchange x on x.district_id = d.district_id and x.id = d.exchange_id
    where d.district_id = ${districtId} and d.announcement_id = ${id}::uuid and x.status in ('received', 'queued', 'sending')
      and (x.not_before is null or x.not_before <= ${now.toString()}::timestamptz) limit 1`.execute(trx)
  return rows.length > 0
}

/** What stands of an announcement: the last message to each family. One that was changed before it went has others before it, which were canceled. */
const standing = (districtId: RawBuilder<unknown>, id: RawBuilder<unknown>) => sql`
  select distinct on (coalesce(x.guardian_id, x.id::text)) x.id, x.original_text, x.status, x.heard_at, x.conversation_id from announced d
  join exchange x on x.district_id = d.district_id and x.id = d.exchange_id
  where d.district_id = ${districtId} and d.announcement_id = ${id} order by coalesce(x.guardian_id, x.id::text), x.id desc`

/** Why a message was canceled whose place another takes: with it the family has not got the announcement. */
const REPLACED = 'replaced'

/** The households that a changed announcement is not written to anew: what they have of it is not among `waiting`, and is never changed. */
export async function settledHouseholds(
  trx: Trx,
  districtId: string,
  id: string,
  waiting: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ household: string }>`
    select c.household_id as household from (${standing(sql`${districtId}`, sql`${id}::uuid`)}) x
    join conversation c on c.district_id = ${districtId} and c.id = x.conversation_id where x.id <> all(${[...waiting]}::uuid[])
      and not exists (select from event v where v.district_id = ${districtId} and v.exchange_id = x.id and v.what = 'canceled' and v.detail ->> 'why' = ${REPLACED})`.execute(
    trx,
  )
  return new Set(rows.map(({ household }) => household))
}

/** Takes back what waits of an announcement for its chosen time, for its writer to write anew; gives the households for which nothing waited any more. */
export async function takeBack(
  trx: Trx,
  districtId: string,
  moment: Moment,
  staffId: string,
  id: string,
): Promise<ReadonlySet<string> | 'not_found' | 'gone'> {
  const waiting = await scheduledOf(trx, districtId, staffId, id, moment.now)
  if (waiting === null) return 'not_found'
  const { canceled } = await cancelWaiting(trx, districtId, moment.database, waiting, REPLACED, staffId)
  return canceled.length === 0 ? 'gone' : settledHouseholds(trx, districtId, id, canceled)
}

/** A message of an announcement by its id: the picture that went with it, and when it was to go; null: it is none of it. */
export async function announcedMessage(
  trx: Trx,
  districtId: string,
  id: string,
  exchangeId: string,
): Promise<{ readonly picture: StoredPicture | null; readonly notBefore: Temporal.Instant | null } | null> {
  const { rows } = await sql<{ conversation: string; not_before: Temporal.Instant | null }>`
    select x.conversation_id as conversation, x.not_before from announced d join exchange x on x.district_id = d.district_id and x.id = d.exchange_id
    where d.district_id = ${districtId} and d.announcement_id = ${id}::uuid and d.exchange_id = ${exchangeId}::uuid and x.conversation_id is not null`.execute(
    trx,
  )
  const [row] = rows
  if (row === undefined) return null
  return { picture: await pictureOfMessage(trx, districtId, row.conversation, exchangeId), notBefore: row.not_before }
}

/** The newest announcements of a staff member, before one of them (null: all); with `id`, that one alone. */
export async function announcementsOf(
  trx: Trx,
  districtId: string,
  staffId: string,
  given: { readonly id: string | null; readonly before: string | null; readonly limit: number },
): Promise<AnnouncementRow[]> {
  if ([given.id, given.before].some((id) => id !== null && !isUuid(id))) return []
  const { rows } = await sql<Omit<AnnouncementRow, 'states'> & { states: Record<AnnouncedState, number> }>`
    select a.id, coalesce(k.title, case when a.target_kind = 'school' then s.name end, a.target_id) as target, a.target_kind as "targetKind", a.target_id as "targetId", coalesce(s.hours ->> 'timezone', s.time_zone, 'UTC') as zone, coalesce(t.text, '') as text, a.created_at as at, coalesce(t.states, '{}') as states
    from announcement a
    left join class k on a.target_kind = 'class' and k.district_id = a.district_id and k.id = a.target_id
    left join school s on s.district_id = a.district_id and s.id = case a.target_kind when 'school' then a.target_id else k.school_id end
    left join lateral (
      with one as (select x.id, x.original_text as text, case
          when x.heard_at is not null then 'heard'
          when x.status = 'delivered' then 'arrived'
          when x.status = 'canceled' and exists (select from event v where v.district_id = a.district_id and v.exchange_id = x.id and v.what = 'canceled' and v.detail ->> 'why' = 'person') then 'canceled'
          when x.status in ('failed', 'undelivered', 'canceled') then 'not_reached'
          when x.status = 'sent' then 'sent' else 'waiting' end as state
        from (${standing(sql`a.district_id`, sql`a.id`)}) x)
      select (select text from one order by id desc limit 1) as text,
        (select jsonb_object_agg(state, n) from (select state, count(*)::int as n from one group by state) counted) as states) t on true
    where a.district_id = ${districtId} and a.author_id = ${staffId} ${given.id === null ? sql`` : sql`and a.id = ${given.id}::uuid`}
      ${given.before === null ? sql`` : sql`and (a.created_at, a.id) < (select b.created_at, b.id from announcement b where b.district_id = ${districtId} and b.id = ${given.before}::uuid)`}
    order by a.created_at desc, a.id desc limit ${given.limit}`.execute(trx)
  return rows.map((row) => ({
    ...row,
    states: STATES.flatMap((state) => (row.states[state] ? [{ state, count: row.states[state] }] : [])),
  }))
}

const STATES: readonly AnnouncedState[] = ['arrived', 'heard', 'sent', 'waiting', 'canceled', 'not_reached']

/** The state in which a message of an announcement is, as the bar counts it. */
export function announcedState({
  view,
  why,
}: {
  readonly view: { readonly status: Status; readonly evidence: Evidence | null }
  readonly why: string | null
}): AnnouncedState {
  if (view.evidence === 'heard' || view.evidence === 'answered') return 'heard'
  if (view.status === 'delivered') return 'arrived'
  if (view.status === 'canceled' && why === 'person') return 'canceled'
  if (view.status === 'failed' || view.status === 'undelivered' || view.status === 'canceled') return 'not_reached'
  return view.status === 'sent' ? 'sent' : 'waiting'
}

/** Where the next page of an announcement's messages begins: the group of the last one that was shown, and its id. */
export type AnnouncedCursor = { readonly group: number; readonly id: string }

/** The cursor as a word for an address, and back; null when the word is none. */
export const announcedCursor = {
  write: ({ group, id }: AnnouncedCursor): string => cursorWord([group, id]),
  read: (word: string): AnnouncedCursor | null => {
    const [group, id] = cursorParts(word)
    return typeof group === 'number' && Number.isInteger(group) && typeof id === 'string' && isUuid(id) ? { group, id } : null
  },
}

/** A page of an announcement's messages: what did not arrive before what is under way, and that before what has arrived. */
export async function announcedMessages(
  trx: Trx,
  districtId: string,
  announcementId: string,
  given: { readonly after: AnnouncedCursor | null; readonly limit: number; readonly now: Temporal.Instant },
): Promise<{ readonly records: readonly ExchangeRecord[]; readonly next: AnnouncedCursor | null }> {
  const { after, limit, now } = given
  const { rows } = await sql<AnnouncedCursor>`select g.id, g."group" from (
      select x.id, case when x.status in ('failed', 'undelivered', 'canceled') then 0 when x.status = 'delivered' or x.heard_at is not null then 2 else 1 end as "group"
      from (${standing(sql`${districtId}`, sql`${announcementId}::uuid`)}) x) g
    where ${after === null ? sql`true` : sql`(g."group", g.id) > (${after.group}, ${after.id}::uuid)`} order by g."group", g.id limit ${limit + 1}`.execute(
    trx,
  )
  const shown = rows.slice(0, limit)
  const records = await readExchanges(trx, districtId, sql`select unnest(${shown.map(({ id }) => id)}::uuid[]) as id`, now)
  const byId = new Map(records.map((record) => [record.view.id, record]))
  return {
    records: shown.flatMap(({ id }) => byId.get(id) ?? []),
    next: rows.length > limit ? (shown.at(-1) ?? null) : null,
  }
}
