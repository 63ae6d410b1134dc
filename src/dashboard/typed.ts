/** What somebody typed, given back when a form could not be taken: nothing typed is lost. */

import type { FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import type { Html } from './page.ts'

/** The fields of all forms into which people write; what stands in others is chosen, or put there by the page. */
const WRITTEN = ['name', 'body', 'words', 'note', 'wording', 'lines', 'closures', 'reason']

/** The words of a form that a person wrote, to be read and copied; nothing when there are none. */
export function typedWords(request: FastifyRequest): Html | '' {
  const fields = (request.method === 'POST' ? request.body : null) ?? {}
  const words = Object.entries(fields)
    .filter(([name]) => WRITTEN.includes(name))
    .flatMap(([, value]) => [value as unknown].flat())
    .filter((one) => typeof one === 'string' && one.trim() !== '')
  return words.length === 0
    ? ''
    : html`<p>What you typed:</p>${words.map((one) => html`<blockquote dir="auto">${one}</blockquote>`)}`
}

/** The same form once more, with everything that stood in it, behind one button. */
export function typedForm(request: FastifyRequest, button: string): Html {
  const fields = Object.entries((request.body ?? {}) as Record<string, string | readonly string[]>)
  const hidden = fields.flatMap(([name, value]) =>
    [value].flat().map((one) => html`<input type="hidden" name="${name}" value="${one}">`),
  )
  return html`${typedWords(request)}<form method="post" action="${request.url}">${hidden}<button class="main">${button}</button></form>`
}
