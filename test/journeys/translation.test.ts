import { sql } from 'kysely'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { telephone } from '../support/telephone.ts'
import { ALWAYS, daily, openWorld, type Translate, type World } from '../support/world.ts'

/** What the translation server says; each story sets it. */
let translate: Translate = (text, from, to) => `[${from}>${to}] ${text}`

let world: World
let number = ''
beforeAll(async () => {
  world = await openWorld({ numbers: 4, translate: (...asked) => translate(...asked) })
  await world.itIs('2036-03-03T10:00')
  await world.sends('rivera', { guardian: 'rosa' }, 'Good morning, how are you today?')
  await world.phoneOf('rosa').reads()
  number = (await world.line('rivera', 'rosa')).family ?? ''
})
afterEach(async () => {
  translate = (text, from, to) => `[${from}>${to}] ${text}`
  await world.paceIsOver()
  // The log holds the time at which a text was written: put back before it is checked.
  const ids = aged.splice(0)
  if (ids.length > 0)
    await world.inDistrict((trx) =>
      sql`update exchange set created_at = created_at + interval '11 minutes' where id = any(${ids}::uuid[])`.execute(trx),
    )
  await world.isIntact()
})
const aged: string[] = []
const last = async () => (await world.exchanges()).at(-1)
const eventsOfLast = async () => (await last())?.events.map((event) => event.what)
const askedInVain = () =>
  world.until(
    'the translator was asked in vain',
    async () => (await world.queues()).toPrepare > 0 && ((await eventsOfLast())?.includes('translator_away') ?? false),
  )
/** Eleven minutes pass for what waits for the translator, and it is its turn. */
const elevenMinutesLater = async () => {
  const { rows } = await world.inDistrict((trx) =>
    sql<{ id: string }>`update exchange set created_at = created_at - interval '11 minutes', prepare_after = now()
      where prepare_after is not null returning id`.execute(trx),
  )
  aged.push(...rows.map((row) => row.id))
  await world.nudge()
}

test('a translation that changes a time goes with the original below it', async () => {
  translate = () => 'La reunión es a las 4:30 PM.'
  await world.sends('rivera', { guardian: 'rosa' }, 'The meeting is at 3:30 PM.')
  expect(await world.phoneOf('rosa').reads()).toEqual([
    'Ms Rivera: La reunión es a las 4:30 PM.\nUn número, una hora o un nombre puede ser diferente en la traducción. El original:\nThe meeting is at 3:30 PM.',
  ])
  expect(await eventsOfLast()).toContain('differs')
})

test('in a call it is said that the two differ, between them', async () => {
  translate = () => 'La reunión es a las 4:30 PM.'
  const rosa = telephone(world, world.phoneOf('rosa').number)
  await world.rows(sql`update person set contact_by = 'voice' where id = 'rosa' returning id`)
  await world.sends('rivera', { guardian: 'rosa' }, 'The meeting is at 3:30 PM.')
  await rosa.rings()
  rosa.answers()
  await rosa.hears()
  const said = (await rosa.presses('1')).join('\n')
  expect(said).toMatch(/4:30 PM\..*puede ser diferente en la traducción\..*3:30 PM\./s)
  await rosa.isSilent()
  await world.rows(sql`update person set contact_by = 'sms' where id = 'rosa' returning id`)
  await world.settled()
})

test('a date in numbers that the two languages read differently goes with the original below it', async () => {
  translate = () => 'La reunión es el 3/12.'
  await world.sends('rivera', { guardian: 'rosa' }, 'The meeting is on 3/12.')
  expect(await world.phoneOf('rosa').reads()).toEqual([
    'Ms Rivera: La reunión es el 3/12.\nUn número, una hora o un nombre puede ser diferente en la traducción. El original:\nThe meeting is on 3/12.',
  ])
  expect(await eventsOfLast()).toContain('differs')
})

test('a translation that loses a name goes with the original below it', async () => {
  translate = () => 'Tuvo un buen día.'
  await world.sends('rivera', { guardian: 'rosa' }, 'Maya had a good day.')
  expect(await world.phoneOf('rosa').reads()).toEqual([expect.stringMatching(/El original:\nMaya had a good day\.$/)])
})

test('English from a family that speaks Spanish is passed on as it is', async () => {
  world.phoneOf('rosa').texts(number, 'Thank you very much, we will be there tomorrow morning.')
  expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: Thank you very much, we will be there tomorrow morning.'])
  expect(await last()).toMatchObject({ original: { language: 'en' }, translation: null })
})

test('a teacher who writes Spanish to a Spanish family is not translated', async () => {
  await world.sends('rivera', { guardian: 'rosa' }, 'Mañana no hay clases porque los maestros tienen una reunión.')
  expect(await world.phoneOf('rosa').reads()).toEqual(['Ms Rivera: Mañana no hay clases porque los maestros tienen una reunión.'])
  expect(await last()).toMatchObject({ original: { language: 'es' }, translation: null })
})

