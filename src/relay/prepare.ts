/** Step 2: the language, the words and the time. A hold is only a later `sendAfter`. */

import { senderLabel, writeBody } from '../core/body.ts'
import { hasVoice } from '../core/call-voices.ts'
import { missingFacts } from '../core/facts.ts'
import { type Openings, openingsAt } from '../core/hours.ts'
import { sameLanguage } from '../core/language.ts'
import { cleanText } from '../core/segments.ts'
import { fixedText, sayWhen } from '../core/texts.ts'
import type { Wordings } from '../core/wordings.ts'
import type { LineAsker } from './look-up.ts'
import type { Unseen } from './picture-ports.ts'
import type {
  Asked,
  Detector,
  Moment,
  Postponed,
  Prepared,
  PrepareStore,
  ToPrepare,
  TranslationAnswer,
  Translator,
} from './ports.ts'

/** What `prepare` works with. */
export type PrepareDeps = {
  readonly store: PrepareStore
  readonly translator: Pick<Translator, 'name' | 'translate'>
  readonly detect: Detector
  /** Null: nobody can say what line a phone is; what a failed text teaches must do. */
  readonly lines: LineAsker | null
  /** Milliseconds that no change of a clock touches. */
  readonly monotonic: () => number
}

/** How sure detection must be to be believed against what the roster says. */
const SURE = 0.9
/** Minutes for which a translator that is away is asked again; then the original goes out with a note. */
const GIVE_UP_MINUTES = 10
const TRANSLATIONS_AT_ONCE = 16
/** No translation begins later than this after the lease was asked for: each may take 10 s, and the lease of 60 s must outlive them all. */
const ASK_WITHIN_MS = 40_000
/** Minutes after which a text that came by a detour says when it was written: "I am outside" must not read as now. */
const DELAYED_MINUTES = 10
/** UTF-16 units that a translation may have beside so many times those of its original (Chinese becomes about six times as long). */
const GROWTH = { times: 15, more: 500 }

/** Prepares up to `limit` exchanges of a district; gives how many it had. A crash leaves their leases to run out. */
export async function prepare(deps: PrepareDeps, districtId: string, limit: number): Promise<number> {
  const begun = deps.monotonic()
  const { moment, items } = await deps.store.lease(districtId, limit)
  const asking = deps.lines?.open() === true ? items.filter((item) => item.unasked !== null) : []
  const rest = asking.length === 0 ? items : items.filter((item) => item.unasked === null)
  // First texts wait for an answer; nothing else waits for them.
  const ends = await Promise.allSettled([
    write(deps, districtId, moment, begun, rest),
    learnLines(deps, districtId, asking).then((learnt) => write(deps, districtId, moment, begun, learnt)),
  ])
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return items.length
}

/** The items, each by the way that its line takes. */
async function learnLines(
  { store, lines }: PrepareDeps,
  districtId: string,
  items: readonly ToPrepare[],
): Promise<readonly ToPrepare[]> {
  if (lines === null || items.length === 0) return items
  const phones = new Map(items.flatMap(({ unasked }) => (unasked === null ? [] : [[unasked.phoneId, unasked.number] as const])))
  // Noted before it is asked: a crash in between costs an answer, never a second question.
  const mine = new Set(await store.claimLines(districtId, [...phones.keys()]))
  const asked = [...phones].filter(([phoneId]) => mine.has(phoneId))
  const told = await lines.ask(asked.map(([, number]) => number))
  const learnt = new Map(
    asked.flatMap(([phoneId, number]) => {
      const line = told.get(number)
      return line === undefined ? [] : [[phoneId, line] as const]
    }),
  )
  if (learnt.size > 0) await store.keepLines(districtId, learnt)
  return items.map((item) => {
    const { unasked } = item
    return unasked !== null && learnt.get(unasked.phoneId) === 'landline' ? { ...item, channel: unasked.landline } : item
  })
}

async function write(
  deps: PrepareDeps,
  districtId: string,
  moment: Moment,
  begun: number,
  items: readonly ToPrepare[],
): Promise<void> {
  if (items.length === 0) return
  const answers = await translateAll(
    deps.translator,
    items.map((item) => translationOf(deps.detect, item)),
    () => deps.monotonic() - begun < ASK_WITHIN_MS,
    deps.monotonic,
  )
  const openings = openingsAt(moment.now)
  const done: Prepared[] = []
  const later: Postponed[] = []
  items.forEach((item, i) => {
    const { from, to, answer, asked } = answers[i] as Translated
    const waited = moment.database.since(item.createdAt).total('minutes')
    const { id, tries } = item
    if (answer === 'not asked') later.push({ id, tries, seconds: 0, reason: null })
    else if (answer?.kind === 'unavailable' && waited < GIVE_UP_MINUTES)
      later.push({ id, tries, seconds: Math.min(5 * 2 ** tries, 60), reason: answer.reason, asked })
    else done.push({ ...result(moment, item, from, to, answer, openings), asked })
  })
  if (later.length > 0) await deps.store.postpone(districtId, later)
  if (done.length > 0) await deps.store.finish(districtId, moment, done)
}

