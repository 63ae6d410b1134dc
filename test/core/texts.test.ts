import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fixedText, sayWhen, textLanguage, unreviewedTexts } from '../../src/core/texts.ts'
import { fixedTexts } from '../../src/core/texts-fixed.ts'
import { type TextId, textLanguages, textSlots } from '../../src/core/texts-slots.ts'

const ids = Object.keys(textSlots) as TextId[]
const every = textLanguages.flatMap((language) => ids.map((id) => ({ language, id })))
/** GSM 03.38, basic table and extension. */
const gsm = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[\]~|€]*$/

const samples: Record<string, string> = {
  school: 'Lincoln Elementary School',
  staff: 'Ms Rivera',
  district: 'Springfield Public Schools',
  when: 'tomorrow at 7:00 AM',
  seconds: '120',
  excerpt: 'Maya can come at 3 PM on Friday',
}
const fill = (id: TextId, language: string) => {
  const slots = Object.fromEntries(textSlots[id].map((slot) => [slot, samples[slot] ?? '']))
  return fixedText(id, language, slots as never)
}

test.each(every)('$language $id has every slot exactly once and no other', ({ language, id }) => {
  const used = [...fixedTexts[language][id].text.matchAll(/\{([^}]*)\}/g)].map((match) => match[1])
  expect(used.sort()).toEqual([...textSlots[id]].sort())
})

test.each(every)('$language $id is whole, plain and without stray spaces', ({ language, id }) => {
  const { text } = fixedTexts[language][id]
  expect(text).toBe(text.trim())
  expect(text).toBe(text.normalize('NFC'))
  expect(text).not.toMatch(/ {2}|[\n\u00A0\u200B-\u200F\u2028-\u202F]/)
  expect(text).toMatch(/[.:\u3002\uFF1A]$/u)
})

test.each(ids)('the English %s is one plain segment', (id) => {
  const { text } = fill(id, 'en')
  expect(text).toMatch(gsm)
  expect(text.length).toBeLessThanOrEqual(160)
})

test.each(ids)('the Haitian Creole %s needs only characters of the GSM alphabet', (id) => {
  // È is not in the table, è is: the one word that is written in capitals is let pass.
  expect(fill(id, 'ht').text.replace('ÈD', '')).toMatch(gsm)
})

test.each(textLanguages)('%s names the words that end, start and settle messages', (language) => {
  expect(fixedTexts[language].introduction.text).toContain('STOP')
  expect(fixedTexts[language].help.text).toContain('STOP')
  expect(fixedTexts[language].start_done.text).toContain('STOP')
  expect(fixedTexts[language].stop_done.text).toContain('START')
  expect(fixedTexts[language].unknown_to_staff.text).toMatch(/AGAIN.*DISMISS/)
})

test('no language has the text of another by mistake', () => {
  for (const id of ids) {
    const texts = textLanguages.map((language) => fixedTexts[language][id].text)
    expect(new Set(texts).size, id).toBeGreaterThanOrEqual(textLanguages.length - 1)
  }
})

test('only English counts as reviewed until a speaker has read the others', () => {
  expect(unreviewedTexts('en')).toEqual([])
  expect(unreviewedTexts('es-MX')).toEqual(ids)
  expect(unreviewedTexts('so')).toEqual(ids)
})

test.each([
  ['en', 'en'],
  ['en-GB', 'en'],
  ['es-MX', 'es'],
  ['ES', 'es'],
  ['zh-Hans', 'zh'],
  ['zh-CN', 'zh'],
  ['zh-Hant', 'zh-TW'],
  ['zh-HK', 'zh-TW'],
  ['yue', 'zh-TW'],
  ['pt-BR', 'pt'],
  ['fr-CA', 'fr'],
  ['hat', 'ht'],
  ['so', 'en'],
  ['und', 'en'],
  ['nonsense tag', 'en'],
])('a reader of %s gets the texts in %s', (language, own) => {
  expect(textLanguage(language)).toBe(own)
  expect(fixedText('original_is', language, {}).language).toBe(own)
})

test('what fills a slot is left as it is, whatever it holds', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom('{when}', '{staff}', '$&', '$1', '{{staff}}')),
      fc.string(),
      (staff, when) => {
        expect(fixedText('held_for_staff', 'en', { staff, when }).text).toBe(
          `Your message is kept. ${staff} gets it ${when}. If it cannot wait, please call the school.`,
        )
      },
    ),
  )
})

test('a slot that is not given is a bug and says which', () => {
  expect(() => fixedText('held_for_staff', 'en', { staff: 'Ms Rivera' } as never)).toThrow(/held_for_staff.*when/)
})

