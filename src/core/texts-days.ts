/**
 * How each language says a day and a time. Own tables, because `Intl` has no Haitian Creole (it answers in English) and prints Arabic digits or
 * the 24-hour clock for some. Latin digits, Gregorian, 12 hours with AM/PM as the school writes them. Not yet reviewed by speakers, English apart.
 */
import type { TextLanguage } from './texts-slots.ts'

/** The words and their order in one language. What comes out stands as "when" at the end of a clause: "gets it Monday at 7:00 AM". */
export type DayWords = {
  readonly today: string
  readonly tomorrow: string
  /** Monday first, in the form that means "on that day". */
  readonly weekdays: readonly string[]
  /** January first, in the form that follows a day of the month. */
  readonly months: readonly string[]
  /** `hour` as the 12-hour clock reads it, where the word for "at" depends on it. */
  readonly clock: (time: string, hour: number) => string
  readonly near: (day: string, clock: string) => string
  readonly far: (weekday: string, dayOfMonth: number, month: string, clock: string) => string
}

/** Both scripts write these words alike. */
const chinese: DayWords = {
  today: '今天',
  tomorrow: '明天',
  weekdays: ['星期一', '星期二', '星期三', '星期四', '星期五', '星期六', '星期日'],
  months: '1 2 3 4 5 6 7 8 9 10 11 12'.split(' '),
  clock: (time) => time,
  near: (day, clock) => `${day}${clock}`,
  far: (weekday, dayOfMonth, month, clock) => `${month}月${dayOfMonth}日${weekday}${clock}`,
}

/** The words by language. */
export const dayWords: Readonly<Record<TextLanguage, DayWords>> = {
  en: {
    today: 'today',
    tomorrow: 'tomorrow',
    weekdays: 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' '),
    months: 'January February March April May June July August September October November December'.split(' '),
    clock: (time) => `at ${time}`,
    near: (day, clock) => `${day} ${clock}`,
    far: (weekday, dayOfMonth, month, clock) => `${weekday}, ${month} ${dayOfMonth} ${clock}`,
  },
  es: {
    today: 'hoy',
    tomorrow: 'mañana',
    weekdays: ['el lunes', 'el martes', 'el miércoles', 'el jueves', 'el viernes', 'el sábado', 'el domingo'],
    months: 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(' '),
    clock: (time, hour) => `${hour === 1 ? 'a la' : 'a las'} ${time}`,
    near: (day, clock) => `${day} ${clock}`,
    far: (weekday, dayOfMonth, month, clock) => `${weekday} ${dayOfMonth} de ${month} ${clock}`,
  },
  ar: {
    today: 'اليوم',
    tomorrow: 'غدًا',
    weekdays: ['يوم الاثنين', 'يوم الثلاثاء', 'يوم الأربعاء', 'يوم الخميس', 'يوم الجمعة', 'يوم السبت', 'يوم الأحد'],
    months: 'يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر'.split(' '),
    clock: (time) => `الساعة ${time}`,
    near: (day, clock) => `${day} ${clock}`,
    far: (weekday, dayOfMonth, month, clock) => `${weekday} ${dayOfMonth} ${month} ${clock}`,
  },
  zh: chinese,
  'zh-TW': chinese,
  vi: {
    today: 'hôm nay',
    tomorrow: 'ngày mai',
    weekdays: ['thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy', 'Chủ Nhật'],
    months: '1 2 3 4 5 6 7 8 9 10 11 12'.split(' '),
    clock: (time) => `lúc ${time}`,
    near: (day, clock) => `${clock} ${day}`,
    far: (weekday, dayOfMonth, month, clock) => `${clock} ${weekday}, ngày ${dayOfMonth} tháng ${month}`,
  },
  pt: {
    today: 'hoje',
    tomorrow: 'amanhã',
    weekdays: [
      'na segunda-feira',
      'na terça-feira',
      'na quarta-feira',
      'na quinta-feira',
      'na sexta-feira',
      'no sábado',
      'no domingo',
    ],
    months: 'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro'.split(' '),
    clock: (time, hour) => `${hour === 1 ? 'à' : 'às'} ${time}`,
    near: (day, clock) => `${day} ${clock}`,
    far: (weekday, dayOfMonth, month, clock) => `${weekday}, ${dayOfMonth} de ${month}, ${clock}`,
  },
  ru: {
    today: 'сегодня',
    tomorrow: 'завтра',
    weekdays: ['в понедельник', 'во вторник', 'в среду', 'в четверг', 'в пятницу', 'в субботу', 'в воскресенье'],
    months: 'января февраля марта апреля мая июня июля августа сентября октября ноября декабря'.split(' '),
    clock: (time) => `в ${time}`,
    near: (day, clock) => `${day} ${clock}`,
    far: (weekday, dayOfMonth, month, clock) => `${weekday}, ${dayOfMonth} ${month}, ${clock}`,
  },
  ht: {
    today: 'jodi a',
    tomorrow: 'demen',
    weekdays: 'lendi madi mèkredi jedi vandredi samdi dimanch'.split(' '),
    months: 'janvye fevriye mas avril me jen jiyè out septanm oktòb novanm desanm'.split(' '),
    clock: (time) => `a ${time}`,
    near: (day, clock) => `${day}, ${clock}`,
    far: (weekday, dayOfMonth, month, clock) => `${weekday} ${dayOfMonth} ${month}, ${clock}`,
  },
  fr: {
    today: "aujourd'hui",
    tomorrow: 'demain',
    weekdays: 'lundi mardi mercredi jeudi vendredi samedi dimanche'.split(' '),
    months: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' '),
    clock: (time) => `à ${time}`,
    near: (day, clock) => `${day} ${clock}`,
    far: (weekday, dayOfMonth, month, clock) => `${weekday} ${dayOfMonth === 1 ? '1er' : dayOfMonth} ${month} ${clock}`,
  },
}
