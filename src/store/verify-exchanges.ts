/** Holds every exchange against its events: the chain covers the events, and what people see are the exchanges. */

import { sql } from 'kysely'
import type { Trx } from './database.ts'
import { TEXT_ERASED, TRANSCRIBED } from './events.ts'

/** The event by which what an unknown phone wrote came into a conversation, and got the name of the guardian whose phone it is. */
export const PLACED = 'placed'

/** Where the log is broken: the place in the chain and the event, as far as there is one, and what is wrong, in one plain sentence. */
export type Broken = {
  readonly kind: 'broken'
  readonly seq: number | null
  readonly eventId: number | null
  readonly what: string
}

const PAGE = 2000

type ExchangeRow = {
  readonly id: string
  readonly status: string
  readonly kind: string
  readonly urgent: boolean
  readonly by_voice: boolean
  readonly recording_id: string | null
  readonly not_before: Temporal.Instant | null
  readonly author: string
  readonly author_id: string | null
  readonly direction: string
  readonly conversation_id: string | null
  readonly desk_id: string | null
  readonly guardian_id: string | null
  readonly created_at: Temporal.Instant
  readonly original_language: string | null
  readonly original_text: string
  readonly translation_language: string | null
  readonly translation_text: string | null
  readonly translation_by: string | null
  readonly urgent_reason: string | null
}

type EventRow = {
  readonly id: number
  readonly exchange_id: string
  readonly at: Temporal.Instant
  readonly what: string
  readonly who: string | null
  readonly detail: Readonly<Record<string, string | number | boolean | null>> | null
  readonly status: string | null
  readonly has_status: boolean
  readonly text: Readonly<Record<string, string | null>> | null
}

/** The first exchange, by id, that says something else than its events; null when all agree. */
export async function findBadExchange(trx: Trx, districtId: string): Promise<Broken | null> {
  let after: string | null = null
  for (;;) {
    const { rows }: { rows: ExchangeRow[] } = await sql<ExchangeRow>`
      select id, status, kind, urgent, by_voice, recording_id, not_before, author, author_id, direction, conversation_id, desk_id, guardian_id, created_at, original_language, original_text,
        translation_language, translation_text, translation_by, urgent_reason from exchange
      where district_id = ${districtId} ${after === null ? sql`` : sql`and id > ${after}::uuid`} order by id limit ${PAGE}`.execute(
      trx,
    )
    const last = rows.at(-1)
    if (last === undefined) return null
    const events = await eventsOf(
      trx,
      districtId,
      rows.map((row) => row.id),
    )
    for (const row of rows) {
      const wrong = disagreement(row, events.get(row.id) ?? [])
      if (wrong !== null)
        return { kind: 'broken', seq: null, eventId: wrong.eventId, what: `The exchange ${row.id} ${wrong.what}.` }
    }
    after = last.id
  }
}

async function eventsOf(trx: Trx, districtId: string, exchangeIds: readonly string[]): Promise<Map<string, EventRow[]>> {
  const { rows } = await sql<EventRow>`
    select e.id, e.exchange_id, e.at, e.what, e.who, e.detail, e.detail ->> 'status' as status, coalesce(e.detail ? 'status', false) as has_status, t.text
    from event e left join event_text t on t.district_id = e.district_id and t.event_id = e.id
    where e.district_id = ${districtId} and e.exchange_id = any(${[...exchangeIds]}::uuid[]) order by e.id`.execute(trx)
  const byExchange = new Map<string, EventRow[]>()
  for (const row of rows) {
    const list = byExchange.get(row.exchange_id)
    if (list === undefined) byExchange.set(row.exchange_id, [row])
    else list.push(row)
  }
  return byExchange
}

