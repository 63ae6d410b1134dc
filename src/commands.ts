/** What each command does. `serve` runs until it is stopped; every other one works beside a running server. */

import { open } from 'node:fs/promises'
import path from 'node:path'
import readline from 'node:readline'
import { finished, pipeline } from 'node:stream/promises'
import { carrierAccount, unreachableProblem } from './carrier-account.ts'
import { createClient } from './carriers/twilio/client.ts'
import { leaveInboundToNumbers, listNumbers, pointNumber, type Webhooks } from './carriers/twilio/numbers.ts'
import { type Config, runByNpm } from './config.ts'
import { languageTag } from './core/language.ts'
import { createDetector, detectLines } from './detection/detect.ts'
import { startFallback } from './fallback/receiver.ts'
import { cannotWrite, type Installation, openInstallation, Problem } from './installation.ts'
import { serve as startServer } from './main.ts'
import { progressBar } from './progress.ts'
import { formatCounts, formatFinding } from './roster/format.ts'
import { importRoster } from './roster/import.ts'
import { readTime } from './store/exchange-view.ts'
import { exportLog } from './store/export.ts'
import { adoptNumbers } from './store/numbers.ts'
import { writeSetting } from './store/settings.ts'
import { createToken } from './store/tokens.ts'
import { verifyLog } from './store/verify.ts'
import { SMS_PATH, VOICE_PATH } from './webhooks/twilio.ts'

/** How a command ended: the exit status and, unless all is well, one plain sentence for standard error. */
export type Outcome = { readonly status: 0 | 1 | 2; readonly problem?: string }

/** The command was used wrongly (exit status 2). */
export class UsageProblem extends Error {}

type Options = Readonly<Record<string, string | boolean | undefined>>
type Given = { readonly config: Config; readonly options: Options; readonly operands: readonly string[] }

/** A command of the command line. */
export type Command = {
  readonly usage: string
  readonly does: string
  readonly options: Readonly<Record<string, { type: 'string' | 'boolean' }>>
  readonly run: (given: Given) => Promise<Outcome>
}

const DONE: Outcome = { status: 0 }
const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

