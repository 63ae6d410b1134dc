import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROWS, voices } from '../../../src/carriers/twilio/voices.ts'
import { hasSpeech, hasVoice, SPOKEN, UNDERSTOOD } from '../../../src/core/call-voices.ts'

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
