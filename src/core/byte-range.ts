/** A part of a file that a browser asks for by its bytes (RFC 9110, 14.1.2). */

/** The first and the last byte of the part; `whole`: no single part was asked for; `outside`: there is nothing of it. */
export type ByteRange = { readonly first: number; readonly last: number } | 'whole' | 'outside'

/** Reads the header `Range` for a file of `size` bytes. What is no single range of bytes may be ignored, and is. */
export function byteRange(header: string | undefined, size: number): ByteRange {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (from + to === '') return 'whole'
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (from !== '' && to !== '' && Number(to) < first) return 'whole'
  return first >= size ? 'outside' : { first, last }
}
