import { expect, test } from 'vitest'
import type { SchoolHours } from '../../src/core/hours.ts'
import { createFaults } from './faults.ts'
import { makeDistricts } from './people.ts'
import { makePlan } from './plan.ts'
import { createRandom } from './random.ts'
import { isOpen } from './rules-time.ts'
import { createScheduler, type Owner } from './scheduler.ts'

const SECOND = 1_000_000
const micros = (instant: string) => Temporal.Instant.from(instant).epochMilliseconds * 1000

test('a seed draws the same numbers each time, and a fork moves nothing else', () => {
  const draw = (forks: boolean) => {
    const random = createRandom('a seed')
    if (forks) random.fork('another').next()
    return [random.next(), random.between(1, 6), random.bytes(4).toString('hex')]
  }
  expect(draw(true)).toEqual(draw(false))
  expect(createRandom('a seed').next()).not.toBe(createRandom('another seed').next())
})

test('a seed draws the same plan each time', () => {
  expect(makePlan(7, 3, makeDistricts())).toEqual(makePlan(7, 3, makeDistricts()))
  expect(makePlan(7, 3, makeDistricts())).not.toEqual(makePlan(8, 3, makeDistricts()))
})

test('people are at work on one day in so many, the first included', () => {
  const plan = makePlan(7, 14, makeDistricts(), 7)
  const days = plan.actions
    .filter(({ kind }) => kind === 'compose')
    .map(({ at }) => Math.floor((at - plan.start) / (86_400 * SECOND)))
  expect([...new Set(days)].sort()).toEqual([0, 7])
})

test('tasks run in the order of their time, a dead owner’s never, a sleeping one’s when it wakes', async () => {
  const scheduler = createScheduler(0, async () => null)
  const ran: string[] = []
  const dead: Owner = { name: 'dead', alive: false, sleepsUntil: 0 }
  const sleeper: Owner = { name: 'sleeper', alive: true, sleepsUntil: 5 * SECOND }
  const note = (name: string) => () => void ran.push(`${name} ${scheduler.now() / SECOND}`)
  scheduler.after(3 * SECOND, 'later', null, note('later'))
  scheduler.after(SECOND, 'sooner', null, note('sooner'))
  scheduler.after(SECOND, 'dead', dead, note('dead'))
  scheduler.after(SECOND, 'asleep', sleeper, note('asleep'))
  scheduler.after(2 * SECOND, 'taken back', null, note('taken back'))()
  await scheduler.runUntil(10 * SECOND)
  expect(ran).toEqual(['sooner 1', 'later 3', 'asleep 5'])
})

test('polls are leapt over up to what is due', async () => {
  const due = 3_600 * SECOND
  const scheduler = createScheduler(0, async () => (due > scheduler.now() ? due : null))
  const polls: number[] = []
  const poll = () => {
    polls.push(scheduler.now())
    scheduler.after(SECOND, 'poll', null, poll)
  }
  poll()
  await scheduler.runUntil(2 * due)
  expect(polls).toContain(due)
  expect(polls.length).toBeLessThan(20)
})

test('a trouble strikes while it lasts and is counted', async () => {
  const scheduler = createScheduler(0, async () => null)
  const faults = createFaults(scheduler, createRandom('faults'))
  const strikes = () => Array.from({ length: 50 }, () => faults.carrier.request('send')).filter((fault) => fault !== null).length
  expect(strikes()).toBe(0)
  faults.begin('carrier_429', 60 * SECOND)
  const struck = strikes()
  expect(struck).toBeGreaterThan(0)
  expect(faults.injected['carrier_429']).toBe(struck)
  await scheduler.runUntil(61 * SECOND)
  expect(strikes()).toBe(0)
})

test.each([
  ['2027-01-11T14:00:00Z', true, 'Monday 08:00 in Chicago, the first moment'],
  ['2027-01-11T13:59:59Z', false, 'the second before'],
  ['2027-01-12T02:00:00Z', false, 'Monday 20:00, the end'],
  ['2027-01-13T05:00:00Z', true, 'Tuesday 23:00, in the window over midnight'],
  ['2027-01-13T08:59:00Z', true, 'Wednesday 02:59, its end'],
  ['2027-01-13T09:00:00Z', false, 'Wednesday 03:00'],
  ['2027-01-18T15:00:00Z', false, 'a closure'],
  ['2027-03-15T13:00:00Z', true, 'Monday 08:00 after the clocks went forward'],
])('the checker’s own hours at %s: %s (%s)', (at, open) => {
  const hours: SchoolHours = {
    timezone: 'America/Chicago',
    families: { mon: ['08:00-20:00'], tue: ['22:00-03:00'] },
    staff: {},
    closures: ['2027-01-18'],
  }
  expect(isOpen(hours, 'families', micros(at))).toBe(open)
})
