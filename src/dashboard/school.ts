/** Running a school: what is wrong just now, who staffs its desks, and who may send urgent messages. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { SchoolHours } from '../core/hours.ts'
import type { Staff } from '../core/people.ts'
import { DESK_KINDS, type DeskKind, desksOf, staffDesk } from '../store/desks.ts'
import { schoolsOf, staffOfSchool } from '../store/schools.ts'
import { concernsList, schoolConcerns } from './school-concerns.ts'
import { askedSchool, schoolNav } from './school-nav.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, listOf, sayNotFound, sayPlainly } from './wall.ts'

/** What running a school needs of the house. */
export type SchoolDeps = {
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

/** Adds the pages. Who is no administrator of the school finds nothing here. */
export function schoolRoutes(app: FastifyInstance, deps: SchoolDeps, visitOf: VisitOf): void {
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
    '/school/:id/urgent',
    guarded(async ({ districtId, staff }, schoolId, request, reply) => {
      await deps.letTeachersSendUrgent({ districtId, staff, schoolId, teachers: fieldsOf(request)('teachers') === 'yes' })
      return back(reply, schoolId, 'urgent_set')
    }),
  )

  app.get('/school', async (request, reply) => {
    const visit = visitOf(request)
    const { districtId, staff } = visit
    const found = await askedSchool(visit, request)
    if (found === null) return sayNotFound(reply)
    const { school, schools } = found
    const { concerns, desks, people } = await visit.read(async (trx) => ({
      concerns: await schoolConcerns(trx, districtId, school.id),
      desks: await desksOf(trx, districtId, school.id),
      people: await staffOfSchool(trx, districtId, school.id),
    }))
    const at = `/school/${encodeURIComponent(school.id)}`
    return visit.page(
      reply,
      'school',
      school.name,
      html`<div class="bar"><h1><bdi>${school.name}</bdi></h1><div class="row"><a class="button main" href="/school/message?of=${encodeURIComponent(school.id)}">Write to every family</a>${staff.scope.kind === 'district' ? html`<a class="button" href="/school/roster">Roster</a>` : ''}</div></div>${schoolNav('/school', school, schools)}${concernsList(concerns, school.id)}
<h2>Who staffs the desks</h2><p class="hint">Everybody at a desk sees its inbox and writes in its name. An import leaves this alone.</p>
<ul class="rows">${desks.map((desk) => {
        const chosen = new Set(desk.staff.map(({ id }) => id))
        return html`<li><details class="wide"><summary>${DESKS[desk.kind]}</summary><form method="post" action="${at}/desks"><input type="hidden" name="desk" value="${desk.kind}">
${people.map((one) => html`<label class="tick"><input type="checkbox" name="staff" value="${one.id}"${chosen.has(one.id) ? ' checked' : ''}> <bdi>${one.name}</bdi></label>`)}<button>Save</button></form></details><span class="hint"><bdi>${desk.staff.length === 0 ? 'nobody yet' : desk.staff.map(({ name }) => name).join(', ')}</bdi></span></li>`
      })}</ul>
<h2>Urgent messages</h2><form method="post" action="${at}/urgent" class="composer"><label class="tick"><input type="checkbox" name="teachers" value="yes"${school.teachersMayUrgent ? ' checked' : ''}> Teachers may send urgent messages, which go out at any hour, with a reason that is kept</label><button>Save</button></form>`,
    )
  })
}
