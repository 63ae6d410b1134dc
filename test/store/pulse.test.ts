import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { inboxPulse } from '../../src/store/pulse.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let ids: readonly string[] = []
beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  const sent = [...(await world.sends('rivera', { guardian: 'rosa' }, 'First.'))]
  sent.push(...(await world.sends('rivera', { guardian: 'rosa' }, 'Second.')))
  await world.settled()
  ids = sent.map(({ id }) => id)
})

const pulse = () => world.inDistrict((trx) => inboxPulse(trx, world.district, 'rivera'))
const becomes = (id: string | undefined, status: string) =>
  world.rows(sql`update exchange set status = ${status} where id = ${id ?? ''}::uuid returning id`)

test.each([
  ['that the newest message failed', 1, 'failed'],
  ['that it did not arrive', 1, 'undelivered'],
  ['that an older one waits', 0, 'held'],
  ['that the older one went out', 0, 'delivered'],
])('the inbox notices %s', async (_, which, status) => {
  const before = await pulse()
  expect(await pulse()).toBe(before)
  await becomes(ids[which], status)
  expect(await pulse()).not.toBe(before)
})
