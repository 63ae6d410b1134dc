/** The exchange log as a file: for a records request, an archive, a spreadsheet. Ids and texts, never a number of anybody. */

import { randomUUID } from 'node:crypto'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { type Db, databaseNow, inDistrict, type Trx } from './database.ts'
import { appendEvents } from './events.ts'
import { type ExchangeRecord, exchangePage, WHOLE_DISTRICT } from './exchange-view.ts'
import { now } from './settings.ts'
import { inSnapshot } from './snapshot.ts'

/** What of the log goes where. */
export type ExportOptions = {
  /** Part of the range; by the time an exchange came into being. */
  readonly from: Temporal.Instant
  /** Not part of the range. */
  readonly to: Temporal.Instant
  readonly format: 'csv' | 'jsonl' | 'pdf'
  /** What writes a format that is none of the store's own. */
  readonly writer?: Writer
  /** Only these exchanges; absent: all. sourcedIds. */
  readonly only?: { readonly staff: string | null; readonly guardian: string | null; readonly classId: string | null }
  /** Who asks for it and why; absent: an operator, by the command. */
  readonly by?: { readonly staff: Staff; readonly reason: string }
  /** By which the log knows this export; absent: one of its own. */
  readonly id?: string
  /** The time that a visitor of the demo's moved clock saw; absent: the same. */
  readonly asSeen?: (at: Temporal.Instant) => Temporal.Instant
  /** Is written to as fast as it takes, and left open. */
  readonly out: Writable
  /**
   * Called after each page with the exchanges that are written and those there are (0 where only some are exported: they are not counted first), and
   * waited for; what it throws ends the export.
   */
  readonly progress?: (done: number, total: number) => void | Promise<void>
}

/** Some of the exchanges, oldest first, the names of the people and desks in them, and the zone of each exchange's school. */
export type ExportPage = {
  readonly records: readonly ExchangeRecord[]
  readonly names: ReadonlyMap<string, string>
  readonly zones: ReadonlyMap<string, string>
}

/** Makes a file of pages, a part at a time. */
export type Writer = (pages: AsyncIterable<ExportPage>) => AsyncIterable<string | Buffer>

/** Exchanges read at once; a PDF takes some seconds for as many as a file of lines takes at once. */
const PAGE = { csv: 500, jsonl: 500, pdf: 100 } as const
/** A program knows people by their ids. */
const NO_NAMES = { names: new Map<string, string>(), zones: new Map<string, string>() } as const
/** Nobody in particular. */
const ALL = { staff: null, guardian: null, classId: null } as const

/** A record with what its people are called, and its time by the school's clock; null: it is of no school, or of one without a zone. */
type Row = ExchangeRecord & { readonly nameOf: (id: string) => string; readonly local: string | null }

/** The columns of the CSV, in order. */
const COLUMNS: readonly (readonly [name: string, cell: (row: Row) => string | null])[] = [
  ['id', ({ view }) => view.id],
  ['at', ({ view }) => view.at],
  ['kind', ({ view }) => view.kind],
  ['direction', ({ view }) => view.direction],
  ['author', ({ author }) => author],
  ['staff', ({ view }) => view.staff],
  ['guardian', ({ view }) => view.guardian],
  ['guardians', ({ view }) => view.guardians.join('; ')],
  ['status', ({ view }) => view.status],
  ['sendAfter', ({ view }) => view.sendAfter],
  ['notBefore', ({ view }) => view.notBefore],
  ['byVoice', ({ view }) => String(view.byVoice)],
  ['originalLanguage', ({ view }) => view.original.language],
  ['original', ({ view }) => view.original.text],
  ['translationLanguage', ({ view }) => view.translation?.language ?? null],
  ['translation', ({ view }) => view.translation?.text ?? null],
  ['translatedBy', ({ view }) => view.translation?.by ?? null],
  ['urgentReason', ({ view }) => view.urgentReason],
  ['evidence', ({ view }) => view.evidence],
  ['seconds', ({ view }) => (view.seconds === null ? null : String(view.seconds))],
  ['recording', ({ view }) => view.recording],
  ['pictures', ({ view }) => String(view.pictures)],
  ['attachments', ({ view }) => view.attachments.map(({ path, state }) => path ?? state).join('; ')],
  ['picturesGo', ({ view }) => (view.picturesGo === null ? null : String(view.picturesGo))],
  ['events', ({ view }) => view.events.map((event) => `${event.at} ${event.what}`).join('; ')],
  ['schoolTime', ({ local }) => local],
  ['staffName', ({ view, nameOf }) => (view.staff === null ? null : nameOf(view.staff))],
  ['guardianNames', ({ view, nameOf }) => view.guardians.map(nameOf).join('; ')],
]

/** Cells that a spreadsheet would take for a formula (OWASP ASVS 5.0, 1.2.10). */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

