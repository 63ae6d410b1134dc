/** The fixed texts by language: who has read which as a speaker, and the district's own wordings. For administrators and bilingual aides. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type FixedEntry, fixedEntries } from '../core/fixed-book.ts'
import { sameLanguage } from '../core/language.ts'
import type { Staff } from '../core/people.ts'
import { cleanText } from '../core/segments.ts'
import { type TextLanguage, textLanguages } from '../core/texts-slots.ts'
import { wrongWording } from '../core/wording-check.ts'
import type { Trx } from '../store/database.ts'
import {
  chooseUnreviewed,
  dropWording,
  markReviewed,
  type ReviewedEntry,
  reviewedEntries,
  setWording,
  unreviewedChoices,
} from '../store/fixed-texts.ts'
import { staffedDesks, zoneOf } from '../store/people.ts'
import { districtLanguages } from '../store/school-languages.ts'
import { schoolsOf } from '../store/schools.ts'
import { phraseEntries } from '../translators/phrasebook.ts'
import { schoolNav } from './school-nav.ts'
import { entryPage, isPart, languageList, languagePage, languagePath } from './school-texts-page.ts'
import type { Sender } from './sending.ts'
import type { Visit, VisitOf } from './visits.ts'
import { fieldsOf, listOf, queryOf, sayNotFound } from './wall.ts'
import { briefly, languageWords, timeTag } from './words.ts'

/** What these pages need of the house. `segments`: what a text takes on the air. */
export type TextsDeps = Pick<Sender, 'asSeen'> & {
  readonly now: () => Promise<Temporal.Instant>
  readonly segments: (body: string) => number
}

/** Languages with fixed texts, English apart: the authors stand for that. */
const LANGUAGES: readonly TextLanguage[] = textLanguages.filter((language) => language !== 'en')

const entriesOf = (language: TextLanguage): readonly FixedEntry[] => [...fixedEntries(language), ...phraseEntries(language)]

/** How many fixed texts of each language no speaker has read; English is the authors' own. */
export async function unreviewedCounts(trx: Trx, districtId: string): Promise<ReadonlyMap<TextLanguage, number>> {
  const counts = new Map<TextLanguage, number>()
  for (const language of LANGUAGES) {
    const entries = await reviewedEntries(trx, districtId, language, entriesOf(language))
    counts.set(language, entries.filter(({ mark }) => mark === null).length)
  }
  return counts
}

/** Whether somebody may say that a text is right: administrators, and who staffs an aides' desk. */
export async function mayReview(trx: Trx, staff: Staff): Promise<boolean> {
  return staff.scope.kind !== 'own' || (await staffedDesks(trx, staff)).some(({ kind }) => kind === 'aides')
}

