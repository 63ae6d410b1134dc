/** The languages of a school's families: how many speak each, what there is for it, and what such a family gets today. */

import type { FastifyInstance } from 'fastify'
import { html } from 'hono/html'
import { sameSpoken } from '../core/call-voices.ts'
import { coverageOf, type LanguageCoverage, type WhatFamiliesGet, whatFamiliesGet } from '../core/language-coverage.ts'
import { textLanguage } from '../core/texts.ts'
import type { Translator } from '../relay/ports.ts'
import { aideLanguages, type FamilyLanguage, familyLanguages, recordedPromptCounts } from '../store/school-languages.ts'
import type { Html } from './page.ts'
import { askedSchool, schoolNav } from './school-nav.ts'
import { unreviewedCounts } from './school-texts.ts'
import type { VisitOf } from './visits.ts'
import { sayNotFound } from './wall.ts'
import { languageWords } from './words.ts'

/** Adds the page. Who is no administrator finds nothing here. */
export function languagesRoutes(app: FastifyInstance, deps: Pick<Translator, 'covers'>, visitOf: VisitOf): void {
  app.get('/school/languages', async (request, reply) => {
    const visit = visitOf(request)
    const found = await askedSchool(visit, request)
    if (found === null) return sayNotFound(reply)
    const { school, schools } = found
    const { districtId } = visit
    const { languages, aides, recorded, unread } = await visit.read(async (trx) => ({
      languages: await familyLanguages(trx, districtId, school.id),
      aides: await aideLanguages(trx, districtId, school.id),
      recorded: await recordedPromptCounts(trx, districtId),
      unread: await unreviewedCounts(trx, districtId),
    }))
    const covered = await Promise.all(
      languages.map(async (one) => ({
        ...one,
        unread: unread.get(textLanguage(one.language)) ?? 0,
        coverage: coverageOf(one.language, {
          translation: await deps.covers(one.language),
          recorded: recorded.get(one.language) ?? 0,
          aide: aides.some((own) => sameSpoken(own, one.language)),
        }),
      })),
    )
    return visit.page(
      reply,
      'school',
      'Languages',
      html`<h1>Languages</h1>${schoolNav('/school/languages', school, schools)}
${languages.length === 0 ? html`<p class="empty">The school’s list has no families yet. They come with the next roster import.</p>` : html`<p>The families of <b><bdi>${school.name}</bdi></b>, and what each language has today.</p>${covered.map(languageCard)}`}
<p class="hint">Languages come from the roster (metadata.preferredLanguage). Where fewer than five families share one, the figure is not shown.</p>`,
    )
  })
}

/** A language with what it has; `unread`: fixed texts that no speaker has read. */
type Covered = FamilyLanguage & { readonly coverage: LanguageCoverage; readonly unread: number }

function languageCard({ language, families, coverage, unread }: Covered): Html {
  const how = families === null ? 'fewer than five families' : `${families} families`
  if (language === 'und')
    return html`<section class="card"><div class="bar"><h2>No language on file</h2><span class="hint">${how}</span></div><p>Texts go out in English. Ask these families, and put the language into the roster.</p></section>`
  const name = languageWords(language)
  return html`<section class="card"><div class="bar"><h2>${name}</h2><span class="hint">${how}</span></div>
<p>${sentence(name, whatFamiliesGet(coverage))}</p><ul class="has">${marks(coverage, unread).map(([fine, words]) => html`<li class="${fine}">${words}</li>`)}</ul></section>`
}

type Mark = readonly [tone: 'good' | 'wait' | 'bad', words: string]

/** Each thing that a language has or lacks, in words; the colour only repeats them. */
function marks(coverage: LanguageCoverage, unread: number): readonly Mark[] {
  const { own, translation, fixedTexts, voice, speech, stopWords, recorded, recordable, aide } = coverage
  const translated: Readonly<Record<typeof translation, Mark>> = {
    all: ['good', 'Texts are translated'],
    phrases: ['wait', 'Only the phrasebook’s sentences are translated'],
    none: ['bad', 'No translation'],
    unknown: ['wait', 'The translator cannot be asked just now'],
  }
  const fixed: Mark = !fixedTexts
    ? ['bad', 'No fixed texts']
    : unread === 0
      ? ['good', 'Fixed texts reviewed']
      : ['wait', `${unread} fixed texts not yet reviewed by a speaker`]
  const prompts: Mark = [recorded >= recordable ? 'good' : 'wait', `${recorded} of ${recordable} prompts recorded by people`]
  const is = (fine: boolean, yes: string, not: Mark): Mark => (fine ? ['good', yes] : not)
  return [
    ...(own ? [] : [translated[translation]]),
    fixed,
    is(voice, 'A voice for calls', ['bad', 'No voice for calls']),
    ...(voice ? [] : [prompts]),
    is(speech, 'Spoken answers become words', ['wait', 'Spoken answers stay recordings']),
    is(stopWords, 'STOP and HELP in its own words', ['wait', 'STOP and HELP in English only']),
    ...(own ? [] : [is(aide, 'An aide speaks it', ['wait', 'No aide speaks it'])]),
  ]
}

const TEXTS: Readonly<Record<WhatFamiliesGet['texts'], (name: string) => string>> = {
  written: () => 'Texts arrive as they are written',
  translated: (name) => `Texts arrive in ${name}`,
  phrases: (name) => `Texts made of the phrasebook’s sentences arrive in ${name}, all others in English with a note`,
  english: () => 'Texts arrive in English, with a note that they could not be translated',
  unknown: () => 'Whether texts are translated is not known just now',
}
const NOTICES: Readonly<Record<WhatFamiliesGet['notices'], string>> = {
  own: '',
  english: ', what the line itself says comes in English',
}
const CALLS: Readonly<Record<WhatFamiliesGet['calls'], (name: string) => string>> = {
  voice: (name) => `calls speak ${name}`,
  voice_english_menu: (name) => `calls read messages in ${name} after an English menu`,
  recorded: (name) => `calls play ${name} recordings, each message once an aide has said it`,
  recorded_english_menu: (name) => `calls have an English menu, and play each message in ${name} once an aide has said it`,
  nobody: (name) => `a message by call waits, since nobody here can say it in ${name}`,
}
const ANSWERS: Readonly<Record<WhatFamiliesGet['answers'], string>> = {
  words: 'what the family answers there is put into words',
  audio: 'what the family answers there is a recording to listen to',
}

/** What a family of this language gets today, in one sentence. */
export function sentence(name: string, gets: WhatFamiliesGet): string {
  return `${TEXTS[gets.texts](name)}${NOTICES[gets.notices]}; ${CALLS[gets.calls](name)}, and ${ANSWERS[gets.answers]}.`
}
