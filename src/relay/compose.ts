/** What staff may do from a browser or a program: write to families, and settle what waits or is unknown. */

/** Whom a message is for; sourcedIds. */
export type Target =
  | { readonly guardian: string }
  | { readonly student: string }
  | { readonly class: string }
  | { readonly school: string }

/** One message as a staff member wrote it. */
export type ComposeRequest = {
  readonly districtId: string
  readonly staffId: string
  readonly to: Target
  readonly body: string
  readonly urgent: boolean
  readonly reason: string | null
  /** With a key a repeat gives the first answer again; `digest` tells another body under the same key. */
  readonly idempotency: { readonly key: string; readonly digest: Buffer } | null
}

/** An exchange as the API answers it at once; `sendAfter` null: no time is known. */
export type Accepted = { readonly id: string; readonly status: string; readonly sendAfter: Temporal.Instant | null }

/**
 * `not_found`: no such target, or not one that this staff member may reach (the two look alike). `unreachable`: a single guardian without
 * a phone or opted out, or no proxy number is free. `forbidden`: urgent without the right. `wrong`: the text cannot be taken. `key_reused`: the
 * idempotency key came before with another body. `problem` is one plain sentence for the sender.
 */
export type Composed =
  | { readonly kind: 'accepted'; readonly exchanges: readonly Accepted[] }
  | { readonly kind: 'not_found' | 'unreachable' | 'forbidden' | 'wrong' | 'key_reused'; readonly problem: string }

/** What a person decides about an exchange that is held or whose hand-over is unknown. */
export type Action = 'again' | 'dismiss' | 'release' | 'cancel'

/** `not_found`: no such exchange, or not one that this person may settle; `conflict`: the exchange is not in a state for it. */
export type Acted = { readonly kind: 'done'; readonly status: string; readonly sendAfter: Temporal.Instant | null } | { readonly kind: 'not_found' | 'conflict' | 'forbidden'; readonly problem: string }
