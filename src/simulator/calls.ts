/** The telephone part of the simulated Twilio: phones that ring, talk, press keys and hang up, and calls that programs make. */

import { refusedCall, signsOf } from './call-request.ts'
import type { CallerSigns, CallRecord, CallRequest, PhoneCall, Recording, VoiceFault } from './call-world.ts'
import type { Refusal } from './errors.ts'
import { type Exchange, give, HungUp, isKnown, isOver, type Leg, move, nobody, openLeg, pickUp, shown, WITHHELD } from './legs.ts'
import type { Player, Start } from './play.ts'
import { playFrom } from './player.ts'
import type { World } from './world.ts'

/** What people do with their phones, and what programs ask of calls. */
export type Calls = {
  /** Makes a call as `POST Calls.json` does. */
  readonly make: (accountSid: string, request: CallRequest) => CallRecord | Refusal
  readonly call: (sid: string) => CallRecord | undefined
  /** Newest first. */
  readonly calls: (accountSid: string) => readonly CallRecord[]
  /** Resolves when a call that was made rings (or cannot) and what it told so far has arrived. */
  readonly begun: (sid: string) => Promise<void>
  /** Ends a live call; `canceled` only one that does not talk yet. */
  readonly end: (sid: string, status: 'canceled' | 'completed') => void
  /** Ends what plays on a live call and leads it to another document; false: it is not live. */
  readonly redirect: (sid: string, start: Start) => boolean
  /** Takes a call that is over off the list. */
  readonly strike: (sid: string) => void
  readonly recordings: (accountSid: string) => readonly Recording[]
  readonly recording: (sid: string) => Recording | undefined
  readonly forget: (sid: string) => void
  /** Writes a recording anew. */
  readonly keep: (recording: Recording) => void
  /** A person dials a number; `withheld` does not show the own. Gives the call's sid. */
  readonly dial: (phone: string, to: string, withheld?: boolean, signs?: CallerSigns) => string
  /** The newest call of a phone. */
  readonly phoneCall: (phone: string) => PhoneCall | undefined
  readonly phoneCalls: (phone: string) => readonly PhoneCall[]
  /** Ground truth: the calls of every phone that had any, oldest first. */
  readonly phones: () => ReadonlyMap<string, readonly PhoneCall[]>
  readonly answer: (phone: string, machine?: boolean) => void
  /** Declines a call that rings, or hangs up. */
  readonly hangUp: (phone: string) => void
  readonly press: (phone: string, keys: string) => void
  /** Says something: about fifteen characters a second. */
  readonly speak: (phone: string, words: string, confidence?: number) => void
  /** Says and presses nothing for as long as the call waits. */
  readonly wait: (phone: string) => void
  /** What happens to calls that ring this phone from now on. */
  readonly setVoiceFault: (phone: string, fault: VoiceFault) => void
  readonly voiceFault: (phone: string) => VoiceFault
  /** The faults that are on, by phone. */
  readonly voiceFaults: () => ReadonlyMap<string, VoiceFault>
  /** Takes these voices off, and puts back those that were off: a document with one is refused. */
  readonly takeVoicesOff: (...voices: readonly string[]) => void
  readonly subscribe: (listener: (call: PhoneCall) => void) => () => void
  readonly close: () => void
}

/** Characters a person says in a second. */
const SPEECH_RATE = 15

/**
 * `pace`: milliseconds a character of speech takes on the line; 0: no time passes by itself, and a phone waits until somebody at it does something
 * (tests need no sleep).
 */
