import fastify, { type FastifyInstance, type InjectOptions, type LightMyRequestResponse } from 'fastify'
import { type ApiDeps, apiRoutes } from '../../src/api/api.ts'
import { sendProblem } from '../../src/api/problems.ts'
import type { Acted, CallUp, Composed, ComposeRequest, PinGiven, PinRequest } from '../../src/relay/compose-ports.ts'
import { createToken } from '../../src/store/tokens.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { type LogSchool, logSchool } from '../support/log-school.ts'

/** The API on a real database; what the relay would do is written down, and its answer is set by the test. */
export type ApiServer = {
  readonly t: TestDatabase
  readonly app: FastifyInstance
  readonly school: LogSchool
  readonly tokens: Readonly<Record<string, string>>
  readonly composed: ComposeRequest[]
  readonly called: CallUp[]
  readonly pins: PinRequest[]
  readonly acted: Parameters<ApiDeps['act']>[0][]
  readonly hours: Parameters<ApiDeps['setHours']>[0][]
  readonly urgent: Parameters<ApiDeps['letTeachersSendUrgent']>[0][]
  readonly logged: string[]
  readonly answers: { compose: Composed | Error; act: Acted; pin: PinGiven }
  readonly call: (who: string | null, method: string, url: string, options?: InjectOptions) => Promise<LightMyRequestResponse>
}

export const NOW = Temporal.Instant.from('2026-11-23T12:00:00Z')
export const ACCEPTED: Composed = {
  kind: 'accepted',
  exchanges: [
    { id: '6f0e0f0a-0000-4000-8000-000000000001', status: 'held', sendAfter: Temporal.Instant.from('2026-11-24T14:00:00Z') },
  ],
}

export async function apiServer(): Promise<ApiServer> {
  const t = await freshDatabase()
  const school = await logSchool(t.db, t.keys)
  const second = await logSchool(t.db, t.keys, 'second')
  const tokens: Record<string, string> = {}
  for (const who of ['super', 'principal', 'grant-head', 'rivera', 'okafor', 'other'])
    tokens[who] = (await createToken(t.db, school.district, who)) as string
  tokens['stranger'] = (await createToken(t.db, second.district, 'super')) as string
  const urgent: ApiServer['urgent'] = []
  const [called, pins]: [CallUp[], PinRequest[]] = [[], []]
  const [composed, acted, hours, logged]: [ApiServer['composed'], ApiServer['acted'], ApiServer['hours'], string[]] = [
    [],
    [],
    [],
    [],
  ]
  const answers: ApiServer['answers'] = {
    compose: ACCEPTED,
    act: { kind: 'done', status: 'canceled', sendAfter: null },
    pin: { kind: 'given', pin: '12345678' },
  }
  const app = fastify({
    logger: { level: 'error', stream: { write: (line: string) => void logged.push(line) } },
    // An address that cannot be decoded reaches no plugin: the server around answers it.
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, error.statusCode ?? 400),
  })
  // An address whose dots lead out of the API is the server's to answer as well.
  app.setNotFoundHandler(async (_request, reply) => sendProblem(reply, 404))
  // What another part of the server may bring must not loosen the API.
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, { body }),
  )
  await app.register(
    apiRoutes({
      db: t.db,
      keys: t.keys,
      now: async () => NOW,
      compose: async (request) => {
        composed.push(request)
        if (answers.compose instanceof Error) throw answers.compose
        return answers.compose
      },
      call: async (request) => {
        called.push(request)
        return answers.compose as Composed
      },
      recording: async () => null,
      picture: async () => null,
      setCalls: async () => {},
      pin: async (request) => {
        pins.push(request)
        return answers.pin
      },
      act: async (request) => {
        acted.push(request)
        return answers.act
      },
      letTeachersSendUrgent: async (request) => void urgent.push(request),
      setHours: async (request) => hours.push(request) > 0,
    }),
  )
  await app.ready()
  const call: ApiServer['call'] = (who, method, url, options = {}) =>
    app.inject({
      ...options,
      method: method as 'GET',
      url: `/api/v1${url}`,
      headers: { ...(who === null ? {} : { authorization: `Bearer ${tokens[who]}` }), ...options.headers },
    })
  return { t, app, school, tokens, composed, called, pins, acted, hours, urgent, logged, answers, call }
}
