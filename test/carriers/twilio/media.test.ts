import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTwilioMedia } from '../../../src/carriers/twilio/media.ts'
import type { MediaCarrier } from '../../../src/relay/picture-ports.ts'
import { type RecordedCarrier, recordedCarrier } from '../../support/recorded-carrier.ts'

const account = {
  accountSid: `AC${'5'.repeat(32)}`,
  authToken: 'a-token',
  messagingServiceSid: null,
  publicUrl: 'https://x.example',
}
const MESSAGE = `MM${'b'.repeat(32)}`
const MEDIUM = `ME${'c'.repeat(32)}`
const FILE = `/2010-04-01/Accounts/${account.accountSid}/Messages/${MESSAGE}/Media/${MEDIUM}`
const BASIC = `Basic ${Buffer.from(`${account.accountSid}:a-token`).toString('base64')}`
const JPEG = { 'content-type': 'image/jpeg' }

let there: RecordedCarrier
let media: MediaCarrier
beforeAll(async () => {
  there = await recordedCarrier()
  media = createTwilioMedia({ ...account, apiUrl: there.url })
})
afterAll(() => there.server.close())
beforeEach(() => {
  there.asked.length = 0
})

test('a picture is fetched with the account’s credentials', async () => {
  there.reply((response) => response.writeHead(200, JPEG).end('bytes'))
  expect(await media.fetchMedium(MESSAGE, MEDIUM)).toEqual({ kind: 'file', bytes: Buffer.from('bytes') })
  expect(there.asked).toMatchObject([{ method: 'GET', url: FILE, authorization: BASIC }])
})

test.each<[string, number, string, string]>([
  ['that lags behind its webhook', 404, '', 'not_yet'],
  ['without a byte', 200, '', 'not_yet'],
  ['that was there', 410, '', 'gone'],
  ['of more than 10 MB', 200, 'x'.repeat(10 * 1024 * 1024 + 1), 'too_large'],
  ['that we may not have', 401, '', 'unavailable'],
  ['of a busy carrier', 429, '', 'unavailable'],
  ['of a broken carrier', 503, 'bytes', 'unavailable'],
])('a picture %s', async (_, status, body, expected) => {
  there.reply((response) => response.writeHead(status, JPEG).end(body))
  expect((await media.fetchMedium(MESSAGE, MEDIUM)).kind).toBe(expected)
})

const far = (place: string) => {
  const asked: { url: string; authorization: string | null }[] = []
  const get: typeof fetch = async (url, init) => {
    asked.push({ url: String(url), authorization: new Headers(init?.headers).get('authorization') })
    return String(url) === place
      ? new Response('bytes', { headers: JPEG })
      : new Response(null, { status: 307, headers: { location: place } })
  }
  return { asked, media: createTwilioMedia({ ...account, apiUrl: null }, undefined, get) }
}

test.each([
  'https://mms.twiliocdn.com/a',
  'https://media.twiliocdn.com/a?x=1',
  'https://s3-external-1.amazonaws.com/media.twiliocdn.com/a',
])('a redirect to %s is followed without the credentials', async (place) => {
  const { asked, media } = far(place)
  expect((await media.fetchMedium(MESSAGE, MEDIUM)).kind).toBe('file')
  expect(asked).toEqual([
    { url: `https://api.twilio.com${FILE}`, authorization: BASIC },
    { url: place, authorization: null },
  ])
})

test.each([
  'http://mms.twiliocdn.com/a',
  'https://evil.s3-external-1.amazonaws.com/a',
  'https://s3-external-1.amazonaws.com.evil.example/a',
  'https://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
])('a redirect to %s is not followed', async (place) => {
  const { asked, media } = far(place)
  expect(await media.fetchMedium(MESSAGE, MEDIUM)).toEqual({ kind: 'unavailable' })
  expect(asked).toHaveLength(1)
})

test('what came with a message is listed in one order, and nothing that is no medium of Twilio’s', async () => {
  const one = { account_sid: account.accountSid, parent_sid: MESSAGE, date_created: null, date_updated: null, uri: '' }
  const later = `ME${'d'.repeat(32)}`
  there.json(200, {
    media_list: [
      { ...one, sid: later, content_type: 'text/vcard' },
      { ...one, sid: '../../etc', content_type: 'image/png' },
      { ...one, sid: MEDIUM, content_type: 'image/png' },
    ],
    page: 0,
    page_size: 50,
    next_page_uri: null,
  })
  expect(await media.mediaOf(MESSAGE)).toEqual([
    { sid: MEDIUM, type: 'image/png' },
    { sid: later, type: 'text/vcard' },
  ])
  there.json(503, {})
  expect(await media.mediaOf(MESSAGE)).toBe(null)
})

test.each<[string, number, string]>([
  ['is deleted', 204, 'done'],
  ['that is not there is', 404, 'done'],
  ['of a broken carrier is not', 503, 'unavailable'],
])('a picture %s (%i)', async (_, status, expected) => {
  there.reply((response) => response.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? '' : '{}'))
  expect(await media.deleteMedium(MESSAGE, MEDIUM)).toBe(expected)
  expect(there.asked).toMatchObject([{ method: 'DELETE', url: `${FILE}.json` }])
})