test('a text of more than 1,600 characters goes in numbered parts, in order, and is one exchange', async () => {
  const sentence = 'Los maestros hablarán con las familias sobre la tarea y la lectura en casa. '
  translate = () => sentence.repeat(45)
  await world.sends('rivera', { guardian: 'rosa' }, 'The teachers will talk with the families at home. '.repeat(20).trim())
  await world.until(
    'the first part is there',
    async () => world.phoneOf('rosa').screen().at(-1)?.body.startsWith('(1/3)') ?? false,
  )
  await world.until('the pace lets the rest go', async () => {
    await world.paceIsOver()
    return world.phoneOf('rosa').screen().at(-1)?.body.startsWith('(3/3)') ?? false
  })
  const parts = await world.phoneOf('rosa').reads()
  expect(parts.map((part) => part.slice(0, 6))).toEqual(['(1/3) ', '(2/3) ', '(3/3) '])
  expect(parts.every((part) => part.length <= 1600)).toBe(true)
  expect(parts.map((part) => part.slice(6).trim()).join(' ')).toBe(`Ms Rivera: ${sentence.repeat(45)}`.trim())
  expect(await last()).toMatchObject({ status: 'delivered' })
})

test('while the translator is away a text waits, and is asked for again', async () => {
  translate = () => null
  world.phoneOf('rosa').texts(number, 'Buenos días, maestra. Mi hija llegará tarde.')
  await askedInVain()
  expect((await world.queues()).toPrepare).toBe(1)
  const [waits] = await world.rows(sql<{ seconds: number }>`
    select extract(epoch from prepare_after - clock_timestamp())::float8 as seconds from exchange where prepare_after is not null`)
  expect(waits?.seconds).toBeGreaterThan(5)
  expect(waits?.seconds).toBeLessThan(60)
  translate = (text, from, to) => `[${from}>${to}] ${text}`
  await world.inDistrict((trx) => sql`update exchange set prepare_after = now() where prepare_after is not null`.execute(trx))
  await world.nudge()
  expect(await world.phoneOf('rivera').reads()).toEqual(['Maya L.: [es>en] Buenos días, maestra. Mi hija llegará tarde.'])
})

test('what was written after it in the same lane waits behind it', async () => {
  translate = (text) => (text.includes('tarde') ? null : 'Thank you, teacher. We will be there.')
  const rosa = world.phoneOf('rosa')
  rosa.texts(number, 'Buenos días, maestra. Mi hija llegará tarde.')
  await askedInVain()
  rosa.texts(number, 'Gracias, maestra. Estaremos allí.')
  await world.until('the second is ready', async () => (await world.queues()).due === 1)
  await world.nudge()
  expect(world.phoneOf('rivera').screen().at(-1)?.body).not.toContain('Thank you, teacher')
  // Ten minutes later it is given up.
  await elevenMinutesLater()
  expect(await world.phoneOf('rivera').reads()).toEqual([
    'Maya L.: This message could not be translated. The original:\nBuenos días, maestra. Mi hija llegará tarde.',
    'Maya L.: Thank you, teacher. We will be there.',
  ])
})

test('after ten minutes the family reads the original with a note in its own language', async () => {
  translate = () => null
  await world.sends('rivera', { guardian: 'rosa' }, 'The meeting is tomorrow.')
  await askedInVain()
  await elevenMinutesLater()
  expect(await world.phoneOf('rosa').reads()).toEqual([
    'Ms Rivera: Este mensaje no se pudo traducir. El original:\nThe meeting is tomorrow.',
  ])
  const all = await world.exchanges({ guardian: 'rosa' })
  const shown = all.find((e) => e.original.text === 'The meeting is tomorrow.')
  expect(shown?.events.map((event) => event.what)).toContain('not_translated')
})

test('a text that waited for the translator past the end of the day is held, and its writer is not woken by the answer', async () => {
  await world.hours('lincoln', { families: daily('08:00-20:00'), staff: daily('08:00-17:00') })
  translate = () => null
  await world.itIs('2036-03-03T21:00')
  const rosa = world.phoneOf('rosa')
  rosa.texts(number, 'Buenos días, maestra. Mi hija llegará tarde.')
  await askedInVain()
  await elevenMinutesLater()
  expect(await rosa.reads()).toEqual([])
  expect((await world.exchanges({ notices: true })).at(-1)).toMatchObject({ status: 'canceled', direction: 'to_family' })
  await world.hours('lincoln', { families: ALWAYS })
  await world.phoneOf('rivera').reads()
})

test('inside the hours an answer that comes late still comes', async () => {
  await world.hours('lincoln', { families: ALWAYS, staff: daily('08:00-17:00') })
  translate = () => null
  const rosa = world.phoneOf('rosa')
  await world.itIs('2036-03-04T21:00')
  rosa.texts(number, 'Buenos días, maestra. Mi hija llegará tarde.')
  await askedInVain()
  await elevenMinutesLater()
  expect(await rosa.reads()).toEqual([expect.stringContaining('Ms Rivera lo recibirá mañana a las 8:00 AM')])
})