/** What a family would get of a draft, and when: the very work of `prepare`, with nothing written down. */
export async function preview(
  deps: Pick<PrepareDeps, 'translator' | 'detect'>,
  moment: Moment,
  draft: ToPrepare,
): Promise<Prepared> {
  const [translated] = await translateAll(
    deps.translator,
    [translationOf(deps.detect, draft)],
    () => true,
    () => 0,
  )
  const { from, to, answer } = translated as Translated
  return result(moment, draft, from, to, answer === 'not asked' ? null : answer, openingsAt(moment.now))
}

type Wish = {
  readonly from: string
  readonly to: string
  readonly request: {
    readonly text: string
    readonly from: string
    readonly to: string
    readonly names: readonly string[]
    readonly wordings: Wordings | undefined
  } | null
}
type Translated = Wish & { readonly answer: TranslationAnswer | 'not asked' | null; readonly asked: Asked | undefined }

/** Which languages a text goes between. What the roster says is the answer; detection only corrects it where it is sure. */
function translationOf(detect: Detector, item: ToPrepare): Wish {
  const family = item.familyLanguages[0] ?? null
  const staff = item.staffLanguage
  const seen = detect(
    item.text,
    item.direction === 'to_staff' ? [...item.familyLanguages, staff] : [staff, ...item.familyLanguages],
  )
  const written = item.direction === 'to_staff' ? (family ?? (seen.language === 'und' ? staff : seen.language)) : staff
  const from = seen.language !== 'und' && seen.confidence >= SURE ? seen.language : written
  const to = item.direction === 'to_staff' ? staff : (family ?? staff)
  const nothingToSay = item.keyword !== null || item.text.trim() === ''
  return {
    from,
    to,
    request:
      nothingToSay || sameLanguage(from, to) ? null : { text: item.text, from, to, names: item.names, wordings: item.wordings },
  }
}

/** Asks the translator for each different text once, a few at a time, for as long as there is `time`; tells how long each took. */
async function translateAll(
  translator: PrepareDeps['translator'],
  wishes: readonly Wish[],
  time: () => boolean,
  monotonic: () => number,
): Promise<Translated[]> {
  const answers = new Map<string, { readonly answer: TranslationAnswer; readonly asked: Asked }>()
  const keyOf = (wish: Wish) => JSON.stringify(wish.request)
  const different = [...new Map(wishes.map((w) => [keyOf(w), w.request])).entries()].filter(([, request]) => request !== null)
  for (let i = 0; i < different.length && time(); i += TRANSLATIONS_AT_ONCE)
    await Promise.all(
      different.slice(i, i + TRANSLATIONS_AT_ONCE).map(async ([key, request]) => {
        if (request === null) return
        const begun = monotonic()
        const answer = await ask(translator, request)
        const { from, to } = request
        answers.set(key, { answer, asked: { from, to, milliseconds: Math.round(monotonic() - begun) } })
      }),
    )
  return wishes.map((wish) => {
    const found = wish.request === null ? undefined : answers.get(keyOf(wish))
    return { ...wish, answer: wish.request === null ? null : (found?.answer ?? 'not asked'), asked: found?.asked }
  })
}

/** An engine's answer as it can be kept. Nothing, or far more than the original can say, is no translation of it. */
async function ask(translator: PrepareDeps['translator'], request: NonNullable<Wish['request']>): Promise<TranslationAnswer> {
  const answer = await translator.translate(request)
  if (answer.kind !== 'translated') return answer
  if (answer.text.trim() === '') return { kind: 'unavailable', reason: 'empty answer' }
  if (answer.text.length > GROWTH.times * request.text.length + GROWTH.more)
    return { kind: 'unavailable', reason: 'answer too long' }
  return { ...answer, text: cleanText(answer.text) }
}

function result(
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
  const toFamily = item.direction === 'to_family'
  const language = toFamily ? item.staffLanguage : (item.familyLanguages[0] ?? item.staffLanguage)
  if (toFamily && item.optedOut)
    return {
      notice: 'opted_out_to_staff',
      key: `opted_out:${item.id}`,
      ...fixedText('opted_out_to_staff', language, {}, item.wordings),
    }
  if (time.status !== 'held') return null
  const key = `held:${item.conversationId}:${item.direction}:${time.sendAfter?.toString() ?? moment.now.toString().slice(0, 10)}`
  if (time.sendAfter === null || item.writerZone === null)
    return {
      notice: 'held_no_time',
      key,
      ...fixedText('held_no_time', language, { staff: toFamily ? item.familyName : item.staffName }, item.wordings),
    }
  const when = sayWhen(time.sendAfter, moment.now, item.writerZone, language)
  return toFamily
    ? { notice: 'held_for_family', key, ...fixedText('held_for_family', language, { when }, item.wordings) }
    : { notice: 'held_for_staff', key, ...fixedText('held_for_staff', language, { staff: item.staffName, when }, item.wordings) }
}
