/** From roster files to staged rows: every file is read once, block by block, and every row checked as far as it says itself. */

import type { E164 } from '../core/phone-number.ts'
import type { Trx } from '../store/database.ts'
import type { Keys } from '../store/keys.ts'
import { ensurePhones } from '../store/phones.ts'
import {
  type NewFinding,
  openDistrict,
  ownNumbers,
  type PersonLink,
  type RosterDistrict,
  stageClasses,
  stageEnrollments,
  stageFindings,
  stageOrgs,
  stagePeople,
} from '../store/roster.ts'
import { readCsv } from './csv.ts'
import type { RosterSource } from './files.ts'
import { rosterNumber } from './numbers.ts'
import {
  asRow,
  checkRow,
  classRow,
  enrollmentRow,
  orgRow,
  type Report,
  type Row,
  readHeader,
  refusal,
  TABLES,
  type TableFile,
  type UserRow,
  userRow,
  warning,
} from './rows.ts'

/** Told as the files are read: bytes so far, bytes in all. */
export type Progress = (done: number, total: number) => void

/**
 * Stages all rows and findings. The order matters: the district's country and keys come before its numbers. `whole` names the files of
 * which every row was read. `district` is null when orgs.csv does not name exactly one.
 */
export async function stageFiles(
  trx: Trx,
  keys: Keys,
  source: RosterSource,
  progress: Progress,
): Promise<{ district: RosterDistrict | null; whole: ReadonlySet<string> }> {
  const whole = new Set<string>()
  const counted = countBytes(source, progress)
  const read = async (file: TableFile, take: (rows: Row[], report: Report) => Promise<void>) => {
    if (await readTable(trx, counted, file, take)) whole.add(file)
  }
  await read('orgs.csv', async (rows, report) => {
    await stageOrgs(
      trx,
      rows.map((row) => orgRow(row, report)),
    )
  })
  const district = await openDistrict(trx)
  const own = await ownNumbers(trx)
  await read('users.csv', async (rows, report) => {
    const people = rows.map((row) => userRow(row, report))
    const numbers = people.map((person) => numbersOf(person, own, district?.country ?? 'US', report))
    const wanted = numbers.flatMap((n) => [n.sms, n.phone]).filter((number) => number !== null)
    const ids = district === null ? new Map<E164, string>() : await ensurePhones(trx, keys, district.id, wanted)
    const idOf = (number: E164 | null | undefined) => (number && ids.get(number)) ?? null
    await stagePeople(
      trx,
      people.map((person, i) => ({ ...person, sms: idOf(numbers[i]?.sms), phone: idOf(numbers[i]?.phone) })),
      people.flatMap((person) => links(person, person.orgs)),
      people.flatMap((person) => links(person, person.agents)),
    )
  })
  await read('classes.csv', async (rows) => stageClasses(trx, rows.map(classRow)))
  await read('enrollments.csv', async (rows, report) => {
    await stageEnrollments(
      trx,
      rows.map((row) => enrollmentRow(row, report)),
    )
  })
  return { district, whole }
}

/** Reads one file, if it is there; true when every row of it could be read. */
async function readTable(
  trx: Trx,
  source: RosterSource,
  file: TableFile,
  take: (rows: Row[], report: Report) => Promise<void>,
): Promise<boolean> {
  if (!source.sizes.has(file)) return false
  let columns: ReadonlyMap<string, number> | null = null
  let width = 0
  let whole = true
  for await (const block of readCsv(source.read(file))) {
    const findings: NewFinding[] = []
    const report: Report = (finding) => findings.push(finding)
    const rows: Row[] = []
    for (const line of block) {
      if (line.kind === 'problem') {
        report(refusal(file, line.line, line.reason))
        whole = false
      } else if (columns === null) {
        const header = readHeader(file, TABLES[file].columns, line.fields)
        if (header.problems.length > 0) {
          await stageFindings(trx, [...findings, ...header.problems])
          return false
        }
        columns = header.columns
        width = line.fields.length
      } else {
        const row = asRow(line.line, columns, line.fields)
        if (line.fields.length !== width) {
          report(refusal(file, line.line, `The row has ${line.fields.length} fields where the header has ${width}.`))
          whole = false
        } else if (checkRow(file, row, report)) rows.push(row)
      }
    }
    await take(rows, report)
    await stageFindings(trx, findings)
  }
  if (columns === null) await stageFindings(trx, [refusal(file, 0, 'The file is empty; its first line must name the columns.')])
  return whole && columns !== null
}

/** Students' own numbers are not taken in: nothing is ever sent to them. */
function numbersOf(
  person: UserRow,
  own: ReadonlySet<string>,
  country: string,
  report: Report,
): { sms: E164 | null; phone: E164 | null } {
  const numberIn = (column: 'sms' | 'phone'): E164 | null => {
    if (person[column] === '' || person.kind === 'student' || person.kind === null) return null
    const read = rosterNumber(person[column], country)
    const problem = read.kind === 'unusable' ? read.reason : own.has(read.number) ? 'is one of the proxy numbers' : null
    if (problem !== null) {
      const reason = `The number in ${column} of ${person.id} ${problem} and is not used.`
      report({ ...warning('users.csv', person.line, reason), task: { kind: 'roster_phone', personId: person.id } })
    }
    return problem === null && read.kind === 'usable' ? read.number : null
  }
  return { sms: numberIn('sms'), phone: numberIn('phone') }
}

function links(person: UserRow, others: readonly string[]): PersonLink[] {
  return others.map((other) => ({ line: person.line, personId: person.id, other }))
}

/** The same source, telling the progress of reading it. */
function countBytes(source: RosterSource, progress: Progress): RosterSource {
  const tables = Object.keys(TABLES) as TableFile[]
  const total = tables.reduce((sum, file) => sum + (source.sizes.get(file) ?? 0), 0)
  let done = 0
  async function* counted(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of stream) {
      yield chunk
      done += chunk.length
      progress(done, total)
    }
  }
  return { ...source, read: (file) => counted(source.read(file)) }
}
