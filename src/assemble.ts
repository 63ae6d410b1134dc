/** One gateway put together from its parts: stores, jobs, webhooks, API, pages. The only place that knows all of them. */

import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { apiRoutes } from './api/api.ts'
import type { TwilioAccount } from './carriers/twilio/client.ts'
import { readInbox } from './carriers/twilio/forms.ts'
import { segmentsOf } from './carriers/twilio/segments.ts'
import { readVoiceInbox } from './carriers/twilio/voice-forms.ts'
import type { Staff } from './core/people.ts'
import { type DashboardDeps, dashboard } from './dashboard/dashboard.ts'
import { makeExport } from './dashboard/export-file.ts'
import { sender } from './dashboard/sending.ts'
import type { Installation } from './installation.ts'
import { type Jobs, startJobs, type WokenStep } from './jobs/path.ts'
import type { Metrics } from './metrics.ts'
import { describeError } from './problem.ts'
import { scripts } from './relay/answer.ts'
import type { CallControl, LineLookUp, RecordingCarrier, Transcriber } from './relay/call-ports.ts'
import { callFamily, compose, openConversation } from './relay/compose.ts'
import type { ActRequest, CallUp, ComposeRequest } from './relay/compose-ports.ts'
import { act, actOnAll, givePin, letTeachersSendUrgent, setCalls, setHours, setOwnPhone } from './relay/decide.ts'
import { fetchRecordings } from './relay/fetch.ts'
import { interpret } from './relay/interpret.ts'
import { createLineAsker } from './relay/look-up.ts'
import type { MediaCarrier } from './relay/picture-ports.ts'
import { fetchPictures } from './relay/pictures.ts'
import type { Carrier, Detector, Translator } from './relay/ports.ts'
import { preview } from './relay/prepare.ts'
import type { CallCarrier } from './relay/ring-ports.ts'
import { forStaff } from './relay/translating.ts'
import { importRoster } from './roster/import.ts'
import { mayCall } from './roster/numbers.ts'
import { maskNumbers } from './roster/typed-numbers.ts'
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
import { reconcileStore } from './store/reconciling.ts'
import { audioForCarrier, playRecording, recordingStore, signAudio } from './store/recordings.ts'
import { ringStore } from './store/ringing.ts'
import { findWork } from './store/scheduler.ts'
import { sealDistrict } from './store/seal.ts'
import { now } from './store/settings.ts'
import { indexWords } from './store/words.ts'
import { createKeeper } from './webhooks/keeper.ts'
import { pictureRoute } from './webhooks/pictures.ts'
import { type KeptWebhook, twilioWebhooks } from './webhooks/twilio.ts'
import { audioRoute, type VoiceDeps } from './webhooks/voice.ts'

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
  const asSeen = parts.pages?.asSeen ?? ((at) => at)
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
    makeExport: (districtId, stopping) =>
      makeExport({ db, keys, dataDir, now: () => now(db), asSeen, maskNumbers }, districtId, stopping),
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
    recording: async (staff: Staff, exchangeId: string, isPart = false) =>
      playRecording(db, keys, dataDir, staff.districtId, staff, exchangeId, isPart),
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
    preview: (moment, drafts) => preview({ translator, detect }, moment, drafts),
    ...forStaff(translator, detect),
    dataDir,
    exportAsked: () => jobs.wake('export'),
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
