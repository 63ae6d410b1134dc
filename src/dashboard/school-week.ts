/** The week in which families and staff may be reached: typed, or dragged over the same form; and the closed days on it. */

import type { FastifyInstance, FastifyReply } from 'fastify'
import { html } from 'hono/html'
import { type Day, days, type SchoolHours, type Week, windowMinutes } from '../core/hours.ts'
import { parseHours } from '../core/parse-hours.ts'
import { readTypedDate } from '../core/typed-date.ts'
import { schoolHours } from '../store/hours.ts'
import { type SchoolRow, schoolsOf } from '../store/schools.ts'
import { assetPath } from './assets.ts'
import { fileForm } from './closures.ts'
import type { Html } from './page.ts'
import type { SchoolDeps } from './school.ts'
import { askedSchool, schoolNav } from './school-nav.ts'
import type { Visit, VisitOf } from './visits.ts'
import { type Fields, fieldsOf, sayNotFound } from './wall.ts'
import { DAY_NAMES, weekIn, weekTable, windowsInWords } from './week.ts'

const SIDES = { families: 'Families', staff: 'Staff on their own phones' } as const
const ZONES = [
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'Pacific/Honolulu',
  'America/Puerto_Rico',
]

/** Days ahead for which closed days are shown beside their weekday. */
const AHEAD = 28

/** What stood in the hours' form: as typed, so that nothing is lost when it is wrong. */
type Typed = {
  readonly timezone: string
  readonly closures: string
  readonly week: (side: string, day: Day) => string
}

/** Adds the page and the form's answer. Who is no administrator of the school finds nothing here. */
export function weekRoutes(
  app: FastifyInstance,
  deps: Pick<SchoolDeps, 'setHours'> & { readonly now: () => Promise<Temporal.Instant> },
  visitOf: VisitOf,
): void {
  app.get('/school/week', async (request, reply) => {
    const visit = visitOf(request)
    const found = await askedSchool(visit, request)
    return found === null ? sayNotFound(reply) : show(visit, reply, found, null, null)
  })

  app.post('/school/:id/hours', async (request, reply) => {
    const visit = visitOf(request)
    const { districtId, staff } = visit
    const { id: schoolId } = request.params as { id: string }
    const schools = await visit.read((trx) => schoolsOf(trx, staff))
    const school = schools.find((one) => one.id === schoolId)
    if (school === undefined) return sayNotFound(reply)
    const fields = fieldsOf(request)
    const week = { families: weekIn(fields, 'families'), staff: weekIn(fields, 'staff') }
    const closed = closedDaysIn(fields('closures'))
    const refuse = (problem: string) => show(visit, reply.code(422), { school, schools }, problem, typedIn(fields))
    const wrong = wrongWindow(week) ?? (closed.kind === 'wrong' ? closed.problem : null)
    if (wrong !== null || closed.kind === 'wrong') return refuse(wrong ?? '')
    const input = { timezone: fields('timezone'), ...week, closures: closed.days }
    const parsed = parseHours(input, fields('night') === 'yes')
    if (parsed.kind === 'wrong')
      return refuse(
        parseHours(input, true).kind === 'ok'
          ? 'Families would be reached through the night. If that is meant, tick the box at the end; if not, swap the two times.'
          : parsed.problem,
      )
    await deps.setHours({ districtId, staff, schoolId, hours: parsed.hours })
    return reply.redirect(`/school/week?of=${encodeURIComponent(schoolId)}&said=hours_set`, 303)
  })

  async function show(
    visit: Visit,
    reply: FastifyReply,
    { school, schools }: { readonly school: SchoolRow; readonly schools: readonly SchoolRow[] },
    problem: string | null,
    typed: Typed | null,
  ) {
    const hours = await visit.read((trx) => schoolHours(trx, visit.districtId, school.id))
    const today = hours === null ? null : (await deps.now()).toZonedDateTimeISO(hours.timezone).toPlainDate()
    const closed = hours === null || today === null ? [] : closedAhead(hours.closures, today)
    return visit.page(
      reply,
      'school',
      'Hours',
      html`<h1>Hours</h1>${schoolNav('/school/week', school, schools)}${hoursForm(`/school/${encodeURIComponent(school.id)}`, typed ?? typedOf(hours), closed, problem)}${hours === null ? '' : fileForm(school)}<script src="${assetPath('week.js')}" defer></script>`,
    )
  }
}

