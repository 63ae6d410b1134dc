/**
 * When families and staff may be reached: the hours of a school and what they allow at an instant.
 *
 * Hours are wall-clock time in the school's zone. An instant is allowed if and only if the local clock reads inside a window of the
 * local date, or inside a window begun the evening before, and the local date is no closure. So when clocks jump forward, nothing of
 * the skipped hour exists; when an hour repeats, both runs of it are open as far as the window covers it.
 */

/** Days as the hours name them, Monday first. */
export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** One of `days`. */
export type Day = (typeof days)[number]

/** Windows `HH:MM-HH:MM` by day; a day left out is closed. A window that ends before it starts crosses midnight and belongs to the day it starts. */
export type Week = Readonly<Partial<Record<Day, readonly string[]>>>

/** The hours of a school: an IANA zone, the two weeks, and the local dates (ISO 8601) on which all is closed. */
export type SchoolHours = {
  readonly timezone: string
  readonly families: Week
  readonly staff: Week
  readonly closures: readonly string[]
}

/** Hours that may be kept, or one plain sentence for whoever sent them. */
export type ParsedHours =
  | { readonly kind: 'ok'; readonly hours: SchoolHours }
  | { readonly kind: 'wrong'; readonly problem: string }

/** A stretch of allowed time: from `opens` up to, but without, `closes`. */
export type OpenInterval = { readonly opens: Temporal.Instant; readonly closes: Temporal.Instant }

/** When a message may be handed to the carrier, and for how many seconds from then the carrier may try. */
export type HandOverTime = { readonly at: Temporal.Instant; readonly validitySeconds: number }

const MINUTE = 60_000
const DAY = 86_400_000
const WEEK_MINUTES = 7 * 1440
/** Back-to-back windows are one interval, at most this far to each side of the instant that counts. */
const MERGE_LIMIT = 8 * DAY
const LOOK_AHEAD = 400 * DAY
/** Twilio's maximum of `ValidityPeriod`, in seconds. */
const MAX_VALIDITY = 36_000
/** Seconds for the way to the carrier, taken off what is left. */
const MARGIN = 5
/** With fewer seconds left, a message waits for the following opening. */
const MIN_LEFT = 30

/** Milliseconds; the end is not part of it. */
type Span = { readonly start: number; readonly end: number }

type Checked<T> = { readonly value: T } | { readonly problem: string }

/** Night, in minutes from the start of the evening's day: 22:00 to 6:00. */
const NIGHT = { start: 22 * 60, end: 30 * 60 }
/** Windows that hold more of a night than this, in minutes, are asked about: they are nearly always the closed hours, written by mistake. */
const MOST_OF_NIGHT = 4 * 60
/** Nobody writes this by mistake. */
const ALL_DAY = '00:00-24:00'

const windowShape = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/

/** Minutes from the start of the day, the end beyond 1440 when the window crosses midnight; null when it is no window. */
export function windowMinutes(text: string): { readonly start: number; readonly end: number } | null {
  const match = windowShape.exec(text)
  if (match === null) return null
  const [, startHour, startMinute, endHour, endMinute] = match
  const start = Number(startHour) * 60 + Number(startMinute)
  const end = endHour === undefined ? 1440 : Number(endHour) * 60 + Number(endMinute)
  if (start === end) return null
  return { start, end: end < start ? end + 1440 : end }
}

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

/** For each day, Monday first, the wall-clock spans of that date: its own windows and what is left of the evening before's. */
function spansByDay(week: Week): readonly (readonly Span[])[] {
  const spans: Span[][] = days.map(() => [])
  for (const [index, day] of days.entries()) {
    for (const text of week[day] ?? []) {
      const window = windowMinutes(text)
      if (window === null) throw new Error(`Not a window of hours: ${text}`)
      spans[index]?.push({ start: window.start * MINUTE, end: Math.min(window.end, 1440) * MINUTE })
      if (window.end > 1440) spans[(index + 1) % 7]?.push({ start: 0, end: (window.end - 1440) * MINUTE })
    }
  }
  return spans.map((list) => list.sort((a, b) => a.start - b.start))
}

