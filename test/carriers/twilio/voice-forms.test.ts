import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTurnPath, turnPath, unspoken } from '../../../src/carriers/twilio/call-paths.ts'
import { inboxKey, parseForm, readInbox } from '../../../src/carriers/twilio/forms.ts'
import {
  callStatusKey,
  readInboundCall,
  readTurn,
  readVoiceInbox,
  recordingKey,
} from '../../../src/carriers/twilio/voice-forms.ts'
import type { CallInput } from '../../../src/core/call-script.ts'
import { anyText, expectQuick, longOf, SEEDS } from '../../support/outside.ts'

const SID = `CA${'a'.repeat(32)}`
const RECORDING = `RE${'b'.repeat(32)}`
const PATH = { districtId: '6f0e0f0a-0000-4000-8000-000000000001', callId: '6f0e0f0a-0000-4000-8000-000000000002' }
const CALL = { CallSid: SID, From: '+19715550142', To: '+15035550100', CallStatus: 'in-progress', Direction: 'inbound' }
const raw = (fields: Record<string, string>) => Buffer.from(new URLSearchParams(fields).toString())

describe('an inbound call', () => {
  test('says who calls whom and what is known of it, and nothing of other phones', () => {
    const form = {
      ...CALL,
      StirVerstat: 'TN-Validation-Passed-A',
      ForwardedFrom: '+19715550199',
      SipHeader_Diversion: '<sip:+19715550199@x>',
      CallToken: 'a-token',
    }
    expect(readInboundCall(form)).toEqual({ sid: SID, from: CALL.From, to: CALL.To, verified: 'TN-Validation-Passed-A' })
  })

  test.each(['+266696687', '266696687', '+86282452253', 'Anonymous', 'anonymous', '', 'client:maya', 'sip:a@b', '911'])(
    'from %j has no phone',
    (From) => {
      expect(readInboundCall({ ...CALL, From })).toEqual({ sid: SID, from: null, to: CALL.To, verified: null })
    },
  )

  test.each<[string, Record<string, string>]>([
    ['no sid', { CallSid: '' }],
    ['a sid that breaks a key', { CallSid: 'CA:a' }],
    ['no number', { To: 'sip:a@b' }],
  ])('with %s is none', (_, fields) => {
    expect(readInboundCall({ ...CALL, ...fields })).toBeNull()
  })
})

