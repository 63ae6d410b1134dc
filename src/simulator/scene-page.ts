import { html } from 'hono/html'
import { type Breakage, breakageNames, breakages, breakagesFor } from './scene-faults.ts'
import { recordOnPage } from './scene-log.ts'
import { type PhoneView, phoneOnTable } from './scene-phones.ts'
import { clockMoves, type Story } from './scene-story.ts'
import { clockTime, dayName, languageName } from './scene-words.ts'
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
  readonly broken: Breakage | null
  /** What was broken before. */
  readonly tried: ReadonlySet<Breakage>
}

type Html = ReturnType<typeof html>

/** The whole page. Parts marked `data-live` are what the script replaces when something happens. */
export function scenePage(view: SceneView): Html {
  const { family, staff, story } = view
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Homeline: a text from ${family.phone.owner} to ${staff.phone.owner}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/simulator/scene.css">
<script src="/simulator/scene.js" defer></script>${view.lookAgain ? html`<noscript><meta http-equiv="refresh" content="1"></noscript>` : ''}</head>
<body class="${view.night ? 'night' : 'day'}${story.travelling ? ' travelling' : ''}${view.broken ? ' faulty' : ''}">
<header><h1>Homeline</h1><p>A family and a teacher, each in their own language. Neither sees the other’s number.</p>
<p class="demo">Demo: nothing leaves this computer</p></header>
<main>
<div class="strip">
${familySwitch(view.families, family.phone)}
<a class="jump" href="#break">Break something</a>
${breakPart(view)}
</div>
<div class="table">
${phoneOnTable(family)}
${middle(view)}
${phoneOnTable(staff)}
</div>
<div class="under">
<section id="log" data-live aria-labelledby="log-title"><h2 id="log-title">What the school’s log keeps</h2>${recordOnPage(view.record, view.clock.zone, family.family, view.all)}</section>
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

function middle({ story, acts, clock, night, family }: SceneView): Html {
  const { to, label, glow } = clockMoves[night ? 'night' : 'day']
  return html`<section class="middle" aria-label="The school’s line">
${wallClock(clock)}
<p id="hint" class="hint" role="status">${story.hint}</p>
${story.travelling ? html`<noscript><a href="/simulator?family=${family.family}">Look again</a></noscript>` : ''}
<ol id="acts" class="acts" data-live>${acts.map((title, index) => html`<li${actState(index, story.act)}>${title}</li>`)}</ol>
<form id="times" data-live method="post" action="/simulator/clock"><input type="hidden" name="family" value="${family.family}">
<button name="to" value="${to}"${story.glow === glow ? html` class="glow"` : ''}>${label}</button><p>Texts and calls arrive from 7:00 AM to 8:00 PM.</p></form>
</section>`
}

function actState(index: number, act: number): Html {
  if (index < act) return html` class="done"`
  return index === act ? html` aria-current="step"` : html``
}

function wallClock({ now, zone }: StageClock): Html {
  const { hour, minute } = now.toZonedDateTimeISO(zone)
  return html`<div id="clock" class="clock" data-live><svg viewBox="-50 -50 100 100" aria-hidden="true"><circle r="46"/>
${[0, 90, 180, 270].map((turn) => html`<path d="M0-40V-34" transform="rotate(${turn})"/>`)}
<path class="hour" d="M0 4V-22" transform="rotate(${hour * 30 + minute / 2})"/><path class="minute" d="M0 6V-34" transform="rotate(${minute * 6})"/><circle r="3" class="pin"/></svg>
<p><span>${dayName(now, zone)}</span> <b>${clockTime(now, zone)}</b> <small>at school</small></p></div>`
}

/** What there is to break; while something is broken, that and how to mend it instead. */
function breakPart({ broken, tried, story, family }: SceneView): Html {
  const key = (what: Breakage, on: 'yes' | 'no', label: string) =>
    html`<button name="what" value="${what}"${story.glow === what ? html` class="glow"` : ''}>${label}${on === 'yes' && tried.has(what) ? html`<small> <span aria-hidden="true">✓</span> tried</small>` : ''}</button>`
  const form = (on: 'yes' | 'no', keys: Html | Html[]) =>
    html`<form method="post" action="/simulator/break"><input type="hidden" name="family" value="${family.family}"><input type="hidden" name="on" value="${on}">${keys}</form>`
  if (broken)
    return html`<section id="break" class="break on" data-live aria-label="Broken now">
<p>${breakages[broken].broken}<span>: ${breakages[broken].means}</span></p>${form('no', key(broken, 'no', breakages[broken].mendIt))}</section>`
  const turn = breakageNames.some((what) => what === story.glow)
  return html`<section id="break" class="break${turn ? ' turn' : ''}" data-live aria-labelledby="break-title"><h2 id="break-title">Break something</h2>
${form(
  'yes',
  breakagesFor(family.phone.kind === 'landline').map((what) => key(what, 'yes', breakages[what].breakIt)),
)}</section>`
}
