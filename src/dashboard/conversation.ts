/** A conversation: what was said, and the next message. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { plainWords } from '../core/plain-words.ts'
import { cleanText } from '../core/segments.ts'
import { withIntroduction } from '../core/texts.ts'
import type { Acted, ActRequest, CallUp, Composed } from '../relay/compose-ports.ts'
import type { StoredPicture } from '../relay/picture-ports.ts'
import type { Moment } from '../relay/ports.ts'
import type { Prepared, ToPrepare } from '../relay/prepare-ports.ts'
import type { ForStaff } from '../relay/translating.ts'
import { claim, giveBack } from '../store/claims.ts'
import { databaseNow } from '../store/database.ts'
import { describeDraft } from '../store/describing.ts'
import { appendEvents } from '../store/events.ts'
import { type ExchangeRecord, exchangeById, readCursor } from '../store/exchange-view.ts'
import { wordingsOf } from '../store/fixed-texts.ts'
import { markSeen } from '../store/inbox-view.ts'
import type { Keys } from '../store/keys.ts'
import { mayBeUrgent } from '../store/people.ts'
import { pictureOfMessage } from '../store/pictures.ts'
import { threadPulse } from '../store/pulse.ts'
import { sentencesFor } from '../store/sentences.ts'
import { momentOf } from '../store/settings.ts'
import { standsIn, type ThreadHead, threadHead, threadPage } from '../store/thread-view.ts'
import { takenFirst } from './claiming.ts'
import { type Draft, draftFields, draftOf, type Previewed, previewPart } from './composer.ts'
import { conversationPage } from './conversation-page.ts'
import { laterOf, wishOf } from './later.ts'
import type { Cookies } from './login-cookie.ts'
import { sendPage } from './page.ts'
import { LONGEST, type Sender, wrongDraft } from './sending.ts'
import { keepWritten, withSentence, wordsOf } from './sentences.ts'
import { readUpload, type Upload, uploadIn } from './upload.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, queryOf, sayNotFound } from './wall.ts'
import { familyInWords } from './words.ts'

/** What conversations need of the house. */
export type ConversationDeps = Sender &
  Pick<ForStaff, 'translateBack'> & {
    readonly keys: Keys
    readonly call: (request: CallUp) => Promise<Composed>
    readonly act: (request: ActRequest) => Promise<Acted>
    /** What the family would get of a draft, and when. */
    readonly preview: (moment: Moment, draft: ToPrepare) => Promise<Prepared>
    readonly now: () => Promise<Temporal.Instant>
    /** Text segments that the carrier counts. */
    readonly segments: (body: string) => number
  }

const PAGE = 30
const GONE = 'The message has gone out meanwhile, and cannot be changed any more. Send this one as well, or leave it.'

