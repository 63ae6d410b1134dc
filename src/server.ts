/** The HTTP server: plugins by name, one error handler, log lines without addresses' queries or bodies. */

import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, LogController } from 'fastify'
import type { Logger } from 'pino'
import { sendProblem } from './api/problems.ts'
import type { Metrics } from './metrics.ts'

/** What the server is put together from. */
export type ServerDeps = {
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'page' | 'contentType' | 'webhooks'>
  /** What is not well, each in one word or two; empty when all is. */
  readonly problems: () => Promise<readonly string[]>
  readonly webhooks: FastifyPluginAsync
  readonly api: FastifyPluginAsync | null
  /** Further plugins (the simulator), each with its own rules. */
  readonly others: readonly FastifyPluginAsync[]
  /** Where `/` leads. */
  readonly home: string | null
}

/** Builds the server; `listen` is the caller's. */
export async function buildServer(deps: ServerDeps): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: deps.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
    // The client's word on host, scheme and address is never taken: addresses come from PUBLIC_URL.
    trustProxy: false,
    // A roster comes over a slow line; the carrier gives its webhooks up after 15 s by itself.
    requestTimeout: 120_000,
    forceCloseConnections: 'idle',
    // What still comes over an open connection while the door is being shut is answered like any other request, not with 503.
    return503OnClosing: false,
    // A sourcedId of 255 characters may take up to four times as many in an address.
    routerOptions: { maxParamLength: 1_100 },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, error.statusCode ?? 400),
  })

  // What is answered while the door is being shut would keep its connection for 72 s more, and the close would wait for it.
  app.addHook('preClose', async () => {
    const idle = setInterval(() => app.server.closeIdleConnections(), 50).unref()
    app.server.once('close', () => clearInterval(idle))
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    deps.logger.debug(
      { reqId: request.id, method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'answered',
    )
    if (route.startsWith('/webhooks/'))
      deps.metrics.webhooks.inc({ kind: route.split('/')[3] ?? 'other', answer: String(reply.statusCode) })
  })
  app.setErrorHandler(async (error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : 500
    if (status === 500)
      deps.logger.error({ reqId: request.id, route: request.routeOptions.url ?? 'none', err: error }, 'a request failed')
    return sendProblem(reply, status)
  })
  app.setNotFoundHandler(async (_request, reply) => sendProblem(reply, 404))

  app.get('/health', async (_request, reply) => {
    const problems = await deps.problems()
    return reply
      .code(problems.length === 0 ? 200 : 503)
      .send(problems.length === 0 ? { status: 'well' } : { status: 'not well', problems })
  })
  app.get('/metrics', async (_request, reply) => reply.type(deps.metrics.contentType).send(await deps.metrics.page()))
  if (deps.home !== null) app.get('/', async (_request, reply) => reply.redirect(deps.home as string, 302))

  await app.register(deps.webhooks)
  if (deps.api !== null) await app.register(deps.api)
  for (const other of deps.others) await app.register(other)
  return app
}
