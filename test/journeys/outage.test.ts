import { watch } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import twilio from 'twilio'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { sealAll } from '../../src/housekeeping.ts'
import { noFaults } from '../../src/simulator/world.ts'
import { verifyLog } from '../../src/store/verify.ts'
import { SMS_PATH } from '../../src/webhooks/twilio.ts'
import { VOICE_PATH } from '../../src/webhooks/voice.ts'
import {
  ACCOUNT,
  FAMILY_NAME,
  type Family,
  folder,
  freePort,
  homeline,
  likeTwilio,
  makeTown,
  startServer,
  type Town,
  until,
  type Variables,
} from '../support/process.ts'

let town: Town
let serverUrl = ''
let fallbackUrl = ''
let fallbackVariables: Variables = {}
let spool = ''
beforeAll(async () => {
  town = await makeTown({ families: 6, teachers: 3, numbers: 6, webhooks: likeTwilio })
  serverUrl = `http://127.0.0.1:${town.variables.PORT}`
  const port = await freePort()
  fallbackUrl = `http://127.0.0.1:${port}`
  const dataDir = await folder()
  spool = path.join(dataDir, 'spool')
  fallbackVariables = {
    HOMELINE_KEY: Buffer.alloc(32, 9).toString('base64'),
    HOMELINE_DATA_DIR: dataDir,
    PORT: String(port),
    TWILIO_ACCOUNT_SID: ACCOUNT.sid,
    TWILIO_AUTH_TOKEN: ACCOUNT.token,
    LOG_LEVEL: 'info',
  }
  const synced = await homeline(['numbers', 'sync', '--fallback', `${fallbackUrl}/`], town.variables)
  expect(synced).toMatchObject({ status: 0 })
})
afterEach(async () => {
  town.carrier.simulator.setFaults(noFaults)
  await sealAll(town)
  expect(await verifyLog(town.db, town.keys, town.district, town.variables.HOMELINE_DATA_DIR ?? '')).toMatchObject({
    kind: 'intact',
  })
})

const startFallback = (variables: Variables = fallbackVariables) =>
  startServer(variables, undefined, ['fallback', '--server', serverUrl])
/** The words of the great outage, in the order in which they are written. */
const RANK = ['down', 'more', 'after']
const simulator = () => town.carrier.simulator
const familyAt = (n: number) => town.families[n % town.families.length] as Family
const spooled = async () => (await readdir(spool)).filter((name) => !name.endsWith('.part'))

/** Texts of all families in turn, both ways, numbered; two of one phone are far enough apart that a busy machine keeps their webhooks in order. */
async function textsGo(name: string, count: number, everyMs = 40, first = 0): Promise<string[]> {
  const words: string[] = []
  for (let n = first; n < first + count; n++) {
    const family = familyAt(n >> 1)
    const word = `${name}-${n}-end`
    if (n % 2 === 0) simulator().text(family.phone, family.familyNumber, word)
    else simulator().text(family.teacherPhone, family.staffNumber, word)
    words.push(word)
    await pause(everyMs)
  }
  return words
}

type Row = { id: string; original_text: string; status: string; conversation_id: string; direction: string; whats: string[] }

/** Waits until these texts are delivered, then holds the log and the phones against them: each once, each lane in the order it was written. */
async function allArrive(words: readonly string[]): Promise<Row[]> {
  const name = words[0]?.split('-')[0] ?? ''
  const rows = () =>
    town.owner<Row>(
      `select e.id, original_text, status, conversation_id, direction,
        (select array_agg(v.what order by v.id) from event v where v.exchange_id = e.id) as whats
      from exchange e where original_text like '${name}-%' and author = 'person' order by e.seq, e.id`,
    )
  await until('all are delivered', async () => {
    // How fast a number may send is not what this is about.
    await town.owner('update proxy_number set busy_until = now()')
    const done = (await rows()).filter((r) => r.status === 'delivered')
    return done.length >= words.length
  })
  const found = await rows()
  expect(found.map((r) => r.original_text).toSorted()).toEqual(words.toSorted())
  const number = (word: string) => Number(word.split('-')[1])
  for (const family of town.families)
    for (const direction of ['to_staff', 'to_family']) {
      const lane = found.filter((r) => r.conversation_id === family.conversationId && r.direction === direction)
      const inLog = lane.map((r) => number(r.original_text))
      expect(inLog).toEqual(inLog.toSorted((a, b) => a - b))
      const phone = direction === 'to_staff' ? family.teacherPhone : family.phone
      const shown = (simulator().handsets.get(phone) ?? []).flatMap((t) =>
        t.kind === 'received' ? (t.body.match(new RegExp(`${name}-\\d+-end`)) ?? []) : [],
      )
      expect(shown.filter((word) => inLog.includes(number(word))).map(number)).toEqual(inLog)
    }
  return found
}

