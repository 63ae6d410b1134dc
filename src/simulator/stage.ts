/**
 * What the scene needs of whoever stands behind the carrier, handed in by main: types only. Nothing here lets the simulator know who that is.
 */

/** A number in a phone's address book: a proxy number, by the name under which the owner would keep it. */
export type Contact = {
  readonly label: string
  /** E.164, the number that this phone sees and texts. */
  readonly number: string
  /** The `id` of the phone that is really behind it. */
  readonly phone: string
  /**
   * Sentences ready to send to this contact, in the owner's language. Each text that the owner sends brings the next one up:
   * the first is for the morning, the second for the night, the others for whatever is broken; after the last the first comes up again.
   */
  readonly suggestions: readonly string[]
}

/** A phone on the table. */
export type Phone = {
  /** Short and safe in a URL, such as `rosa`. */
  readonly id: string
  /** What the owner is called on the page, such as `Rosa` or `Ms Rivera`. */
  readonly owner: string
  readonly side: 'family' | 'staff'
  /** A `landline` only talks. */
  readonly kind: 'flip' | 'smart' | 'landline'
  /** E.164, the owner's real number: shown struck out, as what the other side never sees. */
  readonly number: string
  /** BCP 47 */
  readonly language: string
  /** The first is the one the scene opens on. */
  readonly contacts: readonly Contact[]
}

/** One message in the record that the demo leaves, with all that happened to it. */
export type StageExchange = {
  readonly id: string
  readonly from: string
  readonly to: string
  /** What was written and, where there is one, its translation; BCP 47. */
  readonly texts: readonly { readonly language: string; readonly text: string }[]
  /** Oldest first and never empty, in plain English that can stand in a row: `held until the allowed hours begin`. */
  readonly events: readonly { readonly at: Temporal.Instant; readonly what: string }[]
}

/** The newest messages of the record, newest first, and how many there are in all. */
export type StageRecord = { readonly exchanges: readonly StageExchange[]; readonly total: number }

/** The demo's time: `now` already holds the offset; `zone` is the school's (IANA). */
export type StageClock = { readonly now: Temporal.Instant; readonly offsetSeconds: number; readonly zone: string }

/** The demo's machinery behind the carrier. Functions reject only on bugs. */
export type Stage = {
  readonly clock: () => Promise<StageClock>
  /** Moves the demo's clock forward to the next time it is `HH:MM` (24 h) in the school's zone; never back. */
  readonly moveClock: (to: string) => Promise<void>
  readonly record: (limit: number) => Promise<StageRecord>
  /** When the texts that the carrier knows by these ids were written, by the clock that the visitor saw; unknown ids are left out. */
  readonly written: (sids: readonly string[]) => Promise<ReadonlyMap<string, Temporal.Instant>>
  /** Families first choice first; every family's first contact is a staff phone of this list. */
  readonly phones: () => Promise<readonly Phone[]>
  readonly setTranslatorDown: (down: boolean) => Promise<void>
  /** Calls back when record, clock or anything else of the stage changed; the answer ends it. */
  readonly subscribe: (changed: () => void) => () => void
}
