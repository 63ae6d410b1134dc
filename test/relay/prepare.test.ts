import { describe, expect, test } from 'vitest'
import type { E164 } from '../../src/core/phone-number.ts'
import type { LineType } from '../../src/relay/call-ports.ts'
import type { LineAsker } from '../../src/relay/look-up.ts'
import { prepare } from '../../src/relay/prepare.ts'
import type { Postponed, Prepared, PrepareStore, ToPrepare } from '../../src/relay/prepare-ports.ts'

const item = (n: number): ToPrepare => ({
  id: `e${n}`,
  conversationId: `c${n}`,
  direction: 'to_staff',
  first: false,
  text: `Mi hija está enferma ${n}`,
  keyword: null,
  attached: null,
  urgent: false,
  notBefore: null,
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
  unknownWords: null,
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
  unasked: null,
})

test.each([
  [undefined, 'waits a minute', [1, 2, 4]],
  ['22021', 'waits a minute', [1, 2, 4]],
  ['57P01', 'is tried again with all the others', []],
])('a message that fails by itself (%s) %s', async (code, _, expected) => {
  const now = Temporal.Instant.from('2026-11-23T15:00:01Z')
  const done: string[] = []
  const later: Postponed[] = []
  const store: PrepareStore = {
    lease: async () => ({ moment: { now, database: now }, items: [1, 2, 3, 4].map(item) }),
    finish: async (_district, _moment, results) => {
      if (results.some(({ id }) => id === 'e3'))
        throw code === undefined ? new TypeError('bad') : Object.assign(new Error('bad'), { code })
      done.push(...results.map(({ id }) => id))
    },
    claimLines: async () => [],
    keepLines: async () => {},
    postpone: async (_district, postponed) => void later.push(...postponed),
  }
  const translate = async ({ text }: { text: string }) => ({ kind: 'translated' as const, text, by: 'echo' })
  const deps = {
    store,
    translator: { name: 'echo', translate },
    detect: () => ({ language: 'es', probability: 1 }),
    lines: null,
    monotonic: () => 0,
  }
  await expect(prepare(deps as never, 'd', 10)).rejects.toThrow('bad')
  expect(done).toEqual(expected.map((n) => `e${n}`))
  expect(later).toEqual(expected.length === 0 ? [] : [{ id: 'e3', tries: 1, seconds: 60, reason: null }])
})

test('no lease runs out under a slow translator: after 40 s no translation begins, and what was not asked is given back at once', async () => {
  const now = Temporal.Instant.from('2026-11-23T15:00:01Z')
  const items = Array.from({ length: 200 }, (_, n) => item(n))
  const done: Prepared[] = []
  const later: Postponed[] = []
  const store: PrepareStore = {
    lease: async () => ({ moment: { now, database: now }, items }),
    finish: async (_district, _moment, results) => void done.push(...results),
    claimLines: async () => [],
    keepLines: async () => {},
    postpone: async (_district, postponed) => void later.push(...postponed),
  }
  let seconds = 0
  let asked = 0
  const translate = async ({ text }: { text: string }) => {
    if (asked++ % 16 === 0) seconds += 10
    return { kind: 'translated' as const, text, by: 'slow' }
  }
  const detect = () => ({ language: 'es', confidence: 1 })
  const deps = { store, translator: { name: 'slow', translate }, detect, lines: null, monotonic: () => seconds * 1000 }
  await prepare(deps, 'd', 500)
  expect(seconds).toBeLessThanOrEqual(50)
  expect(done.map(({ id }) => id)).toEqual(items.slice(0, 64).map(({ id }) => id))
  expect(later).toEqual(items.slice(64).map(({ id }) => ({ id, tries: 1, seconds: 0, reason: null })))
})

