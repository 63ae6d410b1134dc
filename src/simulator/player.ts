/** Plays TwiML on a leg: fetches the document, does what its verbs say, and goes on at each action. */

import { callFields, type Exchange, HungUp, isOver, type Leg, move, nextInput, openLeg, secondsOf } from './legs.ts'
import { type Element, readVoiceTwiml } from './voice-twiml.ts'
import { callWebhook, type Fields } from './webhook.ts'

/** What a phone does when it is rung: rings until somebody decides, or is busy, off, or no number at all. */
export type Ring = (leg: Leg, seconds: number) => void

/** What a player needs besides the leg. */
export type Player = {
  readonly exchange: Exchange
  readonly ring: Ring
  /** Keeps what was recorded; gives its sid. */
  readonly record: (leg: Leg, words: string, seconds: number, transcribe: boolean) => string
  readonly recordingUrl: (accountSid: string, sid: string) => string
  /** The legs of a room by its name. */
  readonly rooms: Map<string, Set<Leg>>
}

type Step = { readonly kind: 'next' } | { readonly kind: 'goto'; readonly url: string; readonly fields: Fields }
type End = 'hung up' | 'through'

const NEXT: Step = { kind: 'next' }

/** Plays from an address to the end; `through`: the document ended by itself (on a screened leg the two are then bridged). */
export async function playFrom(player: Player, leg: Leg, url: string, extra: Fields = {}, fallback = ''): Promise<End> {
  let step: Step = { kind: 'goto', url, fields: extra }
  let other = fallback
  while (step.kind === 'goto') {
    const at: Extract<Step, { kind: 'goto' }> = step
    const verbs = await fetchDocument(player, leg, at.url, at.fields)
    if (verbs === null) {
      if (other === '') return 'hung up'
      step = { kind: 'goto', url: other, fields: { ...at.fields, ErrorUrl: at.url } }
      other = ''
      continue
    }
    step = NEXT
    for (const verb of verbs) {
      if (verb.name === 'Hangup') return 'hung up'
      if (verb.name === 'Reject') {
        move(player.exchange, leg, verb.attributes['reason'] === 'busy' ? 'busy' : 'failed')
        return 'hung up'
      }
      step = await perform(player, leg, verb, at.url)
      if (step.kind === 'goto') break
    }
  }
  return 'through'
}

async function fetchDocument(player: Player, leg: Leg, url: string, extra: Fields): Promise<readonly Element[] | null> {
  const { world } = player.exchange
  const token = world.accounts.get(leg.record.accountSid)?.authToken ?? ''
  const outcome = await world.track(callWebhook(url, 'POST', { ...callFields(leg), ...extra }, token, world))
  if (outcome.kind === 'failed') {
    world.alert(11200, url, outcome.why)
    return null
  }
  const document = readVoiceTwiml(outcome.body)
  if (document.kind === 'document') return document.verbs
  world.alert(document.code, url, document.why)
  return null
}

/** Addresses in a document count from its own. */
function absolute(address: string | undefined, base: string): string {
  return address === undefined || address === '' ? base : new URL(address, base).toString()
}

async function perform(player: Player, leg: Leg, verb: Element, base: string): Promise<Step> {
  if (isOver(leg)) throw new HungUp()
  switch (verb.name) {
    case 'Say':
    case 'Play':
    case 'Pause':
      await utter(player, leg, verb, base)
      return NEXT
    case 'Gather':
      return gather(player, leg, verb, base)
    case 'Record':
      return record(player, leg, verb, base)
    case 'Dial':
      return dial(player, leg, verb, base)
    case 'Redirect':
      return { kind: 'goto', url: absolute(verb.text.trim(), base), fields: {} }
    default:
      return NEXT
  }
}

/** Where no time passes by itself, a second of a pause still takes so many milliseconds: a call that waits for another leg asks again and again. */
const HURRIED_MS = 50

