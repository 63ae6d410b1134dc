import { expect, test } from 'vitest'
import type { Postponed, Prepared, PrepareStore, ToPrepare } from '../../src/relay/ports.ts'
import { prepare } from '../../src/relay/prepare.ts'

const item = (n: number): ToPrepare => ({
  id: `e${n}`,
  conversationId: `c${n}`,
  direction: 'to_staff',
  first: false,
  text: `Mi hija está enferma ${n}`,
  keyword: null,
  pictures: false,
  urgent: false,
  fromPhone: true,
  createdAt: Temporal.Instant.from('2026-11-23T15:00:00Z'),
  reachedAt: null,
  country: 'US',
  tries: 1,
  guardianId: 'rosa',
  staffSide: 'rivera',
  staffName: 'Ana Rivera',
  staffLanguage: 'en',
  familyLanguages: ['es'],
  schoolId: 'lincoln',
  schoolName: 'Lincoln School',
  familyName: 'Maya L.',
  names: [],
  phone: 'none',
  optedOut: false,
  hours: null,
  writerZone: null,
  hoursVersion: 0,
  channel: 'text',
  recorded: false,
  voiceSeconds: null,
})

test('no lease runs out under a slow translator: after 40 s no translation begins, and what was not asked is given back at once', async () => {
  const now = Temporal.Instant.from('2026-11-23T15:00:01Z')
  const items = Array.from({ length: 200 }, (_, n) => item(n))
  const done: Prepared[] = []
  const later: Postponed[] = []
  const store: PrepareStore = {
    lease: async () => ({ moment: { now, database: now }, items }),
    finish: async (_district, _moment, results) => void done.push(...results),
    postpone: async (_district, postponed) => void later.push(...postponed),
  }
  let seconds = 0
  let asked = 0
  const translate = async ({ text }: { text: string }) => {
    if (asked++ % 16 === 0) seconds += 10
    return { kind: 'translated' as const, text, by: 'slow' }
  }
  const detect = () => ({ language: 'es', confidence: 1 })
  await prepare({ store, translator: { name: 'slow', translate }, detect, monotonic: () => seconds * 1000 }, 'd', 500)
  expect(seconds).toBeLessThanOrEqual(50)
  expect(done.map(({ id }) => id)).toEqual(items.slice(0, 64).map(({ id }) => id))
  expect(later).toEqual(items.slice(64).map(({ id }) => ({ id, tries: 1, seconds: 0, reason: null })))
})
