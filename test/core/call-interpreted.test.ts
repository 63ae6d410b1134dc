import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canInterpret, interpretedCall, type TalkState } from '../../src/core/call-interpreted.ts'
import type { CallEffect, CallInput, Talk, TalkLine, TalkSide } from '../../src/core/call-script.ts'
import { callFacts, connected, ended, key, lines, machine, person, silence, speech } from '../support/played-call.ts'

type Leg = { state: TalkState | null; heard: string[]; over: boolean; effects: CallEffect[]; turns: number }

/** Two legs over one record of what was said, as the runner keeps it. */
class Pair {
  readonly legs: Record<TalkSide, Leg> = { staff: leg(), family: leg() }
  readonly sides: Record<TalkSide, 'asked' | 'here' | 'gone'> = { staff: 'asked', family: 'asked' }
  lines: TalkLine[] = []
  said: string[] = []
  languages = { staff: 'en', family: 'es' }
  person: Talk['person'] = 'none'

  /** One turn of a leg; gives what it heard. */
  turn(side: TalkSide, input: CallInput): readonly string[] {
    const own = this.legs[side]
    if (own.over) return []
    const { languages, person } = this
    const talk: Talk = { side, languages, sides: { ...this.sides }, lines: [...this.lines], person }
    const turn = interpretedCall(own.state, input, callFacts({ talk, room: { id: 'r', side, over: false } }))
    own.state = JSON.parse(JSON.stringify(turn.state)) as TalkState
    own.effects.push(...turn.effects)
    own.turns++
    for (const effect of turn.effects) this.apply(effect)
    const heard = lines(turn.verbs)
    own.heard.push(...heard)
    if (turn.verbs.at(-1)?.kind === 'hang_up') {
      own.over = true
      this.sides[side] = 'gone'
    }
    return heard
  }

  private apply(effect: CallEffect): void {
    if (effect.kind === 'talk_agreed') this.sides[effect.side] = 'here'
    if (effect.kind === 'bring_person') this.person = 'asked'
    if (effect.kind !== 'talk_line') return
    this.said.push(effect.text)
    const words = effect.text === '' ? ({ kind: 'made', text: '' } as const) : ({ kind: 'pending' } as const)
    this.lines.push({ seq: this.lines.length + 1, by: effect.side, words })
  }

  /** The translator is done with the last line; null: it failed. */
  interpret(text: string | null): void {
    const last = this.lines.pop()
    if (last !== undefined) this.lines.push({ ...last, words: text === null ? { kind: 'failed' } : { kind: 'made', text } })
  }
}

function leg(): Leg {
  return { state: null, heard: [], over: false, effects: [], turns: 0 }
}

/** Both have agreed; the teacher is asked to speak. */
function begun(): Pair {
  const pair = new Pair()
  pair.turn('staff', person)
  pair.turn('staff', key('1'))
  pair.turn('family', person)
  pair.turn('family', key('1'))
  pair.turn('staff', silence)
  return pair
}

const CALLING = {
  staff: 'en: One moment, please. We are calling a person who interprets.',
  family: 'es: Un momento, por favor. Estamos llamando a una persona que interpreta.',
}
const notice =
  'en: A computer will interpret this call. It can make mistakes, and what is said is kept in writing. To agree, press one. For a person instead, press zero.'

describe('before an interpreted call', () => {
  test('each side hears in its own language that a machine interprets', () => {
    const pair = new Pair()
    expect(pair.turn('staff', person)).toEqual([notice, '[ask 1]'])
    const family = pair.turn('family', person)
    expect(family[0]).toBe('es: Este es un mensaje de Ms Rivera, de Lincoln School.')
    expect(family[1]).toMatch(/^es: .*computadora/)
    expect(family).not.toContain(notice)
  })

  test('nobody speaks until both have agreed', () => {
    const pair = new Pair()
    pair.turn('staff', person)
    expect(pair.turn('staff', key('1'))).toEqual(['en: One moment, please. Someone is joining the call.', '[wait]'])
    expect(pair.turn('staff', silence)).toEqual(['[wait]'])
    pair.turn('family', person)
    expect(pair.turn('family', key('1'))).toEqual(['[wait]'])
    expect(pair.turn('staff', silence)).toEqual(['en: Please speak now.', '[ask 1 en]'])
    expect(pair.legs.family.effects).toEqual([{ kind: 'talk_agreed', side: 'family' }])
  })

  test.each<[string, CallInput[]]>([
    ['silence', [person, silence, silence, silence]],
    ['a machine', [machine]],
    ['a hang-up', [person, ended]],
  ])('%s agrees to nothing, and the other is told', (_, inputs) => {
    const pair = new Pair()
    pair.turn('staff', person)
    pair.turn('staff', key('1'))
    for (const input of inputs) pair.turn('family', input)
    expect(pair.sides.family).toBe('gone')
    expect(pair.turn('staff', silence)).toEqual(['en: The other person has left. Goodbye.', '[hang_up]'])
  })

  test('a language without voice, ears or prompts is not interpreted, and somebody calls back', () => {
    const pair = new Pair()
    pair.languages = { staff: 'en', family: 'ht' }
    expect(pair.turn('family', person).at(-1)).toBe('[hang_up]')
    expect(pair.legs.family.effects).toContainEqual({ kind: 'call_back', language: 'ht' })
  })

  test.each([
    ['es', true],
    ['vi', true],
    ['yue', true],
    ['ur', false],
    ['ht', false],
    ['cy', false],
    ['ko', false],
  ])('can interpret %s: %s', (family, can) => {
    expect(canInterpret({ staff: 'en', family })).toBe(can)
  })
})

