/** Whom a roster would change, by name, before it is imported. */

import { html } from 'hono/html'
import type { Change, ChangedPeople, ChangedPerson } from '../store/roster-changes.ts'
import type { Html } from './page.ts'
import { counted, languageWords, namesInWords } from './words.ts'

const KINDS: Readonly<Record<ChangedPerson['kind'], string>> = { staff: 'staff', guardians: 'guardian', students: 'student' }

const someOr = (words: readonly string[], none: string) => (words.length === 0 ? none : namesInWords(words))

/** A heading, and what is said of one person beside the name. */
const CHANGES: Readonly<Record<Change, { readonly title: string; readonly of: (person: ChangedPerson) => string }>> = {
  new: { title: 'New', of: () => '' },
  gone: { title: 'No longer in the list', of: () => '' },
  name: { title: 'Another name', of: ({ before }) => `until now ${namesInWords(before)}` },
  phone: {
    title: 'Another phone',
    of: ({ before, after }) =>
      after.length === 0 ? 'no phone any more' : before.length === 0 ? 'a phone where there was none' : 'another number',
  },
  language: {
    title: 'Another language',
    of: ({ before, after }) => `${someOr(before.map(languageWords), 'none')} → ${someOr(after.map(languageWords), 'none')}`,
  },
  class: { title: 'Other classes', of: ({ before, after }) => `${someOr(before, 'none')} → ${someOr(after, 'none')}` },
}

/** A list a change; the first names of each, and how many more there are. */
export function rosterChanges(changes: readonly ChangedPeople[]): Html {
  return html`${changes.map(({ change, people, total }) => {
    const { title, of } = CHANGES[change]
    const more = total - people.length
    return html`<details open><summary>${title}: ${counted(total, 'person', 'people')}</summary><ul class="rows">${people.map(
      (person) => {
        const words = of(person)
        return html`<li><div><b><bdi>${person.name}</bdi></b> <span class="hint">${KINDS[person.kind]}</span>${words === '' ? '' : html`<p class="hint"><bdi>${words}</bdi></p>`}</div></li>`
      },
    )}</ul>${more === 0 ? '' : html`<p class="hint">and ${more.toLocaleString('en')} more</p>`}</details>`
  })}`
}
