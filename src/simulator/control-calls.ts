/** The control API's doors to the telephones. */

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { VoiceFault } from './call-world.ts'
import type { Simulator } from './carrier.ts'

type Dialling = {
  readonly from: string
  readonly to: string
  readonly withheld?: boolean
  readonly forwardedFrom?: string
  readonly verified?: string
}

/**
 * Adds the doors, JSON: `GET /simulator/calls` (ground truth: what each phone heard, did and waits for, `{number: [calls]}`, oldest first),
 * `POST /simulator/calls` `{from, to, withheld?, forwardedFrom?, verified?}` (a phone dials; 202 `{sid}`), and what somebody at a phone does:
 * `POST /simulator/calls/answer` `{phone, machine?}`, `/press` `{phone, keys}`, `/speak` `{phone, words, confidence?}`, `/wait` `{phone}`,
 * `/hang-up` `{phone}`. They answer with the phone's call as it stood then, 409 when it has none that is live; `POST /simulator/settled` waits for
 * what comes of it. `POST /simulator/voice-faults` `{phone, fault}`, `GET /simulator/voice-faults` `{number: fault}`, `GET /simulator/recordings`
 * (newest first, with what was said).
 */
export function addCallDoors(app: FastifyInstance, simulator: Simulator): void {
  const { calls } = simulator
  app.get('/simulator/calls', () => Object.fromEntries(calls.phones()))
  app.post('/simulator/calls', { schema: dialSchema }, (request, reply) => {
    const { from, to, withheld = false, ...signs } = request.body as Dialling
    return reply.code(202).send({ sid: calls.dial(from, to, withheld, signs) })
  })

  function door<Body extends { readonly phone: string }>(name: string, more: Properties, does: (body: Body) => void): void {
    const required = ['phone', ...Object.keys(more).filter((one) => !more[one]?.optional)]
    const properties = Object.fromEntries(Object.entries(more).map(([key, { optional: _, ...schema }]) => [key, schema]))
    const schema = { body: { type: 'object', required, additionalProperties: false, properties: { phone: TEXT, ...properties } } }
    app.post(`/simulator/calls/${name}`, { schema }, (request, reply: FastifyReply) => {
      const body = request.body as Body
      const call = calls.phoneCall(body.phone)
      if (call === undefined || call.state === 'over') return reply.code(409).send({ error: 'no live call' })
      does(body)
      return calls.phoneCalls(body.phone).find(({ sid }) => sid === call.sid)
    })
  }
  door<{ phone: string; machine?: boolean }>('answer', { machine: { type: 'boolean', optional: true } }, (body) =>
    calls.answer(body.phone, body.machine),
  )
  door<{ phone: string; keys: string }>('press', { keys: { type: 'string', pattern: '^[0-9*#]{1,100}$' } }, (body) =>
    calls.press(body.phone, body.keys),
  )
  door<{ phone: string; words: string; confidence?: number }>(
    'speak',
    { words: { type: 'string', minLength: 1 }, confidence: { type: 'number', minimum: 0, maximum: 1, optional: true } },
    (body) => calls.speak(body.phone, body.words, body.confidence),
  )
  door('wait', {}, (body) => calls.wait(body.phone))
  door('hang-up', {}, (body) => calls.hangUp(body.phone))

  app.get('/simulator/voice-faults', () => Object.fromEntries(calls.voiceFaults()))
  app.post('/simulator/voice-faults', { schema: faultSchema }, (request) => {
    const { phone, fault } = request.body as { phone: string; fault: VoiceFault }
    calls.setVoiceFault(phone, fault)
    return {}
  })
  app.get('/simulator/recordings', () => [...simulator.accounts.keys()].flatMap((account) => calls.recordings(account)))
}

type Properties = Readonly<Record<string, { readonly optional?: boolean } & Readonly<Record<string, unknown>>>>

const TEXT = { type: 'string' } as const

const dialSchema = {
  body: {
    type: 'object',
    required: ['from', 'to'],
    additionalProperties: false,
    properties: { from: TEXT, to: TEXT, withheld: { type: 'boolean' }, forwardedFrom: TEXT, verified: TEXT },
  },
}

const voiceFaults = ['none', 'busy', 'no-answer', 'machine', 'hang-up'] as const satisfies readonly VoiceFault[]

const faultSchema = {
  body: {
    type: 'object',
    required: ['phone', 'fault'],
    additionalProperties: false,
    properties: { phone: TEXT, fault: { enum: voiceFaults } },
  },
}
