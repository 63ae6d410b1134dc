import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { missingFacts } from '../src/core/facts.ts'
import { eventsInWords, FAMILIES, newestExchanges, whenWritten } from '../src/demo-scene.ts'
import type { HandsetText } from '../src/simulator/world.ts'
import { inDistrict } from '../src/store/database.ts'
import { createPhrasebook } from '../src/translators/phrasebook.ts'
import { daily, openWorld, type World } from './support/world.ts'

const LANGUAGES: Readonly<Record<string, string>> = { rosa: 'es', luis: 'es', fatima: 'ar', wei: 'zh' }

test.each(
  FAMILIES.flatMap(({ id, says, hears }) => {
    const language = LANGUAGES[id] ?? ''
    return [
      ...says.map((text) => ({ text, from: language, to: 'en' })),
      ...hears.map((text) => ({ text, from: 'en', to: language })),
    ]
  }),
)('the ready sentence $text is translated from $from to $to', async ({ text, from, to }) => {
  const answer = await createPhrasebook().translate({ text, from, to, names: [] })
  expect(answer).toMatchObject({ kind: 'translated' })
  expect(answer.kind === 'translated' && missingFacts(text, answer.text, [], { from, to, country: 'US' })).toEqual([])
})

describe('the log on the page', () => {
  const tell = (...events: [string, Record<string, unknown>?][]) =>
    eventsInWords(events.map(([what, detail]) => ({ at: '2026-11-23T08:05:00Z', what, detail: detail ?? null }))).map(
      (event) => event.what,
    )
  const refused = 'refused by the carrier, tried again'

  test('calls a text handed over only when the carrier did not refuse it', () => {
    expect(
      tell(['sending'], ['not_taken', { code: 20429 }], ['sending'], ['not_taken', { code: 20429 }], ['sending'], ['sent']),
    ).toEqual([refused, refused, 'handed to the carrier', 'taken by the carrier'])
  })

  test('tells a carrier that was not reached from one that refused', () => {
    expect(tell(['sending'], ['not_taken'])).toEqual(['did not get to the carrier, tried again'])
  })

  test('keeps each hand-over of a text in parts', () => {
    expect(tell(['sending'], ['sent'], ['sending'], ['not_taken', { code: 20429 }], ['sending'])).toEqual([
      'handed to the carrier',
      'taken by the carrier',
      refused,
      'handed to the carrier',
    ])
  })

  test('keeps a hand-over of whose answer nobody knows', () => {
    expect(tell(['sending'], ['no_answer'], ['sent'])[0]).toBe('handed to the carrier')
  })
})

describe('of a real gateway', () => {
  let world: World
  let line: { family: string; staff: string }
  beforeAll(async () => {
    world = await openWorld({ numbers: 4, hours: 'none' })
    await world.itIs('2036-03-03T10:00')
    await world.hours('lincoln', { families: daily('07:00-20:00'), staff: daily('07:00-20:00') })
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    await world.phoneOf('rosa').reads()
    const seen = await world.line('rivera', 'rosa')
    line = { family: seen.family ?? '', staff: seen.staff ?? '' }
  })
  afterEach(() => world.isIntact())

  test('the log tells each refusal of a text, and one hand-over', async () => {
    world.simulator.setFaults({ rest: 'storm', retryAfterSeconds: 1 })
    world.phoneOf('rosa').texts(line.family, 'Gracias.')
    const newest = async () =>
      (await newestExchanges(world.database, world.district, 1)).exchanges[0]?.events.map(({ what }) => what)
    await world.until(
      'the carrier has refused',
      async () => (await newest())?.includes('refused by the carrier, tried again') ?? false,
    )
    expect(await newest()).not.toContain('handed to the carrier')
    world.simulator.setFaults({ rest: 'none' })
    await world.until('it is there', () => world.phoneOf('rivera').screen().length === 1)
    await world.settled()
    const told = (await newest()) ?? []
    expect(told.slice(told.lastIndexOf('refused by the carrier, tried again') + 1)).toEqual([
      'handed to the carrier',
      'taken by the carrier',
      'delivered to the phone',
    ])
    expect(told.filter((what) => what === 'handed to the carrier')).toHaveLength(1)
  })

  test('the phone’s page knows when a text was written that waited', async () => {
    await world.itIs('2036-03-03T22:40')
    world.phoneOf('rosa').texts(line.family, '¿Cuál es la tarea?')
    await world.phoneOf('rosa').reads()
    await world.itIs('2036-03-04T07:00')
    await world.until('it is there', () => world.phoneOf('rivera').screen().length === 2)
    await world.settled()
    const { sid } = world.phoneOf('rivera').screen()[1] as HandsetText
    const written = await whenWritten(world.database, world.district, [sid ?? '', `SM${'0'.repeat(32)}`])
    expect([...written.keys()]).toEqual([sid])
    const { rows } = await inDistrict(world.database.db, world.district, (trx) =>
      sql<{ at: Temporal.Instant }>`select min(at) as at from event where what = 'received' and exchange_id = (
        select exchange_id from attempt where sid = ${sid})`.execute(trx),
    )
    expect(
      Math.abs((written.get(sid ?? '') as Temporal.Instant).since(rows[0]?.at as Temporal.Instant).total('seconds')),
    ).toBeLessThan(5)
  })
})
