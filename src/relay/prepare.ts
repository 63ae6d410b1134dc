/** Step 2: the language, the words and the time. A hold is only a later `sendAfter`. */

import { openingsAt } from '../core/hours.ts'
import { sameLanguage } from '../core/language.ts'
import type { Wordings } from '../core/wordings.ts'
import type { LineAsker } from './look-up.ts'
import type { Detector, Moment, TranslationAnswer, Translator } from './ports.ts'
import type { Asked, Postponed, Prepared, PrepareStore, ToPrepare } from './prepare-ports.ts'
import { result } from './prepared.ts'
import { ask } from './translating.ts'

/** What `prepare` works with. */
export type PrepareDeps = {
  readonly store: PrepareStore
  readonly translator: Pick<Translator, 'name' | 'translate'>
  readonly detect: Detector
  /** Null: nobody can say what line a phone is; what a failed text teaches must do. */
  readonly lines: LineAsker | null
  /** Milliseconds that no change of a clock touches. */
  readonly monotonic: () => number
}

/** How sure detection must be to be believed against what the roster says. */
const SURE = 0.9
/** Minutes for which a translator that is away is asked again; then the original goes out with a note. */
const GIVE_UP_MINUTES = 10
const TRANSLATIONS_AT_ONCE = 16
/** No translation begins later than this after the lease was asked for: each may take 10 s, and the lease of 60 s must outlive them all. */
const ASK_WITHIN_MS = 40_000

/** Prepares up to `limit` exchanges of a district; gives how many it had. A crash leaves their leases to run out. */
export async function prepare(deps: PrepareDeps, districtId: string, limit: number): Promise<number> {
  const begun = deps.monotonic()
  const { moment, items } = await deps.store.lease(districtId, limit)
  const asking = deps.lines?.open() === true ? items.filter((item) => item.unasked !== null) : []
  const rest = asking.length === 0 ? items : items.filter((item) => item.unasked === null)
  // First texts wait for an answer; nothing else waits for them.
  const ends = await Promise.allSettled([
    writeAll(deps, districtId, moment, begun, rest),
    learnLines(deps, districtId, asking).then((learnt) => writeAll(deps, districtId, moment, begun, learnt)),
  ])
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return items.length
}

/** The items, each by the way that its line takes. */
async function learnLines(
  { store, lines }: PrepareDeps,
  districtId: string,
  items: readonly ToPrepare[],
): Promise<readonly ToPrepare[]> {
  if (lines === null || items.length === 0) return items
  const phones = new Map(items.flatMap(({ unasked }) => (unasked === null ? [] : [[unasked.phoneId, unasked.number] as const])))
  // Noted before it is asked: a crash in between costs an answer, never a second question.
  const mine = new Set(await store.claimLines(districtId, [...phones.keys()]))
  const asked = [...phones].filter(([phoneId]) => mine.has(phoneId))
  const told = await lines.ask(asked.map(([, number]) => number))
  const learnt = new Map(
    asked.flatMap(([phoneId, number]) => {
      const line = told.get(number)
      return line === undefined ? [] : [[phoneId, line] as const]
    }),
  )
  if (learnt.size > 0) await store.keepLines(districtId, learnt)
  return items.map((item) => {
    const { unasked } = item
    return unasked !== null && learnt.get(unasked.phoneId) === 'landline'
      ? { ...item, channel: unasked.landline, familyLanguages: unasked.spoken }
      : item
  })
}

/** Writes all together; where one of them is what fails, each alone, and that one waits a minute: it holds up nobody. */
async function writeAll(
  deps: PrepareDeps,
  districtId: string,
  moment: Moment,
  begun: number,
  items: readonly ToPrepare[],
): Promise<void> {
  try {
    return await write(deps, districtId, moment, begun, items)
  } catch (error) {
    if (!mayBeOfOne(error)) throw error
    let failed: unknown = null
    for (const item of items)
      await write(deps, districtId, moment, begun, [item]).catch(async (why: unknown) => {
        failed = why
        await deps.store.postpone(districtId, [{ id: item.id, tries: item.tries, seconds: 60, reason: null }])
      })
    if (failed !== null) throw failed
  }
}

/** A fault of our own, or the database's word on data and constraints (PostgreSQL, appendix A, classes 22 and 23); not one of a connection, which has all. */
function mayBeOfOne(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? /^2[23][0-9A-Z]{3}$/.test(code) : error instanceof TypeError || error instanceof RangeError
}

