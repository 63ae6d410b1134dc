import { expect, test } from 'vitest'
import type { TranscriptionAnswer } from '../../src/relay/call-ports.ts'
import { inTurn } from '../../src/transcribers/choose.ts'

const REQUEST = { audio: Buffer.from(''), language: 'es', sid: 'RE1' }
const by = (name: string, answer: TranscriptionAnswer, asked: string[] = []) => ({
  name,
  transcribe: async () => {
    asked.push(name)
    return answer
  },
})
const words: TranscriptionAnswer = { kind: 'transcribed', text: 'Hola', by: 'aws' }

test.each<[string, TranscriptionAnswer, TranscriptionAnswer, string[]]>([
  ['the first that can does it', words, words, ['a']],
  ['what the first never will, the next does', { kind: 'unsupported', reason: 'x' }, words, ['a', 'b']],
  ['what the first cannot now waits for it', { kind: 'unavailable', reason: 'x' }, { kind: 'unavailable', reason: 'x' }, ['a']],
])('%s', async (_, first, expected, order) => {
  const asked: string[] = []
  const transcriber = inTurn([by('a', first, asked), by('b', words, asked)])
  expect(await transcriber.transcribe(REQUEST)).toEqual(expected)
  expect(asked).toEqual(order)
})

test('what none can is audio alone', async () => {
  const never: TranscriptionAnswer = { kind: 'unsupported', reason: 'x' }
  expect(await inTurn([by('a', never), by('b', never)]).transcribe(REQUEST)).toEqual(never)
})