/** Posts to a receiver as the account would, or with another token. */
async function post(url: string, fields: Readonly<Record<string, string>>, token: string = ACCOUNT.token): Promise<Response> {
  const form = { AccountSid: ACCOUNT.sid, ...fields }
  return fetch(url, {
    method: 'POST',
    headers: { 'x-twilio-signature': twilio.getExpectedTwilioSignature(token, url, form) },
    body: new URLSearchParams(form),
  })
}
const aText = (sid: string, body: string) => ({
  MessageSid: sid,
  From: familyAt(0).phone,
  To: familyAt(0).familyNumber,
  Body: body,
})

describe('numbers sync --fallback', () => {
  it('sets the fallback of every number for texts and calls; without the option it stays', async () => {
    expect(await homeline(['numbers', 'sync'], town.variables)).toMatchObject({ status: 0 })
    for (const number of simulator().numbers(ACCOUNT.sid))
      expect(number).toMatchObject({
        smsUrl: `${serverUrl}${SMS_PATH}#rc=5&rp=all`,
        smsFallbackUrl: `${fallbackUrl}${SMS_PATH}#rc=5&rp=all`,
        smsFallbackMethod: 'POST',
        voiceFallbackUrl: `${fallbackUrl}${VOICE_PATH}#rc=5&rp=all`,
        voiceFallbackMethod: 'POST',
      })
  })

  it('refuses what is no address, or the server’s own', async () => {
    for (const address of ['example.org', serverUrl])
      expect(await homeline(['numbers', 'sync', '--fallback', address], town.variables)).toMatchObject({ status: 2, out: '' })
  })
})

