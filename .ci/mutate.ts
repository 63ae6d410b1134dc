/**
 * `npm run mutate [WORDS]` breaks one rule at a time in a copy of the tree (see breaks.ts) and runs the tests that should notice; with words, only the
 * breaks whose rule or file holds them. Prints a line each. Exit status 1 when one was not noticed or cannot be made any more.
 */

import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { BREAKS, type Break } from './breaks.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const COPIED = [
  'src',
  'test',
  'migrations',
  'fixtures',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
  '.env.example',
  'README.md',
]
/** A run takes seconds; a break that makes tests wait for ever must not hold up the rest. */
const TIME_LIMIT_MS = 180_000

type Outcome = { readonly noticed: boolean; readonly by: string }
type Report = {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly title: string }[]
  }[]
}

const words = process.argv.slice(2).join(' ')
const chosen = BREAKS.filter((b) => b.rule.includes(words) || b.file.includes(words))
const tree = await mkdtemp(path.join(tmpdir(), 'homeline-mutate-'))
let holes = 0
try {
  for (const name of COPIED) await cp(path.join(ROOT, name), path.join(tree, name), { recursive: true })
  await symlink(path.join(ROOT, 'node_modules'), path.join(tree, 'node_modules'))
  // A test that fails without a break notices nothing.
  const whole = await run([...new Set(chosen.flatMap((b) => b.tests))])
  if (whole.noticed) throw new Error(`The tests fail without any break: ${whole.by}`)
  for (const [i, broken] of chosen.entries()) {
    const began = performance.now()
    const { noticed, by } = await tryBreak(broken)
    if (!noticed) holes++
    const seconds = ((performance.now() - began) / 1000).toFixed(0).padStart(3)
    console.log(
      `${String(i + 1).padStart(2)}  ${noticed ? 'noticed    ' : 'NOT NOTICED'} ${seconds} s  ${broken.rule}\n${' '.repeat(23)}${by}`,
    )
  }
  console.log(`${chosen.length} rules broken one at a time, ${chosen.length - holes} noticed, ${holes} not.`)
} finally {
  await rm(tree, { recursive: true, force: true })
}
process.exitCode = holes > 0 || chosen.length === 0 ? 1 : 0

async function tryBreak({ file, from, to, tests }: Break): Promise<Outcome> {
  const place = path.join(tree, file)
  const text = await readFile(place, 'utf8')
  if (text.split(from).length !== 2)
    return { noticed: false, by: `the old text no longer stands exactly once in ${file}: mend .ci/breaks.ts` }
  const broken = text.replace(from, () => to)
  // What is not even a program says nothing about the tests.
  stripTypeScriptTypes(broken)
  await writeFile(place, broken)
  try {
    return await run(tests)
  } finally {
    await writeFile(place, text)
  }
}

/** Runs test files in the copy until one test fails. */
async function run(tests: readonly string[]): Promise<Outcome> {
  const file = path.join(tree, 'report.json')
  await rm(file, { force: true })
  const vitest = path.join(tree, 'node_modules', 'vitest', 'vitest.mjs')
  const args = [vitest, 'run', '--bail=1', '--reporter=json', `--outputFile=${file}`, ...tests]
  const child = spawn(process.execPath, args, { cwd: tree, stdio: 'ignore', detached: true })
  let late = false
  const timer = setTimeout(() => {
    late = true
    process.kill(-(child.pid as number), 'SIGKILL')
  }, TIME_LIMIT_MS)
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  clearTimeout(timer)
  if (late) return { noticed: false, by: `the tests did not end within ${TIME_LIMIT_MS / 1000} s` }
  if (code === 0) return { noticed: false, by: `every test passed: ${tests.join(', ')}` }
  const report = JSON.parse(await readFile(file, 'utf8').catch(() => '{"testResults":[]}')) as Report
  const failed = report.testResults.flatMap((r) => {
    const title = r.assertionResults.find((a) => a.status === 'failed')?.title
    return title === undefined ? [] : [`${path.relative(tree, r.name)}: ${title}`]
  })
  const whole = report.testResults.find((r) => r.status === 'failed')
  if (whole === undefined) return { noticed: false, by: 'the tests could not be run' }
  return { noticed: true, by: failed[0] ?? `${path.relative(tree, whole.name)}: before its first test` }
}
