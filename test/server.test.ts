import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import type { FastifyPluginAsync } from 'fastify'
import { describe, expect, it } from 'vitest'
import { createLogger } from '../src/logger.ts'
import { createMetrics } from '../src/metrics.ts'
import { buildServer } from '../src/server.ts'
import type { QueueState } from '../src/store/scheduler.ts'

const SECRET = '+19715550142'
const EMPTY: QueueState = {
  inboxWaiting: 0,
  inboxAge: 0,
  toPrepare: 0,
  held: 0,
  due: 0,
  dueAge: 0,
  sending: 0,
  unknown: 0,
  unsealed: 0,
}

async function server(problems: readonly string[] = []) {
  const lines: string[] = []
  const broken: FastifyPluginAsync = async (app) => {
    app.get('/broken', async () => {
      throw Object.assign(new Error(`hola ${SECRET}`), { detail: SECRET })
    })
    app.get('/teapot', async () => {
      throw Object.assign(new Error(`hola ${SECRET}`), { statusCode: 418 })
    })
    app.get('/of/:id', async () => ({}))
    app.get('/weird', async () => {
      throw { body: SECRET }
    })
  }
  const app = await buildServer({
    logger: createLogger('trace', { write: (line) => lines.push(line) }),
    metrics: createMetrics(async () => ({ ...EMPTY, held: 3 })),
    problems: async () => problems,
    webhooks: broken,
    api: null,
    others: [],
    home: '/simulator',
  })
  return { app, lines }
}

describe('the server', () => {
  it.each([
    ['/broken', 500],
    ['/teapot', 418],
    ['/weird', 500],
    [`/nothing/${SECRET}?To=${SECRET}`, 404],
    ['/%ff%00', 400],
    [`/of/${SECRET.repeat(100)}`, 414],
  ])('%s answers %i in plain words, and neither it nor the log shows what was inside', async (url, status) => {
    const { app, lines } = await server()
    const answer = await app.inject({ url })
    expect(answer.statusCode).toBe(status)
    expect(answer.body).not.toMatch(/9715550142|hola|stack|Error:/)
    expect(lines.join('')).not.toMatch(/9715550142|hola/)
    await app.close()
  })

  it('a failure is one line with the error’s name, the route and the request', async () => {
    const { app, lines } = await server()
    await app.inject({ url: '/broken' })
    const failed = lines.map((line) => JSON.parse(line)).filter((line) => line.level === 50)
    expect(failed).toMatchObject([{ error: 'Error', route: '/broken', reqId: expect.any(String) }])
    await app.close()
  })

  it('health is 200 when nothing is wrong and else 503 with what is', async () => {
    const [well, ill] = [await server(), await server(['the database does not answer'])]
    expect((await well.app.inject({ url: '/health' })).statusCode).toBe(200)
    const answer = await ill.app.inject({ url: '/health' })
    expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'not well', problems: ['the database does not answer'] }])
    await Promise.all([well.app.close(), ill.app.close()])
  })

  it('metrics are Prometheus text with the queues; / leads to the demo’s page', async () => {
    const { app } = await server()
    const metrics = await app.inject({ url: '/metrics' })
    expect(metrics.headers['content-type']).toMatch(/^text\/plain/)
    expect(metrics.body).toMatch(/^homeline_held 3$/m)
    expect(await app.inject({ url: '/' })).toMatchObject({ statusCode: 302, headers: { location: '/simulator' } })
    await app.close()
  })

  it('a request that comes over an open connection while the server closes is answered like any other', async () => {
    const { app } = await server()
    let letGo: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      app.get('/slow', () => {
        resolve()
        return new Promise((answer) => {
          letGo = () => answer('done')
        })
      })
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
    let read = ''
    socket.on('data', (chunk) => {
      read += chunk
    })
    socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await begun
    const closed = app.close()
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(app.server, 'request')
    letGo()
    await Promise.all([closed, once(socket, 'close')])
    expect(read.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200'])
  })

  it('a request that is answered after the server began to close keeps it no longer than its answer', async () => {
    const { app } = await server()
    let letGo: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      app.get('/slow', () => {
        resolve()
        return new Promise((answer) => {
          letGo = () => answer('done')
        })
      })
    })
    // A client that keeps its connections.
    const answer = fetch(`${await app.listen({ port: 0, host: '127.0.0.1' })}/slow`)
    await begun
    const closed = app.close()
    while (app.server.listening) await new Promise(setImmediate)
    letGo()
    expect(await (await answer).text()).toBe('done')
    const asked = performance.now()
    await closed
    expect(performance.now() - asked).toBeLessThan(app.server.keepAliveTimeout / 2)
  })

  it('the caller’s word on host and address is not taken', async () => {
    const { app, lines } = await server()
    await app.inject({
      url: '/health',
      headers: { host: 'evil.example', 'x-forwarded-for': SECRET, 'x-forwarded-host': 'evil.example' },
    })
    expect(lines.join('')).not.toMatch(/evil|9715550142/)
    await app.close()
  })
})
