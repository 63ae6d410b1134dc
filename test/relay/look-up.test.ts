import { expect, test } from 'vitest'
import type { E164 } from '../../src/core/phone-number.ts'
import type { LineType } from '../../src/relay/call-ports.ts'
import { createLineAsker } from '../../src/relay/look-up.ts'

const numbers = Array.from({ length: 60 }, (_, n) => `+1971555${String(100 + n).padStart(4, '0')}` as E164)

/** A carrier whose every question takes so long, and that answers so. */
function carrier(seconds: number, answer: (asked: number) => LineType | null) {
  const seen = { now: 0, asked: 0, underWay: 0, most: 0 }
  const lookUp = async () => {
    const line = answer(seen.asked++)
    seen.most = Math.max(seen.most, ++seen.underWay)
    await new Promise((resolve) => setImmediate(resolve))
    // Those that are under way together take their time together.
    seen.now += (seconds * 1000) / 20
    seen.underWay--
    return line
  }
  return { seen, asker: createLineAsker(lookUp, () => seen.now) }
}

test('every number is asked about once, at most twenty at a time', async () => {
  const { seen, asker } = carrier(0.2, (n) => (n % 2 === 0 ? 'landline' : 'mobile'))
  const lines = await asker.ask(numbers)
  expect([...lines.keys()].sort()).toEqual([...numbers].sort())
  expect(seen).toMatchObject({ asked: 60, most: 20 })
  expect(await asker.ask([])).toEqual(new Map())
})

test('after one question without an answer nobody is asked for ten minutes, and what was answered stands', async () => {
  const { seen, asker } = carrier(0, (n) => (n === 0 ? null : 'mobile'))
  expect((await asker.ask(numbers)).size).toBe(19)
  expect(seen.asked).toBe(20)
  expect(asker.open()).toBe(false)
  expect((await asker.ask(numbers)).size).toBe(0)
  seen.now += 600_000
  expect(asker.open()).toBe(true)
  expect((await asker.ask(numbers)).size).toBe(60)
})

test('a slow carrier keeps no text waiting: after ten seconds no question begins', async () => {
  const { seen, asker } = carrier(5, () => 'mobile')
  expect((await asker.ask(numbers)).size).toBeLessThan(60)
  expect(seen.now).toBeLessThanOrEqual(15_000)
})
