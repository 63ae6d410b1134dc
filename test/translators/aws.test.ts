import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { awsLanguageCode, createAwsTranslator } from '../../src/translators/aws.ts'

type Sent = {
  readonly Text: string
  readonly SourceLanguageCode: string
  readonly TargetLanguageCode: string
  readonly Settings?: { readonly Formality?: string }
}

const HOST = 'https://translate.us-west-2.amazonaws.com'
const translator = createAwsTranslator('us-west-2')

/** The service answers each request with what `answer` makes of it; what was sent is collected. */
function service(answer: (sent: Sent) => readonly [status: number, body: object]): readonly Sent[] {
  const seen: Sent[] = []
  nock(HOST)
    .persist()
    .post('/')
    .reply(async (request: Request) => {
      const sent = (await request.json()) as Sent
      seen.push(sent)
      const [status, body] = answer(sent)
      return [status, JSON.stringify(body)]
    })
  return seen
}
const says = (text: string) => () => [200, { TranslatedText: text, SourceLanguageCode: 'en', TargetLanguageCode: 'es' }] as const

beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example')
  nock.disableNetConnect()
})
afterEach(() => nock.cleanAll())
afterAll(() => {
  nock.enableNetConnect()
  vi.unstubAllEnvs()
})

describe('a text and its facts', () => {
  test('names, links, times and numbers are marked, the rest is escaped, and formal address is asked for', async () => {
    const seen = service(
      says(
        '<span translate="no">Maya</span> &lt;<span translate="no">3</span> B&amp;B a las <span translate="no">3:30 PM</span>: <span translate="no">a.org/x?a=1&amp;b=2</span>',
      ),
    )
    const answer = await translator.translate({
      text: 'Maya <3 B&B at 3:30 PM: a.org/x?a=1&b=2',
      from: 'en-US',
      to: 'es-MX',
      names: ['Maya'],
    })
    expect(answer).toEqual({ kind: 'translated', text: 'Maya <3 B&B a las 3:30 PM: a.org/x?a=1&b=2', by: 'aws' })
    expect(seen).toEqual([
      {
        Text: '<span translate="no">Maya</span> &lt;<span translate="no">3</span> B&amp;B at <span translate="no">3:30 PM</span>: <span translate="no">a.org/x?a=1&amp;b=2</span>',
        SourceLanguageCode: 'en',
        TargetLanguageCode: 'es-MX',
        Settings: { Formality: 'FORMAL' },
      },
    ])
  })

  test.each([
    ['a mark is lost', 'a las 3:30 PM'],
    ['a mark is doubled', '<span translate="no">3:30 PM</span> <span translate="no">3:30 PM</span>'],
    ['a marked text is changed', 'a las <span translate="no">15:30</span>'],
    ['an inner token of the service shows', '<span translate="no">3:30 PM</span> DNT_0'],
  ])('when %s, it asks again without marks', async (_, broken) => {
    const seen = service((sent) => says(sent.Text.includes('<') ? broken : 'Venga a las 3:30 PM')())
    const answer = await translator.translate({ text: 'Come at 3:30 PM', from: 'en', to: 'vi', names: [] })
    expect(answer).toEqual({ kind: 'translated', text: 'Venga a las 3:30 PM', by: 'aws' })
    expect(seen.map((sent) => sent.Text)).toEqual(['Come at <span translate="no">3:30 PM</span>', 'Come at 3:30 PM'])
    expect(seen[0]?.Settings).toBeUndefined()
  })

  test('a text over 10,000 bytes goes in stretches, cut between sentences, and comes back whole', async () => {
    const sentence = `${'The school says hello to every family in the valley. '.repeat(3)}\n`
    const seen = service((sent) => says(sent.Text)())
    const answer = await translator.translate({ text: sentence.repeat(150), from: 'en', to: 'so', names: [] })
    expect(answer).toEqual({ kind: 'translated', text: sentence.repeat(150), by: 'aws' })
    expect(seen.length).toBeGreaterThan(2)
    for (const sent of seen) expect(new TextEncoder().encode(sent.Text).length).toBeLessThanOrEqual(10_000)
    for (const sent of seen) expect(sent.Text).toMatch(/\.$/u)
  })
})

