import fc from 'fast-check'
import { sql } from 'kysely'
import pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let rivera: Visitor
let osei: Visitor
let kim: Visitor
let conversation = ''
let exchange = ''

beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  const [sent] = await world.sends(
    'rivera',
    { guardian: 'rosa' },
    'Thank you for letting me know. I hope Maya feels better soon.',
  )
  exchange = sent?.id ?? ''
  await world.phoneOf('rosa').reads()
  const { family } = await world.line('rivera', 'rosa')
  world.phoneOf('rosa').texts(family ?? '', 'Gracias <script>alert(1)</script>')
  await world.settled()
  const rows = await world.rows(sql<{ id: string }>`select conversation_id as id from exchange where id = ${exchange}::uuid`)
  conversation = rows[0]?.id ?? ''
  rivera = await visitor(world, 'rivera')
  osei = await visitor(world, 'osei')
  kim = await visitor(world, 'kim')
})

/** Does something while a table is under another name. */
async function withoutTable<T>(table: string, work: () => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
  try {
    await owner.query(`alter table ${table} rename to gone`)
    return await work()
  } finally {
    await owner.query(`alter table gone rename to ${table}`)
    await owner.end()
  }
}

const numbers = () => [
  ...['rosa', 'luis', 'rivera', 'osei'].map((who) => world.phoneOf(who).number.slice(-10)),
  ...['rosa', 'luis', 'rivera', 'osei'].map((who) => world.phoneOf(who).number),
]

