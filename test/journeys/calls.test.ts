import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Telephone, telephone } from '../support/telephone.ts'
import { openWorld, type World } from '../support/world.ts'

const KITCHEN = '+17735550188'

let world: World
let kitchen: Telephone
beforeAll(async () => {
  world = await openWorld({ numbers: 4, hours: 'always' })
  // A landline in the kitchen: a number that stands for calls only.
  await world.rosterChanges('users.csv', [
    'paula,,,true,lincoln,parent,paula,,Paula,Gomez,,,,,,diego',
    `paula,,,true,lincoln,parent,paula,,Paula,Gomez,,,,,${KITCHEN},diego`,
  ])
  kitchen = telephone(world, KITCHEN)
})
afterEach(() => world.isIntact())

describe('a family with a landline', () => {
  test('hears its teacher’s message in Spanish, behind a gate that tells nothing private', async () => {
    await world.sends('rivera', { guardian: 'paula' }, 'Thank you.')
    const shown = await kitchen.rings()
    expect(world.numbers).toContain(shown)
    kitchen.answers()
    expect(await kitchen.hears()).toEqual([
      'es-US: Este es un mensaje de Ms Rivera, de Lincoln School.',
      'es-US: Si usted es Paula Gomez o de su familia, oprima uno.',
    ])
    expect(await kitchen.presses('1')).toContain('es-US: Gracias.')
  })

  test('answers by speaking, hears the answer read back, and sends it with a key', async () => {
    expect(await kitchen.presses('2')).toEqual(['es-US: Por favor, diga su respuesta ahora.'])
    expect(await kitchen.says('Mi hijo está enfermo hoy y no irá a la escuela.')).toContain(
      'es-US: Mi hijo está enfermo hoy y no irá a la escuela.',
    )
    await kitchen.presses('1')
    kitchen.hangsUp()
    expect(await world.phoneOf('rivera').reads()).toEqual(['Diego G.: My child is sick today and will not come.'])
    const [message, answer] = await world.exchanges({ guardian: 'paula' })
    expect(message).toMatchObject({ status: 'delivered', evidence: 'answered', direction: 'to_family' })
    expect(answer).toMatchObject({ kind: 'message', direction: 'to_staff', guardian: 'paula', staff: 'rivera' })
  })
})

describe('a carrier that has given up the voice', () => {
  const voicesOf = () => new Set(kitchen.call()?.heard.flatMap((one) => (one.kind === 'said' ? [one.voice] : [])))

  test('is asked again in the second voice of the language: the family hears everything, once', async () => {
    world.simulator.calls.takeVoicesOff('Polly.Lupe-Neural')
    await world.sends('rivera', { guardian: 'paula' }, 'See you tomorrow.')
    await kitchen.rings()
    kitchen.answers()
    expect(await kitchen.hears()).toEqual([
      'es-US: Este es un mensaje de Ms Rivera, de Lincoln School.',
      'es-US: Si usted es Paula Gomez o de su familia, oprima uno.',
    ])
    expect(await kitchen.presses('1')).toContain('es-US: Hasta mañana.')
    expect([...voicesOf()]).toEqual([expect.stringMatching(/^Google\.es-US-/)])
    await kitchen.isSilent()
    await world.until('it is heard', async () => (await world.exchanges({ guardian: 'paula' })).at(-1)?.status === 'delivered')
  })

  test('so too for who calls in while nobody has learned of it yet', async () => {
    world.simulator.calls.takeVoicesOff('Polly.Joanna-Neural')
    const stranger = telephone(world, '+17735550199')
    stranger.dials(world.numbers[0] ?? '')
    expect((await stranger.hears()).join()).toContain('en-US: Welcome to')
    stranger.hangsUp()
    world.simulator.calls.takeVoicesOff()
    await world.settled()
  })
})
