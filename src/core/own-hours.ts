/** The hours in which a staff member may be reached on an own phone: the school's, narrowed by the person's own, never wider. */

import { type Day, days, type Week, windowMinutes } from './hours.ts'

/** A week that may be kept, or one plain sentence for whoever typed it. */
export type ReadWeek = { readonly kind: 'ok'; readonly week: Week } | { readonly kind: 'wrong'; readonly problem: string }

const WEEK = 7 * 1440

/** Minutes from the start of Monday, the end not part of it; within one week. */
type Span = { readonly start: number; readonly end: number }

/** The time that two weeks have in common. Windows end at midnight, where the next day's begin: that is the same time. */
export function narrowed(school: Week, own: Week | null): Week {
  if (own === null) return school
  const [one, other] = [spansOf(school), spansOf(own)]
  const shared = one.flatMap((a) =>
    other.flatMap((b): Span[] => {
      const span = { start: Math.max(a.start, b.start), end: Math.min(a.end, b.end) }
      return span.start < span.end ? [span] : []
    }),
  )
  const week: Partial<Record<Day, string[]>> = {}
  for (const { start, end } of merged(shared))
    for (let from = start; from < end; ) {
      const index = Math.floor(from / 1440)
      const until = Math.min(end, (index + 1) * 1440)
      const day = days[index] as Day
      week[day] = [...(week[day] ?? []), `${clock(from - index * 1440)}-${clock(until - index * 1440)}`]
      from = until
    }
  return week
}

/**
 * Reads a week as it was typed, each day's windows as `HH:MM-HH:MM`. Refused by name: what is no window, and what goes beyond the staff hours of all
 * `schools`.
 */
export function readOwnWeek(typed: Week, schools: readonly Week[], nameOf: (day: Day) => string): ReadWeek {
  for (const day of days)
    for (const text of typed[day] ?? []) {
      const window = windowMinutes(text)
      if (window === null)
        return {
          kind: 'wrong',
          problem: `${nameOf(day)}: “${text}” is no span of time. Write it such as 7:30 AM – 4:00 PM, two with a comma.`,
        }
      const inside = schools.some((school) => minutesOf(narrowed(school, { [day]: [text] })) === window.end - window.start)
      if (!inside)
        return {
          kind: 'wrong',
          problem: `${nameOf(day)}: ${text} goes beyond the school’s hours for staff phones. Choose a span within them.`,
        }
    }
  return { kind: 'ok', week: typed }
}

const minutesOf = (week: Week): number => spansOf(week).reduce((sum, { start, end }) => sum + end - start, 0)

/** The spans of a week in their order, none touching another; what runs beyond Sunday is at the start of Monday. */
function spansOf(week: Week): Span[] {
  return merged(
    days.flatMap((day, index) =>
      (week[day] ?? []).flatMap((text): Span[] => {
        const window = windowMinutes(text)
        if (window === null) throw new Error(`Not a window of hours: ${text}`)
        const [start, end] = [index * 1440 + window.start, index * 1440 + window.end]
        return end <= WEEK
          ? [{ start, end }]
          : [
              { start, end: WEEK },
              { start: 0, end: end - WEEK },
            ]
      }),
    ),
  )
}

function merged(spans: readonly Span[]): Span[] {
  const all: Span[] = []
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = all.at(-1)
    if (last !== undefined && span.start <= last.end) all[all.length - 1] = { ...last, end: Math.max(last.end, span.end) }
    else all.push(span)
  }
  return all
}

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
