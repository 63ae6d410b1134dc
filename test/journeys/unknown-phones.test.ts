import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { knownPairs } from '../../src/store/known.ts'
import { staffById } from '../../src/store/people.ts'
import { momentOf } from '../../src/store/settings.ts'
import { identify } from '../../src/store/strangers-settling.ts'
import { telephone } from '../support/telephone.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

const NEW = '+14145550133'

let world: World
let osei: Visitor
let kim: Visitor

beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  kim = await visitor(world, 'kim')
  await kim.post('/school/lincoln/desks', { desk: 'office', staff: 'osei' })
  await kim.post('/school/harbor/desks', { desk: 'office', staff: 'tran' })
  osei = await visitor(world, 'osei')
  await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
  await world.settled()
})

/** A text of an unknown phone to a number of Lincoln's; gives the phone's id, which is not its number. */
const writes = async (number: string, body: string) => {
  const { family } = await world.line('rivera', 'rosa')
  const before = await world.rows(sql<{ id: string }>`select id from phone`)
  world.phone(number).texts(family ?? world.numbers[0] ?? '', body)
  await world.settled()
  const fresh = await world.rows(
    sql<{ id: string }>`select phone_id as id from exchange where original_text = ${body} order by created_at desc limit 1`,
  )
  expect(before.length).toBeGreaterThan(0)
  return fresh[0]?.id ?? ''
}
const events = (what: string) =>
  world.rows(
    sql<{ who: string | null; detail: Record<string, string> }>`select who, detail from event where what = ${what} order by id`,
  )
const reachedBy = async (guardian: string) =>
  world.rows(sql<{ phone: string }>`select h.phone_id as phone from household_guardian g join household h on h.id = g.household_id
    where g.guardian_id = ${guardian} and g.until is null and h.until is null`)

