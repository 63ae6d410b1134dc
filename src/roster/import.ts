/** `roster import`: reads a district's OneRoster 1.1 bulk files, refuses them whole or merges them whole, in one transaction. */

import { endLostClaims } from '../store/claims.ts'
import { bindPhones } from '../store/conversations.ts'
import { type Db, inDistrict, type Trx } from '../store/database.ts'
import { type EndedTalk, talksEndedAt } from '../store/ended-talks.ts'
import { appendEvents } from '../store/events.ts'
import { type Ended, endedTogether, endLostRights } from '../store/households.ts'
import type { Keys } from '../store/keys.ts'
import { warnOfOfficePhones } from '../store/office-phones.ts'
import { type Finding, makeStaging, readFindings, stageFindings, syncTasks } from '../store/roster.ts'
import { type ChangedPeople, readChanges } from '../store/roster-changes.ts'
import { checkStaged } from '../store/roster-checks.ts'
import { mergeHouseholds, rebindStaff } from '../store/roster-households.ts'
import {
  type Counts,
  claimNumbers,
  compareRoster,
  countChanges,
  mergeRoster,
  type Removal,
  type RosterKind,
} from '../store/roster-merge.ts'
import { momentOf } from '../store/settings.ts'
import { openRoster, type RosterSource } from './files.ts'
import { missingFiles } from './manifest.ts'
import { stageFiles } from './staging.ts'

/** How an import is asked for. */
export type RosterOptions = {
  /** Says what would change and changes nothing. */
  readonly dryRun: boolean
  /** More than a tenth of a kind may go. */
  readonly confirmRemovals: boolean
  /** Only for this district: files that name another are refused. */
  readonly district?: string
  /** Told as the files are read: bytes so far, bytes in all. */
  readonly progress?: (done: number, total: number) => void
}

/**
 * `refused`: nothing was imported, for these reasons. `needs_confirmation`: nothing was imported, more than a tenth of some kind is gone
 * from the files. Findings are sorted by file and line; at most 1,000 are given, and how many there are.
 */
export type RosterResult =
  | {
      readonly kind: 'imported'
      readonly dryRun: boolean
      readonly district: { readonly id: string; readonly sourcedId: string }
      readonly counts: Readonly<Record<RosterKind, Counts>>
      /** Of a dry run: the first people of each change by name. */
      readonly changes: readonly ChangedPeople[]
      /** Kinds of which more than a tenth goes. */
      readonly removals: readonly Removal[]
      /** What ends with it; of a message that waited and goes to nobody there is a task. */
      readonly ended: Ended
      /** Of a dry run: the first conversations that end, by name. */
      readonly endedTalks: readonly EndedTalk[]
      readonly warnings: readonly Finding[]
      readonly warningsTotal: number
    }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[]; readonly findingsTotal: number }
  | { readonly kind: 'needs_confirmation'; readonly removals: readonly Removal[] }

const MOST_FINDINGS = 1000
/** Conversations in a transaction. */
const BOUND_AT_ONCE = 200
/** People named of each change, and conversations that end. */
const MOST_NAMED = 20

/**
 * How many seconds a statement should be given on the connection of an import: a whole district is compared and written in a few, which a slow
 * database may take long over.
 */
export const IMPORT_SECONDS = 600

/**
 * Imports a folder or .zip. The district is the one that orgs.csv names; it is made when it is new, and the first of an installation
 * takes over the proxy numbers that no district has. Idempotent; sends nothing. Throws only for bugs and a database that fails.
 */
export async function importRoster(db: Db, keys: Keys, source: string, options: RosterOptions): Promise<RosterResult> {
  const opened = await openRoster(source)
  if (opened.kind === 'refused')
    return { kind: 'refused', findings: [{ file: '', line: 0, reason: opened.reason }], findingsTotal: 1 }
  try {
    const { keep, result, moved = [] } = await inOneTransaction(db, (trx) => importInto(trx, keys, opened.source, options))
    if (keep && result.kind === 'imported') await bindMoved(db, result.district.id, moved)
    return result
  } finally {
    opened.source.close()
  }
}

