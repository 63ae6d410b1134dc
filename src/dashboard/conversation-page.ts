/** A conversation's page: the thread with original and translation, above the composer. */

import { html } from 'hono/html'
import { hasVoice } from '../core/call-voices.ts'
import type { ExchangeRecord, ExchangeView } from '../store/exchange-record.ts'
import { type Cursor, writeCursor } from '../store/exchange-view.ts'
import type { ThreadHead } from '../store/thread-view.ts'
import { claimBar, type Telling } from './claiming.ts'
import { type ComposerView, composer } from './composer.ts'
import { eventInWords } from './event-words.ts'
import { misreadDays } from './later.ts'
import type { Html } from './page.ts'
import { attachments } from './pictures.ts'
import {
  clockBeside,
  clockTag,
  dayHeading,
  duration,
  engineName,
  familyInWords,
  languageWords,
  namesInWords,
  onOwnPhone,
  outcome,
  timeTag,
} from './words.ts'

/** Everything that the page shows. */
export type ConversationView = ComposerView & {
  readonly thread: {
    readonly records: readonly ExchangeRecord[]
    readonly older: Cursor | null
    /** When the family went on at another phone, as seen. */
    readonly moves: readonly Temporal.Instant[]
  }
  readonly pulse: string
  /** Where this page stands, whatever form it answers: the script looks there again. */
  readonly address: string
  /** Whether what was written stands before its translation. */
  readonly originalFirst: boolean
  readonly asSeen: Telling['asSeen']
}

/** The page. */
export function conversationPage(view: ConversationView): Html {
  const { head, thread, now, originalFirst } = view
  const { zone } = head
  const items = [
    ...thread.records.map((record) => ({
      at: Temporal.Instant.from(record.view.at),
      line: (record.author === 'gateway' ? noticeItem : exchangeItem)(record, view, zone),
    })),
    ...thread.moves.map((at) => ({ at, line: movedItem(at, zone) })),
  ].sort((a, b) => Temporal.Instant.compare(a.at, b.at))
  const days = Map.groupBy(items, ({ at }) => dayHeading(at, now, zone))
  return html`<div class="bar" data-watch="/live?of=${head.id}&was=${view.pulse}" data-page="${view.address}"><div><p class="crumb">${head.own ? html`<a href="/inbox">Inbox</a>` : html`<a href="/oversight">Oversight</a>`}</p>
<h1><bdi>${familyInWords(head)}</bdi></h1>
<p class="sub">${head.own && head.isDesk ? html`<b><bdi>${head.staffName}</bdi></b> · ` : ''}<bdi>${namesInWords(head.guardians)}</bdi>${head.languages.length > 0 ? ` · ${head.languages.map(languageWords).join(', ')}` : ''}${
    head.own
      ? ''
      : html`${head.guardians.length + head.languages.length === 0 ? '' : ' · '}<b>conversation of <bdi>${head.staffName}</bdi>; that you looked is in the log</b>`
  }</p></div><div class="row">${
    head.unknownPhone === null ? '' : html`<a class="button" href="/strangers/${head.unknownPhone}">Say whose phone it is</a>`
  }<a class="quiet" href="/conversations/${head.id}?first=${originalFirst ? 'understood' : 'original'}">${originalFirst ? 'My language first' : 'The family’s language first'}</a>${callButton(view)}</div></div>
${view.problem === null ? '' : html`<p class="wrong"><a href="#write">Not sent</a>: ${view.problem}</p>`}${head.ended || head.otherPhone === null || thread.older !== null ? '' : html`<p class="more"><a href="/conversations/${head.otherPhone}">What was said before, on the phone of then</a></p>`}
${thread.older === null ? '' : html`<p class="more"><a class="button" href="/conversations/${head.id}?before=${writeCursor(thread.older)}">Earlier messages</a></p>`}
<div id="thread" data-live class="thread">${
    thread.records.length === 0 ? html`<p class="empty">Nothing has been said here yet.</p>` : ''
  }${[...days].map(
    ([day, all]) => html`<h2 class="day">${day}</h2><ol>${all.map(({ line }) => line)}</ol>`,
  )}</div>${head.isDesk ? html`<div id="claim" data-live>${claimBar(head, view.reader, { now, zone, asSeen: view.asSeen })}</div>` : ''}<div id="end"></div>
${head.own && !head.ended ? composer(view) : ''}${head.ended ? endedNote(head) : ''}`
}

