import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { visitor } from '../support/visitor.ts'
import { daily, openWorld, type World } from '../support/world.ts'

describe('a district with one number', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ numbers: 1 })
    await world.itIs('2036-03-03T10:00')
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.phoneOf('rosa').reads()
  })
  afterEach(() => world.isIntact())

  test('says how many to buy when a second teacher writes to the family, and keeps nothing half done', async () => {
    const before = (await world.exchanges()).length
    const answer = await world.writes('osei', { guardian: 'rosa' }, 'Thank you.')
    expect(answer).toMatchObject({
      kind: 'unreachable',
      problem: expect.stringMatching(/buy 1 more number and run `homeline numbers sync`/),
    })
    expect(await world.exchanges()).toHaveLength(before)
    expect(await world.phoneOf('rosa').reads()).toEqual([])
  })

  test('keeps a message to a group that no number is left for, and sends it when one is bought', async () => {
    await world.sends('osei', { class: 'art' }, 'Thank you.')
    await world.settled()
    const kept = async () => (await world.exchanges({ staff: 'osei', guardian: 'rosa' })).at(-1)
    expect(await kept()).toMatchObject({ status: 'held', sendAfter: null })
    expect(await world.tasks('no_number')).not.toHaveLength(0)
    expect(await world.phoneOf('fatima').reads()).toEqual([expect.stringMatching(/^Ms Osei, Lincoln School: /)])
    world.buys('+15035550150')
    await world.syncsNumbers()
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Osei, Lincoln School: Gracias.'])
    expect(await kept()).toMatchObject({ status: 'delivered' })
    world.phoneOf('rosa').texts('+15035550150', 'Gracias.')
    expect(await world.phoneOf('osei').reads()).toEqual(['Maya L.: Thank you.'])
    expect(await world.tasks('no_number')).toEqual([])
  })

  test('a text to a number that is not adopted yet waits for it', async () => {
    const fatima = world.phoneOf('fatima')
    world.buys('+15035550151')
    await world.syncsNumbers()
    await world.database.db.updateTable('proxy_number').set({ district_id: null }).where('number', '=', '+15035550151').execute()
    fatima.texts('+15035550151', 'شكرا لك.')
    await world.simulator.settled()
    await world.nudge()
    await world.until('it was put off', async () => (await world.queues()).inboxWaiting === 1)
    await world.syncsNumbers()
    await world.settled()
    expect((await world.exchanges({ guardian: 'fatima' })).at(-1)).toMatchObject({ staff: 'lincoln/office', status: 'received' })
  })
})

describe('a number that the account gives up', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ numbers: 2 })
    await world.itIs('2036-03-03T10:00')
  })
  afterEach(() => world.isIntact())

  test('is replaced on both sides of its conversations, for what waits too', async () => {
    const [rosa, rivera] = [world.phoneOf('rosa'), world.phoneOf('rivera')]
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await rosa.reads()
    const before = await world.line('rivera', 'rosa')
    await world.hours('lincoln', { families: daily('00:00-09:00') })
    await world.sends('rivera', { guardian: 'rosa' }, 'See you tomorrow.')
    await world.settled()
    world.gives(before.family ?? '')
    world.buys('+15035550160')
    await world.syncsNumbers()
    await world.hours('lincoln', {})
    expect(await rosa.reads()).toEqual(['Ms Rivera: Hasta mañana.'])
    const after = await world.line('rivera', 'rosa')
    expect(after.family).not.toBe(before.family)
    rosa.texts(after.family ?? '', 'Gracias.')
    expect(await rivera.reads()).toEqual(['Maya L.: Thank you.'])
    rivera.texts(after.staff ?? '', 'See you tomorrow.')
    expect(await rosa.reads()).toEqual(['Ms Rivera: Hasta mañana.'])
  })
})

