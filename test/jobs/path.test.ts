import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type JobDeps, startJobs } from '../../src/jobs/path.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test.each(['deliver', 'ring'] as const)('what is due and cannot go yet is looked at once a second by %s', async (step) => {
  let looks = 0
  const claim = async () => {
    looks++
    return { attempts: [], calls: [], decided: 0 }
  }
  // Of a step’s own means only its store is asked when there is nothing to hand over.
  const deps = {
    deliver: { store: { claim }, monotonic: () => 0 },
    ring: { store: { claim }, monotonic: () => 0 },
    receive: { store: { take: async () => [] } },
    findWork: async (asked: string) => (asked === step ? ['district'] : []),
    caughtUp: async () => {},
    changed: () => {},
    report: (name: string, error: unknown) => {
      if (name === step) throw error
    },
  } as unknown as JobDeps
  const jobs = startJobs(deps)
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
  const deps = {
    deliver: {
      store: { claim: async () => ({ attempts: [attempt], decided: 1 }), record: async () => {} },
      carrier: {
        send: async () => (refuses ? { kind: 'retry', code: 20429, afterSeconds: null } : { kind: 'accepted', sid: 'SM1' }),
      },
      monotonic: () => 0,
    },
    receive: { inbox: { take: async () => 0 } },
    seal: async () => {
      if (fails) throw new Error('no room')
      return 0
    },
    findWork: async (asked: string) => (asked === 'seal' || asked === 'deliver' ? ['district'] : []),
    caughtUp: async () => {},
    changed: () => {},
    report: () => {},
  } as unknown as JobDeps
  const jobs = startJobs(deps)
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
