import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adviseNumbers, CAMPAIGN_NUMBERS, chooseNumber, numbersNeeded, STAFF_PHONE_NUMBERS } from '../../src/core/number-pool.ts'

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

describe('numbersNeeded', () => {
  it.each([
    ['nobody needs none', [], 0],
    ['a family needs one for each teacher', [{ asFamily: 6, asStaff: 0, quarantined: 0 }], 6],
    ['a staff phone needs one for each family, and no more than it may have', [{ asFamily: 0, asStaff: 80, quarantined: 0 }], 30],
    ['what rests for a phone is not free for it', [{ asFamily: 2, asStaff: 0, quarantined: 3 }], 5],
    ['a teacher who is a parent too needs both', [{ asFamily: 4, asStaff: 40, quarantined: 1 }], 35],
    [
      'different phones use the same numbers: the greatest need counts',
      [
        { asFamily: 6, asStaff: 0, quarantined: 0 },
        { asFamily: 0, asStaff: 9, quarantined: 0 },
        { asFamily: 1, asStaff: 0, quarantined: 7 },
      ],
      9,
    ],
  ])('%s', (_why, phones, needed) => {
    expect(numbersNeeded(phones)).toBe(needed)
  })

  it('is just enough: with so many numbers a phone gets one for each of its sides, with one less it does not', () => {
    const some = fc.integer({ min: 0, max: 8 })
    fc.assert(
      fc.property(some, some, (asFamily, quarantined) => {
        const needed = numbersNeeded([{ asFamily, asStaff: 0, quarantined }])
        const resting = new Set(Array.from({ length: quarantined }, (_, i) => `n${i}`))
        const gives = (size: number) => {
          const pool = Array.from({ length: size }, (_, i) => `n${i}`)
          const taken = new Set(resting)
          let given = 0
          for (let next = chooseNumber(pool, taken, null, none); next !== null; next = chooseNumber(pool, taken, null, none)) {
            taken.add(next)
            given++
          }
          return given
        }
        expect(gives(needed)).toBe(asFamily)
        if (asFamily > 0) expect(gives(needed - 1)).toBeLessThan(asFamily)
      }),
    )
  })
})

describe('adviseNumbers', () => {
  it.each([
    ['no number at all', { have: 0, neededNow: 0, neededForAll: 0, waiting: 0 }, { kind: 'buy', numbers: 1 }],
    ['conversations wait', { have: 4, neededNow: 6, neededForAll: 9, waiting: 1 }, { kind: 'buy', numbers: 2 }],
    [
      'one waits though the count says enough',
      { have: 4, neededNow: 4, neededForAll: 4, waiting: 1 },
      { kind: 'buy', numbers: 1 },
    ],
    ['enough for today', { have: 6, neededNow: 6, neededForAll: 9, waiting: 0 }, { kind: 'ahead', numbers: 3 }],
    ['enough for all', { have: 9, neededNow: 6, neededForAll: 9, waiting: 0 }, { kind: 'enough' }],
    [
      'more would be needed than a campaign holds',
      { have: 40, neededNow: 30, neededForAll: 60, waiting: 0 },
      { kind: 'ahead', numbers: 9 },
    ],
    ['the campaign is full', { have: 49, neededNow: 50, neededForAll: 60, waiting: 2 }, { kind: 'full' }],
  ])('%s', (_why, pool, advice) => {
    expect(adviseNumbers(pool)).toEqual(advice)
  })

  it('never leads beyond what a campaign may hold, and asks for more exactly while something lacks', () => {
    const n = fc.integer({ min: 0, max: 80 })
    fc.assert(
      fc.property(n, n, n, fc.integer({ min: 0, max: 3 }), (have, neededNow, more, waiting) => {
        const neededForAll = neededNow + more
        const advice = adviseNumbers({ have, neededNow, neededForAll, waiting })
        if ('numbers' in advice) expect(have + advice.numbers).toBeLessThanOrEqual(CAMPAIGN_NUMBERS)
        expect(advice.kind === 'enough').toBe(have > 0 && waiting === 0 && have >= neededForAll)
      }),
    )
    expect(STAFF_PHONE_NUMBERS).toBeLessThan(CAMPAIGN_NUMBERS)
  })
})
