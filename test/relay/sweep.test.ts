import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { E164 } from '../../src/core/phone-number.ts'
import type { ListedText, Swept, SweptNumber } from '../../src/relay/ports.ts'
import { type SweepEnd, sweep } from '../../src/relay/sweep.ts'

const NOW = Temporal.Instant.from('2026-11-02T18:00:00Z')
const ago = (minutes: number) => NOW.subtract({ seconds: Math.round(minutes * 60) })
const number = (n: number, adoptedMinutesAgo = 60 * 24 * 365): SweptNumber => ({
  number: `+1872555010${n}` as E164,
  districtId: 'd',
  adoptedAt: ago(adoptedMinutesAgo),
})
/** `called`: when the carrier called its webhook, by which its list goes; else at once. */
type OnList = ListedText & { readonly called?: Temporal.Instant }
const text = (name: string, minutes: number): OnList => ({
  key: `text:${name}`,
  raw: Buffer.from(name),
  reachedAt: ago(minutes),
})

type Given = {
  readonly numbers?: readonly SweptNumber[]
  /** By number, in any order. */
  readonly list: Readonly<Record<string, readonly OnList[]>>
  readonly here?: readonly string[]
  readonly swept?: Swept | null
  readonly pageSize?: number
  /** The call, counted from 1, at which the carrier cannot be asked any more. */
  readonly awayAt?: number
}

/** Runs one sweep; gives what came of it. */
async function run(given: Given) {
  const kept: string[] = []
  const calls: { to: string; hours: number }[] = []
  let ended: Swept | null = null
  const here = new Set(given.here ?? [])
  let count = 0
  const end: SweepEnd = await sweep({
    goOn: async () => true,
    store: {
      begin: async () => ({ now: NOW, swept: given.swept ?? null }),
      numbersSince: async () => given.numbers ?? [number(0)],
      missing: async (_number, texts) => texts.filter((t) => !here.has(t.key)),
      keep: async (texts) => {
        for (const t of texts) {
          if (here.has(t.key)) continue
          here.add(t.key)
          kept.push(t.key.slice(5))
        }
      },
      end: async (swept) => {
        ended = swept
      },
    },
    carrier: {
      received: async ({ to, from, until }, page) => {
        count++
        calls.push({ to, hours: until.since(from).total('hours') })
        if (count === given.awayAt) return null
        const all = (given.list[to] ?? [])
          .filter(({ called, reachedAt }) => {
            const at = called ?? reachedAt
            return Temporal.Instant.compare(at, from) >= 0 && Temporal.Instant.compare(at, until) <= 0
          })
          .toSorted((a, b) => Temporal.Instant.compare(b.reachedAt, a.reachedAt))
        const start = Number(page ?? 0)
        const size = given.pageSize ?? 200
        return { texts: all.slice(start, start + size), next: start + size < all.length ? String(start + size) : null }
      },
    },
  })
  return { kept, calls, end, ended: ended as Swept | null }
}

const ONE = number(0).number

describe('the sweep', () => {
  it('takes what is missing, oldest first over all numbers, and leaves what is here', async () => {
    const { kept, end } = await run({
      numbers: [number(0), number(1)],
      list: {
        [ONE]: [text('a', 30), text('here', 20), text('c', 10)],
        [number(1).number]: [text('b', 25), text('d', 5)],
      },
      here: ['text:here'],
    })
    expect(kept).toEqual(['a', 'b', 'c', 'd'])
    expect(end).toEqual({ kind: 'swept', found: 4 })
  })

  it('leaves alone what a webhook may still bring', async () => {
    expect((await run({ list: { [ONE]: [text('just now', 0.2), text('older', 0.3)] } })).kept).toEqual(['older'])
  })

  it('takes nothing from before its number was adopted, not even when the carrier called its webhook later', async () => {
    const { kept, calls } = await run({
      numbers: [number(0, 30), number(1, 0.1)],
      list: {
        [ONE]: [text('before', 31), { ...text('called later', 31), called: ago(28) }, text('after', 29)],
        [number(1).number]: [text('theirs', 20)],
      },
    })
    expect(kept).toEqual(['after'])
    expect(calls.map((c) => c.to)).toEqual([ONE])
  })

  it.each([
    ['at the first sweep of all, 25 hours', null, 25],
    ['after that, two hours before the last one', { until: ago(5), deep: ago(20) }, 2],
    ['once an hour, 25 hours before the last one', { until: ago(5), deep: ago(61) }, 25],
    ['after an outage, from before it', { until: ago(600), deep: ago(600) }, 35],
    ['after two weeks, one week', { until: ago(60 * 24 * 14), deep: ago(60 * 24 * 14) }, 168],
  ] as const)('looks back %s', async (_when, swept, hours) => {
    const { calls, ended } = await run({ list: {}, swept })
    expect(calls).toHaveLength(1)
    expect(calls[0]?.hours).toBeGreaterThan(hours - 0.1)
    expect(calls[0]?.hours).toBeLessThan(hours + 0.1)
    expect(ended?.until).toEqual(ago(0.25))
  })

  it('that could not ask to the end begins again where it began, and keeps its turn to look back a day', async () => {
    const list = { [ONE]: [text('a', 30)], [number(1).number]: [text('b', 25)] }
    const { kept, end, ended } = await run({ numbers: [number(0), number(1)], list, awayAt: 2 })
    expect({ kept, end, ended }).toEqual({ kept: [], end: { kind: 'unfinished', found: 0 }, ended: null })
  })

  it('takes far more than it may hold at once in parts, each text once and still oldest first', async () => {
    const many = Array.from({ length: 12_000 }, (_, n) => text(String(n), 1_200 - n / 20))
    const { kept, end } = await run({ list: { [ONE]: many }, pageSize: 3_000 })
    expect(end).toEqual({ kind: 'swept', found: 12_000 })
    expect(kept).toEqual(many.map((t) => t.key.slice(5)))
  })

  it('misses nothing and doubles nothing, whatever is here and however the pages fall', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ minutes: fc.integer({ min: 1, max: 1_400 }), here: fc.boolean(), n: fc.nat(2) }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        async (texts, pageSize) => {
          const all = texts.map((t, i) => ({ ...t, text: text(String(i), t.minutes) }))
          const { kept } = await run({
            numbers: [0, 1, 2].map((n) => number(n)),
            list: Object.fromEntries([0, 1, 2].map((n) => [number(n).number, all.filter((t) => t.n === n).map((t) => t.text)])),
            here: all.filter((t) => t.here).map((t) => t.text.key),
            pageSize,
          })
          const missing = all.filter((t) => !t.here).map((t) => t.text.key.slice(5))
          expect(kept.toSorted()).toEqual(missing.toSorted())
          const minutes = kept.map((name) => all[Number(name)]?.minutes ?? 0)
          expect(minutes).toEqual(minutes.toSorted((a, b) => b - a))
        },
      ),
    )
  })
})
