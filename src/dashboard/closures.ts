/** Closed days from the school's own calendar: a file is read, its days are ticked, and what stays ticked is added to the closures. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { hoursToChange, schoolHours } from '../store/hours.ts'
import { type SchoolRow, schoolsOf } from '../store/schools.ts'
import { type CalendarDays, readCalendar } from './calendar-file.ts'
import type { Html } from './page.ts'
import type { SchoolDeps } from './school.ts'
import type { Visit, VisitOf } from './visits.ts'
import { listOf, sayNotFound } from './wall.ts'

const MOST_BYTES = 1024 * 1024
const NO_HOURS = 'Save the school’s hours first: closed days belong to them.'

/** Adds the pages. `multipart` must be registered. Who is no administrator of the school finds nothing here. */
export function closureRoutes(
  app: FastifyInstance,
  deps: Pick<SchoolDeps, 'setHours'> & { readonly now: () => Promise<Temporal.Instant> },
  visitOf: VisitOf,
): void {
  app.post('/school/:id/calendar', async (request, reply) => {
    const visit = visitOf(request)
    const school = await schoolIn(visit, request)
    if (school === null) return sayNotFound(reply)
    const wrong = (words: string) =>
      page(visit, reply.code(422), school, html`<p class="wrong" role="alert">${words}</p>${fileForm(school)}`)
    if (!request.isMultipart()) return wrong('No file came with it: choose the calendar file and press again.')
    const file = await request.file({ limits: { fileSize: MOST_BYTES } })
    const bytes = await file?.toBuffer().catch(() => null)
    if (bytes === null) return wrong('The file is larger than 1 MB: export this school year alone.')
    if (bytes === undefined || bytes.length === 0) return wrong('No file came with it: choose the calendar file and press again.')
    const hours = await visit.read((trx) => schoolHours(trx, visit.districtId, school.id))
    if (hours === null) return wrong(NO_HOURS)
    const today = (await deps.now()).toZonedDateTimeISO(hours.timezone).toPlainDate()
    const calendar = readCalendar(bytes.toString('utf8'), today)
    if (calendar === null) return wrong('This is no calendar file: export the calendar as iCalendar (.ics).')
    const known = new Set(hours.closures)
    const fresh = calendar.entries.filter(({ dates }) => dates.some((date) => !known.has(date)))
    return page(visit, reply, school, choices(school, fresh, calendar.entries.length - fresh.length, calendar.notRead))
  })

  app.post('/school/:id/closures', async (request, reply) => {
    const visit = visitOf(request)
    const { districtId, staff } = visit
    const school = await schoolIn(visit, request)
    if (school === null) return sayNotFound(reply)
    const hours = await visit.read((trx) => schoolHours(trx, districtId, school.id))
    const dates = listOf(request, 'closure').flatMap((one) => one.split(' '))
    if (hours === null || !dates.every(isDate))
      return page(
        visit,
        reply.code(422),
        school,
        html`<p class="wrong" role="alert">${hours === null ? NO_HOURS : 'That was no list of days: choose the calendar file again.'}</p>${fileForm(school)}`,
      )
    for (let saved = false; !saved; ) {
      const { hours: now, version } = await visit.read((trx) => hoursToChange(trx, districtId, school.id))
      const whole = now ?? hours
      const closures = [...new Set([...whole.closures, ...dates])].sort()
      saved = await deps.setHours({ districtId, staff, schoolId: school.id, hours: { ...whole, closures }, version })
    }
    return reply.redirect(`/school/week?of=${encodeURIComponent(school.id)}&said=hours_set`, 303)
  })
}

async function schoolIn(visit: Visit, request: FastifyRequest): Promise<SchoolRow | null> {
  const { id } = request.params as { id: string }
  return (await visit.read((trx) => schoolsOf(trx, visit.staff))).find((school) => school.id === id) ?? null
}

function isDate(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text
  } catch {
    return false
  }
}

const pathOf = (school: SchoolRow) => `/school/${encodeURIComponent(school.id)}`

function page(visit: Visit, reply: FastifyReply, school: SchoolRow, body: Html): FastifyReply | Promise<FastifyReply> {
  return visit.page(
    reply,
    'school',
    'Closed days',
    html`<p class="crumb"><a href="/school/week?of=${encodeURIComponent(school.id)}"><bdi>${school.name}</bdi></a></p><h1>Closed days</h1>${body}`,
  )
}

/** Where a calendar file is chosen. */
export function fileForm(school: SchoolRow): Html {
  return html`<form method="post" action="${pathOf(school)}/calendar" enctype="multipart/form-data" class="composer">
<label for="calendar">Closed days from the school’s calendar</label><p class="hint" id="calendar-hint">Its file (.ics), as Google, Outlook and the school’s site export it. You see its days before anything is saved.</p>
<input id="calendar" name="calendar" type="file" accept=".ics,text/calendar" required aria-describedby="calendar-hint"><button data-busy="Reading the file…">Show its days</button></form>`
}

function choices(school: SchoolRow, entries: readonly CalendarDays[], there: number, notRead: readonly string[]): Html {
  const before =
    there === 0 ? '' : html`<p class="hint">${there === 1 ? 'One entry is' : `${there} entries are`} closed days already.</p>`
  const odd =
    notRead.length === 0
      ? ''
      : html`<h2>Not read</h2><p class="hint">Type the days of these yourself: they repeat in a way, or have a date, that is not understood here.</p><ul class="rows">${notRead.map((name) => html`<li><bdi>${name}</bdi></li>`)}</ul>`
  if (entries.length === 0)
    return html`<p class="empty">This calendar has no new whole days from today on.</p>${before}${odd}${fileForm(school)}`
  return html`<form method="post" action="${pathOf(school)}/closures" class="composer"><p class="hint">On a closed day no message reaches families or staff phones; it waits for the next open one. Those are ticked whose names say that there is no school.</p>${before}
${entries.map(
  ({ name, dates, closed }) =>
    html`<label class="tick"><input type="checkbox" name="closure" value="${dates.join(' ')}"${closed ? ' checked' : ''}> <span><bdi>${name}</bdi> <span class="hint">${inWords(dates)}</span></span></label>`,
)}<button class="main">Add as closed days</button></form>${odd}`
}

/** `Thu, Nov 26, 2026`, `Nov 26 – 27, 2026`, or the first of many that do not follow each other. */
function inWords(dates: readonly string[]): string {
  const [first, last] = [dates[0], dates.at(-1)].map((date) => Temporal.PlainDate.from(date ?? ''))
  if (first === undefined || last === undefined) return ''
  const format = new Intl.DateTimeFormat('en-US', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
  const words = format.format(first)
  if (dates.length === 1) return words
  return first.until(last).days + 1 === dates.length
    ? `${words} to ${format.format(last)}`
    : `${dates.length} days from ${words} to ${format.format(last)}`
}
