/** An exchange as everybody outside sees it, read for a whole page at once. */

import { type RawBuilder, sql } from 'kysely'
import { type Evidence, evidenceOf } from '../core/evidence.ts'
import type { Direction, Status } from '../core/exchange.ts'
import { shownStatus } from '../core/status.ts'
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

/** What a message waits for: the school's hours, that these are set, a free number, a person who records it. */
export type Hold = 'hours' | 'no_hours' | 'no_number' | 'person'

/** A view with what only the school's own pages and the log's export tell. */
export type ExchangeRecord = {
  readonly view: ExchangeView
  /** Whether a person wrote it or the gateway. */
  readonly author: 'person' | 'gateway'
  /** What it waits behind though its time has come, on its way to a family; null: nothing. */
  readonly behind: Behind | null
  /** What it waits for that has no time; null: nothing, or its time is known. */
  readonly hold: Hold | null
  /** Why it was canceled or did not arrive, as the log has it (`why` or `reason` of that event, else its name); null: neither happened. */
  readonly why: string | null
}

/** True where `hg` is a guardian of the household `h` now, or was one when it ended. */
export const CURRENT_GUARDIAN = sql<boolean>`(hg.until is null or hg.until >= h.until)`

/** An exchange before its details are read. */
export type Row = {
  readonly id: string
  readonly kind: ExchangeView['kind']
  readonly direction: Direction
  readonly author: ExchangeRecord['author']
  readonly behind: ExchangeRecord['behind']
  readonly hold: Hold | null
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

/** The rows that a query of ids finds, oldest first. */
export async function readRows(
  trx: Trx,
  districtId: string,
  ids: RawBuilder<unknown>,
  now: Temporal.Instant,
): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    select e.id, e.kind, e.direction, e.author, coalesce(c.staff_side, e.desk_id) as staff, e.guardian_id, c.household_id, e.status,
      e.send_after, e.not_before, e.by_voice, e.original_language, e.original_text, e.translation_language, e.translation_text, e.translation_by, e.urgent_reason, e.seconds,
      e.recording_id is not null as recorded, e.pictures, case when e.pictures and e.body is not null then e.with_pictures end as pictures_go, e.created_at,
      ${waitsBehind(districtId, now)} as behind, e.hold
    from exchange e left join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    where e.district_id = ${districtId} and e.id in (select id from (${ids}) as page)
    order by e.created_at, e.id`.execute(trx)
  return rows
}

/** The rows with what belongs to them: events, pictures, guardians. */
export async function withDetails(
  trx: Trx,
  districtId: string,
  rows: readonly Row[],
  now: Temporal.Instant,
): Promise<readonly ExchangeRecord[]> {
  if (rows.length === 0) return []
  const found = await eventsOf(
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
    const events = found.get(row.id)?.events ?? []
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
      evidence: row.direction === 'to_family' ? evidenceOf(events) : null,
      seconds: row.seconds,
      recording: row.recorded ? `/api/v1/exchanges/${row.id}/recording` : null,
      pictures: attachments.get(row.id)?.length ?? 0,
      attachments: attachments.get(row.id) ?? [],
      picturesGo: row.pictures_go,
      at: row.created_at.toString(),
      events,
    }
    return { view, author: row.author, behind: row.behind, hold: row.hold, why: found.get(row.id)?.why ?? null }
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
): Promise<Map<string, { why: string | null; readonly events: { at: string; what: string }[] }>> {
  const { rows } = await sql<{
    exchange_id: string
    at: Temporal.Instant
    what: string
    status: string | null
    why: string | null
  }>`
    select exchange_id, at, what, detail ->> 'status' as status, case when detail ->> 'status' in ('canceled', 'failed', 'undelivered')
      then coalesce(detail ->> 'why', detail ->> 'reason', what) end as why from event where district_id = ${districtId} and exchange_id = any(${[...exchangeIds]}::uuid[])
    order by id`.execute(trx)
  const byExchange = new Map<string, { why: string | null; events: { at: string; what: string }[] }>()
  for (const row of rows) {
    const of = byExchange.get(row.exchange_id) ?? { why: null, events: [] }
    of.events.push({ at: row.at.toString(), what: row.what })
    of.why = row.status === null ? of.why : row.why
    byExchange.set(row.exchange_id, of)
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
