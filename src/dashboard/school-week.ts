/** The week in which families and staff may be reached: typed, or dragged over the same form; and the closed days on it. */

import type { FastifyInstance, FastifyReply } from 'fastify'
import { html } from 'hono/html'
import { type Day, days, type SchoolHours, type Week, windowMinutes } from '../core/hours.ts'
import { parseHours } from '../core/parse-hours.ts'
import { readTypedDate } from '../core/typed-date.ts'
import { hoursToChange } from '../store/hours.ts'
import { type SchoolRow, schoolsOf } from '../store/schools.ts'
import { assetPath } from './assets.ts'
import { fileForm } from './closures.ts'
import type { Html } from './page.ts'
import { CHANGED_MEANWHILE, type SchoolDeps } from './school.ts'
import { askedSchool, schoolNav } from './school-nav.ts'
import type { Visit, VisitOf } from './visits.ts'
import { type Fields, fieldsOf, sayNotFound } from './wall.ts'
import { DAY_NAMES, weekIn, weekTable, windowsInWords } from './week.ts'
import { shortened } from './words.ts'

const SIDES = { families: 'Families', staff: 'Staff on their own phones' } as const
/** The zones of the United States as people know them. */
const ZONES: Readonly<Record<string, string>> = {
  'America/New_York': 'Eastern (New York)',
  'America/Detroit': 'Eastern (Detroit)',
  'America/Indiana/Indianapolis': 'Eastern (Indiana)',
  'America/Kentucky/Louisville': 'Eastern (Kentucky)',
  'America/Chicago': 'Central (Chicago)',
  'America/Menominee': 'Central (Upper Michigan)',
  'America/Indiana/Knox': 'Central (western Indiana)',
  'America/North_Dakota/Center': 'Central (North Dakota)',
  'America/Denver': 'Mountain (Denver)',
  'America/Boise': 'Mountain (Boise)',
  'America/Phoenix': 'Mountain, no summer time (Phoenix)',
  'America/Los_Angeles': 'Pacific (Los Angeles)',
  'America/Anchorage': 'Alaska (Anchorage)',
  'America/Adak': 'Aleutian Islands (Adak)',
  'Pacific/Honolulu': 'Hawaii (Honolulu)',
  'America/Puerto_Rico': 'Puerto Rico (San Juan)',
  'America/St_Thomas': 'U.S. Virgin Islands (St. Thomas)',
  'Pacific/Pago_Pago': 'American Samoa (Pago Pago)',
  'Pacific/Guam': 'Guam',
  'Pacific/Saipan': 'Northern Mariana Islands (Saipan)',
}

/** Days ahead for which closed days are shown beside their weekday. */
const AHEAD = 28