/** The first window that is none, said by its day and side; null: all are windows. */
function wrongWindow(week: Readonly<Record<keyof typeof SIDES, Week>>): string | null {
  for (const [side, name] of Object.entries(SIDES))
    for (const day of days)
      for (const text of week[side as keyof typeof SIDES][day] ?? [])
        if (windowMinutes(text) === null)
          return `${DAY_NAMES[day]}, ${name.toLowerCase()}: “${text}” is no span of time. Write it such as 7:00 AM – 8:00 PM, two with a comma.`
  return null
}

/** The closed days as they were typed: `2026-12-25`, several in a line, `12/25/2026`, or `December 25, 2026`. */
function closedDaysIn(
  text: string,
): { readonly kind: 'ok'; readonly days: readonly string[] } | { readonly kind: 'wrong'; readonly problem: string } {
  const days: string[] = []
  for (const line of text.split(/[\n;]/).filter((one) => one.trim() !== '')) {
    const whole = readTypedDate(line)
    const found =
      whole === null
        ? line
            .split(/[\s,]+/)
            .filter((one) => one !== '')
            .map(readTypedDate)
        : [whole]
    for (const date of found) {
      if (date === null)
        return {
          kind: 'wrong',
          problem: `“${line.trim().slice(0, 40)}” is no date of the calendar. Write closed days one a line, such as 2026-12-25 or December 25, 2026.`,
        }
      days.push(date.toString())
    }
  }
  return { kind: 'ok', days: [...new Set(days)] }
}

/** The closed days of the next weeks. */
function closedAhead(closures: readonly string[], today: Temporal.PlainDate): readonly Temporal.PlainDate[] {
  return closures
    .map((date) => Temporal.PlainDate.from(date))
    .filter((date) => {
      const ahead = today.until(date, { largestUnit: 'days' }).days
      return ahead >= 0 && ahead < AHEAD
    })
    .sort(Temporal.PlainDate.compare)
}

const typedIn = (fields: Fields): Typed => ({
  timezone: fields('timezone'),
  closures: fields('closures'),
  week: (side, day) => fields(`${side}-${day}`),
})

const typedOf = (hours: SchoolHours | null): Typed => ({
  timezone: hours?.timezone ?? '',
  closures: hours?.closures.join('\n') ?? '',
  week: (side, day) => windowsInWords((side === 'families' ? hours?.families : hours?.staff)?.[day]),
})

function hoursForm(at: string, typed: Typed, closed: readonly Temporal.PlainDate[], problem: string | null): Html {
  const zones = typed.timezone === '' || ZONES.includes(typed.timezone) ? ZONES : [typed.timezone, ...ZONES]
  return html`<form method="post" action="${at}/hours" class="composer">${
    problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`
  }<p class="hint" id="week-hint">When messages may reach people. Outside, they wait for the next window. Write 7:00 AM – 8:00 PM, two windows with a comma, and nothing for a closed day. What waits now is re-timed when you save.</p>
${weekTable(SIDES, typed.week, (day) => closedOn(closed, day))}
<label for="timezone">Time zone</label><select id="timezone" name="timezone">${zones.map((zone) => html`<option${zone === typed.timezone ? ' selected' : ''}>${zone}</option>`)}</select>
<label for="closures">Closed days</label><p class="hint" id="closures-hint">Holidays and days without school, one a line, such as 2026-12-25.</p><textarea id="closures" name="closures" rows="3" aria-describedby="closures-hint">${typed.closures}</textarea>
<label class="tick"><input type="checkbox" name="night" value="yes"> Yes, families may be reached during the night</label><button class="main">Save hours</button></form>`
}

/** The closed days that fall on a weekday, beside its name. */
function closedOn(closed: readonly Temporal.PlainDate[], day: Day): Html | '' {
  const dates = closed.filter((date) => days[date.dayOfWeek - 1] === day)
  if (dates.length === 0) return ''
  const words = dates.map((date) => date.toLocaleString('en-US', { month: 'short', day: 'numeric' }))
  return html` <span class="hint">closed ${words.join(', ')}</span>`
}
