/** Saved sentences and the phrasebook's: put into what is being written, and kept on a page of their own. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { fillSlots, namesStudent } from '../core/phrase-slots.ts'
import { databaseNow, type Trx } from '../store/database.ts'
import { schoolsOf } from '../store/schools.ts'
import {
  changeSentence,
  deleteSentence,
  type Sentence,
  type SentenceOwner,
  saveSentence,
  sentencesFor,
  sentencesOfSchools,
} from '../store/sentences.ts'
import { phrases } from '../translators/phrasebook.ts'
import type { Html } from './page.ts'
import { LONGEST } from './sending.ts'
import type { Visit, VisitOf } from './visits.ts'
import { type Fields, fieldsOf, sayNotFound } from './wall.ts'
import { dateWords, namesInWords, shortened } from './words.ts'

const NAME = 60
const FULL = 'This list is full: delete a sentence before you save another.'

/** To whom sentences go, as far as it fills in their slots. */
export type Addressee = {
  /** The children by first name of whom a message to this family may speak; null: it goes to many families. */
  readonly children: readonly string[] | null
  /** The name of who writes, where that is a teacher's own. */
  readonly teacher: string | null
  /** By the school's clock. */
  readonly today: Temporal.PlainDate
}

/** Sentences with what is certain put in; to many families those that name a student are none. */
function filled(words: string, { children, teacher, today }: Addressee): string | null {
  if (children === null && namesStudent(words)) return null
  const [only, second] = children ?? []
  const student = only !== undefined && second === undefined ? only : null
  return fillSlots(words, { student, teacher, today: dateWords(today), tomorrow: dateWords(today.add({ days: 1 })) })
}

/** What is said where it is open which student is meant; empty: nothing. */
export function aboutStudents({ children }: Pick<Addressee, 'children'>): string {
  if (children === null) return ' Every family gets the same words, so name no child.'
  return children.length > 1 ? ` This family has ${children.length} children here: ${namesInWords(children)}.` : ''
}

/** The words under an id, of a sentence that this person may use or of the phrasebook, as they go to somebody; null: there are none. */
export function wordsOf(id: string, saved: readonly Sentence[], to: Addressee): string | null {
  const words = saved.find((one) => one.id === id)?.words ?? phrases('en').find((one) => one.id === id)?.text
  return words === undefined ? null : filled(words, to)
}

/** What is written, with a sentence put behind it. */
export const withSentence = (body: string, words: string): string => (body.trim() === '' ? words : `${body.trim()} ${words}`)

/** Saves what is written as an own sentence, named by its beginning; gives what is to be said of it. */
export async function keepWritten(
  trx: Trx,
  { districtId, staff }: Visit,
  body: string,
): Promise<{ done: boolean; words: string }> {
  const words = body.trim().slice(0, LONGEST)
  if (words === '') return { done: false, words: 'There is nothing to save yet: write the sentence first.' }
  const name = shortened(words, 39)
  const by = { staffId: staff.id, at: await databaseNow(trx) }
  return (await saveSentence(trx, districtId, { staff: staff.id }, { name, words }, by))
    ? { done: true, words: 'Saved among your sentences.' }
    : { done: false, words: FULL }
}

/** Whether the name says more than the words do: what is saved while writing is named by its beginning. */
const isNamed = ({ name, words }: Pick<Sentence, 'name' | 'words'>): boolean => !words.startsWith(name.replace(/…$/, ''))

/** The name of a sentence where the words stand beside it; null: it would only repeat them. */
function nameOf(one: Sentence): string | null {
  if (one.school !== null) return isNamed(one) ? `${one.name} (${one.school})` : `(${one.school})`
  return isNamed(one) ? one.name : null
}

