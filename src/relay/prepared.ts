/** What an exchange becomes when it is prepared: its body, its way, its time, and what its writer is told. No I/O. */

import { senderLabel, writeBody } from '../core/body.ts'
import { hasVoice } from '../core/call-voices.ts'
import { missingFacts } from '../core/facts.ts'
import { heldNotice, writersLanguage } from '../core/held-notice.ts'
import { type Openings, openingsAt } from '../core/hours.ts'
import { fixedText, sayWhen } from '../core/texts.ts'
import type { Unseen } from './picture-ports.ts'
import type { Moment, TranslationAnswer } from './ports.ts'
import type { Prepared, ToPrepare } from './prepare-ports.ts'

/** Minutes after which a text that came by a detour says when it was written: "I am outside" must not read as now. */
const DELAYED_MINUTES = 10

/** The result for an exchange in the language `from`; `answer`: what the engine gave for `to`, null where it was not asked. */
export function result(
  moment: Moment,
  item: ToPrepare,
  from: string,
  to: string,
  answer: TranslationAnswer | null,
  openings: Openings,
): Prepared {
  const translation = answer?.kind === 'translated' ? { language: to, text: answer.text, by: answer.by } : null
  const languages = { from, to, country: item.country }
  const differs = translation !== null && missingFacts(item.text, translation.text, item.names, languages).length > 0
  const spoken = translation === null && item.direction === 'to_family' ? (item.familyLanguages[0] ?? to) : to
  const time = timing(moment, item, spoken, openings)
  const lines = [...delay(moment, item, to, time), ...linesOf(item, to, answer, differs)]
  const toFamily = item.direction === 'to_family'
  const label = toFamily ? senderLabel({ name: item.staffName, school: item.schoolName, first: item.first }) : item.familyName
  return {
    id: item.id,
    urgent: item.urgent,
    notBefore: item.notBefore,
    tries: item.tries,
    schoolId: item.schoolId,
    hoursVersion: item.hoursVersion,
    originalLanguage: from,
    translation,
    translationNote: differs ? 'differs' : answer !== null && translation === null ? 'not_translated' : null,
    noteDetail: answer !== null && answer.kind !== 'translated' ? answer.reason : null,
    body: item.phone === 'none' ? null : writeBody(label, lines),
    withPictures: item.attached?.goes === true && item.channel === 'text' && item.phone === 'ready',
    channel: item.channel === 'call' ? 'call' : 'text',
    ...time,
    answer: answerToSender(moment, item, time),
  }
}

/** What stands below each other behind the sender's name. */
function linesOf(item: ToPrepare, to: string, answer: TranslationAnswer | null, differs: boolean): string[] {
  if (item.keyword !== null) return [fixedText('opted_out_to_staff', to, {}, item.wordings).text]
  const picture = [
    ...pictureLines(item, to),
    ...(item.voiceSeconds === null ? [] : [voiceLine(item, to, String(item.voiceSeconds))]),
  ]
  if (item.text.trim() === '') return picture
  if (answer === null) return [item.text, ...picture]
  if (answer.kind !== 'translated') return [fixedText('not_translated', to, {}, item.wordings).text, item.text, ...picture]
  return differs
    ? [answer.text, fixedText('translation_differs', to, {}, item.wordings).text, item.text, ...picture]
    : [answer.text, ...picture]
}

/** What the reader of a text is told of something that came or did not come along. */
const UNSEEN: Readonly<Record<Unseen, string>> = {
  video: '(a video came with it, which cannot be passed on)',
  sound: '(a sound came with it, which cannot be passed on)',
  contact_card: '(a contact card came with it, which is not passed on)',
  other: '(a file came with it, which cannot be passed on)',
  damaged: '(a picture came with it that cannot be shown)',
  too_large: '(a picture came with it that is too large to be passed on)',
  lost: '(a picture came with it, and the carrier has lost it)',
}

