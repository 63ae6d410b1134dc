/** Legs of calls: who is on them, what is heard, what is pressed and said, and how they end. */

import type { CallRecord, CallRequest, CallState, Heard, PhoneCall, Waiting } from './call-world.ts'
import { callWebhook, type Fields } from './webhook.ts'
import type { World } from './world.ts'

/** What a person does while the leg waits for it. */
export type Input =
  | { readonly kind: 'keys'; readonly keys: string }
  | { readonly kind: 'speech'; readonly words: string; readonly confidence: number; readonly seconds: number }
  | { readonly kind: 'silence' }

/** Thrown into whatever plays on a leg that is over. */
export class HungUp extends Error {}

/** A leg with a person (or a machine) on it. */
export type Leg = {
  record: CallRecord
  /** The phone on this leg, and the number that its display shows. */
  readonly phone: string
  readonly other: string
  readonly statusCallback: string
  readonly events: ReadonlySet<string>
  readonly heard: Heard[]
  waits: Waiting
  /** Typed or said before anything waited for it. */
  readonly ahead: Input[]
  machine: boolean
  sequence: number
  take: ((input: Input) => void) | null
  readonly answered: PromiseWithResolvers<'answered' | 'busy' | 'no-answer' | 'canceled' | 'failed'>
  readonly over: PromiseWithResolvers<void>
  timers: (() => void)[]
}

/** The door of the legs to the rest of the simulator. */
export type Exchange = {
  readonly world: World
  readonly legs: Map<string, Leg>
  readonly changed: (leg: Leg) => void
  /** Milliseconds a character of speech takes; 0: no time passes by itself, and every wait is a person's to end. */
  readonly pace: number
}

const ENDED: ReadonlySet<CallState> = new Set(['completed', 'busy', 'no-answer', 'failed', 'canceled'])

/** Opens a leg and keeps it in the list. */
export function openLeg(
  exchange: Exchange,
  given: Pick<CallRecord, 'accountSid' | 'parentSid' | 'direction' | 'from' | 'to'> & {
    readonly phone: string
    readonly other: string
  } & Partial<Pick<CallRequest, 'statusCallback' | 'events'>>,
): Leg {
  const { world } = exchange
  const { phone, other, statusCallback = '', events = [], ...call } = given
  const at = world.now().toString()
  const leg: Leg = {
    record: {
      ...call,
      sid: world.sid('CA'),
      status: call.direction === 'inbound' ? 'ringing' : 'queued',
      answeredBy: null,
      errorCode: null,
      created: at,
      answered: null,
      ended: null,
      updated: at,
    },
    phone,
    other,
    statusCallback,
    events: new Set(events),
    heard: [],
    waits: 'nothing',
    ahead: [],
    machine: false,
    sequence: 0,
    take: null,
    answered: Promise.withResolvers(),
    over: Promise.withResolvers(),
    timers: [],
  }
  exchange.legs.set(leg.record.sid, leg)
  world.put('calls', leg.record.sid, leg.record)
  return leg
}

/** Moves a leg on, and tells who asked to be told. */
export function move(exchange: Exchange, leg: Leg, status: CallState, change: Partial<CallRecord> = {}): void {
  if (ENDED.has(leg.record.status)) return
  const { world } = exchange
  const at = world.now().toString()
  const times = status === 'in-progress' ? { answered: at } : ENDED.has(status) ? { ended: at } : {}
  leg.record = { ...leg.record, ...times, ...change, status, updated: at }
  world.put('calls', leg.record.sid, leg.record)
  const event = status === 'in-progress' ? 'answered' : ENDED.has(status) ? 'completed' : status
  if (leg.statusCallback !== '' && leg.events.has(event)) void world.track(tell(exchange, leg, leg.sequence++))
  exchange.changed(leg)
  if (!ENDED.has(status)) return
  for (const cancel of leg.timers.splice(0)) cancel()
  leg.waits = 'nothing'
  leg.answered.resolve(status === 'busy' || status === 'no-answer' || status === 'failed' ? status : 'canceled')
  leg.over.resolve()
}

async function tell(exchange: Exchange, leg: Leg, sequence: number): Promise<void> {
  const { world } = exchange
  const { callbacks } = world.faults()
  const fields = { ...callFields(leg), SequenceNumber: String(sequence), CallbackSource: 'call-progress-events' }
  const token = world.accounts.get(leg.record.accountSid)?.authToken ?? ''
  await world.pause(world.stepMilliseconds)
  if (callbacks === 'lost') return
  for (let i = 0; i < (callbacks === 'doubled' ? 2 : 1); i++) await callWebhook(leg.statusCallback, 'POST', fields, token, world)
}

/** For how long a leg talked. */
export function secondsOf(record: CallRecord): number {
  if (record.answered === null || record.ended === null) return 0
  return Math.round(Temporal.Instant.from(record.ended).since(record.answered).total('seconds'))
}

/** What every form about a leg says. Source: Twilio, "TwiML Voice: request parameters". */
export function callFields({ record }: Leg): Fields {
  return {
    CallSid: record.sid,
    AccountSid: record.accountSid,
    From: record.from,
    To: record.to,
    Caller: record.from,
    Called: record.to,
    CallStatus: record.status,
    Direction: record.direction,
    ApiVersion: '2010-04-01',
    ...(record.parentSid === null ? {} : { ParentCallSid: record.parentSid }),
    ...(record.answeredBy === null ? {} : { AnsweredBy: record.answeredBy }),
    ...(record.errorCode === null ? {} : { ErrorCode: String(record.errorCode) }),
    ...(ENDED.has(record.status) ? { CallDuration: String(secondsOf(record)), Duration: '1' } : {}),
  }
}

/** Somebody at the phone picks up; a machine does so as well. */
export function pickUp(exchange: Exchange, leg: Leg, machine: boolean): void {
  if (leg.record.status !== 'ringing') return
  leg.machine = machine
  move(exchange, leg, 'in-progress')
  leg.answered.resolve('answered')
}

/** The leg's next input, within so many seconds where time passes; a machine says and presses nothing. */
export async function nextInput(exchange: Exchange, leg: Leg, waits: Waiting, seconds: number): Promise<Input> {
  if (isOver(leg)) throw new HungUp()
  const ahead = leg.ahead.shift()
  if (ahead !== undefined) return ahead
  if (leg.machine) return { kind: 'silence' }
  leg.waits = waits
  exchange.changed(leg)
  const { promise, resolve } = Promise.withResolvers<Input>()
  leg.take = resolve
  if (exchange.pace > 0) leg.timers.push(exchange.world.later(seconds * 1000, () => resolve({ kind: 'silence' })))
  const input = await Promise.race([promise, leg.over.promise.then(() => null)])
  leg.take = null
  leg.waits = 'nothing'
  if (input === null) throw new HungUp()
  return input
}

/** Something happens at the phone; what nothing waits for is kept for the next question. */
export function give(leg: Leg, input: Input): void {
  const { take } = leg
  // One that was taken is not waited for any more: what comes in the same moment is the next one's.
  leg.take = null
  if (take === null) leg.ahead.push(input)
  else take(input)
}

/** Whether a leg has ended. */
export function isOver(leg: Leg): boolean {
  return ENDED.has(leg.record.status)
}

/** The call as the phone shows it. */
export function shown(leg: Leg): PhoneCall {
  const { status } = leg.record
  const state = isOver(leg) ? 'over' : status === 'in-progress' ? 'talks' : 'rings'
  return { sid: leg.record.sid, phone: leg.phone, other: leg.other, state, heard: [...leg.heard], waits: leg.waits }
}
