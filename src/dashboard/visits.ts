/** Who is looking: every page behind the sign-in knows its visitor, or sends the browser to sign in. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { Staff } from '../core/people.ts'
import { type Db, inDistrict, type Trx } from '../store/database.ts'
import { unreadConversations } from '../store/inbox-view.ts'
import { type Login, loginOf } from '../store/logins.ts'
import { staffedDesks } from '../store/people.ts'
import { countTasks } from '../store/task-list.ts'
import type { Cookies } from './login-cookie.ts'
import { framedPage, type Html, MOST_COUNTED, type Place, plainPage, sendPage } from './page.ts'
import { said } from './said.ts'
import { needsSecondFactor } from './sign-in.ts'
import { typedForm } from './typed.ts'
import { looksByItself, queryOf } from './wall.ts'

/** A visitor and what the pages may do for this person. */
export type Visit = {
  readonly login: Login
  readonly staff: Staff
  readonly districtId: string
  /** One transaction that sees the visitor's district. */
  readonly read: <T>(work: (trx: Trx) => Promise<T>) => Promise<T>
  /** Sends a page in the frame, with what the address says was just done. `goesOn`: without the script it looks again by itself. */
  readonly page: (reply: FastifyReply, here: Place, title: string, body: Html, goesOn?: boolean) => Promise<FastifyReply>
}

/** Gives the visit of a request that came through the gate. */
export type VisitOf = (request: FastifyRequest) => Visit

/** The places that somebody has: the work of families for all, what others wrote for administrators. */
function placesOf(staff: Staff, hasTasks: boolean, takesAttendance: boolean): Place[] {
  const admin = staff.scope.kind !== 'own'
  return [
    'inbox',
    ...(admin ? [] : (['classes'] as const)),
    ...(takesAttendance ? (['attendance'] as const) : []),
    ...(admin || hasTasks ? (['tasks'] as const) : []),
    ...(admin ? (['oversight', 'reach', 'school'] as const) : []),
  ]
}

/** Lets nobody into `app` who is not signed in. What somebody typed into a form meanwhile comes back to be sent again. */
export function gate(app: FastifyInstance, deps: { readonly db: Db }, cookies: Cookies): VisitOf {
  const visits = new WeakMap<FastifyRequest, Visit>()
  // After the body is read, so that nothing typed is lost.
  app.addHook('preHandler', async (request, reply) => {
    const byItself = request.routeOptions.url === '/live' || looksByItself(request)
    const login = await loginOf(deps.db, cookies.read(request, 'login') ?? '', byItself)
    if (login === null) return turnAway(request, reply)
    if (needsSecondFactor(login))
      return request.method === 'GET'
        ? reply.redirect(`/sign-in/second?next=${encodeURIComponent(request.url)}`, 303)
        : turnAway(request, reply)
    visits.set(request, visitOf(request, login))
  })
  return (request) => {
    const visit = visits.get(request)
    if (visit === undefined) throw new Error('A page was served without a visitor.')
    return visit
  }

  function visitOf(request: FastifyRequest, login: Login): Visit {
    const { staff } = login
    const { districtId } = staff
    const read = <T>(work: (trx: Trx) => Promise<T>) => inDistrict(deps.db, districtId, work)
    return {
      login,
      staff,
      districtId,
      read,
      page: async (reply, here, title, body, goesOn = false) => {
        const { inbox, tasks, desks } = await read(async (trx) => ({
          inbox: await unreadConversations(trx, districtId, staff.id),
          tasks: await countTasks(trx, staff, MOST_COUNTED + 1),
          desks: await staffedDesks(trx, staff),
        }))
        const places = placesOf(
          staff,
          desks.some(({ kind }) => kind === 'office' || kind === 'aides'),
          desks.some(({ kind }) => kind === 'office' || kind === 'attendance'),
        )
        return sendPage(
          reply,
          framedPage({
            title,
            who: staff.displayName,
            whoId: staff.id,
            places,
            here,
            counts: { inbox, tasks },
            said: said(queryOf(request, 'said')),
            body,
            goesOn,
          }),
        )
      },
    }
  }
}

async function turnAway(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  if (request.method === 'GET') return reply.redirect(`/sign-in?next=${encodeURIComponent(request.url)}`, 303)
  return sendPage(
    reply.code(401),
    plainPage(
      'You were signed out',
      html`<p>Nothing was sent, and what you typed is still here. Sign in in another tab, come back to this one, and press the button.</p>
<p><a class="button" href="/sign-in?next=/inbox" target="_blank" rel="noopener">Sign in in another tab</a></p>
${typedForm(request, 'I am signed in: send it now')}`,
    ),
  )
}
