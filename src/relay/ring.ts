/**
 * Step 3 for what goes by voice: a call that the carrier is asked for once. The same protocol as for a text: the call is committed first, an
 * unknown outcome is looked up and never dialled again by itself.
 */

import { decideDelivery } from '../core/delivery.ts'
import type { CallControl } from './call-ports.ts'
import type { CallCarrier, OpenCall, ReadyCall, RingStore } from './ring-ports.ts'

/** What `ring` works with. `monotonic` gives milliseconds that no change of a clock touches. */
export type RingDeps = {
  readonly store: RingStore
  readonly carrier: CallCarrier & CallControl
  readonly monotonic: () => number
}

/** The carrier is asked only so long after the commit: a process that slept longer must not ask at all. */
const CALL_WITHIN_MS = 5_000
/** Seconds after the start at which the carrier's list is asked about a call that nobody has told of. */
const LOOKS = [5, 30, 120, 300, 900]
/** Seconds between two looks at a call that the carrier took and of whose end it has not told. */
const LASTING_SECONDS = 60
/** Seconds until a call that is to end is looked at once more. */
const ENDING_SECONDS = 5
/** Minutes for which an unknown call blocks its lane. */
const GIVE_UP_MINUTES = 20

/** Makes up to `limit` due calls of a district. `done` ends when each has an outcome and that is recorded; of texts it says nothing. */
export async function ring(deps: RingDeps, districtId: string, limit: number): Promise<{ claimed: number; done: Promise<null> }> {
  const begun = deps.monotonic()
  const { calls, decided } = await deps.store.claim(districtId, limit, decideDelivery)
  return { claimed: decided, done: Promise.all(calls.map((call) => place(deps, call, begun))).then(() => null) }
}

async function place(deps: RingDeps, call: ReadyCall, begun: number): Promise<void> {
  const inTime = deps.monotonic() - begun < CALL_WITHIN_MS
  const outcome = inTime ? await deps.carrier.call(call) : ({ kind: 'not_called' } as const)
  await deps.store.record(call.districtId, [{ callId: call.callId, outcome }])
}

/** Asks the carrier about calls of a district that are due for a look; gives how many there were. */
export async function lookAtCalls(deps: RingDeps, districtId: string, limit: number): Promise<number> {
  const { moment, calls } = await deps.store.dueLooks(districtId, limit)
  await Promise.all(calls.map((call) => look(deps, districtId, moment.database, call)))
  return calls.length
}

async function look(deps: RingDeps, districtId: string, now: Temporal.Instant, call: OpenCall): Promise<void> {
  const sid = call.sid ?? (await find(deps, districtId, call))
  if (sid !== null) {
    if (call.hangUp) await deps.carrier.end(sid)
    const state = await deps.carrier.callNow(sid)
    if (state?.end != null) return deps.store.end(districtId, call.callId, state.end)
    return deps.store.lookAgain(districtId, call.callId, call.hangUp ? ENDING_SECONDS : LASTING_SECONDS)
  }
  const age = now.since(call.startedAt).total('seconds')
  if (age >= GIVE_UP_MINUTES * 60) return deps.store.giveUp(districtId, call.callId)
  const next = LOOKS.find((seconds) => seconds > age) ?? GIVE_UP_MINUTES * 60
  return deps.store.lookAgain(districtId, call.callId, Math.max(1, next - age))
}

async function find(deps: RingDeps, districtId: string, call: OpenCall): Promise<string | null> {
  if (call.to === null) return null
  // The carrier's clock and ours may differ a little.
  const records = await deps.carrier.callsSince(call.from, call.to, call.startedAt.subtract({ seconds: 30 }))
  // Oldest first: a phone has one call of ours at a time.
  for (const { sid } of [...(records ?? [])].reverse()) if (await deps.store.adopt(districtId, call.callId, sid)) return sid
  return null
}
