import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
const who = {} as Record<'rivera' | 'osei' | 'kim', Visitor>
beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  for (const id of ['rivera', 'osei', 'kim'] as const) who[id] = await visitor(world, id)
  await who.kim.post('/school/lincoln/desks', { desk: 'office', staff: 'rivera' })
})

test('the office names who is absent; each family is asked once, in its language, and its answer comes back as a file', async () => {
  expect((await who.rivera.get('/inbox')).html).toContain('href="/attendance"')
  const lines = 'Student,Date,Status\nmaya,2036-03-03,absent\n"Maya","Lopez"\nNobody Known\nmaya,2036-03-02,absent'
  const check = await who.rivera.post('/attendance/lincoln', { lines })
  expect(check.html).toContain('Ask about 1 student?')
  expect(check.html).toMatch(/“<bdi>Nobody Known<\/bdi>” names no student.*2036-03-02,absent<\/bdi>” is of another day/s)
  const change = await who.rivera.post('/attendance/lincoln', { lines, change: 'yes' })
  expect(change.html).toContain('Nobody Known')
  expect(change.html).not.toMatch(/value="maya" checked/)
  const late = await who.rivera.post('/attendance/lincoln', { student: 'maya', sure: 'yes', day: '2036-03-02' })
  expect([late.status, late.html.includes('of another day')]).toEqual([422, true])
  // Nobody is asked before somebody has seen whom it asks.
  expect(await world.rows(sql`select from absence`)).toEqual([])
  for (const _ of ['the press', 'a second one'])
    expect((await who.rivera.post('/attendance/lincoln', { student: 'maya', sure: 'yes', day: '2036-03-03' })).status).toBe(303)
  expect((await who.rivera.post('/attendance/lincoln', { lines: 'Maya Lopez' })).html).toContain(
    'Asked today already: <bdi>Maya Lopez',
  )
  expect((await who.rivera.post('/attendance/lincoln', { lines: ' ' })).html).toContain('Nobody is named yet')
  await world.settled()
  const told = world
    .phoneOf('rosa')
    .screen()
    .filter(({ body }) => body.includes('Maya L no asistió hoy, lunes 3 de marzo'))
  expect(told.length).toBe(1)
  const box = async () => /<input[^>]*value="maya"[^>]*>/.exec((await who.rivera.get('/attendance')).html)?.[0] ?? ''
  expect(await box()).toContain('disabled')
  // As a server leaves it that ends before it has written down what it sent.
  await world.rows(sql`update absence set exchanges = '{}' where student_id = 'maya' returning student_id`)
  expect(await box()).not.toContain('disabled')
  await who.rivera.post('/attendance/lincoln', { student: 'maya', sure: 'yes', day: '2036-03-03' })
  await world.settled()
  expect(await box()).toContain('disabled')
  expect(
    world
      .phoneOf('rosa')
      .screen()
      .filter(({ body }) => body.includes('Maya L no asistió')).length,
  ).toBe(1)
  for (const text of ['HELP', '=1+1 Mi hija está enferma hoy.', 'Gracias']) {
    world.phoneOf('rosa').texts(told[0]?.other ?? '', text)
    await world.settled()
  }
  expect((await who.rivera.get('/attendance')).html).toContain('Mi hija está enferma hoy.')
  const { html, headers } = await who.rivera.get('/attendance/lincoln/reasons.csv')
  expect(headers.get('content-type')).toContain('text/csv')
  expect(html).toMatch(/^\ufeff"studentSourcedId".*"maya","Maya Lopez"/s)
  // A keyword is no reason; what was written later is.
  expect(html).toMatch(/"'=1\+1 Mi hija está enferma hoy\.\nGracias"/)
  await world.itIs('2036-03-04T07:00')
  expect((await who.rivera.get('/attendance')).html).toContain('Nobody was marked absent today')
  expect((await who.rivera.get('/attendance?day=2036-03-03')).html).toContain('Mi hija está enferma hoy.')
  expect((await who.rivera.get('/attendance/lincoln/reasons.csv?day=2036-03-03')).html).toBe(html)
  expect((await who.osei.get('/attendance')).status).toBe(404)
  expect((await who.osei.post('/attendance/lincoln', { lines: 'maya' })).status).toBe(404)
  expect((await who.osei.get('/attendance/lincoln/reasons.csv')).status).toBe(404)
})

