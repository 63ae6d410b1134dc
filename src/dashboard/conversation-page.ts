/** A conversation's page: the thread with original and translation, and the composer. */

import { randomUUID } from 'node:crypto'
import { html } from 'hono/html'
import { hasVoice } from '../core/call-voices.ts'
import { sendTime } from '../relay/prepare.ts'
import { type Cursor, type ExchangeRecord, type ExchangeView, writeCursor } from '../store/exchange-view.ts'
import type { ThreadHead } from '../store/thread-view.ts'
import { phrases } from '../translators/phrasebook.ts'
import type { Previewed } from './conversation.ts'
import type { Html } from './page.ts'
import { attachments } from './pictures.ts'
import { hintsList } from './sending.ts'
import { pictureField } from './upload.ts'
import { arrives, clockTag, dayHeading, duration, engineName, languageWords, namesInWords, outcome } from './words.ts'

/** What somebody is writing. */
export type Draft = {
  readonly body: string
  readonly urgent: boolean
  readonly reason: string
  /** Whether a picture is to go along. */
  readonly picture: boolean
  /** The message whose picture may go once more; null: none. */
  readonly same: string | null
}

/** Everything that the page shows. */
export type ConversationView = {
  readonly head: ThreadHead
  readonly thread: { readonly records: readonly ExchangeRecord[]; readonly older: Cursor | null }
  readonly now: Temporal.Instant
  readonly pulse: string
  readonly draft: Draft
  readonly problem: string | null
  readonly previewed: Previewed | null
  readonly mayBeUrgent: boolean
  /** Whether what was written stands before its translation. */
  readonly originalFirst: boolean
}

/** US dollars that a segment costs: Twilio's list price for US texts with the carriers' fees, autumn 2026. A rough figure, and said to be one. */
const SEGMENT_DOLLARS = 0.012
/** The same of a picture message, however long its words. */
const PICTURE_DOLLARS = 0.03

/** The page. */
export function conversationPage(view: ConversationView): Html {
  const { head, thread, now, originalFirst } = view
  const zone = head.hours?.zone ?? 'UTC'
  const days = Map.groupBy(thread.records, ({ view: x }) => dayHeading(Temporal.Instant.from(x.at), now, zone))
  return html`<div class="bar" data-watch="/live?of=${head.id}&was=${view.pulse}"><div><p class="crumb"><a href="/inbox">Inbox</a></p>
<h1><bdi>${head.students.length > 0 ? namesInWords(head.students) : namesInWords(head.guardians)}</bdi></h1>
<p class="sub"><bdi>${namesInWords(head.guardians)}</bdi>${head.languages.length > 0 ? ` · ${head.languages.map(languageWords).join(', ')}` : ''}${
    head.own ? '' : html` · <b>conversation of <bdi>${head.staffName}</bdi>; that you looked is in the log</b>`
  }</p></div><div class="row"><a class="quiet" href="?first=${originalFirst ? 'understood' : 'original'}">${originalFirst ? 'Translation first' : 'As written first'}</a>${callButton(view)}</div></div>
${thread.older === null ? '' : html`<p class="more"><a class="button" href="?before=${writeCursor(thread.older)}">Earlier messages</a></p>`}
<div id="thread" data-live class="thread">${
    thread.records.length === 0 ? html`<p class="empty">Nothing has been said here yet.</p>` : ''
  }${[...days].map(
    ([day, records]) => html`<h2 class="day">${day}</h2><ol>${records.map(({ view: x }) => exchangeItem(x, view, zone))}</ol>`,
  )}</div><div id="end"></div>
${head.own && !head.ended ? composer(view, zone) : ''}${head.ended ? html`<p class="note">This conversation has ended: the phone belongs to another family now, or to nobody.</p>` : ''}`
}

