import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { sql } from 'kysely'
import Provider from 'oidc-provider'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCookies } from '../../src/dashboard/login-cookie.ts'
import { createProvider } from '../../src/dashboard/oidc.ts'
import { signInRoutes } from '../../src/dashboard/sign-in.ts'
import { buildWall } from '../../src/dashboard/wall.ts'
import { importRoster } from '../../src/roster/import.ts'
import { inDistrict } from '../../src/store/database.ts'
import { openLogins } from '../../src/store/logins.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let district = ''
let site = ''
let issuer = ''
let stopProvider: () => Promise<void> = async () => {}
const app = fastify()

beforeAll(async () => {
  database = await freshDatabase()
  const { db, keys } = database
  const imported = await importRoster(db, keys, 'fixtures/roster/journey', { dryRun: false, confirmRemovals: false })
  if (imported.kind !== 'imported') throw new Error('no roster')
  district = imported.district.id
  await inDistrict(db, district, (trx) =>
    sql`update person set email = 'erivera@lincoln.example' where district_id = ${district} and id = 'rivera'`.execute(trx),
  )
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // The site's address must be known to the provider before the site is there.
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  site = `http://127.0.0.1:${port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'homeline', client_secret: 'a secret', redirect_uris: [`${site}/sign-in/provider/back`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_ctx: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, email: sub, email_verified: !sub.startsWith('unverified') }),
    }),
  })
  server.on('request', provider.callback())
  stopProvider = () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  await buildWall(app, site)
  const cookies = await openCookies(app, { secret: 'a secret of the tests, long enough', publicUrl: site })
  const given = createProvider({ issuer, clientId: 'homeline', clientSecret: 'a secret' }, site)
  await signInRoutes(app, { db, keys, provider: given, sendCode: async () => {}, demo: null }, cookies)
  await app.listen({ port, host: '127.0.0.1' })
})
afterAll(async () => {
  await app.close()
  await stopProvider()
})

/** A browser that keeps cookies per host, and follows. */
function browser() {
  const jars = new Map<string, Map<string, string>>()
  const ask = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { host, pathname } = new URL(url)
    const jar = jars.get(host) ?? new Map<string, string>()
    jars.set(host, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...(init.headers as Record<string, string>), cookie },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';', 1)[0] ?? '').split(/=(.*)/s)
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    const to = answer.headers.get('location')
    return to === null || pathname === '/stop' ? answer : next(new URL(to, url).href)
  }
  const next = async (url: string): Promise<Response> => (url.startsWith(`${site}/inbox`) ? new Response('inside') : ask(url))
  /** Signs in at the provider as this person and says yes. */
  const signsIn = async (who: string): Promise<Response> => {
    let page = await ask(`${site}/sign-in/provider?next=/inbox`)
    for (let i = 0; i < 3; i++) {
      const html = await page.clone().text()
      const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1]
      const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1]
      if (action === undefined || prompt === undefined) break
      page = await ask(new URL(action, issuer).href, {
        method: 'POST',
        body: new URLSearchParams({ prompt, ...(prompt === 'login' ? { login: who, password: 'x' } : {}) }),
      })
    }
    return page
  }
  return { ask, signsIn, jar: (host: string) => jars.get(new URL(host).host) ?? new Map<string, string>() }
}

test('who signs in at the school’s provider with an address of the roster is in', async () => {
  const b = browser()
  expect(await (await b.signsIn('erivera@lincoln.example')).text()).toBe('inside')
  const logins = await inDistrict(database.db, district, (trx) => openLogins(trx, district, 'rivera'))
  expect(logins.map(({ how }) => how)).toEqual(['provider'])
})

test('an address that the roster does not have, or that nobody has verified, is nobody’s', async () => {
  for (const who of ['somebody@else.example', 'unverified-rivera@lincoln.example']) {
    const b = browser()
    const page = await b.signsIn(who)
    expect([403, 422]).toContain(page.status)
    expect(b.jar(site).has('homeline-login')).toBe(false)
  }
})

test('an answer of the provider that this browser did not ask for is refused', async () => {
  const b = browser()
  const { status } = await b.ask(`${site}/sign-in/provider/back?code=stolen&state=made-up`)
  expect([status, b.jar(site).has('homeline-login')]).toEqual([422, false])
})

test('when the provider does not answer, the page says so', async () => {
  const away = fastify()
  await buildWall(away, 'http://127.0.0.1:1')
  const cookies = await openCookies(away, { secret: 'a secret of the tests, long enough', publicUrl: 'http://127.0.0.1:1' })
  const gone = createProvider({ issuer: 'http://127.0.0.1:9', clientId: 'a', clientSecret: 'b' }, 'http://127.0.0.1:1')
  const { db, keys } = database
  await signInRoutes(away, { db, keys, provider: gone, sendCode: async () => {}, demo: null }, cookies)
  const { statusCode, body } = await away.inject({ url: '/sign-in/provider' })
  expect([statusCode, body.includes('does not answer')]).toEqual([422, true])
  await away.close()
})
