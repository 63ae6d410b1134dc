import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { callFamily } from '../../src/relay/compose.ts'
import type { CallUp } from '../../src/relay/compose-ports.ts'
import { givePin, setCalls } from '../../src/relay/decide.ts'
import { composeStore } from '../../src/store/composing.ts'
import { staffById } from '../../src/store/people.ts'
import { type Telephone, telephone } from '../support/telephone.ts'
import { openWorld, type World } from '../support/world.ts'

const KITCHEN = '+17735550188'
const NEIGHBOUR = '+17735550199'
const INTERPRETERS = '+13125550190'

/** A translator that marks what it was asked for. */
const translate = (text: string, from: string, to: string) => (refuse.delete(text) ? null : `[${from}>${to}] ${text}`)
const refuse = new Set<string>()

let world: World
let kitchen: Telephone
let rivera: Telephone
beforeAll(async () => {
  world = await openWorld({ numbers: 4, hours: 'always', translate })
  await world.rosterChanges('users.csv', [
    'jean,,,true,lincoln,parent,jean,,Jean,Pierre,,,,+12175550155,,rosalie',
    'jean,,,true,lincoln,parent,jean,,Jean,Pierre,,,,,,rosalie',
  ])
  await world.rosterChanges('users.csv', [
    'marie,,,true,lincoln,parent,marie,,Marie,Pierre,,,,+12175550155,,widline',
    `marie,,,true,lincoln,parent,marie,,Marie,Pierre,,,,,${KITCHEN},widline`,
  ])
  kitchen = telephone(world, KITCHEN)
  rivera = telephone(world, '+13125550101')
})
afterEach(() => world.isIntact())

const store = () => composeStore(world.database.db, world.database.keys)
const someone = async (id: string) => {
  const staff = await world.inDistrict((trx) => staffById(trx, world.district, id))
  if (staff === null) throw new Error(`no ${id}`)
  return staff
}
const call = async (more: Partial<CallUp>) => {
  const given = {
    districtId: world.district,
    staff: await someone('rivera'),
    guardianId: 'rosa',
    with: null,
    interpreted: false,
    idempotency: null,
  }
  const made = await callFamily(store(), { ...given, ...more })
  await world.nudge()
  return made
}
const pinOf = async (staff: string, guardianId: string | null) => {
  const request = { districtId: world.district, staff: await someone(staff), guardianId, anew: false, text: false }
  const given = await givePin(store(), { ...request, idempotency: null })
  if (given.kind !== 'given') throw new Error(given.problem)
  return given.pin
}

describe('a landline in a language that no voice speaks', () => {
  test('is called only after an aide has said the message, and the answer comes back through her', async () => {
    await world.sends('rivera', { guardian: 'marie' }, 'Widline read very well today.')
    await world.settled()
    const [held] = await world.exchanges({ guardian: 'marie' })
    expect(held).toMatchObject({ status: 'held', sendAfter: null })
    expect(kitchen.call()).toBeUndefined()

    // An aide phones in from her own phone with her PIN.
    await world.rows(sql`insert into desk (district_id, id, school_id, kind) values (${world.district}, 'lincoln/aides', 'lincoln', 'aides')
      on conflict do nothing returning id`)
    await world.rows(
      sql`insert into desk_staff (district_id, desk_id, person_id) values (${world.district}, 'lincoln/aides', 'osei') returning desk_id`,
    )
    const osei = telephone(world, '+13125550105')
    osei.dials(world.numbers[3] ?? '')
    await osei.hears()
    expect(await osei.presses(`${await pinOf('osei', null)}#`)).toContain(
      'en-US: To record messages for families, press one. To hear their answers, press two. To record the fixed prompts, press three.',
    )
    expect(await osei.presses('1')).toEqual([
      'en-US: Please say this in Haitian Creole after the tone:',
      'en-US: Widline read very well today.',
    ])
    await osei.leaves('Widline te li trè byen jodi a, li fè bon travay.')
    await osei.presses('1')
    osei.hangsUp()

    await kitchen.rings()
    kitchen.answers()
    await kitchen.hears()
    expect(await kitchen.presses('1')).toContain('a recording')
    await kitchen.presses('2')
    await kitchen.leaves('Mèsi anpil, mwen kontan anpil pou sa.')
    kitchen.hangsUp()
    await world.until('the answer is there', async () =>
      (await world.exchanges({ guardian: 'marie' })).some((e) => e.kind === 'voicemail' && e.recording !== null),
    )
    expect((await world.exchanges({ guardian: 'marie' }))[0]).toMatchObject({ status: 'delivered', evidence: 'answered' })

    // Nobody writes Haitian Creole down: the aide listens and says it in English, and the teacher reads that.
    await world.until('it waits for an aide', async () => {
      const kept = await world.rows(sql`select from recording where kept_at is not null and transcribed_at is not null`)
      return kept.length >= 1
    })
    osei.dials(world.numbers[3] ?? '')
    await osei.hears()
    await osei.presses(`${await pinOf('osei', null)}#`)
    expect(await osei.presses('2')).toEqual([
      'en-US: A family has answered. Listen, and after the tone say it in English.',
      'a recording',
    ])
    await osei.leaves('Thank you very much, I am very happy about that.')
    await osei.presses('1')
    osei.hangsUp()
    await world.until('her words are its translation', async () =>
      (await world.exchanges({ guardian: 'marie' })).some((e) => e.kind === 'voicemail' && e.translation?.by === 'aide'),
    )
    const said = 'Thank you very much, I am very happy about that.'
    const answer = (await world.exchanges({ guardian: 'marie' })).find((e) => e.kind === 'voicemail')
    expect(answer?.translation).toEqual({ language: 'en', text: said, by: 'aide' })
    await world.settled()
    expect((await world.phoneOf('rivera').reads()).at(-1)).toBe(`Widline P.: ${said}`)
  })
})

