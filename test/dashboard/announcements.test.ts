import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { segmentsOf } from '../../src/carriers/twilio/segments.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let rivera: Visitor
let kim: Visitor

const key = () => crypto.randomUUID()
const FAMILIES = ['rosa', 'luis', 'fatima', 'wei', 'jean', 'parent-tran']

/** The line that says to how many a message goes, at what cost. */
const reckoned = (html: string) => /<p class="hint reckoned">([^<]*)<\/p>/.exec(html)?.[1] ?? ''
const phoneOf = (guardian: string, change: ReturnType<typeof sql>) =>
  world.rows(sql`update phone set ${change} where id = (select h.phone_id from household h join household_guardian hg on hg.household_id = h.id
    where hg.guardian_id = ${guardian} and h.until is null) returning id`)

beforeAll(async () => {
  world = await openWorld({ numbers: 10 })
  await world.itIs('2036-03-03T10:00')
  rivera = await visitor(world, 'rivera')
  kim = await visitor(world, 'kim')
})
afterEach(() => world.isIntact())

describe('before an announcement is sent', () => {
  const classPreview = async (body: string, more: Record<string, string> = {}) =>
    reckoned((await rivera.post('/classes/4b/preview', { body, show: 'each', ...more })).html)

  test('the page says how many get it, by which way and in which languages, and who does not', async () => {
    expect(reckoned((await rivera.get('/classes/4b')).html)).toBe(
      '6 families get it by text, in Spanish, Arabic, Haitian Creole, Vietnamese, and Chinese (Simplified, Mandarin). Not reached: 1 with no phone on file.',
    )
    await phoneOf('luis', sql`line_type = 'landline'`)
    await phoneOf('wei', sql`opted_out_at = now()`)
    expect(reckoned((await rivera.get('/classes/4b')).html)).toBe(
      '5 families get it, 4 by text and 1 by call, in Spanish, Arabic, Haitian Creole, and Vietnamese. Not reached: 1 with no phone on file and 1 who asked for no messages.',
    )
    await phoneOf('luis', sql`line_type = null`)
    await phoneOf('wei', sql`opted_out_at = null`)
  })

  test('the first text introduces the school, and what is reckoned is what the carrier counts', async () => {
    for (const body of ['No school on Monday, March 10.', 'Thank you.', 'Bring boots and a hat — it’s cold.']) {
      const counted = /It counts as (\d+) texts and costs about (\d+ cents|\$[\d.]+)\./.exec(await classPreview(body))
      const { to } = await rivera.post('/classes/4b/announcements', { body, key: key() })
      expect(to).toContain('said=announced')
      await world.settled()
      const came = await Promise.all(FAMILIES.map(async (name) => (await world.phoneOf(name).reads()).map(segmentsOf)))
      const segments = came.flat().reduce((sum, one) => sum + one, 0)
      expect(Number(counted?.[1])).toBe(segments)
      expect(counted?.[2]).toBe(`${Math.round(segments * 1.2)} cents`)
    }
  })

  test('calls are told apart and cost nothing as texts; a picture is counted as a picture message', async () => {
    await phoneOf('luis', sql`line_type = 'landline'`)
    expect(await classPreview('Thank you.')).toMatch(/5 by text and 1 by call.* costs about \d+ cents, calls apart\./)
    await phoneOf('luis', sql`line_type = null`)
    expect(await classPreview('Thank you.', { picture: 'yes' })).toContain(
      'It counts as 6 picture messages and costs about 18 cents.',
    )
  })

  test('a language that no voice speaks is said to need a person where it goes by call', async () => {
    await phoneOf('fatima', sql`line_type = 'landline'`)
    await world.rows(sql`update person set language = 'so' where id = 'fatima' returning id`)
    const { html } = await rivera.post('/classes/4b/preview', { body: 'Thank you.', show: 'each' })
    expect(html).toContain('No voice speaks Somali: for calls somebody has to say it first.')
    await world.rows(sql`update person set language = 'ar' where id = 'fatima' returning id`)
    await phoneOf('fatima', sql`line_type = null`)
  })

  test('a message to all of a school says it too, each time the draft is looked at', async () => {
    expect(reckoned((await kim.get('/school/message?of=lincoln')).html)).toMatch(/^\d+ families get it by text, in /)
    const part = { 'sec-fetch-site': 'same-origin', 'x-part': 'preview' }
    const { html } = await kim.post('/school/lincoln/announcements/preview', { body: 'Thank you.' }, part)
    expect(reckoned(html)).toMatch(/It counts as \d+ texts and costs about /)
    expect(reckoned((await kim.post('/school/lincoln/announcements/preview', { body: '' }, part)).html)).not.toContain('costs')
  })
})
