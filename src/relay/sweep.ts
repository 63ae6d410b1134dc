/** The net below the path: texts that the carrier's own list has and that never reached us, put where their webhooks would have put them. */

import type { CarrierList, ListedText, SweepStore, Swept } from './ports.ts'

/** What the sweep works with. */
export type SweepDeps = {
  readonly store: SweepStore
  readonly carrier: CarrierList
  /** Waits a moment between two calls, so that the carrier's limit on calls at once is left to the path; false: end now. */
  readonly goOn: () => Promise<boolean>
}

/** `unfinished`: the carrier could not be asked, or the sweep was told to end; what was found before is kept, and the next one begins where this did. */
export type SweepEnd = { readonly kind: 'swept' | 'unfinished'; readonly found: number }

/** The list lags (Twilio: minutes, at times hours): each sweep looks back over what the last ones read. */
const OVERLAP_HOURS = 2
/** Once an hour, and at the first sweep of all, a whole day. */
const DEEP_HOURS = 25
const DEEP_EVERY_HOURS = 1
/** However long the outage was: a text that is older is a person's to deliver. */
const LONGEST_DAYS = 7
/** Seconds for which a text's webhook may still be on its way (Twilio: 15 s, retries included). */
const ON_ITS_WAY = 15
/** Texts held in memory at once; a stretch of time that has more is taken in halves, the older first. */
const MOST_AT_ONCE = 5_000
const SHORTEST_SECONDS = 60
const KEPT_AT_ONCE = 500

/** Reads what came to our numbers since the last sweep and puts what is missing into the inbox, oldest first. Bugs and a database that is away throw. */
export async function sweep(deps: SweepDeps): Promise<SweepEnd> {
  const { now, swept } = await deps.store.begin()
  const until = now.subtract({ seconds: ON_ITS_WAY })
  const deep = swept === null || now.since(swept.deep).total('hours') >= DEEP_EVERY_HOURS
  const from = later(
    (swept?.until ?? now).subtract({ hours: deep ? DEEP_HOURS : OVERLAP_HOURS }),
    now.subtract({ hours: LONGEST_DAYS * 24 }),
  )
  const end = await sweepRange(deps, from, until)
  if (end.kind === 'swept') await deps.store.end({ until, deep: deep ? now : (swept as Swept).deep })
  return end
}

async function sweepRange(deps: SweepDeps, from: Temporal.Instant, until: Temporal.Instant): Promise<SweepEnd> {
  const found = await missingIn(deps, from, until)
  if (found === 'stopped') return { kind: 'unfinished', found: 0 }
  if (found === 'too_many') {
    const middle = from.add({ seconds: Math.floor(until.since(from).total('seconds') / 2) })
    const older = await sweepRange(deps, from, middle)
    if (older.kind === 'unfinished') return older
    const newer = await sweepRange(deps, middle, until)
    return { kind: newer.kind, found: older.found + newer.found }
  }
  for (let i = 0; i < found.length; i += KEPT_AT_ONCE) await deps.store.keep(found.slice(i, i + KEPT_AT_ONCE))
  return { kind: 'swept', found: found.length }
}

/** Over all numbers, oldest first: a phone's STOP to one of them and START to another keep their order. */
async function missingIn(
  deps: SweepDeps,
  from: Temporal.Instant,
  until: Temporal.Instant,
): Promise<ListedText[] | 'too_many' | 'stopped'> {
  const newestFirst: ListedText[] = []
  for (const number of await deps.store.numbersSince(from)) {
    const since = later(from, number.adoptedAt)
    if (Temporal.Instant.compare(since, until) >= 0) continue
    let page: string | null = null
    do {
      const range = { to: number.number, from: since, until }
      const answer: Awaited<ReturnType<CarrierList['received']>> = (await deps.goOn())
        ? await deps.carrier.received(range, page)
        : null
      if (answer === null) return 'stopped'
      // The list goes by when the webhook was called; what came before the number was ours is not ours.
      const ours = answer.texts.filter((text) => Temporal.Instant.compare(text.reachedAt, number.adoptedAt) >= 0)
      newestFirst.push(...(await deps.store.missing(number, ours)))
      if (newestFirst.length > MOST_AT_ONCE && until.since(from).total('seconds') > SHORTEST_SECONDS) return 'too_many'
      page = answer.next
    } while (page !== null)
  }
  // The carrier tells whole seconds; within one, its list's own order counts.
  return newestFirst.reverse().sort((a, b) => Temporal.Instant.compare(a.reachedAt, b.reachedAt))
}

function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) > 0 ? a : b
}
