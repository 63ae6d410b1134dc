import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanText, excerpt, plainPunctuation, splitBody } from '../../src/core/segments.ts'

describe('plain punctuation', () => {
  test.each([
    ['“Hello”, it’s Ms Rivera – see you…', '"Hello", it\'s Ms Rivera - see you...'],
    ['à\u202F8\u00A0h', 'à 8 h'],
    ['Hawai\u02BBi, O\u02BCzbek', "Hawai'i, O'zbek"],
    ['L’école « Lincoln »', 'L\'école " Lincoln "'],
    ['mañana está papá', 'mañana está papá'],
    ['Tiếng Việt, 中文，العربية', 'Tiếng Việt, 中文，العربية'],
    ['e\u0301cole', 'école'],
  ])('%j becomes %j', (text, expected) => {
    expect(plainPunctuation(text)).toBe(expected)
  })
  test('twice is as once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = plainPunctuation(text)
        expect(plainPunctuation(once)).toBe(once)
      }),
    )
  })
})

const bare = (part: string) => part.replace(/^\(\d+\/\d+\) /, '')
const inked = (text: string) => text.replace(/\s/gu, '')

describe('a body in parts', () => {
  test('is itself when it fits', () => {
    expect(splitBody('a'.repeat(1600))).toEqual(['a'.repeat(1600)])
    expect(splitBody('')).toEqual([''])
  })
  test('is numbered when it does not', () => {
    const parts = splitBody('a'.repeat(1601))
    expect(parts.map((part) => part.slice(0, 6))).toEqual(['(1/2) ', '(2/2) '])
    expect(parts.map((part) => part.length)).toEqual([1600, 13])
  })
  test('is cut behind a sentence when that is not too early', () => {
    expect(splitBody('The bus is late today. It comes at 9. Please wait inside the school.', 50)).toEqual([
      '(1/2) The bus is late today. It comes at 9.',
      '(2/2) Please wait inside the school.',
    ])
    expect(splitBody('No. The bus of the second route is late today because of snow', 40)[0]).toBe(
      '(1/2) No. The bus of the second route is',
    )
    expect(splitBody('今天校车晚点了。请在学校里等。明天照常上课。', 20)).toEqual([
      '(1/2) 今天校车晚点了。',
      '(2/2) 请在学校里等。明天照常上课。',
    ])
  })
  test('keeps what people see as one character in one piece', () => {
    const family = '👨‍👩‍👧‍👦'
    for (const part of splitBody(family.repeat(20), 60)) expect(bare(part).replaceAll(family, '')).toBe('')
    for (const part of splitBody('é'.normalize('NFD').repeat(50), 31)) expect(bare(part).normalize('NFC')).toMatch(/^é+$/)
  })
  test('is cut even inside a character longer than a part, but never inside a surrogate pair', () => {
    for (const part of splitBody(`e${'\u0301'.repeat(200)}`, 40)) expect(part.length).toBeLessThanOrEqual(40)
    for (const max of [40, 41, 42]) {
      const body = `${'👩\u200D'.repeat(100)}👩`
      const parts = splitBody(body, max)
      expect(parts.every((part) => part.isWellFormed() && part.length <= max)).toBe(true)
      expect(parts.map(bare).join('')).toBe(body)
    }
  })
  test('leaves room for numbers of more digits', () => {
    const parts = splitBody('word '.repeat(500), 30)
    expect(parts.length).toBeGreaterThan(100)
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(30)
  })
  test('loses nothing but white space, keeps to the length, tears no pair, and counts right', () => {
    const unit = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('a', 'bcd', '. ', ' ', '\n', '。', '👩‍👧', 'e\u0301', '🇭🇹', 'ệ', '! ') },
      fc.string({ unit: 'grapheme' }),
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 300 }), fc.integer({ min: 20, max: 120 }), (units, max) => {
        const body = units.join('')
        const parts = splitBody(body, max)
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(max)
          expect(part.isWellFormed()).toBe(true)
        }
        if (body.length <= max) expect(parts).toEqual([body])
        const whole = parts.length === 1 ? parts : parts.map(bare)
        expect(inked(whole.join(''))).toBe(inked(body))
        if (parts.length > 1)
          expect(parts.map((part) => /^\(\d+\/\d+\) /.exec(part)?.[0])).toEqual(
            parts.map((_, index) => `(${index + 1}/${parts.length}) `),
          )
      }),
      { numRuns: 500 },
    )
  })
})

describe('text from outside', () => {
  test.each([
    ['a\0b', 'a\u2400b'],
    ['\uD83D', '\uFFFD'],
    ['ok \uDE00 ok', 'ok \uFFFD ok'],
    ['👩‍👧 \u202Eabc\u202C\u200F', '👩‍👧 \u202Eabc\u202C\u200F'],
    ['e\u0301\r\n\t', 'e\u0301\r\n\t'],
  ])('%j is kept as %j', (raw, text) => {
    expect(cleanText(raw)).toBe(text)
  })
  test('always comes out well-formed, without NUL, and stays so', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const text = cleanText(String.fromCharCode(...units))
        expect(text.isWellFormed()).toBe(true)
        expect(text).not.toContain('\0')
        expect(text.length).toBe(units.length)
        expect(cleanText(text)).toBe(text)
      }),
    )
  })
})

describe('an excerpt', () => {
  const zalgo = `e${'\u0301'.repeat(40)}`
  test.each([
    ['short', 10, 'short'],
    ['  two\n\nlines  ', 20, 'two lines'],
    ['Maya can come on Friday', 15, 'Maya can...'],
    ['Maya can come', 8, 'Maya...'],
    ['Maya can come', 7, 'Maya...'],
    ['I unquestionably agree', 13, 'I unquesti...'],
    ['Maya is sick today and stays at home', 30, 'Maya is sick today and...'],
    ['我的孩子今天生病了，不能来学校', 10, '我的孩子今天生...'],
    ['ab👩‍👧‍👦cd👩‍👧‍👦', 12, 'ab...'],
    ['👩‍👧‍👦👩‍👧‍👦', 10, '...'],
    [zalgo, 30, '...'],
    ['“It’s late…”', 30, '"It\'s late..."'],
    ['\u202Eabc\u202C \u2067def\u2069', 30, 'abc def'],
    [' \n', 30, '...'],
  ])('of %j in %i is %j', (text, max, expected) => {
    expect(excerpt(text, max)).toBe(expected)
  })
  test('is one line of at most the length that tears nothing which reads as one character', () => {
    const unit = fc.oneof(
      fc.constantFrom('a', ' ', '\n', '👩‍👧', 'e\u0323\u0301', '🇭🇹', 'ệ', 'สำ', '한', '\u202E'),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    )
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })
    const seen = (text: string) => [...segmenter.segment(text)].map((one) => one.segment)
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), fc.integer({ min: 3, max: 60 }), (units, max) => {
        const line = excerpt(units.join(''), max)
        const whole = excerpt(units.join(''), 10_000)
        expect(line.length).toBeLessThanOrEqual(max)
        expect(line).not.toMatch(/[\r\n]/)
        expect(line.isWellFormed()).toBe(true)
        if (line === whole) return
        const kept = seen(line.slice(0, -3))
        expect(kept).toEqual(seen(whole).slice(0, kept.length))
      }),
      { numRuns: 500 },
    )
  })
})
