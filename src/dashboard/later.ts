/** "Send later": the fields, what they mean, and when a message will really go. */

import { html } from 'hono/html'
import { relativeDays } from '../core/plain-words.ts'
import { readSendLater, type SendLater } from '../core/send-later.ts'
import { sendTime } from '../relay/prepared.ts'
import type { ThreadHead } from '../store/thread-view.ts'
import type { Html } from './page.ts'
import type { Fields } from './wall.ts'
import { arrives, clockTag, dateWords, namesInWords } from './words.ts'

/** The day and the time as they stand in a form. */
export type Later = { readonly date: string; readonly time: string }

/** Nothing chosen. */
export const NOT_LATER: Later = { date: '', time: '' }

/** What was typed, cut to what a date or time can be. */
export const laterIn = (fields: Fields): Later => ({ date: fields('date').slice(0, 20), time: fields('time').slice(0, 20) })

/** A chosen instant as the form shows it. */
export function laterOf(at: Temporal.Instant, zone: string): Later {
  const local = at.toZonedDateTimeISO(zone)
  return { date: local.toPlainDate().toString(), time: local.toPlainTime().toString({ smallestUnit: 'minute' }) }
}

/** The chosen instant; null: none was chosen. A form that means none is told apart by `kind`. */
export const wishOf = (later: Later, zone: string): SendLater => readSendLater(later.date, later.time, zone)

/** The fields of "Send later", open when something stands in them. */
export function laterFields(later: Later, now: Temporal.Instant, zone: string): Html {
  const open = later.date !== '' || later.time !== ''
  return html`<details class="later"${open ? html` open` : ''}><summary>Send later</summary><div class="pair"><p><label for="date">On</label><input type="date" id="date" name="date" value="${later.date}" min="${laterOf(now, zone).date}"></p>
<p><label for="time">At</label><input type="time" id="time" name="time" value="${later.time}" aria-describedby="clock"></p></div><p class="hint" id="clock">By the school’s clock, which reads ${clockTag(now, zone)} now. Leave both empty to send at once.</p></details>`
}

/** When a message goes that is sent now, in one sentence; a wrong wish is said instead. `zone`: the school's. */
function whenItGoes(
  given: {
    readonly body: string
    readonly later: Later
    readonly urgent: boolean
    readonly hours: ThreadHead['hours']
    readonly zone: string
    /** Whether it is said by phone. */
    readonly byCall: boolean
  },
  now: Temporal.Instant,
): { readonly words: string; readonly tone: '' | 'bad'; readonly misread: string | null } {
  const { urgent, hours, zone } = given
  const wish = wishOf(given.later, zone)
  if (wish.kind === 'wrong') return { words: wish.problem, tone: 'bad', misread: null }
  const notBefore = wish.kind === 'at' ? wish.at : null
  if (notBefore !== null && Temporal.Instant.compare(notBefore, now) <= 0)
    return { words: 'That time has passed: choose a later one.', tone: 'bad', misread: null }
  const { status, sendAfter } = sendTime(now, { urgent, optedOut: false, hours, notBefore })
  if (sendAfter === null) return { words: 'The school has set no hours yet, so nothing goes out.', tone: '', misread: null }
  const goes = given.byCall ? 'Their phone rings' : 'It goes out'
  if (status === 'queued') return { words: `${goes} at once.`, tone: '', misread: null }
  const misread = misreadDays(given.body, sendAfter, now, zone)
  const reaches = `${given.byCall ? 'their phone rings' : 'it arrives'} ${arrives(sendAfter, now, zone)}.`
  if (notBefore === null) return { words: `It waits: ${reaches}`, tone: '', misread }
  const chosen = arrives(notBefore, now, zone)
  return notBefore.equals(sendAfter)
    ? { words: `${goes} ${chosen}.`, tone: '', misread }
    : { words: `Families may not be reached ${chosen}: ${reaches}`, tone: '', misread }
}

/** What a reader would take for another day than the writer meant, and what to write instead; null: nothing. `zone`: the school's. */
export function misreadDays(body: string, arrival: Temporal.Instant, now: Temporal.Instant, zone: string): string | null {
  const [read, written] = [arrival, now].map((at) => at.toZonedDateTimeISO(zone).toPlainDate())
  const days = relativeDays(body)
  if (days.length === 0 || read === undefined || written === undefined || read.equals(written)) return null
  const instead = days.map(({ word, days }) => {
    const meant = written.add({ days })
    return `${meant.equals(read) ? 'today' : dateWords(meant)} instead of “${word}”`
  })
  return `It is read on ${dateWords(read)}: write ${namesInWords(instead)}.`
}

/** That sentence where the forms show it. */
export function whenPart(...given: Parameters<typeof whenItGoes>): Html {
  const { words, tone, misread } = whenItGoes(...given)
  return html`<p class="when ${tone}" id="when">${words}</p>${misread === null ? '' : html`<p class="warn">${misread}</p>`}`
}
