/**
 * The stand-in carrier as a process of its own, forked by the runner. It writes down all that it takes, gets and shows (`record.jsonl`), and kills
 * a server at the moment that the runner has asked for: only the carrier knows when a call of that server has just arrived.
 */

import { appendFileSync } from 'node:fs'
import { request } from 'node:http'
import path from 'node:path'
import fastify from 'fastify'
import { createSimulator } from '../../src/simulator/carrier.ts'
import { simulatorRest } from '../../src/simulator/rest.ts'
import { noFaults } from '../../src/simulator/world.ts'
import { SMS_PATH } from '../../src/webhooks/twilio.ts'
import type { CarrierOptions, CarrierPoint, FromCarrier, RecordLine, ToCarrier } from './carrier-protocol.ts'

const options: CarrierOptions = JSON.parse(process.argv[2] ?? '{}')
const record = path.join(options.folder, 'record.jsonl')
const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000)
const write = (line: RecordLine) => appendFileSync(record, `${JSON.stringify(line)}\n`)
const say = (message: FromCarrier) => void process.send?.(message)

let up: readonly number[] = []
let armed: { readonly slot: number; readonly pid: number; readonly point: CarrierPoint } | null = null

/** Kills the server of a slot if the runner has asked for it at this point. */
function strike(slot: number, point: CarrierPoint): boolean {
  if (armed === null || armed.slot !== slot || armed.point !== point) return false
  const { pid } = armed
  armed = null
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
  say({ kind: 'killed', slot, point })
  return true
}

/** A load balancer does not say at once that nobody is there, in milliseconds. */
const PATIENCE = 2_000

/** The way of a webhook: to any server that is up, as a load balancer does; another one where a connection is refused. */
async function balanced(input: Parameters<typeof fetch>[0], init?: Parameters<typeof fetch>[1]): Promise<Response> {
  const url = new URL(String(input))
  const body = String(init?.body ?? '')
  const headers = {
    ...(init?.headers as Record<string, string>),
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
  }
  const until = performance.now() + PATIENCE
  for (;;) {
    const slot = up[Math.floor(Math.random() * up.length)]
    if (slot !== undefined) {
      const answer = await once(slot, url, init?.method ?? 'POST', headers, body, init?.signal ?? null)
      if (answer !== 'refused') {
        if (answer.status === 200 && url.pathname === SMS_PATH)
          write({ kind: 'acknowledged', sid: new URLSearchParams(body).get('MessageSid') ?? '', at: now() })
        return answer
      }
    }
    if (performance.now() > until) throw new Error('Nobody takes the webhook.')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function once(
  slot: number,
  url: URL,
  method: string,
  headers: Record<string, string | number>,
  body: string,
  signal: AbortSignal | null,
) {
  return new Promise<Response | 'refused'>((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: options.serverPorts[slot],
        path: url.pathname + url.search,
        method,
        headers,
        agent: false,
        ...(signal === null ? {} : { signal }),
      },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk
        })
        answer.on('error', reject).on('end', () => {
          strike(slot, 'webhook answered')
          resolve(
            new Response(text, {
              status: answer.statusCode ?? 500,
              headers: { 'content-type': answer.headers['content-type'] ?? '' },
            }),
          )
        })
      },
    )
    call.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNREFUSED' ? resolve('refused') : reject(error)))
    call.on('finish', () => {
      if (armed?.slot === slot && armed.point === 'webhook open')
        setTimeout(() => strike(slot, 'webhook open'), Math.random() * 10)
    })
    call.end(body)
  })
}

// Time passes on a call, so that one which nobody takes ends by itself, as with any carrier.
const simulator = createSimulator({ accounts: [options.account], fetch: balanced, stepMilliseconds: 20, speechMilliseconds: 20 })
for (const number of simulator.numbers(options.account.sid))
  simulator.changeNumber(number.sid, { smsUrl: `${options.publicUrl}${SMS_PATH}${options.retries}` })
simulator.subscribe((text) => {
  const { phone, other, body, sid } = text
  if (text.kind === 'sent' && sid !== null) write({ kind: 'sent', sid, from: phone, to: other, body, at: now() })
  if (text.kind !== 'received') return
  write({ kind: 'shown', phone, from: other, body, sid, at: now() })
  say({ kind: 'shown', phone, from: other, body })
})

const urls = await Promise.all(
  options.serverPorts.map(async (_, slot) => {
    const app = fastify()
    const arrivals = new WeakMap<object, number>()
    app.addHook('onRequest', async (call) => void arrivals.set(call, now()))
    let issued = 0
    app.addHook('preHandler', async (call, reply) => {
      if (call.method !== 'POST' || !call.url.endsWith('/Messages.json')) return
      issued = arrivals.get(call) ?? now()
      if (!strike(slot, 'create arrived')) return
      reply.hijack()
      reply.raw.destroy()
    })
    app.addHook('onResponse', async (call) => {
      if (call.method === 'POST' && call.url.endsWith('/Messages.json')) strike(slot, 'create answered')
    })
    app.register(simulatorRest, {
      simulator: {
        ...simulator,
        send: (account: string, given: Parameters<typeof simulator.send>[1]) => {
          const answer = simulator.send(account, given)
          if (answer.kind === 'accepted') {
            const { sid, from, to, body, validity } = answer.message
            write({
              kind: 'taken',
              sid,
              from,
              to,
              body,
              validitySeconds: validity,
              callback: given.statusCallback,
              slot,
              issued,
              at: now(),
            })
            strike(slot, 'create taken')
          }
          return answer
        },
      },
    })
    return app.listen({ port: 0, host: '127.0.0.1' })
  }),
)

const heard: { readonly [K in ToCarrier['kind']]: (message: Extract<ToCarrier, { kind: K }>) => unknown } = {
  servers: (message) => {
    up = message.up
  },
  arm: ({ slot, pid, point }) => {
    armed = { slot, pid, point }
  },
  disarm: () => {
    armed = null
  },
  text: ({ from, to, body }) => simulator.text(from, to, body),
  faults: ({ faults }) => simulator.setFaults({ ...noFaults, ...faults }),
  settle: async () => {
    await simulator.settled()
    say({ kind: 'settled' })
  },
}
process.on('message', (message: ToCarrier) => void (heard[message.kind] as (given: ToCarrier) => unknown)(message))
process.on('disconnect', () => process.exit(0))
// Ctrl-C is for the runner.
process.on('SIGINT', () => {})
say({ kind: 'ready', urls })
