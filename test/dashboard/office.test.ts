import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { staffDesk } from '../../src/store/desks.ts'
import { type Visitor, visitor } from '../support/visitor.ts'
import { daily, openWorld, type World } from '../support/world.ts'

let world: World
/** Osei staffs Lincoln's office, Okafor is its aide, Bell its nurse, Tran staffs Harbor's office; Whitfield runs Lincoln, Kim the district. */
const who = {} as Record<'osei' | 'okafor' | 'bell' | 'tran' | 'whitfield' | 'kim' | 'rivera', Visitor>
type Who = keyof typeof who

beforeAll(async () => {
  world = await openWorld({ numbers: 8 })
  await world.itIs('2036-03-03T10:00')
  for (const id of ['osei', 'okafor', 'bell', 'tran', 'whitfield', 'kim', 'rivera'] as const) who[id] = await visitor(world, id)
  await staffs('lincoln', 'office', 'osei')
  await staffs('lincoln', 'aides', 'okafor')
  await staffs('lincoln', 'nurse', 'bell')
  await staffs('harbor', 'office', 'tran')
  await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
  await world.phoneOf('rosa').reads()
  const { family } = await world.line('rivera', 'rosa')
  world.phone('+14145550133').texts(family ?? '', 'Who is this?')
  await world.settled()
})

const staffs = async (school: string, desk: string, staff: string) => {
  const fields: Record<string, string> = staff === '' ? { desk } : { desk, staff }
  expect((await who.kim.post(`/school/${school}/desks`, fields)).status).toBe(303)
}
const taskOf = async (kind: string) => {
  const [task] = await world.rows(
    sql<{ id: string }>`select id from task where kind = ${kind} and closed_at is null order by created_at`,
  )
  if (task === undefined) throw new Error(`No task ${kind}`)
  return task.id
}
const events = (what: string) =>
  world.rows(
    sql<{ who: string | null; detail: Record<string, string> }>`select who, detail from event where what = ${what} order by id`,
  )

