/** An announcement while it goes and afterwards: who got it how. */

import type { FastifyInstance } from 'fastify'
import { html, raw } from 'hono/html'
import type { ActOnAllRequest } from '../relay/compose-ports.ts'
import {
  type AnnouncedState,
  type AnnouncementRow,
  announcedCursor,
  announcedMessage,
  announcedMessages,
  announcedState,
  announcementsOf,
  isGoingOut,
  scheduledOf,
  targetOf,
} from '../store/announcements.ts'
import { guardiansById } from '../store/family-names.ts'
import { ownPhone } from '../store/own-phone.ts'
import { zoneOf } from '../store/people.ts'
import { recipients } from '../store/recipients.ts'
import type { Telling } from './claiming.ts'
import type { Html } from './page.ts'
import type { Sender } from './sending.ts'
import type { Visit, VisitOf } from './visits.ts'
import { queryOf, sayNotFound } from './wall.ts'
import { arrives, briefly, clock, dayHeading, languageWords, namesInWords, outcome, shortened, timeTag } from './words.ts'

const STATES: Readonly<Record<AnnouncedState, string>> = {
  arrived: 'arrived',
  heard: 'heard on a call',
  sent: 'sent, not yet confirmed',
  waiting: 'on their way or waiting',
  canceled: 'canceled',
  not_reached: 'not reached',
}

/** Messages of an announcement on a page; its bar counts all. */
const MOST_MESSAGES = 100
/** Announcements on a page, and beneath the form that writes another. */
const [MOST, NEWEST] = [25, 5]

/** What the page needs of the house. */
export type AnnouncementDeps = Sender & {
  readonly now: () => Promise<Temporal.Instant>
  readonly actOnAll: (request: ActOnAllRequest) => Promise<number | null>
}

/** Adds the page, and what may be decided on it. */
export function announcementRoutes(app: FastifyInstance, deps: AnnouncementDeps, visitOf: VisitOf): void {
  for (const [action, said] of [
    ['release', 'released'],
    ['cancel', 'canceled'],
  ] as const)
    app.post(`/announcements/:id/${action}`, async (request, reply) => {
      const { districtId, staff } = visitOf(request)
      const { id } = request.params as { id: string }
      const done = await deps.actOnAll({ districtId, staff, announcementId: id, action })
      if (done === null) return sayNotFound(reply)
      return reply.redirect(`/announcements/${id}${done === 0 ? '' : `?said=${said}_all`}`, 303)
    })

  app.get('/announcements', async (request, reply) => {
    const visit = visitOf(request)
    const before = queryOf(request, 'before') || null
    const now = await deps.now()
    const { rows, zone } = await visit.read(async (trx) => ({
      rows: await announcementsOf(trx, visit.districtId, visit.staff.id, { id: null, before, limit: MOST + 1 }),
      zone: await zoneOf(trx, visit.staff),
    }))
    const shown = rows.slice(0, MOST)
    const telling = { now, zone, asSeen: deps.asSeen }
    return visit.page(
      reply,
      'classes',
      'What you wrote to all',
      html`<p class="crumb"><a href="/classes">Classes</a></p><h1>What you wrote to all</h1>${
        shown.length === 0
          ? html`<p class="empty">Nothing ${before === null ? 'yet: write to all families of a class from its page' : 'before that'}.</p>`
          : announcementLines(shown, telling)
      }${rows.length > MOST ? html`<p class="more"><a class="button" href="?before=${shown.at(-1)?.id}">Earlier</a></p>` : ''}`,
    )
  })

  app.get('/announcements/:id', async (request, reply) => {
    const visit = visitOf(request)
    const { districtId, staff } = visit
    const { id } = request.params as { id: string }
    const now = await deps.now()
    const after = announcedCursor.read(queryOf(request, 'after'))
    const found = await visit.read(async (trx) => {
      const [row] = await announcementsOf(trx, districtId, staff.id, { id, before: null, limit: 1 })
      if (row === undefined) return null
      const { records, next } = await announcedMessages(trx, districtId, id, { after, limit: MOST_MESSAGES, now })
      const guardians = await guardiansById(
        trx,
        districtId,
        records.flatMap(({ view }) => [view.guardian ?? [], view.guardians].flat()),
      )
      const [waiting] = (await scheduledOf(trx, districtId, staff.id, id, now)) ?? []
      const later = waiting === undefined ? null : ((await announcedMessage(trx, districtId, id, waiting))?.notBefore ?? null)
      return {
        row,
        records,
        next,
        guardians,
        phone: await ownPhone(trx, districtId, staff.id),
        later,
        going: await isGoingOut(trx, districtId, id, now),
        editable: later !== null && (await recipients(trx, districtId, staff, targetOf(row))) !== null,
      }
    })
    if (found === null) return sayNotFound(reply)
    const { row, records, next, guardians, phone, later, going, editable } = found
    const { zone } = row
    const order: readonly AnnouncedState[] = ['not_reached', 'canceled', 'waiting', 'sent', 'arrived', 'heard']
    const sorted = records.toSorted((a, b) => order.indexOf(announcedState(a)) - order.indexOf(announcedState(b)))
    return visit.page(
      reply,
      row.targetKind === 'class' ? 'classes' : 'school',
      `To ${row.target}`,
      html`<p class="crumb">${row.targetKind === 'class' ? html`<a href="/classes">Classes</a>` : html`<a href="/school/message">Message to all</a>`}</p><h1>To all of <bdi>${row.target}</bdi></h1>
<p class="sub">Written ${writtenAt(deps.asSeen(row.at), now, zone)}</p><blockquote dir="auto">${row.text}</blockquote>${phone.isOff ? html`<p class="hint">Your own phone is off: answers are read in your inbox only.</p>` : ''}${later === null ? '' : scheduledPart(row.id, later, editable, now, zone)}
<div id="progress" data-live${going ? html` data-progress` : ''}>${bar(row)}
<table><thead><tr><th scope="col">Family</th><th scope="col">Language</th><th scope="col">What became of it</th></tr></thead><tbody>${sorted.map(
        (record) => {
          const { view } = record
          const said = outcome(record, now, zone)
          const family = guardians.get(view.guardian ?? '')
          // Guardians who share a phone get one copy.
          const names = view.guardians.map((one) => guardians.get(one)?.name ?? one)
          const untranslated =
            view.events.findLast(({ what }) => what === 'translated' || what === 'not_translated')?.what === 'not_translated'
          return html`<tr><td><bdi>${names.length === 0 ? 'A family' : namesInWords(names)}</bdi></td><td>${family?.language == null ? 'none on file' : languageWords(family.language)}${untranslated ? html` <span class="bad">not translated</span>` : ''}</td><td class="${said.tone}">${said.words}</td></tr>`
        },
      )}</tbody></table>${next === null ? '' : html`<p class="more"><a class="button" href="?after=${announcedCursor.write(next)}">More families</a></p>`}</div>`,
      going,
    )
  })
}