function exchangeItem(x: ExchangeView, { head, now, originalFirst }: ConversationView, zone: string): Html {
  const mine = x.direction === 'to_family'
  const { original, translation } = x
  const written = languageWords(original.language)
  const texts =
    translation === null
      ? [{ ...original, label: isForeign(x, head) ? `${written}, not translated` : '' }]
      : [
          { ...translation, label: `${languageWords(translation.language)}, translated by ${engineName(translation.by)}` },
          { ...original, label: `${written}, as ${mine ? 'you wrote it' : 'it was written'}` },
        ]
  // What the reader understands stands first: a family's words translated, one's own as written.
  const ordered = mine !== originalFirst ? texts.toReversed() : texts
  const at = Temporal.Instant.from(x.at)
  const state = mine ? outcome(x, now, zone) : null
  return html`<li id="x-${x.id}" class="${mine ? 'mine' : 'theirs'}">
${x.kind === 'message' ? '' : html`<p class="kind">${x.kind === 'call' ? 'Call' : 'Voice message'}${x.seconds === null ? '' : html` · ${duration(x.seconds)}`}</p>`}
${ordered.map((text, i) =>
  text.text.trim() === ''
    ? ''
    : html`<div class="${i === 0 ? 'side' : 'side other'}"><p class="words" lang="${text.language}" dir="auto">${text.text}</p>${
        text.label === '' ? '' : html`<p class="label">${text.label}</p>`
      }</div>`,
)}
${attachments(x, head)}
${x.kind === 'voicemail' && x.original.text.trim() === '' ? html`<p class="label">No words yet: listen to it.</p>` : ''}
${x.recording === null ? '' : html`<audio controls preload="none" src="/exchanges/${x.id}/audio">Your browser plays no sound.</audio>`}
<p class="foot">${clockTag(at, zone)}${state === null ? '' : html` · <span class="${state.tone}">${state.words}</span>`}</p>
${mine ? decisions(x, head) : ''}</li>`
}

/** Whether whoever gets it may not understand it: it is in neither of the reader's languages, and nothing is still on its way to a translator. */
function isForeign(x: ExchangeView, head: ThreadHead): boolean {
  if (x.status === 'received' || x.original.text.trim() === '') return false
  const understood = x.direction === 'to_family' ? head.languages : ['en']
  const base = (tag: string) => tag.split('-', 1)[0]
  return !understood.some((tag) => base(tag) === base(x.original.language))
}

/** What a person may decide about a message that waits, or of which nobody knows whether it arrived. */
function decisions(x: ExchangeView, head: ThreadHead): Html | '' {
  const button = (action: string, words: string, kind = 'quiet') =>
    html`<form method="post" action="/exchanges/${x.id}/${action}"><input type="hidden" name="back" value="/conversations/${head.id}"><button class="${kind}">${words}</button></form>`
  if (x.status === 'held' || x.status === 'queued')
    return html`<div class="actions">${button('release', 'Send now')}${button('edit', 'Edit')}${button('cancel', 'Cancel')}</div>`
  const last = x.events.findLast(({ what }) => what === 'unknown' || what === 'dismissed' || what === 'again')
  if (x.status === 'failed' && last?.what === 'unknown')
    return html`<div class="actions">${button('again', 'Send again')}${button('dismiss', 'Leave it')}</div>`
  return ''
}

function callButton({ head }: ConversationView): Html | '' {
  if (!head.own || head.isDesk || head.ended || head.optedOut) return ''
  const spoken = head.languages[0] !== undefined && hasVoice(head.languages[0])
  return html`<details class="menu"><summary class="button">Call</summary><form method="post" action="/conversations/${head.id}/call">
<p class="hint">Your own phone rings first, then the family’s. Neither sees the other’s number.</p>
<button name="with" value="">Call</button><button name="with" value="interpreter">Call with the school’s interpreter</button>${
    spoken ? html`<button name="with" value="machine">Call, interpreted by a machine</button>` : ''
  }</form></details>`
}

