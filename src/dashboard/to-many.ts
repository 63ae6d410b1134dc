/** A message to many families, of a class or a school: what is written, when it goes, and its sending. */

import type { FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { plainWords } from '../core/plain-words.ts'
import type { Target } from '../relay/compose-ports.ts'
import type { StoredPicture } from '../relay/picture-ports.ts'
import type { Moment } from '../relay/ports.ts'
import { announcementOf } from '../store/announcements.ts'
import { type Audience, audienceOf } from '../store/audience.ts'
import { recipients } from '../store/recipients.ts'
import { momentOf } from '../store/settings.ts'
import type { ThreadHead } from '../store/thread-view.ts'
import { type Languages, whatArrives } from './in-languages.ts'
import { type Later, laterIn, NOT_LATER, whenPart, wishOf } from './later.ts'
import type { Html } from './page.ts'
import { hintsList, type Sender, wrongDraft } from './sending.ts'
import { type Addressee, aboutStudents } from './sentences.ts'
import { uploadIn } from './upload.ts'
import type { Visit } from './visits.ts'
import { fieldsOf } from './wall.ts'

/** What somebody is writing to many. */
export type ManyDraft = { readonly body: string; readonly later: Later; readonly picture: boolean }

/** Nothing yet. */
export const EMPTY_DRAFT: ManyDraft = { body: '', later: NOT_LATER, picture: false }

/** The draft of a form. */
export function manyDraftIn(request: FastifyRequest): ManyDraft {
  const fields = fieldsOf(request)
  // The script says that a picture is chosen, and sends it with the message alone.
  return {
    body: fields('body'),
    later: laterIn(fields),
    picture: fields('picture') === 'yes' || uploadIn(request).kind !== 'none',
  }
}

/** Whom something is written to, and by which hours and clock (the school's). */
export type Many = {
  readonly audience: Audience
  readonly moment: Moment
  readonly zone: string
  readonly hours: ThreadHead['hours']
}

/** Whom sentences speak of in it: nobody's child. */
export function addressed(
  { staff }: Pick<Visit, 'staff'>,
  { zone, moment }: Pick<Many, 'zone'> & { readonly moment: Pick<Moment, 'now'> },
): Addressee {
  return { children: null, teacher: staff.displayName, today: moment.now.toZonedDateTimeISO(zone).toPlainDate() }
}

/** Who would get a message of this person to all of a class or a school; null: there is no such one for this person. */
export async function audienceFor(
  { staff, districtId, read }: Visit,
  to: Parameters<typeof recipients>[3],
): Promise<Pick<Many, 'audience' | 'moment'> | null> {
  return read(async (trx) => {
    const found = await recipients(trx, districtId, staff, to)
    return found === null ? null : { audience: await audienceOf(trx, staff, found), moment: await momentOf(trx) }
  })
}

/** Who gets it and when, and what might be said more plainly; with `each` also what arrives, and at what cost. */
export async function previewOfMany(
  deps: Languages,
  { body, later, picture }: ManyDraft,
  { audience, moment, zone, hours }: Many,
  asked: { readonly urgent: boolean; readonly each: boolean },
): Promise<Html> {
  const wrong = body.trim() === '' ? null : wrongDraft(body, aboutStudents({ children: null }))
  const shown = { body: asked.each && wrong === null ? body : '', picture }
  const who = await whatArrives(deps, audience, shown, moment)
  if (wrong !== null) return html`${who}<p class="when bad" id="when">${wrong}</p>`
  return html`${who}${hintsList(plainWords(body))}${whenPart({ body, later, zone, hours, urgent: asked.urgent, byCall: false }, moment.now)}`
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
    /** The announcement that waits, of which this takes the place, and the picture that it keeps where no other is chosen; null: it is a new one. */
    readonly instead: { readonly id: string; readonly picture: StoredPicture | null } | null
  },
): Promise<SentToMany> {
  const { to, draft, zone, urgentReason, nobody, instead } = given
  const refused = (problem: string) => ({ kind: 'refused', problem }) as const
  const wrong = wrongDraft(draft.body, aboutStudents({ children: null }))
  if (wrong !== null) return refused(wrong)
  const wish = wishOf(draft.later, zone)
  if (wish.kind === 'wrong') return refused(wish.problem)
  const notBefore = wish.kind === 'at' ? wish.at : null
  const upload = uploadIn(request)
  if (upload.kind === 'wrong') return refused(upload.words)
  const picture = upload.kind === 'none' ? (instead?.picture ?? null) : await deps.storePicture(visit.districtId, upload.picture)
  const key = fieldsOf(request)('key')
  const composed = await deps.send(visit, {
    to,
    body: draft.body,
    picture,
    key,
    notBefore,
    urgentReason,
    instead: instead?.id ?? null,
  })
  if (composed.kind === 'not_found') return { kind: 'not_found' }
  if (composed.kind !== 'accepted') return refused(composed.problem)
  const [first] = composed.exchanges
  if (first === undefined && instead === null) return refused(nobody)
  const announcement =
    instead?.id ?? (first === undefined ? null : await visit.read((trx) => announcementOf(trx, visit.districtId, first.id)))
  const said = notBefore !== null ? 'announced_later' : instead === null ? 'announced' : 'announced_anew'
  return { kind: 'sent', path: `/announcements/${announcement}?said=${said}` }
}
