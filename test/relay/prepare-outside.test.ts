import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TranslationAnswer } from '../../src/relay/ports.ts'
import { prepare } from '../../src/relay/prepare.ts'
import type { Prepared, PrepareStore, ToPrepare } from '../../src/relay/prepare-ports.ts'
import { anyText, expectQuick, longOf, SEEDS } from '../support/outside.ts'

const NOW = Temporal.Instant.from('2026-11-23T18:00:00Z')
const ITEM: ToPrepare = {
  id: 'e',
  conversationId: 'c',
  direction: 'to_staff',
  first: false,
  text: 'Maya está enferma hoy.',
  keyword: null,
  attached: null,
  urgent: true,
  notBefore: null,
  fromPhone: true,
  createdAt: NOW,
  reachedAt: null,
  tries: 0,
  guardianId: 'rosa',
  staffSide: 'rivera',
  staffName: 'Ms Rivera',
  staffLanguage: 'en',
  familyLanguages: ['es'],
  unknownWords: null,
  schoolId: 'lincoln',
  schoolName: 'Lincoln School',
  country: 'US',
  familyName: 'Maya L.',
  names: ['Maya'],
  phone: 'ready',
  optedOut: false,
  hours: null,
  writerZone: null,
  hoursVersion: 0,
  channel: 'text',
  recorded: false,
  voiceSeconds: null,
  unasked: null,
}

/** What becomes of one text when an engine answers this. */
async function prepared(answer: TranslationAnswer, text = ITEM.text) {
  const done: Prepared[] = []
  const later: string[] = []
  const store: PrepareStore = {
    lease: async () => ({ moment: { now: NOW, database: NOW }, items: [{ ...ITEM, text }] }),
    finish: async (_district, _moment, list) => void done.push(...list),
    claimLines: async () => [],
    keepLines: async () => {},
    postpone: async (_district, list) => void later.push(...list.map((l) => l.reason ?? '')),
  }
  const detect = () => ({ language: 'es', confidence: 1 })
  await prepare(
    { store, translator: { name: 't', translate: async () => answer }, detect, lines: null, monotonic: () => 0 },
    'd',
    1,
  )
  return { done: done[0], later: later[0] }
}

const translated = (text: string): TranslationAnswer => ({ kind: 'translated', text, by: 't' })

describe('an engine that answers', () => {
  test('a translation is believed', async () => {
    const { done } = await prepared(translated('Maya is ill today.'))
    expect(done?.body).toBe('Maya L.: Maya is ill today.')
  })

  test.each([
    ['nothing', '', 'empty answer'],
    ['blanks', ' \n', 'empty answer'],
    ['without end', 'Maya '.repeat(10_000), 'answer too long'],
  ])('%s is asked again', async (_, text, reason) => {
    expect(await prepared(translated(text))).toEqual({ done: undefined, later: reason })
  })

  test('what no database holds is kept as what it can hold', async () => {
    const { done } = await prepared(translated('Maya is\0 ill \ud800 today.'))
    expect(done?.translation?.text).toBe('Maya is\u2400 ill \ufffd today.')
  })

  test('whatever comes of any text, it can be kept, and what is not translated goes with the original', async () => {
    await fc.assert(
      fc.asyncProperty(anyText('Maya ', 'enferma '), anyText('Maya ', 'ill '), async (original, text) => {
        const { done, later } = await prepared(translated(text), original)
        if (later !== undefined) return
        expect(done?.body?.isWellFormed() || !original.isWellFormed()).toBe(true)
        expect(done?.translation?.text.isWellFormed() ?? true).toBe(true)
        expect(done?.translation?.text ?? '').not.toContain('\0')
      }),
    )
  })

  test('64 KiB of the worst is read in a moment', async () => {
    for (const seed of SEEDS) {
      const text = longOf(seed)
      await expectQuick(`a translation of ${JSON.stringify(seed)}`, () => prepared(translated(text), text.slice(0, 5_000)))
    }
  })
})
