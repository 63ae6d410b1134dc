/** Signing in: at the district's identity provider, or by a code texted to the own phone and, for administrators, a second factor. */

import { randomUUID } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Staff } from '../core/people.ts'
import type { E164 } from '../core/phone-number.ts'
import { rosterNumber } from '../roster/numbers.ts'
import { type Db, inDistrict } from '../store/database.ts'
import type { Keys } from '../store/keys.ts'
import { checkLoginCode } from '../store/login-codes.ts'
import { endLogin, loginOf, openLogin, type SignInWay } from '../store/logins.ts'
import { staffByEmail, staffById } from '../store/people.ts'
import { checkSecondFactor, newSecondFactor } from '../store/second-factor.ts'
import type { Cookies } from './login-cookie.ts'
import { PROVIDER_BACK, type Provider, type Underway } from './oidc.ts'
import { sendPage } from './page.ts'
import { codePage, secondFactorPage, signInPage, strangerPage } from './sign-in-pages.ts'
import { fieldsOf, queryOf, sayPlainly } from './wall.ts'

/** What signing in needs of the house. */
export type SignInDeps = {
  readonly db: Db
  readonly keys: Keys
  /** Null: by texted codes. */
  readonly provider: Provider | null
  /** Texts a code; whoever asks learns nothing of what came of it. */
  readonly sendCode: (number: E164, ticket: string) => Promise<unknown>
  /** The sample people whom one press signs in; null outside the demo. */
  readonly demo: { readonly districtId: string; readonly people: readonly DemoPerson[] } | null
}

/** A sample person of the demo. `does`: what there is to see as this person. */
export type DemoPerson = { readonly id: string; readonly name: string; readonly does: string }

/** The country in which a number without `+` is read: the roster's is not known before somebody has signed in. */
const COUNTRY = 'US'
/**
 * Tries of one address a minute, over all forms here: a backstop, as each code and each person has limits of its own. A whole district may come from one
 * address, that of the proxy before this server.
 */
const TRIES_A_MINUTE = 600
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

/** A path of ours to go on to; anything else leads to the inbox. */
export function safeNext(next: string): string {
  return /^\/[a-z][\w/.~%?&=+-]*$/i.test(next) ? next : '/inbox'
}

/** Whether somebody has to show a second factor before anything else: administrators who came by a texted code. */
export function needsSecondFactor(login: {
  readonly how: SignInWay
  readonly staff: Staff
  readonly secondFactor: boolean
}): boolean {
  return login.how === 'code' && login.staff.scope.kind !== 'own' && !login.secondFactor
}

