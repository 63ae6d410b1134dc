import { gzipSync } from 'node:zlib'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Simulator } from '../../src/simulator/carrier.ts'
import { simulatorControl } from '../../src/simulator/control.ts'
import { simulatorScene } from '../../src/simulator/scene.ts'
import { openSimulator, request } from './bench.ts'
import { fakeStage, riveraNumber, riveraProxy, rosaNumber, rosaProxy } from './fake-stage.ts'

let simulator: Simulator
let fake: ReturnType<typeof fakeStage>
let app: FastifyInstance
let milliseconds: number

beforeEach(() => {
  milliseconds = 0
  fake = fakeStage()
  simulator = openSimulator({ phoneNow: fake.now })
  app = fastify()
  app.register(simulatorScene, { simulator, stage: fake.stage, monotonic: () => milliseconds })
  app.register(simulatorControl, { simulator })
})
afterEach(async () => {
  await app.close()
  simulator.close()
})

const page = async (query = '') => (await app.inject({ url: `/simulator${query}`, headers: { host: 'localhost' } })).body

function post(url: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  return app.inject({
    method: 'POST',
    url,
    headers: { host: 'localhost:3000', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(form).toString(),
  })
}

const fromRosa = { phone: 'rosa', to: rosaProxy, body: 'Mi hijo está enfermo', family: 'rosa' }

describe('the page', () => {
  test('opens with the first text typed and its key glowing', async () => {
    const body = await page()
    expect(body).toContain('Demo: nothing leaves this computer')
    expect(body).toContain('Mi hijo está enfermo hoy y no irá a la escuela.</textarea>')
    expect(body).toMatch(/class="key send glow">Enviar/)
    expect(body).not.toMatch(/class="send glow">Send/)
  })

  test('strikes out what each side never sees, and shows it nowhere else', async () => {
    const body = await page()
    expect(body).toContain('Rosa never sees</dt><dd><s>+1 971 555 0117</s>')
    expect(body).toContain('Ms Rivera never sees</dt><dd><s>+1 971 555 0142</s>')
    expect(body.replaceAll(/<s>[^<]*<\/s>/g, '').replaceAll(/[ +]/g, '')).not.toMatch(/19715550117|19715550142/)
  })

  test('shows texts in their phone’s language and escaped', async () => {
    simulator.text(rosaNumber, rosaProxy, '<script>alert(1)</script> ¿qué?')
    simulator.send('AC00000000000000000000000000000001', request({ from: riveraProxy, to: riveraNumber, body: 'Luis G.: what?' }))
    await simulator.settled()
    const body = await page()
    expect(body).toContain('lang="es">&lt;script&gt;alert(1)&lt;/script&gt; ¿qué?')
    expect(body).toContain('lang="en">Luis G.: what?')
    expect(body).toContain('Thank you. I hope Luis feels better. Please call the office by 9:30.</textarea>')
  })

  test('a phone that is on nobody’s list texts the school, and what it wrote and read is shown', async () => {
    expect(await page()).toContain('<div id="unknown" data-live></div>')
    await post('/simulator/unknown', { to: rosaProxy, family: 'rosa' })
    await simulator.settled()
    const [, shown = ''] = (await page()).split('<div id="unknown"')
    expect(shown).toContain('<li class="sent"><p dir="auto">Mi hijo está enfermo hoy y no irá a la escuela.</p></li>')
    expect(simulator.handsets.get('+15035550188')).toHaveLength(1)
  })

  test('what another number of the school texts to a family’s phone is shown on it, and can be answered', async () => {
    const office = { from: riveraProxy, to: rosaNumber, body: 'Lincoln School: Gracias.' }
    simulator.send('AC00000000000000000000000000000001', request(office))
    await simulator.settled()
    const [, shown = ''] = (await page()).split('<div id="others-rosa"')
    expect(shown).toMatch(/Also on this phone.*<li class="received"><p dir="auto">Lincoln School: Gracias\.<\/p><\/li>/s)
    const answer = { phone: 'rosa', to: riveraProxy, body: 'De nada.', family: 'rosa' }
    expect((await post('/simulator/text', answer)).statusCode).toBe(303)
    expect((await post('/simulator/text', { ...answer, phone: 'rivera' })).statusCode).toBe(303)
    expect(await page()).toContain('<li class="sent"><p dir="auto">De nada.</p></li>')
    expect((await post('/simulator/text', { ...answer, to: '+15035550199' })).statusCode).toBe(400)
  })

  test('has a table for every family, its own language and its own thread', async () => {
    const body = await page('?family=amal')
    expect(body).toContain('aria-current="page">Amal')
    expect(body).toContain('dir="rtl"')
    expect(body).toContain('Omar H., family')
    expect(await page('?family=nobody')).toContain('aria-current="page">Rosa')
  })

  test('says when a text was written that took long, and the day of each', async () => {
    const send = async (body: string) => {
      const sent = simulator.send('AC00000000000000000000000000000001', request({ from: riveraProxy, to: riveraNumber, body }))
      await simulator.settled()
      return sent.kind === 'accepted' ? sent.message.sid : ''
    }
    const at = (time: string) => Temporal.ZonedDateTime.from(`2026-11-${time}[America/Los_Angeles]`).toInstant()
    fake.written.set(await send('Luis G.: at once'), at('23T09:04:30'))
    await post('/simulator/clock', { to: '22:40' })
    await post('/simulator/clock', { to: '07:00' })
    fake.written.set(await send('Luis G.: held'), at('23T22:40'))
    const times = [...(await page()).matchAll(/<time[^>]*>(.*?)<\/time>/g)].map(([, text]) => text)
    expect(times).toEqual(['<bdi>Mon 9:05 AM</bdi>', 'written <bdi>Mon 10:40 PM</bdi><br>arrived <bdi>Tue 7:00 AM</bdi>'])
  })

  test('says by each draft that words of one’s own are not translated', async () => {
    const body = await page()
    expect(body.match(/<textarea[^>]* aria-describedby="about-(rosa|rivera)"/g)).toHaveLength(2)
    expect(body.match(/<p id="about-(rosa|rivera)"[^>]*>This demo translates its ready sentences\./g)).toHaveLength(2)
  })

  test('puts a ready sentence into the phone by a plain link', async () => {
    expect(await page('?family=rosa&phone=rosa&draft=1')).toContain('¿Hay tarea para mañana?</textarea>')
  })

  test('shows the log by message: both texts, what happened by the minute, under its day', async () => {
    const texts = [
      { language: 'es', text: '¿Cuál es la <b>tarea</b>?' },
      { language: 'en', text: 'What is the homework?' },
    ]
    fake.log('Rosa', 'Ms Rivera', texts, 'came in and was kept', 'not taken', 'not taken')
    await post('/simulator/clock', { to: '22:40' })
    fake.log('Rosa', 'Ms Rivera', [{ language: 'es', text: 'Mi hijo '.repeat(40) }], 'held')
    await post('/simulator/clock', { to: '07:00' })
    fake.log('Homeline', 'Rosa', [], 'delivered')
    const log = (await page()).replace(/^.*?<section id="log"/s, '')
    expect([...log.matchAll(/<h3>([^<]*)/g)].map((match) => match[1])).toEqual(['Tuesday, November 24', 'Monday, November 23'])
    expect(log).toContain('<p lang="es" dir="auto">¿Cuál es la &lt;b&gt;tarea&lt;/b&gt;?</p><p lang="en" dir="auto">What is')
    expect(log).toContain('<dt>9:05 AM</dt><dd>came in and was kept · not taken (2 times)</dd>')
    expect(log).toMatch(/(Mi hijo ){19}Mi\.\.\.<\/p>/)
  })

  test('names each day of a message that took more than one', async () => {
    const at = (time: string) => Temporal.ZonedDateTime.from(`2026-11-${time}[America/Los_Angeles]`).toInstant()
    const events = [
      { at: at('23T22:41'), what: 'held' },
      { at: at('24T07:00'), what: 'delivered' },
    ]
    fake.log('Rosa', 'Ms Rivera', [], ...events)
    const log = (await page()).replaceAll('\n', '')
    expect(log).toContain('<h5>Monday, November 23</h5><dl><div><dt>10:41 PM</dt><dd>held</dd></div></dl>')
    expect(log).toContain('<h5>Tuesday, November 24</h5><dl><div><dt>7:00 AM</dt><dd>delivered</dd></div></dl>')
    fake.log('Rosa', 'Ms Rivera', [], 'delivered')
    expect((await page()).match(/<h5>/g)).toHaveLength(2)
  })

  test('shows the newest messages of the log first, and all on request', async () => {
    for (let n = 1; n <= 7; n++) fake.log(`Sender ${n}`, 'Rosa', [], 'delivered')
    const names = (body: string) => [...body.matchAll(/<h4>Sender (\d)/g)].map((match) => Number(match[1]))
    const short = await page()
    expect(names(short)).toEqual([7, 6, 5, 4, 3])
    expect(short).toContain('<a href="/simulator?family=rosa&amp;log=all#log">See all 7 messages</a>')
    const all = await page('?family=rosa&log=all')
    expect(names(all)).toEqual([7, 6, 5, 4, 3, 2, 1])
    expect(all).not.toContain('See all')
  })

  test('is under 14 kB with its style and script, and lets nothing else in', async () => {
    const parts = await Promise.all(
      ['/simulator', '/simulator/scene.css', '/simulator/scene.js'].map((url) =>
        app.inject({ url, headers: { host: 'localhost' } }),
      ),
    )
    expect(parts.map((part) => part.statusCode)).toEqual([200, 200, 200])
    expect(parts.reduce((sum, part) => sum + gzipSync(part.body).length, 0)).toBeLessThan(14_000)
    expect(parts[0]?.headers['content-security-policy']).toMatch(/^default-src 'none'/)
    expect(parts[0]?.body).not.toMatch(/ style=|<script>/)
  })
})

describe('without a script', () => {
  test('a text is sent by a form and leads back to the table', async () => {
    const answer = await post('/simulator/text', fromRosa)
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/simulator?family=rosa'])
    expect(simulator.handsets.get(rosaNumber)).toMatchObject([{ kind: 'sent', other: rosaProxy, body: 'Mi hijo está enfermo' }])
  })

  test('the clock moves', async () => {
    await post('/simulator/clock', { to: '22:40', family: 'rosa' })
    const body = await page()
    expect(body).toContain('<body class="night')
    expect(body).toContain('<b>10:40 PM</b>')
  })

  test('the clock goes on once, however often its key is pressed', async () => {
    await post('/simulator/clock', { to: '07:00' })
    expect(await page()).toContain('<b>9:05 AM</b>')
    for (const to of ['22:40', '22:40', '07:00', '07:00']) await post('/simulator/clock', { to })
    const body = await page()
    expect(body).toContain('Tuesday, November 24</span> <b>7:00 AM</b>')
    expect(body).toContain('Move to 10:40 PM</button>')
    expect(body).not.toContain('Move to 7:00 AM</button>')
  })

  test('the page looks again by itself while a text is under way, and lets a draft be', async () => {
    const looks = async (query = '') =>
      (await page(query)).includes('<noscript><meta http-equiv="refresh" content="1"></noscript>')
    expect(await looks()).toBe(false)
    await post('/simulator/text', fromRosa)
    expect(await looks()).toBe(true)
    expect(await looks('?family=rosa&phone=rivera&draft=1')).toBe(false)
    milliseconds = 9_000
    expect(await looks()).toBe(true)
    milliseconds = 11_000
    expect(await looks()).toBe(false)
    expect(await page()).toContain('>Look again</a></noscript>')
    simulator.send('AC00000000000000000000000000000001', request({ from: riveraProxy, to: riveraNumber, body: 'Luis G.: sick' }))
    await simulator.settled()
    expect(await looks()).toBe(false)
  })

  test('the page looks again for a moment after anything else that was pressed', async () => {
    const looks = async () => (await page()).includes('http-equiv="refresh"')
    await post('/simulator/break', { what: 'translator', on: 'yes' })
    expect(await looks()).toBe(true)
    milliseconds = 3_000
    expect(await looks()).toBe(false)
    fake.log('Rosa', 'Ms Rivera', [], 'delivered')
    expect(await looks()).toBe(true)
  })

  test('things break and are mended', async () => {
    await post('/simulator/break', { what: 'carrier', on: 'yes' })
    expect(simulator.faults().rest).toBe('storm')
    await post('/simulator/break', { what: 'carrier', on: 'no' })
    expect(simulator.faults().rest).toBe('none')
    await post('/simulator/break', { what: 'answer', on: 'yes' })
    expect(simulator.faults()).toMatchObject({ rest: 'accept-then-reset', strikes: 1 })
    await post('/simulator/break', { what: 'translator', on: 'yes' })
    expect(simulator.faults().rest).toBe('none')
    await post('/simulator/break', { what: 'translator', on: 'no' })
    expect(fake.down).toEqual([true, false])
  })

  test('what is broken stands above the phones with the way to mend it, and both phones have a sentence ready', async () => {
    await post('/simulator/break', { what: 'carrier', on: 'yes' })
    const body = await page()
    expect(body).toMatch(
      /The carrier is down<span>: it refuses every text<\/span>.*Bring the carrier back<\/button>.*class="table"/s,
    )
    expect(body).toMatch(/id="hint"[^>]*>The carrier is down: it refuses every text\. /)
    expect(body).not.toContain('Stop the translator')
    expect(body).toContain('Mi hijo está enfermo hoy y no irá a la escuela.</textarea>')
    expect(body).toContain('Please call the office by 9:30.</textarea>')
    await post('/simulator/break', { what: 'carrier', on: 'no' })
    const mended = await page()
    expect(mended).toMatch(/Take the carrier down<small>.*tried<\/small>/)
    expect(mended).not.toMatch(/Lose an answer<small>/)
  })

  test.each([
    ['/simulator/text', { ...fromRosa, phone: 'nobody' }],
    ['/simulator/text', { ...fromRosa, to: riveraNumber }],
    ['/simulator/text', { ...fromRosa, body: '  ' }],
    ['/simulator/unknown', { to: riveraNumber }],
    ['/simulator/clock', { to: '12:00' }],
    ['/simulator/break', { what: 'constructor' }],
  ])('%s refuses %o', async (url, form) => {
    expect((await post(url, form)).statusCode).toBe(400)
  })
})

describe('the door', () => {
  test.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://elsewhere.example' }],
    [{ origin: 'null' }],
    [{ host: 'rebound.example' }],
  ])('is closed to a POST with %o', async (headers) => {
    expect((await post('/simulator/text', fromRosa, headers)).statusCode).toBe(403)
    expect((await post('/simulator/faults', {}, headers)).statusCode).toBe(403)
    expect(simulator.handsets.size).toBe(0)
  })

  test('is open to the page itself', async () => {
    const own = { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' }
    expect((await post('/simulator/text', fromRosa, own)).statusCode).toBe(303)
  })

  test('is closed to another computer', async () => {
    const answer = await app.inject({ url: '/simulator', remoteAddress: '192.0.2.7', headers: { host: 'localhost' } })
    expect(answer.statusCode).toBe(403)
  })
})

