import { describe, expect, test } from 'vitest'
import { missingFacts } from '../../src/core/facts.ts'
import { ARABIC } from '../../src/translators/phrasebook/arabic.ts'
import { CHINESE_SIMPLIFIED } from '../../src/translators/phrasebook/chinese-simplified.ts'
import { CHINESE_TRADITIONAL } from '../../src/translators/phrasebook/chinese-traditional.ts'
import { ENGLISH } from '../../src/translators/phrasebook/english.ts'
import { SPANISH } from '../../src/translators/phrasebook/spanish.ts'
import { createPhrasebook, phrases } from '../../src/translators/phrasebook.ts'
import { processorTime } from '../support/processor-time.ts'

const LANGUAGES = ['en', 'es', 'ar', 'zh-Hans', 'zh-Hant'] as const
const TABLES = { en: ENGLISH, es: SPANISH, ar: ARABIC, 'zh-Hans': CHINESE_SIMPLIFIED, 'zh-Hant': CHINESE_TRADITIONAL }
const PAIRS = LANGUAGES.flatMap((from) => LANGUAGES.filter((to) => to !== from).map((to) => ({ from, to })))
const TYPICAL: Readonly<Record<string, string>> = {
  student: 'Maya Lopez',
  teacher: 'Ms. Rivera',
  name: 'Rosa Lopez',
  time: '3:30 PM',
  time2: '7:45 AM',
  count: '4',
  amount: '$5.00',
  phone: '(971) 555-0100',
  link: 'https://lincoln.example.org/meals?x=1',
  bus: '12',
  grade: 'B+',
  school: 'Lincoln School',
  place: 'Room 5',
  subject: 'Math',
  item: 'page 12',
}
const DATES: Readonly<Record<string, readonly [string, string]>> = {
  en: ['Friday, November 20', 'November 16'],
  es: ['viernes 20 de noviembre', '16 de noviembre'],
  ar: ['الجمعة، 20 نوفمبر', '16 نوفمبر'],
  'zh-Hans': ['11月20日星期五', '11月16日'],
  'zh-Hant': ['11月20日星期五', '11月16日'],
}
const fill = (text: string, language: string) =>
  text.replace(
    /\{(\w+)\}/gu,
    (_, slot: string) =>
      (slot === 'date' ? DATES[language]?.[0] : slot === 'date2' ? DATES[language]?.[1] : TYPICAL[slot]) ?? slot,
  )
const slotsOf = (text: string) => [...text.matchAll(/\{\w+\}/gu)].map(([slot]) => slot).sort()
const translate = async (text: string, from: string, to: string, names: readonly string[] = []) => {
  const answer = await createPhrasebook().translate({ text, from, to, names })
  return answer.kind === 'translated' ? answer.text : answer.kind
}

describe('every entry, from every language to every other', () => {
  test.each(PAIRS)('comes out as the entry of $to, its facts untouched ($from)', async ({ from, to }) => {
    const targets = new Map(phrases(to).map(({ id, text }) => [id, text]))
    for (const { id, text } of phrases(from)) {
      const original = fill(text, from)
      const translation = await translate(original, from, to)
      expect([id, translation]).toEqual([id, fill(targets.get(id) ?? '', to)])
      expect([
        id,
        missingFacts(original, translation, ['Maya Lopez', 'Ms. Rivera', 'Rosa Lopez'], { from, to, country: 'US' }),
      ]).toEqual([id, []])
    }
  })
})

describe('the tables', () => {
  test.each(LANGUAGES)('%s has the slots of the English text, each once, in every way to say it', (language) => {
    for (const [id, english] of Object.entries(ENGLISH.phrases)) {
      const slots = slotsOf(english[0])
      expect([id, new Set(slots).size]).toEqual([id, slots.length])
      for (const text of TABLES[language].phrases[id as keyof typeof ENGLISH.phrases])
        expect([id, slotsOf(text)]).toEqual([id, slots])
    }
  })

  test('a message from the school is under 140 characters in English, all of them of the GSM alphabet', () => {
    for (const { id, text } of phrases('en').filter((phrase) => phrase.id.startsWith('T'))) {
      const filled = fill(text, 'en').replace(TYPICAL.link ?? '', 'https://a.example.org/x')
      expect([id, filled.length < 140, /^[\x20-\x5f\x61-\x7e]*$/u.test(filled)]).toEqual([id, true, true])
    }
  })

  test('nothing is passed off as reviewed, and every phrase has a lane', () => {
    for (const language of LANGUAGES) {
      for (const phrase of phrases(language))
        expect(phrase).toMatchObject({ reviewedBy: null, lane: expect.stringMatching(/^[GAR]$/u) })
    }
    expect(phrases('vi')).toEqual([])
  })
})

