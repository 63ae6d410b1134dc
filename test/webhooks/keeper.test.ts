import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKeeper } from '../../src/webhooks/keeper.ts'

describe('the keeper', () => {
  it('puts what waits at the same moment into one write', async () => {
    const writes: number[][] = []
    const keep = createKeeper<number>(async (items) => void writes.push([...items]))
    await Promise.all(Array.from({ length: 100 }, (_, n) => keep(n)))
    expect(writes.length).toBeLessThan(5)
    expect(writes.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  })

  it('an item that cannot be kept fails alone', async () => {
    const keep = createKeeper<number>(async (items) => {
      await Promise.resolve()
      if (items.includes(7)) throw new Error('seven')
    })
    const done = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => keep(n)))
    expect(done.map((d, n) => [n, d.status]).filter(([, status]) => status === 'rejected')).toEqual([[7, 'rejected']])
  })

  it('answers each exactly as its own write went, whatever fails and in whatever order writes end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(200), { maxLength: 60 }),
        fc.uniqueArray(fc.nat(200), { maxLength: 5 }),
        fc.scheduler(),
        async (items, bad, scheduler) => {
          const kept = new Set<number>()
          const keep = createKeeper<number>(async (batch) => {
            await scheduler.schedule(Promise.resolve())
            if (batch.some((item) => bad.includes(item))) throw new Error('bad')
            for (const item of batch) kept.add(item)
          })
          const all = Promise.allSettled(items.map((item) => keep(item)))
          await scheduler.waitFor(all)
          const done = await all
          items.forEach((item, n) => {
            expect(done[n]?.status).toBe(bad.includes(item) ? 'rejected' : 'fulfilled')
            expect(kept.has(item)).toBe(!bad.includes(item))
          })
        },
      ),
      { numRuns: 50 },
    )
  })
})
