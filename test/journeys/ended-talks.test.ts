import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { visitor } from '../support/visitor.ts'
import { daily, openWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ numbers: 5 })
  await world.itIs('2036-03-03T10:00')
})

describe('two guardians who swap their phones', () => {
  test('begin anew: what waited is seen by its writer for two weeks, the talks of before are found, and lead to those of now', async () => {
    const rivera = await visitor(world, 'rivera')
    const conversations = (guardian: string) =>
      world.rows(sql<{ id: string; ended: boolean }>`select distinct c.id, c.ended_at is not null as ended from conversation c
        join exchange x on x.conversation_id = c.id where c.staff_side = 'rivera' and x.guardian_id = ${guardian} order by 2 desc`)
    await world.sends('rivera', { guardian: 'fatima' }, 'Thank you.')
    await world.phoneOf('fatima').reads()
    await world.hours('lincoln', { families: daily('00:00-07:00') })
    await world.sends('rivera', { guardian: 'fatima' }, 'See you tomorrow.')
    const [fatima, wei] = [world.phoneOf('fatima').number, world.phoneOf('wei').number]
    await world.rosterChanges('users.csv', [fatima, 'swap'], [wei, fatima], ['swap', wei])
    await world.hours('lincoln', {})
    expect(await world.phone(fatima).reads()).toEqual([])
    const ended = /Fatima Al-Sayed.*?See you tomorrow.*?Not sent<\/i><i class="tag">ended/s
    expect((await rivera.get('/inbox')).html).toMatch(ended)

    await world.sends('rivera', { guardian: 'fatima' }, 'Thank you.')
    expect(await world.phone(wei).reads()).toHaveLength(1)
    const [before, now] = await conversations('fatima')
    expect([before?.ended, now?.ended]).toEqual([true, false])
    expect((await rivera.get(`/conversations/${before?.id}`)).html).toContain(
      `<a href="/conversations/${now?.id}">go on there</a>`,
    )
    expect((await rivera.get(`/conversations/${now?.id}`)).html).toContain(
      `<a href="/conversations/${before?.id}">What was said before`,
    )

    await world.itIs('2036-03-18T10:00')
    expect((await rivera.get('/inbox')).html).not.toContain(`/conversations/${before?.id}`)
    expect((await rivera.get('/inbox?q=Fatima')).html).toContain(`/conversations/${before?.id}`)
  })
})

test('a family that gets another phone goes on in its conversation, where a line says since when', async () => {
  const rivera = await visitor(world, 'rivera')
  await world.sends('rivera', { guardian: 'rosa' }, 'Thank you.')
  const [before] = await world.phoneOf('rosa').reads()
  await world.rosterChanges('users.csv', [world.phoneOf('rosa').number, '+19715550177'])
  await world.sends('rivera', { guardian: 'rosa' }, 'See you tomorrow.')
  expect(await world.phone('+19715550177').reads()).toHaveLength(1)
  const { html } = await rivera.get(
    `/conversations/${(await rivera.get('/inbox?q=Rosa')).html.match(/conversations\/([\w-]+)/)?.[1]}`,
  )
  expect(before).toContain('Gracias')
  expect(html).toMatch(/Thank you\..*From here on the family has another phone.*See you tomorrow\./s)
})