function composer(view: ConversationView, zone: string): Html {
  const { head, draft, now } = view
  if (head.optedOut)
    return html`<p class="note">This family asked to get no more messages (STOP). They come back by texting START to any number of the school; until then use another way.</p>`
  const time = sendTime(now, { urgent: false, optedOut: false, hours: head.hours })
  const when =
    time.sendAfter === null
      ? 'The school has set no hours yet, so nothing goes out.'
      : time.status === 'held'
        ? `It waits and arrives ${arrives(time.sendAfter, now, zone)}.`
        : 'It goes out at once.'
  const language = head.languages[0] ?? 'en'
  return html`<form class="composer" id="write" method="post" enctype="multipart/form-data" action="/conversations/${head.id}/messages" data-preview="/conversations/${head.id}/preview" data-draft="${head.id}">
${view.problem === null ? '' : html`<p class="wrong" role="alert">${view.problem}</p>`}
<input type="hidden" name="key" value="${randomUUID()}">
<label for="body">Write to <bdi>${namesInWords(head.guardians)}</bdi></label>
<textarea id="body" name="body" rows="3" maxlength="1600" dir="auto" required aria-describedby="when">${draft.body}</textarea>
${pictureField(draft.picture)}${draft.same === null ? '' : html`<label class="tick"><input type="checkbox" name="same" value="${draft.same}" checked> Send the picture of before again</label>`}
<div id="preview" aria-live="polite">${previewPart(view.previewed, head.id)}</div>
<div class="row"><p class="when" id="when">${when}</p><button class="quiet" formaction="/conversations/${head.id}/preview">Show what arrives</button><button class="main">Send</button></div>
${
  view.mayBeUrgent && time.status === 'held'
    ? html`<details${draft.urgent ? ' open' : ''}><summary>This cannot wait</summary><p class="hint">It goes out now, outside the family’s hours. Your reason is kept in the log; the family does not see it.</p>
<label class="tick"><input type="checkbox" name="urgent" value="yes"${draft.urgent ? ' checked' : ''}> Send it now as urgent</label><label for="reason">Why it cannot wait</label><input id="reason" name="reason" maxlength="300" value="${draft.reason}"></details>`
    : ''
}
<details><summary>Ready-made phrases</summary><p class="hint">These are translated word for word, without a machine. Put in what stands in braces.</p>
<ul class="phrases">${phrases('en')
    .filter(({ id }) => !id.startsWith('F'))
    .map((phrase) => html`<li><a href="?body=${encodeURIComponent(phrase.text)}#write" data-phrase>${phrase.text}</a></li>`)}</ul>
<p class="hint">${languageWords(language)} is what the school has on file for this family.</p></details></form>`
}

/** What the family would get, and what might be said more plainly. */
export function previewPart(previewed: Previewed | null, conversationId: string): Html {
  if (previewed === null) return html``
  const { prepared, segments, hints, language, back, picture } = previewed
  const dollars = prepared.withPictures ? PICTURE_DOLLARS : segments * SEGMENT_DOLLARS
  const cents = Math.max(1, Math.round(dollars * 100))
  const byCall = prepared.channel === 'call'
  return html`<section class="preview" aria-label="What arrives"><h3>${byCall ? 'The family’s phone rings and a voice says' : 'The family gets'}</h3>
<p class="words" lang="${language}" dir="auto">${prepared.body ?? prepared.translation?.text ?? ''}</p>
${
  prepared.translationNote === 'not_translated'
    ? html`<p class="warn">Nobody can translate this just now: it goes out as you wrote it, with a line that says so.</p>`
    : prepared.translationNote === 'differs'
      ? html`<p class="warn">A number, time or name came out differently, so your own words go along.</p>`
      : ''
}
${prepared.hold === 'person' ? html`<p class="warn">No voice speaks ${languageWords(language)}: somebody has to say it first. It is in the queue for that.</p>` : ''}
${
  !picture
    ? ''
    : prepared.withPictures
      ? html`<p class="hint">Your picture goes along.</p>`
      : html`<p class="warn">${byCall ? 'A call carries no picture: the voice says that there is something to ask the school for.' : 'This phone takes no pictures: your words go without it, with a line that there is something to ask the school for.'}</p>`
}
${byCall ? '' : html`<p class="hint">${prepared.withPictures ? 'One picture message' : segments === 1 ? 'One text' : `${segments} texts in one`}, about ${cents} ${cents === 1 ? 'cent' : 'cents'}.</p>`}
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
