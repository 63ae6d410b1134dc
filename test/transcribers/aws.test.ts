import { LanguageCode } from '@aws-sdk/client-transcribe'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { CODES, createAwsTranscriber, transcribeCode } from '../../src/transcribers/aws.ts'

const REGION = { region: 'us-west-2', bucket: 'a-bucket' }
const JOBS = 'https://transcribe.us-west-2.amazonaws.com'
const FILES = 'https://a-bucket.s3.us-west-2.amazonaws.com'
const WORDS = 'https://s3.us-west-2.amazonaws.com'
const SID = `RE${'b'.repeat(32)}`
const NAME = `homeline-${SID}`
const REQUEST = { audio: Buffer.from('RIFF....'), language: 'vi', sid: SID }
const NONE = [400, { __type: 'BadRequestException', message: "The requested job couldn't be found." }] as const

type Answer = readonly [status: number, body: object]
const job = (status: string, more = {}): Answer => [
  200,
  { TranscriptionJob: { TranscriptionJobName: NAME, TranscriptionJobStatus: status, ...more } },
]
const ready = job('COMPLETED', { Transcript: { TranscriptFileUri: `${WORDS}/words.json?X-Amz-Expires=900` } })

/** The service and the bucket: `answer` says what comes of each request; what was asked is collected. */
function service(answer: (operation: string, nth: number) => Answer) {
  const asked: { what: string; body: unknown }[] = []
  const count = (what: string, body: unknown) => {
    asked.push({ what, body })
    return asked.filter((one) => one.what === what).length
  }
  nock(JOBS)
    .persist()
    .post('/')
    .reply(async (request: Request) => {
      const operation = (request.headers.get('x-amz-target') ?? '').replace('Transcribe.', '')
      const [status, body] = answer(operation, count(operation, await request.json()))
      return [status, JSON.stringify(body)]
    })
  nock(FILES)
    .persist()
    .put(/.*/)
    .reply((request: Request) => {
      count(`PUT ${new URL(request.url).pathname}`, null)
      return [200, '']
    })
  nock(FILES)
    .persist()
    .delete(/.*/)
    .reply((request: Request) => {
      count(`DELETE ${new URL(request.url).pathname}`, null)
      return [204, '']
    })
  return asked
}
const says = (document: unknown, status = 200) =>
  nock(WORDS)
    .get('/words.json?X-Amz-Expires=900')
    .reply(status, typeof document === 'string' ? document : JSON.stringify(document))
const said = (text: string) => ({ results: { transcripts: [{ transcript: text }] } })

const waits: number[] = []
const transcriber = createAwsTranscriber(REGION, async (milliseconds) => void waits.push(milliseconds))

beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example')
  nock.disableNetConnect()
})
afterEach(() => {
  nock.cleanAll()
  waits.length = 0
})
afterAll(() => {
  nock.enableNetConnect()
  vi.unstubAllEnvs()
})

test('a voicemail goes into the bucket, becomes words in the household’s language, and is deleted there', async () => {
  const asked = service((operation, nth) =>
    operation === 'GetTranscriptionJob' ? (nth === 1 ? NONE : nth === 2 ? job('IN_PROGRESS') : ready) : job('IN_PROGRESS'),
  )
  says(said('Xin chào, cháu bị ốm.'))
  expect(await transcriber.transcribe(REQUEST)).toEqual({ kind: 'transcribed', text: 'Xin chào, cháu bị ốm.', by: 'aws' })
  expect(waits).toEqual([3_000, 3_000])
  expect(asked.map(({ what }) => what)).toEqual([
    'GetTranscriptionJob',
    `PUT /${NAME}`,
    'StartTranscriptionJob',
    'GetTranscriptionJob',
    'GetTranscriptionJob',
    `DELETE /${NAME}`,
    'DeleteTranscriptionJob',
  ])
  expect(asked[2]?.body).toEqual({
    TranscriptionJobName: NAME,
    LanguageCode: 'vi-VN',
    Media: { MediaFileUri: `s3://a-bucket/${NAME}` },
    MediaFormat: 'wav',
  })
})

test('a job that was begun before is found again, and not begun or paid for twice', async () => {
  const asked = service(() => ready)
  says(said('Sí'))
  expect(await transcriber.transcribe({ ...REQUEST, language: 'es' })).toEqual({ kind: 'transcribed', text: 'Sí', by: 'aws' })
  expect(asked.map(({ what }) => what)).toEqual(['GetTranscriptionJob', `DELETE /${NAME}`, 'DeleteTranscriptionJob'])
})

