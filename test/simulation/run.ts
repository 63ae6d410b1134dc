/** One world from its plan to the judgement, and the shortest plan that still breaks a rule. */

import { createHash } from 'node:crypto'
import { type ConversationRow, gather } from './evidence.ts'
import type { Action, Plan } from './plan.ts'
import { RULES } from './rules.ts'
import { type Prepared, runPlan } from './world.ts'

/** A rule that a run broke. */
export type Violation = { readonly rule: string; readonly says: string; readonly words: string }

/** What a run came to. */
export type Result = {
  readonly seed: number
  readonly violations: readonly Violation[]
  /** Of every step and of every id that was made: equal plans give equal ones. */
  readonly digest: string
  readonly days: number
  /** For each conversation the days for which it was open, and in all the days (UTC) of which the log tells something of one. */
  readonly conversationDays: number
  readonly daysTold: number
  readonly exchanges: number
  readonly handOvers: number
  readonly inbound: number
  /** Texts that no gateway took within the carrier's patience: the carrier dropped them. */
  readonly notTaken: number
  /** Texts that came by the fallback receiver, and those that only the carrier's list had. */
  readonly detours: { readonly fallback: number; readonly list: number }
  /** Calls at the carrier: those that we asked for, those that came in, and how many were answered by a person. */
  readonly calls: { readonly made: number; readonly received: number; readonly answered: number }
  readonly faults: Readonly<Record<string, number>>
  readonly statements: number
  /** Idle looks that need not be carried out to know that they find nothing. */
  readonly spared: number
  /** Seconds of processor time: this process's, and PostgreSQL's. */
  readonly processor: { readonly node: number; readonly postgres: number }
  readonly milliseconds: number
}

/** Runs a plan and judges it; `trace` is told each step. */
export async function runOnce(plan: Plan, prepared: Prepared, trace?: (line: string) => void): Promise<Result> {
  const begun = performance.now()
  const cpu = process.cpuUsage()
  const postgres = await prepared.cluster.processorSeconds()
  const { world, end } = await runPlan(plan, prepared, `world_${plan.seed}`, trace)
  try {
    const evidence = await gather(world)
    try {
      const violations: Violation[] = []
      for (const { name, says, broken } of RULES)
        for (const words of await broken(evidence)) violations.push({ rule: name, says, words })
      const { legs } = world.carrier.telephone
      const sum = (of: (c: ConversationRow) => number) => [...evidence.conversations.values()].reduce((n, c) => n + of(c), 0)
      return {
        seed: plan.seed,
        violations,
        digest: createHash('sha256')
          .update(
            [
              world.scheduler.digest(),
              ...evidence.exchanges.keys(),
              ...evidence.attempts.keys(),
              ...evidence.calls.keys(),
            ].join(),
          )
          .digest('hex')
          .slice(0, 16),
        days: plan.days,
        conversationDays: Math.round(sum((c) => c.open)),
        daysTold: sum((c) => c.daysTold),
        exchanges: evidence.exchanges.size,
        handOvers: world.carrier.taken.length,
        inbound: world.carrier.sent.length,
        notTaken: world.carrier.sent.filter((t) => t.acknowledged === null).length,
        detours: {
          fallback: evidence.events.filter((e) => e.what === 'reached_fallback').length,
          list: evidence.events.filter((e) => e.what === 'reached_carrier').length,
        },
        calls: {
          made: legs.filter((l) => l.direction === 'outbound-api').length,
          received: legs.filter((l) => l.direction === 'inbound').length,
          answered: legs.filter((l) => l.direction === 'outbound-api' && l.answered !== null && !l.machine).length,
        },
        faults: { ...world.faults.injected },
        statements: world.statements.count(),
        spared: world.statements.spared(),
        processor: {
          node: (process.cpuUsage(cpu).user + process.cpuUsage(cpu).system) / 1e6,
          postgres: (await prepared.cluster.processorSeconds()) - postgres,
        },
        milliseconds: performance.now() - begun,
      }
    } finally {
      await evidence.db.destroy()
    }
  } finally {
    await end()
  }
}

/** How often a shorter plan is tried with other chances: which task is first is drawn anew when something is left out. */
const SALTS = 3

/**
 * Leaves out of a plan what the violation does not need, within so many runs: first a small part that breaks the rule alone is looked for, then ever
 * smaller pieces are left out of it.
 */
export async function shorten(plan: Plan, rule: string, prepared: Prepared, runs: number): Promise<Plan> {
  let left = runs
  const breaks = async (actions: readonly Action[]): Promise<Plan | null> => {
    for (let salt = 0; salt < SALTS && left > 0; salt++) {
      left--
      const tried = { ...plan, actions, salt: plan.salt + salt }
      if ((await runOnce(tried, prepared)).violations.some((v) => v.rule === rule)) return tried
    }
    return null
  }
  let best = plan
  for (let parts = 2; left > 0 && best.actions.length > 1; ) {
    const { actions } = best
    const size = Math.ceil(actions.length / parts)
    const pieces = Array.from({ length: Math.ceil(actions.length / size) }, (_, i) => [i * size, (i + 1) * size] as const)
    const alone = pieces.map(([from, to]) => actions.slice(from, to))
    const without = parts > 2 ? pieces.map(([from, to]) => actions.filter((_, i) => i < from || i >= to)) : []
    let found: Plan | null = null
    for (const candidate of [...alone, ...without]) {
      found = await breaks(candidate)
      if (found !== null) break
    }
    if (found !== null) {
      parts = found.actions.length <= size ? 2 : Math.max(2, parts - 1)
      best = found
    } else if (size === 1) break
    else parts = Math.min(actions.length, parts * 2)
  }
  return best
}
