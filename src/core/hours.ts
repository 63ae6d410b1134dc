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

/** A stretch of allowed time: from `opens` up to, but without, `closes`. */
export type OpenInterval = { readonly opens: Temporal.Instant; readonly closes: Temporal.Instant }

/** When a message may be handed to the carrier, and for how many seconds from then the carrier may try. */
export type HandOverTime = { readonly at: Temporal.Instant; readonly validitySeconds: number }

const MINUTE = 60_000
const DAY = 86_400_000
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