async function utter({ exchange }: Player, leg: Leg, verb: Element, base: string): Promise<void> {
  const { world, pace } = exchange
  const { language = 'en-US', voice = 'man' } = verb.attributes
  if (verb.name === 'Say') leg.heard.push({ kind: 'said', language, voice, text: verb.text })
  if (verb.name === 'Play') {
    const url = absolute(verb.text.trim(), base)
    const answer = await world.track(world.fetch(url).catch(() => null))
    const type = answer?.headers.get('content-type') ?? ''
    if (answer?.ok !== true || !type.startsWith('audio/')) world.alert(answer === null ? 11200 : 12300, url, 'nothing to play')
    else leg.heard.push({ kind: 'played', url })
    await answer?.arrayBuffer()
  }
  exchange.changed(leg)
  const milliseconds =
    verb.name === 'Pause' ? (Number(verb.attributes['length'] ?? 1) * (pace > 0 ? 1000 : HURRIED_MS)) : verb.text.length * pace
  if (milliseconds > 0) await Promise.race([world.pause(milliseconds), leg.over.promise, keyPressed(leg)])
  if (isOver(leg)) throw new HungUp()
}

/** Who presses a key need not hear the rest. */
function keyPressed(leg: Leg): Promise<void> {
  return new Promise((resolve) => {
    if (leg.ahead.length > 0) resolve()
    else
      leg.take = (input) => {
        leg.take = null
        leg.ahead.push(input)
        resolve()
      }
  })
}

async function gather(player: Player, leg: Leg, verb: Element, base: string): Promise<Step> {
  const { input: kinds = 'dtmf', numDigits, timeout = '5', finishOnKey = '#', action, actionOnEmptyResult } = verb.attributes
  for (const child of verb.children) await utter(player, leg, child, base)
  const keys = kinds.includes('dtmf')
  const speech = kinds.includes('speech')
  const waits = keys && speech ? 'keys or speech' : speech ? 'speech' : 'keys'
  for (;;) {
    const input = await nextInput(player.exchange, leg, waits, Number(timeout))
    if (input.kind === 'keys' && keys) {
      leg.heard.push({ kind: 'pressed', keys: input.keys })
      const ended =
        finishOnKey !== '' && input.keys.includes(finishOnKey) ? input.keys.slice(0, input.keys.indexOf(finishOnKey)) : input.keys
      const digits = numDigits === undefined ? ended : ended.slice(0, Number(numDigits))
      return { kind: 'goto', url: absolute(action, base), fields: { Digits: digits, FinishedOnKey: finishOnKey } }
    }
    if (input.kind === 'speech' && speech) {
      leg.heard.push({ kind: 'spoke', words: input.words })
      const fields = {
        SpeechResult: input.words,
        Confidence: String(input.confidence),
        Language: verb.attributes['language'] ?? 'en-US',
      }
      return { kind: 'goto', url: absolute(action, base), fields }
    }
    if (input.kind === 'silence')
      return actionOnEmptyResult === 'true' ? { kind: 'goto', url: absolute(action, base), fields: { Digits: '' } } : NEXT
  }
}

/** Twilio, `<Record>`: what is shorter is thrown away. */
const SHORTEST_SECONDS = 2

async function record(player: Player, leg: Leg, verb: Element, base: string): Promise<Step> {
  const { exchange } = player
  const { action, maxLength = '3600', timeout = '5', transcribe, recordingStatusCallback: told } = verb.attributes
  leg.heard.push({ kind: 'tone' })
  let words = ''
  let seconds = 0
  let end = '#'
  try {
    for (;;) {
      const input = await nextInput(exchange, leg, 'recording', Number(timeout))
      if (input.kind === 'silence') break
      if (input.kind === 'keys') {
        end = input.keys.slice(0, 1)
        break
      }
      leg.heard.push({ kind: 'spoke', words: input.words })
      words = `${words} ${input.words}`.trim()
      seconds = Math.min(seconds + input.seconds, Number(maxLength))
      if (seconds === Number(maxLength)) break
    }
  } catch (error) {
    if (!(error instanceof HungUp)) throw error
    end = 'hangup'
  }
  if (seconds < SHORTEST_SECONDS) {
    if (end === 'hangup') throw new HungUp()
    return NEXT
  }
  const sid = player.record(leg, words, seconds, transcribe === 'true')
  const fields = {
    RecordingSid: sid,
    RecordingUrl: player.recordingUrl(leg.record.accountSid, sid),
    RecordingDuration: String(seconds),
    Digits: end,
  }
  if (told !== undefined) void exchange.world.track(tellOfRecording(player, leg, absolute(told, base), sid, fields))
  return { kind: 'goto', url: absolute(action, base), fields }
}

