import { describe, expect, test } from 'vitest'
import { messageCall } from '../../src/core/call-family.ts'
import type { CallEffect, CallInput } from '../../src/core/call-script.ts'
import {
  callFacts,
  connected,
  ended,
  key,
  machine,
  person,
  playCall,
  recorded,
  said,
  silence,
  speech,
  waitingMessage,
} from '../support/played-call.ts'

const one = callFacts({ waiting: [waitingMessage('a')] })
const two = callFacts({ waiting: [waitingMessage('a'), waitingMessage('b')] })
const closed = callFacts({ waiting: [waitingMessage('a')], staff: { name: 'Ms Rivera', language: 'en', party: null } })
const gate = [
  'es: Este es un mensaje de Ms Rivera, de Lincoln School.',
  'es: Si usted es Rosa Lopez o de su familia, oprima uno.',
  '[ask 1]',
]
const privateWords = 'es: Privado a: Maya no vino hoy.'
const bye = ['es: Gracias. Puede llamar a este número en cualquier momento. Adiós.', '[hang_up]']
const last = (inputs: readonly CallInput[], facts = one) => playCall(messageCall, inputs, facts).at(-1)
const effects = (inputs: readonly CallInput[], facts = one): readonly CallEffect[] =>
  playCall(messageCall, inputs, facts).flatMap((turn) => turn.effects)
const kinds = (inputs: readonly CallInput[], facts = one) => effects(inputs, facts).map((effect) => effect.kind)
const heard = (exchangeId: string) => ({ kind: 'heard', exchangeId })

describe('a call that we make to a family', () => {
  test('says who calls and asks for a key, and nothing else', () => {
    expect(last([person])?.lines).toEqual(gate)
    expect(last([{ kind: 'answered', by: 'unknown' }])?.lines).toEqual(gate)
  })

  test('tells a machine whom to call back, and nothing private', () => {
    const turn = last([machine])
    expect(turn?.lines).toEqual([
      'es: Le habla Lincoln School. Tenemos un mensaje para su familia. Por favor, devuelva la llamada a este número.',
      '[hang_up]',
    ])
    expect(turn?.effects).toEqual([{ kind: 'event', what: 'machine' }])
  })

  test('takes three silences for a machine that nobody recognised', () => {
    const turns = playCall(messageCall, [person, silence, key('5'), silence], one)
    expect(turns.slice(0, 3).map((turn) => turn.lines)).toEqual([gate, gate, gate])
    expect(turns.at(-1)?.lines).toEqual(last([machine])?.lines)
    expect(turns.flatMap((turn) => turn.effects)).toEqual([])
  })

  test('says the message after the key, and then what may be done', () => {
    const turns = playCall(messageCall, [person, key('1'), said], one)
    expect(turns[1]?.lines).toEqual(['es: Ms Rivera dice:', privateWords, '[go_on]'])
    expect(turns[2]?.lines).toEqual([
      'es: Para escucharlo otra vez, oprima uno. Para contestar, oprima dos.',
      'es: Para hablar ahora con el personal docente, oprima tres.',
      'es: Si no quiere más llamadas, oprima nueve.',
      'es: Si quiere la ayuda de una persona, oprima cero.',
      '[ask 1]',
    ])
  })

  test('asks for a person on zero', () => {
    const turn = last([person, key('1'), key('0')])
    expect(turn?.effects).toEqual([heard('a'), { kind: 'person_wanted', language: 'es' }])
    expect(turn?.lines.at(-1)).toBe('[hang_up]')
  })

  test('does not offer the teacher outside her hours, nor takes the key', () => {
    expect(last([person, key('1'), said], closed)?.lines.join()).toContain('oprima dos')
    expect(last([person, key('1'), said], closed)?.lines.join()).not.toContain('oprima tres')
    expect(last([person, key('1'), said, key('3')], closed)?.lines.join()).toContain('oprima uno')
  })

  test('ends at once where nothing waits any more', () => {
    expect(last([person], callFacts())?.lines).toEqual(bye)
  })

  test.each<[string, CallInput[], string[]]>([
    ['said to its end', [person, key('1'), said], ['event', 'heard']],
    ['hung up after it', [person, key('1'), said, ended], ['event', 'heard']],
    ['a key after it', [person, key('1'), said, key('2')], ['event', 'heard']],
    ['a key at its end', [person, key('1'), key('2')], ['event', 'heard']],
    ['the third wrong key after it', [person, key('1'), said, key('7'), key('7'), key('7')], ['event', 'heard']],
    ['hung up in the middle', [person, key('1'), ended], ['event']],
    ['hung up before the key', [person, ended], []],
  ])('counts as heard: %s', (_, inputs, expected) => {
    expect(kinds(inputs)).toEqual(expected)
  })

  test('says it again on one, as often as one likes', () => {
    expect(last([person, key('1'), said, key('1'), said, key('1')])?.lines).toContain(privateWords)
  })

  test('says several in order, the menu after each', () => {
    const turns = playCall(messageCall, [person, key('1'), said, silence, said, silence], two)
    expect(turns[1]?.lines).toContain(privateWords)
    expect(turns[2]?.lines).toContain('es: Tiene otro mensaje. Por favor, espere para escucharlo.')
    expect(turns[2]?.effects).toEqual([heard('a')])
    expect(turns[3]?.lines).toContain('es: Privado b: Maya no vino hoy.')
    expect(turns[4]?.effects).toEqual([heard('b')])
    expect(turns[5]?.lines).toEqual(bye)
  })

  test('says a message whose facts differ in translation and original, each in its voice', () => {
    const texts = [
      { language: 'es', text: 'El lunes a las tres.' },
      { language: 'en', text: 'Monday at four.' },
    ]
    const facts = callFacts({ waiting: [waitingMessage('a', { texts })] })
    expect(last([person, key('1')], facts)?.lines.slice(1, 3)).toEqual(['es: El lunes a las tres.', 'en: Monday at four.'])
  })

  test.each([
    ['en', 'as it was written', ['es: Este mensaje no se pudo traducir. Lo escuchará como fue escrito.', 'en: No school today.']],
    ['es', 'in the own language', ['es: No school today.']],
  ])('what is written in %s is said %s', (language, _, lines) => {
    const facts = callFacts({ waiting: [waitingMessage('a', { texts: [{ language, text: 'No school today.' }] })] })
    expect(last([person, key('1')], facts)?.lines.slice(1, -1)).toEqual(lines)
  })

  test('ends all calls on nine', () => {
    const turn = last([person, key('1'), key('9')])
    expect(turn?.lines).toEqual(['es: No recibirá más llamadas nuestras. Adiós.', '[hang_up]'])
    expect(turn?.effects).toEqual([heard('a'), { kind: 'no_more_calls' }])
  })
})