describe('tasks', () => {
  test.each<[Who, 'sees it' | 'has a list without it' | 'finds nothing']>([
    ['osei', 'sees it'],
    ['okafor', 'sees it'],
    ['whitfield', 'sees it'],
    ['kim', 'sees it'],
    ['tran', 'has a list without it'],
    ['bell', 'finds nothing'],
    ['rivera', 'finds nothing'],
  ])('of a school: %s %s', async (id, expected) => {
    const task = await taskOf('stranger')
    const { status, html } = await who[id].get('/tasks')
    const seen = status === 404 ? 'finds nothing' : html.includes(task) ? 'sees it' : 'has a list without it'
    expect(seen).toBe(expected)
    expect((await who.rivera.get('/inbox')).html).not.toContain('href="/tasks"')
    if (expected === 'sees it') return
    const nothing = (await who[id].get('/nothing')).html
    for (const act of ['claim', 'leave', 'done', 'again', 'dismiss', 'release', 'cancel']) {
      const answer = await who[id].post(`/tasks/${task}/${act}`, { from: '' })
      expect([act, answer.status, answer.html === nothing]).toEqual([act, 404, true])
    }
  })

  test('what is overdue stands first and is marked; what has time left says until when', async () => {
    const task = await taskOf('stranger')
    const html = async () => (await who.osei.get('/tasks')).html
    expect(await html()).toMatch(/<h2>Overdue <b class="count">1<\/b><\/h2>[\s\S]*Was due/)
    await world.rows(sql`update task set created_at = '2036-03-03T15:30Z' where id = ${task}::uuid returning id`)
    expect(await html()).toMatch(
      /<h2>To do <b class="count">1<\/b><\/h2>[\s\S]*Due <time datetime="2036-03-03T19:30:00Z">today at 1:30 PM/,
    )
    await world.hours('lincoln', { staff: { tue: ['08:00-16:00'] } })
    expect(await html()).toContain('Due <time datetime="2036-03-04T18:00:00Z">tomorrow at 12:00 PM')
    await world.hours('lincoln', {})
  })

  test('who takes one is seen by the others; of two who press at once one has it', async () => {
    const task = await taskOf('stranger')
    const answers = await Promise.all([who.osei, who.okafor].map((one) => one.post(`/tasks/${task}/claim`, { from: '' })))
    expect(answers.map(({ to }) => to).sort()).toEqual(['/tasks?said=taken', '/tasks?said=taken_meanwhile'].sort())
    const [claimed] = await events('task_claimed')
    const [holder, other] = claimed?.who === 'osei' ? (['osei', 'okafor'] as const) : (['okafor', 'osei'] as const)
    const name = { osei: 'Ms Osei', okafor: 'Mr Okafor' }[holder]
    expect((await who[holder].get('/tasks')).html).toContain('Taken by you')
    expect((await who[other].get('/tasks')).html).toContain(`Taken by <bdi>${name}</bdi>`)
    // Taken over from whom one saw, never from somebody else.
    expect((await who[other].post(`/tasks/${task}/claim`, { from: 'somebody' })).to).toBe('/tasks?said=taken_meanwhile')
    expect((await who[other].post(`/tasks/${task}/leave`)).to).toBe('/tasks?said=taken_meanwhile')
    expect((await who[other].post(`/tasks/${task}/claim`, { from: holder })).to).toBe('/tasks?said=taken')
    expect((await events('task_claimed')).map((e) => [e.who, e.detail['from']])).toEqual([
      [holder, undefined],
      [other, holder],
    ])
    expect((await who[other].post(`/tasks/${task}/leave`)).to).toBe('/tasks?said=given_back')
    expect((await who.osei.get('/tasks')).html).not.toContain('Taken by')
  })

  test('a claim ends with the desk, and with the roster', async () => {
    const task = await taskOf('stranger')
    const holder = async () =>
      (await world.rows(sql<{ claimed_by: string | null }>`select claimed_by from task where id = ${task}::uuid`))[0]?.claimed_by
    await who.okafor.post(`/tasks/${task}/claim`, { from: '' })
    await staffs('lincoln', 'office', 'osei')
    expect(await holder()).toBe('okafor')
    await staffs('lincoln', 'aides', '')
    expect(await holder()).toBe(null)
    await staffs('lincoln', 'aides', 'okafor')
    await who.osei.post(`/tasks/${task}/claim`, { from: '' })
    await world.rosterChanges('users.csv', ['osei,,,true', 'osei,,,false'])
    expect(await holder()).toBe(null)
    expect((await events('task_claim_ended')).map((e) => e.detail['holder'])).toEqual(['okafor', 'osei'])
    await world.rosterChanges('users.csv', ['osei,,,false', 'osei,,,true'])
    who.osei = await visitor(world, 'osei')
  })

  test('the office settles what it is shown of other people’s conversations, by the task alone and only as the task says', async () => {
    const sent = () =>
      world.rows(
        sql<{ id: string; status: string }>`select id, status from exchange where original_text = 'May not have gone out.'`,
      )
    await world.sends('rivera', { guardian: 'rosa' }, 'May not have gone out.')
    await world.settled()
    const [message] = await sent()
    await world.rows(sql`with lost as (update attempt set outcome = 'unknown', sid = null, carrier_status = null where exchange_id = ${message?.id}::uuid returning exchange_id)
      update exchange set status = 'failed' from lost where id = lost.exchange_id returning id`)
    await world.rows(
      sql`insert into task (district_id, kind, key, exchange_id) values (${world.district}, 'unknown', ${message?.id}, ${message?.id}::uuid) returning id`,
    )
    const task = await taskOf('unknown')
    expect((await who.osei.post(`/exchanges/${message?.id}/dismiss`)).status).toBe(404)
    for (const other of ['release', 'cancel']) expect((await who.osei.post(`/tasks/${task}/${other}`)).status).toBe(404)
    expect((await who.osei.post(`/tasks/${await taskOf('stranger')}/again`)).status).toBe(404)
    expect((await who.osei.get('/tasks')).html).toContain(`action="/tasks/${task}/again"`)
    expect((await who.osei.post(`/tasks/${task}/dismiss`)).to).toBe('/tasks?said=dismissed#end')
    expect(await events('dismissed')).toMatchObject([{ who: 'osei' }])
    expect((await who.osei.get('/tasks')).html).not.toContain(task)
    // As the log has it.
    await world.rows(sql`update exchange set status = ${message?.status} where id = ${message?.id}::uuid returning id`)
  })

  test('who reads there what others wrote is among those who looked', async () => {
    const looks = async () =>
      ((await who.kim.get('/oversight/looks')).html.match(/Ms Osei<\/bdi><\/b> read messages among the tasks/g) ?? []).length
    const before = await looks()
    await who.osei.get('/tasks')
    expect(await looks()).toBe(before + 1)
    const again = () => who.osei.get('/tasks', { 'x-part': 'live' })
    await world.rows(sql`update task set created_at = '2036-03-03T15:00Z' where closed_at is null returning id`)
    await again()
    expect(await looks(), 'the open page shows nothing new').toBe(before + 1)
    await world.rows(
      sql`update task set created_at = '2036-03-03T16:00Z' where kind = 'stranger' and closed_at is null returning id`,
    )
    await again()
    expect(await looks(), 'a new task came').toBe(before + 2)
  })

  test('what asks for a voice or a number ends with its message, and goes on with the next that waits', async () => {
    await world.hours('lincoln', { families: daily('00:00-07:00') })
    for (const words of ['First of two.', 'Second of two.']) await world.sends('rivera', { guardian: 'rosa' }, words)
    await world.settled()
    const [first, second] = await world.rows(
      sql<{
        id: string
        conversation_id: string
      }>`with held as (update exchange set hold = 'no_number' where original_text like '% of two.' returning id, conversation_id, seq)
        select id, conversation_id from held order by seq`,
    )
    await world.rows(sql`insert into task (district_id, kind, key, exchange_id) values
      (${world.district}, 'no_number', ${first?.conversation_id}, ${first?.id}::uuid), (${world.district}, 'to_record', ${first?.id}, ${first?.id}::uuid) returning id`)
    expect((await who.osei.post(`/tasks/${await taskOf('to_record')}/cancel`)).to).toBe('/tasks?said=canceled#end')
    await expect(taskOf('to_record')).rejects.toThrow('No task')
    const { html } = await who.osei.get('/tasks')
    expect([html.includes('Second of two.'), html.includes('First of two.')]).toEqual([true, false])
    expect((await who.osei.post(`/tasks/${await taskOf('no_number')}/cancel`)).to).toBe('/tasks?said=canceled#end')
    await expect(taskOf('no_number')).rejects.toThrow('No task')
    expect(await world.rows(sql`select status from exchange where id = any(${[first?.id, second?.id]}::uuid[])`)).toEqual([
      { status: 'canceled' },
      { status: 'canceled' },
    ])
    await world.hours('lincoln', {})
  })

  test('what is done is gone, with who did it', async () => {
    const task = await taskOf('stranger')
    expect((await who.osei.post(`/tasks/${task}/done`)).to).toBe('/tasks?said=task_done')
    expect((await who.osei.get('/tasks')).html).not.toContain(task)
    expect((await events('task_done')).at(-1)).toMatchObject({ who: 'osei', detail: { task, kind: 'stranger' } })
    expect((await who.osei.post(`/tasks/${task}/done`)).status).toBe(404)
  })
})

