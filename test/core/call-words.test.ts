import { expect, test } from 'vitest'
import { spokenText } from '../../src/core/call-words.ts'
import { prompts } from '../../src/core/call-words-fixed.ts'
import { keysTold } from '../../src/core/call-words-keys.ts'
import { type PromptId, promptSlots } from '../../src/core/call-words-slots.ts'
import { textLanguages } from '../../src/core/texts-slots.ts'

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

test.each(every)('$language $id tells the same keys in the same order as the English', ({ language, id, text }) => {
  expect(keysTold(language, text)).toEqual(keysTold('en', prompts.en[id].text))
})

test('no key of an English prompt escapes that comparison', () => {
  for (const id of ids) {
    const presses = prompts.en[id].text.match(/press (?!the pound key|\{n\})/g)?.length ?? 0
    expect(keysTold('en', prompts.en[id].text).length, id).toBe(presses)
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
