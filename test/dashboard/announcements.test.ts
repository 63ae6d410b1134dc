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

test('its page looks again by itself while it goes out, not while it waits for its time or for receipts', async () => {
  const { to } = await rivera.post('/classes/4b/announcements', {
    body: 'Sign it.',
    key: key(),
    date: '2036-03-05',
    time: '07:00',
  })
  const id = (to ?? '').split(/[/?]/)[2] ?? ''
  // What is still being prepared would be timed by what is set below, and go out.
  await world.settled()
  const goesOn = async () => {
    const { html } = await rivera.get(`/announcements/${id}`)
    return [html.includes('data-progress'), html.includes('http-equiv="refresh"')]
  }
  expect(await goesOn(), 'it waits for its time').toEqual([false, false])
  const ofIt = sql`id in (select exchange_id from announced where announcement_id = ${id}::uuid)`
  const was = await world.rows(
    sql<{ status: string; at: string }>`select status, not_before::text as at from exchange where ${ofIt}`,
  )
  for (const [status, expected] of [
    ['queued', true],
    ['sending', true],
    ['sent', false],
    ['delivered', false],
    ['held', false],
  ] as const) {
    // No job takes what has no time.
    await world.rows(sql`update exchange set status = ${status}, not_before = null, send_after = null where ${ofIt} returning id`)
    expect([status, ...(await goesOn())]).toEqual([status, expected, expected])
  }
  await world.rows(
    sql`update exchange set status = ${was[0]?.status}, not_before = ${was[0]?.at}::timestamptz, send_after = ${was[0]?.at}::timestamptz where ${ofIt} returning id`,
  )
  await rivera.post(`/announcements/${id}/cancel`)
})

