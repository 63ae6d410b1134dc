import fc from 'fast-check'
import { expect, test } from 'vitest'
import { familyCall, messageCall, strangerCall } from '../../src/core/call-family.ts'
import { screen } from '../../src/core/call-screen.ts'
import type { CallFacts, CallInput, WaitingMessage } from '../../src/core/call-script.ts'
import { staffCall, staffFirstCall } from '../../src/core/call-staff.ts'
import { studioCall } from '../../src/core/call-studio.ts'
import { hasSpeech, hasVoice } from '../../src/core/call-voices.ts'
import { type PlayedTurn, playCall, type Script, spokenOf } from '../support/played-call.ts'

const families: Readonly<Record<string, Script<never>>> = {
  message: messageCall as Script<never>,
  family: familyCall as Script<never>,
  stranger: strangerCall as Script<never>,
}
const all: Readonly<Record<string, Script<never>>> = {
  ...families,
  staff: staffCall as Script<never>,
  staff_first: staffFirstCall as Script<never>,
  studio: studioCall as Script<never>,
}

const SECRET = 'Geheimnis'
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
const facts: fc.Arbitrary<CallFacts> = fc.record({
  school: fc.constant('Lincoln School'),
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
  recorded: fc.constantFrom(new Map(), new Map([['ht gate_family', 'r-gate']]), new Map([['ht menu', 'r-menu']])),
  toRecord: fc
    .array(toRecord, { maxLength: 3 })
    .map((items) => items.map((one, i) => ({ ...one, exchangeId: `to-record-${i}` }))),
  room: fc.constant(null),
  talk: fc.constant(null),
})

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
const answered: fc.Arbitrary<CallInput> = fc.constantFrom('person', 'machine', 'unknown').map((by) => ({ kind: 'answered', by }))

/** What would come in at a node, mostly; now and then anything at all (forms come twice, late, out of order). */
const fitting: fc.Arbitrary<readonly CallInput[]> = fc
  .tuple(answered, fc.array(anyInput, { minLength: 80, maxLength: 120 }))
  .map(([one, rest]) => [one, ...rest])

const passed = (turns: readonly PlayedTurn[]) =>
  turns.findIndex((turn) =>
    turn.effects.some((effect) => effect.kind === 'event' && (effect.what === 'person' || effect.what === 'pin_right')),
  )

test.each(Object.entries(all))('every %s call ends, whatever comes in', (name, script) => {
  // An aide may work through a long queue.
  const most = name === 'studio' ? 602 : 62
  fc.assert(
    fc.property(facts, fitting, (given, inputs) => {
      const [first, ...rest] = inputs as [CallInput, ...CallInput[]]
      const turns = playCall(
        script,
        [first, ...Array.from({ length: most }, (_, i) => rest[i % rest.length] as CallInput)],
        given,
      )
      expect(turns.at(-1)?.verbs.at(-1)).toEqual({ kind: 'hang_up' })
      expect(turns.length).toBeLessThanOrEqual(most)
    }),
  )
})

test.each(Object.entries(all))('every %s call ends when nobody does anything', (_, script) => {
  fc.assert(
    fc.property(facts, answered, (given, one) => {
      const turns = playCall(script, [one, ...Array<CallInput>(40).fill({ kind: 'silence' })], given)
      expect(turns.at(-1)?.verbs.at(-1)).toEqual({ kind: 'hang_up' })
    }),
  )
})

test.each(Object.entries(all))(
  'every turn of a %s call hands over once, at its end, and rings only under one of our numbers',
  (_, script) => {
    fc.assert(
      fc.property(facts, fitting, (given, inputs) => {
        for (const { verbs } of playCall(script, inputs, given)) {
          expect(verbs.slice(0, -1).every((verb) => verb.kind === 'speak')).toBe(true)
          expect(verbs.at(-1)?.kind).not.toBe('speak')
          for (const verb of verbs) if (verb.kind === 'connect') expect(verb.to.shows).toBe('a-proxy')
        }
      }),
    )
  },
)

