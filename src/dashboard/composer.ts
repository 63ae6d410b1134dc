/** Where a message is written: what is typed, what the family would get of it, and how and when it goes. */

import { randomUUID } from 'node:crypto'
import { html } from 'hono/html'
import { hasVoice } from '../core/call-voices.ts'
import type { Hint } from '../core/plain-words.ts'
import { isUuid } from '../core/uuid.ts'
import type { Prepared } from '../relay/prepare-ports.ts'
import { sendTime } from '../relay/prepared.ts'
import type { Sentence } from '../store/sentences.ts'
import type { ThreadHead } from '../store/thread-view.ts'
import { dollarsOf, moneyInWords } from './arriving.ts'
import { type Later, laterFields, laterIn, NOT_LATER, whenPart } from './later.ts'
import type { Html } from './page.ts'
import { hintsList, wrongDraft } from './sending.ts'
import { type Addressee, aboutStudents, sentencesPart } from './sentences.ts'
import { pictureField } from './upload.ts'
import type { Fields } from './wall.ts'
import { languageWords, namesInWords } from './words.ts'

/** What somebody is writing. */
export type Draft = {
  readonly body: string
  readonly urgent: boolean
  readonly reason: string
  readonly later: Later
  readonly byVoice: boolean
  /** Whether a picture is to go along. */
  readonly picture: boolean
  /** The message whose picture may go once more; null: none. */
  readonly same: string | null
  /** The waiting message whose place this one takes when it is sent; null: none. */
  readonly replaces: string | null
}

/** What a draft would become. */
export type Previewed = {
  readonly prepared: Prepared
  /** The text as the phone gets it, with the introduction where it is the first; null: there is none. */
  readonly body: string | null
  readonly segments: number
  readonly hints: readonly Hint[]
  /** Whether a picture is to go along; `prepared` says whether it does. */
  readonly picture: boolean
  readonly language: string
  /** What of it stays in the writer's language, in a sentence; empty: nothing. */
  readonly kept: string
  /** The translation put back; undefined: nobody asked, null: it cannot be. */
  readonly back: string | null | undefined
}

/** Everything that the composer shows. */
export type ComposerView = {
  readonly head: ThreadHead
  readonly now: Temporal.Instant
  readonly draft: Draft
  readonly problem: string | null
  readonly previewed: Previewed | null
  readonly mayBeUrgent: boolean
  /** sourcedId of who writes. */
  readonly reader: string
  readonly saved: readonly Sentence[]
  readonly to: Addressee
  /** Said of a sentence that was saved; null: nothing. */
  readonly noted: string | null
}

/** A draft of these words and no wishes. */
export const draftOf = (body: string): Draft => ({
  body,
  urgent: false,
  reason: '',
  later: NOT_LATER,
  byVoice: false,
  picture: false,
  same: null,
  replaces: null,
})

/** The draft that a form's fields bring. */
export const draftFields = (fields: Fields): Draft => ({
  body: fields('body'),
  urgent: fields('urgent') === 'yes',
  reason: fields('reason').slice(0, 300),
  later: laterIn(fields),
  byVoice: fields('voice') === 'yes',
  // The script says that one is chosen, and sends it with the message alone.
  picture: fields('picture') === 'yes',
  same: isUuid(fields('same')) ? fields('same') : null,
  replaces: isUuid(fields('replaces')) ? fields('replaces') : null,
})

/** The form. */
export function composer(view: ComposerView): Html {
  const { head, draft, now } = view
  if (head.optedOut)
    return html`<p class="note">This family asked to get no more messages (STOP). They come back by texting START to any number of the school; until then use another way.</p>`
  const closed = sendTime(now, { urgent: false, optedOut: false, hours: head.hours, notBefore: null }).status === 'held'
  const language = head.languages[0] ?? 'en'
  return html`<form class="composer" id="write" method="post" enctype="multipart/form-data" action="/conversations/${head.id}/messages" data-preview="/conversations/${head.id}/preview" data-draft="${draft.replaces ?? head.id}">
${view.problem === null ? '' : html`<p class="wrong" role="alert">${view.problem}</p>`}${view.noted === null ? '' : html`<p class="note" role="status">${view.noted}</p>`}
${draft.replaces === null ? '' : html`<p class="note">You are changing a message that waits: what you send takes its place. Until then it stays as it is. <a href="/conversations/${head.id}#x-${draft.replaces}">Leave it</a></p><input type="hidden" name="replaces" value="${draft.replaces}">`}
<input type="hidden" name="key" value="${randomUUID()}">${head.claim === null ? '' : html`<input type="hidden" name="despite" value="${head.claim.staffId}">`}
<label for="body">Write to <bdi>${head.unknownPhone === null ? namesInWords(head.guardians) : 'the unknown phone'}</bdi></label>${
    head.unknownPhone === null
      ? ''
      : html`<p class="hint">Name no child and say nothing private: you do not know who reads it.</p>`
  }
<textarea id="body" name="body" rows="3" dir="auto" required aria-describedby="when">${draft.body}</textarea>
<div id="preview" aria-live="polite">${previewPart(view)}</div>
${head.ownPhone === 'off' ? html`<p class="hint">Your own phone is off, so the answer is read here only. <a href="/account/phone">Change that</a></p>` : ''}
${pictureField(draft.picture)}${draft.same === null ? '' : html`<label class="tick"><input type="checkbox" name="same" value="${draft.same}" checked> Send the picture of before again</label>`}${laterFields(draft.later, now, head.zone)}${callChoice(head, draft, language)}
${
  view.mayBeUrgent && closed
    ? html`<details${draft.urgent ? ' open' : ''}><summary>This cannot wait</summary><p class="hint">It goes out now, outside the family’s hours. Your reason is kept in the log; the family does not see it.</p>
<label class="tick"><input type="checkbox" name="urgent" value="yes"${draft.urgent ? ' checked' : ''}> Send it now as urgent</label><label for="reason">Why it cannot wait</label><input id="reason" name="reason" maxlength="300" value="${draft.reason}"></details>`
    : ''
}
<div class="row"><button class="quiet" formaction="/conversations/${head.id}/preview">Show what arrives</button><button class="main">${head.claim === null || head.claim.staffId === view.reader ? 'Send' : 'Send all the same'}</button></div>
${sentencesPart(`/conversations/${head.id}`, view.saved, view.to)}
${head.unknownPhone === null ? html`<p class="hint">${languageWords(language)} is what the school has on file for this family.</p>` : ''}</form>`
}

