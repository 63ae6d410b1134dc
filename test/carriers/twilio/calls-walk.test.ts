import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TwimlContext, writeTwiml } from '../../../src/carriers/twilio/twiml.ts'
import { createVoices, voices } from '../../../src/carriers/twilio/voices.ts'
import { screen } from '../../../src/core/call-screen.ts'
import type { CallFacts, CallInput, Verb } from '../../../src/core/call-script.ts'
import type { E164 } from '../../../src/core/phone-number.ts'
import { scripts } from '../../../src/relay/answer.ts'
import type { ScriptName } from '../../../src/relay/answer-ports.ts'
import { readVoiceTwiml } from '../../../src/simulator/voice-twiml.ts'
import { facts, fitting, SECRET } from '../../support/any-call.ts'
import { playCall } from '../../support/played-call.ts'
import { againstTypes, everyElement, readXml } from '../../support/twiml.ts'

/** Everybody's own phone; it may stand where it is dialled, and nowhere else. */
const REAL = '+19715550142' as E164
const OURS = '+15035550100' as E164
/** Every script, and the most turns of a call of it. */
const MOST: Readonly<Record<ScriptName, number>> = {
  message: 62,
  family: 62,
  stranger: 62,
  staff: 62,
  staff_first: 62,
  studio: 602,
  room: 62,
  interpreted: 902,
}
const all = Object.entries(MOST) as [ScriptName, number][]
const second = createVoices(() => 0)
second.refused(['en', 'es', 'vi', 'yue', 'ko'])

const context = (more: Partial<TwimlContext> = {}): TwimlContext => ({
  next: 'https://x.example/webhooks/twilio/call/d/c/1#rc=5&rp=all',
  screen: 'https://x.example/webhooks/twilio/screen/d/c',
  recorded: 'https://x.example/webhooks/twilio/recording/d/c/1',
  audio: (id) => `https://x.example/audio/${encodeURIComponent(id)}`,
  own: OURS,
  numbers: new Map([
    ['a-phone', REAL],
    ['a-proxy', OURS],
  ]),
  voices,
  ...more,
})

/** Names and words as hostile as a roster may hold them; each is one slot. */
const NASTY = `O'Neil & <Say voice="x">Sons</Say> "]]> &amp; \u0007`
const nasty = (given: CallFacts): CallFacts => ({
  ...given,
  school: `School ${NASTY}`,
  guardian: given.guardian === null ? null : `Guardian ${NASTY}`,
  family: `Maya ${NASTY}`,
  familyOpens: given.familyOpens === null ? null : `tomorrow ${NASTY}`,
  staff: given.staff === null ? null : { ...given.staff, name: `Staff ${NASTY}` },
  waiting: given.waiting.map((one) => ({
    ...one,
    from: `From ${NASTY}`,
    texts: one.texts.map((text) => ({ ...text, text: `${SECRET} ${NASTY}` })),
  })),
})

/** What every document must be, whatever was said and pressed before. */
function check(verbs: readonly Verb[], given: TwimlContext): void {
  const document = writeTwiml(verbs, given)
  const root = readXml(document)
  expect(againstTypes(root)).toEqual([])
  expect(readVoiceTwiml(document)).toMatchObject({ kind: 'document' })
  for (const element of everyElement(root)) {
    // Nothing but a number that is dialled may be somebody's; nothing that is seen or said.
    const shown = [element.text, ...Object.values(element.attributes)]
    if (element.name !== 'Number') for (const one of shown) expect(one).not.toContain(REAL.slice(2))
    if (element.name === 'Dial') expect(element.attributes['callerId']).toBe(OURS)
    if (element.name === 'Number') expect(element.attributes['url']).toBe(given.screen)
    expect(['Sip', 'Client', 'Refer', 'Message', 'Sms']).not.toContain(element.name)
    if (element.name === 'Say') {
      expect(element.text).not.toMatch(/\d[\d\s().-]{6,}/)
      expect(element.attributes['voice']).toBeDefined()
    }
  }
  // What stands in a slot is words and never markup: as many of each verb as the script asked for.
  const spoken = verbs.flatMap((verb) => ('what' in verb ? verb.what : []))
  const says = everyElement(root).filter(({ name }) => name === 'Say').length
  expect(says).toBe(spoken.filter((one) => one.kind === 'say').length)
  const handsOver = root.children.at(-1)?.name
  expect(['Redirect', 'Hangup', 'Dial']).toContain(handsOver)
}

