import { sql } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import { beforeAll, describe, expect, test } from 'vitest'
import { seesAllOf } from '../../src/core/people.ts'
import { staffById } from '../../src/store/people.ts'
import { checkSecondFactor, newSecondFactor } from '../../src/store/second-factor.ts'
import { createToken, staffOfToken } from '../../src/store/tokens.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
/** Whitfield runs Lincoln, Kim the district, Rivera teaches, Osei staffs Lincoln's office. */
const who = {} as Record<'whitfield' | 'kim' | 'rivera' | 'osei', Visitor>

beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  for (const id of ['whitfield', 'kim', 'rivera', 'osei'] as const) who[id] = await visitor(world, id)
  await who.kim.post('/school/lincoln/desks', { desk: 'office', staff: 'osei' })
})

const events = (what: string) =>
  world.rows(
    sql<{ who: string | null; detail: Record<string, unknown> }>`select who, detail from event where what = ${what} order by id`,
  )
const staff = async (id: string) => {
  const found = await world.inDistrict((trx) => staffById(trx, world.district, id))
  if (found === null) throw new Error(id)
  return found
}

test.each([
  ['district', 'district', true],
  ['schools', 'district', false],
  ['schools', 'schools', true],
  ['schools', 'other', false],
  ['schools', 'own', true],
  ['own', 'own', false],
] as const)('an administrator of %s sees all that one of %s sees: %s', (by, other, sees) => {
  const scopes = {
    district: { kind: 'district' },
    schools: { kind: 'schools', schools: ['lincoln'] },
    other: { kind: 'schools', schools: ['lincoln', 'harbor'] },
    own: { kind: 'own' },
  } as const
  expect(seesAllOf(scopes[by], scopes[other])).toBe(sees)
})

describe('finding people', () => {
  test.each<[string, string[], string[]]>([
    ['q=lop', ['Rosa Lopez', 'Luis Lopez', 'Maya Lopez'], ['Fatima Al-Sayed']],
    ['q=LOPEZ&role=student', ['Maya Lopez'], ['<bdi>Rosa Lopez</bdi></span>']],
    ['role=teacher', ['Ms Rivera', 'Mr Okafor'], ['Rosa Lopez', 'Ms Tran']],
    ['role=administrator', ['Principal Whitfield'], ['Dr Kim']],
    ['class=art', ['Ms Osei', 'Maya Lopez', 'Rosa Lopez', 'Fatima Al-Sayed'], ['Wei Chen', 'Ms Rivera']],
    ['q=%25', [], ['Rosa Lopez']],
  ])('%s', async (query, found, others) => {
    const { html } = await who.whitfield.get(`/people?${query}`)
    for (const name of found) expect(html).toContain(name)
    for (const name of others) expect(html).not.toContain(name)
  })

  test('the district’s administrator finds the people of every school, and of the district', async () => {
    expect((await who.kim.get('/people?of=harbor&q=ruiz')).html).toContain('Elena Ruiz')
    expect((await who.kim.get('/people?of=harbor&role=administrator')).html).toContain('Dr Kim')
    expect((await who.whitfield.get('/people?of=harbor')).status).toBe(404)
  })
})

describe('a person', () => {
  test.each<[string, RegExp]>([
    ['rosa', /Reached<\/th><td>by text/],
    ['paula', /not at all: no phone is on the list/],
    ['jean', /by text, on a phone shared with <bdi>Marie Pierre<\/bdi>/],
    ['okafor', /in the browser only/],
    ['osei', /Desks<\/th><td><bdi>Lincoln School office/],
    ['maya', /Guardians<\/th><td><a href="\/people\/luis"><bdi>Luis Lopez<\/bdi><\/a>, <a href="\/people\/rosa">/],
    ['rosa', /Language<\/th><td>Spanish/],
  ])('%s: %s', async (id, shown) => {
    const { status, html } = await who.whitfield.get(`/people/${id}`)
    expect([status, html]).toEqual([200, expect.stringMatching(shown)])
  })

  test('whoever it is, no number is shown', async () => {
    for (const id of ['rosa', 'luis', 'jean', 'rivera', 'osei', 'maya']) {
      const { html } = await who.kim.get(`/people/${id}`)
      for (const one of ['rosa', 'luis', 'jean', 'rivera', 'osei'])
        expect(html).not.toContain(world.phoneOf(one).number.slice(-7))
    }
  })

  test('who asked for no more messages is shown as that, with the way back', async () => {
    world.phoneOf('wei').texts(world.numbers[0] ?? '', 'STOP')
    await world.settled()
    expect((await who.whitfield.get('/people/wei')).html).toContain('this phone asked for no more messages')
    world.phoneOf('wei').texts(world.numbers[0] ?? '', 'START')
    await world.settled()
  })
})