describe('an answer', () => {
  const answering = [person, key('1'), key('2')]

  test('is spoken, read back, and sent on one', () => {
    const turns = playCall(messageCall, [...answering, speech('Está enferma'), key('1')], one)
    expect(turns[2]?.lines).toEqual(['es: Por favor, diga su respuesta ahora.', '[ask 0 es]'])
    expect(turns[3]?.lines).toEqual([
      'es: Entendí:',
      'es: Está enferma',
      'es: Para enviarlo, oprima uno. Para decirlo otra vez, oprima dos.',
      '[ask 1]',
    ])
    expect(turns[4]?.lines).toEqual(['es: Gracias. Ms Rivera recibirá su respuesta.', ...bye])
    expect(turns[4]?.effects).toEqual([{ kind: 'reply', text: 'Está enferma', language: 'es' }])
  })

  test('is said again on two', () => {
    expect(last([...answering, speech('Está enfermo'), key('2')])?.lines).toEqual([
      'es: Por favor, diga su respuesta ahora.',
      '[ask 0 es]',
    ])
  })

  test('is not sent without the key, and the log says so', () => {
    expect(effects([...answering, speech('Está enferma'), silence, silence, silence]).slice(2)).toEqual([
      { kind: 'event', what: 'answer_not_sent' },
    ])
    expect(kinds([...answering, speech('Está enferma'), ended])).toEqual(['event', 'heard'])
  })

  test('is kept as a recording when it was not understood surely', () => {
    const turn = last([...answering, speech('Está ...', 0.49)])
    expect(turn?.lines).toEqual([
      'es: No le entendí.',
      'es: Por favor, diga su respuesta después del tono y oprima la tecla numeral cuando termine.',
      '[record]',
    ])
    expect(last([...answering, silence, silence, silence])?.lines.at(-1)).toBe('[record]')
    expect(last([...answering, speech('Sí', null)])?.lines).toContain('es: Sí')
  })

  test.each([false, true])('is kept as a recording of this message (hung up instead of the pound key: %s)', (hungUp) => {
    const turn = last([...answering, speech('...', 0.1), recorded('RE1', hungUp)])
    expect(turn?.effects).toEqual([{ kind: 'recording', use: 'answer', to: 'staff', sid: 'RE1', seconds: 12, language: 'es' }])
    expect(turn?.lines.at(-1)).toBe('[hang_up]')
  })

  test('is asked for again when nothing was recorded, three times', () => {
    const unspoken = [...answering, speech('...', 0.1), recorded(null), recorded(null)]
    expect(last(unspoken)?.lines.at(-1)).toBe('[record]')
    expect(last([...unspoken, recorded(null)])?.lines).toEqual(bye)
  })

  test('can be a talk with the teacher, whose phone shows one of our numbers', () => {
    expect(last([person, key('1'), key('3')])?.lines).toEqual([
      'es: Un momento, por favor. Estamos llamando a Ms Rivera.',
      '[connect rivera showing proxy-of-family]',
    ])
    expect(last([person, key('1'), key('3'), connected('answered')])?.effects).toEqual([
      { kind: 'event', what: 'talked', detail: { seconds: 60 } },
    ])
  })

  test.each(['busy', 'no_answer', 'failed'] as const)('becomes a voicemail when she does not take it: %s', (outcome) => {
    const turn = last([person, key('1'), key('3'), connected(outcome)])
    expect(turn?.lines).toEqual([
      'es: Ms Rivera no puede contestar ahora.',
      'es: Por favor, deje un mensaje después del tono y oprima la tecla numeral cuando termine.',
      '[record]',
    ])
    expect(turn?.effects).toEqual([{ kind: 'event', what: 'not_connected', detail: { outcome } }])
  })
})