describe('as people write', () => {
  const SICK = 'My child is sick today and will not come.'
  test.each([
    ['es-MX', 'Mi hijo está enfermo hoy y no irá a la escuela.', SICK],
    ['es', 'mi hija esta enferma hoy y no ira a la escuela', SICK],
    ['es', 'Mi hijo no va a ir hoy a la escuela porque está enfermo', SICK],
    ['es', 'Por favor, mi hijo amaneció enfermo y no podrá ir a clases', SICK],
    ['es', 'Buenos días maestra, mi hija está enferma hoy y no va a ir', `Good morning. ${SICK}`],
    ['es', 'Mi hijo está enfermo', 'My child is sick today.'],
    ['es', '¿cuál es la tarea?', 'What is the homework?'],
    ['es', 'Voy a recoger a mi hija temprano a las 2:15 de la tarde', 'I will pick up my child early, at 2:15 PM.'],
    ['es', 'Tenemos cita con el doctor mañana a las 9:00 a. m.', "We have a doctor's appointment tomorrow at 9:00 a. m."],
    [
      'es',
      'Tenemos cita con el médico el miércoles, 3 de diciembre a las 10:00',
      "We have a doctor's appointment on Wednesday, December 3 at 10:00.",
    ],
    ['es', 'No puedo', 'I cannot.'],
    ['es', 'sí', 'Yes.'],
    ['es', 'Gracias profe', 'Thank you, teacher.'],
    ['zh', '我的孩子今天生病了，不能来上学', SICK],
    ['zh-CN', '我儿子病了，今天不能去学校', SICK],
    ['zh-TW', '我的孩子今天生病了，不能來上學。', SICK],
    ['zh-Hant', '我的孩子今天生病了，不能来上学。', SICK],
    ['zh', '我今天会提早接孩子，时间是下午2:15。', 'I will pick up my child early, at 2:15 PM.'],
    ['ar', 'ابنتي مريضة اليوم ولن تأتي', SICK],
    ['ar', 'طفلي مريضٌ اليوم ولن يأتي إلى المدرسه', SICK],
    ['ar', 'شكراً', 'Thank you.'],
    ['ar', 'سآخذ ابني مبكراً الساعة ٢:١٥ مساءً', 'I will pick up my child early, at 2:15 PM.'],
    ['ar', 'سأتصل بكم الساعة ٣:٣٠', 'I will call you at 3:30.'],
    ['ar', 'سأتصل بكم الساعة 9 ليلا', 'I will call you at 9 PM.'],
    ['ar', 'عندنا موعد مع الطبيب ٢٠/١١ الساعة ٣:٣٠', "We have a doctor's appointment on 20/11 at 3:30."],
    ['zh', '我会在中午12点给您打电话', 'I will call you at 12 PM.'],
    ['zh', '我会在晚上7点给您打电话', 'I will call you at 7 PM.'],
    ['es', 'Noemí recogerá a mi hijo', 'Another person will pick up my child: Noemí.'],
    ['ar', 'سيأخذ طفلي شخص آخر: لارا', 'Another person will pick up my child: لارا.'],
  ])('%s: %s', async (from, text, english) => {
    expect(await translate(text, from, 'en')).toBe(english)
  })

  test.each([
    ["My son won't come to school today because he's sick", 'Mi hijo está enfermo hoy y no irá a la escuela.'],
    [
      'Thank you for telling me. Please pick up the homework at 3:30 PM.',
      'Gracias por avisarme. Por favor recoja la tarea a las 3:30 PM.',
    ],
    [
      'Thanks for letting me know. You can pick up the homework at 3:30 p.m.',
      'Gracias por avisarme. Por favor recoja la tarea a las 3:30 p.m.',
    ],
    ['I hope Maya feels better soon!', 'Espero que Maya se sienta mejor pronto.'],
    ['I hope he feels better soon.', 'Espero que su hijo o hija se mejore pronto.'],
    ['No school tomorrow', 'No hay clases mañana.'],
    [
      'Bus 12: the stop is now at 5th Street, from tomorrow.',
      'Autobús 12: la parada ahora está en 5th Street, a partir de mañana.',
    ],
    ['Can we talk on Monday at 4 PM?', '¿Podemos hablar el lunes a las 4 PM?'],
    ['No school on 11/20.', 'No hay clases el 11/20.'],
    ['Yes, I’ll come. See you tomorrow!', 'Sí, iré. Hasta mañana.'],
    ['ms rivera', 'unsupported'],
  ])('en: %s', async (text, spanish) => {
    expect(await translate(text, 'en', 'es')).toBe(spanish)
  })

  test('a name keeps its letters, accents and apostrophe', async () => {
    expect(await translate('I hope Seán O’Brien feels better soon', 'en', 'es')).toBe(
      'Espero que Seán O’Brien se sienta mejor pronto.',
    )
    expect(await translate('I hope bell feels better soon', 'en', 'es')).toBe('unsupported')
    expect(await translate('I hope bell feels better soon', 'en', 'es', ['bell'])).toBe('Espero que bell se sienta mejor pronto.')
  })
})

