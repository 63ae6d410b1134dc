/**
 * Measures the carrier's way in against a bare server in the same run: a Fastify route that checks Twilio's signature and makes one INSERT. First the
 * webhook route alone (rounds of both in turn, median of the rounds' ratios), then the whole path of 20,000 texts: from the first request until the last
 * exchange is translated, timed and sealed. Aims: webhook at least 1.5 x the bare requests a second with a p99 under 3 x the bare one; whole path at
 * least 0.5 x. Run: `node bench/inbound.ts [rounds] [texts]`; exit status 1 when an aim is missed.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import pg from 'pg'
import { readInbox } from '../src/carriers/twilio/forms.ts'
import { isSigned } from '../src/carriers/twilio/signature.ts'
import { createDetector } from '../src/detection/detect.ts'
import { startJobs } from '../src/jobs/path.ts'
import { createLogger } from '../src/logger.ts'
import { createMetrics } from '../src/metrics.ts'
import { scripts } from '../src/relay/answer.ts'
import type { Carrier, Translator } from '../src/relay/ports.ts'
import { buildServer } from '../src/server.ts'
import { deliverStore } from '../src/store/delivering.ts'
import { inboxStore, keepWebhooks } from '../src/store/inbox.ts'
import { prepareStore } from '../src/store/preparing.ts'
import { reconcileStore } from '../src/store/reconciling.ts'
import { findWork, queueState } from '../src/store/scheduler.ts'
import { sealDistrict } from '../src/store/seal.ts'
import { now } from '../src/store/settings.ts'
import { indexWords } from '../src/store/words.ts'
import { createKeeper } from '../src/webhooks/keeper.ts'
import { SMS_PATH, twilioWebhooks } from '../src/webhooks/twilio.ts'
import { benchDatabase, benchDistrict, median } from './district.ts'
import type { Result, Run } from './load.ts'
import { noCalls } from './no-calls.ts'

const rounds = Number(process.argv[2] ?? 5)
const texts = Number(process.argv[3] ?? 20_000)
const SECONDS = 4
const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'bench', publicUrl: 'https://bench.example' }

const database = await benchDatabase()
const { db, scheduler, keys } = database
const generator = fork(path.join(import.meta.dirname, 'load.ts'))
try {
  const { lines } = await benchDistrict(database, 20_000)
  const load = async (port: number, run: Pick<Run, 'count' | 'seconds'>, begins?: () => void): Promise<Result> => {
    const whole: Run = { port, path: SMS_PATH, ...account, connections: 32, lines, ...run }
    generator.send({ kind: 'make', run: whole })
    await once(generator, 'message')
    begins?.()
    generator.send({ kind: 'run', run: { ...whole, lines: [] } })
    const [result] = (await once(generator, 'message')) as [Result]
    if (result.refused > 0) throw new Error(`${result.refused} requests were refused`)
    return result
  }

  const bare = await bareServer(database.ownerUrl, database.admin)
  const keeper = createKeeper((webhooks: Parameters<typeof keepWebhooks>[2]) => keepWebhooks(db, keys, webhooks))
  let wake = () => {}
  const keep = async (webhook: Parameters<typeof keeper>[0]) => {
    await keeper(webhook)
    wake()
  }
  const ours = await buildServer({
    logger: createLogger('warn'),
    metrics: createMetrics(async () => queueState(scheduler, await now(db))),
    problems: async () => [],
    webhooks: twilioWebhooks({ ...account, keep, voice: null }),
    api: null,
    others: [],
    home: null,
  })
  const ports = { bare: await listen(bare.app), ours: await listen(ours) }
  const count = 12_000 * SECONDS
  // A server that has been at work: V8 has compiled what runs often only after some ten thousand requests of each.
  for (const port of Object.values(ports)) {
    await load(port, { count: 40_000, seconds: 60 })
    await database.admin('truncate inbox; truncate bare')
  }
  const measured = []
  for (let round = 0; round < rounds; round++) {
    await database.admin('truncate inbox; truncate bare')
    const one = {
      bare: await load(ports.bare, { count, seconds: SECONDS }),
      ours: await load(ports.ours, { count, seconds: SECONDS }),
    }
    measured.push(one)
    console.log(
      `round ${round + 1}: bare ${say(one.bare)}; webhook ${say(one.ours)}; ratio ${(one.ours.perSecond / one.bare.perSecond).toFixed(2)}, of p99 ${(one.ours.p99 / one.bare.p99).toFixed(2)}`,
    )
  }
  await database.admin('truncate inbox; truncate bare')
  await database.admin('vacuum analyze')

  const detect = await createDetector()
  const translator: Translator = {
    name: 'echo',
    covers: async () => 'all',
    translate: async ({ text }) => ({ kind: 'translated', text, by: 'echo' }),
  }
  const carrier: Carrier = { send: async () => ({ kind: 'unknown' }), sentSince: async () => null }
  const jobs = startJobs({
    receive: { inbox: inboxStore(db, keys, readInbox, scripts), detect },
    prepare: { store: prepareStore(db, keys), translator, detect, lines: null, monotonic: () => performance.now() },
    deliver: { store: deliverStore(db, keys, null), carrier, monotonic: () => performance.now() },
    ...noCalls(db, keys),
    reconcile: { store: reconcileStore(db, keys), carrier },
    seal: (districtId, limit) => sealDistrict(db, keys, districtId, limit),
    words: (districtId, limit) => indexWords(db, districtId, limit),
    makeExport: async () => 0,
    // The path ends before the hand-over here: `bench/release.ts` measures that.
    findWork: async (step) => (step === 'deliver' ? [] : findWork(scheduler, step, () => now(db))),
    report: (step, error) => console.error(step, error),
    caughtUp: async () => {},
    changed: () => {},
  })
  wake = () => jobs.wake('receive')
  const ready = async () => {
    for (;;) {
      const state = await queueState(scheduler, await now(db))
      if (state.inboxWaiting + state.toPrepare + state.unsealed === 0) return state
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
  // The planner knows the tables of a database that has been at work.
  await load(ports.ours, { count: 2_000, seconds: 60 })
  await ready()
  await database.admin('vacuum analyze')
  let began = 0
  const taken = await load(ports.ours, { count: texts, seconds: 600 }, () => {
    began = performance.now()
  })
  const answered = performance.now() - began
  const { due } = await ready()
  const seconds = (performance.now() - began) / 1000
  await jobs.stop()
  if (due !== texts + 2_000) throw new Error(`${due} of ${texts + 2_000} texts are ready`)
  const bareAfter = await load(ports.bare, { count, seconds: SECONDS })

  const bareRate = median([...measured.map((m) => m.bare.perSecond), bareAfter.perSecond])
  const rate = median(measured.map((m) => m.ours.perSecond / m.bare.perSecond))
  const slow = median(measured.map((m) => m.ours.p99 / m.bare.p99))
  const whole = texts / seconds / bareRate
  console.log(`bare afterwards: ${say(bareAfter)}`)
  console.log(`webhook: ${rate.toFixed(2)} x the bare server's requests (aim 1.5), ${slow.toFixed(2)} x its p99 (aim under 3)`)
  console.log(
    `whole path: ${texts} texts answered in ${(answered / 1000).toFixed(1)} s (${say(taken)}), ready and sealed in ${seconds.toFixed(1)} s: ${Math.round(texts / seconds)}/s, ${whole.toFixed(2)} x the bare server's requests (aim 0.5)`,
  )
  process.exitCode = rate >= 1.5 && slow < 3 && whole >= 0.5 ? 0 : 1
  await ours.close()
  await bare.app.close()
  await bare.close()
} finally {
  generator.kill()
  await database.close()
}

function say({ perSecond, p50, p99 }: Result): string {
  return `${Math.round(perSecond)}/s p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms`
}

async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The yardstick: signature and one INSERT, over a pool of ten with a prepared statement. */
async function bareServer(url: string, admin: (text: string) => Promise<void>) {
  await admin('create table bare (sid text primary key, from_number text not null, to_number text not null, body text not null)')
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  const app = fastify()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body as string))),
  )
  app.post<{ Body: Record<string, string> }>(SMS_PATH, async (request, reply) => {
    const form = request.body
    if (
      !isSigned(account.authToken, `${account.publicUrl}${request.raw.url}`, form, String(request.headers['x-twilio-signature']))
    )
      return reply.code(403).send()
    await pool.query({
      name: 'keep',
      text: 'insert into bare (sid, from_number, to_number, body) values ($1, $2, $3, $4)',
      values: [form['MessageSid'], form['From'], form['To'], form['Body']],
    })
    return reply.type('text/xml').send('<?xml version="1.0" encoding="UTF-8"?><Response/>')
  })
  return {
    app: app as unknown as FastifyInstance,
    close: () => pool.end(),
  }
}
