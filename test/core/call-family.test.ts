import { describe, expect, test } from 'vitest'
import { familyCall, PIN_NODE, strangerCall } from '../../src/core/call-family.ts'
import type { CallInput } from '../../src/core/call-script.ts'
import {
  callFacts,
  connected,
  ended,
  key,
  person,
  pin,
  playCall,
  recorded,
  said,
  silence,
  waitingMessage,
} from '../support/played-call.ts'

const office = { phoneId: 'office', shows: 'proxy-dialled' }
const leave = ['es: Por favor, deje un mensaje después del tono y oprima la tecla numeral cuando termine.', '[record]']
const connecting = ['es: Un momento, por favor. Estamos llamando a Ms Rivera.', '[connect rivera showing proxy-of-family]']
const voicemail = (to: string, language = 'es') => ({
  kind: 'recording',
  use: 'voicemail',
  to,
  sid: 'RE1',
  seconds: 12,
  language,
})
const privateWords = 'es: Privado a: Maya no vino hoy.'

describe('a family calls a teacher', () => {
  const calls = (inputs: readonly CallInput[], facts = callFacts()) => playCall(familyCall, inputs, facts)
  const last = (inputs: readonly CallInput[], facts = callFacts()) => calls(inputs, facts).at(-1)
  const closed = callFacts({ staff: { name: 'Ms Rivera', language: 'en', party: null } })
  const waits = callFacts({ waiting: [waitingMessage('a')] })

  test('is greeted in its language and put through', () => {
    expect(last([person])?.lines).toEqual(['es: Bienvenidos a Lincoln School.', ...connecting])
    expect(last([person, connected('answered')])?.lines).toEqual(['es: Adiós.', '[hang_up]'])
  })

  test.each(['busy', 'no_answer', 'failed'] as const)('leaves a message when she does not take it: %s', (outcome) => {
    const turns = calls([person, connected(outcome), recorded('RE1')])
    expect(turns[1]?.lines).toEqual(['es: Ms Rivera no puede contestar ahora.', ...leave])
    expect(turns[2]?.effects).toEqual([voicemail('staff')])
    expect(turns[2]?.lines.at(-1)).toBe('[hang_up]')
  })

  test('leaves a message outside her hours', () => {
    expect(last([person], closed)?.lines).toEqual([
      'es: Bienvenidos a Lincoln School.',
      'es: Ms Rivera no puede contestar ahora.',
      ...leave,
    ])
  })

  test('that has used up the day’s minutes hears so kindly, once, and leaves a message instead', () => {
    const used = { ...closed, minutesUsed: true }
    const turns = calls([person, recorded('RE1')], used)
    expect(turns[0]).toMatchObject({
      lines: [
        'es: Bienvenidos a Lincoln School.',
        'es: Hoy ya no tenemos más tiempo para llamadas con su familia. Si no puede esperar, por favor llame directamente a la escuela.',
        ...leave,
      ],
      effects: [{ kind: 'event', what: 'minutes_used' }],
    })
    expect(turns[1]?.effects).toEqual([voicemail('staff')])
    expect(last([person, key('1'), key('1')], { ...used, waiting: waits.waiting })?.lines).toContain(privateWords)
  })

  test('leaves a message for a number that has no staff side', () => {
    expect(last([person], callFacts({ staff: null }))?.lines).toEqual(['es: Bienvenidos a Lincoln School.', ...leave])
  })

  test.each(['closed', 'missed'])('may go to the office instead, where somebody takes calls (%s)', (why) => {
    const facts = { ...(why === 'closed' ? closed : callFacts()), office }
    const until = why === 'closed' ? [person] : [person, connected('no_answer')]
    expect(last(until, facts)?.lines.slice(-2)).toEqual(['es: Para hablar con la oficina de la escuela, oprima cero.', '[ask 1]'])
    expect(last([...until, key('0')], facts)?.lines.at(-1)).toBe('[connect office showing proxy-dialled]')
    expect(last([...until, key('0'), connected('no_answer'), recorded('RE1')], facts)?.effects).toEqual([voicemail('office')])
    expect(last([...until, silence], facts)?.lines).toEqual(leave)
    expect(last([...until, key('5'), recorded('RE1')], facts)?.effects).toEqual([voicemail('staff')])
  })

  test('leaves no message when nothing was said', () => {
    const turns = calls([person, recorded(null), recorded(null), recorded(null)], closed)
    expect(turns.flatMap((turn) => turn.effects)).toEqual([])
    expect(turns.at(-1)?.lines.at(-1)).toBe('[hang_up]')
  })

  test('may hear first what waits, behind the gate, and is put through afterwards', () => {
    const turns = calls([person, key('1'), key('1'), said, silence, connected('answered')], waits)
    expect(turns[0]?.lines).toEqual([
      'es: Bienvenidos a Lincoln School.',
      'es: Tiene un mensaje. Para escucharlo, oprima uno. Para continuar, oprima dos.',
      '[ask 1]',
    ])
    expect(turns[1]?.lines).toEqual([
      'es: Este es un mensaje de Ms Rivera, de Lincoln School.',
      'es: Si usted es Rosa Lopez o de su familia, oprima uno.',
      '[ask 1]',
    ])
    expect(turns[2]?.lines).toContain(privateWords)
    expect(turns[3]?.effects).toEqual([{ kind: 'heard', exchangeId: 'a' }])
    expect(turns[4]?.lines).toEqual(connecting)
    expect(turns[5]?.lines.at(-1)).toBe('[hang_up]')
  })

  test.each([
    ['two', [key('2')]],
    ['silence', [silence, silence, silence]],
  ] as const)('goes on to the teacher on %s, and hears nothing private then, nor after leaving a message', (_, inputs) => {
    const turns = calls([person, ...inputs, connected('no_answer'), recorded('RE1')], waits)
    expect(turns.at(-3)?.lines).toEqual(connecting)
    expect(turns.at(-1)?.lines.at(-1)).toBe('[hang_up]')
    expect(turns.flatMap((turn) => turn.lines)).not.toContain(privateWords)
    expect(turns.flatMap((turn) => turn.effects.map((effect) => effect.kind))).not.toContain('heard')
  })

  test('rings the teacher once, not again after the message', () => {
    const turns = calls([person, connected('no_answer'), recorded('RE1'), silence])
    expect(turns.flatMap((turn) => turn.lines).filter((line) => line.startsWith('[connect'))).toHaveLength(1)
  })

  test('keeps a message whose caller hung up instead of pressing the pound key', () => {
    expect(last([person, connected('no_answer'), recorded('RE1', true)])?.effects).toEqual([voicemail('staff')])
  })

  test('whose language nobody knows chooses it, of those that a voice speaks', () => {
    const facts = callFacts({ languages: [], menu: ['es', 'ht', 'vi', 'zh', 'ar', 'ru'] })
    const turns = calls([person, key('3')], facts)
    const offered = turns[0]?.lines.slice(1).map((line) => `${line.split(':')[0]} ${/\d/.exec(line)?.[0]}`)
    expect(offered).toEqual(['en 1', 'es 2', 'vi 3', 'zh 4', 'ar 5', '[ask 1] 1'])
    expect(turns[1]?.lines[0]).toMatch(/^vi: .*Ms Rivera/)
    expect(turns[1]?.effects).toEqual([{ kind: 'event', what: 'language_chosen', detail: { language: 'vi' } }])
    expect(last([person, silence, key('9'), silence], facts)?.lines[0]).toBe('en: One moment, please. We are calling Ms Rivera.')
  })

  test('without a voice or a recording hears so, is put through, and is called back', () => {
    const turn = last([person], callFacts({ languages: ['so'] }))
    expect(turn?.lines).toEqual([
      'en: Welcome to Lincoln School.',
      'en: We have no recording in your language yet. Someone will call you.',
      'en: One moment, please. We are calling Ms Rivera.',
      '[connect rivera showing proxy-of-family]',
    ])
    expect(turn?.effects).toEqual([{ kind: 'call_back', language: 'so' }])
  })

  test('leaves nothing behind by hanging up', () => {
    expect(calls([person, ended]).flatMap((turn) => turn.effects)).toEqual([])
  })
})

