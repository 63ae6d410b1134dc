import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../support/world.ts'

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
    expect(await rosa.reads()).toEqual([
      'Ms Rivera, Lincoln School: Gracias.\nEstos mensajes son de Lincoln School. Puede responder aquí en su idioma. Responda AYUDA para recibir ayuda o STOP para no recibir más.',
    ])
    const { family, staff } = await world.line('rivera', 'rosa')
    rosa.texts(family ?? '', 'Mi hijo está enfermo hoy y no irá a la escuela.')
    expect(await rivera.reads()).toEqual(['Maya L.: My child is sick today and will not come.'])
    rivera.texts(staff ?? '', 'I hope your child feels better soon.')
    expect(await rosa.reads()).toEqual(['Ms Rivera: Espero que su hijo o hija se mejore pronto.'])
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
})
