/** What breaks, when and how often: windows of trouble out of the plan, and the small chances that never rest. */

import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { StatementFault } from './statements.ts'

/** A fault at one request to the carrier. */
export type SendFault =
  | { readonly kind: 'error_before' | 'error_after'; readonly status: number }
  | { readonly kind: 'reset_before' | 'reset_after' | 'hang_before' | 'hang_after' | 'unreachable' }
  | { readonly kind: 'too_many'; readonly retryAfter: number | null }
  | { readonly kind: 'slow'; readonly micros: number }
  | { readonly kind: 'refuse'; readonly code: number }

/** How the carrier behaves now. All times in microseconds. */
export type CarrierFaults = {
  readonly request: (what: 'send' | 'list') => SendFault | null
  /** The way of a request or an answer. */
  readonly way: () => number
  readonly listLag: () => number
  /** After how long each copy of a callback sets out; none: it is lost. */
  readonly callback: () => readonly number[]
  /** The same for a text from a phone, which is never lost on its way to the webhook. */
  readonly inbound: () => readonly number[]
  readonly fate: () => { readonly queueMicros: number; readonly airMicros: number; readonly errorCode: number | null }
}

/** A stretch of trouble. */
export const TROUBLES = [
  'carrier_errors_before',
  'carrier_errors_after',
  'carrier_hangs_before',
  'carrier_hangs_after',
  'carrier_resets',
  'carrier_unreachable',
  'carrier_429',
  'carrier_slow',
  'carrier_refuses',
  'list_lags',
  'list_down',
  'callbacks_lost',
  'callbacks_doubled',
  'callbacks_reordered',
  'callbacks_early',
  'callbacks_days_late',
  'inbound_doubled',
  'translator_slow',
  'translator_down',
  'translator_wrong',
  'translator_truncates',
  'translator_alters_digits',
  'database_cuts',
  'database_timeouts',
  'database_serialization',
  'database_full',
  'database_slow',
] as const

/** One of `TROUBLES`. */
export type Trouble = (typeof TROUBLES)[number]

/** The faults of a world. */
export type Faults = {
  /** Begins a stretch of trouble; it ends by itself. */
  readonly begin: (trouble: Trouble, micros: number) => void
  readonly endAll: () => void
  readonly has: (trouble: Trouble) => boolean
  /** Counts a fault that was really injected. */
  readonly count: (kind: string) => void
  readonly injected: Readonly<Record<string, number>>
  readonly carrier: CarrierFaults
  readonly statement: (text: string, inTransaction: boolean) => StatementFault | null
  readonly statementDelay: () => number
}

const MS = 1_000
const SECOND = 1_000_000
const HOUR = 3_600 * SECOND

/** In trouble, so often does it strike. */
const OFTEN = 0.4
const STATEMENT_OFTEN = 0.04

/** What is no fault: how far away PostgreSQL is, and how many microseconds apart the carrier's bunches are. */
export type Surroundings = { readonly distance: number; readonly bunch: number }
const NEAR: Surroundings = { distance: 1, bunch: 1 }

