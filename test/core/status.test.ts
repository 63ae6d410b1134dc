import { expect, test } from 'vitest'
import type { Status } from '../../src/core/exchange.ts'
import { shownStatus } from '../../src/core/status.ts'

const now = Temporal.Instant.from('2026-11-23T12:00:00Z')
const later = now.add({ seconds: 1 })
const earlier = now.subtract({ seconds: 1 })

test.each<[Status, Temporal.Instant | null, Status]>([
  ['held', later, 'held'],
  ['held', now, 'queued'],
  ['held', earlier, 'queued'],
  ['held', null, 'held'],
  ['queued', later, 'held'],
  ['queued', now, 'queued'],
  ['queued', null, 'queued'],
  ['received', later, 'received'],
  ['sending', later, 'sending'],
  ['sent', earlier, 'sent'],
  ['canceled', later, 'canceled'],
])('%s with sendAfter %s is shown as %s', (status, sendAfter, shown) => {
  expect(shownStatus(status, sendAfter, now)).toBe(shown)
})
