/** The day and the time at which somebody wants a message to go, as a form gives them. */

/** No wish at all, an instant, or what is wrong with it in one plain sentence. */
export type SendLater =
  | { readonly kind: 'now' }
  | { readonly kind: 'at'; readonly at: Temporal.Instant }
  | { readonly kind: 'wrong'; readonly problem: string }

/**
 * Reads a date (`2026-11-30`) and a wall-clock time (`7:05` or `07:05`) of a zone (IANA); both empty is no wish. Of an hour that comes twice it is the
 * first; one that is skipped is taken as if the clock had not moved.
 */
export function readSendLater(date: string, time: string, zone: string): SendLater {
  const [day, clock] = [date.trim(), time.trim()]
  if (day === '' && clock === '') return { kind: 'now' }
  if (day === '') return { kind: 'wrong', problem: 'Choose the day as well, or leave the time empty to send at once.' }
  if (clock === '') return { kind: 'wrong', problem: 'Choose the time as well, or leave the day empty to send at once.' }
  const [, hour, minute] = /^(\d{1,2}):(\d{2})(?::00)?$/.exec(clock) ?? []
  try {
    const date = Temporal.PlainDate.from(/^\d{4}-\d{2}-\d{2}$/.test(day) ? day : 'none', { overflow: 'reject' })
    const at = Temporal.PlainTime.from({ hour: Number(hour), minute: Number(minute) }, { overflow: 'reject' })
    return { kind: 'at', at: date.toZonedDateTime({ timeZone: zone, plainTime: at }).toInstant() }
  } catch {
    return { kind: 'wrong', problem: 'This is no day and time: write them such as 2026-11-30 and 07:00.' }
  }
}
