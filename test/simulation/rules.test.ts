import { expect, test } from 'vitest'
import type { Evidence } from './evidence.ts'
import { RULES } from './rules.ts'

const judge = async (name: string, evidence: unknown) =>
  (await RULES.find((rule) => rule.name === name)?.broken(evidence as Evidence)) ?? ['There is no such rule.']

const came = (sid: string, at: number, received: number | null, from = 'Rosa') => ({ sid, from, at, received })
const stands = (carrierSid: string, seq: number, conversation = 'talk', direction = 'to_staff') => ({
  carrierSid,
  seq,
  conversation,
  direction,
})

test.each([
  ['in the order in which they came', [came('a', 1, 2), came('b', 3, 4)], [stands('a', 1), stands('b', 2)], 0],
  ['the later one first', [came('a', 1, 2), came('b', 3, 4)], [stands('a', 2), stands('b', 1)], 1],
  [
    'the later one first, sent before the other was there',
    [came('a', 1, 5), came('b', 3, 4)],
    [stands('a', 2), stands('b', 1)],
    0,
  ],
  ['the later one first, the other by a detour', [came('a', 1, null), came('b', 3, 4)], [stands('a', 2), stands('b', 1)], 0],
  ['in two conversations', [came('a', 1, 2), came('b', 3, 4)], [stands('a', 2), stands('b', 1, 'another')], 0],
  ['of two phones', [came('a', 1, 2), came('b', 3, 4, 'Luis')], [stands('a', 2), stands('b', 1)], 0],
])('the order of arrival, %s', async (_, sent, rows, broken) => {
  const exchanges = new Map(rows.map((row) => [row.carrierSid, row]))
  expect(await judge('order of arrival', { world: { carrier: { sent } }, exchanges })).toHaveLength(broken)
})

test.each([
  [200, 1],
  [503, 0],
  [null, 0],
])('a server that answers %s while a queue is old', async (status, broken) => {
  const seen = [{ kind: 'health', at: 0, what: 'an event had not been sealed for 20 minutes', status }]
  expect(await judge('no queue grows without an alarm', { world: { seen } })).toHaveLength(broken)
})
