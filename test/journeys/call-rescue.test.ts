import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { setCalls } from '../../src/relay/decide.ts'
import { composeStore } from '../../src/store/composing.ts'
import { staffById } from '../../src/store/people.ts'
import { type Telephone, telephone } from '../support/telephone.ts'
import { visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let rosa: Telephone
beforeAll(async () => {
  world = await openWorld({ numbers: 4, hours: 'always' })
  rosa = telephone(world, '+19715550142')
})
afterEach(() => world.isIntact())

const events = async (guardian: string) => (await world.exchanges({ guardian })).at(-1)?.events.map((event) => event.what)
/** What waits for its time is due now. */
const timePasses = async () => {
  await world.rows(
    sql`update exchange set send_after = clock_timestamp() where channel = 'call' and status = 'queued' returning id`,
  )
  await world.nudge()
}

describe('a text that a landline does not take', () => {
  test('comes back from the carrier and becomes a call; the next message is a call at once', async () => {
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.phoneOf('rosa').reads()
    // The family has kept its number and moved it to a landline.
    world.simulator.setLine(rosa.number, 'landline')
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await rosa.rings()
    rosa.answers()
    await rosa.hears()
    expect(await rosa.presses('1')).toContain('es-US: Gracias.')
    await rosa.isSilent()
    await world.settled()
    expect((await world.exchanges({ guardian: 'rosa' })).at(-1)).toMatchObject({ status: 'delivered', evidence: 'heard' })
    expect(await events('rosa')).toEqual(expect.arrayContaining(['sent', 'undelivered', 'rescue', 'ringing', 'person', 'heard']))

    await world.sends('rivera', { guardian: 'rosa' }, 'See you tomorrow.')
    await rosa.rings()
    expect(await events('rosa')).not.toContain('sent')
    rosa.answers()
    await rosa.hears()
    await rosa.presses('1')
    await rosa.isSilent()
  })
})

describe('a family that does not answer', () => {
  test('is called three times; then the other guardian gets the message, and the teacher is told', async () => {
    const staff = await world.inDistrict((trx) => staffById(trx, world.district, 'whitfield'))
    if (staff === null) throw new Error('no administrator')
    const settings = { rescueOtherGuardian: true }
    await setCalls(composeStore(world.database.db, world.database.keys), {
      districtId: world.district,
      staff,
      schoolId: 'lincoln',
      settings,
    })
    world.simulator.calls.setVoiceFault(rosa.number, 'no-answer')
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    for (const tries of [1, 2, 3]) {
      await world.until(
        `call ${tries} was in vain`,
        async () => (await events('rosa'))?.filter((e) => e === 'ringing').length === tries,
      )
      await world.until('it has ended', async () => (await world.queues()).sending === 0)
      await timePasses()
    }
    await world.settled()
    expect(await world.phoneOf('luis').reads()).toEqual([expect.stringContaining('Gracias.')])
    expect(await world.phoneOf('rivera').reads()).toEqual([
      'Rosa was called three times and did not answer: "Thank you.". Try again, or send paper.',
    ])
    expect(world.simulator.calls.phoneCalls(rosa.number).filter((call) => call.state === 'over').length).toBeGreaterThanOrEqual(3)
  })

  test('a machine hears whom to call back, and nothing private', async () => {
    world.simulator.calls.setVoiceFault(rosa.number, 'machine')
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.until(
      'the machine has heard it',
      () => rosa.call()?.heard.some((one) => one.kind === 'said') === true && rosa.call()?.state === 'over',
    )
    const said = rosa.call()?.heard.flatMap((one) => (one.kind === 'said' ? [one.text] : []))
    expect(said).toEqual([
      'Le habla Lincoln School. Tenemos un mensaje para su familia. Por favor, devuelva la llamada a este número.',
    ])
  })
})

describe('an urgent text without a sign of life', () => {
  test('stays sent when somebody cancels the call that is to be tried again', async () => {
    const james = world.phoneOf('james')
    world.simulator.setFaults({ callbacks: 'lost' })
    world.simulator.calls.setVoiceFault(james.number, 'no-answer')
    await world.sends('whitfield', { guardian: 'james' }, 'Thank you.', { urgent: true, reason: 'Snow' })
    await world.settled()
    world.simulator.setFaults({ callbacks: 'normal' })
    await world.rows(sql`update exchange set rescue_after = clock_timestamp() where rescue_after is not null returning id`)
    await world.nudge()
    const urgent = async () =>
      (await world.exchanges({ guardian: 'james' })).findLast(({ direction }) => direction === 'to_family')
    await world.until('it was rung in vain', async () => (await urgent())?.events.at(-1)?.what === 'not_answered')
    const whitfield = await visitor(world, 'whitfield')
    await whitfield.post(`/exchanges/${(await urgent())?.id}/cancel`)
    expect((await urgent())?.status).toBe('sent')
    await timePasses()
    await world.settled()
    expect((await urgent())?.events.filter(({ what }) => what === 'ringing')).toHaveLength(1)
  })

  test('stays sent when the family has asked for no more messages before it could be called', async () => {
    const wei = world.phoneOf('wei')
    world.simulator.setFaults({ callbacks: 'lost' })
    await world.sends('whitfield', { guardian: 'wei' }, 'Thank you.', { urgent: true, reason: 'Snow' })
    await world.settled()
    expect((await world.exchanges({ guardian: 'wei' })).at(-1)).toMatchObject({ status: 'sent' })
    wei.texts(world.numbers[0] ?? '', 'STOP')
    await world.settled()
    await world.rows(sql`update exchange set rescue_after = clock_timestamp() where rescue_after is not null returning id`)
    await world.nudge()
    const urgent = async () => (await world.exchanges({ guardian: 'wei' })).findLast(({ direction }) => direction === 'to_family')
    const happened = async () => (await urgent())?.events.map(({ what }) => what) ?? []
    await world.until('the call was given up', async () => (await happened()).includes('rescue_given_up'))
    expect([(await urgent())?.status, (await happened()).filter((what) => what === 'canceled' || what === 'ringing')]).toEqual([
      'sent',
      [],
    ])
    expect(await world.tasks('not_sent')).toEqual([])
  })
})
