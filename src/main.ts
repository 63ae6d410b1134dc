/** Puts everything together. The only place that knows all parts. */

import { createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import cron from 'node-cron'
import type { Logger } from 'pino'
import { apiRoutes } from './api/api.ts'
import { carrierAccount } from './carrier-account.ts'
import { createTwilioCalls } from './carriers/twilio/calls.ts'
import { createTwilioCarrier, type TwilioAccount } from './carriers/twilio/client.ts'
import { readInbox } from './carriers/twilio/forms.ts'
import { createTwilioMedia } from './carriers/twilio/media.ts'
import { createTwilioRecordings } from './carriers/twilio/recordings.ts'
import { segmentsOf } from './carriers/twilio/segments.ts'
import { createTwilioTranscriber } from './carriers/twilio/transcriptions.ts'
import { readVoiceInbox } from './carriers/twilio/voice-forms.ts'
import type { Config } from './config.ts'
import { sameLanguage } from './core/language.ts'
import type { Staff } from './core/people.ts'
import { type DashboardDeps, dashboard } from './dashboard/dashboard.ts'
import { createProvider } from './dashboard/oidc.ts'
import { sender } from './dashboard/sending.ts'
import { playAlone, prepareDemo } from './demo.ts'
import { createDetector } from './detection/detect.ts'
import { problems } from './health.ts'
import { keepHouse, sealAll } from './housekeeping.ts'
import { type Installation, openInstallation } from './installation.ts'
import { type Jobs, startJobs, type WokenStep } from './jobs/path.ts'
import { createWayIn } from './jobs/way-in.ts'
import { createLogger } from './logger.ts'
import { createLooks } from './looks.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { describeError } from './problem.ts'
import { scripts } from './relay/answer.ts'
import type { CallControl, LineLookUp, RecordingCarrier, Transcriber } from './relay/call-ports.ts'
import {
  act,
  actOnAll,
  callFamily,
  compose,
  givePin,
  letTeachersSendUrgent,
  openConversation,
  setCalls,
  setHours,
  setOwnPhone,
} from './relay/compose.ts'
import type { ActRequest, CallUp, ComposeRequest } from './relay/compose-ports.ts'
import { fetchRecordings } from './relay/fetch.ts'
import { interpret } from './relay/interpret.ts'
import { createLineAsker } from './relay/look-up.ts'
import type { MediaCarrier } from './relay/picture-ports.ts'
import { fetchPictures } from './relay/pictures.ts'
import type { Carrier, Detector, Translator } from './relay/ports.ts'
import { preview } from './relay/prepare.ts'
import type { CallCarrier } from './relay/ring-ports.ts'
import { importRoster } from './roster/import.ts'
import { mayCall } from './roster/numbers.ts'
import { buildServer, type ServerDeps } from './server.ts'
import { talkStore } from './store/call-rooms.ts'
import { answerStore } from './store/calls.ts'
import { composeStore } from './store/composing.ts'
import { deliverStore } from './store/delivering.ts'
import { inboxStore, keepWebhooks } from './store/inbox.ts'
import { sendLoginCode } from './store/login-codes.ts'
import { pictureForCarrier, seePicture } from './store/picture-view.ts'
import { pictureStore, storePicture } from './store/pictures.ts'
import { prepareStore } from './store/preparing.ts'
import { audioForCarrier, playRecording, recordingStore, signAudio } from './store/recordings.ts'
import { ringStore } from './store/ringing.ts'
import { findWork, queueState } from './store/scheduler.ts'
import { sealDistrict } from './store/seal.ts'
import { now, readSetting } from './store/settings.ts'
import { sweepStore } from './store/sweeping.ts'
import { reconcileStore } from './store/waiting.ts'
import { indexWords } from './store/words.ts'
import { createAwsTranscriber } from './transcribers/aws.ts'
import { inTurn } from './transcribers/choose.ts'
import { createTranslator } from './translators/choose.ts'
import { createKeeper } from './webhooks/keeper.ts'
import { pictureRoute } from './webhooks/pictures.ts'
import { type KeptWebhook, twilioWebhooks } from './webhooks/twilio.ts'
import { audioRoute, type VoiceDeps } from './webhooks/voice.ts'

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

/** What a gateway is made of; `serve` brings the real ones. */
export type Parts = Pick<Installation, 'db' | 'scheduler' | 'keys'> &
  Pick<ServerDeps, 'others' | 'home'> & {
    /** What the pages need beyond the gateway; null: there are none. */
    readonly pages: Pick<DashboardDeps, 'sessionSecret' | 'provider' | 'demo' | 'subscribe' | 'asSeen'> | null
    readonly account: TwilioAccount
    /** Where recordings and pictures are kept. */
    readonly dataDir: string
    readonly carrier: Carrier
    readonly calls: CallCarrier & CallControl
    /** Null: the carrier is never asked what line a phone is. */
    readonly lookUp: LineLookUp | null
    readonly recordings: RecordingCarrier
    readonly media: MediaCarrier
    /** Null: voicemails go on as audio alone. */
    readonly transcriber: Transcriber | null
    readonly translator: Translator
    readonly detect: Detector
    readonly logger: Logger
    readonly metrics: ServerDeps['metrics'] & Pick<Metrics, 'stepFailures'>
    /** Resolves when nothing older is still to come and `receive` may go on. */
    readonly caughtUp: () => Promise<void>
    /** Around the keeping of each webhook. */
    readonly keeping: (webhook: KeptWebhook, keep: () => Promise<void>) => Promise<void>
    /** What is not well, for `/health`. */
    readonly problems: (jobs: Jobs) => Promise<readonly string[]>
    /** A step did something. */
    readonly changed: () => void
  }

/** Puts one gateway together: its jobs are at work when this returns; its server takes requests once it listens (or is asked in process). */
export async function assemble(parts: Parts): Promise<{ readonly jobs: Jobs; readonly app: FastifyInstance }> {
  const { db, scheduler, keys, account, carrier, translator, detect, logger, metrics } = parts
  const store = composeStore(db, keys)
  const { dataDir } = parts
  const recordings = recordingStore(db, keys, dataDir)
  const pictures = pictureStore(db, keys, dataDir)
  const lines = parts.lookUp === null ? null : createLineAsker(parts.lookUp, () => performance.now())
  const jobs = startJobs({
    receive: { inbox: inboxStore(db, keys, (key, raw) => readVoiceInbox(key, raw) ?? readInbox(key, raw), scripts), detect },
    prepare: { store: prepareStore(db, keys), translator, detect, lines, monotonic: () => performance.now() },
    deliver: { store: deliverStore(db, keys, { segments: segmentsOf }), carrier, monotonic: () => performance.now() },
    ring: {
      store: ringStore(db, keys, mayCall, scripts.play),
      carrier: parts.calls,
      monotonic: () => performance.now(),
    },
    reconcile: { store: reconcileStore(db, keys), carrier },
    fetch: async (districtId, limit) => {
      const of = [
        fetchRecordings({ store: recordings, carrier: parts.recordings, transcriber: parts.transcriber }, districtId, limit),
        fetchPictures({ store: pictures, carrier: parts.media }, districtId, limit),
      ]
      return Math.max(...(await Promise.all(of)))
    },
    interpret: (districtId, limit) => interpret({ store: talkStore(db), translator }, districtId, limit),
    seal: (districtId, limit) => sealDistrict(db, keys, districtId, limit),
    words: (districtId, limit) => indexWords(db, districtId, limit),
    findWork: (step) => findWork(scheduler, step, () => now(db)),
    report: (step, error) => {
      metrics.stepFailures.inc({ step })
      logger.error({ step, ...describeError(error) }, 'a step failed and will be tried again')
    },
    caughtUp: parts.caughtUp,
    changed: parts.changed,
  })
  const keeper = createKeeper((webhooks: Parameters<typeof keepWebhooks>[2]) => keepWebhooks(db, keys, webhooks))
  const waking = async <T>(work: Promise<T>, ...steps: readonly WokenStep[]): Promise<T> => {
    const done = await work
    jobs.wake(...steps)
    return done
  }
  const answer = answerStore(db, keys, scripts)
  const voice: VoiceDeps = {
    answer: {
      ...answer,
      // A turn can leave an answer, a recording, something to interpret, somebody to call.
      turn: (...given) => waking(answer.turn(...given), 'prepare', 'fetch', 'interpret', 'ring'),
    },
    signAudio: (districtId, id) => signAudio(keys, districtId, id, Temporal.Now.instant().toString().slice(0, 10)),
    audio: (districtId, id, word) => audioForCarrier(keys, dataDir, Temporal.Now.instant(), districtId, id, word),
  }
  const picture = (link: Parameters<typeof pictureForCarrier>[4]) =>
    pictureForCarrier(db, keys, dataDir, Temporal.Now.instant(), link)
  // What staff do, by a program or in a browser.
  const actions = {
    db,
    keys,
    now: () => now(db),
    compose: (request: ComposeRequest) => waking(compose(store, request), 'prepare', 'deliver', 'ring'),
    call: (request: CallUp) => waking(callFamily(store, request), 'ring'),
    act: (request: ActRequest) => waking(act(store, request), 'prepare', 'deliver', 'ring'),
    recording: async (staff: Staff, exchangeId: string) => playRecording(db, keys, dataDir, staff.districtId, staff, exchangeId),
    picture: async (staff: Staff, exchangeId: string, n: number) =>
      seePicture(db, keys, dataDir, staff.districtId, staff, exchangeId, n),
    letTeachersSendUrgent: (request: Parameters<typeof letTeachersSendUrgent>[1]) => letTeachersSendUrgent(store, request),
    setHours: (request: Parameters<typeof setHours>[1]) => waking(setHours(store, request), 'prepare', 'deliver'),
  }
  const pagesDeps = (pages: NonNullable<Parts['pages']>): DashboardDeps => ({
    ...pages,
    ...actions,
    send: sender(actions.compose),
    storePicture: (districtId, picture) => storePicture(keys, dataDir, districtId, picture),
    importRoster: (source, options) => waking(importRoster(db, keys, source, options), 'prepare', 'deliver'),
    actOnAll: (request) => waking(actOnAll(store, request), 'prepare', 'deliver', 'ring'),
    setOwnPhone: (request) => waking(setOwnPhone(store, request), 'prepare', 'deliver'),
    openConversation: (request) => openConversation(store, request),
    publicUrl: account.publicUrl,
    sendCode: (number, ticket) => waking(sendLoginCode(db, keys, number, ticket), 'deliver'),
    preview: (moment, draft) => preview({ translator, detect }, moment, draft),
    translateBack: async (text, from, to, names) => {
      const answer = await translator.translate({ text, from, to, names })
      return answer.kind === 'translated' ? answer.text : null
    },
    inLanguages: async (text, languages) => {
      const found = detect(text).language
      const from = found === 'und' ? 'en' : found
      return Promise.all(
        languages.map(async (language) => {
          if (sameLanguage(from, language)) return { language, text }
          const answer = await translator.translate({ text, from, to: language, names: [] })
          return { language, text: answer.kind === 'translated' ? answer.text : null }
        }),
      )
    },
    translateUnknown: async (text) => {
      const from = detect(text).language
      if (from === 'und' || sameLanguage(from, 'en')) return null
      const answer = await translator.translate({ text, from, to: 'en', names: [] })
      return answer.kind === 'translated' ? { text: answer.text, from } : null
    },
    placed: () => jobs.wake('prepare'),
    noticed: () => jobs.wake('deliver'),
    segments: segmentsOf,
    covers: translator.covers,
    translatorName: translator.name,
  })
  try {
    const app = await buildServer({
      logger,
      metrics,
      problems: () => parts.problems(jobs),
      webhooks: twilioWebhooks({
        ...account,
        keep: (webhook) =>
          waking(
            parts.keeping(webhook, () => keeper(webhook)),
            'receive',
          ),
        voice,
      }),
      api: apiRoutes({
        ...actions,
        setCalls: (request) => setCalls(store, request),
        pin: (request) => waking(givePin(store, request), 'deliver'),
      }),
      others: [
        audioRoute(voice),
        pictureRoute({ picture }),
        ...(parts.pages === null ? [] : [dashboard(pagesDeps(parts.pages))]),
        ...parts.others,
      ],
      home: parts.home,
    })
    return { jobs, app }
  } catch (error) {
    await jobs.stop()
    throw error
  }
}

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