/** Every command by name. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  serve: { usage: 'serve', does: 'serves webhooks, API and jobs until it is stopped', options: {}, run: serve },
  migrate: { usage: 'migrate', does: 'brings the schema up to date', options: {}, run: migrate },
  'roster import': {
    usage: 'roster import DIR|FILE.zip [--dry-run] [--confirm-removals]',
    does: 'imports OneRoster 1.1 CSV files of one district',
    options: { 'dry-run': flag, 'confirm-removals': flag },
    run: rosterImport,
  },
  'numbers sync': {
    usage: 'numbers sync [--fallback URL] [--district ID]',
    does: 'adopts every number of the carrier account and points it here',
    options: { fallback: text, district: text },
    run: numbersSync,
  },
  fallback: {
    usage: 'fallback --server URL',
    does: 'takes webhooks on another host while the server is away',
    options: { server: text },
    run: fallback,
  },
  'token create': {
    usage: 'token create --staff ID [--district ID]',
    does: 'an API token for that staff member, shown once',
    options: { staff: text, district: text },
    run: tokenCreate,
  },
  detect: {
    usage: 'detect [--home LANG]',
    does: 'tells the language of each line on standard input',
    options: { home: text },
    run: detect,
  },
  'log export': {
    usage: 'log export --from ISO --to ISO [--format csv|jsonl] [--out FILE] [--district ID]',
    does: 'writes the exchange log of a time range',
    options: { from: text, to: text, format: text, out: text, district: text },
    run: logExport,
  },
  'log verify': {
    usage: 'log verify [--district ID]',
    does: 'checks the whole log',
    options: { district: text },
    run: logVerify,
  },
}

function noOperands(given: Given): void {
  if (given.operands.length > 0) throw new UsageProblem(`This command takes no \`${String(given.operands[0]).slice(0, 40)}\`.`)
}

async function serve(given: Given): Promise<Outcome> {
  noOperands(given)
  const running = await listening(given.config, startServer(given.config))
  process.stdout.write(`Homeline is ready at ${running.url}\n`)
  warnOfUnreachable({ ...given.config, publicUrl: running.url })
  if (running.simulated && running.demoUrl === null)
    process.stdout.write(
      'The carrier is simulated: no text leaves this computer. Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN for a real one.\n',
    )
  if (running.demoUrl !== null)
    process.stdout.write(
      `\n  Open ${running.demoUrl}\n  Demo: a sample school and phones to play with; nothing leaves this computer.\n\n`,
    )
  await asked()
  await running.stop()
  return DONE
}

function warnOfUnreachable(config: Config): void {
  const problem = unreachableProblem(config)
  if (problem !== null) process.stderr.write(`${problem}\n`)
}

async function fallback(given: Given): Promise<Outcome> {
  noOperands(given)
  const server = addressOf(given.options['server'], '--server')
  const running = await listening(given.config, startFallback(given.config, server))
  process.stdout.write(`The fallback receiver is ready at ${running.url}\n`)
  await asked()
  await running.stop()
  return DONE
}

async function listening<T>(config: Config, start: Promise<T>): Promise<T> {
  return start.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw new Problem(`Port ${config.port} is taken: stop what listens there, or set PORT to another.`)
    if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL')
      throw new Problem('HOST and PORT name an address that this computer may not listen on.')
    throw error
  })
}

/** An address as `PUBLIC_URL` holds one. */
function addressOf(value: string | boolean | undefined, name: string): string {
  if (typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
    return value.replace(/\/+$/, '')
  throw new UsageProblem(`${name} should be an http or https address, such as https://homeline.example.org.`)
}

/** Resolves when the process is asked to end: by a signal, or by the death of the npm that runs it. */
function asked(): Promise<void> {
  const parent = process.ppid
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      if (runByNpm() && process.ppid !== parent) done()
    }, 500)
    const done = () => {
      clearInterval(watch)
      resolve()
    }
    process.once('SIGTERM', done)
    process.once('SIGINT', done)
  })
}

async function migrate(given: Given): Promise<Outcome> {
  noOperands(given)
  return opened(given.config, async ({ migrated }) => {
    process.stdout.write(migrated.length === 0 ? 'The schema is up to date.\n' : migrated.map((name) => `${name}\n`).join(''))
    return DONE
  })
}

/** A whole district is compared and written in a few statements, which a slow database may take long over. */
const IMPORT_SECONDS = 600

async function rosterImport({ config, options, operands }: Given): Promise<Outcome> {
  const [source, ...more] = operands
  if (source === undefined || more.length > 0) throw new UsageProblem('Name one folder or .zip: homeline roster import DIR')
  return opened(
    config,
    async ({ db, keys }) => {
      const bar = progressBar('Reading')
      const result = await importRoster(db, keys, source, {
        dryRun: options['dry-run'] === true,
        confirmRemovals: options['confirm-removals'] === true,
        progress: bar.to,
      }).finally(bar.end)
      if (result.kind === 'imported') {
        for (const line of formatCounts(result)) process.stdout.write(`${line}\n`)
        for (const finding of result.warnings) process.stdout.write(`${formatFinding(finding)}\n`)
        return DONE
      }
      if (result.kind === 'needs_confirmation') {
        for (const line of formatCounts(result)) process.stderr.write(`${line}\n`)
        return {
          status: 1,
          problem:
            'More than a tenth of a kind would go; nothing was imported. If that is right, run it again with --confirm-removals.',
        }
      }
      for (const finding of result.findings) process.stderr.write(`${formatFinding(finding)}\n`)
      return { status: 1, problem: formatCounts(result).join(' ') }
    },
    IMPORT_SECONDS,
  )
}

