import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { telephone } from '../support/telephone.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ numbers: 4, hours: 'always' })
})
afterEach(() => world.isIntact())

const events = async (guardian: string) => (await world.exchanges({ guardian })).at(-1)?.events.map((event) => event.what)
/** What is known of a guardian's line, and when the carrier was asked. */
const lineOf = async (guardian: string) => {
  const [phone] = await world.rows(sql<{ line_type: string | null; asked: string | null }>`
    select p.line_type, p.line_checked_at::text as asked from phone p join person_phone pp on pp.district_id = p.district_id and pp.phone_id = p.id
    where pp.person_id = ${guardian}`)
  return phone
}

describe('the first message to a phone of which nobody knows that it is a landline', () => {
  test('is a call from the start, and the carrier is asked once', async () => {
    const rosa = telephone(world, '+19715550142')
    world.simulator.setLine(rosa.number, 'landline')
    const hears = async () => {
      await rosa.rings()
      rosa.answers()
      await rosa.hears()
      const heard = await rosa.presses('1')
      await rosa.isSilent()
      await world.settled()
      return heard
    }
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    expect(await hears()).toContain('es-US: Gracias.')
    expect(await events('rosa')).not.toEqual(expect.arrayContaining(['sent']))
    expect(await events('rosa')).not.toEqual(expect.arrayContaining(['rescue']))
    const known = await lineOf('rosa')
    expect(known).toMatchObject({ line_type: 'landline', asked: expect.any(String) })
    await world.sends('rivera', { guardian: 'rosa' }, 'See you tomorrow.')
    await hears()
    expect(await lineOf('rosa')).toEqual(known)
    expect(world.phoneOf('rosa').screen()).toEqual([])
  })

  test('is a text to a mobile', async () => {
    await world.sends('rivera', { guardian: 'luis' }, 'Thank you.')
    expect(await world.phoneOf('luis').reads()).toEqual([expect.stringContaining('Gracias.')])
    expect(await lineOf('luis')).toMatchObject({ line_type: 'mobile' })
  })
})

test('a family that wrote first is answered without a question about its line', async () => {
  const james = world.phoneOf('james')
  james.texts(world.numbers[0] ?? '', 'Is there school tomorrow?')
  await james.reads()
  const conversation = await world.line('lincoln/office', 'james')
  expect(conversation.family).not.toBeNull()
  await world.sends('whitfield', { guardian: 'james' }, 'Yes, there is school tomorrow.')
  expect(await james.reads()).toEqual([expect.stringContaining('Yes, there is school tomorrow.')])
  expect(await lineOf('james')).toEqual({ line_type: null, asked: null })
})

test('a carrier that does not answer the question keeps no text: it goes, and what comes back teaches', async () => {
  world.simulator.setFaults({ rest: 'down', strikes: 1 })
  await world.sends('rivera', { guardian: 'fatima' }, 'Thank you.')
  expect(await world.phoneOf('fatima').reads()).toHaveLength(1)
  expect(await lineOf('fatima')).toEqual({ line_type: null, asked: expect.any(String) })

  // For a while nobody is asked.
  const wei = telephone(world, '+17735550131')
  world.simulator.setLine(wei.number, 'landline')
  await world.sends('rivera', { guardian: 'wei' }, 'Thank you.')
  await wei.rings()
  expect(await events('wei')).toEqual(expect.arrayContaining(['sent', 'undelivered', 'rescue', 'ringing']))
  expect(await lineOf('wei')).toMatchObject({ line_type: 'landline' })
  wei.answers()
  await wei.hears()
  await wei.presses('1')
  await wei.isSilent()
  await world.settled()
})
