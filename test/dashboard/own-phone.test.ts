import { sql } from 'kysely'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { windowInWords } from '../../src/dashboard/week.ts'
import { unreadConversations } from '../../src/store/inbox-view.ts'
import { type Telephone, telephone } from '../support/telephone.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { daily, openWorld, type World } from '../support/world.ts'

let world: World
let rivera: Visitor
let thread: string
let line: { readonly family: string | null; readonly staff: string | null }
let rosasPhone: Telephone
let riverasPhone: Telephone

const OFF = { phone: 'off', hours: 'school' }
const ON = { phone: 'on', hours: 'school' }
const own = (windows: string) => ({
  phone: 'on',
  hours: 'own',
  ...Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [`own-${day}`, windows])),
})
const sets = async (fields: Record<string, string>) =>
  expect([(await rivera.post('/account/phone', fields)).to, fields]).toEqual(['/account/phone?said=phone_set', fields])
const writes = async (body: string) => {
  world.phoneOf('rosa').texts(line.family ?? '', body)
  await world.settled()
  const [row] = await world.rows(
    sql<{ id: string; status: string }>`select id, status from exchange where original_text = ${body} and direction = 'to_staff'`,
  )
  return row
}

/** A call that is not put through: who calls hears that nobody can answer, and the teacher's phone does not ring. */
async function leavesMessage(): Promise<void> {
  rosasPhone.dials(line.family ?? '')
  expect(await rosasPhone.hears()).toContain('es-US: Ms Rivera no puede contestar ahora.')
  await rosasPhone.leaves('Por favor llámeme.')
  rosasPhone.hangsUp()
  await world.settled()
  expect(riverasPhone.call()).toBe(undefined)
}

beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  // A Monday.
  await world.itIs('2036-03-03T10:00')
  rivera = await visitor(world, 'rivera')
  await world.sends('rivera', { guardian: 'rosa' }, 'Good morning.')
  await world.settled()
  line = await world.line('rivera', 'rosa')
  // What came as a text is heard already: a call goes to the teacher.
  await world.rows(sql`update exchange set heard_at = clock_timestamp() where direction = 'to_family' returning id`)
  thread = ((await rivera.post('/families/rosa/conversation')).to ?? '').split('#')[0] ?? ''
  rosasPhone = telephone(world, world.phoneOf('rosa').number)
  riverasPhone = telephone(world, world.phoneOf('rivera').number)
})
beforeEach(async () => {
  await sets(ON)
  await world.hours('lincoln', {})
  await world.phoneOf('rivera').reads()
  await world.phoneOf('rosa').reads()
})
afterEach(() => world.isIntact())

describe('a phone that is off', () => {
  test('gets no text: it is unread in the inbox, and the thread and the class page say so', async () => {
    await sets(OFF)
    expect(await writes('Maya llega tarde hoy.')).toMatchObject({ status: 'received' })
    expect(await world.phoneOf('rivera').reads()).toEqual([])
    expect((await rivera.get('/inbox')).html).toContain('<b class="count">')
    const { html } = await rivera.get(thread)
    expect([html.includes('Here only'), html.includes('Your own phone is off, so the answer is read here only.')]).toEqual([
      true,
      true,
    ])
    expect((await rivera.get('/classes/4b')).html).toContain('and nowhere else: your own phone is off')
  })

  test('what waited for it stays to be read in the browser, and does not come when it is on again', async () => {
    await world.hours('lincoln', { staff: daily('18:00-20:00') })
    const held = await writes('¿Hay tarea?')
    expect(held).toMatchObject({ status: 'held' })
    await sets(OFF)
    const status = () => world.rows(sql`select status from exchange where id = ${held?.id ?? ''}::uuid`)
    expect(await status()).toEqual([{ status: 'received' }])
    await sets(ON)
    await world.hours('lincoln', {})
    expect(await world.phoneOf('rivera').reads()).toEqual([])
    expect(await status()).toEqual([{ status: 'received' }])
  })

  test('what is due in the very moment in which it is switched off does not go to it', async () => {
    await world.hours('lincoln', { staff: daily('18:00-20:00') })
    const held = await writes('¿Hay tarea?')
    // The setting alone, as a hand-over beside it sees it.
    await world.rows(
      sql`insert into own_phone (district_id, person_id, is_off) select district_id, 'rivera', true from person where id = 'rivera' on conflict (district_id, person_id) do update set is_off = true`,
    )
    await world.hours('lincoln', {})
    await world.until('it was decided on', async () => {
      const rows = await world.rows(
        sql`select from exchange where id = ${held?.id ?? ''}::uuid and status in ('held', 'queued', 'sending')`,
      )
      return rows.length === 0
    })
    expect(await world.phoneOf('rivera').reads()).toEqual([])
  })

  test('a family that calls is asked for a message, and the phone does not ring', async () => {
    await sets(OFF)
    await leavesMessage()
  })

  test('it is not rung for an own call either, and the page says why', async () => {
    await sets(OFF)
    expect((await rivera.get(thread)).html).toContain('Your own phone is off here, so it cannot ring')
    const { status, html } = await rivera.post(`${thread}/call`, { with: '' })
    expect([status, html.includes('switched off')]).toEqual([409, true])
  })

  test('a code to sign in with still comes to it', async () => {
    await sets(OFF)
    const browser = await visitor(world, null)
    await browser.post('/sign-in', { phone: world.phoneOf('rivera').number, next: '/inbox' })
    await world.until('the code has come', () => /\d{6}/.test(world.phoneOf('rivera').screen().at(-1)?.body ?? ''))
    await world.phoneOf('rivera').reads()
  })

  test('other phones are as they were', async () => {
    await sets(OFF)
    await world.sends('osei', { guardian: 'luis' }, 'Good morning.')
    await world.settled()
    const other = await world.line('osei', 'luis')
    world.phoneOf('luis').texts(other.family ?? '', 'Buenos días.')
    expect((await world.phoneOf('osei').reads()).join()).toContain('Good morning')
  })
})

