import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { factSpans, missingFacts } from '../../src/core/facts.ts'
import { processorTime } from '../support/processor-time.ts'

type Row = readonly [original: string, translation: string, from: string, to: string, names?: readonly string[]]

const STAND: readonly Row[] = [
  ['Pick up at 3:30 PM on Monday, Nov 30', 'Recoger a las 3:30 p. m. el lunes 30 de noviembre', 'en', 'es-MX'],
  ['Pick up at 3:30 PM', 'Recoger a las 3:30 de la tarde', 'en', 'es'],
  ['Pick up at 3:30 PM', '放学下午3:30接', 'en', 'zh-Hans'],
  ['Pick up at 3:30 PM', '下午3点30分接', 'en', 'zh'],
  ['Pick up at 3:30 PM', '下午３：３０接', 'en', 'zh'],
  ['Maya came at 3:30 PM', 'Maya 3:30 PM才到校', 'en', 'zh'],
  ['Meeting: November 20', '见面：11月20日', 'en', 'zh'],
  ['Pick up at 3:30 PM', 'الاستلام الساعة ٣:٣٠ مساءً', 'en', 'ar'],
  ['Pick up at 3:30 PM', 'đón lúc 3 giờ 30 chiều', 'en', 'vi'],
  ['Pick up at 3:30 PM', 'vin chèche l a 3:30 nan apremidi', 'en', 'ht'],
  ['Pick up at 3:30 PM', 'à 3h30 de l’après-midi', 'en', 'fr'],
  ['Pick up at 3 PM', 'приходите в 3 часа дня', 'en', 'ru'],
  ['The bus comes at 7:05 AM', 'O ônibus vem às 7:05 da manhã', 'en', 'pt-BR'],
  ['It takes 3 days', 'Это займёт 3 дня', 'en', 'ru'],
  ['Friday, November 20', '11月20日星期五', 'en', 'zh-Hant'],
  ['Friday, November 20', 'thứ sáu, ngày 20 tháng 11', 'en', 'vi'],
  ['Friday, November 20', 'الجمعة، ٢٠ تشرين الثاني', 'en', 'ar'],
  ['Friday, November 20', 'vandredi 20 novanm', 'en', 'ht'],
  ['Friday, November 20', 'в пятницу, 20 ноября', 'en', 'ru'],
  ['Friday, November 20', 'na sexta-feira, 20 de novembro', 'en', 'pt'],
  ['Friday, November 20', 'vendredi 20 novembre', 'en', 'fr'],
  ['nos vemos el miercoles', 'see you on Wednesday', 'es', 'en'],
  ['It costs $1,000.50', 'Cuesta 1.000,50 $', 'en', 'es'],
  ['It costs $5.00', 'التكلفة $٥٫٠٠', 'en', 'ar'],
  ['50% of the class', '٥٠٪ من الصف', 'en', 'ar'],
  ['Call (971) 555-0100', 'Llame al 971 555 0100', 'en', 'es'],
  ['Room 12', 'कमरा १२', 'en', 'hi'],
  ['Room 12', 'অমুক ১২', 'en', 'bn'],
  ['Room 12', 'အခန်း ၁၂', 'en', 'my'],
  ['Room 12', 'اتاق ۱۲', 'en', 'fa'],
  ['The trip is Friday', 'Safarku waa Jimce', 'en', 'so'],
  ['You may come in May. March to room 5!', 'Puede venir en mayo. ¡Marche al salón 5!', 'en', 'es'],
  ['See https://a.org/x?b=1.', '请看 https://a.org/x?b=1。', 'en', 'zh'],
  ['Write to office@a.org.', 'Escriba a office@a.org.', 'en', 'es'],
  ['He was sick.Please call', 'Estaba enfermo. Por favor llame', 'en', 'es'],
  ['Maya is here', 'Maya在这里', 'en', 'zh', ['Maya']],
  ['April may come', 'April puede venir', 'en', 'es', ['April']],
  ['By 11/20 please', 'Antes del 11/20 por favor', 'en', 'es'],
  ['By 3/12 please', '请在3/12之前', 'en', 'zh'],
  ['Bring ½ cup and 2⅓ more', 'Traiga ½ taza y 2⅓ más', 'en', 'es'],
  ['See a.org/3/12', 'Vea a.org/3/12', 'en', 'es'],
  ['The market is open', 'El mercado está abierto', 'en', 'es', ['Mark', 'Maya']],
  ['Monday at 3, Tuesday at 4', 'El lunes a las 3, el martes a las 4', 'en', 'es'],
  ['Monday 3:00 PM or Friday 4:00 PM', '星期一下午3:00或星期五下午4:00', 'en', 'zh'],
  ['On Nov 30 at 3:30 PM', '11月30日下午3:30', 'en', 'zh'],
  ['at 3:30', 'a las 3 y media', 'en', 'es'],
  ['at 3:30', '3点半', 'en', 'zh'],
  ['half past 3', 'à 3 heures et demie', 'en', 'fr'],
  ['quarter to 3', 'a las 3 menos cuarto', 'en', 'es'],
  ['It is -5 degrees', 'Hace -5 grados', 'en', 'es'],
  ['Grades 3-5', 'Grados 3 - 5', 'en', 'es'],
  ['Come tomorrow morning', 'Venga mañana por la mañana', 'en', 'es'],
  ['Come in the morning', 'Venga por la mañana', 'en', 'es'],
  ['See you tomorrow', 'نراكم غدًا', 'en', 'ar'],
  ['The school day is over', 'انتهى اليوم الدراسي', 'en', 'ar'],
  ['Come at noon today', 'Venez aujourd’hui à midi', 'en', 'fr'],
  ['This afternoon', 'Cet après-midi', 'en', 'fr'],
  ['This afternoon', '今天下午', 'en', 'zh'],
  ['Come at noon', '请中午来', 'en', 'zh'],
  ['Come tomorrow morning', 'Đến vào sáng mai', 'en', 'vi'],
  ['The day after tomorrow', '后天', 'en', 'zh'],
  ['It is a half day', 'É meio dia de aula', 'en', 'pt'],
  ['My class meets here', 'Mi clase se reúne aquí', 'en', 'es', ['Mỹ']],
  ['Monday, June 3, 2026 and Tuesday, June 4, 2026', '2026年6月3日星期一和2026年6月4日星期二', 'en', 'zh'],
  ['Jose is here', 'Jose está aquí', 'en', 'es', ['José']],
]

