import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { reachOf, SMALLEST } from '../../src/store/reach-view.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
const since = Temporal.Instant.from('2020-01-01T00:00Z')
const reach = (school = 'lincoln') => world.inDistrict((trx) => reachOf(trx, world.district, school, since))

beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
})

test('a student is reached when a message to one of the guardians arrived, and both ways when the family wrote', async () => {
  const before = await reach()
  await world.sends('rivera', { guardian: 'rosa' }, 'Good morning.')
  await world.phoneOf('rosa').reads()
  const told = await reach()
  expect([told.all.reached - before.all.reached, told.all.twoWay - before.all.twoWay]).toEqual([1, 0])
  world.phoneOf('rosa').texts((await world.line('rivera', 'rosa')).family ?? '', 'Gracias')
  await world.settled()
  const answered = await reach()
  expect([answered.all.reached - told.all.reached, answered.all.twoWay - told.all.twoWay]).toEqual([0, 1])
})

test('no group is smaller than five, and none can be worked out from the whole', async () => {
  for (const school of (await world.rows(sql<{ id: string }>`select id from school`)).map(({ id }) => id)) {
    const { all, languages, ways, classes } = await reach(school)
    for (const group of classes) expect(group.students).toBeGreaterThanOrEqual(SMALLEST)
    // Who is in two classes counts in both; nobody is in none of the groups.
    const inClasses = classes.reduce((sum, group) => sum + group.students, 0)
    expect(inClasses === 0 || inClasses >= all.students).toBe(true)
    for (const groups of [languages, ways]) {
      for (const group of groups) expect(group.students).toBeGreaterThanOrEqual(SMALLEST)
      const left = all.students - groups.reduce((sum, group) => sum + group.students, 0)
      expect([0, all.students]).toContain(left)
    }
  }
})

test('who is in no class stands among the small groups', async () => {
  const inClasses = async () => (await reach()).classes.reduce((sum, group) => sum + group.students, 0)
  const before = await inClasses()
  await world.rows(sql`update enrollment set active = false where person_id = 'maya' returning id`)
  const after = await inClasses()
  await world.rows(sql`update enrollment set active = true where person_id = 'maya' returning id`)
  expect([before > 0, after >= (await reach()).all.students]).toEqual([true, true])
})

test('what is longer ago counts no more', async () => {
  const { all } = await world.inDistrict((trx) =>
    reachOf(trx, world.district, 'lincoln', Temporal.Instant.from('2099-01-01T00:00Z')),
  )
  expect([all.reached, all.twoWay]).toEqual([0, 0])
})
