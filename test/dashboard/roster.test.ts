import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import pg from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { zipOf } from '../roster/zip.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { daily, openWorld, type World } from '../support/world.ts'

const JOURNEY = 'fixtures/roster/journey'
let world: World
let kim: Visitor

beforeAll(async () => {
  world = await openWorld({ numbers: 4 })
  kim = await visitor(world, 'kim')
})

/** The roster of the journeys with some of its text changed. */
function roster(change: (name: string, text: string) => string = (_, text) => text): Buffer {
  return zipOf(readdirSync(JOURNEY).map((name) => [name, change(name, readFileSync(path.join(JOURNEY, name), 'utf8'))]))
}

async function uploads(who: Visitor, bytes: Buffer) {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(bytes)]), '../../=cmd().zip')
  const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(`${world.gateway.url}/school/roster`, {
    method: 'POST',
    body: form,
    headers: { cookie, 'sec-fetch-site': 'same-origin' },
    redirect: 'manual',
  })
  const to = answer.headers.get('location')
  if (to === null) return { status: answer.status, html: await answer.text(), id: '' }
  return { status: answer.status, html: await readAs(who, to), id: to.split('/').at(-1) ?? '' }
}

/** What the page of an upload says in the end. */
async function readAs(who: Visitor, page: string): Promise<string> {
  let html = ''
  await world.until('the file is read', async () => {
    html = (await who.get(page)).html
    return !html.includes('data-progress')
  })
  return html
}

/** Presses the button of an upload's page. */
async function presses(who: Visitor, id: string, fields: Readonly<Record<string, string>> = {}) {
  const { status, to } = await who.post(`/school/roster/${id}`, fields)
  return { status, html: to === null ? '' : await readAs(who, to) }
}
const nameOf = async (id: string) =>
  (await world.rows(sql<{ given_name: string }>`select given_name from person where id = ${id}`))[0]?.given_name

test('an upload shows what would change and changes nothing; the second press imports it', async () => {
  const bytes = roster((name, text) => (name === 'users.csv' ? text.replace(',Rosa,Lopez,', ',Rosalía,Lopez,') : text))
  const shown = await uploads(kim, bytes)
  expect([shown.status, shown.html.includes('What would change')]).toEqual([303, true])
  expect(shown.html).toMatch(/Guardians<\/th><td>0<\/td><td>1<\/td><td>0<\/td>/)
  expect(shown.html).not.toContain('9715550142')
  expect(await nameOf('rosa')).toBe('Rosa')
  const done = await presses(kim, shown.id)
  expect([done.status, done.html.includes('Imported')]).toEqual([303, true])
  expect(await nameOf('rosa')).toBe('Rosalía')
  expect((await kim.post(`/school/roster/${shown.id}`)).status).toBe(422)
})

test('the preview names who is new, who leaves, and whose name, phone, language or classes change, never a number', async () => {
  const { html } = await uploads(
    kim,
    roster((name, text) => {
      if (name === 'enrollments.csv')
        return `${text.replace('4b-maya,,,4b,', '4b-maya,,,art,').trimEnd()}\nart-nova,,,art,lincoln,nova,student,,,\n`
      if (name !== 'users.csv') return text
      const nova = text
        .split('\n')
        .find((line) => line.startsWith('yusuf,'))
        ?.replaceAll('yusuf', 'nova')
        .replace('Yusuf,Al-Sayed', 'Nova,<i>Star')
      return `${text
        .split('\n')
        .filter((line) => !/^jean,/.test(line))
        .map((line) =>
          line
            .replace(/,jean,/, ',,')
            .replace('+19715550143', '+19715550199')
            .replace('+17735550120', '')
            .replace(/,ar,,,$/, ',so,,,'),
        )
        .join('\n')
        .trimEnd()}\n${nova}\n`
    }),
  )
  const parts = new Map(
    [...html.matchAll(/<summary>([^:<]+): ([^<]+)<\/summary>(.*?)<\/details>/gs)].map(([, title = '', ...rest]) => [
      title,
      rest
        .join(' ')
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' '),
    ]),
  )
  expect(parts.get('New')).toContain('1 person Nova &lt;i&gt;Star student')
  expect(parts.get('No longer in the list')).toContain('1 person Jean Pierre guardian')
  expect(parts.get('Another name')).toContain('Rosa Lopez guardian until now Rosalía Lopez')
  expect(parts.get('Another phone')).toMatch(
    /^2 people Fatima Al-Sayed guardian no phone any more Luis Lopez guardian another number/,
  )
  expect(parts.get('Another language')).toContain('Fatima Al-Sayed guardian Arabic → Somali')
  expect(parts.get('Other classes')).toContain('1 person Maya Lopez student Art and Grade 4B → Art')
  expect(html.replaceAll(/[\da-f-]{36}/g, '')).not.toMatch(/\d{7}/)
  expect(html).not.toContain('0199')
})

test('of many it names the first twenty and says how many more there are', async () => {
  const { html } = await uploads(
    kim,
    roster((name, text) => (name === 'users.csv' ? text.replace(/(^choir-\d+,.*,Kid,)Singer,/gm, '$1Soprano,') : text)),
  )
  const part = /Another name: (\d+) people<\/summary>(.*?)<\/details>/s.exec(html)
  const total = Number(part?.[1])
  expect(total).toBeGreaterThan(21)
  expect([part?.[2]?.match(/<li>/g)?.length, part?.[2]?.includes(`and ${total - 20} more`)]).toEqual([20, true])
})

