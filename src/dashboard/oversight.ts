/** Oversight: what was said to whom, for administrators; every look and every export is in the log and listed. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { Status } from '../core/exchange.ts'
import { type Excerpt, excerptAround, type SearchTerm, termsOf } from '../core/search-words.ts'
import { readTypedDate } from '../core/typed-date.ts'
import { readCursor, writeCursor } from '../store/exchange-view.ts'
import { type Found, type FoundPage, type Look, looksOf, searchExchanges } from '../store/oversight.ts'
import { type Choices, choicesOf } from '../store/oversight-choices.ts'
import type { Search } from '../store/oversight-rows.ts'
import { zoneOf } from '../store/people.ts'
import { personView } from '../store/person-view.ts'
import { type ExportDeps, exportRoutes } from './export.ts'
import { exportForm, rangeOf } from './export-form.ts'
import type { Html } from './page.ts'
import { picturesInWords } from './pictures.ts'
import type { Sender } from './sending.ts'
import type { Visit, VisitOf } from './visits.ts'
import { queryOf, sayNotFound } from './wall.ts'
import { briefly, clockTag, dayHeading, familyInWords, namesInWords, outcome, shortened, timeTag } from './words.ts'

/** What oversight needs of the house. */
export type OversightDeps = Sender & ExportDeps

const PAGE = 40
const MOST_LOOKS = 100
/** Characters of a message in a list. */
const EXCERPT = 240

/** What is found while it is not clear what is looked for. */
const NOTHING: FoundPage = { found: [], next: null, lookedBackTo: null }

const STATUS_NAMES: Readonly<Record<Status, string>> = {
  received: 'Being translated',
  held: 'Waiting for allowed hours',
  queued: 'About to go out',
  sending: 'Being handed over',
  sent: 'Sent, not yet confirmed',
  delivered: 'Arrived',
  undelivered: 'Did not arrive',
  failed: 'Could not be sent',
  canceled: 'Canceled',
}

const STATUSES = Object.keys(STATUS_NAMES) as Status[]

const LOOKS: Readonly<Record<Look['what'], string>> = {
  conversation_seen: 'opened a conversation',
  exchanges_seen: 'looked through the messages',
  log_exported: 'exported the log',
  export_begun: 'began to export the log',
  export_fetched: 'downloaded an export',
  pin_given: 'was given the PIN of a family’s messages',
  recording_played: 'listened to a voice message',
  picture_seen: 'looked at a picture',
  stranger_seen: 'read what an unknown phone wrote',
}