describe('the inbox of a desk', () => {
  let conversation = ''
  const page = (id: Who) => who[id].get(`/conversations/${conversation}`)
  const holder = async () =>
    (await world.rows(sql<{ by: string | null }>`select claimed_by as by from conversation where id = ${conversation}::uuid`))[0]
      ?.by
  const office = (...staff: string[]) =>
    world.inDistrict((trx) => staffDesk(trx, world.district, { schoolId: 'lincoln', kind: 'office' }, staff, 'kim'))
  const answers = (id: Who, body: string, despite = '') =>
    who[id].post(`/conversations/${conversation}/messages`, { body, key: crypto.randomUUID(), despite })

  beforeAll(async () => {
    await office('osei', 'rivera')
    const { family, staff } = await world.line('rivera', 'rosa')
    const free = world.numbers.find((number) => number !== family && number !== staff) ?? ''
    world.phoneOf('rosa').texts(free, 'Mi hija está enferma hoy.')
    await world.settled()
    const rows = await world.rows(
      sql<{ id: string }>`select id from conversation where staff_side = 'lincoln/office' and ended_at is null`,
    )
    conversation = rows[0]?.id ?? ''
  })

  test('shows who has taken a conversation, to all who share it', async () => {
    expect((await page('rivera')).html).toContain('Nobody at the desk has taken this yet')
    const both = await Promise.all(
      [who.osei, who.rivera].map((one) => one.post(`/conversations/${conversation}/claim`, { from: '' })),
    )
    expect(both.map(({ to }) => to?.includes('said=taken#'))).toContain(true)
    expect(both.map(({ to }) => to?.includes('said=taken_meanwhile'))).toContain(true)
    if ((await holder()) === 'rivera') await who.osei.post(`/conversations/${conversation}/claim`, { from: 'rivera' })
    expect((await page('rivera')).html).toContain('Taken by <bdi>Ms Osei</bdi>')
    expect((await who.rivera.get('/inbox')).html).toContain('taken by <bdi>Ms Osei</bdi>')
    expect((await who.osei.get('/inbox')).html).toContain('taken by you')
  })

  test('who answers has it, and may give it back', async () => {
    await who.osei.post(`/conversations/${conversation}/leave`)
    expect((await answers('rivera', 'Thank you.')).status).toBe(303)
    expect(await holder()).toBe('rivera')
    expect((await events('conversation_claimed')).at(-1)).toMatchObject({ who: 'rivera', detail: { conversation } })
    await who.rivera.post(`/conversations/${conversation}/leave`)
    expect(await holder()).toBe(null)
    await who.osei.post(`/conversations/${conversation}/claim`, { from: '' })
  })

  test('says so before somebody else answers, and loses nothing that was typed', async () => {
    const first = await answers('rivera', 'She may stay at home.')
    expect([first.status, first.html.includes('Ms Osei has taken this conversation')]).toEqual([409, true])
    expect(first.html).toContain('>She may stay at home.</textarea>')
    expect(first.html).toContain('Send all the same')
    const sent = () =>
      world.rows(sql`select author_id from exchange where conversation_id = ${conversation}::uuid and direction = 'to_family'
        and original_text <> 'Thank you.'`)
    expect(await sent()).toEqual([])
    expect((await answers('rivera', 'She may stay at home.', 'osei')).status).toBe(303)
    expect((await answers('osei', 'Get well soon.')).status).toBe(303)
    expect(await sent()).toEqual([{ author_id: 'rivera' }, { author_id: 'osei' }])
  })

  test.each<[Who, number]>([
    ['bell', 404],
    ['okafor', 404],
    ['tran', 404],
    ['kim', 404],
    ['whitfield', 404],
  ])('who does not staff it takes nothing: %s', async (id, status) => {
    const nothing = (await who[id].get('/nothing')).html
    for (const act of ['claim', 'leave']) {
      const answer = await who[id].post(`/conversations/${conversation}/${act}`, { from: 'osei' })
      expect([act, answer.status, answer.html === nothing]).toEqual([act, status, true])
    }
    expect(await holder()).toBe('osei')
  })

  test('a teacher’s own conversation is nobody’s to take', async () => {
    const rows = await world.rows(sql<{ id: string }>`select id from conversation where staff_side = 'rivera'`)
    expect((await who.rivera.post(`/conversations/${rows[0]?.id}/claim`, { from: '' })).status).toBe(404)
  })

  test('the claim ends when it is given back, and when its holder leaves the desk or the roster', async () => {
    await who.osei.post(`/conversations/${conversation}/leave`)
    expect(await holder()).toBe(null)
    await who.rivera.post(`/conversations/${conversation}/claim`, { from: '' })
    await office('osei')
    expect(await holder()).toBe(null)
    await who.osei.post(`/conversations/${conversation}/claim`, { from: '' })
    await world.rosterChanges('users.csv', ['osei,,,true', 'osei,,,false'])
    expect(await holder()).toBe(null)
    await world.rosterChanges('users.csv', ['osei,,,false', 'osei,,,true'])
    who.osei = await visitor(world, 'osei')
    expect((await events('conversation_claim_ended')).map((e) => e.detail['holder'])).toEqual(['rivera', 'osei'])
  })
})

