import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SMS_PATH } from '../../src/webhooks/twilio.ts'
import { ALWAYS, daily, openWorld, type World } from '../support/world.ts'

const STRANGER = 'This number belongs to a school. We do not know your number. Please call or visit the school office.'
const CLOSED = 'Su mensaje llegó a la oficina de la escuela. Allí le ayudarán.'

let world: World
beforeAll(async () => {
  world = await openWorld({ numbers: 4 })
  await world.itIs('2036-03-03T10:00')
})
afterEach(() => world.isIntact())

/** The number that rosa sees of rivera, and one that no conversation uses. */
const numbersOf = async () => {
  const { family, staff } = await world.line('rivera', 'rosa')
  return { used: family ?? '', free: world.numbers.find((number) => number !== family && number !== staff) ?? '' }
}

describe('a stranger', () => {
  test('gets one line a day that confirms nothing, reaches no teacher, and the office is to look', async () => {
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.phoneOf('rosa').reads()
    const { used: number, free } = await numbersOf()
    const stranger = world.phone('+14145550133')
    stranger.texts(number, 'Who is this?')
    expect(await stranger.reads()).toEqual([STRANGER])
    stranger.texts(number, 'Is Maya there?')
    stranger.texts(free, 'Hello?')
    expect(await stranger.reads()).toEqual([])
    expect(await world.phoneOf('rivera').reads()).toEqual([])
    // Each of the two offices that it reached is to look.
    expect(await world.tasks('stranger')).toHaveLength(2)
    // The number of one school's conversations is that school's; one that no conversation uses is the first school's.
    expect((await world.exchanges()).filter((e) => e.guardian === null).map((e) => [e.original.text, e.staff, e.status])).toEqual(
      [
        ['Who is this?', 'lincoln/office', 'received'],
        ['Is Maya there?', 'lincoln/office', 'received'],
        ['Hello?', 'harbor/office', 'received'],
      ],
    )
    await world.itIs('2036-03-04T10:00')
    stranger.texts(number, 'Hello?')
    expect(await stranger.reads()).toEqual([STRANGER])
  })

  test.each(['HELP', 'STOP', 'ORIGINAL', 'AGAIN'])('who texts %s learns no name', async (word) => {
    const stranger = world.phone('+14145550134')
    stranger.texts(world.numbers[0] ?? '', word)
    for (const body of await stranger.reads()) expect(body).not.toMatch(/Rivera|Maya|Lopez|Lincoln|Thank/)
    stranger.texts(world.numbers[0] ?? '', 'START')
    await world.settled()
  })

  test.each(['+266696687', 'anonymous', '12345', 'Bank'])(
    '“%s” is no phone: kept for the record, answered by nobody',
    async (from) => {
      const before = (await world.exchanges()).length
      const sent = world.simulator.messages(`AC${'5'.repeat(32)}`).length
      const sid = `SM${randomUUID().replaceAll('-', '')}`
      await world.webhook(SMS_PATH, {
        MessageSid: sid,
        From: from,
        To: (await numbersOf()).used,
        Body: 'Win a prize',
        NumMedia: '0',
      })
      await world.settled()
      expect(await world.exchanges()).toHaveLength(before + 1)
      expect((await world.exchanges()).at(-1)).toMatchObject({ staff: 'lincoln/office', guardian: null, status: 'received' })
      expect(world.simulator.messages(`AC${'5'.repeat(32)}`)).toHaveLength(sent)
      expect(await world.rows(sql`select 1 from phone`)).not.toHaveLength(0)
    },
  )
})

test('a teacher’s text to a number that means nothing to her phone is kept for the office, which is to look', async () => {
  const rivera = world.phoneOf('rivera')
  rivera.texts((await numbersOf()).free, 'Maya may go home early.')
  expect(await rivera.reads()).toEqual([expect.stringMatching(/office/)])
  expect((await world.exchanges()).at(-1)).toMatchObject({ staff: 'harbor/office', status: 'received' })
  const tasks = await world.rows(sql`select person_id, exchange_id from task where kind = 'lost_staff' and closed_at is null`)
  expect(tasks).toEqual([{ person_id: 'rivera', exchange_id: (await world.exchanges()).at(-1)?.id }])
})

