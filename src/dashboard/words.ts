/** Times, states and languages in words, as a person at the school says them. */

import { html } from 'hono/html'
import type { Evidence } from '../core/evidence.ts'
import { languageName } from '../core/language.ts'
import { failureWords } from '../core/send-failure.ts'
import { sayWhen } from '../core/texts.ts'
import type { Behind } from '../store/due.ts'
import type { ExchangeRecord, ExchangeView, Hold } from '../store/exchange-record.ts'
import type { Html } from './page.ts'

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The beginning of a text, of so many characters as a reader counts them; that something is cut off is marked. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  let count = 0
  for (const { index } of GRAPHEMES.segment(text)) if (++count > most) return `${text.slice(0, index).trimEnd()}…`
  return text
}

/** The wall clock of a zone: `8:05 AM`. */
export function clock(at: Temporal.ZonedDateTime): string {
  const hour = at.hour % 12 === 0 ? 12 : at.hour % 12
  return `${hour}:${String(at.minute).padStart(2, '0')} ${at.hour < 12 ? 'AM' : 'PM'}`
}

/** The same beside a day: `8:05 AM`, and on another day `Nov 3, 8:05 AM`. */
export function clockBeside(at: Temporal.ZonedDateTime, day: Temporal.PlainDate): string {
  return at.toPlainDate().equals(day) ? clock(at) : `${MONTHS[at.month - 1]?.slice(0, 3)} ${at.day}, ${clock(at)}`
}

/** A moment that has passed, in a few words: `8:05 AM` today, `Yesterday`, `Mon` within the week, `Nov 3`, `Nov 3, 2025`. */
export function briefly(at: Temporal.Instant, now: Temporal.Instant, zone: string): string {
  const [then, today] = [at.toZonedDateTimeISO(zone), now.toZonedDateTimeISO(zone)]
  const days = then.toPlainDate().until(today.toPlainDate()).days
  if (days <= 0) return clock(then)
  if (days === 1) return 'Yesterday'
  if (days < 7) return (WEEKDAYS[then.dayOfWeek - 1] ?? '').slice(0, 3)
  const day = `${MONTHS[then.month - 1]?.slice(0, 3)} ${then.day}`
  return then.year === today.year ? day : `${day}, ${then.year}`
}

/** A day as a heading: `Today`, `Yesterday`, `Monday, November 3`. */
export function dayHeading(at: Temporal.Instant, now: Temporal.Instant, zone: string): string {
  const [then, today] = [at.toZonedDateTimeISO(zone), now.toZonedDateTimeISO(zone)]
  const days = then.toPlainDate().until(today.toPlainDate()).days
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  const weekday = dateWords(then.toPlainDate())
  return then.year === today.year ? weekday : `${weekday}, ${then.year}`
}

/** `Monday, November 3` */
export function dateWords(date: Temporal.PlainDate): string {
  return `${WEEKDAYS[date.dayOfWeek - 1]}, ${MONTHS[date.month - 1]} ${date.day}`
}

/** A time with its machine-readable form. */
export function timeTag(at: Temporal.Instant, words: string): Html {
  return html`<time datetime="${at.toString({ smallestUnit: 'second' })}">${words}</time>`
}

/** `8:05 AM`, as a tag. */
export function clockTag(at: Temporal.Instant, zone: string): Html {
  return timeTag(at, clock(at.toZonedDateTimeISO(zone)))
}

/** When something that waits arrives: `today at 7:00 AM`, `Monday at 7:00 AM`. */
export function arrives(at: Temporal.Instant, now: Temporal.Instant, zone: string): string {
  const [then, today] = [at.toZonedDateTimeISO(zone), now.toZonedDateTimeISO(zone)]
  const words = sayWhen(at, now, zone, 'en')
  return today.toPlainDate().until(then.toPlainDate()).days < 300 ? words : `${words}, ${then.year}`
}

/** `Spanish`; an unknown language is said to be one. */
export function languageWords(tag: string): string {
  return tag === 'und' ? 'an unknown language' : languageName(tag, 'en')
}

const EVIDENCE: Readonly<Record<Evidence, string>> = {
  accepted: 'Sent',
  delivered: 'Arrived on the phone',
  answered_by_person: 'Somebody took the call',
  heard: 'Heard to the end',
  answered: 'Answered',
}

/** How the reader may take a state: `good` arrived, `wait` under way or held, `bad` somebody must do something, `done` over without more to say. */
export type Tone = 'good' | 'wait' | 'bad' | 'done'

/** Why a message was canceled, by the log's word for it, where that says more than that somebody did. */
const CANCELED: Readonly<Record<string, { readonly words: string; readonly tone: Tone }>> = {
  replaced: { words: 'Replaced by a changed one', tone: 'done' },
  household_ended: { words: 'Not sent: the family has left the school’s list, or has another phone', tone: 'bad' },
  conversation_ended: { words: 'Not sent: the family has left the school’s list, or has another phone', tone: 'bad' },
  phone_moved: { words: 'Not sent: the family has another phone now', tone: 'bad' },
  right_ended: { words: 'Not sent: the family is no longer in its writer’s classes', tone: 'bad' },
  opted_out: { words: 'Not sent: the family asked for no messages (STOP)', tone: 'bad' },
  hours: { words: 'Not called: it was outside the allowed hours', tone: 'bad' },
}

/** Why a message did not arrive, by the log's word for it, where that is the gateway's own; a carrier's reason has its words in `send-failure`. */
const NOT_ARRIVED: Readonly<Record<string, string>> = {
  no_phone: 'no phone on file',
  no_way: 'no phone on file takes it',
  no_number: 'the school has no free number',
  opted_out: 'the family asked for no messages (STOP)',
  not_allowed: 'the school’s account may not call there',
  too_many_calls: 'too many calls to this phone today',
}

