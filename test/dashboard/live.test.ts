import { existsSync } from 'node:fs'
import { sql } from 'kysely'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

const executablePath = '/usr/bin/chromium'

let world: World
let browser: Browser
let conversation = ''

describe.skipIf(!existsSync(executablePath))('an open page', () => {
  beforeAll(async () => {
    world = await openWorld({ numbers: 8 })
    await world.itIs('2036-03-03T10:00')
    const [sent] = await world.sends('rivera', { guardian: 'rosa' }, 'Good morning.')
    await world.settled()
    const [row] = await world.rows(
      sql<{ id: string }>`select conversation_id as id from exchange where id = ${sent?.id ?? ''}::uuid`,
    )
    conversation = row?.id ?? ''
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
  })

  async function signIn(page: Page): Promise<void> {
    const { cookies } = await visitor(world, 'rivera')
    await page.context().addCookies([...cookies].map(([name, value]) => ({ name, value, url: world.gateway.url })))
  }
  async function visit(path: string, before: (page: Page) => Promise<unknown> = async () => {}): Promise<Page> {
    const page = await (await browser.newContext()).newPage()
    await signIn(page)
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => expect.unreachable(String(error)))
    await before(page)
    await page.goto(`${world.gateway.url}${path}`)
    await page.evaluate('window.notReloaded = true')
    return page
  }
  const rosaTexts = async (text: string) => world.phoneOf('rosa').texts((await world.line('rivera', 'rosa')).family ?? '', text)
  const isLive = async (page: Page, text: string) => {
    await rosaTexts(text)
    await page.waitForSelector(`text=${text}`)
    expect(await page.evaluate('window.notReloaded')).toBe(true)
  }

  test('says that the sign-in ended, keeps what is typed, and goes on after another one', async () => {
    const page = await visit(`/conversations/${conversation}?said=sent`)
    await page.fill('#body', 'I am still')
    await world.rows(sql`update login set ended_at = now() where staff_id = 'rivera' returning id`)
    const said = page.locator('[role=alert]')
    await said.waitFor()
    expect(await said.textContent()).toBe('You are signed out. Sign in to go on.')
    expect(await said.locator('a').getAttribute('href')).toBe(
      `/sign-in?next=${encodeURIComponent(`/conversations/${conversation}`)}`,
    )
    await page.locator('#body').pressSequentially(' writing')
    expect([await said.isVisible(), await page.inputValue('#body')]).toEqual([true, 'I am still writing'])
    await signIn(page)
    await page.evaluate('dispatchEvent(new Event("online"))')
    await said.waitFor({ state: 'detached' })
    await isLive(page, 'Maya ya está mejor')
  })

  test.each([
    ['the server is being stopped', { status: 503 }],
    ['a proxy finds no server', { status: 502, contentType: 'text/html', body: 'Bad gateway' }],
  ])('tries again by itself when %s', async (_, answer) => {
    let asked = 0
    const page = await visit('/inbox', (at) =>
      at.route('**/live?*', (route) => {
        asked++
        return asked < 3 ? route.fulfill(answer) : route.continue()
      }),
    )
    await expect.poll(() => asked, { timeout: 20_000 }).toBe(3)
    await isLive(page, `Hola ${answer.status}`)
    expect(await page.locator('[role=alert]').count()).toBe(0)
  })

  test('at the address of a form that it answers it goes on, and its links lead to it', async () => {
    const page = await visit(`/conversations/${conversation}`)
    await page.fill('#body', 'Hello')
    await page.evaluate(`{ const form = document.querySelector('#write'); form.action = form.dataset.preview; form.submit() }`)
    await page.waitForURL(/preview$/)
    await page.evaluate('window.notReloaded = true')
    await isLive(page, 'A qué hora')
    await page.click('text=The family’s language first')
    await page.waitForURL(new RegExp(`/conversations/${conversation}\\?first=original$`))
    expect(await page.textContent('#thread')).toContain('A qué hora')
  })

  test('keeps no connection open while nobody sees it', async () => {
    const streams = { opened: 0, closed: 0 }
    const page = await visit('/inbox', async (at) => {
      at.on('request', (one) => {
        if (one.resourceType() === 'eventsource') streams.opened++
      })
      at.on('requestfailed', (one) => {
        if (one.resourceType() === 'eventsource') streams.closed++
      })
    })
    const isHidden = (hidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`,
      )
    await expect.poll(() => streams).toEqual({ opened: 1, closed: 0 })
    await isHidden(true)
    await expect.poll(() => streams).toEqual({ opened: 1, closed: 1 })
    await rosaTexts('Nadie mira')
    await world.settled()
    expect(await page.locator('text=Nadie mira').count()).toBe(0)
    await isHidden(false)
    await page.waitForSelector('text=Nadie mira')
    await isLive(page, 'Otra vez')
    expect(streams).toEqual({ opened: 2, closed: 1 })
  })
})