test('a job that lasts is left to go on, and asked for again later', async () => {
  const asked = service((operation, nth) => (operation === 'GetTranscriptionJob' && nth === 1 ? NONE : job('IN_PROGRESS')))
  const late = createAwsTranscriber(REGION, async () => {
    if (waits.push(0) > 4) throw new DOMException('', 'TimeoutError')
  })
  expect(await late.transcribe(REQUEST)).toEqual({ kind: 'unavailable', reason: 'TimeoutError' })
  expect(asked.map(({ what }) => what)).not.toContain(`DELETE /${NAME}`)
})

describe('what goes wrong', () => {
  test('a language that the service does not have is told without asking', async () => {
    const asked = service(() => ready)
    const answer = await transcriber.transcribe({ ...REQUEST, language: 'mww' })
    expect(answer).toEqual({ kind: 'unsupported', reason: 'language not in Amazon Transcribe' })
    expect(asked).toEqual([])
  })

  test.each<[string, Answer, Answer, object]>([
    ['a job that failed', NONE, job('FAILED'), { kind: 'unsupported', reason: 'the job failed' }],
    ['a job that was refused', NONE, NONE, { kind: 'unsupported', reason: 'the job was refused' }],
    [
      'too many jobs',
      NONE,
      [400, { __type: 'LimitExceededException' }],
      { kind: 'unavailable', reason: 'LimitExceededException' },
    ],
    [
      'a job that another began',
      NONE,
      [400, { __type: 'ConflictException' }],
      { kind: 'unavailable', reason: 'ConflictException' },
    ],
    [
      'no right to ask',
      [400, { __type: 'AccessDeniedException' }],
      ready,
      { kind: 'unavailable', reason: 'AccessDeniedException' },
    ],
    [
      'a broken service',
      [500, { __type: 'InternalFailureException' }],
      ready,
      { kind: 'unavailable', reason: 'InternalFailureException' },
    ],
    [
      'words at a stranger’s',
      NONE,
      job('COMPLETED', { Transcript: { TranscriptFileUri: 'https://evil.example/amazonaws.com' } }),
      { kind: 'unavailable', reason: 'an address that is not the service’s' },
    ],
    ['words nowhere', NONE, job('COMPLETED'), { kind: 'unavailable', reason: 'an address that is not the service’s' }],
  ])('%s', async (_, found, begun, expected) => {
    service((operation) => (operation === 'GetTranscriptionJob' ? found : begun))
    expect(await transcriber.transcribe(REQUEST)).toEqual(expected)
  })

  test.each<[string, unknown, number, string]>([
    ['no words', said(' '), 200, 'unsupported'],
    ['another document', { results: { transcripts: [null, 7] } }, 200, 'unsupported'],
    ['no document', 'null', 200, 'unsupported'],
    ['no JSON', '<html>', 200, 'unavailable'],
    ['an expired address', '<Error/>', 403, 'unavailable'],
  ])('%s', async (_, document, status, kind) => {
    service(() => ready)
    says(document, status)
    expect((await transcriber.transcribe(REQUEST)).kind).toBe(kind)
  })

  test('words that cannot be deleted are words all the same', async () => {
    service((operation) => (operation === 'GetTranscriptionJob' ? ready : [500, { __type: 'InternalFailureException' }]))
    says(said('Hello'))
    expect(await transcriber.transcribe(REQUEST)).toMatchObject({ kind: 'transcribed', text: 'Hello' })
  })
})

test.each([
  ['es-CO', 'es-US'],
  ['es-MX', 'es-MX'],
  ['zh', 'zh-CN'],
  ['zh-Hant-HK', 'zh-TW'],
  ['yue', 'zh-HK'],
  ['ht', 'ht-HT'],
  ['so', 'so-SO'],
  ['pt', 'pt-BR'],
  ['fa-AF', 'fa-AF'],
  ['mww', null],
  ['ur', null],
])('%s is %s there', (tag, code) => {
  expect(transcribeCode(tag)).toBe(code)
})

test('every code is one of the service’s', () => {
  const known = new Set<string>(Object.values(LanguageCode))
  expect([...CODES.values()].filter((code) => !known.has(code))).toEqual([])
  expect([...CODES.keys()]).toEqual([...CODES.keys()].map((tag) => Intl.getCanonicalLocales(tag)[0]))
})