describe('a language without a voice', () => {
  const texts = [{ language: 'ht', text: 'Maya pa t vini jodi a.' }]
  const unrecorded = callFacts({ languages: ['ht'], waiting: [waitingMessage('a', { texts })] })
  const recordedFacts = callFacts({
    languages: ['ht'],
    waiting: [waitingMessage('a', { texts, recordingId: 'rec-a' })],
    recorded: new Map([
      ['ht gate_family', 'rec-gate'],
      ['ht menu', 'rec-menu'],
      ['ht record_answer', 'rec-answer'],
    ]),
  })

  test('hears English and that somebody will call, who is asked to once', () => {
    const turns = playCall(messageCall, [person, silence], unrecorded)
    expect(turns[0]?.lines).toEqual([
      'en: We have no recording in your language yet. Someone will call you.',
      'en: This is a message from Ms Rivera at Lincoln School.',
      'en: If this call is for your family, press one.',
      '[ask 1]',
    ])
    expect(turns.map((turn) => turn.effects)).toEqual([[{ kind: 'call_back', language: 'ht' }], []])
  })

  test('never hears it in another language’s voice, and has not heard what nobody said', () => {
    const turns = playCall(messageCall, [person, key('1'), silence], unrecorded)
    expect(turns.flatMap((turn) => turn.lines).join()).not.toContain('Maya')
    expect(turns.flatMap((turn) => turn.effects).map((effect) => effect.kind)).toEqual(['call_back', 'event', 'call_back'])
  })

  test('hears what people recorded, and answers by recording', () => {
    const turns = playCall(messageCall, [person, key('1'), said, key('2'), recorded('RE2')], recordedFacts)
    expect(turns[0]?.lines).toEqual(['en: This is a message from Ms Rivera at Lincoln School.', 'play rec-gate', '[ask 1]'])
    expect(turns[1]?.lines.slice(0, 3)).toEqual(['en: Ms Rivera says:', 'play rec-a', '[go_on]'])
    expect(turns[2]?.lines[0]).toBe('play rec-menu')
    expect(turns[3]?.lines).toEqual(['play rec-answer', '[record]'])
    expect(turns[4]?.effects).toEqual([
      { kind: 'recording', use: 'answer', to: 'staff', sid: 'RE2', seconds: 12, language: 'ht' },
    ])
  })

  test.each(['ur', 'fa', 'sw'])('records an answer in %s, which is understood but cannot be read back', (language) => {
    const facts = callFacts({ languages: [language], waiting: [waitingMessage('a', { recordingId: 'rec-a' })] })
    expect(last([person, key('1'), key('2')], facts)?.lines.at(-1)).toBe('[record]')
  })

  test('Cantonese is spoken to who speaks it, from what is written in Traditional Chinese', () => {
    const facts = callFacts({
      languages: ['yue'],
      waiting: [waitingMessage('a', { texts: [{ language: 'zh-TW', text: '明天不用上學。' }] })],
    })
    const turns = playCall(messageCall, [person, key('1'), key('2')], facts)
    const said = turns.flatMap((turn) => turn.lines)
    expect(said).toContain('yue: 明天不用上學。')
    expect(said.filter((line) => line.startsWith('[') === false).every((line) => line.startsWith('yue: '))).toBe(true)
    expect(said.at(-1)).toBe('[ask 0 yue]')
  })
})
