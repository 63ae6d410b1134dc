import type { FastifyInstance } from 'fastify'

const loopbackAddresses = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Closes a plugin's routes to all but programs and pages on this computer, since whoever comes in may act as anybody's phone:
 * loopback address and host name (against rebinding), and no POST that another site's page sends. Others get 403.
 */
export function admitThisComputerOnly(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const host = request.headers.host ?? ''
    const local = loopbackAddresses.has(request.socket.remoteAddress ?? '') && loopbackNames.has(host.replace(/:\d+$/, ''))
    const { origin, 'sec-fetch-site': site } = request.headers
    const foreign =
      (site !== undefined && site !== 'same-origin' && site !== 'none') || (origin !== undefined && origin !== `http://${host}`)
    if (!local || (foreign && request.method !== 'GET')) {
      return reply.code(403).type('text/plain').send('The demo’s phones answer only on this computer.')
    }
  })
}

const FORM_LIMIT = 64 * 1024
const MOST_FIELDS = 500

/**
 * Reads forms (`application/x-www-form-urlencoded`) as objects of strings (of a repeated field a list), unless the server around already does. A
 * form of more fields than Twilio's ever have is refused (400): Node takes long over thousands.
 */
export function readForms(app: FastifyInstance): void {
  const type = 'application/x-www-form-urlencoded'
  if (app.hasContentTypeParser(type)) return
  app.addContentTypeParser(type, { parseAs: 'string', bodyLimit: FORM_LIMIT }, (_request, body, parsed) => {
    const text = String(body)
    if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS)
      return parsed(Object.assign(new Error('Too many fields'), { statusCode: 400 }), undefined)
    const form = new URLSearchParams(text)
    const fields = [...new Set(form.keys())].map((name) => [name, form.getAll(name)] as const)
    parsed(null, Object.fromEntries(fields.map(([name, values]) => [name, values.length > 1 ? values : values[0]])))
  })
}
