/** What a campaign of runs may claim: nothing that it did not count. */

import type { Plan } from './plan.ts'
import type { Result } from './run.ts'

const whole = (n: number) => Math.round(n).toLocaleString('en-US')

/** The figures of finished runs, in lines. */
export function figures(results: readonly Result[], wallMilliseconds: number): string[] {
  const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0)
  const faults = new Map<string, number>()
  for (const result of results)
    for (const [kind, n] of Object.entries(result.faults)) faults.set(kind, (faults.get(kind) ?? 0) + n)
  const exchanges = sum((r) => r.exchanges)
  const violations = sum((r) => r.violations.length)
  const days = sum((r) => r.conversationDays)
  const seconds = wallMilliseconds / 1000
  const processor = { node: sum((r) => r.processor.node), postgres: sum((r) => r.processor.postgres) }
  return [
    `seeds ${results.length}, virtual days ${whole(sum((r) => r.days))}, conversation-days ${whole(days)} (a conversation that is open for a day), ${whole(sum((r) => r.daysTold))} of them with something in the log, in ${whole(seconds)} s: ${(days / seconds).toFixed(1)} a second; processor time ${whole(processor.node)} s Node, ${whole(processor.postgres)} s PostgreSQL: ${(days / (processor.node + processor.postgres)).toFixed(1)} a second of it`,
    `exchanges ${whole(exchanges)}, texts from phones ${whole(sum((r) => r.inbound))} (${whole(sum((r) => r.notTaken))} that no gateway took in time), hand-overs ${whole(sum((r) => r.handOvers))}, statements ${whole(sum((r) => r.statements))} and ${whole(sum((r) => r.spared))} idle looks spared`,
    `by the fallback receiver ${whole(sum((r) => r.detours.fallback))}, out of the carrier’s list ${whole(sum((r) => r.detours.list))}; calls made ${whole(sum((r) => r.calls.made))} (answered by a person ${whole(sum((r) => r.calls.answered))}), calls received ${whole(sum((r) => r.calls.received))}`,
    `faults ${whole([...faults.values()].reduce((a, b) => a + b, 0))}: ${[...faults]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, n]) => `${kind} ${whole(n)}`)
      .join(', ')}`,
    violations === 0
      ? `violations 0: with 95 % confidence fewer than ${exchanges === 0 ? 'all' : (3 / exchanges).toExponential(1)} of such exchanges break a rule (3/N)`
      : `violations ${violations}`,
  ]
}

/** What is left of a plan, action by action, with the place of each in the whole plan. */
export function history(plan: Plan, whole: Plan, every: number): string[] {
  const place = new Map(whole.actions.map((action, i) => [JSON.stringify(action), i]))
  return [
    ...plan.actions.map(
      ({ at, kind, ...rest }) =>
        `  ${Temporal.Instant.fromEpochMilliseconds(Math.floor(at / 1000)).toString()} ${kind} ${JSON.stringify(rest)}`,
    ),
    `  again: npm run simulate -- --seed ${plan.seed} --days ${plan.days} --every ${every} --keep ${plan.actions.map((action) => place.get(JSON.stringify(action))).join(',')} --salt ${plan.salt}`,
  ]
}
