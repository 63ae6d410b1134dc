/** The pages for running a school, and the way between them. */

import type { FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { type SchoolRow, schoolsOf } from '../store/schools.ts'
import type { Html } from './page.ts'
import { schoolChoice } from './school-choice.ts'
import type { Visit } from './visits.ts'
import { queryOf } from './wall.ts'

/** The pages by their addresses, in their order. */
const PAGES = {
  '/school': 'School',
  '/school/message': 'Message to all',
  '/people': 'People',
  '/school/week': 'Hours',
  '/school/numbers': 'Numbers',
  '/school/languages': 'Languages',
  '/school/texts': 'Fixed texts',
  '/school/translator': 'Translator',
} as const

/** The address of one of the pages. */
export type SchoolPage = keyof typeof PAGES

/** The school that an address asks for, the first when it names none, and all that this person runs; null: none of theirs. */
export async function askedSchool(
  visit: Visit,
  request: FastifyRequest,
): Promise<{ readonly school: SchoolRow; readonly schools: readonly SchoolRow[] } | null> {
  const asked = queryOf(request, 'of')
  const schools = await visit.read((trx) => schoolsOf(trx, visit.staff))
  const school = schools.find((one) => one.id === asked) ?? (asked === '' ? schools[0] : undefined)
  return school === undefined ? null : { school, schools }
}

/** The links between the pages of a school, and below them the choice between schools where the page is about one (`choice`). */
export function schoolNav(here: SchoolPage, school: SchoolRow, schools: readonly SchoolRow[], choice = true): Html {
  const of = `?of=${encodeURIComponent(school.id)}`
  return html`<nav class="tabs" aria-label="Running the school">${Object.entries(PAGES).map(
    ([path, name]) => html`<a href="${path}${of}"${path === here ? html` aria-current="page"` : ''}>${name}</a>`,
  )}</nav>${choice ? schoolChoice(here, schools, school.id) : ''}`
}