describe('Serbian', () => {
  const cyrillic = 'Његова љубичаста џемпер у 3:30 PM, Maya!'
  test.each([
    ['sr', cyrillic],
    ['sr-Latn', 'Njegova ljubičasta džemper u 3:30 PM, Maya!'],
    ['sr-Latn-RS', 'Njegova ljubičasta džemper u 3:30 PM, Maya!'],
  ])('comes in the letters that %s is written in', async (to, text) => {
    const seen = service(says(cyrillic))
    expect(await translator.translate({ text: 'x', from: 'en', to, names: [] })).toEqual({ kind: 'translated', text, by: 'aws' })
    expect(seen[0]?.TargetLanguageCode).toBe('sr')
  })

  test('goes from one of its scripts to Latin letters without the service', async () => {
    const answer = await translator.translate({ text: 'Ђурђа', from: 'sr', to: 'sr-Latn', names: [] })
    expect(answer).toEqual({ kind: 'translated', text: 'Đurđa', by: 'aws' })
  })
})

describe('what goes wrong', () => {
  test.each([
    ['UnsupportedLanguagePairException', 400, 'unsupported'],
    ['TextSizeLimitExceededException', 400, 'unsupported'],
    ['InvalidRequestException', 400, 'unsupported'],
    ['TooManyRequestsException', 400, 'unavailable'],
    ['ThrottlingException', 400, 'unavailable'],
    ['ServiceUnavailableException', 503, 'unavailable'],
    ['AccessDeniedException', 400, 'unavailable'],
  ] as const)('%s is told once by its name', async (name, status, kind) => {
    const seen = service(() => [status, { __type: name, message: 'Come at noon' }])
    expect(await translator.translate({ text: 'Come at noon', from: 'en', to: 'es', names: [] })).toEqual({ kind, reason: name })
    expect(seen).toHaveLength(1)
  })

  test('a language that the service does not have is told without asking', async () => {
    const seen = service(says(''))
    const answer = await translator.translate({ text: 'Come', from: 'en', to: 'mww', names: [] })
    expect(answer).toEqual({ kind: 'unsupported', reason: 'language not in Amazon Translate' })
    expect(seen).toEqual([])
  })

  test.each(['pa-Arab', 'uz-Cyrl', 'pa-PK'])(
    'a script that the service does not write is told without asking: %s',
    async (to) => {
      const seen = service(says(''))
      const answer = await translator.translate({ text: 'Come', from: 'en', to, names: [] })
      expect(answer).toEqual({ kind: 'unsupported', reason: 'script not in Amazon Translate' })
      expect(seen).toEqual([])
    },
  )

  test('a service that does not answer is given up, whoever is waited for', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockImplementationOnce(() => AbortSignal.abort(new DOMException('late', 'TimeoutError')))
    nock(HOST).post('/').delay(60_000).reply(200, {})
    const answer = await translator.translate({ text: 'Come', from: 'en', to: 'es', names: [] })
    expect(answer.kind).toBe('unavailable')
    nock.abortPendingRequests()
  })
})

test.each([
  ['es-CO', 'es'],
  ['es-MX', 'es-MX'],
  ['zh', 'zh'],
  ['zh-Hans-US', 'zh'],
  ['zh-TW', 'zh-TW'],
  ['zh-Hant-HK', 'zh-TW'],
  ['pt-BR', 'pt'],
  ['pt-PT', 'pt-PT'],
  ['fr-CA', 'fr-CA'],
  ['fa-AF', 'fa-AF'],
  ['fil', 'tl'],
  ['yue', null],
  ['ne', null],
  ['und', null],
])('%s is %s to the service', (tag, code) => {
  expect(awsLanguageCode(tag)).toBe(code)
})

test.each([
  ['es-MX', 'all'],
  ['ht', 'all'],
  ['zh-HK', 'all'],
  ['sr-Latn', 'all'],
  ['ne', 'none'],
  ['mww', 'none'],
  ['uz-Cyrl', 'none'],
])('Amazon Translate covers of %s: %s', async (language, cover) => {
  expect(await createAwsTranslator('us-east-1').covers(language)).toBe(cover)
})
