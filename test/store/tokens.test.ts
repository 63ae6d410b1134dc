import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Scope } from '../../src/core/people.ts'
import { type Db, inDistrict } from '../../src/store/database.ts'
import { schoolRight, staffById } from '../../src/store/people.ts'
import { createToken, staffOfToken } from '../../src/store/tokens.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { type LogSchool, logSchool } from '../support/log-school.ts'

let t: TestDatabase
let school: LogSchool
beforeAll(async () => {
  t = await freshDatabase()
  school = await logSchool(t.db, t.keys)
})

const staff = (id: string) => inDistrict(t.db, school.district, (trx) => staffById(trx, school.district, id))

describe('staff', () => {
  test.each<[string, Scope]>([
    ['super', { kind: 'district' }],
    ['principal', { kind: 'schools', schools: ['lincoln'] }],
    ['rivera', { kind: 'own' }],
  ])('%s sees as far as %j', async (id, scope) => {
    expect(await staff(id)).toEqual({ districtId: school.district, id, displayName: `${id} X`, scope })
  })

  test.each(['gone', 'rosa', 'maya', 'nobody', ''])('%j is no active staff member', async (id) => {
    expect(await staff(id)).toBeNull()
  })

  test.each([
    ['super', 'lincoln', 'may'],
    ['super', 'grant', 'may'],
    ['super', 'nowhere', 'none'],
    ['principal', 'lincoln', 'may'],
    ['principal', 'grant', 'none'],
    ['grant-head', 'lincoln', 'none'],
    ['rivera', 'lincoln', 'member'],
    ['rivera', 'grant', 'none'],
    ['other', 'lincoln', 'none'],
  ])('%s to the school %s: %s', async (id, schoolId, right) => {
    const person = await staff(id)
    if (person === null) throw new Error('The sample has this person.')
    expect(await inDistrict(t.db, school.district, (trx) => schoolRight(trx, person, schoolId))).toBe(right)
  })
})

describe('a token', () => {
  test('is shown once, kept only as a digest, and names its staff member', async () => {
    const token = (await createToken(t.db, school.district, 'rivera')) as string
    expect(token).toMatch(/^hl_[0-9a-f]{32}_[A-Za-z0-9_-]{43}$/)
    expect(await staffOfToken(t.db, token)).toMatchObject({ id: 'rivera', districtId: school.district })
    const { rows } = await inDistrict(t.db, school.district, (trx) => sql`select * from api_token`.execute(trx))
    expect(JSON.stringify(rows)).not.toContain(token.slice(36))
    expect(await createToken(t.db, school.district, 'rivera')).not.toBe(token)
  })

  test.each(['gone', 'rosa', 'nobody'])('is not made for %s', async (id) => {
    expect(await createToken(t.db, school.district, id)).toBeNull()
  })

  test('ends with its owner and when it is revoked', async () => {
    const token = (await createToken(t.db, school.district, 'okafor')) as string
    await inDistrict(t.db, school.district, (trx) => sql`update person set active = false where id = 'okafor'`.execute(trx))
    expect(await staffOfToken(t.db, token)).toBeNull()
    await inDistrict(t.db, school.district, (trx) => sql`update person set active = true where id = 'okafor'`.execute(trx))
    expect((await staffOfToken(t.db, token))?.id).toBe('okafor')
    await inDistrict(t.db, school.district, (trx) =>
      sql`update api_token set revoked_at = now() where staff_id = 'okafor'`.execute(trx),
    )
    expect(await staffOfToken(t.db, token)).toBeNull()
  })

  test('of one district opens no other', async () => {
    const second = await logSchool(t.db, t.keys, 'second')
    const token = (await createToken(t.db, school.district, 'rivera')) as string
    const moved = token.replace(school.district.replaceAll('-', ''), second.district.replaceAll('-', ''))
    expect(await staffOfToken(t.db, moved)).toBeNull()
  })

  test('that is malformed makes no query', async () => {
    const none = new Proxy({}, { get: () => expect.unreachable('a query') }) as Db
    for (const token of [
      '',
      'x',
      'hl_',
      `hl_${'0'.repeat(32)}_short`,
      `hl_${'G'.repeat(32)}_${'a'.repeat(43)}`,
      `hl_${'0'.repeat(32)}_${'a'.repeat(44)}`,
      '\0',
    ])
      expect(await staffOfToken(none, token)).toBeNull()
  })
})
