import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type TwimlContext, writeTwiml } from '../../../src/carriers/twilio/twiml.ts'
import type { Spoken, Verb } from '../../../src/core/call-script.ts'
import type { E164 } from '../../../src/core/phone-number.ts'
import { anyText } from '../../support/outside.ts'
import { againstTypes, type Element, everyElement, readXml } from '../../support/twiml.ts'

const OWN = '+15035550100' as E164
const FAMILY = '+19715550142' as E164
const CONTEXT: TwimlContext = {
  next: 'https://x.example/webhooks/twilio/call/d/c/1',
  screen: 'https://x.example/webhooks/twilio/screen/d/c',
  recorded: 'https://x.example/webhooks/twilio/recording/d/c/0',
  audio: (id) => `https://x.example/webhooks/twilio/audio/d/${id}/s`,
  own: OWN,
  numbers: new Map([
    ['ours', OWN],
    ['phone', FAMILY],
  ]),
  voices: {
    say: (language) =>
      language === 'es'
        ? { language: 'es-US', voice: 'Polly.Lupe-Neural' }
        : language === 'en'
          ? { language: 'en-US', voice: 'Polly.Joanna-Neural' }
          : null,
    speech: (language) => (language === 'es' ? 'es-US' : null),
  },
}
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
const SAY = '<Say language="es-US" voice="Polly.Lupe-Neural">Hola</Say>'
const hola: Spoken[] = [{ kind: 'say', language: 'es', text: 'Hola' }]
const GATHER = `actionOnEmptyResult="true" action="${CONTEXT.next}" method="POST"`
const SPEECH = 'language="es-US" speechTimeout="3" profanityFilter="false"'
const REDIRECT = `<Redirect method="POST">${CONTEXT.next}</Redirect>`