describe('what a page shows', () => {
  test('the inbox has the conversation, its newest word, and that it waits for an answer', async () => {
    const { status, html } = await rivera.get('/inbox')
    expect(status).toBe(200)
    expect(html).toContain('Maya L.')
    expect(html).toContain('Rosa Lopez')
    expect(html).toContain('<b class="count">1<span class="aside"> new</span></b>')
  })

  test('what a family wrote is text, never a part of the page', async () => {
    const { html } = await rivera.get(`/conversations/${conversation}`)
    expect(html).toContain('Gracias &lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).not.toContain('<script>alert')
  })

  test('both texts of a translated message stand beside each other, and either comes first from then on', async () => {
    const order = async (path: string) => {
      const { html } = await rivera.get(path)
      return html.indexOf('I hope Maya feels better') < html.indexOf('Espero que Maya')
    }
    expect(await order(`/conversations/${conversation}`)).toBe(true)
    expect(await order(`/conversations/${conversation}?first=original`)).toBe(false)
    expect(await order(`/conversations/${conversation}`)).toBe(false)
    expect(await order(`/conversations/${conversation}?first=understood`)).toBe(true)
  })

  test('a conversation that was opened is no longer new', async () => {
    await rivera.get(`/conversations/${conversation}`)
    expect((await rivera.get('/inbox')).html).not.toContain('<b class="count">')
    expect((await rivera.get('/inbox?show=unanswered')).html).toContain('Maya L.')
  })

  test('no page holds a real number', async () => {
    const pages = [
      '/inbox',
      `/conversations/${conversation}`,
      '/classes',
      '/account',
      '/account/phone',
      '/sentences',
      '/classes/4b',
    ]
    const admin = [
      '/reach?of=lincoln',
      '/oversight',
      '/oversight/looks',
      '/school',
      '/school/numbers',
      '/tasks',
      `/conversations/${conversation}`,
    ]
    const all = [...(await Promise.all(pages.map((p) => rivera.get(p)))), ...(await Promise.all(admin.map((p) => kim.get(p))))]
    for (const { html } of all) for (const number of numbers()) expect(html).not.toContain(number)
  })

  test('the contacts file names each family by the school number that the own phone shows', async () => {
    const { html, headers } = await rivera.get('/account/families.vcf')
    expect(headers.get('content-type')).toContain('text/vcard')
    const { staff } = await world.line('rivera', 'rosa')
    expect(html).toContain(`FN:Maya L.’s family\r\nNOTE:Rosa Lopez\\, by the school’s line\r\nTEL;TYPE=CELL:${staff}`)
    for (const number of numbers()) expect(html).not.toContain(number)
    expect((await osei.get('/account/families.vcf')).html).toBe('')
    // Her father has a phone of his own: the two are told apart.
    await rivera.post('/families/luis/conversation')
    const both = (await rivera.get('/account/families.vcf')).html
    expect([both.includes('FN:Maya L.’s family (Rosa Lopez)'), both.includes('FN:Maya L.’s family (Luis Lopez)')]).toEqual([
      true,
      true,
    ])
  })

  test('scripts, styles and forms may only be the own ones, and nothing is kept by a cache', async () => {
    const { headers } = await rivera.get('/inbox')
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
    expect(headers.get('content-security-policy')).not.toContain('unsafe')
    expect(headers.get('cache-control')).toBe('no-store')
    expect((await rivera.get('/inbox')).html).not.toMatch(/<script(?! src)|<style| on[a-z]+=| style=/)
  })

  test('search finds names and words in either language, and says so when nothing is found', async () => {
    for (const word of ['maya', 'LOPEZ', 'espero', 'letting me know'])
      expect((await rivera.get(`/inbox?q=${encodeURIComponent(word)}`)).html).toContain('Maya L.')
    expect((await rivera.get('/inbox?q=%25')).html).toContain('Nothing has')
    expect((await rivera.get('/inbox?q=zebra')).html).toContain('Nothing has')
  })
})

test('who teaches no class reads what comes to the desk, or that there is none yet', async () => {
  await world.rosterChanges('enrollments.csv', ['math-okafor,,,math,lincoln,okafor,teacher,,,\n', ''])
  const okafor = await visitor(world, 'okafor')
  for (const page of ['/inbox', '/classes']) expect((await okafor.get(page)).html).toContain('staff no desk yet')
  await kim.post('/school/lincoln/desks', { desk: 'aides', staff: 'okafor' })
  for (const page of ['/inbox', '/classes'])
    expect((await okafor.get(page)).html).toContain('<b><bdi>Lincoln School</bdi>, aides.</b> What waits for somebody who speaks')
})

describe('running a school', () => {
  test('the languages page names no family, tells small groups as such, and lists every language of the school’s families', async () => {
    const { html } = await kim.get('/school/languages?of=lincoln')
    for (const language of ['Spanish', 'Arabic', 'Haitian Creole', 'Vietnamese', 'English'])
      expect(html).toContain(`<h2>${language}</h2>`)
    const rows = await world.rows(sql<{ family_name: string }>`select distinct family_name from person where kind <> 'staff'`)
    for (const { family_name } of rows) expect(html).not.toMatch(new RegExp(`\\b${family_name}\\b`))
    expect([...html.matchAll(/>(\d+) families</g)].filter(([, n]) => Number(n) < 5)).toEqual([])
    const harbor = (await kim.get('/school/languages?of=harbor')).html
    expect(harbor).toContain('fewer than five families')
    expect(harbor).not.toMatch(/>\d+ families</)
  })

  test('the week shows the closed days of the next four weeks beside their weekday, and no others', async () => {
    await world.hours('lincoln', { closures: ['2036-03-05', '2036-03-12', '2036-04-30', '2036-03-01'] })
    const { html } = await kim.get('/school/week?of=lincoln')
    expect(html).toContain('Wednesday <span class="hint">closed Mar 5, Mar 12</span>')
    expect(html.match(/closed Mar|closed Apr/g)).toHaveLength(1)
    await world.hours('lincoln', {})
  })

  test('the school page says what is wrong: fixed texts that no speaker has read, until somebody decides or reads; no numbers', async () => {
    const page = async () => (await kim.get('/school?of=harbor')).html
    expect(await page()).toContain('Families get fixed texts in Spanish and Vietnamese that no speaker has read')
    await kim.post('/school/texts/es/choice', { unreviewed: 'yes' })
    expect(await page()).toContain('Families get fixed texts in Vietnamese that no speaker has read')
    await kim.post('/school/texts/vi/choice', { unreviewed: 'yes' })
    expect(await page()).not.toContain('no speaker has read')
    expect(await page()).not.toContain('There is no number')
    await world.rows(sql`update proxy_number set gone_at = now() where gone_at is null returning id`)
    expect(await page()).toContain('There is no number to send from')
    await world.rows(sql`update proxy_number set gone_at = null returning id`)
    for (const language of ['es', 'vi']) await kim.post(`/school/texts/${language}/choice`, { unreviewed: 'no' })
  })

  test('an administrator of one school finds nothing about another', async () => {
    const whitfield = await visitor(world, 'whitfield')
    for (const page of ['numbers', 'languages', 'translator', 'week'])
      expect([
        page,
        (await whitfield.get(`/school/${page}?of=harbor`)).status,
        (await whitfield.get(`/school/${page}`)).status,
      ]).toEqual([page, 404, 200])
  })
})

describe('sending', () => {
  const key = () => crypto.randomUUID()
  const sent = async (body: string) =>
    (await world.rows(sql`select from exchange where original_text = ${body} and direction = 'to_family'`)).length

  test('a message goes out, and the page says so', async () => {
    const answer = await rivera.post(`/conversations/${conversation}/messages`, { body: 'See you on Monday.', key: key() })
    expect([answer.status, answer.to]).toEqual([303, `/conversations/${conversation}?said=sent#end`])
    expect((await rivera.get(answer.to ?? '')).html).toContain('On its way.')
    expect(await sent('See you on Monday.')).toBe(1)
  })

  test('a form that is sent twice is one message', async () => {
    const form = { body: 'Only once, please.', key: key() }
    for (let i = 0; i < 3; i++) expect((await rivera.post(`/conversations/${conversation}/messages`, form)).status).toBe(303)
    expect(await sent('Only once, please.')).toBe(1)
  })

  test('an empty or too long message is refused in one sentence, and what was typed stays', async () => {
    const empty = await rivera.post(`/conversations/${conversation}/messages`, { body: ' ', key: key() })
    expect([empty.status, empty.html.includes('There is nothing to send yet')]).toEqual([422, true])
    const long = await rivera.post(`/conversations/${conversation}/messages`, { body: 'x'.repeat(1601), key: key() })
    expect([long.status, long.html.includes('1 characters too long'), long.html.includes('x'.repeat(1601))]).toEqual([
      422,
      true,
      true,
    ])
  })

  test('the preview shows what arrives, in which language, and what might be said more plainly', async () => {
    const { html } = await rivera.post(
      `/conversations/${conversation}/preview`,
      { body: 'Thank you for letting me know. I hope Maya feels better soon.' },
      { 'sec-fetch-site': 'same-origin', 'x-part': 'preview' },
    )
    expect(html).toContain('Espero que Maya')
    expect(html).not.toContain('<html')
    const back = await rivera.post(`/conversations/${conversation}/preview`, {
      body: 'Thank you for letting me know. I hope Maya feels better soon.',
      back: 'yes',
    })
    expect(back.html).toMatch(/Put back by machine: <bdi>[^<]*Maya/)
    const hints = await rivera.post(`/conversations/${conversation}/preview`, { body: 'Come at 3 ASAP.' })
    expect(hints.html).toContain('Morning or afternoon?')
    expect(hints.html).toContain('Come at 3 ASAP.')
  })

  test('outside the hours it says before sending when it arrives; sending now, editing and canceling stand at what waits', async () => {
    await world.hours('lincoln', { families: { tue: ['08:00-09:00'] } })
    expect((await rivera.get(`/conversations/${conversation}`)).html).toMatch(/It waits: it arrives [^<]*(Tuesday|tomorrow)/)
    const { to } = await rivera.post(`/conversations/${conversation}/messages`, { body: 'This waits.', key: key() })
    expect(to).toContain('said=held')
    await world.settled()
    const { html } = await rivera.get(`/conversations/${conversation}`)
    const held = /\?edit=([0-9a-f-]{36})/.exec(html)?.[1] ?? ''
    expect(html).toMatch(/Arrives [^<]*8:00/)
    expect((await rivera.get(`/conversations/${conversation}?edit=${held}`)).html).toMatch(
      /<textarea[^>]*>This waits\.<\/textarea>/,
    )
    const whitfield = await visitor(world, 'whitfield')
    expect((await whitfield.get(`/conversations/${conversation}`)).html).not.toContain('?edit=')
    await rivera.post(`/exchanges/${held}/cancel`, { back: `/conversations/${conversation}` })
    expect(await world.rows(sql`select status from exchange where id = ${held}::uuid`)).toEqual([{ status: 'canceled' }])
    await world.hours('lincoln', {})
  })

  test('before a message goes to a class it is shown in each language, with which of them nobody here translates', async () => {
    const [one] = await world.rows(
      sql<{
        id: string
      }>`select class_id as id from enrollment where person_id = 'rivera' and role = 'teacher' order by class_id limit 1`,
    )
    const page = await rivera.get(`/classes/${one?.id}`)
    expect(page.html).toMatch(/Into [^<]*Spanish[^<]* only the phrasebook’s sentences are translated/)
    const shown = async (body: string) =>
      (await rivera.post(`/classes/${one?.id}/preview`, { body, show: 'each' })).html.match(
        /<section class="preview".*?<\/section>/s,
      )?.[0]
    expect(await shown('Thank you.')).toMatch(/<p class="label">Spanish<\/p><p class="words" lang="es" dir="auto">Gracias\./)
    expect(await shown('Bring boots.')).toMatch(/<p class="warn">In [^<]*Spanish[^<]*: as you wrote it/)
    const toAll = await kim.post('/school/lincoln/announcements/preview', { body: 'Thank you.', show: 'each' })
    expect(toAll.html).toContain('Gracias.')
    expect(toAll.html).toContain('>Thank you.</textarea>')
  })

  test('a text that is too long is refused with all that was typed, and no field cuts it', async () => {
    const body = 'a '.repeat(900)
    for (const at of [`/conversations/${conversation}`, '/classes/4b']) {
      expect((await rivera.get(at)).html).not.toMatch(/<textarea[^>]*maxlength/)
      const { status, html } = await rivera.post(`${at}/${at.startsWith('/classes') ? 'announcements' : 'messages'}`, {
        body,
        key: key(),
      })
      expect([status, html.includes('characters too long for a text'), html.includes(body.trim())]).toEqual([422, true, true])
    }
  })

  test('a phrase whose blanks are not filled in is not sent', async () => {
    const body = 'Please pick up {student} at {time}.'
    for (const at of [`/conversations/${conversation}/messages`, '/classes/4b/announcements']) {
      const { status, html } = await rivera.post(at, { body, key: key() })
      expect([
        status,
        html.includes('Replace {student} with the student’s name and {time} with the time before you send it.'),
      ]).toEqual([422, true])
    }
    expect(await world.rows(sql`select from exchange where original_text = ${body}`)).toEqual([])
  })

  test('a class gets one message a phone, and the page afterwards says who got it how', async () => {
    const [one] = await world.rows(
      sql<{
        id: string
      }>`select class_id as id from enrollment where person_id = 'rivera' and role = 'teacher' order by class_id limit 1`,
    )
    const page = await rivera.get(`/classes/${one?.id}`)
    expect(page.html).toContain('Send to every family')
    const form = { body: 'Please sign the paper and return it by Friday.', key: key() }
    const answer = await rivera.post(`/classes/${one?.id}/announcements`, form)
    expect((await rivera.post(`/classes/${one?.id}/announcements`, form)).to).toBe(answer.to)
    await world.settled()
    const { html } = await rivera.get(answer.to ?? '')
    expect(html).toMatch(/<b>\d+<\/b> arrived/)
    expect(html).toContain('<table>')
    const rows = await world.rows(
      sql<{ n: number }>`select count(*)::int as n from exchange where original_text = ${form.body} group by conversation_id`,
    )
    expect(new Set(rows.map(({ n }) => n))).toEqual(new Set([1]))
    expect((await osei.get((answer.to ?? '').split('?')[0] ?? '')).status).toBe(404)
  })
})

describe('who may see and do what', () => {
  const elsewhere = '00000000-0000-7000-8000-000000000000'
  const gets = () => [
    `/conversations/${conversation}`,
    `/exchanges/${exchange}/audio`,
    `/exchanges/${exchange}/pictures/1`,
    `/announcements/${elsewhere}`,
    '/attendance',
    '/attendance/lincoln/reasons.csv',
    '/reach',
    '/oversight',
    '/oversight/review',
    '/oversight/looks',
    '/oversight/exports',
    `/oversight/exports/${elsewhere}`,
    `/oversight/exports/${elsewhere}/file`,
    '/school',
    '/school/message',
    '/school/numbers',
    '/school/languages',
    '/school/translator',
    '/school/week',
    '/school/roster',
    '/school/texts',
    '/school/texts/es',
    '/school/texts/es/text/help',
    '/people',
    '/people/rosa',
    `/strangers/${elsewhere}`,
    '/tasks',
    '/nothing',
  ]
  const posts = () => [
    `/conversations/${conversation}/messages`,
    `/conversations/${conversation}/preview`,
    `/conversations/${conversation}/insert`,
    `/conversations/${conversation}/keep`,
    `/conversations/${conversation}/call`,
    `/exchanges/${exchange}/cancel`,
    `/exchanges/${exchange}/release`,
    `/exchanges/${exchange}/again`,
    `/exchanges/${exchange}/dismiss`,
    '/classes/somebody-elses/announcements',
    '/classes/somebody-elses/preview',
    '/classes/somebody-elses/insert',
    '/classes/somebody-elses/keep',
    `/announcements/${elsewhere}/release`,
    `/announcements/${elsewhere}/cancel`,
    `/announcements/${elsewhere}/edit`,
    `/announcements/${elsewhere}/preview`,
    '/families/rosa/conversation',
    '/oversight/export',
    `/oversight/exports/${elsewhere}/drop`,
    '/school/lincoln/hours',
    '/school/lincoln/desks',
    '/school/lincoln/calendar',
    '/school/lincoln/closures',
    '/school/lincoln/urgent',
    '/school/lincoln/announcements',
    '/school/lincoln/announcements/preview',
    '/school/lincoln/announcements/insert',
    '/school/lincoln/announcements/keep',
    '/school/texts/es/reviewed',
    '/school/texts/es/choice',
    '/school/texts/es/text/help',
    '/oversight/review/lincoln/words',
    `/oversight/review/lincoln/${exchange}`,
    `/tasks/${elsewhere}/done`,
    `/tasks/${elsewhere}/claim`,
    `/tasks/${elsewhere}/leave`,
    ...['again', 'dismiss', 'release', 'cancel'].map((action) => `/tasks/${elsewhere}/${action}`),
    `/conversations/${conversation}/claim`,
    `/conversations/${conversation}/leave`,
    `/strangers/${elsewhere}/guardians`,
    `/strangers/${elsewhere}/messages`,
    `/strangers/${elsewhere}/dismiss`,
    '/people/rosa/preferences',
    '/people/rosa/listed-phone',
    '/people/rivera/logins/end',
    `/people/rivera/tokens/${elsewhere}/revoke`,
    '/people/rivera/second-factor/reset',
    `/account/logins/${elsewhere}/end`,
  ]

  test('without a sign-in every page leads to it, and no form does anything', async () => {
    const stranger = await visitor(world, null)
    for (const path of [...gets(), '/families'].filter((p) => p !== '/nothing')) {
      const { status, to } = await stranger.get(path)
      expect([path, status, to]).toEqual([path, 303, `/sign-in?next=${encodeURIComponent(path)}`])
    }
    for (const path of posts()) expect([path, (await stranger.post(path, { body: 'x' })).status]).toEqual([path, 401])
  })

  test('who staffs another school’s office finds nothing of it, but the pages of the own', async () => {
    await kim.post('/school/harbor/desks', { desk: 'office', staff: 'tran' })
    const tran = await visitor(world, 'tran')
    const own = ['/tasks', '/attendance']
    const nothing = (await tran.get('/nothing')).html
    for (const path of gets()) {
      const { status, html } = await tran.get(path)
      expect([path, status, html === nothing]).toEqual([path, own.includes(path) ? 200 : 404, !own.includes(path)])
      for (const who of ['Rosa', 'Maya']) expect([path, html.includes(who)]).toEqual([path, false])
    }
    const form = { body: 'x', key: crypto.randomUUID(), back: '/inbox' }
    const nowhere = (await tran.post(`/conversations/${elsewhere}/messages`, form)).html
    for (const path of [...posts(), '/attendance/lincoln']) {
      const { status, html } = await tran.post(path, form)
      expect([path, status, html === nowhere]).toEqual([path, 404, true])
    }
    await kim.post('/school/harbor/desks', { desk: 'office' })
  })

  test('another teacher finds nothing: the same answer as for what does not exist', async () => {
    const nothing = (await osei.get('/nothing')).html
    for (const path of gets()) {
      const { status, html } = await osei.get(path)
      expect([path, status, html === nothing]).toEqual([path, 404, true])
    }
    const form = { body: 'x', key: crypto.randomUUID(), back: '/inbox' }
    const nowhere = (await osei.post(`/conversations/${elsewhere}/messages`, form)).html
    expect(nowhere.replace('<p>What you typed:</p><blockquote dir="auto">x</blockquote>', '')).toBe(nothing)
    for (const path of posts().filter((p) => !p.startsWith('/families'))) {
      const { status, html } = await osei.post(path, form)
      expect([path, status, html === nowhere]).toEqual([path, 404, true])
    }
  })

  test.each([
    [
      'the note of a review',
      `/oversight/review/lincoln/${elsewhere}`,
      { note: 'Ask <her>', outcome: 'talk' },
      ['Ask &lt;her&gt;'],
    ],
    [
      'the name and the words of a sentence',
      '/sentences/change',
      { id: elsewhere, school: '', name: 'Boots', words: 'Bring boots.' },
      ['Boots', 'Bring boots.'],
    ],
  ])('%s are given back where they could not be taken', async (_, path, form, words) => {
    const { status, html } = await kim.post(path, form as Record<string, string>)
    const given = [...html.matchAll(/<blockquote dir="auto">([^<]*)</g)].map((m) => m[1])
    expect([status, given]).toEqual([404, words])
  })

  test('the address of a form leads to the page that it stands on, for everybody, and that page says who may see it', async () => {
    const own = [
      [`/conversations/${conversation}/messages`, `/conversations/${conversation}`],
      [`/conversations/${conversation}/preview`, `/conversations/${conversation}`],
      [`/exchanges/${exchange}/again`, `/conversations/${conversation}`],
      ['/classes/x%2F..%2Fy/preview', '/classes/x%2F..%2Fy'],
      [`/announcements/${elsewhere}/release`, `/announcements/${elsewhere}`],
      [`/announcements/${elsewhere}/preview`, `/announcements/${elsewhere}/edit`],
      ['/families/rosa/conversation', '/families'],
      ['/oversight/export', '/oversight'],
      [`/oversight/exports/${elsewhere}/drop`, `/oversight/exports/${elsewhere}`],
      ['/school/lincoln/hours', '/school/week?of=lincoln'],
      ['/school/lincoln/closures', '/school/week?of=lincoln'],
      ['/school/lincoln/desks', '/school?of=lincoln'],
      ['/school/lincoln/announcements/keep', '/school/message?of=lincoln'],
      ['/school/texts/es/choice', '/school/texts/es'],
      ['/oversight/review/lincoln/words', '/oversight/review?of=lincoln'],
      [`/oversight/review/lincoln/${exchange}`, '/oversight/review?of=lincoln'],
      [`/tasks/${elsewhere}/claim`, '/tasks'],
      [`/strangers/${elsewhere}/guardians`, `/strangers/${elsewhere}`],
      ['/people/rivera/second-factor/reset', '/people/rivera'],
      [`/people/rivera/tokens/${elsewhere}/revoke`, '/people/rivera'],
      ['/attendance/lincoln', '/attendance?of=lincoln'],
      ['/sentences/save', '/sentences'],
      ['/sign-out', '/inbox'],
    ]
    for (const [path = '', page] of own) {
      const { status, to } = await rivera.get(path)
      expect([path, status, to]).toEqual([path, 303, page])
    }
    const nothing = (await osei.get('/nothing')).html
    for (const path of posts().filter((p) => !p.startsWith('/families') && !p.startsWith('/account'))) {
      let answer = await osei.get(path)
      while (answer.to !== null) answer = await osei.get(answer.to)
      expect([path, answer.status, answer.html === nothing]).toEqual([path, 404, true])
    }
  })

  test('an administrator may read a conversation of others, not write in it, and the look is in the log', async () => {
    const { status, html } = await kim.get(`/conversations/${conversation}`)
    expect([status, html.includes('<textarea'), html.includes('that you looked is in the log')]).toEqual([200, false, true])
    expect((await kim.post(`/conversations/${conversation}/messages`, { body: 'x', key: 'k' })).status).toBe(404)
    const looks = await kim.get('/oversight/looks')
    expect(looks.html).toMatch(/opened a conversation of <bdi>[^<]+<\/bdi>/)
  })

  test('the messages of one family are found by a guardian or a student, and by nobody who may not see them', async () => {
    await world.sends('rivera', { guardian: 'fatima' }, 'Only for another family.')
    await world.settled()
    for (const person of ['rosa', 'maya']) {
      expect((await kim.get(`/people/${person}`)).html).toContain(`href="/oversight?family=${person}"`)
      const { html } = await kim.get(`/oversight?family=${person}`)
      expect([
        html.includes('Only the family of'),
        html.includes('I hope Maya feels better'),
        html.includes('Only for another'),
      ]).toEqual([true, true, false])
    }
    expect((await kim.get('/oversight?family=maya&words=hope')).html).toContain('Maya feels better')
    expect((await kim.get('/oversight?family=maya&words=another')).html).toContain('No message fits')
    const nothing = (await kim.get('/nothing')).html
    const answer = await kim.get('/oversight?family=somebody-elses')
    expect([answer.status, answer.html === nothing]).toEqual([404, true])
  })

  test('administrators search all years by words of either language, as they are typed', async () => {
    for (const words of ['espero MAYA', 'hop better', 'letting me know', 'sienta'])
      expect([
        words,
        (await kim.get(`/oversight?words=${encodeURIComponent(words)}`)).html
          .replaceAll(/<\/?mark>/g, '')
          .includes('I hope Maya feels better'),
      ]).toEqual([words, true])
    for (const words of ['zebra', '%', 'maya zebra'])
      expect((await kim.get(`/oversight?words=${encodeURIComponent(words)}`)).html).toContain('No message fits')
    expect((await kim.get('/oversight?words=espero&to=2020-03-01')).html).toContain('No message fits')
    const { html } = await kim.get('/oversight/looks')
    expect([html.includes('looked through the messages'), html.includes('espero')]).toEqual([true, false])
  })

  test('messages drawn by lot or with a watched word, in either language, are looked at once, with what came of it', async () => {
    const page = () => kim.get('/oversight/review?of=lincoln')
    const later = { key: crypto.randomUUID(), date: '2036-03-20', time: '10:00' }
    const { to } = await rivera.post('/classes/4b/announcements', { body: 'This was never sent.', ...later })
    await rivera.post(`${to?.split('?')[0]}/cancel`)
    const first = (await page()).html
    expect([first.includes('drawn by lot'), first.includes('This was never sent.')]).toEqual([true, false])
    const drawn = (html: string) => [...html.matchAll(/action="\/oversight\/review\/lincoln\/([0-9a-f-]{36})"/g)].map((m) => m[1])
    expect(drawn((await page()).html)).toEqual(drawn(first))
    await kim.post('/oversight/review/lincoln/words', { words: 'sienta (mejor\nab\nSienta  Mejor' })
    const found = (await page()).html
    expect(found).toContain('has a watched word')
    expect(found).toContain('Espero que Maya')
    const [one = ''] = drawn(found)
    expect((await kim.post(`/oversight/review/lincoln/${one}`, { outcome: 'talk', note: '<i>look</i>' })).status).toBe(303)
    const after = (await page()).html
    expect(drawn(after)).not.toContain(one)
    expect(after).toContain('Somebody talks with the teacher: <bdi>&lt;i&gt;look&lt;/i&gt;</bdi>')
    expect((await kim.post(`/oversight/review/lincoln/${one}`, { outcome: 'nonsense' })).status).toBe(404)
  })

  test('an aide who is put at a desk sees its school’s tasks, and no longer when taken off', async () => {
    expect((await osei.get('/tasks')).status).toBe(404)
    const { rows } = { rows: await world.rows(sql<{ id: string }>`select org_id as id from person_org where person_id = 'osei'`) }
    const school = rows[0]?.id ?? ''
    expect((await kim.post(`/school/${school}/desks`, { desk: 'aides', staff: 'osei' })).status).toBe(303)
    expect((await osei.get('/tasks')).status).toBe(200)
    expect((await kim.post(`/school/${school}/desks`, { desk: 'aides' })).status).toBe(303)
    expect((await osei.get('/tasks')).status).toBe(404)
    expect((await kim.post(`/school/${school}/desks`, { desk: 'aides', staff: 'rosa' })).status).toBe(422)
  })

  test('hours that are wrong are refused by name, and what was typed stays', async () => {
    const { status, html } = await kim.post('/school/lincoln/hours', {
      timezone: 'America/Chicago',
      'families-mon': '8-17',
      'families-tue': '25:00-26:00',
    })
    expect([status, html.includes('value="8-17"'), html.includes('Tuesday, families: “25:00-26:00” is no span of time')]).toEqual(
      [422, true, true],
    )
    for (const [fields, words] of [
      [{ 'families-fri': '22:00-06:00' }, 'tick the box at the end'],
      [{ 'families-fri': '9:00-1:00' }, 'Friday, families: “9:00-1:00” is no span of time'],
      [{ closures: '2026-12-25\nthe day after' }, '“the day after” is no date of the calendar'],
    ] as const) {
      const wrong = await kim.post('/school/lincoln/hours', { timezone: 'America/Chicago', ...fields })
      expect([wrong.status, wrong.html.includes(words)]).toEqual([422, true])
    }
    const days = 'December 24, 2036\n12/25/2036\n2036-12-26, 2036-12-27'
    await kim.post('/school/lincoln/hours', { timezone: 'America/Chicago', 'families-mon': '7-20', closures: days })
    expect((await kim.get('/school/week?of=lincoln')).html).toContain(
      '>2036-12-24\n2036-12-25\n2036-12-26\n2036-12-27</textarea>',
    )
    expect(
      (await kim.post('/school/lincoln/hours', { timezone: 'America/Chicago', 'families-mon': '7-20', 'staff-mon': '7-20' }))
        .status,
    ).toBe(303)
    expect((await kim.get('/school/week?of=lincoln')).html).toContain('value="7:00 AM – 8:00 PM"')
    await world.hours('lincoln', {})
  })

  test('a form from another site does nothing, whatever cookie comes along', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      {},
    ])
      expect((await rivera.post(`/conversations/${conversation}/messages`, { body: 'x', key: 'k' }, headers)).status).toBe(403)
  })

  test('a login that ended loses nothing that was typed', async () => {
    const away = await visitor(world, 'rivera')
    await world.rows(sql`update login set ended_at = now() where staff_id = 'rivera' returning id`)
    const { status, html } = await away.post(`/conversations/${conversation}/messages`, { body: 'My long message', key: 'k' })
    expect([status, html.includes('value="My long message"')]).toEqual([401, true])
    rivera = await visitor(world, 'rivera')
  })

  test('a page that fails gives back what was typed, and the same form sends it once when the fault is over', async () => {
    const form = { body: 'Typed while it was broken.', key: 'broken' }
    const broken = await withoutTable('idempotency', () => rivera.post(`/conversations/${conversation}/messages`, form))
    expect([
      broken.status,
      broken.html.includes('value="Typed while it was broken."'),
      broken.html.includes('value="broken"'),
    ]).toEqual([500, true, true])
    for (let i = 0; i < 2; i++) await rivera.post(`/conversations/${conversation}/messages`, form)
    const sent = await world.rows(sql`select from exchange where original_text = ${form.body}`)
    expect(sent.length).toBe(1)
  })

  test('an administrator who still owes the second factor loses nothing that was typed', async () => {
    const away = await visitor(world, 'kim')
    await world.rows(sql`update login set how = 'code' where staff_id = 'kim' and ended_at is null returning id`)
    const { status, html } = await away.post('/school/lincoln/announcements', { body: 'To everybody', key: 'k' })
    expect([status, html.includes('value="To everybody"')]).toEqual([401, true])
    kim = await visitor(world, 'kim')
  })

  test('a cookie that somebody made up, and forwarded headers, are nothing', async () => {
    const forged = await visitor(world, null)
    forged.cookies.set('homeline-login', `${world.district.replaceAll('-', '')}_${'a'.repeat(43)}.${'b'.repeat(43)}`)
    expect((await forged.get('/inbox')).status).toBe(303)
    const { to } = await forged.post(
      '/sign-in/demo',
      { person: 'rivera' },
      { 'sec-fetch-site': 'same-origin', 'x-forwarded-for': '127.0.0.1' },
    )
    expect(to).toBe(null)
  })
})

