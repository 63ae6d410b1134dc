/** Who has taken what, in words. */

import { html } from 'hono/html'
import type { Claim } from '../store/claims.ts'
import type { Html } from './page.ts'
import { briefly, timeTag } from './words.ts'

/** How times are told: now and the zone of the school, and a time of the log by the clock that its reader sees. */
export type Telling = {
  readonly now: Temporal.Instant
  readonly zone: string
  readonly asSeen: (at: Temporal.Instant) => Temporal.Instant
}

/** `Taken by Ms Duarte, 9:40 AM` */
export function takenBy(claim: Claim, mine: boolean, { now, zone, asSeen }: Telling): Html {
  const since = asSeen(claim.since)
  return html`Taken by ${mine ? 'you' : html`<bdi>${claim.name}</bdi>`}, ${timeTag(since, briefly(since, now, zone))}`
}