function disagreement(
  exchange: ExchangeRow,
  events: readonly EventRow[],
): { readonly eventId: number | null; readonly what: string } | null {
  if (events.length === 0) return { eventId: null, what: 'has no events' }
  const state = events.findLast((event) => event.has_status)
  if (state?.status !== exchange.status)
    return {
      eventId: state?.id ?? null,
      what: `has the status ${exchange.status}, and its events say ${state?.status ?? 'nothing of it'}`,
    }
  const changed = changedColumn(exchange, events)
  if (changed !== null) return { eventId: events[0]?.id ?? null, what: `has another ${changed} than its events` }
  // Once erased, no event tells what the text was: then the exchange may hold none.
  const erased = events.some((event) => event.what === TEXT_ERASED)
  const original = firstWords(events)
  const translation = lastText(events, 'translation')
  if (exchange.original_text !== (original.value ?? '') && !(erased && exchange.original_text === ''))
    return { eventId: original.eventId, what: 'has another original text than its events' }
  const translated = exchange.translation_text ?? ''
  if (translated !== (translation.value ?? '') && !(erased && translated === ''))
    return { eventId: translation.eventId, what: 'has another translation than its events' }
  const reason = lastText(events, 'reason')
  if (exchange.urgent_reason !== reason.value && !(erased && exchange.urgent_reason === null))
    return { eventId: reason.eventId ?? events[0]?.id ?? null, what: 'has another reason for being urgent than its events' }
  return null
}

/** What was said, which no later event changes: the words of the first event, or of the transcript where that had none. */
function firstWords(events: readonly EventRow[]): { readonly value: string | null; readonly eventId: number | null } {
  const first = events.find((e) => e.text?.['original'] != null)
  const words = first?.text?.['original'] === '' ? events.find((e) => e.what === TRANSCRIBED && e.text?.['original']) : first
  return { value: (words ?? first)?.text?.['original'] ?? null, eventId: (words ?? first)?.id ?? null }
}

function lastText(events: readonly EventRow[], name: string): { readonly value: string | null; readonly eventId: number | null } {
  const event = events.findLast((e) => e.text !== null && Object.hasOwn(e.text, name))
  return { value: event?.text?.[name] ?? null, eventId: event?.id ?? null }
}

/** The first thing that the row says otherwise than the event it came with, or the event of its translation; null when all agree. */
function changedColumn(exchange: ExchangeRow, events: readonly EventRow[]): string | null {
  const made = events.find((e) => e.detail !== null && Object.hasOwn(e.detail, 'conversation'))
  if (made?.detail != null) {
    const { detail } = made
    const place = events.findLast((e) => e.what === PLACED)?.detail ?? detail
    const said: Readonly<Record<string, readonly [unknown, unknown]>> = {
      // First events of before kinds were kept in them say it of calls alone; a voicemail is one by its recording.
      kind: [
        exchange.kind,
        detail['kind'] ?? (exchange.kind === 'voicemail' && exchange.recording_id !== null ? 'voicemail' : 'message'),
      ],
      urgency: [exchange.urgent, events.some((e) => e.detail?.['urgent'] === true)],
      'way of being said': [exchange.by_voice, detail['byVoice'] === true],
      'time before which it must not go': [
        exchange.not_before?.toString() ?? null,
        asKept(events.findLast((e) => e.detail !== null && Object.hasOwn(e.detail, 'notBefore'))?.detail?.['notBefore']),
      ],
      author: [exchange.author, made.what === 'notice' ? 'gateway' : 'person'],
      writer: [exchange.author_id, made.who],
      direction: [exchange.direction, detail['direction']],
      conversation: [exchange.conversation_id, place['conversation']],
      desk: [exchange.desk_id, detail['desk']],
      guardian: [exchange.guardian_id, place['guardian']],
      time: [exchange.created_at.toString(), made.at.add({ microseconds: Number(detail['n'] ?? 0) }).toString()],
    }
    for (const [name, [now, then]] of Object.entries(said)) if (now !== then) return name
  }
  const translated = events.findLast((e) => e.what === 'translated')
  if (exchange.translation_text === null || translated?.detail == null) return null
  const { from, to, by } = translated.detail
  if (from === undefined || to === undefined || by === undefined) return null
  if (exchange.original_language !== from || exchange.translation_language !== to) return 'language'
  return exchange.translation_by === by ? null : 'translator'
}

/** A time of an event as a column keeps it: PostgreSQL rounds to microseconds. */
function asKept(time: unknown): string | null {
  return typeof time === 'string'
    ? Temporal.Instant.from(time).round({ smallestUnit: 'microsecond', roundingMode: 'halfEven' }).toString()
    : null
}
