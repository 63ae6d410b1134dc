import { describe, expect, test } from 'vitest'
import { MONTHS, WEEKDAYS } from '../../src/core/calendar-words.ts'
import { factLanguage, foldText, nameStands, takeCalendarNames } from '../../src/core/slots.ts'

const named = (text: string, tag: string) => {
  const language = factLanguage(tag)
  return language ? [...takeCalendarNames(foldText(text, language), language).names].sort() : null
}

/** Haitian Creole is not here: Intl has no names for it and gives English ones. */
describe.each(['en-US', 'es-MX', 'ar-EG', 'ar-LB', 'zh-CN', 'zh-TW', 'vi', 'pt-BR', 'ru', 'fr'])(
  'dates as Intl writes them in %s',
  (tag) => {
    test.each(['long', 'short'] as const)('are recognised all year, with %s month names', (month) => {
      const format = new Intl.DateTimeFormat(`${tag}-u-ca-gregory-nu-latn`, {
        weekday: 'long',
        month,
        day: 'numeric',
        year: 'numeric',
        timeZone: 'UTC',
      })
      for (let date = Temporal.PlainDate.from('2026-01-01'); date.year === 2026; date = date.add({ days: 1 })) {
        const text = format.format(date.toZonedDateTime('UTC').epochMilliseconds)
        expect([text, named(text, tag)]).toEqual([text, [MONTHS[date.month - 1], WEEKDAYS[date.dayOfWeek - 1]].sort()])
      }
    })
  },
)

test.each([
  ['ht', 'lendi 5 me', ['may', 'monday']],
  ['ht', 'dimanch 31 out', ['august', 'sunday']],
  ['ht', 'li di me sa', []],
  ['en', 'You may march', []],
  ['en', 'She was born in May', ['may']],
  ['en', 'Sat, Dec 5', ['december', 'saturday']],
  ['en', 'He sat down', []],
  ['pt', 'na segunda às 8', ['monday']],
  ['pt', 'na segunda semana', []],
  ['vi', 'lần thứ hai', []],
  ['vi', 'chủ nhật, ngày 2 tháng 12', ['december', 'sunday']],
  ['zh', '周一次', []],
  ['zh', '下周一，十二月2日', ['december', 'monday']],
  ['ru', 'до понедельника, 3 мая', ['may', 'monday']],
  ['ar', 'والجمعة القادمة', ['friday']],
  ['so', 'Jimce', null],
])('%s: %s', (tag, text, names) => {
  expect(named(text, tag)).toEqual(names)
})

test('a name stands as a word of its own, also beside a script without spaces', () => {
  expect(nameStands('Maya is here', 'Maya')).toBe(true)
  expect(nameStands('Maya在这里', 'Maya')).toBe(true)
  expect(nameStands('王芳今天病了', '王芳')).toBe(true)
  expect(nameStands('Mayan art', 'Maya')).toBe(false)
  expect(nameStands('maya is here', 'Maya')).toBe(false)
  expect(nameStands('anything', '')).toBe(false)
})