describe('a new number of a family that we know', () => {
  let phone = ''

  test('is settled by the office, who see what it wrote and never the number', async () => {
    phone = await writes(NEW, 'Mi hija está enferma hoy.')
    expect((await osei.get('/tasks')).html).toContain(`href="/strangers/${phone}"`)
    const { status, html } = await osei.get(`/strangers/${phone}`)
    expect([status, html.includes('Mi hija está enferma hoy.'), html.includes(NEW.slice(-7))]).toEqual([200, true, false])
    expect((await osei.get(`/strangers/${phone}?translate=yes`)).html).toContain('My child is sick today.')
  })

  test('the page shows what the gateway told it by itself, in order after what it answers, and to no other office', async () => {
    const { html } = await osei.get(`/strangers/${phone}`)
    expect(html).toContain('Automatic notice to the phone')
    expect(html.indexOf('Mi hija está enferma hoy.')).toBeLessThan(html.indexOf('Automatic notice to the phone'))
    const [told] = await world.phone(NEW).reads()
    expect(html.replaceAll('&#39;', "'")).toContain(told ?? 'no notice')
    const tran = await visitor(world, 'tran')
    expect((await tran.get(`/strangers/${phone}`)).status).toBe(404)
  })

  test.each([
    ['lop', 'Rosa Lopez'],
    ['maya', 'Rosa Lopez'],
    ['LOPEZ', 'Luis Lopez'],
  ])('%s finds %s, by the guardian’s or the student’s name', async (name, found) => {
    expect((await osei.get(`/strangers/${phone}?q=${name}`)).html).toContain(`<bdi>${found}</bdi>`)
  })

  test('only families of the own school are found or taken', async () => {
    expect((await osei.get(`/strangers/${phone}?q=ruiz`)).html).toContain('No family of this school')
    expect((await osei.get(`/strangers/${phone}?q=%25`)).html).toContain('No family of this school')
    expect((await osei.post(`/strangers/${phone}/guardians`, { guardian: 'elena' })).status).toBe(422)
    expect((await osei.post(`/strangers/${phone}/guardians`)).status).toBe(422)
    expect((await kim.get(`/strangers/${phone}?q=ruiz`)).html).toContain('<bdi>Elena Ruiz</bdi>')
  })

  test('is from then on the one by which the guardian is reached; what waited for the old one is not sent to it', async () => {
    await world.hours('lincoln', { families: { tue: ['08:00-09:00'] } })
    const [waiting] = await world.sends('rivera', { guardian: 'rosa' }, 'See you tomorrow.')
    await world.settled()
    const old = world.phoneOf('rosa')
    await old.reads()
    const { to } = await osei.post(`/strangers/${phone}/guardians`, { guardian: 'rosa' })
    await world.hours('lincoln', {})
    await world.settled()
    expect(await reachedBy('rosa')).toEqual([{ phone }])
    expect((await world.exchanges()).find(({ id }) => id === waiting?.id)).toMatchObject({ status: 'canceled' })
    expect(await events('phone_identified')).toEqual([{ who: 'osei', detail: { guardian: 'rosa', phone } }])
    const { html } = await osei.get(to ?? '')
    expect(html).toContain('Mi hija está enferma hoy.')
    expect(html).toContain('My child is sick today.')
    expect(html).toContain('Maya L.')
    await world.phone(NEW).reads()
    await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
    expect((await world.phone(NEW).reads()).at(-1)).toContain('Gracias')
    expect(await old.reads()).toEqual([])
    expect(await world.tasks('stranger')).toEqual([])
    expect((await osei.get(`/strangers/${phone}`)).status).toBe(404)
  })

  test('stays through an import, which warns when the list says otherwise', async () => {
    await world.rosterChanges('users.csv', ['Elena,Rivera', 'Elena,Riveras'])
    expect(await reachedBy('rosa')).toEqual([{ phone }])
    expect(await world.tasks('roster_office_phone')).toEqual([])
    await world.rosterChanges('users.csv', ['+19715550142', '+19715550199'])
    expect(await reachedBy('rosa')).toEqual([{ phone }])
    expect(await world.tasks('roster_office_phone')).toHaveLength(1)
    expect((await osei.get('/tasks')).html).toContain('The list has a new phone for a guardian')
    await world.rosterChanges('users.csv', ['+19715550199', '+19715550142'])
    expect(await world.tasks('roster_office_phone')).toEqual([])
  })

  test('ends where the list gives the phone to another family: two families never share it by the office’s word', async () => {
    const james = world.phoneOf('james').number
    await world.rosterChanges('users.csv', [james, NEW])
    expect(await reachedBy('james')).toEqual([{ phone }])
    expect(await reachedBy('rosa')).not.toEqual([{ phone }])
    expect((await events('office_phone_ended')).at(-1)?.detail).toMatchObject({ guardian: 'rosa', why: 'others' })
    expect(await world.tasks('office_phone_ended')).toHaveLength(1)
    await world.sends('rivera', { guardian: 'rosa' }, 'For Rosa alone.')
    await world.settled()
    expect(
      world
        .phone(NEW)
        .screen()
        .some(({ body }) => body.includes('For Rosa alone')),
    ).toBe(false)
    await world.rosterChanges('users.csv', [NEW, james])
  })

  test('is the list’s own when the list says the same', async () => {
    const fresh = await writes('+14145550141', 'Hola, soy el papá de Maya.')
    await osei.post(`/strangers/${fresh}/guardians`, { guardian: 'luis' })
    await world.rosterChanges('users.csv', [world.phoneOf('luis').number, '+14145550141'])
    expect(await reachedBy('luis')).toEqual([{ phone: fresh }])
    expect(await world.rows(sql`select from office_phone`)).toEqual([])
    expect((await events('office_phone_ended')).at(-1)?.detail).toMatchObject({ guardian: 'luis', why: 'same' })
  })
})