const DIFFER: readonly Row[] = [
  ['Pick up at 3:30 PM', 'Recoger a las 15:30', 'en', 'es'],
  ['Pick up at 3:30 PM', 'Recoger a las 3:30', 'en', 'es'],
  ['Pick up at 3:30 PM', 'Recoger a las 3:30 a. m.', 'en', 'es'],
  ['Pick up at 3:30 PM', '上午3:30接', 'en', 'zh'],
  ['Pick up at 3:30', 'Recoger a las 3:30 p. m.', 'en', 'es'],
  ['Come on Monday', 'Venga el martes', 'en', 'es'],
  ['Come on Monday', 'Venga', 'en', 'es'],
  ['Come soon', 'Venga el lunes', 'en', 'es'],
  ['On November 20', 'El 20 de octubre', 'en', 'es'],
  ['On November 20', '10月20日', 'en', 'zh'],
  ['On November 20', 'ngày 20 tháng 10', 'en', 'vi'],
  ['On 11/12', 'El 12/11', 'en', 'es'],
  ['It costs $5', 'Cuesta 5', 'en', 'es'],
  ['It costs $5', 'Cuesta 5 €', 'en', 'es'],
  ['It costs $10.50', 'Cuesta $1,050', 'en', 'es'],
  ['It costs $10.50', 'Cuesta $1050', 'en', 'es'],
  ['Call 971-555-0100', 'Llame al 971-555-0101', 'en', 'es'],
  ['Bus 12', 'Autobús', 'en', 'es'],
  ['The bus', 'El autobús 2', 'en', 'es'],
  ['See a.org/x', 'Vea a.org/y', 'en', 'es'],
  ['See https://a.org/x', 'Vea', 'en', 'es'],
  ['Write to office@a.org', 'Escriba a oficina@a.org', 'en', 'es'],
  ['Rose is sick', 'La rosa está enferma', 'en', 'es', ['Rose']],
  ['Rose is sick', 'Rosemary está enferma', 'en', 'es', ['Rose']],
  ['Room 12', 'कमरा १३', 'en', 'hi'],
  ['By 3/12 please', 'Antes del 3/12 por favor', 'en', 'es'],
  ['Monday at 3, Tuesday at 4', 'El lunes a las 4, el martes a las 3', 'en', 'es'],
  ['Monday at 3, Tuesday at 4', 'El martes a las 3, el lunes a las 4', 'en', 'es'],
  ['Maya at 3:00, Luis at 4:00', 'Maya a las 4:00, Luis a las 3:00', 'en', 'es'],
  ['a las 3 y media', 'at 3', 'es', 'en'],
  ['3点半', 'at 3:00', 'zh', 'en'],
  ['quarter to 3', 'a las 3 y cuarto', 'en', 'es'],
  ['It is -5 degrees', 'Hace 5 grados', 'en', 'es'],
  ['See you tomorrow', 'Nos vemos hoy', 'en', 'es'],
  ['See you tomorrow', '今天见', 'en', 'zh'],
  ['Come at noon', 'Venga a medianoche', 'en', 'es'],
  ['José está aquí', 'Jose is here', 'es', 'en', ['José']],
  ['Jose is here', 'Joseph está aquí', 'en', 'es', ['José']],
]

const named = (rows: readonly Row[]) =>
  rows.map(([original, translation, from, to, names = []]) => ({ original, translation, from, to, names }))

