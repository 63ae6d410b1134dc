import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readVoiceTwiml, VOICE_RULES } from '../../src/simulator/voice-twiml.ts'
import { languagesOf } from '../../src/simulator/voices.ts'
import { anyText, expectQuick, longOf, SEEDS } from '../support/outside.ts'
import { againstTypes, readXml } from '../support/twiml.ts'

const read = (inside: string) => readVoiceTwiml(`<?xml version="1.0" encoding="UTF-8"?><Response>${inside}</Response>`)

describe('what is played', () => {
  /** One value of each attribute that Twilio's types do not leave free. */
  const VALUE: Readonly<Record<string, string>> = {
    beep: 'false',
    enhanced: 'true',
    finishOnKey: '#',
    input: 'dtmf speech',
    language: 'en-US',
    method: 'POST',
    partialResultCallbackMethod: 'POST',
    reason: 'busy',
    recordingStatusCallbackEvent: 'completed absent',
    recordingStatusCallbackMethod: 'POST',
    speechModel: 'default',
    speechTimeout: 'auto',
    statusCallbackMethod: 'POST',
    trim: 'trim-silence',
    voice: 'alice',
    waitMethod: 'POST',
  }
  const numbers = new Set(['length', 'loop', 'maxLength', 'maxSpeechTime', 'numDigits', 'timeLimit', 'timeout'])
  const switches = new Set([
    'actionOnEmptyResult',
    'answerOnBridge',
    'bargeIn',
    'endConferenceOnExit',
    'hangupOnStar',
    'muted',
    'playBeep',
    'profanityFilter',
    'startConferenceOnEnter',
    'transcribe',
  ])
  function value(name: string, verb: string): string {
    if (name === 'statusCallbackEvent') return verb === 'Conference' ? 'start' : 'completed'
    return numbers.has(name) ? '3' : switches.has(name) ? 'true' : (VALUE[name] ?? 'text')
  }
  function written(name: string): string {
    const rule = VOICE_RULES[name]
    if (rule === undefined) throw new Error(`no rule of ${name}`)
    const attributes = rule.attributes.map((attribute) => ` ${attribute}="${value(attribute, name)}"`).join('')
    return `<${name}${attributes}>${rule.children.map(written).join('')}</${name}>`
  }

  test('is within what Twilio publishes: every verb, child and attribute', () => {
    expect(againstTypes(readXml(written('Response')))).toEqual([])
  })
  test('is read back as it was written', () => {
    const document = readVoiceTwiml(written('Response'))
    expect(document).toMatchObject({ kind: 'document' })
    expect(document.kind === 'document' && document.verbs.map(({ name }) => name)).toEqual(VOICE_RULES['Response']?.children)
  })
})

describe('voices', () => {
  const types = readFileSync('node_modules/twilio/lib/twiml/VoiceResponse.d.ts', 'utf8')
  const union = (name: string) =>
    [...(new RegExp(`type ${name} =([^;]+);`).exec(types)?.[1] ?? '').matchAll(/"([^"]+)"/g)].map(([, word = '']) => word)

  test('all that Twilio publishes speak something, and no other does', () => {
    expect(union('SayVoice').filter((voice) => languagesOf(voice).length === 0)).toEqual([])
    for (const none of ['', 'bob', 'Polly.Bob', 'Polly.Joanna-Loud', 'Google.en-US-Loud-A', 'constructor', 'Polly.constructor'])
      expect(languagesOf(none)).toEqual([])
  })
  test('Amazon’s are known in languages that Twilio has', () => {
    const spoken = union('SayVoice')
      .filter((voice) => voice.startsWith('Polly.'))
      .flatMap(languagesOf)
    expect(spoken.filter((language) => !union('SayLanguage').includes(language))).toEqual([])
  })
})

test.each([
  ['', []],
  ['<Say>a &lt; b &#233;&#x1F600;</Say>', [{ name: 'Say', text: 'a < b é😀' }]],
  ["<Say voice='alice' language='es-MX'>hola</Say>", [{ name: 'Say', attributes: { voice: 'alice', language: 'es-MX' } }]],
  ['<Say voice="Polly.Lupe-Neural" language="es-US">hola</Say>', [{ text: 'hola' }]],
  ['<Say voice="Google.fil-ph-Neural2-A" language="fil-PH">kumusta</Say>', [{ text: 'kumusta' }]],
  ['<Say language="vi-VN">chào</Say>', [{ text: 'chào' }]],
  ['<!-- <Say>no</Say> --><Hangup/>', [{ name: 'Hangup' }]],
  ['<Gather><Say>1</Say><Pause/></Gather>', [{ name: 'Gather', children: [{ name: 'Say' }, { name: 'Pause' }] }]],
  ['<Dial><Number url="/screen">+19715550142</Number></Dial>', [{ children: [{ attributes: { url: '/screen' } }] }]],
  ['<Dial>+19715550142</Dial>', [{ name: 'Dial', text: '+19715550142' }]],
])('%s is a document', (inside, verbs) => {
  expect(read(inside)).toMatchObject({ kind: 'document', verbs })
})

