import { beforeAll, describe, expect, test } from 'vitest'
import { inDistrict } from '../../src/store/database.ts'
import { checkPin, pinOf } from '../../src/store/pins.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { logSchool } from '../support/log-school.ts'

let t: TestDatabase
let district = ''
let other = ''
const home = { owner: 'household', id: 'a-household' } as const
beforeAll(async () => {
  t = await freshDatabase()
  district = (await logSchool(t.db, t.keys, 'one')).district
  other = (await logSchool(t.db, t.keys, 'two')).district
})
const pin = (anew = false, where = district) => inDistrict(t.db, where, (trx) => pinOf(trx, t.keys, where, home, anew))
const tries = (caller: string, said: string, where = district) =>
  inDistrict(t.db, where, (trx) => checkPin(trx, t.keys, where, caller, said))

describe('a PIN', () => {
  test('has eight digits, stays the same until it is made anew, and then the old one opens nothing', async () => {
    const first = await pin()
    expect(first).toMatch(/^\d{8}$/)
    expect(await pin()).toBe(first)
    const second = await pin(true)
    expect(second).not.toBe(first)
    expect(await tries('a', first)).toEqual({ kind: 'wrong' })
    expect(await tries('a', second)).toEqual({ kind: 'right', owner: home })
  })

  test('opens nothing in another district', async () => {
    expect(await tries('b', await pin(), other)).toEqual({ kind: 'wrong' })
  })

  test('is not looked at any more from a phone that was wrong six times within a day, and still is from another', async () => {
    for (let i = 0; i < 6; i++) expect(await tries('thief', '00000000')).toEqual({ kind: 'wrong' })
    expect(await tries('thief', await pin())).toEqual({ kind: 'locked' })
    expect(await tries('mother', await pin())).toEqual({ kind: 'right', owner: home })
  })

  test('lies in the database neither in digits nor as a plain digest', async () => {
    const said = await pin()
    const rows = await inDistrict(t.db, district, (trx) => trx.selectFrom('pin').selectAll().execute())
    expect(JSON.stringify(rows)).not.toContain(said)
  })
})
