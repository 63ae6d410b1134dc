import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { carrierNews } from '../../src/core/exchange.ts'

const WORDS = ['accepted', 'scheduled', 'queued', 'sending', 'sent', 'canceled', 'failed', 'undelivered', 'delivered', 'read']

describe('carrierNews', () => {
  it.each([
    ['accepted', null, 'sent'],
    ['queued', 'accepted', 'sent'],
    ['delivered', 'sent', 'delivered'],
    ['undelivered', 'sent', 'undelivered'],
    ['failed', null, 'failed'],
    ['delivered', 'undelivered', 'delivered'],
    ['canceled', 'queued', 'failed'],
  ])('%s after %s means %s', (word, before, status) => {
    expect(carrierNews(word, before)?.status).toBe(status)
  })

  it.each([
    ['sent', 'delivered'],
    ['queued', 'sent'],
    ['delivered', 'delivered'],
    ['undelivered', 'delivered'],
    ['failed', 'undelivered'],
    ['receiving', null],
    ['constructor', null],
    ['', null],
  ])('%s after %s is no news', (word, before) => {
    expect(carrierNews(word, before)).toBeNull()
  })

  it('says whether it is anything new to the reader', () => {
    expect(carrierNews('accepted', null)).toEqual({ status: 'sent', fresh: true })
    expect(carrierNews('queued', 'accepted')).toEqual({ status: 'sent', fresh: false })
  })

  it('in whatever order and however often callbacks come, what is shown in the end is the furthest of them', () => {
    const settle = (words: readonly string[]) => {
      let [before, shown]: [string | null, string | null] = [null, null]
      for (const word of words) {
        const news = carrierNews(word, before)
        if (news !== null) [before, shown] = [word, news.status]
      }
      return shown
    }
    const story = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(story, fc.infiniteStream(fc.nat()), (words, keys) => {
        const ends = words.filter((w) => ['failed', 'canceled', 'undelivered'].includes(w))
        // Failed and undelivered end a message alike: which of the two comes first stays.
        fc.pre(new Set(ends.map((w) => (w === 'undelivered' ? w : 'failed'))).size <= 1)
        const shuffled = words
          .map((word) => ({ word, key: keys.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map((k) => k.word)
        expect(settle([...shuffled, ...words])).toBe(settle(words))
      }),
    )
  })
})
