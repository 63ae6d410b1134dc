import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitsPhones, MOST_MESSAGE_BYTES, otherKind, readPicture } from '../../src/core/picture.ts'
import { type Kind, LOSSLESS, PLAIN, planted } from '../support/pictures.ts'

const KINDS = Object.keys(PLAIN) as Kind[]
const SECRET = Buffer.from('GPS 45.52306 -122.67648 +19715550142')

const clean = (bytes: Uint8Array) => {
  const read = readPicture(bytes)
  if (read.kind !== 'picture') throw new Error(`Not a picture: ${read.kind}`)
  return read
}

describe.each(KINDS)('a picture of the kind %s', (kind) => {
  test('is known by its bytes, and keeps its measures', () => {
    const [width, height] = kind === 'image/gif' ? [1, 1] : [48, 32]
    expect(clean(PLAIN[kind])).toMatchObject({ type: kind, width, height })
  })

  test('keeps nothing of what was planted in it and behind it', () => {
    const dirty = planted(kind, SECRET)
    expect(dirty.includes(SECRET)).toBe(true)
    const { bytes } = clean(dirty)
    expect(Buffer.from(bytes).includes(SECRET)).toBe(false)
    // Of a JPEG how its colours are stored is kept as well: 16 bytes.
    expect(bytes.length - clean(PLAIN[kind]).bytes.length).toBe(kind === 'image/jpeg' ? 16 : 0)
  })

  test('is the same when it is cleaned again', () => {
    const once = clean(planted(kind, SECRET, 6)).bytes
    expect(clean(once).bytes).toEqual(once)
  })

  test('that breaks off anywhere is damaged, and never half kept', () => {
    const whole = PLAIN[kind]
    for (let length = 16; length < whole.length - 1; length++)
      expect([length, readPicture(whole.subarray(0, length)).kind]).toEqual([length, 'damaged'])
  })
})

test('a JPEG keeps which side is up, and nothing else of its Exif', () => {
  const upright = clean(planted('image/jpeg', SECRET, 1))
  const turned = clean(planted('image/jpeg', SECRET, 6))
  expect([turned.width, turned.height]).toEqual([32, 48])
  expect(turned.bytes.length - upright.bytes.length).toBe(36)
  const at = Buffer.from(turned.bytes).indexOf('Exif')
  expect([...turned.bytes.subarray(at + 6, at + 32)]).toEqual([
    0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
  ])
})

test('a WebP without loss is read as well', () => {
  expect(clean(LOSSLESS)).toMatchObject({ type: 'image/webp', width: 48, height: 32 })
})

test('colour profiles, which name the device, go too', () => {
  for (const kind of ['image/jpeg', 'image/webp'] as const) {
    expect(PLAIN[kind].includes(kind === 'image/jpeg' ? 'ICC_PROFILE' : 'ICCP')).toBe(true)
    expect(Buffer.from(clean(PLAIN[kind]).bytes).includes('ICC')).toBe(false)
  }
})

