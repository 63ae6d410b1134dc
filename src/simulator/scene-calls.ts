/** A phone's call on the page: it rings, shows who is there, says what is spoken, and takes keys and words. */

import { html } from 'hono/html'
import type { Heard, PhoneCall, Waiting } from './call-world.ts'
import { languageName, screenDirection, spacedNumber } from './scene-words.ts'
import type { Contact, Phone } from './stage.ts'

/** One phone's side of the telephone. */
export type CallView = {
  readonly phone: Phone
  readonly contact: Contact
  readonly call: PhoneCall | null
  readonly family: string
  readonly glows: boolean
}

type Html = ReturnType<typeof html>

/** What a phone waits for when somebody is to speak. */
const SPEAKS: ReadonlySet<Waiting> = new Set(['speech', 'recording'])
const KEYS = [...'123456789*0#']

/** What the phone does now; the script replaces it whenever something happens. */
export function callOnPhone(view: CallView): Html {
  const { phone, call } = view
  const live = call !== null && call.state !== 'over'
  return html`<div id="call-${phone.id}" class="call${live ? ' live' : ''}${live && view.glows && SPEAKS.has(call.waits) ? ' speaks' : ''}" data-live>${
    call === null || call.state === 'over' ? idle(view) : call.state === 'rings' ? ringing(view, call) : talking(view, call)
  }</div>`
}

function idle(view: CallView): Html {
  const { call } = view
  // A phone with a screen has its key for calls beside its ready sentences.
  if (view.phone.kind !== 'landline') return html``
  return html`${call === null ? '' : transcript(view, call)}
${dialForm(view)}`
}

/** The key that calls the contact. */
export function dialForm(view: Pick<CallView, 'phone' | 'contact' | 'family'>): Html {
  const { contact } = view
  return html`<form method="post" action="/simulator/call">${fields(view)}<input type="hidden" name="to" value="${contact.number}">
<button name="do" value="dial">Call ${contact.label}</button></form>`
}

function ringing(view: CallView, call: PhoneCall): Html {
  const name = call.other === view.contact.number ? view.contact.label : 'A number'
  return html`<p class="ring" role="status"><b>Rings:</b> ${name} <small>${spacedNumber(call.other)}</small></p>
<form method="post" action="/simulator/call">${fields(view)}
<button name="do" value="answer"${view.glows ? html` class="glow"` : ''}>Answer</button> <button name="do" value="hang-up">Decline</button></form>`
}

function talking(view: CallView, call: PhoneCall): Html {
  return html`${transcript(view, call)}
<form method="post" action="/simulator/call" class="pad12" aria-label="Keypad">${fields(view)}<input type="hidden" name="do" value="press">
${KEYS.map((key) => html`<button name="keys" value="${key}"${view.glows && key === suggestedKey(call) ? html` class="glow"` : ''}>${key}</button>`)}</form>
<form method="post" action="/simulator/call">${fields(view)}<button name="do" value="hang-up">Hang up</button></form>`
}

/** Where the story goes on: the gate, the answer, sending it. */
function suggestedKey(call: PhoneCall): string | null {
  if (!call.waits.includes('keys')) return null
  const pressed = call.heard.flatMap((one) => (one.kind === 'pressed' ? [one.keys] : []))
  const spoke = call.heard.some((one) => one.kind === 'spoke')
  return pressed.length === 0 || spoke ? '1' : pressed.length === 1 ? '2' : null
}

function transcript(view: CallView, call: PhoneCall): Html {
  const item = (one: Heard) => (ITEMS[one.kind] as (one: Heard, view: CallView) => Html)(one, view)
  return html`<div class="heard" tabindex="0" role="log" aria-live="polite" aria-label="What is heard at ${view.phone.owner}’s phone"><ol>${call.heard.map(item)}</ol></div>`
}

type Items = { readonly [Kind in Heard['kind']]: (one: Extract<Heard, { kind: Kind }>, view: CallView) => Html }

const ITEMS: Items = {
  said: ({ language, text }) =>
    html`<li class="said" lang="${language}" dir="${screenDirection(language)}"><small lang="en" dir="ltr">${languageName(language)} voice</small> ${text}</li>`,
  played: () => html`<li class="said"><small>recording of a person</small></li>`,
  tone: () => html`<li><small>a tone</small></li>`,
  pressed: ({ keys }) => html`<li class="did">pressed ${keys}</li>`,
  spoke: ({ words }, { phone }) => html`<li class="did" lang="${phone.language}" dir="auto">“${words}”</li>`,
  bridged: () => html`<li><small>put through: the two talk</small></li>`,
}

/** What one says on the phone is typed here; it is not among the parts that are replaced, so that nobody loses words. */
export function speakForm(view: CallView): Html {
  const id = `words-${view.phone.id}`
  return html`<form method="post" action="/simulator/call" class="speak">${fields(view)}<input type="hidden" name="do" value="speak">
<label for="${id}">Speak (typed)</label><input id="${id}" name="words" maxlength="300" lang="${view.phone.language}" dir="auto" autocomplete="off" value="${view.contact.suggestions[0] ?? ''}">
<button>Say it</button></form>`
}

function fields(view: Pick<CallView, 'phone' | 'family'>): Html {
  return html`<input type="hidden" name="phone" value="${view.phone.id}"><input type="hidden" name="family" value="${view.family}">`
}
