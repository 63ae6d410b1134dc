import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTwilioRecordings } from '../../../src/carriers/twilio/recordings.ts'
import type { RecordingCarrier } from '../../../src/relay/call-ports.ts'
import { type RecordedCarrier, recordedCarrier } from '../../support/recorded-carrier.ts'

const account = {
  accountSid: `AC${'5'.repeat(32)}`,
  authToken: 'a-token',
  messagingServiceSid: null,
  publicUrl: 'https://x.example',
}
const SID = `RE${'b'.repeat(32)}`
const FILE = `/2010-04-01/Accounts/${account.accountSid}/Recordings/${SID}.wav`
const DOCUMENT = FILE.replace('.wav', '.json')
const BASIC = `Basic ${Buffer.from(`${account.accountSid}:a-token`).toString('base64')}`
const WAV = { 'content-type': 'audio/x-wav' }

let there: RecordedCarrier
let recordings: RecordingCarrier
beforeAll(async () => {
  there = await recordedCarrier()
  recordings = createTwilioRecordings({ ...account, apiUrl: there.url })
})
afterAll(() => there.server.close())
beforeEach(() => {
  there.asked.length = 0
})

test('a recording is fetched with the account’s credentials', async () => {
  there.reply((response) => response.writeHead(200, WAV).end('RIFF'))
  expect(await recordings.fetchRecording(SID)).toEqual({ kind: 'file', bytes: Buffer.from('RIFF'), type: 'audio/x-wav' })
  expect(there.asked).toMatchObject([{ method: 'GET', url: FILE, authorization: BASIC }])
})

test.each<[string, number, Record<string, string>, string, string]>([
  ['that is not audio', 200, { 'content-type': 'text/html' }, '<html>', 'unavailable'],
  ['without a byte', 200, WAV, '', 'not_yet'],
  ['of 20 MB and a byte', 200, WAV, 'x'.repeat(20 * 1024 * 1024 + 1), 'gone'],
  ['that was there', 410, {}, '', 'gone'],
  ['that we may not have', 401, {}, '', 'unavailable'],
  ['of a busy carrier', 429, {}, '', 'unavailable'],
  ['of a broken carrier', 503, WAV, 'RIFF', 'unavailable'],
])('a file %s', async (_, status, headers, body, expected) => {
  there.reply((response) => response.writeHead(status, headers).end(body))
  expect((await recordings.fetchRecording(SID)).kind).toBe(expected)
  expect(there.asked).toHaveLength(expected === 'not_yet' ? 2 : 1)
})

test('a connection that breaks within the file leaves nothing', async () => {
  there.reply((response) => {
    response.writeHead(200, { ...WAV, 'content-length': '100' })
    response.write('RIFF')
    setImmediate(() => response.destroy())
  })
  expect(await recordings.fetchRecording(SID)).toEqual({ kind: 'unavailable' })
})

test.each<[string, number, unknown, string]>([
  ['lags', 200, { sid: SID, status: 'processing' }, 'not_yet'],
  ['lags though its recording is complete', 200, { sid: SID, status: 'completed' }, 'not_yet'],
  ['will never be there', 200, { sid: SID, status: 'absent' }, 'gone'],
  ['was deleted', 200, { sid: SID, status: 'deleted' }, 'gone'],
  ['lags with its document', 404, { code: 20404 }, 'not_yet'],
])('a file that %s', async (_, status, document, expected) => {
  there.reply((response, url) =>
    url === FILE
      ? response.writeHead(404).end()
      : response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document)),
  )
  expect(await recordings.fetchRecording(SID)).toEqual({ kind: expected })
  expect(there.asked.map(({ url }) => url)).toEqual([FILE, DOCUMENT])
})

/** The carrier's host as the platform's `fetch`, which no test may reach. */
const far = (answers: Record<string, () => Response>) => {
  const asked: { url: string; authorization: string | null }[] = []
  const get: typeof fetch = async (url, init) => {
    asked.push({ url: String(url), authorization: new Headers(init?.headers).get('authorization') })
    return answers[String(url)]?.() ?? new Response(null, { status: 500 })
  }
  return { asked, recordings: createTwilioRecordings({ ...account, apiUrl: null }, undefined, get) }
}
const API = `https://api.twilio.com${FILE}`
const to = (location: string) => () => new Response(null, { status: 302, headers: { location } })
const wav = () => new Response('RIFF', { headers: WAV })

test.each(['https://media.twilio.com/a.wav', 'https://x.twiliocdn.com/a.wav'])(
  'a redirect to %s is followed without the credentials',
  async (place) => {
    const { asked, recordings } = far({ [API]: to(place), [place]: wav })
    expect((await recordings.fetchRecording(SID)).kind).toBe('file')
    expect(asked).toEqual([
      { url: API, authorization: BASIC },
      { url: place, authorization: null },
    ])
  },
)

test('a redirect on the same host keeps them', async () => {
  const { asked, recordings } = far({ [API]: to('/a.wav'), 'https://api.twilio.com/a.wav': wav })
  expect((await recordings.fetchRecording(SID)).kind).toBe('file')
  expect(asked[1]).toEqual({ url: 'https://api.twilio.com/a.wav', authorization: BASIC })
})

test.each([
  'http://media.twilio.com/a.wav',
  'https://media.twilio.com:8443/a.wav',
  'https://twilio.com.evil.example/a.wav',
  'https://eviltwilio.com/a.wav',
  'https://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
  'http://[',
])('a redirect to %s is not followed', async (place) => {
  const { asked, recordings } = far({ [API]: to(place), [place]: wav })
  expect(await recordings.fetchRecording(SID)).toEqual({ kind: 'unavailable' })
  expect(asked).toHaveLength(1)
})

test('redirects in a circle end', async () => {
  const { asked, recordings } = far({ [API]: to(API) })
  expect(await recordings.fetchRecording(SID)).toEqual({ kind: 'unavailable' })
  expect(asked).toHaveLength(4)
})

test.each<[string, number, string]>([
  ['is deleted', 204, 'done'],
  ['that is not there is', 404, 'done'],
  ['of a broken carrier is not', 503, 'unavailable'],
])('a recording %s (%i)', async (_, status, expected) => {
  there.reply((response) => response.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? '' : '{}'))
  expect(await recordings.deleteRecording(SID)).toBe(expected)
  expect(there.asked).toMatchObject([{ method: 'DELETE', url: DOCUMENT }])
})
