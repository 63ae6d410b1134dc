/** What every form that sends has in common: the draft's limits, the hints, and the message that is composed of it. */

import { createHash } from 'node:crypto'
import { html } from 'hono/html'
import { namesStudent, SLOT, slotName } from '../core/phrase-slots.ts'
import type { Hint } from '../core/plain-words.ts'
import { cleanText } from '../core/segments.ts'
import type { Composed, ComposeRequest, Target } from '../relay/compose-ports.ts'
import type { KeptPicture, StoredPicture } from '../relay/picture-ports.ts'
import { pageKey } from '../store/composing.ts'
import { canonical } from '../store/events.ts'
import type { Html } from './page.ts'
import type { Visit } from './visits.ts'

/** As long a text as the API takes. */
export const LONGEST = 1600

/** What somebody sends from a form. `key`: the form's own, so that a second press sends nothing more; empty: none. */
export type Sending = {
  readonly to: Target
  readonly body: string
  /** Absent: none. */
  readonly picture?: StoredPicture | null
  readonly key: string
  /** Why it goes out at once, outside the hours; absent: it waits for them. */
  readonly urgentReason?: string | null
  /** When it may go at the earliest; absent: as soon as the hours allow. */
  readonly notBefore?: Temporal.Instant | null
  /** Whether a voice is to say it; absent: no. */
  readonly byVoice?: boolean
  /** The desk in whose name; absent: the own. */
  readonly desk?: string | null
  /** The announcement that waits, of which it takes the place; absent: none. */
  readonly instead?: string | null
  /** The one message that waits, of which it takes the place; absent: none. */
  readonly replaces?: string | null
}

/** How pages send, and how they show times. */
export type Sender = {
  readonly send: (visit: Visit, sending: Sending) => Promise<Composed>
  /** Puts a picture into its file, to be sent. */
  readonly storePicture: (districtId: string, picture: KeptPicture) => Promise<StoredPicture>
  /** The time that a visitor of the demo's moved clock saw; elsewhere the same. */
  readonly asSeen: (at: Temporal.Instant) => Temporal.Instant
}

/** What is wrong with a draft before anything else is looked at; null: nothing. `students`: said where it is open which student is meant. */
export function wrongDraft(draft: string, students = ''): string | null {
  const body = cleanText(draft).trim()
  if (body === '') return 'There is nothing to send yet: write your message first.'
  const open = [...new Set(body.match(new RegExp(SLOT.source, 'gu')))]
  if (open.length > 0) {
    const each = new Intl.ListFormat('en').format(open.map((slot) => `${slot} with ${slotName(slot)}`))
    return `Replace ${each} before you send it.${open.some(namesStudent) ? students : ''}`
  }
  return body.length > LONGEST
    ? `This is ${body.length - LONGEST} characters too long for a text: shorten it, or send it in two.`
    : null
}

/** Sends by `compose`; a form that is sent twice is answered as the first time. */
export function sender(compose: (request: ComposeRequest) => Promise<Composed>): Sender['send'] {
  return async (
    { districtId, staff },
    {
      to,
      body,
      picture = null,
      key,
      urgentReason = null,
      notBefore = null,
      byVoice = false,
      desk = null,
      instead = null,
      replaces = null,
    },
  ) => {
    const wish = { urgent: urgentReason !== null, reason: urgentReason, byVoice, desk, instead, replaces }
    const fields = { to, body: cleanText(body), ...wish }
    const meant = { ...fields, notBefore: notBefore?.toString() ?? null, picture: picture?.digest.toString('hex') ?? null }
    const digest = createHash('sha256').update(canonical(meant)).digest()
    const composed = await compose({
      districtId,
      staffId: staff.id,
      ...fields,
      notBefore,
      picture,
      idempotency: key === '' ? null : { key: pageKey(key), digest },
    })
    return composed.kind === 'key_reused'
      ? { ...composed, problem: 'This was sent already: look above before you send it again.' }
      : composed
  }
}

/** The hints for a draft; nothing when there are none. */
export function hintsList(hints: readonly Hint[]): Html | '' {
  return hints.length === 0
    ? ''
    : html`<ul class="hints">${hints.map((hint) => html`<li><b>${hint.found}</b> ${hint.advice}</li>`)}</ul>`
}
