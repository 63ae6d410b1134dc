/** What the readers of the kinds of pictures share. */

/** A picture without anything else in it; width and height in pixels, as it is looked at. */
export type Cleaned = { readonly bytes: Uint8Array; readonly width: number; readonly height: number }

/** So many bytes as Latin-1: for the words that formats name their parts by. */
export function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
}

/** Pieces set behind each other. */
export function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
