/** Which exchanges somebody sees: pages of them for the API, the dashboard and the export, and what a viewer's rights leave. */

import { type RawBuilder, sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { isUuid } from '../core/uuid.ts'
import type { Trx } from './database.ts'
import {
  CURRENT_GUARDIAN,
  type ExchangeRecord,
  type ExchangeView,
  readExchanges,
  readRows,
  withDetails,
} from './exchange-record.ts'
import { householdsOf, saidBy, saidTo } from './past-families.ts'

/** Who looks: a staff member sees as far as the scope reaches. */
export type Viewer = Pick<Staff, 'id' | 'scope'>

/** For the district's own commands: sees everything. */
export const WHOLE_DISTRICT: Viewer = { id: '', scope: { kind: 'district' } }

/** Which exchanges, by the time they came into being (`from` inclusive, `to` exclusive), oldest first, after a cursor. */
export type ExchangeFilter = {
  readonly from: Temporal.Instant | null
  readonly to: Temporal.Instant | null
  /** sourcedId of a staff member, or a desk. */
  readonly staff: string | null
  /** sourcedId; matches any guardian of the household. */
  readonly guardian: string | null
  /** sourcedId of a guardian or a student, who may have left: what was said to their households. Absent: as `guardian` says. */
  readonly family?: string | null
  /** Only of families with a student in this class; absent: of all. */
  readonly classId?: string | null
  /** Whether the gateway's own notices are shown too. */
  readonly notices: boolean
  readonly after: Cursor | null
  /** At least 1. */
  readonly limit: number
}

/** The last exchange of a page. */
export type Cursor = { readonly at: Temporal.Instant; readonly id: string }

/** The cursor as an opaque word for an address. */
export function writeCursor(cursor: Cursor): string {
  return Buffer.from(`${cursor.at.toString()} ${cursor.id}`).toString('base64url')
}

/** The cursor that `writeCursor` wrote, or null when the word is none. */
export function readCursor(word: string): Cursor | null {
  const [at = '', id = ''] = Buffer.from(word, 'base64url').toString().split(' ', 2)
  const instant = readTime(at)
  if (instant === null || !isUuid(id)) return null
  const cursor = { at: instant, id }
  return writeCursor(cursor) === word ? cursor : null
}

const FIRST = Temporal.Instant.from('1900-01-01T00:00Z')
const LAST = Temporal.Instant.from('9999-12-31T00:00Z')

/**
 * A time as programs and operators write it (ISO 8601): an instant with `Z` or an offset, or a date, which is its midnight in UTC. Null when
 * it is neither, or outside the years 1900 to 9999.
 */
export function readTime(text: string): Temporal.Instant | null {
  try {
    const instant = /^\d{4}-\d{2}-\d{2}$/.test(text)
      ? Temporal.PlainDate.from(text).toZonedDateTime('UTC').toInstant()
      : Temporal.Instant.from(text)
    const known = Temporal.Instant.compare(instant, FIRST) >= 0 && Temporal.Instant.compare(instant, LAST) <= 0
    return known ? instant : null
  } catch {
    return null
  }
}

/** One page, oldest first, and the cursor of the next; null when there is none. `now` decides between held and queued. */
export async function exchangePage(
  trx: Trx,
  districtId: string,
  viewer: Viewer,
  filter: ExchangeFilter,
  now: Temporal.Instant,
): Promise<{ readonly records: readonly ExchangeRecord[]; readonly next: Cursor | null }> {
  const sides = await sidesOf(trx, districtId, viewer)
  const common = sql`x.district_id = ${districtId}
    ${filter.notices ? sql`` : sql`and x.author = 'person'`}
    ${filter.from === null ? sql`` : sql`and x.created_at >= ${filter.from.toString()}::timestamptz`}
    ${filter.to === null ? sql`` : sql`and x.created_at < ${filter.to.toString()}::timestamptz`}
    ${filter.after === null ? sql`` : sql`and (x.created_at, x.id) > (${filter.after.at.toString()}::timestamptz, ${filter.after.id}::uuid)`}`
  const limit = filter.limit + 1
  const order = sql`order by created_at, id limit ${limit}`
  const family = filter.family == null ? null : { person: filter.family }
  const ofHousehold =
    family !== null
      ? sql`and ((c.household_id in ${householdsOf(districtId, family)} and ${saidTo(districtId, family)}) or ${saidBy(districtId, family)})`
      : filter.guardian === null
        ? sql``
        : sql`and (x.guardian_id = ${filter.guardian} or c.household_id in (
          select hg.household_id from household_guardian hg join household h on h.district_id = hg.district_id and h.id = hg.household_id
          where hg.district_id = ${districtId} and hg.guardian_id = ${filter.guardian} and ${CURRENT_GUARDIAN}))`
  const inClass = filter.classId == null ? null : { class: filter.classId }
  const ofClass =
    inClass === null ? sql`` : sql`and c.household_id in ${householdsOf(districtId, inClass)} and ${saidTo(districtId, inClass)}`
  const ids = sql`
    (select x.id, x.created_at from exchange x join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
      where ${common} and ${seesConversation(viewer, sides)}
        ${filter.staff === null ? sql`` : sql`and c.staff_side = ${filter.staff}`} ${ofHousehold} ${ofClass} ${order})
    union all
    (select x.id, x.created_at from exchange x
      where ${common} and x.conversation_id is null and ${seesSide(viewer, sides)}
        ${filter.staff === null ? sql`` : sql`and x.desk_id = ${filter.staff}`}
        ${family === null ? sql`` : sql`and ${saidBy(districtId, family)}`}
        ${filter.guardian === null ? sql`` : sql`and x.guardian_id = ${filter.guardian}`} ${filter.classId == null ? sql`` : sql`and false`} ${order})
    ${order}`
  const rows = await readRows(trx, districtId, ids, now)
  const shown = rows.slice(0, filter.limit)
  const last = shown.at(-1)
  return {
    records: await withDetails(trx, districtId, shown, now),
    next: rows.length > filter.limit && last !== undefined ? { at: last.created_at, id: last.id } : null,
  }
}

/** One exchange, or null when there is none that this viewer may see. */
export async function exchangeById(
  trx: Trx,
  districtId: string,
  viewer: Viewer,
  id: string,
  now: Temporal.Instant,
): Promise<ExchangeView | null> {
  if (!isUuid(id)) return null
  const sides = await sidesOf(trx, districtId, viewer)
  const [record] = await readExchanges(
    trx,
    districtId,
    sql`select x.id from exchange x left join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
      where x.district_id = ${districtId} and x.id = ${id}
        and case when x.conversation_id is null then ${seesSide(viewer, sides)} else ${seesConversation(viewer, sides)} end`,
    now,
  )
  return record?.view ?? null
}

/**
 * The staff sides (people and desks) that a viewer sees by their names: a teacher's own and the desks that the teacher staffs; the staff and
 * the desks of an administrator's schools. Of the whole district they are not listed.
 */
export async function sidesOf(trx: Trx, districtId: string, viewer: Viewer): Promise<readonly string[]> {
  const { id, scope } = viewer
  if (scope.kind === 'district') return []
  const { rows } =
    scope.kind === 'own'
      ? await sql<{ id: string }>`
          select desk_id as id from desk_staff where district_id = ${districtId} and person_id = ${id}`.execute(trx)
      : await sql<{ id: string }>`
          select id from desk where district_id = ${districtId} and school_id = any(${[...scope.schools]}::text[])
          union select p.id from person p join person_org po on po.district_id = p.district_id and po.person_id = p.id
          where p.district_id = ${districtId} and p.kind = 'staff' and po.org_id = any(${[...scope.schools]}::text[])`.execute(
          trx,
        )
  return [id, ...rows.map((row) => row.id)]
}

/** True where the viewer sees the conversation `c`: that of an own side, or, for an administrator, of an own school. */
export function seesConversation(viewer: Viewer, sides: readonly string[]): RawBuilder<boolean> {
  const { scope } = viewer
  if (scope.kind === 'district') return sql<boolean>`true`
  if (scope.kind === 'own') return sql<boolean>`c.staff_side = any(${[...sides]}::text[])`
  return sql<boolean>`c.school_id = any(${[...scope.schools]}::text[])`
}

/** True where the viewer sees an exchange `x` without a conversation: it names its staff side itself. */
function seesSide(viewer: Viewer, sides: readonly string[]): RawBuilder<boolean> {
  return viewer.scope.kind === 'district' ? sql<boolean>`true` : sql<boolean>`x.desk_id = any(${[...sides]}::text[])`
}
