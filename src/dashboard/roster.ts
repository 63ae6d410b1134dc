/** Roster upload: what a new file would change and every bad row first, then the import. For administrators of the whole district. */

import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { formatFinding, formatRemoval } from '../roster/format.ts'
import type { RosterOptions, RosterResult } from '../roster/import.ts'
import type { EndedTalk } from '../store/ended-talks.ts'
import type { Ended } from '../store/households.ts'
import { ROSTER_KINDS } from '../store/roster-merge.ts'
import type { Html } from './page.ts'
import { rosterChanges } from './roster-changes.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, sayNotFound } from './wall.ts'
import { counted, familyInWords, namesInWords } from './words.ts'

/** What the upload needs of the house. */
export type RosterDeps = { readonly importRoster: (source: string, options: RosterOptions) => Promise<RosterResult> }

/** How every .zip begins. */
const ZIP = Buffer.from('PK')
/** A district of 100,000 people is about ten megabytes as a .zip. */
const MOST_BYTES = 50 * 1024 * 1024
/** How long the file waits for the import, and its result is found again. It holds real numbers: it is kept in memory alone, and on the disk only while it is read. */
const KEPT_MS = 15 * 60_000
const MOST_SHOWN = 100

/** Who waits for less than this sees the result at once, and else how far it is, in milliseconds. */
const SOON_MS = 1_500

/** A file that somebody brought: looked through first, imported on the second press. */
type Upload = {
  readonly staffId: string
  readonly districtId: string
  /** Empty once it is imported. */
  bytes: Buffer
  timer: NodeJS.Timeout
  /** How far it has been read, in bytes. */
  done: number
  total: number
  /** What it came to; null: it is being read or imported. */
  result: RosterResult | 'broken' | null
}

