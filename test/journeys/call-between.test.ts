import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { callFamily } from '../../src/relay/compose.ts'
import type { CallUp } from '../../src/relay/compose-ports.ts'
import { composeStore } from '../../src/store/composing.ts'
import { staffById } from '../../src/store/people.ts'
import { type Telephone, telephone } from '../support/telephone.ts'
import { visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let rosa: Telephone
let rivera: Telephone
let line: { family: string; staff: string }
beforeAll(async () => {
  world = await openWorld({ numbers: 4, hours: 'always' })
  await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
  await world.phoneOf('rosa').reads()
  const seen = await world.line('rivera', 'rosa')
  line = { family: seen.family ?? '', staff: seen.staff ?? '' }
  rosa = telephone(world, '+19715550142')
  rivera = telephone(world, '+13125550101')
  // What came as a text is heard already in these stories.
  await world.rows(sql`update exchange set heard_at = clock_timestamp() where direction = 'to_family' returning id`)
})
afterEach(() => world.isIntact())

const call = async (more: Partial<CallUp> = {}) => {
  const staff = await world.inDistrict((trx) => staffById(trx, world.district, 'rivera'))
  if (staff === null) throw new Error('no rivera')
  const store = composeStore(world.database.db, world.database.keys)
  const made = await callFamily(store, {
    districtId: world.district,
    staff,
    guardianId: 'rosa',
    with: null,
    interpreted: false,
    idempotency: null,
    ...more,
  })
  await world.nudge()
  return made
}
const last = async () => (await world.exchanges({ guardian: 'rosa' })).at(-1)

describe('a family calls the teacher’s number', () => {
  test('and is put through after the teacher pressed one; each sees a number of ours', async () => {
    rosa.dials(line.family)
    expect(await rivera.rings()).toBe(line.staff)
    rivera.answers()
    expect(await rivera.hears()).toEqual(['en-US: A call from the family of Maya L. To take it, press one.'])
    expect(await rivera.presses('1')).toContain('put through')
    expect(await rosa.hears()).toEqual([
      'es-US: Bienvenidos a Lincoln School.',
      'es-US: Un momento, por favor. Estamos llamando a Ms Rivera.',
      'put through',
    ])
    rosa.hangsUp()
    await world.until('the call has ended', async () => (await last())?.events.some((e) => e.what === 'call_ended') ?? false)
    expect(await last()).toMatchObject({
      kind: 'call',
      direction: 'to_staff',
      staff: 'rivera',
      guardian: 'rosa',
      status: 'received',
    })
  })

  test('a machine at the teacher’s phone hears nothing but who calls, and the family leaves a voicemail', async () => {
    rosa.dials(line.family)
    await rivera.rings()
    rivera.answers(true)
    const heard = await rosa.hears()
    expect(heard).toContain('es-US: Ms Rivera no puede contestar ahora.')
    await rosa.leaves('Buenos días, soy la mamá de Maya. Por favor llámeme cuando pueda.')
    rosa.hangsUp()
    const [text] = await world.phoneOf('rivera').reads()
    expect(text).toMatch(/^Maya L\.: Voice message, \d+ s\. To hear it, call this number\.$/)
    const voicemail = await last()
    expect(voicemail).toMatchObject({
      kind: 'voicemail',
      direction: 'to_staff',
      recording: expect.stringContaining('/recording'),
    })
  })
})

describe('a teacher without a browser who was told of a voice message', () => {
  const voicemail = async () =>
    (await world.exchanges({ guardian: 'rosa' })).findLast((one) => one.kind === 'voicemail' && one.direction === 'to_staff')
  const plays = async () => (await voicemail())?.events.filter((event) => event.what === 'recording_played') ?? []

  test('calls the number that it came from, presses a key and hears it; the play is in the log', async () => {
    rivera.dials(line.staff)
    expect(await rivera.hears()).toEqual(['en-US: You have a message. To hear it, press one. To go on, press two.'])
    expect(await plays()).toEqual([])
    const heard = await rivera.presses('1')
    expect(heard.slice(0, 2)).toEqual(['en-US: A voice message from the family of Maya L.', 'a recording'])
    expect(await plays()).toHaveLength(1)
    const played = await world.rows(sql<{ who: string }>`select who from event where what = 'recording_played'`)
    expect(played).toEqual([{ who: 'rivera' }])
  })

  test('answers it by voice, and the family gets the answer', async () => {
    await rivera.presses('2')
    await rivera.leaves('Thank you for calling. I will call you tomorrow.')
    await world.until('the family has it', async () =>
      (await world.exchanges({ guardian: 'rosa' })).some((one) => one.kind === 'voicemail' && one.direction === 'to_family'),
    )
    await world.settled()
    expect((await world.phoneOf('rosa').reads()).join()).toContain('Mensaje de voz')
  })

  test('is put through at once the next time: there is nothing new', async () => {
    rivera.dials(line.staff)
    await rosa.rings()
    rivera.hangsUp()
    await world.until('nobody rings', () => rosa.call()?.state === 'over')
    expect(await plays()).toHaveLength(1)
  })

  test('hears nothing from another phone, nor does a colleague', async () => {
    await world.rows(sql`update exchange set heard_at = null where kind = 'voicemail' and direction = 'to_staff' returning id`)
    for (const number of ['+17735550199', '+13125550105']) {
      const other = telephone(world, number)
      other.dials(line.staff)
      const heard = [...(await other.hears()), ...(await other.presses('1'))].join()
      expect(heard).not.toMatch(/Maya|a recording|a message. To hear it/)
      other.hangsUp()
    }
    expect(await plays()).toHaveLength(1)
    await world.rows(sql`update exchange set heard_at = clock_timestamp() where kind = 'voicemail' returning id`)
    await world.settled()
  })
})

describe('a teacher calls a family', () => {
  test('by dialling the number that she knows it by; the family presses one', async () => {
    rivera.dials(line.staff)
    expect(await rosa.rings()).toBe(line.family)
    rosa.answers()
    expect(await rosa.hears()).toEqual(['es-US: Le llama Ms Rivera, de Lincoln School. Para contestar, oprima uno.'])
    expect(await rosa.presses('1')).toContain('put through')
    rivera.hangsUp()
    await world.until('the call has ended', async () => (await last())?.status === 'delivered')
  })

  test('from the browser: her phone rings first', async () => {
    expect(await call()).toMatchObject({ kind: 'accepted' })
    expect(await rivera.rings()).toBe(line.staff)
    expect(await call()).toMatchObject({ kind: 'unreachable' })
    rivera.answers()
    await rivera.hears()
    rivera.types('1')
    expect(await rosa.rings()).toBe(line.family)
    rosa.hangsUp()
    expect(await rivera.hears()).toContain('en-US: The family of Maya L. did not answer.')
    rivera.hangsUp()
    await world.until('the call has ended', async () => (await last())?.status === 'undelivered')
  })
})

test('a voicemail in Vietnamese, which nothing here writes down, is kept as audio, told of, and heard by the teacher', async () => {
  await world.sends('tran', { guardian: 'hoa' }, 'Thank you.')
  await world.settled()
  await world.rows(sql`update exchange set heard_at = clock_timestamp() where direction = 'to_family' returning id`)
  const { family, staff } = await world.line('tran', 'hoa')
  const [hoa, tran] = [telephone(world, world.phoneOf('hoa').number), telephone(world, world.phoneOf('tran').number)]
  hoa.dials(family ?? '')
  await tran.rings()
  tran.answers(true)
  const heard = [...(await hoa.hears()), ...(await hoa.leaves('Con tôi bị ốm, hôm nay cháu không đến trường được.'))]
  expect(heard.filter((line) => !line.startsWith('vi-VN: '))).toEqual([])
  hoa.hangsUp()
  const kept = async () => (await world.exchanges({ guardian: 'hoa' })).find((one) => one.kind === 'voicemail')
  await world.until('it is kept', async () => (await kept())?.events.some((event) => event.what === 'not_transcribed') ?? false)
  await world.settled()
  expect(await kept()).toMatchObject({ original: { language: 'vi', text: '' }, translation: null, recording: expect.any(String) })
  expect((await world.phoneOf('tran').reads()).join()).toMatch(/Voice message, \d+ s\. To hear it, call this number\./)
  tran.dials(staff ?? '')
  await tran.hears()
  expect(await tran.presses('1')).toContain('a recording')
  tran.hangsUp()
  await world.settled()
})

test('what a family says to the office, which does not answer either, stands in their conversation there, to be heard', async () => {
  await world.rows(
    sql`insert into desk_staff (district_id, desk_id, person_id) values (${world.district}, 'lincoln/office', 'osei') on conflict do nothing returning desk_id`,
  )
  const osei = telephone(world, '+13125550105')
  rosa.dials(line.family)
  await rivera.rings()
  rivera.answers(true)
  expect((await rosa.hears()).join()).toContain('oprima cero')
  rosa.types('0')
  await osei.rings()
  osei.hangsUp()
  await rosa.hears()
  await rosa.leaves('Buenas tardes, llamo por el almuerzo de Maya, por favor.')
  rosa.hangsUp()
  const atOffice = async () => (await world.exchanges({ staff: 'lincoln/office' })).filter((one) => one.kind === 'voicemail')
  await world.until('it is kept', async () => (await atOffice()).some((one) => one.recording !== null))
  expect(await atOffice()).toMatchObject([{ guardian: 'rosa', direction: 'to_staff' }])
  expect(await world.tasks('voicemail')).toHaveLength(1)
  await world.settled()
})

test('a browser has a voice message in parts, and its parts are one play', async () => {
  const [message] = await world.rows(
    sql<{ id: string }>`select id from exchange where kind = 'voicemail' and direction = 'to_staff' order by created_at limit 1`,
  )
  const browser = await visitor(world, 'kim')
  const plays = async () => (await world.rows(sql`select from event where what = 'recording_played' and who = 'kim'`)).length
  const part = (range: string) => browser.get(`/exchanges/${message?.id}/audio`, { range })
  const probe = await part('bytes=0-1')
  const size = Number(probe.headers.get('content-range')?.split('/')[1])
  expect([probe.status, probe.bytes.length, probe.headers.get('accept-ranges')]).toEqual([206, 2, 'bytes'])
  const rest = await part('bytes=2-')
  expect([rest.status, rest.bytes.length]).toEqual([206, size - 2])
  const beyond = await part(`bytes=${size}-`)
  expect([beyond.status, beyond.bytes.length, beyond.headers.get('content-range')]).toEqual([416, 0, `bytes */${size}`])
  expect(await plays()).toBe(1)
  const whole = await browser.get(`/exchanges/${message?.id}/audio`)
  expect([whole.status, whole.bytes, whole.headers.get('accept-ranges')]).toEqual([
    200,
    Buffer.concat([probe.bytes, rest.bytes]),
    'bytes',
  ])
  expect(await plays()).toBe(2)
})
