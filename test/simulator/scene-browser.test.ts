import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import fastify, { type FastifyInstance } from 'fastify'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Simulator } from '../../src/simulator/carrier.ts'
import { simulatorScene } from '../../src/simulator/scene.ts'
import { account, openSimulator, request } from './bench.ts'
import { fakeStage, riveraNumber, riveraProxy, rosaNumber, rosaProxy } from './fake-stage.ts'

const executablePath = '/usr/bin/chromium'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
let simulator: Simulator
let fake: ReturnType<typeof fakeStage>
let app: FastifyInstance
let base: string

describe.skipIf(!existsSync(executablePath))('in a browser', () => {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    fake = fakeStage()
    simulator = openSimulator({ phoneNow: fake.now })
    app = fastify()
    app.register(simulatorScene, { simulator, stage: fake.stage })
    base = await app.listen({ port: 0, host: '127.0.0.1' })
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    await app.close()
    simulator.close()
  })

  async function visit(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage(options)
    // It only catches what never comes.
    page.setDefaultTimeout(100_000)
    page.on('pageerror', (error) => expect.unreachable(String(error)))
    await page.goto(`${base}/simulator`)
    return page
  }

  /** What the school would do: carry each side's text to the other. */
  const toRivera = (body: string) => simulator.send(account, request({ from: riveraProxy, to: riveraNumber, body }))
  const toRosa = (body: string) => simulator.send(account, request({ from: rosaProxy, to: rosaNumber, body }))

  test('the whole story plays by following the glow, without a reload', async () => {
    const page = await visit()
    await page.evaluate('window.notReloaded = true')
    await page.click('.glow')
    await page.waitForSelector('.flip li.sent')
    toRivera('Luis G.: My son is sick today.')
    await page.waitForSelector('.smart li.received')
    await page.click('.smart .glow')
    await page.waitForSelector('.smart li.sent')
    toRosa('Gracias. Por favor llame antes de las 9:30.')
    await page.waitForSelector('.flip li.received')
    await page.click('button.glow:text("10:40 PM")')
    await page.waitForSelector('body.night .flip .glow')
    await page.click('.flip .glow')
    await page.locator('.flip li.sent').nth(1).waitFor()
    toRosa('Recibido. Se entrega el martes a las 7:00.')
    await page.click('button.glow:text("7:00 AM")')
    toRivera('Luis G.: Is there homework for tomorrow?')
    await page.waitForSelector('.break .glow')
    expect(await page.locator('.acts .done').count()).toBe(5)
    expect(await page.evaluate('window.notReloaded')).toBe(true)
  })

  test('a draft that somebody is typing survives what happens meanwhile', async () => {
    const page = await visit()
    await page.fill('#draft-rosa', 'Buenos días')
    simulator.text(rosaNumber, rosaProxy, 'otro')
    await page.waitForSelector('.flip li.sent')
    expect(await page.inputValue('#draft-rosa')).toBe('Buenos días')
  })

  test('so does an answer to another number of the school, with the place where one types', async () => {
    const office = (body: string) => simulator.send(account, request({ from: riveraProxy, to: rosaNumber, body }))
    office('Lincoln School: Gracias.')
    const page = await visit()
    const answer = page.locator('#others-rosa input[name=body]')
    await answer.fill('De nada')
    office('Lincoln School: Adiós.')
    await page.waitForSelector('#others-rosa li:nth-child(2)')
    expect(await answer.inputValue()).toBe('De nada')
    expect(await page.evaluate(`document.activeElement === document.querySelector('#others-rosa input[name=body]')`)).toBe(true)
  })

  test('with JavaScript off the same forms work', async () => {
    const page = await visit({ javaScriptEnabled: false })
    await page.click('.glow')
    await page.waitForURL(/family=rosa/)
    expect(await page.locator('.flip li.sent p').textContent()).toContain('Mi hijo está enfermo')
    await page.click('text=Move to 10:40 PM')
    expect(await page.locator('.clock b').textContent()).toBe('10:40 PM')
  })

  test('with JavaScript off a text that is under way arrives without a press', async () => {
    const page = await visit({ javaScriptEnabled: false })
    await page.click('.glow')
    toRivera('Luis G.: My son is sick today.')
    await page.waitForSelector('.smart .glow')
  })

  test('at 1280 x 800 all that one presses next is in view, broken or not', async () => {
    const page = await visit({ viewport: { width: 1280, height: 800 } })
    const outside = () =>
      page.evaluate<string[]>(
        `[...document.querySelectorAll('button, .break p, .hint, textarea, .about')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().bottom > innerHeight).map((e) => e.textContent)`,
      )
    expect(await outside()).toEqual([])
    for (const [breakIt, mendIt] of [
      ['Take the carrier down', 'Bring the carrier back'],
      ['Lose an answer', 'Keep the answer'],
      ['Stop the translator', 'Start the translator'],
    ]) {
      await page.click(`button:text("${breakIt}")`)
      await page.waitForSelector(`button:text("${mendIt}")`)
      expect(await outside()).toEqual([])
      await page.click(`button:text("${mendIt}")`)
      await page.waitForSelector(`button:text("${breakIt}")`)
    }
  })

  test('on a narrow screen one link leads to what can be broken, and what is broken stays in view', async () => {
    const page = await visit({ viewport: { width: 320, height: 568 } })
    const inView = (selector: string) =>
      page.evaluate<boolean>(
        `(() => { const { top, bottom } = document.querySelector('${selector}').getBoundingClientRect(); return top >= 0 && bottom <= innerHeight })()`,
      )
    await page.click('.jump')
    await page.waitForFunction(`location.hash === '#break'`)
    expect(await inView('#break')).toBe(true)
    await page.click('button:text("Take the carrier down")')
    for (const place of ['h1', '#draft-rosa', '#draft-rivera']) {
      await page.waitForSelector('.break.on')
      await page.evaluate(`document.querySelector('${place}').scrollIntoView()`)
      expect(await inView('.break.on button')).toBe(true)
    }
  })

  test('on a narrow screen nothing lies over the draft that is to be sent', async () => {
    const page = await visit({ viewport: { width: 320, height: 568 } })
    for (const side of ['#draft-rosa', '#draft-rivera', '#draft-rosa']) {
      await page.focus(side)
      const top = await page.evaluate(`(() => { const box = document.querySelector('${side}').getBoundingClientRect()
        return [box.top + 2, box.bottom - 2].map((y) => document.elementFromPoint(box.left + 20, y)?.id) })()`)
      expect(top).toEqual([side.slice(1), side.slice(1)])
    }
  })

  test.each([
    [1280, 'light'],
    [1280, 'dark'],
    [900, 'light'],
    [320, 'light'],
    [320, 'dark'],
  ] as const)('at %i px, %s, by day and by night, axe finds nothing and nothing scrolls sideways', async (width, colorScheme) => {
    const page = await visit({ viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' })
    await page.evaluate(axe)
    simulator.text(rosaNumber, rosaProxy, 'Mi hijo está enfermo')
    toRivera('Luis G.: My son is sick today.')
    fake.log('Rosa', 'Ms Rivera', [{ language: 'es', text: 'Mi hijo está enfermo' }], 'came in and was kept', 'delivered')
    await page.click('summary')
    for (const time of ['day', 'fault', 'night']) {
      if (time === 'fault') await page.click('button:text("Take the carrier down")')
      if (time === 'night') await page.click('text=Move to 10:40 PM')
      await page.waitForSelector(time === 'fault' ? 'body.faulty' : `body.${time}`)
      const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()')
      expect(found.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      const small = await page.evaluate(
        `[...document.querySelectorAll('button, a, summary')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).map((e) => e.textContent)`,
      )
      expect(small).toEqual([])
    }
  })
})