describe('before an announcement is sent', () => {
  const classPreview = async (body: string, more: Record<string, string> = {}) =>
    reckoned((await rivera.post('/classes/4b/preview', { body, show: 'each', ...more })).html)

  test('the page says how many get it, by which way and in which languages, and who does not', async () => {
    expect(reckoned((await rivera.get('/classes/4b')).html)).toBe(
      '6 phones get it by text, in Spanish, Arabic, Haitian Creole, Vietnamese, and Chinese (Simplified, Mandarin). Not reached: 1 with no phone on file.',
    )
    await phoneOf('luis', sql`line_type = 'landline'`)
    await phoneOf('wei', sql`opted_out_at = now()`)
    expect(reckoned((await rivera.get('/classes/4b')).html)).toBe(
      '5 phones get it, 4 by text and 1 by call, in Spanish, Arabic, Haitian Creole, and Vietnamese. Not reached: 1 with no phone on file and 1 who asked for no messages.',
    )
    await phoneOf('luis', sql`line_type = null`)
    await phoneOf('wei', sql`opted_out_at = null`)
  })

  test('the first text introduces the school, and what is reckoned is what the carrier counts', async () => {
    for (const body of ['No school on Monday, March 10.', 'Thank you.', 'Bring boots and a hat — it’s cold.']) {
      const counted = /It counts as (\d+) texts and costs about (\d+ cents|\$[\d.]+)\./.exec(await classPreview(body))
      const { to } = await rivera.post('/classes/4b/announcements', { body, key: key() })
      expect(to).toContain('said=announced')
      // One phone, one copy, both named.
      expect((await rivera.get(to ?? '')).html).toContain('<td><bdi>Jean Pierre and Marie Pierre</bdi></td>')
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
    expect(reckoned((await kim.get('/school/message?of=lincoln')).html)).toMatch(/^\d+ phones get it by text, in /)
    const part = { 'sec-fetch-site': 'same-origin', 'x-part': 'preview' }
    const { html } = await kim.post('/school/lincoln/announcements/preview', { body: 'Thank you.' }, part)
    expect(reckoned(html)).toMatch(/It counts as \d+ texts and costs about /)
    expect(reckoned((await kim.post('/school/lincoln/announcements/preview', { body: '' }, part)).html)).not.toContain('costs')
  })
})

describe('an announcement that is put off', () => {
  const friday = { date: '2036-03-07', time: '07:00' }
  let osei: Visitor
  beforeAll(async () => {
    osei = await visitor(world, 'osei')
  })
  /** Writes one to the class, for Friday at seven or another time; gives its page. */
  const write = async (body: string, day: { date: string; time: string } = friday) => {
    const { to } = await rivera.post('/classes/4b/announcements', { body, key: key(), ...day })
    await world.settled()
    return (to ?? '').split('?')[0] ?? ''
  }
  const edit = (at: string, body: string, more: Record<string, string> = {}) =>
    rivera.post(`${at}/edit`, { body, key: key(), ...friday, ...more })
  const messages = (text: string) =>
    world.rows(sql<{ guardian: string; status: string }>`select guardian_id as guardian, status from exchange
      where original_text = ${text} and conversation_id is not null order by guardian_id`)
  const clear = async () => {
    await world.settled()
    for (const name of FAMILIES) await world.phoneOf(name).reads()
  }

  test('is changed with its time; each family gets the new words once, and what went before says so in the log', async () => {
    await clear()
    const at = await write('Bring boots on Friday.')
    expect((await rivera.get(at)).html).toContain(`href="${at}/edit"`)
    const form = (await rivera.get(`${at}/edit`)).html
    for (const part of ['>Bring boots on Friday.</textarea>', 'value="2036-03-07"', 'value="07:00"']) expect(form).toContain(part)
    expect(reckoned(form)).toContain('6 phones get it by text')
    const changed = { body: 'Bring a coat on Friday.', date: '2036-03-07', time: '09:30', key: key() }
    for (const _ of ['the press', 'a second one'])
      expect((await rivera.post(`${at}/edit`, changed)).to).toBe(`${at}?said=announced_later`)
    await world.settled()
    expect(new Set((await messages('Bring boots on Friday.')).map(({ status }) => status))).toEqual(new Set(['canceled']))
    expect((await messages(changed.body)).map(({ status }) => status)).toEqual(Array(6).fill('held'))
    const { html } = await rivera.get(at)
    expect(html).toContain('Bring a coat on Friday.')
    expect(html).not.toContain('Bring boots on Friday.')
    expect(html).toContain('It goes out Friday at 9:30 AM')
    expect(html).toContain('<b>6</b> on their way or waiting')
    expect(html.match(/<tr><td>/g)).toHaveLength(7)
    expect((await rivera.get('/classes')).html).not.toContain('Bring boots on Friday.')
    const events = await world.rows(sql`select v.what, count(*)::int as n from event v join exchange e on e.id = v.exchange_id
      where e.original_text in ('Bring boots on Friday.', ${changed.body}) and e.conversation_id is not null and v.what in ('written', 'canceled') group by 1 order by 1`)
    expect(events).toEqual([
      { what: 'canceled', n: 6 },
      { what: 'written', n: 12 },
    ])
    await world.itIs('2036-03-07T09:30')
    for (const name of FAMILIES) {
      const came = await world.phoneOf(name).reads()
      expect([name, came.length, came.join().includes('coat')]).toEqual([name, 1, true])
    }
    expect((await rivera.get(`${at}/edit`)).to).toBe(at)
  })

  test('leaves alone what one family has got or was decided of it', async () => {
    await world.itIs('2036-03-10T10:00')
    const monday = { date: '2036-03-14', time: '07:00' }
    const at = await write('Sign the paper.', monday)
    const [fatima, rosa] = await Promise.all(
      ['fatima', 'rosa'].map(async (who) => {
        const [row] = await world.rows(
          sql<{ id: string }>`select id from exchange where original_text = 'Sign the paper.' and guardian_id = ${who}`,
        )
        return row?.id
      }),
    )
    await rivera.post(`/exchanges/${rosa}/release`, { back: '/inbox' })
    await rivera.post(`/exchanges/${fatima}/cancel`, { back: '/inbox' })
    await clear()
    expect(reckoned((await rivera.get(`${at}/edit`)).html)).toMatch(/^4 phones get it/)
    expect((await edit(at, 'Sign the paper, please.', monday)).to).toContain(at)
    await world.settled()
    expect((await messages('Sign the paper, please.')).map(({ guardian }) => guardian)).toEqual([
      'luis',
      'marie',
      'parent-tran',
      'wei',
    ])
    await world.itIs('2036-03-14T07:00')
    expect([await world.phoneOf('rosa').reads(), await world.phoneOf('fatima').reads()]).toEqual([[], []])
    expect(await world.phoneOf('luis').reads()).toHaveLength(1)
    expect((await rivera.get(at)).html).toContain('Sign the paper, please.')
  })

  test('a family that said STOP meanwhile gets nothing; one that left the class is left out, one that came is in', async () => {
    await world.itIs('2036-03-17T10:00')
    const friday = { date: '2036-03-21', time: '07:00' }
    const at = await write('Bring lunch.', friday)
    world.phoneOf('wei').texts((await world.line('rivera', 'wei')).family ?? '', 'STOP')
    await clear()
    await world.rows(sql`update enrollment set active = false where person_id = 'yusuf' and class_id = '4b' returning id`)
    await world.rows(sql`update enrollment set class_id = '4b' where person_id = 'emma' and role = 'student' returning id`)
    await edit(at, 'Bring lunch and water.', friday)
    await world.settled()
    await world.itIs('2036-03-21T07:00')
    const came = Object.fromEntries(
      await Promise.all(['wei', 'fatima', 'rosa', 'james'].map(async (who) => [who, (await world.phoneOf(who).reads()).length])),
    )
    expect(came).toEqual({ wei: 0, fatima: 0, rosa: 1, james: 1 })
    await world.rows(sql`update enrollment set active = true where person_id = 'yusuf' and class_id = '4b' returning id`)
    await world.rows(sql`update enrollment set class_id = 'math' where person_id = 'emma' and role = 'student' returning id`)
    world.phoneOf('wei').texts((await world.line('rivera', 'wei')).family ?? '', 'START')
    await clear()
  })

  test('what cannot be is said in one sentence, with everything typed kept, and nothing is changed', async () => {
    await world.itIs('2036-03-24T10:00')
    const at = await write('Keep this.', { date: '2036-03-28', time: '07:00' })
    for (const [fields, words] of [
      [{ date: '2036-03-24', time: '07:00' }, 'That time has passed'],
      [{ date: '2036-03-28', time: '' }, 'Choose the time as well'],
      [{ body: ' ' }, 'There is nothing to send yet'],
    ] as const) {
      const { status, html } = await rivera.post(`${at}/edit`, {
        body: 'Other words.',
        key: key(),
        date: '',
        time: '',
        ...fields,
      })
      expect([status, html.includes(words)]).toEqual([422, true])
    }
    expect((await messages('Keep this.')).every(({ status }) => status === 'held')).toBe(true)
    await rivera.post(`${at}/cancel`)
    const late = await edit(at, 'Too late for this.', { date: '2036-03-28', time: '07:00' })
    expect([
      late.status,
      late.html.includes('It waits for nobody any more'),
      late.html.includes('>Too late for this.</textarea>'),
    ]).toEqual([422, true, true])
    expect(await messages('Too late for this.')).toEqual([])
  })

  test('is nobody else’s to change, not even an administrator’s', async () => {
    const at = await write('Mine alone.', { date: '2036-03-28', time: '07:00' })
    for (const other of [osei, kim])
      expect([
        (await other.get(`${at}/edit`)).status,
        (await other.post(`${at}/edit`, { body: 'Not mine.', key: key() })).status,
        (await other.post(`${at}/preview`, { body: 'Not mine.' })).status,
      ]).toEqual([404, 404, 404])
    await rivera.post(`${at}/cancel`)
  })

  test('says when it was written, and offers to change it only to who still has the class', async () => {
    await world.itIs('2036-03-24T10:00')
    const at = await write('Bring a book.', { date: '2036-03-28', time: '07:00' })
    const teaches = (active: boolean) =>
      world.rows(sql`update enrollment set active = ${active} where person_id = 'rivera' and class_id = '4b' returning id`)
    const page = (await rivera.get(at)).html
    expect(page).toMatch(/<p class="sub">Written <time [^>]+>[^<]+, \d+:\d\d [AP]M<\/time><\/p>/)
    expect(page).toContain(`href="${at}/edit"`)
    await teaches(false)
    const without = (await rivera.get(at)).html
    expect([without.includes('/edit"'), without.includes(`action="${at}/cancel"`)]).toEqual([false, true])
    expect((await rivera.get(`${at}/edit`)).status).toBe(404)
    await teaches(true)
    await rivera.post(`${at}/cancel`)
  })

  test('without a time it goes at once; with none for whom it waits the form leads back', async () => {
    await clear()
    const at = await write('Later.', { date: '2036-03-28', time: '07:00' })
    expect((await edit(at, 'Thank you.', { date: '', time: '' })).to).toBe(`${at}?said=announced_anew`)
    expect((await world.phoneOf('rosa').reads()).join()).toContain('Gracias')
    expect((await rivera.get(`${at}/edit`)).to).toBe(at)
  })

  test('a message to a whole school is changed likewise', async () => {
    const { to } = await kim.post('/school/lincoln/announcements', {
      body: 'No bus.',
      key: key(),
      date: '2036-03-28',
      time: '07:00',
    })
    const at = (to ?? '').split('?')[0] ?? ''
    await world.settled()
    const changed = { body: 'No bus at all.', key: key(), date: '2036-03-28', time: '08:00' }
    expect((await kim.post(`${at}/preview`, changed)).html).toContain('It goes out Friday at 8:00 AM.')
    expect((await kim.post(`${at}/edit`, changed)).to).toBe(`${at}?said=announced_later`)
    expect((await kim.get(at)).html).toContain('No bus at all.')
    await kim.post(`${at}/cancel`)
  })

  test('changed twice it still reaches who was out of the class in between, and who shares a phone with somebody who left', async () => {
    const twice = async (day: string, between: () => Promise<unknown>, after: () => Promise<unknown>, who: string) => {
      await world.itIs(`2036-04-${day}T10:00`)
      const later = { date: `2036-04-${Number(day) + 1}`, time: '07:00' }
      const at = await write(`First of ${day}.`, later)
      await clear()
      await between()
      await edit(at, `Second of ${day}.`, later)
      await world.settled()
      await after()
      await edit(at, `Third of ${day}.`, later)
      await world.settled()
      expect((await messages(`Third of ${day}.`)).map(({ status }) => status)).toEqual(Array(6).fill('held'))
      await world.itIs(`2036-04-${Number(day) + 1}T07:00`)
      expect(await world.phoneOf(who).reads()).toHaveLength(1)
      await clear()
    }
    const enrolled = (active: boolean) => () =>
      world.rows(sql`update enrollment set active = ${active} where person_id = 'yusuf' and class_id = '4b' returning id`)
    await twice('15', enrolled(false), enrolled(true), 'fatima')
    const jean = (active: boolean) => () => world.rows(sql`update person set active = ${active} where id = 'jean' returning id`)
    await twice('17', jean(false), jean(true), 'jean')
  })
})

test('what its writer cancels for all is called that, and was no word to anybody', async () => {
  const tran = await visitor(world, 'tran')
  const [one] = await world.rows(
    sql<{ id: string }>`select class_id as id from enrollment where person_id = 'tran' and role = 'teacher' limit 1`,
  )
  const silent = async () => (await tran.get('/classes')).html.split('No word in 30 days')[1]?.match(/<li>/g)?.length
  const before = await silent()
  const put = { body: 'See you tomorrow.', date: '2036-06-20', time: '10:00', key: key() }
  const { to } = await tran.post(`/classes/${one?.id}/announcements`, put)
  const id = /announcements\/([^?]*)/.exec(to ?? '')?.[1]
  await tran.post(`/announcements/${id}/cancel`, {})
  await world.settled()
  const { html } = await tran.get(`/announcements/${id}`)
  expect([html.includes('</b> canceled'), html.includes('not reached')]).toEqual([true, false])
  expect((await tran.get('/inbox')).html).toContain('Not sent')
  expect([before !== undefined, await silent()]).toEqual([true, before])
})
