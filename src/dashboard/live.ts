/** Pages that stay true: a stream of server-sent events tells an open page when to look again. Without it the page is true when it is loaded. */

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Db, Trx } from '../store/database.ts'
import { loginOf } from '../store/logins.ts'
import { inboxPulse, tasksPulse, threadPulse } from '../store/pulse.ts'
import { taskSchools } from '../store/task-list.ts'
import { threadHead } from '../store/thread-view.ts'
import type { Cookies } from './login-cookie.ts'
import type { VisitOf } from './visits.ts'
import { queryOf, sayNotFound } from './wall.ts'

/** What the stream needs of the house. */
export type LiveDeps = {
  readonly db: Db
  /** Calls `look` when a job of this server did something; gives the function that ends it. Other servers' work is seen by the clock. */
  readonly subscribe: (look: () => void) => () => void
}

/** Between two looks without a hint. */
const LOOK_MS = 5_000
/** A stream ends after this long and the browser comes again, so that a login that ended does not go on watching. */
const STREAM_MS = 10 * 60_000

/** Adds `/live?of=CONVERSATION` (or `tasks`, or nothing for the inbox): an event whose id is the pulse of what is shown; a browser that comes again says the last one. */
export function liveRoutes(app: FastifyInstance, deps: LiveDeps, cookies: Cookies, visitOf: VisitOf): void {
  const open = new Set<FastifyReply>()
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
    for (const reply of open) reply.raw.end()
  })

  app.get('/live', { compress: false }, async (request, reply) => {
    const { staff, districtId, read } = visitOf(request)
    const of = queryOf(request, 'of')
    const may = await read(async (trx) => {
      if (of === '') return true
      return of === 'tasks'
        ? (await taskSchools(trx, staff))?.length !== 0
        : (await threadHead(trx, districtId, staff, of)) !== null
    })
    if (!may) return sayNotFound(reply)
    const pulseOf = (trx: Trx) => {
      if (of === '') return inboxPulse(trx, districtId, staff.id)
      return of === 'tasks' ? tasksPulse(trx, districtId) : threadPulse(trx, districtId, of)
    }
    if (closing) return reply.code(503).send()
    const token = cookies.read(request, 'login') ?? ''
    let last = String(request.headers['last-event-id'] ?? queryOf(request, 'was'))
    let looking = false
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write('retry: 3000\n\n')
    open.add(reply)
    const look = () => {
      if (looking) return
      looking = true
      lookOnce()
        .catch((error) => {
          if (!closing) request.log.warn({ reqId: request.id, err: error }, 'a live page could not look')
          reply.raw.end()
        })
        .finally(() => {
          looking = false
        })
    }
    const lookOnce = async () => {
      if ((await loginOf(deps.db, token, true)) === null) return void reply.raw.end()
      const pulse = await read(pulseOf)
      if (pulse === last) return void reply.raw.write(':\n\n')
      last = pulse
      reply.raw.write(`id: ${pulse}\ndata: look\n\n`)
    }
    const clock = setInterval(look, LOOK_MS)
    const end = setTimeout(() => reply.raw.end(), STREAM_MS)
    const unsubscribe = deps.subscribe(look)
    reply.raw.once('close', () => {
      clearInterval(clock)
      clearTimeout(end)
      unsubscribe()
      open.delete(reply)
    })
    look()
  })
}
