/** Forms that may bring a picture: read whole, the picture known by its bytes and stripped at once. Its file's name is never looked at. */

import type { FastifyRequest } from 'fastify'
import { html } from 'hono/html'
import { fitsPhones, MOST_MESSAGE_BYTES, readPicture } from '../core/picture.ts'
import type { KeptPicture } from '../relay/picture-ports.ts'
import type { Html } from './page.ts'
import { fieldsOf } from './wall.ts'

/** What came in a form's field `picture`; `wrong`: one that cannot be sent, and why. */
export type Upload =
  | { readonly kind: 'none' }
  | { readonly kind: 'picture'; readonly picture: KeptPicture }
  | { readonly kind: 'wrong'; readonly words: string }

const WRONG = {
  large: 'This picture is larger than 5 MB: take it in a smaller size, or send a part of it.',
  other: 'Phones cannot show this file: choose a picture that is a JPEG, a PNG or a GIF.',
  damaged: 'This picture is damaged: open it, save it anew, and choose it again.',
  lost: 'The picture could not be kept while you were signed out: choose it again, or send the words alone.',
} as const

/** Says in a form that is sent again that there was a picture with it. */
const HAD = 'had-picture'
const FIELD_LIMIT = 128 * 1024

const uploads = new WeakMap<FastifyRequest, Upload>()

/** A preValidation hook: makes a multipart form's fields the request's body, as a plain form's are, and keeps its picture for `uploadIn`. */
export async function readUpload(request: FastifyRequest): Promise<void> {
  if (!request.isMultipart()) return
  const fields: Record<string, string> = Object.create(null)
  const limits = { files: 1, fileSize: MOST_MESSAGE_BYTES, fields: 20, fieldSize: FIELD_LIMIT }
  for await (const part of request.parts({ limits, throwFileSizeLimit: false } as Parameters<typeof request.parts>[0])) {
    if (part.type === 'field') {
      fields[part.fieldname] = String(part.value)
      continue
    }
    const bytes = await part.toBuffer()
    if (bytes.length === 0) continue
    fields[HAD] = 'yes'
    uploads.set(request, part.file.truncated ? { kind: 'wrong', words: WRONG.large } : judged(bytes))
  }
  request.body = fields
}

function judged(bytes: Buffer): Upload {
  const read = readPicture(bytes)
  if (read.kind !== 'picture') return { kind: 'wrong', words: WRONG[read.kind] }
  // A kind that no phone gets would reach nobody.
  return fitsPhones([{ type: read.type, size: read.bytes.length }])
    ? { kind: 'picture', picture: read }
    : { kind: 'wrong', words: WRONG.other }
}

/** The picture of a form that `readUpload` has read. */
export function uploadIn(request: FastifyRequest): Upload {
  const upload = uploads.get(request)
  if (upload !== undefined) return upload
  return fieldsOf(request)(HAD) === 'yes' ? { kind: 'wrong', words: WRONG.lost } : { kind: 'none' }
}

/** The field for it. A browser forgets what was chosen when a page comes back: `again` asks for it. */
export function pictureField(again: boolean): Html {
  return html`<details class="pick"${again ? html` open` : ''}><summary>Add a picture</summary><label for="picture">The picture</label><input id="picture" name="picture" type="file" accept="image/jpeg,image/png,image/gif" aria-describedby="about-picture">
<p class="hint" id="about-picture">${again ? html`<b>Choose your picture again: the browser forgets it.</b> ` : ''}JPEG, PNG or GIF, up to 5 MB. Place, time and device are taken out of it. Say in words what it shows: some phones get the words alone.</p></details>`
}
