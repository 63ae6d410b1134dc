import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ALWAYS, daily, openWorld, type World } from '../support/world.ts'

const HOURS = { families: daily('08:00-20:00'), staff: daily('07:00-17:00') }

let world: World
let line: { family: string; staff: string }
const at = (local: string, zone = 'America/Chicago') =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant().toString()
const last = async () => (await world.exchanges()).at(-1)

beforeAll(async () => {
  world = await openWorld({ numbers: 4, hours: 'none' })
  await world.itIs('2036-03-03T10:00')
  await world.hours('lincoln', HOURS)
  await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
  await world.phoneOf('rosa').reads()
  const seen = await world.line('rivera', 'rosa')
  line = { family: seen.family ?? '', staff: seen.staff ?? '' }
})
afterEach(() => world.isIntact())

describe('a text in the evening', () => {
  test('is held for the teacher, and the family is told once, in Spanish, when she gets it', async () => {
    await world.itIs('2036-03-03T18:00')
    const rosa = world.phoneOf('rosa')
    rosa.texts(line.family, 'Gracias.')
    expect(await rosa.reads()).toEqual([
      'Guardamos su mensaje. Ms Rivera lo recibirá mañana a las 7:00 AM. Si no puede esperar, por favor llame a la escuela.',
    ])
    rosa.texts(line.family, 'Mi hijo está enfermo hoy y no irá a la escuela.')
    expect(await rosa.reads()).toEqual([])
    expect(await last()).toMatchObject({ status: 'held', sendAfter: at('2036-03-04T07:00'), direction: 'to_staff' })
    expect(await world.phoneOf('rivera').reads()).toEqual([])
  })

  test('keeps the other direction open while families may be reached', async () => {
    await world.sends('rivera', { guardian: 'rosa' }, 'See you tomorrow.')
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Hasta mañana.'])
  })

  test('of a teacher from her own phone is held too, and she is told once', async () => {
    await world.itIs('2036-03-03T21:00')
    const rivera = world.phoneOf('rivera')
    rivera.texts(line.staff, 'I hope your child feels better soon.')
    expect(await rivera.reads()).toEqual(['Your message is kept. The family gets it tomorrow at 8:00 AM.'])
    rivera.texts(line.staff, 'See you tomorrow.')
    expect(await rivera.reads()).toEqual([])
    expect(await world.phoneOf('rosa').reads()).toEqual([])
  })

  test('goes when the window opens, each lane in the order in which it was written', async () => {
    await world.itIs('2036-03-04T07:00')
    expect(await world.phoneOf('rivera').reads()).toEqual([
      'Maya L.: Thank you.',
      'Maya L.: My child is sick today and will not come.',
    ])
    expect(await world.phoneOf('rosa').reads()).toEqual([])
    await world.itIs('2036-03-04T08:00')
    expect(await world.phoneOf('rosa').reads()).toEqual([
      'Ms Rivera: Espero que su hijo o hija se mejore pronto.',
      'Ms Rivera: Hasta mañana.',
    ])
  })

  test('goes to a family in another time zone by the clock of its own wall', async () => {
    await world.itIs('2036-03-04T09:00')
    const [sent] = await world.sends('rivera', { guardian: 'luis' }, 'Thank you.')
    expect(sent).toMatchObject({
      status: 'held',
      sendAfter: Temporal.Instant.from(at('2036-03-04T08:00', 'America/Los_Angeles')),
    })
    await world.itIs('2036-03-04T10:00')
    expect(await world.phoneOf('luis').reads()).toHaveLength(1)
  })
})

describe('the end of a window', () => {
  test('is the end of the carrier’s time too', async () => {
    await world.itIs('2036-03-04T19:50')
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.phoneOf('rosa').reads()
    const [newest] = world.simulator.messages(`AC${'5'.repeat(32)}`)
    expect(newest?.validity).toBeGreaterThan(540)
    expect(newest?.validity).toBeLessThanOrEqual(595)
  })

  test('with less than half a minute left a text waits for the morning', async () => {
    await world.itIs('2036-03-04T19:59:40')
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    expect(await world.phoneOf('rosa').reads()).toEqual([])
    await world.settled()
    expect(await last()).toMatchObject({ status: 'held', sendAfter: at('2036-03-05T08:00') })
    await world.itIs('2036-03-05T08:00')
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Gracias.'])
  })
})

