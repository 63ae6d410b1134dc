import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { sql } from 'kysely'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { staffDesk } from '../../src/store/desks.ts'
import { visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

const executablePath = '/usr/bin/chromium'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let world: World
let browser: Browser
let conversation = ''
let announcement = ''
let exported = ''
let stranger = ''

describe.skipIf(!existsSync(executablePath))('in a browser', () => {
  beforeAll(async () => {
    world = await openWorld({ numbers: 8 })
    await world.itIs('2036-03-03T10:00')
    const [sent] = await world.sends(
      'rivera',
      { guardian: 'rosa' },
      'Thank you for letting me know. I hope Maya feels better soon.',
    )
    await world.phoneOf('rosa').reads()
    world.phoneOf('rosa').texts((await world.line('rivera', 'rosa')).family ?? '', 'Gracias')
    await world.settled()
    const rows = await world.rows(
      sql<{ id: string }>`select conversation_id as id from exchange where id = ${sent?.id ?? ''}::uuid`,
    )
    conversation = rows[0]?.id ?? ''
    const rivera = await visitor(world, 'rivera')
    const classes = await world.rows(
      sql<{
        id: string
      }>`select class_id as id from enrollment where person_id = 'rivera' and role = 'teacher' order by class_id limit 1`,
    )
    const { to } = await rivera.post(`/classes/${classes[0]?.id}/announcements`, { body: 'Please sign the paper.', key: 'one' })
    announcement = (to ?? '').split('?')[0] ?? ''
    await world.settled()
    const kim = await visitor(world, 'kim')
    await kim.post('/school/lincoln/desks', { desk: 'office', staff: 'rivera' })
    exported = (await kim.post('/oversight/export', { reason: 'Records request 12', format: 'pdf' })).to ?? ''
    world.phone('+14145550133').texts((await world.line('rivera', 'rosa')).family ?? '', 'Hola, soy la mamá de Maya.')
    await world.settled()
    const unknown = await world.rows(sql<{ id: string }>`select phone_id as id from task where kind = 'stranger'`)
    stranger = unknown[0]?.id ?? ''
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
  })
  afterAll(() => browser.close())
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
  })

  async function visit(staff: string | null, path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options)
    const { cookies } = await visitor(world, staff)
    await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: world.gateway.url })))
    const page = await context.newPage()
    // It only catches what never comes.
    page.setDefaultTimeout(100_000)
    page.on('pageerror', (error) => expect.unreachable(String(error)))
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) expect.unreachable(message.text())
    })
    await page.goto(`${world.gateway.url}${path}`)
    return page
  }

  const PAGES: readonly (readonly [who: string | null, path: () => string])[] = [
    [null, () => '/sign-in'],
    [null, () => '/sign-in/code'],
    ['rivera', () => '/inbox'],
    ['rivera', () => '/inbox?q=nobody'],
    ['rivera', () => `/conversations/${conversation}`],
    ['rivera', () => '/classes'],
    ['rivera', () => announcement],
    ['rivera', () => '/announcements'],
    ['kim', () => '/families?q=lop'],
    ['kim', () => '/people?of=lincoln&role=left'],
    ['kim', () => '/people/maya'],
    ['kim', () => '/oversight?family=maya'],
    ['rivera', () => '/account'],
    ['rivera', () => '/account/phone'],
    ['rivera', () => '/sentences'],
    ['rivera', () => '/classes/4b'],
    ['kim', () => '/sentences'],
    ['rivera', () => '/attendance'],
    ['kim', () => '/tasks'],
    ['kim', () => '/oversight'],
    ['kim', () => '/oversight/looks'],
    ['kim', () => '/oversight/exports'],
    ['kim', () => exported],
    ['kim', () => '/school?of=lincoln'],
    ['kim', () => '/school/message?of=lincoln'],
    ['kim', () => '/school/numbers?of=lincoln'],
    ['kim', () => '/school/languages?of=lincoln'],
    ['kim', () => '/school/week?of=lincoln'],
    ['kim', () => '/school/translator'],
    ['kim', () => '/school/texts?of=lincoln'],
    ['kim', () => '/school/texts/es'],
    ['kim', () => '/school/texts/ar?part=phrase'],
    ['kim', () => '/school/texts/ar/text/help'],
    ['kim', () => '/reach?of=lincoln'],
    ['kim', () => '/people?of=lincoln'],
    ['kim', () => '/people/rosa'],
    ['kim', () => '/people/rivera'],
    ['rivera', () => `/strangers/${stranger}?q=lop`],
    ['kim', () => '/school/roster'],
    ['kim', () => '/oversight/review?of=lincoln'],
    ['kim', () => '/nothing-here'],
  ]

  const VIEWED = [1280, 320].flatMap((width) =>
    PAGES.map(([who, path]) => ({ width, who, path, named: String(path).replace('() => ', '') })),
  )

  test.each(VIEWED)(
    '$named, $width pixels wide, light and dark, has no fault that axe finds, and does not scroll sideways',
    async (viewed) => {
      const { width, who, path } = viewed
      const page = await visit(who, path(), { viewport: { width, height: 800 }, bypassCSP: true })
      await page.evaluate(axe)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const faults = (await page.evaluate(
          `axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target).join(' ')))`,
        )) as string[]
        expect(faults, colorScheme).toEqual([])
      }
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    },
  )

  test('a message is written and sent by the keyboard alone', async () => {
    const page = await visit('rivera', `/conversations/${conversation}`)
    for (let i = 0; i < 40 && (await page.evaluate('document.activeElement.id')) !== 'body'; i++) await page.keyboard.press('Tab')
    await page.keyboard.type('Typed by hand.')
    await page.waitForSelector('.preview')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/said=sent/)
    expect(await page.textContent('.thread')).toContain('Typed by hand.')
    expect(await page.inputValue('#body')).toBe('')
  })

  test('a translation is put back on request, without leaving the page', async () => {
    const page = await visit('rivera', `/conversations/${conversation}`)
    await page.evaluate('window.notReloaded = true')
    await page.fill('#body', 'Thank you for letting me know. I hope Maya feels better soon.')
    await page.click('text=Translate it back')
    await page.waitForSelector('text=Put back by machine')
    expect(await page.evaluate('window.notReloaded')).toBe(true)
  })

  test('without JavaScript the same page previews and sends', async () => {
    const page = await visit('rivera', `/conversations/${conversation}`, { javaScriptEnabled: false })
    await page.fill('#body', 'Without a script.')
    await page.click('text=Show what arrives')
    await page.waitForURL(/preview/)
    expect(await page.textContent('.preview')).toContain('Without a script.')
    await page.click('button.main')
    await page.waitForURL(/said=sent/)
    expect(await page.textContent('.thread')).toContain('Without a script.')
  })

  test.each([
    ['with', true],
    ['without', false],
  ])('%s JavaScript a sentence is saved from what is written and put behind other words', async (how, javaScriptEnabled) => {
    const sentence = `Please bring a pencil ${how} it.`
    const page = await visit('rivera', `/conversations/${conversation}`, { javaScriptEnabled })
    await page.fill('#body', sentence)
    await page.click('text=Saved sentences and phrases')
    await page.click('text=Save what is written')
    await page.waitForSelector('text=Saved among your sentences')
    await page.fill('#body', 'Hello.')
    await page.click('text=Saved sentences and phrases')
    await page.click(`.phrases button:has-text("${sentence}")`)
    await page.waitForFunction('document.querySelector("#body").value.length > 10')
    expect(await page.inputValue('#body')).toBe(`Hello. ${sentence}`)
    expect(page.url().includes('/insert')).toBe(!javaScriptEnabled)
  })

  test('what a family writes appears by itself, and what is being written stays', async () => {
    const page = await visit('rivera', `/conversations/${conversation}`)
    await page.evaluate('window.notReloaded = true')
    await page.fill('#body', 'I am still writing')
    world.phoneOf('rosa').texts((await world.line('rivera', 'rosa')).family ?? '', 'Maya ya está mejor')
    await page.waitForSelector('text=Maya ya está mejor')
    expect(await page.inputValue('#body')).toBe('I am still writing')
    expect(await page.evaluate('window.notReloaded')).toBe(true)
    await page.reload()
    expect(await page.inputValue('#body')).toBe('I am still writing')
  })

  test('a school day is dragged, drawn and moved by the keyboard over its plain field, and saved', async () => {
    const page = await visit('kim', '/school/week?of=harbor', { viewport: { width: 1280, height: 900 } })
    const field = page.locator('[name="families-mon"]')
    await field.fill('08:00-16:00')
    const track = page.locator('td:has([name="families-mon"]) .track')
    const box = await track.boundingBox()
    if (box === null) throw new Error('no track')
    const x = (hour: number) => box.x + (hour / 24) * box.width
    const y = box.y + box.height / 2
    const drag = async (from: number, to: number) => {
      await page.mouse.move(x(from), y)
      await page.mouse.down()
      await page.mouse.move(x((from + to) / 2), y)
      await page.mouse.move(x(to), y)
      await page.mouse.up()
    }
    await drag(16, 18)
    expect(await field.inputValue()).toBe('8:00 AM – 6:00 PM')
    await drag(20, 21)
    expect(await field.inputValue()).toBe('8:00 AM – 6:00 PM, 8:00 PM – 9:00 PM')
    await page.getByRole('slider', { name: 'Families, Monday, opens' }).first().focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('PageUp')
    expect(await field.inputValue()).toBe('8:45 AM – 6:00 PM, 8:00 PM – 9:00 PM')
    expect(await page.evaluate('document.activeElement.getAttribute("aria-valuetext")')).toBe('8:45 AM')
    await page.getByRole('slider', { name: 'Families, Monday, closes' }).first().focus()
    await page.keyboard.press('End')
    // Not over the window behind it.
    expect(await field.inputValue()).toBe('8:45 AM – 8:00 PM, 8:00 PM – 9:00 PM')
    await page.keyboard.press('Delete')
    expect(await field.inputValue()).toBe('8:00 PM – 9:00 PM')
    await field.fill('7-17:30')
    await page.click('text=Families: Monday for the whole school week')
    expect(await page.inputValue('[name="families-fri"]')).toBe('7-17:30')
    await page.selectOption('#timezone', 'America/Chicago')
    await page.click('text=Save hours')
    await page.waitForURL(/said=hours_set/)
    expect(await page.inputValue('[name="families-fri"]')).toBe('7:00 AM – 5:30 PM')
    await world.hours('harbor', {})
  })

  test('by touch a tap draws nothing, and without JavaScript the same fields are typed and saved', async () => {
    const touch = await visit('kim', '/school/week?of=harbor', { viewport: { width: 320, height: 800 }, hasTouch: true })
    await touch.fill('[name="staff-tue"]', '08:00-09:00')
    await touch.locator('td:has([name="staff-tue"]) .track').tap({ position: { x: 100, y: 10 } })
    expect(await touch.inputValue('[name="staff-tue"]')).toBe('08:00-09:00')
    const plain = await visit('kim', '/school/week?of=harbor', { javaScriptEnabled: false })
    await plain.fill('[name="staff-tue"]', '8-9')
    await plain.selectOption('#timezone', 'America/Chicago')
    await plain.check('[name="night"]')
    await plain.click('text=Save hours')
    await plain.waitForURL(/said=hours_set/)
    expect(await plain.inputValue('[name="staff-tue"]')).toBe('8:00 AM – 9:00 AM')
    await world.hours('harbor', {})
  })

  describe('nothing typed is lost', () => {
    const sent = (text: string) =>
      world.rows(sql`select from exchange where original_text = ${text} and direction = 'to_family' and status <> 'canceled'`)
    const draft = (page: Page) => page.inputValue('#body')

    test.each<[string, (page: Page) => Promise<unknown>, (page: Page) => Promise<unknown>]>([
      ['the network is gone', (page) => page.context().setOffline(true), (page) => page.context().setOffline(false)],
      [
        'the server cannot be reached, whatever the browser says of its network',
        (page) => page.route('**/*', (route) => route.abort()),
        (page) => page.unroute('**/*'),
      ],
    ])('when %s the page stays and says so; later it is sent once', async (what, goes, comes) => {
      const text = `Written while ${what}`
      const page = await visit('rivera', `/conversations/${conversation}`)
      await page.fill('#body', text)
      await goes(page)
      await page.click('#write button.main')
      await page.waitForSelector('text=There is no connection just now')
      expect([await draft(page), page.url().includes('said=')]).toEqual([text, false])
      await comes(page)
      await page.click('#write button.main')
      await page.waitForURL(/said=sent/)
      expect((await sent(text)).length).toBe(1)
      await page.goto(`${world.gateway.url}/conversations/${conversation}`)
      expect(await draft(page)).toBe('')
    })

    test('a second press sends nothing more', async () => {
      const page = await visit('rivera', `/conversations/${conversation}`)
      await page.fill('#body', 'Pressed twice')
      await page.dblclick('#write button.main')
      await page.waitForURL(/said=sent/)
      await world.settled()
      expect((await sent('Pressed twice')).length).toBe(1)
    })

    test('what is written after a message was sent outlasts a reload, a day and time too', async () => {
      const page = await visit('rivera', `/conversations/${conversation}`)
      await page.fill('#body', 'The first')
      await page.click('#write button.main')
      await page.waitForURL(/said=sent/)
      await page.fill('#body', 'The second')
      await page.click('text=Send later')
      await page.fill('#date', '2036-03-05')
      await page.fill('#time', '07:00')
      await page.reload()
      expect([await draft(page), await page.inputValue('#date'), await page.inputValue('#time')]).toEqual([
        'The second',
        '2036-03-05',
        '07:00',
      ])
      expect(await page.isVisible('#time')).toBe(true)
      await page.waitForSelector('text=It goes out Wednesday at 7:00 AM.')
    })

    test('a draft with a picture comes back without it, and the page goes on working', async () => {
      const page = await visit('rivera', `/conversations/${conversation}`)
      await page.click('text=Add a picture')
      await page.setInputFiles('#picture', { name: 'class.png', mimeType: 'image/png', buffer: Buffer.from('a picture') })
      await page.fill('#body', 'Thank you.')
      await page.reload()
      expect([await draft(page), await page.inputValue('#picture')]).toEqual(['Thank you.', ''])
      await page.waitForSelector('.preview')
    })

    test('canceling or editing another message leaves the draft: it can be put back', async () => {
      const page = await visit('rivera', `/conversations/${conversation}`)
      for (const [text, button] of [
        ['Put off and canceled', 'Cancel'],
        ['Put off and edited', 'Edit'],
      ] as const) {
        await page.fill('#body', text)
        if (!(await page.isVisible('#time'))) await page.click('text=Send later')
        await page.fill('#date', '2036-03-05')
        await page.fill('#time', '07:00')
        await page.click('#write button.main')
        await page.waitForURL(/said=scheduled/)
        await page.fill('#body', 'In the middle of something')
        if (button === 'Edit') {
          await page.click(`.thread a:has-text("Edit")`)
          await page.waitForURL(/edit=/)
          expect(await draft(page)).toBe(text)
          await page.click('text=Leave it')
          await page.waitForURL(/#x-/)
        } else {
          await page.click(`.thread button:has-text("${button}")`)
          await page.waitForURL(/said=canceled/)
        }
        expect(await draft(page)).toBe('In the middle of something')
      }
    })

    test('an announcement that was sent is no draft any more', async () => {
      const page = await visit('rivera', '/classes/4b')
      await page.fill('#body', 'To all of 4B')
      await page.click('#write button.main')
      await page.waitForURL(/said=announced/)
      await page.goto(`${world.gateway.url}/classes/4b`)
      expect(await draft(page)).toBe('')
    })

    test.each([
      ['with', true],
      ['without', false],
    ])(
      '%s JavaScript a sign-in that ended gives the words back, and one press sends them once',
      async (how, javaScriptEnabled) => {
        const text = `Signed out ${how}`
        const page = await visit('rivera', `/conversations/${conversation}`, { javaScriptEnabled })
        await page.fill('#body', text)
        await world.rows(sql`update login set ended_at = now() where staff_id = 'rivera' returning id`)
        await page.click('#write button.main')
        await page.waitForSelector('text=You were signed out')
        expect(await page.textContent('blockquote')).toBe(text)
        const { cookies } = await visitor(world, 'rivera')
        await page.context().addCookies([...cookies].map(([name, value]) => ({ name, value, url: world.gateway.url })))
        await page.click('button.main')
        await page.waitForURL(/said=sent/)
        await page.goto(`${world.gateway.url}/conversations/${conversation}`)
        expect([(await sent(text)).length, await draft(page)]).toEqual([1, ''])
      },
    )

    test('without JavaScript the way back brings the words back, after a lost network too', async () => {
      const page = await visit('rivera', `/conversations/${conversation}`, { javaScriptEnabled: false })
      await page.fill('#body', 'Far from any network')
      await page.context().setOffline(true)
      // The browser's own page about the lost network must be there before the way back is taken.
      await Promise.all([page.waitForEvent('framenavigated'), page.click('#write button.main', { noWaitAfter: true })])
      await page.waitForLoadState()
      await page.context().setOffline(false)
      await page.goBack()
      expect(await draft(page)).toBe('Far from any network')
    })
  })

  test('who takes a conversation of a desk is seen by the others at once, without a reload', async () => {
    await world.inDistrict((trx) =>
      staffDesk(trx, world.district, { schoolId: 'lincoln', kind: 'office' }, ['rivera', 'osei'], 'kim'),
    )
    const { family, staff } = await world.line('rivera', 'rosa')
    world.phoneOf('rosa').texts(world.numbers.find((one) => one !== family && one !== staff) ?? '', 'Hola')
    await world.settled()
    const rows = await world.rows(sql<{ id: string }>`select id from conversation where staff_side = 'lincoln/office'`)
    const [inbox, thread] = [await visit('rivera', '/inbox'), await visit('rivera', `/conversations/${rows[0]?.id}`)]
    for (const page of [inbox, thread]) await page.evaluate('window.notReloaded = true')
    const osei = await visit('osei', `/conversations/${rows[0]?.id}`, { javaScriptEnabled: false })
    await osei.click('text=I take it')
    await inbox.waitForSelector('text=taken by Ms Osei')
    await thread.waitForSelector('text=Taken by Ms Osei')
    for (const page of [inbox, thread]) expect(await page.evaluate('window.notReloaded')).toBe(true)
  })

  test('without JavaScript an office says whose phone it is', async () => {
    const page = await visit('rivera', `/strangers/${stranger}`, { javaScriptEnabled: false })
    await page.fill('#q', 'luis')
    await page.press('#q', 'Enter')
    await page.check('text=Luis Lopez')
    await page.click('text=This is their phone')
    await page.waitForURL(/said=identified/)
    expect(await page.textContent('.thread')).toContain('Hola, soy la mamá de Maya.')
    expect(await page.textContent('h1')).toContain('Maya L.')
  })

  test('the first view of inbox, conversation and oversight is under 14 kB compressed, with style and script', async () => {
    for (const [who, path] of [
      ['rivera', '/inbox'],
      ['rivera', `/conversations/${conversation}`],
      ['kim', '/oversight'],
      ['kim', '/school?of=lincoln'],
      ['kim', '/school/week?of=lincoln'],
      ['kim', '/school/texts/es'],
    ] as const) {
      const page = await visit(who, path)
      const parts =
        (await page.evaluate(`performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
        .filter(({ initiatorType }) => ['navigation', 'link', 'script'].includes(initiatorType)).map(({ encodedBodySize }) => encodedBodySize)`)) as number[]
      const bytes = parts.reduce((sum, part) => sum + part, 0)
      expect([path, parts.length >= 3, bytes < 14_000 || bytes]).toEqual([path, true, true])
    }
  })
})
