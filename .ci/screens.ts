/** Makes the pictures of the README anew: the demo is started in a folder of its own and photographed in Chromium. Look at them before they are kept. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BrowserContextOptions, chromium } from 'playwright-core'
import { toConfig } from '../src/config.ts'
import { serve } from '../src/main.ts'

const WIDE: BrowserContextOptions = { viewport: { width: 1280, height: 860 }, colorScheme: 'light' }
/** What the family and the teacher said before the picture. */
const TALK = [
  ['rosa', 'Mi hija está enferma hoy.'],
  ['rivera', 'Thank you for letting me know. I hope Maya feels better soon.'],
  ['rosa', 'Gracias'],
] as const

const dataDir = await mkdtemp(path.join(tmpdir(), 'homeline-screens-'))
const read = toConfig({ PORT: '0', HOMELINE_DATA_DIR: dataDir, LOG_LEVEL: 'error' })
if (read.kind === 'wrong') throw new Error(read.problems.join('\n'))
const demo = await serve(read.config)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  const scene = await (await browser.newContext(WIDE)).newPage()
  for (const [who, words] of TALK) {
    await scene.goto(`${demo.url}/simulator`)
    const form = scene.locator(`form:has(input[name=phone][value=${who}]):has(textarea[name=body])`).first()
    await form.locator('textarea[name=body]').fill(words)
    await form.locator('button').first().click()
    await sleep(2_500)
  }
  const take = async (who: string, options: BrowserContextOptions, file: string, go: string, draft = '') => {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    await page.goto(`${demo.url}/sign-in?next=${encodeURIComponent(go.startsWith('/conversations') ? '/inbox' : go)}`)
    await page.click(`button[value="${who}"]`)
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    if (go.startsWith('/conversations')) {
      await page.goto(`${demo.url}/inbox?q=Rosa`)
      await page.click('.threads a')
      await page.waitForSelector('#body')
      await page.fill('#body', draft)
      await page.waitForSelector('.preview')
    }
    await page.screenshot({ path: path.join('docs', file) })
    await context.close()
  }
  await take(
    'staff-rivera',
    WIDE,
    'conversation.png',
    '/conversations',
    'Please pick up Maya at 2:30 PM today, at: the front office.',
  )
} finally {
  await browser.close()
  await demo.stop()
  await rm(dataDir, { recursive: true, force: true })
}