describe('facts that stand', () => {
  test.each(named(STAND))('$original = $translation', ({ original, translation, from, to, names }) => {
    expect(missingFacts(original, translation, names, { from, to, country: 'US' })).toEqual([])
    expect(missingFacts(translation, original, names, { from: to, to: from, country: 'US' })).toEqual([])
  })
})

describe('facts that differ', () => {
  test.each(named(DIFFER))('$original ≠ $translation', ({ original, translation, from, to, names }) => {
    expect(missingFacts(original, translation, names, { from, to, country: 'US' })).not.toEqual([])
  })
})

test('what differs is told, from both sides', () => {
  expect(missingFacts('Rose, 3:30 PM', 'Rosa, 15:30', ['Rose'], { from: 'en', to: 'es', country: 'US' })).toEqual([
    'Rose',
    '3:30 pm',
    '15:30',
  ])
})

const LANGUAGES = ['en', 'es', 'ar', 'zh', 'vi', 'pt', 'ru', 'ht', 'fr', 'so', 'ko'] as const
const WORDS = [
  'Bus',
  'at',
  'PM',
  'a. m.',
  '$',
  '%',
  ',',
  '.',
  ':',
  '/',
  '-',
  ' ',
  'May',
  '月',
  'http://a.org/',
  '(',
  ')',
  '+',
  'h',
  '\n',
  'م',
]
const DIGITS = [
  '0123456789',
  '٠١٢٣٤٥٦٧٨٩',
  '۰۱۲۳۴۵۶۷۸۹',
  '०१२३४५६७८९',
  '০১২৩৪৫৬৭৮৯',
  '၀၁၂၃၄၅၆၇၈၉',
  '０１２３４５６７８９',
  '𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗',
  '߀߁߂߃߄߅߆߇߈߉',
].map((all) => [...all])
const digit = fc.tuple(fc.constantFrom(...DIGITS), fc.nat(9)).map(([script, value]) => ({ text: script[value] ?? '', value }))
const piece = fc.oneof(
  { weight: 2, arbitrary: digit },
  { weight: 2, arbitrary: fc.constantFrom(...WORDS).map((text) => ({ text, value: null })) },
)
const pieces = fc.array(piece, { minLength: 1, maxLength: 25 })
const join = (parts: readonly { text: string }[]) => parts.map((part) => part.text).join('')

test('a changed, dropped or added digit is always noticed, in every script', () => {
  fc.assert(
    fc.property(
      pieces,
      fc.nat(),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('change', 'drop', 'add'),
      fc.constantFrom(...LANGUAGES),
      (parts, where, by, how, language) => {
        const digitsAt = parts.flatMap((part, index) => (part.value === null ? [] : [index]))
        const at = how === 'add' ? where % (parts.length + 1) : digitsAt[where % Math.max(1, digitsAt.length)]
        fc.pre(at !== undefined)
        const altered = [...parts]
        const other = { text: String(((parts[at]?.value ?? 0) + by) % 10), value: 0 }
        altered.splice(at, how === 'add' ? 0 : 1, ...(how === 'drop' ? [] : [other]))
        expect(missingFacts(join(parts), join(altered), [], { from: language, to: language, country: 'US' })).not.toEqual([])
      },
    ),
    { numRuns: 2000 },
  )
})

test('a text has the facts of itself, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...LANGUAGES), (text, language) => {
      expect(missingFacts(text, text, [], { from: language, to: language, country: 'US' })).toEqual([])
    }),
  )
})

test('the digits of one script may come back as those of another', () => {
  fc.assert(
    fc.property(fc.array(digit, { minLength: 1, maxLength: 12 }), (digits) => {
      const plain = digits.map((one) => one.value).join('')
      expect(missingFacts(join(digits), plain, [], { from: 'am', to: 'en', country: 'US' })).toEqual([])
    }),
  )
})

test.each(['a', 'x.', '1', '1 ', '$1 ', 'a@b.c ', 'sat ', 'Maya ', 'ﷺ', 'http://a '])(
  '64 KiB of %j are compared and marked in a moment',
  async (unit) => {
    const text = unit.repeat(65_536 / unit.length)
    const work = () => [
      missingFacts(text, `${text}x`, ['Maya'], { from: 'en', to: 'es', country: 'US' }),
      factSpans(text, ['Maya']),
    ]
    expect(await processorTime(work)).toBeLessThan(1000)
  },
)

test('names, links, times and numbers are the spans an engine must not touch', () => {
  const text = 'Maya, call (971) 555-0100 by 3:30 PM, $5.00. See x.org/a or at 7. Mayan'
  const spans = factSpans(text, ['Maya']).map(({ start, end }) => text.slice(start, end))
  expect(spans).toEqual(['Maya', '(971) 555-0100', '3:30 PM', '$5.00', 'x.org/a', '7'])
})