/** Adds the pages. Who is no administrator finds nothing here. */
export function oversightRoutes(app: FastifyInstance, deps: OversightDeps, visitOf: VisitOf): void {
  const admin = (request: FastifyRequest): Visit | null => {
    const visit = visitOf(request)
    return visit.staff.scope.kind === 'own' ? null : visit
  }

  app.get('/oversight', async (request, reply) => {
    const visit = admin(request)
    return visit === null ? sayNotFound(reply) : results(visit, request, reply)
  })

  app.get('/oversight/looks', async (request, reply) => {
    const visit = admin(request)
    if (visit === null) return sayNotFound(reply)
    const now = await deps.now()
    const asked = queryOf(request, 'before')
    const before = /^\d{1,15}$/.test(asked) ? Number(asked) : null
    const { looks: found, zone } = await visit.read(async (trx) => ({
      looks: await looksOf(trx, visit.staff, before, MOST_LOOKS + 1),
      zone: await zoneOf(trx, visit.staff),
    }))
    const looks = found.slice(0, MOST_LOOKS)
    return visit.page(
      reply,
      'oversight',
      'Who looked',
      html`<p class="crumb"><a href="/oversight">Oversight</a></p><h1>Who looked, and who exported</h1>${
        looks.length === 0
          ? html`<p class="empty">Nobody has looked at the messages of others yet.</p>`
          : html`<ul class="rows">${looks.map(
              (look) =>
                html`<li><div><b><bdi>${look.who}</bdi></b> ${look.detail['in'] === 'tasks' ? 'read messages among the tasks' : LOOKS[look.what]}${look.whose === null ? '' : html` of <bdi>${look.whose}</bdi>`}${
                  typeof look.detail['reason'] === 'string' ? html`: <bdi>“${look.detail['reason']}”</bdi>` : ''
                }${typeof look.detail['count'] === 'number' ? ` (${look.detail['count'] === 1 ? 'one message' : `${look.detail['count']} messages`})` : ''}</div><span class="hint">${timeTag(look.at, briefly(deps.asSeen(look.at), now, zone))}</span></li>`,
            )}</ul>${found.length > MOST_LOOKS ? html`<p class="more"><a class="button" href="?before=${looks.at(-1)?.id}">Earlier</a></p>` : ''}`
      }`,
    )
  })

  exportRoutes(app, deps, admin)

  async function results(visit: Visit, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { staff } = visit
    const q = (name: string) => queryOf(request, name)
    const now = await deps.now()
    const found = await visit.read(async (trx) => {
      const family = q('family') === '' ? null : await personView(trx, staff, q('family'))
      if (family === null && q('family') !== '') return null
      const choices = await choicesOf(trx, staff, { staff: q('staff'), classId: q('class') })
      const isClear = choices.staff.unclear === null && choices.classes.unclear === null
      const zone = await zoneOf(trx, staff)
      const days = daysOf(q('from'), q('to'), zone)
      const search: Search = {
        from: days.from,
        to: days.to,
        staff: choices.staff.chosen?.id ?? null,
        classId: choices.classes.chosen?.id ?? null,
        family: family?.id ?? null,
        status: STATUSES.find((status) => status === q('status')) ?? null,
        words: q('words').trim() === '' ? null : { anyOf: [q('words').slice(0, 100)], as: 'words' },
        before: readCursor(q('before')),
        limit: PAGE,
      }
      return {
        family,
        page: isClear ? await searchExchanges(trx, staff, search, now) : NOTHING,
        choices,
        isClear,
        zone,
        range: rangeOf(readTypedDate(q('from')), readTypedDate(q('to')), now, zone),
      }
    })
    if (found === null) return sayNotFound(reply)
    const { family, page, choices, isClear, zone, range } = found
    const chosen = { staff: choices.staff.chosen?.id ?? '', class: choices.classes.chosen?.id ?? '' }
    const option = (value: string, name: string, chosen: string) =>
      html`<option value="${value}"${value === chosen ? ' selected' : ''}>${name}</option>`
    const choice = (name: 'staff' | 'class', { menu, unclear }: Choices, all: string) =>
      menu === null
        ? html`<input id="${name}" name="${name}" type="search" value="${unclear === null ? '' : q(name)}" placeholder="${all}, or part of a name">`
        : html`<select id="${name}" name="${name}">${option('', all, chosen[name])}${menu.map((one) => option(one.id, one.name, chosen[name]))}</select>`
    const kept = Object.entries({
      ...Object.fromEntries(['from', 'to', 'family', 'status', 'words'].map((name) => [name, q(name)])),
      ...chosen,
    }).filter(([, value]) => value !== '')
    const more = page.next === null ? null : new URLSearchParams([...kept, ['before', writeCursor(page.next)]])
    const terms = termsOf(q('words').slice(0, 100))
    const days = Map.groupBy(page.found, (one) => dayHeading(seen(one), now, zone))
    return visit.page(
      reply,
      'oversight',
      'Oversight',
      html`<div class="bar"><h1>Oversight</h1><div class="row"><a class="button" href="/oversight/review">Review of the week</a><a class="button" href="/oversight/exports">Exports</a><a class="button" href="/oversight/looks">Who looked</a></div></div>
${family === null ? '' : html`<p class="note">Only the family of <b><bdi>${family.name}</bdi></b>. <a href="/oversight">Every family</a></p>`}<form class="filters" action="/oversight">${family === null ? '' : html`<input type="hidden" name="family" value="${family.id}">`}<div><label for="words">Words</label><input id="words" name="words" type="search" value="${q('words')}" placeholder="In any language" aria-describedby="how"></div>
<div><label for="staff">Teacher or desk</label>${choice('staff', choices.staff, 'Everybody')}</div>
<div><label for="class">Class</label>${choice('class', choices.classes, 'Every class')}</div>
<div><label for="status">State</label><select id="status" name="status">${option('', 'Every state', q('status'))}${STATUSES.map((s) => option(s, STATUS_NAMES[s], q('status')))}</select></div>
<div><label for="from">From</label><input id="from" name="from" type="date" value="${readTypedDate(q('from')) ?? ''}"></div><div><label for="to">To</label><input id="to" name="to" type="date" value="${readTypedDate(q('to')) ?? ''}"></div>
<div><button class="main">Show</button></div></form>
<p class="hint" id="how">Every word must be there, in what was written or in its translation; <i>fever</i> finds <i>fevers</i> too. Without days, all years are searched, the newest first. For one family, find the guardian or the student under <a href="/people">People</a> and press “Their messages”. That you look is kept in the log, with what you searched for left out.</p>
${
  !isClear
    ? [unclearLine(choices.staff, q('staff')), unclearLine(choices.classes, q('class'))]
    : page.found.length === 0
      ? page.lookedBackTo === null
        ? html`<p class="empty">${nothingFits(q)}</p>`
        : ''
      : [...days].map(
          ([day, all]) =>
            html`<h2 class="day">${day}</h2><ol class="threads">${all.map((one) => foundLine(one, now, zone, terms))}</ol>`,
        )
}${page.lookedBackTo === null ? '' : html`<p class="empty">Looked through so far: all back to ${dayHeading(deps.asSeen(page.lookedBackTo), now, zone)}.</p>`}${
  more === null
    ? ''
    : html`<p class="more"><a class="button" href="/oversight?${more}">${page.lookedBackTo === null ? 'Older' : 'Look further back'}</a></p>`
}
${isClear ? exportForm({ chosen, family, found: page.found, range }) : ''}`,
    )
  }

  function seen({ record }: Found): Temporal.Instant {
    return deps.asSeen(Temporal.Instant.from(record.view.at))
  }

  function foundLine(one: Found, now: Temporal.Instant, zone: string, terms: readonly SearchTerm[]): Html {
    const { view } = one.record
    const mine = view.direction === 'to_family'
    const shown = mine ? view.original : (view.translation ?? view.original)
    const other = mine ? view.translation : view.original
    const hit = excerptAround(terms, shown.text, EXCERPT)
    // What was looked for stands in the other language alone: both are shown.
    const otherHit = hit === null && other !== null ? excerptAround(terms, other.text, EXCERPT) : null
    const marked = ({ before, found, after }: Excerpt) => html`${before}<mark>${found}</mark>${after}`
    const family = familyInWords(one)
    const state = mine ? outcome(one.record, now, zone) : null
    return html`<li><a href="/conversations/${one.conversation}"><span class="who"><bdi>${mine ? one.staffName : family}</bdi> → <bdi>${mine ? family : one.staffName}</bdi></span><span class="when">${clockTag(seen(one), zone)}</span>${
      one.students.length === 0 ? '' : html`<span class="with"><bdi>${namesInWords(one.guardians)}</bdi></span>`
    }
<span class="what">${view.pictures > 0 ? html`<b>${picturesInWords(view)}</b> ` : ''}${view.kind === 'message' ? '' : view.kind === 'call' ? 'Call ' : 'Voice message: '}<bdi lang="${shown.language}">${hit === null ? shortened(shown.text, EXCERPT) : marked(hit)}</bdi>${otherHit === null ? '' : html`<br><bdi lang="${other?.language}">${marked(otherHit)}</bdi>`}</span>${
      state === null ? '' : html`<i class="tag ${state.tone}">${state.words}</i>`
    }</a></li>`
  }
}