describe('an unknown phone that is answered', () => {
  const number = '+14145550150'
  let phone = ''

  test('gets the answer of the office in its language, on the number that it wrote to, within the hours', async () => {
    phone = await writes(number, 'Mi hija está enferma hoy.')
    const before = await world.phone(number).reads()
    expect(before).toHaveLength(1)
    const [task] = await world.rows(
      sql<{ id: string }>`select id from task where kind = 'stranger' and phone_id = ${phone}::uuid and closed_at is null`,
    )
    await osei.post(`/tasks/${task?.id}/claim`)
    const { to } = await osei.post(`/strangers/${phone}/messages`, { body: 'Thank you.', key: 'a' })
    // Who took the task has the conversation, and the phone that texted is answered by a text.
    expect((await osei.get(to ?? '')).html).toContain('Give it back')
    await world.settled()
    const [answer] = await world.phone(number).reads()
    expect(answer).toContain('Gracias')
    expect(answer).toContain('Lincoln School')
    expect((await osei.get(to ?? '')).html).toContain('<bdi>An unknown phone</bdi>')
    expect((await osei.get('/inbox')).html).toContain('An unknown phone')
  })

  test('goes on in that conversation, to whichever number it writes, and reaches no teacher', async () => {
    world.phone(number).texts(world.numbers[7] ?? '', 'Gracias.')
    await world.settled()
    const texts = (await world.exchanges({ staff: 'lincoln/office' })).filter((x) => x.guardian === null)
    expect(texts.map((x) => x.original.text)).toEqual(['Mi hija está enferma hoy.', 'Thank you.', 'Gracias.'])
    expect(await world.tasks('stranger')).toEqual([])
  })

  test('keeps its conversation through an import', async () => {
    await world.rosterChanges('users.csv', ['Elena,Riveras', 'Elena,Rivera'])
    const open = await world.rows(
      sql`select from conversation c join household h on h.id = c.household_id where h.phone_id = ${phone}::uuid and c.ended_at is null`,
    )
    expect(open).toHaveLength(1)
  })

  test('is obeyed when it texts STOP: nothing more is sent, and the page says why', async () => {
    world.phone(number).texts(world.numbers[7] ?? '', 'no más mensajes')
    await world.settled()
    await world.phone(number).reads()
    const page = await osei.get(`/strangers/${phone}`)
    expect(page.html).toContain('asked for no more messages')
    expect((await osei.post(`/strangers/${phone}/messages`, { body: 'Hello', key: 'b' })).status).toBe(422)
    await world.settled()
    expect(await world.phone(number).reads()).toEqual([])
    world.phone(number).texts(world.numbers[7] ?? '', 'START')
    await world.settled()
  })

  test('becomes the family’s when the office learns whose it is, with all that was said', async () => {
    const { to } = await osei.post(`/strangers/${phone}/guardians`, { guardian: 'fatima' })
    await world.settled()
    const { html } = await osei.get(to ?? '')
    expect([html.includes('Thank you.'), html.includes('Yusuf A.')]).toEqual([true, true])
    expect((await world.exchanges({ guardian: 'fatima' })).map((x) => x.original.text)).toContain('Thank you.')
  })
})

describe('a phone that is not one of ours', () => {
  test('hears nothing, and is asked about again when it writes again, with who said so', async () => {
    const number = '+14145550160'
    const phone = await writes(number, 'Win a prize!')
    await osei.post(`/strangers/${phone}/messages`, { body: 'Who is this?', key: 'c' })
    await world.settled()
    await world.phone(number).reads()
    expect((await osei.post(`/strangers/${phone}/dismiss`)).to).toBe('/tasks?said=stranger_dismissed')
    await world.settled()
    expect(await world.phone(number).reads()).toEqual([])
    expect(await world.tasks('stranger')).toEqual([])
    expect((await events('stranger_dismissed')).at(-1)).toEqual({ who: 'osei', detail: { phone } })
    await writes(number, 'Win two prizes!')
    expect(await world.tasks('stranger')).toHaveLength(1)
  })
})

