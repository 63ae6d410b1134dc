/** A message to every family of a school: a picture, a chosen time, and as urgent where it cannot wait. */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { schoolHours, sideHours } from '../store/hours.ts'
import { type SchoolRow, schoolsOf } from '../store/schools.ts'
import { sentencesFor } from '../store/sentences.ts'
import { writtenToAll } from './announcement.ts'
import type { Languages } from './in-languages.ts'
import { laterFields } from './later.ts'
import { sendPage } from './page.ts'
import { askedSchool, schoolNav } from './school-nav.ts'
import type { Sender } from './sending.ts'
import { keepWritten, sentencesPart, withSentence, wordsOf } from './sentences.ts'
import {
  addressed,
  audienceFor,
  EMPTY_DRAFT,
  type Many,
  type ManyDraft,
  manyDraftIn,
  previewOfMany,
  sendToMany,
} from './to-many.ts'
import { pictureField, readUpload, uploadIn } from './upload.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, sayNotFound } from './wall.ts'

/** What the page needs of the house. */
export type SchoolMessageDeps = Sender & Languages

/** What somebody is writing to a school. */
type SchoolDraft = ManyDraft & { readonly urgent: boolean; readonly reason: string }

const EMPTY: SchoolDraft = { ...EMPTY_DRAFT, urgent: false, reason: '' }

function draftIn(request: FastifyRequest): SchoolDraft {
  const fields = fieldsOf(request)
  return { ...manyDraftIn(request), urgent: fields('urgent') === 'yes', reason: fields('reason').trim() }
}

/** Adds the page. Who is no administrator of the school finds nothing here. */
export function schoolMessageRoutes(app: FastifyInstance, deps: SchoolMessageDeps, visitOf: VisitOf): void {
  app.get('/school/message', async (request, reply) => {
    const visit = visitOf(request)
    const found = await askedSchool(visit, request)
    return found === null ? sayNotFound(reply) : show(visit, request, reply, found, EMPTY, null)
  })

  app.post('/school/:id/announcements/preview', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const found = await schoolOf(visit, request)
    if (found === null) return sayNotFound(reply)
    const draft = draftIn(request)
    if (request.headers['x-part'] !== 'preview') return show(visit, request, reply, found, draft, null)
    const many = await about(visit, found.school)
    if (many === null) return sayNotFound(reply)
    return sendPage(reply, await previewOfMany(deps, draft, many, { urgent: draft.urgent, each: true }))
  })

  app.post('/school/:id/announcements/insert', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const found = await schoolOf(visit, request)
    const many = found === null ? null : await about(visit, found.school)
    if (found === null || many === null) return sayNotFound(reply)
    const draft = draftIn(request)
    const saved = await visit.read((trx) => sentencesFor(trx, visit.districtId, visit.staff.id))
    const words = wordsOf(fieldsOf(request)('insert'), saved, addressed(visit, many))
    return show(visit, request, reply, found, words === null ? draft : { ...draft, body: withSentence(draft.body, words) }, null)
  })

  app.post('/school/:id/announcements/keep', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const found = await schoolOf(visit, request)
    if (found === null) return sayNotFound(reply)
    const draft = draftIn(request)
    const { done, words } = await visit.read((trx) => keepWritten(trx, visit, draft.body))
    return show(visit, request, done ? reply : reply.code(422), found, draft, done ? null : words, done ? words : null)
  })

  app.post('/school/:id/announcements', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const found = await schoolOf(visit, request)
    if (found === null) return sayNotFound(reply)
    const draft = draftIn(request)
    const sent = await sendToMany(deps, visit, request, {
      to: { school: found.school.id },
      draft,
      zone: found.school.zone,
      urgentReason: draft.urgent ? draft.reason : null,
      nobody: 'No student of this school has a guardian in the list, so nobody would get it.',
      instead: null,
    })
    if (sent.kind === 'not_found') return sayNotFound(reply)
    return sent.kind === 'refused'
      ? show(visit, request, reply.code(422), found, draft, sent.problem)
      : reply.redirect(sent.path, 303)
  })

  type School = { readonly school: SchoolRow; readonly schools: readonly SchoolRow[] }

  async function schoolOf(visit: Visit, request: FastifyRequest): Promise<School | null> {
    const { id } = request.params as { id: string }
    const schools = await visit.read((trx) => schoolsOf(trx, visit.staff))
    const school = schools.find((one) => one.id === id)
    return school === undefined ? null : { school, schools }
  }

  /** Its families, hours and clock. */
  async function about(visit: Visit, school: SchoolRow): Promise<Many | null> {
    const found = await audienceFor(visit, { school: school.id })
    const hours = await visit.read((trx) => schoolHours(trx, visit.districtId, school.id))
    return found === null ? null : { ...found, zone: school.zone, hours: sideHours(hours, 'to_family', null) }
  }

  async function show(
    visit: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
    { school, schools }: School,
    draft: SchoolDraft,
    problem: string | null,
    noted: string | null = null,
  ) {
    const { districtId, staff, read } = visit
    const many = await about(visit, school)
    if (many === null) return sayNotFound(reply)
    const saved = await read((trx) => sentencesFor(trx, districtId, staff.id))
    const { zone } = many
    const { now } = many.moment
    const at = `/school/${encodeURIComponent(school.id)}/announcements`
    const each = fieldsOf(request)('show') === 'each'
    return visit.page(
      reply,
      'school',
      'Message to all',
      html`<h1>A message to every family</h1>${schoolNav('/school/message', school, schools)}
<form method="post" enctype="multipart/form-data" action="${at}" class="composer" data-preview="${at}/preview" data-draft="${at}">${
        problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`
      }${noted === null ? '' : html`<p class="note" role="status">${noted}</p>`}<input type="hidden" name="key" value="${randomUUID()}">
<label for="body">To all families of <bdi>${school.name}</bdi></label><p class="hint">One copy a phone, in the family’s language, in its allowed hours. Answers come to your inbox, each family’s own.</p>
<textarea id="body" name="body" rows="4" dir="auto" required aria-describedby="when">${draft.body}</textarea><div id="preview" aria-live="polite">${await previewOfMany(deps, draft, many, { urgent: draft.urgent, each })}</div>
${pictureField(uploadIn(request).kind !== 'none')}${laterFields(draft.later, now, zone)}
<details${draft.urgent ? ' open' : ''}><summary>This cannot wait</summary><label class="tick"><input type="checkbox" name="urgent" value="yes"${draft.urgent ? ' checked' : ''}> Send it as urgent, outside the families’ hours too</label><label for="reason">Why it cannot wait</label><input id="reason" name="reason" maxlength="300" value="${draft.reason}"></details>
<div class="row"><button class="quiet" formaction="${at}/preview" name="show" value="each">Show what arrives</button><button class="main" data-busy="Sending…">Send to every family</button></div>${sentencesPart(at, saved, addressed(visit, many))}</form>${await writtenToAll(visit, { now, zone, asSeen: deps.asSeen })}`,
    )
  }
}
