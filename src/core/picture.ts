/**
 * Pictures as they may be kept and passed on: known by their bytes, never by a name or a header, and copied part by part, so that nothing but the
 * picture itself is left. Where it was taken, when, by which device, by whom, thumbnails, comments and whatever hangs behind the end stay behind.
 */

import type { Cleaned } from './picture-bytes.ts'
import { cleanGif } from './picture-gif.ts'
import { cleanJpeg } from './picture-jpeg.ts'
import { cleanPng } from './picture-png.ts'
import { cleanWebp } from './picture-webp.ts'

/** The kinds that every browser shows. */
export type PictureType = 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp'

/** `other`: it is none of the kinds; `damaged`: it begins like one and does not hold what it promises, or is too large to be shown. */
export type ReadPicture =
  | ({ readonly kind: 'picture'; readonly type: PictureType } & Cleaned)
  | { readonly kind: 'other' | 'damaged' }

/** What somebody sent along that is no picture, in words that name it without showing it. */
export type OtherKind = 'video' | 'sound' | 'contact_card' | 'other'

/** A picture of more pixels would take a phone's whole memory to show: some kilobytes can claim to be millions of pixels wide. */
const MOST_PIXELS = 120_000_000

const KINDS: readonly {
  readonly type: PictureType
  /** Byte by byte; -1: any. */
  readonly begins: readonly number[]
  /** Null: damaged. */
  readonly clean: (bytes: Uint8Array) => Cleaned | null
}[] = [
  { type: 'image/jpeg', begins: [0xff, 0xd8, 0xff], clean: cleanJpeg },
  { type: 'image/png', begins: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], clean: cleanPng },
  { type: 'image/gif', begins: [0x47, 0x49, 0x46, 0x38, -1, 0x61], clean: cleanGif },
  { type: 'image/webp', begins: [0x52, 0x49, 0x46, 0x46, -1, -1, -1, -1, 0x57, 0x45, 0x42, 0x50], clean: cleanWebp },
]

/** Reads any bytes. What comes out as a picture holds nothing of the file but what draws it. */
export function readPicture(bytes: Uint8Array): ReadPicture {
  const kind = KINDS.find(({ begins }) => begins.every((byte, i) => byte === -1 || bytes[i] === byte))
  if (kind === undefined) return { kind: 'other' }
  const cleaned = kind.clean(bytes)
  if (cleaned === null || cleaned.width < 1 || cleaned.height < 1 || cleaned.width * cleaned.height > MOST_PIXELS)
    return { kind: 'damaged' }
  return { kind: 'picture', type: kind.type, ...cleaned }
}

/** What the carrier's word for something's type (MIME) makes of it; null: it says that it is a picture, or says nothing. */
export function otherKind(mime: string | null): OtherKind | null {
  const said = (mime ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (said === '' || said.startsWith('image/') || said === 'application/octet-stream') return null
  if (said.startsWith('video/')) return 'video'
  if (said.startsWith('audio/')) return 'sound'
  return /vcard|text\/directory/.test(said) ? 'contact_card' : 'other'
}

/** A message comes with at most so many (Twilio, Media resource). */
export const MOST_MEDIA = 10

/** The bytes that a picture message may carry, its words among them, are 5 MB in all (Twilio, Media resource). */
export const MOST_MESSAGE_BYTES = 4_990_000

/** The kinds that the carrier makes fit for every phone (Twilio, accepted content types for media); WebP goes by no picture message. */
const FOR_PHONES: ReadonlySet<string> = new Set<PictureType>(['image/jpeg', 'image/png', 'image/gif'])

/** Whether pictures can go together in one message to a phone. */
export function fitsPhones(pictures: readonly { readonly type: string; readonly size: number }[]): boolean {
  return (
    pictures.every(({ type }) => FOR_PHONES.has(type)) && pictures.reduce((sum, { size }) => sum + size, 0) <= MOST_MESSAGE_BYTES
  )
}
