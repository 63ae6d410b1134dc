import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Telephone, telephone } from '../support/telephone.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { daily, openWorld, type World } from '../support/world.ts'

let world: World
let rivera: Visitor
let osei: Visitor
let rosa: string
let fatima: string
let rosasPhone: Telephone

/** The page of a teacher's conversation with a guardian. */
async function conversationWith(guardian: string): Promise<string> {
  const { to } = await rivera.post(`/families/${guardian}/conversation`)
  return (to ?? '').split('#')[0] ?? ''
}
const key = () => crypto.randomUUID()
const rowOf = async (text: string) => {
  const [row] = await world.rows(
    sql<{ id: string; status: string }>`
      select id, status from exchange where original_text = ${text} and direction = 'to_family' order by created_at desc limit 1`,
  )
  return row
}

beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  // A Monday.
  await world.itIs('2036-03-03T10:00')
  rivera = await visitor(world, 'rivera')
  osei = await visitor(world, 'osei')
  rosa = await conversationWith('rosa')
  fatima = await conversationWith('fatima')
  rosasPhone = telephone(world, world.phoneOf('rosa').number)
  await world.sends('rivera', { guardian: 'rosa' }, 'Good morning.')
  await world.phoneOf('rosa').reads()
})
afterEach(() => world.isIntact())

