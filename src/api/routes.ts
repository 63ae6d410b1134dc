/** The calls of API v1. Who calls is known; what they may see is decided in the store, what they may send in the relay. */

import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import type { Staff } from '../core/people.ts'
import { cleanText } from '../core/segments.ts'
import type {
  Accepted,
  Acted,
  Action,
  CallUp,
  Composed,
  ComposeRequest,
  Idempotency,
  PinGiven,
  PinRequest,
  Target,
} from '../relay/compose-ports.ts'
import { openConversationViews } from '../store/conversation-view.ts'
import { inDistrict } from '../store/database.ts'
import { canonical } from '../store/events.ts'
import { exchangeById, exchangePage, readCursor, readTime, writeCursor } from '../store/exchange-view.ts'
import { noteLook } from '../store/oversight.ts'
import type { Picture } from '../store/picture-view.ts'
import type { Audio } from '../store/recordings.ts'
import { sendProblem } from './problems.ts'
import * as schema from './schemas.ts'
import { addSchoolRoutes, type SchoolRouteDeps } from './school-routes.ts'

/** What the API needs of the house. */
export type RouteDeps = SchoolRouteDeps & {
  /** For hours and `sendAfter`. */
  readonly now: () => Promise<Temporal.Instant>
  readonly compose: (request: ComposeRequest) => Promise<Composed>
  readonly call: (request: CallUp) => Promise<Composed>
  /** The PIN of a guardian's household, or the caller's own. */
  readonly pin: (request: PinRequest) => Promise<PinGiven>
  readonly act: (request: {
    readonly districtId: string
    readonly staff: Staff
    readonly exchangeId: string
    readonly action: Action
  }) => Promise<Acted>
  /** What was recorded of an exchange, for who may see it. */
  readonly recording: (staff: Staff, exchangeId: string) => Promise<Audio | 'not_yet' | null>
  /** One of its pictures, from 1, for who may see it. */
  readonly picture: (staff: Staff, exchangeId: string, n: number) => Promise<Picture | 'not_yet' | null>
}

const COMPOSED = { not_found: 404, unreachable: 409, gone: 409, forbidden: 403, wrong: 400, key_reused: 422 } as const
const ACTED = { not_found: 404, conflict: 409, forbidden: 403 } as const
type View = z.infer<typeof schema.Exchange>

const NO_EXCHANGE = 'There is no such exchange: check the id.'
const NO_RECORDING = 'There is no recording of this exchange: check the id.'
const NOT_YET = 'The recording is still on its way from the carrier: ask again in a moment.'
const NO_PICTURE = 'There is no such picture of this exchange: check id and number.'
const PICTURE_NOT_YET = 'The picture is still on its way from the carrier: ask again in a moment.'

const ACTIONS: Readonly<Record<Action, string>> = {
  again: 'Sends again what may not have arrived.',
  dismiss: 'Leaves what may not have arrived as it is.',
  release: 'Sends now what is held.',
  cancel: 'Cancels what is held.',
}

function accepted({ id, status, sendAfter }: Accepted) {
  return { id, status: status as View['status'], sendAfter: sendAfter?.toString() ?? null }
}

