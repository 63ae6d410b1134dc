import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readPicture } from '../../src/core/picture.ts'
import type { File } from '../../src/simulator/world.ts'
import { PLAIN, planted } from '../support/pictures.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

const HOME = Buffer.from('GPS 45.52306 -122.67648')
const PHOTO = { name: 'Maya at home +19715550142.jpg', bytes: planted('image/jpeg', HOME) }
const CLEANED = Buffer.from((readPicture(PHOTO.bytes) as { bytes: Uint8Array }).bytes)

let world: World
let rivera: Visitor
let osei: Visitor
let kim: Visitor
let conversation = ''
beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  const [sent] = await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
  await world.phoneOf('rosa').reads()
  const rows = await world.rows(
    sql<{ id: string }>`select conversation_id as id from exchange where id = ${sent?.id ?? ''}::uuid`,
  )
  conversation = rows[0]?.id ?? ''
  rivera = await visitor(world, 'rivera')
  osei = await visitor(world, 'osei')
  kim = await visitor(world, 'kim')
})
beforeEach(() => world.paceIsOver())

const write = `/conversations/`
const message = (body: string, more: Record<string, string> = {}) => ({ body, key: randomUUID(), ...more })
const last = async () => (await world.exchanges({ guardian: 'rosa' })).at(-1)
const shown = (person: string) =>
  (world.phoneOf(person).screen().at(-1)?.pictures ?? []).map((key) =>
    Buffer.from((world.simulator.picture(key) as File).base64, 'base64'),
  )

describe('a picture from a family', () => {
  let path = ''
  beforeAll(async () => {
    const { family } = await world.line('rivera', 'rosa')
    world.simulator.text(world.phoneOf('rosa').number, family ?? '', 'Gracias.', [
      { type: 'image/jpeg', base64: PHOTO.bytes.toString('base64') },
    ])
    await world.settled()
    path = `/exchanges/${(await last())?.id}/pictures/1`
  })

  test('stands closed in the thread, named for who cannot see it, and is said in the inbox and in oversight', async () => {
    const { html } = await rivera.get(`${write}${conversation}`)
    expect(html).toContain('<summary>Picture from Maya’s family <span class="label">')
    expect(html).toContain(`<img src="${path}" alt="Picture from Maya’s family" loading="lazy" width="48" height="32">`)
    expect((await rivera.get('/inbox')).html).toContain('Picture <bdi')
    expect((await kim.get('/oversight?from=2026-01-01&to=2036-12-31')).html).toContain('<b>Picture</b>')
  })

  test('is shown to whose conversation it is, stripped, and never kept by a browser', async () => {
    const answer = await rivera.get(path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.bytes).toEqual(CLEANED)
  })

  test('is not there for another teacher, nor for a number that there is not', async () => {
    expect((await osei.get(path)).status).toBe(404)
    for (const n of ['0', '2', '11', 'x', '1e0']) expect((await rivera.get(path.replace(/1$/, n))).status).toBe(404)
  })

  test('is shown to the district’s administrator, and that she looked is listed', async () => {
    expect((await kim.get(path)).status).toBe(200)
    expect((await kim.get('/oversight/looks')).html).toContain('looked at a picture')
  })
})

