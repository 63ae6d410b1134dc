import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let kim: Visitor
beforeAll(async () => {
  world = await openWorld({ numbers: 4 })
  kim = await visitor(world, 'kim')
  const week = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [`families-${day}`, '07:00-20:00']))
  await kim.post('/school/lincoln/hours', { timezone: 'America/Chicago', ...week, closures: FIRST })
})

const inDays = (days: number) => Temporal.Now.plainDateISO().add({ days }).toString()
const [FIRST, BREAK, AFTER, PICTURES] = [inDays(20), inDays(30), inDays(32), inDays(40)]
const closures = async () =>
  (await world.rows(sql<{ closures: string[] }>`select hours->'closures' as closures from school where id = 'lincoln'`))[0]
    ?.closures
const basic = (date: string) => date.replaceAll('-', '')
const event = (name: string, start: string, end: string) =>
  `BEGIN:VEVENT\r\nUID:${name}\r\nSUMMARY:${name}\r\nDTSTART;VALUE=DATE:${basic(start)}\r\nDTEND;VALUE=DATE:${basic(end)}\r\nEND:VEVENT\r\n`
const calendar = (...events: string[]) => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.join('')}END:VCALENDAR\r\n`

async function uploads(who: Visitor, text: string, school = 'lincoln') {
  const form = new FormData()
  form.set('calendar', new Blob([text]), '../../=cmd().ics')
  const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(`${world.gateway.url}/school/${school}/calendar`, {
    method: 'POST',
    body: form,
    headers: { cookie, 'sec-fetch-site': 'same-origin' },
  })
  return { status: answer.status, html: await answer.text() }
}

test('a calendar file shows its days, those without school ticked, and changes nothing; what is ticked is added to the closed days', async () => {
  const file = calendar(
    event('Picture day <script>', PICTURES, inDays(41)),
    event('Winter Break', BREAK, AFTER),
    event('Holiday that is known', FIRST, inDays(21)),
  )
  const { status, html } = await uploads(kim, file)
  expect(status).toBe(200)
  expect(html).toContain(`value="${BREAK} ${inDays(31)}" checked`)
  expect(html).toContain(`value="${PICTURES}"> `)
  expect(html).toContain('Picture day &lt;script&gt;')
  expect(html).toContain('One entry is closed days already.')
  expect(await closures()).toEqual([FIRST])
  expect((await kim.post('/school/lincoln/closures', { closure: `${BREAK} ${inDays(31)}` })).status).toBe(303)
  expect(await closures()).toEqual([FIRST, BREAK, inDays(31)])
})

describe('what cannot be read is said in one sentence, and changes nothing', () => {
  test.each([
    ['no calendar', 'hello', 'This is no calendar file'],
    ['nothing', '', 'No file came with it'],
    ['too much', 'x'.repeat(1_100_000), 'larger than 1 MB'],
  ])('%s', async (_, text, words) => {
    const before = await closures()
    const { status, html } = await uploads(kim, text)
    expect([status, html.includes(words)]).toEqual([422, true])
    expect(await closures()).toEqual(before)
  })

  test('days that are none', async () => {
    const before = await closures()
    const { status, html } = await kim.post('/school/lincoln/closures', { closure: '2026-02-31' })
    expect([status, html.includes('That was no list of days')]).toEqual([422, true])
    expect(await closures()).toEqual(before)
  })
})

test('who is no administrator of the school finds nothing here', async () => {
  expect((await uploads(await visitor(world, 'rivera'), calendar())).status).toBe(404)
  expect((await uploads(kim, calendar(), 'nowhere')).status).toBe(404)
})
