/** GIF (89a): frames, their timing and how often they repeat. */

import { ascii, type Cleaned, join } from './picture-bytes.ts'

const [FRAME, EXTENSION, TRAILER] = [0x2c, 0x21, 0x3b]
const [CONTROL, APPLICATION, COMMENT, PLAIN_TEXT] = [0xf9, 0xff, 0xfe, 0x01]

/** Copies the frames, up to the trailer; null: it breaks off, or is none. */
export function cleanGif(bytes: Uint8Array): Cleaned | null {
  if (bytes.length < 13) return null
  const colours = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)
  const word = (at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
  let at = 13 + colours(bytes[10] ?? 0)
  const kept: Uint8Array[] = [bytes.subarray(0, at)]
  let frames = 0
  while (at < bytes.length) {
    const block = bytes[at]
    if (block === TRAILER) {
      kept.push(Uint8Array.of(TRAILER))
      return frames > 0 ? { bytes: join(kept), width: word(6), height: word(8) } : null
    }
    if (block === FRAME) {
      const data = at + 10 + colours(bytes[at + 9] ?? 0) + 1
      const end = endOfBlocks(bytes, data)
      if (end === null) return null
      kept.push(bytes.subarray(at, end))
      frames++
      at = end
    } else if (block === EXTENSION) {
      const label = bytes[at + 1] ?? 0
      const end = endOfBlocks(bytes, at + 2)
      if (end === null) return null
      if (label === CONTROL) {
        if (end - at !== 8) return null
        kept.push(bytes.subarray(at, end))
      } else if (label === APPLICATION) kept.push(...repeats(bytes, at))
      else if (label !== COMMENT && label !== PLAIN_TEXT) return null
      at = end
    } else return null
  }
  return null
}

/** How often a moving picture repeats, and nothing else that a program wrote. */
function repeats(bytes: Uint8Array, at: number): Uint8Array[] {
  const known = bytes[at + 2] === 11 && ascii(bytes, at + 3, 11) === 'NETSCAPE2.0' && bytes[at + 14] === 3 && bytes[at + 15] === 1
  return known ? [bytes.subarray(at, at + 18), Uint8Array.of(0)] : []
}

/** Behind a row of sub-blocks, each led by its length, and the empty one that ends it; null: they break off. */
function endOfBlocks(bytes: Uint8Array, from: number): number | null {
  let at = from
  while (at < bytes.length) {
    const length = bytes[at] as number
    at += 1 + length
    if (length === 0) return at
  }
  return null
}
