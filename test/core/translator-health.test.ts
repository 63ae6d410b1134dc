import { expect, test } from 'vitest'
import { translatorState } from '../../src/core/translator-health.ts'

const now = Temporal.Instant.from('2036-03-03T16:00Z')
const ago = (minutes: number | null) => (minutes === null ? null : now.subtract({ minutes }))

test.each<[string, number | null, number | null, number, string]>([
  ['nothing was asked', null, null, 0, 'idle'],
  ['it answered', 5, null, 0, 'well'],
  ['it answered hours ago and nothing waits', 600, null, 0, 'well'],
  ['it does not answer and texts wait', 30, 1, 3, 'away'],
  ['it never answered and texts wait', null, 20, 1, 'away'],
  ['texts wait longer than any absence usually lasts', 90, 40, 2, 'away'],
  ['it did not answer just now, what waited went out as written', 30, 5, 0, 'away'],
  ['it did not answer a while ago and nothing waits', 90, 16, 0, 'well'],
  ['it answers again while some still wait', 1, 2, 4, 'recovering'],
  ['it answers again and all is done', 1, 2, 0, 'well'],
])('%s', (_what, translated, away, waiting, state) => {
  expect(translatorState({ lastTranslated: ago(translated), lastAway: ago(away), waiting }, now)).toBe(state)
})