test.each(['text', 'clock', 'break'])('a form without fields is a wrong request (%s)', async (name) => {
  const answer = await app.inject({ method: 'POST', url: `/simulator/${name}`, headers: { host: 'localhost' } })
  expect(answer.statusCode).toBe(400)
})

describe('programs', () => {
  test('text, set lines and faults, and read the ground truth', async () => {
    const json = (url: string, payload: object) => app.inject({ method: 'POST', url, payload, headers: { host: 'localhost' } })
    await json('/simulator/texts', { from: rosaNumber, to: rosaProxy, body: 'hola' })
    await json('/simulator/lines', { number: rosaNumber, line: 'off' })
    expect((await json('/simulator/faults', { callbacks: 'lost', queueSeconds: 5 })).json()).toMatchObject({
      callbacks: 'lost',
      queueSeconds: 5,
    })
    expect((await json('/simulator/faults', { callbacks: 'odd' })).statusCode).toBe(400)
    expect((await json('/simulator/lines', { number: rosaNumber, line: 'odd' })).statusCode).toBe(400)
    await json('/simulator/settled', {})
    const handsets = (await app.inject({ url: '/simulator/handsets', headers: { host: 'localhost' } })).json()
    expect(handsets[rosaNumber]).toMatchObject([{ kind: 'sent', body: 'hola' }])
    expect(simulator.line(rosaNumber)).toBe('off')
  })
})

