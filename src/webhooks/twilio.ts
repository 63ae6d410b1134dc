/** The carrier's way in: verify, keep the raw bytes, answer. Everything else happens in jobs. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { statusPath } from '../carriers/twilio/client.ts'
import { inboxKey, parseForm, readDetour } from '../carriers/twilio/forms.ts'
import { isSigned } from '../carriers/twilio/signature.ts'
import { addVoiceRoutes, refuseCalls, type VoiceDeps } from './voice.ts'

/** One webhook to keep. `reachedAt`: when it reached the carrier or the fallback receiver, where it did not come directly. */
export type KeptWebhook = {
  readonly key: string
  readonly kind: 'text' | 'status' | 'call' | 'recording'
  readonly raw: Buffer
  readonly reachedAt: Temporal.Instant | null
}

/** What the webhooks work with. */
export type WebhookDeps = {
  readonly authToken: string
  readonly accountSid: string
  /** The address under which the carrier reaches this server; signatures are over it. */
  readonly publicUrl: string
  /** Resolves when the webhook is durably kept. */
  readonly keep: (webhook: KeptWebhook) => Promise<void>
  /** Null: calls are told to call again later (the fallback receiver has no database to answer from). */
  readonly voice: VoiceDeps | null
}

/** Where texts to our numbers are sent. */
export const SMS_PATH = '/webhooks/twilio/sms'

/** The path to which the carrier brought what is kept under an inbox key. */
export function pathOf(key: string): string {
  const [kind, , , districtId = '', attemptId = ''] = key.split(':')
  return kind === 'status' ? statusPath(districtId, attemptId) : SMS_PATH
}

/** Twilio's forms are a few KB. */
const BODY_LIMIT = 64 * 1024
/** Twilio waits 15 s in all, retries included (connection overrides): a 503 in time is tried again. */
const ANSWER_WITHIN_MS = 3_000

const EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

/** The webhook routes. A request that the account's token did not sign gets 403 and leaves no trace. */
export function twilioWebhooks(deps: WebhookDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
      (_request, body, done) => done(null, body),
    )

    // Without a signature nothing else of a request is looked at, its form included.
    app.addHook('onRequest', async (request, reply) => {
      if (!request.headers['x-twilio-signature']) return reply.code(403).send()
    })

    /** The form when the account signed it; otherwise the answer has been given. */
    const signedForm = async (request: FastifyRequest, reply: FastifyReply): Promise<Readonly<Record<string, string>> | null> => {
      // An empty form is not given to the parser.
      const params = parseForm(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0))
      if (params === null) {
        await reply.code(400).send()
        return null
      }
      const signature = request.headers['x-twilio-signature']
      if (
        !isSigned(
          deps.authToken,
          `${deps.publicUrl}${request.raw.url}`,
          params,
          Array.isArray(signature) ? undefined : signature,
        ) ||
        (params['AccountSid'] ?? deps.accountSid) !== deps.accountSid
      ) {
        await reply.code(403).send()
        return null
      }
      return params
    }

    const keep = async (reply: FastifyReply, webhook: KeptWebhook | null): Promise<void> => {
      if (webhook === null) return void (await reply.code(400).send())
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), ANSWER_WITHIN_MS)
      })
      const kept = await Promise.race([
        deps.keep(webhook).then(
          () => 'kept' as const,
          () => 'failed' as const,
        ),
        late,
      ])
      clearTimeout(timer)
      if (kept === 'kept') await reply.type('text/xml').send(EMPTY)
      else await reply.code(503).header('retry-after', '1').send()
    }

    app.post(SMS_PATH, async (request, reply) => {
      const params = await signedForm(request, reply)
      if (params === null) return reply
      await keep(reply, webhookOf('text', inboxKey(params, null), request.body, params))
      return reply
    })

    app.post<{ Params: { districtId: string; attemptId: string } }>(
      '/webhooks/twilio/status/:districtId/:attemptId',
      async (request, reply) => {
        const params = await signedForm(request, reply)
        if (params === null) return reply
        await keep(reply, webhookOf('status', inboxKey(params, request.params), request.body, params))
        return reply
      },
    )

    if (deps.voice === null) refuseCalls(app, signedForm)
    else
      addVoiceRoutes(app, { ...deps.voice, publicUrl: deps.publicUrl }, signedForm, (reply, kind, key, request, params) =>
        keep(reply, webhookOf(kind, key, request.body, params)),
      )
  }
}

function webhookOf(
  kind: KeptWebhook['kind'],
  key: string | null,
  body: unknown,
  params: Readonly<Record<string, string>>,
): KeptWebhook | null {
  return key === null ? null : { key, kind, raw: body as Buffer, reachedAt: readDetour(params)?.at ?? null }
}
