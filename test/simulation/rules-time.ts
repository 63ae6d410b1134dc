/** Rules about when: allowed hours, the short way from the decision to the carrier, and STOP. Hours are worked out here anew and plainly. */

import type { SchoolHours } from '../../src/core/hours.ts'
import type { TakenText } from './carrier.ts'
import type { AttemptRow, EventRow, Evidence, ExchangeRow } from './evidence.ts'
import { usualHours } from './people.ts'
import { STOPS } from './plan.ts'
import { type Rule, short, when } from './rule.ts'

const SECOND = 1_000_000
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
/** Every window of the plans begins and ends on a quarter of an hour. */
const STEP = 15 * 60 * SECOND
const ANSWER = 300 * SECOND
const CALL_WITHIN = 5 * SECOND

/** Whether a side may be reached at a moment (microseconds). */
export function isOpen(hours: SchoolHours, side: 'families' | 'staff', micros: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(micros / 1000)).toZonedDateTimeISO(hours.timezone)
  if (hours.closures.includes(local.toPlainDate().toString())) return false
  const minute = local.hour * 60 + local.minute
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
  const windows = (day: number) =>
    (hours[side][DAYS[(day + 7) % 7] as (typeof DAYS)[number]] ?? []).map((w) => w.split('-').map(minutes) as [number, number])
  return (
    windows(local.dayOfWeek - 1).some(([from, to]) => minute >= from && (to < from || minute < to)) ||
    windows(local.dayOfWeek - 2).some(([from, to]) => to < from && minute < to)
  )
}

function staysOpen(hours: SchoolHours, side: 'families' | 'staff', from: number, to: number): boolean {
  for (let at = from; at < to; at += STEP) if (!isOpen(hours, side, at)) return false
  return isOpen(hours, side, to - 1_000)
}

/** A hand-over with what the log says of its decision. */
type HandOver = {
  readonly text: TakenText
  readonly attempt: AttemptRow
  readonly exchange: ExchangeRow
  readonly decided: EventRow
}

/** Each text that the carrier took with the `sending` event that was committed last before it was sent. */
function handOvers({ world, attempts, exchanges, eventsOf }: Evidence): HandOver[] {
  return world.carrier.taken.flatMap((text): HandOver[] => {
    const attempt = attempts.get(text.attemptId)
    const exchange = exchanges.get(attempt?.exchange ?? '')
    if (attempt === undefined || exchange === undefined) return []
    const decided = eventsOf(exchange.id).findLast((e) => e.what === 'sending' && e.committed <= text.issued)
    return decided === undefined ? [] : [{ text, attempt, exchange, decided }]
  })
}

/** Which hours may have been in force when something was decided: those committed before, and those that came while it was. */
function hoursAt(
  { world, conversations, events }: Evidence,
  exchange: ExchangeRow,
  decided: Pick<EventRow, 'at' | 'committed'>,
): SchoolHours[] {
  const school = conversations.get(exchange.conversation ?? '')?.school
  const found = world.districts.flatMap((d) => d.schools).find((s) => s.id === school)
  if (found === undefined) return []
  const set = events.filter((e) => e.what === 'hours_set' && e.detail['school'] === school && e.committed <= decided.committed)
  const parsed = (e: EventRow) => JSON.parse(String(e.detail['hours'])) as SchoolHours
  const before = set.filter((e) => e.committed <= decided.at)
  const last = before.sort((a, b) => a.committed - b.committed).at(-1)
  return [last === undefined ? usualHours(found.zone) : parsed(last), ...set.filter((e) => e.committed > decided.at).map(parsed)]
}

/** Whether the hours that may have held at `decided` let a message be told at `micros`. A commit follows its decision within seconds. */
export function isOpenBy(evidence: Evidence, exchange: ExchangeRow, decided: number, micros: number): boolean {
  const allowed = hoursAt(evidence, exchange, { at: decided, committed: decided + CALL_WITHIN })
  const side = exchange.direction === 'to_family' ? 'families' : 'staff'
  return allowed.length === 0 || allowed.some((hours) => isOpen(hours, side, micros))
}

const inHours: Rule = {
  name: 'inside the allowed hours',
  says: 'Nothing but what is urgent is handed over outside the window, and hand-over plus validity ends inside it; an answer to an own text may follow within five minutes.',
  broken: (evidence) =>
    handOvers(evidence).flatMap((h) => {
      const { text, exchange, decided } = h
      if (exchange.urgent || exchange.conversation === null) return []
      const ends = text.issued + text.validitySeconds * SECOND
      const answered = evidence.exchanges.get(exchange.answers ?? '')
      if (answered !== undefined) {
        const received = evidence.eventsOf(answered.id)[0]
        if (received !== undefined && ends <= received.at + ANSWER + CALL_WITHIN) return []
      }
      const side = exchange.direction === 'to_family' ? 'families' : 'staff'
      const allowed = hoursAt(evidence, exchange, decided)
      return allowed.length === 0 || allowed.some((hours) => staysOpen(hours, side, text.issued, ends))
        ? []
        : [`The message ${short(exchange.id)} was handed over at ${when(text.issued)}, valid until ${when(ends)}.`]
    }),
}