/** Said of a name that is nobody's, or that of several. */
function unclearLine({ unclear, menu }: Choices, typed: string): Html | '' {
  if (unclear === null) return ''
  if (unclear.length === 0)
    return html`<p class="empty">There is nothing with “<bdi>${typed}</bdi>” in its name. Try part of the name.</p>`
  return html`<p class="empty">There are several with “<bdi>${typed}</bdi>” in the name. ${menu === null ? 'Type more of it.' : 'Choose one of them in the menu, then press Show.'}</p>`
}

/** The moments between which a form's dates lie, in the school's zone; null where there is none. */
function daysOf(from: string, to: string, zone: string) {
  return {
    from: readTypedDate(from)?.toZonedDateTime(zone).toInstant() ?? null,
    to: readTypedDate(to)?.add({ days: 1 }).toZonedDateTime(zone).toInstant() ?? null,
  }
}

/** What to do where nothing was found, by what was asked. */
function nothingFits(q: (name: string) => string): string {
  const advice = [
    q('from') + q('to') === '' ? '' : 'more days',
    q('words').trim() === '' ? '' : 'fewer or other words',
    q('staff') + q('class') + q('status') === '' ? '' : 'every teacher, class and state',
  ].filter(Boolean)
  return advice.length === 0 ? 'There is no message yet.' : `No message fits. Take ${advice.join(', or ')}.`
}
