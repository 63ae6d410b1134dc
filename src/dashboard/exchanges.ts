/** What can be done with one exchange, and what can be heard and seen of it. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { byteRange } from '../core/byte-range.ts'
import type { Staff } from '../core/people.ts'
import type { Acted, Action, ActRequest } from '../relay/compose-ports.ts'
import type { Picture } from '../store/picture-view.ts'
import type { Audio } from '../store/recordings.ts'
import { conversationOf } from '../store/thread-view.ts'
import { safeNext } from './sign-in.ts'
import type { VisitOf } from './visits.ts'
import { fieldsOf, sayNotFound, sayPlainly } from './wall.ts'

/** What exchanges need of the house. */
export type ExchangeDeps = {
  readonly act: (request: ActRequest) => Promise<Acted>
  readonly recording: (staff: Staff, exchangeId: string, isPart: boolean) => Promise<Audio | 'not_yet' | null>
  readonly picture: (staff: Staff, exchangeId: string, n: number) => Promise<Picture | 'not_yet' | null>
}

/** What can be done with an exchange. */
export const ACTIONS: readonly Action[] = ['again', 'dismiss', 'release', 'cancel']
const DONE: Readonly<Record<Action, string>> = { again: 'again', dismiss: 'dismissed', release: 'released', cancel: 'canceled' }

/** Adds the routes; the house itself asks who may. */
export function exchangeRoutes(app: FastifyInstance, deps: ExchangeDeps, visitOf: VisitOf): void {
  const idOf = (request: FastifyRequest) => (request.params as { id: string }).id.toLowerCase()

  for (const action of ACTIONS)
    app.post(`/exchanges/:id/${action}`, async (request, reply) => {
      const { districtId, staff } = visitOf(request)
      const reason = fieldsOf(request)('reason').trim().slice(0, 300)
      const acted = await deps.act({ districtId, staff, exchangeId: idOf(request), action, reason })
      return sayActed(reply, acted, action, safeNext(fieldsOf(request)('back')))
    })

  // An exchange has no page of its own.
  for (const action of ACTIONS)
    app.get(`/exchanges/:id/${action}`, async (request, reply) => {
      const { read, districtId, staff } = visitOf(request)
      const conversation = await read((trx) => conversationOf(trx, districtId, staff, idOf(request)))
      return conversation === null ? sayNotFound(reply) : reply.redirect(`/conversations/${conversation}`, 303)
    })

  app.get('/exchanges/:id/audio', { compress: false }, async (request, reply) => {
    const { range } = request.headers
    const audio = await deps.recording(visitOf(request).staff, idOf(request), range !== undefined)
    if (audio === null) return sayNotFound(reply)
    if (audio === 'not_yet') return reply.code(503).header('retry-after', '10').send()
    reply.type(audio.type).header('cache-control', 'private, no-store').header('accept-ranges', 'bytes')
    // Safari plays nothing that it cannot have in parts.
    const size = audio.bytes.length
    const part = byteRange(range, size)
    if (part === 'whole') return reply.send(audio.bytes)
    if (part === 'outside') return reply.code(416).header('content-range', `bytes */${size}`).send()
    const { first, last } = part
    return reply
      .code(206)
      .header('content-range', `bytes ${first}-${last}/${size}`)
      .send(audio.bytes.subarray(first, last + 1))
  })

  app.get('/exchanges/:id/pictures/:n', { compress: false }, async (request, reply) => {
    const { n } = request.params as { n: string }
    const picture = /^\d{1,2}$/.test(n) ? await deps.picture(visitOf(request).staff, idOf(request), Number(n)) : null
    if (picture === null) return sayNotFound(reply)
    if (picture === 'not_yet') return reply.code(503).header('retry-after', '10').send()
    return reply.type(picture.type).header('cache-control', 'private, no-store').send(picture.bytes)
  })
}

/** Answers what came of an action: the page that it came from says it was done, or a page says why not. */
export async function sayActed(reply: FastifyReply, acted: Acted, action: Action, back: string): Promise<FastifyReply> {
  if (acted.kind === 'not_found') return sayNotFound(reply)
  if (acted.kind !== 'done')
    return sayPlainly(reply, 409, 'That is not possible now', html`<p>${acted.problem}</p><p><a href="${back}">Back</a></p>`)
  // What was put off to later goes as soon as the hours allow, and that may not be now.
  const said = action === 'release' && acted.status === 'held' ? 'held' : DONE[action]
  return reply.redirect(`${back}?said=${said}#end`, 303)
}
