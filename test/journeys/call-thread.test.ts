import { sql } from 'kysely'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { type Telephone, telephone } from '../support/telephone.ts'
import { openWorld, type World } from '../support/world.ts'

/** What the teacher types and the family says, each with what the other reads or hears. */
const TURNS = [
  ['Diego did not bring his homework.', 'Diego no trajo su tarea.', 'Se le olvidó en la casa.', 'He forgot it at home.'],
  ['Can he bring it tomorrow at 8:15?', '¿Puede traerla mañana a las 8:15?', 'Sí, a las 8:15.', 'Yes, at 8:15.'],
  [
    'The class trip costs 12 dollars.',
    'El paseo de la clase cuesta 12 dólares.',
    'Mando los 12 dólares.',
    'I am sending the 12 dollars.',
  ],
  ['Does he need a bus that day?', '¿Necesita un autobús ese día?', 'No, yo lo recojo.', 'No, I will pick him up.'],
  ['Thank you very much.', 'Muchas gracias.', 'Gracias a usted, maestra.', 'Thank you, teacher.'],
] as const
/** A translation that gets the time wrong, of words as an own phone types them. */
const WRONG = ['Don’t forget: the bus leaves at 3:15 PM.', 'No lo olvide: el autobús sale a las 5:15 PM.'] as const
const BOOK = new Map([WRONG, ...TURNS.flatMap(([typed, heard, said, read]) => [[typed, heard] as const, [said, read] as const])])
/** Paula's, a number for calls only. */
const LANDLINE = '+17735550188'

let world: World
let kitchen: Telephone
beforeAll(async () => {
  world = await openWorld({ numbers: 6, hours: 'always', translate: (text) => BOOK.get(text as never) ?? text })
  const paula = 'paula,,,true,lincoln,parent,paula,,Paula,Gomez,,,,,'
  await world.rosterChanges('users.csv', [`${paula},diego`, `${paula}${LANDLINE},diego`])
  kitchen = telephone(world, LANDLINE)
})
afterEach(() => world.isIntact())

test('a thread with a landline in Spanish goes five turns: the teacher types, the kitchen phone speaks and listens, each in the own language', async () => {
  const rivera = world.phoneOf('rivera')
  for (const [typed, heard, said, read] of TURNS) {
    await world.sends('rivera', { guardian: 'paula' }, typed)
    await kitchen.rings()
    kitchen.answers()
    await kitchen.hears()
    expect(await kitchen.presses('1')).toContain(`es-US: ${heard}`)
    await kitchen.presses('2')
    expect(await kitchen.says(said)).toContain(`es-US: ${said}`)
    await kitchen.presses('1')
    kitchen.hangsUp()
    expect(await rivera.reads()).toEqual([`Diego G.: ${read}`])
  }
  const thread = await world.exchanges({ guardian: 'paula' })
  expect(thread.map((one) => [one.direction, one.original.text, one.translation?.text])).toEqual(
    TURNS.flatMap(([typed, heard, said, read]) => [
      ['to_family', typed, heard],
      ['to_staff', said, read],
    ]),
  )
  for (const one of thread.filter(({ direction }) => direction === 'to_family')) expect(one.evidence).toBe('answered')
})

test('what the teacher leaves by voice is called through to the landline and heard there, and what she writes next comes after it', async () => {
  const rivera = telephone(world, '+13125550101')
  const { staff } = await world.line('rivera', 'paula')
  rivera.dials(staff ?? '')
  await kitchen.rings()
  kitchen.answers(true)
  await rivera.hears()
  await rivera.presses('1')
  await rivera.leaves('Diego forgot his coat and his book at school today.')
  rivera.hangsUp()
  kitchen.hangsUp()
  await kitchen.rings()
  kitchen.answers()
  await kitchen.hears()
  expect((await kitchen.presses('1')).slice(0, 3)).toEqual([
    'es-US: Ms Rivera dice:',
    'es-US: Diego forgot his coat and his book at school today.',
    'es-US: Para escucharlo otra vez, oprima uno. Para contestar, oprima dos.',
  ])
  kitchen.hangsUp()
  const voicemail = async () => (await world.exchanges({ guardian: 'paula' })).find((one) => one.kind === 'voicemail')
  await world.until('it was heard', async () => (await voicemail())?.status === 'delivered')
  expect((await voicemail())?.evidence).toBe('heard')
  await world.sends('rivera', { guardian: 'paula' }, 'Thank you very much.')
  await kitchen.rings()
  kitchen.answers()
  await kitchen.hears()
  expect(await kitchen.presses('1')).toContain('es-US: Muchas gracias.')
  kitchen.hangsUp()
})

test('where the translation says another time the landline hears both, however the apostrophe was typed', async () => {
  await world.sends('rivera', { guardian: 'paula' }, WRONG[0])
  await kitchen.rings()
  kitchen.answers()
  await kitchen.hears()
  const said = await kitchen.presses('1')
  expect(said).toContain(`es-US: ${WRONG[1]}`)
  expect(said).toContain(`en-US: ${WRONG[0]}`)
  kitchen.hangsUp()
})

test('what a family says while its conversation ends is kept at the office', async () => {
  await world.sends('rivera', { guardian: 'paula' }, 'Thank you very much.')
  await kitchen.rings()
  kitchen.answers()
  await kitchen.hears()
  await kitchen.presses('1')
  await kitchen.presses('2')
  await kitchen.says('Gracias a usted, maestra.')
  // As an import does that takes the teacher from the class.
  await world.rows(sql`update conversation set ended_at = clock_timestamp() where staff_side = 'rivera' returning id`)
  await kitchen.presses('1')
  kitchen.hangsUp()
  const atOffice = async () => (await world.exchanges({ staff: 'lincoln/office' })).map((one) => one.original.text)
  await world.until('it is kept', async () => (await atOffice()).includes('Gracias a usted, maestra.'))
  expect(await world.tasks('voicemail')).toHaveLength(1)
})