/** What the phrasebook's messages of schools are about, each with its first entry; what families write is offered to nobody on the staff. */
const TOPICS: Readonly<Record<string, string>> = {
  T01: 'Saying hello',
  T03: 'Absent, late, unwell',
  T09: 'Times, closings and buses',
  T15: 'Safety',
  T18: 'Meetings',
  T21: 'How it goes in class',
  T25: 'Homework, tests and trips',
  T31: 'Clothes, health and meals',
  T36: 'Events and contact',
  E01: 'Short answers',
}

function topics() {
  const groups: { title: string; entries: ReturnType<typeof phrases>[number][] }[] = []
  for (const entry of phrases('en').filter(({ id }) => !id.startsWith('F'))) {
    const title = TOPICS[entry.id]
    if (title !== undefined || groups.length === 0) groups.push({ title: title ?? 'Phrases', entries: [] })
    groups.at(-1)?.entries.push(entry)
  }
  return groups
}

/** The lists below a composer. `at`: the composer's address, below which `insert` and `keep` take what is written along. */
export function sentencesPart(at: string, saved: readonly Sentence[], to: Addressee): Html {
  const line = (id: string, sentence: string, name: string | null) => {
    const words = filled(sentence, to)
    return words === null
      ? ''
      : html`<li><button name="insert" value="${id}" formaction="${at}/insert" formnovalidate data-phrase>${name === null ? '' : html`<b>${name}</b> `}<span>${words}</span></button></li>`
  }
  return html`<details><summary>Saved sentences and phrases</summary>
<div class="row"><a class="button quiet" href="/sentences">Rename or delete</a><button formaction="${at}/keep" formnovalidate>Save what is written</button></div>
${
  saved.length === 0
    ? ''
    : html`<ul class="phrases" aria-label="Saved sentences">${saved.map((one) => line(one.id, one.words, nameOf(one)))}</ul>`
}<p class="hint">The phrases below have a fixed translation: no machine makes it anew. Put in what belongs at the words in braces.${studentsHint(to)}</p>
${topics().map(({ title, entries }) => html`<details><summary>${title}</summary><ul class="phrases" aria-label="${title}">${entries.map(({ id, text }) => line(id, text, null))}</ul></details>`)}</details>`
}

function studentsHint({ children }: Addressee): string {
  if (children === null) return ' Those that name a student are not offered here: every family gets the same words.'
  return children.length > 1
    ? ` This family has ${children.length} children here, ${namesInWords(children)}: put in which one where {student} stands.`
    : ''
}

/** Adds the page on which sentences are kept: the own ones, and those of the schools that an administrator runs. */
export function sentencesRoutes(app: FastifyInstance, visitOf: VisitOf): void {
  app.get('/sentences', async (request, reply) => show(request, reply, null, null))

  for (const action of ['save', 'change', 'delete'] as const)
    app.post(`/sentences/${action}`, async (request, reply) => {
      const visit = visitOf(request)
      const fields = fieldsOf(request)
      const typed = typedIn(fields)
      const owner = await ownerOf(visit, fields('school'))
      if (owner === null) return sayNotFound(reply)
      if (action !== 'delete' && typed.words === '')
        return show(request, reply.code(422), typed, 'There is nothing to save yet: write the sentence first.')
      if (action !== 'delete' && typed.name === '') return show(request, reply.code(422), typed, 'Give the sentence a name.')
      const done = await visit.read(async (trx) => {
        const by = { staffId: visit.staff.id, at: await databaseNow(trx) }
        if (action === 'delete') return deleteSentence(trx, visit.districtId, owner, typed.id, by)
        if (action === 'change') return changeSentence(trx, visit.districtId, owner, typed, by)
        return saveSentence(trx, visit.districtId, owner, typed, by)
      })
      if (!done) return action === 'save' ? show(request, reply.code(422), typed, FULL) : sayNotFound(reply)
      return reply.redirect(`/sentences?said=${action === 'delete' ? 'sentence_deleted' : 'sentence_saved'}`, 303)
    })

  async function show(request: FastifyRequest, reply: FastifyReply, typed: Typed | null, problem: string | null) {
    const visit = visitOf(request)
    const { districtId, staff } = visit
    const { own, schools, lent } = await visit.read(async (trx) => {
      const schools = await schoolsOf(trx, staff)
      return {
        own: (await sentencesFor(trx, districtId, staff.id)).filter(({ school }) => school === null),
        schools,
        lent: await sentencesOfSchools(
          trx,
          districtId,
          schools.map(({ id }) => id),
        ),
      }
    })
    const list = (schoolId: string, all: readonly Sentence[]) => {
      const mine = typed?.schoolId === schoolId ? typed : null
      return html`${all.length === 0 ? html`<p class="empty">None yet.</p>` : html`<ul class="rows">${all.map((one) => line(one, schoolId, mine?.id === one.id ? mine : one, mine?.id === one.id ? problem : null))}</ul>`}${newForm(schoolId, mine?.id === '' ? mine : null, mine?.id === '' ? problem : null)}`
    }
    return visit.page(
      reply,
      'account',
      'Saved sentences',
      html`<p class="crumb"><a href="/account">Account</a></p><h1>Saved sentences</h1><p class="sub">They stand below every message that you write. Write what changes in braces, such as {student} or {time}; {student} and {teacher} are put in by themselves where it is certain who is meant.</p>
<h2>Yours</h2>${list('', own)}${schools.map(
        ({ id, name }) =>
          html`<h2>For all staff of <bdi>${name}</bdi></h2>${list(
            id,
            lent.filter((one) => one.schoolId === id),
          )}`,
      )}`,
    )
  }
}

