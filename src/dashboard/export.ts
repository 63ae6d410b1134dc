/** Exports of the log for a records request: as a spreadsheet, as lines for a program, as a PDF to hand over. Each needs a reason and is in the log. */

import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { isUuid } from '../core/uuid.ts'
import type { Db } from '../store/database.ts'
import { askExport, dropExport, type ExportRow, exportsOf, noteFetched } from '../store/exports.ts'
import type { Keys } from '../store/keys.ts'
import { type Choices, choicesOf } from '../store/oversight-choices.ts'
import { zoneOf } from '../store/people.ts'
import { personView } from '../store/person-view.ts'
import { readSealedParts } from '../store/sealed-files.ts'
import { daysInWords, NUMBERS_MASKED } from './export-file.ts'
import { exportFields, FORMATS, readExport, typedExport } from './export-form.ts'
import type { Html } from './page.ts'
import type { Sender } from './sending.ts'
import type { Visit } from './visits.ts'
import { fieldsOf, sayNotFound, sayPlainly } from './wall.ts'
import { briefly, counted, sizeInWords, timeTag } from './words.ts'

/** What an export needs of the house. */
export type ExportDeps = Pick<Sender, 'asSeen'> & {
  readonly db: Db
  readonly keys: Keys
  /** Where the files are kept. */
  readonly dataDir: string
  readonly now: () => Promise<Temporal.Instant>
  /** Somebody asked for one. */
  readonly exportAsked: () => void
}

/** Adds the export; `admin` gives null for who is none. */
export function exportRoutes(app: FastifyInstance, deps: ExportDeps, admin: (request: FastifyRequest) => Visit | null): void {
  const idOf = (request: FastifyRequest) => (request.params as { id: string }).id.toLowerCase()
  /** The visitor's own export that a request names. */
  const found = async (request: FastifyRequest): Promise<{ readonly visit: Visit; readonly row: ExportRow } | null> => {
    const visit = admin(request)
    const id = idOf(request)
    if (visit === null || !isUuid(id)) return null
    const [row] = await visit.read((trx) => exportsOf(trx, visit.staff, id))
    return row === undefined ? null : { visit, row }
  }

  app.post('/oversight/export', async (request, reply) => {
    const visit = admin(request)
    if (visit === null) return sayNotFound(reply)
    const { staff } = visit
    const typed = typedExport(fieldsOf(request))
    const only = { staff: typed.staff || null, guardian: typed.family || null, classId: typed.class || null }
    const { zone, choices, family } = await visit.read(async (trx) => ({
      zone: await zoneOf(trx, staff),
      choices: await choicesOf(trx, staff, { staff: typed.staff, classId: typed.class }),
      family: only.guardian === null ? null : await personView(trx, staff, only.guardian),
    }))
    const nameOf = ({ chosen }: Choices, id: string) => (chosen?.id === id ? chosen.name : id)
    const chosen = [
      ...(only.staff === null ? [] : [`Messages with ${nameOf(choices.staff, only.staff)}`]),
      ...(only.classId === null ? [] : [`Families of the class ${nameOf(choices.classes, only.classId)}`]),
      ...(only.guardian === null ? [] : [`Messages of ${family === null ? 'one family' : `the family of ${family.name}`}`]),
    ]
    const read = readExport(typed, await deps.now(), zone)
    if ('field' in read)
      return visit.page(
        reply.code(422),
        'oversight',
        'Export',
        html`<p class="crumb"><a href="/oversight">Oversight</a></p><h1>Export as a file</h1>${chosen.map((line) => html`<p class="sub"><bdi>${line}</bdi></p>`)}<p class="wrong" role="alert" id="wrong">${read.words}</p>${exportFields(typed, family === null ? [] : [family], read)}`,
      )
    const asked = { ...read, zone, only, chosen }
    const ask = (id: string) => visit.read((trx) => askExport(trx, staff, id, asked))
    let id = isUuid(typed.key) ? typed.key : randomUUID()
    // Back, another choice, and the same form once more.
    if (!(await ask(id))) {
      id = randomUUID()
      await ask(id)
    }
    deps.exportAsked()
    return reply.redirect(`/oversight/exports/${id}`, 303)
  })

  app.get('/oversight/exports', async (request, reply) => {
    const visit = admin(request)
    if (visit === null) return sayNotFound(reply)
    const rows = await visit.read((trx) => exportsOf(trx, visit.staff))
    const now = await deps.now()
    return visit.page(
      reply,
      'oversight',
      'Exports',
      html`<p class="crumb"><a href="/oversight">Oversight</a></p><h1>Your exports</h1><p class="hint">Each is kept for a day, for you alone.</p>${
        rows.length === 0
          ? html`<p class="empty">There is none. Choose what to export at the end of <a href="/oversight">Oversight</a>.</p>`
          : html`<ul class="rows">${rows.map(
              (row) =>
                html`<li><div><a href="/oversight/exports/${row.id}"><b><bdi>${row.asked.reason}</bdi></b></a><p class="hint">${daysInWords(row.asked)}, ${FORMATS[row.asked.format].name}</p></div><span class="hint">${STATES[row.state]}, ${timeTag(row.askedAt, briefly(deps.asSeen(row.askedAt), now, row.asked.zone))}</span></li>`,
            )}</ul>`
      }`,
    )
  })

  app.get('/oversight/exports/:id', async (request, reply) => {
    const own = await found(request)
    if (own === null) return sayNotFound(reply)
    const { visit, row } = own
    return visit.page(
      reply,
      'oversight',
      'Export',
      html`<p class="crumb"><a href="/oversight">Oversight</a> · <a href="/oversight/exports">Your exports</a></p><h1><bdi>${row.asked.reason}</bdi></h1>
<p class="sub">${daysInWords(row.asked)}, as ${FORMATS[row.asked.format].name}</p>${row.asked.chosen.map((line) => html`<p class="sub"><bdi>${line}</bdi></p>`)}
<div id="export" data-live${isUnderWay(row) ? html` data-progress` : ''}>${statePart(row)}</div>`,
      isUnderWay(row),
    )
  })

  app.get('/oversight/exports/:id/file', { compress: false }, async (request, reply) => {
    const own = await found(request)
    if (own?.row.state !== 'ready') return sayNotFound(reply)
    const { visit, row } = own
    const parts = await readSealedParts(deps.keys, deps.dataDir, 'export', visit.districtId, row.id)
    if (parts === null)
      return sayPlainly(
        reply,
        503,
        'This file is not here',
        html`<p>It was made on another server of the school, which does not share its files with this one. Ask who runs the server, or export once more.</p>`,
      )
    await visit.read((trx) => noteFetched(trx, visit.staff, row))
    // Who reads no further does not keep the server from stopping.
    request.raw.socket.setTimeout(60_000)
    const { first, last, format } = row.asked
    return reply
      .type(FORMATS[format].type)
      .header('content-disposition', `attachment; filename="homeline-${first}-to-${last}-${row.id.slice(-4)}.${format}"`)
      .header('content-length', row.size ?? 0)
      .send(Readable.from(parts, { objectMode: false }))
  })

  app.post('/oversight/exports/:id/drop', async (request, reply) => {
    const own = await found(request)
    if (own === null) return sayNotFound(reply)
    await dropExport(deps.db, deps.dataDir, own.visit.staff, own.row.id)
    return reply.redirect('/oversight/exports?said=export_dropped', 303)
  })
}

