/** Twilio's voice forms: what they say. Who a call was forwarded by and every SIP header stay in the form: they would name other phones. */

import type { CallInput } from '../../core/call-script.ts'
import { asE164, isWithheld } from '../../core/phone-number.ts'
import { cleanText } from '../../core/segments.ts'
import { isUuid } from '../../core/uuid.ts'
import type { CallStatus, InboundCall, InboundCallStatus, RecordingStatus } from '../../relay/call-ports.ts'
import { isErrorCode, isSid, parseForm } from './forms.ts'

type Params = Readonly<Record<string, string>>

const TURN = /^(?:0|[1-9]\d{0,4})$/
const WORD = /^[a-z-]{1,30}$/

/** Twilio’s words for a call that is over. */
export const OVER: ReadonlySet<string> = new Set(['completed', 'busy', 'no-answer', 'failed', 'canceled'])

/** What the carrier says about the caller's number (SHAKEN/STIR): `TN-Validation-Passed-A` and its like. */
const VERIFICATION = /^[A-Za-z-]{1,60}$/

/** A call that came in; null when it is not one to a number. The caller's number may be a lie: `verified` is all that is known of it. */
export function readInboundCall(params: Params): InboundCall | null {
  const [sid, from, to] = [params['CallSid'], (params['From'] ?? '').trim(), asE164((params['To'] ?? '').trim())]
  if (!isSid(sid) || to === null) return null
  const verified = params['StirVerstat'] ?? ''
  return { sid, from: isWithheld(from) ? null : asE164(from), to, verified: VERIFICATION.test(verified) ? verified : null }
}

/**
 * What came of the turn before. A recording that the caller ended by hanging up, and a connection that ended with the call, are told as what they
 * are; else a call that is over is `ended`. Null: not a form of a call.
 */
export function readTurn(
  params: Params,
  at: { readonly turn: number; readonly unspoken: boolean },
): { readonly sid: string; readonly input: CallInput } | null {
  const sid = params['CallSid']
  return isSid(sid) ? { sid, input: inputOf(params, at) } : null
}

