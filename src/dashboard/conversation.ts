/** A conversation: what was said, and the next message. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { Staff } from '../core/people.ts'
import { type Hint, plainWords } from '../core/plain-words.ts'
import { cleanText } from '../core/segments.ts'
import type { Acted, Action, ActRequest, CallUp, Composed } from '../relay/compose-ports.ts'
import type { Moment, Prepared, ToPrepare } from '../relay/ports.ts'
import { databaseNow } from '../store/database.ts'
import { describeDraft } from '../store/describing.ts'
import { appendEvents } from '../store/events.ts'
import { type ExchangeRecord, exchangeById, readCursor } from '../store/exchange-view.ts'
import { markSeen } from '../store/inbox-view.ts'
import { mayBeUrgent } from '../store/people.ts'
import { threadPulse } from '../store/pulse.ts'
import type { Audio } from '../store/recordings.ts'
import { momentOf } from '../store/settings.ts'
import { type ThreadHead, threadHead, threadPage } from '../store/thread-view.ts'
import { conversationPage, type Draft, previewPart } from './conversation-page.ts'
import type { Cookies } from './login-cookie.ts'
import { sendPage } from './page.ts'
import { LONGEST, type Sender, wrongDraft } from './sending.ts'
import { safeNext } from './sign-in.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, queryOf, sayNotFound, sayPlainly } from './wall.ts'

/** What conversations need of the house. */
export type ConversationDeps = Sender & {
  readonly call: (request: CallUp) => Promise<Composed>
  readonly act: (request: ActRequest) => Promise<Acted>
  /** What the family would get of a draft, and when. */
  readonly preview: (moment: Moment, draft: ToPrepare) => Promise<Prepared>
  /** A translation put back into the language of the writer, for the writer alone; null: nobody can just now. */
  readonly translateBack: (text: string, from: string, to: string, names: readonly string[]) => Promise<string | null>
  readonly recording: (staff: Staff, exchangeId: string) => Promise<Audio | 'not_yet' | null>
  /** Text segments that the carrier counts. */
  readonly segments: (body: string) => number
}

/** What a draft would become. */
export type Previewed = {
  readonly prepared: Prepared
  readonly segments: number
  readonly hints: readonly Hint[]
  readonly language: string
  /** The translation put back; undefined: nobody asked, null: it cannot be. */
  readonly back: string | null | undefined
}

const PAGE = 30
const ACTIONS: readonly Action[] = ['again', 'dismiss', 'release', 'cancel']
const DONE: Readonly<Record<Action, string>> = { again: 'again', dismiss: 'dismissed', release: 'released', cancel: 'canceled' }

