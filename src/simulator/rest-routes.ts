/** What the routes of the simulated REST are made of. */

import type { Refusal } from './errors.ts'

/** Texts by name: parts of the path, of the query, of a form. */
export type Texts = Readonly<Record<string, string>>

/** What a route answers with: a status and a document, or a refusal. */
export type Answer = { readonly status: number; readonly body: unknown } | Refusal

/** A request that came in by the account's own credentials. */
export type Call = {
  readonly account: string
  readonly url: string
  readonly params: Texts
  readonly query: Texts
  readonly form: Texts
}

/** Adds a route. */
export type Route = (method: 'GET' | 'POST' | 'DELETE', url: string, handle: (call: Call) => Answer) => void

/** What was to be deleted is gone. */
export const gone: Answer = { status: 204, body: null }

/** Here it is. */
export function ok(body: unknown): Answer {
  return { status: 200, body }
}
