/** The people of a school: found by name, role and class, and what an administrator does for one of them. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { LANGUAGE_NAMES } from '../core/language-names.ts'
import { type Staff, seesAllOf } from '../core/people.ts'
import type { Trx } from '../store/database.ts'
import { endAllLogins, openLogins } from '../store/logins.ts'
import { unsayPhone } from '../store/office-phones.ts'
import { classesOfSchool } from '../store/oversight.ts'
import { staffById, zoneOf } from '../store/people.ts'
import { findPeople, PERSON_ROLES, type PersonRole, type PersonView, personView } from '../store/person-view.ts'
import { forgetPreferences, setPreferences } from '../store/preferences.ts'
import { resetSecondFactor } from '../store/second-factor.ts'
import { momentOf } from '../store/settings.ts'
import { openTokens, revokeToken } from '../store/tokens.ts'
import { type Preferred, personPage } from './person-page.ts'
import { askedSchool, schoolNav } from './school-nav.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, queryOf, sayNotFound } from './wall.ts'
import { namesInWords } from './words.ts'

/** What these pages need of the house. */
export type PeopleDeps = {
  /** A notice waits to go out. */
  readonly noticed: () => void
  readonly now: () => Promise<Temporal.Instant>
  readonly asSeen: (at: Temporal.Instant) => Temporal.Instant
}

const ROLE_NAMES: Readonly<Record<PersonRole, string>> = {
  guardian: 'Guardians',
  student: 'Students',
  teacher: 'Teachers',
  administrator: 'Administrators',
  aide: 'Aides',
  left: 'Who has left the list',
}
const MOST = 50

