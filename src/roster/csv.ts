/** CSV as rosters have it (RFC 4180 in UTF-8), read in blocks of whole lines so that memory stays flat and every problem has its line. */

import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'

/** One record, or what is wrong with the lines from `line` on. Lines count from 1 as an editor shows them; 0 is the whole file. */
export type CsvLine =
  | { readonly kind: 'record'; readonly line: number; readonly fields: readonly string[] }
  | { readonly kind: 'problem'; readonly line: number; readonly reason: string }

/** A field may hold line breaks, but an open quote must not swallow the file. */
const MOST_LINES_OF_A_RECORD = 20
const LONGEST_LINE = 1 << 20
const NEWLINE = 0x0a

type Line = { readonly number: number; readonly text: string }

/**
 * Reads a file block by block; blank lines and a byte order mark are skipped. After a malformed record it goes on with the next line.
 * A stream that breaks is a problem of line 0, not an exception.
 */
export async function* readCsv(stream: AsyncIterable<Buffer>): AsyncGenerator<readonly CsvLine[]> {
  let rest: Buffer = Buffer.alloc(0)
  let open: readonly Line[] = []
  let number = 1
  const take = (block: Buffer, last: boolean): CsvLine[] => {
    const split = splitLines(block, number)
    number += split.lines.length
    const read = readLines([...open, ...split.lines], last)
    open = read.open
    return [...split.problems, ...read.found]
  }
  for await (const chunk of chunksOf(stream)) {
    if (chunk === null) {
      yield [{ kind: 'problem', line: 0, reason: 'The file could not be read to its end.' }]
      return
    }
    const end = chunk.lastIndexOf(NEWLINE)
    if (end < 0) {
      rest = Buffer.concat([rest, chunk])
      if (rest.length <= LONGEST_LINE) continue
      yield [
        { kind: 'problem', line: number, reason: 'The line is longer than a record may be; the rest of the file was not read.' },
      ]
      return
    }
    yield take(Buffer.concat([rest, chunk.subarray(0, end)]), false)
    rest = chunk.subarray(end + 1)
  }
  yield take(rest, true)
}

/** The stream's chunks; null, as the last, when it breaks. */
async function* chunksOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  try {
    yield* stream
  } catch {
    yield null
  }
}

function splitLines(block: Buffer, first: number): { lines: Line[]; problems: CsvLine[] } {
  const whole = first === 1 && block.subarray(0, 3).equals(Buffer.from('\ufeff')) ? block.subarray(3) : block
  const texts = whole.toString('utf8').split('\n')
  const lines = texts.map((text, i) => ({ number: first + i, text: text.endsWith('\r') ? text.slice(0, -1) : text }))
  return { lines, problems: isUtf8(whole) ? [] : invalidLines(whole, first) }
}

function invalidLines(block: Buffer, first: number): CsvLine[] {
  const problems: CsvLine[] = []
  for (let start = 0, line = first; start <= block.length; line++) {
    const newline = block.indexOf(NEWLINE, start)
    const end = newline < 0 ? block.length : newline
    if (!isUtf8(block.subarray(start, end))) problems.push({ kind: 'problem', line, reason: 'The line is not UTF-8 text.' })
    start = end + 1
  }
  return problems
}

/** The common case is one record a line, parsed at once; anything else is gone through line by line. */
function readLines(lines: readonly Line[], last: boolean): { found: CsvLine[]; open: readonly Line[] } {
  const filled = lines.filter((line) => !isBlank(line))
  const records = parseText(filled.map((line) => line.text).join('\n'))
  if (records instanceof CsvError || records.length !== filled.length) return readCarefully(lines, last)
  const found = records.map((fields, i): CsvLine => ({ kind: 'record', line: filled[i]?.number ?? 0, fields }))
  return { found, open: [] }
}

function readCarefully(lines: readonly Line[], last: boolean): { found: CsvLine[]; open: readonly Line[] } {
  const found: CsvLine[] = []
  for (let i = 0; i < lines.length; ) {
    const first = lines[i] as Line
    if (isBlank(first)) {
      i++
      continue
    }
    const { number, text } = first
    let taken = 1
    let whole = text
    let result = parseText(whole)
    while (isOpenQuote(result) && i + taken < lines.length && taken < MOST_LINES_OF_A_RECORD) {
      whole += `\n${lines[i + taken]?.text}`
      taken++
      result = parseText(whole)
    }
    if (isOpenQuote(result) && !last && taken < MOST_LINES_OF_A_RECORD) return { found, open: lines.slice(i) }
    if (result instanceof CsvError) {
      found.push({ kind: 'problem', line: number, reason: reasonOf(result) })
      i++
    } else {
      found.push({ kind: 'record', line: number, fields: result[0] ?? [] })
      i += taken
    }
  }
  return { found, open: [] }
}

/** Blank lines are skipped between records; within quotes they belong to the field. */
function isBlank(line: Line): boolean {
  return line.text.trim() === ''
}

function parseText(text: string): string[][] | CsvError {
  try {
    return parse(text, { relax_column_count: true, record_delimiter: '\n', skip_empty_lines: true })
  } catch (error) {
    if (error instanceof CsvError) return error
    throw error
  }
}

function isOpenQuote(result: string[][] | CsvError): result is CsvError {
  return result instanceof CsvError && result.code === 'CSV_QUOTE_NOT_CLOSED'
}

const REASONS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'A quoted field is not closed.',
  INVALID_OPENING_QUOTE: 'A quote stands inside a field that does not begin with one.',
  CSV_INVALID_CLOSING_QUOTE: 'Text follows the closing quote of a field.',
}

function reasonOf(error: CsvError): string {
  return REASONS[error.code] ?? 'The line is not CSV.'
}