describe('a day and time', () => {
  const zone = 'America/Chicago'
  const now = Temporal.Instant.from('2026-11-20T16:00Z')
  const say = (local: string, language: string) =>
    sayWhen(Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant(), now, zone, language)

  const table: [string, string, string, string, string][] = [
    ['en', 'today at 7:00 AM', 'tomorrow at 1:05 PM', 'Monday at 12:00 PM', 'Monday, November 30 at 12:30 AM'],
    ['es', 'hoy a las 7:00 AM', 'mañana a la 1:05 PM', 'el lunes a las 12:00 PM', 'el lunes 30 de noviembre a las 12:30 AM'],
    ['ar', 'اليوم الساعة 7:00 AM', 'غدًا الساعة 1:05 PM', 'يوم الاثنين الساعة 12:00 PM', 'يوم الاثنين 30 نوفمبر الساعة 12:30 AM'],
    ['zh', '今天7:00 AM', '明天1:05 PM', '星期一12:00 PM', '11月30日星期一12:30 AM'],
    ['zh-TW', '今天7:00 AM', '明天1:05 PM', '星期一12:00 PM', '11月30日星期一12:30 AM'],
    ['vi', 'lúc 7:00 AM hôm nay', 'lúc 1:05 PM ngày mai', 'lúc 12:00 PM thứ Hai', 'lúc 12:30 AM thứ Hai, ngày 30 tháng 11'],
    [
      'pt',
      'hoje às 7:00 AM',
      'amanhã à 1:05 PM',
      'na segunda-feira às 12:00 PM',
      'na segunda-feira, 30 de novembro, às 12:30 AM',
    ],
    ['ru', 'сегодня в 7:00 AM', 'завтра в 1:05 PM', 'в понедельник в 12:00 PM', 'в понедельник, 30 ноября, в 12:30 AM'],
    ['ht', 'jodi a, a 7:00 AM', 'demen, a 1:05 PM', 'lendi, a 12:00 PM', 'lendi 30 novanm, a 12:30 AM'],
    ['fr', "aujourd'hui à 7:00 AM", 'demain à 1:05 PM', 'lundi à 12:00 PM', 'lundi 30 novembre à 12:30 AM'],
  ]
  test.each(table)('in %s', (language, today, tomorrow, thisWeek, farther) => {
    expect(say('2026-11-20T07:00', language)).toBe(today)
    expect(say('2026-11-21T13:05', language)).toBe(tomorrow)
    expect(say('2026-11-23T12:00', language)).toBe(thisWeek)
    expect(say('2026-11-30T00:30', language)).toBe(farther)
  })

  test('is of the local day, not of the day in London', () => {
    expect(sayWhen(Temporal.Instant.from('2026-11-21T05:30Z'), now, zone, 'en')).toBe('today at 11:30 PM')
  })

  test('names the date a week ahead and for all that is past', () => {
    expect(say('2026-11-26T07:00', 'en')).toBe('Thursday at 7:00 AM')
    expect(say('2026-11-27T07:00', 'en')).toBe('Friday, November 27 at 7:00 AM')
    expect(say('2026-11-19T23:59', 'en')).toBe('Thursday, November 19 at 11:59 PM')
  })

  test.each(textLanguages)('in %s has seven different weekdays and twelve different months', (language) => {
    const inYear = (day: number) => say(Temporal.PlainDateTime.from('2027-01-01T07:00').add({ days: day }).toString(), language)
    const inWeek = Array.from({ length: 7 }, (_, day) =>
      say(Temporal.PlainDateTime.from('2027-02-01T07:00').add({ days: day }).toString(), language).replace(/\d/g, ''),
    )
    expect(new Set(inWeek).size).toBe(7)
    expect(new Set(Array.from({ length: 365 }, (_, day) => inYear(day))).size).toBe(365)
    expect(inYear(0)).toMatch(/^\P{N}*[\d\P{N}]*$/u)
  })

  const known = textLanguages.filter((language) => !['ht', 'zh', 'zh-TW', 'vi'].includes(language))
  test.each(known)('in %s uses the names that CLDR has', (language) => {
    for (let month = 1; month <= 12; month += 1) {
      const date = Temporal.PlainDate.from({ year: 2027, month, day: month })
      const options = { calendar: 'gregory', numberingSystem: 'latn', timeZone: 'UTC' } as const
      const parts = new Intl.DateTimeFormat(language, {
        ...options,
        weekday: 'long',
        month: 'long',
        day: 'numeric',
      }).formatToParts(date.toZonedDateTime('UTC').epochMilliseconds)
      const text = sayWhen(date.toZonedDateTime(zone).toInstant(), now, zone, language)
      for (const part of parts) {
        if (part.type === 'month') expect(text).toContain(part.value)
        // Russian has the weekday in another case after its preposition.
        if (part.type === 'weekday' && language !== 'ru') expect(text).toContain(part.value)
      }
    }
  })
})