test('a bad row is named with its file and line, and nothing is imported', async () => {
  const { html } = await uploads(
    kim,
    roster((name, text) =>
      name === 'users.csv'
        ? text.replace(',parent,Rosa', ',emperor,Rosa').replace('parent,,', 'emperor,,')
        : text.replace('lincoln', '<b>x</b>'),
    ),
  )
  expect(html).toContain('cannot be imported')
  expect(html).toMatch(/\.csv, line \d+/)
  expect(html).not.toContain('<b>x</b>')
})

test('when many would go, it asks before it lets them', async () => {
  const half = roster((name, text) =>
    name === 'users.csv' || name === 'enrollments.csv'
      ? text
          .split('\n')
          .filter((line) => !/choir-(?:parent-)?\d/.test(line))
          .join('\n')
      : text,
  )
  const shown = await uploads(kim, half)
  expect(shown.html).toMatch(/\d+ of \d+ guardians would be removed.*name="removals" value="yes" required/s)
  const asked = await presses(kim, shown.id)
  expect(asked.html).toContain('Many would go')
  expect((await world.rows(sql`select from person where id like 'choir-%' and active`)).length).toBeGreaterThan(0)
  expect((await presses(kim, shown.id, { removals: 'yes' })).html).toContain('Imported')
  expect((await world.rows(sql`select from person where id like 'choir-%' and active`)).length).toBe(0)
})

test('before it is imported it says which conversations end, and what waits and would reach nobody then', async () => {
  await world.hours('lincoln', { families: daily('00:00-00:01') })
  await world.sends('rivera', { guardian: 'rosa' }, 'See you tomorrow.')
  const left = roster((name, text) => (name === 'enrollments.csv' ? text.replace(/^4b-maya,.*\n/m, '') : text))
  const shown = await uploads(kim, left)
  expect(shown.html).toContain(
    '1 conversation will end, and stay on record. One message that waits goes to nobody then, and the office gets a task.',
  )
  expect(shown.html).toMatch(/Conversations that end: 1.*Ms Rivera.*Maya L\..*1 message waits/s)
  expect(await world.tasks('unreached')).toEqual([])
  const moved = roster((name, text) =>
    name === 'users.csv' ? text.replaceAll(world.phoneOf('rosa').number, '+19715550177') : text,
  )
  const kept = await uploads(kim, moved)
  expect(kept.html).toContain('Another phone: 1 person')
  expect(kept.html).not.toContain('will end')
})

test('files of another district are refused, and no district comes of them', async () => {
  const orgs = readFileSync(path.join(JOURNEY, 'orgs.csv'), 'utf8')
  const district =
    orgs
      .split('\n')
      .find((line) => line.includes(',district,'))
      ?.split(',')[0] ?? ''
  const { html } = await uploads(
    kim,
    roster((_, text) => text.replaceAll(`${district},`, 'elsewhere,')),
  )
  expect(html).toContain('of another district')
  expect(await world.database.db.selectFrom('district').select('id').execute()).toHaveLength(1)
})

test('what is no .zip, and an empty form, are refused in a sentence', async () => {
  expect((await uploads(kim, Buffer.from('no zip'))).status).toBe(422)
  expect((await uploads(kim, Buffer.alloc(0))).status).toBe(422)
  expect((await kim.post('/school/roster', { a: 'b' })).status).toBe(422)
})

test('only administrators of the whole district find it', async () => {
  for (const who of ['rivera', 'whitfield']) {
    const other = await visitor(world, who)
    expect((await other.get('/school/roster')).status).toBe(404)
    expect((await uploads(other, roster())).status).toBe(404)
  }
  const stranger = await visitor(world, null)
  expect((await uploads(stranger, roster())).status).toBe(401)
})

test('somebody else’s upload is not to be imported', async () => {
  const shown = await uploads(kim, roster())
  const whitfield = await visitor(world, 'whitfield')
  expect((await whitfield.get(`/school/roster/${shown.id}`)).status).toBe(404)
  expect((await whitfield.post(`/school/roster/${shown.id}`)).status).toBe(404)
})

test('a file that says what the list says already is said to change nothing, and is found again', async () => {
  const now = roster()
  const first = await uploads(kim, now)
  await presses(kim, first.id, { removals: 'yes' })
  const shown = await uploads(kim, now)
  expect([shown.html.includes('Nothing would change'), shown.html.includes('Import it')]).toEqual([true, false])
  expect((await kim.get('/school/roster')).html).toContain(`href="/school/roster/${shown.id}"`)
})

test('while a long file is read its page says how far it is, without a script too, and a second press begins nothing', async () => {
  // What keeps the import waiting and no page.
  const held = new pg.Client({ connectionString: world.database.ownerUrl })
  await held.connect()
  try {
    await held.query('begin')
    await held.query('lock table enrollment in exclusive mode')
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(roster())]), 'roster.zip')
    const cookie = [...kim.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const init = { method: 'POST', body: form, headers: { cookie, 'sec-fetch-site': 'same-origin' }, redirect: 'manual' } as const
    const { headers } = await fetch(`${world.gateway.url}/school/roster`, init)
    const page = headers.get('location') ?? ''
    const { html } = await kim.get(page)
    expect([html.includes('<progress'), html.includes('http-equiv="refresh"')]).toEqual([true, true])
    expect((await kim.post(page)).to).toBe(page)
    await held.query('rollback')
    expect(await readAs(kim, page)).toContain('Nothing would change')
  } finally {
    await held.end()
  }
})
