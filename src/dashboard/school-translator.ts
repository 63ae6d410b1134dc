/** How well the translator does: what was translated, failed, differed or waited, how long it took, and how it is now. */

import type { FastifyInstance } from 'fastify'
import { html } from 'hono/html'
import { type TranslatorState, translatorState } from '../core/translator-health.ts'
import { databaseNow } from '../store/database.ts'
import { zoneOf } from '../store/people.ts'
import { type TranslationCounts, type TranslatorHealth, translatorHealth, translatorSigns } from '../store/translator-health.ts'
import type { Html } from './page.ts'
import { askedSchool, schoolNav } from './school-nav.ts'
import type { Sender } from './sending.ts'
import type { VisitOf } from './visits.ts'
import { sayNotFound } from './wall.ts'
import { briefly, engineName, languageWords, timeTag } from './words.ts'

const STATES: Readonly<Record<TranslatorState, string>> = {
  well: 'The translator answers.',
  away: 'The translator does not answer just now. Texts wait for it up to ten minutes; then they go out as they were written, with a note.',
  recovering: 'The translator answers again; what has waited goes on by itself.',
  idle: 'Nothing had to be translated in the last day.',
}

/** Adds the page. Who is no administrator finds nothing here. `translatorName`: the engine. */
export function translatorRoutes(
  app: FastifyInstance,
  deps: Pick<Sender, 'asSeen'> & { readonly now: () => Promise<Temporal.Instant>; readonly translatorName: string },
  visitOf: VisitOf,
): void {
  app.get('/school/translator', async (request, reply) => {
    const visit = visitOf(request)
    const found = await askedSchool(visit, request)
    if (found === null) return sayNotFound(reply)
    const { districtId } = visit
    const now = await deps.now()
    const { health, signs, state, zone } = await visit.read(async (trx) => {
      const at = await databaseNow(trx)
      const signs = await translatorSigns(trx, districtId, at)
      return {
        health: await translatorHealth(trx, districtId, at),
        signs,
        state: translatorState(signs, at),
        zone: await zoneOf(trx, visit.staff),
      }
    })
    const when = (at: Temporal.Instant) => timeTag(at, briefly(deps.asSeen(at), now, zone))
    return visit.page(
      reply,
      'school',
      'Translator',
      html`<h1>Translator</h1>${schoolNav('/school/translator', found.school, found.schools, false)}
<p class="${state === 'away' ? 'wrong' : 'note'}">${STATES[state]}${signs.waiting === 0 ? '' : html` ${signs.waiting === 1 ? 'One text waits' : `${signs.waiting} texts wait`}.`}</p>
<p class="hint">Texts are translated by <b>${engineName(deps.translatorName)}</b>, for the whole district.${signs.lastTranslated === null ? '' : html` The last translation: ${when(signs.lastTranslated)}.`}${signs.lastAway === null ? '' : html` It last did not answer: ${when(signs.lastAway)}.`}</p>
${spansTable(health)}${languagesTable(health)}${reasonsList(health)}`,
    )
  })
}

function spansTable({ day, week }: TranslatorHealth): Html {
  const share = (counts: TranslationCounts, part: number) => percent(part, counts.translated + counts.failed)
  const rows: readonly (readonly [string, (counts: TranslationCounts) => string | number])[] = [
    ['Translated', (c) => c.translated],
    ['Went out as written, with a note', (c) => `${c.failed} (${share(c, c.failed)})`],
    ['A number, time or name may differ: both texts went out', (c) => `${c.differed} (${percent(c.differed, c.translated)})`],
    ['Had to wait for the translator', (c) => c.waited],
    ['It takes, in the middle', (c) => seconds(c.median)],
    ['The slowest of twenty takes', (c) => seconds(c.slowest)],
  ]
  return html`<table class="figures"><thead><tr><th scope="col">Translations</th><th scope="col">Last day</th><th scope="col">Last week</th></tr></thead><tbody>${rows.map(
    ([what, of]) => html`<tr><th scope="row">${what}</th><td>${of(day)}</td><td>${of(week)}</td></tr>`,
  )}</tbody></table>`
}

function languagesTable({ languages }: TranslatorHealth): Html {
  if (languages.length === 0) return html``
  return html`<h2>By language, last week</h2><table class="figures"><thead><tr><th scope="col">Language</th><th scope="col">Texts</th><th scope="col">As written</th><th scope="col">Differ</th><th scope="col">Takes</th></tr></thead><tbody>${languages.map(
    (one) =>
      html`<tr><th scope="row">${one.language === 'und' ? 'Not noted' : languageWords(one.language)}</th><td>${one.translated}</td><td>${percent(one.failed, one.translated + one.failed)}</td><td>${percent(one.differed, one.translated)}</td><td>${seconds(one.median)}</td></tr>`,
  )}</tbody></table><p class="hint">Both directions together, by the family’s language.</p>`
}

function reasonsList({ reasons }: TranslatorHealth): Html {
  if (reasons.length === 0) return html``
  return html`<h2>Why texts went out as written</h2><ul class="rows">${reasons.map(({ why, count }) => html`<li><span><bdi>${why}</bdi></span><span class="hint">${count === 1 ? 'once' : `${count} times`}</span></li>`)}</ul>`
}

const percent = (part: number, whole: number) => (whole === 0 ? '–' : `${Math.round((part / whole) * 100)} %`)

const seconds = (milliseconds: number | null) =>
  milliseconds === null ? '–' : milliseconds < 950 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
