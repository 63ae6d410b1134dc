/** Voice TwiML as Twilio takes it: what is not in its published types is refused. */

import { languagesOf } from './voices.ts'

/** One verb or noun of a document. */
export type Element = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  readonly text: string
}

/** A document to play, or why Twilio would not: its error code and a word on what is wrong. */
export type VoiceDocument =
  | { readonly kind: 'document'; readonly verbs: readonly Element[] }
  | { readonly kind: 'refused'; readonly code: number; readonly why: string }

/**
 * What is taken, by the attributes and the children that Twilio publishes for each (twilio-node, `VoiceResponse.d.ts`). Taken and without effect: what
 * only tunes the recogniser or the sound (`hints`, `speechModel`, `beep`, `muted`, `waitUrl`, `trim`, `digits`), partial results, a conference's
 * own callbacks.
 */
export const VOICE_RULES: Readonly<
  Record<string, { readonly attributes: readonly string[]; readonly children: readonly string[] }>
> = {
  Response: { attributes: [], children: ['Say', 'Play', 'Pause', 'Gather', 'Record', 'Dial', 'Redirect', 'Hangup', 'Reject'] },
  Say: { attributes: ['language', 'loop', 'voice'], children: [] },
  Play: { attributes: ['digits', 'loop'], children: [] },
  Pause: { attributes: ['length'], children: [] },
  Gather: {
    attributes: [
      'action',
      'actionOnEmptyResult',
      'bargeIn',
      'enhanced',
      'finishOnKey',
      'hints',
      'input',
      'language',
      'maxSpeechTime',
      'method',
      'numDigits',
      'partialResultCallback',
      'partialResultCallbackMethod',
      'profanityFilter',
      'speechModel',
      'speechTimeout',
      'timeout',
    ],
    children: ['Say', 'Play', 'Pause'],
  },
  Record: {
    attributes: [
      'action',
      'finishOnKey',
      'maxLength',
      'method',
      'playBeep',
      'recordingStatusCallback',
      'recordingStatusCallbackEvent',
      'recordingStatusCallbackMethod',
      'timeout',
      'transcribe',
      'transcribeCallback',
      'trim',
    ],
    children: [],
  },
  Dial: {
    attributes: ['action', 'answerOnBridge', 'callerId', 'hangupOnStar', 'method', 'timeLimit', 'timeout'],
    children: ['Number', 'Conference'],
  },
  Number: {
    attributes: ['method', 'statusCallback', 'statusCallbackEvent', 'statusCallbackMethod', 'url'],
    children: [],
  },
  Conference: {
    attributes: [
      'beep',
      'endConferenceOnExit',
      'muted',
      'startConferenceOnEnter',
      'statusCallback',
      'statusCallbackEvent',
      'statusCallbackMethod',
      'waitMethod',
      'waitUrl',
    ],
    children: [],
  },
  Redirect: { attributes: ['method'], children: [] },
  Hangup: { attributes: [], children: [] },
  Reject: { attributes: ['reason'], children: [] },
}

/** Twilio, error 11750. */
const MOST_BYTES = 64 * 1024
/** Twilio, `<Say>`. */
const MOST_SAID = 4096

