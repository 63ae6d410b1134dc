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

describe('the slots of a sentence', () => {
  const offered = (html: string) => [...html.matchAll(/<span>([^<]*)<\/span><\/button>/g)].map(([, words = '']) => words)
  let pierre: string
  beforeAll(async () => {
    await world.itIs('2036-03-03T10:00')
    pierre = ((await rivera.post('/families/marie/conversation')).to ?? '').split('#')[0] ?? ''
    await saves(rivera, { name: 'Own', words: '{teacher} here: {student} did well.' })
  })

  test('are filled in where the conversation says who and when, and stand there to be changed before it is sent', async () => {
    const words = offered((await rivera.get(thread)).html)
    expect(words).toContain('Hello. I am Ms Rivera, teacher of: Maya. You can write to me here in your language.')
    expect(words).toContain('Maya was absent today, Monday, March 3. Please tell us the reason.')
    expect(words).toContain('Reminder: our meeting is tomorrow, Tuesday, March 4, at {time}.')
    expect(words).toContain('No school on {date}.')
    expect(words).toContain('Ms Rivera here: Maya did well.')
    const { html } = await rivera.post(`${thread}/insert`, { body: '', insert: 'T03' })
    expect(html).toContain('>Maya was absent today, Monday, March 3. Please tell us the reason.</textarea>')
    expect((await rivera.get('/sentences')).html).toContain('{teacher} here: {student} did well.')
  })

  test('by the school’s day, not the server’s', async () => {
    await world.itIs('2036-03-03T21:30')
    expect(offered((await rivera.get(thread)).html).join()).toContain('absent today, Monday, March 3.')
  })

  test('what is filled in arrives as the phrase in the family’s language', async () => {
    const body = 'Maya was absent today, Monday, March 3. Please tell us the reason.'
    const { html } = await rivera.post(`${thread}/preview`, { body })
    expect(html).toMatch(/<p class="words" lang="es" dir="auto">[^<]*Maya[^<]*lunes 3 de marzo/)
  })

  test('of a shared phone it is the child whom this teacher teaches; of two it is asked which', async () => {
    expect(offered((await rivera.get(pierre)).html)).toContain(
      'Widline had a very good day today. Thank you for your support at home.',
    )
    await world.rows(sql`insert into enrollment (district_id, id, class_id, person_id, role, active)
      select ${world.district}, '4b-rosalie', '4b', 'rosalie', 'student', true returning id`)
    const { html } = await rivera.get(pierre)
    expect(offered(html)).toContain('{student} had a very good day today. Thank you for your support at home.')
    expect(html).toContain('This family has 2 children here, Rosalie and Widline: put in which one where {student} stands.')
    const asked = await rivera.post(`${pierre}/preview`, { body: '{student} is late.' })
    expect(asked.html).toContain(
      'Replace {student} with the student’s name before you send it. This family has 2 children here: Rosalie and Widline.',
    )
    await world.rows(sql`update enrollment set active = false where id = '4b-rosalie' returning id`)
  })

  test('what goes to a whole class speaks of nobody’s child', async () => {
    const { html } = await rivera.get('/classes/4b')
    const words = offered(html).join('\n')
    expect(words).not.toContain('{student}')
    expect(words).toContain('School is closed today, Monday, March 3.')
    expect(html).toContain('Those that name a student are not offered here')
    const forged = await rivera.post('/classes/4b/insert', { body: 'Hello.', insert: 'T21' })
    expect(forged.html).toContain('>Hello.</textarea>')
  })

  test('a message to all of a school has them at hand too, and keeps what else stands in its form', async () => {
    const at = '/school/lincoln/announcements'
    expect(offered((await whitfield.get('/school/message')).html).join()).not.toContain('{student}')
    const form = { body: 'Good morning.', date: '2036-03-07', time: '07:00', insert: 'T11' }
    const { html } = await whitfield.post(`${at}/insert`, form)
    expect(html).toContain('>Good morning. School is closed today, Monday, March 3. The reason: weather.</textarea>')
    expect(html).toContain('value="2036-03-07"')
    const kept = await whitfield.post(`${at}/keep`, { body: 'The gym is closed.' })
    expect([kept.html.includes('Saved among your sentences'), kept.html.includes('>The gym is closed.</textarea>')]).toEqual([
      true,
      true,
    ])
    expect((await whitfield.post(`${at}/keep`, { body: ' ' })).status).toBe(422)
  })

  test.each([
    ['{time2}', 'the second time'],
    ['{date2}', 'the second date'],
    ['{item}', 'the thing meant'],
    ['{room}', 'what belongs there'],
  ])('%s that is still open is not sent, and is said in plain words', async (open, name) => {
    for (const at of [`${thread}/messages`, '/classes/4b/announcements']) {
      const { status, html } = await rivera.post(at, { body: `School starts at ${open}.`, key: crypto.randomUUID() })
      expect([status, html.includes(`Replace ${open} with ${name} before you send it.`)]).toEqual([422, true])
    }
  })
})
