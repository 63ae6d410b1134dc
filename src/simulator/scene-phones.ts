import { html } from 'hono/html'
import type { PhoneCall } from './call-world.ts'
import { callOnPhone, dialForm, speakForm } from './scene-calls.ts'
import { dayAndTime, languageName, phoneWords, screenDirection, spacedNumber } from './scene-words.ts'
import type { Contact, Phone } from './stage.ts'
import type { HandsetText } from './world.ts'

/** One phone with what is on its screen. */
export type PhoneView = {
  readonly phone: Phone
  readonly contact: Contact
  /** Whom the contact's number really leads to. */
  readonly other: Phone
  /** Texts with this contact, oldest first. */
  readonly texts: readonly HandsetText[]
  /** When texts were written, by the carrier's id, where that is known. */
  readonly written: ReadonlyMap<string, Temporal.Instant>
  readonly draft: string
  readonly glows: boolean
  readonly time: string
  readonly zone: string
  /** The newest call of this phone; null: none yet. */
  readonly call: PhoneCall | null
  /** What else a family's phone wrote and read, by the school's number: an office, or another teacher. */
  readonly others: readonly { readonly number: string; readonly texts: readonly HandsetText[] }[]
  /** What a phone that is on nobody's list wrote and read, beside a family's phone; null: it is a staff phone. */
  readonly unknown: readonly HandsetText[] | null
  /** The family whose table this is, for the way back after a form. */
  readonly family: string
}

type Html = ReturnType<typeof html>

/** The body of each kind of phone, drawn around its screen. */
const bodies: Readonly<Record<Phone['kind'], { readonly name: string; readonly draw: (view: PhoneView) => Html }>> = {
  flip: { name: 'basic phone', draw: flipPhone },
  smart: { name: 'own phone', draw: smartPhone },
  landline: { name: 'the landline in the kitchen', draw: kitchenPhone },
}

/** A text that took longer than this shows when it was written, too. */
const LATE_SECONDS = 90

/** A phone on the table, with what its owner sees of the other's number. */
export function phoneOnTable(view: PhoneView): Html {
  const { phone, contact, other } = view
  const { name, draw } = bodies[phone.kind]
  return html`<section class="side ${phone.side}" aria-label="${phone.owner}’s phone">
<h2>${phone.owner} <small>${languageName(phone.language)}, ${name}</small></h2>
${draw(view)}
${phone.kind === 'landline' ? '' : talkingPart(view)}
<p id="about-${phone.id}" class="about">This demo translates its ready sentences. Your own words arrive untranslated, and say so.</p>
<dl class="numbers">
<div><dt>${phone.owner} sees</dt><dd>${spacedNumber(contact.number)}</dd></div>
<div><dt>${phone.owner} never sees</dt><dd><s>${spacedNumber(other.number)}</s></dd></div>
</dl>
${phone.kind === 'landline' ? '' : html`${othersPart(view)}${suggestionLinks(view)}`}
</section>`
}

/** A phone without a screen: everything is heard and spoken. */
function kitchenPhone(view: PhoneView): Html {
  return html`<div class="kitchen"><div class="handset" aria-hidden="true"></div>${callOnPhone(view)}${speakForm(view)}
<button id="aloud" type="button" aria-pressed="false" hidden>Say it aloud</button></div>`
}

/** A phone with a screen talks as well. */
function talkingPart(view: PhoneView): Html {
  const live = view.call !== null && view.call.state !== 'over'
  return html`<div class="talk">${callOnPhone(view)}${live ? speakForm(view) : ''}</div>`
}

function flipPhone(view: PhoneView): Html {
  const words = phoneWords(view.phone.language)
  const keys = [...'123456789*0#']
  return html`<form class="flip" method="post" action="/simulator/text" lang="${view.phone.language}">
${hiddenFields(view)}
<div class="lid"><div class="screen" dir="${screenDirection(view.phone.language)}">
<p class="bar"><span class="bars" aria-hidden="true"></span><bdi class="time">${view.time}</bdi></p>
<p class="peer" dir="auto">${view.contact.label}</p>
${messageList(view, words.empty)}
${composer(view, words.write)}
</div></div>
<div class="hinge" aria-hidden="true"></div>
<div class="base">
<div class="soft"><span class="key" aria-hidden="true">${words.menu}</span><span class="pad" aria-hidden="true"></span>
<button class="key send${view.glows ? ' glow' : ''}">${words.send}</button></div>
<div class="keys" aria-hidden="true">${keys.map((key) => html`<i>${key}</i>`)}</div>
</div>
</form>`
}

function smartPhone(view: PhoneView): Html {
  const words = phoneWords(view.phone.language)
  return html`<form class="smart" method="post" action="/simulator/text" lang="${view.phone.language}">
${hiddenFields(view)}
<div class="screen" dir="${screenDirection(view.phone.language)}">
<p class="bar"><bdi class="time">${view.time}</bdi><span class="bars" aria-hidden="true"></span></p>
<p class="peer"><b dir="auto">${view.contact.label}</b> <small dir="ltr">${spacedNumber(view.contact.number)}</small></p>
${messageList(view, words.empty)}
<div class="write">${composer(view, words.write)}
<button class="send${view.glows ? ' glow' : ''}">${words.send}</button></div>
</div>
</form>`
}

