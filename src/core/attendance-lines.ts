/** Lines that somebody typed or took from a spreadsheet to say who is absent: each is read whole, or said to be unread with the reason. */

import { readTypedDate } from './typed-date.ts'

/** A student of the school; `name`: given and family name. */
export type Named = { readonly id: string; readonly name: string }

/** What a line comes to: a student who is absent, nobody because it says so itself, or why it was not read. */
export type AttendanceLine =
  | { readonly kind: 'absent'; readonly id: string }
  | { readonly kind: 'heading' }
  | {
      readonly kind: 'left_out'
      readonly line: string
      readonly why: 'present' | 'another_day' | 'nobody' | 'several' | 'unclear'
    }

/** Words of student information systems, folded to lower case. */
const ABSENT = new Set(['a', 'abs', 'absent', 'absence', 'unexcused', 'ua', 'unverified', 'u', '1', 'yes', 'true'])
const PRESENT = new Set(['p', 'present', 'here', 'tardy', 'late', 't', 'l', 'excused', 'e', 'ea', '0', 'no', 'false'])
const HEADINGS =
  /^(?:student.*|sourced ?id|id|(?:first|last|given|family|full)? ?name|(?:attendance )?date|day|status|attendance|code|absent)$/
const SEPARATORS = ['\t', ';', ',']

/** Cells of a line, by the separator that it has outside quotes (RFC 4180 within one line). */
function cellsOf(line: string): string[] {
  const separator = SEPARATORS.find((one) => line.replaceAll(/"[^"]*"/g, '').includes(one)) ?? '\n'
  const cells = ['']
  let quoted = false
  for (const character of line) {
    if (character === '"') quoted = !quoted
    else if (character === separator && !quoted) cells.push('')
    else cells[cells.length - 1] += character
  }
  return cells.map((cell) => cell.trim())
}

/**
 * Reads a line: a student by id or by name, in one cell or in two, either way round, and beside that nothing but the day (`today`, ISO 8601) and a word
 * that says absent. Whatever else stands in it is not guessed at.
 */
export function readAttendanceLine(line: string, today: string, students: readonly Named[], first: boolean): AttendanceLine {
  const cells = cellsOf(line)
  const folded = cells.map((cell) => cell.toLowerCase())
  const leftOut = (why: 'present' | 'another_day' | 'nobody' | 'several' | 'unclear') =>
    ({ kind: 'left_out', line, why }) as const
  const [one = '', two = ''] = folded
  const byId = students.find(({ id }) => id === cells[0])
  const turned = one.split(', ').reverse().join(' ')
  const named = (names: readonly string[]) => students.filter(({ name }) => names.includes(name.toLowerCase()))
  const inOne = byId === undefined ? named([one, turned]) : [byId]
  const found = inOne.length > 0 ? inOne : named([`${one} ${two}`, `${two} ${one}`])
  const [student] = found
  if (student === undefined) return first && folded.every((cell) => HEADINGS.test(cell)) ? { kind: 'heading' } : leftOut('nobody')
  if (found.length > 1) return leftOut('several')
  // A name beside the id says the same once more.
  const names = new Set([student.id.toLowerCase(), student.name.toLowerCase(), ...student.name.toLowerCase().split(' ')])
  const rest = folded.slice(inOne.length > 0 ? 1 : 2).filter((cell) => cell !== '' && (PRESENT.has(cell) || !names.has(cell)))
  for (const cell of rest) {
    const day = readTypedDate(cell)
    if (day !== null && day.toString() !== today) return leftOut('another_day')
    if (PRESENT.has(cell)) return leftOut('present')
    if (day === null && !ABSENT.has(cell)) return leftOut('unclear')
  }
  return { kind: 'absent', id: student.id }
}