const notBeforeItsTime: Rule = {
  name: 'not before its time',
  says: 'What its writer put off is not decided on before the time that was chosen, unless a person sends it now.',
  broken: (evidence) =>
    handOvers(evidence).flatMap(({ exchange, decided }) =>
      exchange.notBefore !== null && decided.at < exchange.notBefore
        ? [`The message ${short(exchange.id)}, put off to ${when(exchange.notBefore)}, was handed over at ${when(decided.at)}.`]
        : [],
    ),
}

const calledSoon: Rule = {
  name: 'called soon or not at all',
  says: 'The carrier is called within five seconds of the decision, however long a host slept.',
  broken: (evidence) =>
    handOvers(evidence).flatMap(({ text, exchange, decided }) =>
      text.issued - decided.at > CALL_WITHIN
        ? [`The message ${short(exchange.id)}, decided at ${when(decided.at)}, was handed over at ${when(text.issued)}.`]
        : [],
    ),
}

const nothingAfterStop: Rule = {
  name: 'nothing after STOP',
  says: 'Once a STOP is in the log nothing is handed over to that phone until a START, but the one confirmation.',
  broken: (evidence) => {
    return handOvers(evidence).flatMap(({ attempt, exchange, decided, text }) => {
      if (exchange.notice === 'stop_done') return []
      const own = evidence.words(attempt.phone, exchange.district)
      const last = own.filter((w) => w.committed <= decided.at).at(-1)
      const since = own.some((w) => !w.stop && w.committed > decided.at && w.committed <= decided.committed)
      return last?.stop === true && !since
        ? [
            `The message ${short(exchange.id)} (${exchange.notice ?? 'a person’s'}) was handed over at ${when(text.issued)}, after the STOP of ${when(last.committed)}.`,
          ]
        : []
    })
  },
}

const stopIsObeyed: Rule = {
  name: 'every STOP is obeyed',
  says: 'Each word by which a family stops messages, once taken in, leaves its mark in the log.',
  broken: ({ world, exchanges, eventsOf }) => {
    const families = new Set(world.districts.flatMap((d) => d.guardians.flatMap((g) => g.phones)))
    const kept = new Map([...exchanges.values()].map((e) => [e.carrierSid, e]))
    return world.carrier.sent.flatMap((text) => {
      const exchange = kept.get(text.sid)
      if (exchange === undefined || !families.has(text.from) || !STOPS.includes(text.body)) return []
      return eventsOf(exchange.id).some((e) => e.what === 'opted_out') ? [] : [`The word of ${when(text.at)} stopped nothing.`]
    })
  },
}

const ownPhone: Rule = {
  name: 'an own phone is left alone',
  says: 'Nothing is handed over to the phone of a staff member who switched it off, nor outside the hours of the own; an answer to an own text may follow within five minutes.',
  broken: (evidence) =>
    handOvers(evidence).flatMap(({ text, exchange, decided }) => {
      const { staff, school } = evidence.conversations.get(exchange.conversation ?? '') ?? {}
      const zone = evidence.world.districts.flatMap((d) => d.schools).find((s) => s.id === school)?.zone
      if (exchange.direction !== 'to_staff' || zone === undefined) return []
      const set = evidence.events.filter((e) => e.what === 'own_phone_set' && e.who === staff && e.committed <= decided.committed)
      const last = set.findLast((e) => e.committed <= decided.at)
      const meanwhile = set.filter((e) => e.committed > decided.at)
      const answered = evidence.eventsOf(exchange.answers ?? '')[0]
      const allows = ({ detail }: EventRow) =>
        detail['off'] === false &&
        (detail['hours'] === null ||
          (answered !== undefined && text.issued <= answered.at + ANSWER + CALL_WITHIN) ||
          isOpen(
            { timezone: zone, families: {}, staff: JSON.parse(String(detail['hours'])), closures: [] },
            'staff',
            text.issued,
          ))
      return last === undefined || [last, ...meanwhile].some(allows)
        ? []
        : [`The message ${short(exchange.id)} was handed over at ${when(text.issued)} to a phone that is left alone.`]
    }),
}

/** The rules about time. */
export const TIME_RULES: readonly Rule[] = [inHours, ownPhone, notBeforeItsTime, calledSoon, nothingAfterStop, stopIsObeyed]
