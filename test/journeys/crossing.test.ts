import fc from 'fast-check'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../support/world.ts'

const FAMILIES = { rosa: 'Maya L.', fatima: 'Yusuf A.' } as const
const TEACHERS = { rivera: 'Ms Rivera', osei: 'Ms Osei' } as const
type Family = keyof typeof FAMILIES
type Teacher = keyof typeof TEACHERS
const families = Object.keys(FAMILIES) as Family[]
const teachers = Object.keys(TEACHERS) as Teacher[]

let world: World
const lines = new Map<string, { family: string; staff: string }>()
beforeAll(async () => {
  world = await openWorld({ numbers: 2 })
  await world.itIs('2036-03-03T10:00')
  for (const teacher of teachers)
    for (const family of families) {
      await world.sends(teacher, { guardian: family }, 'Thank you.')
      await world.settled()
      const { family: seenByFamily, staff } = await world.line(teacher, family)
      lines.set(`${teacher} ${family}`, { family: seenByFamily ?? '', staff: staff ?? '' })
    }
  for (const person of [...families, ...teachers]) await world.phoneOf(person).reads()
})
afterEach(() => world.isIntact())

test('two numbers carry four conversations, and on each phone every number means one of them', () => {
  for (const person of [...families, ...teachers]) {
    const seen = [...lines].flatMap(([pair, line]) =>
      pair.startsWith(`${person} `) ? [line.staff] : pair.endsWith(` ${person}`) ? [line.family] : [],
    )
    expect(new Set(seen).size).toBe(2)
  }
})

test('whatever they text in whatever order, each text reaches its own reader under its own name, in order', async () => {
  let count = 0
  const step = fc.record({
    family: fc.constantFrom(...families),
    teacher: fc.constantFrom(...teachers),
    toStaff: fc.boolean(),
    pause: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      const expected = new Map<string, string[]>()
      for (const { family, teacher, toStaff, pause } of steps) {
        const line = lines.get(`${teacher} ${family}`) ?? { family: '', staff: '' }
        count += 1
        const text = `Nota ${count}`
        const [from, to, dialled, shown, label] = toStaff
          ? ([family, teacher, line.family, line.staff, FAMILIES[family]] as const)
          : ([teacher, family, line.staff, line.family, TEACHERS[teacher]] as const)
        world.phoneOf(from).texts(dialled, text)
        const lane = `${to} ${shown}`
        expected.set(lane, [...(expected.get(lane) ?? []), `${label}: ... ${text}`])
        // Nobody types two texts at the same moment: the carrier has brought this one before the next.
        await (pause ? world.settled() : world.simulator.settled())
      }
      await world.paceIsOver()
      for (const person of [...families, ...teachers]) {
        const got = (await world.phoneOf(person).reads()).length
        const fresh = got === 0 ? [] : world.phoneOf(person).screen().slice(-got)
        for (const number of world.numbers) {
          const read = fresh
            .filter((t) => t.other === number)
            .map(
              (t) =>
                `${t.body.split(': ')[0]}: ... ${t.body
                  .split('\n')
                  .at(-1)
                  ?.replace(/^.*(?=Nota)/, '')}`,
            )
          expect(read).toEqual(expected.get(`${person} ${number}`) ?? [])
        }
      }
    }),
    { numRuns: 6, endOnFailure: true },
  )
})