describe('a family in another time zone than the school', () => {
  test('is told by its own clock when the teacher gets a text, and the teacher by hers when the family does', async () => {
    const luis = world.phoneOf('luis')
    const line = await world.line('rivera', 'luis')
    await world.itIs('2036-03-05T18:30')
    luis.texts(line.family ?? '', 'Gracias.')
    expect(await luis.reads()).toEqual([expect.stringContaining('Ms Rivera lo recibirá mañana a las 5:00 AM')])
    const rivera = world.phoneOf('rivera')
    await world.itIs('2036-03-05T22:30')
    await rivera.reads()
    rivera.texts(line.staff ?? '', 'Thank you.')
    expect(await rivera.reads()).toEqual(['Your message is kept. The family gets it tomorrow at 10:00 AM.'])
  })
})

describe('urgent', () => {
  test('needs the right, and a reason', async () => {
    await world.itIs('2036-03-05T22:45')
    const to = { guardian: 'rosa' }
    expect(await world.writes('rivera', to, 'Thank you.', { urgent: true, reason: 'Bus' })).toMatchObject({ kind: 'forbidden' })
    expect(await world.writes('whitfield', to, 'Thank you.', { urgent: true })).toMatchObject({ kind: 'wrong' })
    expect(await world.writes('whitfield', to, 'Thank you.', { urgent: true, reason: ' ' })).toMatchObject({ kind: 'wrong' })
    expect(await world.phoneOf('rosa').reads()).toEqual([])
  })

  test('goes at once and overtakes what is held', async () => {
    const rosa = world.phoneOf('rosa')
    await world.sends('whitfield', { guardian: 'rosa' }, 'See you tomorrow.')
    expect(await rosa.reads()).toEqual([])
    await world.sends('whitfield', { guardian: 'rosa' }, 'Thank you.', { urgent: true, reason: 'The bus is late' })
    expect(await rosa.reads()).toEqual(['Principal Whitfield, Lincoln School: Gracias.'])
    expect((await world.exchanges({ staff: 'whitfield' })).map((e) => e.status)).toEqual(['held', 'delivered'])
    await world.itIs('2036-03-06T08:00')
    expect(await rosa.reads()).toEqual(['Principal Whitfield, Lincoln School: Hasta mañana.'])
  })

  test('waits for an attempt that is in flight, and two of them keep their order', async () => {
    await world.paceIsOver()
    world.simulator.setFaults({ rest: 'accept-then-reset', strikes: 1, callbacks: 'lost' })
    const rosa = world.phoneOf('rosa')
    const [first] = await world.sends('whitfield', { guardian: 'rosa' }, 'See you tomorrow.')
    await world.until('the first is under way', async () => (await world.queues()).unknown === 1)
    for (const text of ['Thank you.', 'I hope your child feels better soon.'])
      await world.sends('whitfield', { guardian: 'rosa' }, text, { urgent: true, reason: 'The bus is late' })
    await world.until('both are prepared', async () => (await world.queues()).due === 2)
    await world.nudge()
    expect((await world.exchanges({ staff: 'whitfield' })).slice(-3).map((e) => e.status)).toEqual([
      'sending',
      'queued',
      'queued',
    ])
    world.simulator.setFaults({ callbacks: 'normal' })
    const [attempt] = await world.rows(sql<{ id: string }>`select id from attempt where exchange_id = ${first?.id}::uuid`)
    const [message] = world.simulator.messages(`AC${'5'.repeat(32)}`)
    await world.webhook(`/webhooks/twilio/status/${world.district}/${attempt?.id}`, {
      MessageSid: message?.sid ?? '',
      MessageStatus: 'delivered',
    })
    expect(await rosa.reads()).toEqual([
      'Principal Whitfield: Hasta mañana.',
      'Principal Whitfield: Gracias.',
      'Principal Whitfield: Espero que su hijo o hija se mejore pronto.',
    ])
  })

  test('that becomes due at the same moment as an older text goes alone', async () => {
    const farOff = sql`update proxy_number set busy_until = now() + interval '1 hour'`
    await farOff.execute(world.database.db)
    await world.sends('whitfield', { guardian: 'rosa' }, 'See you tomorrow.')
    await world.sends('whitfield', { guardian: 'rosa' }, 'Thank you.', { urgent: true, reason: 'The bus is late' })
    await world.sends('whitfield', { guardian: 'rosa' }, 'I hope your child feels better soon.', { urgent: true, reason: 'Bus' })
    await world.until('all are prepared', async () => (await world.queues()).due === 3)
    world.simulator.setFaults({ rest: 'accept-then-reset', strikes: 1, callbacks: 'lost' })
    await world.paceIsOver()
    await world.until('one is under way', async () => (await world.queues()).unknown === 1)
    await world.nudge()
    expect((await world.exchanges({ staff: 'whitfield' })).slice(-3).map((e) => e.status)).toEqual([
      'queued',
      'sending',
      'queued',
    ])
    world.simulator.setFaults({ callbacks: 'normal' })
    const [attempt] = await world.rows(sql<{ id: string }>`select id from attempt where sid is null`)
    const [message] = world.simulator.messages(`AC${'5'.repeat(32)}`)
    await world.webhook(`/webhooks/twilio/status/${world.district}/${attempt?.id}`, {
      MessageSid: message?.sid ?? '',
      MessageStatus: 'delivered',
    })
    expect(await world.phoneOf('rosa').reads()).toEqual([
      'Principal Whitfield: Gracias.',
      'Principal Whitfield: Espero que su hijo o hija se mejore pronto.',
      'Principal Whitfield: Hasta mañana.',
    ])
  })

  test('is what a release makes of a text that hours hold, for those who have the right', async () => {
    await world.itIs('2036-03-06T22:00')
    const [held] = await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.settled()
    expect(await world.decides('rivera', held?.id ?? '', 'release')).toMatchObject({ kind: 'forbidden' })
    expect(await world.decides('whitfield', held?.id ?? '', 'release')).toMatchObject({ kind: 'done', status: 'queued' })
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Gracias.'])
  })
})