/** Adds the pages. Who is no administrator of one of the person's schools finds nothing here. */
export function peopleRoutes(app: FastifyInstance, deps: PeopleDeps, visitOf: VisitOf): void {
  app.get('/people', async (request, reply) => {
    const visit = visitOf(request)
    const { staff } = visit
    const asked = await askedSchool(visit, request)
    if (asked === null) return sayNotFound(reply)
    const { school, schools } = asked
    const name = queryOf(request, 'q').slice(0, 100)
    const role = PERSON_ROLES.find((one) => one === queryOf(request, 'role')) ?? null
    const classId = queryOf(request, 'class') || null
    const after = queryOf(request, 'after') || null
    const { people, classes } = await visit.read(async (trx) => ({
      people: await findPeople(trx, staff, { schoolId: school.id, name, role, classId, after, limit: MOST + 1 }),
      classes: await classesOfSchool(trx, visit.districtId, school.id),
    }))
    const option = (value: string, words: string, chosen: string) =>
      html`<option value="${value}"${value === chosen ? ' selected' : ''}>${words}</option>`
    return visit.page(
      reply,
      'school',
      'People',
      html`<h1>People</h1>${schoolNav('/people', school, schools)}
<form class="filters" action="/people" role="search"><input type="hidden" name="of" value="${school.id}"><div><label for="q">Name</label><input id="q" name="q" type="search" value="${name}" placeholder="Part of a name"></div>
<div><label for="role">Role</label><select id="role" name="role">${option('', 'Everybody', role ?? '')}${PERSON_ROLES.map((one) => option(one, ROLE_NAMES[one], role ?? ''))}</select></div>
<div><label for="class">Class</label><select id="class" name="class">${option('', 'Every class', classId ?? '')}${classes.map((one) => option(one.id, one.name, classId ?? ''))}</select></div>
<div><button class="main">Show</button></div></form>
${
  people.length === 0
    ? html`<p class="empty">Nobody fits. Try part of a name, or another role${
        role === 'left'
          ? ''
          : html`, or <a href="/people?${new URLSearchParams({ of: school.id, q: name, role: 'left' })}">who has left the list</a>`
      }.</p>`
    : html`<ul class="threads">${people
        .slice(0, MOST)
        .map(
          (one) =>
            html`<li><a href="/people/${encodeURIComponent(one.id)}?${new URLSearchParams({ of: school.id })}"><span class="who"><bdi>${one.name}</bdi></span><span class="when">${one.role}</span>${
              one.with.length === 0 ? '' : html`<span class="with"><bdi>${namesInWords(one.with)}</bdi></span>`
            }</a></li>`,
        )}</ul>${people.length > MOST ? html`<p class="more"><a class="button" href="/people?${new URLSearchParams({ of: school.id, q: name, role: role ?? '', class: classId ?? '', after: people[MOST - 1]?.id ?? '' })}">More people</a></p>` : ''}`
}`,
    )
  })

  app.get('/people/:id', async (request, reply) => {
    const visit = visitOf(request)
    const person = await personHere(visit, request)
    return person === null ? sayNotFound(reply) : show(visit, reply, person, null, queryOf(request, 'of'))
  })

  /** What an administrator does to a person whom the page shows; the word that the page says then, or a sentence that says why not. */
  const acting =
    (
      act: (
        given: Acting,
      ) => Promise<{ readonly said: string } | { readonly problem: string; readonly chosen?: Preferred } | null>,
    ) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = visitOf(request)
      const person = await personHere(visit, request)
      if (!person?.active) return sayNotFound(reply)
      const done = await visit.read((trx) => act({ trx, by: visit.staff, person, request }))
      if (done === null) return sayNotFound(reply)
      if ('problem' in done) return show(visit, reply.code(422), person, done.problem, '', done.chosen)
      return reply.redirect(`/people/${encodeURIComponent(person.id)}?said=${done.said}`, 303)
    }

  app.post(
    '/people/:id/preferences',
    acting(async ({ trx, by, person, request }) => {
      if (person.kind === 'student') return null
      const fields = fieldsOf(request)
      const moment = await momentOf(trx)
      if (fields('what') === 'list') {
        await forgetPreferences(trx, moment, by, person.id)
        return { said: 'preferences_left' }
      }
      const [language, spoken] = [known(fields('language')), known(fields('spoken'))]
      const contact = fields('contact')
      const contactBy = person.kind === 'guardian' && (contact === 'sms' || contact === 'voice') ? contact : null
      if (language === null)
        return {
          problem: 'Choose the language in which the school writes.',
          chosen: { language, spokenLanguage: spoken, contactBy: contactBy ?? person.contactBy },
        }
      await setPreferences(trx, moment, by, person.id, { language, spoken: spoken === language ? null : spoken, contactBy })
      return { said: 'preferences_set' }
    }),
  )
  app.post(
    '/people/:id/listed-phone',
    acting(async ({ trx, by, person }) =>
      (await unsayPhone(trx, await momentOf(trx), by, person.id)) ? { said: 'listed_phone' } : null,
    ),
  )
  app.post(
    '/people/:id/logins/end',
    acting(async ({ trx, by, person }) => {
      if (!mayEndSignIn(by, person)) return null
      await endAllLogins(trx, by, person.id)
      return { said: 'logins_ended' }
    }),
  )
  app.post(
    '/people/:id/tokens/:token/revoke',
    acting(async ({ trx, by, person, request }) => {
      const { token } = request.params as { token: string }
      return mayEndSignIn(by, person) && (await revokeToken(trx, by, person.id, token)) ? { said: 'token_revoked' } : null
    }),
  )
  app.post('/people/:id/second-factor/reset', async (request, reply) => {
    const answer = await acting(async ({ trx, by, person }) => {
      const reason = fieldsOf(request)('reason').trim().slice(0, 300)
      // Never one's own: whoever has found an open browser could set up another one.
      if (person.kind !== 'staff' || person.id === by.id || !seesAllOf(by.scope, person.scope)) return null
      if (reason === '') return { problem: 'Write why the second factor is reset; the reason is kept.' }
      const owner = await staffById(trx, by.districtId, person.id)
      return owner !== null && (await resetSecondFactor(trx, by, owner, reason)) ? { said: 'factor_reset' } : null
    })(request, reply)
    deps.noticed()
    return answer
  })

  /** Somebody whom the administrator sees, also one who has left. */
  const personHere = (visit: Visit, request: FastifyRequest) =>
    visit.read((trx) => personView(trx, visit.staff, (request.params as { id: string }).id))

  async function show(
    visit: Visit,
    reply: FastifyReply,
    person: PersonView,
    problem: string | null,
    of = '',
    chosen: Preferred | null = null,
  ): Promise<FastifyReply> {
    const { staff, districtId } = visit
    const may = mayEndSignIn(staff, person)
    const found = await visit.read(async (trx) => ({
      logins: may ? await openLogins(trx, districtId, person.id) : [],
      tokens: may ? await openTokens(trx, districtId, person.id) : [],
      zone: await zoneOf(trx, staff),
    }))
    return visit.page(
      reply,
      'school',
      person.name,
      personPage({
        ...found,
        now: await deps.now(),
        asSeen: deps.asSeen,
        person,
        mayEndSignIn: may,
        mayResetFactor: may && person.id !== staff.id,
        problem,
        chosen,
        of,
      }),
    )
  }
}

type Acting = { readonly trx: Trx; readonly by: Staff; readonly person: PersonView; readonly request: FastifyRequest }

/** Staff who see no more than the administrator does. */
function mayEndSignIn(by: Staff, person: PersonView): boolean {
  return person.active && person.kind === 'staff' && seesAllOf(by.scope, person.scope)
}

/** A language of the list; null for anything else. */
function known(tag: string): string | null {
  return LANGUAGE_NAMES.find(([one]) => one === tag)?.[0] ?? null
}
