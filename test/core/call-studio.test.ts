import { describe, expect, test } from 'vitest'
import type { CallFacts, CallInput, ToRecord } from '../../src/core/call-script.ts'
import { studioCall } from '../../src/core/call-studio.ts'
import { callFacts, ended, key, person, pin, playCall, recorded, silence } from '../support/played-call.ts'

const message = (exchangeId: string, more: Partial<ToRecord> = {}): ToRecord => ({
  exchangeId,
  language: 'ht',
  text: { language: 'en', text: `Maya was late (${exchangeId}).` },
  recordingId: null,
  ...more,
})
const aide = callFacts({ languages: [], menu: ['es', 'ht'], guardian: null, staff: null, familyParty: null })
const queue: CallFacts = { ...aide, toRecord: [message('a'), message('b'), message('answer', { recordingId: 'rec-answer' })] }
const opened = [person, pin('right')]
const calls = (inputs: readonly CallInput[], facts = queue) => playCall(studioCall, inputs, facts)
const last = (inputs: readonly CallInput[], facts = queue) => calls(inputs, facts).at(-1)
const keep = ['en: To keep it, press one. To record it again, press two.', '[ask 1]']

describe('an aide phones in', () => {
  test('and gives her PIN first', () => {
    expect(last([person])?.lines).toEqual([
      'en: Welcome to Lincoln School.',
      'en: Please enter your PIN, eight digits.',
      '[ask 8]',
    ])
    expect(last(opened)).toMatchObject({ effects: [{ kind: 'event', what: 'pin_right' }] })
    expect(calls([pin('right')])[0]?.lines[1]).toMatch(/^en: To record messages/)
  })

  test.each<[string, CallInput[]]>([
    ['three wrong ones', [pin('wrong'), pin('wrong'), pin('wrong')]],
    ['a locked one', [pin('locked')]],
    ['silence', [silence, silence, silence]],
  ])('%s open nothing', (_, inputs) => {
    const turns = calls([person, ...inputs])
    expect(turns.at(-1)?.lines.at(-1)).toBe('[hang_up]')
    expect(JSON.stringify(turns.map((turn) => turn.verbs))).not.toContain('Maya')
  })

  test('records families’ messages one after the other, kept by a key', () => {
    const turns = calls([...opened, key('1'), recorded('RE1'), key('1'), recorded('RE2'), key('1')])
    expect(turns[2]?.lines).toEqual([
      'en: Please say this in Haitian Creole after the tone:',
      'en: Maya was late (a).',
      '[record]',
    ])
    expect(turns[3]?.lines).toEqual(keep)
    expect(turns[4]).toMatchObject({
      effects: [{ kind: 'message_recorded', exchangeId: 'a', sid: 'RE1', seconds: 12 }],
      lines: ['en: Please say this in Haitian Creole after the tone:', 'en: Maya was late (b).', '[record]'],
    })
    expect(turns[5]?.lines).toEqual(keep)
    expect(turns[6]?.lines[0]).toBe('en: There is nothing more to do here.')
  })

  test('records it again on two, and keeps only the last', () => {
    const turns = calls([...opened, key('1'), recorded('RE1'), key('2'), recorded('RE2'), key('1')])
    expect(turns[4]?.lines.at(-1)).toBe('[record]')
    expect(turns.flatMap((turn) => turn.effects).slice(1)).toEqual([
      { kind: 'message_recorded', exchangeId: 'a', sid: 'RE2', seconds: 12 },
    ])
  })

  test('hears a family’s answer and puts it into words', () => {
    const turns = calls([...opened, key('2'), recorded('RE1'), key('1')])
    expect(turns[2]?.lines).toEqual([
      'en: A family has answered. Listen, and after the tone say it in English.',
      'play rec-answer',
      '[record]',
    ])
    expect(turns[4]?.effects).toEqual([{ kind: 'answer_told', exchangeId: 'answer', sid: 'RE1', seconds: 12 }])
  })

  test('who is neither aide nor administrator records no prompts', () => {
    const turns = calls([...opened, key('3')], { ...aide, recordsPrompts: false })
    expect(turns.at(-1)?.lines[0]).toBe('en: There is nothing more to do here.')
  })

  test('records the fixed prompts of a language that no voice speaks, none that is there already', () => {
    const facts = { ...aide, recorded: new Map([['ht gate_family', 'rec-gate']]) }
    const turns = calls([...opened, key('3'), recorded('RE1'), key('1')], facts)
    expect(turns[2]?.lines[0]).toBe('en: Please say this in Haitian Creole after the tone:')
    expect(turns[2]?.lines[1]).not.toContain('for your family')
    expect(turns[4]?.effects).toMatchObject([{ kind: 'prompt_recorded', language: 'ht', sid: 'RE1' }])
    expect(turns[4]?.lines[1]).not.toBe(turns[2]?.lines[1])
  })

  test.each(['es', 'ar', 'zh', 'zh-TW', 'vi', 'pt-BR', 'ru', 'fr'])(
    'hears everything fixed in her own language: %s; what she is to say is named in it too',
    (own) => {
      const facts = { ...queue, own }
      const all = [
        ...calls([person, pin('wrong'), pin('right'), key('1'), recorded('RE1'), key('1'), recorded('RE2'), key('1')], facts),
        ...calls([...opened, key('2'), recorded('RE1')], facts),
        ...calls([...opened, key('3')], facts),
      ]
      const said = all.flatMap((turn) => turn.lines).filter((line) => line.includes(': '))
      const fixed = said.filter((line) => !line.startsWith('en: Maya was late')).map((line) => line.split(':', 1)[0] ?? '')
      expect(fixed.length).toBe(said.length - 2)
      expect(fixed.every((language) => language === own || own.startsWith(`${language}-`))).toBe(true)
      expect(said.join()).not.toMatch(/Haitian|\{/)
    },
  )

  test.each(['ht', 'so', 'ko'])('hears English when no voice says the prompts in her language: %s', (own) => {
    expect(calls([person], { ...queue, own })[0]?.lines[0]).toBe('en: Welcome to Lincoln School.')
  })

  test('has no prompts to record where every family’s language has a voice', () => {
    expect(last([...opened, key('3')], { ...aide, menu: ['es', 'vi'] })?.lines[0]).toBe('en: There is nothing more to do here.')
  })

  test('keeps nothing that was hung up on', () => {
    const turns = calls([...opened, key('1'), recorded('RE1'), ended])
    expect(turns.flatMap((turn) => turn.effects)).toEqual([{ kind: 'event', what: 'pin_right' }])
    expect(last([...opened, key('1'), recorded('RE1', true)])?.lines.at(-1)).toBe('[record]')
  })
})
