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
