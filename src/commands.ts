/** The commands of the command line. What a command needs is loaded when it runs, so that each starts quickly. */

import type { Given, Outcome } from './commands/command.ts'

/** A command of the command line; `serve` runs until it is stopped, every other one works beside a running server. */
export type Command = {
  readonly usage: string
  readonly does: string
  readonly options: Readonly<Record<string, { type: 'string' | 'boolean' }>>
  readonly run: (given: Given) => Promise<Outcome>
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

/** Every command by name. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    usage: 'serve',
    does: 'serves webhooks, API and jobs until it is stopped',
    options: {},
    run: async (given) => (await import('./commands/serve.ts')).serve(given),
  },
  migrate: {
    usage: 'migrate',
    does: 'brings the schema up to date',
    options: {},
    run: async (given) => (await import('./commands/migrate.ts')).migrate(given),
  },
  'roster import': {
    usage: 'roster import DIR|FILE.zip [--dry-run] [--confirm-removals]',
    does: 'imports OneRoster 1.1 CSV files of one district',
    options: { 'dry-run': flag, 'confirm-removals': flag },
    run: async (given) => (await import('./commands/roster.ts')).rosterImport(given),
  },
  'numbers sync': {
    usage: 'numbers sync [--fallback URL] [--district ID]',
    does: 'adopts every number of the carrier account and points it here',
    options: { fallback: text, district: text },
    run: async (given) => (await import('./commands/numbers.ts')).numbersSync(given),
  },
  fallback: {
    usage: 'fallback --server URL',
    does: 'takes webhooks on another host while the server is away',
    options: { server: text },
    run: async (given) => (await import('./commands/fallback.ts')).fallback(given),
  },
  'token create': {
    usage: 'token create --staff ID [--district ID]',
    does: 'an API token for that staff member, shown once',
    options: { staff: text, district: text },
    run: async (given) => (await import('./commands/token.ts')).tokenCreate(given),
  },
  detect: {
    usage: 'detect [--home LANG]',
    does: 'tells the language of each line on standard input',
    options: { home: text },
    run: async (given) => (await import('./commands/detect.ts')).detect(given),
  },
  'log export': {
    usage: 'log export --from ISO --to ISO [--format csv|jsonl] [--out FILE] [--district ID]',
    does: 'writes the exchange log of a time range',
    options: { from: text, to: text, format: text, out: text, district: text },
    run: async (given) => (await import('./commands/log.ts')).logExport(given),
  },
  'log verify': {
    usage: 'log verify [--district ID]',
    does: 'checks the whole log',
    options: { district: text },
    run: async (given) => (await import('./commands/log.ts')).logVerify(given),
  },
}
