/** An unknown phone that wrote or called: whose it is, an answer without knowing that, or nobody's whom the school knows. */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { ForReading, ForStaff } from '../relay/translating.ts'
import type { ExchangeRecord } from '../store/exchange-record.ts'
import { zoneOf } from '../store/people.ts'
import { countryOf } from '../store/schools.ts'
import { momentOf } from '../store/settings.ts'
import { type Candidate, candidates, heardFrom, type Stranger, strangerOf } from '../store/strangers.ts'
import { dismissStranger, identify, openUnknown } from '../store/strangers-settling.ts'
import { DIFFERS, differs, notice } from './conversation-page.ts'
import type { Html } from './page.ts'
import { attachments } from './pictures.ts'
import { type Sender, wrongDraft } from './sending.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, listOf, queryOf, sayNotFound } from './wall.ts'
import { briefly, duration, languageWords, namesInWords, outcome, timeTag } from './words.ts'

/** What these pages need of the house. */
export type StrangersDeps = Sender &
  Pick<ForStaff, 'translateUnknown'> & {
    /** A phone was settled: what it wrote waits to be translated. */
    readonly placed: () => void
  }

/** Adds the pages. `:id` is a phone's id, never its number. Who does not see the school's tasks finds nothing. */
export function strangersRoutes(app: FastifyInstance, deps: StrangersDeps, visitOf: VisitOf): void {
  const idOf = (request: FastifyRequest) => (request.params as { id: string }).id.toLowerCase()
  const strangerHere = (visit: Visit, request: FastifyRequest) => visit.read((trx) => strangerOf(trx, visit.staff, idOf(request)))

  app.get('/strangers/:id', async (request, reply) => {
    const visit = visitOf(request)
    const stranger = await strangerHere(visit, request)
    return stranger === null ? sayNotFound(reply) : show(visit, request, reply, stranger, { body: '', problem: null })
  })

  app.post('/strangers/:id/guardians', async (request, reply) => {
    const visit = visitOf(request)
    const stranger = await strangerHere(visit, request)
    if (stranger === null) return sayNotFound(reply)
    const chosen = listOf(request, 'guardian')
    const conversation = await visit.read(async (trx) =>
      identify(trx, await momentOf(trx), visit.staff, stranger.phoneId, chosen),
    )
    if (conversation === null) return show(visit, request, reply.code(422), stranger, { body: '', problem: null }, NOBODY_CHOSEN)
    deps.placed()
    return reply.redirect(
      stranger.mayAnswer ? `/conversations/${conversation}?said=identified#end` : '/tasks?said=identified',
      303,
    )
  })

  app.post('/strangers/:id/messages', async (request, reply) => {
    const visit = visitOf(request)
    const stranger = await strangerHere(visit, request)
    if (stranger === null || !stranger.mayAnswer) return sayNotFound(reply)
    const fields = fieldsOf(request)
    const body = fields('body')
    const wrong = stranger.optedOut ? STOPPED : wrongDraft(body)
    if (wrong !== null) return show(visit, request, reply.code(422), stranger, { body, problem: wrong })
    const conversation = await visit.read(async (trx) => openUnknown(trx, await momentOf(trx), visit.staff, stranger.phoneId))
    if (conversation === null) return sayNotFound(reply)
    deps.placed()
    const to = { unknown: conversation }
    const composed = await deps.send(visit, { to, body, key: fields('key'), desk: `${stranger.schoolId}/office` })
    if (composed.kind !== 'accepted')
      return show(visit, request, reply.code(422), { ...stranger, conversation }, { body, problem: composed.problem })
    return reply.redirect(
      `/conversations/${conversation}?said=${composed.exchanges[0]?.status === 'held' ? 'held' : 'sent'}#end`,
      303,
    )
  })

  app.post('/strangers/:id/dismiss', async (request, reply) => {
    const visit = visitOf(request)
    const done = await visit.read(async (trx) => dismissStranger(trx, await momentOf(trx), visit.staff, idOf(request)))
    return done ? reply.redirect('/tasks?said=stranger_dismissed', 303) : sayNotFound(reply)
  })

  async function show(
    visit: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
    stranger: Stranger,
    draft: { readonly body: string; readonly problem: string | null },
    wrongChoice: string | null = null,
  ): Promise<FastifyReply> {
    const name = (queryOf(request, 'q') || fieldsOf(request)('q')).slice(0, 100)
    const most = STEP * Math.min(MOST_STEPS, Math.max(1, Number.parseInt(queryOf(request, 'part'), 10) || 1))
    const {
      heard: all,
      found,
      now,
      zone,
      country,
    } = await visit.read(async (trx) => {
      const moment = await momentOf(trx)
      return {
        now: moment.now,
        heard: await heardFrom(trx, visit.staff, stranger, moment, most + 1),
        found: name.trim() === '' ? null : await candidates(trx, visit.staff, stranger, { name }, CANDIDATES + 1),
        zone: await zoneOf(trx, visit.staff),
        country: await countryOf(trx, visit.districtId),
      }
    })
    const records = all.slice(-most)
    const older = new URLSearchParams({ part: `${most / STEP + 1}`, ...(name === '' ? {} : { q: name }) })
    const words =
      queryOf(request, 'translate') === 'yes'
        ? new Map(
            await Promise.all(
              records.map(
                async ({ view: x }) =>
                  [
                    x.id,
                    x.direction === 'to_staff' && x.translation === null
                      ? await deps.translateUnknown(x.original.text, country)
                      : null,
                  ] as const,
              ),
            ),
          )
        : null
    const when = (at: Temporal.Instant) => timeTag(deps.asSeen(at), briefly(deps.asSeen(at), now, zone))
    const at = `/strangers/${stranger.phoneId}`
    return visit.page(
      reply,
      'tasks',
      'An unknown phone',
      html`<p class="crumb"><a href="/tasks">Tasks</a></p><div class="bar"><div><h1>An unknown phone</h1><p class="sub">It reached <bdi>${stranger.schoolName}</bdi>. Its number is kept, and shown to nobody.</p></div>${
        words === null && records.some(({ view: x }) => x.direction === 'to_staff' && x.original.text !== '')
          ? html`<a class="button" href="${at}?translate=yes">Translate it</a>`
          : ''
      }</div>${
        stranger.before === null
          ? ''
          : html`<p class="note">Somebody looked at this phone before: ${stranger.before.by === null ? '' : html`<bdi>${stranger.before.by}</bdi>, `}${when(stranger.before.at)}.</p>`
      }${stranger.optedOut ? html`<p class="note">${STOPPED}</p>` : ''}
${
  all.length <= most
    ? ''
    : most < STEP * MOST_STEPS
      ? html`<p class="more"><a class="button" href="${at}?${older}">Older</a></p>`
      : html`<p class="hint">What came before is in the school’s record: ask an administrator for it.</p>`
}<div class="thread"><ol>${records.map((record) => {
        const { view } = record
        const said = when(Temporal.Instant.from(view.at))
        return record.author === 'gateway'
          ? notice(view, 'the phone', said, outcome(record, now, zone), '')
          : heard(view, said, words?.get(view.id) ?? null, words !== null)
      })}</ol></div>
<h2>Whose phone is it?</h2><div class="composer">${wrongChoice === null ? '' : html`<p class="wrong" role="alert">${wrongChoice}</p>`}<p class="hint">Be sure before you say so, for example by calling the number that is on the list. From then on all that is written to that guardian goes to this phone, and no longer to the one before.</p>
<form action="${at}" role="search" class="search"><label class="aside" for="q">Name of a guardian or a student</label><input id="q" name="q" type="search" value="${name}" placeholder="Guardian or student">${words === null ? '' : html`<input type="hidden" name="translate" value="yes">`}<button>Search</button></form>${
        found === null ? '' : candidatesForm(at, name, found)
      }</div>${
        stranger.mayAnswer && !stranger.optedOut && (stranger.conversation === null || draft.problem !== null)
          ? answerForm(at, draft)
          : ''
      }${stranger.conversation === null || !stranger.mayAnswer ? '' : html`<p class="more"><a class="button" href="/conversations/${stranger.conversation}#end">Answer in the conversation</a></p>`}
<h2>Nobody whom the school knows?</h2><form method="post" action="${at}/dismiss" class="composer"><p class="hint">A wrong number, or advertising. Nothing is sent, and what came is kept. Should this phone write again, it is asked about again.</p><button>Not one of ours</button></form>`,
    )
  }
}