describe('own hours', () => {
  test('a text outside them waits for the next own hour, and the family is told when she gets it', async () => {
    await sets(own('14:00-16:00'))
    expect(await writes('Gracias.')).toMatchObject({ status: 'held' })
    expect(await world.phoneOf('rivera').reads()).toEqual([])
    expect((await world.phoneOf('rosa').reads()).join()).toMatch(/2:00|14:00/)
    expect((await rivera.get(thread)).html).toContain('On your phone today at 2:00 PM')
    await sets(own('15:00-16:00'))
    expect(await world.phoneOf('rosa').reads()).toEqual([expect.stringContaining('hoy a las 3:00 PM')])
    await sets(ON)
    expect((await world.phoneOf('rivera').reads()).join()).toContain('Thank you')
  })

  test('they never reach beyond the school’s: the two are one narrower span', async () => {
    await sets(own('09:00-16:00'))
    await world.hours('lincoln', { staff: daily('15:00-20:00') })
    await writes('Buenos días.')
    expect((await rivera.get(thread)).html).toContain('On your phone today at 3:00 PM')
    await world.hours('lincoln', { staff: daily('18:00-20:00') })
    expect(
      await world.rows(sql`select hold, send_after from exchange where original_text = 'Buenos días.' and direction = 'to_staff'
      and status = 'held'`),
    ).toEqual([{ hold: 'no_hours', send_after: null }])
    await world.hours('lincoln', {})
    await sets(ON)
  })

  test.each([
    ['wider than the school’s', { ...own('07:00-22:00') }, 'Monday: 07:00-22:00 goes beyond the school’s hours'],
    ['no window', { ...own('10:00-12:00'), 'own-wed': 'noon' }, 'Wednesday: “noon” is no span of time'],
    ['empty', { phone: 'on', hours: 'own' }, 'There is no hour left'],
  ])('hours that are %s are refused by name, and what was typed stays', async (_, fields, words) => {
    await world.hours('lincoln', { staff: daily('08:00-18:00') })
    const { status, html } = await rivera.post('/account/phone', fields)
    expect([status, html.includes(words)]).toEqual([422, true])
    for (const [name, value] of Object.entries(fields))
      if (name.startsWith('own-')) expect(html).toContain(`name="${name}" value="${windowInWords(value)}"`)
    expect(await world.rows(sql`select hours from own_phone where person_id = 'rivera'`)).toEqual([{ hours: null }])
  })

  test('a call outside them is asked for a message', async () => {
    await sets(own('14:00-16:00'))
    await leavesMessage()
  })

  test('an import leaves them alone', async () => {
    await sets(own('14:00-16:00'))
    await world.rosterChanges('users.csv', ['Ms Rivera', 'Ms E. Rivera'])
    expect((await rivera.get('/account/phone')).html).toContain('value="2:00 PM – 4:00 PM"')
    await world.rosterChanges('users.csv', ['Ms E. Rivera', 'Ms Rivera'])
  })

  test('a call within them is put through to her own phone', async () => {
    await sets(own('09:00-16:00'))
    rosasPhone.dials(line.family ?? '')
    expect(await riverasPhone.rings()).toBe(line.staff)
    riverasPhone.answers()
    await riverasPhone.hears()
    expect(await riverasPhone.presses('1')).toContain('put through')
    rosasPhone.hangsUp()
    await world.settled()
  })
})

test('what was answered from the own phone is not new in the inbox', async () => {
  const fresh = async () => world.inDistrict((trx) => unreadConversations(trx, world.district, 'rivera'))
  await world.sends('rivera', { guardian: 'rosa' }, 'Good morning.')
  await world.settled()
  const seen = await world.line('rivera', 'rosa')
  await rivera.get('/inbox')
  const before = await fresh()
  world.phoneOf('rosa').texts(seen.family ?? '', 'Gracias.')
  await world.settled()
  const after = await fresh()
  expect(after).toBeGreaterThanOrEqual(Math.max(1, before))
  world.phoneOf('rivera').texts(seen.staff ?? '', 'See you tomorrow.')
  await world.settled()
  expect(await fresh()).toBe(after - 1)
})
