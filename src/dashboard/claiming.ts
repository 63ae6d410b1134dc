/** Who has taken what: in words, and the buttons of a desk's conversation. */

import { html } from 'hono/html'
import type { Claim } from '../store/claims.ts'
import type { ThreadHead } from '../store/thread-view.ts'
import type { Html } from './page.ts'
import { briefly, isolated, timeTag } from './words.ts'

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

/** Takes, takes over or gives back: who shares the desk sees it at once. `from`: who has it on the page that was pressed. */
export function claimBar(head: ThreadHead, reader: string, telling: Telling): Html {
  const { claim, own, ended } = head
  const mine = claim?.staffId === reader
  const button = (action: 'claim' | 'leave', words: string) =>
    own && !ended
      ? html`<form method="post" action="/conversations/${head.id}/${action}"><input type="hidden" name="from" value="${claim?.staffId ?? ''}"><button data-key="${action}">${words}</button></form>`
      : ''
  const has = claim === null ? 'Nobody at the desk has taken this yet.' : takenBy(claim, mine, telling)
  return html`<div class="note bar"><span>${has}</span>${claim === null ? button('claim', 'I take it') : mine ? button('leave', 'Give it back') : button('claim', 'Take it over')}</div>`
}

/** What stands before an answer in a conversation that somebody else has taken; null: nobody else has. `despite`: of whose claim the writer knows. */
export function takenFirst(claim: Claim | null, writer: string, despite: string): string | null {
  return claim === null || claim.staffId === writer || claim.staffId === despite
    ? null
    : `${isolated(claim.name)} has taken this conversation. Ask first, or send it all the same: then the family hears from both of you.`
}
