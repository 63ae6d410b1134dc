import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type RawBuilder, sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { formatCounts, formatFinding } from '../../src/roster/format.ts'
import { importRoster, type RosterResult } from '../../src/roster/import.ts'
import { inDistrict } from '../../src/store/database.ts'
import { readNumber } from '../../src/store/phones.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { writeBigRoster } from './big-roster.ts'
import { add, both, drop, type Edits, rosterFolder, swap, tempFolder } from './folder.ts'
import { zipOf } from './zip.ts'

let t: TestDatabase
beforeAll(async () => {
  t = await freshDatabase()
})

type Imported = Extract<RosterResult, { kind: 'imported' }>
const SURE = { dryRun: false, confirmRemovals: true }
const UNSURE = { dryRun: false, confirmRemovals: false }

/** A district of its own for one test, imported again and again. */
function district(name: string) {
  let id = ''
  const run = async (edits: Edits = {}, options = SURE) => {
    const rename = swap('district-1', name)
    const folder = await rosterFolder({
      ...edits,
      'orgs.csv': (text) => (edits['orgs.csv']?.(rename(text)) ?? rename(text)) as string,
    })
    return importRoster(t.db, t.keys, folder, options)
  }
  return {
    run,
    imported: async (edits: Edits = {}, options = SURE): Promise<Imported> => {
      const result = await run(edits, options)
      if (result.kind !== 'imported') throw new Error(JSON.stringify(result))
      id = result.district.id
      return result
    },
    rows: async <T = Record<string, unknown>>(query: RawBuilder<unknown>): Promise<T[]> =>
      inDistrict(t.db, id, async (trx) => (await query.execute(trx)).rows as T[]),
  }
}

const touched = (result: Imported) =>
  Object.entries(result.counts).flatMap(([kind, c]) =>
    c.added + c.changed + c.removed === 0 ? [] : [`${kind} +${c.added} ~${c.changed} -${c.removed}`],
  )

const GUARDIANS = sql`select h.phone_id, array_agg(g.guardian_id order by g.guardian_id) as who from household h
  join household_guardian g on g.household_id = h.id and g.until is null where h.until is null group by h.phone_id order by 2`
const OPEN_TASKS = sql`select kind, key, person_id, school_id, detail->'reasons' as reasons from task where closed_at is null order by kind, key`

test('a first import brings schools, desks, people, classes, families and their phones', async () => {
  const d = district('first')
  const result = await d.imported()
  expect(formatCounts(result)).toEqual([
    'schools: 2 added, 0 changed, 0 removed, 0 unchanged',
    'staff: 2 added, 0 changed, 0 removed, 0 unchanged',
    'guardians: 3 added, 0 changed, 0 removed, 0 unchanged',
    'students: 2 added, 0 changed, 0 removed, 0 unchanged',
    'classes: 2 added, 0 changed, 0 removed, 0 unchanged',
    'enrollments: 4 added, 0 changed, 0 removed, 0 unchanged',
  ])
  expect(result.warnings).toEqual([])
  expect(await d.rows(sql`select id, time_zone from school order by id`)).toEqual([
    { id: 'north', time_zone: 'America/Denver' },
    { id: 'south', time_zone: null },
  ])
  expect(await d.rows(sql`select id, school_id, kind from desk order by id`)).toEqual([
    { id: 'north/office', school_id: 'north', kind: 'office' },
    { id: 'south/office', school_id: 'south', kind: 'office' },
  ])
  expect(await d.rows(sql`select person_id, org_id from person_org where person_id = 't2' order by 2`)).toEqual([
    { person_id: 't2', org_id: 'north' },
    { person_id: 't2', org_id: 'south' },
  ])
  expect(await d.rows(sql`select id, kind, role, language, contact_by from person where id in ('g3', 's1') order by id`)).toEqual(
    [
      { id: 'g3', kind: 'guardian', role: 'guardian', language: 'cs', contact_by: 'voice' },
      { id: 's1', kind: 'student', role: 'student', language: null, contact_by: 'sms' },
    ],
  )
  expect(await d.rows(sql`select begins, ends from enrollment where id = 'e2'`)).toEqual([
    { begins: '2026-08-17', ends: '2027-06-11' },
  ])
  expect(await d.rows(sql`select title from class where id = 'c1'`)).toEqual([{ title: 'Reading, first group' }])
  const phones = await d.rows<{ person_id: string; use: string; number_encrypted: Buffer }>(
    sql`select person_id, use, number_encrypted from person_phone join phone on phone.id = phone_id order by 1, 2`,
  )
  expect(phones.map((p) => `${p.person_id} ${p.use} ${readNumber(t.keys, result.district.id, p.number_encrypted)}`)).toEqual([
    'g1 phone +13035550112',
    'g1 sms +13035550111',
    'g2 sms +13035550111',
    'g3 phone +13035550113',
    't1 sms +13035550101',
  ])
})