describe('what it does not know it does not translate', () => {
  test.each([
    'The dog ate my homework.',
    'My child is sick today and will not come tomorrow.',
    'My child is sick today. He has a broken arm.',
    'He was absent today, Friday. Please tell us the reason.',
    'Your son had a very good day today. Thank you for your support at home.',
    'Another person will pick up my child: John. He is my brother',
    'Can we talk on next Friday or Monday at 4 PM?',
    'No school on the day after tomorrow.',
    'No school on 3-12.',
    'No school on 03.12.',
    'I will call you at noon.',
    'Form for free or low-cost school meals: soon. It is private. Reply 1 if you want help.',
    'This is not the wrong number, is it',
    '',
    '...',
  ])('%s', async (text) => {
    expect(await createPhrasebook().translate({ text, from: 'en', to: 'es', names: [] })).toEqual({
      kind: 'unsupported',
      reason: 'not in the phrasebook',
    })
  })

  test.each([
    ['en', 'Nobody will pick up my child today.'],
    ['en', 'No One will pick up my child'],
    ['en', 'Not Maria will pick up my child'],
    ['en', 'Someone will pick up my child'],
    ['en', 'Tomorrow Maria will pick up my child'],
    ['en', 'Another person will pick up my child: Nobody'],
    ['es', 'Nadie va a recoger a mi hijo hoy'],
    ['es', 'Mañana María recogerá a mi hijo'],
    ['es', 'Nunca María recogerá a mi hijo'],
    ['zh', '会有另一个人来接我的孩子：没有人。'],
    ['zh', '希望没有人早日康复'],
    ['ar', 'سيأخذ طفلي شخص آخر: لا أحد'],
  ])('a word that denies or dates a sentence is nobody’s name (%s: %s)', async (from, text) => {
    expect(await translate(text, from, from === 'en' ? 'es' : 'en')).toBe('unsupported')
  })

  test.each([
    ['es', 'Le llamaré a las 12 de la Noche'],
    ['es', 'Le llamaré a las 12:30 de la mañana'],
    ['es', 'Le llamaré a las 1 de la noche'],
    ['zh', '我会在晚上12点给您打电话'],
    ['zh', '我会在晚上1点给您打电话'],
    ['zh', '我会在早上12点给您打电话'],
    ['ar', 'سأتصل بكم الساعة 12 ليلا'],
    ['ar', 'سأتصل بكم الساعة ١ ليلا'],
    ['en', 'I will call you at 12 at night'],
  ])('an hour around midnight whose half of the day only words tell (%s: %s)', async (from, text) => {
    expect(await translate(text, from, from === 'en' ? 'es' : 'en')).toBe('unsupported')
  })

  test('a language without a table', async () => {
    const answer = await createPhrasebook().translate({ text: 'Yes.', from: 'en', to: 'yue', names: [] })
    expect(answer).toEqual({ kind: 'unsupported', reason: 'language not in the phrasebook' })
  })

  test.each([
    ['en', `My child is sick${' '.repeat(1500)}x`],
    ['en', `Yes${'!'.repeat(1500)}x`],
    ['en', `School event: ${'a, b, '.repeat(60)}1:30, 2:30, ${'c, '.repeat(60)}`],
    ['en', `Class trip on ${'1 to 2 '.repeat(60)}It costs 5. ${'by 3 '.repeat(60)}`],
    ['es', `Mi hijo ${'hoy '.repeat(380)}`],
    ['ar', `طفلي مريض${' اليوم'.repeat(250)}`],
    ['zh', `我的孩子${'今天了'.repeat(500)}`],
    ['zh', '学校'.repeat(32_768)],
    ['en', 'http://a '.repeat(7_000)],
  ])('a long hostile text is answered at once (%s)', async (from, text) => {
    const to = from === 'en' ? 'es' : 'en'
    expect(await translate(text, from, to)).toBe('unsupported')
    expect(await processorTime(() => translate(text, from, to))).toBeLessThan(1000)
  })
})

test.each([
  ['es-MX', 'phrases'],
  ['zh-TW', 'phrases'],
  ['yue', 'none'],
  ['so', 'none'],
])('the phrasebook covers of %s: %s', async (language, cover) => {
  expect(await createPhrasebook().covers(language)).toBe(cover)
})