/** "As a call", where the family takes calls. */
function callChoice(head: ThreadHead, draft: Draft, language: string): Html {
  if (head.refusesCalls) return html`<p class="hint">This family asked for no calls, so messages go as texts.</p>`
  return html`<details${draft.byVoice ? ' open' : ''}><summary>As a call</summary><label class="tick"><input type="checkbox" name="voice" value="yes"${draft.byVoice ? ' checked' : ''}> Say it by phone instead of a text</label>
<p class="hint">${
    hasVoice(language)
      ? 'The family’s phone rings, and a voice reads the message to whoever presses a key. It is tried three times; you see here whether somebody heard it to the end.'
      : `No voice speaks ${languageWords(language)}: a person has to record the message before the family is called.`
  }</p></details>`
}

/** What the family would get, when, and what might be said more plainly. */
export function previewPart(view: Pick<ComposerView, 'head' | 'now' | 'draft' | 'previewed' | 'to'>): Html {
  const { head, now, draft } = view
  const wrong = draft.body.trim() === '' ? null : wrongDraft(draft.body, aboutStudents(view.to))
  if (wrong !== null) return html`<p class="when bad" id="when">${wrong}</p>`
  return html`${view.previewed === null ? '' : previewSection(view.previewed, head.id)}${whenPart({ body: draft.body, later: draft.later, urgent: draft.urgent, hours: head.hours, zone: head.zone, byCall: draft.byVoice || head.byCall }, now)}`
}

function previewSection(
  { prepared, body, segments, hints, kept, picture, language, back }: Previewed,
  conversationId: string,
): Html {
  const byCall = prepared.channel === 'call'
  return html`<section class="preview" aria-label="What arrives"><h3>${byCall ? 'The family’s phone rings and a voice says' : 'The family gets'}</h3>
<p class="words" lang="${language}" dir="auto">${body ?? prepared.translation?.text ?? ''}</p>
${
  prepared.translationNote === 'not_translated'
    ? html`<p class="warn">Nobody can translate this just now: it goes out as you wrote it, with a line that says so.</p>`
    : prepared.translationNote === 'differs'
      ? html`<p class="warn">A number, time or name came out differently, so your own words go along.</p>`
      : ''
}
${kept === '' ? '' : html`<p class="warn"><bdi>${kept}</bdi></p>`}
${prepared.hold === 'person' ? html`<p class="warn">No voice speaks ${languageWords(language)}: somebody has to say it first. It is in the queue for that.</p>` : ''}
${
  !picture
    ? ''
    : prepared.withPictures
      ? html`<p class="hint">Your picture goes along.</p>`
      : html`<p class="warn">${byCall ? 'A call carries no picture: the voice says that there is something to ask the school for.' : 'This phone takes no pictures: your words go without it, with a line that there is something to ask the school for.'}</p>`
}
${byCall ? '' : html`<p class="hint">${prepared.withPictures ? 'One picture message' : segments === 1 ? 'One text' : `${segments} texts in one`}, about ${moneyInWords(dollarsOf(prepared, segments))}.</p>`}
${
  back === undefined
    ? prepared.translation === null
      ? ''
      : html`<button class="quiet" name="back" value="yes" formaction="/conversations/${conversationId}/preview">Translate it back</button>`
    : back === null
      ? html`<p class="hint">It cannot be put back just now.</p>`
      : html`<p class="hint">Put back by machine: <bdi>${back}</bdi></p>`
}${hintsList(hints)}</section>`
}