function hiddenFields(view: PhoneView): Html {
  return html`<input type="hidden" name="phone" value="${view.phone.id}"><input type="hidden" name="to" value="${view.contact.number}">
<input type="hidden" name="family" value="${view.family}">`
}

function composer(view: PhoneView, label: string): Html {
  const id = `draft-${view.phone.id}`
  return html`<textarea id="${id}" name="body" rows="3" maxlength="1600" required dir="auto" aria-label="${label}" aria-describedby="about-${view.phone.id}" placeholder="${label}">${view.draft}</textarea>`
}

/** The screen scrolls from its end, so the newest text shows without a script. Twilio's own answers to keywords are English. */
function messageList(view: PhoneView, empty: string): Html {
  return html`<div class="texts" tabindex="0" role="log" aria-label="${view.phone.owner}, ${view.contact.label}">
<ol id="texts-${view.phone.id}">${view.texts.map(
    (text) =>
      html`<li id="${text.id}" class="${text.kind}"><p dir="auto" lang="${text.sid === null && text.kind === 'received' ? 'en' : view.phone.language}">${text.body}</p>${(
        text.pictures ?? []
      ).map(
        (key) => html`<img src="/simulator/pictures/${key}" alt="A picture on ${view.phone.owner}’s phone">`,
      )}${timesOf(text, view)}</li>`,
  )}</ol><p class="none">${empty}</p></div>`
}

/** When a text arrived or was sent and, where that was long before, when it was written. */
function timesOf(text: HandsetText, { phone, zone, written }: PhoneView): Html {
  const at = Temporal.Instant.from(text.at)
  const begun = text.kind === 'received' && text.sid !== null ? written.get(text.sid) : undefined
  const shown = (one: Temporal.Instant) => html`<bdi>${dayAndTime(one, zone, phone.language)}</bdi>`
  if (begun === undefined || at.since(begun).total('seconds') < LATE_SECONDS)
    return html`<time datetime="${text.at}">${shown(at)}</time>`
  const words = phoneWords(phone.language)
  return html`<time datetime="${text.at}">${words.written} ${shown(begun)}<br>${words.arrived} ${shown(at)}</time>`
}

/** Links that put a ready sentence into the phone; with the script they do so without a reload. */
function suggestionLinks(view: PhoneView): Html {
  const { phone, contact } = view
  return html`<details class="ready"${view.unknown?.length ? html` open` : ''}><summary>Other sentences, a drawing, or a call</summary><ul>${contact.suggestions.map(
    (sentence, index) =>
      html`<li><a href="/simulator?family=${view.family}&amp;phone=${phone.id}&amp;draft=${index}#draft-${phone.id}" data-fill="draft-${phone.id}" lang="${phone.language}" dir="auto">${sentence}</a></li>`,
  )}</ul><form method="post" action="/simulator/text">${hiddenFields(view)}<button name="picture" value="yes">Send a drawing</button></form>${dialForm(view)}${unknownPart(view)}</details>`
}

/** Texts of the school's other numbers on the same phone, each to be answered. */
function othersPart({ others, phone, family }: PhoneView): Html {
  const words = phoneWords(phone.language)
  return html`<div id="others-${phone.id}" data-live class="others">${others.map(
    ({ number, texts }) =>
      html`<p>Also on this phone, from ${spacedNumber(number)}</p><ol lang="${phone.language}">${texts.map((text) => html`<li class="${text.kind}"><p dir="auto">${text.body}</p></li>`)}</ol><form method="post" action="/simulator/text"><input type="hidden" name="phone" value="${phone.id}"><input type="hidden" name="to" value="${number}"><input type="hidden" name="family" value="${family}"><input name="body" maxlength="1600" required dir="auto" lang="${phone.language}" aria-label="${words.write}" placeholder="${words.write}"><button>${words.send}</button></form>`,
  )}</div>`
}

/** A phone that the school does not know: who reads it is the office, under Tasks. */
function unknownPart({ unknown, contact, family }: PhoneView): Html | '' {
  if (unknown === null) return ''
  return html`<form method="post" action="/simulator/unknown"><input type="hidden" name="to" value="${contact.number}"><input type="hidden" name="family" value="${family}"><button>Text the school from a phone that nobody knows</button></form><div id="unknown" data-live>${
    unknown.length === 0
      ? ''
      : html`<p>What that phone wrote and read. <a href="/tasks">The office finds it under Tasks.</a></p><ol>${unknown.map((text) => html`<li class="${text.kind}"><p dir="auto">${text.body}</p></li>`)}</ol>`
  }</div>`
}
