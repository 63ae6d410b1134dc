/** A message to many families, of a class or a school: what is written, when it goes, and its sending. */

import type { FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { plainWords } from '../core/plain-words.ts'
import type { Target } from '../relay/compose-ports.ts'
import { announcementOf } from '../store/announcements.ts'
import type { ThreadHead } from '../store/thread-view.ts'
import { type Later, laterIn, NOT_LATER, whenPart, wishOf } from './later.ts'
import type { Html } from './page.ts'
import { hintsList, type Sender, wrongDraft } from './sending.ts'
import { uploadIn } from './upload.ts'
import type { Visit } from './visits.ts'
import { type Fields, fieldsOf } from './wall.ts'

/** What somebody is writing to many. */
export type ManyDraft = { readonly body: string; readonly later: Later }

/** Nothing yet. */
export const EMPTY_DRAFT: ManyDraft = { body: '', later: NOT_LATER }

/** The draft of a form. */
export const manyDraftIn = (fields: Fields): ManyDraft => ({ body: fields('body'), later: laterIn(fields) })

/** When it goes, and what might be said more plainly. `zone` and `hours`: the school's. */
export const previewOfMany = (
  { body, later }: ManyDraft,
  place: { readonly zone: string; readonly hours: ThreadHead['hours']; readonly urgent: boolean },
  now: Temporal.Instant,
): Html => {
  const wrong = body.trim() === '' ? null : wrongDraft(body)
  if (wrong !== null) return html`<p class="when bad" id="when">${wrong}</p>`
  return html`${hintsList(plainWords(body))}${whenPart({ later, ...place, byCall: false }, now)}`
}

/** What the sending came to: where it is told of, or what is wrong with it. */
export type SentToMany =
  | { readonly kind: 'sent'; readonly path: string }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'not_found' }

/** Sends the form of a request to all of a class or a school. `nobody`: said when there is no family that would get it. */
export async function sendToMany(
  deps: Sender,
  visit: Visit,
  request: FastifyRequest,
  given: {
    readonly to: Target
    readonly draft: ManyDraft
    readonly zone: string
    /** Why it goes outside the hours; null: it does not. */
    readonly urgentReason: string | null
    readonly nobody: string
  },
): Promise<SentToMany> {
  const { to, draft, zone, urgentReason, nobody } = given
  const refused = (problem: string) => ({ kind: 'refused', problem }) as const
  const wrong = wrongDraft(draft.body)
  if (wrong !== null) return refused(wrong)
  const wish = wishOf(draft.later, zone)
  if (wish.kind === 'wrong') return refused(wish.problem)
  const notBefore = wish.kind === 'at' ? wish.at : null
  const upload = uploadIn(request)
  if (upload.kind === 'wrong') return refused(upload.words)
  const picture = upload.kind === 'none' ? null : await deps.storePicture(visit.districtId, upload.picture)
  const key = fieldsOf(request)('key')
  const composed = await deps.send(visit, { to, body: draft.body, picture, key, notBefore, urgentReason })
  if (composed.kind === 'not_found') return { kind: 'not_found' }
  if (composed.kind !== 'accepted') return refused(composed.problem)
  const [first] = composed.exchanges
  if (first === undefined) return refused(nobody)
  const announcement = await visit.read((trx) => announcementOf(trx, visit.districtId, first.id))
  return { kind: 'sent', path: `/announcements/${announcement}?said=${notBefore === null ? 'announced' : 'announced_later'}` }
}
