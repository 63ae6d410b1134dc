import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { keywordAnswers } from '../../src/simulator/keywords.ts'
import { ALWAYS, daily, openWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ numbers: 4 })
  await world.itIs('2036-03-03T10:00')
})
afterEach(async () => {
  await world.paceIsOver()
  await world.isIntact()
})

/** Both teachers have written; gives the numbers under which the family sees them. */
async function twoTeachers(guardian: string): Promise<{ rivera: string; osei: string }> {
  for (const staff of ['rivera', 'osei']) await world.sends(staff, { guardian }, 'Thank you.')
  await world.phoneOf(guardian).reads()
  for (const staff of ['rivera', 'osei']) await world.phoneOf(staff).reads()
  return {
    rivera: (await world.line('rivera', guardian)).family ?? '',
    osei: (await world.line('osei', guardian)).family ?? '',
  }
}
const lastStatus = async (guardian: string) => (await world.exchanges({ guardian })).at(-1)?.status

describe('STOP in English', () => {
  let seen: { rivera: string; osei: string }

  test('is answered by the carrier alone; the teacher reads it, and what waits is canceled for all teachers', async () => {
    const rosa = world.phoneOf('rosa')
    seen = await twoTeachers('rosa')
    await world.hours('lincoln', { families: daily('00:00-09:00'), staff: ALWAYS })
    await world.sends('osei', { guardian: 'rosa' }, 'See you tomorrow.')
    await world.settled()
    expect(await lastStatus('rosa')).toBe('held')
    rosa.texts(seen.rivera, ' Stop ')
    expect(await rosa.reads()).toEqual([keywordAnswers.STOP])
    expect(await world.phoneOf('rivera').reads()).toEqual([
      'Maya L.: This family asked to stop messages. Please use another way to reach them.',
    ])
    expect((await world.exchanges({ staff: 'osei', guardian: 'rosa' })).at(-1)).toMatchObject({ status: 'canceled' })
    expect((await world.tasks('opted_out')).length).toBe(1)
    await world.hours('lincoln', {})
    expect(await rosa.reads()).toEqual([])
  })

  test('holds for every number of the district: nobody can write, and a group message says why', async () => {
    expect(await world.writes('osei', { guardian: 'rosa' }, 'Thank you.')).toMatchObject({ kind: 'unreachable' })
    await world.sends('osei', { student: 'maya' }, 'Thank you.')
    expect(await world.phoneOf('rosa').reads()).toEqual([])
    const group = (await world.exchanges({ staff: 'osei' })).slice(-2)
    expect(Object.fromEntries(group.map((e) => [e.guardian, e.status]))).toEqual({ luis: 'delivered', rosa: 'failed' })
  })

  test('a teacher who answers from her own phone is told that the family does not get it', async () => {
    const rivera = world.phoneOf('rivera')
    const { staff } = await world.line('rivera', 'rosa')
    rivera.texts(staff ?? '', 'See you tomorrow.')
    expect(await rivera.reads()).toEqual(['This family asked to stop messages. Please use another way to reach them.'])
    expect(await world.phoneOf('rosa').reads()).toEqual([])
    expect(await lastStatus('rosa')).toBe('canceled')
    expect(await world.rows(sql`select 1 from phone where opted_out_at is not null`)).toHaveLength(1)
  })

  test('the family can still write, and START lifts it', async () => {
    const rosa = world.phoneOf('rosa')
    rosa.texts(seen.osei, 'Gracias.')
    expect(await world.phoneOf('osei').reads()).toEqual(['Maya L.: Thank you.'])
    rosa.texts(seen.rivera, 'START')
    expect(await rosa.reads()).toEqual([keywordAnswers.START])
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    expect(await rosa.reads()).toEqual(['Ms Rivera: Gracias.'])
  })

  test('where the carrier still blocks another number after START, only that number is given up', async () => {
    const rosa = world.phoneOf('rosa')
    for (const number of [seen.rivera, seen.osei]) rosa.texts(number, 'STOP')
    await rosa.reads()
    rosa.texts(seen.rivera, 'START')
    await rosa.reads()
    const [lost] = await world.sends('osei', { guardian: 'rosa' }, 'Thank you.')
    expect(await rosa.reads()).toEqual([])
    expect((await world.exchanges({ staff: 'osei', guardian: 'rosa' })).at(-1)).toMatchObject({ id: lost?.id, status: 'failed' })
    expect(await world.tasks('carrier_block')).toHaveLength(1)
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    expect(await rosa.reads()).toEqual(['Ms Rivera: Gracias.'])
    await world.sends('osei', { guardian: 'rosa' }, 'See you tomorrow.')
    expect(await rosa.reads()).toEqual([expect.stringMatching(/^Ms Osei.*: Hasta mañana\.$/)])
    const now = await world.line('osei', 'rosa')
    expect(now.family).not.toBe(seen.osei)
    rosa.texts(now.family ?? '', 'Gracias.')
    expect((await world.phoneOf('osei').reads()).at(-1)).toBe('Maya L.: Thank you.')
  })
})

test('what waits behind a text that the carrier blocks goes over another number', async () => {
  const yusuf = world.phoneOf('fatima')
  const seen = await twoTeachers('fatima')
  for (const number of [seen.rivera, seen.osei]) yusuf.texts(number, 'STOP')
  await yusuf.reads()
  yusuf.texts(seen.rivera, 'START')
  await yusuf.reads()
  await sql`update proxy_number set busy_until = now() + interval '1 hour'`.execute(world.database.db)
  for (const text of ['Thank you.', 'See you tomorrow.']) await world.sends('osei', { guardian: 'fatima' }, text)
  await world.until('both are prepared', async () => (await world.queues()).due === 2)
  await world.paceIsOver()
  expect(await yusuf.reads()).toEqual([expect.stringMatching(/^Ms Osei/)])
  expect((await world.exchanges({ staff: 'osei', guardian: 'fatima' })).slice(-2).map((e) => e.status)).toEqual([
    'failed',
    'delivered',
  ])
  expect((await world.line('osei', 'fatima')).family).not.toBe(seen.osei)
})

