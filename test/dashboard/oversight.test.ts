import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { assetPath } from '../../src/dashboard/assets.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let kim: Visitor
let conversation = ''
beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  const [sent] = await world.sends('rivera', { guardian: 'rosa' }, 'Good morning.')
  await world.settled()
  const [row] = await world.rows(
    sql<{ id: string }>`select conversation_id as id from exchange where id = ${sent?.id ?? ''}::uuid`,
  )
  conversation = row?.id ?? ''
  kim = await visitor(world, 'kim')
})

describe('the teacher and the class that are looked for', () => {
  const chosen = async (query: string) => {
    const { html } = await kim.get(`/oversight?${query}`)
    return { html, names: [...html.matchAll(/<option value="[^"]+" selected>([^<]*)/g)].map((m) => m[1]) }
  }

  test('a class that has ended stays shown while it is looked for', async () => {
    await world.rows(sql`update class set active = false where id = '4b' returning id`)
    const { html, names } = await chosen('class=4b')
    expect(names).toEqual([expect.stringMatching(/, no longer taught$/)])
    expect((await kim.get('/oversight')).html).not.toContain(names[0])
    expect(html).toContain('Good morning.')
    await world.rows(sql`update class set active = true where id = '4b' returning id`)
  })

  test('in a district of many they are found by a part of the name, and the page stays light', async () => {
    const light = (await kim.get('/oversight')).html
    expect(light).toMatch(/<select id="staff"[\s\S]*<select id="class"/)
    await world.rows(sql`insert into person (district_id, id, kind, role, given_name, family_name, active)
      select ${world.district}, 'many-' || n, 'staff', 'teacher', 'Alex', 'Morgan ' || n, true from generate_series(1, 1700) n returning id`)
    await world.rows(sql`insert into class (district_id, id, school_id, title, active)
      select ${world.district}, 'many-' || n, 'lincoln', 'Algebra ' || n, true from generate_series(1, 1700) n returning id`)
    const { html } = await kim.get('/oversight')
    expect(html).toMatch(/<input id="staff" name="staff"[\s\S]*<input id="class" name="class"/)
    const assets = await Promise.all(['style.css', 'script.js'].map((name) => kim.get(assetPath(name as 'script.js'))))
    const bytes = [html, ...assets.map((one) => one.html)].reduce((sum, part) => sum + gzipSync(part).length, 0)
    expect(bytes).toBeLessThan(14_000)

    const one = await chosen('staff=river&class=Algebra+1234')
    expect(one.names).toEqual(['Ms Rivera', 'Algebra 1234'])
    const several = await chosen('staff=morgan+1')
    expect(several.html).toContain('Type more of it.')
    const few = await chosen('staff=morgan+170')
    expect(few.html).toContain('Choose one of them in the menu')
    expect(few.html).toContain('<option value="many-1700">Alex Morgan 1700</option>')
    expect(few.html).not.toContain('Good morning.')
    const nobody = await chosen('staff=nobody-of-that-name')
    expect(nobody.html).toContain('There is nothing with “<bdi>nobody-of-that-name</bdi>”')
    expect((await chosen('staff=rivera')).html).toContain('Good morning.')
  })
})

describe('who looked', () => {
  const looks = async () =>
    (
      await world.rows(
        sql`select from event where what = 'conversation_seen' and who = 'kim' and detail ->> 'conversation' = ${conversation}`,
      )
    ).length
  const open = (part?: string) => kim.get(`/conversations/${conversation}`, part === undefined ? {} : { 'x-part': part })

  test('a page that is opened is a look each time; when its script looks again that is none', async () => {
    await open('live')
    expect(await looks(), 'nothing was opened before').toBe(1)
    await open()
    await open('live')
    await open('live')
    expect(await looks()).toBe(2)
    await open()
    expect(await looks()).toBe(3)
  })

  test.each(['1e30', '1e3', '99999999999999999999', '-1', '1.5', 'x', "1'"])('begins at the newest after %s', async (before) => {
    const { status, html } = await kim.get(`/oversight/looks?before=${encodeURIComponent(before)}`)
    expect([status, html.includes('opened a conversation')]).toEqual([200, true])
  })
})
