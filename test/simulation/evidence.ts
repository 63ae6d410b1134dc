/** Everything that a finished world leaves behind, read once: the rows, when each was committed, and whose phone each id is. */

import { connect, type Db } from '../../src/store/database.ts'
import { createKeys, type Keys } from '../../src/store/keys.ts'
import { readNumber } from '../../src/store/phones.ts'
import { KEY } from './host.ts'
import type { World } from './world.ts'

/** An exchange, as its row ends. */
export type ExchangeRow = {
  readonly id: string
  readonly district: string
  readonly conversation: string | null
  readonly direction: 'to_family' | 'to_staff'
  readonly author: 'person' | 'gateway'
  readonly notice: string | null
  readonly answers: string | null
  readonly seq: number | null
  readonly status: string
  readonly hold: string | null
  readonly preparing: boolean
  readonly urgent: boolean
  /** The time that its writer chose, in microseconds. */
  readonly notBefore: number | null
  readonly text: string
  readonly carrierSid: string | null
  readonly guardian: string | null
  readonly channel: 'text' | 'call'
  /** The call in which it is said. */
  readonly call: string | null
}

/** An event with the moment of its commit, in microseconds. */
export type EventRow = {
  readonly id: number
  readonly exchange: string | null
  readonly what: string
  /** Whose doing; null: the gateway's. */
  readonly who: string | null
  readonly detail: Readonly<Record<string, unknown>>
  /** By the database's clock, in microseconds. */
  readonly at: number
  readonly committed: number
}

/** A hand-over that was tried. */
export type AttemptRow = {
  readonly id: string
  readonly exchange: string
  readonly part: number
  readonly phone: string
  readonly outcome: string | null
  readonly sid: string | null
}

/** A conversation with its two sides. */
export type ConversationRow = {
  readonly id: string
  readonly district: string
  readonly staff: string
  readonly school: string
  /** For how many days it was open. */
  readonly open: number
  /** Days (UTC) of which the log tells something of it. */
  readonly daysTold: number
}

/** A call, as the gateway wrote it down. Times in microseconds. */
export type CallRow = {
  readonly id: string
  readonly district: string
  readonly script: string
  /** The message for which it was made first; null: it was made for none. */
  readonly exchange: string | null
  /** Whose own phone it rings, because she asked for a call to a family; null: it rings for another reason. */
  readonly asker: string | null
  readonly started: number
  readonly ended: boolean
}

/** A STOP or START that was obeyed; `committed` in microseconds. */
export type Word = { readonly stop: boolean; readonly committed: number; readonly id: number }

/** What is left behind. */
export type Evidence = {
  readonly world: World
  readonly exchanges: ReadonlyMap<string, ExchangeRow>
  readonly attempts: ReadonlyMap<string, AttemptRow>
  readonly events: readonly EventRow[]
  readonly eventsOf: (exchange: string) => readonly EventRow[]
  readonly conversations: ReadonlyMap<string, ConversationRow>
  /** Which conversation a phone means by a school number: all that it ever was. */
  readonly bindings: readonly {
    readonly phone: string
    readonly number: string
    readonly conversation: string
    readonly side: 'family' | 'staff'
  }[]
  readonly calls: ReadonlyMap<string, CallRow>
  /** Whether something urgent was said, or to be said, in a call. */
  readonly urgentIn: (call: string) => boolean
  /** What a phone asked of a district, in the order of the commits. */
  readonly words: (phone: string, district: string) => readonly Word[]
  /** Texts to staff that stand in no conversation and of which no task ever told. */
  readonly unattended: readonly string[]
  readonly inboxWaiting: number
  readonly unsealed: number
  readonly db: Db
  readonly keys: Keys
}

/** Texts to staff that stand in no conversation, and of which no task ever told. */
export const UNATTENDED = `select x.id from exchange x
  where x.direction = 'to_staff' and x.author = 'person' and x.kind <> 'call' and x.conversation_id is null and x.keyword is null
    and not exists (select from task t where t.district_id = x.district_id
      and (t.exchange_id = x.id or (x.phone_id is null and t.kind = 'no_sender') or (t.phone_id = x.phone_id and t.kind in ('stranger', 'lost_staff'))))`

