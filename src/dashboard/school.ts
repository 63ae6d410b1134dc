/** Running a school: what is wrong just now, who staffs its desks, and who may send urgent messages. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { SchoolHours } from '../core/hours.ts'
import type { Staff } from '../core/people.ts'
import { stampOf } from '../store/began.ts'
import { DESK_KINDS, type DeskKind, desksOf, staffDesk } from '../store/desks.ts'
import { type SchoolRow, schoolsOf, staffOfSchool } from '../store/schools.ts'
import { concernsList, schoolConcerns } from './school-concerns.ts'
import { askedSchool, schoolNav } from './school-nav.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, listOf, sayNotFound, sayPlainly } from './wall.ts'
import { namesInWords } from './words.ts'

/** What running a school needs of the house. */
export type SchoolDeps = {
  readonly setHours: (request: {
    readonly districtId: string
    readonly staff: Staff
    readonly schoolId: string
    readonly hours: SchoolHours
    readonly version?: number
  }) => Promise<boolean>
  readonly letTeachersSendUrgent: (request: {
    readonly districtId: string
    readonly staff: Staff
    readonly schoolId: string
    readonly teachers: boolean
  }) => Promise<void>
}

/** Said above a form, with what was typed still in it, when somebody else saved while it was open. */
export const CHANGED_MEANWHILE = 'This was changed meanwhile: look at it and save again.'

const DESKS: Readonly<Record<DeskKind, string>> = {
  office: 'Office',
  attendance: 'Attendance',
  nurse: 'Nurse',
  aides: 'Bilingual aides',
}

/** Adds the pages. Who is no administrator of the school finds nothing here. */
export function schoolRoutes(app: FastifyInstance, deps: SchoolDeps, visitOf: VisitOf): void {
  const guarded =
    (
      act: (
        visit: Visit,
        found: { readonly school: SchoolRow; readonly schools: readonly SchoolRow[] },
        request: FastifyRequest,
        reply: FastifyReply,
      ) => Promise<FastifyReply>,
    ) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = visitOf(request)
      const { id } = request.params as { id: string }
      const schools = await visit.read((trx) => schoolsOf(trx, visit.staff))
      const school = schools.find((one) => one.id === id)
      return school === undefined ? sayNotFound(reply) : act(visit, { school, schools }, request, reply)
    }
  const back = (reply: FastifyReply, school: string, said: string) =>
    reply.redirect(`/school?of=${encodeURIComponent(school)}&said=${said}`, 303)

  app.post(
    '/school/:id/desks',
    guarded(async (visit, { school, schools }, request, reply) => {
      const { districtId, staff, read } = visit
      const schoolId = school.id
      const fields = fieldsOf(request)
      const kind = DESK_KINDS.find((one) => one === fields('desk'))
      const chosen = listOf(request, 'staff')
      const staffed =
        kind === undefined
          ? 'unfit'
          : await read((trx) => staffDesk(trx, districtId, { schoolId, kind }, chosen, staff.id, fields('began')))
      if (staffed === 'changed' && kind !== undefined)
        return show(visit, reply.code(409), school, schools, { kind, chosen: new Set(chosen) })
      if (staffed !== 'done')
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
    guarded(async ({ districtId, staff }, { school: { id: schoolId } }, request, reply) => {
      await deps.letTeachersSendUrgent({ districtId, staff, schoolId, teachers: fieldsOf(request)('teachers') === 'yes' })
      return back(reply, schoolId, 'urgent_set')
    }),
  )

  app.get('/school', async (request, reply) => {
    const visit = visitOf(request)
    const found = await askedSchool(visit, request)
    return found === null ? sayNotFound(reply) : show(visit, reply, found.school, found.schools)
  })

  /** `unsaved`: who was to staff a desk while somebody else saved it. */
  async function show(
    visit: Visit,
    reply: FastifyReply,
    school: SchoolRow,
    schools: readonly SchoolRow[],
    unsaved: { readonly kind: DeskKind; readonly chosen: ReadonlySet<string> } | null = null,
  ) {
    const { districtId, staff } = visit
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
        const now = desk.staff.map(({ id }) => id)
        const isUnsaved = unsaved?.kind === desk.kind
        const chosen = isUnsaved ? unsaved.chosen : new Set(now)
        return html`<li><details class="wide"${isUnsaved ? ' open' : ''}><summary>${DESKS[desk.kind]}</summary><form method="post" action="${at}/desks"><input type="hidden" name="desk" value="${desk.kind}"><input type="hidden" name="began" value="${stampOf(now)}">
${isUnsaved ? html`<p class="wrong" role="alert">${CHANGED_MEANWHILE} At the desk now: ${desk.staff.length === 0 ? 'nobody' : html`<bdi>${namesInWords(desk.staff.map(({ name }) => name))}</bdi>`}.</p>` : ''}${people.map((one) => html`<label class="tick"><input type="checkbox" name="staff" value="${one.id}"${chosen.has(one.id) ? ' checked' : ''}> <bdi>${one.name}</bdi></label>`)}<button>Save</button></form></details><span class="hint"><bdi>${desk.staff.length === 0 ? 'nobody yet' : desk.staff.map(({ name }) => name).join(', ')}</bdi></span></li>`
      })}</ul>
<h2>Urgent messages</h2><form method="post" action="${at}/urgent" class="composer"><label class="tick"><input type="checkbox" name="teachers" value="yes"${school.teachersMayUrgent ? ' checked' : ''}> Teachers may send urgent messages, which go out at any hour, with a reason that is kept</label><button>Save</button></form>`,
    )
  }
}
