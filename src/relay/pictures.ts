/** Pictures from the carrier to us: fetched, known by their bytes, stripped of all but what draws them, kept, then deleted there. */

import { otherKind, readPicture } from '../core/picture.ts'
import type { DuePicture, MediaCarrier, PictureStore } from './picture-ports.ts'

/** What `fetchPictures` works with. */
export type PictureDeps = { readonly store: PictureStore; readonly carrier: MediaCarrier }

/** Takes the next step with up to `limit` pictures of a district; gives how many were due. A crash leaves each at its step. */
export async function fetchPictures(deps: PictureDeps, districtId: string, limit: number): Promise<number> {
  const due = await deps.store.due(districtId, limit)
  await Promise.all(due.map((picture) => step(deps, districtId, picture)))
  return due.length
}

async function step({ store, carrier }: PictureDeps, districtId: string, picture: DuePicture): Promise<void> {
  const { messageSid, mediumSid } = picture
  if (mediumSid === null) {
    const media = await carrier.mediaOf(messageSid)
    if (media === null || !(await store.name(districtId, picture, media))) await store.later(districtId, picture)
    return
  }
  if (picture.settled) {
    const deleted = await carrier.deleteMedium(messageSid, mediumSid)
    return deleted === 'done' ? store.done(districtId, picture) : store.later(districtId, picture)
  }
  // A contact card is somebody's number: it is not even fetched.
  const other = otherKind(picture.saidType)
  if (other !== null) return store.refuse(districtId, picture, other)
  const fetched = await carrier.fetchMedium(messageSid, mediumSid)
  if (fetched.kind === 'gone') return store.refuse(districtId, picture, 'lost')
  if (fetched.kind === 'too_large') return store.refuse(districtId, picture, 'too_large')
  if (fetched.kind !== 'file') return store.later(districtId, picture)
  const read = readPicture(fetched.bytes)
  return read.kind === 'picture' ? store.keep(districtId, picture, read) : store.refuse(districtId, picture, read.kind)
}