/** That there are pictures, where a phone may not show them by itself. A family's phone that gets them needs no words for it but where there are no others. */
function pictureLines(item: ToPrepare, to: string): string[] {
  const { attached } = item
  if (attached === null) return []
  const { kept, waiting, unseen } = attached
  const goes = attached.goes && item.channel === 'text'
  if (item.direction === 'to_family') {
    if (!goes || waiting > 0 || unseen.length > 0) return [fixedText('picture_stays', to, {}, item.wordings).text]
    return item.text.trim() === '' ? [fixedText('picture', to, {}, item.wordings).text] : []
  }
  const many = (count: number) => (count === 1 ? 'picture' : `${count} pictures`)
  return [
    ...(kept > 0 ? [goes ? `(${many(kept)})` : `(${many(kept)}: see it in your browser)`] : []),
    ...(waiting > 0 ? [`(${many(waiting)}: not here yet, look in your browser later)`] : []),
    ...unseen.map((why) => UNSEEN[why]),
  ]
}

function voiceLine({ direction, wordings }: ToPrepare, to: string, seconds: string): string {
  return fixedText(direction === 'to_staff' ? 'voice_message_staff' : 'voice_message', to, { seconds }, wordings).text
}

/** When a delayed text was written, in the words and on the clock of its reader at the time of the hand-over. */
function delay(moment: Moment, item: ToPrepare, to: string, time: Timing): string[] {
  const { reachedAt, keyword } = item
  if (reachedAt === null || keyword !== null) return []
  if (item.createdAt.since(reachedAt).total('minutes') < DELAYED_MINUTES) return []
  const ahead = moment.database.until(moment.now)
  const when = sayWhen(reachedAt.add(ahead), time.sendAfter ?? moment.now, item.hours?.zone ?? 'UTC', to)
  return [fixedText('delayed', to, { when }, item.wordings).text]
}

type Timing = Pick<Prepared, 'status' | 'sendAfter' | 'hold'>

function timing(moment: Moment, item: ToPrepare, spoken: string, openings: Openings): Timing {
  if (item.phone === 'none') return { status: 'received', sendAfter: null, hold: null }
  if (item.channel === 'none') return { status: 'failed', sendAfter: null, hold: null }
  // No voice speaks it: a person says it first. Never another language's voice.
  if (item.channel === 'call' && !item.recorded && !hasVoice(spoken)) return { status: 'held', sendAfter: null, hold: 'person' }
  if (item.phone === 'no_number') return { status: 'held', sendAfter: null, hold: 'no_number' }
  return sendTime(moment.now, item, openings)
}

/** When a message may be handed over: at once, at the time that its writer chose or the opening of the next window after it, or at no known time. */
export function sendTime(
  now: Temporal.Instant,
  message: Pick<ToPrepare, 'urgent' | 'optedOut' | 'hours' | 'notBefore'>,
  openings: Openings = openingsAt(now),
): Timing & { readonly status: 'held' | 'queued'; readonly hold: 'hours' | 'no_hours' | null } {
  const { urgent, optedOut, hours, notBefore } = message
  if (urgent || optedOut) return { status: 'queued', sendAfter: now, hold: null }
  const chosen = notBefore !== null && Temporal.Instant.compare(notBefore, now) > 0 ? notBefore : null
  const time = hours === null ? null : (chosen === null ? openings : openingsAt(chosen))(hours)
  if (time === null) return { status: 'held', sendAfter: null, hold: 'no_hours' }
  if (Temporal.Instant.compare(time.at, now) <= 0) return { status: 'queued', sendAfter: now, hold: null }
  return { status: 'held', sendAfter: time.at, hold: chosen?.equals(time.at) ? null : 'hours' }
}

/** Who wrote on a phone is told once per closed window when the other side will get it, and each time when a family that opted out will not. */
function answerToSender(moment: Moment, item: ToPrepare, time: Timing): Prepared['answer'] {
  if (!item.fromPhone || item.keyword !== null) return null
  if (item.direction === 'to_family' && item.optedOut)
    return {
      notice: 'opted_out_to_staff',
      key: `opted_out:${item.id}`,
      ...fixedText('opted_out_to_staff', writersLanguage(item), {}, item.wordings),
    }
  return time.status === 'held' ? heldNotice(item, moment.now, time.sendAfter) : null
}
