/** Exports of the log for a records request: as a spreadsheet, as lines for a program, as a PDF to hand over. Each needs a reason and is in the log. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { Cover, Entry } from '../pdf/record.ts'
import type { Db } from '../store/database.ts'
import type { ExchangeRecord } from '../store/exchange-view.ts'
import { type ExportPage, exportLog, type Writer } from '../store/export.ts'
import { choicesOf, type Found } from '../store/oversight.ts'
import { zoneOf } from '../store/people.ts'
import type { Html } from './page.ts'
import type { Sender } from './sending.ts'
import type { Visit } from './visits.ts'
import { fieldsOf, sayNotFound, sayPlainly } from './wall.ts'
import { clock, dateWords, languageWords, namesInWords, outcome } from './words.ts'

/** What an export needs of the house. */
export type ExportDeps = Pick<Sender, 'asSeen'> & { readonly db: Db; readonly now: () => Promise<Temporal.Instant> }

/** Days that are exported when nobody says which. */
const DAYS = 30

const FORMATS = {
  pdf: { type: 'application/pdf', name: 'a PDF to read and hand over' },
  csv: { type: 'text/csv; charset=utf-8', name: 'a spreadsheet (CSV)' },
  jsonl: { type: 'application/jsonl; charset=utf-8', name: 'lines for a program (JSONL)' },
} as const

type Format = keyof typeof FORMATS

/** The form at the end of what was found: the days, teacher and class that were chosen, and one family of those found. */
export function exportForm(given: {
  readonly chosen: Readonly<Record<'staff' | 'class', string>>
  readonly range: { readonly first: string; readonly last: string }
  readonly found: readonly Found[]
}): Html {
  const families = new Map(
    given.found.flatMap(({ record, students, guardians }): [string, string][] => {
      const id = record.view.guardian ?? record.view.guardians[0]
      return id === undefined
        ? []
        : [[id, [namesInWords(students), namesInWords(guardians)].filter((name) => name !== '').join(', ')]]
    }),
  )
  return html`<details><summary>Export as a file</summary><form method="post" action="/oversight/export" class="stack">${Object.entries(
    given.chosen,
  ).map(([name, value]) => (value === '' ? '' : html`<input type="hidden" name="${name}" value="${value}">`))}
<p class="hint">Every message of these days that you may see${given.chosen.staff + given.chosen.class === '' ? '' : ', of the teacher and class chosen above'}, whatever words you looked for, and never anybody’s number.</p>
<div class="row"><label>From <input name="from" type="date" value="${given.range.first}"></label><label>To <input name="to" type="date" value="${given.range.last}"></label></div>
<label for="family">Family</label><select id="family" name="family"><option value="">Every family</option>${[...families].map(([id, name]) => html`<option value="${id}">${name}</option>`)}</select>
<label for="reason">Why it is needed</label><input id="reason" name="reason" maxlength="300" required>
<fieldset><legend>As</legend>${(Object.keys(FORMATS) as Format[]).map((format) => html`<label class="tick"><input type="radio" name="format" value="${format}"${format === 'pdf' ? ' checked' : ''}> ${FORMATS[format].name}</label>`)}</fieldset>
<button>Export</button></form></details>`
}

/** The days between two dates of a form, in the school's zone; without them, the last thirty. */
export function rangeOf(from: Temporal.PlainDate | null, to: Temporal.PlainDate | null, now: Temporal.Instant, zone: string) {
  const last = to ?? now.toZonedDateTimeISO(zone).toPlainDate()
  const first = from ?? last.subtract({ days: DAYS })
  return {
    first: first.toString(),
    last: last.toString(),
    from: first.toZonedDateTime(zone).toInstant(),
    to: last.add({ days: 1 }).toZonedDateTime(zone).toInstant(),
  }
}

/** The day that a form's field names; null: none. */
export function dayOf(text: string): Temporal.PlainDate | null {
  const [, year, month, day] = /^((?:19|20)\d\d)-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? []
  // The thirtieth of February is taken for the last day of it.
  return year && month && day ? Temporal.PlainDate.from({ year, month, day }) : null
}

