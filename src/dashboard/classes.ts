/** A teacher's classes: an announcement to all families of one, who has heard nothing for long, and a contacts file for the own phone. */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { classesOf, classesWithoutTeaching, classGuardians, studentsWithoutGuardian } from '../store/classes-view.ts'
import { ownPhone } from '../store/own-phone.ts'
import { type StaffedDesk, staffedDesks, zoneOf } from '../store/people.ts'
import { sentencesFor } from '../store/sentences.ts'
import { writtenToAll } from './announcement.ts'
import { familyLine } from './families.ts'
import type { Languages } from './in-languages.ts'
import { laterFields } from './later.ts'
import { type Html, sendPage } from './page.ts'
import type { Sender } from './sending.ts'
import { keepWritten, sentencesPart, withSentence, wordsOf } from './sentences.ts'
import { addressed, audienceFor, EMPTY_DRAFT, type ManyDraft, manyDraftIn, previewOfMany, sendToMany } from './to-many.ts'
import { pictureField, readUpload, uploadIn } from './upload.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, sayNotFound } from './wall.ts'
import { counted, namesInWords } from './words.ts'

/** What the pages of classes need of the house. */
export type ClassesDeps = Sender & Languages & { readonly now: () => Promise<Temporal.Instant> }

/** Days without a word after which a family is listed. */
const LATELY_DAYS = 30
/** So many of them are seen at once; the others are opened. */
const SILENT = 30

/** What comes to each desk, and where its other work stands. */
const DESK_WORK: Readonly<Record<string, Html>> = {
  office: html`What families write to the school itself comes to your inbox; unknown phones and families that are not reached stand under <a href="/tasks">Tasks</a>, absences under <a href="/attendance">Attendance</a>.`,
  attendance: html`Absences are under <a href="/attendance">Attendance</a>; what families write about them comes to your inbox.`,
  nurse: html`What families write to the nurse comes to your inbox.`,
  aides: html`What waits for somebody who speaks the language stands under <a href="/tasks">Tasks</a>; what families write to the aides comes to your inbox.`,
}

/** For an aide, a nurse, an office: what there is to do without a class. `assists`: the classes in which they stand and that others teach. */
export function withoutClass(desks: readonly StaffedDesk[], assists: readonly string[]): Html {
  const others =
    assists.length === 0
      ? ''
      : html`<p class="note">You help in <bdi>${namesInWords(assists)}</bdi>: its families write to who teaches it, and get their answers from there.</p>`
  return html`${others}${
    desks.length === 0
      ? html`<div class="empty"><p>You teach no class in the school’s list, and staff no desk yet. An administrator puts you on one: the office, attendance, the nurse or the aides.</p><p>When you should teach a class, tell the office: the list comes from the student information system.</p></div>`
      : html`<div class="empty">${desks.map(({ kind, school }) => html`<p><b><bdi>${school}</bdi>, ${kind}.</b> ${DESK_WORK[kind] ?? ''}</p>`)}<p><a class="button" href="/families">Write to a family</a></p></div>`
  }`
}

