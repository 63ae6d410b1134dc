/** What stands before every page: headers, forms, no writes from other sites, and errors in plain words. */

import compress from '@fastify/compress'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { type Html, plainPage, sendPage } from './page.ts'
import { typedForm, typedWords } from './typed.ts'

const FORM_LIMIT = 128 * 1024

/** The fields of a form as they were typed; a field that came twice counts with its last value, one that did not come is empty. */
export type Fields = (name: string) => string

/** The fields of a request's form. */
export function fieldsOf(request: FastifyRequest): Fields {
  const body = (request.body ?? {}) as Readonly<Record<string, string | readonly string[]>>
  return (name) => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined
    return withoutNull((typeof value === 'object' ? value.at(-1) : value) ?? '')
  }
}

/** PostgreSQL keeps no text with a null character, and nobody types one. */
const withoutNull = (text: string) => text.replaceAll('\u0000', '')

/** All values of a field that may come several times, such as ticked names. */
export function listOf(request: FastifyRequest, name: string): readonly string[] {
  const body = (request.body ?? {}) as Readonly<Record<string, string | readonly string[]>>
  const value = Object.hasOwn(body, name) ? body[name] : undefined
  return (value === undefined ? [] : [value].flat()).map(withoutNull)
}

/** A query's value, or an empty text. */
export function queryOf(request: FastifyRequest, name: string): string {
  const query = (request.query ?? {}) as Readonly<Record<string, string | readonly string[]>>
  const value = Object.hasOwn(query, name) ? query[name] : undefined
  return (typeof value === 'object' ? value.at(-1) : value) ?? ''
}

/** Whether the script of an open page asks for it anew. */
export function looksByItself(request: FastifyRequest): boolean {
  return request.headers['x-part'] === 'live'
}

/** Answers a request with a plain page of one or two sentences. */
export async function sayPlainly(reply: FastifyReply, status: number, title: string, body: Html): Promise<FastifyReply> {
  return sendPage(reply.code(status), plainPage(title, body))
}

/** The one answer to what is not there, and to what somebody may not see. */
export async function sayNotFound(reply: FastifyReply): Promise<FastifyReply> {
  return sayPlainly(
    reply,
    404,
    'There is nothing here',
    html`<p>This page does not exist, or it is not yours to see.</p>${typedWords(reply.request)}<p><a href="/inbox">Go to your inbox</a></p>`,
  )
}

/** Puts the wall up around everything that `app` serves. `publicUrl`: the address that browsers use. */
export async function buildWall(app: FastifyInstance, publicUrl: string): Promise<void> {
  const secure = publicUrl.startsWith('https:')
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        mediaSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Not no-referrer: under it a plain form's POST says `Origin: null`.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
  })
  // Routes of pictures, sound and files of their own size say that they are not compressed.
  await app.register(compress, { encodings: ['br', 'gzip'], globalDecompression: false })
  await app.register(formbody, { bodyLimit: FORM_LIMIT })
  const origin = new URL(publicUrl).origin
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (request.url.includes('%00')) return sayNotFound(reply)
    if (request.method === 'GET' || request.method === 'HEAD' || isFromHere(request, origin)) return
    return sayPlainly(
      reply,
      403,
      'This form came from another site',
      html`<p>Nothing was done. If you pressed the button on a page of ours, open that page again and press it once more.</p>`,
    )
  })
  // Programs that ask for what is not there are answered by the server itself.
  app.get('/*', async (request, reply) =>
    request.headers.accept?.includes('text/html') ? sayNotFound(reply) : reply.callNotFound(),
  )
  app.setErrorHandler(async (error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : 500
    if (status === 500)
      request.log.error({ reqId: request.id, route: request.routeOptions.url ?? 'none', err: error }, 'a page failed')
    if (status === 429) return sayPlainly(reply, 429, 'Too many tries', html`<p>Wait a minute, then try again.</p>`)
    return status === 500
      ? sayPlainly(
          reply,
          500,
          'This did not work',
          html`<p>Something went wrong on our side; it has been noted.</p>${
            request.method === 'POST' && request.body !== undefined
              ? html`<p>What you typed is still here. Wait a moment, then try again: nothing is sent twice.</p>${typedForm(request, 'Try again')}`
              : html`<p>Go back and try again.</p>`
          }`,
        )
      : sayPlainly(
          reply,
          status,
          'This could not be read',
          html`<p>Go back and try again. If it was a long text, make it shorter.</p>`,
        )
  })
}

/**
 * Whether a page of ours sent this request (Fetch Metadata, and `Origin` where a browser sends none, as over plain http). Every browser since 2020 says
 * one of them with a form; who says neither is refused.
 */
function isFromHere(request: FastifyRequest, origin: string): boolean {
  const site = request.headers['sec-fetch-site']
  return site === undefined ? request.headers.origin === origin : site === 'same-origin'
}
