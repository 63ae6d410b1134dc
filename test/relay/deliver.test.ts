import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { E164 } from '../../src/core/phone-number.ts'
import { deliver } from '../../src/relay/deliver.ts'
import type { AttemptOutcome, Carrier, DeliverStore, HandOver, ReadyAttempt } from '../../src/relay/ports.ts'

const attempt = (n: number): ReadyAttempt => ({
  attemptId: `a${n}`,
  exchangeId: `e${n}`,
  districtId: 'd',
  from: '+18725550100' as E164,
  to: '+19715550142' as E164,
  body: `text ${n}`,
  pictures: [],
  validitySeconds: 600,
})

/** A store that gives these attempts once and keeps what is recorded; it fails the first `failures` times. */
function storeOf(attempts: readonly ReadyAttempt[], failures = 0) {
  const recorded: AttemptOutcome[] = []
  let left = failures
  const store: DeliverStore = {
    claim: async () => ({ attempts, decided: attempts.length }),
    record: async (_district, outcomes) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (left-- > 0) throw new Error('the database is away')
      recorded.push(...outcomes)
    },
  }
  return { store, recorded }
}

function carrierOf(send: (n: number) => Promise<HandOver>): { carrier: Carrier; called: string[] } {
  const called: string[] = []
  return {
    called,
    carrier: {
      send: (text) => {
        called.push(text.attemptId)
        return send(called.length)
      },
      sentSince: async () => null,
    },
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }).setTimerTickMode('nextTimerAsync'))
afterEach(() => void vi.useRealTimers())

const accepted = async (n: number): Promise<HandOver> => ({ kind: 'accepted', sid: `SM${n}` })

describe('deliver', () => {
  it.each([
    [4_999, 1],
    [5_000, 0],
    [60_000, 0],
  ])('a process that slept %i ms after the commit makes %i calls', async (slept, calls) => {
    const { store, recorded } = storeOf([attempt(1)])
    const { carrier, called } = carrierOf(accepted)
    const clock = [0, slept]
    const { done } = await deliver({ store, carrier, monotonic: () => clock.shift() ?? slept }, 'd', 10)
    await done
    expect(called).toHaveLength(calls)
    expect(recorded.map((r) => r.outcome.kind)).toEqual([calls === 1 ? 'accepted' : 'not_called'])
  })

  it.each([
    [0, 600, 600],
    [999, 600, 600],
    [4_200, 600, 596],
    [4_200, 2, 1],
  ])('%i ms after the commit, of a validity of %i s the carrier gets %i', async (waited, given, left) => {
    const { store } = storeOf([{ ...attempt(1), validitySeconds: given }])
    const clock = [0]
    const send = vi.fn(async (): Promise<HandOver> => ({ kind: 'accepted', sid: 'SM1' }))
    const carrier: Carrier = { send, sentSince: async () => null }
    await (await deliver({ store, carrier, monotonic: () => clock.shift() ?? waited }, 'd', 10)).done
    expect(send).toHaveBeenCalledWith(expect.objectContaining({ validitySeconds: left }))
  })

  it('calls that wait for their turn are measured too: what is late is given back, not called', async () => {
    const { store, recorded } = storeOf(Array.from({ length: 100 }, (_, n) => attempt(n)))
    let now = 0
    const { carrier, called } = carrierOf(async (n) => {
      now = 6_000
      return accepted(n)
    })
    await (await deliver({ store, carrier, monotonic: () => now }, 'd', 100)).done
    expect(called.length).toBeLessThan(100)
    expect(recorded).toHaveLength(100)
    expect(recorded.filter((r) => r.outcome.kind === 'not_called')).toHaveLength(100 - called.length)
  })

  it('every attempt is called once and recorded once, in whatever order the answers come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 0, max: 3 }),
        fc.scheduler(),
        async (count, failures, scheduler) => {
          const attempts = Array.from({ length: count }, (_, n) => attempt(n))
          const { store, recorded } = storeOf(attempts, failures)
          const { carrier, called } = carrierOf((n) => scheduler.schedule(accepted(n)))
          const { claimed, done } = await deliver({ store, carrier, monotonic: () => 0 }, 'd', 500)
          await scheduler.waitFor(done)
          expect(claimed).toBe(count)
          expect(called.toSorted()).toEqual(attempts.map((a) => a.attemptId).toSorted())
          expect(recorded.map((r) => r.attemptId).toSorted()).toEqual(called.toSorted())
        },
      ),
      { numRuns: 40 },
    )
  })

  it('one call that hangs keeps no other outcome from being recorded', async () => {
    const { store, recorded } = storeOf(
      Array.from({ length: 60 }, (_, n) => attempt(n + 1)),
      1,
    )
    let answer: (outcome: HandOver) => void = () => {}
    const hanging = new Promise<HandOver>((resolve) => {
      answer = resolve
    })
    const { carrier } = carrierOf((n) => (n === 2 ? hanging : accepted(n)))
    const { done } = await deliver({ store, carrier, monotonic: () => 0 }, 'd', 10)
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(recorded).toHaveLength(59)
    answer({ kind: 'unknown' })
    await done
    expect(recorded).toHaveLength(60)
  })

  it('a database that stays away is a failure to report', async () => {
    const { store } = storeOf([attempt(1)], 100)
    const { carrier } = carrierOf(accepted)
    const { done } = await deliver({ store, carrier, monotonic: () => 0 }, 'd', 10)
    await expect(done).rejects.toThrow('the database is away')
  })
})