/** Adds the export; `admin` gives null for who is none. */
export function exportRoute(app: FastifyInstance, deps: ExportDeps, admin: (request: FastifyRequest) => Visit | null): void {
  app.post('/oversight/export', async (request, reply) => {
    const visit = admin(request)
    if (visit === null) return sayNotFound(reply)
    const fields = fieldsOf(request)
    const { staff } = visit
    const { zone, choices } = await visit.read(async (trx) => ({
      zone: await zoneOf(trx, staff),
      choices: await choicesOf(trx, staff),
    }))
    const at = await deps.now()
    const range = rangeOf(dayOf(fields('from')), dayOf(fields('to')), at, zone)
    const reason = fields('reason').trim().slice(0, 300)
    const format = (Object.keys(FORMATS) as Format[]).find((one) => one === fields('format')) ?? 'csv'
    if (reason === '')
      return sayPlainly(
        reply,
        422,
        'Say why',
        html`<p>An export needs a reason, such as the number of the records request. It is kept in the log. Go back, write it, and try again.</p>`,
      )
    const only = { staff: fields('staff') || null, guardian: fields('family') || null, classId: fields('class') || null }
    const said = (day: string) => `${dateWords(Temporal.PlainDate.from(day))}, ${day.slice(0, 4)}`
    const nameOf = (list: readonly { readonly id: string; readonly name: string }[], id: string) =>
      list.find((one) => one.id === id)?.name ?? id
    const today = at.toZonedDateTimeISO(zone)
    const cover: Cover = {
      title: 'Record of messages',
      chosen: [
        `From ${said(range.first)} to ${said(range.last)}; times of ${zone.replaceAll('_', ' ')}`,
        ...(only.staff === null ? [] : [`Messages with ${nameOf(choices.staff, only.staff)}`]),
        ...(only.classId === null ? [] : [`Families of the class ${nameOf(choices.classes, only.classId)}`]),
        ...(only.guardian === null ? [] : ['Messages of one family']),
      ],
      exported: `Exported by ${staff.displayName} on ${dateWords(today.toPlainDate())}, ${today.year} at ${clock(today)}`,
      reason,
    }
    request.raw.socket.setTimeout(0)
    reply.hijack()
    reply.raw.writeHead(200, {
      ...reply.getHeaders(),
      'content-type': FORMATS[format].type,
      'content-disposition': `attachment; filename="homeline-${range.first}-to-${range.last}.${format}"`,
    } as Record<string, string>)
    const writer: Writer = async function* (pages) {
      // Fonts and their shaper are loaded when the first PDF is made.
      const { recordPdf } = await import('../pdf/record.ts')
      yield* recordPdf(cover, entriesOf(pages, deps, at, zone))
    }
    await exportLog(deps.db, visit.districtId, {
      ...range,
      only,
      format,
      ...(format === 'pdf' ? { writer } : {}),
      out: reply.raw,
      by: { staff, reason },
    }).catch((error) => {
      request.log.warn({ reqId: request.id, err: error }, 'an export broke off')
      reply.raw.destroy()
    })
    reply.raw.end()
    return reply
  })
}

async function* entriesOf(
  pages: AsyncIterable<ExportPage>,
  { asSeen }: Pick<ExportDeps, 'asSeen'>,
  now: Temporal.Instant,
  zone: string,
): AsyncGenerator<readonly Entry[]> {
  const local = (at: string) => asSeen(Temporal.Instant.from(at)).toZonedDateTimeISO(zone)
  for await (const { records, names } of pages) yield records.map((record) => entryOf(record, names, local, now, zone))
}

/** An exchange in words, as the record shows it. */
function entryOf(
  { view, author }: ExchangeRecord,
  names: ReadonlyMap<string, string>,
  local: (at: string) => Temporal.ZonedDateTime,
  now: Temporal.Instant,
  zone: string,
): Entry {
  const name = (id: string) => names.get(id) ?? id
  const staff = view.staff === null ? 'the school' : name(view.staff)
  const family = view.guardians.length === 0 ? 'somebody whom the school does not know' : namesInWords(view.guardians.map(name))
  const at = local(view.at)
  const what =
    author === 'gateway' ? 'Automatic notice' : { message: 'Message', call: 'Call', voicemail: 'Voice message' }[view.kind]
  const way = view.direction === 'to_family' ? `${staff} → ${family}` : `${family} → ${staff}`
  const { original, translation } = view
  return {
    id: view.id,
    day: `${dateWords(at.toPlainDate())}, ${at.year}`,
    head: `${clock(at)} · ${what} · ${way}`,
    texts: [
      ...(original.text === '' ? [] : [{ label: `${languageWords(original.language)}, as written`, text: original.text }]),
      ...(translation === null
        ? []
        : [{ label: `${languageWords(translation.language)}, translated by ${translation.by}`, text: translation.text }]),
    ],
    events: [
      ...(view.direction === 'to_family' ? [outcome(view, now, zone).words] : []),
      ...(view.urgentReason === null ? [] : [`urgent: ${view.urgentReason}`]),
      ...view.events.map((event) => `${clock(local(event.at))} ${event.what.replaceAll('_', ' ')}`),
    ].join(' · '),
  }
}
