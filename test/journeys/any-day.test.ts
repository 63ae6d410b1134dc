import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { now } from '../../src/store/settings.ts'
import { ALWAYS, daily, openWorld, type World } from '../support/world.ts'

const ZONE = 'America/Chicago'
const OPENS = { family: 8, staff: 7 }
const CLOSES = { family: 20, staff: 17 }
const families = ['rosa', 'fatima'] as const
const teachers = ['rivera', 'osei'] as const
const people = [...families, ...teachers]
type Pair = { readonly family: (typeof families)[number]; readonly teacher: (typeof teachers)[number] }

let world: World
/** The number at which a person last knew a conversation. */
const known = new Map<string, string>()
const optedOut = new Set<string>()
const shown = new Map<string, number>()
/** What was written: by whom, over which conversation, and whether it may overtake. */
const written = new Map<number, { readonly reader: string; readonly pair: string; readonly urgent: boolean }>()
const read = new Map<number, number>()
let count = 0

beforeAll(async () => {
  world = await openWorld({ numbers: 8, translate: (text) => text })
  await world.itIs('2036-03-03T10:00')
  await world.inDistrict((trx) => sql`update school set teachers_may_send_urgent = true`.execute(trx))
  await world.hours('lincoln', { families: daily('08:00-20:00'), staff: daily('07:00-17:00') })
  for (const teacher of teachers)
    for (const family of families) {
      await world.sends(teacher, { guardian: family }, 'Thank you.')
      await world.settled()
      await learn({ family, teacher })
    }
  for (const person of people) shown.set(person, world.phoneOf(person).screen().length)
})
afterEach(() => world.isIntact())

async function learn({ family, teacher }: Pair): Promise<void> {
  const line = await world.line(teacher, family)
  if (line.family !== null) known.set(`${family} ${teacher}`, line.family)
  if (line.staff !== null) known.set(`${teacher} ${family}`, line.staff)
}

type Step = Pair & {
  readonly what: 'family' | 'teacher' | 'browser' | 'urgent' | 'stop' | 'no más mensajes' | 'start' | 'hours pass'
  readonly hours: number
}

async function act(step: Step): Promise<void> {
  const { family, teacher } = step
  await learn(step)
  const pair = `${family} ${teacher}`
  const write = (reader: string, urgent = false) => {
    count += 1
    written.set(count, { reader, pair, urgent })
    return `Nota ${count}`
  }
  const asFamily = (body: string) => world.phoneOf(family).texts(known.get(pair) ?? '', body)
  switch (step.what) {
    case 'family':
      return asFamily(write(teacher))
    case 'teacher':
      return world.phoneOf(teacher).texts(known.get(`${teacher} ${family}`) ?? '', write(family))
    case 'browser':
      return void (await world.writes(teacher, { guardian: family }, write(family)))
    case 'urgent':
      return void (await world.writes(teacher, { guardian: family }, write(family, true), { urgent: true, reason: 'Snow' }))
    case 'stop':
    case 'no más mensajes':
      return asFamily(step.what)
    case 'start':
      return asFamily('START')
    case 'hours pass': {
      const local = (await now(world.database.db)).toZonedDateTimeISO(ZONE)
      return world.itIs(local.add({ hours: step.hours }).toPlainDateTime().toString(), ZONE)
    }
  }
}

/** Every text that has come since the last look is one that may come now, to this reader, and once. */
async function look(step: Step): Promise<void> {
  const hour = (await now(world.database.db)).toZonedDateTimeISO(ZONE).hour
  for (const person of people) {
    const side = families.some((family) => family === person) ? 'family' : 'staff'
    const open = hour >= OPENS[side] && hour < CLOSES[side]
    const fresh = world.phoneOf(person).screen().slice(shown.get(person))
    shown.set(person, world.phoneOf(person).screen().length)
    for (const text of fresh) {
      const nota = Number(/Nota (\d+)/.exec(text.body)?.[1] ?? 0)
      if (nota === 0) continue
      const note = written.get(nota)
      expect(note?.reader, 'its own reader').toBe(person)
      expect(open || note?.urgent, `within the hours: ${JSON.stringify(step)}`).toBe(true)
      expect(optedOut.has(person), `nothing after STOP: ${JSON.stringify(step)}`).toBe(false)
      const lane = [...read.keys()].filter((n) => written.get(n)?.pair === note?.pair && written.get(n)?.reader === person)
      if (note?.urgent === false) for (const earlier of lane) expect(written.get(earlier)?.urgent || earlier < nota).toBe(true)
      expect(read.has(nota), 'once').toBe(false)
      read.set(nota, nota)
    }
  }
  if (step.what === 'stop' || step.what === 'no más mensajes') optedOut.add(step.family)
  if (step.what === 'start') optedOut.delete(step.family)
}

const step: fc.Arbitrary<Step> = fc.record({
  family: fc.constantFrom(...families),
  teacher: fc.constantFrom(...teachers),
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('family' as const, 'teacher' as const, 'browser' as const) },
    { weight: 2, arbitrary: fc.constantFrom('urgent' as const, 'stop' as const, 'no más mensajes' as const, 'start' as const) },
    { weight: 2, arbitrary: fc.constant('hours pass' as const) },
  ),
  hours: fc.integer({ min: 1, max: 14 }),
})

test('whatever families and teachers do at whatever hour, everything comes once, in order, to its reader, within the hours, and nothing after STOP', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 25 }), async (steps) => {
      for (const one of steps) {
        await act(one)
        await world.paceIsOver()
        await world.settled()
        await look(one)
      }
    }),
    { numRuns: 3, endOnFailure: true },
  )
  await world.hours('lincoln', { families: ALWAYS, staff: ALWAYS })
  await world.settled()
  const left = (await world.exchanges()).filter((e) => ['held', 'queued', 'sending'].includes(e.status))
  expect(left).toEqual([])
})
