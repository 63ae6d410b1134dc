import { expect, test } from 'vitest'
import { spokenText } from '../../src/core/call-words.ts'
import { prompts } from '../../src/core/call-words-fixed.ts'
import { type PromptId, promptSlots } from '../../src/core/call-words-slots.ts'
import { type TextLanguage, textLanguages } from '../../src/core/texts-fixed.ts'

const ids = Object.keys(promptSlots) as PromptId[]
const every = textLanguages.flatMap((language) => ids.map((id) => ({ language, id, ...prompts[language][id] })))

test.each(every)('$language $id has every slot exactly once and no other', ({ id, text }) => {
  const used = [...text.matchAll(/\{([^}]*)\}/g)].map((match) => match[1])
  expect(used.sort()).toEqual([...promptSlots[id]].sort())
})

test.each(every)('$language $id is whole, without stray spaces and without a digit that a voice may misread', ({ text }) => {
  expect(text).toBe(text.trim())
  expect(text).toBe(text.normalize('NFC'))
  expect(text).not.toMatch(/ {2}|[\n\u200B-\u200F\u2028-\u202E]|\d/)
  expect(text).toMatch(/[.:。：]$/u)
})

/** How each language tells a key: its words for zero, one, two, three and nine, and what stands before them. */
const keys: Record<TextLanguage, readonly [before: string, zero: string, one: string, two: string, three: string, nine: string]> =
  {
    en: ['press ', 'zero', 'one', 'two', 'three', 'nine'],
    es: ['oprima ', 'cero', 'uno', 'dos', 'tres', 'nueve'],
    ar: ['اضغط ', 'صفر', 'واحد', 'اثنين', 'ثلاثة', 'تسعة'],
    zh: ['按', '零', '一', '二', '三', '九'],
    'zh-TW': ['按', '零', '一', '二', '三', '九'],
    vi: ['bấm phím số ', 'không', 'một', 'hai', 'ba', 'chín'],
    pt: ['pressione ', 'zero', 'um', 'dois', 'três', 'nove'],
    ru: ['нажмите ', 'ноль', 'один', 'два', 'три', 'девять'],
    ht: ['peze ', 'zewo', 'en', 'de', 'twa', 'nèf'],
    fr: ['appuyez sur ', 'zéro', 'un', 'deux', 'trois', 'neuf'],
  }

/** The keys that a prompt tells, in its order, as places in the table. */
function told(language: TextLanguage, text: string): readonly number[] {
  const [before, ...words] = keys[language]
  const found = text.matchAll(new RegExp(`${before}(${words.join('|')})(?!\\p{L})`, 'gu'))
  return [...found].map((match) => words.indexOf(match[1] ?? ''))
}

test.each(every)('$language $id tells the same keys in the same order as the English', ({ language, id, text }) => {
  expect(told(language, text)).toEqual(told('en', prompts.en[id].text))
})

test('no key of an English prompt escapes that comparison', () => {
  for (const id of ids) {
    const presses = prompts.en[id].text.match(/press (?!the pound key|\{n\})/g)?.length ?? 0
    expect(told('en', prompts.en[id].text).length, id).toBe(presses)
  }
})

test('no language has the prompt of another by mistake', () => {
  for (const id of ids) {
    const texts = textLanguages.map((language) => prompts[language][id].text)
    expect(new Set(texts).size, id).toBe(textLanguages.length)
  }
})

test('a slot that is not given is a bug and says which', () => {
  expect(() => spokenText('gate_staff', 'en', { staff: 'Ms Rivera' } as never)).toThrow(/gate_staff.*school/)
})

test('an English prompt was reviewed, and no other is said to have been', () => {
  expect(every.filter((p) => p.reviewedBy !== null).every((p) => p.language === 'en')).toBe(true)
  expect(every.filter((p) => p.language === 'en').every((p) => p.reviewedBy !== null)).toBe(true)
})

test('fills slots with what stands in them, braces and all', () => {
  expect(spokenText('message_from', 'es-MX', { staff: 'Ms {school}' })).toEqual({ text: 'Ms {school} dice:', language: 'es' })
  expect(spokenText('goodbye', 'so', {})).toEqual({ text: 'Goodbye.', language: 'en' })
})
