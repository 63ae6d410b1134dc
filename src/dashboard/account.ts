/** The own account: in which browsers one is signed in, and the way out. */

import type { FastifyInstance } from 'fastify'
import { html } from 'hono/html'
import { contactCard } from '../core/contact-card.ts'
import { endLogin, openLogins, type SignInWay } from '../store/logins.ts'
import { type OwnLine, ownLines } from '../store/own-lines.ts'
import { ownPhone } from '../store/own-phone.ts'
import { zoneOf } from '../store/people.ts'
import { phoneState } from './own-phone.ts'
import type { Sender } from './sending.ts'
import type { VisitOf } from './visits.ts'
import { sayNotFound } from './wall.ts'
import { briefly, listed, timeTag } from './words.ts'

/** How a login came about, in words. */
export const WAYS: Readonly<Record<SignInWay, string>> = {
  provider: 'with the school account',
  code: 'with a texted code',
  demo: 'in the demo',
}

/** What the page needs of the house. */
export type AccountDeps = Pick<Sender, 'asSeen'> & { readonly now: () => Promise<Temporal.Instant> }

/** Adds the account page. */
export function accountRoutes(app: FastifyInstance, deps: AccountDeps, visitOf: VisitOf): void {
  app.get('/account', async (request, reply) => {
    const visit = visitOf(request)
    const { staff, districtId, login } = visit
    const now = await deps.now()
    const { logins, zone, lines, phone } = await visit.read(async (trx) => ({
      logins: await openLogins(trx, districtId, staff.id),
      zone: await zoneOf(trx, staff),
      lines: await ownLines(trx, districtId, staff.id),
      phone: await ownPhone(trx, districtId, staff.id),
    }))
    const when = (at: Temporal.Instant) => timeTag(at, briefly(deps.asSeen(at), now, zone))
    return visit.page(
      reply,
      'account',
      'Account',
      html`<div class="bar"><h1><bdi>${staff.displayName}</bdi></h1><form method="post" action="/sign-out"><button>Sign out</button></form></div>
<p><a class="button" href="/sentences">Saved sentences</a></p><h2>Your own phone</h2><p>${phoneState(phone)}</p>${phone.onFile ? html`<p><a class="button" href="/account/phone">On or off, and when</a></p>` : ''}
${
  lines.length === 0
    ? ''
    : html`<p>Each family has a school number of its own on your phone. With this file in its address book the phone shows the family’s name when it writes or calls.</p>
<p><a class="button" href="/account/families.vcf">Contacts of ${lines.length} ${lines.length === 1 ? 'family' : 'families'}</a></p>`
}<h2>Where you are signed in</h2><ul class="rows">${logins.map(
        (one) => html`<li><div><b>${browserName(one.browser)}</b>${one.id === login.id ? html` <i class="tag">this one</i>` : ''}
<p class="hint">Since ${when(one.madeAt)}, ${WAYS[one.how]} · last used ${when(one.seenAt)}</p></div>
${one.id === login.id ? '' : html`<form method="post" action="/account/logins/${one.id}/end"><button class="quiet">Sign it out</button></form>`}</li>`,
      )}</ul><p class="hint">A browser is signed out by itself after two hours without use, and twelve hours after you signed in.</p>`,
    )
  })
  app.get('/account/families.vcf', async (request, reply) => {
    const { staff, districtId, read } = visitOf(request)
    const lines = await read((trx) => ownLines(trx, districtId, staff.id))
    const names = lines.map(lineName)
    const cards = lines.map((line, i) => {
      const guardians = listed(line.guardians)
      const name = names[i] ?? guardians
      // Parents with a phone each: who of them it is says the name.
      const shared = names.filter((other) => other === name).length > 1
      return contactCard({
        name: shared && name !== guardians ? `${name} (${guardians})` : name,
        note: `${guardians}, by the school’s line`,
        number: line.number,
      })
    })
    return reply
      .type('text/vcard; charset=utf-8')
      .header('content-disposition', 'attachment; filename="families.vcf"')
      .send(cards.join(''))
  })
  app.post('/account/logins/:id/end', async (request, reply) => {
    const { staff, districtId, read } = visitOf(request)
    const { id } = request.params as { id: string }
    const ended = await read((trx) => endLogin(trx, districtId, staff.id, id))
    return ended ? reply.redirect('/account?said=login_ended', 303) : sayNotFound(reply)
  })
}

/** As an address book shows and sorts it. */
function lineName({ guardians, students }: OwnLine): string {
  return students.length > 0 ? `${listed(students)}’s family` : listed(guardians)
}

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg/, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\bChrom(?:e|ium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bCrOS\b/, 'a Chromebook'],
  [/\bAndroid\b/, 'an Android phone or tablet'],
  [/\biPhone\b/, 'an iPhone'],
  [/\biPad\b/, 'an iPad'],
  [/\bMac OS X\b/, 'a Mac'],
  [/\bWindows\b/, 'Windows'],
  [/\bLinux\b/, 'Linux'],
]

/** `Chrome on a Mac`, from what the browser calls itself. */
export function browserName(called: string): string {
  const find = (table: readonly (readonly [RegExp, string])[]) => table.find(([pattern]) => pattern.test(called))?.[1]
  return [find(BROWSERS) ?? 'A browser', find(SYSTEMS)].filter(Boolean).join(' on ')
}
