/**
 * The fonts of a PDF: Noto, as the web has it, a file for each part of a script. A file is opened when a text needs it, made a plain font of one weight, and its
 * glyphs are chosen and placed by HarfBuzz, which knows every script.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import * as fontkit from 'fontkit'
import * as harfbuzz from 'harfbuzzjs'
import woff2 from 'wawoff2'

const require = createRequire(import.meta.url)

/** The first that has a character shows it. Chinese stands last: it has the signs of many others too. */
const FAMILIES = [
  'noto-sans',
  'noto-sans-arabic',
  'noto-sans-hebrew',
  'noto-sans-devanagari',
  'noto-sans-bengali',
  'noto-sans-gurmukhi',
  'noto-sans-gujarati',
  'noto-sans-tamil',
  'noto-sans-telugu',
  'noto-sans-ethiopic',
  'noto-sans-myanmar',
  'noto-sans-thai',
  'noto-sans-lao',
  'noto-sans-khmer',
  'noto-sans-kr',
  'noto-sans-sc',
  'noto-emoji',
]

/** Regular and bold, as OpenType counts weights. */
export type Weight = 400 | 700

/** A file of a font, and the characters that it is for. */
export type Face = {
  readonly key: string
  readonly file: string
  readonly ranges: readonly (readonly [first: number, last: number])[]
}

/** A font of one weight, ready to write with: what PDFKit embeds, and how wide a text is in units of one em. */
export type OpenFace = { readonly name: string; readonly font: fontkit.Font; readonly widthOf: (text: string) => number }

const faces: readonly Face[] = FAMILIES.flatMap((family) => {
  const ranges = require.resolve(`@fontsource-variable/${family}/unicode.json`)
  const parts = JSON.parse(readFileSync(ranges, 'utf8')) as Record<string, string>
  return Object.entries(parts).map(([part, range]) => ({
    key: `${family} ${part}`,
    file: path.join(path.dirname(ranges), 'files', `${family}-${part.replaceAll(/[[\]]/g, '')}-wght-normal.woff2`),
    ranges: range.split(',').map((one): readonly [number, number] => {
      const [first = 0, last = first] = one
        .replace('U+', '')
        .split('-')
        .map((hex) => Number.parseInt(hex, 16))
      return [first, last]
    }),
  }))
})

const forCharacter = new Map<number, readonly Face[]>()
const opened = new Map<string, OpenFace>()

/** The faces that are for a character, the best first. */
function facesFor(character: number): readonly Face[] {
  let found = forCharacter.get(character)
  if (found === undefined) {
    found = faces.filter(({ ranges }) => ranges.some(([first, last]) => character >= first && character <= last))
    forCharacter.set(character, found)
  }
  return found
}

/** Opens what a text needs; `faceOf` and writing ask for nothing else then. */
export async function openFaces(text: string, weight: Weight): Promise<void> {
  for (const character of new Set([...text].map((one) => one.codePointAt(0) ?? 0)))
    for (const face of facesFor(character)) {
      const key = `${face.key} ${weight}`
      const one = opened.get(key) ?? (await open(face, weight))
      opened.set(key, one)
      if (one.font.hasGlyphForCodePoint(character)) break
    }
}

/** What only steers the signs around it: joiners, and the choice between a sign's forms. */
const STEERS = /[\p{Cf}\p{Variation_Selector}]/u

/** The face that shows a character with all marks upon it; null: none of ours does. `openFaces` came before. */
export function faceOf(grapheme: string, weight: Weight): OpenFace | null {
  const [first = '', ...others] = grapheme
  const base = first.codePointAt(0) ?? 0
  const marks = others.filter((one) => !STEERS.test(one)).map((one) => one.codePointAt(0) ?? 0)
  const candidates = facesFor(base).flatMap((face) => opened.get(`${face.key} ${weight}`) ?? [])
  const having = candidates.filter(({ font }) => font.hasGlyphForCodePoint(base))
  return having.find(({ font }) => marks.every((mark) => font.hasGlyphForCodePoint(mark))) ?? null
}

async function open(face: Face, weight: Weight): Promise<OpenFace> {
  const plain = await pinned(await woff2.decompress(readFileSync(face.file)), weight)
  const font = fontkit.create(Buffer.from(plain)) as fontkit.Font
  const shaper = new harfbuzz.Font(new harfbuzz.Face(new harfbuzz.Blob(plain.buffer)))
  const glyphs = glyphsOf(font)
  const layout = (text: string) => shape(shaper, glyphs.read, text)
  // PDFKit asks the font how a text is set; fontkit's own answer fails on some scripts.
  Object.assign(font, { layout, createSubset: glyphs.createSubset })
  return {
    name: `${face.key} ${weight}`,
    font,
    widthOf: (text) => layout(text).positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0) / font.unitsPerEm,
  }
}

/** A font has at most so many glyphs (OpenType, `maxp`). */
const MOST_GLYPHS = 65_536

declare module 'fontkit' {
  /** What its types leave out of it (fontkit 2.0.4, `src/subset/Subset.js`): the glyphs in their order, and by a glyph's number its place there. */
  interface Subset {
    readonly glyphs: number[]
    readonly mapping: Record<number, number>
  }
}

/** What is used of a glyph. */
type Glyph = Pick<fontkit.Glyph, 'id' | 'advanceWidth' | 'codePoints' | 'path'>

/**
 * The glyphs of a font, each once for every reading that it has. Arabic letters share their strokes, and PDFKit writes down one reading for a number: of "ابني"
 * another program would copy other letters than were written.
 */
