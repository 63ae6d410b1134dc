import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type JobDeps, type Jobs, startJobs } from '../../src/jobs/path.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Jobs of which only some steps have anything to do: of the others no more is there than they are asked for. */
function startSome(steps: Partial<Record<keyof JobDeps, unknown>>): Jobs {
  const nothing = async () => {}
  const idle = { receive: { inbox: { take: async () => 0 } }, caughtUp: nothing, changed: () => {}, report: () => {} }
  return startJobs({ ...idle, ...steps } as JobDeps)
}

test.each(['deliver', 'ring'] as const)('what is due and cannot go yet is looked at once a second by %s', async (step) => {
  let looks = 0
  const claim = async () => {
    looks++
    return { attempts: [], calls: [], decided: 0 }
  }
  // Of a step’s own means only its store is asked when there is nothing to hand over.
  const jobs = startSome({
    deliver: { store: { claim }, monotonic: () => 0 },
    ring: { store: { claim }, monotonic: () => 0 },
    findWork: async (asked: string) => (asked === step ? ['district'] : []),
    report: (name: string, error: unknown) => {
      if (name === step) throw error
    },
  })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(looks).toBeGreaterThan(5)
  expect(looks).toBeLessThan(13)
  const stopped = jobs.stop()
  await vi.advanceTimersByTimeAsync(1_000)
  await stopped
})

test('a step that fails for a district, and a carrier that takes nothing, are told of as long as they last', async () => {
  let [fails, refuses] = [true, true]
  const attempt = { attemptId: 'a', exchangeId: 'e', validitySeconds: 100 }
  const jobs = startSome({
    deliver: {
      store: { claim: async () => ({ attempts: [attempt], decided: 1 }), record: async () => {} },
      carrier: {
        send: async () => (refuses ? { kind: 'retry', code: 20429, afterSeconds: null } : { kind: 'accepted', sid: 'SM1' }),
      },
      monotonic: () => 0,
    },
    seal: async () => {
      if (fails) throw new Error('no room')
      return 0
    },
    findWork: async (asked: string) => (asked === 'seal' || asked === 'deliver' ? ['district'] : []),
  })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(jobs.failing(30_000)).toEqual(['seal'])
  expect(jobs.failing(90_000)).toEqual([])
  expect(jobs.refusedFor()).toBeGreaterThan(30_000)
  ;[fails, refuses] = [false, false]
  await vi.advanceTimersByTimeAsync(5_000)
  expect([jobs.failing(0), jobs.refusedFor()]).toEqual([[], 0])
  const stopped = jobs.stop()
  await vi.advanceTimersByTimeAsync(5_000)
  await stopped
})