test.each(all)('every document of a %s call is Twilio’s own, shows only our number, and the call ends', (name, most) => {
  fc.assert(
    fc.property(facts.map(nasty), fitting, fc.boolean(), (given, inputs, refused) => {
      const [first, ...rest] = inputs as [CallInput, ...CallInput[]]
      const long = [first, ...Array.from({ length: most }, (_, i) => rest[i % rest.length] as CallInput)]
      const turns = playCall((state, input, now) => scripts.play(name, state, input, now), long, given)
      const at = context(refused ? { voices: second } : {})
      const seen = new Set<string>()
      for (const { verbs } of turns) {
        const key = JSON.stringify(verbs)
        if (!seen.has(key)) check(verbs, at)
        seen.add(key)
      }
      expect(turns.at(-1)?.verbs).toContainEqual({ kind: 'hang_up' })
    }),
    { numRuns: 60 },
  )
})

/** The key, the PIN or the other’s agreement that opens what is private. */
const OPENS: Readonly<
  Record<ScriptName, (turn: { input: CallInput; effects: readonly { kind: string; what?: string }[] }) => boolean>
> = {
  message: gated,
  family: gated,
  stranger: gated,
  staff: pressedOne,
  staff_first: pressedOne,
  studio: gated,
  room: () => false,
  interpreted: pressedOne,
}

function gated({ effects }: { effects: readonly { kind: string; what?: string }[] }): boolean {
  return effects.some((effect) => effect.kind === 'event' && (effect.what === 'person' || effect.what === 'pin_right'))
}

function pressedOne({ input }: { input: CallInput }): boolean {
  return (input.kind === 'keys' && input.keys === '1') || (input.kind === 'pin' && input.outcome === 'right')
}

test.each(all)('no document of a %s call holds anything private before the gate', (name) => {
  fc.assert(
    fc.property(facts, fitting, (given, inputs) => {
      const turns = playCall((state, input, now) => scripts.play(name, state, input, now), inputs, given)
      const gate = name === 'studio' && inputs[0]?.kind === 'pin' ? 0 : turns.findIndex(OPENS[name])
      for (const { verbs } of gate === -1 ? turns : turns.slice(0, gate))
        expect(writeTwiml(verbs, context())).not.toContain(SECRET)
    }),
    { numRuns: 100 },
  )
})

test.each(all)('a %s call ends politely at the third wrong key in a row, wherever it stands', (name) => {
  fc.assert(
    fc.property(facts, fitting, fc.nat(8), (given, inputs, at) => {
      // A star means nothing anywhere. The wait for another leg, and an aide's long queue, have limits of their own.
      const wrong = Array<CallInput>(MOST[name]).fill({ kind: 'keys', keys: '*' })
      const turns = playCall(
        (state, input, now) => scripts.play(name, state, input, now),
        [...inputs.slice(0, at + 1), ...wrong],
        given,
      )
      expect(turns.at(-1)?.verbs.at(-1)).toEqual({ kind: 'hang_up' })
      const last = turns.at(-1)?.verbs ?? []
      const machine = inputs[0]?.kind === 'answered' && inputs[0].by === 'machine'
      if (turns.length > at + 1 && !machine) expect(last.some((verb) => 'what' in verb && verb.what.length > 0)).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('the screen’s document asks for one key and nothing else, and holds no number', () => {
  fc.assert(
    fc.property(facts.map(nasty), fc.constantFrom('family' as const, 'staff' as const), (given, side) => {
      const verbs = screen(side, given)
      check(verbs, context())
      expect(writeTwiml(verbs, context())).not.toContain(SECRET)
    }),
  )
})