describe('a turn', () => {
  const over = { CallStatus: 'completed' }
  const record = { RecordingSid: RECORDING, RecordingDuration: '7', RecordingUrl: 'https://x.example/' }
  const dial = (DialCallStatus: string, more = {}) => ({ DialCallStatus, DialCallSid: SID, ...more })
  test.each<[string, number, Record<string, string>, CallInput]>([
    ['the first', 0, {}, { kind: 'answered', by: 'unknown' }],
    ['the first, a person', 0, { AnsweredBy: 'human' }, { kind: 'answered', by: 'person' }],
    ['the first, a mailbox', 0, { AnsweredBy: 'machine_end_beep' }, { kind: 'answered', by: 'machine' }],
    ['the first, a machine', 0, { AnsweredBy: 'machine_start' }, { kind: 'answered', by: 'machine' }],
    ['the first, a fax', 0, { AnsweredBy: 'fax' }, { kind: 'answered', by: 'machine' }],
    ['the first, nobody knows who', 0, { AnsweredBy: 'unknown' }, { kind: 'answered', by: 'unknown' }],
    ['the first, hung up', 0, over, { kind: 'ended' }],
    ['a key', 1, { Digits: '1', msg: 'Gather End' }, { kind: 'keys', keys: '1' }],
    ['keys', 1, { Digits: '12*#', FinishedOnKey: '#' }, { kind: 'keys', keys: '12*#' }],
    ['silence', 1, { Digits: '' }, { kind: 'silence' }],
    ['nothing', 1, {}, { kind: 'silence' }],
    [
      'speech',
      1,
      { SpeechResult: 'Sí, gracias.', Confidence: '0.83' },
      { kind: 'speech', text: 'Sí, gracias.', confidence: 0.83 },
    ],
    ['speech of no confidence', 1, { SpeechResult: 'Sí' }, { kind: 'speech', text: 'Sí', confidence: null }],
    ['speech of nonsense', 1, { SpeechResult: 'Sí', Confidence: '17' }, { kind: 'speech', text: 'Sí', confidence: null }],
    ['speech of white space', 1, { SpeechResult: ' ', Confidence: '0.1' }, { kind: 'silence' }],
    ['a recording', 1, { ...record, Digits: '#' }, { kind: 'recorded', sid: RECORDING, seconds: 7, hungUp: false }],
    [
      'a recording that hanging up ended',
      1,
      { ...record, ...over, Digits: 'hangup' },
      { kind: 'recorded', sid: RECORDING, seconds: 7, hungUp: true },
    ],
    ['hung up', 3, { ...over, Digits: '1' }, { kind: 'ended' }],
    ['a connection', 1, dial('completed', { DialCallDuration: '61' }), { kind: 'connected', outcome: 'answered', seconds: 61 }],
    [
      'a connection that ended with the call',
      1,
      { ...dial('completed', { DialCallDuration: '61', DialBridged: 'true' }), ...over },
      { kind: 'connected', outcome: 'answered', seconds: 61 },
    ],
    [
      'a callee who was never put through',
      1,
      dial('completed', { DialCallDuration: '9', DialBridged: 'false' }),
      { kind: 'connected', outcome: 'no_answer', seconds: 0 },
    ],
    ['a callee of no second', 1, dial('completed'), { kind: 'connected', outcome: 'no_answer', seconds: 0 }],
    ['a room', 1, dial('answered'), { kind: 'connected', outcome: 'answered', seconds: 0 }],
    ['busy', 1, dial('busy', { DialBridged: 'false' }), { kind: 'connected', outcome: 'busy', seconds: 0 }],
    ['no answer', 1, dial('no-answer'), { kind: 'connected', outcome: 'no_answer', seconds: 0 }],
    ['no answer, and the caller gave up', 1, { ...dial('no-answer'), ...over }, { kind: 'ended' }],
    ['canceled', 1, dial('canceled'), { kind: 'connected', outcome: 'no_answer', seconds: 0 }],
    ['a number that cannot be called', 1, dial('failed'), { kind: 'connected', outcome: 'failed', seconds: 0 }],
    ['a word of the prototype', 1, dial('constructor'), { kind: 'connected', outcome: 'failed', seconds: 0 }],
  ])('says: %s', (_, turn, fields, input) => {
    expect(readTurn({ ...CALL, ...fields }, { turn, unspoken: false })).toEqual({ sid: SID, input })
  })

  test('behind a recording into which nobody spoke says so, at the address that only the Record’s document names', () => {
    const next = turnPath(PATH.districtId, PATH.callId, 4)
    expect(unspoken(`${next}#rc=5&rp=all`)).toBe(`${unspoken(next)}#rc=5&rp=all`)
    const at = readTurnPath(unspoken(next))
    expect(at).toEqual({ ...PATH, turn: 4, unspoken: true })
    expect(readTurn(CALL, at as NonNullable<typeof at>)?.input).toEqual({
      kind: 'recorded',
      sid: null,
      seconds: 0,
      hungUp: false,
    })
  })

  test.each([
    turnPath('d', PATH.callId, 1),
    turnPath(PATH.districtId, PATH.callId, -1),
    `${turnPath(PATH.districtId, PATH.callId, 1)}?x`,
    '/webhooks/twilio/voice',
  ])('is not read from %s', (url) => {
    expect(readTurnPath(url)).toBeNull()
  })

  test('of no call is none', () => {
    expect(readTurn({ ...CALL, CallSid: '' }, { turn: 1, unspoken: false })).toBeNull()
  })
})