describe('an interpreted call', () => {
  test('goes to and fro, each hearing the other’s words in its own language', () => {
    const pair = begun()
    expect(pair.turn('staff', speech('Maya was late.'))).toEqual(['en: Thank you.', '[wait]'])
    expect(pair.turn('family', silence)).toEqual(['[wait]'])
    pair.interpret('Maya llegó tarde.')
    expect(pair.turn('family', silence)).toEqual(['es: Maya llegó tarde.', 'es: Por favor, hable ahora.', '[ask 1 es]'])
    expect(pair.turn('staff', silence)).toEqual(['[wait]'])
    expect(pair.turn('family', speech('El autobús no vino.'))).toEqual(['es: Gracias.', '[wait]'])
    pair.interpret('The bus did not come.')
    expect(pair.turn('staff', silence)).toEqual(['en: The bus did not come.', 'en: Please speak now.', '[ask 1 en]'])
    expect(pair.turn('family', silence)).toEqual(['[wait]'])
    expect(pair.said).toEqual(['Maya was late.', 'El autobús no vino.'])
  })

  test('is said again when the translator fails once', () => {
    const pair = begun()
    pair.turn('staff', speech('Maya was late.'))
    pair.interpret(null)
    expect(pair.turn('family', silence)).toEqual(['[wait]'])
    expect(pair.turn('staff', silence)).toEqual([
      'en: That could not be interpreted. Please say it again in other words.',
      'en: Please speak now.',
      '[ask 1 en]',
    ])
    pair.turn('staff', speech('Maya came late.'))
    pair.interpret('Maya llegó tarde.')
    expect(pair.turn('family', silence)[0]).toBe('es: Maya llegó tarde.')
  })

  test('ends kindly for both when it fails twice in a row, and somebody calls back', () => {
    const pair = begun()
    pair.turn('staff', speech('Maya was late.'))
    pair.interpret(null)
    pair.turn('staff', silence)
    pair.turn('staff', speech('Maya came late.'))
    pair.interpret(null)
    expect(pair.turn('staff', silence)).toEqual([
      'en: This call cannot be interpreted any more. Someone will call you. Goodbye.',
      '[hang_up]',
    ])
    expect(pair.legs.staff.effects).toContainEqual({ kind: 'call_back', language: 'en' })
    expect(pair.turn('family', silence).at(-1)).toBe('[hang_up]')
  })

  test('ends for both when the translator never answers', () => {
    const pair = begun()
    pair.turn('staff', speech('Maya was late.'))
    for (let i = 0; i < 80; i++) pair.turn('family', silence)
    expect(pair.legs.family.over).toBe(true)
    expect(pair.legs.family.effects).toContainEqual({ kind: 'call_back', language: 'es' })
    expect(pair.turn('staff', silence)).toEqual(['en: The other person has left. Goodbye.', '[hang_up]'])
  })

  test('asks again for what was not understood, and then gives the word to the other', () => {
    const pair = begun()
    expect(pair.turn('staff', speech('...', 0.2))[0]).toBe('en: I did not understand that.')
    pair.turn('staff', speech('...', 0.2))
    pair.turn('staff', speech('...', 0.2))
    expect(pair.said).toEqual([''])
    expect(pair.turn('family', silence)).toEqual(['es: Por favor, hable ahora.', '[ask 1 es]'])
  })

  test('ends when neither has anything to say', () => {
    const pair = begun()
    for (let i = 0; i < 40; i++) {
      pair.turn('staff', silence)
      pair.turn('family', silence)
    }
    expect(pair.legs.staff.over && pair.legs.family.over).toBe(true)
  })

  test.each<[string, TalkSide]>([
    ['while speaking', 'staff'],
    ['while waiting', 'family'],
    ['before agreeing', 'staff'],
    ['before agreeing', 'family'],
  ])('brings a person on zero, pressed %s by %s; the machine is silent from then on', (when, side) => {
    const pair = when === 'before agreeing' ? new Pair() : begun()
    const other = side === 'staff' ? 'family' : 'staff'
    if (when === 'before agreeing') for (const one of ['staff', 'family'] as const) pair.turn(one, person)
    expect(pair.turn(side, key('0'))).toEqual([side === 'staff' ? CALLING.staff : CALLING.family, '[wait]'])
    expect(pair.legs[side].effects).toContainEqual({ kind: 'bring_person', language: pair.languages[side] })
    // The other is told at its next turn, whatever it did.
    expect(pair.turn(other, when === 'before agreeing' ? key('1') : speech('Maya was late.'))).toEqual([CALLING[other], '[wait]'])
    expect(pair.said).toEqual([])
    for (const one of ['staff', 'family'] as const) expect(pair.turn(one, silence)).toEqual(['[wait]'])
    // Zero again asks nobody else.
    pair.turn(other, key('0'))
    expect(
      [...pair.legs.staff.effects, ...pair.legs.family.effects].filter((effect) => effect.kind === 'bring_person'),
    ).toHaveLength(1)
    pair.person = 'here'
    for (const one of ['staff', 'family'] as const) expect(pair.turn(one, silence)).toEqual(['[join r ends]'])
    expect(pair.turn(other, connected('answered')).at(-1)).toBe('[hang_up]')
  })

  test('tells both in their languages when nobody can be reached, and leaves it to a person', () => {
    const pair = begun()
    pair.turn('family', key('0'))
    pair.person = 'gone'
    expect(pair.turn('family', silence)).toEqual([
      'es: Pediremos a una persona que le ayude. Una persona le llamará. Adiós.',
      '[hang_up]',
    ])
    const other = begun()
    other.person = 'gone'
    expect(other.turn('staff', silence)).toEqual([
      'en: We are asking a person to help. Someone will call you. Goodbye.',
      '[hang_up]',
    ])
    expect(pair.legs.family.effects).toContainEqual({ kind: 'person_wanted', language: 'es' })
  })

  test('waits for a person for no longer than four minutes', () => {
    const pair = begun()
    pair.turn('staff', key('0'))
    for (let i = 0; i < 130; i++) pair.turn('staff', silence)
    expect(pair.legs.staff.over).toBe(true)
    expect(pair.legs.staff.effects).toContainEqual({ kind: 'person_wanted', language: 'en' })
  })

  test.each(['staff', 'family'] as const)('ends kindly when the leg of %s is dead', (dead) => {
    const pair = begun()
    pair.turn(dead, ended)
    const left = dead === 'staff' ? 'family' : 'staff'
    expect(pair.turn(left, silence)[0]).toMatch(/left|ya no está/)
    expect(pair.legs[left].over).toBe(true)
  })
})

