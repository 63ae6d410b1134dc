/** What is wrong just now that an administrator of a school should know, in plain words, each with where to look. */

import { html } from 'hono/html'
import { sameLanguage } from '../core/language.ts'
import { textLanguage } from '../core/texts.ts'
import { translatorState } from '../core/translator-health.ts'
import { databaseNow, type Trx } from '../store/database.ts'
import { unreviewedChoices } from '../store/fixed-texts.ts'
import { numberCount, waitingForNumber } from '../store/number-needs.ts'
import { familyLanguages } from '../store/school-languages.ts'
import { translatorSigns } from '../store/translator-health.ts'
import type { Html } from './page.ts'
import type { SchoolPage } from './school-nav.ts'
import { unreviewedCounts } from './school-texts.ts'
import { languageWords, namesInWords } from './words.ts'

type Concern = { readonly words: string; readonly page: SchoolPage; readonly link: string }

/** What concerns a school now: the translator, the numbers, fixed texts that go out though no speaker has read them. */
export async function schoolConcerns(trx: Trx, districtId: string, schoolId: string): Promise<readonly Concern[]> {
  const now = await databaseNow(trx)
  const state = translatorState(await translatorSigns(trx, districtId, now), now)
  const waiting = (await waitingForNumber(trx, districtId, schoolId)).filter(({ side }) => side !== 'full_phone').length
  const unread = await unreviewedCounts(trx, districtId)
  const choices = await unreviewedChoices(trx, districtId)
  const own = (await familyLanguages(trx, districtId, schoolId))
    .filter(({ language }) => sameLanguage(textLanguage(language), language))
    .map(({ language }) => textLanguage(language))
  const undecided = [...new Set(own)].filter((language) => (unread.get(language) ?? 0) > 0 && !choices.has(language))
  const found: (Concern | false)[] = [
    state === 'away' && {
      words: 'The translator does not answer: messages wait a few minutes, then go out as they were written.',
      page: '/school/translator',
      link: 'How it is',
    },
    (await numberCount(trx, districtId)) === 0 && {
      words: 'There is no number to send from: nothing goes out.',
      page: '/school/numbers',
      link: 'What to do',
    },
    waiting > 0 && {
      words: `${waiting === 1 ? 'One conversation waits' : `${waiting} conversations wait`} for a free number.`,
      page: '/school/numbers',
      link: 'What to do',
    },
    undecided.length > 0 && {
      words: `Families get fixed texts in ${namesInWords(undecided.map(languageWords))} that no speaker has read, and nobody has decided that they may.`,
      page: '/school/texts',
      link: 'Read them',
    },
  ]
  return found.filter((one) => one !== false)
}

/** The concerns as a list; nothing when there are none. */
export function concernsList(concerns: readonly Concern[], schoolId: string): Html | '' {
  if (concerns.length === 0) return ''
  return html`<ul class="wrong" aria-label="What is wrong now">${concerns.map(
    ({ words, page, link }) => html`<li>${words} <a href="${page}?of=${encodeURIComponent(schoolId)}">${link}</a></li>`,
  )}</ul>`
}
