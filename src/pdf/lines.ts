/** Text set in lines: broken where its language breaks, in the order in which it is read, each piece with the font that shows it. */

import bidiFactory from 'bidi-js'
import { faceOf, type OpenFace, openFaces, type Weight } from './faces.ts'

const bidi = bidiFactory()
const words = new Intl.Segmenter('und', { granularity: 'word' })
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** A piece of a line in one font and direction; `x` and `width` in points from the line's left end. */
export type Piece = { readonly face: OpenFace; readonly text: string; readonly x: number; readonly width: number }
/** A line, its pieces from left to right; `rtl`: it begins at the right. */
export type Line = { readonly pieces: readonly Piece[]; readonly width: number; readonly rtl: boolean }
/** A text in lines; `whole` is false when a character is in none of our fonts. */
export type Lines = { readonly lines: readonly Line[]; readonly whole: boolean }

type Sign = { readonly text: string; readonly face: OpenFace | null; readonly level: number }

/** What never begins a line, and what never ends one. */
const CLINGS = /^[\p{Pe}\p{Pf}\p{Po}\p{M}\p{Zs}]/u
const HOLDS = /[\p{Ps}\p{Pi}]$/u
/** Signs that only steer others: not shown. */
const UNSEEN = /^[\p{Cc}\p{Cf}\u2028\u2029]+$/u
/** LRO and RLO force letters against their own direction, which shapes them anew and hides what was written: a record shows the letters as they read. */
const OVERRIDES = /[\u202d\u202e]/g
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/** Sets a text at `size` points in lines of at most `width` points. */
export async function setLines(
  text: string,
  { size, width, weight = 400 }: { readonly size: number; readonly width: number; readonly weight?: Weight },
): Promise<Lines> {
  await openFaces(text, weight)
  const lines: Line[] = []
  let whole = true
  for (const paragraph of text
    .normalize('NFC')
    .replace(OVERRIDES, '')
    .split(/\r\n|[\n\r\u2028\u2029]/)) {
    const { levels, paragraphs } = bidi.getEmbeddingLevels(paragraph, 'auto')
    const rtl = ((paragraphs[0]?.level ?? 0) & 1) === 1
    const widthOf = (signs: readonly Sign[]) =>
      piecesOf(signs).reduce((sum, { face, text: piece }) => sum + face.widthOf(piece) * size, 0)
    let line: Sign[] = []
    let used = 0
    const end = () => {
      lines.push(arrange(line, rtl, size))
      line = []
      used = 0
    }
    for (const unit of unitsOf(paragraph)) {
      const signs: Sign[] = []
      for (const { segment, index } of graphemes.segment(unit.text)) {
        const level = levels[unit.start + index] ?? 0
        const face = faceOf(segment, weight)
        if (face !== null) signs.push({ text: segment, face, level })
        else if (!UNSEEN.test(segment)) {
          whole = false
          // A letter without its mark is more than nothing.
          const [letter = ''] = segment
          signs.push({ text: letter, face: faceOf(letter, weight), level })
        }
      }
      const wide = widthOf(signs)
      if (used + widthOf(withoutEnd(signs)) > width && line.length > 0) end()
      if (wide <= width) {
        line.push(...signs)
        used += wide
      } else
        for (const sign of signs) {
          const one = widthOf([sign])
          if (used + one > width && line.length > 0) end()
          line.push(sign)
          used += one
        }
    }
    end()
  }
  return { lines, whole }
}

function withoutEnd(signs: readonly Sign[]): readonly Sign[] {
  return signs.slice(0, signs.findLastIndex(({ text }) => text.trim() !== '') + 1)
}

/** Pieces of a text between which a line may end. */
function unitsOf(text: string): { readonly text: string; readonly start: number }[] {
  const units: { text: string; start: number }[] = []
  for (const { segment, index } of words.segment(text)) {
    const last = units.at(-1)
    if (last !== undefined && (CLINGS.test(segment) || HOLDS.test(last.text))) last.text += segment
    else units.push({ text: segment, start: index })
  }
  return units
}

type Run = { readonly face: OpenFace; readonly level: number; text: string }

/** Signs beside each other that one font and one direction show. */
function piecesOf(signs: readonly Sign[]): Run[] {
  const runs: Run[] = []
  for (const { text, face, level } of signs) {
    if (face === null) continue
    const last = runs.at(-1)
    if (last !== undefined && last.face === face && last.level === level) last.text += text
    else runs.push({ face, level, text })
  }
  return runs
}

/** The pieces of a line in the order in which they stand (UAX 9, rule L2), from left to right. */
function arrange(signs: readonly Sign[], rtl: boolean, size: number): Line {
  const runs = piecesOf(withoutEnd(signs))
  for (let level = Math.max(0, ...runs.map((run) => run.level)); level > 0; level--)
    for (let from = 0; from < runs.length; from++) {
      let to = from
      while ((runs[to]?.level ?? -1) >= level) to++
      runs.splice(from, to - from, ...runs.slice(from, to).reverse())
      from = to
    }
  let x = 0
  const pieces = runs.map(({ face, level, text: read }): Piece => {
    const text = (level & 1) === 1 ? backwards(read) : read
    const width = face.widthOf(text) * size
    x += width
    return { face, text, x: x - width, width }
  })
  return { pieces, width: x, rtl }
}

/** Brackets turn round from right to left. Letters of such scripts are turned by the shaper itself, signs between them are not. */
function backwards(text: string): string {
  const mirrored = [...text].map((character) => bidi.getMirroredCharacter(character) ?? character)
  return RIGHT_TO_LEFT.test(text) ? mirrored.join('') : mirrored.reverse().join('')
}