test('guardians are found whether the student names them or they name the student', async () => {
  const d = district('either way')
  await d.imported()
  expect(await d.rows(sql`select guardian_id, student_id from guardianship order by 1`)).toEqual([
    { guardian_id: 'g1', student_id: 's1' },
    { guardian_id: 'g2', student_id: 's1' },
    { guardian_id: 'g3', student_id: 's2' },
  ])
})

test('those who share a phone are one household; a phone for calls makes one where there is none for texts', async () => {
  const d = district('shared')
  await d.imported()
  expect((await d.rows(GUARDIANS)).map((row) => row['who'])).toEqual([['g1', 'g2'], ['g3']])
})

test('the same files again change nothing', async () => {
  const d = district('again')
  const edits: Edits = { 'users.csv': both(swap('+13035550112', '12'), swap(',cs,', ',xx,'), swap('s1,,,es', '"s1,s9",,,es')) }
  await d.imported(edits)
  const state = () =>
    d.rows(sql`select 'p', id, xmin::text from person union all select 'e', id, xmin::text from enrollment union all select 's', id, xmin::text from school
      union all select 'c', id, xmin::text from class union all select 'h', id::text, xmin::text from household union all select 'k', id::text, xmin::text from task
      union all select 'g', guardian_id, xmin::text from household_guardian union all select 'n', person_id, xmin::text from person_phone order by 1, 2`)
  const before = await state()
  const second = await d.imported(edits)
  expect(touched(second)).toEqual([])
  expect(second.counts.guardians.unchanged).toBe(3)
  expect(await state()).toEqual(before)
})

test('a dry run tells the changes and makes none', async () => {
  const d = district('dry')
  await d.imported()
  const result = await d.imported(
    { 'users.csv': both(swap('Ada', 'Adele'), drop('g2')) },
    { dryRun: true, confirmRemovals: false },
  )
  expect(touched(result)).toEqual(['staff +0 ~1 -0', 'guardians +0 ~0 -1', 'students +0 ~1 -0'])
  expect(await d.rows(sql`select given_name from person where id = 't1'`)).toEqual([{ given_name: 'Ada' }])
  expect(touched(await d.imported())).toEqual([])
})

test('whoever is no longer in the files is inactive, without phones and families, and comes back as added', async () => {
  const d = district('leaving')
  const gone: Edits = { 'users.csv': both(drop('g2'), swap('s2,,', 's2,tobedeleted,')), 'enrollments.csv': drop('e4') }
  await d.imported()
  expect(touched(await d.imported(gone))).toEqual(['guardians +0 ~1 -1', 'students +0 ~1 -1', 'enrollments +0 ~0 -1'])
  expect(await d.rows(sql`select id from person where not active order by id`)).toEqual([{ id: 'g2' }, { id: 's2' }])
  expect(await d.rows(sql`select id from enrollment where not active`)).toEqual([{ id: 'e4' }])
  expect(await d.rows(sql`select guardian_id from guardianship`)).toEqual([{ guardian_id: 'g1' }])
  expect(await d.rows(sql`select person_id from person_phone where person_id = 'g2'`)).toEqual([])
  expect((await d.rows(GUARDIANS)).map((row) => row['who'])).toEqual([['g1'], ['g3']])
  expect(touched(await d.imported())).toEqual(['guardians +1 ~1 -0', 'students +1 ~1 -0', 'enrollments +1 ~0 -0'])
})

