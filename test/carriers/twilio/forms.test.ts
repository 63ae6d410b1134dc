import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inboxKey, parseForm, readInbox } from '../../../src/carriers/twilio/forms.ts'
import { isSigned } from '../../../src/carriers/twilio/signature.ts'
import { anyText, CORPUS, expectQuick, longOf, SEEDS } from '../../support/outside.ts'

const ATTEMPT = { districtId: '6f0e0f0a-0000-4000-8000-000000000001', attemptId: '6f0e0f0a-0000-4000-8000-000000000002' }
const TEXT = { MessageSid: `SM${'a'.repeat(32)}`, From: '+19715550142', To: '+15035550100', Body: 'Hola' }
const raw = (fields: Record<string, string>) => Buffer.from(new URLSearchParams(fields).toString())
const field = fc.constantFrom(
  'MessageSid',
  'MessageStatus',
  'ErrorCode',
  'From',
  'To',
  'Body',
  'NumMedia',
  'AccountSid',
  '__proto__',
)

describe('a form', () => {
  test('is read as it was written', () => {
    expect({ ...parseForm(raw(TEXT)) }).toEqual(TEXT)
    expect(inboxKey(TEXT, null)).toBe(`text:${TEXT.MessageSid}`)
  })

  test.each([
    ['a parameter comes twice', 'a=1&b=2&a=1'],
    ['a name comes twice, written otherwise', 'Body=1&%42ody=2'],
  ])('in which %s is none', (_, body) => {
    expect(parseForm(Buffer.from(body))).toBeNull()
  })

  test('with a name of the prototype means that name and no more', () => {
    const params = parseForm(Buffer.from('__proto__=x&constructor=y&Body=z'))
    expect(Object.keys(params ?? {})).toEqual(['__proto__', 'constructor', 'Body'])
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })

  test.each<[string, string | undefined, number | null]>([
    ['none', undefined, null],
    ['0', '0', null],
    ['a code', '30008', 30_008],
    ['one that no column holds', '2147483648', null],
    ['four hundred digits', '9'.repeat(400), null],
    ['a negative one', '-1', null],
    ['digits and more', '21610x', null],
  ])('whose error code is %s has it or none', (_, ErrorCode, errorCode) => {
    const form = { MessageSid: TEXT.MessageSid, MessageStatus: 'failed', ...(ErrorCode === undefined ? {} : { ErrorCode }) }
    const key = inboxKey(form, ATTEMPT) as string
    expect(readInbox(key, raw(form))).toMatchObject({ kind: 'status', status: 'failed', errorCode })
  })
})

describe('whatever bytes come', () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
    anyText('Body=', '&', 'MessageSid=', TEXT.MessageSid, 'To=%2B15035550100').map((text) => Buffer.from(text)),
    fc.array(fc.tuple(field, anyText()), { maxLength: 6 }).map((pairs) => Buffer.from(new URLSearchParams(pairs).toString())),
  )
  test('they are a form or none, and what is kept under a key can be read back', () => {
    fc.assert(
      fc.property(body, fc.boolean(), (bytes, text) => {
        const params = parseForm(bytes)
        if (params === null) return
        const key = inboxKey(params, text ? null : ATTEMPT)
        if (key === null) return
        expect(Buffer.byteLength(key)).toBeLessThan(300)
        const read = readInbox(key, bytes)
        expect(read?.kind).toBe(text ? 'text' : 'status')
        if (read?.kind === 'text') {
          expect(read.body.isWellFormed() && !read.body.includes('\0')).toBe(true)
          expect(read.media.length).toBeLessThanOrEqual(10)
        }
      }),
    )
  })

  test('a text with whatever fields is kept, its words fit for the database', () => {
    fc.assert(
      fc.property(anyText(), anyText(), anyText(), (Body, From, NumMedia) => {
        const form = { ...TEXT, Body, From, NumMedia }
        const read = readInbox(inboxKey(form, null) as string, raw(form))
        expect(read).toMatchObject({ kind: 'text', to: TEXT.To })
      }),
    )
  })

  test('no key stands for a row that it does not name', () => {
    fc.assert(
      fc.property(anyText('text:', 'status:', ':', TEXT.MessageSid), (key) => {
        const read = readInbox(key, raw(TEXT))
        expect([undefined, key.split(':')[0]]).toContain(read?.kind)
      }),
    )
  })

  test('nobody signs by chance', () => {
    fc.assert(
      fc.property(
        anyText(),
        fc.dictionary(anyText(), anyText(), { maxKeys: 4 }),
        anyText('/webhooks/twilio/sms'),
        (signature, params, path) => {
          expect(isSigned('a-token', `https://school.example${path}`, params, signature)).toBe(false)
        },
      ),
    )
  })
})

describe('64 KiB of the worst', () => {
  const forms = [
    ...SEEDS.map((seed) => longOf(seed, 'Body=')),
    ...SEEDS.map((seed) => longOf(`${seed}&`)),
    Array.from({ length: 8_000 }, (_, i) => `${i}=`).join('&'),
    Array.from({ length: 8_000 }, (_, i) => `MessageSid=${i}`).join('&'),
    longOf('1', `MessageSid=${TEXT.MessageSid}&MessageStatus=sent&ErrorCode=`),
  ].map((text) => Buffer.from(text))
  test('are read, and refused for their signature, in no time', async () => {
    for (const [i, form] of forms.entries())
      await expectQuick(`form ${i}`, () => {
        const params = parseForm(form)
        if (params === null) return
        isSigned('a-token', 'https://school.example/webhooks/twilio/sms', params, 'x'.repeat(8_000))
        const key = inboxKey(params, null) ?? inboxKey(params, ATTEMPT)
        if (key !== null) readInbox(key, form)
      })
  })

  test('the corpus is one of texts, all different', () => {
    expect(new Set(CORPUS).size).toBe(CORPUS.length)
  })
})
