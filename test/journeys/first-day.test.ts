import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/store/tokens.ts'
import { daily, openWorld, type World } from '../support/world.ts'

const INTRODUCTION =
  'Estos mensajes son de Lincoln School. Puede responder aquí en su idioma. Responda AYUDA para recibir ayuda o STOP para no recibir más.'

let world: World
beforeAll(async () => {
  world = await openWorld({ numbers: 4 })
  await world.itIs('2036-03-03T10:00')
})
afterEach(() => world.isIntact())

describe('a teacher and a family', () => {
  test('each reads the own language, and neither sees the number of the other', async () => {
    const [rosa, rivera] = [world.phoneOf('rosa'), world.phoneOf('rivera')]
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    expect(await rosa.reads()).toEqual([`Ms Rivera, Lincoln School: Gracias.\n${INTRODUCTION}`])
    const { family, staff } = await world.line('rivera', 'rosa')
    rosa.texts(family ?? '', 'Mi hijo está enfermo hoy y no irá a la escuela.')
    expect(await rivera.reads()).toEqual(['Maya L.: My child is sick today and will not come.'])
    rivera.texts(staff ?? '', 'See you tomorrow.')
    expect(await rosa.reads()).toEqual(['Ms Rivera: Hasta mañana.'])
    expect(rosa.screen().map((text) => text.other)).toEqual([family, family])
    expect(rivera.screen().map((text) => text.other)).toEqual([staff])
    expect(
      (await world.exchanges({ guardian: 'rosa' })).map((e) => [
        e.direction,
        e.status,
        e.original.language,
        e.translation?.language,
      ]),
    ).toEqual([
      ['to_family', 'delivered', 'en', 'es'],
      ['to_staff', 'delivered', 'es', 'en'],
      ['to_family', 'delivered', 'en', 'es'],
    ])
  })

  test('programs see what the two phones showed, each only as far as its person may', async () => {
    const get = async (staff: string, what: string) => {
      const token = await createToken(world.database.db, world.district, staff)
      const answer = await world.gateway.app.inject({ url: `/api/v1/${what}`, headers: { authorization: `Bearer ${token}` } })
      return { status: answer.statusCode, body: answer.json(), text: answer.body }
    }
    const own = await get('rivera', 'exchanges?guardian=rosa')
    expect(own.body.exchanges).toEqual(await world.exchanges({ guardian: 'rosa' }))
    const id = own.body.exchanges[0].id
    expect(await get('rivera', `exchanges/${id}`)).toMatchObject({ status: 200, body: { id } })
    expect(await get('whitfield', `exchanges/${id}`)).toMatchObject({ status: 200 })
    expect(await get('osei', `exchanges/${id}`)).toMatchObject({ status: 404 })
    expect(await get('tran', 'exchanges')).toMatchObject({ status: 200, body: { exchanges: [] } })
    const talks = await get('rivera', 'conversations?guardian=rosa')
    const { family, staff } = await world.line('rivera', 'rosa')
    expect(talks.body).toEqual([expect.objectContaining({ staff: 'rivera', familyNumber: family, staffNumber: staff })])
    for (const person of ['rosa', 'rivera'])
      expect(`${own.text}${talks.text}`).not.toContain(world.phoneOf(person).number.slice(1))
  })

  test('a second teacher names the school again and introduces nothing again', async () => {
    await world.sends('osei', { guardian: 'rosa' }, 'Thank you.')
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Osei, Lincoln School: Gracias.'])
  })

  test('two teachers who write at the same moment introduce us once', async () => {
    const fatima = world.phoneOf('fatima')
    await Promise.all(['rivera', 'osei'].map((staff) => world.sends(staff, { guardian: 'fatima' }, 'Thank you.')))
    const both = await fatima.reads()
    expect(both).toHaveLength(2)
    expect(both.filter((body) => body.includes('STOP'))).toHaveLength(1)
    expect(both.filter((body) => body.includes(', Lincoln School: '))).toHaveLength(2)
  })

  test('a message that is canceled before it went spends neither the introduction nor the name of the school', async () => {
    await world.hours('lincoln', { families: daily('09:00-17:00') })
    await world.itIs('2036-03-03T20:00')
    const [first] = await world.sends('rivera', { guardian: 'luis' }, 'Thank you.')
    await world.settled()
    await world.sends('rivera', { guardian: 'luis' }, 'See you tomorrow.')
    await world.settled()
    await world.decides('rivera', first?.id ?? '', 'cancel')
    await world.settled()
    await world.sends('rivera', { guardian: 'luis' }, 'I hope your child feels better soon.')
    await world.itIs('2036-03-04T11:00')
    const read = await world.phoneOf('luis').reads()
    expect(read).toEqual([
      `Ms Rivera, Lincoln School: Hasta mañana.\n${INTRODUCTION}`,
      'Ms Rivera: Espero que su hijo o hija se mejore pronto.',
    ])
  })
})