function endedNote({ otherPhone }: ThreadHead): Html {
  return html`<p class="note">This conversation has ended. ${
    otherPhone === null
      ? 'The family has left the school’s list or has another phone, or the two have no class together any more.'
      : html`The family has another phone now: <a href="/conversations/${otherPhone}">go on there</a>.`
  }</p>`
}

function exchangeItem(record: ExchangeRecord, view: ConversationView, zone: string): Html {
  const { view: x } = record
  const { head, now, originalFirst } = view
  const mine = x.direction === 'to_family'
  const { original, translation } = x
  const written = languageWords(original.language)
  const texts =
    translation === null
      ? [{ ...original, label: isForeign(x, head) ? `${written}, not translated` : '' }]
      : [
          { ...translation, label: `${languageWords(translation.language)}, translated by ${engineName(translation.by)}` },
          { ...original, label: `${written}, as ${mine && head.own && !head.isDesk ? 'you wrote it' : 'it was written'}` },
        ]
  // What the reader understands stands first: a family's words translated, one's own as written.
  const ordered = mine !== originalFirst ? texts.toReversed() : texts
  const at = Temporal.Instant.from(x.at)
  const state = mine ? outcome(record, now, zone) : head.own && head.ownPhone !== 'none' ? onOwnPhone(x, now, zone) : null
  return html`<li id="x-${x.id}" class="${mine ? 'mine' : 'theirs'}">
${x.kind === 'message' ? '' : html`<p class="kind">${x.kind === 'call' ? 'Call' : 'Voice message'}${x.seconds === null ? '' : html` · ${duration(x.seconds)}`}</p>`}
${ordered.map((text, i) =>
  text.text.trim() === ''
    ? ''
    : html`<div class="${i === 0 ? 'side' : 'side other'}"><p class="words" lang="${text.language}" dir="auto">${text.text}</p>${
        text.label === '' ? '' : html`<p class="label">${text.label}</p>`
      }</div>`,
)}
${differs(x) ? DIFFERS : ''}
${attachments(x, head)}
${x.kind === 'voicemail' && x.original.text.trim() === '' ? html`<p class="label">No words yet: listen to it.</p>` : ''}
${x.recording === null ? '' : html`<audio controls preload="none" src="/exchanges/${x.id}/audio">Your browser plays no sound.</audio>`}
<p class="foot">${clockTag(at, zone)}${state === null ? '' : html` · <span class="${state.tone}">${state.words}</span>`}</p>
${mine && (x.status === 'held' || x.status === 'queued') ? misreadPart(x, zone) : ''}${mine ? decisions(record, view) : ''}${head.own ? '' : eventsOf(x, view)}</li>`
}

/** What the gateway said by itself, small: it is nobody's word. */
function noticeItem(record: ExchangeRecord, view: ConversationView, zone: string): Html {
  const { view: x } = record
  const toFamily = x.direction === 'to_family'
  const to = toFamily ? 'the family' : view.head.own && !view.head.isDesk ? 'your phone' : 'the staff phone'
  const state = toFamily ? outcome(record, view.now, zone) : null
  const when = clockTag(Temporal.Instant.from(x.at), zone)
  return notice(x, to, when, state, view.head.own ? '' : eventsOf(x, view))
}

/** Where the family went on at another phone. */
function movedItem(at: Temporal.Instant, zone: string): Html {
  return html`<li class="notice"><p class="foot">From here on the family has another phone · ${clockTag(at, zone)}</p></li>`
}

/** A notice in a thread: to whom and when, and opened its text, what became of it, and `more`. */
export function notice(x: ExchangeView, to: string, when: Html, state: ReturnType<typeof outcome> | null, more: Html | ''): Html {
  return html`<li class="notice"><details id="n-${x.id}"><summary><span>Automatic notice to ${to} · ${when}</span></summary><p lang="${x.original.language}" dir="auto">${x.original.text}</p>${
    state === null ? '' : html`<p class="foot"><span class="${state.tone}">${state.words}</span></p>`
  }${more}</details></li>`
}

/** For who oversees: all that happened to it. */
function eventsOf(x: ExchangeView, { head, asSeen }: ConversationView): Html {
  const day = Temporal.Instant.from(x.at).toZonedDateTimeISO(head.zone).toPlainDate()
  const events = x.events.map((event) => ({ what: event.what, at: asSeen(Temporal.Instant.from(event.at)) }))
  return html`<details class="events" id="e-${x.id}"><summary>What happened to it</summary><ol>${events.map(
    ({ what, at }) => html`<li>${timeTag(at, clockBeside(at.toZonedDateTimeISO(head.zone), day))} ${eventInWords(what)}</li>`,
  )}</ol></details>`
}

