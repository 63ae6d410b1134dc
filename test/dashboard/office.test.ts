import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Visitor, visitor } from '../support/visitor.ts'
import { openWorld, type World } from '../support/world.ts'

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
    for (const act of ['claim', 'leave', 'done']) {
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
    expect(answers.map(({ to }) => to).sort()).toEqual(['/tasks?said=task_taken', '/tasks?said=taken_meanwhile'].sort())
    const [claimed] = await events('task_claimed')
    const [holder, other] = claimed?.who === 'osei' ? (['osei', 'okafor'] as const) : (['okafor', 'osei'] as const)
    const name = { osei: 'Ms Osei', okafor: 'Mr Okafor' }[holder]
    expect((await who[holder].get('/tasks')).html).toContain('Taken by you')
    expect((await who[other].get('/tasks')).html).toContain(`Taken by <bdi>${name}</bdi>`)
    // Taken over from whom one saw, never from somebody else.
    expect((await who[other].post(`/tasks/${task}/claim`, { from: 'somebody' })).to).toBe('/tasks?said=taken_meanwhile')
    expect((await who[other].post(`/tasks/${task}/leave`)).to).toBe('/tasks?said=taken_meanwhile')
    expect((await who[other].post(`/tasks/${task}/claim`, { from: holder })).to).toBe('/tasks?said=task_taken')
    expect((await events('task_claimed')).map((e) => [e.who, e.detail['from']])).toEqual([
      [holder, undefined],
      [other, holder],
    ])
    expect((await who[other].post(`/tasks/${task}/leave`)).to).toBe('/tasks?said=task_given_back')
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

  test('what is done is gone, with who did it', async () => {
    const task = await taskOf('stranger')
    expect((await who.osei.post(`/tasks/${task}/done`)).to).toBe('/tasks?said=task_done')
    expect((await who.osei.get('/tasks')).html).not.toContain(task)
    expect((await events('task_done')).at(-1)).toMatchObject({ who: 'osei', detail: { task, kind: 'stranger' } })
    expect((await who.osei.post(`/tasks/${task}/done`)).status).toBe(404)
  })
})

test('the log is intact after all of it', async () => {
  await world.paceIsOver()
  await world.isIntact()
})
