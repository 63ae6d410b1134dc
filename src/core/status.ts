/** The status that people and programs see. */

import type { Status } from './exchange.ts'

/**
 * A hold is only a later `sendAfter`, so the shown status follows the clock and not the last job that ran: what is held and due by `now` is
 * queued, what is queued for later is held. Everything else is shown as it is stored.
 */
export function shownStatus(status: Status, sendAfter: Temporal.Instant | null, now: Temporal.Instant): Status {
  if (sendAfter === null || (status !== 'held' && status !== 'queued')) return status
  return Temporal.Instant.compare(sendAfter, now) > 0 ? 'held' : 'queued'
}
