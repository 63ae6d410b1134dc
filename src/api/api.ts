/** API v1 under `/api/v1`: tokens, problem details, the description, and nothing that another part of the server could loosen. */

import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, HTTPMethods } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Staff } from '../core/people.ts'
import type { Keys } from '../store/keys.ts'
import { staffOfToken } from '../store/tokens.ts'
import { handleError, sendProblem } from './problems.ts'
import { addRoutes, type RouteDeps } from './routes.ts'

/** What the API is put together from. */
export type ApiDeps = RouteDeps & { readonly keys: Keys }

const BODY_LIMIT = 64 * 1024
const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** The plugin. It brings its own prefix, parser, errors and token check, whatever the server around it does. */
export function apiRoutes(deps: ApiDeps): FastifyPluginAsync {
  return async (server) => {
    await server.register(
      async (app) => {
        app.setErrorHandler(handleError)
        app.setNotFoundHandler((_request, reply) => sendProblem(reply, 404))
        app.setValidatorCompiler(validatorCompiler)
        app.setSerializerCompiler(serializerCompiler)
        app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
        onlyJson(app)
        await describe(app)
        await app.register(async (calls) => {
          const others = otherMethods(calls)
          addRoutes(calls, deps, checkTokens(calls, deps))
          others()
        })
      },
      { prefix: '/api/v1' },
    )
  }
}

/** Takes JSON bodies and no others; an empty body is none. Keys that would reach a prototype are refused. */
function onlyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: BODY_LIMIT }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body as string, done)
  })
}

async function describe(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Homeline',
        version: '1',
        description: "A school's phone line home. Ids are the roster's sourcedIds; errors are RFC 9457 problem details.",
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

/** Every call needs a token of an active staff member, and is refused before its body is read. */
function checkTokens(calls: FastifyInstance, { db }: ApiDeps): (request: FastifyRequest) => Staff {
  const callers = new WeakMap<FastifyRequest, Staff>()
  calls.addHook('onRequest', async (request, reply) => {
    const token = /^Bearer +([^ ]+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const staff = token === undefined ? null : await staffOfToken(db, token)
    if (staff !== null) {
      callers.set(request, staff)
      return
    }
    reply.header(
      'www-authenticate',
      token === undefined ? 'Bearer realm="homeline"' : 'Bearer realm="homeline", error="invalid_token"',
    )
    const detail =
      token === undefined
        ? 'This call needs a token: send Authorization: Bearer TOKEN.'
        : 'This token is not valid (any more): ask for a new one, which `homeline token create` makes.'
    return sendProblem(reply, 401, detail)
  })
  return (request) => {
    const staff = callers.get(request)
    if (staff === undefined) throw new Error('A call was served without a token.')
    return staff
  }
}

/** Watches the routes that are added; the function it gives then answers 405 for every other method of their addresses (RFC 9110, 15.5.6). */
function otherMethods(calls: FastifyInstance): () => void {
  const methods = new Map<string, Set<string>>()
  calls.addHook('onRoute', ({ routePath, method }) => {
    const known = methods.get(routePath) ?? new Set()
    for (const one of [method].flat()) known.add(one)
    methods.set(routePath, known)
  })
  return () => {
    for (const [url, known] of [...methods]) {
      const allow = [...known].sort().join(', ')
      calls.route({
        method: METHODS.filter((method) => !known.has(method)),
        url,
        schema: { hide: true },
        handler: async (_request, reply) =>
          sendProblem(reply.header('allow', allow), 405, `This address takes ${allow} and nothing else.`),
      })
    }
  }
}