describe('hours that change', () => {
  test('time anew what is held, both ways', async () => {
    await world.itIs('2036-03-07T06:00')
    const [held] = await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.settled()
    expect(held?.sendAfter?.toString()).toBe(at('2036-03-07T08:00'))
    await world.hours('lincoln', { ...HOURS, families: daily('10:00-20:00') })
    expect(await last()).toMatchObject({ status: 'held', sendAfter: at('2036-03-07T10:00') })
    await world.hours('lincoln', { ...HOURS, families: daily('06:00-20:00') })
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Gracias.'])
    await world.hours('lincoln', HOURS)
  })

  test('are told to who wrote on a phone what waits for them, once for each time that it will arrive', async () => {
    const rosa = world.phoneOf('rosa')
    await world.phoneOf('rivera').reads()
    rosa.texts(line.family, 'Gracias.')
    expect(await rosa.reads()).toEqual([expect.stringContaining('Ms Rivera lo recibirá hoy a las 7:00 AM')])
    await world.hours('lincoln', { ...HOURS, staff: daily('09:00-17:00') })
    expect(await rosa.reads()).toEqual([expect.stringContaining('Ms Rivera lo recibirá hoy a las 9:00 AM')])
    await world.hours('lincoln', { ...HOURS, staff: daily('09:00-16:00') })
    expect(await rosa.reads()).toEqual([])
    await world.hours('lincoln', HOURS)
    expect(await rosa.reads()).toEqual([expect.stringContaining('Ms Rivera lo recibirá hoy a las 7:00 AM')])
    await world.hours('lincoln', { ...HOURS, staff: ALWAYS })
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: Thank you.'])
    expect(await rosa.reads()).toEqual([])
  })

  test('a text that is held as it is about to be handed over is told to who wrote it on her own phone', async () => {
    await world.itIs('2036-03-07T19:59:40')
    const rivera = world.phoneOf('rivera')
    rivera.texts(line.staff, 'Thank you.')
    expect(await rivera.reads()).toEqual(['Your message is kept. The family gets it tomorrow at 8:00 AM.'])
    rivera.texts(line.staff, 'See you tomorrow.')
    expect(await rivera.reads()).toEqual([])
    const waiting = (await world.exchanges({ staff: 'rivera', guardian: 'rosa' })).filter(({ status }) => status === 'held')
    expect(waiting.map(({ direction }) => direction)).toEqual(['to_family', 'to_family'])
    for (const { id } of waiting) await world.decides('whitfield', id, 'cancel')
  })

  test('a day that is closed is skipped', async () => {
    await world.phoneOf('rivera').reads()
    await world.hours('lincoln', { ...HOURS, closures: ['2036-03-07'] })
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.settled()
    expect(await last()).toMatchObject({ status: 'held', sendAfter: at('2036-03-08T08:00') })
    world.phoneOf('rosa').texts(line.family, 'Gracias.')
    expect(await world.phoneOf('rosa').reads()).toEqual([expect.stringContaining('Ms Rivera lo recibirá mañana a las 7:00 AM')])
    await world.itIs('2036-03-08T08:00')
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Gracias.'])
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: Thank you.'])
  })

  test('texts that a whole window went by for, as when the server was off, wait together for the next and are not late', async () => {
    await world.hours('lincoln', { ...HOURS, families: daily('10:00-11:00') })
    for (const text of ['Thank you.', 'See you tomorrow.']) await world.sends('rivera', { guardian: 'rosa' }, text)
    await world.settled()
    await world.itIs('2036-03-08T12:00')
    await world.settled()
    const both = (await world.exchanges({ staff: 'rivera', guardian: 'rosa' })).slice(-2)
    for (const e of both) expect(e).toMatchObject({ status: 'held', sendAfter: at('2036-03-09T10:00') })
    expect((await world.gateway.app.inject({ url: '/health' })).statusCode).toBe(200)
    await world.hours('lincoln', HOURS)
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Gracias.', 'Ms Rivera: Hasta mañana.'])
  })

  test('when clocks jump forward, an opening in the hour that is not there is at its end', async () => {
    await world.hours('lincoln', { families: daily('02:30-20:00'), staff: ALWAYS })
    await world.itIs('2036-03-09T01:00')
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.settled()
    expect(await last()).toMatchObject({ status: 'held', sendAfter: '2036-03-09T08:00:00Z' })
    await world.itIs('2036-03-09T03:00')
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Gracias.'])
  })

  test('when an hour comes twice, a window in it opens at its first run and both are open', async () => {
    await world.hours('lincoln', { families: daily('01:30-02:00'), staff: ALWAYS })
    await world.itIs('2036-11-01T22:00')
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.settled()
    expect(await last()).toMatchObject({ status: 'held', sendAfter: '2036-11-02T06:30:00Z' })
    await world.itIs('2036-11-02T06:40', 'UTC')
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Gracias.'])
    await world.itIs('2036-11-02T07:10', 'UTC')
    await world.sends('rivera', { guardian: 'rosa' }, 'See you tomorrow.')
    expect(await world.phoneOf('rosa').reads()).toEqual([])
    await world.itIs('2036-11-02T07:31', 'UTC')
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Hasta mañana.'])
    await world.hours('lincoln', HOURS)
  })
})