test('the navigation says how many tasks there are to do, to each who sees them, and nothing where there are none', async () => {
  const open = async (school: string | null) =>
    (
      await world.rows(
        sql`select from task where closed_at is null and (${school}::text is null or school_id = ${school} or school_id is null)`,
      )
    ).length
  const shown = async (id: Who) =>
    Number(/data-count="tasks">(\d+)<span class="aside"> to do</.exec((await who[id].get('/inbox')).html)?.[1] ?? 0)
  const listed = async (id: Who) => (await who[id].get('/tasks')).html.match(/<li><div class="wide">/g)?.length ?? 0
  await world.rows(
    sql`insert into task (district_id, school_id, kind, key) values (${world.district}, 'lincoln', 'call_back', 'nav') returning id`,
  )
  for (const id of ['osei', 'okafor', 'whitfield', 'kim', 'tran', 'rivera'] as const)
    expect([id, await shown(id)]).toEqual([id, await listed(id)])
  expect([await shown('kim'), (await shown('osei')) > 0, await shown('rivera')]).toEqual([await open(null), true, 0])
})

test('an aide of a class, who teaches none, is told what comes to which desk, and is led to no empty page', async () => {
  await world.rows(sql`insert into enrollment (district_id, id, class_id, person_id, role)
    values (${world.district}, 'aide-bell', '4b', 'bell', 'aide') returning id`)
  await world.rows(sql`update enrollment set active = false where person_id = 'bell' and role = 'teacher' returning id`)
  for (const path of ['/classes', '/inbox']) {
    const { html } = await who.bell.get(path)
    expect([
      path,
      /staff no desk yet|<\/bdi>, \w+\.<\/b> What/.test(html),
      html.includes('Write to a family of your classes'),
    ]).toEqual([path, true, false])
  }
})

