import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Telephone, telephone } from '../support/telephone.ts'
import { ALWAYS, openWorld, type World } from '../support/world.ts'

const KITCHEN = '+17735550188'

let world: World
let kitchen: Telephone
beforeAll(async () => {
  world = await openWorld({ numbers: 4, hours: 'always' })
  await world.rosterChanges('users.csv', [
    'paula,,,true,lincoln,parent,paula,,Paula,Gomez,,,,,,diego',
    `paula,,,true,lincoln,parent,paula,,Paula,Gomez,,,,,${KITCHEN},diego`,
  ])
  kitchen = telephone(world, KITCHEN)
})
afterEach(() => world.isIntact())

const rung = () => world.simulator.calls.phoneCalls(KITCHEN).length
const last = async () => (await world.exchanges({ guardian: 'paula' })).at(-1)
const hearsAll = async () => {
  kitchen.answers()
  await kitchen.hears()
  await kitchen.presses('1')
  await kitchen.isSilent()
  await world.until('it is heard', async () => (await last())?.status === 'delivered')
}

describe('a call whose answer is lost', () => {
  test.each(['accept-then-500', 'accept-then-reset', 'accept-then-garbage'] as const)(
    'rings once for all that (%s)',
    async (rest) => {
      const before = rung()
      world.simulator.setFaults({ rest, strikes: 1 })
      await world.sends('rivera', { guardian: 'paula' }, 'Thank you.')
      await kitchen.rings()
      await hearsAll()
      expect(rung()).toBe(before + 1)
      expect((await last())?.events.filter((event) => event.what === 'ringing')).toHaveLength(1)
    },
  )
})

describe('several messages', () => {
  test('that wait together are one call, in the order in which they were written', async () => {
    await world.hours('lincoln', { families: {} })
    for (const text of ['Thank you.', 'See you tomorrow.']) await world.sends('rivera', { guardian: 'paula' }, text)
    await world.settled()
    const before = rung()
    await world.hours('lincoln', { families: ALWAYS })
    await kitchen.rings()
    kitchen.answers()
    await kitchen.hears()
    const heard = [...(await kitchen.presses('1')), ...(await kitchen.isSilent())].join()
    expect(heard.indexOf('Gracias.')).toBeGreaterThan(-1)
    expect(heard.indexOf('Hasta mañana.')).toBeGreaterThan(heard.indexOf('Gracias.'))
    await kitchen.isSilent()
    await world.until('both are heard', async () =>
      (await world.exchanges({ guardian: 'paula' })).slice(-2).every((e) => e.status === 'delivered'),
    )
    expect(rung()).toBe(before + 1)
  })
})

describe('outside the hours', () => {
  test('nobody is rung, and a hang-up in the middle is said again', async () => {
    await world.hours('lincoln', { families: {} })
    await world.sends('rivera', { guardian: 'paula' }, 'Thank you.')
    await world.settled()
    const before = rung()
    expect(await last()).toMatchObject({ status: 'held' })
    await world.hours('lincoln', { families: ALWAYS })
    await kitchen.rings()
    expect(rung()).toBe(before + 1)
    kitchen.answers()
    await kitchen.hears()
    kitchen.hangsUp()
    await world.until('it waits for another try', async () => (await last())?.events.at(-1)?.what === 'not_answered')
    await world.rows(
      sql`update exchange set send_after = clock_timestamp() where channel = 'call' and status = 'queued' returning id`,
    )
    await world.nudge()
    await kitchen.rings()
    await hearsAll()
  })
})

describe('a family that has talked for an hour today', () => {
  test('is put through to nobody and leaves a message; the teacher’s next message waits for tomorrow, an urgent one does not', async () => {
    const rivera = telephone(world, '+13125550101')
    const { family, staff } = await world.line('rivera', 'paula')
    kitchen.dials(family ?? '')
    await rivera.rings()
    rivera.answers()
    await rivera.hears()
    await rivera.presses('1')
    kitchen.hangsUp()
    await world.until('the call has ended', async () => (await last())?.events.some((e) => e.what === 'call_ended') ?? false)
    await world.rows(sql`update exchange set seconds = 3600 where kind = 'call' and seconds is not null returning id`)

    kitchen.dials(family ?? '')
    expect(await kitchen.hears()).toEqual([
      'es-US: Bienvenidos a Lincoln School.',
      'es-US: Hoy ya no tenemos más tiempo para llamadas con su familia. Si no puede esperar, por favor llame directamente a la escuela.',
      'es-US: Por favor, deje un mensaje después del tono y oprima la tecla numeral cuando termine.',
    ])
    await kitchen.leaves('Por favor llámeme mañana.')
    await world.until('the message is there', async () => (await last())?.kind === 'voicemail')
    expect((await world.exchanges({ guardian: 'paula' })).at(-2)?.events.map((e) => e.what)).toContain('minutes_used')
    await world.phoneOf('rivera').reads()

    const before = rung()
    world.phoneOf('rivera').texts(staff ?? '', 'Thank you.')
    expect(await world.phoneOf('rivera').reads()).toEqual(['Your message is kept. The family gets it tomorrow at 12:00 AM.'])
    expect(await last()).toMatchObject({ status: 'held', original: { text: 'Thank you.' } })
    expect(rung()).toBe(before)
    await world.sends('whitfield', { guardian: 'paula' }, 'Thank you.', { urgent: true, reason: 'The school closes at noon.' })
    await kitchen.rings()
    await hearsAll()

    // The next day: the calls are yesterday's, and what waited is due.
    await world.rows(sql`update call set started_at = started_at - interval '1 day' returning id`)
    await world.rows(
      sql`update exchange set send_after = clock_timestamp() where status = 'held' and channel = 'call' returning id`,
    )
    await world.nudge()
    await kitchen.rings()
    kitchen.answers()
    await kitchen.hears()
    await kitchen.presses('1')
    await kitchen.isSilent()
    await world.settled()
  })
})

describe('who wants no more calls', () => {
  test('presses nine, and is not rung again', async () => {
    await world.sends('rivera', { guardian: 'paula' }, 'Thank you.')
    await kitchen.rings()
    kitchen.answers()
    await kitchen.hears()
    await kitchen.presses('1')
    expect(await kitchen.presses('9')).toContain('es-US: No recibirá más llamadas nuestras. Adiós.')
    await world.settled()
    const before = rung()
    expect(await world.writes('rivera', { guardian: 'paula' }, 'Thank you.')).toMatchObject({ kind: 'unreachable' })
    expect(await world.tasks('calls_refused')).toHaveLength(1)
    expect(rung()).toBe(before)
  })
})
