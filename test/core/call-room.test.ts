import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { roomCall } from '../../src/core/call-room.ts'
import type { CallInput, CallRoom } from '../../src/core/call-script.ts'
import { callFacts, connected, ended, key, machine, person, playCall, silence } from '../support/played-call.ts'

const facts = (side: CallRoom['side'], more = {}) => callFacts({ room: { id: 'room-7', side, over: false }, ...more })
const calls = (side: CallRoom['side'], inputs: readonly CallInput[], more = {}) => playCall(roomCall, inputs, facts(side, more))
const sides = ['staff', 'family', 'aide', 'interpreter'] as const

describe('a leg of a room', () => {
  test.each([
    ['staff', 'en: To call the family of Maya L., press one.'],
    ['family', 'es: Le llama Ms Rivera, de Lincoln School. Para contestar, oprima uno.'],
    ['aide', 'en: You are needed in a call with the family of Maya L. To join, press one.'],
    ['interpreter', 'en: Lincoln School needs an interpreter for Spanish. To join, press one.'],
  ] as const)('hears as %s who needs it, and presses a key', (side, words) => {
    expect(calls(side, [person])[0]?.lines).toEqual([words, '[ask 1]'])
  })

  test('hears as an aide in the aide’s language, not the teacher’s', () => {
    expect(calls('aide', [person], { own: 'es' })[0]?.lines[0]).toMatch(/^es: .*Maya L\./)
    expect(calls('aide', [person], { own: 'es' })[0]?.lines[0]).not.toMatch(/needed/)
  })

  test.each([
    ['staff', '[join room-7 ends]'],
    ['family', '[join room-7 ends]'],
    ['aide', '[join room-7]'],
    ['interpreter', '[join room-7]'],
  ] as const)('joins as %s after the key: %s', (side, join) => {
    const turn = calls(side, [person, key('1')])[1]
    expect(turn?.lines.at(-1)).toBe(join)
    expect(turn?.effects).toEqual([{ kind: 'event', what: 'room_joined', detail: { side } }])
  })

  test('leaves with how long it was there', () => {
    expect(calls('aide', [person, key('1'), connected('answered')])[2]).toMatchObject({
      lines: ['en: Goodbye.', '[hang_up]'],
      effects: [{ kind: 'event', what: 'room_left', detail: { side: 'aide', seconds: 60 } }],
    })
  })

  test.each(sides)('does not join as %s without the key, nor as a machine, which hears nothing', (side) => {
    for (const inputs of [[person, silence, key('2'), silence], [machine], [person, ended]]) {
      const turns = calls(side, inputs)
      expect(turns.flatMap((turn) => turn.lines).some((line) => line.startsWith('[join'))).toBe(false)
      expect(turns.at(-1)?.lines.at(-1)).toBe('[hang_up]')
    }
    expect(calls(side, [machine])[0]?.lines).toEqual(['[hang_up]'])
  })

  test('tells an interpreter from outside and the family no child’s name', () => {
    for (const side of ['interpreter', 'family'] as const)
      expect(JSON.stringify(calls(side, [person, key('1'), connected('answered')]).map((turn) => turn.verbs))).not.toContain(
        'Maya',
      )
  })

  test('is told, and does not wait alone, when the teacher or the family has gone meanwhile', () => {
    const over = { room: { id: 'room-7', side: 'family', over: true } as const }
    const gone = ['es: La otra persona ya no está en la llamada. Adiós.', '[hang_up]']
    expect(calls('family', [person], over)[0]?.lines).toEqual(gone)
    const [first] = calls('family', [person])
    expect(first?.lines.at(-1)).toBe('[ask 1]')
  })

  test('ends where there is no room any more', () => {
    expect(calls('aide', [person], { room: null })[0]?.lines.at(-1)).toBe('[hang_up]')
    expect(playCall(roomCall, [person, key('1')], facts('aide'))).toHaveLength(2)
  })

  test('ends whatever comes in', () => {
    const input: fc.Arbitrary<CallInput> = fc.oneof(
      fc.constantFrom('1', '0', '#').map((keys) => key(keys)),
      fc.constant(silence),
      fc.constant(connected('failed')),
      fc.constant(person),
    )
    fc.assert(
      fc.property(fc.constantFrom(...sides), fc.array(input, { minLength: 70, maxLength: 70 }), (side, inputs) => {
        expect(
          calls(side, [person, ...inputs])
            .at(-1)
            ?.lines.at(-1),
        ).toBe('[hang_up]')
      }),
    )
  })
})
