import { describe, expect, test } from 'vitest'
import { screen, takes } from '../../src/core/call-screen.ts'
import type { CallInput } from '../../src/core/call-script.ts'
import { staffCall, staffFirstCall } from '../../src/core/call-staff.ts'
import { callFacts, connected, ended, key, lines, machine, person, playCall, recorded, silence } from '../support/played-call.ts'

const ringing = '[connect lopez showing proxy-of-staff]'
const offer = ['en: To leave a message that they get when they may be called, press one.', '[ask 1]']

describe('a staff member calls a family', () => {
  const last = (inputs: readonly CallInput[], facts = callFacts()) => playCall(staffCall, inputs, facts).at(-1)

  test('is put through at once, shown as one of our numbers', () => {
    expect(last([person])?.lines).toEqual([ringing])
    expect(last([person, connected('answered')])).toMatchObject({
      lines: ['en: Goodbye.', '[hang_up]'],
      effects: [{ kind: 'event', what: 'talked', detail: { seconds: 60 } }],
    })
  })

  test('hears when the family may not be called, and may leave a message that waits', () => {
    const closed = callFacts({ familyParty: null })
    expect(last([person], closed)?.lines).toEqual(['en: The family of Maya L. cannot be called now.', ...offer])
    expect(last([person, key('1'), recorded('RE1')], closed)?.effects).toEqual([
      { kind: 'recording', use: 'voicemail', to: 'staff', sid: 'RE1', seconds: 12, language: 'en' },
    ])
    expect(last([person], { ...closed, familyOpens: 'tomorrow at 7:00 AM' })?.lines).toEqual([
      'en: The family of Maya L. cannot be called now.',
      'en: The family of Maya L. can be called tomorrow at 7:00 AM.',
      ...offer,
    ])
    expect(last([person, silence, silence, silence], closed)?.lines.at(-1)).toBe('[hang_up]')
  })

  test.each(['busy', 'no_answer', 'failed'] as const)('hears when nobody took it: %s', (outcome) => {
    expect(last([person, connected(outcome)])).toMatchObject({
      lines: ['en: The family of Maya L. did not answer.', ...offer],
      effects: [{ kind: 'event', what: 'not_connected', detail: { outcome } }],
    })
  })
})