describe('who else', () => {
  test.each(['rivera', 'bell', 'tran', 'okafor'])('%s finds nothing of it', async (id) => {
    const phone = await writes('+14145550170', `Hello from ${id}?`)
    const one = await visitor(world, id)
    const nothing = (await one.get('/nothing')).html
    const page = await one.get(`/strangers/${phone}`)
    expect([page.status, page.html === nothing]).toEqual([404, true])
    // A refused form gives back what was typed, so it is compared with the same form about a phone that is not there.
    const form = { guardian: 'rosa', body: 'x', key: 'k' }
    for (const act of ['guardians', 'messages', 'dismiss']) {
      const answer = await one.post(`/strangers/${phone}/${act}`, form)
      const nowhere = await one.post(`/strangers/${crypto.randomUUID()}/${act}`, form)
      expect([act, answer.status, answer.html === nowhere.html]).toEqual([act, 404, true])
    }
  })

  test('an administrator may say whose it is, and not answer in the office’s name', async () => {
    const phone = await writes('+14145550171', 'Is the school open?')
    const looks = async () => (await events('stranger_seen')).filter(({ detail }) => detail['phone'] === phone)
    await osei.get(`/strangers/${phone}`)
    expect(await looks()).toEqual([])
    expect((await kim.get(`/strangers/${phone}`)).html).not.toContain('<textarea')
    expect(await looks()).toEqual([{ who: 'kim', detail: { phone } }])
    expect((await kim.get('/oversight/looks')).html).toContain('read what an unknown phone wrote')
    expect((await kim.post(`/strangers/${phone}/messages`, { body: 'x', key: 'k' })).status).toBe(404)
    expect((await kim.post(`/strangers/${phone}/dismiss`)).status).toBe(303)
  })

  test.each(['rosa', 'rivera'])('the phone of %s, whom we know, is no unknown phone', async (id) => {
    const rows = await world.rows(sql<{ id: string }>`select phone_id as id from person_phone where person_id = ${id}`)
    expect((await osei.get(`/strangers/${rows[0]?.id}`)).status).toBe(404)
    expect((await osei.post(`/strangers/${rows[0]?.id}/guardians`, { guardian: 'wei' })).status).toBe(404)
  })
})

test('a list that is cut says so, and how to see the rest', async () => {
  const phone = await writes('+14145550173', 'The first of many.')
  const { family } = await world.line('rivera', 'rosa')
  for (let i = 1; i <= 34; i++) {
    world.phone('+14145550173').texts(family ?? '', `Line ${i}`)
    await world.settled()
  }
  const page = async (query: string) => (await osei.get(`/strangers/${phone}${query}`)).html
  const first = await page('')
  expect([first.includes('The first of many.'), first.includes('?part=2">Older')]).toEqual([false, true])
  const older = await page('?part=2')
  expect([older.includes('The first of many.'), older.includes('>Older')]).toEqual([true, false])
  expect(await page('?q=family')).toContain('There are more than these 20: type more of the name')
  expect(await page('?q=lopez')).not.toContain('There are more')
  await osei.post(`/strangers/${phone}/dismiss`)
})

test('a phone that writes to two schools is asked about in both, and each office sees and settles only what reached it', async () => {
  const number = '+14145550172'
  const tran = await visitor(world, 'tran')
  const phone = await writes(number, 'Is Lincoln open tomorrow?')
  await world.sends('tran', { guardian: 'hoa' }, 'Thank you.')
  await world.settled()
  const { family } = await world.line('tran', 'hoa')
  world.phone(number).texts(family ?? '', 'Is Harbor open tomorrow?')
  await world.settled()
  const sees = async (who: Visitor) => {
    const { html } = await who.get(`/strangers/${phone}`)
    return [
      (await who.get('/tasks')).html.includes(`/strangers/${phone}`),
      html.includes('Is Lincoln open'),
      html.includes('Is Harbor open'),
    ]
  }
  expect([await sees(osei), await sees(tran)]).toEqual([
    [true, true, false],
    [true, false, true],
  ])
  const { to } = await osei.post(`/strangers/${phone}/messages`, { body: 'Yes, it is.', key: 'two-schools' })
  const { html } = await osei.get(to ?? '')
  expect([html.includes('Is Lincoln open'), html.includes('Is Harbor open')]).toEqual([true, false])
  expect((await sees(tran))[2]).toBe(true)
  expect((await tran.post(`/strangers/${phone}/dismiss`)).status).toBe(303)
  expect((await osei.get(to ?? '')).html).toContain('<textarea')
})

