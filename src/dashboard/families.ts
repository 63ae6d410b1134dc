/** Who staffs a desk, and administrators, write to a family first. */

import type { FastifyInstance } from 'fastify'
import { html } from 'hono/html'
import type { Staff } from '../core/people.ts'
import { isUuid } from '../core/uuid.ts'
import { type FamilyRow, findFamilies, type HowReached, studentsAlone } from '../store/families-view.ts'
import { staffedDesks } from '../store/people.ts'
import type { Html } from './page.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, queryOf, sayNotFound, sayPlainly } from './wall.ts'
import { languageWords, namesInWords } from './words.ts'

/** What these pages need of the house. */
export type FamiliesDeps = {
  readonly openConversation: (request: {
    readonly districtId: string
    readonly staff: Staff
    readonly guardianId: string
    readonly desk: string | null
  }) => Promise<
    { readonly kind: 'open'; readonly id: string } | { readonly kind: 'not_found' | 'unreachable'; readonly problem: string }
  >
}

const MOST = 30

const REACHED: Readonly<Record<HowReached, string>> = {
  text: 'by text',
  call: 'by call',
  stopped: 'asked for no messages (STOP)',
  no_phone: 'has no phone on file',
}

/** In whose name somebody writes, and to which schools' families (null: all). `id`: a desk; empty: the own name. */
type Writer = { readonly id: string; readonly name: string; readonly schools: readonly string[] | null }

/** Adds the pages: a list for who staffs a desk and for administrators, and the button that begins, which teachers have in their classes too. */
export function familiesRoutes(app: FastifyInstance, deps: FamiliesDeps, visitOf: VisitOf): void {
  app.get('/families', async (request, reply) => {
    const visit = visitOf(request)
    const writers = await writersOf(visit)
    const writer = writers.find(({ id }) => id === queryOf(request, 'as')) ?? writers[0]
    // A teacher writes from the own classes.
    if (writer === undefined) return reply.redirect('/classes', 303)
    const name = queryOf(request, 'q').slice(0, 100)
    const found =
      name.trim() === ''
        ? null
        : await visit.read((trx) =>
            findFamilies(trx, visit.districtId, {
              writer: writer.id || visit.staff.id,
              schools: writer.schools,
              name,
              after: queryOf(request, 'after') || null,
              limit: MOST + 1,
            }),
          )
    const alone =
      name.trim() === '' ? [] : await visit.read((trx) => studentsAlone(trx, visit.districtId, writer.schools, name, MOST + 1))
    return visit.page(
      reply,
      'inbox',
      'Write to a family',
      html`<p class="crumb"><a href="/inbox">Inbox</a></p><h1>Write to a family</h1>
<form class="filters" action="/families" role="search"><div><label for="q">Guardian or student</label><input id="q" name="q" type="search" value="${name}" placeholder="Part of a name" required${name === '' ? html` autofocus` : ''}></div>${
        writers.length === 1
          ? ''
          : html`<div><label for="as">In the name of</label><select id="as" name="as">${writers.map((one) => html`<option value="${one.id}"${one === writer ? ' selected' : ''}>${one.name}</option>`)}</select></div>`
      }<div><button class="main">Search</button></div></form><p class="hint">${
        writer.id === ''
          ? 'The family reads that you write, and answers to you.'
          : html`${writers.length === 1 ? html`In the name of <bdi>${writer.name}</bdi>: the` : 'In the name of a desk the'} family reads that the school writes, and its answers come to that desk.`
      }</p>
${found === null ? '' : foundPart(found, alone, writer.id, name)}`,
    )
  })

  app.post('/families/:id/conversation', async (request, reply) => {
    const { districtId, staff } = visitOf(request)
    const desk = fieldsOf(request)('desk') || null
    const opened = await deps.openConversation({ districtId, staff, guardianId: (request.params as { id: string }).id, desk })
    if (opened.kind === 'not_found') return sayNotFound(reply)
    if (opened.kind !== 'open')
      return sayPlainly(reply, 409, 'That is not possible now', html`<p>${opened.problem}</p><p><a href="/families">Back</a></p>`)
    const task = fieldsOf(request)('task')
    return reply.redirect(`/conversations/${opened.id}${isUuid(task) ? `?task=${task}#write` : '#end'}`, 303)
  })
}

function foundPart(found: readonly FamilyRow[], alone: readonly string[], desk: string, name: string): Html {
  const without =
    alone.length === 0
      ? ''
      : html`<p class="note">The school’s list has no guardian of <bdi>${namesInWords(alone.slice(0, MOST))}</bdi>${alone.length > MOST ? ' and of more students: type more of the name to see them' : ''}, so nothing can be sent.</p>`
  if (found.length === 0 && alone.length > 0) return html`${without}`
  if (found.length === 0)
    return html`<p class="empty">No family of the school’s list has “<bdi>${name}</bdi>” in a name. Try a part of it.</p>`
  return html`${without}<ul class="rows">${found.slice(0, MOST).map((one) => familyLine(one, desk))}</ul>${found.length > MOST ? html`<p class="more"><a class="button" href="/families?${new URLSearchParams({ q: name, as: desk, after: found[MOST - 1]?.guardianId ?? '' })}">More families</a></p>` : ''}`
}

/** A guardian with the way to write; `desk`: in whose name, empty: the own. */
export function familyLine(one: FamilyRow, desk = ''): Html {
  const write = html`Write<span class="aside"> to ${one.guardian}</span>`
  return html`<li><div><b><bdi>${namesInWords(one.students)}</bdi></b> · <bdi>${one.guardian}</bdi><p class="hint">${one.language === null ? '' : `${languageWords(one.language)}, `}<span class="${one.reached === 'text' || one.reached === 'call' ? '' : 'bad'}">${REACHED[one.reached]}</span></p></div>${
    one.conversation !== null
      ? html`<a class="button" href="/conversations/${one.conversation}#end">${write}</a>`
      : one.reached === 'no_phone'
        ? ''
        : writeForm(one.guardianId, desk, write)
  }</li>`
}

/** The button that opens the conversation with a guardian; `task`: what was not sent there stands in the form then. */
export function writeForm(guardianId: string, desk: string, words: Html, task: string | null = null): Html {
  return html`<form method="post" action="/families/${encodeURIComponent(guardianId)}/conversation">${desk === '' ? '' : html`<input type="hidden" name="desk" value="${desk}">`}${task === null ? '' : html`<input type="hidden" name="task" value="${task}">`}<button>${words}</button></form>`
}

/** In whose names this visitor may write to families first: of the own desks, the office's before others, and of an administrator the own. */
async function writersOf({ staff, read }: Visit): Promise<readonly Writer[]> {
  const desks = await read((trx) => staffedDesks(trx, staff))
  const { scope } = staff
  const own: Writer[] =
    scope.kind === 'own' ? [] : [{ id: '', name: staff.displayName, schools: scope.kind === 'schools' ? scope.schools : null }]
  const inOrder = [...desks].sort((a, b) => Number(b.kind === 'office') - Number(a.kind === 'office'))
  return [...inOrder.map((one) => ({ id: one.id, name: `${one.school}, ${one.kind}`, schools: [one.schoolId] })), ...own]
}