describe('what the school decides', () => {
  const person = async (id: string) =>
    (await world.rows(sql`select language, spoken_language, contact_by from person where id = ${id}`))[0]

  test('holds for the next message and stays through imports, until it is left to the list again', async () => {
    const wanted = { language: 'fr', spoken: 'ht', contact: 'sms' }
    expect((await who.whitfield.post('/people/jean/preferences', wanted)).to).toBe('/people/jean?said=preferences_set')
    await world.rosterChanges('users.csv', ['Jean,Pierre', 'Jean,Pierrot'])
    expect(await person('jean')).toEqual({ language: 'fr', spoken_language: 'ht', contact_by: 'sms' })
    // The form says how to reach her as well, and that is as the list has it: still the list’s to say.
    expect(await world.rows(sql`select contact_decided from person where id = 'jean'`)).toEqual([{ contact_decided: false }])
    expect((await who.whitfield.get('/people/jean')).html).toContain('French; spoken: Haitian Creole, as the school decided')
    expect((await events('preferences_set')).at(-1)).toEqual({
      who: 'whitfield',
      detail: { person: 'jean', language: 'fr', spoken: 'ht', contactBy: 'sms' },
    })
    await who.whitfield.post('/people/jean/preferences', { what: 'list' })
    await world.rosterChanges('users.csv', ['Jean,Pierrot', 'Jean,Pierre'])
    expect(await person('jean')).toEqual({ language: 'ht', spoken_language: null, contact_by: 'sms' })
  })

  test('calls for a family are spoken in its spoken language', async () => {
    await world.hours('lincoln', { families: { tue: ['08:00-09:00'] } })
    await who.whitfield.post('/people/rosa/preferences', { language: 'en', spoken: 'es', contact: 'voice' })
    const [sent] = await world.sends(
      'rivera',
      { guardian: 'rosa' },
      'Thank you for letting me know. I hope Maya feels better soon.',
    )
    await world.until('it is prepared', async () => {
      const rows = await world.rows(sql`select from exchange where id = ${sent?.id ?? ''}::uuid and prepare_after is null`)
      return rows.length > 0
    })
    const [row] = await world.rows(sql`select channel, translation_language from exchange where id = ${sent?.id ?? ''}::uuid`)
    expect(row).toEqual({ channel: 'call', translation_language: 'es' })
    await world.decides('rivera', sent?.id ?? '', 'cancel')
    await world.hours('lincoln', {})
    await who.whitfield.post('/people/rosa/preferences', { language: 'es', spoken: '', contact: 'sms' })
  })

  test('a form of nonsense changes nothing and says so', async () => {
    const before = await person('rosa')
    for (const language of ['', 'xx', 'English'])
      expect((await who.whitfield.post('/people/rosa/preferences', { language })).status).toBe(422)
    expect((await who.whitfield.post('/people/maya/preferences', { language: 'en' })).status).toBe(404)
    expect(await person('rosa')).toEqual(before)
  })

  test('a form without the language keeps what else was chosen in it', async () => {
    const { html } = await who.whitfield.post('/people/rosa/preferences', { language: '', spoken: 'ht', contact: 'voice' })
    expect(html).toMatch(/<select id="spoken"[\s\S]*<option value="ht" selected>/)
    expect(html).toContain('value="voice" checked')
    expect(html).not.toContain('value="es" selected')
  })
})

describe('the phone that the office was told', () => {
  test('is shown, and given back to the list’s', async () => {
    const stranger = world.phone('+14145550133')
    stranger.texts(world.numbers[0] ?? '', 'This is Fatima.')
    await world.settled()
    const [row] = await world.rows(
      sql<{ id: string }>`select phone_id as id from exchange where original_text = 'This is Fatima.'`,
    )
    await who.kim.post(`/strangers/${row?.id}/guardians`, { guardian: 'fatima' })
    expect((await who.whitfield.get('/people/fatima')).html).toContain(
      'The phone is not the list’s: <bdi>Dr Kim</bdi> was told it',
    )
    expect((await who.whitfield.post('/people/fatima/listed-phone')).to).toBe('/people/fatima?said=listed_phone')
    await world.sends('rivera', { guardian: 'fatima' }, 'Good morning.')
    await world.settled()
    expect(world.phoneOf('fatima').screen().at(-1)?.body).toContain('Rivera')
    expect(stranger.screen().some(({ body }) => body.includes('Rivera'))).toBe(false)
    expect((await who.whitfield.post('/people/fatima/listed-phone')).status).toBe(404)
  })
})