/** What stood in the hours' form: as typed, so that nothing is lost when it is wrong. */
type Typed = {
  /** The version of the hours that the form began with. */
  readonly began: string
  readonly timezone: string
  readonly closures: string
  readonly night: boolean
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
    if (fields('timezone') === '') return refuse('Choose the school’s time zone: the hours are told by its clock.')
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
    const began = /^\d{1,9}$/.exec(fields('began'))?.[0]
    const saving = { districtId, staff, schoolId, hours: parsed.hours }
    if (!(await deps.setHours(began === undefined ? saving : { ...saving, version: Number(began) })))
      return show(visit, reply.code(409), { school, schools }, CHANGED_MEANWHILE, typedIn(fields), parsed.hours)
    return reply.redirect(`/school/week?of=${encodeURIComponent(schoolId)}&said=hours_set`, 303)
  })

  async function show(
    visit: Visit,
    reply: FastifyReply,
    { school, schools }: { readonly school: SchoolRow; readonly schools: readonly SchoolRow[] },
    problem: string | null,
    typed: Typed | null,
    /** What was to be saved while somebody else saved. */
    unsaved: SchoolHours | null = null,
  ) {
    const { hours, version, zone } = await visit.read((trx) => hoursToChange(trx, visit.districtId, school.id))
    const form = typed === null ? typedOf(hours, version, zone) : unsaved === null ? typed : { ...typed, began: `${version}` }
    const today = hours === null ? null : (await deps.now()).toZonedDateTimeISO(hours.timezone).toPlainDate()
    const closed = hours === null || today === null ? [] : closedAhead(hours.closures, today)
    return visit.page(
      reply,
      'school',
      'Hours',
      html`<h1>Hours</h1>${schoolNav('/school/week', school, schools)}${hoursForm(`/school/${encodeURIComponent(school.id)}`, form, zone, closed, html`${problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`}${unsaved === null || hours === null ? '' : whatDiffers(hours, unsaved)}`)}${hours === null ? '' : fileForm(school)}<script src="${assetPath('week.js')}" defer></script>`,
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
          problem: `“${shortened(line.trim(), 40)}” is no date of the calendar. Write closed days one a line, such as 2026-12-25 or December 25, 2026.`,
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
  began: fields('began'),
  timezone: fields('timezone'),
  closures: fields('closures'),
  night: fields('night') === 'yes',
  week: (side, day) => fields(`${side}-${day}`),
})

const typedOf = (hours: SchoolHours | null, version: number, zone: string | null): Typed => ({
  began: `${version}`,
  timezone: hours?.timezone ?? zone ?? '',
  closures: hours?.closures.join('\n') ?? '',
  night: false,
  week: (side, day) => windowsInWords((side === 'families' ? hours?.families : hours?.staff)?.[day]),
})

const zoneName = (zone: string) => ZONES[zone] ?? zone.replaceAll('_', ' ')

/** What the hours are now, wherever that is not what somebody meant to save. */
function whatDiffers(now: SchoolHours, unsaved: SchoolHours): Html {
  const lines = Object.entries(SIDES).flatMap(([side, name]) =>
    days.flatMap((day) => {
      const [is, was] = [now, unsaved].map((hours) => windowsInWords((side === 'families' ? hours.families : hours.staff)[day]))
      return is === was ? [] : [`${name}, ${DAY_NAMES[day]}: ${is || 'closed'}`]
    }),
  )
  if (now.timezone !== unsaved.timezone) lines.push(`Time zone: ${zoneName(now.timezone)}`)
  if (now.closures.join() !== unsaved.closures.join()) lines.push(`Closed days: ${now.closures.join(', ') || 'none'}`)
  return lines.length === 0
    ? html`<p>It is now just what you typed.</p>`
    : html`<p>Now it says, other than below:</p><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`
}

function hoursForm(
  at: string,
  typed: Typed,
  schoolZone: string | null,
  closed: readonly Temporal.PlainDate[],
  problem: Html,
): Html {
  const zones = new Set([...(typed.timezone === '' ? [] : [typed.timezone]), ...(schoolZone === null ? [] : [schoolZone])])
  const others = [...zones].filter((zone) => ZONES[zone] === undefined)
  return html`<form method="post" action="${at}/hours" class="composer">${problem}<input type="hidden" name="began" value="${typed.began}"><p class="hint" id="week-hint">When messages may reach people. Outside, they wait for the next window. Write 7:00 AM – 8:00 PM, two windows with a comma, and nothing for a closed day. What waits now is re-timed when you save.</p>
${weekTable(SIDES, typed.week, (day) => closedOn(closed, day))}
<label for="timezone">Time zone</label><select id="timezone" name="timezone"><option value="">Choose</option>${[...others, ...Object.keys(ZONES)].map((zone) => html`<option value="${zone}"${zone === typed.timezone ? ' selected' : ''}>${zoneName(zone)}</option>`)}</select>
<label for="closures">Closed days</label><p class="hint" id="closures-hint">Holidays and days without school, one a line, such as 2026-12-25.</p><textarea id="closures" name="closures" rows="3" aria-describedby="closures-hint">${typed.closures}</textarea>
<label class="tick"><input type="checkbox" name="night" value="yes"${typed.night ? ' checked' : ''}> Yes, families may be reached during the night</label><button class="main">Save hours</button></form>`
}

/** The closed days that fall on a weekday, beside its name. */
function closedOn(closed: readonly Temporal.PlainDate[], day: Day): Html | '' {
  const dates = closed.filter((date) => days[date.dayOfWeek - 1] === day)
  if (dates.length === 0) return ''
  const words = dates.map((date) => date.toLocaleString('en-US', { month: 'short', day: 'numeric' }))
  return html` <span class="hint">closed ${words.join(', ')}</span>`
}
