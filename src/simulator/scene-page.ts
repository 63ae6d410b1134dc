import { html } from 'hono/html'
import { recordOnPage } from './scene-log.ts'
import { type PhoneView, phoneOnTable } from './scene-phones.ts'
import { clockMoves, type Story } from './scene-story.ts'
import { clockTime, languageName } from './scene-words.ts'
import type { Phone, StageClock, StageRecord } from './stage.ts'

/** Everything the page shows. */
export type SceneView = {
  readonly family: PhoneView
  readonly staff: PhoneView
  readonly families: readonly Phone[]
  readonly story: Story
  readonly acts: readonly string[]
  readonly clock: StageClock
  readonly night: boolean
  readonly record: StageRecord
  /** Whether the visitor asked for the whole record. */
  readonly all: boolean
  /** Whether a page that cannot watch should look again by itself in a second. */
  readonly lookAgain: boolean
  readonly broken: Readonly<Record<Breakage, boolean>>
  /** What the visitor has broken before: the glow leads to what is new. */
  readonly tried: ReadonlySet<string>
}

/** What a visitor can break. */
export type Breakage = 'carrier' | 'answer' | 'translator' | 'no-answer' | 'busy' | 'machine' | 'hang-up'

type Html = ReturnType<typeof html>

const breakages: readonly { readonly what: Breakage; readonly name: string; readonly meaning: string; readonly calls?: true }[] =
  [
    {
      what: 'carrier',
      name: 'Carrier down',
      meaning: 'It takes nothing. Send a text and watch it wait; press again and it goes, in its order.',
    },
    {
      what: 'answer',
      name: 'Lost answer',
      meaning: 'It takes the next text, but its answer is lost. The receipt tells; nothing is sent twice.',
    },
    { what: 'translator', name: 'Translator down', meaning: 'Texts wait for it, and nobody gets a guess.' },
    {
      what: 'no-answer',
      name: 'Nobody answers',
      meaning: 'The phone is rung again later, three times in all; then the teacher is told.',
      calls: true,
    },
    { what: 'busy', name: 'The line is busy', meaning: 'It is rung again later.', calls: true },
    { what: 'machine', name: 'A machine answers', meaning: 'It hears whom to call back, and nothing private.', calls: true },
    {
      what: 'hang-up',
      name: 'Hang-up in the middle',
      meaning: 'What was not heard to its end is said again in another call.',
      calls: true,
    },
  ]

/** The whole page. Parts marked `data-live` are what the script replaces when something happens. */
export function scenePage(view: SceneView): Html {
  const { family, staff, story } = view
  const shown = breakagesFor(view)
  const fresh = shown.find(({ what }) => !view.tried.has(what))?.what
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Homeline: a text from ${family.phone.owner} to ${staff.phone.owner}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/simulator/scene.css">
<script src="/simulator/scene.js" defer></script>${view.lookAgain ? html`<noscript><meta http-equiv="refresh" content="1"></noscript>` : ''}</head>
<body class="${view.night ? 'night' : 'day'}${story.travelling ? ' travelling' : ''}">
<header><h1>Homeline</h1><p>A family and a teacher, each in their own language. Neither sees the other’s number.</p>
<p class="demo">Demo: nothing leaves this computer</p></header>
<main>
${familySwitch(view.families, family.phone)}
<div class="table">
${phoneOnTable(family)}
${middle(view)}
${phoneOnTable(staff)}
</div>
<div class="under">
<section id="log" data-live aria-labelledby="log-title"><h2 id="log-title">What the school’s log keeps</h2>${recordOnPage(view.record, view.clock.zone, family.family, view.all)}</section>
<section id="break" class="break" data-live aria-labelledby="break-title"><h2 id="break-title">Break something</h2>
${shown.map(({ what, name, meaning }) => breakSwitch(what, name, meaning, view.broken[what], family.family, story.glow === 'break' && what === fresh))}</section>
</div>
</main></body></html>`
}

function familySwitch(families: readonly Phone[], shown: Phone): Html {
  if (families.length < 2) return html``
  return html`<nav aria-label="Families"><ul>${families.map(
    (phone) =>
      html`<li><a href="/simulator?family=${phone.id}"${phone.id === shown.id ? html` aria-current="page"` : ''}>${phone.owner} <small>${languageName(phone.language)}</small></a></li>`,
  )}</ul></nav>`
}

function breakagesFor({ family }: SceneView) {
  return breakages.filter(({ calls }) => calls === undefined || family.phone.kind === 'landline')
}

/** While something is broken, that is what the visitor has to know. */
function hintOf(view: SceneView): string {
  const broken = breakages.find(({ what }) => view.broken[what])
  return broken === undefined
    ? view.story.hint
    : `Broken now: ${broken.name}. ${broken.meaning} Mend it by pressing it again, below.`
}

function middle(view: SceneView): Html {
  const { story, acts, clock, night, family } = view
  const { to, label, glow } = clockMoves[night ? 'night' : 'day']
  return html`<section class="middle" aria-label="The school’s line">
${wallClock(clock)}
<p id="hint" class="hint" role="status">${hintOf(view)}</p>
${story.travelling ? html`<noscript><a href="/simulator?family=${family.family}">Look again</a></noscript>` : ''}
<ol id="acts" class="acts" data-live>${acts.map((title, index) => html`<li${actState(index, story.act)}>${title}</li>`)}</ol>
<form id="times" data-live method="post" action="/simulator/clock"><input type="hidden" name="family" value="${family.family}">
<button name="to" value="${to}"${story.glow === glow ? html` class="glow"` : ''}>${label}</button><p>Texts and calls arrive from 7:00 to 20:00.</p></form>
<button id="aloud" type="button" aria-pressed="false" hidden>Say calls aloud</button>
<a class="to-break" href="#break">Break something</a>
</section>`
}

function actState(index: number, act: number): Html {
  if (index < act) return html` class="done"`
  return index === act ? html` aria-current="step"` : html``
}

function wallClock({ now, zone }: StageClock): Html {
  const { hour, minute } = now.toZonedDateTimeISO(zone)
  const day = now.toZonedDateTimeISO(zone).toLocaleString('en-US', { weekday: 'long' })
  return html`<div id="clock" class="clock" data-live><svg viewBox="-50 -50 100 100" aria-hidden="true"><circle r="46"/>
${[0, 90, 180, 270].map((turn) => html`<path d="M0-40V-34" transform="rotate(${turn})"/>`)}
<path class="hour" d="M0 4V-22" transform="rotate(${hour * 30 + minute / 2})"/><path class="minute" d="M0 6V-34" transform="rotate(${minute * 6})"/><circle r="3" class="pin"/></svg>
<p>${day} <b>${clockTime(now, zone)}</b> <small>at school</small></p></div>`
}

function breakSwitch(what: Breakage, name: string, meaning: string, on: boolean, family: string, glows: boolean): Html {
  return html`<form method="post" action="/simulator/break"><input type="hidden" name="family" value="${family}">
<input type="hidden" name="on" value="${on ? 'no' : 'yes'}">
<button name="what" value="${what}" aria-pressed="${String(on)}" aria-describedby="about-${what}"${glows && !on ? html` class="glow"` : ''}>${name}</button>
<p id="about-${what}">${meaning}</p></form>`
}
