import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { keepHouse } from '../../src/housekeeping.ts'
import { keywordAnswers } from '../../src/simulator/keywords.ts'
import { visitor } from '../support/visitor.ts'
import { daily, openWorld, type World } from '../support/world.ts'

const INTO_THE_OFFICE = 'Your message went to the school office. They will help you.'

let world: World
let seen: { family: string; staff: string }
beforeAll(async () => {
  world = await openWorld({ numbers: 5 })
  await world.itIs('2036-03-03T10:00')
  await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
  await world.phoneOf('rosa').reads()
  const line = await world.line('rivera', 'rosa')
  seen = { family: line.family ?? '', staff: line.staff ?? '' }
})
afterEach(async () => {
  await world.paceIsOver()
  await world.isIntact()
})

describe('a teacher who texts STOP on her own phone', () => {
  test('gets no texts there any more; they stand in the browser, and START brings later ones back', async () => {
    const [rivera, rosa] = [world.phoneOf('rivera'), world.phoneOf('rosa')]
    rivera.texts(seen.staff, 'STOP')
    expect(await rivera.reads()).toEqual([keywordAnswers.STOP])
    rosa.texts(seen.family, 'Gracias.')
    expect(await rivera.reads()).toEqual([])
    expect(await rosa.reads()).toEqual([])
    expect((await world.exchanges({ guardian: 'rosa' })).at(-1)).toMatchObject({ status: 'received', direction: 'to_staff' })
    rivera.texts(seen.staff, 'START')
    await rivera.reads()
    rosa.texts(seen.family, 'Gracias.')
    expect(await rivera.reads()).toEqual(['Maya L.: Thank you.'])
  })
})

describe('a guardian who joins a phone', () => {
  test('joins the conversation: the household and its numbers stay', async () => {
    await world.rosterChanges('users.csv', ['+19715550143', '+19715550142'])
    world.phoneOf('rosa').texts(seen.family, 'Gracias.')
    expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: Thank you.'])
    expect((await world.exchanges({ guardian: 'luis' })).at(-1)).toMatchObject({ guardian: 'luis', guardians: ['luis', 'rosa'] })
  })
})

describe('a teacher’s new phone', () => {
  test('gets what waits and all that comes; the old one reaches no family', async () => {
    const old = world.phoneOf('rivera')
    await world.hours('lincoln', { staff: daily('00:00-09:00') })
    world.phoneOf('rosa').texts(seen.family, 'Gracias.')
    await world.phoneOf('rosa').reads()
    await world.rosterChanges('users.csv', [old.number, '+13125550190'])
    await world.hours('lincoln', {})
    const fresh = world.phone('+13125550190')
    expect(await fresh.reads()).toEqual(['Maya L.: Thank you.'])
    expect(await old.reads()).toEqual([])
    old.texts(seen.staff, 'See you tomorrow.')
    expect(await world.phoneOf('rosa').reads()).toEqual([])
    const now = await world.line('rivera', 'rosa')
    expect(now.family).toBe(seen.family)
    fresh.texts(now.staff ?? '', 'See you tomorrow.')
    expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Hasta mañana.'])
  })
})

describe('a guardian’s new phone', () => {
  test('gets what waits, in the same conversation; the old one gets nothing and is a stranger’s', async () => {
    const old = world.phoneOf('elena')
    const fresh = world.phone('+12135550199')
    await world.sends('tran', { guardian: 'elena' }, 'Thank you.')
    expect(await old.reads()).toEqual([expect.stringContaining('Gracias.')])
    const before = await world.line('tran', 'elena')
    await world.hours('harbor', { families: daily('00:00-07:00') })
    await world.sends('tran', { guardian: 'elena' }, 'See you tomorrow.')
    await world.rosterChanges('users.csv', [old.number, fresh.number])
    await world.hours('harbor', {})
    // The phone is new to the school: the first text says who writes.
    expect(await fresh.reads()).toEqual([expect.stringMatching(/^Ms Tran: Hasta mañana\.\s.*Harbor School/)])
    expect(await old.reads()).toEqual([])
    old.texts(before.family ?? '', 'Gracias.')
    expect(await world.phoneOf('tran').reads()).toEqual([])
    await old.reads()
    expect((await world.line('tran', 'elena')).family).toBe(before.family)
    fresh.texts(before.family ?? '', 'Gracias.')
    expect(await world.phoneOf('tran').reads()).toEqual(['Sofia R.: Thank you.'])
    const told = await world.exchanges({ guardian: 'elena', staff: 'tran' })
    expect(told.map(({ status, original }) => `${status} ${original.text}`)).toEqual([
      'delivered Thank you.',
      'delivered See you tomorrow.',
      'delivered Gracias.',
    ])
  })
})

describe('guardians who no longer share a phone', () => {
  test('what waits for the one who left is not read by the other, and is a task with the right name', async () => {
    const kim = await visitor(world, 'kim')
    const both = world.phoneOf('marie')
    await world.sends('rivera', { guardian: 'marie' }, 'Thank you.')
    await both.reads()
    await world.hours('lincoln', { families: daily('00:00-07:00') })
    await world.sends('rivera', { guardian: 'marie' }, 'See you tomorrow.')
    await world.rosterChanges('users.csv', [`Marie,Pierre,,,,${both.number}`, 'Marie,Pierre,,,,+12175550156'])
    await world.hours('lincoln', {})
    await world.settled()
    expect(await both.reads()).toEqual([])
    const { html } = await kim.get('/tasks')
    const [, task = ''] = html.split('A message was not sent')
    expect([task.slice(0, 600).includes('Marie Pierre'), task.slice(0, 600).includes('Jean Pierre')]).toEqual([true, false])
    await world.sends('rivera', { guardian: 'marie' }, 'Thank you.')
    expect(await world.phone('+12175550156').reads()).toHaveLength(1)
  })
})

