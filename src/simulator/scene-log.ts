import { html } from 'hono/html'
import { excerpt } from '../core/segments.ts'
import { clockTime, dayName } from './scene-words.ts'
import type { StageExchange, StageRecord } from './stage.ts'

type Html = ReturnType<typeof html>
type Event = StageExchange['events'][number]

/** How many messages of the record the page shows: at first, and when the visitor asks for all. */
export const recordLimits = { newest: 5, all: 500 } as const

/** Longest quotation of a text, in UTF-16 units. */
const QUOTED = 160

/** The record, newest first, under the days on which its messages began; one that goes on for days has each day over what happened on it. `all`: whether the visitor asked for all of it. */
export function recordOnPage(record: StageRecord, zone: string, family: string, all: boolean): Html {
  const { exchanges, total } = record
  if (exchanges.length === 0)
    return html`<p class="none">Nothing yet. Every text, with both languages, and each thing that happens to it.</p>`
  const days = Map.groupBy(exchanges, (one) => dayName((one.events[0] as Event).at, zone))
  return html`${[...days].map(([day, ofDay]) => html`<h3>${day}</h3><ol>${ofDay.map((one) => exchangeOnPage(one, zone))}</ol>`)}
${total > exchanges.length && !all ? html`<a href="/simulator?family=${family}&amp;log=all#log">See all ${total} messages</a>` : ''}
${all ? html`<a href="/simulator?family=${family}#log">See only the newest</a>` : ''}`
}

function exchangeOnPage({ from, to, texts, events }: StageExchange, zone: string): Html {
  const days = [...Map.groupBy(events, ({ at }) => dayName(at, zone))]
  return html`<li><div><h4>${from} <small>to</small> ${to}</h4>${texts.map(
    ({ language, text }) => html`<p lang="${language}" dir="auto">${excerpt(text, QUOTED)}</p>`,
  )}</div>
<div>${days.map(([day, ofDay]) => html`${days.length > 1 ? html`<h5>${day}</h5>` : ''}${minutesOf(ofDay, zone)}`)}</div></li>`
}

function minutesOf(events: readonly Event[], zone: string): Html {
  return html`<dl>${[...Map.groupBy(events, ({ at }) => clockTime(at, zone))].map(
    ([minute, together]) => html`<div><dt>${minute}</dt><dd>${inARow(together)}</dd></div>`,
  )}</dl>`
}

/** What happened in a minute as one line; what happened again and again is counted. */
function inARow(events: readonly Event[]): string {
  return [...Map.groupBy(events, ({ what }) => what)]
    .map(([what, times]) => (times.length === 1 ? what : `${what} (${times.length} times)`))
    .join(' · ')
}
