/**
 * The bytes that the log's chain covers. An entry's code is an HMAC over these bytes, and each entry holds the code of the one before,
 * so that nothing can be changed, left out or moved without breaking every code from there on.
 */

/** One entry of the chain: a place in it and the event that stands there. */
export type ChainEntry = {
  /** From 1, without gaps, one chain per district. */
  readonly seq: number
  readonly eventId: number
  readonly exchangeId: string | null
  /** Seconds since 1970 in UTC, to the microsecond, as the database prints them: `1795449600.123456`. */
  readonly at: string
  readonly what: string
  readonly who: string | null
  /** The event's facts as the database prints its jsonb (keys in one order, numbers exact). */
  readonly detail: string | null
  /** SHA-256 over salt and text, in hex: the text itself can be erased and the chain stands. */
  readonly textDigest: string | null
}

/** What stands for the code before the first entry: 32 zero bytes in hex. */
export const CHAIN_START = '0'.repeat(64)

/** The text whose UTF-8 bytes are coded. A JSON list: no two different entries give the same text. `previous` is in hex. */
export function entryText(previous: string, entry: ChainEntry): string {
  return JSON.stringify([
    previous,
    entry.seq,
    entry.eventId,
    entry.exchangeId,
    entry.at,
    entry.what,
    entry.who,
    entry.detail,
    entry.textDigest,
  ])
}
