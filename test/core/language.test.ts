import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { knownLanguage, languageName, languageTag, sameLanguage } from '../../src/core/language.ts'
import { LANGUAGE_NAMES } from '../../src/core/language-names.ts'

describe('languageTag', () => {
  it.each([
    ['es', 'es'],
    [' ES ', 'es'],
    ['spa', 'es'],
    ['es_mx', 'es-MX'],
    ['spa-mex', null],
    ['pt-br', 'pt-BR'],
    ['prs', 'fa-AF'],
    ['pes', 'fa'],
    ['tl', 'tl'],
    ['fil', 'tl'],
    ['fil-PH', 'tl-PH'],
    ['tgl', 'tl'],
    ['hat', 'ht'],
    ['hmn', 'mww'],
    ['nb-NO', 'no-NO'],
    ['ku', 'kmr'],
    ['kmr', 'kmr'],
    ['twi', 'tw'],
    ['chi', 'zh'],
    ['cmn', 'zh'],
    ['zh-CN', 'zh'],
    ['zh-hans', 'zh'],
    ['zh-Hant', 'zh-TW'],
    ['zh-HK', 'zh-TW'],
    ['zh-Hant-HK', 'zh-TW'],
    ['zh-yue', 'yue'],
    ['sr-latn', 'sr-Latn'],
    ['und', 'und'],
    ['', null],
    ['-', null],
    ['Spanish', null],
    ['español', null],
    ['e', null],
    ['es-', null],
    ['es MX', null],
    ['123', null],
  ])('writes %j as %j', (input, tag) => expect(languageTag(input)).toBe(tag))

  it('leaves every tag of the table as it is', () => {
    for (const [tag] of LANGUAGE_NAMES) expect(languageTag(tag)).toBe(tag)
  })

  it('is settled after one pass, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/)), (input) => {
        const tag = languageTag(input)
        if (tag !== null) expect(languageTag(tag)).toBe(tag)
      }),
    )
  })
})

describe('sameLanguage', () => {
  it.each([
    ['es', 'es-MX', true],
    ['es-MX', 'es-SV', true],
    ['spa', 'es', true],
    ['fa-AF', 'fa', true],
    ['pt-BR', 'pt-PT', true],
    ['fil', 'tl', true],
    ['zh-Hant', 'zh-TW', true],
    ['zh', 'zh-CN', true],
    ['zh', 'zh-TW', false],
    ['yue', 'zh-TW', true],
    ['yue', 'zh', false],
    ['sr', 'sr-Latn', false],
    ['sr', 'sr-Cyrl', true],
    ['es', 'pt', false],
    ['no', 'nn', false],
    ['mww', 'hnj', false],
    ['ht', 'fr', false],
    ['und', 'und', false],
    ['', '', false],
  ])('%j and %j: %j', (a, b, same) => {
    expect(sameLanguage(a, b)).toBe(same)
    expect(sameLanguage(b, a)).toBe(same)
  })
})

describe('languageName', () => {
  it.each([
    ['es', 'en', 'Spanish'],
    ['es', 'es-MX', 'español'],
    ['es-MX', 'en-US', 'Spanish (Mexico)'],
    ['es-SV', 'en', 'Spanish'],
    ['en', 'es', 'inglés'],
    ['ht', 'ht', 'Kreyòl ayisyen'],
    ['ht', 'es', 'criollo haitiano'],
    ['es', 'ht', 'Spanish'],
    ['zh-Hant', 'zh-TW', '繁體中文'],
    ['hmn', 'mww', 'Hmoob Dawb'],
    ['chk', 'chk', 'Chuukese'],
    ['pt', 'en', 'Portuguese'],
    ['tl', 'en', 'Tagalog / Filipino'],
    ['qqq', 'en', 'qqq'],
    ['und', 'en', 'und'],
  ])('calls %j, for a reader of %j, %j', (tag, inTag, name) => expect(languageName(tag, inTag)).toBe(name))

  it('has a name for every language of the table in every other', () => {
    for (const [tag] of LANGUAGE_NAMES) for (const [inTag] of LANGUAGE_NAMES) expect(languageName(tag, inTag)).not.toBe('')
  })
})

describe('knownLanguage', () => {
  it.each([
    ['es', true],
    ['es-419', true],
    ['pt', true],
    ['fil', true],
    ['prs', true],
    ['yue', true],
    ['tlh', false],
    ['und', false],
    ['nonsense', false],
  ])('%j: %j', (tag, known) => expect(knownLanguage(tag)).toBe(known))
})