describe('a picture from a teacher', () => {
  test('reaches the family, without where it was taken and without its name', async () => {
    const answer = await rivera.upload(`${write}${conversation}/messages`, message('See you tomorrow.'), PHOTO)
    expect([answer.status, answer.to]).toEqual([303, `${write}${conversation}?said=sent#end`])
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Hasta mañana.'])
    expect(shown('rosa')).toEqual([CLEANED])
    expect(await last()).toMatchObject({ pictures: 1, picturesGo: true, status: 'delivered' })
  })

  test('sent twice by the same form goes once', async () => {
    const fields = message('Thank you.')
    for (const _ of ['first', 'second']) await rivera.upload(`${write}${conversation}/messages`, fields, PHOTO)
    expect(await world.phoneOf('rosa').reads()).toHaveLength(1)
  })

  test('is said beforehand to go along, and what it costs', async () => {
    const { html } = await rivera.post(`${write}${conversation}/preview`, { body: 'Thank you.', picture: 'yes' })
    expect(html).toContain('Your picture goes along.')
    expect(html).toContain('One picture message, about 3 cents.')
    expect((await rivera.post(`${write}${conversation}/preview`, { body: 'Thank you.' })).html).toContain('One text, about')
  })

  test('a preview without a script keeps the words and asks for the picture again', async () => {
    const { html } = await rivera.upload(`${write}${conversation}/preview`, message('Thank you.'), PHOTO)
    expect(html).toContain('Your picture goes along.')
    expect(html).toContain('Choose your picture again')
    expect(html).toContain('>Thank you.</textarea>')
  })

  test.each<[string, Buffer, string]>([
    ['of a kind that phones do not show', PLAIN['image/webp'], 'Phones cannot show this file'],
    ['that is a page', Buffer.from('<script>alert(1)</script>'), 'Phones cannot show this file'],
    ['that broke off', PLAIN['image/png'].subarray(0, 900), 'This picture is damaged'],
    ['of more than 5 MB', Buffer.concat([PLAIN['image/jpeg'], Buffer.alloc(5_000_000)]), 'This picture is larger than 5 MB'],
  ])('%s is not taken: one sentence says why, and the words are still there', async (_, bytes, words) => {
    const answer = await rivera.upload(`${write}${conversation}/messages`, message('Look at this.'), { name: 'a.jpg', bytes })
    expect(answer.status).toBe(422)
    expect(answer.html).toContain(words)
    expect(answer.html).toContain('>Look at this.</textarea>')
    expect(await world.phoneOf('rosa').reads()).toEqual([])
  })

  test('that was chosen while the login ran out is asked for again, and nothing goes without it unasked', async () => {
    const stranger = await visitor(world, null)
    const turned = await stranger.upload(`${write}${conversation}/messages`, message('Look at this.'), PHOTO)
    expect(turned.status).toBe(401)
    expect(turned.html).toContain('name="had-picture" value="yes"')
    const again = await rivera.post(`${write}${conversation}/messages`, message('Look at this.', { 'had-picture': 'yes' }))
    expect(again.status).toBe(422)
    expect(again.html).toContain('The picture could not be kept while you were signed out')
    expect(await world.phoneOf('rosa').reads()).toEqual([])
  })

  test('without a file chosen the form sends the words', async () => {
    await rivera.upload(`${write}${conversation}/messages`, message('Thank you.'), { name: '', bytes: Buffer.alloc(0) })
    await world.settled()
    expect(await last()).toMatchObject({ pictures: 0, status: 'delivered' })
    await world.phoneOf('rosa').reads()
  })

  test('goes again with a message that is written anew', async () => {
    await world.hours('lincoln', { families: { mon: ['07:00-09:00'], tue: ['07:00-20:00'] } })
    await rivera.upload(`${write}${conversation}/messages`, message('See you tomorrow.'), PHOTO)
    await world.settled()
    const held = await last()
    expect(held).toMatchObject({ status: 'held', pictures: 1 })
    const { html } = await rivera.get(`${write}${conversation}?edit=${held?.id}`)
    expect(html).toContain(`name="same" value="${held?.id}" checked`)
    await world.hours('lincoln', {})
    await rivera.post(
      `${write}${conversation}/messages`,
      message('See you tomorrow.', { same: held?.id ?? '', replaces: held?.id ?? '' }),
    )
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Hasta mañana.'])
    expect(shown('rosa')).toEqual([CLEANED])
  })

  test('the picture of another conversation cannot be sent by naming its message', async () => {
    const foreign = (await last())?.id ?? ''
    const [other] = await world.sends('osei', { guardian: 'fatima' }, 'Thank you.')
    await world.phoneOf('fatima').reads()
    const rows = await world.rows(
      sql<{ id: string }>`select conversation_id as id from exchange where id = ${other?.id ?? ''}::uuid`,
    )
    await osei.post(`${write}${rows[0]?.id}/messages`, message('Thank you.', { same: foreign }))
    await world.phoneOf('fatima').reads()
    expect(shown('fatima')).toEqual([])
  })

  test('to a phone that takes none goes as words with a note, and the teacher is told before and after', async () => {
    world.simulator.setLine(world.phoneOf('rosa').number, 'no-pictures')
    await rivera.upload(`${write}${conversation}/messages`, message('See you tomorrow.'), PHOTO)
    expect(await world.phoneOf('rosa').reads()).toEqual([
      'Ms Rivera: Hasta mañana.\nCon este mensaje venía algo que su teléfono no puede recibir. Por favor pídalo en la escuela.',
    ])
    expect((await rivera.get(`${write}${conversation}`)).html).toContain('The words go without it')
    const { html } = await rivera.post(`${write}${conversation}/preview`, { body: 'Thank you.', picture: 'yes' })
    expect(html).toContain('This phone takes no pictures')
  })
})

test('an announcement takes a picture to every family whose phone shows it', async () => {
  const [one] = await world.rows(
    sql<{
      id: string
    }>`select class_id as id from enrollment where person_id = 'osei' and role = 'teacher' order by class_id limit 1`,
  )
  const answer = await osei.upload(`/classes/${one?.id}/announcements`, message('Please sign the paper.'), PHOTO)
  expect(answer.status).toBe(303)
  await world.settled()
  const files = await world.rows(
    sql<{ files: number; rows: number }>`select count(distinct file_id)::int as files, count(*)::int as rows from picture p
      join exchange e on e.district_id = p.district_id and e.id = p.exchange_id where e.author_id = 'osei'`,
  )
  expect(files[0]?.files).toBe(1)
  expect(files[0]?.rows).toBeGreaterThan(1)
  const toAll = await kim.upload('/school/lincoln/announcements', message('This is the new bus stop.'), PHOTO)
  expect(toAll.to).toMatch(/^\/announcements\//)
  const [all] = await world.rows(
    sql<{ rows: number }>`select count(*)::int as rows from picture p
      join exchange e on e.district_id = p.district_id and e.id = p.exchange_id where e.author_id = 'kim'`,
  )
  expect(all?.rows).toBeGreaterThan(1)
})
