import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { setLines } from '../../src/pdf/lines.ts'
import { type Entry, recordPdf } from '../../src/pdf/record.ts'

/** "My son is ill today" or the like, in the scripts of the languages that a roster may name. */
const SAID: readonly (readonly [language: string, text: string])[] = [
  ['English', 'Maya has a fever, so she will not be at school today.'],
  ['Vietnamese', 'Tối nay con tôi không đi học được'],
  ["Q'eqchi'", "Q'eqchi' Kʼicheʼ"],
  ['Russian', 'Мой сын заболел и сегодня не придёт'],
  ['Arabic', 'لن يأتي ابني إلى المدرسة اليوم'],
  ['Pashto', 'په ښوونځي کې'],
  ['Urdu', 'میرا بیٹا بیمار ہے، ٹھیک'],
  ['Hebrew', 'הבן שלי חולה היום'],
  ['Hindi', 'मेरा बेटा बीमार है, इसलिए वह आज स्कूल नहीं आएगा। विद्यार्थी'],
  ['Bengali', 'আমার ছেলে অসুস্থ, তাই আজ স্কুলে যাবে না'],
  ['Punjabi', 'ਮੇਰਾ ਪੁੱਤਰ ਬਿਮਾਰ ਹੈ'],
  ['Gujarati', 'મારો દીકરો બીમાર છે'],
  ['Tamil', 'என் மகன் உடம்பு சரியில்லை'],
  ['Telugu', 'నా కొడుకు అనారోగ్యంతో ఉన్నాడు'],
  ['Amharic', 'ልጄ ታሟል ዛሬ ትምህርት ቤት አይመጣም።'],
  ['Burmese', 'ကျွန်တော့်သားနေမကောင်းဘူး'],
  ['Karen', 'ကညီကျိာ်'],
  ['Thai', 'วันนี้ไม่ไปโรงเรียน น้ำ'],
  ['Lao', 'ມື້ນີ້ບໍ່ໄປໂຮງຮຽນ'],
  ['Khmer', 'កូនប្រុសរបស់ខ្ញុំឈឺ'],
  ['Korean', '오늘 아들이 아파서 학교에 못 갑니다'],
  ['Chinese', '我儿子今天生病了，不能去上学。'],
  ['Chinese (Traditional)', '我兒子今天生病了，請假一天，謝謝老師'],
  ['Japanese', '今日は息子が病気なので学校を休みます'],
  ['emoji', 'Thank you 😀❤️👍🏽 👨‍👩‍👧'],
]

test.each(SAID)('%s is shown whole, with a glyph for every sign', async (_, text) => {
  const { lines, whole } = await setLines(text, { size: 11, width: 400 })
  expect(whole).toBe(true)
  const glyphs = lines.flatMap(({ pieces }) =>
    pieces.flatMap(({ face, text: piece }) => face.font.layout(piece).glyphs.map(({ id }) => id)),
  )
  expect([glyphs.length > 0, glyphs.includes(0)]).toEqual([true, false])
})

test('letters that join, join; signs that stack, stack', async () => {
  const shaped = async (text: string) => {
    const { lines } = await setLines(text, { size: 11, width: 400 })
    const [piece] = lines[0]?.pieces ?? []
    return piece?.face.font.layout(piece.text).glyphs.map(({ id }) => id) ?? []
  }
  const alone = (await Promise.all([...'سلام'].map(shaped))).flat()
  expect(await shaped('سلام')).not.toEqual(alone.reverse())
  expect((await shaped('क्ष')).length).toBe(1)
})

test('what is in none of the fonts is said, and the rest is shown', async () => {
  const { lines, whole } = await setLines('ܫܠܡܐ hello', { size: 11, width: 400 })
  expect(whole).toBe(false)
  expect(lines[0]?.pieces.map(({ text }) => text.trim()).join('')).toBe('hello')
  const marshallese = await setLines('Kajin M\u0327ajeļ', { size: 11, width: 400 })
  expect([marshallese.whole, marshallese.lines[0]?.pieces.map(({ text }) => text).join('')]).toEqual([false, 'Kajin Majeļ'])
})

test('from right to left: the line begins at the right, numbers and Latin words keep their own direction, brackets turn', async () => {
  const { lines } = await setLines('ابني (مريض) يوم 3/12 مع Ms Rivera', { size: 11, width: 400 })
  const [line] = lines
  expect(line?.rtl).toBe(true)
  const texts = line?.pieces.map(({ text }) => text.trim()) ?? []
  expect(texts[0]).toBe('Ms Rivera')
  expect(texts.indexOf('Ms Rivera')).toBeLessThan(texts.findIndex((text) => text.includes('3/12')))
  expect(texts.findIndex((text) => text.includes('('))).toBeLessThan(texts.findIndex((text) => text.includes(')')))
  expect(texts.findIndex((text) => text.includes(')'))).toBeLessThan(texts.findIndex((text) => text.includes('ابني')))
})