test('a voice message of an unknown phone is heard, and stands in the conversation once it is known; one left with a PIN is its household’s', async () => {
  const borrowed = telephone(world, '+14145550190')
  const { family } = await world.line('rivera', 'rosa')
  borrowed.dials(family ?? world.numbers[0] ?? '')
  await borrowed.hears()
  for (let i = 0; i < 6 && borrowed.call()?.state !== 'over' && borrowed.call()?.waits !== 'recording'; i++)
    await borrowed.isSilent()
  expect(borrowed.call()?.waits).toBe('recording')
  await borrowed.leaves('This is Emma’s grandmother.')
  borrowed.hangsUp()
  await world.settled()
  const [task] = await world.tasks('voicemail')
  const [row] = await world.rows(
    sql<{ phone: string }>`select phone_id as phone from exchange where id = ${task?.exchange_id ?? ''}::uuid`,
  )
  expect((await osei.get('/tasks')).html).toContain(`href="/strangers/${row?.phone}"`)
  expect((await osei.get(`/strangers/${row?.phone}`)).html).toContain('<audio')
  // Whoever is shown the page can play what stands on it.
  const okafor = await visitor(world, 'okafor')
  const heard = async (who: Visitor) => (await who.get(`/exchanges/${task?.exchange_id}/audio`)).status
  await world.until('the recording is here', async () => (await heard(osei)) === 200)
  expect([await heard(okafor), await heard(await visitor(world, 'tran'))]).toEqual([404, 404])
  await kim.post('/school/lincoln/desks', { desk: 'aides', staff: 'okafor' })
  expect(await heard(okafor)).toBe(200)
  await kim.post('/school/lincoln/desks', { desk: 'aides' })
  // As if the caller had opened a household’s messages with its PIN.
  const withPin = (household: string | null) =>
    world.rows(sql`update call set household_id = ${household}::uuid where phone_id = ${row?.phone ?? ''}::uuid returning id`)
  const [jean] = await world.rows(
    sql<{ id: string }>`select household_id as id from household_guardian where guardian_id = 'jean' and until is null`,
  )
  await withPin(jean?.id ?? null)
  expect((await osei.get(`/strangers/${row?.phone}`)).status).toBe(404)
  await withPin(null)
  expect((await osei.post(`/strangers/${row?.phone}/guardians`, { guardian: 'james' })).status).toBe(303)
  await world.settled()
  expect((await world.exchanges({ guardian: 'james', staff: 'lincoln/office' })).map((x) => x.kind).sort()).toEqual([
    'call',
    'voicemail',
  ])
})

test('what comes while an office settles a phone waits for it, and finds the phone known', async () => {
  const phone = await writes('+14145550191', 'Hello, this is Wei.')
  const [number] = await world.rows(sql<{ id: string }>`select id from proxy_number order by number limit 1`)
  const pair = { phoneId: phone, proxyNumberId: number?.id ?? '' }
  const look = await world.inDistrict(async (trx) => {
    const staff = await staffById(trx, world.district, 'osei')
    if (staff === null) throw new Error('No Osei')
    expect(await identify(trx, await momentOf(trx), staff, phone, ['wei'])).not.toBe(null)
    const looking = world.inDistrict((other) => knownPairs(other, world.district, [pair]))
    await world.until('the other one waits', async () => {
      const { rows } = await sql`select from pg_locks where not granted and transactionid is not null`.execute(world.database.db)
      return rows.length > 0
    })
    return { looking }
  })
  const known = (await look.looking)[0]?.known
  expect(known?.bound?.guardianId ?? known?.household?.guardianId).toBe('wei')
})

test('a text that comes at the very moment of settling stands in the conversation or is asked about, never neither', async () => {
  for (let i = 0; i < 8; i++) {
    const number = `+1414555018${i}`
    const phone = await writes(number, `First of ${i}`)
    const { family } = await world.line('rivera', 'rosa')
    world.phone(number).texts(family ?? world.numbers[0] ?? '', `Second of ${i}`)
    await osei.post(`/strangers/${phone}/${i % 2 === 0 ? 'guardians' : 'dismiss'}`, { guardian: 'wei' })
    await world.settled()
  }
  const lost =
    await world.rows(sql`select x.original_text from exchange x where x.original_text like 'Second of%' and x.conversation_id is null
    and not exists (select from task t where t.phone_id = x.phone_id and (t.closed_at is null or t.closed_at >= x.created_at))`)
  expect(lost).toEqual([])
})

test('the log is intact after all of it', async () => {
  await world.paceIsOver()
  await world.isIntact()
})
