/** Looking before something happens: a few messages of the week by lot, and those with words that the school watches for. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { isUuid } from '../core/uuid.ts'
import { MOST_WATCHED, type NotWatched } from '../core/watched-words.ts'
import { stampOf } from '../store/began.ts'
import { type Cursor, readCursor, writeCursor } from '../store/exchange-view.ts'
import { zoneOf } from '../store/people.ts'
import { OUTCOMES, type Outcome, type ReviewRow, reviewsOf, settleReview, watchedWords, watchFor } from '../store/review.ts'
import { type SchoolRow, schoolsOf } from '../store/schools.ts'
import type { Html } from './page.ts'
import { CHANGED_MEANWHILE } from './school.ts'
import { schoolChoice } from './school-choice.ts'
import type { Sender } from './sending.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, queryOf, sayNotFound, sayPlainly } from './wall.ts'
import { briefly, dayHeading, languageWords, timeTag } from './words.ts'

const OUTCOME_NAMES: Readonly<Record<Outcome, string>> = {
  fine: 'Nothing to say',
  talk: 'Somebody talks with the teacher',
  report: 'It goes on, as our rules say',
}
const WHY_NOT: Readonly<Record<NotWatched['why'], string>> = {
  no_word: 'has no letter or digit in it',
  short: 'is so short that it stands in nearly every message',
  long: 'is too long: write the words that matter',
  too_many: `is more than the ${MOST_WATCHED} that can be watched for`,
}
/** Rows that come at first and with each “Show more”, and the most of one page. */
const STEP = 120
const MOST_ROWS = 1200
const WHY: Readonly<Record<ReviewRow['why'], string>> = { sample: 'drawn by lot', word: 'has a watched word' }