const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<\/([A-Za-z]+)\s*>|<([A-Za-z]+)((?:\s+[A-Za-z]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)|</g
const ATTRIBUTE = /(?<=\s)([A-Za-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])
/** XML 1.0, `Char`. */
const NO_CHARACTER = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u

const NUMBER = /^\d{1,6}$/
const SWITCH = /^(?:true|false)$/
/** Attributes whose value is no free text, wherever they are. */
const VALUES: ReadonlyMap<string, RegExp> = new Map([
  ...['length', 'loop', 'maxLength', 'maxSpeechTime', 'numDigits', 'timeLimit', 'timeout'].map((name) => [name, NUMBER] as const),
  ...[
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
  ].map((name) => [name, SWITCH] as const),
  ...['method', 'recordingStatusCallbackMethod', 'statusCallbackMethod'].map((name) => [name, /^(?:GET|POST)$/] as const),
  ['speechTimeout', /^(?:\d{1,6}|auto)$/],
  ['input', /^(?:dtmf|speech|dtmf speech|speech dtmf)$/],
  ['finishOnKey', /^[0-9*#]*$/],
  ['reason', /^(?:busy|rejected)$/],
])

type Open = { name: string; attributes: Record<string, string>; children: Element[]; text: string }

/**
 * Reads a document; refuses what is no XML (12100), a verb, an attribute or a value that Twilio does not have there (12200), a voice that does not
 * speak the language or that is `gone` (13511; Twilio itself only warns, and reads the text as if it were the voice's own language), and what is too long.
 */
export function readVoiceTwiml(document: string, gone: ReadonlySet<string> = new Set()): VoiceDocument {
  if (Buffer.byteLength(document) > MOST_BYTES) return refused(11750, 'the document is too long')
  const root: Open = { name: '', attributes: {}, children: [], text: '' }
  const stack: Open[] = [root]
  for (const [token, closed, opened, attributes, empty, text] of document.matchAll(TOKEN)) {
    const inside = stack.at(-1) as Open
    if (token === '<') return refused(12100, 'no XML')
    if (text !== undefined) {
      const plain = decode(text)
      if (plain === null) return refused(12100, 'an entity that is none')
      inside.text += plain
    } else if (opened !== undefined) {
      const element: Open = { name: opened, attributes: {}, children: [], text: '' }
      for (const [, name = '', double, single] of (attributes ?? '').matchAll(ATTRIBUTE)) {
        const value = decode(double ?? single ?? '')
        if (value === null || Object.hasOwn(element.attributes, name)) return refused(12100, 'a wrong attribute')
        element.attributes[name] = value
      }
      if (empty === '/') inside.children.push(element)
      else stack.push(element)
    } else if (closed !== undefined) {
      if (inside.name !== closed || stack.length === 1) return refused(12100, 'tags that do not match')
      stack.pop()
      ;(stack.at(-1) as Open).children.push(inside)
    }
  }
  const [response, ...more] = root.children
  if (stack.length !== 1 || response?.name !== 'Response' || more.length > 0 || root.text.trim() !== '')
    return refused(12100, 'no Response')
  return check(response, gone) ?? { kind: 'document', verbs: response.children }
}

function check(element: Element, gone: ReadonlySet<string>): Extract<VoiceDocument, { kind: 'refused' }> | null {
  const rule = VOICE_RULES[element.name]
  if (rule === undefined) return refused(12200, `no verb ${element.name}`)
  for (const [name, value] of Object.entries(element.attributes)) {
    if (!rule.attributes.includes(name)) return refused(12200, `${element.name} has no ${name}`)
    if (VALUES.get(name)?.test(value) === false) return refused(12200, `${element.name} ${name} has a wrong value`)
  }
  const { voice, language } = element.attributes
  if (voice !== undefined) {
    const spoken = languagesOf(voice)
    if (gone.has(voice) || spoken.length === 0 || (language !== undefined && !spoken.includes(language)))
      return refused(13511, 'no such voice in that language')
  }
  if (element.name === 'Say' && element.text.length > MOST_SAID) return refused(13518, 'too much to say')
  for (const child of element.children) {
    if (!rule.children.includes(child.name)) return refused(12200, `no ${child.name} in ${element.name}`)
    const wrong = check(child, gone)
    if (wrong !== null) return wrong
  }
  return null
}

function refused(code: number, why: string): Extract<VoiceDocument, { kind: 'refused' }> {
  return { kind: 'refused', code, why }
}

function decode(text: string): string | null {
  let right = true
  const plain = text.replace(/&(?:#x([0-9a-fA-F]+);|#(\d+);|(\w+);)?/g, (whole, hexadecimal, decimal, name) => {
    const code = hexadecimal !== undefined ? Number.parseInt(hexadecimal, 16) : decimal === undefined ? -1 : Number(decimal)
    const entity = ENTITIES.get(name)
    if (entity !== undefined) return entity
    if (code >= 0 && code <= 0x10ffff) return String.fromCodePoint(code)
    right = false
    return whole
  })
  return right && !NO_CHARACTER.test(plain) ? plain : null
}
