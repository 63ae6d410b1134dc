/** Whatever a translation service answers, the relay hears one of three things, and never what it did not ask for. */

import fc from 'fast-check'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Translator } from '../../src/relay/ports.ts'
import { createAwsTranslator } from '../../src/translators/aws.ts'
import { createLibreTranslator } from '../../src/translators/libretranslate.ts'
import { anyText, expectQuick, longOf, SEEDS } from '../support/outside.ts'

const SERVICES: readonly (readonly [name: string, host: string, path: string, translator: Translator])[] = [
  ['Amazon', 'https://translate.us-west-2.amazonaws.com', '/', createAwsTranslator('us-west-2')],
  ['LibreTranslate', 'http://libre.example.test', '/translate', createLibreTranslator('http://libre.example.test', null)],
]

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

const REQUEST = { text: 'Maya <3: come at 3:30 PM, bring $5 & a.org/x', from: 'en-US', to: 'es-MX', names: ['Maya'] }

/** Answers that look right, almost right, and not at all. */
const anyBody = fc.oneof(
  anyText(
    '{',
    '}',
    '"TranslatedText":',
    '"translatedText":',
    '"error":',
    'null',
    '[',
    '<span translate="no">',
    '</span>',
    'DNT_1',
  ),
  fc.json(),
  fc
    .record({
      TranslatedText: fc.oneof(anyText('<span translate="no">', '</span>', 'Maya', '3:30 PM', '&amp;'), fc.jsonValue()),
      translatedText: fc.oneof(anyText(), fc.jsonValue()),
      error: fc.oneof(fc.constantFrom('es is not supported', 'exceeds text limit'), fc.jsonValue()),
      __type: fc.constantFrom('ThrottlingException', 'UnsupportedLanguagePairException', 'x', '__proto__', 'constructor'),
    })
    .map((body) => JSON.stringify(body)),
)
const anyType = fc.constantFrom('application/json', 'application/x-amz-json-1.1', 'text/html; charset=x', '', 'a/b;;;')

test.each(SERVICES)('%s may answer anything: it is translated, unsupported or unavailable', async (_, host, path, translator) => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(200, 201, 204, 400, 403, 404, 413, 429, 500, 503),
      anyType,
      anyBody,
      async (status, type, body) => {
        nock.cleanAll()
        nock(host)
          .persist()
          .post(path)
          .reply(status, status === 204 ? '' : body, { 'content-type': type })
        const answer = await translator.translate(REQUEST)
        if (answer.kind === 'translated') {
          expect(typeof answer.text).toBe('string')
          expect(status, 'only a success is a translation').toBeLessThan(300)
        } else {
          expect(['unsupported', 'unavailable']).toContain(answer.kind)
          // It goes into the log: a word on the failure, nothing of what was written.
          expect(answer.reason).toMatch(/^[\w ,.-]{1,100}$/)
        }
      },
    ),
    { numRuns: 150 },
  )
})

test.each(SERVICES)('64 KiB from %s are read in a moment', async (_, host, path, translator) => {
  for (const seed of [...SEEDS, '<span translate="no">', '</span>', '&lt;', '\\\\u0000']) {
    nock.cleanAll()
    const text = longOf(seed)
    nock(host)
      .persist()
      .post(path)
      .reply(200, JSON.stringify({ TranslatedText: text, translatedText: text }), { 'content-type': 'application/json' })
    await expectQuick(JSON.stringify(seed), () => translator.translate(REQUEST))
  }
})