describe('a staff member who calls while a voice message of the family waits', () => {
  const left = (exchangeId: string, words: string | null = null) => ({
    exchangeId,
    recordingId: `rec-${exchangeId}`,
    translation: words === null ? null : { language: 'en', text: words },
  })
  const facts = callFacts({ voicemails: [left('a', 'Maya is sick.'), left('b')] })
  const turns = (inputs: readonly CallInput[], given = facts) => playCall(staffCall, inputs, given)
  const gate = ['en: You have a message. To hear it, press one. To go on, press two.', '[ask 1]']

  test('hears at first only that there is one; a key plays it, with its words in her language', () => {
    const [first, second] = turns([person, key('1')])
    expect(first).toMatchObject({ lines: gate, effects: [] })
    expect(second).toMatchObject({
      lines: [
        'en: A voice message from the family of Maya L.',
        'play rec-a',
        'en: Maya is sick.',
        'en: To hear this again, press one. To answer, press two.',
        'en: To call the family, press three.',
        'en: You have another message. Please wait to hear it.',
        '[ask 1]',
      ],
      effects: [{ kind: 'voicemail_played', exchangeId: 'a', recordingId: 'rec-a' }],
    })
  })

  test('hears the next one by waiting; each is heard only once something came after it', () => {
    const [, , third, fourth] = turns([person, key('1'), silence, silence])
    expect(third?.effects).toEqual([
      { kind: 'voicemail_heard', exchangeId: 'a' },
      { kind: 'voicemail_played', exchangeId: 'b', recordingId: 'rec-b' },
    ])
    expect(fourth?.effects).toEqual([{ kind: 'voicemail_heard', exchangeId: 'b' }])
    expect(fourth?.lines.at(-1)).toBe('[hang_up]')
  })

  test.each<[string, CallInput[], string]>([
    ['two at the gate', [key('2')], ringing],
    ['silence at the gate', [silence, silence, silence], ringing],
    ['three after it', [key('1'), key('3')], ringing],
    ['two after it, to answer', [key('1'), key('2')], '[record]'],
    ['one after it, to hear it again', [key('1'), key('1')], '[ask 1]'],
    ['wrong keys', [key('1'), key('7'), key('7'), key('7')], '[hang_up]'],
  ])('goes on: %s', (_, inputs, end) => {
    expect(
      turns([person, ...inputs])
        .at(-1)
        ?.lines.at(-1),
    ).toBe(end)
  })

  test('her answer is a voice message to the family', () => {
    expect(turns([person, key('1'), key('2'), recorded('RE9')]).at(-1)?.effects).toEqual([
      { kind: 'recording', use: 'voicemail', to: 'staff', sid: 'RE9', seconds: 12, language: 'en' },
    ])
  })

  test('three is not offered, and calls nobody, when the family may not be called now', () => {
    const closed = { ...facts, familyParty: null }
    const all = turns([person, key('1'), key('3'), key('3'), key('3')], closed)
    expect(all.flatMap((turn) => turn.lines)).not.toContain('en: To call the family, press three.')
    expect(all.at(-1)?.lines.at(-1)).toBe('[hang_up]')
  })

  test('a hang-up while it plays leaves it to be heard another time', () => {
    expect(turns([person, key('1'), ended]).at(-1)?.effects).toEqual([])
  })

  test('is spoken to in her own language', () => {
    expect(turns([person], { ...facts, own: 'es' })[0]?.lines[0]).toMatch(/^es: /)
  })
})

describe('a call that was asked for rings the staff member first', () => {
  const calls = (inputs: readonly CallInput[]) => playCall(staffFirstCall, inputs, callFacts())

  test('calls the family only after her key', () => {
    const turns = calls([person, key('1')])
    expect(turns[0]?.lines).toEqual(['en: To call the family of Maya L., press one.', '[ask 1]'])
    expect(turns[1]?.lines).toEqual([ringing])
  })

  test.each<[string, CallInput[]]>([
    ['a machine', [machine]],
    ['silence', [person, silence, silence, silence]],
    ['wrong keys', [person, key('2'), key('3'), key('4')]],
    ['a hang-up', [person, ended]],
  ])('does not call the family for %s', (_, inputs) => {
    const turns = calls(inputs)
    expect(turns.flatMap((turn) => turn.lines)).not.toContain(ringing)
    expect(turns.at(-1)?.lines.at(-1)).toBe('[hang_up]')
  })

  test('says nothing at all to a machine', () => {
    expect(calls([machine])).toMatchObject([{ lines: ['[hang_up]'], effects: [{ kind: 'event', what: 'machine' }] }])
  })
})

describe('before two are put together', () => {
  const heard = (side: 'family' | 'staff', more = {}) => lines(screen(side, callFacts(more)))

  test('a staff member hears which family it is', () => {
    expect(heard('staff')).toEqual(['en: A call from the family of Maya L. To take it, press one.', '[ask 1]'])
  })

  test('a family hears the teacher and the school, no child’s name', () => {
    expect(heard('family')).toEqual(['es: Le llama Ms Rivera, de Lincoln School. Para contestar, oprima uno.', '[ask 1]'])
    expect(heard('family', { languages: ['so'] })).toEqual([
      'en: Ms Rivera from Lincoln School is calling. To take the call, press one.',
      '[ask 1]',
    ])
  })

  test.each([
    ['1', true],
    ['2', false],
    ['11', false],
    ['', false],
    [null, false],
  ])('the key %j takes it: %s', (keys, taken) => {
    expect(takes(keys)).toBe(taken)
  })
})
