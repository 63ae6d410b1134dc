import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { kitchenPhone, type Telephone, telephone } from '../support/telephone.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let kitchen: Telephone
beforeAll(async () => {
  world = await openWorld({ numbers: 6, hours: 'always', translate: (text, from, to) => `[${from}>${to}] ${text}` })
  kitchen = await kitchenPhone(world)
})
afterEach(() => world.isIntact())

const TURNS: readonly (readonly [teacher: string, family: string])[] = [
  ['Diego did not bring his homework.', 'Se le olvidó en la casa.'],
  ['Can he bring it tomorrow at 8:15?', 'Sí, lo lleva a las 8:15.'],
  ['The class trip costs 12 dollars.', 'Hoy mando los 12 dólares.'],
  ['Does he need a bus on Friday?', 'No, yo lo recojo el viernes.'],
  ['Thank you, see you on Friday.', 'Gracias a usted, maestra.'],
]

describe('a thread with a landline in Spanish', () => {
  test('goes five turns: the teacher types, the kitchen phone speaks and listens, each reads the other in the own language', async () => {
    const rivera = world.phoneOf('rivera')
    for (const [words, answer] of TURNS) {
      await world.sends('rivera', { guardian: 'paula' }, words)
      await kitchen.rings()
      kitchen.answers()
      await kitchen.hears()
      expect(await kitchen.presses('1')).toContain(`es-US: [en>es] ${words}`)
      await kitchen.presses('2')
      expect(await kitchen.says(answer)).toContain(`es-US: ${answer}`)
      await kitchen.presses('1')
      kitchen.hangsUp()
      expect(await rivera.reads()).toEqual([`Diego G.: [es>en] ${answer}`])
    }
    const thread = await world.exchanges({ guardian: 'paula' })
    expect(thread.map((one) => [one.direction, one.original.text, one.translation?.text])).toEqual(
      TURNS.flatMap(([words, answer]) => [
        ['to_family', words, `[en>es] ${words}`],
        ['to_staff', answer, `[es>en] ${answer}`],
      ]),
    )
    for (const one of thread.filter(({ direction }) => direction === 'to_family')) expect(one.evidence).toBe('answered')
  })
})

describe('a voicemail in Vietnamese', () => {
  test('is kept as it was spoken, told to the teacher on her phone, and heard there', async () => {
    await world.sends('tran', { guardian: 'hoa' }, 'Thank you.')
    await world.phoneOf('hoa').reads()
    await world.rows(sql`update exchange set heard_at = clock_timestamp() where direction = 'to_family' returning id`)
    const line = await world.line('tran', 'hoa')
    const hoa = telephone(world, '+12135550112')
    const tran = telephone(world, '+13125550103')
    hoa.dials(line.family ?? '')
    await tran.rings()
    tran.answers(true)
    const heard = await hoa.hears()
    expect(heard.every((one) => one.startsWith('vi-VN: '))).toBe(true)
    await hoa.leaves('Chào cô, hôm nay Minh bị sốt nên cháu không đi học được.')
    hoa.hangsUp()
    await world.until('it is kept', async () => {
      const [row] = await world.rows(sql<{ language: string; kept: boolean }>`
        select language, kept_at is not null as kept from recording where language like 'vi%'`)
      return row?.kept === true
    })
    await world.until('the teacher is told', () =>
      world
        .phoneOf('tran')
        .screen()
        .some((text) => text.body.includes('Voice message')),
    )
    expect(world.phoneOf('tran').screen().at(-1)?.body).toMatch(
      /^Minh P\.: Voice message, \d+ s\. To hear it, call this number\.$/,
    )
    tran.dials(line.staff ?? '')
    await tran.hears()
    expect(await tran.presses('1')).toContain('a recording')
    tran.hangsUp()
    await world.settled()
    const voicemail = (await world.exchanges({ guardian: 'hoa' })).find((one) => one.kind === 'voicemail')
    expect(voicemail).toMatchObject({ original: { language: 'vi' }, direction: 'to_staff', staff: 'tran' })
    expect(voicemail?.events.map((event) => event.what)).toContain('recording_played')
  })
})