/** Reads what a world left behind. `db` reads as the app's role; whoever calls closes it. */
export async function gather(world: World): Promise<Evidence> {
  const look = world.statements.look
  const keys = createKeys(KEY)
  const phones = new Map(
    (
      await look<{ id: string; district_id: string; number_encrypted: Buffer }>(
        'select id, district_id, number_encrypted from phone',
      )
    ).map((p) => [p.id, readNumber(keys, p.district_id, p.number_encrypted) as string]),
  )
  const exchanges =
    await look<ExchangeRow>(`select id, district_id as district, conversation_id as conversation, direction, author, notice, answers, seq::int,
    status, hold, prepare_after is not null as preparing, urgent, (extract(epoch from not_before) * 1000000)::float8 as "notBefore", original_text as text, channel, call_id as call, carrier_sid as "carrierSid", guardian_id as guardian from exchange order by created_at, id`)
  const attempts = await look<AttemptRow & { phone_id: string }>(
    'select id, exchange_id as exchange, part, phone_id, outcome, sid from attempt',
  )
  const events = await look<Omit<EventRow, 'committed'> & { xid: string }>(
    `select id::int, exchange_id as exchange, what, who, coalesce(detail, '{}') as detail, (extract(epoch from at) * 1000000)::float8 as at, xmin::text as xid from event order by id`,
  )
  const grouped = Map.groupBy(
    events.map((e): EventRow => ({ ...e, committed: world.commits.get(e.xid) ?? 0 })),
    (e) => e.exchange ?? '',
  )
  const unattended = await look<{ id: string }>(UNATTENDED)
  const [waiting] = await look<{ inbox: number; unsealed: number }>(
    'select (select count(*)::int from inbox where taken_at is null) as inbox, (select count(*)::int from unsealed) as unsealed',
  )
  const calls =
    await look<CallRow>(`select k.id, k.district_id as district, k.script, case when k.direction = 'outbound' then k.exchange_id end as exchange,
    case when x.kind = 'call' and (k.script = 'staff_first' or k.side = 'staff') then x.author_id end as asker,
    (extract(epoch from k.started_at) * 1000000)::float8 as started, k.ended_at is not null as ended
    from call k left join exchange x on x.district_id = k.district_id and x.id = k.exchange_id`)
  const senders = new Map(world.carrier.sent.map((t) => [t.sid, t.from]))
  const toPhone = new Map(attempts.map((a) => [a.exchange, phones.get(a.phone_id)]))
  const byId = new Map(exchanges.map((e) => [e.id, e]))
  const words = [...grouped.values()]
    .flat()
    .filter((e) => e.what === 'opted_out' || e.what === 'opted_in')
    .map((e) => {
      const exchange = byId.get(e.exchange ?? '')
      const phone = exchange?.carrierSid != null ? senders.get(exchange.carrierSid) : toPhone.get(exchange?.id ?? '')
      return { phone, district: exchange?.district, stop: e.what === 'opted_out', committed: e.committed, id: e.id }
    })
    .sort((a, b) => a.committed - b.committed || a.id - b.id)
  const urgent = new Set(exchanges.filter((e) => e.urgent).map((e) => e.call))
  return {
    world,
    calls: new Map(calls.map((c) => [c.id, c])),
    urgentIn: (call) => urgent.has(call),
    words: (phone, district) => words.filter((w) => w.phone === phone && w.district === district),
    exchanges: new Map(exchanges.map((e) => [e.id, e])),
    attempts: new Map(attempts.map((a) => [a.id, { ...a, phone: phones.get(a.phone_id) ?? '' }])),
    events: [...grouped.values()].flat().sort((a, b) => a.id - b.id),
    eventsOf: (exchange) => grouped.get(exchange) ?? [],
    conversations: new Map(
      (
        await look<ConversationRow>(
          `select c.id, c.district_id as district, c.staff_side as staff, c.school_id as school,
          (select count(distinct date_trunc('day', v.at, 'UTC'))::int from exchange e join event v on v.district_id = e.district_id and v.exchange_id = e.id
            where e.district_id = c.district_id and e.conversation_id = c.id) as "daysTold",
          (extract(epoch from coalesce(c.ended_at, $1::timestamptz) - c.started_at) / 86400)::float8 as open from conversation c`,
          [world.scheduler.instant().toString()],
        )
      ).map((c) => [c.id, c]),
    ),
    bindings: (
      await look<{ phone_id: string; number: string; conversation: string; side: 'family' | 'staff' }>(
        'select b.phone_id, n.number, b.conversation_id as conversation, b.side from binding b join proxy_number n on n.id = b.proxy_number_id',
      )
    ).map((b) => ({ ...b, phone: phones.get(b.phone_id) ?? '' })),
    unattended: unattended.map(({ id }) => id),
    inboxWaiting: waiting?.inbox ?? 0,
    unsealed: waiting?.unsealed ?? 0,
    db: connect(world.ownerUrl, 'homeline_app', 1),
    keys,
  }
}
