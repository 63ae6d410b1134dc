/** Twilio's REST of what came or went with messages. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Simulator } from './carrier.ts'
import { errorBody, refuse } from './errors.ts'
import { rfc2822 } from './resources.ts'
import { listPage } from './rest-lists.ts'
import { type Answer, type Call, gone, ok, type Route } from './rest-routes.ts'
import type { Medium } from './world.ts'

/** Adds the routes. Without `.json` at its end an address gives the file itself, to who has the credentials, as with "Enforce HTTP Auth on Media URLs". */
export function addMediaRoutes(
  app: FastifyInstance,
  route: Route,
  simulator: Simulator,
  root: string,
  accountOf: (request: FastifyRequest) => string,
): void {
  const of = (account: string, messageSid: string): readonly Medium[] =>
    simulator.message(messageSid)?.accountSid === account ? simulator.media(messageSid) : []
  const withMedium = (call: Call, then: (medium: Medium) => Answer): Answer => {
    const medium = of(call.account, call.params['sid'] ?? '').find(({ sid }) => sid === call.params['medium'])
    return medium === undefined ? refuse(20404, call.url) : then(medium)
  }

  route('GET', `${root}/Messages/:sid/Media.json`, ({ account, url, params }) => {
    const messageSid = params['sid'] ?? ''
    if (simulator.message(messageSid)?.accountSid !== account) return refuse(20404, url)
    return listPage('media_list', of(account, messageSid), (one) => one.sid, mediumResource, url)
  })
  route('GET', `${root}/Messages/:sid/Media/:medium.json`, (call) => withMedium(call, (one) => ok(mediumResource(one))))
  route('DELETE', `${root}/Messages/:sid/Media/:medium.json`, (call) =>
    withMedium(call, (one) => {
      simulator.forgetMedium(one.sid)
      return gone
    }),
  )
  app.get<{ Params: { sid: string; medium: string } }>(`${root}/Messages/:sid/Media/:medium`, async (request, reply) => {
    const { sid, medium } = request.params
    const found = of(accountOf(request), sid).find((one) => one.sid === medium)
    if (found === undefined) return reply.code(404).send(errorBody(refuse(20404, request.url)))
    return reply.type(found.type).send(Buffer.from(found.base64, 'base64'))
  })
}

/** `api.v2010.account.message.media` */
function mediumResource({ accountSid, messageSid, sid, type, created }: Medium) {
  return {
    account_sid: accountSid,
    content_type: type,
    date_created: rfc2822(created),
    date_updated: rfc2822(created),
    parent_sid: messageSid,
    sid,
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${messageSid}/Media/${sid}.json`,
  }
}
