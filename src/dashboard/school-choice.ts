/** Which of the own schools a page is about. */

import { html } from 'hono/html'
import type { Html } from './page.ts'

/** A choice between schools; nothing where there is only one. */
export function schoolChoice(
  path: string,
  schools: readonly { readonly id: string; readonly name: string }[],
  chosen: string,
): Html | '' {
  return schools.length < 2
    ? ''
    : html`<form action="${path}" class="row"><label for="of">School</label><select id="of" name="of">${schools.map((one) => html`<option value="${one.id}"${one.id === chosen ? ' selected' : ''}>${one.name}</option>`)}</select><button>Show</button></form>`
}