describe('a verb', () => {
  test.each<[string, Verb, string]>([
    ['speaks', { kind: 'speak', what: hola }, SAY],
    [
      'plays and pauses',
      {
        kind: 'speak',
        what: [
          { kind: 'pause', seconds: 2 },
          { kind: 'play', recordingId: 'r' },
        ],
      },
      `<Pause length="2"/><Play>${CONTEXT.audio('r')}</Play>`,
    ],
    [
      'asks for a key, # and * too',
      { kind: 'ask', what: hola, keys: 1, speech: null, seconds: 6 },
      `<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="6" ${GATHER}>${SAY}</Gather>${REDIRECT}`,
    ],
    [
      'asks for several keys',
      { kind: 'ask', what: [], keys: 8, speech: null, seconds: 6 },
      `<Gather input="dtmf" numDigits="8" finishOnKey="#" timeout="6" ${GATHER}/>${REDIRECT}`,
    ],
    [
      'asks for words',
      { kind: 'ask', what: hola, keys: 0, speech: 'es', seconds: 6 },
      `<Gather input="speech" finishOnKey="#" timeout="6" ${SPEECH} ${GATHER}>${SAY}</Gather>${REDIRECT}`,
    ],
    [
      'asks for either',
      { kind: 'ask', what: [], keys: 1, speech: 'es', seconds: 6 },
      `<Gather input="dtmf speech" numDigits="1" finishOnKey="" timeout="6" ${SPEECH} ${GATHER}/>${REDIRECT}`,
    ],
    ['asks for nothing', { kind: 'ask', what: hola, keys: 0, speech: null, seconds: 6 }, `${SAY}<Pause length="6"/>${REDIRECT}`],
    [
      'records',
      { kind: 'record', what: hola, mostSeconds: 120, language: 'es' },
      `${SAY}<Record action="${CONTEXT.next}" method="POST" maxLength="120" finishOnKey="#" playBeep="true" timeout="10" trim="trim-silence" ` +
        `recordingStatusCallback="${CONTEXT.recorded}" recordingStatusCallbackMethod="POST" recordingStatusCallbackEvent="completed absent"/>` +
        `<Redirect method="POST">${CONTEXT.next}?unspoken</Redirect>`,
    ],
    [
      'connects, and shows our number',
      { kind: 'connect', to: { phoneId: 'phone', shows: 'ours' }, ringSeconds: 20, mostSeconds: 900 },
      `<Dial action="${CONTEXT.next}" method="POST" timeout="20" timeLimit="900" answerOnBridge="true" callerId="${OWN}">` +
        `<Number url="${CONTEXT.screen}" method="POST">${FAMILY}</Number></Dial>`,
    ],
    [
      'joins a room without a sound or a name',
      { kind: 'join', room: 'Maya', ends: true },
      `<Dial action="${CONTEXT.next}" method="POST" timeLimit="7200" callerId="${OWN}"><Conference beep="false" startConferenceOnEnter="true" ` +
        'endConferenceOnExit="true" waitUrl="">031e45c699d1aace4e9471a1071ae1a2</Conference></Dial>',
    ],
    [
      'waits, and hears a key meanwhile',
      { kind: 'wait', what: hola, seconds: 3 },
      `<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="1" actionOnEmptyResult="true" action="${CONTEXT.next}" method="POST">${SAY}<Pause length="2"/></Gather>${REDIRECT}`,
    ],
    ['goes on', { kind: 'go_on' }, REDIRECT],
    ['hangs up', { kind: 'hang_up' }, '<Hangup/>'],
  ])('%s', (_, verb, inside) => {
    expect(writeTwiml([verb], CONTEXT)).toBe(`${HEAD}<Response>${inside}</Response>`)
  })

  test.each<[string | null, number, object]>([
    ['en-GB', 180, { maxLength: '120', transcribe: 'true' }],
    ['en', 60, { maxLength: '60', transcribe: 'true' }],
    ['ht', 180, { maxLength: '180' }],
    [null, 180, { maxLength: '180' }],
  ])('records what the carrier writes down in English, and only that so: %s for %i s', (language, mostSeconds, expected) => {
    const document = writeTwiml([{ kind: 'record', what: [], mostSeconds, language }], CONTEXT)
    const { maxLength, transcribe } = readXml(document).children[0]?.attributes ?? {}
    expect({ maxLength, transcribe }).toEqual(expected)
  })

  test('leads to one room from every leg, to another from others', () => {
    const room = (name: string, ends: boolean) =>
      everyElement(readXml(writeTwiml([{ kind: 'join', room: name, ends }], CONTEXT))).find((e) => e.name === 'Conference')?.text
    expect(room('a', true)).toBe(room('a', false))
    expect(room('a', true)).not.toBe(room('b', true))
  })

  test.each<[string, Verb]>([
    ['a language without a voice', { kind: 'speak', what: [{ kind: 'say', language: 'ht', text: 'Bonjou' }] }],
    ['a language that nothing listens to', { kind: 'ask', what: [], keys: 1, speech: 'ht', seconds: 5 }],
    ['an unknown phone', { kind: 'connect', to: { phoneId: 'x', shows: 'ours' }, ringSeconds: 20, mostSeconds: 60 }],
    ['an unknown number of ours', { kind: 'connect', to: { phoneId: 'phone', shows: 'x' }, ringSeconds: 20, mostSeconds: 60 }],
    ['more than a document may hold', { kind: 'speak', what: [{ kind: 'say', language: 'es', text: 'ñ'.repeat(40_000) }] }],
  ])('that needs %s is a bug', (_, verb) => {
    expect(() => writeTwiml([verb], CONTEXT)).toThrow()
  })
})

