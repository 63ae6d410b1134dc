/** The inbox: who waits for an answer, first. */

import type { FastifyInstance } from 'fastify'
import { html } from 'hono/html'
import { classesOf, classesWithoutTeaching } from '../store/classes-view.ts'
import { INBOX_FILTERS, type InboxFilter, type InboxRow, inboxCursor, inboxPage } from '../store/inbox-view.ts'
import { type StaffedDesk, staffedDesks, zoneOf } from '../store/people.ts'
import { inboxPulse } from '../store/pulse.ts'
import { withoutClass } from './classes.ts'
import type { Html } from './page.ts'
import type { VisitOf } from './visits.ts'
import { queryOf } from './wall.ts'
import { briefly, familyInWords, namesInWords, shortened, timeTag } from './words.ts'

const PAGE = 25

const FILTER_NAMES: Readonly<Record<InboxFilter, string>> = { all: 'All', unread: 'New', unanswered: 'Not answered' }

/** What is said of an own last word that the family has not got. */
const UNSENT: Readonly<Record<string, string>> = {
  canceled: 'Not sent',
  failed: 'Did not arrive',
  undelivered: 'Did not arrive',
}

/** Adds the inbox. */
export function inboxRoutes(
  app: FastifyInstance,
  deps: { readonly now: () => Promise<Temporal.Instant>; readonly asSeen: (at: Temporal.Instant) => Temporal.Instant },
  visitOf: VisitOf,
): void {
  app.get('/inbox', async (request, reply) => {
    const visit = visitOf(request)
    const { staff, districtId } = visit
    const asked = queryOf(request, 'show')
    const filter = INBOX_FILTERS.find((one) => one === asked) ?? 'all'
    const search = queryOf(request, 'q').slice(0, 100)
    const after = inboxCursor.read(queryOf(request, 'after'))
    const now = await deps.now()
    const { page, work, zone, pulse } = await visit.read(async (trx) => ({
      page: await inboxPage(trx, districtId, staff.id, { filter, search, after, limit: PAGE, now }),
      work:
        staff.scope.kind === 'own'
          ? {
              teaches: (await classesOf(trx, districtId, staff.id)).length > 0,
              desks: await staffedDesks(trx, staff),
              assists: await classesWithoutTeaching(trx, districtId, staff.id),
            }
          : null,
      zone: await zoneOf(trx, staff),
      pulse: await inboxPulse(trx, districtId, staff.id),
    }))
    const link = (more: Readonly<Record<string, string>>) =>
      `/inbox?${new URLSearchParams({ ...(filter === 'all' ? {} : { show: filter }), ...(search === '' ? {} : { q: search }), ...more })}`
    const writesFirst = work === null || work.desks.length > 0
    const body = html`<div class="bar" data-watch="/live?was=${pulse}"><h1>Inbox</h1><div class="row"><form class="search" role="search" action="/inbox"><label class="aside" for="q">Search names and words</label>
<input id="q" name="q" type="search" value="${search}" placeholder="Name or word"><button>Search</button></form>${writesFirst ? html`<a class="button" href="/families">Write to a family</a>` : ''}</div></div>
<ul class="tabs" aria-label="Show">${INBOX_FILTERS.map(
      (one) =>
        html`<li><a href="/inbox${one === 'all' ? '' : `?show=${one}`}"${one === filter ? html` aria-current="true"` : ''}>${FILTER_NAMES[one]}</a></li>`,
    )}</ul>
<div id="list" data-live>${
      page.rows.length === 0
        ? emptyInbox(filter, search, work)
        : html`<ol class="threads">${page.rows.map((row) => threadLine(row, staff.id, (at) => timeTag(at, briefly(deps.asSeen(at), now, zone))))}</ol>`
    }</div>
${page.next === null ? '' : html`<p class="more"><a class="button" href="${link({ after: inboxCursor.write(page.next) })}">Older conversations</a></p>`}`
    return visit.page(reply, 'inbox', 'Inbox', body)
  })
}

function threadLine(row: InboxRow, reader: string, when: (at: Temporal.Instant) => Html): Html {
  const { last } = row
  const mine = last?.direction === 'to_family'
  const lead = last === null ? '' : { message: mine ? 'You: ' : '', voicemail: 'Voice message: ', call: 'Call ' }[last.kind]
  return html`<li class="${row.unread > 0 ? 'new' : ''}"><a href="/conversations/${row.id}">
<span class="who"><bdi>${familyInWords(row)}</bdi>${row.unread > 0 ? html` <b class="count">${row.unread}<span class="aside"> new</span></b>` : ''}</span>
${last === null ? '' : html`<span class="when">${when(last.at)}</span>`}
<span class="with"><bdi>${namesInWords(row.guardians)}</bdi>${row.desk === null ? '' : html` <i class="tag">${row.desk.split('/').at(-1)}</i>`}${
    row.claim === null
      ? ''
      : html` <i class="tag">${row.claim.staffId === reader ? 'taken by you' : html`taken by <bdi>${row.claim.name}</bdi>`}</i>`
  }</span>
<span class="what">${last === null ? 'Nothing written yet' : html`${lead}${last.pictures ? 'Picture ' : ''}<bdi lang="${last.language}">${shortened(last.text, 160)}</bdi>`}</span>
${mine && UNSENT[last.status] !== undefined ? html`<i class="tag wait">${UNSENT[last.status]}</i>` : ''}${row.ended ? html`<i class="tag">ended</i>` : row.waiting > 0 ? html`<i class="tag wait">${row.waiting} not sent yet</i>` : row.unanswered && row.unread === 0 ? html`<i class="tag">Not answered</i>` : ''}
</a></li>`
}

/** `work`: whether the reader teaches, which desks are staffed, and in which classes of others the reader stands; null: an administrator. */
function emptyInbox(
  filter: InboxFilter,
  search: string,
  work: { readonly teaches: boolean; readonly desks: readonly StaffedDesk[]; readonly assists: readonly string[] } | null,
): Html {
  if (search !== '')
    return html`<p class="empty">Nothing has “<bdi>${search}</bdi>” in it. Try part of a name, or one word. <a href="/inbox">Show everything</a></p>`
  if (filter !== 'all')
    return html`<p class="empty">Nothing here: every family has its answer. <a href="/inbox">Show everything</a></p>`
  if (work !== null && !work.teaches) return withoutClass(work.desks, work.assists)
  return html`<div class="empty"><p>No family has written yet, and you have written to none.</p>${work !== null ? html`<p><a class="button" href="/classes">Write to a family of your classes</a></p>` : ''}</div>`
}
