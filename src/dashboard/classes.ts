/** A teacher's classes: an announcement to all families of one, who has heard nothing for long, and a contacts file for the own phone. */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { Staff } from '../core/people.ts'
import { plainWords } from '../core/plain-words.ts'
import { announcementOf, announcementsOf } from '../store/announcements.ts'
import { type ClassGuardian, classesOf, classGuardians } from '../store/classes-view.ts'
import { zoneOf } from '../store/people.ts'
import { announcementLine } from './announcement.ts'
import type { Html } from './page.ts'
import { hintsList, type Sender, wrongDraft } from './sending.ts'
import { pictureField, readUpload, uploadIn } from './upload.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, sayNotFound, sayPlainly } from './wall.ts'
import { briefly, languageWords, timeTag } from './words.ts'

/** What the pages of classes need of the house. */
export type ClassesDeps = Sender & {
  readonly now: () => Promise<Temporal.Instant>
  readonly openConversation: (request: {
    readonly districtId: string
    readonly staff: Staff
    readonly guardianId: string
  }) => Promise<
    { readonly kind: 'open'; readonly id: string } | { readonly kind: 'not_found' | 'unreachable'; readonly problem: string }
  >
}

/** Days without a word after which a family is listed. */
const LATELY_DAYS = 30

const REACHED: Readonly<Record<ClassGuardian['reached'], string>> = {
  text: 'by text',
  call: 'by call',
  stopped: 'asked for no messages (STOP)',
  no_phone: 'has no phone on file',
}