describe('a choir of 31 families', () => {
  let world: World
  const choir = Array.from({ length: 31 }, (_, i) => `choir-parent-${String(i + 1).padStart(2, '0')}`)
  // The phrasebook has no Vietnamese and no Haitian Creole: there the note is in the family's language, and the original follows.
  const READS = ['Gracias.', 'شكر', '谢谢', 'Không dịch được tin nhắn này. Bản gốc:', 'Nou pa t', 'Thank you.']
  beforeAll(async () => {
    world = await openWorld({ numbers: 31 })
    await world.itIs('2036-03-03T10:00')
  })
  afterEach(() => world.isIntact())

  test('reads a message to the class once each, in its own language', async () => {
    const accepted = await world.sends('bell', { class: 'choir' }, 'Thank you.')
    expect(accepted).toHaveLength(31)
    await world.until('all have it', async () => {
      await world.paceIsOver()
      return choir.every((parent) => world.phoneOf(parent).screen().length > 0)
    })
    await world.settled()
    for (const [i, parent] of choir.entries()) {
      const read = await world.phoneOf(parent).reads()
      expect(read).toHaveLength(1)
      expect(read[0]).toMatch(/^Mr Bell, Lincoln School: /)
      expect(read[0]).toContain(READS[i % 6])
    }
  })

  test('gives the teacher’s own phone a number for each of thirty, in order of first use', async () => {
    const seen = await Promise.all(choir.map((parent) => world.line('bell', parent)))
    const staff = seen.flatMap((line) => (line.staff === null ? [] : [line.staff]))
    expect(staff).toHaveLength(30)
    expect(new Set(staff).size).toBe(30)
    // All families know the teacher by the same number.
    expect(new Set(seen.map((line) => line.family)).size).toBe(1)
  })

  test('the text of the thirty-first is not lost: it stands in the browser, and the office is to look', async () => {
    const seen = await Promise.all(choir.map(async (parent) => ({ parent, line: await world.line('bell', parent) })))
    const last = seen.find(({ line }) => line.staff === null)
    world.phoneOf(last?.parent ?? '').texts(last?.line.family ?? '', 'Thank you.')
    await world.settled()
    expect((await world.exchanges({ guardian: last?.parent ?? '' })).at(-1)).toMatchObject({
      direction: 'to_staff',
      staff: 'bell',
      original: { text: 'Thank you.' },
    })
    expect(await world.phoneOf('bell').reads()).toEqual([])
    expect(await world.tasks('no_number')).not.toHaveLength(0)
  })
})

describe('five texts a family over four numbers', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ numbers: 4 })
    await world.itIs('2036-03-03T10:00')
  })
  afterEach(() => world.isIntact())

  test('go at the pace of each number, one each and in order', async () => {
    const families = Array.from({ length: 6 }, (_, i) => `choir-parent-${String(i * 5 + 1).padStart(2, '0')}`)
    const texts = [1, 2, 3, 4, 5].map((n) => `Note ${n}`)
    for (const text of texts) await world.sends('bell', { class: 'choir' }, text)
    const handedOver = () => world.simulator.messages(`AC${'5'.repeat(32)}`).length
    await world.until('the numbers are busy', async () => {
      const { due, sending } = await world.queues()
      return handedOver() > 0 && due > 0 && sending === 0
    })
    await world.nudge()
    expect(handedOver()).toBeLessThan(31 * 5)
    await world.until('all have all', async () => {
      await world.paceIsOver()
      const queues = await world.queues()
      return queues.due + queues.toPrepare + queues.sending === 0
    })
    for (const family of families) {
      const read = await world.phoneOf(family).reads()
      expect(read.map((body) => /Note \d/.exec(body)?.[0])).toEqual(texts)
    }
    expect((await world.exchanges()).every((e) => e.status === 'delivered')).toBe(true)
    expect(await world.exchanges()).toHaveLength(31 * 5)
  })
})

describe('a family whose every number is taken', () => {
  test('reaches the office all the same over the number of a teacher who has left, and is answered once a number is bought', async () => {
    const world = await openWorld({ numbers: 1 })
    await world.itIs('2036-03-03T10:00')
    const rosa = world.phoneOf('rosa')
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await rosa.reads()
    const { family } = await world.line('rivera', 'rosa')
    await world.rosterChanges('enrollments.csv', ['4b-rivera,,,4b,lincoln,rivera,teacher,,,\n', ''])
    rosa.texts(family ?? '', 'Mi hija está enferma hoy.')
    await world.settled()
    await rosa.reads()
    const kept = await world.rows(sql<{ staff: string | null; status: string }>`
      select c.staff_side as staff, x.status from exchange x left join conversation c on c.id = x.conversation_id where x.original_text = 'Mi hija está enferma hoy.'`)
    expect(kept).toEqual([{ staff: 'lincoln/office', status: 'received' }])
    const kim = await visitor(world, 'kim')
    await kim.post('/school/lincoln/desks', { desk: 'office', staff: 'osei' })
    const osei = await visitor(world, 'osei')
    expect((await osei.get('/inbox')).html).toContain('My child is sick today.')
    const at = (await osei.get('/inbox')).html.match(/href="(\/conversations\/[\w-]+)/)?.[1] ?? ''
    expect((await osei.post(`${at}/messages`, { body: 'Thank you.', key: 'first' })).status).toBe(303)
    await world.settled()
    expect(await world.tasks('no_number')).toHaveLength(1)
    world.buys('+15035550152')
    await world.syncsNumbers()
    expect(await rosa.reads()).toEqual([expect.stringMatching(/Gracias\./)])
    await world.isIntact()
  })
})
