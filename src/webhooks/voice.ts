/**
 * The carrier's way in for calls. Unlike a text's webhook it answers with what is played next: it reads, decides and writes in one short
 * transaction. Callbacks that only tell are kept like texts.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  AGAIN_PATH,
  audioPath,
  INBOUND_STATUS_PATH,
  readTurnPath,
  recordingPath,
  screenPath,
  turnPath,
} from '../carriers/twilio/call-paths.ts'
import { RETRIES } from '../carriers/twilio/numbers.ts'
import { writeTwiml } from '../carriers/twilio/twiml.ts'
import { callStatusKey, inboundStatusKey, readInboundCall, readTurn, recordingKey } from '../carriers/twilio/voice-forms.ts'
import { createVoices, voices } from '../carriers/twilio/voices.ts'
import { screen, takes } from '../core/call-screen.ts'
import type { Verb } from '../core/call-script.ts'
import type { E164 } from '../core/phone-number.ts'
import { isUuid } from '../core/uuid.ts'
import type { AnswerStore, Played } from '../relay/answer-ports.ts'

/** What the voice webhooks work with. */
export type VoiceDeps = {
  readonly answer: AnswerStore
  /** The word that lets the carrier fetch a recording. */
  readonly signAudio: (districtId: string, recordingId: string) => string
  /** The audio behind such a word; null: not signed, or not here. */
  readonly audio: (districtId: string, recordingId: string, signature: string) => Promise<Buffer | null>
}

/** Where calls to our numbers are sent. */
export const VOICE_PATH = '/webhooks/twilio/voice'

const LATER = 'We cannot take your call right now. Please call again later, or send a text message to this number.'

type Params = Readonly<Record<string, string>>
type SignedForm = (request: FastifyRequest, reply: FastifyReply) => Promise<Params | null>
type Keep = (
  reply: FastifyReply,
  kind: 'call' | 'recording',
  key: string | null,
  request: FastifyRequest,
  params: Params,
) => Promise<void>
type OfCall = { readonly districtId: string; readonly callId: string }

/** A call that is over, or of which nobody knows. */
const OVER: readonly Verb[] = [{ kind: 'hang_up' }]

