/** PNG (W3C, third edition): the chunks that draw the picture and its movements. */

import { ascii, type Cleaned, join } from './picture-bytes.ts'

/** Chunks that are kept and the bytes they may hold: none has room for anything but what it is for. */
const DRAWS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  IHDR: [13, 13],
  PLTE: [3, 768],
  tRNS: [1, 256],
  gAMA: [4, 4],
  cHRM: [32, 32],
  sRGB: [1, 1],
  IDAT: [0, Number.MAX_SAFE_INTEGER],
  acTL: [8, 8],
  fcTL: [26, 26],
  fdAT: [4, Number.MAX_SAFE_INTEGER],
  IEND: [0, 0],
}

const SIGNATURE = 8
/** Length, name and check sum around the bytes of a chunk. */
const AROUND = 12

/** Copies the drawing chunks, up to the end chunk; null: it breaks off, or is none. */
export function cleanPng(bytes: Uint8Array): Cleaned | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kept: Uint8Array[] = [bytes.subarray(0, SIGNATURE)]
  let data = false
  let at = SIGNATURE
  while (at + AROUND <= bytes.length) {
    const length = view.getUint32(at)
    const name = ascii(bytes, at + 4, 4)
    const end = at + AROUND + length
    if (end > bytes.length || (at === SIGNATURE) !== (name === 'IHDR')) return null
    const room = Object.hasOwn(DRAWS, name) ? DRAWS[name] : undefined
    if (room !== undefined) {
      if (length < room[0] || length > room[1]) return null
      kept.push(bytes.subarray(at, end))
    }
    // A critical chunk that nobody knows: what draws it cannot be told from what does not.
    else if (/^[A-Z]/.test(name)) return null
    data ||= name === 'IDAT'
    if (name === 'IEND')
      return data ? { bytes: join(kept), width: view.getUint32(SIGNATURE + 8), height: view.getUint32(SIGNATURE + 12) } : null
    at = end
  }
  return null
}
