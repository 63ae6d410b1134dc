import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { endLostRights } from '../../src/store/households.ts'
import { momentOf } from '../../src/store/settings.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ numbers: 6 })
  await world.itIs('2036-03-03T10:00')
})
afterEach(() => world.isIntact())

describe('a phone that two guardians share', () => {
  test('gets one copy of a message to the class', async () => {
    const accepted = await world.sends('rivera', { class: '4b' }, 'Thank you.')
    const shared = await world.phoneOf('marie').reads()
    expect(shared).toHaveLength(1)
    expect(shared[0]).toMatch(/^Ms Rivera, Lincoln School: /)
    const all = await world.exchanges({ staff: 'rivera' })
    expect(all.map((e) => e.guardian).sort()).toEqual(['fatima', 'luis', 'marie', 'parent-tran', 'paula', 'rosa', 'wei'])
    expect(all).toHaveLength(accepted.length)
    // Nobody recorded a phone for Paula: the message says so instead of vanishing.
    expect(all.find((e) => e.guardian === 'paula')).toMatchObject({ status: 'failed' })
    expect(all.find((e) => e.guardian === 'paula')?.events.map((e) => e.what)).toContain('no_phone')
    for (const e of all.filter((one) => one.guardian !== 'paula')) expect(e.status).toBe('delivered')
    await world.paceIsOver()
  })

  test('names the guardian with the lowest sourcedId whom that teacher may reach, and lists both', async () => {
    // jean sorts before marie, but is the guardian of a child in another class.
    const { family } = await world.line('rivera', 'marie')
    world.phoneOf('jean').texts(family ?? '', 'Mèsi.')
    expect(await world.phoneOf('rivera').reads()).toEqual([expect.stringMatching(/^Widline P\.: /)])
    expect((await world.exchanges({ guardian: 'jean', staff: 'rivera' })).at(-1)).toMatchObject({
      direction: 'to_staff',
      guardian: 'marie',
      guardians: ['jean', 'marie'],
    })
  })

  test('with the other teacher it is named by the other guardian, and by the other child', async () => {
    await world.sends('okafor', { student: 'rosalie' }, 'Thank you.')
    await world.settled()
    expect((await world.exchanges({ staff: 'okafor' })).at(-1)).toMatchObject({ guardian: 'jean', guardians: ['jean', 'marie'] })
  })
})

describe('a teacher who is also a parent', () => {
  test('writes as a teacher over one number and as a parent over another, on the same phone', async () => {
    const phone = world.phoneOf('tran')
    expect(phone.number).toBe(world.phoneOf('parent-tran').number)
    await phone.reads()
    await world.sends('tran', { guardian: 'elena' }, 'Thank you.')
    const elena = world.phoneOf('elena')
    await elena.reads()
    const asTeacher = await world.line('tran', 'elena')
    elena.texts(asTeacher.family ?? '', 'Gracias.')
    expect(await phone.reads()).toEqual(['Sofia R.: Thank you.'])
    const asParent = await world.line('rivera', 'parent-tran')
    expect(asParent.family).not.toBe(asTeacher.staff)
    phone.texts(asTeacher.staff ?? '', 'See you tomorrow.')
    phone.texts(asParent.family ?? '', 'Cảm ơn.')
    expect(await elena.reads()).toEqual(['Ms Tran: Hasta mañana.'])
    expect((await world.phoneOf('rivera').reads()).at(-1)).toMatch(/^An T\.: /)
    expect((await world.exchanges({ guardian: 'parent-tran' })).at(-1)).toMatchObject({ direction: 'to_staff', staff: 'rivera' })
  })
})

describe('a teacher without a phone', () => {
  test('finds the text in the browser, whole and translated, and the family is not told that it waits', async () => {
    await world.hours('lincoln', { staff: {} })
    await world.sends('okafor', { guardian: 'james' }, 'Thank you.')
    const james = world.phoneOf('james')
    await james.reads()
    const { family, staff } = await world.line('okafor', 'james')
    expect(staff).toBeNull()
    james.texts(family ?? '', 'My child is sick today.')
    expect(await james.reads()).toEqual([])
    expect((await world.exchanges({ guardian: 'james' })).at(-1)).toMatchObject({
      direction: 'to_staff',
      staff: 'okafor',
      status: 'received',
      sendAfter: null,
      original: { language: 'en', text: 'My child is sick today.' },
    })
    await world.hours('lincoln', {})
  })
})

test('a student whose own school is another one is written to by who writes to the whole class, and the talk goes on', async () => {
  const [child] = await world.rows(
    sql<{
      id: string
    }>`select e.person_id as id from enrollment e join guardianship g on g.student_id = e.person_id and g.guardian_id = 'wei'
      where e.class_id = '4b' and e.role = 'student' order by 1`,
  )
  await world.rosterChanges('users.csv', [`${child?.id},,,true,lincoln`, `${child?.id},,,true,harbor`])
  await world.sends('whitfield', { class: '4b' }, 'Thank you.')
  expect((await world.phoneOf('wei').reads()).at(-1)).toMatch(/^Principal Whitfield, Lincoln School: 谢谢/)
  await world.inDistrict(async (trx) => endLostRights(trx, world.district, await momentOf(trx)))
  const { family } = await world.line('whitfield', 'wei')
  world.phoneOf('wei').texts(family ?? '', '谢谢')
  await world.settled()
  expect((await world.exchanges({ guardian: 'wei' })).at(-1)).toMatchObject({ staff: 'whitfield', direction: 'to_staff' })
})
