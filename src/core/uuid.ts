const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether a word is an id of ours: a UUID in its lower-case form (RFC 9562), as PostgreSQL writes it. */
export function isUuid(word: string): boolean {
  return UUID.test(word)
}