function glyphsOf(font: fontkit.Font) {
  const readings = new Map<number, string[]>()
  const numbered = (glyph: number, characters: string): number => {
    const known = readings.get(glyph) ?? []
    if (!known.includes(characters)) known.push(characters)
    readings.set(glyph, known)
    return glyph + MOST_GLYPHS * known.indexOf(characters)
  }
  const make = font.createSubset.bind(font)
  return {
    read: (glyph: number, characters: string): Glyph => {
      const own = font.getGlyph(glyph)
      return {
        id: numbered(glyph, characters),
        advanceWidth: own.advanceWidth,
        codePoints: [...characters].map((one) => one.codePointAt(0) ?? 0),
        // Read when it is asked for: outlines take their time.
        get path() {
          return own.path
        },
      }
    },
    createSubset: () => {
      const subset = make()
      const includeGlyph = (id: number) => {
        subset.mapping[id] ??= subset.glyphs.push(id % MOST_GLYPHS) - 1
        return subset.mapping[id]
      }
      return Object.assign(subset, { includeGlyph })
    },
  }
}

type Shaped = {
  readonly glyphs: Glyph[]
  readonly positions: { xAdvance: number; yAdvance: number; xOffset: number; yOffset: number }[]
  readonly advanceWidth: number
}

/**
 * A text of one direction as glyphs from left to right. Of the glyphs that stand for the same characters the widest tells them, so that the PDF can be searched
 * and copied: a letter's dots have no width of their own, and words would come apart there.
 */
function shape(shaper: harfbuzz.Font, read: (glyph: number, characters: string) => Glyph, text: string): Shaped {
  const buffer = new harfbuzz.Buffer()
  buffer.addText(text)
  buffer.guessSegmentProperties()
  harfbuzz.shape(shaper, buffer)
  const infos = buffer.getGlyphInfos()
  const places = buffer.getGlyphPositions()
  const starts = [...new Set(infos.map(({ cluster }) => cluster))].sort((a, b) => a - b)
  const teller = new Map<number, number>()
  for (const [i, { cluster }] of infos.entries()) {
    const widest = teller.get(cluster)
    if (widest === undefined || (places[i]?.xAdvance ?? 0) > (places[widest]?.xAdvance ?? 0)) teller.set(cluster, i)
  }
  const glyphs = infos.map(({ codepoint, cluster }, i) =>
    read(codepoint, teller.get(cluster) === i ? text.slice(cluster, starts[starts.indexOf(cluster) + 1]) : ''),
  )
  const positions = places.map(({ xAdvance, yAdvance, xOffset, yOffset }) => ({ xAdvance, yAdvance, xOffset, yOffset }))
  return { glyphs, positions, advanceWidth: positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0) }
}

/** What of HarfBuzz's subsetter is used here; it has no wrapper of its own. */
type Subsetter = {
  readonly memory: WebAssembly.Memory
  readonly malloc: (bytes: number) => number
  readonly hb_blob_create: (data: number, length: number, mode: number, user: number, destroy: number) => number
  readonly hb_blob_get_data: (blob: number, length: number) => number
  readonly hb_blob_get_length: (blob: number) => number
  readonly hb_blob_destroy: (blob: number) => void
  readonly hb_face_create: (blob: number, index: number) => number
  readonly hb_face_reference_blob: (face: number) => number
  readonly hb_face_destroy: (face: number) => void
  readonly hb_subset_input_create_or_fail: () => number
  readonly hb_subset_input_keep_everything: (input: number) => void
  readonly hb_subset_input_pin_axis_location: (input: number, face: number, tag: number, value: number) => number
  readonly hb_subset_input_destroy: (input: number) => void
  readonly hb_subset_or_fail: (face: number, input: number) => number
  readonly free: (pointer: number) => void
}

let loading: Promise<Subsetter> | null = null

/** A variable font as a plain one of a weight: fontkit cannot embed variable ones, and the Chinese and Korean are hairlines unless told. */
async function pinned(ttf: Uint8Array, weight: Weight): Promise<Uint8Array<ArrayBuffer>> {
  loading ??= WebAssembly.instantiate(readFileSync(require.resolve('harfbuzzjs/dist/harfbuzz-subset.wasm'))).then(
    // Nobody types what a WebAssembly module exports: these are the functions of HarfBuzz's own subsetter.
    ({ instance }) => instance.exports as unknown as Subsetter,
  )
  const hb = await loading
  const data = hb.malloc(ttf.length)
  new Uint8Array(hb.memory.buffer).set(ttf, data)
  const blob = hb.hb_blob_create(data, ttf.length, 1, 0, 0)
  const face = hb.hb_face_create(blob, 0)
  const input = hb.hb_subset_input_create_or_fail()
  hb.hb_subset_input_keep_everything(input)
  hb.hb_subset_input_pin_axis_location(input, face, 0x77676874, weight)
  const subset = hb.hb_subset_or_fail(face, input)
  if (subset === 0) throw new Error('A font of the PDF could not be read.')
  const out = hb.hb_face_reference_blob(subset)
  const start = hb.hb_blob_get_data(out, 0)
  const plain = new Uint8Array(hb.memory.buffer.slice(start, start + hb.hb_blob_get_length(out)))
  hb.hb_blob_destroy(out)
  hb.hb_face_destroy(subset)
  hb.hb_subset_input_destroy(input)
  hb.hb_face_destroy(face)
  hb.hb_blob_destroy(blob)
  hb.free(data)
  return plain
}