/** Every verb that there can be, with whatever text. */
const spoken = fc.oneof(
  fc.record({ kind: fc.constant('say' as const), language: fc.constantFrom('es', 'en'), text: anyText('<Say>', '&amp;', ']]>') }),
  fc.record({ kind: fc.constant('play' as const), recordingId: fc.uuid() }),
  fc.record({ kind: fc.constant('pause' as const), seconds: fc.integer({ min: 1, max: 60 }) }),
)
const what = fc.array(spoken, { maxLength: 4 })
const seconds = fc.integer({ min: 1, max: 14_400 })
const party = fc.constant({ phoneId: 'phone', shows: 'ours' })
const KINDS: { readonly [Kind in Verb['kind']]: fc.Arbitrary<Extract<Verb, { kind: Kind }>> } = {
  speak: fc.record({ kind: fc.constant('speak'), what }),
  ask: fc.record({
    kind: fc.constant('ask'),
    what,
    keys: fc.integer({ min: 0, max: 12 }),
    speech: fc.constantFrom(null, 'es'),
    seconds,
  }),
  record: fc.record({ kind: fc.constant('record'), what, mostSeconds: seconds, language: fc.constantFrom(null, 'en', 'es') }),
  connect: fc.record({ kind: fc.constant('connect'), to: party, ringSeconds: seconds, mostSeconds: seconds }),
  join: fc.record({ kind: fc.constant('join'), room: anyText(), ends: fc.boolean() }),
  wait: fc.record({ kind: fc.constant('wait'), what, seconds }),
  go_on: fc.constant({ kind: 'go_on' }),
  hang_up: fc.constant({ kind: 'hang_up' }),
}
const verbs: fc.Arbitrary<Verb[]> = fc.array(fc.oneof(...(Object.values(KINDS) as fc.Arbitrary<Verb>[])), { maxLength: 6 })

const names = (document: Element, name: string) => everyElement(document).filter((element) => element.name === name)

describe('every document', () => {
  test('holds nothing that is not in twilio’s own types', () => {
    fc.assert(
      fc.property(verbs, (turn) => {
        expect(againstTypes(readXml(writeTwiml(turn, CONTEXT)))).toEqual([])
      }),
    )
  })

  test('shows a number of ours to whom it dials, and the family’s to nobody', () => {
    fc.assert(
      fc.property(verbs, (turn) => {
        const document = writeTwiml(turn, CONTEXT)
        const read = readXml(document)
        expect(document.match(/<Dial/g)?.length ?? 0).toBe(names(read, 'Dial').length)
        for (const dial of names(read, 'Dial')) {
          expect(dial.attributes.callerId).toBe(OWN)
          expect(dial.children.map((child) => child.name)).toEqual([expect.stringMatching(/^(Number|Conference)$/)])
        }
        for (const number of names(read, 'Number')) expect(number.attributes.url).toBe(CONTEXT.screen)
        for (const element of everyElement(read)) expect(Object.values(element.attributes)).not.toContain(FAMILY)
        expect(document).not.toMatch(/token|passport|<Sip|record-from/i)
      }),
    )
  })

  test('says what was to be said, in parts that the carrier takes', () => {
    fc.assert(
      fc.property(anyText('<Say>', '. ', '&'), fc.integer({ min: 1, max: 400 }), (text, times) => {
        const long = text.repeat(times).slice(0, 9_000)
        const document = writeTwiml([{ kind: 'speak', what: [{ kind: 'say', language: 'es', text: long }] }], CONTEXT)
        const said = names(readXml(document), 'Say').map((say) => say.text)
        for (const part of said) expect(part.length).toBeLessThanOrEqual(4_096)
        // Characters without a sound aside, all of it; XML reads each line end as one.
        const heard = (words: string) => words.toWellFormed().replace(/[^\p{L}\p{N}\p{P}\p{S}\p{M}]|\uFFFD/gu, '')
        expect(heard(said.join(''))).toBe(heard(long))
      }),
      { numRuns: 200 },
    )
  })

  test('goes on to the next turn or ends', () => {
    fc.assert(
      fc.property(verbs, (turn) => {
        const last = turn.at(-1)
        fc.pre(last !== undefined && last.kind !== 'speak')
        const element = readXml(writeTwiml(turn, CONTEXT)).children.at(-1)
        const goesOn =
          element?.attributes.action === CONTEXT.next || (element?.name === 'Redirect' && element.text.startsWith(CONTEXT.next))
        expect(goesOn || element?.name === 'Hangup').toBe(true)
      }),
    )
  })
})

test('the types refuse what they do not know', () => {
  const wrong = (inside: string) => againstTypes(readXml(`${HEAD}<Response>${inside}</Response>`))
  expect(wrong('<Gather input="keys" beep="1"><Dial/></Gather><Fax/><Say voice="Bob">x</Say><Pause length="a"/>')).toEqual([
    'Gather input',
    'Gather beep',
    'Dial in Gather',
    'Fax in Response',
    'Say voice',
    'Pause length',
  ])
})