describe('a family that we know', () => {
  test('at a number that was never given to it reaches the office, and no other person', async () => {
    const wei = world.phoneOf('wei')
    wei.texts(world.numbers[2] ?? '', '谢谢老师。')
    expect(await wei.reads()).toEqual(['您的短信已转给学校办公室，他们会帮助您。'])
    expect(await world.phoneOf('rivera').reads()).toEqual([])
    expect((await world.exchanges({ guardian: 'wei' })).at(-1)).toMatchObject({ staff: 'lincoln/office', status: 'received' })
    // From then on that number is its line to the office.
    wei.texts(world.numbers[2] ?? '', '谢谢老师。')
    expect(await wei.reads()).toEqual([])
    expect(await world.exchanges({ guardian: 'wei', staff: 'lincoln/office' })).toHaveLength(2)
  })

  test('gets no second number for its first teacher because of that', async () => {
    await world.sends('rivera', { guardian: 'wei' }, 'Thank you.')
    await world.phoneOf('wei').reads()
    expect((await world.line('rivera', 'wei')).family).not.toBe(world.numbers[2])
  })
})

describe('a phone that another family has now', () => {
  test('what waits for the old family is canceled, and the stale reply of the new one goes to the office', async () => {
    const fatima = world.phoneOf('fatima')
    await world.sends('rivera', { guardian: 'fatima' }, 'Thank you.')
    await fatima.reads()
    const old = (await world.line('rivera', 'fatima')).family ?? ''
    await world.hours('lincoln', { families: daily('00:00-09:00'), staff: ALWAYS })
    const [waiting] = await world.sends('rivera', { guardian: 'fatima' }, 'See you tomorrow.')
    await world.settled()
    await world.rosterChanges('users.csv', [fatima.number, ''], ['+17735550131', fatima.number])
    await world.settled()
    expect((await world.exchanges()).find((e) => e.id === waiting?.id)).toMatchObject({ status: 'canceled', guardian: 'fatima' })
    await world.hours('lincoln', {})
    expect(await fatima.reads()).toEqual([])
    fatima.texts(old, '谢谢老师。')
    expect(await world.phoneOf('rivera').reads()).toEqual([])
    expect(await fatima.reads()).toEqual(['您的短信已转给学校办公室，他们会帮助您。'])
    expect((await world.exchanges({ guardian: 'wei' })).at(-1)).toMatchObject({ staff: 'lincoln/office', direction: 'to_staff' })
    expect(await world.exchanges({ guardian: 'fatima' })).not.toContainEqual(
      expect.objectContaining({ original: { language: 'und', text: '谢谢老师。' } }),
    )
    // The pair of that phone and the old number is not given out again.
    await world.sends('rivera', { guardian: 'wei' }, 'Thank you.')
    await fatima.reads()
    expect((await world.line('rivera', 'wei')).family).not.toBe(old)
  })

  test('the old phone of a family that moved on is a stranger’s', async () => {
    const old = world.phone('+17735550131')
    old.texts(world.numbers[2] ?? '', 'Hello?')
    expect(await old.reads()).toEqual([STRANGER])
  })

  test('an opt-out stays with the phone', async () => {
    const luis = world.phoneOf('luis')
    await world.sends('rivera', { guardian: 'luis' }, 'Thank you.')
    await luis.reads()
    luis.texts((await world.line('rivera', 'luis')).family ?? '', 'no más mensajes')
    await luis.reads()
    await world.rosterChanges('users.csv', [luis.number, ''], ['+17735550177', luis.number])
    expect(await world.writes('okafor', { guardian: 'james' }, 'Thank you.')).toMatchObject({ kind: 'unreachable' })
    expect(await luis.reads()).toEqual([])
  })
})

test('a reply in Spanish to a conversation that ended is told in Spanish where it went', async () => {
  const rosa = world.phoneOf('rosa')
  const number = (await world.line('rivera', 'rosa')).family ?? ''
  await world.rosterChanges(
    'users.csv',
    ['rosa,,,true,lincoln,parent,rosa', 'rosa2,,,true,lincoln,parent,rosa2'],
    ['"rosa,luis"', '"rosa2,luis"'],
  )
  rosa.texts(number, 'Gracias.')
  expect(await rosa.reads()).toEqual([CLOSED])
  expect((await world.exchanges({ guardian: 'rosa2' })).at(-1)).toMatchObject({ staff: 'lincoln/office', status: 'received' })
})