describe('a callback', () => {
  test.each<[string, Record<string, string>, Record<string, unknown>]>([
    ['ringing', { CallStatus: 'ringing', SequenceNumber: '1' }, { word: 'ringing', sequence: 1, seconds: 0, answeredBy: null }],
    [
      'completed',
      { CallStatus: 'completed', SequenceNumber: '3', CallDuration: '42', AnsweredBy: 'human' },
      { word: 'completed', sequence: 3, seconds: 42, answeredBy: 'person' },
    ],
    ['failed', { CallStatus: 'failed', ErrorCode: '13224' }, { word: 'failed', sequence: 0, errorCode: 13224 }],
  ])('of a call tells: %s', (_, fields, expected) => {
    const form = { ...CALL, ...fields }
    const key = callStatusKey(form, PATH) as string
    expect(key).toBe(`call:${SID}:${expected.word}:${expected.sequence}:${PATH.districtId}:${PATH.callId}`)
    expect(readVoiceInbox(key, raw(form))).toMatchObject({ kind: 'call', sid: SID, ...PATH, ...expected })
  })

  test.each([
    ['completed', '7', 7],
    ['absent', '', 0],
  ])('of a recording tells: %s', (word, RecordingDuration, seconds) => {
    const form = { CallSid: SID, RecordingSid: RECORDING, RecordingStatus: word, RecordingDuration, RecordingUrl: 'http://evil/' }
    const key = recordingKey(form, { ...PATH, turn: '4' }) as string
    expect(key).toBe(`recording:${RECORDING}:${word}:4:${PATH.districtId}:${PATH.callId}`)
    const expected = { kind: 'recording', sid: RECORDING, word, ...PATH, turn: 4, seconds, errorCode: null }
    expect(readVoiceInbox(key, raw(form))).toEqual(expected)
  })

  test('has no key when it is not one that we know', () => {
    expect(callStatusKey({ ...CALL, CallSid: '' }, PATH)).toBeNull()
    expect(callStatusKey({ ...CALL, CallStatus: 'a:b' }, PATH)).toBeNull()
    expect(callStatusKey({ ...CALL, SequenceNumber: 'x' }, PATH)).toBeNull()
    expect(callStatusKey(CALL, { ...PATH, callId: 'x' })).toBeNull()
    const recording = { RecordingSid: RECORDING, RecordingStatus: 'completed' }
    expect(recordingKey({ ...recording, RecordingSid: '' }, { ...PATH, turn: '1' })).toBeNull()
    expect(recordingKey(recording, { ...PATH, turn: 'x' })).toBeNull()
    expect(recordingKey(recording, { ...PATH, districtId: '', turn: '1' })).toBeNull()
  })

  test('is not a text, nor a text a callback', () => {
    const key = callStatusKey(CALL, PATH) as string
    expect(readInbox(key, raw(CALL))).toBeNull()
    expect(readVoiceInbox(`text:${SID}`, raw(CALL))).toBeNull()
    expect(inboxKey(CALL, null)).toBeNull()
  })
})

describe('whatever bytes come', () => {
  const field = fc.constantFrom(
    ...['CallSid', 'CallStatus', 'From', 'To', 'Direction', 'Digits', 'SpeechResult', 'Confidence', 'StirVerstat', 'AnsweredBy'],
    ...['RecordingSid', 'RecordingStatus', 'RecordingDuration', 'DialCallStatus', 'DialCallDuration', 'DialBridged'],
    ...['SequenceNumber', 'CallDuration', 'ErrorCode', '__proto__'],
  )
  const value = anyText(SID, RECORDING, 'completed', 'in-progress', '1', 'hangup', '+15035550100', ':', '0.5')
  const form = fc
    .array(fc.tuple(field, value), { maxLength: 8 })
    .map((pairs) => parseForm(Buffer.from(new URLSearchParams([['CallSid', SID], ...pairs]).toString())))

  test('they are an input or none, its words fit for the database', () => {
    fc.assert(
      fc.property(form, fc.nat(3), fc.boolean(), (params, turn, nothing) => {
        if (params === null) return
        const read = readTurn(params, { turn, unspoken: nothing })
        if (read === null) return
        const { input } = read
        expect(JSON.stringify(input)).not.toContain('null,null')
        if (input.kind === 'keys') expect(input.keys).toMatch(/^[0-9*#]{1,40}$/)
        if (input.kind === 'speech') expect(input.text.isWellFormed() && !input.text.includes('\0')).toBe(true)
        if (input.kind === 'recorded' || input.kind === 'connected') expect(input.seconds).toBeLessThan(1_000_000)
        const call = readInboundCall(params)
        expect(call?.from ?? '+15035550100').toMatch(/^\+[1-9]\d{6,14}$/)
      }),
      { numRuns: 400 },
    )
  })

  test('what is kept under a key can be read back', () => {
    fc.assert(
      fc.property(form, value, (params, turn) => {
        if (params === null) return
        for (const key of [callStatusKey(params, PATH), recordingKey(params, { ...PATH, turn })]) {
          if (key === null) continue
          expect(Buffer.byteLength(key)).toBeLessThan(300)
          const read = readVoiceInbox(key, raw(params))
          expect(read).toMatchObject({ ...PATH, kind: key.split(':')[0] })
          expect(Object.values(read ?? {})).not.toContain(Number.NaN)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('64 KiB of the worst are read in no time', async () => {
    for (const [i, seed] of SEEDS.entries())
      await expectQuick(`form ${i}`, () => {
        const params = {
          ...CALL,
          Digits: longOf(seed),
          SpeechResult: longOf(seed),
          Confidence: longOf(seed),
          AnsweredBy: longOf(seed),
        }
        readTurn(params, { turn: 1, unspoken: false })
        readTurn({ ...params, Digits: '' }, { turn: 1, unspoken: false })
        readInboundCall({ ...CALL, StirVerstat: longOf(seed), From: longOf(seed) })
        readTurnPath(longOf(seed, '/webhooks/twilio/call/'))
      })
  })
})
