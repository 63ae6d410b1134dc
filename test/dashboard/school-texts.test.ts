import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { say } from '../../src/core/call-speech.ts'
import { fixedEntries } from '../../src/core/fixed-book.ts'
import { reviewedEntries, wordingsOf } from '../../src/store/fixed-texts.ts'
import { phraseEntries } from '../../src/translators/phrasebook.ts'
import { callFacts } from '../support/played-call.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let kim: Visitor
let whitfield: Visitor
let osei: Visitor

beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  kim = await visitor(world, 'kim')
  whitfield = await visitor(world, 'whitfield')
  osei = await visitor(world, 'osei')
})

const entries = (language: 'es' | 'ht') =>
  world.inDistrict((trx) =>
    reviewedEntries(trx, world.district, language, [...fixedEntries(language), ...phraseEntries(language)]),
  )
const entry = async (id: string, language: 'es' | 'ht' = 'es') => {
  const found = (await entries(language)).find((one) => one.id === id)
  if (found === undefined) throw new Error(id)
  return found
}
const words = (who: Visitor, place: string, wording: string, act = 'use') =>
  who.post(`/school/texts/es/${place}`, { wording, act })
const events = (what: string) =>
  world.rows(sql<{ who: string; detail: Record<string, string> }>`select who, detail from event where what = ${what} order by id`)

describe('who may', () => {
  const paths = ['/school/texts', '/school/texts/es', '/school/texts/es/text/help']

  test('a teacher finds nothing; at an aides’ desk the same teacher may read and change, but not decide', async () => {
    const nothing = (await osei.get('/nothing')).html
    for (const path of paths) expect([path, (await osei.get(path)).html === nothing]).toEqual([path, true])
    for (const path of ['/school/texts/es/reviewed', '/school/texts/es/choice', '/school/texts/es/text/help'])
      expect([path, (await osei.post(path)).html === nothing]).toEqual([path, true])
    await kim.post('/school/lincoln/desks', { desk: 'aides', staff: 'osei' })
    for (const path of paths) expect([path, (await osei.get(path)).status]).toEqual([path, 200])
    expect((await osei.get('/tasks')).html).toContain('href="/school/texts"')
    expect((await osei.post('/school/texts/es/choice', { unreviewed: 'yes' })).status).toBe(404)
    expect((await whitfield.post('/school/texts/es/choice', { unreviewed: 'yes' })).status).toBe(404)
  })

  test.each([
    '/school/texts/xx',
    '/school/texts/en',
    '/school/texts/es/text/nothing',
    '/school/texts/es/keyword/help/x',
    '/school/texts/so',
  ])('%s is nothing', async (path) => {
    expect((await kim.get(path)).status).toBe(404)
  })

  test('the words of STOP may be reviewed, and are nobody’s to change', async () => {
    expect((await kim.get('/school/texts/es?part=keyword')).html).toContain('detener')
    expect((await words(kim, 'keyword/stop', 'nada')).status).toBe(404)
  })
})

describe('a mark', () => {
  test('says who read the text and when, for this text alone, and is in the log', async () => {
    const closed = await entry('closed')
    expect(closed.mark).toBe(null)
    const form = { part: 'text', read: `text closed ${closed.digest}` }
    expect((await osei.post('/school/texts/es/reviewed', form)).to).toBe('/school/texts/es?part=text&said=texts_reviewed')
    expect((await entry('closed')).mark).toMatchObject({ by: 'Ms Osei' })
    expect((await entry('help')).mark).toBe(null)
    expect((await entry('closed', 'ht')).mark).toBe(null)
    expect(await events('text_reviewed')).toEqual([
      { who: 'osei', detail: { language: 'es', kind: 'text', id: 'closed', digest: closed.digest } },
    ])
    expect((await kim.get('/school/texts/es')).html).toMatch(/Read by <bdi>Ms Osei<\/bdi>/)
  })

  test('for a text that has changed since it was read is not taken', async () => {
    await osei.post('/school/texts/es/reviewed', { part: 'text', read: 'text help AAAAAAAAAAAAAAAAAAAAAA' })
    expect((await entry('help')).mark).toBe(null)
  })

  test.each(['english', 'text'] as const)('falls when a later version changes the %s', async (what) => {
    const [before] = fixedEntries('es').filter(({ id }) => id === 'closed')
    if (before === undefined) throw new Error('closed')
    const later = { ...before, [what]: `${before[what]} Otra cosa.` }
    const [now] = await world.inDistrict((trx) => reviewedEntries(trx, world.district, 'es', [later]))
    expect(now?.mark).toBe(null)
  })
})

