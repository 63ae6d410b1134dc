import fc from 'fast-check'
import type { CallFacts, CallInput, TalkLine, WaitingMessage } from '../../src/core/call-script.ts'

/** Stands in everything private that a call may say. */
export const SECRET = 'Geheimnis'
const languages = ['en', 'es', 'vi', 'yue', 'ht', 'ur', 'ko', 'so', 'fa-AF', 'und']
const party = fc.option(fc.constant({ phoneId: 'a-phone', shows: 'a-proxy' }))
const text = fc.record({ language: fc.constantFrom(...languages), text: fc.constant(`${SECRET} Maya`) })
const message: fc.Arbitrary<Omit<WaitingMessage, 'exchangeId'>> = fc.record({
  from: fc.constantFrom('Ms Rivera', 'Lincoln School'),
  texts: fc.array(text, { maxLength: 2 }),
  recordingId: fc.option(fc.constant(`recording-${SECRET}`)),
  urgent: fc.boolean(),
})
const toRecord = fc.record({
  language: fc.constantFrom('ht', 'so', 'es'),
  text: fc.record({ language: fc.constantFrom('en', 'ht'), text: fc.constant(SECRET) }),
  recordingId: fc.option(fc.constant(`recording-${SECRET}`)),
})
const side = fc.constantFrom('staff' as const, 'family' as const)
const whereabouts = fc.constantFrom('asked' as const, 'here' as const, 'gone' as const)
const words = fc.constantFrom<TalkLine['words']>(
  { kind: 'made', text: `${SECRET} Maya` },
  { kind: 'pending' },
  { kind: 'failed' },
)
/** What a script may know, of anybody. */
export const facts: fc.Arbitrary<CallFacts> = fc.record({
  school: fc.constant('Lincoln School'),
  own: fc.option(fc.constantFrom(...languages)),
  languages: fc.uniqueArray(fc.constantFrom(...languages), { maxLength: 2 }),
  menu: fc.uniqueArray(fc.constantFrom(...languages), { maxLength: 7 }),
  guardian: fc.option(fc.constant('Rosa Lopez')),
  family: fc.constant('Maya L.'),
  staff: fc.option(fc.record({ name: fc.constant('Ms Rivera'), language: fc.constantFrom(...languages), party })),
  familyParty: party,
  familyOpens: fc.constantFrom(null, 'tomorrow at 7:00 AM'),
  office: party,
  minutesUsed: fc.boolean(),
  waiting: fc
    .array(message, { maxLength: 3 })
    .map((messages) => messages.map((one, i): WaitingMessage => ({ ...one, exchangeId: `exchange-${i}` }))),
  voicemails: fc
    .array(fc.record({ recordingId: fc.constant(`recording-${SECRET}`), translation: fc.option(text) }), { maxLength: 3 })
    .map((left) => left.map((one, i) => ({ ...one, exchangeId: `voicemail-${i}` }))),
  recorded: fc.constantFrom(new Map(), new Map([['ht gate_family', 'r-gate']]), new Map([['ht menu', 'r-menu']])),
  recordsPrompts: fc.boolean(),
  toRecord: fc
    .array(toRecord, { maxLength: 3 })
    .map((items) => items.map((one, i) => ({ ...one, exchangeId: `to-record-${i}` }))),
  room: fc.option(
    fc.record({
      id: fc.constant('a-room'),
      side: fc.constantFrom('staff' as const, 'family' as const, 'aide' as const, 'interpreter' as const),
      over: fc.boolean(),
    }),
  ),
  talk: fc.option(
    fc.record({
      side,
      languages: fc.record({ staff: fc.constantFrom('en', 'es'), family: fc.constantFrom('es', 'vi', 'ht') }),
      sides: fc.record({ staff: whereabouts, family: whereabouts }),
      lines: fc
        .array(fc.record({ by: side, words }), { maxLength: 4 })
        .map((said) => said.map((line, i) => ({ ...line, seq: i + 1 }))),
      person: fc.constantFrom('none' as const, 'asked' as const, 'here' as const, 'gone' as const),
    }),
  ),
})

/** What may come in at a turn. */
const anyInput: fc.Arbitrary<CallInput> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('1', '2', '3', '0', '9', '#', '12345678').map((keys) => ({ kind: 'keys', keys }) as const),
  },
  fc.constant({ kind: 'silence' } as const),
  fc.record({
    kind: fc.constant('speech' as const),
    text: fc.constantFrom('Sí', ''),
    confidence: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  }),
  fc.record({
    kind: fc.constant('recorded' as const),
    sid: fc.option(fc.constant('RE1')),
    seconds: fc.nat(180),
    hungUp: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('connected' as const),
    outcome: fc.constantFrom('answered' as const, 'busy' as const, 'no_answer' as const, 'failed' as const),
    seconds: fc.nat(1800),
  }),
  fc.record({
    kind: fc.constant('pin' as const),
    outcome: fc.constantFrom('right' as const, 'wrong' as const, 'locked' as const),
  }),
)
/** Who picked up. */
export const answered: fc.Arbitrary<CallInput> = fc
  .constantFrom('person', 'machine', 'unknown')
  .map((by) => ({ kind: 'answered', by }))

/** A whole call: what would come in at a node, mostly; now and then anything at all (forms come twice, late, out of order). */
export const fitting: fc.Arbitrary<readonly CallInput[]> = fc
  .tuple(answered, fc.array(anyInput, { minLength: 80, maxLength: 120 }))
  .map(([one, rest]) => [one, ...rest])
