import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Simulator } from './carrier.ts'
import { errorBody, refuse } from './errors.ts'
import { readForms } from './guard.ts'
import { messageResource } from './resources.ts'
import { addCallRoutes, callRequest, callResource, wav } from './rest-calls.ts'
import { listPage, withinTime, wrongTime } from './rest-lists.ts'
import { addMediaRoutes } from './rest-media.ts'
import { addNumberRoutes } from './rest-numbers.ts'
import { type Answer, type Call, gone, ok, type Texts } from './rest-routes.ts'
import type { Faults, Message } from './world.ts'

/** The faults that strike every call before it is looked at. */
const closedDoors = { down: 20503, storm: 20429 } as const

/**
 * Twilio's REST over a simulator, as a Fastify plugin: messages, numbers, messaging services, lookup, calls, recordings.
 * Paths, forms, documents and error codes are Twilio's. Basic authentication with the account's sid and token, else 401 20003.
 */
export function simulatorRest(app: FastifyInstance, options: { readonly simulator: Simulator }, done: () => void): void {
  const { simulator } = options
  const hanging = new Set<FastifyReply>()
  const root = '/2010-04-01/Accounts/:account'

  readForms(app)
  app.addHook('preClose', async () => {
    for (const reply of hanging) reply.raw.destroy()
  })
  app.setErrorHandler((error: FastifyError, request, reply) =>
    answer(reply, refuse((error.statusCode ?? 500) < 500 ? 20001 : 20500, request.method)),
  )

  app.addHook('onRequest', async (request, reply) => {
    const { rest } = simulator.faults()
    if (rest === 'down' || rest === 'storm') {
      strike()
      if (rest === 'storm') reply.header('Retry-After', simulator.faults().retryAfterSeconds)
      return answer(reply, refuse(closedDoors[rest]))
    }
    const { account } = request.params as Texts
    const sid = accountOf(request)
    if (sid === null || (account !== undefined && account.replace(/\.json$/, '') !== sid)) {
      reply.header('WWW-Authenticate', 'Basic realm="Twilio API"')
      return answer(reply, refuse(20003))
    }
  })

  function accountOf(request: FastifyRequest): string | null {
    const [scheme, secret] = (request.headers.authorization ?? '').split(' ')
    if (scheme !== 'Basic' || secret === undefined) return null
    const [sid = '', ...token] = Buffer.from(secret, 'base64').toString().split(':')
    return simulator.accounts.get(sid)?.authToken === token.join(':') ? sid : null
  }

  /** Counts one strike of the current fault; the last one ends it. */
  function strike(): void {
    const { strikes } = simulator.faults()
    if (strikes === null) return
    simulator.setFaults(strikes > 1 ? { strikes: strikes - 1 } : { strikes: null, rest: 'none' })
  }

  function route(method: 'GET' | 'POST' | 'DELETE', url: string, handle: (call: Call) => Answer): void {
    app.route({
      method,
      url,
      handler: (request, reply) => {
        const call = {
          account: accountOf(request) ?? '',
          url: request.url,
          params: Object.fromEntries(
            Object.entries(request.params as Texts).map(([name, value]) => [name, value.replace(/\.json$/, '')]),
          ),
          query: texts(request.query),
          form: texts(request.body),
        }
        return answer(reply, handle(call))
      },
    })
  }

  /** Answers what was taken, as far as the fault of the moment lets the answer through. */
  function answerTaken(reply: FastifyReply, rest: Faults['rest'], document: unknown): FastifyReply {
    if (rest === 'accept-then-500') return answer(reply, refuse(20500))
    if (rest === 'accept-then-reset') return cut(reply)
    if (rest === 'accept-then-garbage') return reply.code(201).type('application/json').send('{"sid": "SM')
    if (rest === 'accept-then-hang') {
      hanging.add(reply)
      reply.raw.once('close', () => hanging.delete(reply))
      return reply.hijack()
    }
    return answer(reply, { status: 201, body: document })
  }

  app.post(`${root}/Calls.json`, async (request, reply) => {
    const { rest } = simulator.faults()
    if (rest !== 'none') strike()
    if (rest === 'reset') return cut(reply)
    const { StatusCallbackEvent: events = [] } = (request.body ?? {}) as { readonly StatusCallbackEvent?: string | string[] }
    const taken = simulator.calls.make(accountOf(request) ?? '', callRequest(texts(request.body), [events].flat()))
    if ('kind' in taken) return answer(reply, taken)
    if (simulator.faults().callbacks === 'early') await simulator.calls.begun(taken.sid)
    return answerTaken(reply, rest, callResource(taken))
  })

  app.get<{ Params: { sid: string } }>(`${root}/Recordings/:sid.wav`, async (request, reply) => {
    const recording = simulator.calls.recording(request.params.sid)
    if (recording?.accountSid !== accountOf(request)) return answer(reply, refuse(20404, request.url))
    return reply.type('audio/x-wav').send(wav(recording.seconds))
  })

  app.post(`${root}/Messages.json`, async (request, reply) => {
    const { rest } = simulator.faults()
    if (rest !== 'none') strike()
    if (rest === 'reset') return cut(reply)
    const form = texts(request.body)
    const taken = simulator.send(accountOf(request) ?? '', {
      from: form.From ?? '',
      to: form.To ?? '',
      body: form.Body ?? '',
      statusCallback: form.StatusCallback ?? '',
      validityPeriod: form.ValidityPeriod ?? '',
      mediaUrls: [(request.body as { readonly MediaUrl?: string | string[] } | null)?.MediaUrl ?? []].flat(),
      serviceSid: form.MessagingServiceSid ?? '',
    })
    if (taken.kind === 'refused') return answer(reply, taken)
    if (simulator.faults().callbacks === 'early') await taken.life
    return answerTaken(reply, rest, messageResource(taken.message))
  })

  route('GET', `${root}/Messages.json`, ({ account, url, query }) => {
    const wrong = wrongTime(query, 'DateSent')
    if (wrong !== undefined) return refuse(20001, wrong)
    const messages = simulator.messages(account).filter(messageFilter(query))
    return listPage('messages', messages, (message) => message.sid, messageResource, url)
  })
  route('GET', `${root}/Messages/:sid`, (call) => withMessage(call, (message) => ok(messageResource(message))))
  route('DELETE', `${root}/Messages/:sid`, (call) =>
    withMessage(call, (message) => {
      for (const { sid } of simulator.media(message.sid)) simulator.forgetMedium(sid)
      simulator.changeMessage(message.sid, null)
      return gone
    }),
  )
  route('POST', `${root}/Messages/:sid`, (call) =>
    withMessage(call, (message) => {
      const { Body: body, Status: status } = call.form
      if (body !== undefined && body !== '') return refuse(20001, 'Body')
      if (body === '') simulator.changeMessage(message.sid, { body })
      if (status === 'canceled' && (message.status === 'queued' || message.status === 'accepted')) {
        simulator.changeMessage(message.sid, { status })
      }
      return ok(messageResource(simulator.message(message.sid) ?? message))
    }),
  )

  addMediaRoutes(app, route, simulator, root, (request) => accountOf(request) ?? '')
  addNumberRoutes(route, simulator, root)
  addCallRoutes(route, simulator, root)

  for (const rest of ['/2010-04-01/*', '/v1/Services/*', '/v2/*'])
    app.all(rest, (request, reply) => answer(reply, refuse(20404, request.url)))

  function withMessage(call: Call, then: (message: Message) => Answer): Answer {
    const message = simulator.message(call.params.sid ?? '')
    return message?.accountSid === call.account ? then(message) : refuse(20404, call.url)
  }

  done()
}

/** The fields of a query or form, of one that is repeated the last; a body that is no form has none. */
function texts(given: unknown): Texts {
  const last = Object.entries(given ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value])
  return Object.fromEntries(last.filter(([, value]) => typeof value === 'string'))
}

function answer(reply: FastifyReply, given: Answer): FastifyReply {
  if ('kind' in given) return reply.code(given.status).send(errorBody(given))
  return given.body === null ? reply.code(given.status).send() : reply.code(given.status).send(given.body)
}

function cut(reply: FastifyReply): FastifyReply {
  reply.hijack()
  reply.raw.destroy()
  return reply
}

/** A message not sent yet counts by its creation. */
function messageFilter(query: Texts): (message: Message) => boolean {
  const { To: to, From: from } = query
  return (message) =>
    (!to || message.to === to) &&
    (!from || message.from === from) &&
    withinTime(message.sent ?? message.created, query, 'DateSent')
}
