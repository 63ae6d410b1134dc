/** What waits for a person: one queue for the office, aides and administrators. */

import type { FastifyInstance } from 'fastify'
import { html } from 'hono/html'
import { zoneOf } from '../store/people.ts'
import { openTasks, settleTask, type TaskRow, taskSchools } from '../store/task-list.ts'
import type { Html } from './page.ts'
import { mayReview } from './school-texts.ts'
import type { Sender } from './sending.ts'
import type { VisitOf } from './visits.ts'
import { sayNotFound } from './wall.ts'
import { briefly, languageWords, namesInWords, timeTag } from './words.ts'

/** What each kind of task says, and what there is to do. `settles`: what the exchange itself can be told. */
const KINDS: Readonly<Record<string, { readonly title: string; readonly todo: string; readonly settles?: 'unknown' | 'held' }>> =
  {
    unknown: {
      title: 'A message may not have gone out',
      todo: 'The carrier never said whether it took it. Send it again, or leave it.',
      settles: 'unknown',
    },
    unreached: {
      title: 'A family was not reached',
      todo: 'Texts or calls did not get through. Try another way, and check the number in the student information system.',
    },
    to_record: {
      title: 'A message waits to be spoken',
      todo: 'No computer voice speaks this language. An aide calls the school number, gives the PIN, and reads it aloud.',
      settles: 'held',
    },
    no_number: {
      title: 'A message waits for a free number',
      todo: 'Buy a number and run “homeline numbers sync”.',
      settles: 'held',
    },
    opted_out: {
      title: 'A family asked to get no more messages',
      todo: 'Nothing is sent to this phone any more. Talk to the family if it was a mistake: they text START to come back.',
    },
    wrong_number: {
      title: 'Somebody says that the number is wrong',
      todo: 'Correct it in the student information system; it comes over with the next import.',
    },
    maybe_stop: {
      title: 'A family may want no more messages',
      todo: 'Read what was written. If it means stop, ask the family to text STOP.',
    },
    stranger: {
      title: 'An unknown phone wrote',
      todo: 'Find out whose it is and put the number into the student information system. Nobody was told anything.',
    },
    lost_staff: {
      title: 'A teacher’s text reached nobody',
      todo: 'It came to a number that is no conversation. Tell the teacher.',
    },
    carrier_block: {
      title: 'The carrier blocks a number for a family',
      todo: 'The family texted STOP to one number. They text START to it to come back.',
    },
    phone_unusable: {
      title: 'A phone cannot be reached at all',
      todo: 'The carrier says that this number does not exist or takes no texts. Check it with the family.',
    },
    carrier_setup: {
      title: 'The carrier account needs a look',
      todo: 'Whoever runs the server should look at the account’s settings.',
    },
    calls_refused: { title: 'A family wants no more calls', todo: 'Texts still arrive, where the phone takes them.' },
    call_back: { title: 'A family asked to be called', todo: 'Call it, with somebody who speaks the language.' },
    voicemail: { title: 'A voice message for the office', todo: 'Listen to it and call back.' },
    person_wanted: { title: 'Somebody asked for a person in a call', todo: 'Call back, with somebody who speaks the language.' },
    recording_lost: {
      title: 'A recording could not be fetched',
      todo: 'The carrier does not have it. Ask the family to say it again.',
    },
    picture_lost: {
      title: 'A picture could not be fetched',
      todo: 'The carrier does not have it. Ask the family to send it again.',
    },
    roster_phone: { title: 'A phone number of the roster is none', todo: 'Correct it in the student information system.' },
    roster_language: { title: 'A language of the roster is unknown', todo: 'Correct it in the student information system.' },
    roster_agent: { title: 'A guardian of the roster is missing', todo: 'Correct it in the student information system.' },
  }

const MOST = 100

