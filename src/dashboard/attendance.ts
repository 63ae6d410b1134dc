/** Attendance: absent students named or ticked, their families asked for the reason in their language, and the reasons back as a file. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { type AttendanceLine, readAttendanceLine } from '../core/attendance-lines.ts'
import { readTypedDate } from '../core/typed-date.ts'
import {
  type AbsenceRow,
  type AttendanceDesk,
  absencesOf,
  attendanceDesks,
  type Pupil,
  pupilsInClass,
  pupilsOf,
} from '../store/attendance.ts'
import { BYTE_ORDER_MARK, csvCell } from '../store/export.ts'
import { classesOfSchool } from '../store/oversight.ts'
import { zoneOf } from '../store/people.ts'
import { askedNote, askFamily, type NotAsked, textFor } from './attendance-asking.ts'
import type { Html } from './page.ts'
import type { Sender } from './sending.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, listOf, queryOf, sayNotFound } from './wall.ts'
import { clockTag, counted, dateWords, namesInWords, shortened } from './words.ts'

const TOLD: Readonly<Record<AbsenceRow['told'], { readonly words: string; readonly tone: string }>> = {
  arrived: { words: 'Family asked', tone: 'good' },
  waiting: { words: 'On its way or waiting', tone: 'wait' },
  not_reached: { words: 'Nobody could be reached', tone: 'bad' },
}
/** Most lines of one form. */
const MOST = 500
/** Of more students than this nobody ticks one in a single list: a class at a time. */
const FEW = 200

const WHY: Readonly<Record<Extract<AttendanceLine, { kind: 'left_out' }>['why'], string>> = {
  present: 'says that the student is there, or excused',
  another_day: 'is of another day',
  nobody: 'names no student of this school',
  several: 'names more than one student: write the id',
  unclear: 'has more in it than a student, today’s date and “absent”',
}

type LeftOut = Extract<AttendanceLine, { kind: 'left_out' }>

/** What stands in the form, and what was wrong with it. `classId`: whose students can be ticked; empty: none chosen. */
type Shown = {
  readonly lines: string
  readonly ticked: ReadonlySet<string>
  readonly classId: string
  readonly problem: string | null
}
const NOTHING: Shown = { lines: '', ticked: new Set(), classId: '', problem: null }

/** The students that can be ticked, and the classes to choose from where not all are shown; null: all are. */
type Ticking = {
  readonly pupils: readonly Pupil[]
  readonly classes: readonly { readonly id: string; readonly name: string }[] | null
}

