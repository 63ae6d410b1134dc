/** A school's calendar file (iCalendar, RFC 5545), read for days without school. */

import ICAL from 'ical.js'

/** An entry of the calendar that lasts whole days. */
export type CalendarDays = {
  readonly name: string
  /** ISO dates, in order; the first is not before the day that was asked from. */
  readonly dates: readonly string[]
  /** Whether its name says that there is no school. */
  readonly closed: boolean
}

/** What a calendar holds; `notRead`: names of entries that could not be understood. Null: it is no calendar. */
export type CalendarFile = { readonly entries: readonly CalendarDays[]; readonly notRead: readonly string[] } | null

const CLOSED =
  /no school|no classes|schools? closed|holiday|vacation|recess|\bbreak\b|in-?service|professional (development|learning)|teacher work ?day|thanksgiving|christmas|new year|memorial day|labor day|independence day|juneteenth|presidents|veterans|indigenous|martin luther king|\bmlk\b/i
/** Days ahead: a school year and a half. */
const AHEAD_DAYS = 550
/** Longer entries are terms and seasons, no closures. */
const LONGEST_DAYS = 40
const MOST_ENTRIES = 500
/** Steps of all repeats of one file, so that no rule keeps the server busy. */
const MOST_STEPS = 20_000
/** Rules that always come to their next day at once; of others some never do. */
const SIMPLE = { FREQ: /^(DAILY|WEEKLY|YEARLY)$/, BYDAY: /^(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*$/ }

/** Reads the entries that last whole days, from a day (in the school's zone) on; those of a clock time are lessons and meetings, and left out. */
export function readCalendar(text: string, from: Temporal.PlainDate): CalendarFile {
  let calendar: ICAL.Component
  try {
    calendar = new ICAL.Component(ICAL.parse(text))
  } catch {
    return null
  }
  if (calendar.name !== 'vcalendar') return null
  const budget = { steps: MOST_STEPS }
  const entries: CalendarDays[] = []
  const notRead: string[] = []
  for (const event of calendar.getAllSubcomponents('vevent')) {
    const summary = event.getFirstPropertyValue('summary')
    const name = (typeof summary === 'string' ? summary : '').replace(/\s+/g, ' ').trim().slice(0, 120) || 'No name'
    try {
      const dates = datesOf(new ICAL.Event(event), from, budget)
      if (dates === null) notRead.push(name)
      else if (dates.length > 0) entries.push({ name, dates, closed: CLOSED.test(name) })
    } catch {
      notRead.push(name)
    }
    if (entries.length + notRead.length >= MOST_ENTRIES) break
  }
  return { entries: entries.toSorted((a, b) => ((a.dates[0] ?? '') < (b.dates[0] ?? '') ? -1 : 1)), notRead }
}

/** The dates of an entry; none: it has a clock time, is over, or is a season; null: it repeats in a way that is not read. */
function datesOf(event: ICAL.Event, from: Temporal.PlainDate, budget: { steps: number }): string[] | null {
  if (event.startDate?.isDate !== true) return []
  // DTEND is the day after the last one (RFC 5545, 3.6.1).
  const length = Math.max(1, Math.round(event.duration.toSeconds() / 86_400))
  if (length > LONGEST_DAYS) return []
  const until = from.add({ days: AHEAD_DAYS })
  const rule = event.component.getFirstPropertyValue('rrule')
  if (rule !== null && !isSimple(String(rule))) return null
  const starts: Temporal.PlainDate[] = []
  if (rule === null) starts.push(dateOf(event.startDate))
  else {
    const iterator = event.iterator()
    for (let next = iterator.next(); next; next = iterator.next()) {
      const date = dateOf(next)
      if (Temporal.PlainDate.compare(date, until) > 0) break
      if (budget.steps-- <= 0) return null
      starts.push(date)
    }
  }
  const dates = starts.flatMap((start) => Array.from({ length }, (_, day) => start.add({ days: day })))
  return [
    ...new Set(
      dates
        .filter((date) => Temporal.PlainDate.compare(date, from) >= 0 && Temporal.PlainDate.compare(date, until) <= 0)
        .map((date) => date.toString()),
    ),
  ].sort()
}

function isSimple(rule: string): boolean {
  return rule.split(';').every((part) => {
    const [key = '', value = ''] = part.split('=')
    const allowed = SIMPLE[key as keyof typeof SIMPLE]
    return allowed === undefined ? ['INTERVAL', 'COUNT', 'UNTIL', 'WKST'].includes(key) : allowed.test(value)
  })
}

const dateOf = ({ year, month, day }: ICAL.Time) => Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' })
