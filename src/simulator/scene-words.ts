/** What a basic phone's own keys and titles say, by language: the phone's menu, not the school's words. */
const words: Readonly<Record<string, PhoneWords>> = {
  en: { send: 'Send', write: 'New message', menu: 'Menu', empty: 'No messages', written: 'written', arrived: 'arrived' },
  es: { send: 'Enviar', write: 'Mensaje nuevo', menu: 'Menú', empty: 'Sin mensajes', written: 'escrito', arrived: 'llegó' },
  ar: { send: 'إرسال', write: 'رسالة جديدة', menu: 'القائمة', empty: 'لا رسائل', written: 'كُتبت', arrived: 'وصلت' },
  zh: { send: '发送', write: '新信息', menu: '菜单', empty: '没有信息', written: '写于', arrived: '收到' },
  vi: { send: 'Gửi', write: 'Tin nhắn mới', menu: 'Menu', empty: 'Chưa có tin nhắn', written: 'viết', arrived: 'đến' },
  so: { send: 'Dir', write: 'Farriin cusub', menu: 'Liis', empty: 'Farriin ma jirto', written: 'la qoray', arrived: 'la helay' },
}

/** The words on a phone's own keys and beside its texts. */
export type PhoneWords = {
  readonly send: string
  readonly write: string
  readonly menu: string
  readonly empty: string
  readonly written: string
  readonly arrived: string
}

/** The phone's own words in a language (BCP 47), English where it has none. */
export function phoneWords(language: string): PhoneWords {
  return words[language.split('-')[0] ?? ''] ?? (words.en as PhoneWords)
}

/** English name of a language (BCP 47), such as `Spanish`; without the script or region, which the page does not need. */
export function languageName(language: string): string {
  return new Intl.DisplayNames(['en'], { type: 'language' }).of(language.split('-')[0] ?? '') ?? language
}

/** A number as people write it: `+1 971 555 0100`. */
export function spacedNumber(number: string): string {
  return number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')
}

/** Hours and minutes of an instant in a zone as the school's pages say them, `7:05 AM`. */
export function clockTime(at: Temporal.Instant, zone: string): string {
  return timeIn(at, zone, 'en-US')
}

/** An instant in a zone as a phone shows it in its own language (BCP 47), with the day: `Mon 10:40 PM`, `lun 22:40`. */
export function dayAndTime(at: Temporal.Instant, zone: string, language: string): string {
  return `${at.toZonedDateTimeISO(zone).toLocaleString(language, { weekday: 'short' })} ${timeIn(at, zone, language)}`
}

function timeIn(at: Temporal.Instant, zone: string, language: string): string {
  const said = at.toZonedDateTimeISO(zone).toLocaleString(language, { hour: 'numeric', minute: '2-digit' })
  return said.replaceAll('\u202f', ' ')
}

/** The day of an instant in a zone, `Monday, November 23`. */
export function dayName(at: Temporal.Instant, zone: string): string {
  return at.toZonedDateTimeISO(zone).toLocaleString('en-US', { weekday: 'long', month: 'long', day: 'numeric' })
}

/** Which way a phone set to this language (BCP 47) lays out its screen. */
export function screenDirection(language: string): string {
  return new Intl.Locale(language).getTextInfo().direction ?? 'ltr'
}