/** Adds the routes; `signedForm` has refused what the account did not sign. */
export function addVoiceRoutes(
  app: FastifyInstance,
  deps: VoiceDeps & { readonly publicUrl: string },
  signedForm: SignedForm,
  keep: Keep,
): void {
  const { answer, publicUrl } = deps
  const learning = createVoices(() => performance.now())
  const absolute = (path: string) => `${publicUrl}${path}${RETRIES}`

  const document = (
    verbs: readonly Verb[],
    { districtId, callId, turn, own, numbers }: Pick<Played, 'districtId' | 'callId' | 'turn' | 'own' | 'numbers'>,
    next = absolute(turnPath(districtId, callId, turn)),
  ) =>
    writeTwiml(verbs, {
      next,
      screen: absolute(screenPath(districtId, callId)),
      recorded: absolute(recordingPath(districtId, callId, turn)),
      audio: (id) => `${publicUrl}${audioPath(districtId, id, deps.signAudio(districtId, id))}`,
      own,
      numbers,
      voices: learning,
    })
  const nothing = { districtId: '', callId: '', turn: 0, own: '' as E164, numbers: new Map<string, E164>() }
  const send = (reply: FastifyReply, text: string) => reply.type('text/xml').send(text)
  const play = (reply: FastifyReply, played: Played | null) =>
    send(reply, played === null ? document(OVER, nothing) : document(played.verbs, played))

  app.post(VOICE_PATH, async (request, reply) => {
    const params = await signedForm(request, reply)
    if (params === null) return reply
    const call = readInboundCall(params)
    if (call === null) return reply.code(400).send()
    return play(reply, await answer.incoming(call))
  })

  // A document that could not be had or played, once more: a turn that was played already is answered as before, in other voices where one was refused.
  app.post(AGAIN_PATH, async (request, reply) => {
    const params = await signedForm(request, reply)
    if (params === null) return reply
    const where = params['ErrorUrl'] ?? ''
    if (!where.startsWith(`${publicUrl}/`)) return reply.code(400).send()
    const played = await answerAgain(where, params)
    if (played === 'wrong') return reply.code(400).send()
    if (learning.isRefusal(params['ErrorCode'])) learning.refused(languagesIn(played?.verbs ?? []))
    return play(reply, played)
  })
  const answerAgain = async (where: string, params: Params): Promise<Played | null | 'wrong'> => {
    if (new URL(where).pathname === VOICE_PATH) {
      const call = readInboundCall(params)
      return call === null ? 'wrong' : answer.incoming(call)
    }
    const at = readTurnPath(where.replace(/#.*/, ''))
    const came = at === null ? null : readTurn(params, at)
    return at === null || came === null ? 'wrong' : answer.turn(at.districtId, at.callId, at.turn, came.sid, came.input)
  }

  app.post('/webhooks/twilio/call/:districtId/:callId/:turn', async (request, reply) => {
    const params = await signedForm(request, reply)
    if (params === null) return reply
    const at = readTurnPath(request.raw.url ?? '')
    const came = at === null ? null : readTurn(params, at)
    if (at === null || came === null) return reply.code(400).send()
    return play(reply, await answer.turn(at.districtId, at.callId, at.turn, came.sid, came.input))
  })

  app.post<{ Params: OfCall }>('/webhooks/twilio/screen/:districtId/:callId', async (request, reply) => {
    if ((await signedForm(request, reply)) === null) return reply
    const { districtId, callId } = request.params
    if (!isUuid(districtId) || !isUuid(callId)) return reply.code(400).send()
    const screened = await answer.screen(districtId, callId)
    if (screened === null) return send(reply, document(OVER, nothing))
    const verbs = screen(screened.side, screened.facts)
    return send(reply, document(verbs, { ...nothing, districtId, callId }, absolute(`${screenPath(districtId, callId)}/key`)))
  })

  app.post<{ Params: OfCall }>('/webhooks/twilio/screen/:districtId/:callId/key', async (request, reply) => {
    const params = await signedForm(request, reply)
    if (params === null) return reply
    const { districtId, callId } = request.params
    if (!isUuid(districtId) || !isUuid(callId)) return reply.code(400).send()
    const taken = takes(params['Digits'] ?? null) && (await answer.through(districtId, callId))
    // An empty document puts the two together (Twilio, `<Number url>`).
    return send(reply, taken ? document([], nothing) : document(OVER, nothing))
  })

  app.post(INBOUND_STATUS_PATH, async (request, reply) => {
    const params = await signedForm(request, reply)
    if (params === null) return reply
    await keep(reply, 'call', inboundStatusKey(params), request, params)
    return reply
  })

  app.post<{ Params: OfCall }>('/webhooks/twilio/call-status/:districtId/:callId', async (request, reply) => {
    const params = await signedForm(request, reply)
    if (params === null) return reply
    await keep(reply, 'call', callStatusKey(params, request.params), request, params)
    return reply
  })

  app.post<{ Params: OfCall & { turn: string } }>(
    '/webhooks/twilio/recording/:districtId/:callId/:turn',
    async (request, reply) => {
      const params = await signedForm(request, reply)
      if (params === null) return reply
      await keep(reply, 'recording', recordingKey(params, request.params), request, params)
      return reply
    },
  )
}

function languagesIn(verbs: readonly Verb[]): readonly string[] {
  return verbs.flatMap((verb) => ('what' in verb ? verb.what : [])).flatMap((one) => (one.kind === 'say' ? [one.language] : []))
}

/** For a receiver that cannot answer: callers are told so, and to call again. */
export function refuseCalls(app: FastifyInstance, signedForm: SignedForm): void {
  const words: Verb[] = [{ kind: 'speak', what: [{ kind: 'say', language: 'en', text: LATER }] }, { kind: 'hang_up' }]
  app.post(VOICE_PATH, async (request, reply) => {
    if ((await signedForm(request, reply)) === null) return reply
    return reply.type('text/xml').send(
      writeTwiml(words, {
        next: '',
        screen: '',
        recorded: '',
        audio: () => '',
        own: '' as E164,
        numbers: new Map(),
        voices,
      }),
    )
  })
}

/** The recordings that `<Play>` fetches: the carrier asks without its signature, so the address is the key. */
export function audioRoute(deps: VoiceDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get<{ Params: { districtId: string; recordingId: string; signature: string } }>(
      '/webhooks/twilio/audio/:districtId/:recordingId/:signature',
      async (request, reply) => {
        const { districtId, recordingId, signature } = request.params
        const known = isUuid(districtId) && isUuid(recordingId)
        const audio = known ? await deps.audio(districtId, recordingId, signature) : null
        return audio === null ? reply.code(404).send() : reply.type('audio/wav').header('cache-control', 'private').send(audio)
      },
    )
  }
}
