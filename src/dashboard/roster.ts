/** Roster upload: what a new file would change and every bad row first, then the import. For administrators of the whole district. */

import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { formatFinding, formatRemoval } from '../roster/format.ts'
import type { RosterOptions, RosterResult } from '../roster/import.ts'
import { ROSTER_KINDS } from '../store/roster-merge.ts'
import type { Html } from './page.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, sayNotFound } from './wall.ts'

/** What the upload needs of the house. */
export type RosterDeps = { readonly importRoster: (source: string, options: RosterOptions) => Promise<RosterResult> }

/** How every .zip begins. */
const ZIP = Buffer.from('PK')
/** A district of 100,000 people is about ten megabytes as a .zip. */
const MOST_BYTES = 50 * 1024 * 1024
/** Between looking and importing. The file holds real numbers: it is kept in memory alone, and on the disk only while it is read. */
const KEPT_MS = 15 * 60_000
const MOST_SHOWN = 100

type Upload = { readonly staffId: string; readonly districtId: string; readonly bytes: Buffer; readonly timer: NodeJS.Timeout }

/** Adds the page. */
export async function rosterRoutes(app: FastifyInstance, deps: RosterDeps, visitOf: VisitOf): Promise<void> {
  const uploads = new Map<string, Upload>()
  app.addHook('onClose', async () => {
    for (const { timer } of uploads.values()) clearTimeout(timer)
  })
  await app.register(multipart, { limits: { files: 1, fileSize: MOST_BYTES, fields: 4 } })
  const admin = (request: FastifyRequest): Visit | null => {
    const visit = visitOf(request)
    return visit.staff.scope.kind === 'district' ? visit : null
  }

  app.get('/school/roster', async (request, reply) => {
    const visit = admin(request)
    return visit === null ? sayNotFound(reply) : visit.page(reply, 'school', 'Roster', uploadPage(null))
  })

  app.post('/school/roster', async (request, reply) => {
    const visit = admin(request)
    if (visit === null) return sayNotFound(reply)
    const wrong = (words: string) => visit.page(reply.code(422), 'school', 'Roster', uploadPage(words))
    if (!request.isMultipart()) return wrong('No file came with it: choose the .zip and press again.')
    const file = await request.file()
    const bytes = await file?.toBuffer().catch(() => null)
    if (bytes === null) return wrong('The file is larger than 50 MB: import it on the server, with “homeline roster import”.')
    if (bytes === undefined || bytes.length === 0) return wrong('No file came with it: choose the .zip and press again.')
    if (!bytes.subarray(0, 2).equals(ZIP))
      return wrong('This file is no .zip: choose the one that the student information system has exported.')
    const result = await run(visit, bytes, { dryRun: true, confirmRemovals: true })
    const id = randomUUID()
    for (const [old, upload] of uploads) if (upload.staffId === visit.staff.id) forget(old)
    uploads.set(id, {
      staffId: visit.staff.id,
      districtId: visit.districtId,
      bytes,
      timer: setTimeout(() => forget(id), KEPT_MS).unref(),
    })
    return visit.page(result.kind === 'refused' ? reply.code(422) : reply, 'school', 'Roster', resultPage(result, id))
  })

  app.post('/school/roster/:id', async (request, reply) => {
    const visit = admin(request)
    const { id } = request.params as { id: string }
    const upload = uploads.get(id)
    if (visit === null) return sayNotFound(reply)
    if (upload === undefined || upload.staffId !== visit.staff.id || upload.districtId !== visit.districtId)
      return visit.page(
        reply.code(422),
        'school',
        'Roster',
        uploadPage('That file is no longer here: a quarter of an hour is over, or it was imported already. Choose it again.'),
      )
    const result = await run(visit, upload.bytes, { dryRun: false, confirmRemovals: fieldsOf(request)('removals') === 'yes' })
    if (result.kind === 'imported') forget(id)
    return visit.page(result.kind === 'imported' ? reply : reply.code(422), 'school', 'Roster', resultPage(result, id))
  })

  function forget(id: string): void {
    clearTimeout(uploads.get(id)?.timer)
    uploads.delete(id)
  }

  async function run(visit: Visit, bytes: Buffer, options: Omit<RosterOptions, 'district'>): Promise<RosterResult> {
    const folder = await mkdtemp(path.join(tmpdir(), 'homeline-roster-'))
    try {
      const source = path.join(folder, 'roster.zip')
      await writeFile(source, bytes, { mode: 0o600 })
      return await deps.importRoster(source, { ...options, district: visit.districtId })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

function uploadPage(problem: string | null): Html {
  return html`<p class="crumb"><a href="/school">School</a></p><h1>Roster</h1>
<form method="post" action="/school/roster" enctype="multipart/form-data" class="composer">${
    problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`
  }<p class="hint">The student information system exports the list of schools, people, classes and enrollments as OneRoster 1.1 CSV files, in one .zip. Nothing changes before you have seen what would. An import never sends a message.</p>
<label for="file">The .zip</label><input id="file" name="file" type="file" accept=".zip,application/zip" required><button class="main" data-busy="Reading the file…">Show what would change</button></form>`
}

function resultPage(result: RosterResult, id: string): Html {
  const again = html`<p><a href="/school/roster">Choose another file</a></p>`
  if (result.kind === 'refused')
    return html`<p class="crumb"><a href="/school/roster">Roster</a></p><h1>This file cannot be imported</h1>
<p class="wrong" role="alert">Nothing was changed. ${result.findingsTotal === 1 ? 'One row has to be mended' : `${result.findingsTotal} rows have to be mended`} in the student information system first.</p>${findings(result.findings.map(formatFinding), result.findingsTotal)}${again}`
  if (result.kind === 'needs_confirmation')
    return html`<p class="crumb"><a href="/school/roster">Roster</a></p><h1>Many would go</h1><ul class="rows">${result.removals.map((one) => html`<li>${formatRemoval(one)}</li>`)}</ul>
<p>That is right at the end of a year, and wrong when a part of the file is missing. Nothing was changed.</p><form method="post" action="/school/roster/${id}"><input type="hidden" name="removals" value="yes"><button class="main" data-busy="Importing…">It is right: import it</button></form>${again}`
  const table = html`<table><thead><tr><th scope="col">What</th><th scope="col">New</th><th scope="col">Changed</th><th scope="col">Gone</th><th scope="col">Same</th></tr></thead><tbody>${ROSTER_KINDS.map(
    (kind) => {
      const { added, changed, removed, unchanged } = result.counts[kind]
      return html`<tr><th scope="row">${kind.replace(/^./, (c) => c.toUpperCase())}</th><td>${added}</td><td>${changed}</td><td>${removed}</td><td>${unchanged}</td></tr>`
    },
  )}</tbody></table>`
  const warnings =
    result.warningsTotal === 0
      ? ''
      : html`<h2>${result.warningsTotal === 1 ? 'One row needs a look' : `${result.warningsTotal} rows need a look`}</h2><p class="hint">They are imported as far as they can be.</p>${findings(result.warnings.map(formatFinding), result.warningsTotal)}`
  return result.dryRun
    ? html`<p class="crumb"><a href="/school/roster">Roster</a></p><h1>What would change</h1>${table}${warnings}
<form method="post" action="/school/roster/${id}" class="row"><button class="main" data-busy="Importing…">Import it</button></form>${again}`
    : html`<p class="crumb"><a href="/school">School</a></p><h1>Imported</h1><p class="said" role="status">The list is up to date. Nobody was sent anything.</p>${table}${warnings}`
}

function findings(lines: readonly string[], total: number): Html {
  return html`<ul class="rows">${lines.slice(0, MOST_SHOWN).map((line) => html`<li><bdi>${line}</bdi></li>`)}</ul>${total > MOST_SHOWN ? html`<p class="hint">The first ${MOST_SHOWN} of ${total} are shown.</p>` : ''}`
}