/** The allowed spans from one instant to another (epoch milliseconds), in order; neighbours may touch. */
function* openSpans(from: number, until: number, week: Week, closures: readonly string[], zone: string): Generator<Span> {
  const spans = spansByDay(week)
  if (spans.every((list) => list.length === 0)) return
  const closed = new Set(closures.map((date) => Temporal.Instant.from(`${date}T00Z`).epochMilliseconds / DAY))
  let at = from
  while (at < until) {
    // Between two changes of the zone's offset the wall clock runs evenly, so plain arithmetic is exact there.
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
    const offset = local.offsetNanoseconds / 1_000_000
    const end = Math.min(until, local.getTimeZoneTransition('next')?.epochMilliseconds ?? until)
    for (let date = Math.floor((at + offset) / DAY); date * DAY - offset < end; date += 1) {
      if (closed.has(date)) continue
      const midnight = date * DAY - offset
      // Day 0 of the epoch, 1 January 1970, was a Thursday. The sum stays positive for any date after 1969.
      for (const span of spans[(date + 3) % 7] ?? []) {
        const clipped = { start: Math.max(midnight + span.start, at), end: Math.min(midnight + span.end, end) }
        if (clipped.start < clipped.end) yield clipped
      }
    }
    at = end
  }
}

/**
 * The allowed times from an instant on, in order, none longer than a day; neighbours may touch. They end after 400 days.
 * `zone` is the IANA zone of the school. Throws on a week or closures that `parseHours` would refuse.
 */
export function* openTimes(
  from: Temporal.Instant,
  week: Week,
  closures: readonly string[],
  zone: string,
): Generator<OpenInterval> {
  const start = from.epochMilliseconds
  for (const span of openSpans(start, start + LOOK_AHEAD, week, closures, zone))
    yield {
      opens: Temporal.Instant.fromEpochMilliseconds(span.start),
      closes: Temporal.Instant.fromEpochMilliseconds(span.end),
    }
}

/**
 * The stretch of allowed time that holds `now`, else the next one within 400 days, else null. Stretches that touch are one; of a stretch that
 * goes on and on, `opens` is at most 8 days before `now` and `closes` at most 8 days after `now` or `opens`, whichever is later.
 * `zone` is the IANA zone of the school. Throws on a week or closures that `parseHours` would refuse.
 */
export function openInterval(now: Temporal.Instant, week: Week, closures: readonly string[], zone: string): OpenInterval | null {
  const instant = now.epochMilliseconds
  let found: { start: number; end: number } | null = null
  for (const span of openSpans(instant - MERGE_LIMIT, instant + LOOK_AHEAD, week, closures, zone)) {
    const touches: boolean = found !== null && span.start <= found.end
    if (found !== null && !touches && found.end > instant) break
    if (found !== null && touches) found.end = Math.max(found.end, span.end)
    else found = { start: span.start, end: span.end }
    if (found.end >= Math.max(instant, found.start) + MERGE_LIMIT) break
  }
  if (found === null || found.end <= instant) return null
  return {
    opens: Temporal.Instant.fromEpochMilliseconds(found.start),
    closes: Temporal.Instant.fromEpochMilliseconds(Math.min(found.end, Math.max(instant, found.start) + MERGE_LIMIT)),
  }
}

/**
 * When a message may be handed to the carrier: now, or at the next opening; with under 30 s left, at the following one. The validity is the
 * time left then, less 5 s for the way, at most Twilio's maximum of 36,000 s, so that the carrier does not start a delivery after hours.
 * Null when no opening comes within 400 days: the message waits, no time known.
 */
export function handOver(now: Temporal.Instant, week: Week, closures: readonly string[], zone: string): HandOverTime | null {
  let asked = now
  for (;;) {
    const interval = openInterval(asked, week, closures, zone)
    if (interval === null) return null
    const at = Temporal.Instant.compare(asked, interval.opens) < 0 ? interval.opens : asked
    const secondsLeft = interval.closes.since(at).total('seconds')
    if (secondsLeft >= MIN_LEFT) return { at, validitySeconds: Math.min(MAX_VALIDITY, Math.floor(secondsLeft) - MARGIN) }
    asked = interval.closes
  }
}

/** A side's allowed hours in its own zone. */
export type SideHours = { readonly week: Week; readonly closures: readonly string[]; readonly zone: string }

/** Whether a side may be reached now. */
export function isOpenAt(now: Temporal.Instant, { week, closures, zone }: SideHours): boolean {
  const time = handOver(now, week, closures, zone)
  return time !== null && Temporal.Instant.compare(time.at, now) <= 0
}

/** When a message may be handed over by these hours; see `handOver`. */
export type Openings = (hours: SideHours) => HandOverTime | null

/** `handOver` at one instant, worked out once for all messages of a batch that have the same hours. */
export function openingsAt(now: Temporal.Instant): Openings {
  const known = new Map<string, HandOverTime | null>()
  return (hours) => {
    const key = JSON.stringify(hours)
    const found = known.get(key)
    if (found !== undefined) return found
    const time = handOver(now, hours.week, hours.closures, hours.zone)
    known.set(key, time)
    return time
  }
}