/** Said beside a translation whose facts are not those of the original. */
export const DIFFERS = html`<p class="label bad">A number, date, time or name differs between the two: read both.</p>`

/** Whether the translation that holds was found to say another fact than the original; a person's translation was not compared. */
export function differs(x: ExchangeView): boolean {
  return x.events.findLast(({ what }) => what === 'translated' || what === 'differs')?.what === 'differs'
}

/** Whether whoever gets it may not understand it: it is in neither of the reader's languages, and nothing is still on its way to a translator. */
function isForeign(x: ExchangeView, head: ThreadHead): boolean {
  if (x.status === 'received' || x.original.text.trim() === '') return false
  // Until it is prepared nobody has looked what language it is in.
  if (x.original.language === 'und' && !x.events.some(({ what }) => what === 'not_translated')) return false
  const understood = x.direction === 'to_family' ? head.languages : ['en']
  const base = (tag: string) => tag.split('-', 1)[0]
  return !understood.some((tag) => base(tag) === base(x.original.language))
}

/** What would be read on another day than it means, in a message that waits. */
function misreadPart({ original, sendAfter, at }: ExchangeView, zone: string): Html | '' {
  const [read, written] = [sendAfter, at].map((time) => (time === null ? null : Temporal.Instant.from(time)))
  const words = read == null || written == null ? null : misreadDays(original.text, read, written, zone)
  return words === null ? '' : html`<p class="label bad">${words}</p>`
}

/** What the hours hold goes at once for a reason, which stays in the record. */
function urgently(exchangeId: string, conversation: string): Html {
  return html`<details class="now" id="now-${exchangeId}"><summary>Send now</summary><form method="post" action="/exchanges/${exchangeId}/release"><input type="hidden" name="back" value="/conversations/${conversation}"><label for="why-${exchangeId}">Why it cannot wait</label><input id="why-${exchangeId}" data-typed name="reason" maxlength="300" required><button>Send it now, as urgent</button></form></details>`
}

/** What a person may decide about a message that waits, or of which nobody knows whether it arrived. */
function decisions({ view: x, hold }: ExchangeRecord, { head, mayBeUrgent, now }: ConversationView): Html | '' {
  const button = (action: string, words: string, kind = 'quiet') =>
    html`<form method="post" action="/exchanges/${x.id}/${action}"><input type="hidden" name="back" value="/conversations/${head.id}"><button class="${kind}">${words}</button></form>`
  // What only the hours hold goes now as an urgent message, which not everybody may send.
  const putOff = x.notBefore !== null && Temporal.Instant.compare(Temporal.Instant.from(x.notBefore), now) > 0
  const byHours = !putOff && x.status === 'held' && (hold === 'hours' || hold === 'no_hours')
  const release = byHours || (hold === 'person' && !putOff) ? '' : button('release', 'Send now')
  if ((x.status === 'held' || x.status === 'queued') && x.kind !== 'call')
    return html`<div class="actions">${release}${head.own && !head.ended ? html`<a class="button quiet" href="/conversations/${head.id}?edit=${x.id}#write">Edit</a>` : ''}${button('cancel', 'Cancel')}</div>${byHours && mayBeUrgent ? urgently(x.id, head.id) : ''}`
  const last = x.events.findLast(({ what }) => what === 'unknown' || what === 'dismissed' || what === 'again')
  if (x.status === 'failed' && last?.what === 'unknown')
    return html`<div class="actions">${button('again', 'Send again')}${button('dismiss', 'Leave it')}</div>`
  return ''
}

function callButton({ head }: ConversationView): Html | '' {
  if (!head.own || head.isDesk || head.ended || head.optedOut) return ''
  const spoken = head.languages[0] !== undefined && hasVoice(head.languages[0])
  return html`<details class="menu"><summary class="button">Call</summary><form method="post" action="/conversations/${head.id}/call">
<p class="hint">${head.ownPhone === 'off' ? html`Your own phone is off here, so it cannot ring: <a href="/account/phone">switch it on</a> first.` : 'Your own phone rings first, then the family’s. Neither sees the other’s number.'}</p>
<button name="with" value="">Call</button><button name="with" value="interpreter">Call with the school’s interpreter</button>${
    spoken ? html`<button name="with" value="machine">Call, interpreted by a machine</button>` : ''
  }</form></details>`
}
