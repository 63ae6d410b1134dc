/** `npm run simulate -- --seeds N [--seed S] [--days D]`: runs simulated worlds and checks what each leaves behind. */

import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gather } from './evidence.ts'
import { makeDistricts } from './people.ts'
import { makePlan, type Plan } from './plan.ts'
import { prepareWorlds } from './prepare.ts'
import { RULES } from './rules.ts'
import { type Prepared, runPlan } from './world.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' }, days: { type: 'string', default: '10' }, trace: { type: 'string' } },
})

type Result = { readonly violations: readonly { rule: string; words: string }[]; readonly digest: string; readonly conversationDays: number; readonly exchanges: number }

async function runOne(plan: Plan, prepared: Prepared): Promise<Result> {
  const begun = performance.now()
  const { world, end } = await runPlan(plan, prepared, `sim_${plan.seed}`, values.trace === undefined ? undefined : (line) => appendFileSync(values.trace as string, line))
  const evidence = await gather(world)
  const violations: { rule: string; words: string }[] = []
  for (const rule of RULES) for (const words of await rule.broken(evidence)) violations.push({ rule: rule.name, words })
  await evidence.db.destroy()
  await end()
  const conversationDays = [...evidence.conversations.values()].reduce((sum, c) => sum + c.days, 0)
  console.log(
    `seed ${plan.seed} ${world.scheduler.digest()} ${Math.round(performance.now() - begun)} ms, ${world.scheduler.steps()} steps, ${world.statements.count()} statements, ${evidence.exchanges.size} exchanges, ${world.carrier.taken.length} handed over, ${Math.round(conversationDays)} conversation-days, hosts ${plan.hosts}`,
    JSON.stringify(world.faults.injected), JSON.stringify(world.stepFailures), JSON.stringify(world.carrier.counts),
  )
  const c = Map.groupBy(world.logLines, (l) => l.replace(/"time":\d+/, ''))
  for (const [l, n] of c) console.log(n.length, l.trim())
  return { violations, digest: world.scheduler.digest(), conversationDays, exchanges: evidence.exchanges.size }
}

const prepared = await prepareWorlds()
const first = Number(values.seed)
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const result = await runOne(makePlan(seed, Number(values.days), makeDistricts()), prepared)
  for (const { rule, words } of result.violations) console.log(`  VIOLATED ${rule}: ${words}`)
}
await prepared.cluster.close()