test.each<[string, Buffer]>([
  ['a contact card', Buffer.from('BEGIN:VCARD\nTEL:+19715550142\nEND:VCARD')],
  ['a page', Buffer.from('<html><script>alert(1)</script></html>')],
  ['a drawing with a script in it', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
  ['a HEIC', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1')],
  ['a PDF', Buffer.from('%PDF-1.7')],
  ['nothing', Buffer.alloc(0)],
])('%s is no picture', (_, bytes) => {
  expect(readPicture(bytes)).toEqual({ kind: 'other' })
})

test('a page that begins like a picture is damaged: whatever a browser would make of it never reaches one', () => {
  for (const head of ['GIF89a', '\xff\xd8\xff\xe0', '\x89PNG\r\n\x1a\n', 'RIFF\x40\0\0\0WEBP'])
    expect(readPicture(Buffer.from(`${head}<script>alert(document.cookie)</script>${' '.repeat(60)}`, 'latin1'))).toEqual({
      kind: 'damaged',
    })
})

test('a picture that claims more pixels than a phone can show is damaged', () => {
  const huge = Buffer.from(PLAIN['image/png'])
  huge.writeUInt32BE(60_000, 16)
  huge.writeUInt32BE(60_000, 20)
  expect(readPicture(huge)).toEqual({ kind: 'damaged' })
})

describe('whatever the bytes are', () => {
  const secret = fc.uint8Array({ minLength: 12, maxLength: 120 }).filter((bytes) => new Set(bytes).size > 6)

  test.each(KINDS)('%s: planted bytes are never in what comes out', (kind) => {
    fc.assert(
      fc.property(secret, fc.integer({ min: 0, max: 9 }), (bytes, turned) => {
        const { bytes: out } = clean(planted(kind, Buffer.from(bytes), turned))
        expect(Buffer.from(out).includes(bytes)).toBe(false)
      }),
    )
  })

  test.each(KINDS)('%s: changed, cut and mixed up it is read to an end, and what comes out can be read again', (kind) => {
    const change = fc.tuple(fc.nat({ max: PLAIN[kind].length + 200 }), fc.uint8Array({ maxLength: 40 }), fc.nat({ max: 40 }))
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
        let bytes = planted(kind, SECRET)
        for (const [at, put, cut] of changes) bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)])
        const read = readPicture(bytes)
        if (read.kind !== 'picture') return
        expect(read.bytes.length).toBeLessThanOrEqual(bytes.length + 40)
        expect(readPicture(read.bytes)).toEqual(read)
      }),
      { numRuns: 400 },
    )
  })

  test('any bytes behind any beginning are read to an end', () => {
    const heads = KINDS.map((kind) => PLAIN[kind].subarray(0, kind === 'image/webp' ? 20 : 12))
    fc.assert(
      fc.property(fc.constantFrom(...heads, Buffer.alloc(0)), fc.uint8Array({ maxLength: 400 }), (head, rest) => {
        expect(['picture', 'other', 'damaged']).toContain(readPicture(Buffer.concat([head, rest])).kind)
      }),
      { numRuns: 1000 },
    )
  })

  test('five megabytes of nothing but marks are read in seconds', () => {
    for (const kind of KINDS) {
      const begun = performance.now()
      readPicture(Buffer.concat([PLAIN[kind].subarray(0, 33), Buffer.alloc(5_000_000, 0xff)]))
      readPicture(Buffer.concat([PLAIN[kind].subarray(0, 33), Buffer.alloc(5_000_000, 0)]))
      expect(performance.now() - begun).toBeLessThan(10_000)
    }
  })
})

test.each([
  ['video/mp4', 'video'],
  ['audio/amr', 'sound'],
  ['text/x-vcard', 'contact_card'],
  ['text/vcard; charset=utf-8', 'contact_card'],
  ['text/directory', 'contact_card'],
  ['application/pdf', 'other'],
  ['image/heic', null],
  ['IMAGE/JPEG', null],
  ['application/octet-stream', null],
  ['', null],
  [null, null],
])('what the carrier calls %s is %s', (mime, kind) => {
  expect(otherKind(mime)).toBe(kind)
})

test.each<[string, { type: string; size: number }[], boolean]>([
  ['a photo', [{ type: 'image/jpeg', size: 900_000 }], true],
  ['two photos of 2 MB', Array(2).fill({ type: 'image/jpeg', size: 2_000_000 }), true],
  ['three photos of 2 MB', Array(3).fill({ type: 'image/jpeg', size: 2_000_000 }), false],
  ['one of the most bytes', [{ type: 'image/png', size: MOST_MESSAGE_BYTES }], true],
  ['a byte more', [{ type: 'image/png', size: MOST_MESSAGE_BYTES + 1 }], false],
  ['a WebP', [{ type: 'image/webp', size: 1000 }], false],
])('%s can go in a picture message: %#', (_, pictures, fits) => {
  expect(fitsPhones(pictures)).toBe(fits)
})
