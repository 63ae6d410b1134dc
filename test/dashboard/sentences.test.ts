import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let rivera: Visitor
let osei: Visitor
let tran: Visitor
let whitfield: Visitor
let thread: string

beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  ;[rivera, osei, tran, whitfield] = (await Promise.all(
    ['rivera', 'osei', 'tran', 'whitfield'].map((who) => visitor(world, who)),
  )) as [Visitor, Visitor, Visitor, Visitor]
  thread = ((await rivera.post('/families/rosa/conversation')).to ?? '').split('#')[0] ?? ''
})
afterAll(() => world.isIntact())

const rows = () =>
  world.rows(sql<{ id: string; name: string; words: string; staff_id: string | null; school_id: string | null }>`
    select id, name, words, staff_id, school_id from sentence order by words`)
const saves = (who: Visitor, fields: Record<string, string>) => who.post('/sentences/save', fields)

describe('own sentences', () => {
  test('what is written is saved with one press, without leaving it, and twice is one', async () => {
    for (let i = 0; i < 2; i++) {
      const { status, html } = await rivera.post(`${thread}/keep`, { body: 'Please bring {item} tomorrow.' })
      expect([
        status,
        html.includes('>Please bring {item} tomorrow.</textarea>'),
        html.includes('Saved among your sentences'),
      ]).toEqual([200, true, true])
    }
    expect(await rows()).toMatchObject([{ words: 'Please bring {item} tomorrow.', staff_id: 'rivera', school_id: null }])
    expect((await rivera.post(`${thread}/keep`, { body: ' ' })).status).toBe(422)
  })

  test('is put behind what is written, with everything else that stands in the form, in a conversation and for a class', async () => {
    const [{ id = '' } = {}] = await rows()
    const fields = { body: 'Hello.', insert: id, date: '2036-03-07', time: '07:00' }
    for (const at of [thread, '/classes/4b']) {
      const { html } = await rivera.post(`${at}/insert`, fields)
      expect(html).toContain('>Hello. Please bring {item} tomorrow.</textarea>')
      expect(html).toContain('value="2036-03-07"')
    }
    const phrase = await rivera.post(`${thread}/insert`, { body: 'Hello.', insert: 'T12' })
    expect(phrase.html).toContain('>Hello. School starts late today, at {time}.</textarea>')
    const nothing = await rivera.post(`${thread}/insert`, { body: 'Hello.', insert: 'nothing' })
    expect(nothing.html).toContain('>Hello.</textarea>')
  })

  test('is renamed, changed and deleted by its owner, and nobody else sees it', async () => {
    const [{ id = '' } = {}] = await rows()
    const change = { id, name: 'Things', words: 'Bring {item}.' }
    expect((await osei.get('/sentences')).html).not.toContain('Please bring')
    for (const action of ['change', 'delete']) expect((await osei.post(`/sentences/${action}`, change)).status).toBe(404)
    expect((await osei.post(`${thread}/insert`, { body: '', insert: id })).status).toBe(404)
    expect((await osei.post(`${thread}/keep`, { body: 'x' })).status).toBe(404)
    expect((await rivera.post('/sentences/change', change)).status).toBe(303)
    expect((await rivera.get(thread)).html).toContain('<b>Things</b> <span>Bring {item}.</span>')
    expect((await rivera.post('/sentences/delete', { id })).status).toBe(303)
    expect(await rows()).toEqual([])
    expect((await rivera.post('/sentences/delete', { id })).status).toBe(404)
  })

  test.each([
    ['without words', { name: 'Bring', words: ' ' }, 'There is nothing to save yet'],
    ['without a name', { name: '', words: 'Bring it.' }, 'Give the sentence a name'],
  ])('%s it is refused in one sentence, and what was typed stays', async (_, fields, words) => {
    const { status, html } = await saves(rivera, fields)
    expect([status, html.includes(words)]).toEqual([422, true])
    for (const value of Object.values(fields)) if (value.trim() !== '') expect(html).toContain(value)
    expect(await rows()).toEqual([])
  })

  test('a list that is full says so', async () => {
    await world.rows(sql`insert into sentence (district_id, staff_id, name, words)
      select ${world.district}, 'rivera', 'n' || k, 'w' || k from generate_series(1, 100) k returning id`)
    expect((await saves(rivera, { name: 'One more', words: 'One more.' })).html).toContain('This list is full')
    expect((await rivera.post(`${thread}/keep`, { body: 'One more.' })).html).toContain('This list is full')
    expect((await saves(osei, { name: 'Mine', words: 'Mine.' })).status).toBe(303)
    await world.rows(sql`delete from sentence returning id`)
  })

  test('what stands in it is text, never a part of the page', async () => {
    await saves(rivera, { name: '<i>n</i>', words: '<script>alert(1)</script>' })
    for (const path of [thread, '/sentences', '/classes/4b']) {
      const { html } = await rivera.get(path)
      expect([html.includes('<script>alert'), html.includes('<i>n'), html.includes('&lt;script&gt;alert')]).toEqual([
        false,
        false,
        true,
      ])
    }
    await world.rows(sql`delete from sentence returning id`)
  })
})

describe('a school’s sentences', () => {
  test('are kept by its administrator, stand at all its staff’s messages and at no other school’s, and leave a trace', async () => {
    const fields = { school: 'lincoln', name: 'Office', words: 'Please call the office.' }
    expect((await saves(whitfield, fields)).status).toBe(303)
    expect((await rivera.get(thread)).html).toContain('<b>Office (Lincoln School)</b> <span>Please call the office.</span>')
    expect((await tran.get('/sentences')).html).not.toContain('Please call the office.')
    const [{ id = '' } = {}] = await rows()
    const forged = await tran.post('/classes/4b/insert', { body: '', insert: id })
    expect(forged.status).toBe(404)
    expect((await whitfield.post('/sentences/change', { ...fields, id, words: 'Call the office.' })).status).toBe(303)
    const events = await world.rows(
      sql`select who, detail ->> 'done' as done from event where what = 'school_sentence' order by id`,
    )
    expect(events).toEqual([
      { who: 'whitfield', done: 'saved' },
      { who: 'whitfield', done: 'changed' },
    ])
  })

  test('a teacher can use them and not change them, nor can the administrator of another school', async () => {
    const [{ id = '' } = {}] = await rows()
    for (const school of ['lincoln', ''])
      for (const action of ['change', 'delete'])
        expect((await rivera.post(`/sentences/${action}`, { id, school, name: 'x', words: 'x' })).status).toBe(404)
    expect((await saves(rivera, { school: 'lincoln', name: 'x', words: 'x' })).status).toBe(404)
    expect((await saves(whitfield, { school: 'harbor', name: 'x', words: 'x' })).status).toBe(404)
    expect((await whitfield.post('/sentences/delete', { id, school: 'lincoln' })).status).toBe(303)
    expect(await rows()).toEqual([])
  })
})
