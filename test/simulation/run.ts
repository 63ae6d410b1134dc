/** One world from its plan to the judgement, and the shortest plan that still breaks a rule. */

import { gather } from './evidence.ts'
import type { Plan } from './plan.ts'
import { RULES } from './rules.ts'
import { type Prepared, runPlan } from './world.ts'

/** A rule that a run broke. */
export type Violation = { readonly rule: string; readonly says: string; readonly words: string }

/** What a run came to. */
export type Result = {
  readonly seed: number
  readonly violations: readonly Violation[]
  /** Equal plans give equal ones. */
  readonly digest: string
  readonly days: number
  readonly conversationDays: number
  readonly exchanges: number
  readonly handOvers: number
  readonly inbound: number
  /** Texts that no gateway took within the carrier's patience: the carrier dropped them. */
  readonly notTaken: number
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
      return {
        seed: plan.seed,
        violations,
        digest: world.scheduler.digest(),
        days: plan.days,
        conversationDays: [...evidence.conversations.values()].reduce((sum, c) => sum + c.days, 0),
        exchanges: evidence.exchanges.size,
        handOvers: world.carrier.taken.length,
        inbound: world.carrier.sent.length,
        notTaken: world.carrier.sent.filter((t) => t.acknowledged === null).length,
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

/** Leaves out of a plan what the violation does not need, within so many runs: halves first, then ever smaller pieces. */
export async function shorten(plan: Plan, rule: string, prepared: Prepared, runs: number): Promise<Plan> {
  let best = plan
  let left = runs
  for (let size = Math.ceil(plan.actions.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.actions.length && left > 0; ) {
      const actions = best.actions.filter((_, i) => i < from || i >= from + size)
      left--
      const tried = { ...best, actions }
      const { violations } = await runOnce(tried, prepared)
      if (violations.some((v) => v.rule === rule)) best = tried
      else from += size
    }
  }
  return best
}
