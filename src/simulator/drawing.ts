/** A child's drawing as a phone would send it: a PNG, and in it, as phones do, where it was made. */

import { crc32, deflateSync } from 'node:zlib'

const [WIDTH, HEIGHT] = [160, 120]

/** Red, green, blue by colour. */
const PALETTE = [
  [0xfb, 0xfa, 0xf4],
  [0x9a, 0xcb, 0xe8],
  [0x7f, 0xb0, 0x5a],
  [0xf2, 0xb7, 0x05],
  [0xc7, 0x4b, 0x3a],
  [0x5b, 0x3a, 0x29],
  [0xe8, 0xd2, 0xa6],
] as const
const [PAPER, SKY, GRASS, SUN, ROOF, DOOR, WALL] = [0, 1, 2, 3, 4, 5, 6]

/** From back to front: where a colour covers what is behind it. */
const SHAPES: readonly (readonly [colour: number, covers: (x: number, y: number) => boolean])[] = [
  [SKY, (x, y) => y < 78 + 3 * Math.sin(x / 9) && (x * 7 + y * 3) % 11 > 1],
  [GRASS, (x, y) => y > 84 + 4 * Math.sin(x / 17) && (x * 5 + y * 13) % 7 > 0],
  [SUN, (x, y) => Math.hypot(x - 128, y - 26) < 14],
  [SUN, (x, y) => Math.hypot(x - 128, y - 26) < 24 && Math.round((Math.atan2(y - 26, x - 128) * 12) / Math.PI) % 3 === 0],
  [WALL, (x, y) => x > 38 && x < 92 && y > 58 && y < 100],
  [ROOF, (x, y) => y > 30 && y < 60 && Math.abs(x - 65) < (y - 28) * 1.1],
  [DOOR, (x, y) => x > 58 && x < 70 && y > 78 && y < 100],
  [SKY, (x, y) => x > 74 && x < 86 && y > 66 && y < 78],
]

/** The drawing. */
export function drawing(): { readonly type: string; readonly base64: string } {
  const lines = Array.from({ length: HEIGHT }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: WIDTH }, (_, x) => SHAPES.findLast(([, covers]) => covers(x, y))?.[0] ?? PAPER)]),
  )
  const header = Buffer.alloc(13)
  header.writeUInt32BE(WIDTH, 0)
  header.writeUInt32BE(HEIGHT, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const bytes = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(PALETTE.flat())),
    chunk('tEXt', Buffer.from('Comment\0Made at home: 45.52306 N, 122.67648 W')),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ])
  return { type: 'image/png', base64: bytes.toString('base64') }
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}