describe('the fallback receiver', () => {
  it('says what it lacks', async () => {
    const { TWILIO_ACCOUNT_SID: _sid, TWILIO_AUTH_TOKEN: _token, ...noAccount } = fallbackVariables
    const { HOMELINE_KEY: _key, ...noKey } = fallbackVariables
    const [a, b, c, d] = await Promise.all([
      homeline(['fallback', '--server', serverUrl], noAccount),
      homeline(['fallback', '--server', serverUrl], noKey),
      homeline(['fallback'], fallbackVariables),
      homeline(['fallback', '--server', fallbackUrl], fallbackVariables),
    ])
    expect(a).toMatchObject({ status: 1, err: expect.stringContaining('TWILIO_AUTH_TOKEN') })
    expect(b).toMatchObject({ status: 1, err: expect.stringContaining('HOMELINE_KEY') })
    expect(c).toMatchObject({ status: 2, err: expect.stringContaining('--server') })
    expect(d).toMatchObject({ status: 1, err: expect.stringContaining('PUBLIC_URL') })
  })

  it('answers as the server does, keeps nothing that the account did not sign, and says how it stands', async () => {
    const fallback = await startFallback()
    const url = `${fallbackUrl}${SMS_PATH}`
    expect((await post(url, aText('SMforged', 'forged-0-end'), 'another token')).status).toBe(403)
    expect((await fetch(url, { method: 'POST', body: new URLSearchParams(aText('SMplain', 'forged-1-end')) })).status).toBe(403)
    expect((await post(url, { ...aText('SMalien', 'forged-2-end'), AccountSid: `AC${'9'.repeat(32)}` })).status).toBe(403)
    expect((await post(url, { From: '+19715550199' })).status).toBe(400)
    expect(await spooled()).toEqual([])
    const call = await post(`${fallbackUrl}${VOICE_PATH}`, { CallSid: 'CA1' })
    expect(await call.text()).toContain('We cannot take your call right now.')
    const health = await fetch(`${fallbackUrl}/health`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'well' }])
    expect(await (await fetch(`${fallbackUrl}/metrics`)).text()).toContain('homeline_spooled 0')
    expect(await fallback.end('SIGTERM')).toBe(0)
    expect(fallback.err()).toBe('')
  })

  it('carries everything over an outage, also killed and started again, each once and in order, nothing readable on its disk', async () => {
    let fallback = await startFallback()
    const before = await textsGo('down', 30)
    await simulator().settled()
    expect(await spooled()).toHaveLength(30)
    expect(await fallback.end('SIGKILL')).toBeNull()
    fallback = await startFallback()
    const words = [...before, ...(await textsGo('more', 30))]
    await simulator().settled()
    expect(await spooled()).toHaveLength(60)
    const onDisk = await Promise.all((await readdir(spool)).map((name) => readFile(path.join(spool, name), 'latin1')))
    const said = [...onDisk, ...(await readdir(spool)), fallback.out(), fallback.err()].join('\n')
    for (const { phone, teacherPhone, familyNumber } of town.families)
      for (const secret of [phone, teacherPhone, familyNumber].map((n) => n.slice(1))) expect(said).not.toContain(secret)
    for (const secret of ['down-', 'more-', FAMILY_NAME, 'MessageSid', ACCOUNT.token]) expect(said).not.toContain(secret)

    const server = await startServer(town.variables)
    // People go on texting while the old texts come in.
    const after = await textsGo('after', 60)
    await until('nothing waits at the fallback', async () => (await spooled()).length === 0)
    const rows = [...(await allArrive(words.slice(0, 30))), ...(await allArrive(words.slice(30))), ...(await allArrive(after))]
    for (const row of rows.filter((r) => !r.original_text.startsWith('after')))
      expect(row.whats.slice(0, 2)).toEqual(['reached_fallback', 'received'])
    // Over all three: what came directly stands behind what had waited.
    const order = await town.owner<{ lane: string; names: string[] }>(
      `select conversation_id || direction as lane, array_agg(split_part(original_text, '-', 1) order by seq) as names from exchange
        where original_text ~ '^(down|more|after)-' and author = 'person' group by 1`,
    )
    for (const { names } of order) expect(names).toEqual(names.toSorted((a, b) => RANK.indexOf(a) - RANK.indexOf(b)))
    await until('it says that it is over', () => fallback.out().includes('handed over'))
    expect(
      fallback
        .out()
        .match(/taking over|handed over/g)
        ?.join(),
    ).toMatch(/^(taking over,handed over,?)+$/)
    expect(await fallback.end('SIGTERM')).toBe(0)
    expect(await server.end('SIGTERM')).toBe(0)
  }, 300_000)

  it('killed after it has written and before it answers: the carrier tries again and the text is taken once', async () => {
    let fallback = await startFallback()
    const form = aText('SMretried', 'retry-0-end')
    const url = `${fallbackUrl}${SMS_PATH}`
    // The name stands before its folder is synced, and the answer comes after that.
    const watcher = watch(spool, (_event, name) => name?.endsWith('.part') || process.kill(fallback.pid, 'SIGKILL'))
    const asked = await post(url, form).then(
      () => 'answered',
      () => 'cut',
    )
    watcher.close()
    expect(['cut', 'answered']).toContain(asked)
    await fallback.end('SIGKILL')
    fallback = await startFallback()
    expect((await post(url, form)).status).toBe(200)
    expect(await spooled()).toHaveLength(1)
    const server = await startServer(town.variables)
    await until('nothing waits at the fallback', async () => (await spooled()).length === 0)
    // The carrier may have tried the server as well.
    expect((await post(`${serverUrl}${SMS_PATH}`, form)).status).toBe(200)
    expect((await post(url, form)).status).toBe(200)
    await until('nothing waits at the fallback', async () => (await spooled()).length === 0)
    await allArrive(['retry-0-end'])
    expect([await fallback.end('SIGTERM'), await server.end('SIGTERM')]).toEqual([0, 0])
  }, 300_000)

  it('takes what a server without a working database turns away, and the order stays', async () => {
    const [server, fallback] = await Promise.all([startServer(town.variables), startFallback()])
    await town.owner('revoke insert on inbox from homeline_app')
    const turnedAway = await textsGo('away', 12)
    await simulator().settled()
    expect(await spooled()).toHaveLength(12)
    await town.owner('grant insert on inbox to homeline_app')
    const rows = await allArrive([...turnedAway, ...(await textsGo('away', 12, 40, 12))])
    expect(rows.filter((row) => row.whats[0] === 'reached_fallback').length).toBeGreaterThanOrEqual(12)
    expect([await fallback.end('SIGTERM'), await server.end('SIGTERM')]).toEqual([0, 0])
  }, 300_000)

  it('whose disk takes nothing answers 503, says so, and is well again when it does', async () => {
    const dataDir = await folder()
    const fallback = await startFallback({ ...fallbackVariables, HOMELINE_DATA_DIR: dataDir })
    await rm(path.join(dataDir, 'spool'), { recursive: true })
    expect((await post(`${fallbackUrl}${SMS_PATH}`, aText('SMfull', 'full-0-end'))).status).toBe(503)
    const health = await fetch(`${fallbackUrl}/health`)
    expect([health.status, await health.json()]).toEqual([503, { status: 'not well', problems: ['the spool cannot be written'] }])
    expect(fallback.out()).not.toContain('Quillfeather')
    await mkdir(path.join(dataDir, 'spool'))
    expect((await post(`${fallbackUrl}${SMS_PATH}`, aText('SMfull', 'full-0-end'))).status).toBe(200)
    expect((await fetch(`${fallbackUrl}/health`)).status).toBe(200)
    expect(await fallback.end('SIGTERM')).toBe(0)
  })
})