test('whoever watches hears of a text and of the record, and the server closes under them', async () => {
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = await fetch(`${base}/simulator/events`)
  const chunks = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  const next = async () => (await chunks?.read())?.value
  expect(await next()).toBe('retry: 1000\n\n')
  simulator.text(rosaNumber, rosaProxy, 'hola')
  expect(await next()).toBe('data: changed\n\n')
  fake.log('Rosa', 'Ms Rivera', [], 'held')
  expect(await next()).toBe('data: changed\n\n')
  await app.close()
  expect(await next()).toBeUndefined()
})

test('a phone sends a drawing, and both phones show what came to them', async () => {
  const answer = await post('/simulator/text', { ...fromRosa, body: '', picture: 'yes' })
  expect(answer.statusCode).toBe(303)
  await simulator.settled()
  const html = await page()
  const [key] = simulator.handsets.get(rosaNumber)?.at(-1)?.pictures ?? []
  expect(html).toContain(`<img src="/simulator/pictures/${key}" alt="A picture on Rosa’s phone">`)
  const file = await app.inject({ url: `/simulator/pictures/${key}`, headers: { host: 'localhost' } })
  expect([file.statusCode, file.headers['content-type']]).toEqual([200, 'image/png'])
  expect((await app.inject({ url: '/simulator/pictures/HP0', headers: { host: 'localhost' } })).statusCode).toBe(404)
})
