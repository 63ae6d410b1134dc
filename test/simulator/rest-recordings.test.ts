import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkAnswer, checkRequest } from '../support/twilio-contract.ts'
import { account, basic, openRest, openSdk, phone, proxy, secondProxy, token } from './bench.ts'
import { type CallBench, openCallBench, until } from './call-bench.ts'

const other = 'AC00000000000000000000000000000002'
const root = `/2010-04-01/Accounts/${account}`
const long = 'This is a sentence of about three seconds.'

let now: Temporal.Instant
let bench: CallBench
let app: FastifyInstance
beforeEach(async () => {
  now = Temporal.Instant.from('2026-11-23T17:00:00Z')
  bench = await openCallBench({
    now: () => now,
    accounts: [
      { sid: account, authToken: token, numbers: [proxy, secondProxy] },
      { sid: other, authToken: 'other-token', numbers: ['+19715550109'] },
    ],
  })
  bench.documents.set('/made', '<Say>Hello</Say><Gather action="/next"/>').set('/next', '<Hangup/>')
  app = openRest(bench.simulator)
})
afterEach(async () => {
  await app.close()
  await bench.close()
})

const calls = () => bench.simulator.calls

async function ask(method: 'GET' | 'POST' | 'DELETE', url: string, form?: readonly (readonly [string, string])[]) {
  const payload = form === undefined ? {} : { payload: new URLSearchParams(form.map(([...pair]) => pair)).toString() }
  const headers = { authorization: basic, ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) }
  const answer = await app.inject({ method, url, headers, ...payload })
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json(), raw: answer.rawPayload }
}

/** What is asked and answered must both be as in Twilio's own OpenAPI. */
async function call(method: 'GET' | 'POST' | 'DELETE', url: string, form?: Record<string, string>) {
  expect(checkRequest(method, url, form)).toEqual([])
  const answer = await ask(method, url, form && Object.entries(form))
  if (answer.status < 400) expect(checkAnswer(method, url, answer.status, answer.body)).toEqual([])
  return answer
}

describe('recordings', () => {
  async function record(transcribe = true): Promise<string> {
    bench.answerWith(`<Record action="/next" transcribe="${transcribe}"/>`)
    calls().dial(phone, proxy)
    await bench.ready(phone)
    calls().speak(phone, long)
    calls().press(phone, '#')
    return until('it is kept', () => calls().recordings(account)[0]?.sid)
  }

  test('are shown, fetched as a file, and deleted', async () => {
    const url = `${root}/Recordings/${await record()}.json`
    expect((await call('GET', url)).body).toMatchObject({ duration: '3', status: 'completed', source: 'RecordVerb' })
    const file = await app.inject({ url: url.replace('.json', '.wav'), headers: { authorization: basic } })
    expect(file.headers['content-type']).toBe('audio/x-wav')
    expect(file.rawPayload.subarray(0, 4).toString()).toBe('RIFF')
    expect(file.rawPayload.readUInt32LE(4)).toBe(file.rawPayload.length - 8)
    expect((file.rawPayload.length - 44) / file.rawPayload.readUInt32LE(28)).toBe(3)
    expect((await call('DELETE', url)).status).toBe(204)
    for (const gone of [url, url.replace('.json', '.wav')]) expect((await ask('GET', gone)).status).toBe(404)
    expect((await ask('DELETE', url)).status).toBe(404)
  })

  test('of somebody else are none', async () => {
    const sid = await record()
    const authorization = `Basic ${Buffer.from(`${other}:other-token`).toString('base64')}`
    for (const end of ['.json', '.wav', '/Transcriptions.json']) {
      const url = `${root.replace(account, other)}/Recordings/${sid}${end}`
      expect((await app.inject({ url, headers: { authorization } })).statusCode).toBe(404)
      expect((await app.inject({ url: url.replace(other, account), headers: { authorization } })).statusCode).toBe(401)
      expect((await app.inject({ url: url.replace(other, account) })).statusCode).toBe(401)
    }
  })

  test('are not written down unless that was asked for', async () => {
    const url = `${root}/Recordings/${await record(false)}/Transcriptions.json`
    expect((await ask('GET', url)).body.transcriptions).toEqual([])
    expect((await ask('DELETE', `${root}/Transcriptions/TR${'0'.repeat(32)}.json`)).status).toBe(404)
  })

  test('are listed, written down and deleted by Twilio’s own SDK', async () => {
    const sid = await record()
    const client = await openSdk(app)
    expect((await client.recordings.list({ callSid: calls().phoneCall(phone)?.sid ?? '' })).map((one) => one.sid)).toEqual([sid])
    expect(await client.recordings.list({ callSid: `CA${'0'.repeat(32)}` })).toEqual([])
    expect((await client.calls(calls().phoneCall(phone)?.sid ?? '').recordings.list()).map((one) => one.sid)).toEqual([sid])
    const [written] = await client.recordings(sid).transcriptions.list({ limit: 1 })
    expect(written).toMatchObject({ transcriptionText: long, status: 'completed', duration: '3' })
    expect(await client.transcriptions(written?.sid ?? '').remove()).toBe(true)
    expect(await client.recordings(sid).transcriptions.list()).toEqual([])
    expect(await client.recordings(sid).remove()).toBe(true)
    await expect(client.recordings(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 })
  })
})
