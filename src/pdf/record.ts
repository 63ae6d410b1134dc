/** A record of exchanges as a PDF to hand over: originals and translations in their scripts, what became of each, and on every page who exported it, when and why. */

import { setImmediate } from 'node:timers/promises'
import PDFDocument from 'pdfkit'
import type { Weight } from './faces.ts'
import { type Line, setLines } from './lines.ts'

/** What stands on the first page, and on every page. All in words. */
export type Cover = {
  readonly title: string
  /** What was chosen, a line each. */
  readonly chosen: readonly string[]
  /** Who exported it and when. */
  readonly exported: string
  readonly reason: string
}

/** One exchange. */
export type Entry = {
  readonly id: string
  /** A heading before the first of a day. */
  readonly day: string
  /** When, who to whom, and what it was. */
  readonly head: string
  /** Whose family and which school it was; empty: nobody knows. */
  readonly about: string
  /** Each under the name of its language. */
  readonly texts: readonly { readonly label: string; readonly text: string }[]
  /** What became of it, step by step. */
  readonly events: string
}

/** US Letter, in points. */
const PAGE = { width: 612, height: 792, left: 54, right: 54, top: 54, bottom: 76 } as const
const WIDTH = PAGE.width - PAGE.left - PAGE.right
/** Indents the texts below their heads. */
const INDENT = 14
const INK = '#1a1a1a'
const QUIET = '#595959'

type Style = {
  readonly size: number
  readonly color: string
  readonly weight?: Weight
  readonly indent?: number
  readonly above?: number
}
const TITLE: Style = { size: 18, color: INK, weight: 700 }
const DAY: Style = { size: 12, color: INK, weight: 700, above: 14 }
const HEAD: Style = { size: 10, color: INK, weight: 700, above: 10 }
const ABOUT: Style = { size: 9, color: QUIET }
const LABEL: Style = { size: 8, color: QUIET, indent: INDENT, above: 3 }
const TEXT: Style = { size: 11, color: INK, indent: INDENT }
const SMALL: Style = { size: 8, color: QUIET, indent: INDENT, above: 2 }
const PLAIN: Style = { size: 10, color: INK, above: 3 }

const NOT_WHOLE =
  'Some signs of this text are in none of the fonts here. It stands complete in the spreadsheet (CSV) of the same export.'

/** The PDF, a part at a time, as fast as `pages` come and no faster than it is taken. */
export async function* recordPdf(cover: Cover, pages: AsyncIterable<readonly Entry[]>): AsyncGenerator<Buffer> {
  const doc = new PDFDocument({
    size: [PAGE.width, PAGE.height],
    margin: 0,
    autoFirstPage: false,
    lang: 'en',
    displayTitle: true,
    info: { Title: cover.title, Author: cover.exported },
  })
  const mark = await setLines(cover.exported, { size: 22, width: 1_000 })
  const foot = await setLines(`${cover.exported}. Why: ${cover.reason}`, { size: 8, width: WIDTH - 60 })
  let number = 0
  let y: number = PAGE.top

  const draw = (line: Line, x: number, top: number, size: number, color: string) => {
    doc.fillColor(color)
    for (const piece of line.pieces)
      doc
        // pdfkit takes a font that fontkit has opened; its types know names and files only.
        .font(piece.face.font as unknown as string, piece.face.name)
        .fontSize(size)
        .text(piece.text, x + piece.x, top, { lineBreak: false, features: [], baseline: 'alphabetic' })
  }
  /** As a drawing and not as text, which programs would find in the middle of what stands beneath. */
  const drawMark = (line: Line, size: number) => {
    doc.save().rotate(-40, { origin: [PAGE.width / 2, PAGE.height / 2] })
    for (const { face, text, x } of line.pieces) {
      const { glyphs, positions } = face.font.layout(text)
      const scale = size / face.font.unitsPerEm
      doc.save().translate((PAGE.width - line.width) / 2 + x, PAGE.height / 2)
      doc.scale(scale, -scale)
      let at = 0
      for (const [i, glyph] of glyphs.entries()) {
        const place = positions[i]
        const outline = glyph.path.toSVG()
        if (outline !== '')
          doc
            .save()
            .translate(at + (place?.xOffset ?? 0), place?.yOffset ?? 0)
            .path(outline)
            .fill('#ececec')
            .restore()
        at += place?.xAdvance ?? 0
      }
      doc.restore()
    }
    doc.restore()
  }
  const newPage = async () => {
    doc.addPage()
    number++
    y = PAGE.top
    for (const line of mark.lines) drawMark(line, 22)
    for (const [i, line] of foot.lines.slice(0, 3).entries()) draw(line, PAGE.left, PAGE.height - 50 + i * 11, 8, QUIET)
    const page = await setLines(`Page ${number}`, { size: 8, width: 60 })
    for (const line of page.lines) draw(line, PAGE.width - PAGE.right - line.width, PAGE.height - 50, 8, QUIET)
  }
  const write = async (text: string, style: Style): Promise<boolean> => {
    const { size, color, weight = 400, indent = 0, above = 0 } = style
    const { lines, whole } = await setLines(text, { size, width: WIDTH - indent, weight })
    // High enough for the scripts that stack their signs.
    const height = size * 1.6
    y += above
    for (const line of lines) {
      if (y + height > PAGE.height - PAGE.bottom) await newPage()
      const x = line.rtl ? PAGE.width - PAGE.right - line.width : PAGE.left + indent
      draw(line, x, y + size * 1.15, size, color)
      y += height
    }
    return whole
  }
  const together = async (points: number) => {
    if (y + points > PAGE.height - PAGE.bottom) await newPage()
  }
  function* ready(): Generator<Buffer> {
    for (let part = doc.read(); part !== null; part = doc.read()) yield part as Buffer
  }

  await newPage()
  await write(cover.title, TITLE)
  for (const line of [...cover.chosen, cover.exported, `Why: ${cover.reason}`]) await write(line, PLAIN)
  let day = ''
  let count = 0
  for await (const entries of pages) {
    for (const entry of entries) {
      await together(90)
      if (entry.day !== day) await write(entry.day, DAY)
      day = entry.day
      await write(entry.head, HEAD)
      if (entry.about !== '') await write(entry.about, ABOUT)
      for (const { label, text } of entry.texts) {
        await write(label, LABEL)
        if (!(await write(text, TEXT))) await write(NOT_WHOLE, SMALL)
      }
      // The id on a line of its own, where it is broken nowhere.
      await together(40)
      await write(entry.events, SMALL)
      await write(entry.id, SMALL)
      count++
      yield* ready()
      // Setting a line takes milliseconds of the processor: calls and webhooks come in between.
      await setImmediate()
    }
  }
  await write(
    count === 0 ? 'There is no message in this choice.' : `End of the record: ${count === 1 ? 'one entry' : `${count} entries`}.`,
    {
      ...PLAIN,
      above: 18,
    },
  )
  doc.end()
  for await (const part of doc) yield part as Buffer
}
