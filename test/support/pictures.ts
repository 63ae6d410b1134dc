import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const file = (name: string) => readFileSync(new URL(`../../fixtures/pictures/${name}`, import.meta.url))

/** Two frames of one pixel that repeat for ever. */
const GIF = Buffer.concat([
  Buffer.from('GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1'),
  Buffer.from('!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0', 'latin1'),
  ...[0, 1].map(() => Buffer.from('!\xf9\x04\x05\x0a\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0', 'latin1')),
  Buffer.from(';'),
])

/** Pictures of 48 by 32 pixels (the GIF of one), as they come from a canvas. */
export const PLAIN = {
  'image/jpeg': file('plain.jpg'),
  'image/png': file('plain.png'),
  'image/gif': GIF,
  'image/webp': file('plain.webp'),
} as const

/** WebP without loss: another stream within. */
export const LOSSLESS = file('lossless.webp')

export type Kind = keyof typeof PLAIN

/** The picture with `secret` wherever its kind has room for words: Exif, XMP, comments, thumbnails, and behind its end. `turned`: as phones write it (JPEG). */
export function planted(kind: Kind, secret: Buffer, turned = 1): Buffer {
  return Buffer.concat([WITH[kind](PLAIN[kind], secret, turned), Buffer.from('PK\x03\x04'), secret])
}

const WITH: Readonly<Record<Kind, (plain: Buffer, secret: Buffer, turned: number) => Buffer>> = {
  'image/jpeg': (plain, secret, turned) => {
    const segment = (marker: number, data: Buffer) => {
      const head = Buffer.from([0xff, marker, 0, 0])
      head.writeUInt16BE(data.length + 2, 2)
      return Buffer.concat([head, data])
    }
    return Buffer.concat([
      plain.subarray(0, 2),
      segment(0xe0, Buffer.concat([Buffer.from('JFXX\0'), secret])),
      segment(0xe1, exif(secret, turned)),
      segment(0xe1, Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0'), secret])),
      segment(0xed, Buffer.concat([Buffer.from('Photoshop 3.0\0'), secret])),
      segment(0xee, Buffer.concat([Buffer.from('Adobe\0\x64\0\0\0\0\x01', 'latin1'), secret])),
      segment(0xfe, secret),
      plain.subarray(2),
    ])
  },
  'image/png': (plain, secret) => {
    const chunk = (name: string, data: Buffer) => {
      const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
      length.writeUInt32BE(data.length)
      sum.writeUInt32BE(crc32(Buffer.concat([Buffer.from(name), data])))
      return Buffer.concat([length, Buffer.from(name), data, sum])
    }
    const words = ['eXIf', 'tEXt', 'zTXt', 'iTXt', 'tIME', 'prVt'].map((name) => chunk(name, secret))
    return Buffer.concat([plain.subarray(0, 33), ...words, plain.subarray(33)])
  },
  'image/gif': (plain, secret) => {
    const blocks = Buffer.concat([Buffer.from([secret.length]), secret, Buffer.from([0])])
    return Buffer.concat([
      plain.subarray(0, 19),
      Buffer.from('!\xfe', 'latin1'),
      blocks,
      Buffer.from('!\xff\x0bXMP DataXMP', 'latin1'),
      blocks,
      plain.subarray(19),
    ])
  },
  'image/webp': (plain, secret) => {
    const chunk = (name: string, data: Buffer) => {
      const head = Buffer.alloc(8)
      head.write(name, 'latin1')
      head.writeUInt32LE(data.length, 4)
      return Buffer.concat([head, data, Buffer.alloc(data.length % 2)])
    }
    const whole = Buffer.concat([plain, chunk('EXIF', secret), chunk('XMP ', secret), chunk('name', secret)])
    whole.writeUInt32LE(whole.length - 8, 4)
    whole[20] = (whole[20] ?? 0) | 0x0c
    return whole
  },
}

/** An Exif block with an orientation and, behind it, what a phone says of place and device. */
function exif(secret: Buffer, turned: number): Buffer {
  const head = Buffer.from('Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0', 'latin1')
  return Buffer.concat([head, Buffer.from([turned, 0, 0, 0, 0, 0, 0, 0]), secret])
}
