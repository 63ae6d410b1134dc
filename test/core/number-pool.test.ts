import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseNumber } from '../../src/core/number-pool.ts'

const none = new Map<string, number>()

describe('chooseNumber', () => {
  it('takes the preferred number where the phone has it free', () => {
    expect(chooseNumber(['a', 'b'], new Set(), 'b', new Map([['b', 9]]))).toBe('b')
  })

  it.each([
    ['it is taken', new Set(['b'])],
    ['it is no longer ours', new Set<string>()],
  ])('takes another when %s', (_why, taken) => {
    expect(chooseNumber(['a'], taken, 'b', none)).toBe('a')
  })

  it('takes the one with the fewest conversations, of equal ones the first by id', () => {
    expect(chooseNumber(['c', 'a', 'b'], new Set(), null, new Map([['a', 2]]))).toBe('b')
    expect(chooseNumber(['c', 'b', 'a'], new Set(), null, none)).toBe('a')
  })

  it('never gives a phone a number that it has, and says so when there is no other', () => {
    const ids = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { maxLength: 8 })
    const load = fc.dictionary(fc.constantFrom(...'abcdefgh'), fc.nat(5)).map((d) => new Map(Object.entries(d)))
    fc.assert(
      fc.property(ids, ids, fc.option(fc.constantFrom(...'abcdefgh')), load, (pool, taken, preferred, loads) => {
        const free = pool.filter((id) => !taken.includes(id))
        const chosen = chooseNumber(pool, new Set(taken), preferred, loads)
        if (free.length === 0) expect(chosen).toBeNull()
        else expect(free).toContain(chosen)
        // A repeat gives the same, in whatever order the numbers come.
        expect(chooseNumber(pool.toReversed(), new Set(taken), preferred, loads)).toBe(chosen)
      }),
    )
  })
})