test('the log is intact after all of it', async () => {
  await world.paceIsOver()
  await world.isIntact()
})

test('a task leads to a conversation only who may read it', async () => {
  await world.sends('rivera', { guardian: 'wei' }, 'Thank you.')
  world.phoneOf('wei').texts((await world.line('rivera', 'wei')).family ?? '', 'STOP')
  await world.settled()
  const leads = async (id: Who) => {
    const { html } = await who[id].get('/tasks')
    expect(html).toContain('asked to get no more messages')
    const links = [...html.matchAll(/href="(\/conversations\/[^"#]+)/g)].map(([, link]) => link ?? '')
    return Promise.all(links.map(async (link) => (await who[id].get(link)).status))
  }
  expect(await leads('okafor')).toEqual([])
  const seen = await leads('whitfield')
  expect([seen.length > 0, new Set(seen)]).toEqual([true, new Set([200])])
})

test('what is for the nurse is among the tasks of the office, and read by the nurse and who oversees the school alone', async () => {
  await world.rows(sql`insert into task (district_id, kind, key, exchange_id)
    select ${world.district}, 'not_sent', x.id::text, x.id from exchange x join conversation c on c.id = x.conversation_id
    where c.staff_side = 'rivera' and x.original_text = 'Thank you.' order by x.id limit 1 returning id`)
  const reads = async (id: Who) => {
    const [, task = ''] = (await who[id].get('/tasks')).html.split('A message was not sent')
    return [task !== '', task.split('</li>')[0]?.includes('Thank you.')]
  }
  expect([await reads('osei'), await reads('whitfield')]).toEqual([
    [true, true],
    [true, true],
  ])
  await world.rows(sql`update conversation c set staff_side = 'lincoln/nurse' from task t join exchange x on x.id = t.exchange_id
    where t.kind = 'not_sent' and c.id = x.conversation_id returning c.id`)
  expect([await reads('osei'), await reads('whitfield')]).toEqual([
    [true, false],
    [true, true],
  ])
})