describe('an own wording', () => {
  test('is shown filled before it is used, with what it costs, and refused in plain words when it lacks something', async () => {
    const shown = await words(osei, 'text/introduction', 'De {school}. Escriba acá. AYUDA o STOP.', 'preview')
    expect([shown.status, shown.html.includes('De Lincoln School. Escriba acá. AYUDA o STOP.')]).toEqual([200, true])
    expect(shown.html).toContain('<bdi>á</bdi> is not in the SMS alphabet')
    expect((await entry('introduction')).wording).toBe(null)
    const refused = await words(osei, 'text/introduction', 'De la escuela <b>. AYUDA o STOP.')
    expect([
      refused.status,
      refused.html.includes('{school} must stand in it exactly once'),
      refused.html.includes('escuela &lt;b&gt;'),
    ]).toEqual([422, true, true])
  })

  test('reaches families wherever the text is used: the first text, notices, answers, a known sentence, a call, the preview', async () => {
    await words(osei, 'text/introduction', 'SALUDO de {school}. AYUDA o STOP.')
    await words(osei, 'text/help', 'AUXILIO de {school}: AYUDA, STOP.')
    await words(osei, 'text/held_for_staff', 'GUARDADO para {staff}: {when}.')
    await words(osei, 'phrase/E13', 'MIL GRACIAS.')
    await words(osei, 'prompt/goodbye', 'HASTA LUEGO.')
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    expect((await world.phoneOf('rosa').reads()).join('\n')).toMatch(/MIL GRACIAS\.\nSALUDO de Lincoln School\. AYUDA o STOP\./)
    const { family } = await world.line('rivera', 'rosa')
    world.phoneOf('rosa').texts(family ?? '', 'ayuda')
    expect(await world.phoneOf('rosa').reads()).toEqual([expect.stringContaining('AUXILIO de Lincoln School')])
    await world.hours('lincoln', { staff: { tue: ['08:00-09:00'] } })
    world.phoneOf('rosa').texts(family ?? '', 'Gracias')
    expect(await world.phoneOf('rosa').reads()).toEqual([expect.stringContaining('GUARDADO para Ms Rivera')])
    await world.hours('lincoln', {})
    const rivera = await visitor(world, 'rivera')
    const [one] = await world.rows(sql<{ id: string }>`select id from conversation where staff_side = 'rivera' limit 1`)
    expect((await rivera.post(`/conversations/${one?.id}/preview`, { body: 'Thank you.' })).html).toContain('MIL GRACIAS.')
    const wordings = await world.inDistrict((trx) => wordingsOf(trx, world.district))
    expect(say(callFacts({ wordings }), 'es', 'goodbye', {})).toEqual([{ kind: 'say', language: 'es', text: 'HASTA LUEGO.' }])
    expect(say(callFacts({ wordings }), 'fr', 'goodbye', {})).not.toEqual([expect.objectContaining({ text: 'HASTA LUEGO.' })])
  })

  test('stands with its writer’s name and mark, its words only in the erasable part of the log, until it is taken away', async () => {
    expect(await entry('help')).toMatchObject({
      current: 'AUXILIO de {school}: AYUDA, STOP.',
      wording: { by: 'Ms Osei' },
      mark: { by: 'Ms Osei' },
    })
    const set = await events('wording_set')
    expect(JSON.stringify(set)).not.toContain('AUXILIO')
    expect(set).toContainEqual({ who: 'osei', detail: { language: 'es', kind: 'text', id: 'help' } })
    expect((await words(whitfield, 'text/help', '', 'drop')).status).toBe(303)
    expect(await entry('help')).toMatchObject({ wording: null, mark: null })
    expect((await events('wording_dropped')).map(({ who }) => who)).toEqual(['whitfield'])
  })
})

test('that unread texts go out is the district’s decision: told as such, once in the log, and taken back', async () => {
  expect((await whitfield.get('/school/texts/es')).html).toContain('nobody has decided that they may')
  for (const unreviewed of ['yes', 'yes']) await kim.post('/school/texts/es/choice', { unreviewed })
  expect((await whitfield.get('/school/texts')).html).toContain('<bdi>Dr Kim</bdi> decided so')
  expect(await events('unreviewed_chosen')).toEqual([{ who: 'kim', detail: { language: 'es' } }])
  await kim.post('/school/texts/es/choice', { unreviewed: 'no' })
  expect((await whitfield.get('/school/texts/es')).html).toContain('nobody has decided that they may')
})

test('the log is intact after all of it', async () => {
  await world.paceIsOver()
  await world.isIntact()
})