describe('send later', () => {
  const wednesday = { date: '2036-03-05', time: '07:00' }

  test('before sending, the page says when it goes, by the school’s clock', async () => {
    const preview = (fields: Record<string, string>) => rivera.post(`${rosa}/preview`, { body: 'Hello', ...fields })
    expect((await preview({})).html).toContain('It goes out at once.')
    expect((await preview({ voice: 'yes' })).html).toContain('Their phone rings at once.')
    await world.rows(
      sql`update phone set line_type = 'landline' where id = (select phone_id from person_phone where person_id = 'rosa' limit 1) returning id`,
    )
    expect((await preview({})).html).toContain('Their phone rings at once.')
    await world.rows(
      sql`update phone set line_type = null where line_type = 'landline' and id = (select phone_id from person_phone where person_id = 'rosa' limit 1) returning id`,
    )
    const { html } = await preview(wednesday)
    expect(html).toContain('It goes out Wednesday at 7:00 AM.')
    expect(html).toContain('value="2036-03-05"')
    await world.hours('lincoln', { families: daily('08:00-18:00') })
    expect((await preview(wednesday)).html).toContain(
      'Families may not be reached Wednesday at 7:00 AM: it arrives Wednesday at 8:00 AM.',
    )
    await world.hours('lincoln', {})
  })

  test('a word that would mean another day where it is read is said before sending, with the day to write', async () => {
    const preview = async (fields: Record<string, string>) => (await rivera.post(`${rosa}/preview`, fields)).html
    expect(await preview({ ...wednesday, body: 'Please bring it tomorrow, and call me Today.' })).toContain(
      'It is read on Wednesday, March 5: write Monday, March 3 instead of “Today” and Tuesday, March 4 instead of “tomorrow”.',
    )
    expect(await preview({ body: 'Please bring it tomorrow.' })).not.toContain('It is read on')
    expect(await preview({ ...wednesday, body: 'Please bring it on Friday.' })).not.toContain('It is read on')
    const { html } = await rivera.post('/classes/4b/preview', { ...wednesday, body: 'School is closed tomorrow.' })
    expect(html).toContain('write Tuesday, March 4 instead of “tomorrow”')
  })

  test.each([
    ['a day without a time', { date: '2036-03-05' }, 'Choose the time as well'],
    ['a time without a day', { time: '07:00' }, 'Choose the day as well'],
    ['a time that has passed', { date: '2036-03-03', time: '07:00' }, 'That time has passed'],
    ['a time in two years', { date: '2038-03-05', time: '07:00' }, 'more than a year away'],
    ['no time at all', { date: 'Friday', time: 'noon' }, 'This is no day and time'],
  ])('%s is refused in one sentence, and everything typed stays', async (_, fields, words) => {
    const { status, html } = await rivera.post(`${rosa}/messages`, { body: 'Refused for its time.', key: key(), ...fields })
    expect([status, html.includes(words), html.includes('>Refused for its time.</textarea>')]).toEqual([422, true, true])
    for (const value of Object.values(fields)) expect(html).toContain(`value="${value}"`)
    expect(await rowOf('Refused for its time.')).toBe(undefined)
  })

  test('urgent and later is a choice to be made', async () => {
    await world.rows(sql`update school set teachers_may_send_urgent = true where id = 'lincoln' returning id`)
    const { status, html } = await rivera.post(`${rosa}/messages`, {
      ...wednesday,
      body: 'Both.',
      key: key(),
      urgent: 'yes',
      reason: 'The bus',
    })
    expect([status, html.includes('choose one of the two')]).toEqual([422, true])
    await world.rows(sql`update school set teachers_may_send_urgent = false where id = 'lincoln' returning id`)
  })

  test('it stands in the thread with its time and what may be done; what is written later goes at once; it goes at its time', async () => {
    const { to } = await rivera.post(`${rosa}/messages`, { body: 'Remember the trip.', key: key(), ...wednesday })
    expect(to).toContain('said=scheduled')
    await world.settled()
    const { html } = await rivera.get(rosa)
    const id = (await rowOf('Remember the trip.'))?.id
    expect(html).toContain('Goes Wednesday at 7:00 AM')
    for (const action of ['release', 'cancel']) expect(html).toContain(`/exchanges/${id}/${action}`)
    expect(html).toContain(`?edit=${id}`)
    await rivera.post(`${rosa}/messages`, { body: 'See you today.', key: key() })
    expect(await world.phoneOf('rosa').reads()).toEqual([expect.stringContaining('See you today.')])
    await world.itIs('2036-03-05T07:00')
    expect(await world.phoneOf('rosa').reads()).toEqual([expect.stringContaining('Remember the trip.')])
  })

  test('sent now it goes at once, without any right to send urgently', async () => {
    const friday = { date: '2036-03-07', time: '07:00' }
    await rivera.post(`${rosa}/messages`, { body: 'Bring a coat.', key: key(), ...friday })
    await world.settled()
    const { id } = (await rowOf('Bring a coat.')) ?? {}
    const { to } = await rivera.post(`/exchanges/${id}/release`, { back: rosa })
    expect(to).toContain('said=released')
    expect(await world.phoneOf('rosa').reads()).toEqual([expect.stringContaining('Bring a coat.')])
    const rows = await world.rows(sql`select urgent, not_before from exchange where id = ${id ?? ''}::uuid`)
    expect(rows).toEqual([{ urgent: false, not_before: null }])
  })

  test('sent now outside the hours it waits for them, and the page says so', async () => {
    await world.hours('lincoln', { families: daily('18:00-20:00') })
    await rivera.post(`${rosa}/messages`, { body: 'Bring a hat.', key: key(), date: '2036-03-07', time: '19:00' })
    await world.settled()
    const { id } = (await rowOf('Bring a hat.')) ?? {}
    expect((await rivera.post(`/exchanges/${id}/release`, { back: rosa })).to).toContain('said=held')
    expect((await rivera.get(rosa)).html).toContain('Arrives today at 6:00 PM')
    await rivera.post(`/exchanges/${id}/cancel`, { back: rosa })
    await world.hours('lincoln', {})
  })

  test('what the hours hold goes at once by who may, for a reason alone, which stays with it', async () => {
    await world.hours('lincoln', { families: daily('00:00-07:00') })
    await rivera.post(`${rosa}/messages`, { body: 'The school is closed.', key: key() })
    await world.settled()
    const { id } = (await rowOf('The school is closed.')) ?? {}
    expect((await rivera.get(rosa)).html).not.toContain(`/exchanges/${id}/release`)
    const whitfield = await visitor(world, 'whitfield')
    const release = (reason: string) => whitfield.post(`/exchanges/${id}/release`, { back: rosa, reason })
    expect((await whitfield.get(rosa)).html).toMatch(new RegExp(`/exchanges/${id}/release.*Why it cannot wait`, 's'))
    const without = await release(' ')
    expect([without.status, without.html.includes('needs a reason')]).toEqual([409, true])
    expect((await release('Snow')).to).toContain('said=released')
    const kept = await world.rows(sql`select urgent, urgent_reason from exchange where id = ${id}::uuid`)
    expect(kept).toEqual([{ urgent: true, urgent_reason: 'Snow' }])
    await world.hours('lincoln', {})
    await world.settled()
  })

  test('new hours move what is put off only as far as they must', async () => {
    await rivera.post(`${rosa}/messages`, { body: 'On Friday.', key: key(), date: '2036-03-07', time: '07:00' })
    await world.settled()
    await world.hours('lincoln', { families: daily('08:00-18:00') })
    expect((await rivera.get(rosa)).html).toContain('Arrives Friday at 8:00 AM')
    await world.hours('lincoln', {})
    expect((await rivera.get(rosa)).html).toContain('Goes Friday at 7:00 AM')
    const { id } = (await rowOf('On Friday.')) ?? {}
    const { html } = await rivera.get(`${rosa}?edit=${id}`)
    for (const part of ['>On Friday.</textarea>', 'value="2036-03-07"', 'value="07:00"']) expect(html).toContain(part)
    expect((await rowOf('On Friday.'))?.status).toBe('held')
    for (const wrong of [
      { urgent: 'yes', reason: '' },
      { date: '2036-03-02', time: '07:00' },
    ]) {
      const refused = await rivera.post(`${rosa}/messages`, {
        body: 'On Friday at ten.',
        replaces: id ?? '',
        key: key(),
        ...wrong,
      })
      expect([refused.status, refused.html.includes(`name="replaces" value="${id}"`)]).toEqual([422, true])
      expect((await rowOf('On Friday.'))?.status).toBe('held')
    }
    const changed = { body: 'On Friday at nine.', date: '2036-03-07', time: '07:00', replaces: id ?? '', key: key() }
    for (const _ of ['the press', 'a second one'])
      expect((await rivera.post(`${rosa}/messages`, changed)).to).toContain('said=scheduled')
    await world.settled()
    expect((await rowOf('On Friday.'))?.status).toBe('canceled')
    const written = await world.rows(sql`select status from exchange where original_text = 'On Friday at nine.'`)
    expect(written).toEqual([{ status: 'held' }])
  })

  test('a message that has gone out is not changed, and what was typed instead is not lost', async () => {
    await rivera.post(`${rosa}/messages`, { body: 'Gone already.', key: key() })
    await world.settled()
    const { id } = (await rowOf('Gone already.')) ?? {}
    const { status, html } = await rivera.post(`${rosa}/messages`, { body: 'Too late.', replaces: id ?? '', key: key() })
    expect([status, html.includes('>Too late.</textarea>'), html.includes('has gone out meanwhile')]).toEqual([409, true, true])
    expect(html).not.toContain('name="replaces"')
    expect(await rowOf('Too late.')).toBeUndefined()
    expect((await rivera.get(`${rosa}?edit=${id}`)).html).not.toContain('name="replaces"')
  })

  test('an announcement to a class goes at its time too; it is sent now or canceled for all at once, by its writer alone', async () => {
    const [one] = await world.rows(
      sql<{
        id: string
      }>`select class_id as id from enrollment where person_id = 'rivera' and role = 'teacher' order by class_id limit 1`,
    )
    const write = async (body: string) => {
      const fields = { body, key: key(), date: '2036-03-07', time: '07:00' }
      expect((await rivera.post(`/classes/${one?.id}/preview`, fields)).html).toContain('It goes out Friday at 7:00 AM.')
      const { to } = await rivera.post(`/classes/${one?.id}/announcements`, fields)
      await world.settled()
      return (to ?? '').split('?')[0] ?? ''
    }
    const canceled = await write('No homework.')
    expect((await rivera.get(canceled)).html).toContain('It goes out Friday at 7:00 AM')
    for (const action of ['cancel', 'release']) expect((await osei.post(`${canceled}/${action}`)).status).toBe(404)
    expect((await rivera.post(`${canceled}/cancel`)).to).toContain('said=canceled_all')
    expect((await rivera.get(canceled)).html).not.toContain('It goes out')
    expect(
      await world.rows(
        sql`select distinct status from exchange where original_text = 'No homework.' and conversation_id is not null`,
      ),
    ).toEqual([{ status: 'canceled' }])
    const sent = await write('Thank you.')
    await rivera.post(`${sent}/release`)
    expect((await world.phoneOf('rosa').reads()).join()).toContain('Gracias')
  })

  test('a message to a whole school goes at its time too, and its page says so', async () => {
    const kim = await visitor(world, 'kim')
    const at = '/school/lincoln/announcements'
    const fields = { body: 'No bus on Friday.', key: key(), date: '2036-03-07', time: '07:00' }
    const part = await kim.post(`${at}/preview`, fields, { 'sec-fetch-site': 'same-origin', 'x-part': 'preview' })
    expect(part.html).toContain('It goes out Friday at 7:00 AM.')
    expect((await kim.post(at, { ...fields, time: '' })).html).toContain('value="2036-03-07"')
    const { to } = await kim.post(at, fields)
    expect(to).toMatch(/^\/announcements\/.*said=announced_later$/)
    await world.settled()
    const page = await kim.get(to ?? '')
    expect([page.html.includes('It goes out Friday at 7:00 AM'), page.html.includes('href="/school/message"')]).toEqual([
      true,
      true,
    ])
    expect(
      await world.rows(
        sql`select distinct status from exchange where original_text = ${fields.body} and conversation_id is not null`,
      ),
    ).toEqual([{ status: 'held' }])
    expect((await kim.get('/school/message?of=lincoln')).html).toContain(to?.split('?')[0])
    await kim.post(`${to?.split('?')[0]}/cancel`)
  })
})

