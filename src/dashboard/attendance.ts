/** Attendance: absent students named or ticked, their families asked for the reason in their language, and the reasons back as a file. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import {
  type AbsenceRow,
  type AttendanceDesk,
  absencesOf,
  absenceTold,
  attendanceDesks,
  type Pupil,
  pupilsOf,
  takeAbsence,
} from '../store/attendance.ts'
import { csvCell } from '../store/export.ts'
import { zoneOf } from '../store/people.ts'
import { phrases } from '../translators/phrasebook.ts'
import type { Html } from './page.ts'
import type { Sender } from './sending.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, listOf, queryOf, sayNotFound } from './wall.ts'
import { dateWords } from './words.ts'

const TOLD: Readonly<Record<AbsenceRow['told'], { readonly words: string; readonly tone: string }>> = {
  arrived: { words: 'Family asked', tone: 'good' },
  waiting: { words: 'On its way', tone: 'wait' },
  not_reached: { words: 'Nobody could be reached', tone: 'bad' },
}
const PHRASE = phrases('en').find(({ id }) => id === 'T03')?.text ?? ''
/** Most lines of one form. */
const MOST = 500

/** Adds the pages. They are for whoever staffs an attendance or office desk. */
export function attendanceRoutes(
  app: FastifyInstance,
  deps: Pick<Sender, 'send'> & { readonly now: () => Promise<Temporal.Instant> },
  visitOf: VisitOf,
): void {
  const deskOf = async (visit: Visit, schoolId: string): Promise<{ desk: AttendanceDesk; desks: AttendanceDesk[] } | null> => {
    const desks = await visit.read((trx) => attendanceDesks(trx, visit.staff))
    const desk = desks.find((one) => one.schoolId === schoolId) ?? (schoolId === '' ? desks[0] : undefined)
    return desk === undefined ? null : { desk, desks }
  }
  const today = async (visit: Visit) =>
    (await deps.now()).toZonedDateTimeISO(await visit.read((trx) => zoneOf(trx, visit.staff))).toPlainDate()

  app.get('/attendance', async (request, reply) => {
    const visit = visitOf(request)
    const found = await deskOf(visit, queryOf(request, 'of'))
    if (found === null) return sayNotFound(reply)
    return visit.page(reply, 'attendance', 'Attendance', await body(visit, found.desk, '', []))
  })

  app.post('/attendance/:id', async (request, reply) => {
    const visit = visitOf(request)
    const found = await deskOf(visit, (request.params as { id: string }).id)
    if (found === null) return sayNotFound(reply)
    const { desk } = found
    const { districtId, staff } = visit
    const pupils = await visit.read((trx) => pupilsOf(trx, districtId, desk.schoolId))
    const lines = fieldsOf(request)('lines')
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
      .slice(0, MOST)
    const named = lines.map((line) => ({ line, pupil: pupilOf(line, pupils) }))
    const ticked = new Set(listOf(request, 'student'))
    const absent = new Set([
      ...named.flatMap(({ pupil }) => (pupil === null ? [] : [pupil])),
      ...pupils.filter(({ id }) => ticked.has(id)),
    ])
    const unknown = named.filter(({ pupil }) => pupil === null).map(({ line }) => line)
    const date = await today(visit)
    const day = date.toString()
    for (const pupil of absent) {
      const taken = await visit.read((trx) =>
        takeAbsence(trx, districtId, { studentId: pupil.id, schoolId: desk.schoolId, day, by: staff.id }),
      )
      if (!taken) continue
      const text = PHRASE.replace('{student}', pupil.shortName).replace('{date}', dateWords(date))
      // The key makes a second press, or a start anew after a crash, the same message.
      const composed = await deps.send(visit, {
        to: { student: pupil.id },
        body: text,
        key: `absence:${pupil.id}:${day}`,
        desk: desk.desk,
      })
      if (composed.kind === 'accepted')
        await visit.read((trx) =>
          absenceTold(
            trx,
            districtId,
            pupil.id,
            day,
            composed.exchanges.map(({ id }) => id),
          ),
        )
    }
    if (unknown.length > 0)
      return visit.page(reply.code(422), 'attendance', 'Attendance', await body(visit, desk, unknown.join('\n'), unknown))
    return reply.redirect(`/attendance?of=${encodeURIComponent(desk.schoolId)}&said=asked#today`, 303)
  })

  app.get('/attendance/:id/reasons.csv', async (request: FastifyRequest, reply) => {
    const visit = visitOf(request)
    const found = await deskOf(visit, (request.params as { id: string }).id)
    if (found === null) return sayNotFound(reply)
    const day = (await today(visit)).toString()
    const rows = await visit.read((trx) => absencesOf(trx, visit.districtId, found.desk.schoolId, day))
    const line = (cells: readonly (string | null)[]) => `${cells.map(csvCell).join(',')}\r\n`
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="absences-${day}.csv"`)
      .send(
        line(['studentSourcedId', 'student', 'date', 'told', 'reason', 'reasonTranslated']) +
          rows.map((row) => line([row.studentId, row.student, day, row.told, row.reason, row.reasonTranslated])).join(''),
      )
  })

  async function body(visit: Visit, desk: AttendanceDesk, lines: string, unknown: readonly string[]): Promise<Html> {
    const date = await today(visit)
    const { pupils, absences } = await visit.read(async (trx) => ({
      pupils: await pupilsOf(trx, visit.districtId, desk.schoolId),
      absences: await absencesOf(trx, visit.districtId, desk.schoolId, date.toString()),
    }))
    const at = `/attendance/${encodeURIComponent(desk.schoolId)}`
    // Who was asked in vain, or by a server that ended in the middle, may be ticked again: the same message is not sent twice.
    const told = new Set(absences.filter(({ conversation }) => conversation !== null).map(({ studentId }) => studentId))
    return html`<h1>Attendance</h1><p class="sub"><bdi>${desk.schoolName}</bdi>, ${dateWords(date)}</p>
<form method="post" action="${at}" class="composer" data-draft="${at}">${
      unknown.length === 0
        ? ''
        : html`<p class="wrong" role="alert">${unknown.length === 1 ? 'One line names no student' : `${unknown.length} lines name no student`} of this school, or more than one; the others are done. Write the student’s id, or the full name.</p>`
    }<label for="lines">Who is absent?</label><p class="hint">One student a line, by id or full name; lines of a spreadsheet work too. Each family is asked for the reason, in its language, once a day.</p>
<textarea id="lines" name="lines" rows="5">${lines}</textarea>
<details><summary>Or tick names</summary><div class="names">${pupils
      .slice(0, 2000)
      .map(
        (one) =>
          html`<label class="tick"><input type="checkbox" name="student" value="${one.id}"${told.has(one.id) ? ' disabled checked' : ''}> <bdi>${one.name}</bdi></label>`,
      )}</div></details><button class="main" data-busy="Asking…">Ask the families</button></form>
<div class="bar" id="today"><h2>Absent today</h2>${absences.length === 0 ? '' : html`<a class="button" href="${at}/reasons.csv">Reasons as a file</a>`}</div>
${
  absences.length === 0
    ? html`<p class="empty">Nobody has been marked absent today.</p>`
    : html`<ul class="rows">${absences.map(
        (one) =>
          html`<li><div><b><bdi>${one.student}</bdi></b> <span class="${TOLD[one.told].tone}">${TOLD[one.told].words}</span>${
            one.reason === null
              ? ''
              : html`<p><bdi>${one.reasonTranslated ?? one.reason}</bdi>${one.reasonTranslated === null ? '' : html` <span class="hint"><bdi>${one.reason}</bdi></span>`}</p>`
          }</div>${one.conversation === null ? '' : html`<a href="/conversations/${one.conversation}#end">Open</a>`}</li>`,
      )}</ul>`
}`
  }
}

/** The one student whom a line names: by id in its first cell, or by name in its first two, either way round; null: none, or several. */
function pupilOf(line: string, pupils: readonly Pupil[]): Pupil | null {
  const cells = line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
  const [first = '', second = ''] = cells
  const byId = pupils.find(({ id }) => id === first)
  if (byId !== undefined) return byId
  const names = new Set([first, `${first} ${second}`, `${second} ${first}`].map((name) => name.trim().toLowerCase()))
  const byName = pupils.filter(({ name }) => names.has(name.toLowerCase()))
  return byName.length === 1 ? (byName[0] ?? null) : null
}