describe('a borrowed phone', () => {
  test('the PIN comes as a text, stands in no record, and who was given it does', async () => {
    const request = { districtId: world.district, staff: await someone('rivera'), guardianId: 'rosa', anew: false, text: true }
    const given = await givePin(store(), { ...request, idempotency: null })
    if (given.kind !== 'given') throw new Error(given.problem)
    await world.nudge()
    await world.settled()
    expect((await world.phoneOf('rosa').reads()).join()).toContain(given.pin)
    expect(await world.rows(sql`select from exchange where notice = 'pin' and original_text like ${`%${given.pin}%`}`)).toEqual(
      [],
    )
    const noted = await world.rows(sql`select who, detail from event where what = 'pin_given' and detail ->> 'guardian' = 'rosa'`)
    expect(noted).toEqual([{ who: 'rivera', detail: { guardian: 'rosa' } }])
  })

  test('hears what waits with the household’s PIN, and nothing without', async () => {
    const line = await world.line('rivera', 'marie')
    const neighbour = telephone(world, NEIGHBOUR)
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.phoneOf('rosa').reads()
    const rosas = await world.line('rivera', 'rosa')
    neighbour.dials(rosas.family ?? line.family ?? '')
    const menu = await neighbour.hears()
    expect(menu.join()).not.toMatch(/Maya|Rosa|Gracias/)
    await neighbour.presses('1')
    await neighbour.presses('2')
    expect(await neighbour.presses('00000000#')).not.toContain('es-US: [en>es] Thank you.')
    const heard = await neighbour.presses(`${await pinOf('rivera', 'rosa')}#`)
    expect(heard).toContain('es-US: [en>es] Thank you.')
    neighbour.hangsUp()
  })
})

describe('a person in the middle', () => {
  test('the interpreter line joins a call of teacher and family, and nobody sees another’s number', async () => {
    await setCalls(store(), {
      districtId: world.district,
      staff: await someone('whitfield'),
      schoolId: 'lincoln',
      settings: { interpreterLine: INTERPRETERS },
    })
    expect(await call({ with: 'interpreter' })).toMatchObject({ kind: 'accepted' })
    const rosa = telephone(world, '+19715550142')
    const interpreter = telephone(world, INTERPRETERS)
    for (const phone of [rivera, rosa, interpreter]) {
      expect(world.numbers).toContain(await phone.rings())
      phone.answers()
      await phone.hears()
    }
    rivera.types('1')
    rosa.types('1')
    interpreter.types('1')
    await world.until('all are in', () => [rivera, rosa, interpreter].every((p) => p.call()?.waits === 'the other side'))
    rosa.hangsUp()
    await world.until('all are out', () => [rivera, interpreter].every((p) => p.call()?.state === 'over'))
    await world.until('it is told', async () => (await world.exchanges({ guardian: 'rosa' })).at(-1)?.status === 'delivered')
  })
})

describe('a call that a machine interprets', () => {
  test('goes six turns, each in its turn, with both texts in the log, and says a line again that the translator lost', async () => {
    expect(await call({ interpreted: true })).toMatchObject({ kind: 'unreachable' })
    await setCalls(store(), {
      districtId: world.district,
      staff: await someone('whitfield'),
      schoolId: 'lincoln',
      settings: { interpretedCalls: true },
    })
    expect(await call({ interpreted: true })).toMatchObject({ kind: 'accepted' })
    const rosa = telephone(world, '+19715550142')
    for (const phone of [rivera, rosa]) {
      await phone.rings()
      phone.answers()
      await phone.hears()
    }
    rivera.types('1')
    rosa.types('1')
    const says = async (speaker: Telephone, words: string) => {
      await world.until('it is the turn', () => speaker.call()?.waits.includes('speech') ?? false)
      await speaker.hears()
      world.simulator.calls.speak(speaker.number, words)
    }
    await says(rivera, 'Maya was not at school.')
    await says(rosa, 'Estaba enferma.')
    refuse.add('Is she better now?')
    await says(rivera, 'Is she better now?')
    await says(rivera, 'Is she better now?')
    await says(rosa, 'Sí, gracias.')
    await says(rivera, 'Please bring a note from the doctor.')
    await says(rosa, 'Mañana lo llevo.')
    await world.until('the teacher has heard it', () => rivera.call()?.waits.includes('speech') ?? false)
    expect((await rivera.hears()).join()).toContain('[es>en] Mañana lo llevo.')
    rivera.hangsUp()
    await world.until('the family is told', () => rosa.call()?.state === 'over')
    const lines = await world.rows(sql<{ text: string; made: string | null; failed: boolean }>`
      select text, made, failed from talk_line order by seq`)
    expect(lines.map((line) => line.failed)).toEqual([false, false, true, false, false, false, false])
    expect(lines[1]).toMatchObject({ text: 'Estaba enferma.', made: '[es>en] Estaba enferma.' })
  })
})
