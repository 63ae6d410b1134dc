/** A conversation: what was said, and the next message. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isUuid } from '../core/uuid.ts'
import type { CallUp, Composed } from '../relay/compose-ports.ts'
import { claim, giveBack } from '../store/claims.ts'
import type { ExchangeRecord } from '../store/exchange-record.ts'
import { readCursor, writeCursor } from '../store/exchange-view.ts'
import { markSeen } from '../store/inbox-view.ts'
import { noteSeen } from '../store/oversight.ts'
import { mayBeUrgent } from '../store/people.ts'
import { threadPulse } from '../store/pulse.ts'
import { sentencesFor } from '../store/sentences.ts'
import { momentOf } from '../store/settings.ts'
import { openTasks, taskSchools } from '../store/task-list.ts'
import { childrenOf, type ThreadHead, threadHead, threadPage } from '../store/thread-view.ts'
import { takenFirst } from './claiming.ts'
import { type Draft, draftFields, draftOf, type Previewed, previewPart } from './composer.ts'
import { conversationPage } from './conversation-page.ts'
import { type DraftDeps, draftAnew, previewOf, sendDraft } from './drafting.ts'
import type { Cookies } from './login-cookie.ts'
import { sendPage } from './page.ts'
import { LONGEST } from './sending.ts'
import { type Addressee, keepWritten, withSentence, wordsOf } from './sentences.ts'
import { readUpload, uploadIn } from './upload.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, looksByItself, queryOf, sayNotFound } from './wall.ts'
import { familyInWords } from './words.ts'

/** What conversations need of the house. */
export type ConversationDeps = DraftDeps & {
  readonly call: (request: CallUp) => Promise<Composed>
  readonly now: () => Promise<Temporal.Instant>
}

const PAGE = 30
const GONE =
  'The message has gone out meanwhile, or somebody took it back, and cannot be changed any more. Send this one as well, or leave it.'

