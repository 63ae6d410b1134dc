/**
 * `npm run simulate -- --seeds N [--seed S] [--days D] [--every E] [--workers W] [--seconds T] [--replay] [--keep I,J --salt N] [--shorten R] [--trace FILE]`: runs simulated worlds and
 * judges what each leaves behind. `--every`: people are at work on one day in so many. `--seconds` starts no further seed after so long; `--replay` runs the first one twice and compares; `--keep` leaves
 * only these actions of the plan, under chances that `--salt` names; at most R runs go into making a failing plan short. Exit status 1 when a rule was broken.
 */

import { fork } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { LARGE, makeDistricts } from './people.ts'
import { makePlan, type Plan } from './plan.ts'
import { prepareWorlds } from './prepare.ts'
import { figures, history } from './report.ts'
import { type Result, runOnce, shorten } from './run.ts'

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '5' },
    every: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '86400' },
    shorten: { type: 'string', default: '40' },
    keep: { type: 'string' },
    salt: { type: 'string', default: '0' },
    trace: { type: 'string' },
    replay: { type: 'boolean', default: false },
  },
})
const first = Number(values.seed)
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => first + i)
const days = Number(values.days)
const every = Math.max(1, Number(values.every))
const begun = performance.now()
const timeIsUp = () => performance.now() - begun > Number(values.seconds) * 1000

function planOf(seed: number): Plan {
  const plan = { ...makePlan(seed, days, makeDistricts(LARGE), every), salt: Number(values.salt) }
  if (values.keep === undefined) return plan
  const kept = new Set(values.keep.split(',').map(Number))
  return { ...plan, actions: plan.actions.filter((_, i) => kept.has(i)) }
}

/** Adds lines to a file, a thousand at a time: one at a time takes longer than the world itself. */
function writer(file: string): (line: string) => void {
  const lines: string[] = []
  const write = () => appendFileSync(file, lines.splice(0).join(''))
  process.once('exit', write)
  return (line) => {
    if (lines.push(line) === 1_000) write()
  }
}

/** Runs seeds in this process, each as it comes; `tell` hears of each at once, and of what else is found out when it is. */
async function runHere(mine: readonly number[], tell: (message: Message) => void): Promise<void> {
  const prepared = await prepareWorlds()
  const { trace } = values
  try {
    for (const [n, seed] of mine.entries()) {
      if (n > 0 && timeIsUp()) break
      const plan = planOf(seed)
      const result = await runOnce(plan, prepared, trace === undefined ? undefined : writer(trace))
      tell({ result })
      if (n === 0 && values.replay) {
        const again = await runOnce(plan, prepared)
        if (again.digest !== result.digest)
          throw new Error(`Seed ${seed} ran differently the second time: the simulation is at fault.`)
        tell({ words: [`seed ${seed} replayed: ${result.digest} both times`] })
      }
      const [violation] = result.violations
      if (violation === undefined) continue
      tell({
        words: result.violations.map(({ rule, says, words }) => `seed ${seed} broke "${rule}" (${says}): ${words}`),
      })
      const shortest = await shorten(plan, violation.rule, prepared, values.keep === undefined ? Number(values.shorten) : 0)
      tell({
        words: [
          `the shortest history found that breaks "${violation.rule}":`,
          ...history(shortest, makePlan(seed, days, makeDistricts(LARGE), every), every),
        ],
      })
    }
  } finally {
    await prepared.cluster.close()
  }
}

type Message = { readonly result: Result } | { readonly words: readonly string[] }

const results: Result[] = []
const report = (message: Message) => {
  if ('words' in message) {
    // What a world tells is this program's output.
    for (const line of message.words) console.log(line)
    return
  }
  const { result } = message
  results.push(result)
  console.log(
    `seed ${result.seed}: ${result.digest}, ${result.exchanges} exchanges, ${result.conversationDays} conversation-days (${result.daysTold} told of), ${(result.milliseconds / 1000).toFixed(1)} s (processor: ${result.processor.node.toFixed(1)} s Node, ${result.processor.postgres.toFixed(1)} s PostgreSQL), ${result.statements} statements (${result.spared} spared), violations ${result.violations.length}`,
  )
}

if (process.send !== undefined) {
  // A worker: its seeds come as arguments, its results go to whoever started it.
  await runHere(
    seeds.filter((seed) => (seed - first) % Number(values.workers) === Number(process.argv.at(-1))),
    (message) => {
      process.send?.(message)
    },
  )
  process.disconnect?.()
} else {
  const workers = Number(values.workers)
  if (workers === 1) await runHere(seeds, report)
  else
    await Promise.all(
      Array.from({ length: workers }, (_, i) => {
        const worker = fork(import.meta.filename, [...process.argv.slice(2), '--', String(i)])
        worker.on('message', (message) => report(message as Message))
        return new Promise<void>((resolve, reject) => {
          worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`A worker ended with ${code}.`))))
        })
      }),
    )
  for (const line of figures(results, performance.now() - begun)) console.log(line)
  process.exitCode = results.some((result) => result.violations.length > 0) ? 1 : 0
}