test('disabled staff are inactive, though classes still name them; disabled guardians and students stay', async () => {
  const d = district('disabled')
  await d.imported()
  const before = await d.rows(GUARDIANS)
  const disabled: Edits = {
    'users.csv': both(
      both(swap('g1,,,true', 'g1,,,FALSE'), swap('s1,,,true', 's1,,,false')),
      both(swap('t2,,,true', 't2,,,false'), swap('s2,,,true', 's2,,,maybe')),
    ),
  }
  const result = await d.imported(disabled)
  expect(touched(result)).toEqual(['staff +0 ~0 -1', 'enrollments +0 ~0 -1'])
  expect(result.warnings.map(formatFinding)).toEqual([
    'users.csv: enabledUser is false for 1 of the staff, who count as gone, and for 2 guardians and students, who stay.',
    'users.csv, line 8: enabledUser of s2 is neither true nor false and is ignored.',
  ])
  expect(await d.rows(sql`select id from person where not active order by id`)).toEqual([{ id: 't2' }])
  expect(await d.rows(GUARDIANS)).toEqual(before)
  expect(touched(await d.imported(disabled))).toEqual([])
  expect(touched(await d.imported())).toEqual(['staff +1 ~0 -0', 'enrollments +1 ~0 -0'])
})

test('what the file leaves open stays as it was set here', async () => {
  const d = district('kept')
  await d.imported()
  await d.rows(sql`update person set language = 'vi', contact_by = 'voice', time_zone = 'America/Chicago' where id = 's1'`)
  await d.rows(sql`update school set hours = '{}', time_zone = 'America/Boise' where id = 'north'`)
  expect(touched(await d.imported())).toEqual([])
})

const extraGuardians = (n: number) => Array.from({ length: n }, (_, i) => `x${i},,,true,south,parent,,,Given,Family,,,,,,,,,,`)

test('more than a tenth of a kind may only go when that is confirmed, however few there are', async () => {
  const d = district('guarded')
  await d.imported({ 'users.csv': add(...extraGuardians(7)) }, UNSURE)
  const without = (...ids: string[]): Edits => ({ 'users.csv': both(add(...extraGuardians(7)), drop(...ids)) })
  expect(await d.run(without('x1', 'x2'), UNSURE)).toEqual({
    kind: 'needs_confirmation',
    removals: [{ kind: 'guardians', existing: 10, gone: 2 }],
  })
  const dry = await d.imported(without('x1', 'x2'), { dryRun: true, confirmRemovals: false })
  expect(formatCounts(dry)).toContain('2 of 10 guardians would be removed; the import will ask to confirm that.')
  expect(touched(await d.imported(without('x1'), UNSURE))).toEqual(['guardians +0 ~0 -1'])
  expect(await d.run({ ...without('x1'), 'enrollments.csv': drop('e4') }, UNSURE)).toEqual({
    kind: 'needs_confirmation',
    removals: [{ kind: 'enrollments', existing: 4, gone: 1 }],
  })
  expect(touched(await d.imported(without('x1', 'x2', 'x3')))).toEqual(['guardians +0 ~0 -2'])
})

test('what cannot be used is a warning and a task, which closes when it is mended', async () => {
  const d = district('tasks')
  const edits: Edits = {
    'orgs.csv': add('lib,,,Library,department,,tasks,', 'west,,,West School,school,,tasks,Mars/Base'),
    'users.csv': both(
      swap('+13035550112', '12'),
      swap('+13035550101', '+19005550123'),
      swap(',cs,voice', ',klingon,pigeon'),
      swap('g3,05', '"g3,g9,t1",05'),
    ),
    'enrollments.csv': swap('2027-06-11', '2027-06-31'),
  }
  const result = await d.imported(edits)
  expect(result.warnings.map(formatFinding)).toEqual([
    'enrollments.csv, line 3: endDate is not a date like 2026-08-31 and is ignored.',
    'orgs.csv, line 5: lib is neither a district nor a school and is ignored.',
    'orgs.csv, line 6: metadata.timezone of west is not an IANA time zone and is ignored.',
    'users.csv, line 2: The number in sms of t1 is a premium-rate number and is not used.',
    'users.csv, line 4: The number in phone of g1 is not a valid number and is not used.',
    'users.csv, line 6: metadata.contactBy of g3 is neither sms nor voice and is ignored.',
    'users.csv, line 6: metadata.preferredLanguage of g3 is not a language that is known: klingon.',
    'users.csv, line 8: agentSourcedIds of s2 names somebody who is not a guardian.',
    'users.csv, line 8: agentSourcedIds of s2 names somebody who is not in users.csv.',
  ])
  const tasks = await d.rows<{ kind: string; key: string; school_id: string }>(OPEN_TASKS)
  expect(tasks.map((task) => `${task.kind} ${task.key} ${task.school_id}`)).toEqual([
    'roster_agent users.csv/s2 south',
    'roster_language users.csv/g3 south',
    'roster_phone users.csv/g1 north',
    'roster_phone users.csv/t1 north',
  ])
  await d.imported({ 'users.csv': swap('+13035550112', '12') })
  expect((await d.rows<{ key: string }>(OPEN_TASKS)).map((task) => task.key)).toEqual(['users.csv/g1'])
})

