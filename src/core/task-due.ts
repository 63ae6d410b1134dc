/** By when each task of a school should be done, counted in the school's own hours. */

import { openTimes, type SchoolHours } from './hours.ts'

/** `hours`: within so many hours in which the school is open. `days`: by the end of so many school days after the one on which it came. */
type Within = { readonly hours: number } | { readonly days: number }

/** Every kind of task, with the time that it has. What came outside the hours counts as having come when the school opens. */
export const TASK_DUE = {
  // Somebody waits for a person.
  unknown: { hours: 1 },
  call_back: { hours: 2 },
  person_wanted: { hours: 2 },
  voicemail: { hours: 2 },
  lost_staff: { hours: 2 },
  // A message does not arrive before somebody has done something.
  unreached: { hours: 4 },
  not_sent: { hours: 4 },
  not_announced: { hours: 4 },
  unread: { hours: 4 },
  to_record: { hours: 4 },
  stranger: { hours: 4 },
  no_sender: { hours: 4 },
  carrier_setup: { hours: 4 },
  no_number: { days: 1 },
  // May be an opt-out, which has to be honoured: a day.
  maybe_stop: { days: 1 },
  recording_lost: { days: 1 },
  picture_lost: { days: 1 },
  // Known to the gateway already; a person is to talk or to mend a list.
  opted_out: { days: 2 },
  wrong_number: { days: 2 },
  carrier_block: { days: 2 },
  phone_unusable: { days: 2 },
  calls_refused: { days: 2 },
  office_phone_ended: { days: 1 },
  roster_office_phone: { days: 2 },
  roster_phone: { days: 5 },
  roster_language: { days: 5 },
  roster_agent: { days: 5 },
} as const satisfies Record<string, Within>

/** What a task is about. */
export type TaskKind = keyof typeof TASK_DUE

/** Hours to tell a due time by: those of the school's staff. */
export type DueHours = Pick<SchoolHours, 'staff' | 'closures' | 'timezone'>

/** By when a task that came `at` should be done; null: the school has no hours, or does not open within 400 days. */
export function dueAt(kind: TaskKind, at: Temporal.Instant, hours: DueHours | null): Temporal.Instant | null {
  if (hours === null) return null
  const within: Within = TASK_DUE[kind]
  const times = openTimes(at, hours.staff, hours.closures, hours.timezone)
  return 'hours' in within ? afterOpenHours(times, within.hours) : endOfSchoolDay(times, within.days, hours.timezone)
}

type Times = ReturnType<typeof openTimes>

function afterOpenHours(times: Times, hours: number): Temporal.Instant | null {
  let left = hours * 3600
  for (const { opens, closes } of times) {
    const length = closes.since(opens).total('seconds')
    if (length >= left) return opens.add({ milliseconds: Math.round(left * 1000) })
    left -= length
  }
  return null
}

function endOfSchoolDay(times: Times, days: number, zone: string): Temporal.Instant | null {
  let begun = -1
  let day: Temporal.PlainDate | null = null
  let end: Temporal.Instant | null = null
  for (const { opens, closes } of times) {
    const date = opens.toZonedDateTimeISO(zone).toPlainDate()
    if (day === null || !date.equals(day)) {
      if (begun === days) return end
      begun += 1
      day = date
    }
    end = closes
  }
  return begun === days ? end : null
}