/** Messages that are shown at first and with each “Older”, how often, and guardians whom a name finds. */
const STEP = 30
const MOST_STEPS = 20
const CANDIDATES = 20

const NOBODY_CHOSEN =
  'Nothing was changed: find the guardian by name and tick whose phone it is. Only families of this school can be chosen.'
const STOPPED = 'This phone asked for no more messages (STOP), so nothing can be sent to it until it texts START.'

function heard(x: ExchangeRecord['view'], when: Html, translated: ForReading | null, asked: boolean): Html {
  const mine = x.direction === 'to_family'
  const theirs = x.translation ?? null
  const shown = translated ?? (theirs === null ? null : { text: theirs.text, from: x.original.language, differs: differs(x) })
  return html`<li class="${mine ? 'mine' : 'theirs'}">${x.kind === 'message' ? '' : html`<p class="kind">${x.kind === 'call' ? 'Call' : 'Voice message'}${x.seconds === null ? '' : html` · ${duration(x.seconds)}`}</p>`}
${x.original.text === '' ? '' : html`<p class="words" dir="auto">${x.original.text}</p>`}${attachments(x, { students: [] })}${
  shown === null || mine
    ? asked && x.original.text !== '' && !mine
      ? html`<p class="label">Not translated</p>`
      : ''
    : html`<p class="words" lang="en">${shown.text}</p><p class="label">From ${languageWords(shown.from)}, by machine</p>${shown.differs ? DIFFERS : ''}`
}${x.recording === null ? '' : html`<audio controls preload="none" src="/exchanges/${x.id}/audio">Your browser plays no sound.</audio>`}<p class="foot">${when}</p></li>`
}