describe('a school without hours', () => {
  test('sends nothing, says so, and sends an urgent text', async () => {
    const elena = world.phoneOf('elena')
    const [held] = await world.sends('tran', { guardian: 'elena' }, 'Thank you.')
    expect(held).toMatchObject({ status: 'held', sendAfter: null })
    expect(await elena.reads()).toEqual([])
    await world.sends('kim', { guardian: 'elena' }, 'Thank you.', { urgent: true, reason: 'Snow' })
    expect(await elena.reads()).toEqual([
      expect.stringMatching(/^Dr Kim, Harbor School: Gracias\.\nEstos mensajes son de Harbor School/),
    ])
    const { family } = await world.line('tran', 'elena')
    elena.texts(family ?? '', 'Gracias.')
    elena.texts(family ?? '', 'Gracias.')
    expect(await elena.reads()).toEqual([
      'Guardamos su mensaje para Ms Tran. Todavía no sabemos cuándo llegará. Si no puede esperar, por favor llame a la escuela.',
    ])
    await world.hours('harbor', {})
    expect(await elena.reads()).toEqual(['Ms Tran, Harbor School: Gracias.'])
    expect(await world.phoneOf('tran').reads()).toEqual(['Sofia R.: Thank you.', 'Sofia R.: Thank you.'])
  })
})
