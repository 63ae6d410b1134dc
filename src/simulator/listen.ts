/** Listening on the simulated telephone: keys, speech, recordings. */

import { tell } from './call-callbacks.ts'
import { HungUp, isOver } from './legs.ts'
import { absolute, NEXT, nextInput, type Play, type Step } from './play.ts'
import type { Element } from './voice-twiml.ts'
import type { Fields } from './webhook.ts'

type Utter = (play: Play, verb: Element, base: string, deaf: boolean) => Promise<void>

/**
 * Asks for keys or speech. A key ends the prompt; so do words unless `bargeIn` is false: then what is said before its end is not heard. Keys are put
 * together until there are enough of them, until the key that ends them, or until time is up; where no time passes, what is pressed at once is all.
 */
export async function gather(play: Play, verb: Element, base: string, utter: Utter): Promise<Step> {
  const { input: kinds = 'dtmf', numDigits, timeout = '5', finishOnKey = '#', language = 'en-US' } = verb.attributes
  const { action, method = 'POST', actionOnEmptyResult, bargeIn } = verb.attributes
  const { leg, player } = play
  const { pace } = player.exchange
  const deaf = bargeIn === 'false'
  const then = (fields: Fields): Step => ({ kind: 'goto', url: absolute(action, base), method, fields })
  for (const child of verb.children) {
    await utter(play, child, base, deaf)
    if (pace > 0 && leg.ahead.length > 0) break
  }
  // Where no time passes, what only pauses is no question to a person: the call waits for another leg, and looks again.
  const pauses = verb.children.length > 0 && verb.children.every((child) => child.name === 'Pause')
  const unasked = pace === 0 && pauses && leg.ahead.length === 0
  if (deaf) leg.ahead.splice(0, leg.ahead.length, ...leg.ahead.filter((input) => input.kind !== 'speech'))

  const waits = kinds === 'dtmf' ? 'keys' : kinds === 'speech' ? 'speech' : 'keys or speech'
  const most = numDigits === undefined ? Number.POSITIVE_INFINITY : Number(numDigits)
  let digits = ''
  let finished = ''
  for (let open = !unasked; open; ) {
    const input = await nextInput(play, waits, Number(timeout))
    if (input.kind === 'silence') break
    if (input.kind === 'keys' && kinds !== 'speech') {
      leg.heard.push({ kind: 'pressed', keys: input.keys })
      for (const key of input.keys) {
        if (!open) break
        if (finishOnKey !== '' && finishOnKey.includes(key)) finished = key
        else digits += key
        open = finished === '' && digits.length < most
      }
      if (pace === 0) open = false
    }
    if (input.kind === 'speech' && kinds !== 'dtmf' && digits === '') {
      leg.heard.push({ kind: 'spoke', words: input.words })
      return then({ SpeechResult: input.words, Confidence: String(input.confidence), Language: language })
    }
  }
  if (digits === '' && actionOnEmptyResult !== 'true') return NEXT
  return then({ Digits: digits, ...(finished === '' ? {} : { FinishedOnKey: finished }) })
}

/** Twilio, `<Record>`: what is shorter is thrown away. */
const SHORTEST_SECONDS = 2
/** Twilio, `<Record transcribe>`: what is longer is not written down. */
const LONGEST_TRANSCRIBED = 120

/**
 * Records what is said, with who hangs up as well as who presses a key. Too short a recording is thrown away: the document goes on, and who asked
 * for it (`absent`) is told. One that a redirect interrupts is kept.
 */
export async function record(play: Play, verb: Element, base: string): Promise<Step> {
  const { action, method = 'POST', transcribe, transcribeCallback, playBeep } = verb.attributes
  const { recordingStatusCallback: told, recordingStatusCallbackMethod: tellBy = 'POST' } = verb.attributes
  const events = (verb.attributes['recordingStatusCallbackEvent'] ?? 'completed').split(' ')
  const { player, leg } = play
  const { world } = player.exchange
  const { accountSid, sid: callSid } = leg.record
  if (playBeep !== 'false') leg.heard.push({ kind: 'tone' })
  const { words, seconds, end } = await listen(play, verb.attributes)
  if (player.exchange.closed) throw new HungUp()

  const absent = seconds < SHORTEST_SECONDS
  const sid = absent
    ? world.sid('RE')
    : player.record(leg, words, seconds, transcribe === 'true' && seconds <= LONGEST_TRANSCRIBED)
  const about = { AccountSid: accountSid, CallSid: callSid, RecordingSid: sid }
  const file = { RecordingUrl: player.recordingUrl(accountSid, sid), RecordingDuration: String(seconds) }
  const status = absent ? 'absent' : 'completed'
  if (told !== undefined && events.includes(status)) {
    const form = {
      ...about,
      ...(absent ? {} : file),
      RecordingStatus: status,
      RecordingChannels: '1',
      RecordingSource: 'RecordVerb',
    }
    void world.track(tell(world, absolute(told, base), tellBy, form))
  }
  if (!absent && transcribe === 'true' && transcribeCallback !== undefined) {
    const written = seconds <= LONGEST_TRANSCRIBED
    const form = {
      ...about,
      RecordingUrl: file.RecordingUrl,
      TranscriptionSid: `TR${sid.slice(2)}`,
      TranscriptionStatus: written ? 'completed' : 'failed',
      ...(written ? { TranscriptionText: words } : {}),
    }
    void world.track(tell(world, absolute(transcribeCallback, base), 'POST', form))
  }
  if (end === 'redirected' || (absent && isOver(leg))) throw new HungUp()
  if (absent) return NEXT
  const fields = { RecordingSid: sid, ...file, ...(end === 'time' ? {} : { Digits: end }) }
  return { kind: 'goto', url: absolute(action, base), method, fields }
}

/** What is said until a key (`end`), silence or the greatest length (`time`), the end of the call (`hangup`) or another document (`redirected`). */
async function listen(play: Play, attributes: Element['attributes']): Promise<{ words: string; seconds: number; end: string }> {
  const { maxLength = '3600', timeout = '5', finishOnKey = '1234567890*#' } = attributes
  const { leg } = play
  let words = ''
  let seconds = 0
  try {
    while (seconds < Number(maxLength)) {
      const input = await nextInput(play, 'recording', Number(timeout))
      if (input.kind === 'silence') break
      if (input.kind === 'keys') {
        const key = [...input.keys].find((one) => finishOnKey.includes(one))
        if (key !== undefined) return { words, seconds, end: key }
      } else {
        leg.heard.push({ kind: 'spoke', words: input.words })
        words = `${words} ${input.words}`.trim()
        seconds = Math.min(seconds + input.seconds, Number(maxLength))
      }
    }
  } catch (error) {
    if (!(error instanceof HungUp)) throw error
    return { words, seconds, end: isOver(leg) ? 'hangup' : 'redirected' }
  }
  return { words, seconds, end: 'time' }
}