async function write(
  deps: PrepareDeps,
  districtId: string,
  moment: Moment,
  begun: number,
  given: readonly ToPrepare[],
): Promise<void> {
  if (given.length === 0) return
  const items = given.map((item) => withLanguage(deps.detect, item))
  const answers = await translateAll(
    deps.translator,
    items.map((item) => translationOf(deps.detect, item)),
    () => deps.monotonic() - begun < ASK_WITHIN_MS,
    deps.monotonic,
  )
  const openings = openingsAt(moment.now)
  const done: Prepared[] = []
  const later: Postponed[] = []
  items.forEach((item, i) => {
    const { from, to, answer, asked } = answers[i] as Translated
    const waited = moment.database.since(item.createdAt).total('minutes')
    const { id, tries } = item
    if (answer === 'not asked') later.push({ id, tries, seconds: 0, reason: null })
    else if (answer?.kind === 'unavailable' && waited < GIVE_UP_MINUTES)
      later.push({ id, tries, seconds: Math.min(5 * 2 ** tries, 60), reason: answer.reason, asked })
    else done.push({ ...result(moment, item, from, to, answer, openings), asked })
  })
  if (later.length > 0) await deps.store.postpone(districtId, later)
  if (done.length > 0) await deps.store.finish(districtId, moment, done)
}

/** What families would get of drafts, and when: the very work of `prepare`, with nothing written down. In their order. */
export async function preview(
  deps: Pick<PrepareDeps, 'translator' | 'detect'>,
  moment: Moment,
  given: readonly ToPrepare[],
): Promise<Prepared[]> {
  const drafts = given.map((draft) => withLanguage(deps.detect, draft))
  const translated = await translateAll(
    deps.translator,
    drafts.map((draft) => translationOf(deps.detect, draft)),
    () => true,
    () => 0,
  )
  const openings = openingsAt(moment.now)
  return drafts.map((draft, i) => {
    const { from, to, answer } = translated[i] as Translated
    return result(moment, draft, from, to, answer === 'not asked' ? null : answer, openings)
  })
}

type Wish = {
  readonly from: string
  readonly to: string
  readonly request: {
    readonly text: string
    readonly from: string
    readonly to: string
    readonly names: readonly string[]
    readonly wordings: Wordings | undefined
  } | null
}
type Translated = Wish & { readonly answer: TranslationAnswer | 'not asked' | null; readonly asked: Asked | undefined }

/** A phone that nobody knows is answered in the language in which it wrote. */
function withLanguage(detect: Detector, item: ToPrepare): ToPrepare {
  if (item.unknownWords === null || item.familyLanguages.length > 0) return item
  const { language } = detect(item.unknownWords)
  return language === 'und' ? item : { ...item, familyLanguages: [language] }
}

/** Which languages a text goes between. What the roster says is the answer; detection only corrects it where it is sure. */
function translationOf(detect: Detector, item: ToPrepare): Wish {
  const family = item.familyLanguages[0] ?? null
  const staff = item.staffLanguage
  const seen = detect(
    item.text,
    item.direction === 'to_staff' ? [...item.familyLanguages, staff] : [staff, ...item.familyLanguages],
  )
  const written = item.direction === 'to_staff' ? (family ?? (seen.language === 'und' ? staff : seen.language)) : staff
  const from = seen.language !== 'und' && seen.confidence >= SURE ? seen.language : written
  const to = item.direction === 'to_staff' ? staff : (family ?? staff)
  const nothingToSay = item.keyword !== null || item.text.trim() === ''
  return {
    from,
    to,
    request:
      nothingToSay || sameLanguage(from, to) ? null : { text: item.text, from, to, names: item.names, wordings: item.wordings },
  }
}

/** Asks the translator for each different text once, a few at a time, for as long as there is `time`; tells how long each took. */
async function translateAll(
  translator: PrepareDeps['translator'],
  wishes: readonly Wish[],
  time: () => boolean,
  monotonic: () => number,
): Promise<Translated[]> {
  const answers = new Map<string, { readonly answer: TranslationAnswer; readonly asked: Asked }>()
  const keyOf = (wish: Wish) => JSON.stringify(wish.request)
  const different = [...new Map(wishes.map((w) => [keyOf(w), w.request])).entries()].filter(([, request]) => request !== null)
  for (let i = 0; i < different.length && time(); i += TRANSLATIONS_AT_ONCE)
    await Promise.all(
      different.slice(i, i + TRANSLATIONS_AT_ONCE).map(async ([key, request]) => {
        if (request === null) return
        const begun = monotonic()
        const answer = await ask(translator, request)
        const { from, to } = request
        answers.set(key, { answer, asked: { from, to, milliseconds: Math.round(monotonic() - begun) } })
      }),
    )
  return wishes.map((wish) => {
    const found = wish.request === null ? undefined : answers.get(keyOf(wish))
    return { ...wish, answer: wish.request === null ? null : (found?.answer ?? 'not asked'), asked: found?.asked }
  })
}

/** An engine's answer as it can be kept. Nothing, or far more than the original can say, is no translation of it. */
