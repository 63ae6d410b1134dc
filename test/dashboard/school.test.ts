import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let kim: Visitor
let whitfield: Visitor
beforeAll(async () => {
  world = await openWorld({ numbers: 4, hours: 'none' })
  kim = await visitor(world, 'kim')
  whitfield = await visitor(world, 'whitfield')
})

const chosen = (html: string) => /id="timezone".*?<option value="([^"]*)" selected/s.exec(html)?.[1]
const began = (html: string) => /name="began" value="([^"]*)"/.exec(html)?.[1] ?? 'none'
const zone = (of: string | null) => world.rows(sql`update school set time_zone = ${of} where id = 'lincoln' returning id`)
const week = async (who: Visitor) => (await who.get('/school/week?of=lincoln')).html

test('a school without hours is offered its own zone; where none is known somebody chooses one', async () => {
  expect(chosen(await week(kim))).toBe('America/Chicago')
  await zone('America/Toronto')
  expect(chosen(await week(kim))).toBe('America/Toronto')
  await zone(null)
  const page = await week(kim)
  expect(chosen(page)).toBe(undefined)
  for (const known of ['Detroit', 'Indiana', 'Boise', 'Phoenix', 'Alaska', 'Hawaii', 'Puerto Rico']) expect(page).toContain(known)
  const refused = await kim.post('/school/lincoln/hours', { timezone: '', 'families-mon': '7-20', began: began(page) })
  expect([refused.status, refused.html.includes('Choose the school’s time zone')]).toEqual([422, true])
  await zone('America/Chicago')
})

test('hours that somebody changed meanwhile are not overwritten: what was typed stays, beside what they are now', async () => {
  const before = began(await week(kim))
  const mine = { timezone: 'America/Chicago', 'families-mon': '7-20', began: before }
  expect((await whitfield.post('/school/lincoln/hours', { ...mine, 'families-mon': '8-16' })).status).toBe(303)
  const late = await kim.post('/school/lincoln/hours', { ...mine, closures: '2036-12-25' })
  expect([late.status, late.html.includes('This was changed meanwhile')]).toEqual([409, true])
  expect(late.html).toMatch(/Families, Monday: 8:00 AM – 4:00 PM.*Closed days: none.*value="7-20".*2036-12-25<\/textarea>/s)
  expect(await week(kim)).toContain('value="8:00 AM – 4:00 PM"')
  expect((await kim.post('/school/lincoln/hours', { ...mine, began: began(late.html) })).status).toBe(303)
  expect(await week(kim)).toContain('value="7:00 AM – 8:00 PM"')
})

test('a desk that somebody else staffed meanwhile keeps its people until one has seen them', async () => {
  const stampOf = (html: string) => /value="nurse"><input type="hidden" name="began" value="([^"]+)"/.exec(html)?.[1] ?? 'none'
  const desk = async (who: Visitor, staff: string, stamp: string) =>
    who.post('/school/lincoln/desks', { desk: 'nurse', staff, began: stamp })
  const before = stampOf((await kim.get('/school?of=lincoln')).html)
  expect((await desk(whitfield, 'bell', before)).status).toBe(303)
  const late = await desk(kim, 'osei', before)
  expect([late.status, late.html.includes('At the desk now: <bdi>Mr Bell</bdi>')]).toEqual([409, true])
  expect(late.html).toMatch(/value="osei" checked/)
  expect(await world.rows(sql`select person_id from desk_staff where desk_id = 'lincoln/nurse'`)).toEqual([{ person_id: 'bell' }])
  expect((await desk(kim, 'osei', stampOf(late.html))).status).toBe(303)
})