export function createCalls(world: World, pace: number): Calls {
  const listeners = new Set<(call: PhoneCall) => void>()
  const faults = new Map<string, VoiceFault>()
  const begun = new Map<string, Promise<void>>()
  const exchange: Exchange = {
    world,
    legs: new Map(),
    pace,
    closed: false,
    changed: (leg) => {
      if (isKnown(leg)) for (const listener of listeners) listener(shown(leg))
    },
  }
  const { rows, put } = world
  const player: Player = {
    exchange,
    ring,
    rooms: new Map(),
    goneVoices: new Set(),
    play: (leg, start) => playFrom(player, leg, start),
    record: (leg, words, seconds, transcribe) => {
      const sid = world.sid('RE')
      const { accountSid, sid: callSid } = leg.record
      put('recordings', sid, { sid, accountSid, callSid, seconds, words, transcribe, created: world.now().toString() })
      return sid
    },
    recordingUrl: (accountSid, sid) => `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`,
  }
  // A call does not outlive the telephone company that carries it.
  for (const call of rows.calls.values())
    if (call.ended === null) put('calls', call.sid, { ...call, status: 'failed', ended: world.now().toString() })

  function ring(leg: Leg, seconds: number): void {
    move(exchange, leg, 'initiated')
    const fault = faults.get(leg.phone) ?? 'none'
    const line = rows.lines.get(leg.phone) ?? 'mobile'
    if (line === 'disconnected') move(exchange, leg, 'failed', { errorCode: 13224 })
    else if (fault === 'busy') move(exchange, leg, 'busy')
    else {
      move(exchange, leg, 'ringing')
      if (fault === 'no-answer' || line === 'off') move(exchange, leg, 'no-answer')
      else if (fault === 'machine') pickUp(exchange, leg, true)
      else if (pace > 0)
        leg.timers.push(world.later(seconds * 1000, () => leg.record.status === 'ringing' && move(exchange, leg, 'no-answer')))
    }
  }

  /** Plays a leg to its end, whoever ends it; one that was led elsewhere ends there. */
  function run(leg: Leg, start: Start): void {
    const { cut } = leg
    const work = playFrom(player, leg, start)
      .catch((error: unknown) => {
        if (!(error instanceof HungUp)) throw error
      })
      .then(() => {
        if (leg.cut !== cut) return
        if (leg.record.status === 'ringing') move(exchange, leg, 'in-progress')
        move(exchange, leg, 'completed')
      })
    void work
  }

  const legsOf = (phone: string): readonly Leg[] =>
    [...exchange.legs.values()].filter((leg) => leg.phone === phone && isKnown(leg))
  const live = (phone: string): Leg | undefined => legsOf(phone).findLast((leg) => !isOver(leg))

  return {
    make(accountSid, request) {
      const { from, to, url, told, timeout, timeLimit, machineDetection } = request
      const refusal = refusedCall(world, accountSid, request)
      if (refusal !== null) return refusal
      const leg = openLeg(exchange, {
        accountSid,
        parentSid: null,
        direction: 'outbound-api',
        from,
        to,
        phone: to,
        other: from,
        told,
      })
      const begins = async (): Promise<void> => {
        await world.pause(world.stepMilliseconds)
        ring(leg, timeout)
        await leg.telling
      }
      begun.set(leg.record.sid, world.track(begins()))
      void leg.answered.promise.then((answer) => {
        if (answer !== 'answered') return
        if (pace > 0) leg.timers.push(world.later(timeLimit * 1000, () => move(exchange, leg, 'completed')))
        if (machineDetection !== '') {
          const machine = machineDetection === 'Enable' ? 'machine_start' : 'machine_end_beep'
          leg.record = { ...leg.record, answeredBy: leg.machine ? machine : 'human' }
          put('calls', leg.record.sid, leg.record)
        }
        run(leg, { ...request, url })
      })
      return leg.record
    },
    call: (sid) => rows.calls.get(sid),
    calls: (accountSid) => [...rows.calls.values()].filter((call) => call.accountSid === accountSid).reverse(),
    begun: (sid) => begun.get(sid) ?? Promise.resolve(),
    end(sid, status) {
      const leg = exchange.legs.get(sid)
      if (leg === undefined) return
      const talks = leg.record.status === 'in-progress'
      if (status === 'completed' || !talks) move(exchange, leg, talks ? 'completed' : 'canceled')
    },
    redirect(sid, start) {
      const leg = exchange.legs.get(sid)
      if (leg?.record.status !== 'in-progress') return false
      const before = leg.cut
      leg.cut = Promise.withResolvers()
      leg.waits = 'nothing'
      leg.take = null
      leg.ahead.length = 0
      before.resolve()
      run(leg, start)
      return true
    },
    strike: (sid) => put('calls', sid, null),
    recordings: (accountSid) => [...rows.recordings.values()].filter((one) => one.accountSid === accountSid).reverse(),
    recording: (sid) => rows.recordings.get(sid),
    forget: (sid) => put('recordings', sid, null),
    keep: (recording) => put('recordings', recording.sid, recording),
    dial(phone, to, withheld = false, signs = {}) {
      const number = world.numberOf(to)
      const leg = openLeg(exchange, {
        accountSid: number?.accountSid ?? '',
        parentSid: null,
        direction: 'inbound',
        from: withheld ? WITHHELD : phone,
        to,
        phone,
        other: to,
        told: number ? { url: number.statusCallback, method: number.statusCallbackMethod, events: ['completed'] } : nobody,
        signs: signsOf(withheld ? WITHHELD : phone, to, signs),
      })
      if (number === undefined) move(exchange, leg, 'failed')
      else
        run(leg, {
          url: number.voiceUrl,
          method: number.voiceMethod,
          fallbackUrl: number.voiceFallbackUrl,
          fallbackMethod: number.voiceFallbackMethod,
        })
      return leg.record.sid
    },
    phoneCall: (phone) => {
      const leg = live(phone) ?? legsOf(phone).at(-1)
      return leg === undefined ? undefined : shown(leg)
    },
    phoneCalls: (phone) => legsOf(phone).map(shown),
    phones: () => Map.groupBy([...exchange.legs.values()].filter(isKnown).map(shown), (call) => call.phone),
    answer(phone, machine = false) {
      const leg = live(phone)
      if (leg === undefined) return
      pickUp(exchange, leg, machine)
      if (faults.get(phone) === 'hang-up') void world.pause(pace * 40).then(() => move(exchange, leg, 'completed'))
    },
    hangUp(phone) {
      const leg = live(phone)
      if (leg === undefined) return
      const { status, direction } = leg.record
      move(exchange, leg, status === 'in-progress' ? 'completed' : direction === 'inbound' ? 'no-answer' : 'busy')
    },
    press(phone, keys) {
      const leg = live(phone)
      if (leg !== undefined) give(leg, { kind: 'keys', keys })
    },
    speak(phone, words, confidence = 0.9) {
      const leg = live(phone)
      const seconds = Math.max(1, Math.round(words.length / SPEECH_RATE))
      if (leg !== undefined) give(leg, { kind: 'speech', words, confidence, seconds })
    },
    wait(phone) {
      const leg = live(phone)
      if (leg !== undefined) give(leg, { kind: 'silence' })
    },
    setVoiceFault(phone, fault) {
      if (fault === 'none') faults.delete(phone)
      else faults.set(phone, fault)
    },
    voiceFaults: () => faults,
    voiceFault: (phone) => faults.get(phone) ?? 'none',
    takeVoicesOff(...voices) {
      player.goneVoices.clear()
      for (const voice of voices) player.goneVoices.add(voice)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      exchange.closed = true
    },
  }
}