describe('signing in', () => {
  test('an administrator ends the logins and revokes the tokens of who sees no more than they do', async () => {
    const token = (await createToken(world.database.db, world.district, 'rivera')) ?? ''
    const browser = await visitor(world, 'rivera')
    const { html } = await who.whitfield.get('/people/rivera')
    const path = /action="(\/people\/rivera\/tokens\/[0-9a-f-]{36}\/revoke)"/.exec(html)?.[1] ?? ''
    expect((await who.whitfield.post(path)).to).toBe('/people/rivera?said=token_revoked')
    expect(await staffOfToken(world.database.db, token)).toBe(null)
    expect((await browser.get('/inbox')).status).toBe(200)
    await who.whitfield.post('/people/rivera/logins/end')
    expect((await browser.get('/inbox')).status).toBe(303)
    expect((await events('token_revoked')).at(-1)).toMatchObject({ who: 'whitfield', detail: { staff: 'rivera' } })
    expect((await events('logins_ended')).at(-1)).toMatchObject({ who: 'whitfield', detail: { staff: 'rivera' } })
    who.rivera = await visitor(world, 'rivera')
  })

  /** Sets a second factor up; gives what the app shows now. */
  const setUp = (id: string) =>
    world.inDistrict(async (trx) => {
      const { keys } = world.database
      const fresh = await newSecondFactor(trx, keys, await staff(id))
      const code = new TOTP({ secret: Secret.fromBase32(fresh?.secret ?? '') }).generate()
      return checkSecondFactor(trx, keys, await staff(id), code)
    })

  test('a second factor is reset by another administrator, with a reason; every login ends, and its owner is told', async () => {
    await world.rosterChanges('users.csv', ['bell,,,true,lincoln,teacher', 'bell,,,true,lincoln,administrator'])
    expect(await setUp('bell')).toBe('right')
    const bell = await visitor(world, 'bell')
    const reset = (by: Visitor, reason = 'New phone, came to my office.') =>
      by.post('/people/bell/second-factor/reset', { reason })
    expect((await reset(bell)).status).toBe(404)
    const nothing = await reset(who.whitfield, ' ')
    expect([nothing.status, nothing.html.includes('Write why')]).toEqual([422, true])
    expect((await reset(who.whitfield)).to).toBe('/people/bell?said=factor_reset')
    expect(await world.rows(sql`select from second_factor`)).toEqual([])
    expect((await bell.get('/inbox')).status).toBe(303)
    await world.settled()
    expect(world.phoneOf('bell').screen().at(-1)?.body).toContain('was reset by Principal Whitfield')
    const [event] = await world.rows(
      sql`select e.who, e.detail, t.text from event e join event_text t on t.event_id = e.id where e.what = 'second_factor_reset'`,
    )
    expect(event).toEqual({ who: 'whitfield', detail: { staff: 'bell' }, text: { reason: 'New phone, came to my office.' } })
    expect((await reset(who.whitfield)).status).toBe(404)
  })

  test('nobody resets that of who sees more, and nobody the own', async () => {
    expect(await setUp('kim')).toBe('right')
    expect((await who.whitfield.post('/people/kim/second-factor/reset', { reason: 'x' })).status).toBe(404)
    expect((await who.kim.post('/people/kim/second-factor/reset', { reason: 'x' })).status).toBe(404)
    expect((await who.kim.get('/people/kim')).html).toContain('Only another administrator can reset it')
    expect(await world.rows(sql`select staff_id from second_factor`)).toEqual([{ staff_id: 'kim' }])
  })
})

describe('who may', () => {
  const gets = ['/people', '/people?of=lincoln', '/people/rosa', '/people/rivera', '/people/nobody']
  const posts = [
    '/people/rosa/preferences',
    '/people/rosa/listed-phone',
    '/people/rivera/logins/end',
    '/people/rivera/tokens/00000000-0000-7000-8000-000000000000/revoke',
    '/people/rivera/second-factor/reset',
  ]

  test.each(['rivera', 'osei'] as const)('%s finds nothing: the same answer as for what does not exist', async (id) => {
    const nothing = (await who[id].get('/nothing')).html
    for (const path of gets)
      expect([path, await who[id].get(path)]).toEqual([path, expect.objectContaining({ status: 404, html: nothing })])
    const back = '<p>What you typed:</p><blockquote dir="auto">x</blockquote>'
    for (const path of posts) {
      const { status, html } = await who[id].post(path, { reason: 'x', language: 'en' })
      expect([path, status, html.replace(back, '')]).toEqual([path, 404, nothing])
    }
  })

  test('the administrator of one school finds nobody of another', async () => {
    const nothing = (await who.whitfield.get('/nothing')).html
    for (const id of ['elena', 'tran', 'sofia', 'kim'])
      expect([id, await who.whitfield.get(`/people/${id}`)]).toEqual([
        id,
        expect.objectContaining({ status: 404, html: nothing }),
      ])
    expect((await who.whitfield.post('/people/elena/preferences', { language: 'fr' })).status).toBe(404)
    expect((await who.whitfield.post('/people/kim/logins/end')).status).toBe(404)
  })

  test('without a sign-in nothing is shown or done', async () => {
    const stranger = await visitor(world, null)
    for (const path of gets) expect((await stranger.get(path)).status).toBe(303)
    for (const path of posts) expect((await stranger.post(path)).status).toBe(401)
  })
})

test('the log is intact after all of it', async () => {
  await world.paceIsOver()
  await world.isIntact()
})
