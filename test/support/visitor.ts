import { sign } from '@fastify/cookie'
import { openLogin } from '../../src/store/logins.ts'
import { staffById } from '../../src/store/people.ts'
import type { World } from './world.ts'

/** The secret by which the world's gateway signs cookies. */
export const SECRET = 'a secret of the journeys, long enough'

/** What a page answered. */
export type Answer = {
  readonly status: number
  readonly html: string
  /** The same, as it came. */
  readonly bytes: Buffer
  readonly to: string | null
  readonly headers: Headers
}

/** A browser without a script: keeps its cookies, follows nothing by itself. */
export type Visitor = {
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>
  readonly post: (
    path: string,
    fields?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>
  /** A form with a file in its field `picture`, as browsers send it. */
  readonly upload: (
    path: string,
    fields: Readonly<Record<string, string>>,
    file: { readonly name: string; readonly bytes: Buffer },
  ) => Promise<Answer>
  readonly cookies: Map<string, string>
}

/** A browser; with a staff member's id it is signed in by the school account. */
export async function visitor(world: World, staffId: string | null): Promise<Visitor> {
  const cookies = new Map<string, string>()
  if (staffId !== null) {
    const token = await world.inDistrict(async (trx) => {
      const staff = await staffById(trx, world.district, staffId)
      if (staff === null) throw new Error(`No staff member ${staffId}`)
      return openLogin(trx, staff, { how: 'provider', browser: 'a test', secondFactor: false })
    })
    cookies.set('homeline-login', encodeURIComponent(sign(token, SECRET)))
  }
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(`${world.gateway.url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', cookie, ...(init.headers as Record<string, string>) },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';', 1)[0] ?? '').split(/=(.*)/s)
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const bytes = Buffer.from(await answer.arrayBuffer())
    return { status: answer.status, html: bytes.toString(), bytes, to: answer.headers.get('location'), headers: answer.headers }
  }
  return {
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, fields = {}, headers = { 'sec-fetch-site': 'same-origin' }) =>
      ask(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
    upload: (path, fields, file) => {
      const form = new FormData()
      for (const [name, value] of Object.entries(fields)) form.set(name, value)
      form.set('picture', new Blob([new Uint8Array(file.bytes)]), file.name)
      return ask(path, { method: 'POST', body: form, headers: { 'sec-fetch-site': 'same-origin' } })
    },
    cookies,
  }
}
