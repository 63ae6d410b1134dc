import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { formatCounts, formatFinding } from '../../src/roster/format.ts'
import { importRoster } from '../../src/roster/import.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { add, both, drop, type Edits, rosterFolder, swap } from './folder.ts'

let t: TestDatabase
beforeAll(async () => {
  t = await freshDatabase()
})

async function findingsOf(source: string): Promise<string[]> {
  const result = await importRoster(t.db, t.keys, source, { dryRun: false, confirmRemovals: false })
  if (result.kind !== 'refused') throw new Error(`not refused: ${JSON.stringify(result)}`)
  expect(result.findingsTotal).toBe(result.findings.length)
  return result.findings.map(formatFinding)
}

const ROLES = 'administrator, aide, proctor, teacher, guardian, parent, relative, student'

test.each<[string, Edits, string[]]>([
  ['a missing file', { 'classes.csv': () => null }, ['classes.csv: The file is missing.']],
  ['an empty file', { 'classes.csv': () => '' }, ['classes.csv: The file is empty; its first line must name the columns.']],
  ['a missing column', { 'users.csv': swap(',role,', ',job,') }, ['users.csv, line 1: The column role is missing.']],
  ['a column twice', { 'users.csv': swap(',username,', ',role,') }, ['users.csv, line 1: The column role is there twice.']],
  [
    'a header in another case',
    { 'orgs.csv': swap('sourcedId,status', 'sourcedid,status') },
    ['orgs.csv, line 1: The column sourcedId is missing.'],
  ],
  [
    'a row with too many fields',
    { 'classes.csv': swap('south,,,,', 'south,,,,,') },
    ['classes.csv, line 3: The row has 15 fields where the header has 14.'],
  ],
  [
    'a stray quote',
    { 'classes.csv': swap('Science', 'Sci"ence') },
    ['classes.csv, line 3: A quote stands inside a field that does not begin with one.'],
  ],
  [
    'bytes that are not UTF-8',
    { 'users.csv': (text) => Buffer.from(text.replace('Carla', 'Carl\xe9'), 'latin1') },
    ['users.csv, line 4: The line is not UTF-8 text.'],
  ],
  ['a required field that is empty', { 'users.csv': swap('Ada,Stone', 'Ada,') }, ['users.csv, line 2: familyName is empty.']],
  [
    'an id of spaces',
    { 'classes.csv': add(' ,,,History,05,,,homeroom,,south,,,,') },
    ['classes.csv, line 4: sourcedId is empty.'],
  ],
  [
    'an id that is too long',
    { 'classes.csv': add(`${'x'.repeat(256)},,,History,05,,,homeroom,,south,,,,`) },
    ['classes.csv, line 4: sourcedId is longer than 255 characters.'],
  ],
  [
    'a status that bulk files do not have',
    { 'users.csv': swap('t2,,', 't2,inactive,') },
    ['users.csv, line 3: status is neither empty nor active nor tobedeleted.'],
  ],
  [
    'a role that is not known',
    { 'users.csv': swap('guardian,', 'wizard,') },
    [`users.csv, line 6: role is wizard, which is not one of ${ROLES}.`],
  ],
  [
    'a number where the role should be',
    { 'users.csv': swap('guardian,', '+13035550113,') },
    [`users.csv, line 6: role is not one of ${ROLES}.`],
  ],
  [
    'no district',
    { 'orgs.csv': both(drop('district-1'), swap('district-1', '')) },
    ['orgs.csv: There is no org of type district; exactly one is needed.'],
  ],
  [
    'two districts',
    { 'orgs.csv': add('district-2,,,Hill District,district,,,') },
    ['district-1', 'district-2'].map(
      (id, i) => `orgs.csv, line ${i === 0 ? 2 : 5}: ${id} is one of several orgs of type district; exactly one is needed.`,
    ),
  ],
  [
    'a user twice',
    { 'users.csv': add('g1,,,true,north,parent,,,Carla,Diaz,,,,,,,,,,') },
    ['users.csv, line 9: sourcedId g1 is already on line 4.'],
  ],
  [
    'a school under an org that is not there',
    { 'orgs.csv': swap('school,,district-1,\n', 'school,,gone,\n') },
    ['orgs.csv, line 4: parentSourcedId of south names no row of orgs.csv.'],
  ],
  [
    'a class of a school that is to be deleted',
    { 'orgs.csv': swap('south,,', 'south,tobedeleted,') },
    [
      'classes.csv, line 3: schoolSourcedId of c2 names no school of orgs.csv.',
      'enrollments.csv, line 4: schoolSourcedId of e3 names no row of orgs.csv.',
      'enrollments.csv, line 5: schoolSourcedId of e4 names no row of orgs.csv.',
    ],
  ],
  [
    'an enrollment of nobody',
    { 'enrollments.csv': swap('south,s2', 'south,s7') },
    ['enrollments.csv, line 5: userSourcedId of e4 names no row of users.csv.'],
  ],
  [
    'an enrollment in no class',
    { 'enrollments.csv': swap('e4,,,c2', 'e4,,,c7') },
    ['enrollments.csv, line 5: classSourcedId of e4 names no row of classes.csv.'],
  ],
  [
    'staff named like a desk',
    { 'users.csv': add('north/nurse,,,true,north,aide,,,Nora,Hill,,,,,,,,,,') },
    ['users.csv, line 9: sourcedId north/nurse is the name of a desk.'],
  ],
  [
    'a manifest that says delta',
    { 'manifest.csv': swap('users,bulk', 'users,delta') },
    ['manifest.csv, line 7: file.users does not say bulk; only bulk files can be imported.'],
  ],
  [
    'a manifest that does not know a file',
    { 'manifest.csv': drop('file.orgs') },
    ['manifest.csv: file.orgs is missing; it must say bulk.'],
  ],
])('a roster with %s is refused', async (_, edits, expected) => {
  expect(await findingsOf(await rosterFolder(edits))).toEqual(expected)
})