/** Adds a conversation's page and what can be done on it. */
export function conversationRoutes(app: FastifyInstance, deps: ConversationDeps, cookies: Cookies, visitOf: VisitOf): void {
  const idOf = (request: FastifyRequest) => (request.params as { id: string }).id.toLowerCase()
  const headOf = (visit: Visit, id: string) => visit.read((trx) => threadHead(trx, visit.districtId, visit.staff, id))

  app.get('/conversations/:id', async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null) return sayNotFound(reply)
    const from = queryOf(request, 'edit')
    const draft =
      (from === '' ? null : await draftAnew(visit, head, from)) ??
      draftOf((await unsentWords(visit, queryOf(request, 'task'))) ?? queryOf(request, 'body').slice(0, LONGEST))
    return show(visit, request, reply, head, draft, null, null)
  })

  /** The words of a task that this visitor sees about a message that was not sent; null: there is no such one. */
  const unsentWords = (visit: Visit, id: string) =>
    visit.read(async (trx) => {
      const asked = { id, after: null, limit: 1, asSeen: deps.asSeen }
      const [task] = isUuid(id) ? await openTasks(trx, visit.staff, await taskSchools(trx, visit.staff), asked) : []
      return task?.kind === 'not_sent' ? (task.original?.text ?? null) : null
    })

  app.post('/conversations/:id/preview', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null || !head.own) return sayNotFound(reply)
    const draft = draftIn(request)
    const previewed = await previewOf(deps, visit, head, draft, fieldsOf(request)('back') === 'yes')
    if (request.headers['x-part'] === 'preview')
      return sendPage(reply, previewPart({ head, draft, previewed, ...(await addressed(visit, head)) }))
    return show(visit, request, reply, head, draft, null, previewed)
  })

  app.post('/conversations/:id/insert', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null || !head.own) return sayNotFound(reply)
    const draft = draftIn(request)
    const saved = await visit.read((trx) => sentencesFor(trx, visit.districtId, visit.staff.id))
    const words = wordsOf(fieldsOf(request)('insert'), saved, (await addressed(visit, head)).to)
    const body = words === null ? draft.body : withSentence(draft.body, words)
    return show(visit, request, reply, head, { ...draft, body }, null, null)
  })

  app.post('/conversations/:id/keep', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null || !head.own) return sayNotFound(reply)
    const draft = draftIn(request)
    const { done, words } = await visit.read((trx) => keepWritten(trx, visit, draft.body))
    return show(visit, request, done ? reply : reply.code(422), head, draft, done ? null : words, null, done ? words : null)
  })

  app.post('/conversations/:id/messages', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null || !head.own) return sayNotFound(reply)
    const draft = draftIn(request)
    const fields = fieldsOf(request)
    const taken = takenFirst(head.claim, visit.staff.id, fields('despite'))
    if (taken !== null) return show(visit, request, reply.code(409), head, draft, taken, null)
    const problem = await sendDraft(deps, visit, head, draft, uploadIn(request), fields('key'))
    if (problem.kind === 'wrong') return show(visit, request, reply.code(422), head, draft, problem.words, null)
    if (problem.kind === 'gone') return show(visit, request, reply.code(409), head, { ...draft, replaces: null }, GONE, null)
    // Who answers for a desk has it: the others need not wonder whether somebody does.
    if (head.isDesk && head.claim === null) await visit.read((trx) => claim(trx, visit.staff, 'conversation', head.id, null))
    return reply.redirect(`/conversations/${head.id}?said=${problem.said}#end`, 303)
  })

  for (const [action, said] of [
    ['claim', 'taken'],
    ['leave', 'given_back'],
  ] as const)
    app.post(`/conversations/:id/${action}`, async (request, reply) => {
      const visit = visitOf(request)
      const head = await headOf(visit, idOf(request))
      if (head === null || !head.own || !head.isDesk) return sayNotFound(reply)
      const from = fieldsOf(request)('from') || null
      const done = await visit.read((trx) =>
        action === 'claim'
          ? claim(trx, visit.staff, 'conversation', head.id, from)
          : giveBack(trx, visit.staff, 'conversation', head.id),
      )
      return reply.redirect(`/conversations/${head.id}?said=${done ? said : 'taken_meanwhile'}#end`, 303)
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
    if (called.kind !== 'accepted') return show(visit, request, reply.code(409), head, draftOf(''), called.problem, null)
    return reply.redirect(`/conversations/${head.id}?said=calling#end`, 303)
  })

  /** Whom sentences speak of here. */
  async function addressed(
    { staff, districtId, read }: Visit,
    head: ThreadHead,
  ): Promise<{ readonly now: Temporal.Instant; readonly to: Addressee }> {
    const now = await deps.now()
    const children = await read((trx) => childrenOf(trx, districtId, head))
    const teacher = head.staffSide === staff.id ? staff.displayName : null
    return { now, to: { children, teacher, today: now.toZonedDateTimeISO(head.zone).toPlainDate() } }
  }

  function asSeen(record: ExchangeRecord): ExchangeRecord {
    return { ...record, view: { ...record.view, at: deps.asSeen(Temporal.Instant.from(record.view.at)).toString() } }
  }

  async function show(
    visit: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
    head: ThreadHead,
    draft: Draft,
    problem: string | null,
    previewed: Previewed | null,
    noted: string | null = null,
  ): Promise<FastifyReply> {
    const { districtId, staff } = visit
    const before = readCursor(queryOf(request, 'before'))
    const { now, thread, urgent, pulse, saved } = await visit.read(async (trx) => {
      const moment = await momentOf(trx)
      const thread = await threadPage(trx, districtId, head.id, { before, limit: PAGE, now: moment.now })
      if (head.own) await markSeen(trx, districtId, staff.id, head.id)
      else await noteSeen(trx, staff, head.id, looksByItself(request))
      return {
        now: moment.now,
        thread: { ...thread, records: thread.records.map(asSeen), moves: thread.moves.map(deps.asSeen) },
        urgent: await mayBeUrgent(trx, staff, head.schoolId),
        pulse: await threadPulse(trx, districtId, head.id),
        saved: await sentencesFor(trx, districtId, staff.id),
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
      address: `/conversations/${head.id}${before === null ? '' : `?before=${writeCursor(before)}`}`,
      draft,
      problem,
      previewed,
      mayBeUrgent: urgent,
      saved,
      to: (await addressed(visit, head)).to,
      noted,
      originalFirst,
      reader: staff.id,
      asSeen: deps.asSeen,
    })
    return visit.page(reply, 'inbox', familyInWords(head), body)
  }
}

/** The draft that a form brings, its picture with it. */
function draftIn(request: FastifyRequest): Draft {
  const draft = draftFields(fieldsOf(request))
  return uploadIn(request).kind === 'none' ? draft : { ...draft, picture: true }
}