test.each(Object.entries(all))(
  'a %s call speaks only where there is a voice, listens only where there is speech',
  (_, script) => {
    fc.assert(
      fc.property(facts, fitting, (given, inputs) => {
        for (const { verbs } of playCall(script, inputs, given))
          for (const verb of verbs) {
            for (const spoken of spokenOf(verb))
              if (spoken.kind === 'say') expect(hasVoice(spoken.language), spoken.language).toBe(true)
            if (verb.kind === 'ask' && verb.speech !== null) expect(hasSpeech(verb.speech)).toBe(true)
          }
      }),
    )
  },
)

test.each(Object.entries(families))(
  'a %s call says nothing private before the key or the PIN, and counts nothing as heard',
  (_, script) => {
    fc.assert(
      fc.property(facts, fitting, (given, inputs) => {
        const turns = playCall(script, inputs, given)
        const gate = passed(turns)
        const before = gate === -1 ? turns : turns.slice(0, gate)
        const said = JSON.stringify(before.map((turn) => turn.verbs))
        expect(said).not.toContain(SECRET)
        expect(said).not.toContain('Maya')
        const heard = (some: readonly PlayedTurn[]) =>
          some.flatMap((turn) => turn.effects.filter((effect) => effect.kind === 'heard'))
        expect(heard(before)).toEqual([])
        expect(gate === -1 ? [] : heard([turns[gate] as PlayedTurn])).toEqual([])
      }),
      { numRuns: 300 },
    )
  },
)

test.each(Object.entries(families))('a %s call counts as heard only what was said in the turn before', (_, script) => {
  fc.assert(
    fc.property(facts, fitting, (given, inputs) => {
      const told = new Map(given.waiting.map((one, i) => [one.exchangeId, i]))
      const turns = playCall(script, inputs, given)
      turns.forEach((turn, i) => {
        for (const effect of turn.effects) {
          if (effect.kind !== 'heard') continue
          expect(told.has(effect.exchangeId)).toBe(true)
          expect(turns.slice(0, i).some(({ verbs }) => JSON.stringify(verbs).includes(SECRET))).toBe(true)
        }
      })
    }),
  )
})

test.each(Object.entries(all))('a hang-up in a %s call leaves nothing behind', (_, script) => {
  fc.assert(
    fc.property(facts, fitting, fc.nat(20), (given, inputs, at) => {
      const turns = playCall(script, [...inputs.slice(0, at + 1), { kind: 'ended' }], given)
      const last = turns.at(-1)
      if (last?.input.kind === 'ended') expect(last).toMatchObject({ effects: [], verbs: [{ kind: 'hang_up' }] })
    }),
  )
})

test.each(Object.entries(all))('no %s call speaks digits that could be a phone number', (_, script) => {
  fc.assert(
    fc.property(facts, fitting, (given, inputs) => {
      for (const { verbs } of playCall(script, inputs, given))
        for (const verb of verbs)
          for (const spoken of spokenOf(verb)) if (spoken.kind === 'say') expect(spoken.text).not.toMatch(/\d[\d\s().-]{5,}/)
    }),
  )
})

test('the screen before two are put together is one question for one key, in a voice that there is', () => {
  fc.assert(
    fc.property(facts, fc.constantFrom('family' as const, 'staff' as const), (given, side) => {
      const verbs = screen(side, given)
      expect(verbs).toMatchObject([{ kind: 'ask', keys: 1, speech: null }])
      const said = verbs.flatMap(spokenOf)
      for (const spoken of said) if (spoken.kind === 'say') expect(hasVoice(spoken.language)).toBe(true)
      if (side === 'family') expect(JSON.stringify(said)).not.toContain('Maya')
      expect(JSON.stringify(said)).not.toContain(SECRET)
    }),
  )
})
