import { expect, test } from 'vitest'
import { MOST_WATCHED, watchable } from '../../src/core/watched-words.ts'

test('lines are taken once, without case; what finds nothing, nearly everything or is one too many is left out with the reason', () => {
  const { wanted, left } = watchable(['Knife', ' knife ', '', '自杀', 'go', '!!', 'x'.repeat(201)])
  expect(wanted).toEqual(['knife', '自杀'])
  expect(left.map(({ why }) => why)).toEqual(['short', 'no_word', 'long'])
  const many = Array.from({ length: MOST_WATCHED + 1 }, (_, i) => `word${i}`)
  expect(watchable(many).left).toEqual([{ line: `word${MOST_WATCHED}`, why: 'too_many' }])
})
