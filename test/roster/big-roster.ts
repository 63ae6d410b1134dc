import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { rosterNumber } from '../../src/roster/numbers.ts'

/** Of every ten people one is staff, five are students with four classes each, four are guardians. */
const CLASSES_OF_A_STUDENT = 4
/** Every area code in which a number for fiction is a valid one. */
const areas = () =>
  Array.from({ length: 800 }, (_, i) => 200 + i).filter((npa) => rosterNumber(`+1${npa}5550100`, 'US').kind === 'usable')

/**
 * Writes a district of so many users into a folder and gives the number of rows. Guardians share the few numbers that are free for
 * fiction (+1 NPA 555 01XX), two to a number; when these are used up the rest have none.
 */
export async function writeBigRoster(folder: string, users: number): Promise<number> {
  const schools = Math.max(1, Math.round(users / 2000))
  const [staff, students, guardians] = [users / 10, users / 2, (users * 4) / 10].map(Math.floor) as [number, number, number]
  let rows = 0
  const write = async (file: string, header: string, lines: Iterable<string>) => {
    function* all() {
      yield `${header}\n`
      for (const line of lines) {
        rows++
        yield `${line}\n`
      }
    }
    await pipeline(Readable.from(all()), createWriteStream(path.join(folder, file)))
  }
  await mkdir(folder, { recursive: true })
  await write('orgs.csv', 'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId', orgs(schools))
  const userColumns = 'sourcedId,orgSourcedIds,role,givenName,familyName,sms,phone,agentSourcedIds,metadata.preferredLanguage'
  await write('users.csv', userColumns, people(staff, students, guardians, schools))
  await write('classes.csv', 'sourcedId,title,schoolSourcedId', classes(staff, schools))
  await write('enrollments.csv', 'sourcedId,classSourcedId,userSourcedId,role', enrollments(staff, students))
  return rows
}

function* orgs(schools: number): Generator<string> {
  yield 'big,,,Big District,district,,'
  for (let i = 0; i < schools; i++) yield `school-${i},,,School ${i},school,,big`
}

function* people(staff: number, students: number, guardians: number, schools: number): Generator<string> {
  for (let i = 0; i < staff; i++) yield `staff-${i},school-${i % schools},teacher,Given${i},Family${i},,,,en`
  for (let i = 0; i < students; i++)
    yield `student-${i},school-${i % schools},student,Given${i},Family${i},,,guardian-${i % guardians},`
  const npas = areas()
  for (let i = 0; i < guardians; i++) {
    const n = Math.floor(i / 2)
    const npa = npas[Math.floor(n / 100)]
    const sms = npa === undefined ? '' : `+1${npa}55501${String(n % 100).padStart(2, '0')}`
    const children = [i, i + guardians].filter((k) => k < students).map((k) => `student-${k}`)
    yield `guardian-${i},school-${i % schools},parent,Given${i},Family${i},${sms},,"${children.join(',')}",es`
  }
}

function* classes(staff: number, schools: number): Generator<string> {
  for (let i = 0; i < staff; i++) yield `class-${i},"Class, ${i}",school-${i % schools}`
}

function* enrollments(staff: number, students: number): Generator<string> {
  for (let i = 0; i < staff; i++) yield `teaches-${i},class-${i},staff-${i},teacher`
  for (let i = 0; i < students; i++)
    for (let k = 0; k < CLASSES_OF_A_STUDENT; k++) yield `takes-${i}-${k},class-${(i + k * 7) % staff},student-${i},student`
}