/** The faults of a world, none at the beginning. */
export function createFaults(scheduler: Scheduler, random: Random, { distance, bunch }: Surroundings = NEAR): Faults {
  const until = new Map<Trouble, number>()
  const injected: Record<string, number> = {}
  const count = (kind: string) => {
    injected[kind] = (injected[kind] ?? 0) + 1
  }
  const has = (trouble: Trouble) => (until.get(trouble) ?? 0) > scheduler.now()
  const strikes = (trouble: Trouble, often = OFTEN) => {
    if (!has(trouble) || !random.chance(often)) return false
    count(trouble)
    return true
  }
  const bunched = (micros: number) => Math.ceil((scheduler.now() + micros) / bunch) * bunch - scheduler.now()
  const way = () => random.between(20 * MS, 300 * MS)

  const sendFaults: readonly (readonly [Trouble, () => SendFault])[] = [
    ['carrier_errors_before', () => ({ kind: 'error_before', status: random.pick([500, 502, 503, 504]) })],
    ['carrier_errors_after', () => ({ kind: 'error_after', status: random.pick([500, 502, 503, 504]) })],
    ['carrier_hangs_before', () => ({ kind: 'hang_before' })],
    ['carrier_hangs_after', () => ({ kind: 'hang_after' })],
    ['carrier_resets', () => ({ kind: random.pick(['reset_before', 'reset_after'] as const) })],
    ['carrier_unreachable', () => ({ kind: 'unreachable' })],
    ['carrier_429', () => ({ kind: 'too_many', retryAfter: random.pick([null, 1, 20, 120]) })],
    ['carrier_slow', () => ({ kind: 'slow', micros: random.between(SECOND, 40 * SECOND) })],
    ['carrier_refuses', () => ({ kind: 'refuse', code: random.pick([21211, 21614, 21612, 30007, 21611]) })],
  ]
  const statementFaults: readonly (readonly [Trouble, () => StatementFault])[] = [
    ['database_cuts', () => ({ kind: random.pick(['cut_before', 'cut_after'] as const) })],
    ['database_timeouts', () => ({ kind: 'error', code: '57014' })],
    ['database_serialization', () => ({ kind: 'error', code: '40001' })],
    ['database_full', () => ({ kind: 'error', code: '53100' })],
  ]

  return {
    begin: (trouble, micros) => void until.set(trouble, scheduler.now() + micros),
    endAll: () => until.clear(),
    has,
    count,
    injected,
    statement: (text, inTransaction) => {
      for (const [trouble, fault] of statementFaults) {
        // A full disk refuses what is written, a reader does not notice.
        if (trouble === 'database_full' && !/^\s*(?:insert|update|with|commit)/i.test(text)) continue
        if (trouble === 'database_serialization' && text === 'begin') continue
        // Idle looks are many and lose nothing: trouble is for those who work.
        if (strikes(trouble, inTransaction ? STATEMENT_OFTEN : STATEMENT_OFTEN / 8)) return fault()
      }
      return null
    },
    statementDelay: () =>
      strikes('database_slow', 0.02)
        ? random.between(SECOND, 20 * SECOND)
        : random.chance(0.02)
          ? random.between(MS, 80 * MS)
          : random.between(50, 2 * MS) * distance,
    carrier: {
      way,
      request: (what) => {
        if (what === 'list') return strikes('list_down') ? { kind: 'error_before', status: 503 } : null
        for (const [trouble, fault] of sendFaults) if (strikes(trouble)) return fault()
        return null
      },
      listLag: () => (strikes('list_lags') ? random.between(60 * SECOND, 5 * HOUR) : random.between(0, 2 * SECOND)),
      callback: () => {
        if (strikes('callbacks_lost')) return []
        const first = strikes('callbacks_days_late')
          ? random.between(24 * HOUR, 60 * HOUR)
          : strikes('callbacks_reordered')
            ? random.between(0, 90 * SECOND)
            : strikes('callbacks_early', 0.8)
              ? 0
              : bunched(random.between(5 * MS, 900 * MS))
        return strikes('callbacks_doubled') ? [first, first + random.between(0, 30 * SECOND)] : [first]
      },
      inbound: () => {
        const first = bunched(random.between(20 * MS, 600 * MS))
        return strikes('inbound_doubled') ? [first, random.between(0, 20 * SECOND)] : [first]
      },
      fate: () => ({
        queueMicros: random.chance(0.02) ? random.between(SECOND, 4 * HOUR) : bunched(random.between(50 * MS, 3 * SECOND)),
        airMicros: bunched(random.between(200 * MS, 6 * SECOND)),
        errorCode: random.chance(0.02) ? random.pick([30003, 30005, 30006, 30007, 30008]) : null,
      }),
    },
  }
}
