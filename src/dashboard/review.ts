/** Looking before something happens: a few messages of the week by lot, and those with words that the school watches for. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { isUuid } from '../core/uuid.ts'
import { zoneOf } from '../store/people.ts'
import {
  MOST_WATCHED,
  OUTCOMES,
  type Outcome,
  type ReviewRow,
  reviewsOf,
  settleReview,
  watchedWords,
  watchFor,
} from '../store/review.ts'
import { schoolsOf } from '../store/schools.ts'
import type { Html } from './page.ts'
import { schoolChoice } from './school-choice.ts'
import type { Sender } from './sending.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, queryOf, sayNotFound } from './wall.ts'
import { briefly, languageWords, timeTag } from './words.ts'

const OUTCOME_NAMES: Readonly<Record<Outcome, string>> = {
  fine: 'Nothing to say',
  talk: 'Somebody talks with the teacher',
  report: 'It goes on, as our rules say',
}
const WHY: Readonly<Record<ReviewRow['why'], string>> = { sample: 'drawn by lot', word: 'has a watched word' }

/** Adds the pages; for administrators of the school. */
export function reviewRoutes(
  app: FastifyInstance,
  deps: Pick<Sender, 'asSeen'> & { readonly now: () => Promise<Temporal.Instant> },
  visitOf: VisitOf,
): void {
  app.get('/oversight/review', async (request, reply) => {
    const visit = visitOf(request)
    const { districtId, staff } = visit
    const schools = await visit.read((trx) => schoolsOf(trx, staff))
    const asked = queryOf(request, 'of')
    const school = schools.find((one) => one.id === asked) ?? (asked === '' ? schools[0] : undefined)
    if (school === undefined) return sayNotFound(reply)
    const now = await deps.now()
    const { rows, words, zone } = await visit.read(async (trx) => {
      const zone = await zoneOf(trx, staff)
      const today = now.toZonedDateTimeISO(zone).toPlainDate()
      const week = today.subtract({ days: today.dayOfWeek - 1 }).toString()
      return {
        rows: await reviewsOf(trx, districtId, school.id, { week, by: staff.id }),
        words: await watchedWords(trx, districtId, school.id),
        zone,
      }
    })
    const at = `/oversight/review/${encodeURIComponent(school.id)}`
    const [open, done] = [rows.filter(({ outcome }) => outcome === null), rows.filter(({ outcome }) => outcome !== null)]
    const line = (one: ReviewRow) => reviewLine(one, at, timeTag(one.at, briefly(deps.asSeen(one.at), now, zone)))
    return visit.page(
      reply,
      'oversight',
      'Review',
      html`<p class="crumb"><a href="/oversight">Oversight</a></p><h1>Review of the week</h1>${schoolChoice('/oversight/review', schools, school.id)}
<p class="sub">Ten messages of each week are drawn by lot; those with watched words come first.</p>
${open.length === 0 ? html`<p class="empty">Nothing waits to be looked at.${rows.length === 0 ? ' There was no message in the last seven days.' : ''}</p>` : html`<ul class="rows">${open.map(line)}</ul>`}
${done.length === 0 ? '' : html`<h2>Looked at this week</h2><ul class="rows">${done.map(line)}</ul>`}
<h2>Watched words</h2><form method="post" action="${at}/words" class="composer"><label for="words">One word or phrase a line</label><p class="hint">At most ${MOST_WATCHED}, of three letters or more. They are looked for in what was written and in its translation, so English words find messages of every language that is translated.</p>
<textarea id="words" name="words" rows="4">${words.join('\n')}</textarea><button>Save</button></form>`,
    )
  })

  const guarded =
    (act: (visit: Visit, school: string, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = visitOf(request)
      const { id } = request.params as { id: string }
      const mine = await visit.read((trx) => schoolsOf(trx, visit.staff))
      return mine.some((school) => school.id === id) ? act(visit, id, request, reply) : sayNotFound(reply)
    }

  app.post(
    '/oversight/review/:id/words',
    guarded(async ({ districtId, staff, read }, school, request, reply) => {
      await read((trx) => watchFor(trx, districtId, school, fieldsOf(request)('words').split('\n'), staff.id))
      return reply.redirect(`/oversight/review?of=${encodeURIComponent(school)}&said=words_saved`, 303)
    }),
  )
  app.post(
    '/oversight/review/:id/:exchange',
    guarded(async ({ districtId, staff, read }, school, request, reply) => {
      const { exchange } = request.params as { exchange: string }
      const fields = fieldsOf(request)
      const outcome = OUTCOMES.find((one) => one === fields('outcome'))
      const note = fields('note').trim().slice(0, 1000)
      const known = outcome !== undefined && isUuid(exchange)
      const settled =
        known && (await read((trx) => settleReview(trx, districtId, school, exchange, { outcome, note, by: staff.id })))
      return settled
        ? reply.redirect(`/oversight/review?of=${encodeURIComponent(school)}&said=reviewed`, 303)
        : sayNotFound(reply)
    }),
  )
}

function reviewLine(one: ReviewRow, at: string, when: Html): Html {
  const text = (words: string, language: string | null) =>
    html`<div class="side"><p class="words" lang="${language ?? 'und'}" dir="auto">${words}</p><p class="label">${languageWords(language ?? 'und')}</p></div>`
  return html`<li><div class="wide"><div class="bar"><b><bdi>${one.staffName}</bdi> ${one.direction === 'to_family' ? 'to a family' : 'from a family'}</b><span class="hint">${WHY[one.why]} · ${when}</span></div>
<div class="both">${text(one.original, one.originalLanguage)}${one.translation === null ? '' : text(one.translation, one.translationLanguage)}</div>${
    one.outcome === null
      ? html`<form method="post" action="${at}/${one.exchangeId}" class="filters"><div><label>What came of it <select name="outcome">${OUTCOMES.map((o) => html`<option value="${o}">${OUTCOME_NAMES[o]}</option>`)}</select></label></div><div><label>Note <input name="note" maxlength="1000"></label></div><div><button>Looked at</button> <a class="button quiet" href="/conversations/${one.conversation}">Open</a></div></form>`
      : html`<p class="hint">${OUTCOME_NAMES[one.outcome]}${one.note === null || one.note === '' ? '' : html`: <bdi>${one.note}</bdi>`}</p>`
  }</div></li>`
}