/** Adds the pages. Who is neither administrator nor aide finds nothing here. */
export function textsRoutes(app: FastifyInstance, deps: TextsDeps, visitOf: VisitOf): void {
  type Place = { readonly language: TextLanguage; readonly entry: FixedEntry | null }
  const guarded =
    (act: (visit: Visit, place: Place, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = visitOf(request)
      const given = request.params as { language: string; kind?: string; id?: string }
      const language = LANGUAGES.find((one) => one === given.language)
      if (language === undefined || !(await visit.read((trx) => mayReview(trx, visit.staff)))) return sayNotFound(reply)
      const entry = entriesOf(language).find(({ kind, id }) => kind === given.kind && id === given.id) ?? null
      return given.id !== undefined && entry === null ? sayNotFound(reply) : act(visit, { language, entry }, request, reply)
    }
  const here = (visit: Visit) => (visit.staff.scope.kind === 'own' ? 'tasks' : 'school')
  const whenOf = async (visit: Visit) => {
    const [now, zone] = [await deps.now(), await visit.read((trx) => zoneOf(trx, visit.staff))]
    return (at: Temporal.Instant) => timeTag(at, briefly(deps.asSeen(at), now, zone))
  }

  app.get('/school/texts', async (request, reply) => {
    const visit = visitOf(request)
    const { districtId, staff } = visit
    const seen = await visit.read(async (trx) => {
      if (!(await mayReview(trx, visit.staff))) return null
      const families = await districtLanguages(trx, districtId)
      const unread = await unreviewedCounts(trx, districtId)
      const languages = LANGUAGES.map((language) => ({
        language,
        spoken: families.some((one) => sameLanguage(one, language)),
        all: entriesOf(language).length,
        unreviewed: unread.get(language) ?? 0,
      }))
      const without = families.filter((one) => !textLanguages.some((own) => sameLanguage(own, one)))
      return { languages, without, choices: await unreviewedChoices(trx, districtId), schools: await schoolsOf(trx, staff) }
    })
    if (seen === null) return sayNotFound(reply)
    const asked = queryOf(request, 'of')
    const school = seen.schools.find((one) => one.id === asked) ?? seen.schools[0]
    const nav = school === undefined ? '' : schoolNav('/school/texts', school, seen.schools, false)
    return visit.page(reply, here(visit), 'Fixed texts', languageList(nav, seen, await whenOf(visit)))
  })

  app.get(
    '/school/texts/:language',
    guarded(async (visit, { language }, request, reply) => {
      const { districtId, staff } = visit
      const asked = queryOf(request, 'part')
      const { entries, choice, spoken } = await visit.read(async (trx) => ({
        entries: await reviewedEntries(trx, districtId, language, entriesOf(language)),
        choice: (await unreviewedChoices(trx, districtId)).get(language) ?? null,
        spoken: (await districtLanguages(trx, districtId)).some((one) => sameLanguage(one, language)),
      }))
      const part = isPart(asked) ? asked : 'text'
      const shown = { language, part, entries, choice, spoken, mayChoose: staff.scope.kind === 'district' }
      return visit.page(reply, here(visit), languageWords(language), languagePage(shown, await whenOf(visit)))
    }),
  )

  app.post(
    '/school/texts/:language/reviewed',
    guarded(async ({ districtId, staff, read }, { language }, request, reply) => {
      const ticked = new Set(listOf(request, 'read'))
      const part = fieldsOf(request)('part')
      await read(async (trx) => {
        const entries = await reviewedEntries(trx, districtId, language, entriesOf(language))
        // A text that has changed since the page was made is not marked: nobody has read it.
        const marks = entries.filter(({ kind, id, digest }) => ticked.has(`${kind} ${id} ${digest}`))
        await markReviewed(trx, districtId, language, marks, staff.id)
      })
      return reply.redirect(`${languagePath(language)}?part=${isPart(part) ? part : 'text'}&said=texts_reviewed`, 303)
    }),
  )

  app.post(
    '/school/texts/:language/choice',
    guarded(async ({ districtId, staff, read }, { language }, request, reply) => {
      if (staff.scope.kind !== 'district') return sayNotFound(reply)
      const goes = fieldsOf(request)('unreviewed') === 'yes'
      await read((trx) => chooseUnreviewed(trx, districtId, language, goes, staff.id))
      return reply.redirect(`${languagePath(language)}?said=noted`, 303)
    }),
  )

  const entryOf = async ({ districtId, read }: Visit, language: TextLanguage, entry: FixedEntry): Promise<ReviewedEntry> => {
    const [found] = await read((trx) => reviewedEntries(trx, districtId, language, [entry]))
    return found as ReviewedEntry
  }

  app.get(
    '/school/texts/:language/:kind/:id',
    guarded(async (visit, { language, entry }, _request, reply) => {
      if (entry === null) return sayNotFound(reply)
      const reviewed = await entryOf(visit, language, entry)
      return visit.page(
        reply,
        here(visit),
        languageWords(language),
        entryPage({ language, entry: reviewed, typed: null, wrong: [] }, deps.segments, await whenOf(visit)),
      )
    }),
  )

  app.post(
    '/school/texts/:language/:kind/:id',
    guarded(async (visit, { language, entry }, request, reply) => {
      if (entry === null || entry.kind === 'keyword') return sayNotFound(reply)
      const { districtId, staff, read } = visit
      const fields = fieldsOf(request)
      const back = `${languagePath(language)}?part=${entry.kind}&said=noted`
      if (fields('act') === 'drop') {
        await read((trx) => dropWording(trx, districtId, { language, kind: entry.kind, id: entry.id }, staff.id))
        return reply.redirect(back, 303)
      }
      const typed = cleanText(fields('wording')).normalize('NFC').trim()
      const wrong = wrongWording(entry, language, typed, deps.segments)
      if (wrong.length === 0 && fields('act') === 'use') {
        await read((trx) => setWording(trx, districtId, entry, language, typed, staff.id))
        return reply.redirect(back, 303)
      }
      const reviewed = await entryOf(visit, language, entry)
      return visit.page(
        wrong.length === 0 ? reply : reply.code(422),
        here(visit),
        languageWords(language),
        entryPage({ language, entry: reviewed, typed, wrong }, deps.segments, await whenOf(visit)),
      )
    }),
  )
}