/** Why a message went nowhere, by the log's word for it. */
export function reasonInWords(why: string): string {
  return NOT_ARRIVED[why] ?? (failureWords(why) || 'it could not be sent')
}

/** That it did not arrive, and why where that is known. */
function notArrived(why: string | null): string {
  const own = NOT_ARRIVED[why ?? '']
  return own === undefined ? ['Did not arrive', failureWords(why ?? '')].filter(Boolean).join('. ') : `Did not arrive: ${own}`
}

const WAITS_FOR: Readonly<Record<Hold, string>> = {
  hours: 'Waits for the school’s hours',
  no_hours: 'Waits until the school has set its hours',
  no_number: 'Waits for a free number: an administrator is told',
  person: 'Waits for an aide to record it: no computer voice speaks this language',
}

const BEHIND: Readonly<Record<Behind, string>> = {
  call: 'Waits until the call is over',
  message: 'Waits for the message before it',
}

/** What became of a message to a family, in words. Nothing is ever called read: nobody can know that. */
export function outcome(
  { view, behind, hold, why }: Pick<ExchangeRecord, 'view' | 'behind' | 'hold' | 'why'>,
  now: Temporal.Instant,
  zone: string,
): { readonly words: string; readonly tone: Tone } {
  const unknown = view.events.some(({ what }) => what === 'unknown') && !view.events.some(({ what }) => what === 'dismissed')
  switch (view.status) {
    case 'held':
    case 'queued': {
      if (behind !== null) return { words: BEHIND[behind], tone: 'wait' }
      const rung = view.events.findLast(({ what }) => what === 'ringing' || what === 'not_answered')?.what
      if (rung === 'not_answered' && view.sendAfter !== null)
        return {
          words: `Nobody answered. The phone rings again ${arrives(Temporal.Instant.from(view.sendAfter), now, zone)}`,
          tone: 'wait',
        }
      if (view.status === 'queued') return { words: 'On its way', tone: 'wait' }
      return view.sendAfter === null
        ? { words: WAITS_FOR[hold ?? 'hours'], tone: 'wait' }
        : { words: `${waitsFor(view)} ${arrives(Temporal.Instant.from(view.sendAfter), now, zone)}`, tone: 'wait' }
    }
    case 'received':
      return { words: 'Being translated', tone: 'wait' }
    case 'sending':
      return {
        words:
          view.events.findLast(({ what }) => what === 'ringing' || what === 'sending')?.what === 'ringing'
            ? 'The phone rings'
            : 'On its way',
        tone: 'wait',
      }
    case 'canceled':
      return CANCELED[why ?? ''] ?? { words: 'Canceled, not sent', tone: 'done' }
    case 'failed':
    case 'undelivered':
      if (unknown) return { words: 'May not have arrived', tone: 'bad' }
      return view.events.some(({ what }) => what === 'not_reached')
        ? { words: 'Called three times, nobody answered', tone: 'bad' }
        : { words: notArrived(why), tone: 'bad' }
    default:
      return {
        words: EVIDENCE[view.evidence ?? 'accepted'],
        tone: view.evidence === null || view.evidence === 'accepted' ? 'wait' : 'good',
      }
  }
}

/** What happens at the end of the wait: a chosen time is when it goes, the hours' is when it arrives, a call rings. */
function waitsFor({ sendAfter, notBefore, byVoice }: ExchangeView): string {
  if (byVoice) return 'The phone rings'
  return notBefore !== null && notBefore === sendAfter ? 'Goes' : 'Arrives'
}

/** Whether what a family wrote went to the reader's own phone as well; null: nothing to say. */
export function onOwnPhone(
  { kind, status, sendAfter }: ExchangeView,
  now: Temporal.Instant,
  zone: string,
): { readonly words: string; readonly tone: Tone } | null {
  if (kind === 'call') return null
  switch (status) {
    case 'received':
      return { words: 'Here only', tone: 'done' }
    case 'held':
      return sendAfter === null
        ? null
        : { words: `On your phone ${arrives(Temporal.Instant.from(sendAfter), now, zone)}`, tone: 'done' }
    case 'sent':
    case 'delivered':
      return { words: 'On your phone too', tone: 'done' }
    case 'failed':
    case 'undelivered':
      return { words: 'Did not reach your phone', tone: 'wait' }
    default:
      return null
  }
}

/** `1 family`, `12 families`. */
export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** `14 kB`, `1.2 MB`. */
export function sizeInWords(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** `2 min 5 s` */
export function duration(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Letters that run from right to left, and signs that turn others round. */
const TURNS_ROUND =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** A name inside a sentence of plain text: one that runs from right to left takes nothing around it along. */
export function isolated(name: string): string {
  return TURNS_ROUND.test(name) ? `\u2068${name}\u2069` : name
}

/** `Rosa Lopez and Luis Lopez`, letters alone: for what sorts by them. */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names)
}

/** `Rosa Lopez and Luis Lopez`, each by itself whichever way it runs. */
export function namesInWords(names: readonly string[]): string {
  return listed(names.map(isolated))
}

/** A translation engine as people know it. */
export function engineName(by: string): string {
  return { aws: 'Amazon Translate', libretranslate: 'LibreTranslate', phrasebook: 'the phrasebook' }[by] ?? by
}

/** A family as staff speak of it: by its students, else its guardians. */
export function familyInWords(family: { readonly students: readonly string[]; readonly guardians: readonly string[] }): string {
  const names = family.students.length > 0 ? family.students : family.guardians
  return names.length === 0 ? 'An unknown phone' : namesInWords(names)
}