/** Adds the page. */
export function tasksRoutes(
  app: FastifyInstance,
  deps: Sender & { readonly now: () => Promise<Temporal.Instant> },
  visitOf: VisitOf,
): void {
  app.get('/tasks', async (request, reply) => {
    const visit = visitOf(request)
    const { staff } = visit
    const now = await deps.now()
    const { schools, tasks, zone, reviews } = await visit.read(async (trx) => {
      const schools = await taskSchools(trx, staff)
      return {
        schools,
        reviews: staff.scope.kind === 'own' && (await mayReview(trx, staff)),
        tasks: await openTasks(trx, staff, schools, { id: null, limit: MOST }),
        zone: await zoneOf(trx, staff),
      }
    })
    if (schools !== null && schools.length === 0) return sayNotFound(reply)
    return visit.page(
      reply,
      'tasks',
      'Tasks',
      html`<h1>Tasks</h1>${
        tasks.length === 0
          ? html`<p class="empty">Nothing waits for anybody. When a message may not have gone out, an unknown phone writes or a family cannot be reached, it stands here.</p>`
          : html`<p class="sub">${tasks.length === MOST ? `The ${MOST} oldest` : tasks.length === 1 ? 'One' : tasks.length} to do, the oldest first.</p>
<ul class="rows">${tasks.map((task) => taskLine(task, timeTag(task.at, briefly(deps.asSeen(task.at), now, zone))))}</ul>`
      }${reviews ? html`<p class="hint">Do you speak the families’ languages? <a href="/school/texts">Read what Homeline itself says to them</a>, and say what is right.</p>` : ''}`,
    )
  })

  for (const what of ['claim', 'leave', 'done'] as const)
    app.post(`/tasks/:id/${what}`, async (request, reply) => {
      const { staff, read } = visitOf(request)
      const id = (request.params as { id: string }).id
      const settled = await read(async (trx) => {
        const [task] = UUID.test(id) ? await openTasks(trx, staff, await taskSchools(trx, staff), { id, limit: 1 }) : []
        if (task !== undefined) await settleTask(trx, staff, id, what)
        return task !== undefined
      })
      return settled ? reply.redirect('/tasks', 303) : sayNotFound(reply)
    })
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function taskLine(task: TaskRow, when: Html): Html {
  const { title, todo, settles } = KINDS[task.kind] ?? {
    title: task.kind.replaceAll('_', ' '),
    todo: 'Look at it.',
    settles: undefined,
  }
  const button = (path: string, words: string, kind = 'quiet') =>
    html`<form method="post" action="${path}"><input type="hidden" name="back" value="/tasks"><button class="${kind}">${words}</button></form>`
  const text = (one: { language: string | null; text: string } | null) =>
    one === null || one.text.trim() === ''
      ? ''
      : html`<div class="side"><p class="words" lang="${one.language ?? 'und'}" dir="auto">${one.text}</p><p class="label">${languageWords(one.language ?? 'und')}</p></div>`
  return html`<li><div class="wide"><div class="bar"><h2>${title}</h2><span class="hint">${when}</span></div>
<p class="hint">${task.people.length === 0 ? '' : html`<bdi>${namesInWords(task.people)}</bdi>`}${task.staffName === null ? '' : html` · with <bdi>${task.staffName}</bdi>`}${
    task.claimedBy === null ? '' : html` · <b>${task.mine ? 'taken by you' : html`taken by <bdi>${task.claimedBy}</bdi>`}</b>`
  }</p><p>${todo}</p>
${task.original === null && task.translation === null ? '' : html`<div class="both">${text(task.original)}${text(task.translation)}</div>`}
<div class="actions">${task.claimedBy === null ? button(`/tasks/${task.id}/claim`, 'I take it', '') : task.mine ? button(`/tasks/${task.id}/leave`, 'Give it back') : ''}${
    settles === 'unknown' && task.exchangeId !== null
      ? html`${button(`/exchanges/${task.exchangeId}/again`, 'Send again')}${button(`/exchanges/${task.exchangeId}/dismiss`, 'Leave it')}`
      : settles === 'held' && task.exchangeId !== null
        ? button(`/exchanges/${task.exchangeId}/cancel`, 'Cancel the message')
        : button(`/tasks/${task.id}/done`, 'Done')
  }${task.conversation === null ? '' : html`<a class="button quiet" href="/conversations/${task.conversation}#x-${task.exchangeId}">Open the conversation</a>`}</div></div></li>`
}
