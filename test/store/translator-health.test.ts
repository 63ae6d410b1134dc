import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { translatorState } from '../../src/core/translator-health.ts'
import { databaseNow } from '../../src/store/database.ts'
import { appendEvents } from '../../src/store/events.ts'
import { translatorHealth, translatorSigns } from '../../src/store/translator-health.ts'
import { visitor } from '../support/visitor.ts'
import { openWorld, type Translate, type World } from '../support/world.ts'

let world: World
let translate: Translate = (text, _from, to) => `[${to}] ${text}`

beforeAll(async () => {
  world = await openWorld({ numbers: 8, translate: (...asked) => translate(...asked) })
  await world.itIs('2036-03-03T10:00')
})

const health = () => world.inDistrict(async (trx) => translatorHealth(trx, world.district, await databaseNow(trx)))
const state = () =>
  world.inDistrict(async (trx) => {
    const now = await databaseNow(trx)
    return translatorState(await translatorSigns(trx, world.district, now), now)
  })
const school = async () => (await (await visitor(world, 'whitfield')).get('/school')).html

test('before anything was asked it is idle, and nothing is counted', async () => {
  expect([await state(), (await health()).week]).toEqual([
    'idle',
    { translated: 0, failed: 0, differed: 0, waited: 0, median: null, slowest: null },
  ])
})

test('both directions count for the family’s language, with the time that the engine took', async () => {
  await world.sends('rivera', { guardian: 'rosa' }, 'Good morning.')
  await world.sends('rivera', { guardian: 'fatima' }, 'Good evening.')
  await world.settled()
  world.phoneOf('rosa').texts((await world.line('rivera', 'rosa')).family ?? '', 'Mi hija está enferma hoy y no va a venir.')
  await world.settled()
  const { day, week, languages } = await health()
  expect(day).toEqual(week)
  expect(week).toMatchObject({ translated: 3, failed: 0, differed: 0, waited: 0 })
  expect(week.median).toBeGreaterThanOrEqual(0)
  expect(languages.map(({ language, translated }) => [language, translated])).toEqual([
    ['es', 2],
    ['ar', 1],
  ])
  expect(await state()).toBe('well')
  expect(await school()).not.toContain('The translator does not answer')
})

test('a translation that changes a time is counted as different', async () => {
  translate = (_text, _from, to) => `[${to}] a las 4:15 PM`
  await world.sends('rivera', { guardian: 'rosa' }, 'Come at 3:15 PM.')
  await world.settled()
  expect((await health()).week).toMatchObject({ translated: 4, differed: 1 })
  expect((await health()).languages[0]).toMatchObject({ language: 'es', differed: 1 })
})

test('an absence makes texts wait, is told on the school page, and is over when it answers again', async () => {
  translate = () => null
  await world.sends('rivera', { guardian: 'rosa' }, 'See you soon.')
  await world.until('it waits', async () => (await state()) === 'away')
  const page = await school()
  expect(page).toContain('The translator does not answer')
  expect(page).toContain('href="/school/translator?of=lincoln"')
  expect((await (await visitor(world, 'whitfield')).get('/school/translator')).html).toContain('One text waits')
  expect((await health()).week).toMatchObject({ waited: 1, failed: 0 })
  translate = (text, _from, to) => `[${to}] ${text}`
  await world.rows(sql`update exchange set prepare_after = clock_timestamp() where prepare_after is not null returning id`)
  await world.nudge()
  await world.until('it answers', async () => (await state()) === 'well')
  expect(await school()).not.toContain('The translator does not answer')
})

test('what no engine can do is counted with its reason, by language', async () => {
  const other = await openWorld({ numbers: 4 })
  await other.itIs('2036-03-03T10:00')
  await other.sends('rivera', { guardian: 'rosa' }, 'The zebra ate my notebook.')
  await other.settled()
  const found = await other.inDistrict(async (trx) => translatorHealth(trx, other.district, await databaseNow(trx)))
  expect(found.week).toMatchObject({ translated: 0, failed: 1 })
  expect(found.languages).toMatchObject([{ language: 'es', failed: 1 }])
  expect(found.reasons).toEqual([{ why: 'not in the phrasebook', count: 1 }])
})

test('the middle and the slowest of many times are right to a twentieth', async () => {
  const quiet = await openWorld({ numbers: 1 })
  await quiet.inDistrict(async (trx) =>
    appendEvents(
      trx,
      quiet.district,
      Array.from({ length: 200 }, (_, i) => ({
        exchangeId: null,
        at: Temporal.Now.instant(),
        what: 'translated',
        detail: { by: 'aws', from: 'en', to: 'es', ms: 10 * (i + 1) },
      })),
    ),
  )
  const { week } = await quiet.inDistrict(async (trx) => translatorHealth(trx, quiet.district, await databaseNow(trx)))
  expect(Math.abs((week.median ?? 0) / 1000 - 1)).toBeLessThan(0.06)
  expect(Math.abs((week.slowest ?? 0) / 1900 - 1)).toBeLessThan(0.06)
})

test('what is longer ago than a week is not counted', async () => {
  const later = (await world.inDistrict((trx) => databaseNow(trx))).add({ hours: 24 * 8 })
  expect((await world.inDistrict((trx) => translatorHealth(trx, world.district, later))).week.translated).toBe(0)
})