/** One cell: quoted always (RFC 4180), and with `'` in front where a spreadsheet would calculate it. */
export function csvCell(value: string | null): string {
  const text = value ?? ''
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

const WRITERS: Readonly<Record<'csv' | 'jsonl', (asSeen: (at: Temporal.Instant) => Temporal.Instant) => Writer>> = {
  jsonl: () =>
    async function* (pages) {
      for await (const { records } of pages)
        yield records.map((record) => `${JSON.stringify({ ...record.view, author: record.author })}\n`).join('')
    },
  csv: (asSeen) =>
    async function* (pages) {
      yield csvLine(COLUMNS.map(([name]) => name))
      for await (const { records, names, zones } of pages) {
        const nameOf = (id: string) => names.get(id) ?? id
        const rows = records.map((record): Row => {
          const zone = zones.get(record.view.id)
          const at = zone === undefined ? null : asSeen(Temporal.Instant.from(record.view.at)).toZonedDateTimeISO(zone)
          const local = at === null ? null : `${at.toPlainDate()} ${at.toPlainTime().toString({ smallestUnit: 'second' })}`
          return { ...record, nameOf, local }
        })
        yield rows.map((row) => csvLine(COLUMNS.map(([, cell]) => cell(row)))).join('')
      }
    },
}

/**
 * Writes every exchange of the range, the gateway's own notices too, oldest first, as it stood when the export began; gives how many. The
 * export is itself an event of the log (`export_begun`, then `log_exported`, also when it broke off). Rejects when `out` fails or is closed.
 */
export async function exportLog(db: Db, districtId: string, options: ExportOptions): Promise<number> {
  const { from, to, format, out, by, progress, only = ALL, asSeen = (at: Temporal.Instant) => at } = options
  const writer = options.writer ?? (format === 'pdf' ? null : WRITERS[format](asSeen))
  if (writer === null) throw new Error('A PDF needs somebody who writes it.')
  const chosen = Object.fromEntries(Object.entries(only).filter(([, id]) => id !== null))
  const asked = {
    export: options.id ?? randomUUID(),
    from: from.toString(),
    to: to.toString(),
    format,
    ...chosen,
    ...(by === undefined ? {} : { reason: by.reason }),
  }
  const note = (what: string, detail: Readonly<Record<string, string | number | null>>) =>
    inDistrict(db, districtId, async (trx) =>
      appendEvents(trx, districtId, [{ exchangeId: null, at: await databaseNow(trx), what, who: by?.staff.id ?? null, detail }]),
    )
  // Before the first byte is out: whatever ends this process, the log knows that somebody had begun.
  await note('export_begun', asked)
  let count = 0
  try {
    await inSnapshot(db, districtId, async (trx) => {
      const at = await now(trx)
      const isWhole = Object.keys(chosen).length === 0 && (by === undefined || by.staff.scope.kind === 'district')
      const total = isWhole ? await countExchanges(trx, districtId, from, to) : 0
      async function* pages(): AsyncGenerator<ExportPage> {
        const filter = { from, to, ...only, notices: true, limit: PAGE[format] }
        let after: Awaited<ReturnType<typeof exchangePage>>['next'] = null
        do {
          const { records, next } = await exchangePage(trx, districtId, by?.staff ?? WHOLE_DISTRICT, { ...filter, after }, at)
          count += records.length
          yield { records, ...(format === 'jsonl' ? NO_NAMES : await namesIn(trx, districtId, records)) }
          await progress?.(count, total)
          after = next
        } while (after !== null)
      }
      await pipeline(writer(pages()), out, { end: false })
    })
  } finally {
    await note('log_exported', { ...asked, count })
  }
  return count
}

async function countExchanges(trx: Trx, districtId: string, from: Temporal.Instant, to: Temporal.Instant): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from exchange where district_id = ${districtId}
      and created_at >= ${from.toString()}::timestamptz and created_at < ${to.toString()}::timestamptz`.execute(trx)
  return rows[0]?.count ?? 0
}

/** People and desks by name, and the zones of the schools. */
async function namesIn(
  trx: Trx,
  districtId: string,
  records: readonly ExchangeRecord[],
): Promise<Pick<ExportPage, 'names' | 'zones'>> {
  const ids = [...new Set(records.flatMap(({ view }) => [view.staff ?? [], view.guardians].flat()))]
  const { rows: names } = await sql<{ id: string; name: string }>`
    select id, coalesce(display_name, nullif(trim(concat_ws(' ', given_name, family_name)), ''), id) as name from person
    where district_id = ${districtId} and id = any(${ids}::text[])
    union all select d.id, concat(s.name, ' ', d.kind) from desk d join school s on s.district_id = d.district_id and s.id = d.school_id
    where d.district_id = ${districtId} and d.id = any(${ids}::text[])`.execute(trx)
  const { rows: zones } = await sql<{ id: string; zone: string }>`
    select e.id, coalesce(s.hours ->> 'timezone', s.time_zone) as zone from exchange e
    left join conversation c on c.district_id = e.district_id and c.id = e.conversation_id
    left join desk d on d.district_id = e.district_id and d.id = e.desk_id
    join school s on s.district_id = e.district_id and s.id = case when c.id is null then d.school_id else c.school_id end
    where e.district_id = ${districtId} and e.id = any(${records.map(({ view }) => view.id)}::uuid[]) and coalesce(s.hours ->> 'timezone', s.time_zone) is not null`.execute(
    trx,
  )
  return {
    names: new Map(names.map(({ id, name }) => [id, name])),
    zones: new Map(zones.map(({ id, zone }) => [id, zone])),
  }
}