const STATES: Readonly<Record<ExportRow['state'], string>> = {
  waits: 'waits',
  being_made: 'being made',
  ready: 'ready',
  failed: 'did not work',
}

const isUnderWay = ({ state }: ExportRow) => state === 'waits' || state === 'being_made'

/** How far it is, and what can be done. */
function statePart(row: ExportRow): Html {
  const drop = (words: string) =>
    html`<form method="post" action="/oversight/exports/${row.id}/drop"><button data-key="drop">${words}</button></form>`
  switch (row.state) {
    case 'waits':
      return html`<div class="note"><p role="status">It begins in a moment, or when the one before it is done.</p><div class="row start">${drop('Do not make it')}</div></div>`
    case 'being_made':
      return html`<div class="note"><p role="status">${
        row.done === 0
          ? 'It is being made.'
          : row.total === 0
            ? `${row.done.toLocaleString('en')} messages so far.`
            : `${row.done.toLocaleString('en')} of ${row.total.toLocaleString('en')} messages so far.`
      }</p><progress aria-label="The export"${row.total === 0 ? '' : html` value="${row.done}" max="${row.total}"`}></progress><p class="hint">You may leave this page: the file waits for you here and under “Exports” in Oversight.</p><div class="row start">${drop('Stop it')}</div></div>`
    case 'ready':
      return html`<p role="status">${counted(row.done, 'message', 'messages')}, ${sizeInWords(row.size ?? 0)}. It is kept for a day, for you alone; that you download it is in the log.</p><p class="hint">${NUMBERS_MASKED}</p>
<div class="row start"><a class="button main" href="/oversight/exports/${row.id}/file" download>Download</a>${drop('Delete the file')}</div>`
    case 'failed':
      return html`<p class="wrong" role="alert">This did not work, and it was tried several times. Export once more; when it fails again, tell who runs the server.</p><div class="row start"><a class="button" href="/oversight">Back to Oversight</a>${drop('Remove from the list')}</div>`
  }
}
