import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Visitor, visitor } from '../support/visitor.ts'
import { daily, openWorld, type World } from '../support/world.ts'

let world: World
/** Whitfield runs Lincoln, Rivera teaches, Osei teaches and staffs Lincoln's office, Okafor its attendance. */
const who = {} as Record<'whitfield' | 'rivera' | 'osei' | 'okafor', Visitor>
beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  for (const id of ['whitfield', 'rivera', 'osei', 'okafor'] as const) who[id] = await visitor(world, id)
  for (const [desk, staff] of [
    ['office', 'osei'],
    ['attendance', 'okafor'],
  ] as const)
    await who.whitfield.post('/school/lincoln/desks', { desk, staff })
})

const sides = (guardian: string) =>
  world.rows(sql<{
    staff: string
  }>`select c.staff_side as staff from conversation c join household_guardian hg on hg.household_id = c.household_id
    where hg.guardian_id = ${guardian} and c.ended_at is null order by 1`)

describe('an office that writes first', () => {
  test('finds the families of its school by any name, and no other’s', async () => {
    expect((await who.osei.get('/inbox')).html).toContain('href="/families"')
    const found = (await who.osei.get('/families?q=maya')).html
    expect(found).toMatch(/Maya L\..*Luis Lopez.*by text.*Maya L\..*Rosa Lopez/s)
    expect((await who.osei.get('/families?q=PAULA')).html).toContain('has no phone on file')
    expect((await who.osei.get('/families?q=ruiz')).html).toContain('No family of the school’s list has')
    for (const one of ['rosa', 'luis']) expect(found).not.toContain(world.phoneOf(one).number.slice(-7))
  })

  test('opens the desk’s conversation; the family gets it from the school and answers to the desk', async () => {
    const { to = '' } = await who.osei.post('/families/rosa/conversation', { desk: 'lincoln/office' })
    expect(await sides('rosa')).toEqual([{ staff: 'lincoln/office' }])
    const at = to?.split('#')[0] ?? ''
    expect((await who.osei.post(`${at}/messages`, { body: 'Thank you.', key: 'first' })).to).toMatch(/said=sent/)
    await world.settled()
    const texts = await world.phoneOf('rosa').reads()
    expect(texts.join()).toMatch(/Gracias/)
    const line = await world.line('lincoln/office', 'rosa')
    world.phoneOf('rosa').texts(line.family ?? '', 'Gracias.')
    await world.settled()
    expect((await who.osei.get('/inbox')).html).toMatch(/class="new">.*Maya L\..*Thank you\./s)
    expect((await who.osei.get('/families?q=rosa')).html).toContain(`href="${at}#end"`)
  })

  test.each([
    ['a desk of another', 'rosa', 'lincoln/attendance'],
    ['a desk of another school', 'rosa', 'harbor/office'],
    ['no desk that there is', 'rosa', 'lincoln/nothing'],
    ['a family of another school', 'elena', 'lincoln/office'],
    ['nobody', 'nobody', 'lincoln/office'],
  ])('reaches nobody in the name of %s', async (_, guardian, desk) => {
    const nothing = (await who.osei.get('/nothing')).html
    const { status, html } = await who.osei.post(`/families/${guardian}/conversation`, { desk })
    expect([status, html === nothing]).toEqual([404, true])
  })

  test('reads why where a family has no phone', async () => {
    const { status, html } = await who.osei.post('/families/paula/conversation', { desk: 'lincoln/office' })
    expect([status, html]).toEqual([409, expect.stringContaining('has no phone on file')])
  })
})

test('attendance writes in its own name; a teacher without a desk writes from the classes', async () => {
  expect((await who.okafor.get('/families')).html).toContain('Lincoln School, attendance')
  expect((await who.rivera.get('/families')).to).toBe('/classes')
  expect((await who.rivera.get('/inbox')).html).not.toContain('href="/families"')
})

test('an administrator writes in the own name, from a guardian’s page too', async () => {
  expect((await who.whitfield.get('/people/luis')).html).toContain('action="/families/luis/conversation"')
  expect((await who.whitfield.get('/people/paula')).html).not.toContain('action="/families/')
  await who.whitfield.post('/families/luis/conversation')
  expect(await sides('luis')).toEqual([{ staff: 'whitfield' }])
})

test('what was not sent when a talk ended leads the office to the family', async () => {
  await world.hours('lincoln', { families: daily('00:00-07:00') })
  await world.sends('okafor', { guardian: 'james' }, 'See you tomorrow.')
  await world.rosterChanges('enrollments.csv', ['math-emma,,,math,lincoln,emma,student,,,\n', ''])
  const tasks = (await who.osei.get('/tasks')).html
  expect(tasks).toMatch(
    /A message was not sent.*James Carter.*action="\/families\/james\/conversation"><input type="hidden" name="desk" value="lincoln\/office">/s,
  )
})

test('who stands in a class without teaching it reads who writes to its families', async () => {
  await world.rosterChanges('enrollments.csv', ['choir,lincoln,bell,teacher', 'choir,lincoln,bell,aide'])
  const bell = await visitor(world, 'bell')
  for (const page of ['/classes', '/inbox']) {
    const { html } = await bell.get(page)
    expect(html).toMatch(/You help in <bdi>.*<\/bdi>.*You teach no class/s)
  }
})
