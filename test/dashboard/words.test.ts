import { expect, test } from 'vitest'
import type { Status } from '../../src/core/exchange.ts'
import { namesInWords, outcome, shortened } from '../../src/dashboard/words.ts'
import type { Behind } from '../../src/store/due.ts'
import type { ExchangeView, Hold } from '../../src/store/exchange-record.ts'

const now = Temporal.Instant.from('2036-03-03T16:00:00Z')

function message(status: Status, more: Partial<ExchangeView> = {}): ExchangeView {
  return {
    id: '00000000-0000-7000-8000-000000000000',
    kind: 'message',
    direction: 'to_family',
    staff: 'rivera',
    guardian: 'rosa',
    guardians: ['rosa'],
    status,
    sendAfter: now.toString(),
    notBefore: null,
    byVoice: false,
    original: { language: 'en', text: 'x' },
    translation: null,
    urgentReason: null,
    evidence: null,
    seconds: null,
    recording: null,
    pictures: 0,
    attachments: [],
    picturesGo: null,
    at: now.toString(),
    events: [],
    ...more,
  }
}
const rung = (...what: string[]) => ({ events: what.map((one) => ({ at: now.toString(), what: one })) })
const tomorrow = { sendAfter: '2036-03-04T13:00:00Z' }

test.each<[string, ExchangeView, Behind | null, (string | null)?, Hold?]>([
  ['On its way', message('queued'), null],
  ['Waits for the message before it', message('queued'), 'message'],
  ['Waits until the call is over', message('queued'), 'call'],
  ['Waits until the call is over', message('held', { ...tomorrow, byVoice: true }), 'call'],
  ['Waits for the message before it', message('queued', rung('ringing', 'not_answered')), 'message'],
  ['Nobody answered. The phone rings again tomorrow at 7:00 AM', message('held', { ...tomorrow, ...rung('not_answered') }), null],
  ['Arrives tomorrow at 7:00 AM', message('held', tomorrow), null],
  ['Goes tomorrow at 7:00 AM', message('held', { ...tomorrow, notBefore: tomorrow.sendAfter }), null],
  ['The phone rings tomorrow at 7:00 AM', message('held', { ...tomorrow, byVoice: true }), null],
  ['Waits until the school has set its hours', message('held', { sendAfter: null }), null, null, 'no_hours'],
  ['Waits for a free number: an administrator is told', message('held', { sendAfter: null }), null, null, 'no_number'],
  [
    'Waits for an aide to record it: no computer voice speaks this language',
    message('held', { sendAfter: null }),
    null,
    null,
    'person',
  ],
  ['Being translated', message('received'), null],
  ['On its way', message('sending', rung('sending')), null],
  ['The phone rings', message('sending', rung('sending', 'ringing')), null],
  ['Sent', message('sent'), null],
  ['Arrived on the phone', message('delivered', { evidence: 'delivered' }), null],
  ['Canceled, not sent', message('canceled'), null],
  ['Replaced by a changed one', message('canceled'), null, 'replaced'],
  ['Not sent: the family has another phone now', message('canceled'), null, 'phone_moved'],
  ['Canceled, not sent', message('canceled'), null, 'person'],
  ['Did not arrive', message('failed'), null],
  [
    'Did not arrive. This is not a working phone number. Ask the family for a new one.',
    message('undelivered'),
    null,
    'bad_number',
  ],
  ['Did not arrive: no phone on file', message('failed'), null, 'no_phone'],
  ['Did not arrive. The carrier did not deliver it.', message('undelivered'), null, 'other'],
  ['May not have arrived', message('failed', rung('unknown')), null],
  ['Called three times, nobody answered', message('failed', rung('not_reached')), null],
])('the page says “%s”', (words, view, behind, why, hold) => {
  expect(outcome({ view, behind, hold: hold ?? null, why: why ?? null }, now, 'America/Chicago').words).toBe(words)
})

test('names that run from right to left stand each by itself in a sentence', () => {
  expect(namesInWords(['Rosa Lopez', 'Zoë Åström', '陈伟'])).toBe('Rosa Lopez, Zoë Åström, and 陈伟')
  expect(namesInWords(['فاطمة السيد', 'Rosa Lopez'])).toBe('\u2068فاطمة السيد\u2069 and Rosa Lopez')
  // As an import of before has left it.
  expect(namesInWords(['Eve\u202e'])).toBe('\u2068Eve\u202e\u2069')
})

test.each([
  ['Hello there', 11, 'Hello there'],
  ['Hello there', 6, 'Hello…'],
  ['Hello there', 5, 'Hello…'],
  ['👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 3, '👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧'],
  ['👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 2, '👩‍👩‍👧👩‍👩‍👧…'],
  ['e\u0301te\u0301s', 3, 'e\u0301te\u0301…'],
  ['क्षमा करें', 1, 'क्ष…'],
])('%s, cut after %i characters as a reader counts them, says that it was cut', (text, most, shown) => {
  expect(shortened(text, most)).toBe(shown)
})
