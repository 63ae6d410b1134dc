import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { segmentsOf } from '../../src/carriers/twilio/segments.ts'
import { type FixedEntry, fixedEntries } from '../../src/core/fixed-book.ts'
import { fixedText, textLanguage } from '../../src/core/texts.ts'
import { textLanguages } from '../../src/core/texts-slots.ts'
import { outsideGsm, wrongWording } from '../../src/core/wording-check.ts'
import { slotsOf, worded, wordingKey } from '../../src/core/wordings.ts'
import { phraseEntries } from '../../src/translators/phrasebook.ts'

const find = (kind: string, id: string, language = 'es' as const): FixedEntry => {
  const found = [...fixedEntries(language), ...phraseEntries(language)].find((one) => one.kind === kind && one.id === id)
  if (found === undefined) throw new Error(id)
  return found
}
const wrong = (entry: FixedEntry, wording: string) => wrongWording(entry, 'es', wording, segmentsOf)

describe('an own wording', () => {
  const own = (text: string) => new Map([[wordingKey('text', 'es', 'start_done'), text]])

  test('stands in the place of the text, in every region of its language and in no other language', () => {
    const wordings = own('Otra vez le escribe {district}. STOP para terminar.')
    expect(fixedText('start_done', 'es-MX', { district: 'Uno' }, wordings).text).toBe(
      'Otra vez le escribe Uno. STOP para terminar.',
    )
    expect(fixedText('start_done', 'en', { district: 'Uno' }, wordings).text).toMatch(/^You will get/)
    expect(fixedText('stop_done', 'es', { district: 'Uno' }, wordings).text).toMatch(/^Ya no/)
  })

  test.each(['Hola.', '{district} {district}', '{school}', '{district} {school}'])(
    'with other slots than the text has now is not used: %s',
    (text) => {
      expect(worded(own(text), 'text', 'es', 'start_done', 'De {district}')).toBe('De {district}')
    },
  )
})

describe('wrongWording', () => {
  test('takes every text that comes with the house', () => {
    for (const language of textLanguages)
      for (const entry of [...fixedEntries(language), ...phraseEntries(language)].filter(({ kind }) => kind !== 'keyword'))
        expect([language, entry.id, wrongWording(entry, language, entry.text, segmentsOf)]).toEqual([language, entry.id, []])
  })

  test.each([
    ['text', 'help', 'Somos {school}. AYUDA: oficina. STOP para terminar.', null],
    ['text', 'stop_done', 'Ya no le escribe {district}. Envíe START para volver.', null],
    ['text', 'stop_done', '', /nothing written/],
    ['text', 'stop_done', 'Ya no le escribimos. Envíe START para volver.', /\{district\}.*exactly once/],
    ['text', 'stop_done', '{district} {district} START', /exactly once/],
    ['text', 'stop_done', '{district} {escuela} START', /exactly once/],
    ['text', 'stop_done', '{district} { START', /exactly once/],
    ['text', 'closed', 'Hola {school}', /braces/],
    ['text', 'stop_done', '{district}: envíe START\npara volver', /one line/],
    ['text', 'stop_done', '{district}: envíe START \u202epara volver', /one line/],
    ['text', 'stop_done', '{district}: envíe COMENZAR para volver', /START must stand/],
    ['text', 'stop_done', '{district}: RESTART', /START must stand/],
    ['text', 'introduction', 'De {school}. Puede responder aquí. STOP para no recibir más.', /word for help.*ayuda/],
    ['text', 'stop_done', `{district} START ${'y más '.repeat(80)}`, /shorten/],
    ['phrase', 'T02', 'Este número es de la escuela. Emergencias: 912. STOP, HELP.', /number, time or link/],
    ['phrase', 'T10', 'No hay clases el {date}.', null],
    ['phrase', 'T10', 'No hay clases.', /\{date\}/],
    ['prompt', 'menu', 'Para oír esto otra vez, oprima uno. Para responder, oprima dos.', null],
    ['prompt', 'menu', 'Para responder, oprima dos. Para oír esto otra vez, oprima uno.', /same keys/],
    ['prompt', 'menu', 'Para oír esto otra vez, oprima 1. Para responder, oprima 2.', /as words/],
    ['prompt', 'goodbye', 'Adiós. '.repeat(60), /Nobody listens/],
  ])('%s %s: %s', (kind, id, wording, problem) => {
    const found = wrong(find(kind, id), wording)
    if (problem === null) expect(found).toEqual([])
    else expect(found.join('\n')).toMatch(problem)
  })

  test('lets nothing through that would come out with an unfilled slot or a lost order, whatever is typed', () => {
    const entry = find('text', 'stop_done')
    const pieces = fc.array(
      fc.constantFrom('{district}', '{school}', '{', '}', 'START', 'start', 'STOP', ' ', 'hola', '\n', '{{district}}'),
      {
        maxLength: 8,
      },
    )
    fc.assert(
      fc.property(pieces, (parts) => {
        const wording = parts.join('')
        if (wrong(entry, wording).length > 0) return
        expect(slotsOf(wording)).toEqual(['district'])
        const { text } = fixedText(
          'stop_done',
          'es',
          { district: 'D' },
          new Map([[wordingKey('text', 'es', 'stop_done'), wording]]),
        )
        expect(text).not.toMatch(/[{}]/)
        expect(text).toContain('START')
      }),
    )
  })
})

test('the signs outside the SMS alphabet are told, each once', () => {
  expect(outsideGsm('Más allá “ya” ñ è €')).toEqual(['á'])
  expect(outsideGsm('Lekòl la')).toEqual([])
  expect(outsideGsm('ÈÈ')).toEqual(['È'])
})

test('every text that only staff get is left out, and no other', () => {
  const ids = fixedEntries('es').map(({ kind, id }) => `${kind} ${id}`)
  expect(ids).not.toContain('text login_code')
  expect(ids).not.toContain('prompt studio_menu')
  for (const id of ['text introduction', 'text unknown_to_family', 'prompt screen_family', 'prompt talk_notice', 'keyword stop'])
    expect(ids).toContain(id)
  expect(textLanguage('es')).toBe('es')
})
