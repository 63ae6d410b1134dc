import type { FastifyInstance } from 'fastify'
import type { Simulator } from './carrier.ts'
import { addCallDoors } from './control-calls.ts'
import { admitThisComputerOnly } from './guard.ts'
import type { Faults, Line } from './world.ts'

/**
 * Doors for tests and other programs, JSON, as a Fastify plugin: `POST /simulator/faults` (any part of `Faults`), `GET /simulator/faults`,
 * `POST /simulator/texts` `{from, to, body}` (a phone texts), `POST /simulator/lines` `{number, line}`, `GET /simulator/handsets` (ground truth,
 * `{number: [texts]}`), `GET /simulator/alerts`, `POST /simulator/settled` (answers when nothing is on its way), and the telephones' of
 * `addCallDoors`. Answers on this computer only.
 */
export function simulatorControl(app: FastifyInstance, options: { readonly simulator: Simulator }, done: () => void): void {
  const { simulator } = options
  admitThisComputerOnly(app)
  app.get('/simulator/faults', () => simulator.faults())
  app.post('/simulator/faults', { schema: faultsSchema }, (request) => {
    simulator.setFaults(request.body as Partial<Faults>)
    return simulator.faults()
  })
  app.post('/simulator/texts', { schema: { body: strings('from', 'to', 'body') } }, (request, reply) => {
    const { from, to, body } = request.body as { from: string; to: string; body: string }
    simulator.text(from, to, body)
    return reply.code(202).send({})
  })
  app.post('/simulator/lines', { schema: linesSchema }, (request) => {
    const { number, line } = request.body as { number: string; line: Line }
    simulator.setLine(number, line)
    return {}
  })
  app.get('/simulator/handsets', () => Object.fromEntries(simulator.handsets))
  app.get('/simulator/alerts', () => simulator.alerts)
  app.post('/simulator/settled', async () => {
    await simulator.settled()
    return {}
  })
  addCallDoors(app, simulator)
  done()
}

function strings(...names: readonly string[]) {
  return { type: 'object', required: names, properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) }
}

const lines = [
  'mobile',
  'landline',
  'off',
  'disconnected',
  'filtered',
  'no-mobile',
  'no-pictures',
] as const satisfies readonly Line[]

const linesSchema = {
  body: { type: 'object', required: ['number', 'line'], properties: { number: { type: 'string' }, line: { enum: lines } } },
}

const seconds = { type: 'integer', minimum: 0 }
const restFaults = [
  'none',
  'down',
  'storm',
  'reset',
  'accept-then-500',
  'accept-then-hang',
  'accept-then-reset',
  'accept-then-garbage',
] as const satisfies readonly Faults['rest'][]

const faultsSchema = {
  body: {
    type: 'object',
    additionalProperties: false,
    properties: {
      rest: { enum: restFaults },
      strikes: { type: 'integer', minimum: 1, nullable: true },
      retryAfterSeconds: seconds,
      callbacks: { enum: ['normal', 'lost', 'doubled', 'reordered', 'early'] },
      inbound: { enum: ['normal', 'lost', 'doubled'] },
      listLagSeconds: seconds,
      queueSeconds: seconds,
    },
  },
}