/** What stands in a form of the page; `id` empty: a new one, `schoolId` empty: an own one. */
type Typed = { readonly id: string; readonly schoolId: string; readonly name: string; readonly words: string }

const typedIn = (fields: Fields): Typed => ({
  id: fields('id').toLowerCase(),
  schoolId: fields('school'),
  name: fields('name').trim().slice(0, NAME),
  words: fields('words').trim().slice(0, LONGEST),
})

/** The visitor, or a school that this administrator runs; null: neither. */
async function ownerOf({ staff, read }: Visit, school: string): Promise<SentenceOwner | null> {
  if (school === '') return { staff: staff.id }
  const mine = await read((trx) => schoolsOf(trx, staff))
  return mine.some(({ id }) => id === school) ? { school } : null
}

function line(
  { id, name, words }: Sentence,
  schoolId: string,
  stands: Pick<Typed, 'name' | 'words'>,
  problem: string | null,
): Html {
  return html`<li><details class="wide"${problem === null ? '' : html` open`}><summary><bdi>${name}</bdi></summary><form method="post" action="/sentences/change">${fieldsOfOne(schoolId, id, stands, problem)}
<div class="row"><button>Save</button><button class="quiet" formaction="/sentences/delete" formnovalidate>Delete</button></div></form></details>${isNamed({ name, words }) ? html`<p class="hint"><bdi>${shortened(words, 160)}</bdi></p>` : ''}</li>`
}

function newForm(schoolId: string, typed: Typed | null, problem: string | null): Html {
  return html`<details${typed === null ? '' : html` open`}><summary>New sentence</summary><form class="composer" method="post" action="/sentences/save">${fieldsOfOne(schoolId, '', typed ?? { name: '', words: '' }, problem)}<button>Save</button></form></details>`
}

function fieldsOfOne(schoolId: string, id: string, { name, words }: Pick<Typed, 'name' | 'words'>, problem: string | null): Html {
  const key = `${schoolId} ${id}`.replaceAll(/[^\w]+/g, '-')
  return html`${problem === null ? '' : html`<p class="wrong" role="alert">${problem}</p>`}<input type="hidden" name="school" value="${schoolId}"><input type="hidden" name="id" value="${id}">
<label for="name${key}">Name</label><input id="name${key}" name="name" maxlength="${NAME}" value="${name}" required><label for="words${key}">Sentence</label><textarea id="words${key}" name="words" rows="2" maxlength="${LONGEST}" dir="auto" required>${words}</textarea>`
}