test('a sign that would turn letters round turns none, and the line fits', async () => {
  const hindi = 'मेरा बेटा बीमार है, इसलिए वह आज स्कूल नहीं आएगा। विद्यार्थी'
  const turned = await setLines(`\u202e ${hindi}`, { size: 11, width: 200 })
  expect(turned.lines).toEqual((await setLines(` ${hindi}`, { size: 11, width: 200 })).lines)
  for (const line of turned.lines) expect(line.width).toBeLessThanOrEqual(201)
})

test('whatever somebody writes is set in lines that fit the page', async () => {
  const pieces = fc.oneof(
    fc.constantFrom(...SAID.map(([, text]) => text), '\n', '(', '…', '\u202e', 'x'.repeat(90)),
    fc.string({ unit: 'binary', maxLength: 8 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 5 }), async (parts) => {
      const { lines } = await setLines(parts.join(' ').toWellFormed(), { size: 11, width: 200 })
      for (const line of lines) expect(line.width).toBeLessThanOrEqual(201)
    }),
    { numRuns: 60 },
  )
})

const cover = {
  title: 'Record of messages',
  chosen: ['Messages with Ms Rivera'],
  exported: 'Exported by Dana Kim at 10:12 AM',
  reason: 'Request 12',
}
const entry = (n: number): Entry => {
  const [language = '', text = ''] = SAID[n % SAID.length] ?? []
  return {
    id: `id-${n}`,
    day: 'Monday',
    head: `Message ${n}`,
    about: `Family of Maya ${n}`,
    // Of different lengths, so that pages end at every place of an entry.
    texts: [
      {
        label: language,
        text: Array(1 + (n % 7))
          .fill(text)
          .join(' '),
      },
    ],
    events: `delivered as number ${n}.`,
  }
}

async function* given(count: number, told: (n: number) => void = () => {}) {
  for (let n = 0; n < count; n += 20) {
    told(n)
    yield Array.from({ length: Math.min(20, count - n) }, (_, i) => entry(n + i))
  }
}

test('a long record goes out while it is made, no faster than it is taken', async () => {
  let asked = 0
  let taken = 0
  let sizes = 0
  for await (const part of recordPdf(
    cover,
    given(400, (n) => (asked = n)),
  )) {
    taken++
    sizes += part.length
    if (taken === 2) expect(asked).toBeLessThan(100)
  }
  expect([taken > 20, sizes > 50_000]).toEqual([true, true])
})

/** From the package poppler-utils. */
const reader = '/usr/bin/pdftotext'

describe.skipIf(!existsSync(reader))('another program reads of it', () => {
  async function read(entries: number): Promise<string> {
    const parts: Buffer[] = []
    for await (const part of recordPdf(cover, given(entries))) parts.push(part)
    const dir = await mkdtemp(path.join(tmpdir(), 'homeline-pdf-'))
    try {
      await writeFile(path.join(dir, 'record.pdf'), Buffer.concat(parts))
      return execFileSync(reader, ['-layout', path.join(dir, 'record.pdf'), '-'], { encoding: 'utf8' })
    } finally {
      await rm(dir, { recursive: true })
    }
  }

  test('every page says who exported it, why, and which page it is', async () => {
    const pages = (await read(60)).split('\f').filter((page) => page.trim() !== '')
    expect(pages.length).toBeGreaterThan(5)
    // The mark across the page is a drawing: as text it would stand in the middle of the words beneath it.
    for (const [i, page] of pages.entries())
      expect([
        page.split('Exported by Dana Kim').length - 1 - Number(i === 0) === 1,
        page.includes('Request 12'),
        page.includes(`Page ${i + 1}`),
      ]).toEqual([true, true, true])
    expect(pages.at(-1)).toContain('End of the record: 60 entries.')
  })

  test('the texts can be searched and copied', async () => {
    const text = (await read(SAID.length)).normalize('NFKC')
    for (const words of ['will not be at school', 'không đi học', 'заболел', '我儿子今天生病了', '학교에', 'ትምህርት'])
      expect(text).toContain(words)
    // Letter for letter in the order of reading: whoever searches for it finds it.
    const flat = text.replaceAll(/[\s\u200e\u200f\u202a-\u202e]+/gu, ' ')
    for (const words of ['لن يأتي ابني إلى المدرسة اليوم', 'הבן שלי חולה היום']) expect(flat).toContain(words.normalize('NFKC'))
  })

  test('whose family and which school it was stands by each', async () => {
    for (const n of [0, 1, 2]) expect(await read(3)).toContain(`Family of Maya ${n}`)
  })

  test('what became of a message and its id stand on one page', async () => {
    const pages = (await read(60)).split('\f')
    for (let n = 0; n < 60; n++) {
      const { id, events } = entry(n)
      expect([n, pages.find((page) => page.split(/\s+/).includes(id))?.includes(events)]).toEqual([n, true])
    }
  })

  test('an empty record says so', async () => {
    expect(await read(0)).toContain('There is no message in this choice.')
  })
})
