/** Contact cards for a phone's address book (vCard 3.0, RFC 2426: what every phone reads). */

/** Text of a card: no line can be broken by a name. */
const escaped = (text: string) =>
  text
    .replaceAll(/[\\;,]/g, '\\$&')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** A line of at most 75 octets, folded as the standard says; never inside a character. */
function folded(line: string): string {
  const parts: string[] = ['']
  let octets = 0
  for (const character of line) {
    const more = new TextEncoder().encode(character).length
    if (octets + more > 74) {
      parts.push('')
      octets = 0
    }
    parts[parts.length - 1] += character
    octets += more
  }
  return parts.join('\r\n ')
}

/** One card: the name that the phone shows, a note, and the number in E.164. */
export function contactCard(card: { readonly name: string; readonly note: string; readonly number: string }): string {
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:${escaped(card.name)};;;;`,
    `FN:${escaped(card.name)}`,
    `NOTE:${escaped(card.note)}`,
    `TEL;TYPE=CELL:${card.number}`,
    'END:VCARD',
  ]
  return `${lines.map(folded).join('\r\n')}\r\n`
}
