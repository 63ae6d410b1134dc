/** The hours of a school as somebody sends them: read and checked, refused in one plain sentence. */

import { type Day, days, type SchoolHours, type Week, windowMinutes } from './hours.ts'

/** Hours that may be kept, or one plain sentence for whoever sent them. */
export type ParsedHours =
  | { readonly kind: 'ok'; readonly hours: SchoolHours }
  | { readonly kind: 'wrong'; readonly problem: string }

type Checked<T> = { readonly value: T } | { readonly problem: string }

/** Night, in minutes from the start of the evening's day: 22:00 to 6:00. */
const NIGHT = { start: 22 * 60, end: 30 * 60 }
/** Windows that hold more of a night than this, in minutes, are asked about: they are nearly always the closed hours, written by mistake. */
const MOST_OF_NIGHT = 4 * 60
/** Nobody writes this by mistake. */
const ALL_DAY = '00:00-24:00'

const WEEK_MINUTES = 7 * 1440

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checkZone(value: unknown): Checked<string> {
  const problem = 'timezone must name an IANA time zone: write for example "America/Chicago".'
  // Temporal also takes offsets such as "-06:00", which know nothing of daylight saving time.
  if (typeof value !== 'string' || !/^[A-Za-z]/.test(value)) return { problem }
  try {
    return { value: new Temporal.ZonedDateTime(0n, value).timeZoneId }
  } catch {
    return { problem }
  }
}

function checkWeek(name: string, value: unknown): Checked<Week> {
  if (!isRecord(value)) {
    return { problem: `${name} must hold the windows of each day: write for example {"mon": ["08:00-20:00"]}, or {} for never.` }
  }
  const unknown = Object.keys(value).find((key) => !days.some((day) => day === key))
  if (unknown !== undefined) {
    return { problem: `${name} has the unknown day ${JSON.stringify(unknown)}: write mon, tue, wed, thu, fri, sat or sun.` }
  }
  const week: Partial<Record<Day, readonly string[]>> = {}
  const placed: { day: Day; text: string; start: number; end: number }[] = []
  for (const [index, day] of days.entries()) {
    const list = value[day]
    if (list === undefined) continue
    if (!Array.isArray(list)) {
      return { problem: `${name}.${day} must be a list of windows: write for example ["08:00-20:00"], or [] for closed.` }
    }
    for (const text of list) {
      const minutes = typeof text === 'string' ? windowMinutes(text) : null
      if (minutes === null) {
        return {
          problem: `${name}.${day} has the window ${JSON.stringify(text)}: write start and end as HH:MM-HH:MM, which must differ, for example "08:00-20:00", or "00:00-24:00" for all day.`,
        }
      }
      placed.push({ day, text, start: index * 1440 + minutes.start, end: index * 1440 + minutes.end })
    }
    week[day] = [...list]
  }
  placed.sort((a, b) => a.start - b.start)
  const first = placed[0]
  // The week is a circle: the last window may run into Monday's.
  const circle = first === undefined ? [] : [...placed, { ...first, start: first.start + WEEK_MINUTES }]
  for (const [index, later] of circle.entries()) {
    const earlier = circle[index - 1]
    if (earlier !== undefined && earlier.end > later.start) {
      return {
        problem: `${name} has windows that overlap: ${earlier.day} ${earlier.text} and ${later.day} ${later.text}; write them as one, or end the first before the second starts.`,
      }
    }
  }
  return { value: week }
}

function checkClosures(value: unknown): Checked<readonly string[]> {
  if (value === undefined) return { value: [] }
  if (!Array.isArray(value)) return { problem: 'closures must be a list of dates: write for example ["2026-11-26"], or [].' }
  for (const date of value) {
    if (typeof date !== 'string' || !isDate(date)) {
      return {
        problem: `closures has ${JSON.stringify(date)}: write a date of the calendar as YYYY-MM-DD, for example "2026-11-26".`,
      }
    }
  }
  return { value: [...value] }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  try {
    Temporal.PlainDate.from(text, { overflow: 'reject' })
    return true
  } catch {
    return false
  }
}

/** The windows, as they were written, that together hold most of one night, the first such night of the week; null: none. */
function nightWindows(week: Week): readonly string[] | null {
  const placed = days.flatMap((day, index) =>
    (week[day] ?? []).flatMap((text) => {
      const window = windowMinutes(text)
      if (window === null || text === ALL_DAY) return []
      const start = index * 1440 + window.start
      const length = window.end - window.start
      // The night of Sunday ends on the Monday that the week began with, and a window of Sunday may run into Monday.
      return [-WEEK_MINUTES, 0, WEEK_MINUTES].map((week) => ({ text, start: start + week, end: start + week + length }))
    }),
  )
  for (const index of days.keys()) {
    const [dusk, dawn] = [index * 1440 + NIGHT.start, index * 1440 + NIGHT.end]
    const held = placed.filter((w) => w.start < dawn && w.end > dusk).sort((a, b) => a.start - b.start)
    const minutes = held.reduce((sum, w) => sum + Math.min(w.end, dawn) - Math.max(w.start, dusk), 0)
    if (minutes > MOST_OF_NIGHT) return held.map((w) => w.text)
  }
  return null
}

/**
 * Reads the body of `PUT /schools/ID/hours`. Refused with one sentence that says what is wrong and what to write: unknown keys, a zone
 * that is no IANA zone, a window that is no window, windows of one week that overlap, a closure that is no date; and, unless `night` says that it is meant, windows in which families would be reached most of a night.
 * `closures` may be left out.
 */
export function parseHours(input: unknown, night: boolean): ParsedHours {
  const wrong = (problem: string): ParsedHours => ({ kind: 'wrong', problem })
  if (!isRecord(input)) return wrong('Hours must be an object: write timezone, families, staff and closures.')
  const known = ['timezone', 'families', 'staff', 'closures']
  const unknown = Object.keys(input).find((key) => !known.includes(key))
  if (unknown !== undefined)
    return wrong(`Hours have the unknown key ${JSON.stringify(unknown)}: write timezone, families, staff and closures.`)
  const timezone = checkZone(input.timezone)
  if ('problem' in timezone) return wrong(timezone.problem)
  const families = checkWeek('families', input.families)
  if ('problem' in families) return wrong(families.problem)
  const atNight = night ? null : nightWindows(families.value)
  if (atNight !== null)
    return wrong(
      `families has ${atNight.map((text) => `"${text}"`).join(' and ')}, which reaches families through the night: swap the two times, or, if it is meant, send the same again with ?night=true.`,
    )
  const staff = checkWeek('staff', input.staff)
  if ('problem' in staff) return wrong(staff.problem)
  const closures = checkClosures(input.closures)
  if ('problem' in closures) return wrong(closures.problem)
  return {
    kind: 'ok',
    hours: { timezone: timezone.value, families: families.value, staff: staff.value, closures: closures.value },
  }
}
