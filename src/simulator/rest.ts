import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Simulator } from './carrier.ts'
import { errorBody, type Refusal, refuse } from './errors.ts'
import { readForms } from './guard.ts'
import {
  accountResource,
  availableResource,
  lookupResource,
  messageResource,
  numberResource,
  serviceNumberResource,
  serviceResource,
} from './resources.ts'
import { addCallRoutes, callRequest, callResource, wav } from './rest-calls.ts'
import { listPage, metaPage } from './rest-lists.ts'
import type { Faults, Message, OwnedNumber, Service } from './world.ts'

type Query = Readonly<Record<string, string>>
type Params = Readonly<Record<string, string>>

/** What a route answers with: a status and a document, or a refusal. */
type Answer = { readonly status: number; readonly body: unknown } | Refusal

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
    const { account } = request.params as Params
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
            Object.entries(request.params as Params).map(([name, value]) => [name, value.replace(/\.json$/, '')]),
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
    const events = (request.body as { readonly StatusCallbackEvent?: string | readonly string[] }).StatusCallbackEvent ?? []
    const taken = simulator.calls.make(accountOf(request) ?? '', callRequest(texts(request.body), [events].flat()))
    return 'kind' in taken ? answer(reply, taken) : answerTaken(reply, rest, callResource(taken))
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
      serviceSid: form.MessagingServiceSid ?? '',
    })
    if (taken.kind === 'refused') return answer(reply, taken)
    if (simulator.faults().callbacks === 'early') await taken.life
    return answerTaken(reply, rest, messageResource(taken.message))
  })

  route('GET', `${root}/Messages.json`, ({ account, url, query }) => {
    const wrong = ['DateSent', 'DateSent>', 'DateSent<'].find((name) => query[name] && !isTime(query[name]))
    if (wrong !== undefined) return refuse(20001, wrong)
    const messages = simulator.messages(account).filter(messageFilter(query))
    return listPage('messages', messages, (message) => message.sid, messageResource, url)
  })
  route('GET', `${root}/Messages/:sid`, (call) => withMessage(call, (message) => ok(messageResource(message))))
  route('DELETE', `${root}/Messages/:sid`, (call) =>
    withMessage(call, (message) => {
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

  route('GET', root, ({ account }) => {
    const found = simulator.accounts.get(account)
    return found ? ok(accountResource(found, simulator.now())) : refuse(20404, account)
  })
  route('GET', `${root}/IncomingPhoneNumbers.json`, ({ account, url, query }) => {
    const numbers = simulator.numbers(account).filter((number) => number.phoneNumber.includes(query.PhoneNumber ?? ''))
    return listPage('incoming_phone_numbers', numbers, (number) => number.sid, numberResource, url)
  })
  route('POST', `${root}/IncomingPhoneNumbers.json`, ({ account, form }) => {
    const wanted = form.PhoneNumber ?? simulator.available(form.AreaCode ?? '')[0] ?? ''
    const bought = simulator.buy(account, wanted)
    if ('kind' in bought) return bought
    simulator.changeNumber(bought.sid, numberChange(form))
    return { status: 201, body: numberResource(numberBySid(account, bought.sid) ?? bought) }
  })
  route('GET', `${root}/IncomingPhoneNumbers/:sid`, (call) => withNumber(call, (number) => ok(numberResource(number))))
  route('POST', `${root}/IncomingPhoneNumbers/:sid`, (call) =>
    withNumber(call, (number) => {
      simulator.changeNumber(number.sid, numberChange(call.form))
      return ok(numberResource(numberBySid(call.account, number.sid) ?? number))
    }),
  )
  route('DELETE', `${root}/IncomingPhoneNumbers/:sid`, (call) =>
    withNumber(call, (number) => {
      simulator.changeNumber(number.sid, null)
      return gone
    }),
  )
  route('GET', `${root}/AvailablePhoneNumbers/:country/Local.json`, ({ url, query }) => {
    const numbers = simulator.available(query.AreaCode ?? '971').filter((number) => number.includes(query.Contains ?? ''))
    return listPage('available_phone_numbers', numbers, (number) => number, availableResource, url)
  })

  route('GET', '/v1/Services', ({ account, url }) => metaPage('services', simulator.services(account).map(serviceResource), url))
  route('GET', '/v1/Services/:sid', (call) => withService(call, (service) => ok(serviceResource(service))))
  route('POST', '/v1/Services/:sid', (call) =>
    withService(call, (service) => {
      simulator.changeService(service.sid, serviceChange(call.form))
      return ok(serviceResource(serviceBySid(call.account, service.sid) ?? service))
    }),
  )
  route('GET', '/v1/Services/:sid/PhoneNumbers', (call) =>
    withService(call, (service) => {
      const numbers = service.numberSids.flatMap((sid) => numberBySid(call.account, sid) ?? [])
      const documents = numbers.map((number) => serviceNumberResource(service, number))
      return metaPage('phone_numbers', documents, call.url)
    }),
  )
  route('POST', '/v1/Services/:sid/PhoneNumbers', (call) =>
    withService(call, (service) => {
      const number = numberBySid(call.account, call.form.PhoneNumberSid ?? '')
      if (!number) return refuse(20404, call.url)
      simulator.changeService(service.sid, { numberSids: [...new Set([...service.numberSids, number.sid])] })
      return { status: 201, body: serviceNumberResource(service, number) }
    }),
  )
  route('GET', '/v2/PhoneNumbers/:number', ({ params, query }) => {
    const number = params.number ?? ''
    return ok(lookupResource(number, simulator.line(number), (query.Fields ?? '').split(',')))
  })
  addCallRoutes(route, simulator, root)

  for (const rest of ['/2010-04-01/*', '/v1/Services/*', '/v2/*'])
    app.all(rest, (request, reply) => answer(reply, refuse(20404, request.url)))

  const numberBySid = (account: string, sid: string) => simulator.numbers(account).find((number) => number.sid === sid)
  const serviceBySid = (account: string, sid: string) => simulator.services(account).find((service) => service.sid === sid)

  function withMessage(call: Call, then: (message: Message) => Answer): Answer {
    const message = simulator.message(call.params.sid ?? '')
    return message?.accountSid === call.account ? then(message) : refuse(20404, call.url)
  }

  function withNumber(call: Call, then: (number: OwnedNumber) => Answer): Answer {
    const number = numberBySid(call.account, call.params.sid ?? '')
    return number ? then(number) : refuse(20404, call.url)
  }

  function withService(call: Call, then: (service: Service) => Answer): Answer {
    const service = serviceBySid(call.account, call.params.sid ?? '')
    return service ? then(service) : refuse(20404, call.url)
  }

  done()
}

/** The fields of a query or form that came once; a body that is no form has none. */
function texts(given: unknown): Query {
  return Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => typeof value === 'string'))
}

