/** `homeline fallback`: on another host, without a database, it takes the carrier's webhooks while the server is away. */

import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { Counter, Gauge, Registry } from 'prom-client'
import type { Config } from '../config.ts'
import { createLogger } from '../logger.ts'
import { cannotWrite, describeError, Problem } from '../problem.ts'
import { buildServer } from '../server.ts'
import { createKeys } from '../store/keys.ts'
import { createKeeper } from '../webhooks/keeper.ts'
import { type KeptWebhook, twilioWebhooks } from '../webhooks/twilio.ts'
import { type HandOver, type HandOverDeps, posterTo, startHandOver } from './hand-over.ts'
import { openSpool, type Spool } from './spool.ts'

/** A receiver at work. */
export type RunningFallback = { readonly url: string; readonly stop: () => Promise<void> }

/** So many webhooks may wait, about a kilobyte each and at most 64; beyond, the carrier is told to try again. */
const MOST_WAITING = 50_000
/** What waits longer than this, in minutes, is somebody's to look at: neither the server nor the way to it comes back. */
const TOO_OLD_MINUTES = 15

/** Starts the receiver; `server` is the address under which the carrier reaches the server. Throws a `Problem` when it cannot. */
export async function startFallback(config: Config, server: string): Promise<RunningFallback> {
  if (config.twilio === null)
    throw new Problem(
      'The fallback receiver needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: the account whose webhooks it takes.',
    )
  if (config.key === null)
    throw new Problem('The fallback receiver needs HOMELINE_KEY: what waits is encrypted under a key derived from it.')
  if (server === config.publicUrl)
    throw new Problem(
      '--server should name the server; PUBLIC_URL is the address of this receiver, and both are the same. Set PUBLIC_URL to the address under which the carrier reaches this receiver.',
    )
  const { accountSid, authToken } = config.twilio
  const logger = createLogger(config.logLevel)
  const spool = await openSpool(path.join(config.dataDir, 'spool'), createKeys(config.key), MOST_WAITING).catch((error) => {
    if (cannotWrite(error))
      throw new Problem('HOMELINE_DATA_DIR names a folder that cannot be written: check path, rights and space.')
    throw error
  })
  const { app, handOver } = await assembleReceiver({
    account: { accountSid, authToken },
    publicUrl: config.publicUrl,
    spool,
    post: posterTo(server, authToken),
    logger,
  })
  const stop = async () => {
    await app.close()
    await handOver.stop()
  }
  try {
    await app.listen({ port: config.port, host: config.host })
  } catch (error) {
    await stop()
    throw error
  }
  handOver.wake()
  return { url: config.publicUrl, stop }
}

/** What a receiver is made of; `startFallback` brings the real ones. */
export type ReceiverParts = {
  readonly account: { readonly accountSid: string; readonly authToken: string }
  readonly publicUrl: string
  readonly spool: Spool
  readonly post: HandOverDeps['post']
  readonly logger: Logger
}

/** Puts a receiver together: it hands over what waits already; it takes webhooks once it listens (or is asked in process). */
export async function assembleReceiver(
  parts: ReceiverParts,
): Promise<{ readonly app: FastifyInstance; readonly handOver: HandOver }> {
  const { account, publicUrl, spool, post, logger } = parts
  const handOver = startHandOver({
    spool,
    post,
    emptied: (count) => logger.info({ count }, 'handed over: nothing waits here any more'),
    refused: () =>
      logger.error('the server refuses what is handed over: --server should be its PUBLIC_URL, the auth token the same'),
    report: (error) => logger.error(describeError(error), 'handing over failed and will be tried again'),
  })
  const tookOver = () =>
    logger.warn({ count: spool.state().waiting }, 'taking over: the carrier comes here, and what it brings waits for the server')
  if (spool.state().waiting > 0) tookOver()
  const append = createKeeper(async (webhooks: readonly KeptWebhook[]) => {
    const before = spool.state().waiting
    await spool.append(webhooks)
    if (before === 0) tookOver()
    handOver.wake()
  })
  const keep = (webhook: KeptWebhook) =>
    append(webhook).catch((error: Error) => {
      logger.error(describeError(error.cause ?? error), 'a webhook could not be kept; the carrier is told to try again')
      throw error
    })
  const app = await buildServer({
    logger,
    metrics: metricsOf(spool),
    problems: () => problems(spool, handOver.isRefused()),
    webhooks: twilioWebhooks({ ...account, publicUrl, keep, voice: null }),
    api: null,
    others: [],
    home: null,
  })
  return { app, handOver }
}

async function problems(spool: Spool, refused: boolean): Promise<string[]> {
  const { full, setAside, since } = spool.state()
  const writable = await spool.probe().then(
    () => true,
    () => false,
  )
  const waited = since === null ? 0 : Temporal.Now.instant().since(since).total('minutes')
  return [
    ...(writable ? [] : ['the spool cannot be written']),
    ...(full ? ['the spool is full'] : []),
    ...(refused ? ['the server refuses what is handed over'] : []),
    ...(waited > TOO_OLD_MINUTES ? ['webhooks wait for the server'] : []),
    ...(setAside > 0 ? ['webhooks were set aside: the key or the server does not take them'] : []),
  ]
}

function metricsOf(spool: Spool) {
  const registry = new Registry()
  const waiting = new Gauge({ name: 'homeline_spooled', help: 'Webhooks that wait for the server', registers: [registry] })
  return {
    webhooks: new Counter({
      name: 'homeline_webhooks_total',
      help: 'Webhooks by kind and answer',
      labelNames: ['kind', 'answer'] as const,
      registers: [registry],
    }),
    page: async () => {
      waiting.set(spool.state().waiting)
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}
