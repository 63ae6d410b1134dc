import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let kim: Visitor
let whitfield: Visitor
beforeAll(async () => {
  world = await openWorld({ numbers: 4 })
  await world.itIs('2036-03-03T10:00')
  kim = await visitor(world, 'kim')
  whitfield = await visitor(world, 'whitfield')
  await world.sends('rivera', { guardian: 'rosa' }, 'We look after Maya.')
  await world.settled()
})

const page = async (who: Visitor, more = '') => (await who.get(`/oversight/review?of=lincoln${more}`)).html
const began = (html: string) => /name="began" value="([^"]*)"/.exec(html)?.[1] ?? 'none'
const watches = (who: Visitor, words: string, stamp = '') =>
  who.post('/oversight/review/lincoln/words', { words, ...(stamp === '' ? {} : { began: stamp }) })
const watched = async () =>
  (await world.rows(sql<{ word: string }>`select word from watched_word order by word collate "C"`)).map(({ word }) => word)

test('watched words that are not taken are named with the reason; two signs are a word where no spaces are written', async () => {
  const many = Array.from({ length: 49 }, (_, i) => `word${i}`).join('\n')
  const answer = await watches(kim, `自杀\nab\n…\n${many}\nthe last one`)
  expect(answer.status).toBe(422)
  for (const said of [
    '“<bdi>ab</bdi>” is so short',
    '“<bdi>…</bdi>” has no letter',
    '“<bdi>the last one</bdi>” is more than the 50',
  ])
    expect(answer.html).toContain(said)
  expect(answer.html).toContain('the last one</textarea>')
  const now = await watched()
  expect([now.length, now.includes('自杀')]).toEqual([50, true])
  expect((await watches(kim, '自杀\n')).to).toContain('said=words_saved')
  expect(await page(kim)).toContain('All messages of the last thirty days were looked through')
})

test('words that somebody changed meanwhile are shown, not overwritten', async () => {
  const stamp = began(await page(kim))
  expect((await watches(whitfield, 'knife', stamp)).status).toBe(303)
  const late = await watches(kim, 'gun', stamp)
  expect([late.status, late.html.includes('Watched for now: <bdi>knife</bdi>')]).toEqual([409, true])
  expect(late.html).toContain('>gun</textarea>')
  expect(await watched()).toEqual(['knife'])
  expect((await watches(kim, 'knife\ngun', began(late.html))).status).toBe(303)
})

test('of two who look at a message the first one’s outcome stays, and the second sees it beside the own note', async () => {
  const [, one] = /action="(\/oversight\/review\/lincoln\/[0-9a-f-]{36})"/.exec(await page(kim)) ?? []
  for (const _ of ['the press', 'a second one'])
    expect((await whitfield.post(one ?? '', { outcome: 'report', note: 'Told the nurse.' })).status).toBe(303)
  const late = await kim.post(one ?? '', { outcome: 'fine', note: 'Harmless.' })
  expect(late.status).toBe(409)
  expect(late.html).toMatch(/Principal Whitfield<\/bdi>: It goes on.*“<bdi>Told the nurse\.<\/bdi>”.*Harmless\./s)
  expect(await world.rows(sql`select outcome, reviewed_by from review where outcome is not null`)).toEqual([
    { outcome: 'report', reviewed_by: 'whitfield' },
  ])
})

test('more messages than one look takes: the page says how far it has looked, goes on from there, and how many it does not show', async () => {
  await world.rows(sql`with copies as (
      insert into exchange select r.* from exchange x cross join generate_series(1, 610) i cross join lateral jsonb_populate_record(null::exchange,
        to_jsonb(x) || jsonb_build_object('id', gen_random_uuid(), 'seq', null, 'attempt_id', null, 'carrier_sid', null,
          'original_text', 'A zebra.', 'created_at', x.created_at - i * interval '1 minute')) r
      where x.original_text = 'We look after Maya.' returning id)
    insert into word_waiting (district_id, seq, texts, exchanges) select ${world.district}, 1000000, 610, array_agg(id) from copies returning seq`)
  await watches(kim, 'zebra')
  const first = await page(kim)
  expect(first).toMatch(/looked through for the watched words so far, back to/)
  expect(first).toMatch(/4[0-9]{2} more\./)
  expect((await page(kim, '&part=2')).match(/has a watched word/g)?.length).toBeGreaterThan(200)
  const [, on = ''] = /href="\/oversight\/review\?of=lincoln&before=([^"]+)"/.exec(first) ?? []
  expect(await page(kim, `&before=${on}`)).toContain('All messages of the last thirty days were looked through')
  expect(await world.rows(sql`select count(*)::int as n from review where why = 'word'`)).toEqual([{ n: 610 }])
})