/** Adds the pages; for administrators of the school. */
export function reviewRoutes(
  app: FastifyInstance,
  deps: Pick<Sender, 'asSeen'> & { readonly now: () => Promise<Temporal.Instant> },
  visitOf: VisitOf,
): void {
  app.get('/oversight/review', async (request, reply) => {
    const visit = visitOf(request)
    const schools = await visit.read((trx) => schoolsOf(trx, visit.staff))
    const asked = queryOf(request, 'of')
    const school = schools.find((one) => one.id === asked) ?? (asked === '' ? schools[0] : undefined)
    if (school === undefined) return sayNotFound(reply)
    return show(visit, reply, school.id, schools, {
      from: readCursor(queryOf(request, 'before')),
      most: Math.min(MOST_ROWS, STEP * Math.max(1, Number.parseInt(queryOf(request, 'part'), 10) || 1)),
      words: null,
    })
  })

  async function show(
    visit: Visit,
    reply: FastifyReply,
    schoolId: string,
    schools: readonly SchoolRow[],
    /** `words`: what was typed, with what is to be said of it; null: what is watched for stands there. */
    asked: {
      readonly from: Cursor | null
      readonly most: number
      readonly words: { readonly typed: string; readonly say: (watched: readonly string[]) => Html } | null
    },
  ) {
    const { districtId, staff } = visit
    const { from, most, words: typed } = asked
    const now = await deps.now()
    const { found, words, zone } = await visit.read(async (trx) => {
      const zone = await zoneOf(trx, staff)
      const today = now.toZonedDateTimeISO(zone).toPlainDate()
      const week = today.subtract({ days: today.dayOfWeek - 1 }).toString()
      return {
        found: await reviewsOf(trx, districtId, schoolId, { week, by: staff.id, from, most }),
        words: await watchedWords(trx, districtId, schoolId),
        zone,
      }
    })
    const { rows, more, next } = found
    const at = `/oversight/review/${encodeURIComponent(schoolId)}`
    const of = `/oversight/review?of=${encodeURIComponent(schoolId)}`
    const [open, done] = [rows.filter(({ outcome }) => outcome === null), rows.filter(({ outcome }) => outcome !== null)]
    const line = (one: ReviewRow) => reviewLine(one, at, timeTag(one.at, briefly(deps.asSeen(one.at), now, zone)))
    const looked =
      words.length === 0
        ? ''
        : next === null
          ? html`<p class="hint">All messages of the last thirty days were looked through for the watched words.</p>`
          : html`<p class="note">There are many messages: looked through for the watched words so far, back to ${dayHeading(deps.asSeen(next.at), now, zone)}. <a class="button" href="${of}&before=${writeCursor(next)}">Look further back</a></p>`
    return visit.page(
      reply,
      'oversight',
      'Review',
      html`<p class="crumb"><a href="/oversight">Oversight</a></p><h1>Review of the week</h1>${schoolChoice('/oversight/review', schools, schoolId)}
<p class="sub">Ten messages of each week are drawn by lot; those with watched words come first.</p>${looked}
${open.length === 0 ? html`<p class="empty">Nothing waits to be looked at.${rows.length === 0 ? ' There was no message in the last seven days.' : ''}</p>` : html`<ul class="rows">${open.map(line)}</ul>`}
${done.length === 0 ? '' : html`<h2>Looked at this week</h2><ul class="rows">${done.map(line)}</ul>`}${
  more === 0
    ? ''
    : html`<p class="more">${more.toLocaleString('en')} more. ${
        most < MOST_ROWS
          ? html`<a class="button" href="${of}&part=${Math.round(most / STEP) + 1}">Show more</a>`
          : 'They come up as these are looked at.'
      }</p>`
}
<h2 id="watched">Watched words</h2><form method="post" action="${at}/words" class="composer">${typed === null ? '' : typed.say(words)}<input type="hidden" name="began" value="${stampOf(words)}"><label for="words">One word or phrase a line</label><p class="hint">At most ${MOST_WATCHED}, of three letters or more; of two in scripts such as Chinese. They are looked for in what was written and in its translation, so English words find messages of every language that is translated.</p>
<textarea id="words" name="words" rows="4">${typed?.typed ?? words.join('\n')}</textarea><button>Save</button></form>`,
    )
  }

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
    guarded(async (visit, school, request, reply) => {
      const fields = fieldsOf(request)
      const typed = fields('words')
      const saved = await visit.read((trx) =>
        watchFor(trx, visit.districtId, school, typed.split('\n'), visit.staff.id, fields('began')),
      )
      if (saved !== 'changed' && saved.length === 0)
        return reply.redirect(`/oversight/review?of=${encodeURIComponent(school)}&said=words_saved`, 303)
      const say = saved === 'changed' ? changedWords : () => leftOut(saved)
      const schools = await visit.read((trx) => schoolsOf(trx, visit.staff))
      return show(visit, reply.code(saved === 'changed' ? 409 : 422), school, schools, {
        from: null,
        most: STEP,
        words: { typed, say },
      })
    }),
  )
  app.post(
    '/oversight/review/:id/:exchange',
    guarded(async ({ districtId, staff, read }, school, request, reply) => {
      const { exchange } = request.params as { exchange: string }
      const fields = fieldsOf(request)
      const outcome = OUTCOMES.find((one) => one === fields('outcome'))
      const note = fields('note').trim().slice(0, 1000)
      if (outcome === undefined || !isUuid(exchange)) return sayNotFound(reply)
      const settled = await read((trx) => settleReview(trx, districtId, school, exchange, { outcome, note, by: staff.id }))
      if (settled === null) return sayNotFound(reply)
      const page = `/oversight/review?of=${encodeURIComponent(school)}`
      if (settled === 'done') return reply.redirect(`${page}&said=reviewed`, 303)
      return sayPlainly(
        reply,
        409,
        'Somebody has looked at this message already',
        html`<p><bdi>${settled.by}</bdi>: ${OUTCOME_NAMES[settled.outcome]}${settled.note === '' ? '' : html`: “<bdi>${settled.note}</bdi>”`}. That stays.</p>
<p>You chose “${OUTCOME_NAMES[outcome]}”, which was not saved${note === '' ? '' : html`, with this note:</p><blockquote dir="auto">${note}</blockquote><p>Speak with each other where the two differ`}.</p><p><a class="button" href="${page}">Back to the review</a></p>`,
      )
    }),
  )
}

const changedWords = (watched: readonly string[]) =>
  html`<div class="wrong" role="alert"><p>${CHANGED_MEANWHILE} Watched for now: ${
    watched.length === 0 ? 'nothing' : html`<bdi>${watched.join(', ')}</bdi>`
  }.</p></div>`

const leftOut = (lines: readonly NotWatched[]) =>
  html`<div class="wrong" role="alert"><p>The other lines are saved. Left out:</p><ul>${lines.map(
    ({ line, why }) => html`<li>“<bdi>${line.slice(0, 80)}</bdi>” ${WHY_NOT[why]}.</li>`,
  )}</ul></div>`

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