/** Undoes everything unless the work says that it is to be kept. */
async function inOneTransaction(db: Db, work: (trx: Trx) => Promise<Done>): Promise<Done> {
  let done: Done | undefined
  const undo = new Error('The import is not kept.')
  try {
    await db.transaction().execute(async (trx) => {
      done = await work(trx)
      if (!done.keep) throw undo
    })
  } catch (error) {
    if (error !== undo) throw error
  }
  if (done === undefined) throw new Error('The import ended without a result.')
  return done
}

/**
 * Gives the family side of conversations that went along to another phone its number at once, so that the family reaches its teacher there by the number that it
 * knows. In transactions of their own: assigning numbers holds up every new conversation of the district.
 */
async function bindMoved(db: Db, districtId: string, conversations: readonly string[]): Promise<void> {
  for (let from = 0; from < conversations.length; from += BOUND_AT_ONCE)
    await inDistrict(db, districtId, async (trx) =>
      bindPhones(trx, districtId, (await momentOf(trx)).now, conversations.slice(from, from + BOUND_AT_ONCE)),
    )
}

/** What an import came to: whether it is kept, and the conversations that went along to another phone. */
type Done = { readonly keep: boolean; readonly result: RosterResult; readonly moved?: readonly string[] }

async function importInto(trx: Trx, keys: Keys, source: RosterSource, options: RosterOptions): Promise<Done> {
  await makeStaging(trx)
  await stageFindings(trx, await missingFiles(source))
  const { district, whole } = await stageFiles(trx, keys, source, options.progress ?? (() => {}))
  if (district !== null && options.district !== undefined && district.id !== options.district) {
    const findings = [{ file: 'orgs.csv', line: 0, reason: 'These files are of another district: choose those of yours.' }]
    return { keep: false, result: { kind: 'refused', findings, findingsTotal: 1 } as const }
  }
  await checkStaged(trx, district?.id ?? null, whole)
  const refused = await readFindings(trx, true, MOST_FINDINGS)
  if (refused.total > 0 || district === null)
    return { keep: false, result: { kind: 'refused', findings: refused.findings, findingsTotal: refused.total } as const }

  const removals = (await compareRoster(trx, district.id)).filter((r) => r.gone * 10 > r.existing)
  if (removals.length > 0 && !options.confirmRemovals && !options.dryRun)
    return { keep: false, result: { kind: 'needs_confirmation', removals } as const }
  const changes = options.dryRun ? await readChanges(trx, district.id, MOST_NAMED) : []
  const moment = await momentOf(trx)
  await mergeRoster(trx, district.id, moment.database)
  const counts = await countChanges(trx)
  await warnOfOfficePhones(trx, district.id)
  const warnings = await readFindings(trx, false, MOST_FINDINGS)
  const homes = await mergeHouseholds(trx, district.id, moment)
  const ended = endedTogether(homes.ended, await endLostRights(trx, district.id, moment))
  const result: RosterResult = {
    kind: 'imported',
    dryRun: options.dryRun,
    district: { id: district.id, sourcedId: district.sourcedId },
    counts,
    changes,
    removals,
    ended,
    endedTalks: options.dryRun ? await talksEndedAt(trx, district.id, moment.now, MOST_NAMED) : [],
    warnings: warnings.findings,
    warningsTotal: warnings.total,
  }
  if (options.dryRun) return { keep: false, result }
  await rebindStaff(trx, district.id, moment)
  await endLostClaims(trx, district.id)
  await syncTasks(trx, district.id)
  await claimNumbers(trx, district.id)
  await appendEvents(trx, district.id, [{ exchangeId: null, at: moment.database, what: 'roster_imported', detail: flat(counts) }])
  return { keep: true, result, moved: homes.moved }
}

function flat(counts: Readonly<Record<RosterKind, Counts>>): Record<string, number> {
  const pairs = Object.entries(counts).flatMap(([kind, of]) =>
    Object.entries(of).map(([what, n]) => [`${kind}_${what}`, n] as const),
  )
  return Object.fromEntries(pairs)
}