function inputOf(params: Params, at: { readonly turn: number; readonly unspoken: boolean }): CallInput {
  const over = OVER.has(params['CallStatus'] ?? '')
  if (at.turn > 0 && isSid(params['RecordingSid'])) return recorded(params, over)
  if (at.turn > 0 && params['DialCallStatus'] !== undefined) {
    const connected = connectedOf(params)
    if (connected.outcome === 'answered' || !over) return connected
  }
  if (over) return { kind: 'ended' }
  if (at.turn === 0) return { kind: 'answered', by: answeredBy(params['AnsweredBy']) ?? 'unknown' }
  if (at.unspoken) return recorded(params, false)
  const keys = (params['Digits'] ?? '').replace(/[^0-9*#]/g, '').slice(0, MOST_KEYS)
  if (keys !== '') return { kind: 'keys', keys }
  const text = cleanText(params['SpeechResult'] ?? '').trim()
  return text === '' ? { kind: 'silence' } : { kind: 'speech', text, confidence: confidenceOf(params['Confidence']) }
}

/** No script asks for so many. */
const MOST_KEYS = 40

/** Twilio says `hangup` for the key when the caller ended the recording so. */
function recorded(params: Params, over: boolean): CallInput {
  const sid = params['RecordingSid']
  return {
    kind: 'recorded',
    sid: isSid(sid) ? sid : null,
    seconds: secondsOf(params['RecordingDuration']),
    hungUp: over || params['Digits'] === 'hangup',
  }
}

const OUTCOMES: ReadonlyMap<string, 'answered' | 'busy' | 'no_answer' | 'failed'> = new Map([
  ['completed', 'answered'],
  ['answered', 'answered'],
  ['busy', 'busy'],
  ['no-answer', 'no_answer'],
  ['canceled', 'no_answer'],
  ['failed', 'failed'],
])

/**
 * How a dial ended. A callee who picked up and was never put through (a mailbox, a refused screen) is `completed` to Twilio as well:
 * `DialBridged` tells it apart (Twilio, `<Dial>` action), and where it is missing, seconds do. A room that was joined is `answered`.
 */
function connectedOf(params: Params): Extract<CallInput, { kind: 'connected' }> {
  const { DialCallStatus: word = '', DialBridged: bridged } = params
  const seconds = secondsOf(params['DialCallDuration'])
  const screened = word === 'completed' && (bridged === undefined ? seconds === 0 : bridged !== 'true')
  const outcome = screened ? 'no_answer' : (OUTCOMES.get(word) ?? 'failed')
  return { kind: 'connected', outcome, seconds: outcome === 'answered' ? seconds : 0 }
}

/** Who answered, in Twilio's word: a fax and every kind of `machine` is a machine; null: it did not look. */
export function answeredBy(word: string | null | undefined): 'person' | 'machine' | 'unknown' | null {
  if (!word) return null
  if (word === 'human') return 'person'
  return word === 'fax' || word.startsWith('machine') ? 'machine' : 'unknown'
}

function secondsOf(text: string | undefined): number {
  return /^\d{1,6}$/.test(text ?? '') ? Number(text) : 0
}

function confidenceOf(text: string | undefined): number | null {
  const value = text === undefined || !/^\d(\.\d{1,30})?$/.test(text) ? Number.NaN : Number(text)
  return value >= 0 && value <= 1 ? value : null
}

/** Where a call's status callback came to. */
export type CallPath = { readonly districtId: string; readonly callId: string }

/** The inbox key of a call's status callback; null when it is not one that we know. */
export function callStatusKey(params: Params, { districtId, callId }: CallPath): string | null {
  const [sid, word, sequence] = [params['CallSid'], params['CallStatus'] ?? '', params['SequenceNumber'] ?? '0']
  if (!isSid(sid) || !WORD.test(word) || !/^\d{1,6}$/.test(sequence)) return null
  return isUuid(districtId) && isUuid(callId) ? `call:${sid}:${word}:${Number(sequence)}:${districtId}:${callId}` : null
}

/** The inbox key of the status callback of a call to one of our numbers; null when it is not one that we know. */
export function inboundStatusKey(params: Params): string | null {
  const [sid, word] = [params['CallSid'], params['CallStatus'] ?? '']
  return isSid(sid) && WORD.test(word) && asE164((params['To'] ?? '').trim()) !== null ? `inbound:${sid}:${word}` : null
}

/** The inbox key of a recording's status callback; null when it is not one that we know. */
export function recordingKey(params: Params, { districtId, callId, turn }: CallPath & { readonly turn: string }): string | null {
  const [sid, word] = [params['RecordingSid'], params['RecordingStatus'] ?? '']
  if (!isSid(sid) || !WORD.test(word) || !TURN.test(turn)) return null
  return isUuid(districtId) && isUuid(callId) ? `recording:${sid}:${word}:${turn}:${districtId}:${callId}` : null
}

/** Reads a voice row of the inbox back; null when its key is of another kind. */
export function readVoiceInbox(key: string, raw: Buffer): CallStatus | InboundCallStatus | RecordingStatus | null {
  const [kind, sid = '', word = '', counted = '', districtId = '', callId = ''] = key.split(':')
  if (kind !== 'call' && kind !== 'inbound' && kind !== 'recording') return null
  const params = parseForm(raw)
  if (params === null) return null
  const code = params['ErrorCode'] ?? ''
  const errorCode = isErrorCode(code) ? Number(code) : null
  if (kind === 'inbound') {
    const to = asE164((params['To'] ?? '').trim())
    return to === null ? null : { kind: 'inbound_call', sid, word, to, seconds: secondsOf(params['CallDuration']), errorCode }
  }
  if (kind === 'recording') {
    const seconds = secondsOf(params['RecordingDuration'])
    return { kind, sid, word, districtId, callId, turn: Number(counted), seconds, errorCode }
  }
  return {
    kind,
    sid,
    word,
    sequence: Number(counted),
    districtId,
    callId,
    seconds: secondsOf(params['CallDuration']),
    answeredBy: answeredBy(params['AnsweredBy']),
    errorCode,
  }
}
