import { expect, test } from 'vitest'
import { evidenceOf } from '../../src/core/evidence.ts'

test.each([
  [['written', 'held'], null],
  [['written', 'sending', 'sent'], 'accepted'],
  [['sent', 'delivered'], 'delivered'],
  [['ringing', 'not_answered', 'ringing', 'person'], 'answered_by_person'],
  [['ringing', 'person', 'heard'], 'heard'],
  [['person', 'answered', 'heard'], 'answered'],
  [['sent', 'undelivered', 'late_delivered'], 'delivered'],
])('%j proves %s', (events, grade) => {
  expect(evidenceOf(events.map((what) => ({ what })))).toBe(grade)
})