/** What may still be decided of an announcement that waits for its time. */
function scheduledPart(id: string, notBefore: Temporal.Instant, editable: boolean, now: Temporal.Instant, zone: string): Html {
  const button = (action: string, words: string) =>
    html`<form method="post" action="/announcements/${id}/${action}"><button>${words}</button></form>`
  return html`<div class="note"><p>It goes out ${arrives(notBefore, now, zone)}, to each family in its allowed hours.</p><div class="row">${button('cancel', 'Cancel for all')}${editable ? html`<a class="button" href="/announcements/${id}/edit">Edit</a>` : ''}${button('release', 'Send to all now')}</div></div>`
}

/** `today, 8:05 AM`, `Monday, November 3, 8:05 AM` */
function writtenAt(at: Temporal.Instant, now: Temporal.Instant, zone: string): Html {
  const day = dayHeading(at, now, zone).replace(/^(?:Today|Yesterday)$/, (word) => word.toLowerCase())
  return timeTag(at, `${day}, ${clock(at.toZonedDateTimeISO(zone))}`)
}

/** What somebody wrote to all lately, as the forms that write more show it, with the way to what was before. */
export async function writtenToAll(
  { districtId, staff, read }: Pick<Visit, 'districtId' | 'staff' | 'read'>,
  telling: Telling,
): Promise<Html | ''> {
  const rows = await read((trx) => announcementsOf(trx, districtId, staff.id, { id: null, before: null, limit: NEWEST + 1 }))
  if (rows.length === 0) return ''
  return html`<h2>What you wrote to all</h2>${announcementLines(rows.slice(0, NEWEST), telling)}${rows.length > NEWEST ? html`<p class="more"><a class="button" href="/announcements">All of it</a></p>` : ''}`
}

function announcementLines(rows: readonly AnnouncementRow[], { now, zone, asSeen }: Telling): Html {
  return html`<ul class="rows">${rows.map((row) => {
    const when = timeTag(row.at, briefly(asSeen(row.at), now, zone))
    return html`<li><div class="wide"><a href="/announcements/${row.id}"><b><bdi>${row.target}</bdi></b></a> <span class="hint">${when}</span><p class="hint"><bdi>${shortened(row.text, 120)}</bdi></p>${bar(row)}</div></li>`
  })}</ul>`
}

/** A bar that is read at a glance, with the same in words. */
function bar({ states }: AnnouncementRow): Html {
  const total = states.reduce((sum, { count }) => sum + count, 0)
  let x = 0
  const parts = states.map(({ state, count }) => {
    const width = (count / Math.max(1, total)) * 100
    const part = `<rect class="s-${state}" x="${x.toFixed(2)}" width="${width.toFixed(2)}" height="10"/>`
    x += width
    return part
  })
  return html`<figure class="reach"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${raw(parts.join(''))}</svg>
<figcaption>${states.map(({ state, count }) => html`<span class="s-${state}"><b>${count}</b> ${STATES[state]}</span> `)}</figcaption></figure>`
}