describe('signing in by a texted code', () => {
  const code = () => /\d{6}/.exec(world.phoneOf('rivera').screen().at(-1)?.body ?? '')?.[0] ?? ''

  test('the code comes by text, works once, in the browser that asked', async () => {
    const browser = await visitor(world, null)
    const asked = await browser.post('/sign-in', { phone: world.phoneOf('rivera').number, next: '/classes' })
    expect([asked.status, asked.to]).toEqual([303, '/sign-in/code?next=%2Fclasses'])
    await world.until('the code has come', () => code() !== '')
    const six = code()
    expect(six).toMatch(/^\d{6}$/)
    const other = await visitor(world, null)
    expect((await other.post('/sign-in/code', { code: six })).status).toBe(422)
    expect((await browser.post('/sign-in/code', { code: six === '000000' ? '111111' : '000000' })).status).toBe(422)
    const entered = await browser.post('/sign-in/code', { code: six, next: '/classes' })
    expect([entered.status, entered.to]).toEqual([303, '/classes'])
    expect((await browser.get('/classes')).status).toBe(200)
    expect((await browser.post('/sign-out')).status).toBe(303)
    expect((await browser.get('/classes')).status).toBe(303)
    expect(
      await world.rows(sql`select original_text from exchange where notice = 'login_code' and original_text ~ ${six}`),
    ).toEqual([])
  })

  test('nobody learns whether a number is known', async () => {
    const browser = await visitor(world, null)
    const known = await browser.post('/sign-in', { phone: world.phoneOf('osei').number })
    const unknown = await browser.post('/sign-in', { phone: '+12125550199' })
    expect([known.status, known.to, known.html]).toEqual([unknown.status, unknown.to, unknown.html])
    expect((await browser.post('/sign-in', { phone: 'abc' })).status).toBe(422)
  })

  test('where a browser goes on to is never another site', async () => {
    const browser = await visitor(world, null)
    for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])
      expect((await browser.get(`/sign-in?next=${encodeURIComponent(next)}`)).html).toContain('name="next" value="/inbox"')
  })
})

