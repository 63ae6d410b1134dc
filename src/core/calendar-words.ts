/** Tables: the words for weekdays, months and parts of the day in the nine languages of the fixed texts. */

/** The languages whose weekdays, months and parts of the day are known. */
export type FactLanguage = 'en' | 'es' | 'ar' | 'zh' | 'vi' | 'pt' | 'ru' | 'ht' | 'fr'

/** Weekdays and months as language-free facts, Monday and January first. */
export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
/** See {@link WEEKDAYS}. */
export const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const
/** One weekday. */
export type Weekday = (typeof WEEKDAYS)[number]
/** One month. */
export type Month = (typeof MONTHS)[number]

/**
 * Regular expressions over folded text (see `foldText`), one a weekday and one a month. What follows `~` is short or has another
 * meaning ("may", "sat", "mas"): it counts only beside a number or another name, or capitalised within a sentence.
 */
export const CALENDAR: Record<FactLanguage, { readonly days: readonly string[]; readonly months: readonly string[] }> = {
  en: {
    days: [
      'mondays?~mon',
      'tuesdays?~tues?',
      'wednesdays?~wed',
      'thursdays?~thu(?:rs?)?',
      'fridays?~fri',
      'saturdays?~sat',
      'sundays?~sun',
    ],
    months: [
      'january~jan',
      'february~feb',
      '~march|mar',
      'april~apr',
      '~may',
      'june~jun',
      'july~jul',
      'august~aug',
      'september~sept?',
      'october~oct',
      'november~nov',
      'december~dec',
    ],
  },
  es: {
    days: ['lunes~lun', 'martes~mar', 'miercoles~mie', 'jueves~jue', 'viernes~vie', 'sabados?~sab', 'domingos?~dom'],
    months: [
      'enero~ene',
      'febrero~feb',
      'marzo~mar',
      'abril~abr',
      'mayo~may',
      'junio~jun',
      'julio~jul',
      'agosto~ago',
      'sep?tiembre~sept?',
      'octubre~oct',
      'noviembre~nov',
      'diciembre~dic',
    ],
  },
  pt: {
    days: [
      'segundas?[ -]feiras?|2a[ -]feira|(?<=(?:na|nesta|proxima) )segunda(?! \\p{L}*(?:semana|vez|parte|aula|pagina))~seg',
      'tercas?[ -]feiras?|3a[ -]feira|(?<=(?:na|nesta|proxima) )terca(?! \\p{L}*(?:semana|vez|parte|aula|pagina))~ter',
      'quartas?[ -]feiras?|4a[ -]feira|(?<=(?:na|nesta|proxima) )quarta(?! \\p{L}*(?:semana|vez|parte|aula|pagina))~qua',
      'quintas?[ -]feiras?|5a[ -]feira|(?<=(?:na|nesta|proxima) )quinta(?! \\p{L}*(?:semana|vez|parte|aula|pagina))~qui',
      'sextas?[ -]feiras?|6a[ -]feira|(?<=(?:na|nesta|proxima) )sexta(?! \\p{L}*(?:semana|vez|parte|aula|pagina))~sex',
      'sabados?~sab',
      'domingos?~dom',
    ],
    months: [
      'janeiro~jan',
      'fevereiro~fev',
      'marco~mar',
      'abril~abr',
      'maio~mai',
      'junho~jun',
      'julho~jul',
      'agosto~ago',
      'setembro~set',
      'outubro~out',
      'novembro~nov',
      'dezembro~dez',
    ],
  },
  fr: {
    days: ['lundis?~lun', 'mardis?~mar', 'mercredis?~mer', 'jeudis?~jeu', 'vendredis?~ven', 'samedis?~sam', 'dimanches?~dim'],
    months: [
      'janvier~janv',
      'fevrier~fevr',
      'mars',
      'avril~avr',
      'mai',
      'juin',
      'juillet~juil',
      'aout',
      'septembre~sept',
      'octobre~oct',
      'novembre~nov',
      'decembre~dec',
    ],
  },
  ht: {
    days: ['lendi', 'madi', 'mekredi', 'jedi', 'vandredi', 'samdi', 'dimanch'],
    months: ['janvye', 'fevriye', '~mas', 'avril', '~me', '~jen', 'jiye', '~out', 'sektanm|septanm', 'oktob', 'novanm', 'desanm'],
  },
  ru: {
    days: [
      'понедельник(?:а|у|ом|е|и|ов|ам|ами|ах)?~пн',
      'вторник(?:а|у|ом|е|и|ов|ам|ами|ах)?~вт',
      'сред(?:а|ы|у|е|ои|ам|ами|ах)~ср',
      'четверг(?:а|у|ом|е|и|ов|ам|ами|ах)?~чт',
      'пятниц(?:а|ы|у|е|еи|ам|ами|ах)?~пт',
      'суббот(?:а|ы|у|е|ои|ам|ами|ах)?~сб',
      'воскресень(?:е|я|ю|ем|ям|ями|ях)~вс',
    ],
    months: [
      'январ(?:ь|я|ю|е|ем)~янв',
      'феврал(?:ь|я|ю|е|ем)~февр?',
      'март(?:а|у|е|ом)?~мар',
      'апрел(?:ь|я|ю|е|ем)~апр',
      'ма(?:и|я|ю|е|ем)',
      'июн(?:ь|я|ю|е|ем)~июн',
      'июл(?:ь|я|ю|е|ем)~июл',
      'август(?:а|у|е|ом)?~авг',
      'сентябр(?:ь|я|ю|е|ем)~сент?',
      'октябр(?:ь|я|ю|е|ем)~окт',
      'ноябр(?:ь|я|ю|е|ем)~нояб?',
      'декабр(?:ь|я|ю|е|ем)~дек',
    ],
  },
  vi: {
    days: [
      '(?<!lần )thứ (?:hai|2)',
      '(?<!lần )thứ (?:ba|3)',
      '(?<!lần )thứ (?:tư|4)',
      '(?<!lần )thứ (?:năm|5)',
      '(?<!lần )thứ (?:sáu|6)',
      '(?<!lần )thứ (?:bảy|bẩy|7)',
      'chủ nhật~CN',
    ],
    months: [
      '(?:tháng|thg) (?:một|giêng|1)',
      '(?:tháng|thg) (?:hai|2)',
      '(?:tháng|thg) (?:ba|3)',
      '(?:tháng|thg) (?:tư|4)',
      '(?:tháng|thg) (?:năm|5)',
      '(?:tháng|thg) (?:sáu|6)',
      '(?:tháng|thg) (?:bảy|7)',
      '(?:tháng|thg) (?:tám|8)',
      '(?:tháng|thg) (?:chín|9)',
      '(?:tháng|thg) (?:mười(?! một| hai)|10)',
      '(?:tháng|thg) (?:mười một|11)',
      '(?:tháng|thg) (?:mười hai|chạp|12)',
    ],
  },
  ar: {
    days: [
      '[وفبك]?(?:ال|لل)ا[ثت]نين',
      '[وفبك]?(?:ال|لل)ثلاثاء?',
      '[وفبك]?(?:ال|لل)اربعاء?',
      '[وفبك]?(?:ال|لل)خميس',
      '[وفبك]?(?:ال|لل)جمع[ةه]',
      '[وفبك]?(?:ال|لل)سبت',
      '[وفبك]?(?:ال|لل)احد',
    ],
    months: [
      'يناير|جانفي|كانون الثاني',
      'فبراير|فيفري|شباط',
      'مارس|اذار',
      'ابريل|افريل|نيسان',
      'مايو|ايار',
      'يونيو|يونيه|جوان|حزيران',
      'يوليو|يوليه|جويلية|تموز',
      'اغسطس|اوت|اب(?=\\s*[\\d,.]|$)',
      'سبتمبر|ايلول',
      'اكتوبر|تشرين الاول',
      'نوفمبر|تشرين الثاني',
      'ديسمبر|كانون الاول',
    ],
  },
  zh: {
    days: ['一(?![次个個])', '二', '三', '四', '五', '六', '[日天]'].map((day) => `(?:星期|周|週|礼拜|禮拜)${day}`),
    months: ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二'].map(
      (month, index) => `(?<!\\d[.:/]?|十)(?:${month}|${index + 1})月`,
    ),
  },
}

/** Marks of morning and of afternoon beside a time, as regular expressions over folded text; Chinese puts them before the time. */
export const DAY_PARTS: Record<FactLanguage, { readonly am: string; readonly pm: string }> = {
  en: { am: 'in the morning', pm: 'in the (?:afternoon|evening)|at night' },
  es: { am: '(?:de|por|en) la manana', pm: '(?:de|por|en) la (?:tarde|noche)' },
  pt: { am: '(?:da|de) manha', pm: '(?:da|a) (?:tarde|noite)' },
  fr: { am: '(?:du|le) matin', pm: "de l['’]apres-midi|du soir" },
  ht: { am: '(?:di|nan) maten', pm: '(?:nan )?apremidi|(?:nan )?aswe|diswa' },
  ru: { am: 'утра|ночи', pm: '(?<=[:.]\\d\\d |часа |часов |час )дня|вечера' },
  vi: { am: 'sáng|SA', pm: 'chiều|tối|trưa|CH' },
  ar: { am: 'صباحا|في الصباح|ص', pm: 'مساء|في المساء|بعد الظهر|ظهرا|عصرا|ليلا|م' },
  zh: { am: '上午|早上|早晨|清晨|凌晨', pm: '下午|晚上|傍晚|中午' },
}
