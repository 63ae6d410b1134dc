/** Starts and stops the server: brings the real parts, listens, sweeps, keeps house. */

import { createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import cron from 'node-cron'
import { assemble } from './assemble.ts'
import { carrierAccount } from './carrier-account.ts'
import { createTwilioCalls } from './carriers/twilio/calls.ts'
import { createTwilioCarrier } from './carriers/twilio/client.ts'
import { createTwilioMedia } from './carriers/twilio/media.ts'
import { createTwilioRecordings } from './carriers/twilio/recordings.ts'
import { createTwilioTranscriber } from './carriers/twilio/transcriptions.ts'
import type { Config } from './config.ts'
import { createProvider } from './dashboard/oidc.ts'
import { playAlone, prepareDemo } from './demo.ts'
import { createDetector } from './detection/detect.ts'
import { problems } from './health.ts'
import { keepHouse, sealAll } from './housekeeping.ts'
import { type Installation, openInstallation } from './installation.ts'
import { createWayIn } from './jobs/way-in.ts'
import { createLogger } from './logger.ts'
import { createLooks } from './looks.ts'
import { createMetrics } from './metrics.ts'
import { describeError } from './problem.ts'
import type { Carrier, Translator } from './relay/ports.ts'
import { queueState } from './store/scheduler.ts'
import { now, readSetting } from './store/settings.ts'
import { sweepStore } from './store/sweeping.ts'
import { createAwsTranscriber } from './transcribers/aws.ts'
import { inTurn } from './transcribers/choose.ts'
import { createTranslator } from './translators/choose.ts'

/** A server at work. */
export type Running = {
  readonly url: string
  /** Where a person begins: the simulator's page in the demo. */
  readonly demoUrl: string | null
  /** Whether the simulator is the carrier: nothing is really sent. */
  readonly simulated: boolean
  readonly app: FastifyInstance
  /** Finishes what is under way while the door stays open for webhooks, which are kept for the next start; then shuts it and closes the database. */
  readonly stop: () => Promise<void>
}

/** Starts the server: migrates, connects, serves webhooks and API, runs the jobs. Throws a `Problem` when it cannot. */
export async function serve(given: Config): Promise<Running> {
  const config = await withPort(given)
  const logger = createLogger(config.logLevel)
  const [installation, detect] = await Promise.all([openInstallation(config, undefined, 'homeline-server'), createDetector()])
  const { db, scheduler, keys } = installation
  // In the order of the start; the end goes the other way round, whether the start came through or not.
  const ends: (() => unknown)[] = [installation.close]
  let stopping = false
  const stop = async () => {
    stopping = true
    for (const end of ends.splice(0).reverse()) await end()
  }
  const looks = createLooks()
  ends.push(looks.close)
  try {
    const account = await carrierAccount(config, db, keys)
    const metrics = createMetrics(async () => queueState(scheduler, await now(db)))
    const twilio = createTwilioCarrier(account)
    const calls = createTwilioCalls(account)
    const wayIn = createWayIn((await readSetting(db, 'fallback')) !== null)
    if (account.simulated) ends.push(await playAlone(db))
    const demo = account.simulated ? await prepareDemo(installation, account, createTranslator(config.translator), looks) : null
    const { jobs, app } = await assemble({
      db,
      scheduler,
      keys,
      account,
      dataDir: config.dataDir,
      carrier: countedCarrier(twilio, metrics.handOvers),
      calls,
      lookUp: calls.lookUp,
      recordings: createTwilioRecordings(account),
      media: createTwilioMedia(account),
      transcriber: inTurn([
        createTwilioTranscriber(account),
        ...(config.transcription === null ? [] : [createAwsTranscriber(config.transcription)]),
      ]),
      translator: countedTranslator(demo?.translator ?? createTranslator(config.translator), metrics.translations),
      detect,
      logger,
      metrics,
      caughtUp: wayIn.caughtUp,
      keeping: wayIn.keeping,
      problems: async (jobs) => (stopping ? ['the server is stopping'] : problems(db, scheduler, jobs, wayIn.sweeper())),
      changed: looks.changed,
      pages: {
        sessionSecret: installation.sessionSecret,
        provider: config.oidc === null ? null : createProvider(config.oidc, config.publicUrl),
        demo: config.databaseUrl === null && LOOPBACK.test(config.host) ? (demo?.people ?? null) : null,
        subscribe: looks.subscribe,
        asSeen: demo?.asSeen ?? ((at) => at),
      },
      others: demo?.plugins ?? [],
      home: demo?.hasScene ? '/simulator' : '/inbox',
    })
    // What cannot be sealed now waits for the next start.
    const seal = () =>
      sealAll(installation).catch((error) => logger.error(describeError(error), 'the last events are not sealed yet'))
    // A hand-over under way may take its 30 s, and a carrier tries a text for 15 s in all: so the door is shut only after the jobs have ended.
    ends.push(
      seal,
      () => app.close(),
      () => demo?.close(),
      () => Promise.all([wayIn.stop(), jobs.stop()]),
    )
    await app.listen({ port: config.port, host: config.host })
    if (demo !== null) await demo.open(() => jobs.wake('receive', 'prepare', 'deliver'))
    wayIn.open({
      store: sweepStore(db, keys),
      carrier: twilio,
      found: (count) => {
        metrics.sweptTexts.inc(count)
        logger.warn({ count }, 'texts that never reached us were found in the carrier’s list')
        jobs.wake('receive')
      },
      report: (error) => logger.error(describeError(error), 'the sweep failed and will be tried again'),
    })
    const housekeeping = scheduleHousekeeping(installation, (error) =>
      logger.error(describeError(error), 'housekeeping failed and will be tried again'),
    )
    ends.push(housekeeping)
    logger.info({ address: config.publicUrl }, 'serving')
    return {
      url: config.publicUrl,
      simulated: account.simulated,
      demoUrl: demo?.hasScene ? `${config.publicUrl}/simulator` : null,
      app,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A listener that nobody else reaches. */
const LOOPBACK = /^(?:127\.|::1$|localhost$)/

/** PORT=0 asks for any free port; the public address must name it before the carrier is told. */
async function withPort(config: Config): Promise<Config> {
  if (config.port !== 0) return config
  const port = await new Promise<number>((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, config.host, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
  return { ...config, port, publicUrl: config.publicUrl.replace(/:0$/, `:${port}`) }
}

/** Keeps house on the hour; gives the function that ends it. */
function scheduleHousekeeping({ db, keys, config }: Installation, report: (error: unknown) => void): () => Promise<void> {
  const task = cron.schedule('0 * * * *', () => keepHouse(db, keys, config.dataDir).catch(report), { noOverlap: true })
  return async () => {
    await task.destroy()
  }
}

type OutcomeCounter = { readonly inc: (labels: { outcome: string }) => void }

function countedCarrier(carrier: Carrier, counter: OutcomeCounter): Carrier {
  return {
    ...carrier,
    send: async (text) => {
      const outcome = await carrier.send(text)
      counter.inc({ outcome: outcome.kind })
      return outcome
    },
  }
}

function countedTranslator(translator: Translator, counter: OutcomeCounter): Translator {
  return {
    ...translator,
    translate: async (request) => {
      const answer = await translator.translate(request)
      counter.inc({ outcome: answer.kind })
      return answer
    },
  }
}