describe('a phone that nobody knows', () => {
  const facts = callFacts({ guardian: null, languages: [], family: '', staff: null, familyParty: null, menu: ['es'] })
  const calls = (inputs: readonly CallInput[], more = {}) => playCall(strangerCall, inputs, { ...facts, ...more })
  const last = (inputs: readonly CallInput[], more = {}) => calls(inputs, more).at(-1)

  test('chooses a language and hears words that confirm nothing', () => {
    expect(last([person])?.lines).toEqual([
      'en: Welcome to Lincoln School.',
      'en: For English, press 1.',
      'es: Para español, oprima 2.',
      '[ask 1]',
    ])
    expect(last([person, key('2')])?.lines).toEqual([
      'es: Para dejar un mensaje a la oficina de la escuela, oprima uno.',
      'es: Si tiene una clave, oprima dos.',
      '[ask 1]',
    ])
  })

  test('is asked for no language where there is but one', () => {
    expect(last([person], { menu: ['ht'] })?.lines[1]).toBe('en: To leave a message for the school office, press one.')
  })

  test('leaves a message for the office, also when it presses nothing', () => {
    expect(last([person, key('2'), key('1'), recorded('RE1')])?.effects).toEqual([voicemail('office')])
    expect(last([person, key('2'), silence, silence, silence, recorded('RE1')])?.effects).toEqual([voicemail('office')])
  })

  test('reaches the office where somebody takes calls, and its recorder where nobody does', () => {
    expect(last([person, key('2')], { office })?.lines).toContain('es: Para hablar con la oficina, oprima cero.')
    expect(last([person, key('2'), key('0')], { office })?.lines.at(-1)).toBe('[connect office showing proxy-dialled]')
    expect(last([person, key('2'), key('0')])?.lines).toEqual(leave)
  })

  const opened = { guardian: 'Rosa Lopez', languages: ['es'], waiting: [waitingMessage('a')] }
  const asking = [person, key('1'), key('2')]

  test('is asked for eight keys', () => {
    expect(last(asking)?.lines).toEqual(['en: Please enter your PIN, eight digits.', '[ask 8]'])
    expect(PIN_NODE).toBe('pin')
  })

  test('hears what waits with the right PIN, in the family’s language, but cannot end the calls to another phone', () => {
    const turn = last([...asking, pin('right')], opened)
    expect(turn?.lines).toContain(privateWords)
    expect(turn?.lines.join()).not.toContain('nueve')
    expect(turn?.effects).toEqual([{ kind: 'event', what: 'pin_right' }])
    const after = calls([...asking, pin('right'), key('9'), silence], opened)
    expect(after.flatMap((t) => t.effects.map((effect) => effect.kind))).toEqual(['event', 'event', 'heard'])
  })

  test('with the right PIN and nothing to hear is told so', () => {
    expect(last([...asking, pin('right')], { ...opened, waiting: [] })?.lines[0]).toBe('es: No hay ningún mensaje para usted.')
  })

  test.each<[string, CallInput[]]>([
    ['three wrong PINs', [pin('wrong'), pin('wrong'), pin('wrong')]],
    ['a PIN that is locked', [pin('locked')]],
    ['no PIN at all', [silence, silence, silence]],
  ])('is bid goodbye after %s, and hears nothing that waits', (_, inputs) => {
    const turns = calls([...asking, ...inputs], { waiting: [waitingMessage('a')] })
    expect(turns.at(-1)?.lines).toEqual([
      'en: We cannot open your messages here. Please call the school office. Goodbye.',
      '[hang_up]',
    ])
    expect(turns.flatMap((turn) => turn.lines)).not.toContain(privateWords)
  })
})
