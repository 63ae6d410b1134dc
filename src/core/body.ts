/** How a message reads on the other phone. */

import { plainPunctuation } from './segments.ts'

/** The family as staff see it at the head of a text: `Maya L.`, `Maya L. & Luis L.`, `Maya L. + 2`; `Family` when no student is known. */
export function familyLabel(students: readonly string[]): string {
  const [first, second] = students
  if (first === undefined) return 'Family'
  if (second === undefined) return first
  return students.length === 2 ? `${first} & ${second}` : `${first} + ${students.length - 1}`
}

/**
 * The sender's name, as every text begins: with the school in a conversation's first text to the family. A desk is called by
 * its school, so it is not said twice.
 */
export function senderLabel(sender: { readonly name: string; readonly school: string; readonly first: boolean }): string {
  return sender.first && sender.name !== sender.school ? `${sender.name}, ${sender.school}` : sender.name
}

/** One text as it is handed over, in punctuation that costs no extra segments; `lines` are set below each other. */
export function writeBody(label: string, lines: readonly string[]): string {
  return plainPunctuation(`${label}: ${lines.join('\n')}`)
}