test('an automatic notice stands in the thread as one, and an administrator sees what happened to each message', async () => {
  await world.hours('lincoln', { staff: daily('06:00-07:00') })
  world.phoneOf('rosa').texts((await world.line('rivera', 'rosa')).family ?? '', 'Llegamos tarde')
  const [told = ''] = await world.phoneOf('rosa').reads()
  await world.hours('lincoln', {})
  const thread = (await rivera.get(rosa)).html
  expect(thread).toContain('Automatic notice to the family')
  expect(thread).toContain(told.replaceAll('"', '&quot;'))
  expect(thread).not.toContain('What happened to it')
  const seen = (await (await visitor(world, 'kim')).get(rosa)).html
  expect(seen).toMatch(/What happened to it<\/summary><ol><li><time [^>]*>\d+:\d\d [AP]M<\/time> written/)
})

test('the preview of a first text shows how the school introduces itself, and counts it; the phone gets just that', async () => {
  await world.phoneOf('fatima').reads()
  await world.rows(
    sql`update phone set introduced_at = null where id = (select phone_id from person_phone where person_id = 'fatima' limit 1) returning id`,
  )
  const { html } = await rivera.post(`${fatima}/preview`, { body: 'Thank you.' })
  const shown = /aria-label="What arrives">.*?<p class="words"[^>]*>(.*?)<\/p>/s.exec(html)?.[1] ?? ''
  expect(shown).toContain('STOP')
  expect(html).toMatch(/\d texts in one/)
  await rivera.post(`${fatima}/messages`, { body: 'Thank you.', key: key() })
  const [came = ''] = await world.phoneOf('fatima').reads()
  expect(came.replaceAll('"', '&quot;')).toBe(shown)
  const again = (await rivera.post(`${fatima}/preview`, { body: 'Thank you.' })).html
  expect(again).toContain('One text, about 1 cent.')
})

