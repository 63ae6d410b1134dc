/** What an answer to an inbound text asks for: texts to send back, or nothing that Twilio can read (error 12100). */
export type MessagingTwiml = { readonly kind: 'replies'; readonly bodies: readonly string[] } | { readonly kind: 'unreadable' }

const entities: ReadonlyMap<string, string> = new Map(Object.entries({ lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }))

/**
 * Reads the answer to an inbound text: TwiML with `<Message>` (plain or with `<Body>`), plain text (Twilio sends that as a reply), or nothing.
 * Anything else is unreadable.
 */
export function readMessagingTwiml(contentType: string, body: string): MessagingTwiml {
  if (body.trim() === '') return { kind: 'replies', bodies: [] }
  if (contentType.startsWith('text/plain')) return { kind: 'replies', bodies: [body] }
  const document = /^(?:<\?xml[^>]*\?>\s*)?<Response\s*(?:\/>|>([\s\S]*)<\/Response>)$/.exec(body.trim())
  if (document === null) return { kind: 'unreadable' }
  const inside = (document[1] ?? '').replace(/<!--[\s\S]*?-->/g, '')
  const messages = [...inside.matchAll(/<Message(?:\s[^>]*)?>([\s\S]*?)<\/Message>/g)].map((match) => match[1] ?? '')
  if (/<(?!\/?(?:Message|Body)\b)/.test(inside)) return { kind: 'unreadable' }
  return {
    kind: 'replies',
    bodies: messages.map((text) => decodeEntities(text.replace(/<\/?Body\s*>/g, '').trim())).filter((text) => text !== ''),
  }
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hexadecimal, decimal, name) => {
    if (name) return entities.get(name) ?? whole
    const code = hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
