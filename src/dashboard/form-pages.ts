/** Where an address leads that only takes a form: to the page on which the form stands, as after Enter in the address bar. */

import type { FastifyInstance } from 'fastify'

/** The forms that stand on another page than the nearest one above their own address, by how their addresses begin; the longest counts. */
const STAND_ON: Readonly<Record<string, string>> = {
  '/announcements/:id/preview': '/announcements/:id/edit',
  '/attendance/:id': '/attendance?of=:id',
  '/families/:id': '/families',
  '/oversight/review/:id': '/oversight/review?of=:id',
  '/school/:id': '/school?of=:id',
  '/school/:id/announcements': '/school/message?of=:id',
  '/school/:id/calendar': '/school/week?of=:id',
  '/school/:id/closures': '/school/week?of=:id',
  '/school/:id/hours': '/school/week?of=:id',
  '/sign-out': '/inbox',
}

/**
 * Watches the routes that `app` and what is registered in it get from now on. The function that it gives adds, for each that takes only a form, one that
 * leads to the form's page; who may see that is for the page to say.
 */
export function watchForms(app: FastifyInstance): () => void {
  const [forms, pages] = [new Set<string>(), new Set<string>()]
  app.addHook('onRoute', ({ method, url }) => {
    if ([method].flat().includes('POST')) forms.add(url)
    if ([method].flat().includes('GET')) pages.add(url)
  })
  return () => {
    for (const url of [...forms].filter((form) => !pages.has(form))) {
      const page = pageOf(url, pages)
      app.get(url, async (request, reply) => {
        const params = request.params as Readonly<Record<string, string>>
        return reply.redirect(
          page.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? '')),
          303,
        )
      })
    }
  }
}

function pageOf(url: string, pages: ReadonlySet<string>): string {
  for (let at = url; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const page = STAND_ON[at] ?? (pages.has(at) ? at : undefined)
    if (page !== undefined) return page
  }
  throw new Error(`No page is known on which the form ${url} stands.`)
}