/** Adds the pages of signing in. */
export async function signInRoutes(app: FastifyInstance, deps: SignInDeps, cookies: Cookies): Promise<void> {
  const { db, keys, provider, demo } = deps
  await app.register(rateLimit, { global: false })
  const limited = { config: { rateLimit: { max: TRIES_A_MINUTE, timeWindow: 60_000 } } }

  const enter = async (request: FastifyRequest, reply: FastifyReply, staff: Staff, how: SignInWay, next: string) => {
    const browser = request.headers['user-agent'] ?? ''
    const token = await inDistrict(db, staff.districtId, (trx) => openLogin(trx, staff, { how, browser, secondFactor: false }))
    cookies.set(reply, 'login', token)
    const second = needsSecondFactor({ how, staff, secondFactor: false })
    return reply.redirect(second ? `/sign-in/second?next=${encodeURIComponent(next)}` : next, 303)
  }
  const signIn = (reply: FastifyReply, next: string, wrong: string | null) =>
    sendPage(
      wrong === null ? reply : reply.code(422),
      signInPage({ byProvider: provider !== null, demo: demo?.people ?? [], next, wrong }),
    )

  app.get('/sign-in', async (request, reply) => signIn(reply, safeNext(queryOf(request, 'next')), null))

  if (provider === null) byCode()
  else byProvider(provider)
  if (demo !== null) byPress(demo.districtId, demo.people)
  secondFactor()

  app.post('/sign-out', async (request, reply) => {
    const login = await loginOf(db, cookies.read(request, 'login') ?? '')
    if (login !== null)
      await inDistrict(db, login.staff.districtId, (trx) => endLogin(trx, login.staff.districtId, login.staff.id, login.id))
    cookies.clear(reply, 'login')
    return reply.redirect('/sign-in', 303)
  })

  function byCode(): void {
    app.post('/sign-in', limited, async (request, reply) => {
      const fields = fieldsOf(request)
      const next = safeNext(fields('next'))
      const number = rosterNumber(fields('phone'), COUNTRY)
      if (number.kind !== 'usable')
        return signIn(reply, next, 'This is not a phone number: type it with its area code, such as 312 555 0101.')
      const ticket = randomUUID()
      cookies.set(reply, 'ticket', ticket)
      // Not waited for: how long it takes would tell whether the number is somebody's.
      deps
        .sendCode(number.number, ticket)
        .catch((error) => request.log.error({ reqId: request.id, err: error }, 'a sign-in code could not be sent'))
      return reply.redirect(`/sign-in/code?next=${encodeURIComponent(next)}`, 303)
    })
    app.get('/sign-in/code', async (request, reply) => sendPage(reply, codePage(safeNext(queryOf(request, 'next')), null)))
    app.post('/sign-in/code', limited, async (request, reply) => {
      const fields = fieldsOf(request)
      const next = safeNext(fields('next'))
      const ticket = cookies.read(request, 'ticket')
      const code = fields('code').replace(/\D/g, '')
      const staff = ticket === null || code.length !== 6 ? null : await checkLoginCode(db, keys, ticket, code)
      if (staff === null) return sendPage(reply.code(422), codePage(next, code))
      cookies.clear(reply, 'ticket')
      return enter(request, reply, staff, 'code', next)
    })
  }

  function byProvider(at: Provider): void {
    const away = (reply: FastifyReply, next: string) =>
      signIn(reply, next, 'The school’s sign-in does not answer. Wait a minute, then try again.')
    app.get('/sign-in/provider', limited, async (request, reply) => {
      const next = safeNext(queryOf(request, 'next'))
      const begun = await at.begin(next)
      if (begun === null) return away(reply, next)
      cookies.set(reply, 'provider', JSON.stringify(begun.underway))
      return reply.redirect(begun.url, 303)
    })
    app.get(PROVIDER_BACK, limited, async (request, reply) => {
      const kept = cookies.read(request, 'provider')
      cookies.clear(reply, 'provider')
      if (kept === null) return signIn(reply, '/inbox', 'That took too long, or began in another browser. Sign in again.')
      const underway = JSON.parse(kept) as Underway
      const came = await at.finish(request.url.split('?')[1] ?? '', underway)
      if (came.kind === 'away') return away(reply, underway.next)
      if (came.kind === 'refused') return signIn(reply, underway.next, 'The school’s sign-in did not let you in. Try again.')
      const staff = await ownerOf(came.email)
      if (staff === null) return sendPage(reply.code(403), strangerPage())
      return enter(request, reply, staff, 'provider', safeNext(underway.next))
    })
  }

  async function ownerOf(email: string): Promise<Staff | null> {
    const owners: Staff[] = []
    for (const { id } of await db.selectFrom('district').select('id').execute()) {
      const staff = await inDistrict(db, id, (trx) => staffByEmail(trx, id, email))
      if (staff !== null) owners.push(staff)
    }
    return owners.length === 1 ? (owners[0] ?? null) : null
  }

  function byPress(districtId: string, people: readonly DemoPerson[]): void {
    app.post('/sign-in/demo', async (request, reply) => {
      const person = fieldsOf(request)('person')
      const known = LOOPBACK.has(request.socket.remoteAddress ?? '') && people.some((one) => one.id === person)
      const staff = known ? await inDistrict(db, districtId, (trx) => staffById(trx, districtId, person)) : null
      if (staff === null) return sayPlainly(reply, 403, 'Nobody of that name', strangerPage())
      return enter(request, reply, staff, 'demo', safeNext(fieldsOf(request)('next')))
    })
  }

  function secondFactor(): void {
    app.get('/sign-in/second', async (request, reply) => second(request, reply, safeNext(queryOf(request, 'next')), null))
    app.post('/sign-in/second', limited, async (request, reply) => {
      const fields = fieldsOf(request)
      const next = safeNext(fields('next'))
      const login = await loginOf(db, cookies.read(request, 'login') ?? '')
      if (login === null) return reply.redirect('/sign-in', 303)
      const { staff, how } = login
      const checked = await inDistrict(db, staff.districtId, (trx) =>
        checkSecondFactor(trx, keys, staff, fields('code').replace(/\D/g, '')),
      )
      if (checked !== 'right')
        return second(
          request,
          reply.code(422),
          next,
          checked === 'locked'
            ? 'There were too many wrong codes. Wait a quarter of an hour, then try again.'
            : 'That is not the code that the app shows now. Type the newest one.',
        )
      // Another token for more rights: one that somebody saw before is worth nothing now (OWASP ASVS 5.0, 7.2.4).
      const token = await inDistrict(db, staff.districtId, async (trx) => {
        await endLogin(trx, staff.districtId, staff.id, login.id)
        return openLogin(trx, staff, { how, browser: request.headers['user-agent'] ?? '', secondFactor: true })
      })
      cookies.set(reply, 'login', token)
      return reply.redirect(next, 303)
    })
  }

  async function second(request: FastifyRequest, reply: FastifyReply, next: string, wrong: string | null) {
    const login = await loginOf(db, cookies.read(request, 'login') ?? '')
    if (login === null) return reply.redirect('/sign-in', 303)
    const { staff } = login
    if (!needsSecondFactor(login)) return reply.redirect(next, 303)
    const fresh = await inDistrict(db, staff.districtId, (trx) => newSecondFactor(trx, keys, staff))
    return sendPage(reply, secondFactorPage({ fresh, next, wrong }))
  }
}
