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
   * the first is for the morning, the second for the night.
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
  readonly kind: 'flip' | 'smart'
  /** E.164, the owner's real number: shown struck out, as what the other side never sees. */
  readonly number: string
  /** BCP 47 */
  readonly language: string
  /** The first is the one the scene opens on. */
  readonly contacts: readonly Contact[]
}

/** One line of the record that the demo leaves. */
export type StageLine = {
  readonly at: Temporal.Instant
  /** In plain English, without numbers. */
  readonly what: string
  /** Whose message it is about, by name or role; empty when nobody's. */
  readonly who: string
}

/** The demo's time: `now` already holds the offset; `zone` is the school's (IANA). */
export type StageClock = { readonly now: Temporal.Instant; readonly offsetSeconds: number; readonly zone: string }

/** The demo's machinery behind the carrier. Functions reject only on bugs. */
export type Stage = {
  readonly clock: () => Promise<StageClock>
  /** Moves the demo's clock forward to the next time it is `HH:MM` (24 h) in the school's zone; never back. */
  readonly moveClock: (to: string) => Promise<void>
  /** The newest lines of the record, newest first, about a dozen. */
  readonly lines: () => Promise<readonly StageLine[]>
  /** Families first choice first; every family's first contact is a staff phone of this list. */
  readonly phones: () => Promise<readonly Phone[]>
  readonly setTranslatorDown: (down: boolean) => Promise<void>
  /** Calls back when lines, clock or anything else of the stage changed; the answer ends it. */
  readonly subscribe: (changed: () => void) => () => void
}
