import { beforeAll, describe, expect, test } from 'vitest'
import { exchangePage, WHOLE_DISTRICT } from '../../src/store/exchange-view.ts'
import { peopleOf } from '../../src/store/export-people.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

const ROSA = 'rosa,,,true,lincoln,parent,rosa,,Rosa,Lopez,,,,+19715550142,,maya,,,es,,,'
const EMMA = 'emma,,,true,lincoln,student,emma,,Emma,Carter,,,,,,james,,,,,,'

let world: World
/** Whitfield runs Lincoln, Kim the district. */
let [whitfield, kim]: Visitor[] = []
beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  whitfield = await visitor(world, 'whitfield')
  kim = await visitor(world, 'kim')
  await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
  await world.phoneOf('rosa').reads()
  await world.rosterChanges('users.csv', [`${ROSA}\n`, ''], ['"rosa,luis"', 'luis'])
})

/** The texts that an export for a family has, each with the students that it names. */
const exported = (family: string) =>
  world.inDistrict(async (trx) => {
    const which = { from: null, to: null, staff: null, guardian: null, family, notices: false, after: null, limit: 50 }
    const { records } = await exchangePage(trx, world.district, WHOLE_DISTRICT, which, Temporal.Now.instant())
    const { places } = await peopleOf(trx, world.district, records)
    return records.map(({ view }) => [view.original.text, places.get(view.id)?.students.toSorted()])
  })

const page = async (who: Visitor | undefined, path: string) => (await who?.get(path))?.html ?? ''

describe('a guardian who has left the list', () => {
  test('is found by the school, with what was said, and nothing of them can be changed', async () => {
    for (const who of [whitfield, kim]) {
      expect(await page(who, '/people?of=lincoln&role=left&q=rosa')).toMatch(
        /href="\/people\/rosa\?of=lincoln".*Rosa Lopez.*Maya Lopez/s,
      )
      expect(await page(who, '/people/rosa?of=lincoln')).toContain('href="/people?of=lincoln&amp;role=left">People')
      expect(await page(who, '/people?of=lincoln&q=rosa&role=guardian')).not.toContain('Rosa Lopez')
      const person = await page(who, '/people/rosa')
      expect(person).toContain('No longer on the school’s list')
      expect(person).toMatch(/Students before<\/th><td><a href="\/people\/maya">/)
      expect(person).not.toContain('<h2>What the school decides')
      expect(await page(who, '/oversight?family=rosa')).toMatch(/Maya L\..*Thank you\./s)
    }
    expect((await whitfield?.post('/people/rosa/preferences', { language: 'fr', contact: 'sms' }))?.status).toBe(404)
  })

  test('is found by the student too, whose page names them', async () => {
    expect(await page(whitfield, '/people/maya')).toMatch(/Guardians before<\/th><td><a href="\/people\/rosa">/)
    expect(await page(whitfield, '/oversight?family=maya')).toContain('Thank you.')
    expect(await page(whitfield, '/oversight?class=4b')).toContain('Thank you.')
  })

  test('stands in an export for the student, with the student’s name', async () => {
    expect(await exported('maya')).toEqual([['Thank you.', ['Maya Lopez']]])
    expect(await exported('emma')).toEqual([])
  })

  test('of another school’s administrator is not there', async () => {
    await world.rosterChanges('users.csv', ['whitfield,,,true,lincoln', 'whitfield,,,true,harbor'])
    const elsewhere = await visitor(world, 'whitfield')
    expect((await elsewhere.get('/people/rosa')).status).toBe(404)
    expect(await page(elsewhere, '/people?of=harbor&role=left&q=rosa')).not.toContain('Rosa Lopez')
    await world.rosterChanges('users.csv', ['whitfield,,,true,harbor', 'whitfield,,,true,lincoln'])
    whitfield = await visitor(world, 'whitfield')
  })

  test('and comes back for another child is shown with each child for its own time', async () => {
    await world.rosterChanges('users.csv', [EMMA, `${ROSA.replace('maya', 'emma')}\n${EMMA.replace('james', '"rosa,james"')}`])
    await world.sends('okafor', { guardian: 'rosa' }, 'See you tomorrow.')
    expect(await page(whitfield, '/oversight?family=emma')).toContain('See you tomorrow.')
    expect(await page(whitfield, '/oversight?family=emma')).not.toContain('“Thank you.”')
    expect(await page(whitfield, '/oversight?family=maya')).not.toContain('See you tomorrow.')
    expect(await exported('maya')).toEqual([['Thank you.', ['Maya Lopez']]])
    expect(await page(whitfield, '/people/rosa')).toMatch(/Students<\/th>.*Emma Carter.*Students before<\/th>.*Maya Lopez/s)
  })
})

