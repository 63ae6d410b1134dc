import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROWS } from '../../../src/carriers/twilio/voice-rows.ts'
import { createVoices, voices } from '../../../src/carriers/twilio/voices.ts'
import { hasSpeech, hasVoice, SPOKEN, UNDERSTOOD } from '../../../src/core/call-voices.ts'
import { languagesOf } from '../../../src/simulator/voices.ts'

let types = ''
beforeAll(async () => {
  types = await readFile('node_modules/twilio/lib/twiml/VoiceResponse.d.ts', 'utf8')
})

/** The members of one of Twilio's unions of strings. */
function union(name: string): ReadonlySet<string> {
  const text = new RegExp(`type ${name} =([^;]+);`).exec(types)?.[1] ?? ''
  return new Set([...text.matchAll(/"([^"]+)"/g)].map((match) => match[1] as string))
}

const rows = Object.entries(ROWS)

describe('every voice and recogniser', () => {
  it.each(rows.filter(([, row]) => row.say !== null))(
    '%s is spoken in a language and by a voice that Twilio publishes',
    (_, { say }) => {
      expect(union('SayLanguage')).toContain(say?.language)
      expect(union('SayVoice')).toContain(say?.voice)
    },
  )

  it.each(rows.filter(([, row]) => row.second !== null))(
    '%s has a second voice of the same language that Twilio publishes, and that is not the first',
    (_, { say, second }) => {
      expect(union('SayLanguage')).toContain(second?.language)
      expect(union('SayVoice')).toContain(second?.voice)
      expect(second?.voice).not.toBe(say?.voice)
      expect(languagesOf(second?.voice ?? '')).toContain(second?.language)
      const [first, other] = [say, second].map((one) => one?.language.split('-', 1)[0])
      expect(other === first || (first === 'ar' && other === 'arb')).toBe(true)
    },
  )

  it('has one in all but three languages, which Twilio has a single voice for', () => {
    expect(rows.filter(([, row]) => row.say !== null && row.second === null).map(([language]) => language)).toEqual([
      'sr',
      'af',
      'cy',
    ])
  })

  it.each(rows.filter(([, row]) => row.speech !== null))(
    '%s is understood under a name that Twilio publishes',
    (_, { speech }) => {
      expect(union('GatherLanguage')).toContain(speech)
    },
  )

  it('is known to the scripts, and what they know of is there', () => {
    expect(rows.filter(([, row]) => row.say !== null).map(([language]) => language)).toEqual(SPOKEN)
    expect(rows.filter(([, row]) => row.speech !== null).map(([language]) => language)).toEqual(UNDERSTOOD)
  })
})

it.each(['ht', 'so', 'hmn', 'ur', 'fa', 'ps', 'prs', 'sw', 'ne', 'my', 'nan', 'cdo', 'sr-Latn', 'und', ''])(
  'no voice speaks %s, nor another language’s for it',
  (language) => {
    expect(hasVoice(language)).toBe(false)
    expect(voices.say(language)).toBeNull()
  },
)

it.each([
  ['es-GT', 'es-US'],
  ['es-MX', 'es-MX'],
  ['zh', 'cmn-CN'],
  ['zh-TW', 'cmn-TW'],
  ['yue', 'yue-HK'],
  ['pt', 'pt-BR'],
  ['pt-PT', 'pt-PT'],
  ['fr-CA', 'fr-CA'],
  ['en-GB', 'en-US'],
  ['zh-HK', 'cmn-TW'],
  ['vi', 'vi-VN'],
  ['tl', 'fil-PH'],
])('%s is spoken as %s', (language, say) => {
  expect(hasVoice(language)).toBe(true)
  expect(voices.say(language)?.language).toBe(say)
})

it('understands languages that it cannot speak', () => {
  expect(hasSpeech('ur')).toBe(true)
  expect(voices.speech('ur')).toBe('ur-PK')
  expect(hasSpeech('ht')).toBe(false)
})

it('does not take Dari for the Persian of Iran', () => {
  expect(hasSpeech('fa')).toBe(true)
  expect(hasSpeech('fa-AF')).toBe(false)
  expect(voices.speech('fa-AF')).toBeNull()
})

describe('voices that learn', () => {
  it('use the second voice of a refused language for an hour, and no other language’s', () => {
    let clock = 0
    const learning = createVoices(() => clock)
    expect(learning.say('es')).toEqual(ROWS['es']?.say)
    learning.refused(['es-GT'])
    expect(learning.say('es')).toEqual(ROWS['es']?.second)
    expect(learning.say('es-MX')).toEqual(ROWS['es-MX']?.say)
    expect(learning.say('en')).toEqual(ROWS['en']?.say)
    clock = 3_600_000
    expect(learning.say('es')).toEqual(ROWS['es']?.say)
  })

  it('keep the first where there is no second, and have none where there is none', () => {
    const learning = createVoices(() => 0)
    learning.refused(['sr', 'ht', 'und'])
    expect(learning.say('sr')).toEqual(ROWS['sr']?.say)
    expect(learning.say('ht')).toBeNull()
  })

  it.each([
    ['13511', true],
    ['13321', true],
    ['11200', false],
    ['', false],
    [undefined, false],
  ])('take the error %s for a refusal: %s', (code, is) => {
    expect(createVoices(() => 0).isRefusal(code)).toBe(is)
  })
})