describe('a teacher who leaves the class', () => {
  test('writes to the family no more, and what it still texts goes to the office', async () => {
    const osei = world.phoneOf('osei')
    await world.sends('osei', { guardian: 'rosa' }, 'Thank you.')
    await world.phoneOf('rosa').reads()
    const line = await world.line('osei', 'rosa')
    await world.rosterChanges('enrollments.csv', ['art-maya,,,art,lincoln,maya,student,,,\n', ''])
    osei.texts(line.staff ?? '', 'See you tomorrow.')
    expect(await osei.reads()).toEqual([INTO_THE_OFFICE])
    expect(await world.phoneOf('rosa').reads()).toEqual([])
    world.phoneOf('rosa').texts(line.family ?? '', 'Gracias.')
    expect(await osei.reads()).toEqual([])
    expect((await world.exchanges({ guardian: 'rosa' })).at(-1)).toMatchObject({ staff: 'lincoln/office', status: 'received' })
    await world.phoneOf('rosa').reads()
  })
})

describe('an enrollment that ends on a day', () => {
  test('ends what the teacher and the family text each other, without another list', async () => {
    const osei = world.phoneOf('osei')
    await world.sends('osei', { guardian: 'fatima' }, 'Thank you.')
    await world.phoneOf('fatima').reads()
    const line = await world.line('osei', 'fatima')
    await world.rows(
      sql`update enrollment set ends = current_date - 2 where person_id = 'osei' and class_id = 'art' returning person_id`,
    )
    const dir = await mkdtemp(path.join(tmpdir(), 'homeline-house-'))
    await keepHouse(world.database.db, world.database.keys, dir)
    await rm(dir, { recursive: true })
    osei.texts(line.staff ?? '', 'See you tomorrow.')
    expect(await world.phoneOf('fatima').reads()).toEqual([])
    world.phoneOf('fatima').texts(line.family ?? '', 'شكرا لك.')
    expect(await osei.reads()).toEqual([])
    await world.phoneOf('fatima').reads()
    await world.rows(sql`update enrollment set ends = null where person_id = 'osei' and class_id = 'art' returning person_id`)
  })
})

describe('a teacher who leaves the school', () => {
  test('reaches nobody from the own phone, and no family reaches it', async () => {
    const gone = world.phone('+13125550190')
    const line = await world.line('rivera', 'rosa')
    await world.rosterChanges('enrollments.csv', ['4b-rivera,,,4b,lincoln,rivera,teacher,,,\n', ''])
    await world.rosterChanges('users.csv', [
      'rivera,,,true,lincoln,teacher,rivera,,Elena,Rivera,,,,+13125550190,,,,,en,,,Ms Rivera\n',
      '',
    ])
    gone.texts(line.staff ?? '', 'See you tomorrow.')
    await world.settled()
    world.phoneOf('rosa').texts(line.family ?? '', 'Gracias.')
    for (const body of await gone.reads()) expect(body).not.toMatch(/Maya|Thank you/)
    expect((await world.phoneOf('rosa').reads()).filter((body) => body.includes('Hasta'))).toEqual([])
    expect((await world.exchanges({ guardian: 'rosa' })).at(-1)).toMatchObject({ staff: 'lincoln/office' })
  })
})

describe('an administrator who moves to another school', () => {
  test('keeps no conversation with a family of the old one on the phone; one of the district keeps all', async () => {
    const phones = { whitfield: '+13125550191', kim: '+13125550192' }
    await world.rosterChanges(
      'users.csv',
      ['Dana,Whitfield,,,,,', `Dana,Whitfield,,,,${phones.whitfield},`],
      ['Grace,Kim,,,,,', `Grace,Kim,,,,${phones.kim},`],
    )
    const lines: Record<string, { family: string | null; staff: string | null }> = {}
    for (const who of ['whitfield', 'kim']) {
      await world.sends(who, { guardian: 'wei' }, 'Thank you.')
      await world.phoneOf('wei').reads()
      lines[who] = await world.line(who, 'wei')
    }
    await world.rosterChanges('users.csv', ['whitfield,,,true,lincoln', 'whitfield,,,true,harbor'])
    // Their rest begins by the clock by which numbers are given out again.
    expect(await world.rows(sql`select 1 from binding where until < since`)).toEqual([])
    const old = world.phone(phones.whitfield)
    old.texts(lines['whitfield']?.staff ?? '', 'See you tomorrow.')
    expect(await old.reads()).toEqual([INTO_THE_OFFICE])
    expect(await world.phoneOf('wei').reads()).toEqual([])
    world.phoneOf('wei').texts(lines['whitfield']?.family ?? '', '谢谢老师。')
    expect(await old.reads()).toEqual([])
    expect((await world.exchanges({ guardian: 'wei' })).at(-1)).toMatchObject({ staff: 'lincoln/office', status: 'received' })
    await world.phoneOf('wei').reads()
    world.phone(phones.kim).texts(lines['kim']?.staff ?? '', 'See you tomorrow.')
    expect(await world.phoneOf('wei').reads()).toHaveLength(1)
  })
})