/** Adds the pages. They are for whoever staffs an attendance or office desk. */
export function attendanceRoutes(
  app: FastifyInstance,
  deps: Pick<Sender, 'send' | 'asSeen'> & { readonly now: () => Promise<Temporal.Instant> },
  visitOf: VisitOf,
): void {
  const deskOf = async (visit: Visit, schoolId: string): Promise<AttendanceDesk | null> => {
    const desks = await visit.read((trx) => attendanceDesks(trx, visit.staff))
    return desks.find((one) => one.schoolId === schoolId) ?? (schoolId === '' ? desks[0] : undefined) ?? null
  }
  const clockOf = async (visit: Visit) => {
    const [now, zone] = [await deps.now(), await visit.read((trx) => zoneOf(trx, visit.staff))]
    return { zone, today: now.toZonedDateTimeISO(zone).toPlainDate() }
  }
  /** The day that an address names, today when it names none or one to come. */
  const dayIn = (request: FastifyRequest, today: Temporal.PlainDate) => {
    const asked = readTypedDate(queryOf(request, 'day'))
    return asked === null || Temporal.PlainDate.compare(asked, today) > 0 ? today : asked
  }

  app.get('/attendance', async (request, reply) => {
    const visit = visitOf(request)
    const desk = await deskOf(visit, queryOf(request, 'of'))
    return desk === null ? sayNotFound(reply) : show(visit, request, reply, desk, NOTHING)
  })

  app.post('/attendance/:id', async (request, reply) => {
    const visit = visitOf(request)
    const desk = await deskOf(visit, (request.params as { id: string }).id)
    if (desk === null) return sayNotFound(reply)
    const { today } = await clockOf(visit)
    const { pupils, absences } = await read(visit, desk, today)
    const fields = fieldsOf(request)
    const ticked = new Set(listOf(request, 'student'))
    const shown = (problem: string | null): Shown => ({ lines: fields('lines'), ticked, classId: fields('class'), problem })
    if (fields('change') === 'yes') return show(visit, request, reply, desk, shown(null))
    if (fields('sure') === 'yes') {
      // A page that was left open over night asks about the wrong day.
      if (fields('day') !== today.toString())
        return show(
          visit,
          request,
          reply.code(422),
          desk,
          shown('That list was of another day, and nobody was asked: name who is absent today.'),
        )
      const chosen = pupils.filter(({ id }) => ticked.has(id))
      const notAsked: NotAsked[] = []
      for (const pupil of chosen) {
        const why = await askFamily(deps, visit, desk, pupil, today)
        if (why !== null) notAsked.push({ name: pupil.name, why })
      }
      if (notAsked.length > 0)
        return show(visit, request, reply, desk, NOTHING, askedNote(chosen.length - notAsked.length, notAsked))
      return reply.redirect(`/attendance?of=${encodeURIComponent(desk.schoolId)}&said=asked#today`, 303)
    }
    const typed = fields('lines')
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
    if (typed.length > MOST)
      return show(visit, request, reply.code(422), desk, shown(`These are more than ${MOST} lines: bring them in parts.`))
    const lines = typed.map((line, i) => readAttendanceLine(line, today.toString(), pupils, i === 0))
    const absent = new Set([...ticked, ...lines.flatMap((line) => (line.kind === 'absent' ? [line.id] : []))])
    const asked = askedOf(absences)
    const chosen = pupils.filter(({ id }) => absent.has(id))
    const leftOut = lines.filter((line) => line.kind === 'left_out')
    if (chosen.length === 0 && leftOut.length === 0)
      return show(visit, request, reply.code(422), desk, shown('Nobody is named yet: write who is absent, or tick names.'))
    return visit.page(
      leftOut.length === 0 ? reply : reply.code(422),
      'attendance',
      'Attendance',
      checkPage(desk, fields('lines'), {
        toAsk: chosen.filter(({ id }) => !asked.has(id)),
        askedAlready: chosen.filter(({ id }) => asked.has(id)),
        leftOut,
        text: (pupil) => textFor(pupil, today),
        ticked,
        classId: fields('class'),
        day: today.toString(),
      }),
    )
  })

  app.get('/attendance/:id/reasons.csv', async (request: FastifyRequest, reply) => {
    const visit = visitOf(request)
    const desk = await deskOf(visit, (request.params as { id: string }).id)
    if (desk === null) return sayNotFound(reply)
    const day = dayIn(request, (await clockOf(visit)).today).toString()
    const rows = await visit.read((trx) => absencesOf(trx, visit.districtId, desk.schoolId, day))
    const line = (cells: readonly (string | null)[]) => `${cells.map(csvCell).join(',')}\r\n`
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="absences-${day}.csv"`)
      .send(
        BYTE_ORDER_MARK +
          line(['studentSourcedId', 'student', 'date', 'told', 'reason', 'reasonTranslated']) +
          rows.map((row) => line([row.studentId, row.student, day, row.told, row.reason, row.reasonTranslated])).join(''),
      )
  })

  const read = ({ districtId, read: inside }: Visit, { schoolId }: AttendanceDesk, day: Temporal.PlainDate) =>
    inside(async (trx) => ({
      pupils: await pupilsOf(trx, districtId, schoolId),
      absences: await absencesOf(trx, districtId, schoolId, day.toString()),
    }))

  /** Those who are ticked stay in the list, whichever class is chosen. */
  const ticking = async (visit: Visit, { schoolId }: AttendanceDesk, pupils: readonly Pupil[], shown: Shown): Promise<Ticking> =>
    pupils.length <= FEW
      ? { pupils, classes: null }
      : visit.read(async (trx) => {
          const inClass = await pupilsInClass(trx, visit.districtId, shown.classId)
          return {
            pupils: pupils.filter(({ id }) => inClass.has(id) || shown.ticked.has(id)),
            classes: await classesOfSchool(trx, visit.districtId, schoolId),
          }
        })

  async function show(
    visit: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
    desk: AttendanceDesk,
    shown: Shown,
    note: Html | '' = '',
  ) {
    const { today, zone } = await clockOf(visit)
    const day = dayIn(request, today)
    const isToday = day.equals(today)
    const { pupils, absences } = await read(visit, desk, day)
    const at = `/attendance/${encodeURIComponent(desk.schoolId)}`
    const of = (date: Temporal.PlainDate) => `/attendance?of=${encodeURIComponent(desk.schoolId)}&day=${date}#today`
    return visit.page(
      reply,
      'attendance',
      'Attendance',
      html`<h1>Attendance</h1><p class="sub"><bdi>${desk.schoolName}</bdi>, ${dateWords(day)}</p>${note}${isToday ? absenceForm(at, await ticking(visit, desk, pupils, shown), absences, shown) : ''}
<div class="bar" id="today"><h2>Absent ${isToday ? 'today' : `on ${dateWords(day)}`}</h2><div class="row"><a class="button" href="${of(day.subtract({ days: 1 }))}">The day before</a>${
        isToday ? '' : html`<a class="button" href="${of(day.add({ days: 1 }))}">The day after</a>`
      }${absences.length === 0 ? '' : html`<a class="button" href="${at}/reasons.csv?day=${day}">Reasons as a file</a>`}</div></div>
${
  absences.length === 0
    ? html`<p class="empty">Nobody was marked absent${isToday ? ' today' : ''}.</p>`
    : html`<ul class="rows">${absences.map(
        (one) =>
          html`<li><div><b><bdi>${one.student}</bdi></b> <span class="${TOLD[one.told].tone}">${TOLD[one.told].words}</span>${
            one.askedAt === null ? '' : html` <span class="hint">asked at ${clockTag(deps.asSeen(one.askedAt), zone)}</span>`
          }${
            one.reason === null
              ? ''
              : html`<p><bdi>${one.reasonTranslated ?? one.reason}</bdi>${one.reasonTranslated === null ? '' : html` <span class="hint"><bdi>${one.reason}</bdi></span>`}</p>`
          }</div>${one.conversation === null ? '' : html`<a href="/conversations/${one.conversation}#end">Open</a>`}</li>`,
      )}</ul>`
}`,
    )
  }
}

/** Who was asked. In vain, or by a server that ended in the middle, is not: the same message is not sent twice. */
const askedOf = (absences: readonly AbsenceRow[]) =>
  new Set(absences.filter(({ conversation }) => conversation !== null).map(({ studentId }) => studentId))

function absenceForm(
  at: string,
  { pupils, classes }: Ticking,
  absences: readonly AbsenceRow[],
  { lines, ticked, classId, problem }: Shown,
): Html {
  const asked = askedOf(absences)
  return html`<form method="post" action="${at}" class="composer" data-draft="${at}">${
    problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`
  }<label for="lines">Who is absent?</label><p class="hint">One student a line, by id or full name; lines of a spreadsheet work too, with today’s date and a status beside it. You see whom it asks before anybody is asked.</p>
<textarea id="lines" name="lines" rows="5">${lines}</textarea>
<details${ticked.size > 0 || classId !== '' ? ' open' : ''}><summary>Or tick names</summary>${
    classes === null
      ? ''
      : html`<div class="row start"><label for="class">Class</label><select id="class" name="class"><option value="">Choose</option>${classes.map(
          ({ id, name }) => html`<option value="${id}"${id === classId ? ' selected' : ''}>${name}</option>`,
        )}</select><button name="change" value="yes">Show its students</button></div>`
  }<div class="names">${pupils.map((one) => {
    const state = asked.has(one.id) ? ' disabled checked' : ticked.has(one.id) ? ' checked' : ''
    return html`<label class="tick"><input type="checkbox" name="student" value="${one.id}"${state}> <bdi>${one.name}</bdi></label>`
  })}</div></details><button class="main">Check whom it asks</button></form>`
}

/** Whom the next press asks, with the text, and what was not read. */
function checkPage(
  desk: AttendanceDesk,
  lines: string,
  found: {
    readonly toAsk: readonly Pupil[]
    readonly askedAlready: readonly Pupil[]
    readonly leftOut: readonly LeftOut[]
    readonly text: (pupil: Pupil) => string
    /** Of the form: what a change begins with. */
    readonly ticked: ReadonlySet<string>
    readonly classId: string
    /** ISO 8601. */
    readonly day: string
  },
): Html {
  const { toAsk, askedAlready, leftOut } = found
  const at = `/attendance/${encodeURIComponent(desk.schoolId)}`
  const students = toAsk.map(({ id }) => html`<input type="hidden" name="student" value="${id}">`)
  const [first] = toAsk
  return html`<p class="crumb"><a href="/attendance?of=${encodeURIComponent(desk.schoolId)}">Attendance</a></p><h1>${
    toAsk.length === 0 ? 'Nobody to ask' : `Ask about ${counted(toAsk.length, 'student', 'students')}?`
  }</h1>${
    leftOut.length === 0
      ? ''
      : html`<div class="wrong" role="alert"><p>${leftOut.length === 1 ? 'One line is left out' : `${leftOut.length} lines are left out`}:</p><ul>${leftOut.map(
          ({ line, why }) => html`<li>“<bdi>${shortened(line, 80)}</bdi>” ${WHY[why]}.</li>`,
        )}</ul></div>`
  }${askedAlready.length === 0 ? '' : html`<p class="note">Asked today already: <bdi>${namesInWords(askedAlready.map(({ name }) => name))}</bdi>.</p>`}${
    first === undefined
      ? ''
      : html`<ul class="rows">${toAsk.map(({ name }) => html`<li><b><bdi>${name}</bdi></b></li>`)}</ul><p class="hint">Each one’s family gets, in its language:</p><blockquote>${found.text(first)}</blockquote>`
  }<div class="row start">${
    first === undefined
      ? ''
      : html`<form method="post" action="${at}">${students}<input type="hidden" name="sure" value="yes"><input type="hidden" name="day" value="${found.day}"><button class="main" data-busy="Asking…">Ask the families</button></form>`
  }<form method="post" action="${at}">${[...found.ticked].map((id) => html`<input type="hidden" name="student" value="${id}">`)}<input type="hidden" name="lines" value="${lines}"><input type="hidden" name="class" value="${found.classId}"><input type="hidden" name="change" value="yes"><button>Change it</button></form></div>`
}