async function numbersSync({ config, options, operands }: Given): Promise<Outcome> {
  if (operands.length > 0) throw new UsageProblem('homeline numbers sync takes no names.')
  const fallback = options['fallback'] === undefined ? null : addressOf(options['fallback'], '--fallback')
  if (fallback === config.publicUrl)
    throw new UsageProblem('--fallback should name another host: it is there for when PUBLIC_URL does not answer.')
  return opened(config, async ({ db, keys }) => {
    const account = await carrierAccount(config, db, keys)
    warnOfUnreachable(config)
    const client = createClient(account)
    const districts = await db.selectFrom('district').select('id').execute()
    const district =
      options['district'] === undefined && districts.length === 0 ? null : await districtOf(db, options['district'])
    const targets = { main: webhooksAt(account.publicUrl), fallback: fallback === null ? null : webhooksAt(fallback) }
    const bar = progressBar('Numbers')
    try {
      const numbers = await listNumbers(client)
      for (const [i, number] of numbers.entries()) {
        await pointNumber(client, number.sid, targets)
        bar.to(i + 1, numbers.length)
      }
      if (account.messagingServiceSid !== null) await leaveInboundToNumbers(client, account.messagingServiceSid, targets.fallback)
      if (fallback !== null) await writeSetting(db, 'fallback', fallback)
      const adopted = await adoptNumbers(db, district, numbers)
      bar.end()
      for (const { number } of numbers) process.stdout.write(`${number}\n`)
      process.stderr.write(
        `${numbers.length} numbers: ${adopted.added} new, ${adopted.kept} known${adopted.gone > 0 ? `, ${adopted.gone} no longer in the account` : ''}.\n`,
      )
      return numbers.length === 0
        ? { status: 1, problem: 'The account has no phone number: buy one at the carrier, then run this again.' }
        : DONE
    } catch (error) {
      bar.end()
      throw carrierProblem(error, account.simulated)
    }
  })
}

function webhooksAt(address: string): Webhooks {
  return { smsUrl: `${address}${SMS_PATH}`, voiceUrl: `${address}${VOICE_PATH}` }
}

function carrierProblem(error: unknown, simulated: boolean): unknown {
  const { status, code } = error as { status?: number; code?: string | number }
  // Whatever answers, or does not, where this command looks for the simulator: it is not the one that has these numbers.
  if (simulated && (typeof status === 'number' || typeof code === 'string'))
    return new Problem(
      'The simulator answers only inside its own server: start `homeline serve` first, and give this command the same PORT and HOST.',
    )
  if (status === 401 || status === 403)
    return new Problem('The carrier refuses TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: check both.')
  if (status === 404)
    return new Problem(
      'The carrier does not know this account or messaging service: check TWILIO_ACCOUNT_SID and TWILIO_MESSAGING_SERVICE_SID.',
    )
  if (typeof status === 'number') return new Problem(`The carrier answered ${status}: try again later.`)
  if (typeof code === 'string' && /^E[A-Z_]+$/.test(code))
    return new Problem('The carrier cannot be reached: check the network and TWILIO_API_URL.')
  return error
}

async function tokenCreate({ config, options, operands }: Given): Promise<Outcome> {
  const staff = options['staff']
  if (typeof staff !== 'string' || operands.length > 0)
    throw new UsageProblem('Name the staff member: homeline token create --staff SOURCED_ID')
  return opened(config, async ({ db }) => {
    const token = await createToken(db, await districtOf(db, options['district']), staff)
    if (token === null)
      return { status: 1, problem: 'There is no active staff member with that sourcedId: check it against the roster.' }
    process.stdout.write(`${token}\n`)
    return DONE
  })
}

async function detect(given: Given): Promise<Outcome> {
  noOperands(given)
  const home = given.options['home']
  const tag = typeof home === 'string' ? languageTag(home) : null
  if (typeof home === 'string' && tag === null)
    throw new UsageProblem('--home should name a language by its BCP 47 tag, such as es or zh-TW.')
  const lines = readline.createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  const answers = detectLines(await createDetector(), lines, tag === null ? [] : [tag])
  await pipeline(answers, process.stdout, { end: false }).catch((error: unknown) => {
    if (!isClosedPipe(error)) throw error
  })
  return DONE
}

