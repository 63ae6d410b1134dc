/** The telephone part of the simulated Twilio: phones that ring, talk, press keys and hang up, and calls that programs make. */

import type { CallRecord, CallRequest, PhoneCall, Recording, VoiceFault } from './call-world.ts'
import { type Refusal, refuse } from './errors.ts'
import { type Exchange, give, HungUp, isOver, type Leg, move, openLeg, pickUp, shown } from './legs.ts'
import { type Player, playFrom } from './player.ts'
import type { World } from './world.ts'

/** What people do with their phones, and what programs ask of calls. */
export type Calls = {
  /** Makes a call as `POST Calls.json` does. */
  readonly make: (accountSid: string, request: CallRequest) => CallRecord | Refusal
  readonly call: (sid: string) => CallRecord | undefined
  /** Newest first. */
  readonly calls: (accountSid: string) => readonly CallRecord[]
  /** Ends a live call, or leads it to another document. */
  readonly end: (sid: string) => void
  readonly redirect: (sid: string, url: string) => void
  readonly recordings: (accountSid: string) => readonly Recording[]
  readonly recording: (sid: string) => Recording | undefined
  readonly forget: (sid: string) => void
  /** A person dials a number; `from` null withholds the own. Gives the call's sid. */
  readonly dial: (phone: string, to: string, withheld?: boolean) => string
  /** The newest call of a phone. */
  readonly phoneCall: (phone: string) => PhoneCall | undefined
  readonly phoneCalls: (phone: string) => readonly PhoneCall[]
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
  const exchange: Exchange = {
    world,
    legs: new Map(),
    pace,
    changed: (leg) => {
      for (const listener of listeners) listener(shown(leg))
    },
  }
  const { rows, put } = world
  const player: Player = {
    exchange,
    ring,
    rooms: new Map(),
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

  /** Plays a leg to its end, whoever ends it. */
  function run(leg: Leg, url: string, fallback = ''): void {
    const work = playFrom(player, leg, url, {}, fallback)
      .catch((error: unknown) => {
        if (!(error instanceof HungUp)) throw error
      })
      .then(() => move(exchange, leg, 'completed'))
    void work
  }

  const live = (phone: string): Leg | undefined =>
    [...exchange.legs.values()].findLast((leg) => leg.phone === phone && !isOver(leg))

  return {
    make(accountSid, request) {
      const { from, to, url, timeout, timeLimit, machineDetection } = request
      if (!/^\+[1-9]\d{6,14}$/.test(to)) return refuse(21211, to)
      if (!/^\+1/.test(to)) return refuse(21215, to)
      if (world.numberOf(from)?.accountSid !== accountSid) return refuse(21210, from)
      if (!URL.canParse(url)) return refuse(21205, url)
      const leg = openLeg(exchange, {
        ...request,
        accountSid,
        parentSid: null,
        direction: 'outbound-api',
        phone: to,
        other: from,
      })
      void world.track(
        (async () => {
          await world.pause(world.stepMilliseconds)
          ring(leg, timeout)
        })(),
      )
      void leg.answered.promise.then((answer) => {
        if (answer !== 'answered') return
        leg.timers.push(pace > 0 ? world.later(timeLimit * 1000, () => move(exchange, leg, 'completed')) : () => {})
        if (machineDetection) leg.record = { ...leg.record, answeredBy: leg.machine ? 'machine_end_beep' : 'human' }
        put('calls', leg.record.sid, leg.record)
        run(leg, url)
      })
      return leg.record
    },
    call: (sid) => rows.calls.get(sid),
    calls: (accountSid) => [...rows.calls.values()].filter((call) => call.accountSid === accountSid).reverse(),
    end(sid) {
      const leg = exchange.legs.get(sid)
      if (leg !== undefined) move(exchange, leg, leg.record.status === 'in-progress' ? 'completed' : 'canceled')
    },
    redirect(sid, url) {
      const leg = exchange.legs.get(sid)
      if (leg !== undefined && !isOver(leg)) run(leg, url)
    },
    recordings: (accountSid) => [...rows.recordings.values()].filter((one) => one.accountSid === accountSid).reverse(),
    recording: (sid) => rows.recordings.get(sid),
    forget: (sid) => put('recordings', sid, null),
    dial(phone, to, withheld = false) {
      const number = world.numberOf(to)
      const accountSid = number?.accountSid ?? ''
      const from = withheld ? '+266696687' : phone
      const leg = openLeg(exchange, {
        accountSid,
        parentSid: null,
        direction: 'inbound',
        from,
        to,
        phone,
        other: to,
        statusCallback: number?.statusCallback ?? '',
        events: ['completed'],
      })
      leg.record = { ...leg.record, status: 'in-progress', answered: world.now().toString() }
      put('calls', leg.record.sid, leg.record)
      if (number === undefined) move(exchange, leg, 'failed')
      else run(leg, number.voiceUrl, number.voiceFallbackUrl)
      return leg.record.sid
    },
    phoneCall: (phone) => {
      const leg = live(phone) ?? [...exchange.legs.values()].findLast((one) => one.phone === phone)
      return leg === undefined ? undefined : shown(leg)
    },
    phoneCalls: (phone) => [...exchange.legs.values()].filter((leg) => leg.phone === phone).map(shown),
    answer(phone, machine = false) {
      const leg = live(phone)
      if (leg === undefined) return
      pickUp(exchange, leg, machine)
      if (faults.get(phone) === 'hang-up') void world.pause(pace * 40).then(() => move(exchange, leg, 'completed'))
    },
    hangUp(phone) {
      const leg = live(phone)
      if (leg !== undefined) move(exchange, leg, leg.record.status === 'ringing' ? 'busy' : 'completed')
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
    setVoiceFault: (phone, fault) => void faults.set(phone, fault),
    voiceFault: (phone) => faults.get(phone) ?? 'none',
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => {
      for (const leg of exchange.legs.values()) if (!isOver(leg)) leg.over.resolve()
    },
  }
}
