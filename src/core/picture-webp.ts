/** WebP (RFC 9649): the chunks that draw the picture and its movements. */

import { ascii, type Cleaned, join } from './picture-bytes.ts'

const HEADER = 12
const CHUNK = 8
/** Of the extended header: colour profile, Exif, XMP. */
const SAYS_MORE = 0x20 | 0x08 | 0x04
/** What stands before the chunks of a moving picture's frame. */
const FRAME = 16

const FRAME_CHUNKS: ReadonlySet<string> = new Set(['ALPH', 'VP8 ', 'VP8L'])

/** Copies the drawing chunks; null: it breaks off, or is none. What hangs behind the length that the file gives stays behind. */
export function cleanWebp(bytes: Uint8Array): Cleaned | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER + CHUNK) return null
  const end = CHUNK + view.getUint32(4, true)
  if (end > bytes.length) return null
  const chunks = chunksOf(bytes.subarray(0, end), view, HEADER)
  if (chunks === null) return null
  const kept: Uint8Array[] = []
  let size: Omit<Cleaned, 'bytes'> | null = null
  let drawn = false
  for (const { name, at, length } of chunks) {
    const data = bytes.subarray(at, at + length)
    if (name === 'VP8X' && kept.length === 0) {
      if (length !== 10) return null
      size = { width: 1 + threeBytes(data, 4), height: 1 + threeBytes(data, 7) }
      const header = data.slice()
      header[0] = (data[0] ?? 0) & ~SAYS_MORE
      kept.push(...chunk('VP8X', header))
    } else if (FRAME_CHUNKS.has(name)) {
      if (name !== 'ALPH') {
        size ??= name === 'VP8L' ? sizeLossless(data) : sizeLossy(data)
        if (size === null) return null
        drawn = true
      }
      kept.push(...chunk(name, data))
    } else if (name === 'ANIM') {
      if (length !== 6) return null
      kept.push(...chunk(name, data))
    } else if (name === 'ANMF') {
      const frame = cleanFrame(data)
      if (frame === null) return null
      drawn = true
      kept.push(...chunk(name, frame))
    }
  }
  if (size === null || !drawn) return null
  const body = join(kept)
  return { ...size, bytes: join([riff(body.length), body]) }
}

function cleanFrame(data: Uint8Array): Uint8Array | null {
  const chunks = chunksOf(data, new DataView(data.buffer, data.byteOffset, data.byteLength), FRAME)
  if (chunks === null) return null
  const kept = chunks.filter(({ name }) => FRAME_CHUNKS.has(name))
  if (!kept.some(({ name }) => name !== 'ALPH')) return null
  return join([data.subarray(0, FRAME), ...kept.flatMap(({ name, at, length }) => chunk(name, data.subarray(at, at + length)))])
}

type Place = { readonly name: string; readonly at: number; readonly length: number }

/** The chunks from a place to the end; null: one breaks off. */
function chunksOf(bytes: Uint8Array, view: DataView, from: number): Place[] | null {
  const found: Place[] = []
  let at = from
  while (at + CHUNK <= bytes.length) {
    const length = view.getUint32(at + 4, true)
    if (at + CHUNK + length > bytes.length) return null
    found.push({ name: ascii(bytes, at, 4), at: at + CHUNK, length })
    // Chunks of an odd length have a byte more.
    at += CHUNK + length + (length % 2)
  }
  return found
}

function chunk(name: string, data: Uint8Array): Uint8Array[] {
  const head = new Uint8Array(CHUNK)
  for (let i = 0; i < 4; i++) head[i] = name.charCodeAt(i)
  new DataView(head.buffer).setUint32(4, data.length, true)
  return data.length % 2 === 0 ? [head, data] : [head, data, Uint8Array.of(0)]
}

function riff(length: number): Uint8Array {
  const head = Uint8Array.from([...'RIFF\0\0\0\0WEBP'].map((c) => c.charCodeAt(0)))
  new DataView(head.buffer).setUint32(4, length + 4, true)
  return head
}

function threeBytes(data: Uint8Array, at: number): number {
  return (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16)
}

/** A key frame of VP8 (RFC 6386, 9.1): three bytes, a start code, then 14 bits each. */
function sizeLossy(data: Uint8Array): Omit<Cleaned, 'bytes'> | null {
  if (data.length < 10 || data[3] !== 0x9d || data[4] !== 0x01 || data[5] !== 0x2a) return null
  return { width: threeBytes(data, 6) & 0x3fff, height: threeBytes(data, 8) & 0x3fff }
}

/** A lossless stream (RFC 9649, 3.4): a signature, then 14 bits each less one. */
function sizeLossless(data: Uint8Array): Omit<Cleaned, 'bytes'> | null {
  if (data.length < 5 || data[0] !== 0x2f) return null
  const bits = threeBytes(data, 1) + (data[4] ?? 0) * 2 ** 24
  return { width: (bits % 2 ** 14) + 1, height: (Math.floor(bits / 2 ** 14) % 2 ** 14) + 1 }
}
