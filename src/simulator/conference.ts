/** Talking to each other on the simulated telephone: two that were put through, and rooms. */

import type { Leg } from './legs.ts'
import type { Play } from './play.ts'
import type { Element } from './voice-twiml.ts'
import type { Fields } from './webhook.ts'

/** A conference: who is in it, whether it has begun, and its end. */
export type Room = { readonly members: Set<Leg>; started: boolean; readonly ended: PromiseWithResolvers<void> }

/**
 * A leg talks to somebody: what it says and presses is heard by the other side and by no document. The answer resolves when it presses `*`, where
 * that hangs up.
 */
export function talks({ exchange }: Play['player'], leg: Leg, hangupOnStar: boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  leg.ahead.length = 0
  leg.heard.push({ kind: 'bridged' })
  leg.waits = 'the other side'
  leg.take = (input) => {
    if (input.kind === 'speech') leg.heard.push({ kind: 'spoke', words: input.words })
    if (input.kind === 'keys') leg.heard.push({ kind: 'pressed', keys: input.keys })
    exchange.changed(leg)
    if (hangupOnStar && input.kind === 'keys' && input.keys.includes('*')) resolve()
  }
  exchange.changed(leg)
  return promise
}

/** The leg talks to nobody any more. */
export function falls(leg: Leg): void {
  leg.take = null
  leg.waits = 'nothing'
}

/**
 * A leg is in a room until it leaves or the room ends; who is left alone stays. It begins with two of whom one begins it, and ends for all when one
 * leaves whose leaving ends it (Twilio, `<Conference>`): each goes on in its own document.
 */
export async function join(play: Play, noun: Element, hangupOnStar: boolean): Promise<Fields> {
  const { player, leg } = play
  const { startConferenceOnEnter = 'true', endConferenceOnExit = 'false' } = noun.attributes
  const key = `${leg.record.accountSid} ${noun.text.trim()}`
  const room: Room = player.rooms.get(key) ?? { members: new Set(), started: false, ended: Promise.withResolvers() }
  player.rooms.set(key, room)
  room.members.add(leg)
  if (startConferenceOnEnter === 'true') room.started = true
  const starred: Promise<void>[] = []
  if (room.started && room.members.size > 1)
    for (const member of room.members)
      if (member.waits !== 'the other side') {
        const star = talks(player, member, member === leg && hangupOnStar)
        if (member === leg) starred.push(star)
      }
  await Promise.race([play.cut, room.ended.promise, ...starred])
  room.members.delete(leg)
  falls(leg)
  if (endConferenceOnExit === 'true') room.ended.resolve()
  if ((endConferenceOnExit === 'true' || room.members.size === 0) && player.rooms.get(key) === room) player.rooms.delete(key)
  return { DialCallStatus: 'answered' }
}
