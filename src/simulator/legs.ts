/** Legs of calls: who is on them, what is heard, what is pressed and said, and how they end. */

import { tellStatus } from './call-callbacks.ts'
import type { Addressee, CallRecord, CallState, Heard, PhoneCall, Waiting } from './call-world.ts'
import type { Fields } from './webhook.ts'
import type { World } from './world.ts'

/** What a person does while the leg waits for it. */
export type Input =
  | { readonly kind: 'keys'; readonly keys: string }
  | { readonly kind: 'speech'; readonly words: string; readonly confidence: number; readonly seconds: number }
  | { readonly kind: 'silence' }

/** Thrown into whatever plays on a leg that is over or was led elsewhere. */
export class HungUp extends Error {}

/** A leg with a person (or a machine) on it. */
export type Leg = {
  record: CallRecord
  /** The phone on this leg, and the number that its display shows. */
  readonly phone: string
  readonly other: string
  /** Who is told of the call's steps. */
  readonly told: Addressee
  /** What each form says of the caller beyond the numbers. */
  readonly signs: Fields
  readonly heard: Heard[]
  waits: Waiting
  /** Typed or said before anything waited for it. */
  readonly ahead: Input[]
  machine: boolean
  /** The next status callback's number, the last that is under way, and those that a fault keeps back. */
  sequence: number
  telling: Promise<void>
  readonly kept: Fields[]
  /**
   * Who waits for an input. A question takes one and clears this, since what comes in the same moment is the next question's; who talks to somebody
   * takes all.
   */
  take: ((input: Input) => void) | null
  readonly answered: PromiseWithResolvers<'answered' | 'busy' | 'no-answer' | 'canceled' | 'failed'>
  /** Resolves when what plays now must end; another one when the leg is led to another document. */
  cut: PromiseWithResolvers<void>
  /** Documents that were played: see `MOST_DOCUMENTS`. */
  documents: number
  timers: (() => void)[]
}

/** The door of the legs to the rest of the simulator. */
export type Exchange = {
  readonly world: World
  readonly legs: Map<string, Leg>
  readonly changed: (leg: Leg) => void
  /** Milliseconds a character of speech takes; 0: no time passes by itself, and every wait is a person's to end. */
  readonly pace: number
  /** Nothing happens any more, and nothing is written. */
  closed: boolean
}

const ENDED: ReadonlySet<CallState> = new Set(['completed', 'busy', 'no-answer', 'failed', 'canceled'])
/** What carriers put in place of a withheld number (ANONYMOUS on a keypad). Source: Twilio, "Why are calls coming in from some strange numbers?" */
export const WITHHELD = '+266696687'

/** Nobody is told. */
export const nobody: Addressee = { url: '', method: 'POST', events: [] }

/** Opens a leg and keeps it in the list. */
export function openLeg(
  exchange: Exchange,
  given: Pick<CallRecord, 'accountSid' | 'parentSid' | 'direction' | 'from' | 'to'> & {
    readonly phone: string
    readonly other: string
    readonly told: Addressee
    readonly signs?: Fields
  },
): Leg {
  const { world } = exchange
  const { phone, other, told, signs = {}, ...call } = given
  const at = world.now().toString()
  const leg: Leg = {
    record: {
      ...call,
      sid: world.sid('CA'),
      status: call.direction === 'inbound' ? 'ringing' : 'queued',
      answeredBy: null,
      errorCode: null,
      numberSid: world.numberOf(call.direction === 'inbound' ? call.to : call.from)?.sid ?? null,
      forwardedFrom: signs['ForwardedFrom'] ?? null,
      created: at,
      answered: null,
      ended: null,
      updated: at,
    },
    phone,
    other,
    told,
    signs,
    heard: [],
    waits: 'nothing',
    ahead: [],
    machine: false,
    sequence: 0,
    telling: Promise.resolve(),
    kept: [],
    take: null,
    answered: Promise.withResolvers(),
    cut: Promise.withResolvers(),
    documents: 0,
    timers: [],
  }
  exchange.legs.set(leg.record.sid, leg)
  world.put('calls', leg.record.sid, leg.record)
  return leg
}

/** Moves a leg on, and tells who asked to be told. A leg that is over stays so. */
export function move(exchange: Exchange, leg: Leg, status: CallState, change: Partial<CallRecord> = {}): void {
  if (isOver(leg) || exchange.closed) return
  const { world } = exchange
  const at = world.now().toString()
  const times = status === 'in-progress' ? { answered: at } : ENDED.has(status) ? { ended: at } : {}
  leg.record = { ...leg.record, ...times, ...change, status, updated: at }
  world.put('calls', leg.record.sid, leg.record)
  const over = isOver(leg)
  tellStatus(world, leg, status === 'in-progress' ? 'answered' : over ? 'completed' : status, over)
  if (over) leg.waits = 'nothing'
  exchange.changed(leg)
  if (!over) return
  for (const cancel of leg.timers.splice(0)) cancel()
  leg.answered.resolve(status === 'busy' || status === 'no-answer' || status === 'failed' ? status : 'canceled')
  leg.cut.resolve()
}

/** Somebody at the phone picks up; a machine does so as well. */
export function pickUp(exchange: Exchange, leg: Leg, machine: boolean): void {
  if (leg.record.status !== 'ringing' || leg.record.direction === 'inbound') return
  leg.machine = machine
  move(exchange, leg, 'in-progress')
  leg.answered.resolve('answered')
}

/** Something happens at the phone; what nothing waits for is kept for the next question. */
export function give(leg: Leg, input: Input): void {
  if (isOver(leg)) return
  if (leg.take === null) leg.ahead.push(input)
  else leg.take(input)
}

/** Whether a leg has ended. */
export function isOver(leg: Leg): boolean {
  return ENDED.has(leg.record.status)
}

/** Whether the phone knows of the call: it has dialled, or was rung (or would have been, were it not busy or off). */
export function isKnown({ record }: Leg): boolean {
  return record.direction === 'inbound' || (record.status !== 'queued' && record.status !== 'initiated')
}

/** The call as the phone shows it. Who has dialled hears it ring, and talks for all the phone knows. */
export function shown(leg: Leg): PhoneCall {
  const { sid, status, direction } = leg.record
  const state = isOver(leg) ? 'over' : status === 'in-progress' || direction === 'inbound' ? 'talks' : 'rings'
  const other = leg.other === WITHHELD ? 'anonymous' : leg.other
  return {
    sid,
    phone: leg.phone,
    other,
    dialled: leg.record.direction === 'inbound',
    state,
    heard: [...leg.heard],
    waits: leg.waits,
  }
}