/** A day, or a time with its zone. */
function isTime(text: string): boolean {
  try {
    if (text.length === 10) Temporal.PlainDate.from(text)
    else Temporal.Instant.from(text)
    return true
  } catch {
    return false
  }
}

type Call = {
  readonly account: string
  readonly url: string
  readonly params: Params
  readonly query: Query
  readonly form: Query
}

const gone: Answer = { status: 204, body: null }

function ok(body: unknown): Answer {
  return { status: 200, body }
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

/** `DateSent` compares whole days when it is a date, instants when it is a time; a message not sent yet counts by its creation. */
function messageFilter(query: Query): (message: Message) => boolean {
  const { To: to, From: from } = query
  const [on, after, before] = [query.DateSent, query['DateSent>'], query['DateSent<']]
  return (message) => {
    const at = message.sent ?? message.created
    return (
      (!to || message.to === to) &&
      (!from || message.from === from) &&
      (!on || at.slice(0, 10) === on.slice(0, 10)) &&
      (!after || compare(at, after) >= 0) &&
      (!before || compare(at, before) <= 0)
    )
  }
}

function compare(at: string, limit: string): number {
  if (limit.length === 10) return at.slice(0, 10) < limit ? -1 : at.slice(0, 10) > limit ? 1 : 0
  return Temporal.Instant.compare(at, limit)
}

const numberFields: Readonly<Record<string, keyof OwnedNumber>> = {
  FriendlyName: 'friendlyName',
  SmsUrl: 'smsUrl',
  SmsMethod: 'smsMethod',
  SmsFallbackUrl: 'smsFallbackUrl',
  SmsFallbackMethod: 'smsFallbackMethod',
  VoiceUrl: 'voiceUrl',
  VoiceMethod: 'voiceMethod',
  VoiceFallbackUrl: 'voiceFallbackUrl',
  VoiceFallbackMethod: 'voiceFallbackMethod',
  StatusCallback: 'statusCallback',
  StatusCallbackMethod: 'statusCallbackMethod',
}

const serviceFields: Readonly<Record<string, keyof Service>> = {
  FriendlyName: 'friendlyName',
  InboundRequestUrl: 'inboundRequestUrl',
  InboundMethod: 'inboundMethod',
  FallbackUrl: 'fallbackUrl',
  FallbackMethod: 'fallbackMethod',
  StatusCallback: 'statusCallback',
}

function numberChange(form: Query): Partial<OwnedNumber> {
  return Object.fromEntries(Object.entries(numberFields).flatMap(([field, name]) => (field in form ? [[name, form[field]]] : [])))
}

function serviceChange(form: Query): Partial<Service> {
  const texts = Object.entries(serviceFields).flatMap(([field, name]) => (field in form ? [[name, form[field]]] : []))
  const flag = form.UseInboundWebhookOnNumber
  return { ...Object.fromEntries(texts), ...(flag === undefined ? {} : { useInboundWebhookOnNumber: flag === 'true' }) }
}