describe('whatever stands in an address or a form, no page fails', () => {
  const pages = () =>
    '/inbox /oversight /oversight/looks /oversight/review /reach /school /people /tasks /school/numbers /school/languages /school/translator /school/week /school/texts /school/texts/es /school/texts/es/text/help /attendance /sign-in /sign-in/code /sign-in/second'
      .split(' ')
      .concat(
        `/conversations/${conversation}`,
        '/conversations/',
        '/classes/',
        '/announcements/',
        '/exchanges/',
        '/people/',
        '/strangers/',
      )
  const names = 'part role translate q show after before draft body first said words staff class status from to of next'.split(
    ' ',
  )
  const forms = () =>
    '/sign-in /sign-in/code /sign-in/second /oversight/export /school/lincoln/hours /school/lincoln/desks /oversight/review/lincoln/words /attendance/lincoln /people/rosa/preferences /school/texts/es/reviewed /school/texts/es/text/help'
      .split(' ')
      .concat(`/conversations/${conversation}/preview`)
  const fields =
    'language spoken contact guardian despite wording act read part phone code next body reason from to timezone families-mon closures desk staff words lines urgent'.split(
      ' ',
    )
  const asks = async (value: string) => {
    const query = new URLSearchParams(names.map((name) => [name, value]))
    const fill = Object.fromEntries(fields.map((name) => [name, value]))
    const failed: string[] = []
    for (const who of [rivera, kim]) {
      for (const page of pages()) {
        const path = page.endsWith('/') ? `${page}${encodeURIComponent(value.toWellFormed()).slice(0, 200)}` : page
        if ((await who.get(`${path}?${query}`)).status >= 500) failed.push(path)
      }
      for (const form of forms()) if ((await who.post(form, fill)).status >= 500) failed.push(form)
    }
    return failed
  }

  test.each([
    ['nothing', ''],
    ['a null character', 'a\u0000b'],
    ['half a character', '\ud800'],
    ['a day that is none', '2026-02-31'],
    ['the last day', '9999-12-31'],
    ['an id', '00000000-0000-7000-8000-000000000000'],
    ['a cursor of nonsense', Buffer.from(JSON.stringify([0, 'x', 'y'])).toString('base64url')],
    [
      'a cursor beyond time',
      Buffer.from(JSON.stringify([2 ** 40, '+275760-09-13T00:00Z', '00000000-0000-7000-8000-000000000000'])).toString(
        'base64url',
      ),
    ],
    ['a number beyond all', '1e30'],
    ['twenty digits', '9'.repeat(20)],
    ['patterns', '%_\\(['],
    ['bidi controls', '\u202e\u2066x'],
    ['a long word', 'x'.repeat(1_500)],
  ])('%s', async (_, value) => {
    expect(await asks(value)).toEqual([])
  })

  test('anything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (value) => {
        expect(await asks(value)).toEqual([])
      }),
      { numRuns: 12 },
    )
    await world.hours('lincoln', {})
  })
})

test('the log is intact after all of it', async () => {
  await world.paceIsOver()
  await world.isIntact()
})

test('a class names the students for whom nobody can be written to', async () => {
  expect((await rivera.get('/classes/4b')).html).not.toContain('has no guardian of')
  await world.rosterChanges(
    'users.csv',
    ['5550120,,yusuf,', '5550120,,,'],
    ['Yusuf,Al-Sayed,,,,,,fatima,', 'Yusuf,Al-Sayed,,,,,,,'],
  )
  expect((await rivera.get('/classes/4b')).html).toContain('has no guardian of <bdi>Yusuf A.</bdi>')
})