async function tellOfRecording({ exchange }: Player, leg: Leg, url: string, sid: string, fields: Fields): Promise<void> {
  const { world } = exchange
  const { AccountSid = '', CallSid = '' } = callFields(leg)
  const { RecordingUrl = '', RecordingDuration = '' } = fields
  const token = world.accounts.get(AccountSid)?.authToken ?? ''
  const form = {
    AccountSid,
    CallSid,
    RecordingSid: sid,
    RecordingUrl,
    RecordingDuration,
    RecordingStatus: 'completed',
    RecordingChannels: '1',
  }
  await callWebhook(url, 'POST', form, token, world)
}

async function dial(player: Player, leg: Leg, verb: Element, base: string): Promise<Step> {
  const { exchange } = player
  const { action, callerId, timeout = '30' } = verb.attributes
  const then = (fields: Fields): Step => (action === undefined ? NEXT : { kind: 'goto', url: absolute(action, base), fields })
  const [noun] = verb.children
  if (noun?.name === 'Conference') return then(await join(player, leg, noun))
  // Without callerId the callee sees the caller's own number (Twilio, `<Dial>`).
  const from = callerId ?? leg.record.from
  const { world } = exchange
  const owned = world.numberOf(from)?.accountSid === leg.record.accountSid
  if (!owned && from !== leg.record.from && from !== leg.record.to) {
    world.alert(13214, base, 'a caller id that is not ours')
    return then({ DialCallStatus: 'failed' })
  }
  const to = (noun?.text ?? verb.text).trim()
  const child = openLeg(exchange, {
    accountSid: leg.record.accountSid,
    parentSid: leg.record.sid,
    direction: 'outbound-dial',
    from,
    to,
    phone: to,
    other: from,
  })
  player.ring(child, Number(timeout))
  const answer = await Promise.race([child.answered.promise, leg.over.promise.then(() => 'canceled' as const)])
  if (answer !== 'answered') {
    move(
      exchange,
      child,
      answer === 'canceled' ? 'canceled' : child.record.status === 'ringing' ? 'no-answer' : child.record.status,
    )
    return then({ DialCallStatus: answer, DialCallSid: child.record.sid })
  }
  const screen = noun?.attributes['url']
  const through = screen === undefined ? 'through' : await screened(player, child, absolute(screen, base))
  const bridged = through === 'through' && !isOver(child) && !isOver(leg)
  if (bridged) {
    for (const one of [leg, child]) {
      one.heard.push({ kind: 'bridged' })
      one.waits = 'the other side'
      exchange.changed(one)
    }
    await Promise.race([leg.over.promise, child.over.promise])
  }
  move(exchange, child, 'completed')
  leg.waits = 'nothing'
  const seconds = String(secondsOf(child.record))
  return then({
    DialCallStatus: 'completed',
    DialCallSid: child.record.sid,
    DialCallDuration: seconds,
    DialBridged: String(bridged),
  })
}

async function screened(player: Player, child: Leg, url: string): Promise<End> {
  try {
    return await playFrom(player, child, url)
  } catch (error) {
    if (error instanceof HungUp) return 'hung up'
    throw error
  }
}

async function join({ exchange, rooms }: Player, leg: Leg, noun: Element): Promise<Fields> {
  const name = noun.text.trim()
  const room = rooms.get(name) ?? new Set()
  rooms.set(name, room.add(leg))
  for (const one of room.size > 1 ? room : []) {
    one.heard.push({ kind: 'bridged' })
    one.waits = 'the other side'
    exchange.changed(one)
  }
  const emptied = Promise.withResolvers<void>()
  const others = [...room].filter((one) => one !== leg)
  void Promise.all(others.map((one) => one.over.promise)).then(() => others.length > 0 && emptied.resolve())
  await Promise.race([leg.over.promise, emptied.promise])
  room.delete(leg)
  if (noun.attributes['endConferenceOnExit'] === 'true') for (const one of room) move(exchange, one, 'completed')
  return { DialCallStatus: 'answered' }
}
