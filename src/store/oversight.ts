/** What administrators see of others' exchanges: found by time, person, class, state and words; and who has looked. */

import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { databaseNow, type Trx } from './database.ts'
import { deskName } from './desks.ts'
import { appendEvents } from './events.ts'
import { type ExchangeRecord, readExchanges } from './exchange-record.ts'
import type { Cursor } from './exchange-view.ts'
import { familiesOf } from './family-names.ts'
import { findRows, type Search } from './oversight-rows.ts'

/** An exchange with its people by name. */
export type Found = {
  readonly record: ExchangeRecord
  readonly conversation: string
  readonly staffName: string
  readonly guardians: readonly string[]
  readonly students: readonly string[]
}

/** One page of what an administrator looks for, the newest first. */
export type FoundPage = {
  readonly found: readonly Found[]
  readonly next: Cursor | null
  /** Where a search for words was left before the page was full, to go on from `next`; null: it was not. */
  readonly lookedBackTo: Temporal.Instant | null
}

/** Finds a page. That somebody looked is an event of the log. */
export async function searchExchanges(trx: Trx, admin: Staff, search: Search, now: Temporal.Instant): Promise<FoundPage> {
  const { districtId } = admin
  const { rows, next, lookedBackTo } = await findRows(trx, admin, search)
  const records = await readExchanges(trx, districtId, sql`select unnest(${rows.map((r) => r.id)}::uuid[]) as id`, now)
  const byId = new Map(records.map((record) => [record.view.id, record]))
  const families = await familiesOf(
    trx,
    districtId,
    rows.map((r) => r.household),
  )
  await noteLook(trx, admin, {
    from: search.from?.toString() ?? null,
    to: search.to?.toString() ?? null,
    staff: search.staff,
    class: search.classId,
    ...(search.family ? { family: search.family } : {}),
    status: search.status,
    words: search.words !== null,
    count: rows.length,
  })
  return {
    found: rows.flatMap((row) => {
      const record = byId.get(row.id)
      const family = families.get(row.household)
      return record === undefined
        ? []
        : [
            {
              record,
              conversation: row.conversation,
              staffName: row.staff,
              guardians: family?.guardians ?? [],
              students: family?.students ?? [],
            },
          ]
    }),
    next,
    lookedBackTo,
  }
}

/** The active classes of a school, by title. */
export async function classesOfSchool(
  trx: Trx,
  districtId: string,
  schoolId: string,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, title as name from class where district_id = ${districtId} and school_id = ${schoolId} and active order by title, id limit 2000`.execute(
    trx,
  )
  return rows
}

/** Writes down that somebody looked at exchanges of others: what was asked for, and how many there were. */
export async function noteLook(trx: Trx, staff: Staff, detail: Look['detail']): Promise<void> {
  await appendEvents(trx, staff.districtId, [
    { exchangeId: null, at: await databaseNow(trx), what: 'exchanges_seen', who: staff.id, detail },
  ])
}

/** A page that stays open looks again by itself; after so many hours that is a look again. */
const OPEN_HOURS = 12

/** Writes down that an administrator looked at a conversation of others. `byItself`: an open page looks again, which is part of the look that opened it. */
export async function noteSeen(trx: Trx, admin: Staff, conversation: string, byItself: boolean): Promise<void> {
  const at = await databaseNow(trx)
  if (byItself) {
    const { rows } = await sql<{ at: Temporal.Instant }>`
      select at from event where district_id = ${admin.districtId} and what = 'conversation_seen' and who = ${admin.id}
        and detail ->> 'conversation' = ${conversation} order by id desc limit 1`.execute(trx)
    if (rows[0] !== undefined && at.since(rows[0].at).total('hours') < OPEN_HOURS) return
  }
  const detail = { conversation }
  await appendEvents(trx, admin.districtId, [{ exchangeId: null, at, what: 'conversation_seen', who: admin.id, detail }])
}

/** What counts as a look; the index `event_looks` names the same. */
const LOOKS = [
  'conversation_seen',
  'exchanges_seen',
  'export_begun',
  'export_fetched',
  'log_exported',
  'picture_seen',
  'pin_given',
  'recording_played',
  'stranger_seen',
] as const

/** One look or export of others' exchanges, or a PIN that opens a household's messages. */
export type Look = {
  /** Of its event: the greater, the newer. */
  readonly id: number
  readonly at: Temporal.Instant
  readonly who: string
  /** Whose conversation it was: the staff side's name; null where it was none. */
  readonly whose: string | null
  readonly what: (typeof LOOKS)[number]
  readonly detail: Readonly<Record<string, string | number | boolean | null>>
}

/** The newest looks and exports, older than one of them (null: all): of the whole district for its administrators, else of the own schools' staff. */
export async function looksOf(trx: Trx, admin: Staff, before: number | null, limit: number): Promise<Look[]> {
  const { districtId, scope } = admin
  const schools = scope.kind === 'schools' ? [...scope.schools] : []
  const { rows } = await sql<Look>`
    select e.id, e.at, coalesce(t.display_name, nullif(trim(concat_ws(' ', t.given_name, t.family_name)), ''), ${deskName(districtId, sql`c.staff_side`)}, c.staff_side) as whose, coalesce(p.display_name, nullif(trim(concat_ws(' ', p.given_name, p.family_name)), ''), e.who, 'The server’s command line') as who, e.what, coalesce(e.detail, '{}') as detail
    from event e left join person p on p.district_id = e.district_id and p.id = e.who
    left join conversation c on c.district_id = e.district_id and c.id = (case when e.what = 'conversation_seen' then e.detail ->> 'conversation' end)::uuid
    left join person t on t.district_id = c.district_id and t.id = c.staff_side
    where e.district_id = ${districtId} and e.what in (${sql.raw(LOOKS.map((what) => `'${what}'`).join(', '))})
      -- One that came to its end is told of by that.
      and (e.what <> 'export_begun' or not exists (select from event d where d.district_id = e.district_id and d.what = 'log_exported' and d.id > e.id
        and d.detail ->> 'export' = e.detail ->> 'export'))
      and (${scope.kind === 'district'} or exists (
        select from person_org po where po.district_id = e.district_id and po.person_id = e.who and po.org_id = any(${schools}::text[])))
      ${before === null ? sql`` : sql`and e.id < ${before}`}
    order by e.id desc limit ${limit}`.execute(trx)
  return rows
}
