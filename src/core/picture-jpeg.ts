/** JPEG (ITU-T T.81): the segments that draw the picture, and the one word of Exif that says which side is up. */

import { ascii, type Cleaned, join } from './picture-bytes.ts'

const [START, END, SCAN, APP0, APP1, APP14, COMMENT] = [0xd8, 0xd9, 0xda, 0xe0, 0xe1, 0xee, 0xfe]

/** Tables and frames without which a scan cannot be drawn: SOF, DHT, DAC, DQT, DNL, DRI. */
function draws(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) || (marker >= 0xdb && marker <= 0xdd)
}

/** A frame header: the marker of a table is not one. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

/** Copies what draws the picture, up to its end; null: it breaks off, or is none. */
export function cleanJpeg(bytes: Uint8Array): Cleaned | null {
  const kept: Uint8Array[] = [Uint8Array.of(0xff, START)]
  let size: { readonly width: number; readonly height: number } | null = null
  let turned = 1
  let scans = 0
  let at = 2
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) return null
    const marker = bytes[at + 1] as number
    // Any number of fill bytes may stand before a marker.
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === END) {
      if (size === null || scans === 0) return null
      kept.push(Uint8Array.of(0xff, END))
      const upright = turned < 5
      return {
        bytes: join([kept[0] as Uint8Array, ...(turned === 1 ? [] : [orientation(turned)]), ...kept.slice(1)]),
        width: upright ? size.width : size.height,
        height: upright ? size.height : size.width,
      }
    }
    const length = word(bytes, at + 2)
    const end = at + 2 + length
    if (length < 2 || end > bytes.length) return null
    if (isFrame(marker)) {
      if (length < 8) return null
      size = { height: word(bytes, at + 5), width: word(bytes, at + 7) }
    }
    if (marker === APP1 && turned === 1) turned = orientationIn(bytes.subarray(at + 4, end))
    if (draws(marker)) kept.push(bytes.subarray(at, end))
    // What says how colours are stored, without the rest that may hang on it.
    else if (marker === APP14 && length >= 14 && ascii(bytes, at + 4, 5) === 'Adobe')
      kept.push(Uint8Array.of(0xff, APP14, 0, 14), bytes.subarray(at + 4, at + 16))
    else if (marker === SCAN) {
      const after = endOfScan(bytes, end)
      kept.push(bytes.subarray(at, after))
      scans++
      at = after
      continue
    } else if (!(marker >= APP0 && marker <= 0xef) && marker !== COMMENT) return null
    at = end
  }
  return null
}

/** Where the coded lines of a scan end: at a marker that is neither a stuffed byte nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = from
  for (;;) {
    at = bytes.indexOf(0xff, at)
    if (at < 0 || at + 1 >= bytes.length) return bytes.length
    const next = bytes[at + 1] as number
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at
    at += 2
  }
}

/** Exif's orientation (1 to 8; Exif 2.32, tag 0x0112) in a segment of APP1; 1 where it says none. */
function orientationIn(segment: Uint8Array): number {
  if (ascii(segment, 0, 6) !== 'Exif\0\0') return 1
  const tiff = segment.subarray(6)
  const little = ascii(tiff, 0, 2) === 'II'
  const read = (at: number, length: number) => {
    let value = 0
    for (let i = 0; i < length; i++) value = value * 256 + (tiff[at + (little ? length - 1 - i : i)] ?? 0)
    return value
  }
  const directory = read(4, 4)
  const entries = directory + 2 > tiff.length ? 0 : read(directory, 2)
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i
    if (entry + 12 > tiff.length) return 1
    if (read(entry, 2) !== 0x0112) continue
    const value = read(entry + 8, 2)
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}

/** An Exif segment that says which side is up and nothing else. */
function orientation(turned: number): Uint8Array {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0, 0, 0, 0, 0]
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff]
  return Uint8Array.of(0xff, APP1, 0, exif.length + 2, ...exif)
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
