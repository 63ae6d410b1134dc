/**
 * The carrier's calls and the people at the phones: it rings, answers, plays each document as far as somebody listens, and tells of it. What was dialled,
 * shown and heard is the record that the checker believes. It knows nothing of the gateway but its HTTP; documents are read as strictly as Twilio's.
 */

import { type Element, readVoiceTwiml } from '../../src/simulator/voice-twiml.ts'
import type { CarrierFaults } from './faults.ts'
import { atThePhone, type Reaction } from './listeners.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** One leg at the carrier. Times in microseconds. */
export type Leg = {
  readonly sid: string
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial'
  readonly from: string
  readonly to: string
  /** The gateway's own id of it, by the address of its callbacks; null: it has none. */
  readonly callId: string | null
  readonly created: number
  readonly listed: number
  status: string
  answered: number | null
  ended: number | null
  readonly heard: { readonly words: string; readonly at: number; readonly person: boolean }[]
  /** When somebody pressed a key for the first time. */
  firstKey: number | null
  /** A machine or nobody listens. */
  machine: boolean
}

type Fields = Readonly<Record<string, string>>
type Live = Leg & {
  playing: number
  sequence: number
  over: (() => void)[]
  through: (() => void) | null
  readonly callback: string | null
  readonly mostSeconds: number
}

/** A request of the carrier that wants a document; null: nobody answered. */
export type Fetch = (address: string, fields: Fields, answered: (body: string | null) => void) => void

/** The telephone at work. */
export type Telephone = {
  readonly legs: readonly Leg[]
  /** What of a document Twilio would refuse. */
  readonly refused: readonly string[]
  /** `POST Calls.json`; gives the leg. */
  readonly dial: (fields: Fields) => Leg
  readonly find: (sid: string) => Leg | undefined
  readonly listed: (from: string, to: string) => readonly Leg[]
  /** Ends a leg or leads it elsewhere; false: it is over. */
  readonly change: (sid: string, change: { readonly url: string | null }) => boolean
  /** Somebody calls a number of ours. */
  readonly call: (from: string, to: string) => void
}

const SECOND = 1_000_000
const VOICE = '/webhooks/twilio/voice'
const INBOUND_STATUS = '/webhooks/twilio/call-status'

