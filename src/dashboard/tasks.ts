/** What waits for a person: one queue for the office, aides and administrators, the first due first. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { Staff } from '../core/people.ts'
import { isUuid } from '../core/uuid.ts'
import { claim, giveBack } from '../store/claims.ts'
import type { Trx } from '../store/database.ts'
import { noteLook } from '../store/oversight.ts'
import { zoneOf } from '../store/people.ts'
import { tasksPulse } from '../store/pulse.ts'
import { finishTask, openTasks, type TaskRow, taskCursor, taskSchools } from '../store/task-list.ts'
import { takenBy } from './claiming.ts'
import { ACTIONS, type ExchangeDeps, sayActed } from './exchanges.ts'
import { writeForm } from './families.ts'
import type { Html } from './page.ts'
import { mayReview } from './school-texts.ts'
import type { Sender } from './sending.ts'
import { isKind, KINDS, PRESSES, whatToDo } from './task-words.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, looksByItself, queryOf, sayNotFound } from './wall.ts'
import { arrives, briefly, counted, languageWords, namesInWords, timeTag } from './words.ts'

const MOST = 100

/** Adds the page. */
export function tasksRoutes(
  app: FastifyInstance,
  deps: Pick<Sender, 'asSeen'> & Pick<ExchangeDeps, 'act'> & { readonly now: () => Promise<Temporal.Instant> },
  visitOf: VisitOf,
): void {
  const { asSeen } = deps
  app.get('/tasks', async (request, reply) => {
    const visit = visitOf(request)
    const { staff } = visit
    const now = await deps.now()
    const after = taskCursor.read(queryOf(request, 'after'))
    const found = await visit.read(async (trx) => {
      const schools = await taskSchools(trx, staff)
      if (schools !== null && schools.length === 0) return null
      const upTo = await openTasks(trx, staff, schools, { id: null, after, limit: MOST + 1, asSeen })
      // When an open page looks again, what has come meanwhile is read anew, and nothing else.
      const isNew = looksByItself(request) ? ({ at }: TaskRow) => now.since(at).total('minutes') < 2 : () => true
      const read = upTo.slice(0, MOST).filter((task) => !task.own && (task.original?.text ?? '') !== '' && isNew(task))
      if (read.length > 0) await noteLook(trx, staff, { in: 'tasks', count: read.length })
      return {
        upTo,
        zone: await zoneOf(trx, staff),
        pulse: await tasksPulse(trx, visit.districtId),
        reviews: staff.scope.kind === 'own' && (await mayReview(trx, staff)),
      }
    })
    if (found === null) return sayNotFound(reply)
    const { upTo, zone, pulse, reviews } = found
    const tasks = upTo.slice(0, MOST)
    const last = upTo.length > MOST ? tasks.at(-1) : undefined
    const next = last && taskCursor.write({ due: last.due?.toString() ?? null, at: last.at.toString(), id: last.id })
    const groups = Map.groupBy(tasks, (task) => groupOf(task, now))
    const line = (task: TaskRow) => taskLine(task, { now, zone: task.zone ?? zone, asSeen, reader: staff.id })
    return visit.page(
      reply,
      'tasks',
      'Tasks',
      html`<div class="bar" data-watch="/live?of=tasks&was=${pulse}"><h1>Tasks</h1></div><div id="tasks" data-live>${
        tasks.length === 0
          ? html`<p class="empty">Nothing waits for anybody. When a message may not have gone out, an unknown phone writes or a family cannot be reached, it stands here.</p>`
          : html`<p class="sub">${next !== undefined || after !== null ? `${tasks.length} of those to do, the first due first` : tasks.length === 1 ? 'One to do' : `${tasks.length} to do, the first due first`}.</p>${GROUPS.map(
              ({ id, name }) => {
                const of = groups.get(id) ?? []
                return of.length === 0
                  ? ''
                  : html`<h2>${name} <b class="count">${of.length}</b></h2><ul class="rows">${of.map(line)}</ul>`
              },
            )}`
      }</div>${next === undefined ? '' : html`<p class="more"><a class="button" href="/tasks?after=${next}">Later ones</a></p>`}${reviews ? html`<p class="hint">Do you speak the families’ languages? <a href="/school/texts">Read what Homeline itself says to them</a>, and say what is right.</p>` : ''}`,
    )
  })

  /** The open task of an address, where this person sees it. */
  const shownTask = async (trx: Trx, staff: Staff, request: FastifyRequest): Promise<TaskRow | undefined> => {
    const { id } = request.params as { id: string }
    if (!isUuid(id)) return undefined
    return (await openTasks(trx, staff, await taskSchools(trx, staff), { id, after: null, limit: 1, asSeen }))[0]
  }
  const guarded =
    (act: (trx: Trx, staff: Staff, id: string, from: string | null) => Promise<string>) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const { staff, read }: Visit = visitOf(request)
      const from = fieldsOf(request)('from') || null
      const said = await read(async (trx) => {
        const task = await shownTask(trx, staff, request)
        return task === undefined ? null : act(trx, staff, task.id, from)
      })
      return said === null ? sayNotFound(reply) : reply.redirect(`/tasks?said=${said}`, 303)
    }
  for (const action of ACTIONS)
    app.post(`/tasks/:id/${action}`, async (request, reply) => {
      const { districtId, staff, read }: Visit = visitOf(request)
      const task = await read((trx) => shownTask(trx, staff, request))
      const settles = task === undefined || !isKind(task.kind) ? undefined : KINDS[task.kind].settles
      const exchangeId = task?.exchangeId ?? null
      if (exchangeId === null || !settles?.includes(action)) return sayNotFound(reply)
      return sayActed(
        reply,
        await deps.act({ districtId, staff, exchangeId, action, reason: '', inTask: true }),
        action,
        '/tasks',
      )
    })
  app.post(
    '/tasks/:id/claim',
    guarded(async (trx, staff, id, from) => ((await claim(trx, staff, 'task', id, from)) ? 'taken' : 'taken_meanwhile')),
  )
  app.post(
    '/tasks/:id/leave',
    guarded(async (trx, staff, id) => ((await giveBack(trx, staff, 'task', id)) ? 'given_back' : 'taken_meanwhile')),
  )
  app.post(
    '/tasks/:id/done',
    guarded(async (trx, staff, id) => {
      await finishTask(trx, staff, id)
      return 'task_done'
    }),
  )
}

