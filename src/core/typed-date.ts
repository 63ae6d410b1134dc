/** Dates as people type them. */

const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const ISO = /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})$/
const AMERICAN = /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})$/
const IN_WORDS = /^(?<name>[a-z]{3,9})\.? (?<day>\d{1,2}),? (?<year>\d{4})$/i

/** The years that a school speaks of; PostgreSQL knows no year 0. */
const YEARS = { first: 1900, last: 2199 } as const

/** `2026-12-25`, `12/25/2026` and `December 25, 2026` (`Dec 25 2026`); null: it is none of these, no date of the calendar, or of no year from 1900 to 2199. */
export function readTypedDate(text: string): Temporal.PlainDate | null {
  const typed = [ISO, AMERICAN, IN_WORDS].map((form) => form.exec(text.trim())?.groups).find((groups) => groups !== undefined)
  const year = Number(typed?.['year'])
  if (typed === undefined || year < YEARS.first || year > YEARS.last) return null
  const name = typed['name']?.toLowerCase()
  const month = name === undefined ? Number(typed['month']) : MONTHS.findIndex((one) => one.startsWith(name)) + 1
  try {
    return Temporal.PlainDate.from({ year, month, day: Number(typed['day']) }, { overflow: 'reject' })
  } catch {
    return null
  }
}
