/** Where a list goes on, as an opaque word for an address. */

/** The word of what sorts the last row that was shown. */
export function cursorWord(parts: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** What `cursorWord` wrote, to be checked by whoever knows what sorts the list; empty when the word is none. */
export function cursorParts(word: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(word, 'base64url').toString())
    return Array.isArray(parts) ? parts : []
  } catch {
    return []
  }
}