/** Whoever reads has had enough, as `head` has. */
function isClosedPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE'
}

async function logExport({ config, options, operands }: Given): Promise<Outcome> {
  const [from, to] = [instantOf(options['from'], '--from'), instantOf(options['to'], '--to')]
  const format = options['format'] ?? 'csv'
  if (format !== 'csv' && format !== 'jsonl') throw new UsageProblem('--format should be csv or jsonl.')
  if (operands.length > 0 || Temporal.Instant.compare(from, to) >= 0) throw new UsageProblem('--from should be before --to.')
  return opened(config, async ({ db }) => {
    const district = await districtOf(db, options['district'])
    const file = options['out']
    const bar = progressBar('Exchanges')
    try {
      const out = typeof file === 'string' ? (await open(file, 'w', 0o600)).createWriteStream() : process.stdout
      await exportLog(db, district, { from, to, format, out, progress: typeof file === 'string' ? bar.to : () => {} })
      if (out !== process.stdout) {
        out.end()
        await finished(out)
      }
    } catch (error) {
      if (isClosedPipe(error)) return DONE
      if (cannotWrite(error)) throw new Problem('--out names a file that cannot be written: check path, rights and space.')
      throw error
    } finally {
      bar.end()
    }
    return DONE
  })
}

async function logVerify({ config, options, operands }: Given): Promise<Outcome> {
  if (operands.length > 0) throw new UsageProblem('homeline log verify takes no names.')
  return opened(config, async ({ db, keys }) => {
    const asked = options['district']
    const districts =
      asked === undefined
        ? (await db.selectFrom('district').select('id').orderBy('id').execute()).map((d) => d.id)
        : [await districtOf(db, asked)]
    let [entries, unsealed] = [0, 0]
    for (const district of districts) {
      const bar = progressBar('Entries')
      const verdict = await verifyLog(db, keys, district, path.join(config.dataDir, 'checkpoints'), bar.to).finally(bar.end)
      if (verdict.kind === 'broken') {
        process.stdout.write(`${verdict.seq === null ? 'broken' : `broken at entry ${verdict.seq}`}: ${verdict.what}\n`)
        return { status: 1 }
      }
      entries += verdict.entries
      unsealed += verdict.unsealed
    }
    process.stdout.write(`intact, ${entries} entries\n`)
    if (unsealed > 0)
      process.stdout.write(
        `${unsealed === 1 ? '1 event is' : `${unsealed} events are`} not sealed yet: a server does that within a second, or when it is started.\n`,
      )
    return DONE
  })
}

async function opened(
  config: Config,
  work: (installation: Installation) => Promise<Outcome>,
  statementSeconds?: number,
): Promise<Outcome> {
  const installation = await openInstallation(config, statementSeconds)
  try {
    return await work(installation)
  } finally {
    await installation.close()
  }
}

/** The district that is meant: the one named, or the only one there is. */
async function districtOf(db: Installation['db'], named: string | boolean | undefined): Promise<string> {
  const districts = await db.selectFrom('district').select(['id', 'sourced_id']).execute()
  if (districts.length === 0) throw new Problem('There is no district yet: import a roster first.')
  if (typeof named === 'string') {
    const found = districts.find((d) => d.sourced_id === named)
    if (found === undefined) throw new Problem('There is no district with that sourcedId.')
    return found.id
  }
  if (districts.length > 1) throw new UsageProblem('There are several districts: name one with --district SOURCED_ID.')
  return districts[0]?.id as string
}

function instantOf(value: string | boolean | undefined, name: string): Temporal.Instant {
  const instant = typeof value === 'string' ? readTime(value) : null
  if (instant !== null) return instant
  throw new UsageProblem(`${name} should be a time such as 2026-11-01T00:00:00Z, or a date (midnight UTC).`)
}
