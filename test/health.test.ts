import { expect, test } from 'vitest'
import { problems } from '../src/health.ts'
import type { Jobs } from '../src/jobs/path.ts'
import type { Db } from '../src/store/database.ts'

const MINUTES = 60_000
const well = { stuck: () => [], failing: () => [], refusedFor: () => 0, sinceDelivery: () => 0 }

test.each<[string, Partial<Jobs>, number, string[]]>([
  ['nothing else is wrong', {}, 0, []],
  ['a step hangs', { stuck: () => ['seal'] }, 0, ['seal is stuck']],
  ['a step fails at every turn', { failing: () => ['prepare'] }, 0, ['prepare fails']],
  ['the carrier has taken nothing for a while', { refusedFor: () => 9 * MINUTES }, 0, []],
  ['the carrier has taken nothing for long', { refusedFor: () => 11 * MINUTES }, 0, ['the carrier takes no texts']],
  ['the list was not read for an hour', {}, 61 * MINUTES, ['the carrier’s list of texts cannot be read']],
])('without a database it is still told that %s', async (_, jobs, unswept, expected) => {
  const away = {} as Db
  const told = await problems(away, away, { ...well, ...jobs }, { sinceSweep: () => unswept })
  expect(told).toEqual([...expected, 'the database does not answer'])
})