/** A telephone. `fetch` brings documents from the gateway, `tell` posts what it is told and no document comes back of. */
export function createTelephone(
  scheduler: Scheduler,
  random: Random,
  faults: CarrierFaults,
  off: ReadonlyMap<string, number>,
  fetch: Fetch,
  tell: (path: string, fields: Fields) => void,
): Telephone {
  const legs: Live[] = []
  const bySid = new Map<string, Live>()
  const rooms = new Map<string, Set<Live>>()
  const refused: string[] = []
  let sids = 0
  const people = atThePhone(random.fork('people'))
  const newSid = (kind: string) => `${kind}${(++sids).toString(16).padStart(8, '0')}${random.bytes(12).toString('hex')}`
  const later = (micros: number, label: string, run: () => void) => scheduler.after(micros, label, null, run)
  const path = (address: string) => address.replace(/^https?:\/\/[^/]+/, '').replace(/#.*$/, '')

  const begin = (direction: Leg['direction'], from: string, to: string, callback: string | null, mostSeconds: number): Live => {
    const leg: Live = {
      sid: newSid('CA'),
      direction,
      from,
      to,
      callId: direction === 'outbound-api' ? (callback?.split('/').at(-1) ?? null) : null,
      created: scheduler.now(),
      listed: scheduler.now() + faults.listLag(),
      status: 'queued',
      answered: null,
      ended: null,
      heard: [],
      firstKey: null,
      machine: false,
      playing: 0,
      sequence: 0,
      over: [],
      through: null,
      callback,
      mostSeconds,
    }
    legs.push(leg)
    bySid.set(leg.sid, leg)
    scheduler.stir()
    return leg
  }

  const report = (leg: Live, status: string) => {
    leg.status = status
    if (leg.callback === null) return
    const seconds = leg.answered === null || leg.ended === null ? 0 : Math.round((leg.ended - leg.answered) / SECOND)
    const fields = { ...common(leg), CallDuration: String(seconds), SequenceNumber: String(leg.sequence++) }
    // Only a completed call is told of for one that came in.
    if (leg.direction === 'inbound' && leg.ended === null) return
    const to = path(leg.callback)
    for (const delay of faults.callback()) later(delay, `call ${status}`, () => tell(to, fields))
  }
  const common = (leg: Live): Fields => ({ CallSid: leg.sid, From: leg.from, To: leg.to, CallStatus: leg.status })

  const end = (leg: Live, status: string) => {
    if (leg.ended !== null) return
    leg.ended = scheduler.now()
    leg.playing++
    scheduler.stir()
    report(leg, status)
    for (const over of leg.over.splice(0)) over()
  }

  /** Brings the document of an address and plays it. */
  const play = (leg: Live, address: string, more: Fields = {}) => {
    const playing = ++leg.playing
    scheduler.stir()
    fetch(path(address), { ...common(leg), ...more }, (body) => {
      if (leg.ended !== null || leg.playing !== playing) return
      // What nobody answers ends the call: Twilio says that an application error has occurred.
      if (body === null) return end(leg, 'completed')
      const document = readVoiceTwiml(body)
      if (document.kind === 'refused') {
        refused.push(`${document.code} ${document.why}`)
        return end(leg, 'completed')
      }
      perform(leg, document.verbs, 0, playing)
    })
  }

  const goOn = (leg: Live, playing: number, micros: number, run: () => void) =>
    later(micros, 'call goes on', () => {
      if (leg.ended === null && leg.playing === playing) run()
    })

  /** What a leg hears of speech, and how long it takes. */
  const hear = (leg: Live, verbs: readonly Element[]): number => {
    let micros = 0
    for (const verb of verbs) {
      if (verb.name === 'Pause') micros += Number(verb.attributes['length'] ?? 1) * SECOND
      else {
        leg.heard.push({
          words: verb.name === 'Play' ? '(audio)' : verb.text,
          at: scheduler.now() + micros,
          person: !leg.machine,
        })
        micros += verb.name === 'Play' ? 5 * SECOND : verb.text.length * 50_000
      }
    }
    return micros
  }

  const perform = (leg: Live, verbs: readonly Element[], i: number, playing: number): void => {
    const verb = verbs[i]
    if (verb === undefined) {
      // An empty document puts a dialled leg through (Twilio, `<Number url>`).
      if (leg.through === null) end(leg, 'completed')
      else leg.through()
      return
    }
    if (!leg.machine && people.hangsUp()) {
      goOn(leg, playing, random.between(0, 3 * SECOND), () => end(leg, 'completed'))
      return
    }
    const next = (micros: number) => goOn(leg, playing, micros, () => perform(leg, verbs, i + 1, playing))
    performers[verb.name]?.(leg, playing, verb, next)
  }

  type Perform = (leg: Live, playing: number, verb: Element, next: (micros: number) => void) => void
  const speaks: Perform = (leg, _playing, verb, next) => next(hear(leg, [verb]))
  const hangs: Perform = (leg) => end(leg, 'completed')
  const performers: Readonly<Record<string, Perform>> = {
    Say: speaks,
    Play: speaks,
    Pause: speaks,
    Gather: (leg, playing, { attributes, children }) => {
      goOn(leg, playing, hear(leg, children), () => react(leg, playing, attributes, people.answers(attributes, leg)))
    },
    Record: (leg, playing, { attributes }, next) => record(leg, playing, attributes, next),
    Dial: (leg, playing, { attributes, children: [party] }) => {
      if (party === undefined) end(leg, 'completed')
      else if (party.name === 'Conference') join(leg, playing, attributes, party)
      else connect(leg, playing, attributes, party)
    },
    Redirect: (leg, _playing, verb) => play(leg, verb.text),
    Hangup: hangs,
    Reject: hangs,
  }

  const react = (leg: Live, playing: number, attributes: Fields, reaction: Reaction) =>
    goOn(leg, playing, reaction.micros, () => {
      if (reaction.kind === 'hangs up') return end(leg, 'completed')
      if (reaction.kind === 'keys') leg.firstKey ??= scheduler.now()
      const fields: Fields =
        reaction.kind === 'keys'
          ? { Digits: reaction.keys }
          : reaction.kind === 'speech'
            ? { SpeechResult: reaction.words, Confidence: String(reaction.confidence) }
            : { Digits: '' }
      play(leg, attributes['action'] as string, fields)
    })

  const record = (leg: Live, playing: number, attributes: Fields, next: (micros: number) => void) => {
    const told = (sid: string, status: string, seconds: number) => {
      const to = path(attributes['recordingStatusCallback'] as string)
      const fields = { CallSid: leg.sid, RecordingSid: sid, RecordingStatus: status, RecordingDuration: String(seconds) }
      for (const delay of faults.callback()) later(delay, `recording ${status}`, () => tell(to, fields))
    }
    const sid = newSid('RE')
    if (people.saysNothing(leg)) {
      told(sid, 'absent', 0)
      return next(Number(attributes['timeout']) * SECOND)
    }
    const seconds = random.between(2, 40)
    goOn(leg, playing, seconds * SECOND, () => {
      told(sid, 'completed', seconds)
      const hungUp = random.chance(0.4)
      const fields = { RecordingSid: sid, RecordingDuration: String(seconds), Digits: hungUp ? 'hangup' : '#' }
      if (!hungUp) return play(leg, attributes['action'] as string, fields)
      end(leg, 'completed')
      fetch(path(attributes['action'] as string), { ...common(leg), ...fields }, () => {})
    })
  }

  /** A second leg that hears its own document first; an empty one puts the two together. */
  const connect = (leg: Live, playing: number, attributes: Fields, number: Element) => {
    const other = begin('outbound-dial', attributes['callerId'] ?? leg.from, number.text.trim(), null, 0)
    let bridged: number | null = null
    const ended = (word: string) => {
      const seconds = bridged === null ? 0 : Math.round((scheduler.now() - bridged) / SECOND)
      const fields = { DialCallStatus: word, DialCallDuration: String(seconds), DialBridged: String(bridged !== null) }
      const action = attributes['action'] as string
      if (leg.ended === null && leg.playing === playing) play(leg, action, fields)
      else if (bridged !== null) fetch(path(action), { ...common(leg), ...fields }, () => {})
    }
    leg.over.push(() => end(other, other.answered === null ? 'canceled' : 'completed'))
    ringing(other, Number(attributes['timeout'] ?? 30), () => {
      other.through = () => {
        bridged = scheduler.now()
        const most = Math.min(Number(attributes['timeLimit']), random.between(5, 240)) * SECOND
        later(most, 'talk ends', () => end(random.chance(0.5) ? other : leg, 'completed'))
      }
      play(other, number.attributes['url'] as string)
    })
    other.over.push(() => ended(other.status))
  }

  const join = (leg: Live, playing: number, attributes: Fields, conference: Element) => {
    const name = conference.text.trim()
    const room = rooms.get(name) ?? new Set<Live>()
    rooms.set(name, room.add(leg))
    const begun = scheduler.now()
    let left = false
    const leave = () => {
      if (left) return
      left = true
      room.delete(leg)
      const fields = { DialCallStatus: 'answered', DialCallDuration: String(Math.round((scheduler.now() - begun) / SECOND)) }
      if (leg.ended === null && leg.playing === playing) play(leg, attributes['action'] as string, fields)
      else fetch(path(attributes['action'] as string), { ...common(leg), ...fields }, () => {})
      if (conference.attributes['endConferenceOnExit'] === 'true')
        for (const other of [...room]) for (const over of other.over.splice(0)) over()
    }
    leg.over.push(leave)
    goOn(leg, playing, random.between(20, 400) * SECOND, () => end(leg, 'completed'))
  }

  /** It rings until somebody or something answers, or nobody does. */
  const ringing = (leg: Live, seconds: number, answered: () => void) => {
    report(leg, 'initiated')
    later(random.between(300_000, 2 * SECOND), 'it rings', () => {
      if (leg.ended !== null) return
      report(leg, 'ringing')
      const fate = (off.get(leg.to) ?? 0) > scheduler.now() ? 'no-answer' : people.fate(leg.to)
      if (fate !== 'person' && fate !== 'machine') {
        later(fate === 'no-answer' ? seconds * SECOND : SECOND, fate, () => end(leg, fate))
        return
      }
      later(random.between(SECOND, Math.max(1, seconds - 1) * SECOND), 'answered', () => {
        if (leg.ended !== null) return
        leg.answered = scheduler.now()
        leg.machine = fate === 'machine'
        report(leg, 'in-progress')
        if (leg.mostSeconds > 0) later(leg.mostSeconds * SECOND, 'time limit', () => end(leg, 'completed'))
        answered()
      })
    })
  }

  return {
    legs,
    refused,
    find: (sid) => bySid.get(sid),
    listed: (from, to) => legs.filter((l) => l.from === from && l.to === to && l.listed <= scheduler.now()).reverse(),
    dial: (fields) => {
      const leg = begin(
        'outbound-api',
        fields['From'] ?? '',
        fields['To'] ?? '',
        fields['StatusCallback'] ?? null,
        Number(fields['TimeLimit'] ?? 14_400),
      )
      ringing(leg, Number(fields['Timeout'] ?? 60), () => {
        const looks = fields['MachineDetection'] !== undefined
        later(looks ? random.between(SECOND, 6 * SECOND) : 0, 'somebody is there', () => {
          if (leg.ended !== null) return
          // It is wrong about one in eight.
          const taken = random.chance(0.87) === leg.machine ? 'machine_end_beep' : 'human'
          play(leg, fields['Url'] as string, looks ? { AnsweredBy: taken } : {})
        })
      })
      return leg
    },
    change: (sid, { url }) => {
      const leg = bySid.get(sid)
      if (leg === undefined || leg.ended !== null) return false
      if (url === null) end(leg, leg.answered === null ? 'canceled' : 'completed')
      else play(leg, url)
      return true
    },
    call: (from, to) => {
      const leg = begin('inbound', from, to, INBOUND_STATUS, 0)
      leg.status = 'in-progress'
      leg.answered = scheduler.now()
      later(3_600 * SECOND, 'time limit', () => end(leg, 'completed'))
      play(leg, VOICE, { StirVerstat: 'TN-Validation-Passed-A' })
    },
  }
}
