/** The cookies of sign-in, signed with SESSION_SECRET. Over https they carry the prefix `__Host-`: this host's alone, never over plain http (RFC 6265bis). */

import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** `login`: the login's token; `ticket`: the code that was asked for; `provider`: a sign-in under way at the identity provider; `first`: which text of a message stands first. */
export type CookieName = 'login' | 'ticket' | 'provider' | 'first'

/** Seconds; null: until the browser is closed. */
const KEPT: Readonly<Record<CookieName, number | null>> = { login: null, ticket: 600, provider: 600, first: 31_536_000 }

/** Reads and sets the cookies. */
export type Cookies = {
  /** What a cookie holds; null when there is none, or its signature is not ours. */
  readonly read: (request: FastifyRequest, name: CookieName) => string | null
  readonly set: (reply: FastifyReply, name: CookieName, value: string) => void
  readonly clear: (reply: FastifyReply, name: CookieName) => void
}

/** Puts cookies up on `app`. */
export async function openCookies(
  app: FastifyInstance,
  given: { readonly secret: string; readonly publicUrl: string },
): Promise<Cookies> {
  await app.register(cookie, { secret: given.secret })
  const secure = given.publicUrl.startsWith('https:')
  const full = (name: CookieName) => `${secure ? '__Host-' : ''}homeline-${name}`
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const
  return {
    read: (request, name) => {
      const raw = request.cookies[full(name)]
      const { valid, value } = raw === undefined ? { valid: false, value: null } : request.unsignCookie(raw)
      return valid ? value : null
    },
    set: (reply, name, value) =>
      void reply.setCookie(full(name), value, {
        ...options,
        signed: true,
        ...(KEPT[name] === null ? {} : { maxAge: KEPT[name] }),
      }),
    clear: (reply, name) => void reply.clearCookie(full(name), options),
  }
}
