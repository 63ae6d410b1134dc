import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTwilioTranscriber } from '../../../src/carriers/twilio/transcriptions.ts'
import type { Transcriber } from '../../../src/relay/call-ports.ts'
import { type RecordedCarrier, recordedCarrier } from '../../support/recorded-carrier.ts'

const account = {
  accountSid: `AC${'5'.repeat(32)}`,
  authToken: 'a-token',
  messagingServiceSid: null,
  publicUrl: 'https://x.example',
}
const SID = `RE${'b'.repeat(32)}`
const REQUEST = { audio: Buffer.from(''), language: 'en-US', sid: SID }
const LIST = `/2010-04-01/Accounts/${account.accountSid}/Recordings/${SID}/Transcriptions.json?PageSize=1`
const ONE = LIST.replace('.json?PageSize=1', `/TR${'c'.repeat(32)}.json`)

let there: RecordedCarrier
let transcriber: Transcriber
beforeAll(async () => {
  there = await recordedCarrier()
  transcriber = createTwilioTranscriber({ ...account, apiUrl: there.url })
})
afterAll(() => there.server.close())
beforeEach(() => {
  there.asked.length = 0
})

/** The recording has this transcription, which can be deleted with the status. */
const has = (transcription: object | null, deleted = 204) =>
  there.reply((response, url) =>
    url === ONE
      ? response.writeHead(deleted, { 'content-type': 'application/json' }).end(deleted === 204 ? '' : '{}')
      : response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(
            JSON.stringify({ transcriptions: transcription === null ? [] : [{ sid: `TR${'c'.repeat(32)}`, ...transcription }] }),
          ),
  )

test.each([204, 503])('words are read, and deleted there (%i)', async (deleted) => {
  has({ status: 'completed', transcription_text: 'Maya is ill today.' }, deleted)
  expect(await transcriber.transcribe(REQUEST)).toEqual({ kind: 'transcribed', text: 'Maya is ill today.', by: 'carrier' })
  expect(there.asked).toMatchObject([
    { method: 'GET', url: LIST },
    { method: 'DELETE', url: ONE },
  ])
})

test.each<[string, object | null, string]>([
  ['that is at work', { status: 'in-progress', transcription_text: null }, 'unavailable'],
  ['that failed', { status: 'failed', transcription_text: null }, 'unsupported'],
  ['without words', { status: 'completed', transcription_text: ' ' }, 'unsupported'],
  ['that nobody asked for', null, 'unsupported'],
])('a transcription %s', async (_, transcription, kind) => {
  has(transcription)
  expect((await transcriber.transcribe(REQUEST)).kind).toBe(kind)
})

test.each([
  [404, 'unsupported'],
  [429, 'unavailable'],
  [503, 'unavailable'],
])('a carrier that answers %i', async (status, kind) => {
  there.json(status, {})
  expect((await transcriber.transcribe(REQUEST)).kind).toBe(kind)
})

test.each(['es', 'enm', 'ht'])('another language is not asked for: %s', async (language) => {
  expect((await transcriber.transcribe({ ...REQUEST, language })).kind).toBe('unsupported')
  expect(there.asked).toEqual([])
})
