/** The making of an export that somebody asked for: by a job, told of on its page, begun anew where a server stopped in between. */

import type { Cover, Entry } from '../pdf/record.ts'
import type { Db } from '../store/database.ts'
import {
  BYTE_ORDER_MARK,
  type ExportOptions,
  type ExportPage,
  type ExportRecord,
  type Writer,
  writeLog,
} from '../store/export.ts'
import type { PeopleOf } from '../store/export-people.ts'
import { type DueExport, daysBetween, type ExportAsked, endExport, keepExport, takeExport } from '../store/exports.ts'
import type { Keys } from '../store/keys.ts'
import { removeSealed, writeSealedParts } from '../store/sealed-files.ts'
import { eventInWords } from './event-words.ts'
import type { Sender } from './sending.ts'
import { clock, clockBeside, dateWords, languageWords, namesInWords, outcome } from './words.ts'

/** What the making of exports needs of the house. */
export type MakerDeps = Pick<Sender, 'asSeen'> &
  Pick<ExportOptions, 'maskNumbers'> & {
    readonly db: Db
    readonly keys: Keys
    /** Where the files are kept. */
    readonly dataDir: string
    readonly now: () => Promise<Temporal.Instant>
  }

/** Between two words about how far it is, in milliseconds. */
const TELL_MS = 1_000

/** Thrown to end an export under way. */
class BrokenOff extends Error {}

/** Makes the oldest export of a district that nobody is making; gives how many there were. Throws what went wrong; it is tried again then. */
export async function makeExport(deps: MakerDeps, districtId: string, stopping: AbortSignal): Promise<number> {
  if (stopping.aborted) return 0
  const due = await takeExport(deps.db, districtId)
  if (due === null) return 0
  const end = (how: Parameters<typeof endExport>[3]) => endExport(deps.db, districtId, due, how)
  if (due.staff === null) {
    await end('failed')
    return 1
  }
  try {
    const made = await write(deps, { ...due, staff: due.staff }, stopping)
    // Taken back in its last second: then nobody would look for its file.
    if ((await end(made)) === 'gone') await removeSealed(deps.dataDir, 'export', districtId, due.id)
    return 1
  } catch (error) {
    // What was taken back is no more there to be ended.
    await end(error instanceof BrokenOff ? 'again' : 'later')
    if (error instanceof BrokenOff) return 0
    throw error
  }
}

async function write(
  deps: MakerDeps,
  due: DueExport & { readonly staff: NonNullable<DueExport['staff']> },
  stopping: AbortSignal,
): Promise<{ readonly count: number; readonly size: number }> {
  const { db, keys, dataDir } = deps
  const { id, asked, staff } = due
  const { districtId } = staff
  const { from, to } = daysBetween(asked)
  const at = await deps.now()
  let told = 0
  const progress = async (done: number, total: number) => {
    if (stopping.aborted) throw new BrokenOff()
    if (performance.now() - told < TELL_MS) return
    told = performance.now()
    if (!(await keepExport(db, districtId, due, done, total))) throw new BrokenOff()
  }
  const writer: Writer = async function* (pages) {
    // Fonts and their shaper are loaded when the first PDF is made.
    const { recordPdf } = await import('../pdf/record.ts')
    yield* recordPdf(coverOf(asked, staff.displayName, at), entriesOf(pages, at, asked.zone))
  }
  let count = 0
  const size = await writeSealedParts(keys, dataDir, 'export', districtId, id, async (out) => {
    const { format, only } = asked
    const { asSeen, maskNumbers } = deps
    const options = { from, to, only, format, out, progress, by: staff, asSeen, maskNumbers }
    // By it a spreadsheet knows that the letters are Unicode.
    if (format === 'csv') out.write(BYTE_ORDER_MARK)
    count = await writeLog(db, districtId, format === 'pdf' ? { ...options, writer } : options)
  })
  return { count, size }
}

/** What an export says of the numbers in it. */
export const NUMBERS_MASKED =
  'Phone numbers that people wrote into messages are masked in this file but for their last four digits (••••), as far as a program can tell them from other figures. The school’s log keeps them as they were written.'

/** The days of an export in words. */
export function daysInWords({ first, last }: Pick<ExportAsked, 'first' | 'last'>): string {
  const said = (day: string) => `${dateWords(Temporal.PlainDate.from(day))}, ${day.slice(0, 4)}`
  return `From ${said(first)} to ${said(last)}`
}

function coverOf(asked: ExportAsked, by: string, at: Temporal.Instant): Cover {
  const today = at.toZonedDateTimeISO(asked.zone)
  return {
    title: 'Record of messages',
    chosen: [`${daysInWords(asked)}; times of ${asked.zone.replaceAll('_', ' ')}`, ...asked.chosen, NUMBERS_MASKED],
    exported: `Exported by ${by} on ${dateWords(today.toPlainDate())}, ${today.year} at ${clock(today)}`,
    reason: asked.reason,
  }
}

async function* entriesOf(
  pages: AsyncIterable<ExportPage>,
  now: Temporal.Instant,
  zone: string,
): AsyncGenerator<readonly Entry[]> {
  const local = (at: string) => Temporal.Instant.from(at).toZonedDateTimeISO(zone)
  for await (const { records, ...people } of pages) yield records.map((record) => entryOf(record, people, local, now, zone))
}

/** An exchange in words, as the record shows it. */
function entryOf(
  record: ExportRecord,
  { names, places }: PeopleOf,
  local: (at: string) => Temporal.ZonedDateTime,
  now: Temporal.Instant,
  zone: string,
): Entry {
  const { view, author, maskedNumbers } = record
  const name = (id: string) => names.get(id) ?? id
  const staff = view.staff === null ? 'the school' : name(view.staff)
  const family = view.guardians.length === 0 ? 'somebody whom the school does not know' : namesInWords(view.guardians.map(name))
  const at = local(view.at)
  const what =
    author === 'gateway' ? 'Automatic notice' : { message: 'Message', call: 'Call', voicemail: 'Voice message' }[view.kind]
  const way = view.direction === 'to_family' ? `${staff} → ${family}` : `${family} → ${staff}`
  const { original, translation } = view
  const place = places.get(view.id)
  return {
    id: view.id,
    day: `${dateWords(at.toPlainDate())}, ${at.year}`,
    head: `${clock(at)} · ${what} · ${way}`,
    about: [
      ...(place === undefined || place.students.length === 0 ? [] : [`Family of ${namesInWords(place.students)}`]),
      ...(place === undefined ? [] : [place.school]),
    ].join(' · '),
    texts: [
      ...(original.text === '' ? [] : [{ label: `${languageWords(original.language)}, as written`, text: original.text }]),
      ...(translation === null
        ? []
        : [{ label: `${languageWords(translation.language)}, translated by ${translation.by}`, text: translation.text }]),
    ],
    events: [
      ...(view.direction === 'to_family' ? [outcome(record, now, zone).words] : []),
      ...(view.urgentReason === null ? [] : [`urgent: ${view.urgentReason}`]),
      ...(maskedNumbers === 0 ? [] : ['with phone numbers masked']),
      ...view.events.map((event) => `${clockBeside(local(event.at), at.toPlainDate())} ${eventInWords(event.what)}`),
    ].join(' · '),
  }
}
