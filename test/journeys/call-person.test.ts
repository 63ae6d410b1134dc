import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { callFamily } from '../../src/relay/compose.ts'
import type { CallSettings } from '../../src/relay/compose-ports.ts'
import { setCalls } from '../../src/relay/decide.ts'
import { composeStore } from '../../src/store/composing.ts'
import { staffDesk } from '../../src/store/desks.ts'
import { staffById } from '../../src/store/people.ts'
import { type Telephone, telephone } from '../support/telephone.ts'
import { openWorld, type World } from '../support/world.ts'

const INTERPRETERS = '+13125550190'

let world: World
let rosa: Telephone
let rivera: Telephone
let osei: Telephone
let interpreters: Telephone
beforeAll(async () => {
  world = await openWorld({ numbers: 4, hours: 'always', translate: (text, from, to) => `[${from}>${to}] ${text}` })
  // Ms Osei, who speaks Spanish, is at the aides' desk; so is Mr Bell, who does not.
  await world.rosterChanges('users.csv', ['+13125550105,,,,,en,', '+13125550105,,,,,es,'])
  await world.inDistrict((trx) => staffDesk(trx, world.district, { schoolId: 'lincoln', kind: 'aides' }, ['bell', 'osei'], null))
  await settings({ interpretedCalls: true, interpreterLine: INTERPRETERS })
  await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
  await world.phoneOf('rosa').reads()
  await world.rows(sql`update exchange set heard_at = clock_timestamp() where direction = 'to_family' returning id`)
  rosa = telephone(world, '+19715550142')
  rivera = telephone(world, '+13125550101')
  osei = telephone(world, '+13125550105')
  interpreters = telephone(world, INTERPRETERS)
})
afterEach(() => world.isIntact())

const store = () => composeStore(world.database.db, world.database.keys)
const someone = async (id: string) => {
  const staff = await world.inDistrict((trx) => staffById(trx, world.district, id))
  if (staff === null) throw new Error(`no ${id}`)
  return staff
}
const settings = async (given: CallSettings) =>
  setCalls(store(), { districtId: world.district, staff: await someone('whitfield'), schoolId: 'lincoln', settings: given })
const last = async () => (await world.exchanges({ guardian: 'rosa' })).at(-1)
const happened = async () => (await last())?.events.map((event) => event.what) ?? []

/** Both are on the line with the machine, and the teacher has said something. */
const interpretedCall = async () => {
  const asked = { guardianId: 'rosa', with: null, interpreted: true, idempotency: null }
  expect(await callFamily(store(), { districtId: world.district, staff: await someone('rivera'), ...asked })).toMatchObject({
    kind: 'accepted',
  })
  await world.nudge()
  for (const phone of [rivera, rosa]) {
    await phone.rings()
    phone.answers()
    await phone.hears()
    phone.types('1')
  }
  await world.until('the teacher is asked', () => rivera.call()?.waits.includes('speech') ?? false)
  world.simulator.calls.speak(rivera.number, 'Maya was late.')
  await world.until('the family is asked', () => rosa.call()?.waits.includes('speech') ?? false)
}
const itIsOver = () => world.until('the call has ended', async () => (await happened()).includes('call_ended'))
const said = (phone: Telephone) => phone.call()?.heard.flatMap((one) => (one.kind === 'said' ? [one.text] : [])) ?? []

describe('key 0 in an interpreted call', () => {
  test('brings the aide who speaks the language: she is screened, sees a number of ours, and all three talk', async () => {
    await interpretedCall()
    rosa.types('0')
    expect(world.numbers).toContain(await osei.rings())
    expect(said(rosa)).toContain('Un momento, por favor. Estamos llamando a una persona que interpreta.')
    osei.answers()
    expect((await osei.hears()).join()).toContain('Maya L.')
    osei.types('1')
    await world.until('all three talk', () => [rosa, rivera, osei].every((phone) => phone.call()?.waits === 'the other side'))
    expect(said(rivera)).toContain('One moment, please. We are calling a person who interprets.')
    const words = await world.rows(sql`select seq from talk_line`)
    rosa.hangsUp()
    await itIsOver()
    expect(await world.rows(sql`select seq from talk_line`)).toEqual(words)
    expect(await last()).toMatchObject({ kind: 'call', status: 'delivered' })
    expect((await happened()).filter((what) => /person|room/.test(what))).toEqual(
      expect.arrayContaining(['person_wanted', 'person_asked', 'room_joined', 'room_left']),
    )
    expect(interpreters.call()).toBeUndefined()
    expect(await world.tasks('person_wanted')).toEqual([])
  })

  test('goes on to the interpreter line when a machine takes the aide’s call', async () => {
    await interpretedCall()
    rivera.types('0')
    await osei.rings()
    // The family was asked to speak, and hears at the end of its silence.
    world.simulator.calls.wait(rosa.number)
    osei.answers(true)
    expect(world.numbers).toContain(await interpreters.rings())
    interpreters.answers()
    expect((await interpreters.hears()).join()).toMatch(/Lincoln School.*Spanish/)
    expect(said(interpreters).join()).not.toMatch(/Maya|Rosa/)
    interpreters.types('1')
    await world.until('all three talk', () =>
      [rosa, rivera, interpreters].every((phone) => phone.call()?.waits === 'the other side'),
    )
    rivera.hangsUp()
    await itIsOver()
    expect((await happened()).filter((what) => what === 'person_asked')).toHaveLength(2)
  })

  test('tells both in their languages when nobody can be reached, and leaves one task', async () => {
    world.simulator.calls.setVoiceFault(osei.number, 'busy')
    world.simulator.calls.setVoiceFault(INTERPRETERS, 'no-answer')
    await interpretedCall()
    rosa.types('0')
    await itIsOver()
    expect(said(rosa).at(-1)).toBe('Pediremos a una persona que le ayude. Una persona le llamará. Adiós.')
    expect(said(rivera).at(-1)).toMatch(/^(We are asking a person to help|The other person has left)/)
    expect(await world.tasks('person_wanted')).toHaveLength(1)
    expect(await happened()).toContain('person_not_reached')
    for (const phone of [osei, interpreters]) world.simulator.calls.setVoiceFault(phone.number, 'none')
  })

  test('lets whoever is asked in go when the family hangs up before', async () => {
    await interpretedCall()
    rosa.types('0')
    await osei.rings()
    rosa.hangsUp()
    await world.until('the aide’s phone is still', () => osei.call()?.state === 'over')
    await itIsOver()
    expect(rivera.call()?.state).toBe('over')
    expect(said(rivera).at(-1)).toBe('The other person has left. Goodbye.')
  })
})