/** Adds the pages. */
export function classesRoutes(app: FastifyInstance, deps: ClassesDeps, visitOf: VisitOf): void {
  app.get('/classes', async (request, reply) => {
    const visit = visitOf(request)
    const { districtId, staff } = visit
    const now = await deps.now()
    const { classes, guardians, zone, desks, assists } = await visit.read(async (trx) => ({
      classes: await classesOf(trx, districtId, staff.id),
      guardians: await classGuardians(trx, districtId, staff.id, null),
      zone: await zoneOf(trx, staff),
      desks: await staffedDesks(trx, staff),
      assists: await classesWithoutTeaching(trx, districtId, staff.id),
    }))
    const since = now.subtract({ hours: 24 * LATELY_DAYS })
    const silent = guardians.filter((g) => g.lastAt === null || Temporal.Instant.compare(g.lastAt, since) < 0)
    return visit.page(
      reply,
      'classes',
      'Classes',
      html`<h1>Classes</h1>${
        classes.length === 0
          ? withoutClass(desks, assists)
          : html`<ul class="rows">${classes.map(
              (one) => html`<li><div><a href="/classes/${encodeURIComponent(one.id)}"><b><bdi>${one.title}</bdi></b></a>
<p class="hint">${counted(one.students, 'student', 'students')}, whose families have ${counted(one.families, 'phone', 'phones')}</p></div><a class="button" href="/classes/${encodeURIComponent(one.id)}">Write to all</a></li>`,
            )}</ul>`
      }${await writtenToAll(visit, { now, zone, asSeen: deps.asSeen })}${
        silent.length === 0
          ? ''
          : html`<h2>No word in ${LATELY_DAYS} days</h2><p class="hint">A short good word now makes the hard one later easier.</p><ul class="rows">${silent.slice(0, SILENT).map((one) => familyLine(one))}</ul>${
              silent.length > SILENT
                ? html`<details><summary>${counted(silent.length - SILENT, 'more family', 'more families')}</summary><ul class="rows">${silent.slice(SILENT).map((one) => familyLine(one))}</ul></details>`
                : ''
            }`
      }`,
    )
  })

  app.get('/classes/:id', async (request, reply) => show(request, reply, EMPTY_DRAFT, null))

  app.post('/classes/:id/preview', { preValidation: readUpload }, async (request, reply) => {
    const draft = manyDraftIn(request)
    if (request.headers['x-part'] !== 'preview') return show(request, reply, draft, null)
    const visit = visitOf(request)
    const one = await classFor(visit, classOf(request))
    const many = one === undefined ? null : await audienceFor(visit, { class: one.id })
    if (one === undefined || many === null) return sayNotFound(reply)
    return sendPage(reply, await previewOfMany(deps, draft, { ...many, ...one }, { urgent: false, each: true }))
  })

  app.post('/classes/:id/insert', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const draft = manyDraftIn(request)
    const one = await classFor(visit, classOf(request))
    if (one === undefined) return sayNotFound(reply)
    const saved = await visit.read((trx) => sentencesFor(trx, visit.districtId, visit.staff.id))
    const words = wordsOf(
      fieldsOf(request)('insert'),
      saved,
      addressed(visit, { zone: one.zone, moment: { now: await deps.now() } }),
    )
    return show(request, reply, words === null ? draft : { ...draft, body: withSentence(draft.body, words) }, null)
  })

  app.post('/classes/:id/keep', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const draft = manyDraftIn(request)
    if ((await classFor(visit, classOf(request))) === undefined) return sayNotFound(reply)
    const { done, words } = await visit.read((trx) => keepWritten(trx, visit, draft.body))
    return show(request, done ? reply : reply.code(422), draft, done ? null : words, done ? words : null)
  })

  app.post('/classes/:id/announcements', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const id = classOf(request)
    const draft = manyDraftIn(request)
    const one = await classFor(visit, id)
    if (one === undefined) return sayNotFound(reply)
    const sent = await sendToMany(deps, visit, request, {
      to: { class: id },
      draft,
      zone: one.zone,
      urgentReason: null,
      nobody: 'No family of this class has a guardian in the school’s list, so nobody would get it.',
      instead: null,
    })
    if (sent.kind === 'not_found') return sayNotFound(reply)
    return sent.kind === 'refused' ? show(request, reply.code(422), draft, sent.problem) : reply.redirect(sent.path, 303)
  })

  /** The class, for who teaches it. */
  const classFor = ({ districtId, staff, read }: Visit, id: string) =>
    read(async (trx) => (await classesOf(trx, districtId, staff.id)).find((c) => c.id === id))

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    draft: ManyDraft,
    problem: string | null,
    noted: string | null = null,
  ) {
    const visit: Visit = visitOf(request)
    const { districtId, staff } = visit
    const id = classOf(request)
    const one = await classFor(visit, id)
    if (one === undefined) return sayNotFound(reply)
    const { guardians, alone, phone, saved } = await visit.read(async (trx) => ({
      guardians: await classGuardians(trx, districtId, staff.id, id),
      alone: await studentsWithoutGuardian(trx, districtId, id),
      phone: await ownPhone(trx, districtId, staff.id),
      saved: await sentencesFor(trx, districtId, staff.id),
    }))
    const many = await audienceFor(visit, { class: id })
    if (many === null) return sayNotFound(reply)
    const { now } = many.moment
    const each = fieldsOf(request)('show') === 'each'
    const at = `/classes/${encodeURIComponent(id)}`
    return visit.page(
      reply,
      'classes',
      one.title,
      html`<p class="crumb"><a href="/classes">Classes</a></p><h1><bdi>${one.title}</bdi></h1>
<form class="composer" id="write" method="post" enctype="multipart/form-data" action="${at}/announcements" data-preview="${at}/preview" data-draft="class ${id}">
${problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`}${noted === null ? '' : html`<p class="note" role="status">${noted}</p>`}<input type="hidden" name="key" value="${randomUUID()}">
<label for="body">Write to all families</label><p class="hint">One copy a phone (${one.families} here), in the family’s language, in its allowed hours. Answers come to your inbox, each family’s own${phone.isOff ? ', and nowhere else: your own phone is off' : phone.onFile ? ', and to your own phone' : ''}.</p>
<textarea id="body" name="body" rows="3" dir="auto" required aria-describedby="when">${draft.body}</textarea><div id="preview" aria-live="polite">${await previewOfMany(deps, draft, { ...many, ...one }, { urgent: false, each })}</div>
${pictureField(uploadIn(request).kind !== 'none')}${laterFields(draft.later, now, one.zone)}
<div class="row"><button class="quiet" formaction="${at}/preview" name="show" value="each">Show what arrives</button><button class="main" data-busy="Sending…">Send to every family</button></div>${sentencesPart(at, saved, addressed(visit, { zone: one.zone, moment: many.moment }))}</form>
<h2>Families</h2><ul class="rows">${guardians.map((one) => familyLine(one))}</ul>${
        alone.length === 0
          ? ''
          : html`<p class="note">The school’s list has no guardian of <bdi>${namesInWords(alone)}</bdi>, so nothing can be sent: tell the office.</p>`
      }`,
    )
  }
}

const classOf = (request: FastifyRequest) => (request.params as { id: string }).id