/** Adds a conversation's page and what can be done on it. */
export function conversationRoutes(app: FastifyInstance, deps: ConversationDeps, cookies: Cookies, visitOf: VisitOf): void {
  const idOf = (request: FastifyRequest) => (request.params as { id: string }).id.toLowerCase()
  const headOf = (visit: Visit, id: string) => visit.read((trx) => threadHead(trx, visit.districtId, visit.staff, id))

  app.get('/conversations/:id', async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null) return sayNotFound(reply)
    const from = queryOf(request, 'draft')
    const draft = from === '' ? '' : await draftOf(visit, from)
    return show(
      visit,
      request,
      reply,
      head,
      { body: draft || queryOf(request, 'body').slice(0, LONGEST), urgent: false, reason: '' },
      null,
      null,
    )
  })

  app.post('/conversations/:id/preview', async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null || !head.own) return sayNotFound(reply)
    const draft = draftIn(request)
    const previewed = await previewOf(visit, head, draft, fieldsOf(request)('back') === 'yes')
    if (request.headers['x-part'] === 'preview') return sendPage(reply, previewPart(previewed, head.id))
    return show(visit, request, reply, head, draft, null, previewed)
  })

  app.post('/conversations/:id/messages', async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null || !head.own) return sayNotFound(reply)
    const draft = draftIn(request)
    const problem = await send(visit, head, draft, fieldsOf(request)('key'))
    if (problem.kind === 'wrong') return show(visit, request, reply.code(422), head, draft, problem.words, null)
    return reply.redirect(`/conversations/${head.id}?said=${problem.said}#end`, 303)
  })

  app.post('/conversations/:id/call', async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null || head.guardianId === null || head.staffSide !== visit.staff.id) return sayNotFound(reply)
    const kind = fieldsOf(request)('with')
    const called = await deps.call({
      districtId: visit.districtId,
      staff: visit.staff,
      guardianId: head.guardianId,
      with: kind === 'interpreter' ? 'interpreter' : null,
      interpreted: kind === 'machine',
      // A second press while it rings is refused; later it is another call.
      idempotency: null,
    })
    if (called.kind !== 'accepted')
      return show(visit, request, reply.code(409), head, { body: '', urgent: false, reason: '' }, called.problem, null)
    return reply.redirect(`/conversations/${head.id}?said=calling#end`, 303)
  })

  for (const action of ACTIONS)
    app.post(`/exchanges/:id/${action}`, async (request, reply) => settle(request, reply, action, DONE[action]))
  // A text that is on its way to a translator may be the last version somebody saw: editing cancels, and writes anew.
  app.post('/exchanges/:id/edit', async (request, reply) => settle(request, reply, 'cancel', 'edited'))

  app.get('/exchanges/:id/audio', async (request, reply) => {
    const audio = await deps.recording(visitOf(request).staff, idOf(request))
    if (audio === null) return sayNotFound(reply)
    if (audio === 'not_yet') return reply.code(503).header('retry-after', '10').send()
    return reply.type(audio.type).header('cache-control', 'private, no-store').send(audio.bytes)
  })

  async function settle(request: FastifyRequest, reply: FastifyReply, action: Action, said: string): Promise<FastifyReply> {
    const { districtId, staff } = visitOf(request)
    const back = safeNext(fieldsOf(request)('back'))
    const acted = await deps.act({ districtId, staff, exchangeId: idOf(request), action })
    if (acted.kind === 'not_found') return sayNotFound(reply)
    if (acted.kind !== 'done')
      return sayPlainly(reply, 409, 'That is not possible now', html`<p>${acted.problem}</p><p><a href="${back}">Back</a></p>`)
    return reply.redirect(`${back}?said=${said}${said === 'edited' ? `&draft=${idOf(request)}` : ''}#end`, 303)
  }

  function asSeen(record: ExchangeRecord): ExchangeRecord {
    return { ...record, view: { ...record.view, at: deps.asSeen(Temporal.Instant.from(record.view.at)).toString() } }
  }

  /** The words of an own message, to be written anew. */
  async function draftOf(visit: Visit, exchangeId: string): Promise<string> {
    const view = await visit.read(async (trx) =>
      exchangeById(trx, visit.districtId, visit.staff, exchangeId.toLowerCase(), (await momentOf(trx)).now),
    )
    return view?.direction === 'to_family' ? view.original.text : ''
  }

  async function send(
    visit: Visit,
    head: ThreadHead,
    draft: Draft,
    key: string,
  ): Promise<{ kind: 'done'; said: string } | { kind: 'wrong'; words: string }> {
    const wrong = wrongDraft(draft.body)
    if (wrong !== null) return { kind: 'wrong', words: wrong }
    if (head.guardianId === null) return { kind: 'wrong', words: 'This family has no guardian on the school’s list any more.' }
    const composed = await deps.send(visit, {
      to: { guardian: head.guardianId },
      body: draft.body,
      key,
      urgentReason: draft.urgent ? draft.reason : null,
      desk: head.isDesk ? head.staffSide : null,
    })
    if (composed.kind !== 'accepted') return { kind: 'wrong', words: composed.problem }
    return { kind: 'done', said: composed.exchanges[0]?.status === 'held' ? 'held' : 'sent' }
  }

  async function previewOf(visit: Visit, head: ThreadHead, draft: Draft, back: boolean): Promise<Previewed | null> {
    const text = cleanText(draft.body).slice(0, LONGEST)
    if (text === '') return null
    const given = await visit.read(async (trx) => ({
      moment: await momentOf(trx),
      item: await describeDraft(trx, visit.districtId, { conversationId: head.id, guardianId: head.guardianId, text }),
    }))
    if (given.item === null) return null
    const prepared = await deps.preview(given.moment, { ...given.item, urgent: draft.urgent })
    return {
      prepared,
      segments: prepared.body === null ? 0 : deps.segments(prepared.body),
      hints: plainWords(draft.body),
      language: prepared.translation?.language ?? prepared.originalLanguage,
      back:
        back && prepared.translation !== null
          ? await deps.translateBack(
              prepared.translation.text,
              prepared.translation.language,
              prepared.originalLanguage,
              given.item.names,
            )
          : undefined,
    }
  }

  async function show(
    visit: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
    head: ThreadHead,
    draft: Draft,
    problem: string | null,
    previewed: Previewed | null,
  ): Promise<FastifyReply> {
    const { districtId, staff } = visit
    const before = readCursor(queryOf(request, 'before'))
    const { now, thread, urgent, pulse } = await visit.read(async (trx) => {
      const moment = await momentOf(trx)
      const thread = await threadPage(trx, districtId, head.id, { before, limit: PAGE, now: moment.now })
      if (head.own) await markSeen(trx, districtId, staff.id, head.id)
      else
        await appendEvents(trx, districtId, [
          {
            exchangeId: null,
            at: await databaseNow(trx),
            what: 'conversation_seen',
            who: staff.id,
            detail: { conversation: head.id },
          },
        ])
      return {
        now: moment.now,
        thread: { ...thread, records: thread.records.map(asSeen) },
        urgent: await mayBeUrgent(trx, staff, head.schoolId),
        pulse: await threadPulse(trx, districtId, head.id),
      }
    })
    const asked = queryOf(request, 'first')
    if (asked !== '') cookies.set(reply, 'first', asked === 'original' ? 'original' : 'understood')
    const originalFirst = (asked || cookies.read(request, 'first')) === 'original'
    const body = conversationPage({
      head,
      thread,
      now,
      pulse,
      draft,
      problem,
      previewed,
      mayBeUrgent: urgent,
      originalFirst,
    })
    const title = head.students.length > 0 ? head.students.join(', ') : head.guardians.join(', ')
    return visit.page(reply, 'inbox', title, body)
  }
}

function draftIn(request: FastifyRequest): Draft {
  const fields = fieldsOf(request)
  return { body: fields('body'), urgent: fields('urgent') === 'yes', reason: fields('reason').slice(0, 300) }
}
