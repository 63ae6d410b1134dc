import { readFileSync } from 'node:fs'

/** An element of a document, its text and its children unescaped. */
export type Element = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  readonly text: string
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** Reads a document as XML 1.0 defines it, as far as TwiML has it: elements, attributes, text. Throws on anything else. */
export function readXml(document: string): Element {
  const illegal = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.exec(document)
  if (illegal !== null) throw new Error(`no XML character at ${illegal.index}`)
  const opened: { name: string; attributes: Record<string, string>; children: Element[]; text: string }[] = [
    { name: '', attributes: {}, children: [], text: '' },
  ]
  const token = /<\?xml version="1\.0" encoding="UTF-8"\?>|<\/(\w+)>|<(\w+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy
  while (token.lastIndex < document.length) {
    const at = token.lastIndex
    const match = token.exec(document)
    if (match === null) throw new Error(`no XML at ${at}`)
    const [whole, closes, opens, attributes = '', empty, text] = match
    const top = opened.at(-1) as (typeof opened)[number]
    if (text !== undefined) top.text += unescaped(text)
    else if (opens !== undefined) {
      const element = { name: opens, attributes: readAttributes(attributes), children: [], text: '' }
      top.children.push(element)
      if (empty === '') opened.push(element)
    } else if (closes !== undefined) {
      if (top.name !== closes) throw new Error(`${closes} closes ${top.name}`)
      opened.pop()
    } else if (whole !== '' && at !== 0) throw new Error('a declaration inside')
  }
  const root = opened[0]?.children[0]
  if (opened.length !== 1 || root === undefined || opened[0]?.children.length !== 1) throw new Error('not one element')
  return root
}

function readAttributes(text: string): Record<string, string> {
  const read: Record<string, string> = {}
  for (const [, name = '', value = ''] of text.matchAll(/([\w:]+)="([^"]*)"/g)) {
    if (name in read) throw new Error(`${name} comes twice`)
    read[name] = unescaped(value)
  }
  return read
}

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9A-Fa-f]+);|#(\d+);|(\w+);)?/g, (whole, hexadecimal, decimal, name) => {
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16)
    const character = name === undefined ? String.fromCodePoint(code) : ENTITIES[name]
    if (character === undefined) throw new Error(`no entity: ${whole}`)
    return character
  })
}

/** Everything below an element, itself first. */
export function everyElement(element: Element): readonly Element[] {
  return [element, ...element.children.flatMap(everyElement)]
}

const TYPES = readFileSync('node_modules/twilio/lib/twiml/VoiceResponse.d.ts', 'utf8')

/** An alias's words: `type DialTrim = "trim-silence" | "do-not-trim"`. */
const words = new Map(
  [...TYPES.matchAll(/^ {4}type (\w+) = (.+);$/gm)].map(([, name = '', union = '']) => [
    name,
    new Set([...union.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word)),
  ]),
)
/** An interface's attributes and their types. */
const attributes = new Map(
  [...TYPES.matchAll(/export interface (\w+) \{([\s\S]*?)\n {4}\}/g)].map(([, name = '', body = '']) => [
    name,
    new Map([...body.matchAll(/^ {8}"?([\w:-]+)"?\??: ([\w[\]]+);$/gm)].map(([, key = '', type = '']) => [key, type])),
  ]),
)
/** An element's children and the interface of each one's attributes; `object`: it has none. */
const children = new Map<string, Map<string, string>>()
for (const [, name = '', body = ''] of TYPES.matchAll(
  /(?:declare|export) class (\w+) extends TwiML \{([\s\S]*?)\n(?: {4})?\}/g,
)) {
  const nested = new Map<string, string>()
  for (const [, given = '', element = ''] of body.matchAll(/^ +\w+\((.*)\): VoiceResponse\.(\w+);$/gm)) {
    const type = /attributes\??: (?:VoiceResponse\.)?(\w+)/.exec(given)?.[1]
    if (type !== undefined || !nested.has(element)) nested.set(element, type ?? 'object')
  }
  children.set(name === 'VoiceResponse' ? 'Response' : name, nested)
}

/** What in a document is not in twilio's own published types: elements, nesting, attributes, their values. */
export function againstTypes(element: Element): readonly string[] {
  const allowed = children.get(element.name) ?? new Map<string, string>()
  return element.children.flatMap((child) => {
    const type = allowed.get(child.name)
    if (type === undefined) return [`${child.name} in ${element.name}`]
    const known = attributes.get(type) ?? new Map<string, string>()
    const wrong = Object.entries(child.attributes).flatMap(([name, value]) =>
      fits(value, known.get(name)) ? [] : [`${child.name} ${name}`],
    )
    return [...wrong, ...againstTypes(child)]
  })
}

function fits(value: string, type: string | undefined): boolean {
  if (type === undefined) return false
  if (type === 'string') return true
  if (type === 'number') return /^\d+$/.test(value)
  if (type === 'boolean') return value === 'true' || value === 'false'
  const several = type.endsWith('[]')
  const union = words.get(several ? type.slice(0, -2) : type)
  return union !== undefined && (several ? value.split(' ') : [value]).every((word) => union.has(word))
}
