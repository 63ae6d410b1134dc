import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { excerptAround, fits, folded, termsOf, wordsOf } from '../../src/core/search-words.ts'

const finds = (typed: string, ...texts: string[]) => fits(termsOf(typed), texts)

test.each([
  // what is typed, what was written
  ['lunch', 'Lunch is on Friday.'],
  ['LUNCH', 'no lunch today'],
  ['bull', 'He was bullied again'],
  ['mañana', 'La reunión es manana'],
  ['reunion', 'La reunión es mañana'],
  ['l’école', "à l'ecole demain"],
  ['strasse', 'In der Straße'],
  ['di hoc', 'Con tôi không đi học hôm nay'],
  ['заболел', 'Мой сын ЗАБОЛЕЛ'],
  ['елка', 'новогодняя ёлка'],
  ['مدرسة', 'لن يأتي إلى المدرسة اليوم'],
  ['المدرسه', 'مَدْرَسَة ابني'],
  ['احمد', 'أحمد مريض'],
  ['کتاب', 'كتاب'],
  ['می‌خواهم', 'میخواهم'],
  ['生病', '我儿子今天生病了'],
  ['病', '我儿子今天生病了'],
  ['了', '我儿子今天生病了'],
  ['3年级', '她在３年级'],
  ['学校', '今日は学校を休みます'],
  ['ガ', 'カ\u3099'],
  ['โรงเรียน', 'วันนี้ลูกไม่ไปโรงเรียน'],
  ['학교', '오늘 학교에 못 갑니다'],
  ['बीमार', 'मेरा बेटा बीमार है'],
  ['ታሟል', 'ልጄ ዛሬ ታሟል'],
  ['jiran', 'wuu jirran yahay jiran'],
  ['2:30', 'Pick up at 2:30 PM'],
  ['fever friday', 'On Friday she had a fever'],
])('%s is found in: %s', (typed, text) => {
  expect(finds(typed, text)).toBe(true)
})

test.each([
  ['lunch', 'a launch'],
  ['unch', 'lunch'],
  ['at', 'attention'],
  ['fever friday', 'a fever on Monday'],
  ['病生', '我儿子今天生病了'],
  ['天病', '今天生病'],
  ['المعلم', 'المدرسة'],
  ['कमल', 'कमाल है नहीं, कोमल है'],
])('%s is not found in: %s', (typed, text) => {
  expect(finds(typed, text)).toBe(false)
})

test('words may stand some in the original and some in the translation', () => {
  expect(finds('fiebre friday', 'Tiene fiebre', 'On Friday')).toBe(true)
})

test.each(['', ' ', '?!', '😀', '—', '\u200d'])('%j holds no word', (typed) => {
  expect(termsOf(typed)).toEqual([])
})

describe('whatever is written', () => {
  const written = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc
      .array(fc.constantFrom('lunch', 'Año', 'المدرسة', '今天生病', 'โรงเรียน', 'x', '12', 'İzmir', 'ﬁ', ' ', '-'), {
        maxLength: 8,
      })
      .map((a) => a.join(' ')),
  )

  test('a text is found by all that stands in it, and the index would have led there', () => {
    fc.assert(
      fc.property(written, (text) => {
        const terms = termsOf(text)
        expect(fits(terms, [text])).toBe(true)
        const words = wordsOf(text)
        for (const { keys } of terms)
          for (const { word, begins } of keys)
            expect([...words].some((w) => (begins ? w.startsWith(word) : w === word))).toBe(true)
      }),
    )
  })

  test('what fits is always under every key of the index', () => {
    fc.assert(
      fc.property(written, written, (typed, text) => {
        const terms = termsOf(typed)
        fc.pre(fits(terms, [text]))
        const words = [...wordsOf(text)]
        for (const { keys } of terms)
          for (const { word, begins } of keys) expect(words.some((w) => (begins ? w.startsWith(word) : w === word))).toBe(true)
      }),
    )
  })

  test('folding twice is folding once, and no word is empty or longer than the index takes', () => {
    fc.assert(
      fc.property(written, (text) => {
        expect(folded(folded(text))).toBe(folded(text))
        for (const word of wordsOf(text)) expect([word.length > 0, word.length <= 40]).toEqual([true, true])
      }),
    )
  })
})

describe('the excerpt around what was found', () => {
  const long = (word: string) => `${'Please read this to the end. '.repeat(20)}${word} ${'And thank you. '.repeat(40)}`
  const around = (typed: string, text: string) => excerptAround(termsOf(typed), text, 100)

  test.each([
    ['bull', 'bullied'],
    ['manana', 'Mañana'],
    ['اختبار', 'الاختبار'],
  ])('of %j shows %j, with what stands before it begun at a word', (typed, word) => {
    const found = around(typed, long(word))
    expect(found?.found).toBe(word)
    expect(found?.before).toMatch(/^… \p{Lu}?\p{L}+.* $/u)
    expect(found?.after.endsWith('…')).toBe(true)
  })

  test('in a script without spaces has it inside', () => {
    const found = around('考试', `${'请看完这条消息。'.repeat(30)}明天有考试。`)
    expect([found?.found, (found?.before.length ?? 999) < 70]).toEqual(['考试', true])
    expect(around('pta', '明天PTA会议')?.found).toBe('PTA')
  })

  test('is none where it does not stand', () => {
    expect(around('fever', 'No homework today.')).toBe(null)
  })

  test('put together is a part of the text, and there whenever an ordinary text fits a word', () => {
    const ordinary = fc.constantFrom('Mañana', 'fever,', 'الاختبار', 'Straße', '考试', 'วันนี้', 'trường?', 'и', 'חוֹלֶה', '3:15')
    fc.assert(
      fc.property(fc.array(fc.oneof(ordinary, fc.string({ unit: 'grapheme' })), { maxLength: 60 }), ordinary, (words, typed) => {
        const [text, terms] = [words.join(' '), termsOf(typed)]
        const found = excerptAround(terms, text, 100)
        if (words.includes(typed)) expect(found).not.toBe(null)
        if (found !== null)
          expect(text).toContain(`${found.before.replace(/^… /, '')}${found.found}${found.after.replace(/…$/, '')}`)
      }),
    )
  })
})
