/** `homeline log export` and `homeline log verify`. */

import { open } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { cannotWrite, Problem, UsageProblem } from '../problem.ts'
import { progressBar } from '../progress.ts'
import { maskNumbers } from '../roster/typed-numbers.ts'
import { readTime } from '../store/exchange-view.ts'
import { exportLog } from '../store/export.ts'
import { verifyLog } from '../store/verify.ts'
import { findBadPicture } from '../store/verify-pictures.ts'
import { findBadRecording } from '../store/verify-recordings.ts'
import { DONE, type Given, isClosedPipe, type Outcome } from './command.ts'
import { districtOf, opened } from './opened.ts'

/** Writes the log of a time range to standard output or `--out`. */
export async function logExport({ config, options, operands }: Given): Promise<Outcome> {
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
      await exportLog(db, district, {
        from,
        to,
        format,
        out,
        maskNumbers,
        progress: typeof file === 'string' ? bar.to : () => {},
      })
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

/** Checks the whole log; the verdict on standard output. */
export async function logVerify({ config, options, operands }: Given): Promise<Outcome> {
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
      const log = await verifyLog(db, keys, district, path.join(config.dataDir, 'checkpoints'), bar.to).finally(bar.end)
      const verdict =
        log.kind === 'broken'
          ? log
          : ((await findBadPicture(db, keys, config.dataDir, district)) ??
            (await findBadRecording(db, keys, config.dataDir, district)) ??
            log)
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

function instantOf(value: string | boolean | undefined, name: string): Temporal.Instant {
  const instant = typeof value === 'string' ? readTime(value) : null
  if (instant !== null) return instant
  throw new UsageProblem(`${name} should be a time such as 2026-11-01T00:00:00Z, or a date (midnight UTC).`)
}