function candidatesForm(at: string, name: string, found: readonly Candidate[]): Html {
  if (found.length === 0)
    return html`<p class="hint" role="status">No family of this school has “<bdi>${name}</bdi>” in a name.</p>`
  return html`<form method="post" action="${at}/guardians"><input type="hidden" name="q" value="${name}"><fieldset><legend>This is the phone of</legend>${found
    .slice(0, CANDIDATES)
    .map(
      (one) =>
        html`<label class="tick"><input type="checkbox" name="guardian" value="${one.id}"> <span><bdi>${one.name}</bdi>${
          one.students === null || one.students.length === 0
            ? ''
            : html` <span class="hint">· <bdi>${namesInWords(one.students)}</bdi></span>`
        }${one.otherPhone ? html` <span class="hint">· reached by another phone so far</span>` : ''}</span></label>`,
    )}</fieldset>${found.length > CANDIDATES ? html`<p class="note">There are more than these ${CANDIDATES}: type more of the name, such as the student’s first and last name.</p>` : ''}<p class="hint">Tick two only when both read this phone: each sees what is written to the other. What still waits for them on the phone before is canceled, and its writer sees that.</p><button class="main">This is their phone</button></form>`
}

function answerForm(at: string, draft: { readonly body: string; readonly problem: string | null }): Html {
  return html`<h2>Answer without knowing whose it is</h2><form method="post" action="${at}/messages" class="composer">${
    draft.problem === null ? '' : html`<p class="wrong" role="alert">${draft.problem}</p>`
  }<p class="hint">In the name of the office, in the language in which it wrote. Name no child and say nothing private: you do not know who reads it.</p><input type="hidden" name="key" value="${randomUUID()}">
<label for="body">Answer</label><textarea id="body" name="body" rows="3" dir="auto" required>${draft.body}</textarea><button class="main">Send</button></form>`
}
