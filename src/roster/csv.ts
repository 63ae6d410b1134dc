/** CSV as rosters have it (RFC 4180 in UTF-8), read in blocks of whole lines so that memory stays flat and every problem has its line. */

import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'

/** One record, or what is wrong with the lines from `line` on. Lines count from 1 as an editor shows them; 0 is the whole file. */
export type CsvLine =
  | { readonly kind: 'record'; readonly line: number; readonly fields: readonly string[] }
  | { readonly kind: 'problem'; readonly line: number; readonly reason: string }

/** A file with so many malformed lines is none; what follows is not looked at. */
const MOST_PROBLEMS = 1000
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
  let problems = 0
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
    const lines = take(Buffer.concat([rest, chunk.subarray(0, end)]), false)
    problems += lines.filter((line) => line.kind === 'problem').length
    yield lines
    if (problems >= MOST_PROBLEMS) {
      yield [{ kind: 'problem', line: number, reason: 'Too many lines are not CSV; the rest of the file was not read.' }]
      return
    }
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

/** The lines of one record: as many as its quotes need. `open`: they are not closed where the lines end. */
type Group = { readonly at: number; readonly text: string; readonly taken: number; readonly open: boolean }

/** What looks like a record, by the parity of its quotes, at most so many; blank lines stand between records. */
function groupsFrom(lines: readonly Line[], start: number, most: number): Group[] {
  const groups: Group[] = []
  for (let at = start; at < lines.length && groups.length < most; ) {
    const { text } = lines[at] as Line
    if (text.trim() === '') {
      at++
      continue
    }
    let open = hasOddQuotes(text)
    let taken = 1
    for (; open && at + taken < lines.length && taken < MOST_LINES_OF_A_RECORD; taken++)
      if (hasOddQuotes(lines[at + taken]?.text ?? '')) open = false
    const whole = taken === 1 ? text : texts(lines.slice(at, at + taken))
    groups.push({ at, text: whole, taken, open })
    at += taken
  }
  return groups
}

function texts(lines: readonly { readonly text: string }[]): string {
  return lines.map((line) => line.text).join('\n')
}

function hasOddQuotes(text: string): boolean {
  let odd = false
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) odd = !odd
  return odd
}

/** All records at once; where one is malformed, it is a problem of its first line, and reading goes on with the next line. */
function readLines(lines: readonly Line[], last: boolean): { found: CsvLine[]; open: readonly Line[] } {
  const found: CsvLine[] = []
  const numberOf = (group: Group | undefined) => lines[group?.at ?? 0]?.number ?? 0
  // Behind a malformed record few are taken at once, then ever more: a file full of them is not gone through anew for each.
  for (let start = 0, most = lines.length, problems = 0; ; ) {
    const groups = groupsFrom(lines, start, most)
    const end = groups.at(-1)
    const waits = end?.open === true && !last && end.taken < MOST_LINES_OF_A_RECORD
    const whole = waits ? groups.slice(0, -1) : groups
    const { records, error } = parseText(texts(whole))
    for (const [i, fields] of records.entries()) found.push({ kind: 'record', line: numberOf(whole[i]), fields })
    if (error === null) {
      if (end === undefined || waits) return { found, open: waits ? lines.slice(end.at) : [] }
      start = end.at + end.taken
      most *= 2
      continue
    }
    const bad = whole[records.length]
    found.push({ kind: 'problem', line: numberOf(bad), reason: reasonOf(error) })
    if (++problems === MOST_PROBLEMS) return { found, open: [] }
    start = (bad?.at ?? lines.length) + 1
    most = 1
  }
}

/** The records up to the first malformed one, and what is wrong with that. */
function parseText(text: string): { readonly records: readonly string[][]; readonly error: CsvError | null } {
  const records: string[][] = []
  try {
    parse(text, {
      relax_column_count: true,
      record_delimiter: '\n',
      skip_empty_lines: true,
      on_record: (fields: string[]) => void records.push(fields),
    })
    return { records, error: null }
  } catch (error) {
    if (error instanceof CsvError) return { records, error }
    throw error
  }
}

const REASONS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'A quoted field is not closed.',
  INVALID_OPENING_QUOTE: 'A quote stands inside a field that does not begin with one.',
  CSV_INVALID_CLOSING_QUOTE: 'Text follows the closing quote of a field.',
}

function reasonOf(error: CsvError): string {
  return REASONS[error.code] ?? 'The line is not CSV.'
}