/** Adds the pages. */
export function classesRoutes(app: FastifyInstance, deps: ClassesDeps, visitOf: VisitOf): void {
  app.get('/classes', async (request, reply) => {
    const visit = visitOf(request)
    const { districtId, staff } = visit
    const now = await deps.now()
    const { classes, guardians, announcements, zone } = await visit.read(async (trx) => ({
      classes: await classesOf(trx, districtId, staff.id),
      guardians: await classGuardians(trx, districtId, staff.id, null),
      announcements: await announcementsOf(trx, districtId, staff.id, { id: null, limit: 5 }),
      zone: await zoneOf(trx, staff),
    }))
    const since = now.subtract({ hours: 24 * LATELY_DAYS })
    const silent = guardians.filter((g) => g.lastAt === null || Temporal.Instant.compare(g.lastAt, since) < 0)
    return visit.page(
      reply,
      'classes',
      'Classes',
      html`<h1>Classes</h1>${
        classes.length === 0
          ? html`<p class="empty">You teach no class in the school’s list. When that is wrong, tell the office: it comes from the student information system.</p>`
          : html`<ul class="rows">${classes.map(
              (one) => html`<li><div><a href="/classes/${encodeURIComponent(one.id)}"><b><bdi>${one.title}</bdi></b></a>
<p class="hint">${one.students} students, ${one.families} families</p></div><a class="button" href="/classes/${encodeURIComponent(one.id)}">Write to all</a></li>`,
            )}</ul>`
      }${
        announcements.length === 0
          ? ''
          : html`<h2>What you wrote to all</h2><ul class="rows">${announcements.map((one) => announcementLine(one, timeTag(one.at, briefly(deps.asSeen(one.at), now, zone))))}</ul>`
      }${
        silent.length === 0
          ? ''
          : html`<h2>No word in ${LATELY_DAYS} days</h2><p class="hint">A short good word now makes the hard one later easier.</p><ul class="rows">${silent.slice(0, 60).map(guardianLine)}</ul>`
      }`,
    )
  })

  app.get('/classes/:id', async (request, reply) => show(request, reply, '', null))

  app.post('/classes/:id/announcements', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const fields = fieldsOf(request)
    const id = classOf(request)
    const body = fields('body')
    const wrong = wrongDraft(body)
    if (wrong !== null) return show(request, reply.code(422), body, wrong)
    const upload = uploadIn(request)
    if (upload.kind === 'wrong') return show(request, reply.code(422), body, upload.words)
    const picture = upload.kind === 'none' ? null : await deps.storePicture(visit.districtId, upload.picture)
    const composed = await deps.send(visit, { to: { class: id }, body, picture, key: fields('key') })
    if (composed.kind === 'not_found') return sayNotFound(reply)
    if (composed.kind !== 'accepted') return show(request, reply.code(422), body, composed.problem)
    const first = composed.exchanges[0]
    if (first === undefined)
      return show(
        request,
        reply.code(422),
        body,
        'No family of this class has a guardian in the school’s list, so nobody would get it.',
      )
    const announcement = await visit.read((trx) => announcementOf(trx, visit.districtId, first.id))
    return reply.redirect(`/announcements/${announcement}?said=announced`, 303)
  })

  app.post('/families/:id/conversation', async (request, reply) => {
    const { districtId, staff } = visitOf(request)
    const opened = await deps.openConversation({ districtId, staff, guardianId: (request.params as { id: string }).id })
    if (opened.kind === 'not_found') return sayNotFound(reply)
    if (opened.kind !== 'open')
      return sayPlainly(reply, 409, 'That is not possible now', html`<p>${opened.problem}</p><p><a href="/classes">Back</a></p>`)
    return reply.redirect(`/conversations/${opened.id}#end`, 303)
  })

  async function show(request: FastifyRequest, reply: FastifyReply, body: string, problem: string | null) {
    const visit: Visit = visitOf(request)
    const { districtId, staff } = visit
    const id = classOf(request)
    const { one, guardians } = await visit.read(async (trx) => ({
      one: (await classesOf(trx, districtId, staff.id)).find((c) => c.id === id),
      guardians: await classGuardians(trx, districtId, staff.id, id),
    }))
    if (one === undefined) return sayNotFound(reply)
    return visit.page(
      reply,
      'classes',
      one.title,
      html`<p class="crumb"><a href="/classes">Classes</a></p><h1><bdi>${one.title}</bdi></h1><p class="sub">${languagesOf(guardians)}</p>
<form class="composer" method="post" enctype="multipart/form-data" action="/classes/${encodeURIComponent(id)}/announcements" data-draft="class ${id}">
${problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`}<input type="hidden" name="key" value="${randomUUID()}">
<label for="body">Write to all families</label><p class="hint">Each family gets it in its own language, one copy a phone, in its allowed hours. Answers come to your inbox, each family’s own.</p>
<textarea id="body" name="body" rows="3" maxlength="1600" dir="auto" required>${body}</textarea>${hintsList(plainWords(body))}${pictureField(uploadIn(request).kind !== 'none')}
<div class="row"><button class="main" data-busy="Sending…">Send to ${one.families} ${one.families === 1 ? 'family' : 'families'}</button></div></form>
<h2>Families</h2><ul class="rows">${guardians.map(guardianLine)}</ul>`,
    )
  }
}

const classOf = (request: FastifyRequest) => (request.params as { id: string }).id

function guardianLine(one: ClassGuardian): Html {
  return html`<li><div><b><bdi>${one.student}</bdi></b> · <bdi>${one.guardian}</bdi><p class="hint">${one.language === null ? '' : `${languageWords(one.language)}, `}<span class="${one.reached === 'text' || one.reached === 'call' ? '' : 'bad'}">${REACHED[one.reached]}</span></p></div>${
    one.conversation !== null
      ? html`<a class="button" href="/conversations/${one.conversation}#end">Write<span class="aside"> to ${one.guardian}</span></a>`
      : one.reached === 'no_phone'
        ? ''
        : html`<form method="post" action="/families/${encodeURIComponent(one.guardianId)}/conversation"><button>Write<span class="aside"> to ${one.guardian}</span></button></form>`
  }</li>`
}

/** `12 Spanish, 3 Arabic, 2 English` */
function languagesOf(guardians: readonly ClassGuardian[]): string {
  const counts = Map.groupBy(guardians, ({ language }) => language ?? 'und')
  return [...counts]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([tag, all]) => `${all.length} ${languageWords(tag)}`)
    .join(', ')
}