describe('as a call', () => {
  test('the preview says that the phone rings; the family hears it behind a key, and the thread says so', async () => {
    const fields = { body: 'Thank you.', voice: 'yes' }
    expect((await rivera.post(`${rosa}/preview`, fields)).html).toContain('phone rings and a voice says')
    await rivera.post(`${rosa}/messages`, { ...fields, key: key() })
    await rosasPhone.rings()
    rosasPhone.answers()
    await rosasPhone.hears()
    expect(await rosasPhone.presses('1')).toContain('es-US: Gracias.')
    await rosasPhone.presses('2')
    rosasPhone.hangsUp()
    await world.settled()
    expect((await rivera.get(rosa)).html).toContain('Heard to the end')
    expect(await world.phoneOf('rosa').reads()).toEqual([])
  })

  test('outside the hours the phone does not ring, and the thread says when it will', async () => {
    await world.hours('lincoln', { families: daily('18:00-20:00') })
    await rivera.post(`${rosa}/messages`, { body: 'A call for later.', key: key(), voice: 'yes' })
    await world.settled()
    expect((await rivera.get(rosa)).html).toContain('The phone rings today at 6:00 PM')
    await rivera.post(`/exchanges/${(await rowOf('A call for later.'))?.id}/cancel`, { back: rosa })
    await world.hours('lincoln', {})
  })

  test('a language that no voice speaks is said to need a person first', async () => {
    await world.rows(sql`update person set language = 'so' where id = 'fatima' returning id`)
    expect((await rivera.get(fatima)).html).toContain('No voice speaks Somali')
    const { html } = await rivera.post(`${fatima}/preview`, { body: 'Thank you.', voice: 'yes' })
    expect(html).toContain('somebody has to say it first')
    await rivera.post(`${fatima}/messages`, { body: 'Thank you.', key: key(), voice: 'yes' })
    await world.settled()
    expect(
      await world.rows(sql`select status, hold from exchange where original_text = 'Thank you.' and guardian_id = 'fatima'
      and by_voice`),
    ).toEqual([{ status: 'held', hold: 'person' }])
  })

  test('a family that asked for no calls is not offered one, and gets none', async () => {
    await world.rows(sql`update phone set calls_refused_at = now() where id = (select h.phone_id from household h
      join household_guardian hg on hg.household_id = h.id where hg.guardian_id = 'fatima' and h.until is null) returning id`)
    const { html } = await rivera.get(fatima)
    expect([html.includes('asked for no calls'), html.includes('name="voice"')]).toEqual([true, false])
    const sent = await rivera.post(`${fatima}/messages`, { body: 'By voice all the same.', key: key(), voice: 'yes' })
    expect([sent.status, sent.html.includes('This family asked for no calls')]).toEqual([422, true])
    expect(await rowOf('By voice all the same.')).toBe(undefined)
  })
})