test('a number on more than eight guardians, and one of ours, is not used', async () => {
  const d = district('crowded')
  await t.db.insertInto('proxy_number').values({ number: '+13035550188', carrier_sid: 'PN1' }).execute()
  const nine = Array.from({ length: 9 }, (_, i) => `x${i},,,true,south,parent,,,Given,Family,,,,+13035550177,,,,,,`)
  const result = await d.imported({ 'users.csv': both(add(...nine), swap('(303) 555-0113', '303 555 0188')) })
  expect(result.warnings).toHaveLength(10)
  expect(result.warnings[0]?.reason).toBe('The number in phone of g3 is one of the proxy numbers and is not used.')
  expect(result.warnings[1]?.reason).toBe('The number in sms of x0 is on more than 8 guardians and is not used.')
  expect((await d.rows(GUARDIANS)).map((row) => row['who'])).toEqual([['g1', 'g2']])
  const eight = await d.imported({ 'users.csv': add(...nine.slice(1)) })
  expect(eight.warnings).toEqual([])
})

test('a zip is imported like a folder', async () => {
  const folder = await rosterFolder({ 'orgs.csv': swap('district-1', 'zipped') })
  const file = path.join(await tempFolder(), 'roster.zip')
  const names = await readdir(folder)
  await writeFile(
    file,
    zipOf(await Promise.all(names.map(async (name) => [`export/${name}`, await readFile(path.join(folder, name))] as const))),
  )
  const result = await importRoster(t.db, t.keys, file, SURE)
  expect(result.kind === 'imported' && result.counts.enrollments.added).toBe(4)
})

test.each([
  ['cannot be unpacked', (zip: Buffer) => zip.fill(0xff, zip.indexOf('users.csv') + 13, zip.indexOf('users.csv') + 17)],
  // The sum stands 30 bytes before the name in the directory at the end.
  [
    'is not what was packed',
    (zip: Buffer) => zip.fill(0xff, zip.lastIndexOf('users.csv') - 30, zip.lastIndexOf('users.csv') - 26),
  ],
])('a zip of which a file %s is refused by its name, and nothing of it is kept', async (_, damage) => {
  const folder = await rosterFolder({ 'orgs.csv': swap('district-1', 'damaged') })
  const names = await readdir(folder)
  const zip = zipOf(await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name))] as const)))
  const file = path.join(await tempFolder(), 'roster.zip')
  await writeFile(file, damage(zip))
  const result = await importRoster(t.db, t.keys, file, SURE)
  expect(result.kind).toBe('refused')
  expect(result.kind === 'refused' && result.findings[0]).toEqual({
    file: 'users.csv',
    line: 0,
    reason: 'The file could not be read to its end.',
  })
})

test('the sample school is a roster without a warning', async () => {
  const result = await importRoster(t.db, t.keys, path.resolve('fixtures/sample-school'), SURE)
  expect(result.kind === 'imported' && result.warnings).toEqual([])
})

test('no finding ever shows a number', async () => {
  const number = '+13035550199'
  const columns = ['teacher', 'Ada', 'Stone', '+13035550101', 'north']
  for (const column of columns) {
    const result = await importRoster(
      t.db,
      t.keys,
      await rosterFolder({ 'users.csv': (text) => text.replace(`,${column},`, `,${number},`) }),
      {
        dryRun: true,
        confirmRemovals: false,
      },
    )
    const findings = result.kind === 'refused' ? result.findings : result.kind === 'imported' ? result.warnings : []
    expect(JSON.stringify(findings)).not.toContain(number)
  }
})

test('five thousand people are in within seconds, and again without a change', async () => {
  const folder = await tempFolder()
  await writeBigRoster(folder, 5000)
  let told = 0
  const first = await importRoster(t.db, t.keys, folder, { ...SURE, progress: (done, total) => (told = done / total) })
  expect(first.kind === 'imported' && first.counts.guardians.added).toBe(2000)
  expect(told).toBe(1)
  const second = await importRoster(t.db, t.keys, folder, SURE)
  expect(second.kind === 'imported' && touched(second)).toEqual([])
})
