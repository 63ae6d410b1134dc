/** What one row of each roster file means: pure, row by row. What needs other rows is checked in the database (store/roster.ts). */

import { knownLanguage, languageTag } from '../core/language.ts'
import { ROLES } from '../core/people.ts'
import type { ClassRow, EnrollmentRow, NewFinding, OrgRow } from '../store/roster.ts'

/** The files that hold rows of people and places. */
export type TableFile = 'orgs.csv' | 'users.csv' | 'classes.csv' | 'enrollments.csv'

/** One row with its cells by column name; a column that the file lacks reads as empty. */
export type Row = { readonly line: number; readonly cell: (column: string) => string }

/** A user before the numbers are looked up. Empty cells are null. */
export type UserRow = {
  readonly line: number
  readonly id: string
  /** False: the school has disabled the account, for which staff count as gone; an empty cell says that it has not. */
  readonly enabled: boolean
  readonly kind: 'staff' | 'guardian' | 'student' | null
  readonly role: string
  readonly givenName: string
  readonly familyName: string
  readonly displayName: string | null
  /** In lower case; of staff only. */
  readonly email: string | null
  readonly language: string | null
  /** The cell is empty, so that what is known already stays; an unknown language is null instead. */
  readonly keepLanguage: boolean
  readonly contactBy: string | null
  readonly timeZone: string | null
  readonly orgs: readonly string[]
  readonly agents: readonly string[]
  readonly sms: string
  readonly phone: string
}

/** Takes what is wrong with a row, or worth telling about it. */
export type Report = (finding: NewFinding) => void

/**
 * Columns that must be there (`columns`) and those of them that no row may leave empty (`filled`). OneRoster asks for more columns;
 * only those that say something to us are asked for here.
 */
export const TABLES: Readonly<Record<TableFile, { readonly columns: readonly string[]; readonly filled: readonly string[] }>> = {
  'orgs.csv': { columns: ['sourcedId', 'name', 'type', 'parentSourcedId'], filled: ['sourcedId', 'name', 'type'] },
  'users.csv': {
    columns: ['sourcedId', 'orgSourcedIds', 'role', 'givenName', 'familyName', 'sms', 'phone', 'agentSourcedIds'],
    filled: ['sourcedId', 'orgSourcedIds', 'role', 'givenName', 'familyName'],
  },
  'classes.csv': { columns: ['sourcedId', 'title', 'schoolSourcedId'], filled: ['sourcedId', 'title', 'schoolSourcedId'] },
  'enrollments.csv': {
    columns: ['sourcedId', 'classSourcedId', 'userSourcedId', 'role'],
    filled: ['sourcedId', 'classSourcedId', 'userSourcedId', 'role'],
  },
}

/** Longer ids are no ids, and an index could not hold them. */
const LONGEST_ID = 255

/** How the header names the columns, or what is wrong with it. */
export function readHeader(
  file: TableFile | 'manifest.csv',
  needed: readonly string[],
  fields: readonly string[],
): { columns: ReadonlyMap<string, number>; problems: NewFinding[] } {
  const columns = new Map<string, number>()
  const problems: NewFinding[] = []
  for (const [i, field] of fields.entries()) {
    const name = field.trim()
    if (columns.has(name) && name !== '') problems.push(refusal(file, 1, `The column ${shown(name)} is there twice.`))
    else columns.set(name, i)
  }
  for (const name of needed) if (!columns.has(name)) problems.push(refusal(file, 1, `The column ${name} is missing.`))
  return { columns, problems }
}

/** Characters that only turn the direction of what stands around them. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Cells by name, with control characters and runs of white space made one space, and without what turns the writing round: none of them belongs into a name or an id. */
export function asRow(line: number, columns: ReadonlyMap<string, number>, fields: readonly string[]): Row {
  return {
    line,
    cell: (column) => {
      const at = columns.get(column)
      return at === undefined
        ? ''
        : (fields[at] ?? '')
            .replace(TURNS, '')
            .replace(/[\p{Cc}\s]+/gu, ' ')
            .trim()
    },
  }
}

/** Whether the row counts: `tobedeleted` rows are as good as absent. Reports a status or an empty field that a bulk file may not have. */
export function checkRow(file: TableFile, row: Row, report: Report): boolean {
  const status = row.cell('status')
  if (status === 'tobedeleted') return false
  if (status !== '' && status !== 'active') report(refusal(file, row.line, 'status is neither empty nor active nor tobedeleted.'))
  for (const column of TABLES[file].filled) if (row.cell(column) === '') report(refusal(file, row.line, `${column} is empty.`))
  const id = row.cell('sourcedId')
  if (id.length > LONGEST_ID) report(refusal(file, row.line, `sourcedId is longer than ${LONGEST_ID} characters.`))
  return id !== '' && id.length <= LONGEST_ID
}