/** Adds the page. */
export async function rosterRoutes(app: FastifyInstance, deps: RosterDeps, visitOf: VisitOf): Promise<void> {
  const uploads = new Map<string, Upload>()
  const underWay = new Set<Promise<void>>()
  app.addHook('onClose', async () => {
    for (const { timer } of uploads.values()) clearTimeout(timer)
    await Promise.all(underWay)
  })
  await app.register(multipart, { limits: { files: 1, fileSize: MOST_BYTES, fields: 4 } })
  const admin = (request: FastifyRequest): Visit | null => {
    const visit = visitOf(request)
    return visit.staff.scope.kind === 'district' ? visit : null
  }
  const ownUpload = ({ staff, districtId }: Visit, id: string): Upload | null => {
    const upload = uploads.get(id)
    return upload?.staffId === staff.id && upload.districtId === districtId ? upload : null
  }
  const gone = (visit: Visit, reply: FastifyReply) =>
    visit.page(
      reply.code(422),
      'school',
      'Roster',
      uploadPage('That file is no longer here: a quarter of an hour is over, or it was imported already. Choose it again.', null),
    )

  app.get('/school/roster', async (request, reply) => {
    const visit = admin(request)
    if (visit === null) return sayNotFound(reply)
    const [open] = [...uploads].filter(([id]) => ownUpload(visit, id) !== null)
    return visit.page(reply, 'school', 'Roster', uploadPage(null, open?.[0] ?? null))
  })

  app.post('/school/roster', async (request, reply) => {
    const visit = admin(request)
    if (visit === null) return sayNotFound(reply)
    const wrong = (words: string) => visit.page(reply.code(422), 'school', 'Roster', uploadPage(words, null))
    if (!request.isMultipart()) return wrong('No file came with it: choose the .zip and press again.')
    const file = await request.file()
    const bytes = await file?.toBuffer().catch(() => null)
    if (bytes === null) return wrong('The file is larger than 50 MB: import it on the server, with “homeline roster import”.')
    if (bytes === undefined || bytes.length === 0) return wrong('No file came with it: choose the .zip and press again.')
    if (!bytes.subarray(0, 2).equals(ZIP))
      return wrong('This file is no .zip: choose the one that the student information system has exported.')
    if ([...uploads].some(([old, { result }]) => result === null && ownUpload(visit, old) !== null))
      return wrong('The file before this one is still being read: see what becomes of it first.')
    const id = randomUUID()
    for (const old of uploads.keys()) if (ownUpload(visit, old) !== null) forget(old)
    const upload: Upload = {
      staffId: visit.staff.id,
      districtId: visit.districtId,
      bytes,
      timer: keptFor(id),
      done: 0,
      total: 0,
      result: null,
    }
    uploads.set(id, upload)
    await begin(request, id, upload, { dryRun: true, confirmRemovals: true })
    return reply.redirect(`/school/roster/${id}`, 303)
  })

  app.get('/school/roster/:id', async (request, reply) => {
    const visit = admin(request)
    const { id } = request.params as { id: string }
    if (visit === null) return sayNotFound(reply)
    const upload = ownUpload(visit, id)
    if (upload === null) return gone(visit, reply)
    const { result } = upload
    const page = result === null ? progressPage(upload) : result === 'broken' ? brokenPage() : resultPage(result, id)
    return visit.page(
      reply,
      'school',
      'Roster',
      html`<div id="roster" data-live${result === null ? html` data-progress` : ''}>${page}</div>`,
      result === null,
    )
  })

  app.post('/school/roster/:id', async (request, reply) => {
    const visit = admin(request)
    const { id } = request.params as { id: string }
    if (visit === null) return sayNotFound(reply)
    const upload = ownUpload(visit, id)
    if (upload === null || isImported(upload.result)) return gone(visit, reply)
    // A second press finds it under way.
    if (upload.result !== null)
      await begin(request, id, upload, { dryRun: false, confirmRemovals: fieldsOf(request)('removals') === 'yes' })
    return reply.redirect(`/school/roster/${id}`, 303)
  })

  function forget(id: string): void {
    clearTimeout(uploads.get(id)?.timer)
    uploads.delete(id)
  }

  const keptFor = (id: string) => setTimeout(() => forget(id), KEPT_MS).unref()

  /** Begins to read or import it, and waits a moment for the end. From then on it is kept for as long as `KEPT_MS`. */
  async function begin(
    request: FastifyRequest,
    id: string,
    upload: Upload,
    options: Omit<RosterOptions, 'district' | 'progress'>,
  ): Promise<void> {
    upload.result = null
    clearTimeout(upload.timer)
    const work = run(upload, options)
      .catch((error) => {
        request.log.error({ reqId: request.id, err: error }, 'a roster could not be read')
        return 'broken' as const
      })
      .then((result) => {
        upload.result = result
        if (isImported(result)) upload.bytes = Buffer.alloc(0)
        upload.timer = keptFor(id)
        underWay.delete(work)
      })
    underWay.add(work)
    await Promise.race([work, wait(SOON_MS, undefined, { ref: false })])
  }

  async function run(upload: Upload, options: Omit<RosterOptions, 'district' | 'progress'>): Promise<RosterResult> {
    const folder = await mkdtemp(path.join(tmpdir(), 'homeline-roster-'))
    try {
      const source = path.join(folder, 'roster.zip')
      await writeFile(source, upload.bytes, { mode: 0o600 })
      const progress = (done: number, total: number) => {
        upload.done = done
        upload.total = total
      }
      return await deps.importRoster(source, { ...options, district: upload.districtId, progress })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

const isImported = (result: Upload['result']) =>
  result !== null && result !== 'broken' && result.kind === 'imported' && !result.dryRun

const CRUMB = html`<p class="crumb"><a href="/school/roster">Roster</a></p>`

function progressPage({ done, total }: Upload): Html {
  const reading = done < total || total === 0
  return html`${CRUMB}<h1>${reading ? 'Reading the file' : 'Comparing it with the list'}</h1><progress aria-label="The file"${
    reading && total > 0 ? html` value="${done}" max="${total}"` : ''
  }></progress><p class="hint">You may leave this page: it goes on, and you find it again under Roster for a quarter of an hour.</p>`
}

function brokenPage(): Html {
  return html`${CRUMB}<h1>This did not work</h1><p class="wrong" role="alert">Something went wrong on our side; it has been noted, and nothing was changed. When it happens again, who runs the server can import the file there, with “homeline roster import”, which takes its time.</p>
<p><a class="button" href="/school/roster">Choose the file again</a></p>`
}

function uploadPage(problem: string | null, open: string | null): Html {
  return html`<p class="crumb"><a href="/school">School</a></p><h1>Roster</h1>${
    open === null
      ? ''
      : html`<p class="note">You have brought a file: <a href="/school/roster/${open}">see what became of it</a>.</p>`
  }
<form method="post" action="/school/roster" enctype="multipart/form-data" class="composer">${
    problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`
  }<p class="hint">The student information system exports the list of schools, people, classes and enrollments as OneRoster 1.1 CSV files, in one .zip. Nothing changes before you have seen what would. An import never sends a message.</p>
<label for="file">The .zip</label><input id="file" name="file" type="file" accept=".zip,application/zip" required><button class="main" data-busy="Reading the file…">Show what would change</button></form>`
}

function resultPage(result: RosterResult, id: string): Html {
  const again = html`<p><a href="/school/roster">Choose another file</a></p>`
  if (result.kind === 'refused')
    return html`${CRUMB}<h1>This file cannot be imported</h1>
<p class="wrong" role="alert">Nothing was changed. Mend ${result.findingsTotal === 1 ? 'this' : `these ${result.findingsTotal} things`} in the student information system, and export the list once more.</p>${findings(result.findings.map(formatFinding), result.findingsTotal)}${again}`
  if (result.kind === 'needs_confirmation')
    return html`${CRUMB}<h1>Many would go</h1><ul class="rows">${result.removals.map((one) => html`<li>${formatRemoval(one)}</li>`)}</ul>
<p>That is right at the end of a year, and wrong when a part of the file is missing. Nothing was changed.</p><form method="post" action="/school/roster/${id}"><input type="hidden" name="removals" value="yes"><button class="main" data-busy="Importing…">It is right: import it</button></form>${again}`
  const table = html`<table class="figures"><thead><tr><th scope="col">What</th><th scope="col">New</th><th scope="col">Changed</th><th scope="col">Gone</th><th scope="col">Same</th></tr></thead><tbody>${ROSTER_KINDS.map(
    (kind) => {
      const { added, changed, removed, unchanged } = result.counts[kind]
      return html`<tr><th scope="row">${kind.replace(/^./, (c) => c.toUpperCase())}</th><td>${added}</td><td>${changed}</td><td>${removed}</td><td>${unchanged}</td></tr>`
    },
  )}</tbody></table>`
  const warnings =
    result.warningsTotal === 0
      ? ''
      : html`<h2>${result.warningsTotal === 1 ? 'One row needs a look' : `${result.warningsTotal} rows need a look`}</h2><p class="hint">They are imported as far as they can be.</p>${findings(result.warnings.map(formatFinding), result.warningsTotal)}`
  const changes = ROSTER_KINDS.some((kind) => {
    const { added, changed, removed } = result.counts[kind]
    return added + changed + removed > 0
  })
  if (result.dryRun && !changes)
    return html`${CRUMB}<h1>Nothing would change</h1><p>The list says all that stands in this file already.</p>${table}${warnings}${again}`
  return result.dryRun
    ? html`${CRUMB}<h1>What would change</h1>${table}${rosterChanges(result.changes)}${endings(result)}${warnings}
<form method="post" action="/school/roster/${id}">${result.removals.map(
        (one) =>
          html`<p class="note">${formatRemoval(one)}. That is right at the end of a year, and wrong when a part of the file is missing.</p>`,
      )}${
        result.removals.length === 0
          ? ''
          : html`<p><label class="tick"><input type="checkbox" name="removals" value="yes" required> It is right that they go</label></p>`
      }<button class="main" data-busy="Importing…">Import it</button></form>${again}`
    : html`<p class="crumb"><a href="/school">School</a></p><h1>Imported</h1><p class="said" role="status">The list is up to date. Nobody was sent anything.</p>${table}${ended(result.ended)}${warnings}`
}

/** What has ended with it. */
function ended({ conversations, messages }: Ended): Html | '' {
  if (conversations + messages === 0) return ''
  return html`<p class="note">${counted(conversations, 'conversation has', 'conversations have')} ended and ${conversations === 1 ? 'stays' : 'stay'} on record${
    messages === 0 ? '' : `, and ${counted(messages, 'message that waited goes', 'messages that waited go')} to nobody`
  }. What is to be done about it stands under <a href="/tasks">Tasks</a>; who has left is found under <a href="/people?role=left">People</a>.</p>`
}

/** What of conversations and waiting messages goes with it. */
function endings({ ended: { conversations, messages }, endedTalks }: Extract<RosterResult, { kind: 'imported' }>): Html | '' {
  if (conversations + messages === 0) return ''
  const more = conversations - endedTalks.length
  const line = (talk: EndedTalk) =>
    html`<li><div><b><bdi>${talk.staff}</bdi></b> with <bdi>${namesInWords(talk.family.guardians)}</bdi>, family of <bdi>${familyInWords(talk.family)}</bdi>${talk.messages === 0 ? '' : html`<p class="hint">${counted(talk.messages, 'message waits', 'messages wait')}</p>`}</div></li>`
  return html`<p class="note">${[
    conversations === 0 ? '' : `${counted(conversations, 'conversation', 'conversations')} will end, and stay on record.`,
    messages === 0
      ? ''
      : `${messages === 1 ? 'One message that waits goes' : `${messages} messages that wait go`} to nobody then, and the office gets a task.`,
  ]
    .filter(Boolean)
    .join(' ')}</p>${
    endedTalks.length === 0
      ? ''
      : html`<details><summary>Conversations that end: ${conversations.toLocaleString('en')}</summary><ul class="rows">${endedTalks.map(line)}</ul>${more > 0 ? html`<p class="hint">and ${more.toLocaleString('en')} more</p>` : ''}</details>`
  }`
}

function findings(lines: readonly string[], total: number): Html {
  return html`<ul class="rows">${lines.slice(0, MOST_SHOWN).map((line) => html`<li><bdi>${line}</bdi></li>`)}</ul>${total > MOST_SHOWN ? html`<p class="hint">The first ${MOST_SHOWN} of ${total} are shown.</p>` : ''}`
}
