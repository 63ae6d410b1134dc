import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import twilio from 'twilio'
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/carrier.ts'
import { simulatorControl } from '../../src/simulator/control.ts'
import { simulatorRest } from '../../src/simulator/rest.ts'

export const account = 'AC00000000000000000000000000000001'
export const token = 'test-token'
export const proxy = '+19715550100'
export const secondProxy = '+19715550101'
export const phone = '+19715550142'
export const service = 'MG00000000000000000000000000000001'
export const basic = `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`

/** One request that the webhook's receiver got; `signed` by Twilio's own check of the signature. */
export type Received = { path: string; fields: Record<string, string>; signed: boolean; headers: Record<string, unknown> }

/** A receiver of webhooks: what it got, and what it answers (a status, or a whole answer). */
export type Receiver = {
  readonly url: string
  readonly got: Received[]
  answer: (request: Received) => { status?: number; type?: string; body?: string } | 'cut' | 'silence'
  readonly close: () => Promise<void>
}

export async function openReceiver(): Promise<Receiver> {
  const got: Received[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const fields = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
      const signature = String(request.headers['x-twilio-signature'])
      const signed = twilio.validateRequest(token, signature, receiver.url + request.url, fields)
      const received = { path: request.url ?? '', fields, signed, headers: request.headers }
      got.push(received)
      const answer = receiver.answer(received)
      if (answer === 'cut') return request.socket.destroy()
      if (answer === 'silence') return
      response.writeHead(answer.status ?? 200, { 'content-type': answer.type ?? 'text/xml' })
      return response.end(answer.body ?? '<Response/>')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got,
    answer: () => ({}),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return receiver
}

/** A simulator with one account of two numbers, timers that do not wait, and the given differences. */
export function openSimulator(options: Partial<SimulatorOptions> = {}): Simulator {
  return createSimulator({
    accounts: [{ sid: account, authToken: token, numbers: [proxy, secondProxy] }],
    later: (milliseconds, fn) => {
      if (milliseconds >= 15_000) return () => {}
      const timer = setImmediate(fn)
      return () => clearImmediate(timer)
    },
    random: seeded(1),
    ...options,
  })
}

/** The same numbers on a messaging service. */
export const onService = (useInboundWebhookOnNumber: boolean) => ({
  accounts: [
    {
      sid: account,
      authToken: token,
      numbers: [proxy, secondProxy],
      services: [{ sid: service, numbers: [proxy, secondProxy], useInboundWebhookOnNumber }],
    },
  ],
})

export function openRest(simulator: Simulator): FastifyInstance {
  const app = fastify()
  app.register(simulatorRest, { simulator })
  app.register(simulatorControl, { simulator })
  return app
}

/** Twilio's own SDK, speaking to a REST that this starts. */
export async function openSdk(app: FastifyInstance): Promise<ReturnType<typeof twilio>> {
  const base = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  const httpClient = new twilio.RequestClient()
  const plain = httpClient.request.bind(httpClient)
  httpClient.request = ((asked: Parameters<typeof plain>[0]) => {
    const uri = new URL(asked.uri)
    return plain({ ...asked, uri: new URL(uri.pathname + uri.search, base).toString() })
  }) as typeof plain
  return twilio(account, token, { httpClient })
}

/** A small repeatable generator (mulberry32), 0 up to 1. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export const request = (changes: Record<string, string> = {}) => ({
  from: proxy,
  to: phone,
  body: 'Bring boots tomorrow',
  statusCallback: '',
  validityPeriod: '',
  serviceSid: '',
  ...changes,
})