test.each([
  ['no XML', '<Say>a & b</Say>', 12100],
  ['a tag left open', '<Say>', 12100],
  ['tags that cross', '<Gather><Say></Gather></Say>', 12100],
  ['an entity of HTML', '<Say>&nbsp;</Say>', 12100],
  ['an entity of the language it is written in', '<Say>&constructor;</Say>', 12100],
  ['a character beyond Unicode', '<Say>&#x110000;</Say>', 12100],
  ['half a character', '<Say>\ud83d</Say>', 12100],
  ['a bell', '<Say>&#7;</Say>', 12100],
  ['an attribute twice', '<Say voice="man" voice="man">hi</Say>', 12100],
  ['an attribute without quotes', '<Say voice=man>hi</Say>', 12100],
  ['a document type', '<!DOCTYPE a><Hangup/>', 12100],
  ['a verb that there is not', '<Shout>hi</Shout>', 12200],
  ['a verb of messaging', '<Message>hi</Message>', 12200],
  ['a verb in small letters', '<say>hi</say>', 12200],
  ['a verb where it cannot be', '<Gather><Dial>+19715550142</Dial></Gather>', 12200],
  ['an attribute that there is not', '<Say loud="true">hi</Say>', 12200],
  ['an attribute of another verb', '<Pause timeout="3"/>', 12200],
  ['an attribute of the language it is written in', '<Say constructor="a">hi</Say>', 12200],
  ['seconds that are none', '<Gather timeout="soon"/>', 12200],
  ['a switch that is neither on nor off', '<Gather bargeIn="maybe"/>', 12200],
  ['a key that no phone has', '<Gather finishOnKey="A"/>', 12200],
  ['a method that is none', '<Redirect method="DELETE">/next</Redirect>', 12200],
  ['a voice that there is not', '<Say voice="Polly.Bob">hi</Say>', 13511],
  ['a voice in a language that it does not speak', '<Say voice="Polly.Joanna" language="es-US">hola</Say>', 13511],
  ['a voice of another region', '<Say voice="Google.es-ES-Standard-A" language="es-US">hola</Say>', 13511],
  ['a voice that cannot, inside a Gather', '<Gather><Say voice="man" language="vi-VN">chào</Say></Gather>', 13511],
  ['more than can be said at once', `<Say>${'a'.repeat(4097)}</Say>`, 13518],
  ['more than 64 KiB', `<Say>${'é'.repeat(40_000)}</Say>`, 11750],
])('%s is refused', (_, inside, code) => {
  expect(read(inside)).toMatchObject({ kind: 'refused', code })
})

test.each(['', 'OK', '{"ok":true}', '<html></html>', '<Response/><Response/>', '<Response/>more', '<Response/', 'a<Response/>'])(
  '%j is no document',
  (document) => {
    expect(readVoiceTwiml(document)).toMatchObject({ kind: 'refused', code: 12100 })
  },
)

const PIECES = [
  '<Response>',
  '</Response>',
  '<Say>',
  '</Say>',
  '<Say voice="',
  '"/>',
  '<Gather input="dtmf">',
  '</Gather>',
  '<!--',
  '-->',
  '<?xml',
  '?>',
  '&amp;',
  '&#x',
  ';',
  '=',
  "'",
]

test('whatever is answered, it is a document or refused with a code', () => {
  fc.assert(
    fc.property(anyText(...PIECES), fc.boolean(), (text, wrapped) => {
      const document = wrapped ? read(text) : readVoiceTwiml(text)
      if (document.kind === 'refused') expect([11750, 12100, 12200, 13511, 13518]).toContain(document.code)
    }),
    { numRuns: 1000 },
  )
})

test('64 KiB of the worst are read in a moment', async () => {
  const frames = [
    ['', ''],
    ['<Response>', ''],
    ['<Response><Say>', '</Say></Response>'],
    ['<Response><Say voice="', '"/></Response>'],
    ['<Response><Say ', '/></Response>'],
    ['<Response><!--', '--></Response>'],
  ] as const
  for (const [before, after] of frames)
    for (const seed of [...SEEDS, ...PIECES, ' a="b"', ' a=', '<Gather>', '</', '<a '])
      await expectQuick(`${before}${JSON.stringify(seed)}`, () => readVoiceTwiml(longOf(seed, before, after)))
}, 60_000)
