/** The exchange's states and the moves between them. The words are the API's. */

/** The stages of a message, in the order of its life. */
export type Status = 'received' | 'held' | 'queued' | 'sending' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'canceled'

/** Which way a message goes. */
export type Direction = 'to_family' | 'to_staff'

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

/** What the carrier's last word of a text means here; null: it has not taken it, as far as we know. */
export function statusOfWord(word: string | null): Status | null {
  return word === null ? null : (CARRIER_STATUS[word]?.status ?? null)
}

/**
 * What the parts of a message come to together, each by its latest attempt (null: not taken yet). `next` is the part to hand over next;
 * null when none is left. One part that failed is a message that failed, whatever became of the others.
 */
export function wholeOf(parts: readonly (Status | null)[]): { readonly status: Status | null; readonly next: number | null } {
  const failed = parts.find((part) => part === 'failed' || part === 'undelivered')
  if (failed !== undefined) return { status: failed, next: null }
  const next = parts.indexOf(null)
  if (next >= 0) return { status: null, next }
  return { status: parts.every((part) => part === 'delivered') ? 'delivered' : 'sent', next: null }
}