describe('the first text to a phone', () => {
  const now = Temporal.Instant.from('2026-11-23T15:00:01Z')
  const hours = { week: { mon: ['00:00-24:00'] }, closures: [], zone: 'UTC' }
  const toFamily = (n: number, more: Partial<ToPrepare> = {}): ToPrepare => ({
    ...item(n),
    direction: 'to_family',
    text: `Maya was late ${n}`,
    familyLanguages: ['en'],
    phone: 'ready',
    hours,
    ...more,
  })
  const unasked = (phone: number, landline: 'call' | 'none' = 'call') => ({
    phoneId: `p${phone}`,
    number: `+1971555010${phone}` as E164,
    landline,
    spoken: ['en'],
  })
  /** Prepares the items; gives what was written, in its order, and which phones were asked about and kept. */
  const prepared = async (
    items: readonly ToPrepare[],
    ask: LineAsker['ask'],
    more: { readonly claimed?: readonly string[]; readonly open?: boolean } = {},
  ) => {
    const written: Record<string, string> = {}
    const seen = { claims: [] as string[], asked: [] as string[], kept: {} as Record<string, LineType> }
    const store: PrepareStore = {
      lease: async () => ({ moment: { now, database: now }, items }),
      finish: async (_district, _moment, results) => {
        for (const { id, channel, status } of results) written[id] = `${channel} ${status}`
      },
      postpone: async () => {},
      claimLines: async (_district, ids) => {
        seen.claims.push(...ids)
        return ids.filter((id) => !(more.claimed ?? []).includes(id))
      },
      keepLines: async (_district, lines) => void Object.assign(seen.kept, Object.fromEntries(lines)),
    }
    const lines: LineAsker = {
      open: () => more.open ?? true,
      ask: async (numbers) => {
        seen.asked.push(...numbers)
        return ask(numbers)
      },
    }
    const translator = { name: 'none', translate: async () => ({ kind: 'unavailable', reason: 'none' }) as const }
    const detect = () => ({ language: 'en', confidence: 1 })
    await prepare({ store, translator, detect, lines, monotonic: () => 0 }, 'd', 500)
    return { written, ...seen }
  }
  const all = (line: LineType) => async (numbers: readonly E164[]) => new Map(numbers.map((number) => [number, line]))
  const nobody = async () => new Map<E164, LineType>()

  test.each<[string, LineType, 'call' | 'none', string]>([
    ['a landline is called from the start', 'landline', 'call', 'call queued'],
    ['a landline whose family refuses calls is not reached', 'landline', 'none', 'text failed'],
    ['a mobile gets the text', 'mobile', 'call', 'text queued'],
    ['a line that the carrier does not know gets the text', 'unknown', 'call', 'text queued'],
    ['so does one over the internet', 'voip', 'call', 'text queued'],
  ])('%s, and what the line is is kept', async (_, line, landline, expected) => {
    const { written, kept, asked } = await prepared([toFamily(1, { unasked: unasked(1, landline) })], all(line))
    expect(written).toEqual({ e1: expected })
    expect(asked).toEqual(['+19715550101'])
    expect(kept).toEqual({ p1: line })
  })

  test('goes as a text where nobody could be asked', async () => {
    const { written, kept } = await prepared([toFamily(1, { unasked: unasked(1) })], nobody)
    expect(written).toEqual({ e1: 'text queued' })
    expect(kept).toEqual({})
  })

  test('asks once for several messages to a phone, and not again where somebody else has asked', async () => {
    const items = [1, 2, 3].map((n) => toFamily(n, { unasked: unasked(n === 3 ? 2 : 1) }))
    const { written, asked, claims } = await prepared(items, all('landline'), { claimed: ['p2'] })
    expect(claims).toEqual(['p1', 'p2'])
    expect(asked).toEqual(['+19715550101'])
    expect(written).toEqual({ e1: 'call queued', e2: 'call queued', e3: 'text queued' })
  })

  test('asks nothing while the carrier does not answer', async () => {
    const { written, claims } = await prepared([toFamily(1, { unasked: unasked(1) })], all('landline'), { open: false })
    expect(claims).toEqual([])
    expect(written).toEqual({ e1: 'text queued' })
  })

  test('waits for the answer, and nothing else does', async () => {
    const answer = Promise.withResolvers<ReadonlyMap<E164, LineType>>()
    const seen: string[] = []
    const first = toFamily(1, { unasked: unasked(1) })
    const store: PrepareStore = {
      lease: async () => ({ moment: { now, database: now }, items: [first, toFamily(2)] }),
      finish: async (_district, _moment, results) => void seen.push(...results.map(({ id }) => id)),
      postpone: async () => {},
      claimLines: async (_district, ids) => ids,
      keepLines: async () => {},
    }
    const lines: LineAsker = { open: () => true, ask: () => answer.promise }
    const translator = { name: 'none', translate: async () => ({ kind: 'unavailable', reason: 'none' }) as const }
    const work = prepare(
      { store, translator, detect: () => ({ language: 'en', confidence: 1 }), lines, monotonic: () => 0 },
      'd',
      500,
    )
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual(['e2'])
    answer.resolve(new Map())
    await work
    expect(seen).toEqual(['e2', 'e1'])
  })
})
