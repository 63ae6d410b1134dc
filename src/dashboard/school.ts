/** Running a school: what is wrong just now, a message to all, who staffs its desks, and who may send urgent messages. */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { SchoolHours } from '../core/hours.ts'
import type { Staff } from '../core/people.ts'
import { announcementOf } from '../store/announcements.ts'
import { DESK_KINDS, type DeskKind, desksOf, staffDesk } from '../store/desks.ts'
import { familyLanguages } from '../store/school-languages.ts'
import { schoolsOf, staffOfSchool } from '../store/schools.ts'
import { inEach, type Languages, notCovered } from './in-languages.ts'
import type { Html } from './page.ts'
import { concernsList, schoolConcerns } from './school-concerns.ts'
import { schoolNav } from './school-nav.ts'
import { type Sender, wrongDraft } from './sending.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, listOf, queryOf, sayNotFound, sayPlainly } from './wall.ts'

/** What running a school needs of the house. */
export type SchoolDeps = Sender &
  Languages & {
    readonly setHours: (request: {
      readonly districtId: string
      readonly staff: Staff
      readonly schoolId: string
      readonly hours: SchoolHours
    }) => Promise<void>
    readonly letTeachersSendUrgent: (request: {
      readonly districtId: string
      readonly staff: Staff
      readonly schoolId: string
      readonly teachers: boolean
    }) => Promise<void>
  }

const DESKS: Readonly<Record<DeskKind, string>> = {
  office: 'Office',
  attendance: 'Attendance',
  nurse: 'Nurse',
  aides: 'Bilingual aides',
}

/** What somebody is writing to a school. */
type SchoolDraft = { readonly body: string; readonly urgent: boolean; readonly reason: string }

const EMPTY: SchoolDraft = { body: '', urgent: false, reason: '' }

