/** The pictures that go along with texts: the carrier fetches them without its signature, so the address is the key. */

import type { FastifyInstance } from 'fastify'
import { isUuid } from '../core/uuid.ts'

/** What the route works with: the picture behind an address; null: forged, over, erased, or not here. */
export type PictureRouteDeps = {
  readonly picture: (link: Link) => Promise<{ readonly bytes: Buffer; readonly type: string } | null>
}

type Link = { readonly districtId: string; readonly fileId: string; readonly until: string; readonly signature: string }

/** Adds the route. What it serves was stripped and known by its bytes; a browser that gets hold of it does nothing with it but show it. */
export function pictureRoute(deps: PictureRouteDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get<{ Params: Link }>('/webhooks/twilio/picture/:districtId/:fileId/:until/:signature', async (request, reply) => {
      const { districtId, fileId } = request.params
      const known = isUuid(districtId) && isUuid(fileId)
      const picture = known ? await deps.picture(request.params) : null
      if (picture === null) return reply.code(404).send()
      return reply
        .type(picture.type)
        .headers({
          'cache-control': 'private, no-store',
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
        })
        .send(picture.bytes)
    })
  }
}