/** orgs.csv: districts and schools; other types are ignored with a warning. */
export function orgRow(row: Row, report: Report): OrgRow {
  const [id, type] = [row.cell('sourcedId'), row.cell('type')]
  if (type !== '' && type !== 'district' && type !== 'school')
    report(warning('orgs.csv', row.line, `${id} is neither a district nor a school and is ignored.`))
  const timeZone = zoneOf(row, 'orgs.csv', report)
  return { line: row.line, id, name: row.cell('name').normalize(), type, parent: row.cell('parentSourcedId'), timeZone }
}

/** users.csv, with the columns email, metadata.preferredLanguage, contactBy, timezone and displayName where they are there. */
export function userRow(row: Row, report: Report): UserRow {
  const [id, role] = [row.cell('sourcedId'), row.cell('role')]
  const kind = Object.hasOwn(ROLES, role) ? ROLES[role as keyof typeof ROLES] : null
  if (kind === null && role !== '') report(refusal('users.csv', row.line, roleProblem(role)))
  const language = row.cell('metadata.preferredLanguage')
  const known = language !== '' && knownLanguage(language)
  if (language !== '' && !known) {
    const reason = `metadata.preferredLanguage of ${id} is not a language that is known${isWord(language) ? `: ${language}` : ''}.`
    report({ ...warning('users.csv', row.line, reason), task: { kind: 'roster_language', personId: id } })
  }
  const contactBy = row.cell('metadata.contactBy')
  const contactKnown = contactBy === 'sms' || contactBy === 'voice'
  if (contactBy !== '' && !contactKnown)
    report(warning('users.csv', row.line, `metadata.contactBy of ${id} is neither sms nor voice and is ignored.`))
  const enabled = row.cell('enabledUser').toLowerCase()
  if (!['', 'true', 'false'].includes(enabled))
    report(warning('users.csv', row.line, `enabledUser of ${id} is neither true nor false and is ignored.`))
  return {
    line: row.line,
    id,
    enabled: enabled !== 'false',
    kind,
    role,
    givenName: row.cell('givenName').normalize(),
    familyName: row.cell('familyName').normalize(),
    displayName: row.cell('metadata.displayName').normalize() || null,
    email: kind === 'staff' ? row.cell('email').toLowerCase() || null : null,
    language: known ? languageTag(language) : null,
    keepLanguage: language === '',
    contactBy: contactKnown ? contactBy : null,
    timeZone: zoneOf(row, 'users.csv', report),
    orgs: listOf(row.cell('orgSourcedIds')),
    agents: listOf(row.cell('agentSourcedIds')),
    sms: row.cell('sms'),
    phone: row.cell('phone'),
  }
}

/** classes.csv */
export function classRow(row: Row): ClassRow {
  return {
    line: row.line,
    id: row.cell('sourcedId'),
    title: row.cell('title').normalize(),
    schoolId: row.cell('schoolSourcedId'),
  }
}

/** enrollments.csv; dates are whole days at the school, the last one included. */
export function enrollmentRow(row: Row, report: Report): EnrollmentRow {
  const role = row.cell('role')
  if (role !== '' && !Object.hasOwn(ROLES, role)) report(refusal('enrollments.csv', row.line, roleProblem(role)))
  return {
    line: row.line,
    id: row.cell('sourcedId'),
    classId: row.cell('classSourcedId'),
    schoolId: row.cell('schoolSourcedId'),
    personId: row.cell('userSourcedId'),
    role,
    begins: dateOf(row, 'beginDate', report),
    ends: dateOf(row, 'endDate', report),
  }
}

/** A finding for which the whole roster is refused. */
export function refusal(file: string, line: number, reason: string): NewFinding {
  return { file, line, reason, refuses: true, task: null }
}

/** A finding that leaves the rest to be imported. */
export function warning(file: string, line: number, reason: string): NewFinding {
  return { file, line, reason, refuses: false, task: null }
}

function listOf(cell: string): string[] {
  const ids = cell.split(',').map((id) => id.trim())
  return [...new Set(ids)].filter((id) => id !== '')
}

function zoneOf(row: Row, file: TableFile, report: Report): string | null {
  const zone = row.cell('metadata.timezone')
  if (zone === '') return null
  try {
    // Offsets such as +02:00 are taken by Temporal and know no summer time.
    if (/^[A-Za-z]/.test(zone)) return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  report(warning(file, row.line, `metadata.timezone of ${row.cell('sourcedId')} is not an IANA time zone and is ignored.`))
  return null
}

function dateOf(row: Row, column: string, report: Report): string | null {
  const text = row.cell(column)
  if (text === '') return null
  try {
    if (/^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(text)) return Temporal.PlainDate.from(text).toString()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  report(warning('enrollments.csv', row.line, `${column} is not a date like 2026-08-31 and is ignored.`))
  return null
}

function roleProblem(role: string): string {
  const roles = Object.keys(ROLES).join(', ')
  return `role is ${isWord(role) ? `${role}, which is not one of ${roles}` : `not one of ${roles}`}.`
}

/** A cell is shown back only when it cannot be a number or a text in the wrong column. */
function isWord(cell: string): boolean {
  return /^[A-Za-z][\w-]{0,30}$/.test(cell)
}

function shown(name: string): string {
  return isWord(name.replaceAll('.', '')) ? name : 'of one name'
}