/** Adds the calls to `app`, which has checked the token: `staffOf` gives its staff member. */
export function addRoutes(app: FastifyInstance, deps: RouteDeps, staffOf: (request: FastifyRequest) => Staff): void {
  const api = app.withTypeProvider<ZodTypeProvider>()
  const { db } = deps

  const message = {
    headers: schema.Idempotency,
    body: schema.NewMessage,
    response: { 202: schema.Accepted, ...schema.problems(400, 401, 403, 404, 409, 413, 415, 422) },
  }
  api.post(
    '/messages',
    { schema: { summary: 'Writes to families, one exchange a phone.', ...message } },
    async (request, reply) => {
      const { districtId, id: staffId } = staffOf(request)
      const composed = await deps.compose({
        districtId,
        staffId,
        ...composeFields(request.body, request.headers['idempotency-key']),
      })
      if (composed.kind !== 'accepted') return sendProblem(reply, COMPOSED[composed.kind], composed.problem)
      return reply.code(202).send({ exchanges: composed.exchanges.map(accepted) })
    },
  )

  const call = {
    headers: schema.Idempotency,
    body: schema.NewCall,
    response: { 202: schema.Accepted, ...schema.problems(400, 401, 404, 409, 413, 415, 422) },
  }
  api.post(
    '/calls',
    {
      schema: {
        summary: 'Calls a family: the caller’s own phone rings first, then the family’s; neither sees the other’s number.',
        ...call,
      },
    },
    async (request, reply) => {
      const staff = staffOf(request)
      const { to, with: other, interpreted } = request.body
      const asked = other === undefined || other === 'interpreter' ? (other ?? null) : { staff: other.staff }
      const called = await deps.call({
        districtId: staff.districtId,
        staff,
        guardianId: to.guardian,
        with: asked,
        interpreted: interpreted === true,
        idempotency: idempotencyOf(request.headers['idempotency-key'], {
          call: { to, with: other ?? null, interpreted: interpreted === true },
        }),
      })
      if (called.kind !== 'accepted') return sendProblem(reply, COMPOSED[called.kind], called.problem)
      return reply.code(202).send({ exchanges: called.exchanges.map(accepted) })
    },
  )

  const exchange = { params: schema.ById, response: { 200: schema.Exchange, ...schema.problems(401, 404) } }
  const see = async (staff: Staff, id: string) => {
    const now = await deps.now()
    return inDistrict(db, staff.districtId, (trx) => exchangeById(trx, staff.districtId, staff, id.toLowerCase(), now))
  }
  api.get('/exchanges/:id', { schema: { summary: 'One exchange.', ...exchange } }, async (request, reply) => {
    const staff = staffOf(request)
    const view = await see(staff, request.params.id)
    if (view !== null && isOthers(staff, view))
      await inDistrict(db, staff.districtId, (trx) => noteLook(trx, staff, { exchange: view.id, count: 1 }))
    return view === null ? sendProblem(reply, 404, NO_EXCHANGE) : reply.send(view as View)
  })

  const recording = { params: schema.ById, response: { 200: schema.Recording, ...schema.problems(401, 404, 503) } }
  api.get(
    '/exchanges/:id/recording',
    { schema: { summary: 'The audio of a voicemail or of a message that was said; each play is in the log.', ...recording } },
    async (request, reply) => {
      const audio = await deps.recording(staffOf(request), request.params.id.toLowerCase())
      if (audio === null) return sendProblem(reply, 404, NO_RECORDING)
      if (audio === 'not_yet') return sendProblem(reply.header('retry-after', '10'), 503, NOT_YET)
      return reply.type(audio.type).header('cache-control', 'private, no-store').send(audio.bytes)
    },
  )

  const picture = { params: schema.PictureById, response: { 200: schema.Picture, ...schema.problems(400, 401, 404, 503) } }
  api.get(
    '/exchanges/:id/pictures/:n',
    { schema: { summary: 'A picture of an exchange, from 1; each look is in the log.', ...picture } },
    async (request, reply) => {
      const { id, n } = request.params
      const found = await deps.picture(staffOf(request), id.toLowerCase(), Number(n))
      if (found === null) return sendProblem(reply, 404, NO_PICTURE)
      if (found === 'not_yet') return sendProblem(reply.header('retry-after', '10'), 503, PICTURE_NOT_YET)
      return reply.type(found.type).header('cache-control', 'private, no-store').send(found.bytes)
    },
  )

  const page = { querystring: schema.ExchangeQuery, response: { 200: schema.ExchangePage, ...schema.problems(400, 401) } }
  api.get(
    '/exchanges',
    { schema: { summary: 'The exchanges that the caller may see, oldest first.', ...page } },
    async (request, reply) => {
      const staff = staffOf(request)
      const { from, to, cursor, limit, ...query } = request.query
      const filter = {
        from: from === undefined ? null : readTime(from),
        to: to === undefined ? null : readTime(to),
        staff: query.staff ?? null,
        guardian: query.guardian ?? null,
        notices: query.notices === 'true',
        after: cursor === undefined ? null : readCursor(cursor),
        limit,
      }
      const now = await deps.now()
      const { records, next } = await inDistrict(db, staff.districtId, async (trx) => {
        const found = await exchangePage(trx, staff.districtId, staff, filter, now)
        const { staff: side, guardian } = filter
        const count = found.records.filter(({ view }) => isOthers(staff, view)).length
        if (count > 0) await noteLook(trx, staff, { from: from ?? null, to: to ?? null, staff: side, guardian, count })
        return found
      })
      return reply.send({ exchanges: records.map(({ view }) => view as View), next: next === null ? null : writeCursor(next) })
    },
  )

  for (const [action, summary] of Object.entries(ACTIONS) as [Action, string][]) {
    const settle = { params: schema.ById, response: { 200: schema.Exchange, ...schema.problems(401, 403, 404, 409) } }
    api.post(`/exchanges/:id/${action}`, { schema: { summary, ...settle } }, async (request, reply) => {
      const staff = staffOf(request)
      const id = request.params.id.toLowerCase()
      if ((await see(staff, id)) === null) return sendProblem(reply, 404, NO_EXCHANGE)
      const acted = await deps.act({ districtId: staff.districtId, staff, exchangeId: id, action })
      if (acted.kind !== 'done') return sendProblem(reply, ACTED[acted.kind], acted.problem)
      const view = await see(staff, id)
      return view === null ? sendProblem(reply, 404, NO_EXCHANGE) : reply.send(view as View)
    })
  }

  addSchoolRoutes(app, deps, staffOf)

  const pins = {
    headers: schema.Idempotency,
    body: schema.NewPin,
    response: { 200: schema.Pin, ...schema.problems(400, 401, 404, 413, 415, 422) },
  }
  api.post(
    '/pins',
    { schema: { summary: 'The PIN with which a family hears its messages from any phone; or the caller’s own.', ...pins } },
    async (request, reply) => {
      const staff = staffOf(request)
      const { guardian = null, anew = false, text = false } = request.body
      const given = await deps.pin({
        districtId: staff.districtId,
        staff,
        guardianId: guardian,
        anew,
        text,
        idempotency: idempotencyOf(request.headers['idempotency-key'], { pin: { guardian, anew, text } }),
      })
      if (given.kind !== 'given') return sendProblem(reply, COMPOSED[given.kind], given.problem)
      return reply.send({ pin: given.pin })
    },
  )

  const conversations = {
    querystring: schema.ConversationQuery,
    response: { 200: schema.Conversations, ...schema.problems(400, 401) },
  }
  api.get(
    '/conversations',
    { schema: { summary: 'The open conversations that the caller may see.', ...conversations } },
    async (request, reply) => {
      const staff = staffOf(request)
      const filter = { staff: request.query.staff ?? null, guardian: request.query.guardian ?? null }
      const views = await inDistrict(db, staff.districtId, (trx) => openConversationViews(trx, staff.districtId, staff, filter))
      return reply.send(views.map((view) => ({ ...view, guardians: [...view.guardians] })))
    },
  )
}

/** Whether an administrator sees by this what somebody else wrote or was written. */
function isOthers(staff: Staff, view: { readonly staff: string | null }): boolean {
  return staff.scope.kind !== 'own' && view.staff !== staff.id
}

/** A body as the relay takes it. The digest is of what is meant, so that a repeat may write its JSON otherwise. */
function composeFields(
  body: z.infer<typeof schema.NewMessage>,
  key: string | undefined,
): Omit<ComposeRequest, 'districtId' | 'staffId'> {
  const urgent = body.urgent === true
  const fields = {
    to: Object.fromEntries(Object.entries(body.to).filter(([, id]) => id !== undefined)) as Target,
    body: cleanText(body.body),
    urgent,
    reason: urgent ? cleanText(body.reason ?? '') : null,
    byVoice: body.byVoice === true,
  }
  const notBefore = body.notBefore === undefined ? null : readTime(body.notBefore)
  return { ...fields, notBefore, idempotency: idempotencyOf(key, { ...fields, notBefore: notBefore?.toString() ?? null }) }
}

function idempotencyOf(key: string | undefined, meant: Parameters<typeof canonical>[0]): Idempotency | null {
  return key === undefined ? null : { key, digest: createHash('sha256').update(canonical(meant)).digest() }
}
