/** What the parts of the player share: who is on the line, whether the document still counts, and where it goes on. */

import type { Waiting } from './call-world.ts'
import type { Room } from './conference.ts'
import { type Exchange, HungUp, type Input, isOver, type Leg } from './legs.ts'
import type { Fields } from './webhook.ts'

/** Where a leg's documents come from. */
export type Start = {
  readonly url: string
  readonly method: string
  /** Asked when a document cannot be fetched or played; '' for none. */
  readonly fallbackUrl: string
  readonly fallbackMethod: string
}

/** What a player needs besides the leg. */
export type Player = {
  readonly exchange: Exchange
  /** What a phone does when it is rung: rings until somebody decides, or is busy, off, or no number at all. */
  readonly ring: (leg: Leg, seconds: number) => void
  /** Keeps what was recorded; gives its sid. */
  readonly record: (leg: Leg, words: string, seconds: number, transcribe: boolean) => string
  /** Voices that there are no more. */
  readonly goneVoices: Set<string>
  readonly recordingUrl: (accountSid: string, sid: string) => string
  /** Conference rooms by account and name. */
  readonly rooms: Map<string, Room>
  /** `through`: the document ended by itself (on a screened leg the two are then bridged). */
  readonly play: (leg: Leg, start: Start) => Promise<'hung up' | 'through'>
}

/** A leg's documents from one start on, until the leg is over or led elsewhere. */
export type Play = {
  readonly player: Player
  readonly leg: Leg
  readonly cut: Promise<void>
  readonly isCut: () => boolean
}

/** What comes after a verb: the next one, or another document. */
export type Step =
  | { readonly kind: 'next' }
  | { readonly kind: 'goto'; readonly url: string; readonly method: string; readonly fields: Fields }

/** On to the next verb. */
export const NEXT: Step = { kind: 'next' }

/** Begins to play on a leg: whatever plays there now must have been cut. */
export function openPlay(player: Player, leg: Leg): Play {
  const { cut } = leg
  return { player, leg, cut: cut.promise, isCut: () => player.exchange.closed || isOver(leg) || leg.cut !== cut }
}

/** Throws `HungUp` when the document does not count any more. */
export function stillOn(play: Play): void {
  if (play.isCut()) throw new HungUp()
}

/** Addresses in a document count from its own; one that is none stays as it is, and will not be fetched. */
export function absolute(address: string | undefined, base: string): string {
  if (address === undefined || address === '') return base
  return URL.canParse(address, base) ? new URL(address, base).toString() : address
}

/**
 * The leg's next input, within so many seconds where time passes; a machine says and presses nothing. Throws `HungUp` when the leg is over or led
 * elsewhere.
 */
export async function nextInput(play: Play, waits: Waiting, seconds: number): Promise<Input> {
  stillOn(play)
  const { leg } = play
  const { changed, pace, world } = play.player.exchange
  const ahead = leg.ahead.shift()
  if (ahead !== undefined) return ahead
  if (leg.machine) return { kind: 'silence' }
  const { promise, resolve } = Promise.withResolvers<Input>()
  leg.take = (input) => {
    leg.take = null
    resolve(input)
  }
  leg.waits = waits
  changed(leg)
  const cancel = pace > 0 ? world.later(seconds * 1000, () => resolve({ kind: 'silence' })) : () => {}
  const input = await Promise.race([promise, play.cut.then(() => null)])
  cancel()
  stillOn(play)
  leg.take = null
  leg.waits = 'nothing'
  return input ?? { kind: 'silence' }
}