test('an interpreted call ends, and nothing is said before both have agreed, whatever happens', () => {
  const input: fc.Arbitrary<CallInput> = fc.oneof(
    { weight: 3, arbitrary: fc.constant(key('1')) },
    { weight: 8, arbitrary: fc.constant(silence) },
    { weight: 5, arbitrary: fc.constantFrom(0.1, 0.9).map((sure) => speech('Geheimnis', sure)) },
    fc.constant(key('0')),
    fc.constant(key('7')),
  )
  const step = fc.tuple(
    fc.constantFrom('staff' as const, 'family' as const),
    input,
    fc.constantFrom('made', 'failed', 'none', 'person', 'nobody'),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const pair = new Pair()
      pair.turn('staff', person)
      pair.turn('family', person)
      for (const [side, what, translator] of steps) {
        pair.turn(side, what)
        if (pair.person === 'asked' && (translator === 'person' || translator === 'nobody'))
          pair.person = translator === 'person' ? 'here' : 'gone'
        if (pair.lines.at(-1)?.words.kind === 'pending' && (translator === 'made' || translator === 'failed'))
          pair.interpret(translator === 'made' ? 'Secreto' : null)
        if (pair.sides.staff === 'asked' || pair.sides.family === 'asked') {
          expect(pair.said).toEqual([])
          expect([...pair.legs.staff.heard, ...pair.legs.family.heard].join()).not.toMatch(/Secreto|Geheimnis/)
        }
      }
      for (let i = 0; i < 1000 && !(pair.legs.staff.over && pair.legs.family.over); i++) {
        pair.turn('staff', silence)
        pair.turn('family', silence)
      }
      expect(pair.legs.staff.over && pair.legs.family.over).toBe(true)
      // Nobody spoke out of turn: no two lines of one side in a row but one that had failed.
      pair.lines.forEach((line, i) => {
        const before = pair.lines[i - 1]
        if (before !== undefined && before.by === line.by) expect(before.words.kind).toBe('failed')
      })
    }),
    { numRuns: 100 },
  )
})