test('every such row is named, by file and line', async () => {
  const expected = await readFile('fixtures/roster/bad/expected.txt', 'utf8')
  expect(await findingsOf(path.resolve('fixtures/roster/bad'))).toEqual(expected.trim().split('\n'))
})

test('a file that is missing does not hide what is wrong with the others', async () => {
  const findings = await findingsOf(await rosterFolder({ 'classes.csv': () => null, 'users.csv': swap('Ada,Stone', 'Ada,') }))
  expect(findings).toEqual(['classes.csv: The file is missing.', 'users.csv, line 2: familyName is empty.'])
})

test('a row that cannot be read does not make others dangle', async () => {
  const findings = await findingsOf(await rosterFolder({ 'users.csv': swap('Ada', 'A"da') }))
  expect(findings).toEqual(['users.csv, line 2: A quote stands inside a field that does not begin with one.'])
})

test('what is missing is said of a path without a roster', async () => {
  expect(await findingsOf('/nowhere')).toEqual(['There is no such folder or .zip file, or it may not be read.'])
  const file = path.join(await rosterFolder(), 'users.csv')
  expect(await findingsOf(file)).toEqual(['The file is not a .zip that can be read.'])
})

test('a refused roster leaves nothing behind, and of very many findings the first thousand are shown', async () => {
  const folder = await rosterFolder()
  const rows = Array.from({ length: 1500 }, (_, i) => `x${i},,,nowhere,north,s1,student,,,`)
  await writeFile(
    path.join(folder, 'enrollments.csv'),
    add(...rows)(await readFile(path.join(folder, 'enrollments.csv'), 'utf8')),
  )
  const result = await importRoster(t.db, t.keys, folder, { dryRun: false, confirmRemovals: false })
  if (result.kind !== 'refused') throw new Error(result.kind)
  expect(result.findings).toHaveLength(1000)
  expect(result.findingsTotal).toBe(1500)
  expect(formatCounts(result)).toEqual(['The first 1000 of 1500 problems are shown.', 'Nothing was imported.'])
  expect(result.findings[999]?.line).toBe(1005)
  const { rows: districts } = await sql`select from district`.execute(t.db)
  expect(districts).toHaveLength(0)
})
