/** The exchange's states and the moves between them. The words are the API's. */

/** The stages of a message, in the order of its life. */
export type Status = 'received' | 'held' | 'queued' | 'sending' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'canceled'

/** Which way a message goes. */
export type Direction = 'to_family' | 'to_staff'

/** Still on its way to a hand-over: it can be held, released and canceled. */
export const WAITING: readonly Status[] = ['received', 'held', 'queued']

/** The carrier's words for a text by what they mean here (Twilio, Message resource `status`); null: nothing new. */
const CARRIER_STATUS: Readonly<Record<string, { readonly rank: number; readonly status: Status | null }>> = {
  accepted: { rank: 1, status: 'sent' },
  scheduled: { rank: 1, status: 'sent' },
  queued: { rank: 2, status: 'sent' },
  sending: { rank: 3, status: 'sent' },
  sent: { rank: 4, status: 'sent' },
  canceled: { rank: 5, status: 'failed' },
  failed: { rank: 5, status: 'failed' },
  undelivered: { rank: 5, status: 'undelivered' },
  delivered: { rank: 6, status: 'delivered' },
  read: { rank: 7, status: 'delivered' },
}

/**
 * What a carrier's word says after the one known before. Callbacks come in any order and twice: a lower rank is old news (null).
 * `delivered` may follow `undelivered`, since a phone's receipt can be late. `fresh`: it means something else here than the word before.
 */
export function carrierNews(word: string, before: string | null): { readonly status: Status; readonly fresh: boolean } | null {
  const news = CARRIER_STATUS[word]
  if (news?.status == null) return null
  const known = before === null ? undefined : CARRIER_STATUS[before]
  return news.rank > (known?.rank ?? 0) ? { status: news.status, fresh: news.status !== known?.status } : null
}
