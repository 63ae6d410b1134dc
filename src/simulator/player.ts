/** Plays TwiML on a leg: fetches the document, does what its verbs say, and goes on at each action. */

import { callFields } from './call-callbacks.ts'
import { dial } from './dial.ts'
import { type Leg, move } from './legs.ts'
import { gather, record } from './listen.ts'
import { absolute, NEXT, openPlay, type Play, type Player, type Start, type Step, stillOn } from './play.ts'
import { type Element, readVoiceTwiml } from './voice-twiml.ts'
import { languagesOf } from './voices.ts'
import { callWebhook } from './webhook.ts'

/** Where no time passes, no time limit ends a call that turns in a circle; this does. */
const MOST_DOCUMENTS = 1000
/** Milliseconds that Twilio gives a file to be played. */
const FILE_MILLISECONDS = 15_000

/** What Twilio itself says when there is nothing to play (errors 11200, 12100). */
const SORRY = 'We are sorry. An application error has occurred. Goodbye.'

/** Plays from a start to the end. Throws `HungUp` when the leg is over or led elsewhere meanwhile. */
export async function playFrom(player: Player, leg: Leg, start: Start): Promise<'hung up' | 'through'> {
  const play = openPlay(player, leg)
  let step: Step = { kind: 'goto', url: start.url, method: start.method, fields: {} }
  let { fallbackUrl } = start
  while (step.kind === 'goto') {
    const at: Extract<Step, { kind: 'goto' }> = step
    const found = await fetchDocument(play, at)
    if (found.kind === 'refused') {
      if (fallbackUrl === '') return sorry(play)
      const fields = { ...at.fields, ErrorCode: String(found.code), ErrorUrl: at.url }
      step = { kind: 'goto', url: fallbackUrl, method: start.fallbackMethod, fields }
      fallbackUrl = ''
      continue
    }
    step = NEXT
    for (const verb of found.verbs) {
      stillOn(play)
      if (verb.name === 'Reject' && rejects(play, verb)) return 'hung up'
      answers(play, verb)
      if (verb.name === 'Hangup' || verb.name === 'Reject') return 'hung up'
      step = await perform(play, verb, at.url)
      if (step.kind === 'goto') break
    }
  }
  return 'through'
}

function sorry({ player, leg }: Play): 'hung up' {
  const { exchange } = player
  if (leg.record.status === 'ringing') move(exchange, leg, 'in-progress')
  leg.heard.push({ kind: 'said', language: 'en-US', voice: 'woman', text: SORRY })
  exchange.changed(leg)
  return 'hung up'
}

/** Verbs that a call which came in is not yet picked up for. Source: Twilio, `<Reject>`, `<Pause>`, `<Dial answerOnBridge>`. */
function answers({ player, leg }: Play, { name, attributes }: Element): void {
  const waits = name === 'Pause' || name === 'Redirect' || attributes['answerOnBridge'] === 'true'
  if (leg.record.status === 'ringing' && !waits) move(player.exchange, leg, 'in-progress')
}

function rejects({ player, leg }: Play, verb: Element): boolean {
  if (leg.record.status !== 'ringing') return false
  move(player.exchange, leg, verb.attributes['reason'] === 'busy' ? 'busy' : 'no-answer')
  return true
}

type Found =
  | { readonly kind: 'document'; readonly verbs: readonly Element[] }
  | { readonly kind: 'refused'; readonly code: number; readonly why: string }

async function fetchDocument(play: Play, at: Extract<Step, { kind: 'goto' }>): Promise<Found> {
  const { leg, player } = play
  const { world, pace } = player.exchange
  leg.documents++
  const found = pace === 0 && leg.documents > MOST_DOCUMENTS ? circle : await ask()
  if (player.exchange.closed) stillOn(play)
  if (found.kind === 'refused') world.alert(found.code, at.url, found.why)
  return found

  async function ask(): Promise<Found> {
    if (!/^https?:/.test(at.url) || !URL.canParse(at.url)) return { kind: 'refused', code: 11100, why: 'no address' }
    const token = world.accounts.get(leg.record.accountSid)?.authToken ?? ''
    const outcome = await world.track(callWebhook(at.url, at.method, { ...callFields(leg), ...at.fields }, token, world))
    return outcome.kind === 'failed'
      ? { kind: 'refused', code: 11200, why: outcome.why }
      : readVoiceTwiml(outcome.body, player.goneVoices)
  }
}

const circle: Found = { kind: 'refused', code: 11200, why: 'the call turns in a circle' }

async function perform(play: Play, verb: Element, base: string): Promise<Step> {
  switch (verb.name) {
    case 'Gather':
      return gather(play, verb, base, utter)
    case 'Record':
      return record(play, verb, base)
    case 'Dial':
      return dial(play, verb, base)
    case 'Redirect':
      return { kind: 'goto', url: absolute(verb.text.trim(), base), method: verb.attributes['method'] ?? 'POST', fields: {} }
    default:
      await utter(play, verb, base)
      return NEXT
  }
}

/** Where no time passes by itself, a second of a pause still takes so many milliseconds: a call that waits for another leg asks again and again. */
const HURRIED_MS = 50

/** Says, plays or pauses. A key ends it; `deaf`: words do not. */
async function utter(play: Play, verb: Element, base: string, deaf = false): Promise<void> {
  const { loop = '1', length = '1' } = verb.attributes
  const { exchange } = play.player
  // Twilio, `<Say>`: 0 is a thousand times.
  const times = verb.name === 'Pause' ? 1 : Number(loop) || 1000
  for (let time = 0; time < times; time++) {
    if (verb.name === 'Say') say(play, verb)
    if (verb.name === 'Play') await playFile(play, absolute(verb.text.trim(), base))
    stillOn(play)
    exchange.changed(play.leg)
    const second = exchange.pace > 0 ? 1000 : HURRIED_MS
    const milliseconds = verb.name === 'Pause' ? Number(length) * second : verb.text.length * exchange.pace
    if (milliseconds === 0) continue
    const interrupted = await Promise.race([exchange.world.pause(milliseconds), play.cut, somethingDone(play, deaf)])
    stillOn(play)
    if (interrupted === 'done') return
  }
}

function say({ leg }: Play, verb: Element): void {
  const { voice = 'man' } = verb.attributes
  const { language = languagesOf(voice)[0] ?? 'en-US' } = verb.attributes
  leg.heard.push({ kind: 'said', language, voice, text: verb.text })
}

async function playFile({ leg, player }: Play, url: string): Promise<void> {
  const { world } = player.exchange
  const late = new AbortController()
  const cancel = world.later(FILE_MILLISECONDS, () => late.abort())
  const type = await world.track(
    (async () => {
      try {
        const answer = await world.fetch(url, { signal: late.signal })
        await answer.arrayBuffer()
        return answer.ok ? (answer.headers.get('content-type') ?? '') : ''
      } catch {
        return null
      } finally {
        cancel()
      }
    })(),
  )
  if (type?.startsWith('audio/') === true) leg.heard.push({ kind: 'played', url })
  else world.alert(type === null ? 11200 : 12300, url, 'nothing to play')
}

/** Who presses a key need not hear the rest. */
function somethingDone({ leg }: Play, deaf: boolean): Promise<'done'> {
  const { promise, resolve } = Promise.withResolvers<'done'>()
  if (leg.ahead.length > 0) resolve('done')
  leg.take = (input) => {
    if (deaf && input.kind === 'speech') return
    leg.take = null
    leg.ahead.push(input)
    resolve('done')
  }
  return promise
}