test('who was not asked is named with the reason; a day on which nobody could be asked may be asked again, never twice', async () => {
  await world.itIs('2036-03-05T09:00')
  await who.kim.post('/school/lincoln/desks', { desk: 'office', staff: 'rivera' })
  await who.kim.post('/school/lincoln/desks', { desk: 'attendance', staff: 'osei' })
  const ask = async (one: Visitor, ...students: string[]) => {
    const fields = new URLSearchParams([...students.map((id) => ['student', id]), ['sure', 'yes'], ['day', '2036-03-05']])
    return one.post('/attendance/lincoln', Object.fromEntries(fields))
  }
  const asked = async () =>
    (await world.rows(sql`select id from exchange where original_text like 'Diego%' and conversation_id is not null`)).length
  const refused = await ask(who.rivera, 'diego')
  expect(refused.html).toMatch(/Nobody was asked.*<bdi>Diego Gomez<\/bdi>: no phone on file/s)
  // A second person waits until the first one's attempt is surely over.
  expect((await ask(who.osei, 'diego')).html).toMatch(/<bdi>Diego Gomez<\/bdi>: <bdi>Ms Rivera<\/bdi> began to ask a moment ago/)
  await world.rosterChanges('users.csv', ['Paula,Gomez,,,,,', 'Paula,Gomez,,,,+17735550190,'])
  expect((await who.rivera.post('/attendance/lincoln', { lines: 'Diego Gomez' })).html).toContain('Ask about 1 student?')
  expect(await asked()).toBe(0)
  await world.rows(sql`update absence set created_at = created_at - interval '10 minutes' returning student_id`)
  expect((await ask(who.osei, 'diego')).to).toContain('said=asked')
  await ask(who.rivera, 'diego')
  expect(await asked()).toBe(1)
  // As a server leaves it that ends before it has written down what it sent: whoever goes on asks nobody twice.
  await world.rows(
    sql`update absence set exchanges = exchanges[1:1], created_at = created_at - interval '10 minutes' where student_id = 'diego' returning student_id`,
  )
  expect((await ask(who.rivera, 'diego')).to).toContain('said=asked')
  expect(await asked()).toBe(1)
  expect((await who.rivera.get('/attendance')).html).toMatch(/Diego Gomez.*Family asked|Diego Gomez.*On its way/s)
})

test('in a school of many students names are ticked a class at a time, and stay ticked', async () => {
  const page = async (fields: Readonly<Record<string, string>>) =>
    (await who.rivera.post('/attendance/lincoln', { change: 'yes', ...fields })).html
  const boxes = (html: string) =>
    [...html.matchAll(/name="student" value="([^"]+)"( checked)?/g)].map(([, id, ticked]) => `${id}${ticked ?? ''}`)
  expect(boxes(await page({}))).toContain('maya')
  await world.rows(sql`with many as (
      insert into person (district_id, id, kind, role, given_name, family_name)
      select ${world.district}, 'many-' || i, 'student', 'student', 'Many', i::text from generate_series(1, 200) i returning id)
    insert into person_org (district_id, person_id, org_id) select ${world.district}, id, 'lincoln' from many`)
  const first = (await who.rivera.get('/attendance')).html
  expect([boxes(first), first.includes('Show its students')]).toEqual([[], true])
  const ofClass = boxes(await page({ class: '4b', student: 'many-7' }))
  expect(ofClass).toEqual(expect.arrayContaining(['maya', 'many-7 checked']))
  expect(ofClass).not.toContain('many-8')
  const check = await who.rivera.post('/attendance/lincoln', { class: '4b', student: 'many-7' })
  expect(check.html).toMatch(/Ask about 1 student\?.*Many 7.*name="class" value="4b"/s)
})