test('a STOP of which only the carrier knows is found out by the next text, and START lifts it', async () => {
  const elena = world.phoneOf('elena')
  await world.sends('tran', { guardian: 'elena' }, 'Thank you.')
  await elena.reads()
  const number = (await world.line('tran', 'elena')).family ?? ''
  world.simulator.setFaults({ inbound: 'lost' })
  elena.texts(number, 'STOP')
  expect(await elena.reads()).toEqual([keywordAnswers.STOP])
  world.simulator.setFaults({ inbound: 'normal' })
  await world.sends('tran', { guardian: 'elena' }, 'Thank you.')
  await world.settled()
  expect(await lastStatus('elena')).toBe('failed')
  expect(await world.writes('tran', { guardian: 'elena' }, 'Thank you.')).toMatchObject({ kind: 'unreachable' })
  elena.texts(number, 'START')
  expect(await elena.reads()).toEqual([keywordAnswers.START])
  await world.sends('tran', { guardian: 'elena' }, 'Thank you.')
  expect(await elena.reads()).toEqual(['Ms Tran: Gracias.'])
})

describe('a wish to stop in another language', () => {
  test('is ours: answered once, in the language of the family, and for all numbers', async () => {
    const luis = world.phoneOf('luis')
    const seen = await twoTeachers('luis')
    luis.texts(seen.rivera, 'no más mensajes')
    expect(await luis.reads()).toEqual(['Ya no recibirá mensajes de Journey District. Envíe START para recibirlos otra vez.'])
    expect(await world.writes('osei', { guardian: 'luis' }, 'Thank you.')).toMatchObject({ kind: 'unreachable' })
    luis.texts(seen.osei, 'ya no quiero mensajes')
    expect(await luis.reads()).toEqual([])
    luis.texts(seen.osei, 'START')
    // The carrier has no block of its own to lift, and says nothing.
    expect(await luis.reads()).toEqual(['Recibirá otra vez los mensajes de Journey District. Envíe STOP para no recibir más.'])
    await world.sends('osei', { guardian: 'luis' }, 'Thank you.')
    expect(await luis.reads()).toEqual(['Ms Osei: Gracias.'])
  })

  test('“wrong number” stops too, and the office is to look', async () => {
    const wei = world.phoneOf('wei')
    await world.sends('rivera', { guardian: 'wei' }, 'Thank you.')
    await wei.reads()
    wei.texts((await world.line('rivera', 'wei')).family ?? '', 'wrong number')
    expect(await wei.reads()).toHaveLength(1)
    expect(await world.tasks('wrong_number')).toHaveLength(1)
    expect(await world.writes('rivera', { guardian: 'wei' }, 'Thank you.')).toMatchObject({ kind: 'unreachable' })
  })
})

describe('words that are no order', () => {
  test.each(['YES', 'Please stop by the office', '¿El autobús para aquí?', 'Start of school is at 8'])(
    '“%s” reaches the teacher and stops nothing',
    async (text) => {
      const fatima = world.phoneOf('fatima')
      await world.sends('rivera', { guardian: 'fatima' }, 'Thank you.')
      await fatima.reads()
      await world.phoneOf('rivera').reads()
      fatima.texts((await world.line('rivera', 'fatima')).family ?? '', text)
      expect(await world.phoneOf('rivera').reads()).toEqual([expect.stringMatching(/^Yusuf A\.: /)])
      expect(await fatima.reads()).toEqual([])
      expect(await world.writes('rivera', { guardian: 'fatima' }, 'Thank you.')).toMatchObject({ kind: 'accepted' })
      await fatima.reads()
    },
  )
})

describe('HELP and ORIGINAL', () => {
  test('HELP is the carrier’s to answer, AYUDA ours; neither goes to the teacher', async () => {
    const elena = world.phoneOf('elena')
    await world.sends('tran', { guardian: 'elena' }, 'Thank you.')
    await elena.reads()
    const number = (await world.line('tran', 'elena')).family ?? ''
    elena.texts(number, 'HELP')
    expect(await elena.reads()).toEqual([keywordAnswers.HELP])
    elena.texts(number, 'Ayuda')
    expect(await elena.reads()).toEqual([
      'Somos Harbor School. Escriba aquí a su maestro en su idioma. Para ayuda, visite la oficina de la escuela. Envíe STOP para no recibir más mensajes.',
    ])
    expect(await world.phoneOf('tran').reads()).toEqual([])
  })

  test('ORIGINAL brings the last text as it was written', async () => {
    const elena = world.phoneOf('elena')
    elena.texts((await world.line('tran', 'elena')).family ?? '', 'ORIGINAL')
    expect(await elena.reads()).toEqual(['El original:\nThank you.'])
  })

  test('ORIGINAL says so when the last text was not translated', async () => {
    const james = world.phoneOf('james')
    await world.sends('okafor', { guardian: 'james' }, 'Thank you.')
    await james.reads()
    james.texts((await world.line('okafor', 'james')).family ?? '', 'ORIGINAL')
    expect(await james.reads()).toEqual(['There is no original to send you: the last message was not translated.'])
  })
})
