/** Makes the pictures of the README anew: the demo is started in a folder of its own, lives through a morning, and is photographed in Chromium. Look at them before they are kept. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { toConfig } from '../src/config.ts'
import { serve } from '../src/main.ts'

const WIDE: BrowserContextOptions = { viewport: { width: 1280, height: 760 }, colorScheme: 'light' }
/** What becomes of a text takes the carrier of the demo about so long, in milliseconds. */
const SETTLES = 4_000
/** What families and the teacher say after the scene's first two texts. */
const TALK = [
  ['rosa', 'Gracias'],
  ['fatima', 'ابني مريض اليوم'],
  ['wei', '我的孩子今天生病了，不能来上学。'],
] as const

const dataDir = await mkdtemp(path.join(tmpdir(), 'homeline-screens-'))
const read = toConfig({ PORT: '0', HOMELINE_DATA_DIR: dataDir, LOG_LEVEL: 'error' })
if (read.kind === 'wrong') throw new Error(read.problems.join('\n'))
const demo = await serve(read.config)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })

const keep = (page: Page, file: string) => page.screenshot({ path: path.join('docs', file) })

/** A page of the dashboard as one of the sample people sees it. */
async function signedIn(who: string, go: string): Promise<Page> {
  const page = await (await browser.newContext(WIDE)).newPage()
  await page.goto(`${demo.url}/sign-in?next=${encodeURIComponent(go)}`)
  await page.click(`button[value="${who}"]`)
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
  return page
}

try {
  const scene = await (await browser.newContext({ ...WIDE, viewport: { width: 1280, height: 980 } })).newPage()
  await scene.goto(`${demo.url}/simulator`)
  for (let text = 0; text < 2; text++) {
    await scene.click('.glow')
    await sleep(SETTLES)
  }
  await keep(scene, 'simulator.png')
  for (const [who, words] of TALK) {
    await scene.goto(`${demo.url}/simulator?family=${who}`)
    const form = scene.locator(`form:has(input[name=phone][value=${who}]):has(textarea[name=body])`).first()
    await form.locator('textarea[name=body]').fill(words)
    await form.locator('button').first().click()
    await sleep(SETTLES)
  }

  const rivera = await signedIn('staff-rivera', '/inbox')
  await keep(rivera, 'inbox.png')
  await rivera.goto(`${demo.url}/classes`)
  await rivera.click('a:has-text("4B")')
  await rivera.fill('#body', 'Today students leave at 1:15 PM.')
  await rivera.click('button:has-text("Send to every family")')
  await sleep(SETTLES)
  await rivera.reload()
  await keep(rivera, 'announcement.png')
  await rivera.goto(`${demo.url}/inbox?q=Rosa`)
  await rivera.click('.threads a')
  await rivera.waitForSelector('#body')
  await rivera.fill('#body', 'Please pick up Maya at 2:30 PM today, at: the front office.')
  await rivera.waitForSelector('.preview')
  await rivera.setViewportSize({ width: 1280, height: 1000 })
  await keep(rivera, 'conversation.png')

  await keep(await signedIn('staff-whitfield', '/oversight'), 'oversight.png')
} finally {
  await browser.close()
  await demo.stop()
  await rm(dataDir, { recursive: true, force: true })
}
