/** The exchange log as a file: for a records request, an archive, a spreadsheet. Ids, names and texts, never a number of anybody: those that people typed, as far as they can be told from other figures, are masked, in the file alone. */

import { randomUUID } from 'node:crypto'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sql } from 'kysely'
import type { Staff } from '../core/people.ts'
import { type Db, databaseNow, inDistrict, type Trx } from './database.ts'
import { appendEvents } from './events.ts'
import type { ExchangeRecord } from './exchange-record.ts'
import { exchangePage, WHOLE_DISTRICT } from './exchange-view.ts'
import { type PeopleOf, peopleOf } from './export-people.ts'
import { countryOf } from './schools.ts'
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
  /** Only these exchanges; absent: all. sourcedIds; `guardian` may be a student, for all guardians. */
  readonly only?: { readonly staff: string | null; readonly guardian: string | null; readonly classId: string | null }
  /** Who asks for it, and sees no more than may be seen; absent: an operator, by the command. */
  readonly by?: Staff
  /** The time that a visitor of the demo's moved clock saw, for every time of the file; absent: the same. */
  readonly asSeen?: (at: Temporal.Instant) => Temporal.Instant
  /** The text without the phone numbers that people typed into it, and how many there were; `country` (ISO 3166-1) is the district's. */
  readonly maskNumbers: (text: string, country: string) => { readonly text: string; readonly count: number }
  /** Is written to as fast as it takes, and left open. */
  readonly out: Writable
  /**
   * Called after each page with the exchanges that are written and those there are (0 where only some are exported: they are not counted first), and
   * waited for; what it throws ends the export.
   */
  readonly progress?: (done: number, total: number) => void | Promise<void>
}

/** An exchange as it is exported, and how many phone numbers are masked in its texts. */
export type ExportRecord = ExchangeRecord & { readonly maskedNumbers: number }

/** Some of the exchanges, oldest first, with their people. */
export type ExportPage = PeopleOf & { readonly records: readonly ExportRecord[] }

/** Makes a file of pages, a part at a time. */
export type Writer = (pages: AsyncIterable<ExportPage>) => AsyncIterable<string | Buffer>

/** Exchanges read at once; a PDF takes some seconds for as many as a file of lines takes at once. */
const PAGE = { csv: 500, jsonl: 500, pdf: 100 } as const
/** Nobody in particular. */
const ALL = { staff: null, guardian: null, classId: null } as const

/** A record with what its people are called, and its time by the school's clock; null: it is of no school, or of one without a zone. */
type Row = Omit<ExportRecord, 'behind' | 'hold'> & {
  readonly schoolTime: string | null
  readonly staffName: string | null
  readonly guardianNames: readonly string[]
  readonly studentNames: readonly string[]
}

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
  ['schoolTime', ({ schoolTime }) => schoolTime],
  ['staffName', ({ staffName }) => staffName],
  ['guardianNames', ({ guardianNames }) => guardianNames.join('; ')],
  ['maskedNumbers', ({ maskedNumbers }) => String(maskedNumbers)],
  ['why', ({ why }) => why],
  ['studentNames', ({ studentNames }) => studentNames.join('; ')],
]

/** Stands before the first cell of a file that a person opens in a spreadsheet; programs get theirs without. */
export const BYTE_ORDER_MARK = '\ufeff'

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

const WRITERS: Readonly<Record<'csv' | 'jsonl', Writer>> = {
  jsonl: async function* (pages) {
    for await (const page of pages)
      yield rowsOf(page)
        .map(({ view, ...rest }) => `${JSON.stringify({ ...view, ...rest })}\n`)
        .join('')
  },
  csv: async function* (pages) {
    yield csvLine(COLUMNS.map(([name]) => name))
    for await (const page of pages)
      yield rowsOf(page)
        .map((row) => csvLine(COLUMNS.map(([, cell]) => cell(row))))
        .join('')
  },
}

function rowsOf({ records, names, places }: ExportPage): Row[] {
  const nameOf = (id: string) => names.get(id) ?? id
  return records.map(({ view, author, maskedNumbers, why }) => {
    const zone = places.get(view.id)?.zone ?? null
    const at = zone === null ? null : Temporal.Instant.from(view.at).toZonedDateTimeISO(zone)
    return {
      view,
      author,
      schoolTime: at === null ? null : `${at.toPlainDate()} ${at.toPlainTime().toString({ smallestUnit: 'second' })}`,
      staffName: view.staff === null ? null : nameOf(view.staff),
      guardianNames: view.guardians.map(nameOf),
      studentNames: places.get(view.id)?.students ?? [],
      maskedNumbers,
      why,
    }
  })
}

/**
 * Writes every exchange of the range as {@link writeLog} does, for the operator's command; gives how many. The export is itself an event of the log
 * (`export_begun`, then `log_exported`, also when it broke off: what went out is out). Rejects when `out` fails or is closed.
 */