test('who shares a phone later has no part in what was said on it before', async () => {
  await world.sends('rivera', { guardian: 'fatima' }, 'Good morning.')
  await world.rosterChanges('users.csv', [world.phoneOf('wei').number, world.phoneOf('fatima').number])
  await world.sends('rivera', { guardian: 'wei' }, 'See you tomorrow.')
  expect(await exported('yusuf')).toEqual([
    ['Good morning.', ['Yusuf Al-Sayed']],
    ['See you tomorrow.', ['Lin Chen', 'Yusuf Al-Sayed']],
  ])
  expect(await exported('lin')).toEqual([['See you tomorrow.', ['Lin Chen', 'Yusuf Al-Sayed']]])
})

describe('a guardian with children at two schools, who leaves', () => {
  test('is shown to each school’s administrator with the children of that school', async () => {
    const SOFIA = 'sofia,,,true,harbor,student,sofia,,Sofia,Ruiz,,,,,,elena,'
    await world.rosterChanges('users.csv', [SOFIA, SOFIA.replace('elena', '"elena,james"')])
    await world.rosterChanges('users.csv', [SOFIA.replace('elena', '"elena,james"'), SOFIA])
    await world.rosterChanges(
      'users.csv',
      ['james,,,true,lincoln,parent,james,,James,Carter,,,,+17735550177,,emma,,,en,,,\n', ''],
      ['"rosa,james"', 'rosa'],
    )
    const seen = async (who: Visitor | undefined) =>
      (await page(who, '/people/james')).match(/Students before<\/th><td>(.*?)<\/td>/)?.[1] ?? ''
    expect(await seen(kim)).toMatch(/Emma Carter.*Sofia Ruiz/)
    expect(await seen(whitfield)).toContain('Emma Carter')
    expect(await seen(whitfield)).not.toContain('Sofia')
    expect((await whitfield?.get('/people/sofia'))?.status).toBe(404)
    expect(await page(whitfield, '/people?of=lincoln&role=left')).not.toContain('Sofia')
  })
})

test('a student for whom nobody is left on the list is shown as that, where somebody would write too', async () => {
  await world.rosterChanges(
    'users.csv',
    ['paula,,,true,lincoln,parent,paula,,Paula,Gomez,,,,,,diego,,,es,,,\n', ''],
    ['diego,,,true,lincoln,student,diego,,Diego,Gomez,,,,,,paula', 'diego,,,true,lincoln,student,diego,,Diego,Gomez,,,,,,'],
  )
  expect(await page(whitfield, '/people/diego')).toContain('none on the list</b>, so nothing can be sent')
  expect(await page(whitfield, '/families?q=diego')).toContain('has no guardian of <bdi>Diego G.</bdi>, so nothing can be sent')
})

describe('a teacher who has left the list', () => {
  test('is found by the school, and what was said stays', async () => {
    await world.rosterChanges('enrollments.csv', ['4b-rivera,,,4b,lincoln,rivera,teacher,,,\n', ''])
    await world.rosterChanges('users.csv', [
      'rivera,,,true,lincoln,teacher,rivera,,Elena,Rivera,,,,+13125550101,,,,,en,,,Ms Rivera\n',
      '',
    ])
    expect(await page(whitfield, '/people?of=lincoln&role=left')).toContain('Ms Rivera')
    const found = await page(whitfield, '/oversight?staff=rivera')
    expect(found).toContain('<option value="rivera" selected>Ms Rivera, who has left</option>')
    expect(found).toContain('Thank you.')
  })
})