/** Adds the pages. Who is no administrator of the school finds nothing here. */
export function schoolRoutes(app: FastifyInstance, deps: SchoolDeps, visitOf: VisitOf): void {
  app.get('/school', async (request, reply) => show(request, reply, queryOf(request, 'of'), null))

  const guarded =
    (act: (visit: Visit, school: string, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = visitOf(request)
      const { id } = request.params as { id: string }
      const mine = await visit.read((trx) => schoolsOf(trx, visit.staff))
      return mine.some((school) => school.id === id) ? act(visit, id, request, reply) : sayNotFound(reply)
    }
  const back = (reply: FastifyReply, school: string, said: string) =>
    reply.redirect(`/school?of=${encodeURIComponent(school)}&said=${said}`, 303)

  app.post(
    '/school/:id/desks',
    guarded(async ({ districtId, staff, read }, schoolId, request, reply) => {
      const kind = DESK_KINDS.find((one) => one === fieldsOf(request)('desk'))
      const staffed =
        kind !== undefined &&
        (await read((trx) => staffDesk(trx, districtId, { schoolId, kind }, listOf(request, 'staff'), staff.id)))
      if (!staffed)
        return sayPlainly(
          reply,
          422,
          'That is not possible',
          html`<p>Only staff of this school can staff its desks. Go back and choose again.</p>`,
        )
      return back(reply, schoolId, 'desk_staffed')
    }),
  )

  app.post(
    '/school/:id/announcements/preview',
    guarded(async (_visit, schoolId, request, reply) => show(request, reply, schoolId, null, schoolDraft(request))),
  )

  app.post(
    '/school/:id/announcements',
    guarded(async (visit, schoolId, request, reply) => {
      const fields = fieldsOf(request)
      const draft = schoolDraft(request)
      const wrong = wrongDraft(draft.body)
      if (wrong !== null) return show(request, reply.code(422), schoolId, wrong, draft)
      const composed = await deps.send(visit, {
        to: { school: schoolId },
        body: draft.body,
        key: fields('key'),
        urgentReason: draft.urgent ? draft.reason : null,
      })
      if (composed.kind === 'not_found') return sayNotFound(reply)
      const first = composed.kind === 'accepted' ? composed.exchanges[0] : undefined
      if (first === undefined)
        return show(
          request,
          reply.code(422),
          schoolId,
          composed.kind === 'accepted'
            ? 'No student of this school has a guardian in the list, so nobody would get it.'
            : composed.problem,
          draft,
        )
      const announcement = await visit.read((trx) => announcementOf(trx, visit.districtId, first.id))
      return reply.redirect(`/announcements/${announcement}?said=announced`, 303)
    }),
  )

  app.post(
    '/school/:id/urgent',
    guarded(async ({ districtId, staff }, schoolId, request, reply) => {
      await deps.letTeachersSendUrgent({ districtId, staff, schoolId, teachers: fieldsOf(request)('teachers') === 'yes' })
      return back(reply, schoolId, 'urgent_set')
    }),
  )

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: string,
    problem: string | null,
    draft: SchoolDraft = EMPTY,
  ) {
    const visit = visitOf(request)
    const { districtId, staff } = visit
    const schools = await visit.read((trx) => schoolsOf(trx, staff))
    const school = schools.find((one) => one.id === asked) ?? (asked === '' ? schools[0] : undefined)
    if (school === undefined) return sayNotFound(reply)
    const { concerns, desks, people, languages } = await visit.read(async (trx) => ({
      languages: (await familyLanguages(trx, districtId, school.id)).map(({ language }) => language),
      concerns: await schoolConcerns(trx, districtId, school.id),
      desks: await desksOf(trx, districtId, school.id),
      people: await staffOfSchool(trx, districtId, school.id),
    }))
    const at = `/school/${encodeURIComponent(school.id)}`
    return visit.page(
      reply,
      'school',
      school.name,
      html`<div class="bar"><h1><bdi>${school.name}</bdi></h1>${staff.scope.kind === 'district' ? html`<a class="button" href="/school/roster">Roster</a>` : ''}</div>${schoolNav('/school', school, schools)}${concernsList(concerns, school.id)}${messageForm(at, draft, problem, html`${await notCovered(deps, languages)}${fieldsOf(request)('show') === 'each' ? await inEach(deps, draft.body, languages) : ''}`)}
<h2>Who staffs the desks</h2><p class="hint">Everybody at a desk sees its inbox and writes in its name. An import leaves this alone.</p>
<ul class="rows">${desks.map((desk) => {
        const chosen = new Set(desk.staff.map(({ id }) => id))
        return html`<li><details class="wide"><summary>${DESKS[desk.kind]}</summary><form method="post" action="${at}/desks"><input type="hidden" name="desk" value="${desk.kind}">
${people.map((one) => html`<label class="tick"><input type="checkbox" name="staff" value="${one.id}"${chosen.has(one.id) ? ' checked' : ''}> <bdi>${one.name}</bdi></label>`)}<button>Save</button></form></details><span class="hint"><bdi>${desk.staff.length === 0 ? 'nobody yet' : desk.staff.map(({ name }) => name).join(', ')}</bdi></span></li>`
      })}</ul>
<h2>Urgent messages</h2><form method="post" action="${at}/urgent" class="composer"><label class="tick"><input type="checkbox" name="teachers" value="yes"${school.teachersMayUrgent ? ' checked' : ''}> Teachers may send urgent messages, which go out at any hour, with a reason that is kept</label><button>Save</button></form>`,
    )
  }
}

function schoolDraft(request: FastifyRequest): SchoolDraft {
  const fields = fieldsOf(request)
  return { body: fields('body'), urgent: fields('urgent') === 'yes', reason: fields('reason').trim() }
}

function messageForm(at: string, { body, urgent, reason }: SchoolDraft, problem: string | null, shown: Html): Html {
  return html`<h2>A message to every family</h2><form method="post" action="${at}/announcements" class="composer" data-draft="${at}">${
    problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`
  }<p class="hint">One copy a phone, in the family’s language. Answers come to your inbox.</p><input type="hidden" name="key" value="${randomUUID()}">
<label for="body">Message</label><textarea id="body" name="body" rows="3" maxlength="1600" dir="auto" required>${body}</textarea>${shown}
<details${urgent ? ' open' : ''}><summary>This cannot wait</summary><label class="tick"><input type="checkbox" name="urgent" value="yes"${urgent ? ' checked' : ''}> Send it now as urgent, outside the families’ hours</label><label for="reason">Why it cannot wait</label><input id="reason" name="reason" maxlength="300" value="${reason}"></details>
<div class="row"><button class="quiet" formaction="${at}/announcements/preview" name="show" value="each">Show what arrives</button><button class="main" data-busy="Sending…">Send to every family</button></div></form>`
}