export async function exportLog(db: Db, districtId: string, options: Omit<ExportOptions, 'by'>): Promise<number> {
  const asked = askedFor(randomUUID(), options)
  // Before the first byte is out: whatever ends this process, the log knows that somebody had begun.
  await inDistrict(db, districtId, (trx) => noteExport(trx, districtId, 'export_begun', null, asked))
  let count = 0
  const progress: ExportOptions['progress'] = async (done, total) => {
    count = done
    await options.progress?.(done, total)
  }
  try {
    return await writeLog(db, districtId, { ...options, progress })
  } finally {
    await inDistrict(db, districtId, (trx) => noteExport(trx, districtId, 'log_exported', null, { ...asked, count }))
  }
}

/** What was asked for, as the log tells of it; times in UTC. `id`: by which the log knows this export. */
export function askedFor(id: string, { from, to, format, only = ALL }: Pick<ExportOptions, 'from' | 'to' | 'format' | 'only'>) {
  const chosen = Object.fromEntries(Object.entries(only).filter(([, one]) => one !== null))
  return { export: id, from: from.toString(), to: to.toString(), format, ...chosen }
}

/** Notes in the log that an export began, or that it is made. `who`: a staff sourcedId; null: the operator. */
export async function noteExport(
  trx: Trx,
  districtId: string,
  what: 'export_begun' | 'log_exported',
  who: string | null,
  detail: Readonly<Record<string, string | number>>,
): Promise<void> {
  await appendEvents(trx, districtId, [{ exchangeId: null, at: await databaseNow(trx), what, who, detail }])
}

/**
 * Writes every exchange of the range, the gateway's own notices too, oldest first, as it stood when this began; gives how many. That somebody exports
 * is for the caller to note in the log. Rejects when `out` fails or is closed.
 */
export async function writeLog(db: Db, districtId: string, options: ExportOptions): Promise<number> {
  const { from, to, format, out, by, progress, only = ALL, asSeen = (at: Temporal.Instant) => at } = options
  const writer = options.writer ?? (format === 'pdf' ? null : WRITERS[format])
  if (writer === null) throw new Error('A PDF needs somebody who writes it.')
  let count = 0
  await inSnapshot(db, districtId, async (trx) => {
    const at = await now(trx)
    const country = await countryOf(trx, districtId)
    const mask = (text: string) => options.maskNumbers(text, country)
    const isWhole = Object.values(only).every((one) => one === null) && (by === undefined || by.scope.kind === 'district')
    const total = isWhole ? await countExchanges(trx, districtId, from, to) : 0
    async function* pages(): AsyncGenerator<ExportPage> {
      const filter = {
        from,
        to,
        staff: only.staff,
        classId: only.classId,
        guardian: null,
        family: only.guardian,
        notices: true,
        limit: PAGE[format],
      }
      let after: Awaited<ReturnType<typeof exchangePage>>['next'] = null
      do {
        const { records, next } = await exchangePage(trx, districtId, by ?? WHOLE_DISTRICT, { ...filter, after }, at)
        count += records.length
        yield {
          records: records.map((record) => seenAt(masked(record, mask), asSeen)),
          ...(await peopleOf(trx, districtId, records)),
        }
        await progress?.(count, total)
        after = next
      } while (after !== null)
    }
    await pipeline(writer(pages()), out, { end: false })
  })
  return count
}

/** The record with all its times by one clock: `sendAfter` goes by the moved clock of the demo anyway. */
function seenAt(record: ExportRecord, asSeen: (at: Temporal.Instant) => Temporal.Instant): ExportRecord {
  const seen = (at: string) => asSeen(Temporal.Instant.from(at)).toString()
  const { view } = record
  const events = view.events.map(({ at, what }) => ({ at: seen(at), what }))
  return { ...record, view: { ...view, at: seen(view.at), events } }
}

/** The record without the phone numbers that people typed into its texts. */
function masked({ view, ...rest }: ExchangeRecord, mask: (text: string) => { text: string; count: number }): ExportRecord {
  const { original, translation, urgentReason } = view
  const texts = [original.text, translation?.text, urgentReason].map((text) => (text == null ? null : mask(text)))
  const [first, second, third] = texts
  return {
    ...rest,
    maskedNumbers: texts.reduce((sum, text) => sum + (text?.count ?? 0), 0),
    view: {
      ...view,
      original: { ...original, text: first?.text ?? '' },
      translation: translation === null ? null : { ...translation, text: second?.text ?? '' },
      urgentReason: third?.text ?? null,
    },
  }
}

async function countExchanges(trx: Trx, districtId: string, from: Temporal.Instant, to: Temporal.Instant): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from exchange where district_id = ${districtId}
      and created_at >= ${from.toString()}::timestamptz and created_at < ${to.toString()}::timestamptz`.execute(trx)
  return rows[0]?.count ?? 0
}
