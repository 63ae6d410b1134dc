import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { type AnnouncedCursor, announcedMessages } from '../../src/store/announcements.ts'
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
    /A message was not sent.*James Carter.*Before it could go, its writer left, or teaches no student any more of those who have this phone\..*action="\/families\/james\/conversation"><input type="hidden" name="desk" value="lincoln\/office">/s,
  )
  const task = tasks.match(/families\/james\/.*?name="task" value="([\w-]+)"/s)?.[1] ?? ''
  const { to } = await who.osei.post('/families/james/conversation', { desk: 'lincoln/office', task })
  expect((await who.osei.get(to?.split('#')[0] ?? '')).html).toContain(
    'required aria-describedby="when">See you tomorrow.</textarea>',
  )
})

test('an announcement that families lose with their class is one task, and counted before the list is imported', async () => {
  await world.hours('lincoln', { families: daily('00:00-07:00') })
  await who.rivera.post('/classes/4b/announcements', { body: 'School is closed.', key: crypto.randomUUID() })
  await world.rosterChanges(
    'enrollments.csv',
    ['4b-lin,,,4b,lincoln,lin,student,,,\n', ''],
    ['4b-an,,,4b,lincoln,an,student,,,\n', ''],
  )
  const tasks = (await who.osei.get('/tasks')).html
  expect(tasks.match(/A message to all did not reach everybody/g)).toHaveLength(1)
  expect(tasks).toMatch(/A message to all did not reach everybody.*2 families ·.*School is closed\./s)
})

test('but not to one that has no student at the school any more', async () => {
  await world.hours('lincoln', { families: daily('00:00-07:00') })
  await world.sends('okafor', { guardian: 'jean' }, 'See you tomorrow.')
  await world.rosterChanges('enrollments.csv', ['math-rosalie,,,math,lincoln,rosalie,student,,,\n', ''])
  await world.rosterChanges('users.csv', ['rosalie,,,true,lincoln', 'rosalie,,,true,harbor'])
  const tasks = (await who.osei.get('/tasks')).html
  expect(tasks).toMatch(/A message was not sent.*Jean Pierre/s)
  expect(tasks).not.toContain('action="/families/jean/')
})

describe('lists go on page by page', () => {
  /** The names on a page and all that follow it. */
  const all = async (visitor: Visitor, first: string, name: RegExp, more: string) => {
    const pages: string[][] = []
    for (let at: string | undefined = first; at !== undefined; ) {
      const { html } = await visitor.get(at)
      pages.push([...html.matchAll(name)].map(([, one]) => one ?? ''))
      at = html.match(new RegExp(`href="([^"]*)">${more}<`))?.[1]?.replaceAll('&amp;', '&')
      if (at?.startsWith('?')) at = `${first.split('?')[0]}${at}`
    }
    return pages
  }

  test('of people', async () => {
    const pages = await all(who.whitfield, '/people?of=lincoln', /href="\/people\/([^"?]+)\?of=/g, 'More people')
    const ids = pages.flat()
    const { rows } = await world.inDistrict((trx) =>
      sql<{
        n: number
      }>`select count(distinct p.id)::int as n from person p where p.active and exists (select from person_org po where po.org_id = 'lincoln' and po.person_id = p.id)`.execute(
        trx,
      ),
    )
    expect(pages.length).toBeGreaterThan(1)
    expect([ids.length, new Set(ids).size]).toEqual([rows[0]?.n, rows[0]?.n])
  })

  test('of families', async () => {
    const pages = await all(who.osei, '/families?q=family', /action="\/families\/([^"/]+)\/conversation"/g, 'More families')
    expect([pages.length, pages.flat().length, new Set(pages.flat()).size]).toEqual([2, 31, 31])
  })

  test('of looks', async () => {
    for (let i = 0; i < 105; i++) await who.whitfield.get('/oversight?words=zzyzx')
    const pages = await all(who.whitfield, '/oversight/looks', /<li><div><b>(<bdi>)/g, 'Earlier')
    expect([pages.length, (pages[0] ?? []).length, pages.flat().length >= 105]).toEqual([2, 100, true])
  })

  test('of tasks', async () => {
    await world.rows(
      sql`insert into task (district_id, kind, key, person_id, school_id) select ${world.district}, 'roster_phone', 'p' || i, 'paula', 'lincoln' from generate_series(1, 130) i returning id`,
    )
    const pages = await all(who.whitfield, '/tasks', /action="\/tasks\/([\w-]+)\/claim"/g, 'Later ones')
    const [open] = await world.rows(sql<{ n: number }>`select count(*)::int as n from task where closed_at is null`)
    expect([pages.length, (pages[0] ?? []).length, new Set(pages.flat()).size]).toEqual([2, 100, open?.n])
    expect((await who.whitfield.get('/tasks?after=nonsense')).html).toContain('Later ones')
  })

  test('of what somebody wrote to all, and of those who got it', async () => {
    const bell = await visitor(world, 'osei')
    for (let i = 0; i < 6; i++)
      await bell.post('/classes/art/announcements', { body: `Thank you. ${i}`, key: crypto.randomUUID() })
    expect((await bell.get('/classes')).html).toContain('<a class="button" href="/announcements">All of it</a>')
    const ids = (await all(bell, '/announcements', /href="\/announcements\/([\w-]+)"/g, 'Earlier')).flat()
    expect(new Set(ids).size).toBe(6)
    const seen: string[] = []
    let after: AnnouncedCursor | null = null
    do {
      const page: Awaited<ReturnType<typeof announcedMessages>> = await world.inDistrict((trx) =>
        announcedMessages(trx, world.district, ids[0] ?? '', { after, limit: 1, now: Temporal.Now.instant() }),
      )
      seen.push(...page.records.map(({ view }) => view.id))
      after = page.next
    } while (after !== null)
    expect([seen.length, new Set(seen).size]).toEqual([3, 3])
  })
})

test('who stands in a class without teaching it reads who writes to its families', async () => {
  await world.rosterChanges('enrollments.csv', ['choir,lincoln,bell,teacher', 'choir,lincoln,bell,aide'])
  const bell = await visitor(world, 'bell')
  for (const page of ['/classes', '/inbox']) {
    const { html } = await bell.get(page)
    expect(html).toMatch(/You help in <bdi>.*<\/bdi>.*You teach no class/s)
  }
})
