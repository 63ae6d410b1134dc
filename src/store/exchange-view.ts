/** Exchanges as the API, the dashboard and the export show them: the contract's object, built for a whole page at once. */

import { type RawBuilder, sql } from 'kysely'
import { type Evidence, evidenceOf } from '../core/evidence.ts'
import type { Direction, Status } from '../core/exchange.ts'
import type { Staff } from '../core/people.ts'
import { shownStatus } from '../core/status.ts'
import { isUuid } from '../core/uuid.ts'
import type { Unseen } from '../relay/picture-ports.ts'
import type { Trx } from './database.ts'
import { type Behind, waitsBehind } from './due.ts'
import { TEXT_ERASED } from './events.ts'

/** An exchange as everybody outside sees it. Ids are sourcedIds, languages BCP 47 (`und`: not known), times ISO 8601 in UTC. */
export type ExchangeView = {
  readonly id: string
  readonly kind: 'message' | 'call' | 'voicemail'
  readonly direction: Direction
  /** A person, or a desk such as `SCHOOL_ID/office`; null: nobody's yet. */
  readonly staff: string | null
  /** The one addressed or named; null: a stranger. */
  readonly guardian: string | null
  /** All guardians of the household; of an ended household, the last ones. */
  readonly guardians: readonly string[]
  readonly status: Status
  /** null: no time is known. */
  readonly sendAfter: string | null
  /** When it may go at the earliest, as its writer asked; null: as soon as the hours allow. */
  readonly notBefore: string | null
  /** Whether its writer asked for a call. */
  readonly byVoice: boolean
  readonly original: { readonly language: string; readonly text: string }
  readonly translation: { readonly language: string; readonly text: string; readonly by: string } | null
  /** Why it was sent as urgent, in the sender's words; null: it was not, or nobody gave a reason. Families never see it. */
  readonly urgentReason: string | null
  /** The best that is known of its arrival; null: nothing yet. */
  readonly evidence: Evidence | null
  /** Of a call: for how long it lasted; of a voicemail: for how long it speaks. */
  readonly seconds: number | null
  /** Where the recording is heard, as a path of the API; null: there is none. */
  readonly recording: string | null
  /** How many pictures or other files came or go with it. */
  readonly pictures: number
  readonly attachments: readonly Attachment[]
  /** Whether its pictures go along to the phone; null: there are none, or it is not known yet. */
  readonly picturesGo: boolean | null
  readonly at: string
  readonly events: readonly { readonly at: string; readonly what: string }[]
}

/** A picture, or another file, of an exchange; `n` counts from 1, width and height are in pixels. */
export type Attachment = {
  readonly n: number
  /** `waiting`: still at the carrier; everything but `shown` is seen by nobody. */
  readonly state: 'shown' | 'waiting' | 'erased' | Unseen
  /** Where it is seen, as a path of the API. */
  readonly path: string | null
  readonly width: number | null
  readonly height: number | null
  /** Bytes. */
  readonly size: number | null
}

/** A view with what only the school's own pages and the log's export tell. */
export type ExchangeRecord = {
  readonly view: ExchangeView
  /** Whether a person wrote it or the gateway. */
  readonly author: 'person' | 'gateway'
  /** What it waits behind though its time has come, on its way to a family; null: nothing. */
  readonly behind: Behind | null
}

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
  /** sourcedId of a guardian or a student: as `guardian`, for all guardians of the student. Absent: as `guardian` says. */
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
  const asked = filter.family ?? filter.guardian
  const guardians =
    filter.family == null
      ? sql`array[${asked}::text]`
      : sql`array(select ${asked}::text union all select gs.guardian_id from guardianship gs where gs.district_id = ${districtId} and gs.student_id = ${asked})`
  const limit = filter.limit + 1
  const order = sql`order by created_at, id limit ${limit}`
  const ofHousehold =
    asked === null
      ? sql``
      : sql`and (x.guardian_id = any(${guardians}) or c.household_id in (
          select hg.household_id from household_guardian hg join household h on h.district_id = hg.district_id and h.id = hg.household_id
          where hg.district_id = ${districtId} and hg.guardian_id = any(${guardians}) and ${CURRENT_GUARDIAN}))`
  const ofClass = filter.classId == null ? sql`` : sql`and c.household_id in (${householdsOfClass(districtId, filter.classId)})`
  const ids = sql`
    (select x.id, x.created_at from exchange x join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
      where ${common} and ${seesConversation(viewer, sides)}
        ${filter.staff === null ? sql`` : sql`and c.staff_side = ${filter.staff}`} ${ofHousehold} ${ofClass} ${order})
    union all
    (select x.id, x.created_at from exchange x
      where ${common} and x.conversation_id is null and ${seesSide(viewer, sides)}
        ${filter.staff === null ? sql`` : sql`and x.desk_id = ${filter.staff}`}
        ${asked === null ? sql`` : sql`and x.guardian_id = any(${guardians})`} ${filter.classId == null ? sql`` : sql`and false`} ${order})
    ${order}`
  const rows = await readRows(trx, districtId, ids, now)
  const shown = rows.slice(0, filter.limit)
  const last = shown.at(-1)
  return {
    records: await withDetails(trx, districtId, shown, now),
    next: rows.length > filter.limit && last !== undefined ? { at: last.created_at, id: last.id } : null,
  }
}

