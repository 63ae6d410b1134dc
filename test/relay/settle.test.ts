import { describe, expect, it } from 'vitest'
import type { E164 } from '../../src/core/phone-number.ts'
import type { Carrier, CarrierRecord, ReconcileStore, UnknownAttempt } from '../../src/relay/ports.ts'
import { reconcile } from '../../src/relay/settle.ts'

const NOW = Temporal.Instant.from('2026-11-23T17:00:00Z')
const record = (sid: string, body = 'hello', secondsAgo = 10): CarrierRecord => ({
  sid,
  body,
  status: 'sent',
  errorCode: null,
  createdAt: NOW.subtract({ seconds: secondsAgo }),
})

type Given = { readonly secondsAgo: number; readonly list: readonly CarrierRecord[] | null; readonly owned?: readonly string[] }

/** One unknown attempt, looked at once: what is done about it, and since when the carrier was asked. */
async function look({ secondsAgo, list, owned = [] }: Given): Promise<{ done: string; since: string }> {
  const attempt: UnknownAttempt = {
    attemptId: 'a',
    exchangeId: 'e',
    from: '+18725550100' as E164,
    to: '+19715550142' as E164,
    body: 'hello',
    startedAt: NOW.subtract({ seconds: secondsAgo }),
    looks: 1,
  }
  const done: string[] = []
  let since = ''
  const store: ReconcileStore = {
    dueLooks: async () => ({ moment: { now: NOW.add({ hours: 5 }), database: NOW }, attempts: [attempt] }),
    adopt: async (_district, _attempt, { sid }) => {
      if (owned.includes(sid)) return false
      done.push(`adopt ${sid}`)
      return true
    },
    lookAgain: async (_district, _attempt, seconds) => void done.push(`again in ${seconds}`),
    giveUp: async () => void done.push('give up'),
  }
  const carrier: Carrier = {
    send: async () => {
      throw new Error('Reconciliation never sends.')
    },
    sentSince: async (_from, _to, from) => {
      since = from.toString()
      return list
    },
  }
  expect(await reconcile({ store, carrier }, 'd', 10)).toBe(1)
  return { done: done.join(', '), since }
}

describe('reconcile', () => {
  it.each<[string, Given, string]>([
    ['the carrier’s record of that text is taken for the attempt’s own', { secondsAgo: 6, list: [record('SM1')] }, 'adopt SM1'],
    [
      'of two equal texts the older one, newest first as the list is',
      { secondsAgo: 6, list: [record('SM2'), record('SM1')] },
      'adopt SM1',
    ],
    [
      'a record that another attempt has is left to it',
      { secondsAgo: 6, list: [record('SM2'), record('SM1')], owned: ['SM1'] },
      'adopt SM2',
    ],
    ['another text of the pair is not it', { secondsAgo: 6, list: [record('SM1', 'hello!')] }, 'again in 24'],
    ['not in the list yet: asked again half a minute after the attempt', { secondsAgo: 5, list: [] }, 'again in 25'],
    ['then after two minutes', { secondsAgo: 31, list: [] }, 'again in 89'],
    ['then after five', { secondsAgo: 130, list: [] }, 'again in 170'],
    ['then after fifteen', { secondsAgo: 300, list: [] }, 'again in 600'],
    ['then at the end', { secondsAgo: 900, list: [] }, 'again in 300'],
    ['a carrier that cannot be asked is asked again', { secondsAgo: 40, list: null }, 'again in 80'],
    ['just before twenty minutes it still waits', { secondsAgo: 1_199, list: [] }, 'again in 1'],
    ['after twenty it is given up', { secondsAgo: 1_200, list: [] }, 'give up'],
    ['also when the carrier cannot be asked', { secondsAgo: 1_300, list: null }, 'give up'],
    ['but a record that shows at last counts', { secondsAgo: 1_300, list: [record('SM1')] }, 'adopt SM1'],
    ['a list full of others’ records ends it too', { secondsAgo: 1_300, list: [record('SM1')], owned: ['SM1'] }, 'give up'],
  ])('%s', async (_what, given, done) => {
    expect((await look(given)).done).toBe(done)
  })

  it('asks from a little before the attempt, since two clocks differ', async () => {
    expect((await look({ secondsAgo: 60, list: [] })).since).toBe('2026-11-23T16:58:30Z')
  })
})
