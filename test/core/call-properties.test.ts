import fc from 'fast-check'
import { expect, test } from 'vitest'
import { familyCall, messageCall, strangerCall } from '../../src/core/call-family.ts'
import { screen } from '../../src/core/call-screen.ts'
import type { CallInput } from '../../src/core/call-script.ts'
import { staffCall, staffFirstCall } from '../../src/core/call-staff.ts'
import { studioCall } from '../../src/core/call-studio.ts'
import { hasSpeech, hasVoice } from '../../src/core/call-voices.ts'
import { answered, facts, fitting, SECRET } from '../support/any-call.ts'
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

test('a staff call plays nothing that a family left before a key, and only what is hers to hear', () => {
  fc.assert(
    fc.property(facts, fitting, (given, inputs) => {
      const turns = playCall(staffCall as Script<never>, inputs, given)
      const key = turns.findIndex(({ input }) => input.kind === 'keys' && input.keys === '1')
      const before = JSON.stringify((key === -1 ? turns : turns.slice(0, key)).map(({ verbs }) => verbs))
      expect(before).not.toContain(SECRET)
      expect(before).not.toMatch(/"play"/)
      const ids = given.voicemails.map(({ exchangeId }) => exchangeId)
      const played = new Set<string>()
      for (const { effects } of turns)
        for (const effect of effects) {
          if (effect.kind === 'voicemail_heard') expect(played).toContain(effect.exchangeId)
          if (effect.kind === 'voicemail_played') played.add(effect.exchangeId)
        }
      for (const id of played) expect(ids).toContain(id)
    }),
    { numRuns: 300 },
  )
})

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