/** The households with a guardian, now or before, of a student in a class. */
export function householdsOfClass(districtId: string, classId: string): RawBuilder<unknown> {
  return sql`select hg.household_id from enrollment e
    join guardianship gs on gs.district_id = e.district_id and gs.student_id = e.person_id
    join household_guardian hg on hg.district_id = gs.district_id and hg.guardian_id = gs.guardian_id
    where e.district_id = ${districtId} and e.class_id = ${classId} and e.role = 'student'`
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
  const rows = await readRows(
    trx,
    districtId,
    sql`select x.id from exchange x left join conversation c on c.district_id = x.district_id and c.id = x.conversation_id
      where x.district_id = ${districtId} and x.id = ${id}
        and case when x.conversation_id is null then ${seesSide(viewer, sides)} else ${seesConversation(viewer, sides)} end`,
    now,
  )
  const [record] = await withDetails(trx, districtId, rows, now)
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

/** True where `hg` is a guardian of the household `h` now, or was one when it ended. */
const CURRENT_GUARDIAN = sql<boolean>`(hg.until is null or hg.until >= h.until)`

type Row = {
  readonly id: string
  readonly kind: ExchangeView['kind']
  readonly direction: Direction
  readonly author: ExchangeRecord['author']
  readonly behind: ExchangeRecord['behind']
  readonly staff: string | null
  readonly guardian_id: string | null
  readonly household_id: string | null
  readonly status: Status
  readonly send_after: Temporal.Instant | null
  readonly not_before: Temporal.Instant | null
  readonly by_voice: boolean
  readonly original_language: string | null
  readonly original_text: string
  readonly translation_language: string | null
  readonly translation_text: string | null
  readonly translation_by: string | null
  readonly urgent_reason: string | null
  readonly seconds: number | null
  readonly recorded: boolean
  readonly pictures: boolean
  readonly pictures_go: boolean | null
  readonly created_at: Temporal.Instant
}

/** The exchanges that a query of ids finds, oldest first, with their details. What may be seen is for the query to say. */
export async function readExchanges(
  trx: Trx,
  districtId: string,
  ids: RawBuilder<unknown>,
  now: Temporal.Instant,
): Promise<readonly ExchangeRecord[]> {
  return withDetails(trx, districtId, await readRows(trx, districtId, ids, now), now)
}

async function readRows(trx: Trx, districtId: string, ids: RawBuilder<unknown>, now: Temporal.Instant): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    select e.id, e.kind, e.direction, e.author, coalesce(c.staff_side, e.desk_id) as staff, e.guardian_id, c.household_id, e.status,
      e.send_after, e.not_before, e.by_voice, e.original_language, e.original_text, e.translation_language, e.translation_text, e.translation_by, e.urgent_reason, e.seconds,
      e.recording_id is not null as recorded, e.pictures, case when e.pictures and e.body is not null then e.with_pictures end as pictures_go, e.created_at,
      ${waitsBehind(districtId, now)} as behind
    from exchange e left join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    where e.district_id = ${districtId} and e.id in (select id from (${ids}) as page)
    order by e.created_at, e.id`.execute(trx)
  return rows
}

async function withDetails(
  trx: Trx,
  districtId: string,
  rows: readonly Row[],
  now: Temporal.Instant,
): Promise<readonly ExchangeRecord[]> {
  if (rows.length === 0) return []
  const events = await eventsOf(
    trx,
    districtId,
    rows.map((row) => row.id),
  )
  const attachments = await attachmentsOf(
    trx,
    districtId,
    rows.flatMap((row) => (row.pictures ? [row.id] : [])),
  )
  const households = rows.map((row) => row.household_id).filter((id) => id !== null)
  const guardians = await guardiansOf(trx, districtId, households)
  return rows.map((row) => {
    const alone = row.guardian_id === null ? [] : [row.guardian_id]
    const view: ExchangeView = {
      id: row.id,
      kind: row.kind,
      direction: row.direction,
      staff: row.staff,
      guardian: row.guardian_id,
      guardians: row.household_id === null ? alone : (guardians.get(row.household_id) ?? alone),
      status: shownStatus(row.status, row.send_after, now),
      sendAfter: row.send_after?.toString() ?? null,
      notBefore: row.not_before?.toString() ?? null,
      byVoice: row.by_voice,
      original: { language: row.original_language ?? 'und', text: row.original_text },
      translation:
        row.translation_text === null
          ? null
          : { language: row.translation_language ?? 'und', text: row.translation_text, by: row.translation_by ?? '' },
      urgentReason: row.urgent_reason,
      evidence: row.direction === 'to_family' ? evidenceOf(events.get(row.id) ?? []) : null,
      seconds: row.seconds,
      recording: row.recorded ? `/api/v1/exchanges/${row.id}/recording` : null,
      pictures: attachments.get(row.id)?.length ?? 0,
      attachments: attachments.get(row.id) ?? [],
      picturesGo: row.pictures_go,
      at: row.created_at.toString(),
      events: events.get(row.id) ?? [],
    }
    return { view, author: row.author, behind: row.behind }
  })
}

async function attachmentsOf(trx: Trx, districtId: string, exchangeIds: readonly string[]): Promise<Map<string, Attachment[]>> {
  if (exchangeIds.length === 0) return new Map()
  const { rows } = await sql<
    Omit<Attachment, 'state' | 'path'> & { exchange_id: string; fate: 'kept' | 'erased' | Unseen | null; erased: boolean }
  >`
    select p.exchange_id, p.n, p.fate, p.width, p.height, p.size, exists (
      select from event x where x.district_id = p.district_id and x.exchange_id = p.exchange_id and x.what = ${TEXT_ERASED}) as erased
    from picture p where p.district_id = ${districtId} and p.exchange_id = any(${[...exchangeIds]}::uuid[]) order by p.exchange_id, p.n`.execute(
    trx,
  )
  const byExchange = new Map<string, Attachment[]>()
  for (const { exchange_id: id, fate, erased, ...row } of rows) {
    const state = erased ? 'erased' : fate === 'kept' ? 'shown' : (fate ?? 'waiting')
    const path = state === 'shown' ? `/api/v1/exchanges/${id}/pictures/${row.n}` : null
    byExchange.set(id, [...(byExchange.get(id) ?? []), { ...row, state, path }])
  }
  return byExchange
}

async function eventsOf(
  trx: Trx,
  districtId: string,
  exchangeIds: readonly string[],
): Promise<Map<string, { at: string; what: string }[]>> {
  const { rows } = await sql<{ exchange_id: string; at: Temporal.Instant; what: string }>`
    select exchange_id, at, what from event where district_id = ${districtId} and exchange_id = any(${[...exchangeIds]}::uuid[])
    order by id`.execute(trx)
  const byExchange = new Map<string, { at: string; what: string }[]>()
  for (const row of rows) {
    const list = byExchange.get(row.exchange_id) ?? []
    list.push({ at: row.at.toString(), what: row.what })
    byExchange.set(row.exchange_id, list)
  }
  return byExchange
}

/** The guardians of these households, each list sorted; of an ended household, the last ones. */
export async function guardiansOf(trx: Trx, districtId: string, households: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ household_id: string; guardians: string[] }>`
    select hg.household_id, array_agg(distinct hg.guardian_id order by hg.guardian_id) as guardians
    from household_guardian hg join household h on h.district_id = hg.district_id and h.id = hg.household_id
    where hg.district_id = ${districtId} and hg.household_id = any(${[...new Set(households)]}::uuid[]) and ${CURRENT_GUARDIAN}
    group by hg.household_id`.execute(trx)
  return new Map(rows.map((row) => [row.household_id, row.guardians]))
}