/** Adds a conversation's page and what can be done on it. */
export function conversationRoutes(app: FastifyInstance, deps: ConversationDeps, cookies: Cookies, visitOf: VisitOf): void {
  const idOf = (request: FastifyRequest) => (request.params as { id: string }).id.toLowerCase()
  const headOf = (visit: Visit, id: string) => visit.read((trx) => threadHead(trx, visit.districtId, visit.staff, id))

  app.get('/conversations/:id', async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null) return sayNotFound(reply)
    const from = queryOf(request, 'edit')
    const draft = (from === '' ? null : await draftAnew(visit, head, from)) ?? draftOf(queryOf(request, 'body').slice(0, LONGEST))
    return show(visit, request, reply, head, draft, null, null)
  })

  app.post('/conversations/:id/preview', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null || !head.own) return sayNotFound(reply)
    const draft = draftIn(request)
    const previewed = await previewOf(visit, head, draft, fieldsOf(request)('back') === 'yes')
    if (request.headers['x-part'] === 'preview')
      return sendPage(reply, previewPart({ head, draft, previewed, now: await deps.now() }))
    return show(visit, request, reply, head, draft, null, previewed)
  })

  app.post('/conversations/:id/insert', { preValidation: readUpload }, async (request, reply) => {
    const visit = visitOf(request)
    const head = await headOf(visit, idOf(request))
    if (head === null || !head.own) return sayNotFound(reply)
    const draft = draftIn(request)
    const saved = await visit.read((trx) => sentencesFor(trx, visit.districtId, visit.staff.id))
    const words = wordsOf(fieldsOf(request)('insert'), saved)
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
    const problem = await send(visit, head, draft, uploadIn(request), fields('key'))
    if (problem.kind === 'wrong') return show(visit, request, reply.code(422), head, draft, problem.words, null)
    if (problem.kind === 'gone') return show(visit, request, reply.code(409), head, { ...draft, replaces: null }, GONE, null)
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

  function asSeen(record: ExchangeRecord): ExchangeRecord {
    return { ...record, view: { ...record.view, at: deps.asSeen(Temporal.Instant.from(record.view.at)).toString() } }
  }

  /** A message that waits, to be changed, with its picture and the time that was chosen for it; null: there is none that waits. */
  async function draftAnew(visit: Visit, head: ThreadHead, exchangeId: string): Promise<Draft | null> {
    const id = exchangeId.toLowerCase()
    const { view, picture } = await visit.read(async (trx) => {
      const view = (await standsIn(trx, visit.districtId, head.id, id))
        ? await exchangeById(trx, visit.districtId, visit.staff, id, (await momentOf(trx)).now)
        : null
      return { view, picture: view === null ? null : await pictureOfMessage(trx, visit.districtId, head.id, id) }
    })
    if (!head.own || view?.direction !== 'to_family' || (view.status !== 'held' && view.status !== 'queued')) return null
    const { notBefore, byVoice, original } = view
    const later = notBefore === null ? {} : { later: laterOf(Temporal.Instant.from(notBefore), head.zone) }
    return { ...draftOf(original.text), ...later, byVoice, same: picture === null ? null : id, replaces: id }
  }

  /** Takes back the message whose place another takes; a second press finds it taken back already. False: it has gone out. */
  async function takenBack(visit: Visit, head: ThreadHead, exchangeId: string): Promise<boolean> {
    const { districtId, staff } = visit
    if (!(await visit.read((trx) => standsIn(trx, districtId, head.id, exchangeId)))) return false
    const acted = await deps.act({ districtId, staff, exchangeId, action: 'cancel' })
    if (acted.kind === 'done') return true
    const view = await visit.read(async (trx) => exchangeById(trx, districtId, staff, exchangeId, (await momentOf(trx)).now))
    return view?.status === 'canceled'
  }

  /** The picture that goes along: a new one, or that of a message which was taken back. */
  async function pictureFor(visit: Visit, head: ThreadHead, draft: Draft, upload: Upload): Promise<StoredPicture | null> {
    if (upload.kind === 'picture') return deps.storePicture(visit.districtId, upload.picture)
    const { same } = draft
    return same === null ? null : visit.read((trx) => pictureOfMessage(trx, visit.districtId, head.id, same))
  }

  async function send(
    visit: Visit,
    head: ThreadHead,
    draft: Draft,
    upload: Upload,
    key: string,
  ): Promise<{ kind: 'done'; said: string } | { kind: 'wrong'; words: string } | { kind: 'gone' }> {
    const wrong = wrongDraft(draft.body)
    if (wrong !== null) return { kind: 'wrong', words: wrong }
    const wish = wishOf(draft.later, head.zone)
    if (wish.kind === 'wrong') return { kind: 'wrong', words: wish.problem }
    if (upload.kind === 'wrong') return upload
    const { guardianId, unknownPhone } = head
    if (guardianId === null && unknownPhone === null)
      return { kind: 'wrong', words: 'This family has no guardian on the school’s list any more.' }
    const picture = await pictureFor(visit, head, draft, upload)
    if (draft.replaces !== null && !(await takenBack(visit, head, draft.replaces))) return { kind: 'gone' }
    const composed = await deps.send(visit, {
      to: guardianId === null ? { unknown: head.id } : { guardian: guardianId },
      body: draft.body,
      picture,
      key,
      urgentReason: draft.urgent ? draft.reason : null,
      notBefore: wish.kind === 'at' ? wish.at : null,
      byVoice: draft.byVoice,
      desk: head.isDesk ? head.staffSide : null,
    })
    if (composed.kind !== 'accepted') return { kind: 'wrong', words: composed.problem }
    return { kind: 'done', said: composed.exchanges[0]?.status === 'held' ? (wish.kind === 'at' ? 'scheduled' : 'held') : 'sent' }
  }

  async function previewOf(visit: Visit, head: ThreadHead, draft: Draft, back: boolean): Promise<Previewed | null> {
    const text = cleanText(draft.body).slice(0, LONGEST)
    if (text.trim() === '') return null
    const wish = wishOf(draft.later, head.zone)
    const given = await visit.read(async (trx) => {
      const moment = await momentOf(trx)
      const item = await describeDraft(trx, deps.keys, visit.districtId, moment.now, {
        conversationId: head.id,
        guardianId: head.guardianId,
        text,
        urgent: draft.urgent,
        notBefore: wish.kind === 'at' ? wish.at : null,
        byVoice: draft.byVoice,
        picture: draft.picture || draft.same !== null,
      })
      return { moment, item, wordings: await wordingsOf(trx, visit.districtId) }
    })
    if (given.item === null) return null
    const prepared = await deps.preview(given.moment, given.item)
    const language = prepared.translation?.language ?? prepared.originalLanguage
    const introduces = !head.introduced && prepared.channel === 'text' && prepared.body !== null
    const reader = prepared.translation?.language ?? head.languages[0] ?? 'en'
    const words = introduces ? withIntroduction(prepared.body ?? '', reader, head.schoolName, given.wordings) : prepared.body
    return {
      prepared,
      body: words,
      segments: words === null ? 0 : deps.segments(words),
      hints: plainWords(draft.body),
      picture: draft.picture || draft.same !== null,
      language,
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
    noted: string | null = null,
  ): Promise<FastifyReply> {
    const { districtId, staff } = visit
    const before = readCursor(queryOf(request, 'before'))
    const { now, thread, urgent, pulse, saved } = await visit.read(async (trx) => {
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
      draft,
      problem,
      previewed,
      mayBeUrgent: urgent,
      saved,
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
