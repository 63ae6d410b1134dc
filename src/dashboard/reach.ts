/** One page that answers: whom do we not reach? */

import type { FastifyInstance } from 'fastify'
import { html } from 'hono/html'
import { databaseNow } from '../store/database.ts'
import { type ReachCount, type ReachGroup, reachOf, SMALLEST, type Way } from '../store/reach-view.ts'
import type { Html } from './page.ts'
import { schoolChoice } from './school-choice.ts'
import { askedSchool } from './school-nav.ts'
import type { VisitOf } from './visits.ts'
import { sayNotFound } from './wall.ts'
import { languageWords } from './words.ts'

const DAYS = 30

const WAY_NAMES: Readonly<Record<Way, string>> = {
  text: 'By text',
  call: 'By call only',
  stopped: 'Asked for no messages (STOP)',
  no_phone: 'No phone on file',
}

/** Adds the page. */
export function reachRoutes(app: FastifyInstance, visitOf: VisitOf): void {
  app.get('/reach', async (request, reply) => {
    const visit = visitOf(request)
    const { districtId } = visit
    const found = await askedSchool(visit, request)
    if (found === null) return sayNotFound(reply)
    const { school, schools } = found
    const reach = await visit.read(async (trx) =>
      reachOf(trx, districtId, school.id, (await databaseNow(trx)).subtract({ hours: 24 * DAYS })),
    )
    const { all } = reach
    return visit.page(
      reply,
      'reach',
      'Reach',
      html`<h1>Whom do we reach?</h1>${schoolChoice('/reach', schools, school.id)}
${
  all.students === 0
    ? html`<p class="empty">The school’s list has no students yet. They come with the next roster import.</p>`
    : html`<p><b><bdi>${school.name}</bdi></b>, the last ${DAYS} days: of ${all.students} students, the families of <b>${all.reached}</b> got a message that arrived or was heard, and <b>${all.twoWay}</b> answered or wrote.
${all.students - all.reached === 0 ? '' : html`<b class="bad">${all.students - all.reached}</b> ${all.students - all.reached === 1 ? 'was' : 'were'} not reached.`}</p>
${bar(all)}<p class="legend"><span class="s-heard">both ways</span> <span class="s-arrived">reached</span> <span class="s-not_reached">not reached</span></p>
${groups('By language', reach.languages, languageWords)}${groups('By class', reach.classes, (title) => title, 'In no class, or in small groups')}${groups('By way', reach.ways, (way) => WAY_NAMES[way as Way])}
<p class="hint">Groups of fewer than ${SMALLEST} students are shown together, so that no figure is one child’s.</p>`
}`,
    )
  })
}

function groups(
  title: string,
  list: readonly ReachGroup[],
  name: (key: string) => string,
  others = 'Others, small groups',
): Html {
  if (list.length === 0) return html``
  return html`<h2>${title}</h2><table><thead><tr><th scope="col">${title.replace(/^By /, '').replace(/^./, (c) => c.toUpperCase())}</th><th scope="col">Students</th><th scope="col">Reached</th><th scope="col">Both ways</th><th scope="col" class="picture">Picture</th></tr></thead><tbody>${list.map(
    (one) =>
      html`<tr><th scope="row"><bdi>${one.key === null ? others : name(one.key)}</bdi></th><td>${one.students}</td><td>${percent(one.reached, one.students)}</td><td>${percent(one.twoWay, one.students)}</td><td class="picture">${bar(one)}</td></tr>`,
  )}</tbody></table>`
}

const percent = (part: number, whole: number) => `${Math.round((part / Math.max(1, whole)) * 100)} %`

function bar({ students, reached, twoWay }: ReachCount): Html {
  const at = (count: number) => ((count / Math.max(1, students)) * 100).toFixed(2)
  return html`<div class="reach"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="s-not_reached" width="100" height="10"/><rect class="s-arrived" width="${at(reached)}" height="10"/><rect class="s-heard" width="${at(twoWay)}" height="10"/></svg></div>`
}