const GROUPS = [
  { id: 'overdue', name: 'Overdue' },
  { id: 'due', name: 'To do' },
  { id: 'open', name: 'Without a time, until the school has set its hours' },
] as const

function groupOf({ due }: TaskRow, now: Temporal.Instant): (typeof GROUPS)[number]['id'] {
  if (due === null) return 'open'
  return Temporal.Instant.compare(due, now) < 0 ? 'overdue' : 'due'
}

/** How a task is shown: the times by the school's clock, and to whom. */
type Shown = {
  readonly now: Temporal.Instant
  readonly zone: string
  readonly asSeen: (at: Temporal.Instant) => Temporal.Instant
  readonly reader: string
}

function taskLine(task: TaskRow, { now, zone, asSeen, reader }: Shown): Html {
  const { title, todo, settles } = isKind(task.kind)
    ? KINDS[task.kind]
    : { title: task.kind.replaceAll('_', ' '), todo: 'Look at it.', settles: undefined }
  const button = (path: string, words: string, kind = 'quiet') =>
    html`<form method="post" action="${path}"><input type="hidden" name="back" value="/tasks"><input type="hidden" name="from" value="${task.claim?.staffId ?? ''}"><button class="${kind}" data-key="${path}">${words}</button></form>`
  const text = (one: { language: string | null; text: string } | null) =>
    one === null || one.text.trim() === ''
      ? ''
      : html`<div class="side"><p class="words" lang="${one.language ?? 'und'}" dir="auto">${one.text}</p>${one.language === null ? '' : html`<p class="label">${languageWords(one.language)}</p>`}</div>`
  const mine = task.claim?.staffId === reader
  const late = groupOf(task, now) === 'overdue'
  return html`<li><div class="wide"><div class="bar"><h3>${title}</h3><span>${
    task.claim === null ? '' : html`<i class="tag">${takenBy(task.claim, mine, { now, zone, asSeen })}</i> `
  }${
    task.due === null
      ? ''
      : html`<i class="tag ${late ? 'bad' : ''}">${late ? 'Was due' : 'Due'} ${timeTag(task.due, arrives(task.due, now, zone))}</i>`
  }</span></div>
<p class="hint">${task.people.length === 0 ? '' : html`<bdi>${namesInWords(task.people)}</bdi> · `}${typeof task.detail['families'] === 'number' ? `${counted(task.detail['families'], 'family', 'families')} · ` : ''}${task.staffName === null ? '' : html`with <bdi>${task.staffName}</bdi> · `}${timeTag(task.at, briefly(task.at, now, zone))}</p>
<p>${whatToDo(task, todo)}</p>
${task.original === null && task.translation === null ? '' : html`<div class="both">${text(task.original)}${text(task.translation)}</div>`}
<div class="actions">${
    task.claim === null
      ? button(`/tasks/${task.id}/claim`, 'I take it', '')
      : mine
        ? button(`/tasks/${task.id}/leave`, 'Give it back')
        : button(`/tasks/${task.id}/claim`, 'Take it over')
  }${
    settles !== undefined && task.exchangeId !== null
      ? settles.map((action) => button(`/tasks/${task.id}/${action}`, PRESSES[action]))
      : task.kind === 'stranger' && task.unknownPhone !== null
        ? ''
        : button(`/tasks/${task.id}/done`, 'Done')
  }${task.unknownPhone === null ? '' : html`<a class="button" href="/strangers/${task.unknownPhone}">Whose phone?</a>`}${task.conversation === null ? '' : html`<a class="button quiet" href="/conversations/${task.conversation}#x-${task.exchangeId}">Open the conversation</a>`}${task.own && settles?.includes('cancel') ? html`<a class="button quiet" href="/conversations/${task.conversation}?edit=${task.exchangeId}#write">Change it</a>` : ''}${task.writeTo === null ? '' : writeForm(task.writeTo.guardian, task.writeTo.desk ?? '', html`Write to the family`, task.kind === 'not_sent' ? task.id : null)}</div></div></li>`
}
